/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the provider of an account found out about a message.
 *
 * Every server puts its fields before those it got, so the header is, from the
 * top: what the provider wrote last; its Received fields with others of its
 * between them; then, from the first Received of another server on, what anybody
 * could write.
 *
 * 1. Before the first Received: the provider's.  No Received at all: nobody's.
 * 2. Between there and the first Received of another server stand fields of the
 *    provider (Google writes its results below its own Received), and those of
 *    whoever gave it the message without another server between.
 * 3. Of the fields that name their server (Authentication-Results, Received-SPF)
 *    those before the first Received count, else the first one alone (RFC 8601,
 *    5: the provider takes out what others wrote in its name; it may not).
 * 4. Others (X-Spam-Flag) are believed against the message only, where 2 is all
 *    that is known of them.
 */
#include "mail/origin.h"

#include <stdlib.h>

#include "mail/auth_results.h"
#include "mail/received.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Signatures of one message that are remembered, in bytes. */
#define SIGNERS_MAX 4096
/* Fields of a header that are looked at. */
#define FIELDS_MAX 200

/* ---- whose servers ---- */

/* Second labels below which countries give out names. */
static bool
is_registry(struct slice label)
{
	static const char *const labels[] = { "co",  "or",  "go",  "ac",  "ne",
		                              "re",  "pe",  "com", "net", "org",
		                              "edu", "gov", "hs",  "ms",  "es",
		                              "kg",  "sc" };

	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
		if (slice_ieq_z(label, labels[i]))
			return true;
	return false;
}

struct slice
origin_domain(struct slice host)
{
	size_t last = slice_rfind(host, '.'), second, third;

	if (last == host.n)
		return host;
	second = slice_rfind(slice_head(host, last), '.');
	if (second == last)
		return host;
	/* Two letters: a country. */
	if (host.n - last != 3 ||
	    !is_registry(slice_make(host.p + second + 1, last - second - 1)))
		return slice_from(host, second + 1);
	third = slice_rfind(slice_head(host, second), '.');
	return slice_from(host, third < second ? third + 1 : 0);
}

static void
add_domain(struct origin_hosts *h, struct slice domain)
{
	char *p;

	if (domain.n == 0)
		return;
	p = slice_dup(domain);
	array_add(&h->domains, p);
	for (; *p != '\0'; p++)
		*p = byte_lower(*p);
}

void
origin_hosts_of(const struct account *a, const struct provider *p,
                struct origin_hosts *h_r)
{
	struct slice address = a != NULL ? slice_of(a->address) : SLICE_NONE;
	size_t at = slice_rfind(address, '@');

	*h_r = (struct origin_hosts){ 0 };
	if (a != NULL)
		add_domain(h_r, origin_domain(slice_from(address, at + 1)));
	if (a != NULL)
		add_domain(h_r, origin_domain(slice_of(a->pop.host)));
	for (char **v = p != NULL ? p->authserv : NULL; v != NULL && *v != NULL;
	     v++) {
		if (slice_eq_z(slice_of(*v), "-"))
			h_r->nameless = true;
		else
			add_domain(h_r, slice_of(*v));
	}
}

void
origin_hosts_load(const struct paths *paths, const struct account *a,
                  struct origin_hosts *h_r)
{
	struct err ignored = { 0 }; /* then without */
	struct providers *all;
	const struct provider *p = NULL;

	*h_r = (struct origin_hosts){ 0 };
	if (a == NULL)
		return;
	all = providers_load(paths, &ignored);
	if (all != NULL && a->provider != NULL)
		p = provider_by_id(all, a->provider);
	if (all != NULL && p == NULL)
		p = provider_for(all, slice_of(a->address));
	origin_hosts_of(a, p, h_r);
	providers_free(&all);
}

void
origin_hosts_stored(const struct paths *paths, const struct conf *c,
                    struct store *s, int64_t id, struct origin_hosts *h_r)
{
	struct store_rows rows = { 0 };
	struct err ignored = { 0 }; /* nobody's, then */
	char *name = NULL;

	*h_r = (struct origin_hosts){ 0 };
	if (c != NULL && store_row(s, id, &rows, &ignored) == 0 && rows.n > 0)
		name = store_account_name(s, rows.v[0].account);
	if (name != NULL)
		origin_hosts_load(paths, conf_account(c, name), h_r);
	free(name);
	store_rows_release(&rows);
}

void
origin_hosts_release(struct origin_hosts *h)
{
	for (size_t i = 0; i < h->domains.n; i++)
		free(h->domains.v[i]);
	array_release(&h->domains);
	h->nameless = false;
}

bool
origin_has(const struct origin_hosts *h, struct slice host)
{
	for (size_t i = 0; h != NULL && i < h->domains.n; i++) {
		struct slice d = slice_of(h->domains.v[i]);

		if (slice_ieq(host, d) ||
		    (host.n > d.n && host.p[host.n - d.n - 1] == '.' &&
		     slice_ieq(slice_from(host, host.n - d.n), d)))
			return true;
	}
	return false;
}

/* ---- who wrote a field ---- */

/* A server that is the provider's, or says nothing of whose it is ("localhost",
 * Google's "2002:a05:..."). */
static bool
is_inside(const struct origin_hosts *h, struct slice by)
{
	return origin_has(h, by) || slice_find(by, '.') == by.n ||
	       (received_is_private(by) && byte_is_digit(by.p[by.n - 1]));
}

/* Of a "Received-SPF: pass (mx.example.org: ...)" (RFC 7208, 9.1). */
static struct slice
spf_server(struct slice value)
{
	size_t open = slice_find(value, '(');
	struct slice s = slice_from(value, open + 1);

	return slice_trim(slice_head(s, slice_find(s, ':')));
}

static bool
names_own(const struct header_field *f, const struct origin_hosts *h)
{
	struct auth_results r;
	bool own;

	if (slice_ieq_z(f->name, "Received-SPF"))
		return origin_has(h, spf_server(f->value));
	auth_results_init(&r, f->value);
	own = r.id.n > 0 ? origin_has(h, r.id) : h->nameless && r.rest.n > 0;
	auth_results_release(&r);
	return own;
}

/* Where the first Received stands, and the first one of others. */
static void
find_borders(const struct part *root, const struct origin_hosts *h, size_t n,
             size_t *top_r, size_t *end_r)
{
	*top_r = n;
	for (size_t i = 0; i < n; i++) {
		struct received r;

		if (!slice_ieq_z(root->fields[i].name, "Received"))
			continue;
		if (*top_r == n)
			*top_r = i;
		received_parse(root->fields[i].value, &r);
		*end_r = i;
		if (!is_inside(h, r.by))
			return;
	}
	/* Up to the end: those who wrote it gave it to the provider. */
	*end_r = n;
}

void
origin_trust(const struct message *m, const struct origin_hosts *h,
             enum origin_trust *trust_r, size_t n)
{
	const struct part *root = m->root;
	size_t top, end = 0;
	bool seen[2] = { false, false };

	for (size_t i = 0; i < n; i++)
		trust_r[i] = ORIGIN_ANYBODY;
	if (h == NULL || h->domains.n == 0)
		return;
	find_borders(root, h, n, &top, &end);
	for (size_t i = 0; top < n && i < end; i++) {
		const struct header_field *f = &root->fields[i];
		bool spf = slice_ieq_z(f->name, "Received-SPF");

		if (!spf && !slice_ieq_z(f->name, "Authentication-Results")) {
			trust_r[i] = i < top ? ORIGIN_SURE : ORIGIN_LIKELY;
		} else if ((i < top || !seen[spf]) && names_own(f, h)) {
			trust_r[i] = ORIGIN_SURE;
			seen[spf] = true;
		}
	}
}

/* ---- what it says ---- */

static enum origin_says
says_of(struct slice word)
{
	if (slice_ieq_z(word, "pass"))
		return ORIGIN_PASS;
	if (slice_ieq_z(word, "fail") || slice_ieq_z(word, "hardfail"))
		return ORIGIN_FAIL;
	return word.n > 0 ? ORIGIN_UNCLEAR : ORIGIN_SILENT;
}

static void
take_signer(const struct auth_result *one, struct origin *o)
{
	struct slice d = auth_result_prop(one, "header.d");
	size_t at;

	if (d.n == 0) {
		d = auth_result_prop(one, "header.i");
		at = slice_rfind(d, '@');
		d = slice_from(d, at < d.n ? at + 1 : 0);
	}
	if (d.n == 0 || o->signers.n + d.n + 1 > SIGNERS_MAX)
		return;
	for (size_t i = 0; i < d.n; i++)
		str_add_c(&o->signers, byte_lower(d.p[i]));
	str_add_c(&o->signers, '\n');
}

/* The first field that says something is the one that counts; of signatures one
 * that is good. */
static void
take_result(const struct auth_result *one, struct origin *o)
{
	enum origin_says says = says_of(one->result);

	if (slice_ieq_z(one->method, "dmarc") && o->dmarc == ORIGIN_SILENT) {
		o->dmarc = says;
	} else if (slice_ieq_z(one->method, "spf") && o->spf == ORIGIN_SILENT) {
		o->spf = says;
	} else if (slice_ieq_z(one->method, "dkim")) {
		if (o->dkim == ORIGIN_SILENT || says == ORIGIN_PASS)
			o->dkim = says;
		if (says == ORIGIN_PASS)
			take_signer(one, o);
	}
}

static void
take_field(const struct header_field *f, struct origin *o)
{
	struct slice rest = f->value, word;
	struct auth_results r;
	struct auth_result one;

	if (slice_ieq_z(f->name, "Received-SPF")) {
		if (o->spf == ORIGIN_SILENT && slice_word(&rest, &word))
			o->spf = says_of(word);
		return;
	}
	auth_results_init(&r, f->value);
	while (auth_results_next(&r, &one))
		take_result(&one, o);
	auth_results_release(&r);
}

void
origin_of(const struct message *m, const struct origin_hosts *h,
          struct origin *o_r)
{
	enum origin_trust trust[FIELDS_MAX];
	size_t n = m->root->field_count;

	*o_r = (struct origin){ 0 };
	str_init(&o_r->signers, SIGNERS_MAX);
	if (n > FIELDS_MAX)
		n = FIELDS_MAX;
	origin_trust(m, h, trust, n);
	for (size_t i = 0; i < n; i++) {
		const struct header_field *f = &m->root->fields[i];

		if (trust[i] == ORIGIN_SURE &&
		    (slice_ieq_z(f->name, "Authentication-Results") ||
		     slice_ieq_z(f->name, "Received-SPF")))
			take_field(f, o_r);
	}
}

void
origin_release(struct origin *o)
{
	str_release(&o->signers);
}

bool
origin_signed_by(const struct origin *o, struct slice domain)
{
	struct slice rest = str_slice(&o->signers), line;

	while (slice_line(&rest, &line))
		if (line.n > 0 && slice_ieq(line, domain))
			return true;
	return false;
}

/* By the sender's own domain, or by one of the same owner (RFC 7489, 3.1.1). */
static bool
is_aligned(const struct origin *o, const struct message *m)
{
	struct slice rest = str_slice(&o->signers), line;
	struct arena arena = { 0 };
	struct addr_list from = { 0 };
	struct slice domain = SLICE_NONE;
	bool found = false;

	message_addrs(m, "From", &arena, &from);
	if (from.n == 1) {
		domain = from.v[0].spec;
		domain = slice_from(domain, slice_rfind(domain, '@') + 1);
		domain = origin_domain(domain);
	}
	while (domain.n > 0 && !found && slice_line(&rest, &line))
		found = slice_ieq(origin_domain(line), domain);
	arena_release(&arena);
	return found;
}

bool
origin_refutes(const struct origin *o, const struct message *m)
{
	if (o->dmarc == ORIGIN_PASS || o->dmarc == ORIGIN_FAIL)
		return o->dmarc == ORIGIN_FAIL;
	return o->spf == ORIGIN_FAIL && !is_aligned(o, m);
}

/* ---- its filter ---- */

/* Exchange counts from -1 to 9; from 5 on it is spam. */
static bool
is_spam_level(struct slice value)
{
	return value.n == 1 && value.p[0] >= '5' && value.p[0] <= '9';
}

static bool
calls_spam(const struct header_field *f)
{
	struct slice value = slice_trim(f->value), rest = value, word;

	if (slice_ieq_z(f->name, "X-MS-Exchange-Organization-SCL"))
		return is_spam_level(value);
	if (slice_ieq_z(f->name, "X-Spamd-Result"))
		return slice_istarts(value, "default: true");
	if (!slice_word(&rest, &word))
		return false;
	word = slice_head(word, slice_find(word, ','));
	word = slice_head(word, slice_find(word, ';'));
	if (slice_ieq_z(f->name, "X-Spam-Flag") ||
	    slice_ieq_z(f->name, "X-Spam"))
		return slice_ieq_z(word, "yes") || slice_ieq_z(word, "true");
	if (slice_ieq_z(f->name, "X-Spam-Status"))
		return slice_ieq_z(word, "yes");
	return slice_ieq_z(f->name, "X-Bogosity") &&
	       (slice_ieq_z(word, "spam") || slice_ieq_z(word, "yes"));
}

bool
origin_calls_spam(const struct message *m, const struct origin_hosts *h)
{
	enum origin_trust trust[FIELDS_MAX];
	size_t n = m->root->field_count;

	if (n > FIELDS_MAX)
		n = FIELDS_MAX;
	origin_trust(m, h, trust, n);
	for (size_t i = 0; i < n; i++)
		if (trust[i] != ORIGIN_ANYBODY &&
		    calls_spam(&m->root->fields[i]))
			return true;
	return false;
}
