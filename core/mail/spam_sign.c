/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signs of spam that need more than a pattern. */
#include "mail/spam_sign.h"

#include <string.h>

#include "mail/spam_ad.h"
#include "mail/spam_brand.h"
#include "mail/spam_trace.h"
#include "mail/spam_zip.h"
#include "mime/cte.h"
#include "util/clock.h"

#include "util/banned.h"

/* Senders that are looked at: fields, and bytes of each. */
#define SENDER_FIELDS 4
#define SENDER_BYTES  ((size_t)8 * 1024)
/* Attachments that are looked into. */
#define ZIPS_MAX 4
/* Encoded bytes in which a zip shows. */
#define ZIP_MARK_MAX 64

struct spam_sign {
	const char *name;
	bool (*shows)(const struct spam_view *v, const struct message *m,
	              struct str *evidence);
};

static bool
shows_ad(const struct spam_view *v, const struct message *m,
         struct str *evidence)
{
	(void)m;
	(void)evidence;
	return spam_ad_of(v->subject) == SPAM_AD_LABELLED;
}

static bool
shows_ad_disguised(const struct spam_view *v, const struct message *m,
                   struct str *evidence)
{
	(void)m;
	(void)evidence;
	return spam_ad_of(v->subject) == SPAM_AD_DISGUISED;
}

/* ---- links and senders ---- */

static bool
shows_link_deceives(const struct spam_view *v, const struct message *m,
                    struct str *evidence)
{
	(void)m;
	str_add_slice(evidence, v->deceiver);
	return v->deceiver.n > 0;
}

static struct slice
host_of_link(struct slice link)
{
	size_t at = slice_find_text(link, SLICE_LIT("://"));
	size_t n = 0;

	if (at == link.n)
		return SLICE_NONE;
	link = slice_from(link, at + 3);
	while (n < link.n && strchr("/?#:", link.p[n]) == NULL)
		n++;
	link = slice_head(link, n);
	at = slice_rfind(link, '@');
	return at < link.n ? slice_from(link, at + 1) : link;
}

/* Is there a sender who is odd in this way?  Of a flood of them, the first. */
static bool
has_sender(const struct message *m,
           bool (*is_odd)(const struct addr *sender, struct str *evidence),
           struct str *evidence)
{
	struct arena a = { NULL };
	bool found = false;
	struct slice raw;
	size_t k, i;

	for (k = 0; !found && k < SENDER_FIELDS; k++) {
		struct addr_list from;

		raw = part_field(m->root, "From", k);
		if (raw.p == NULL)
			break;
		addr_parse(&a, m, slice_head(raw, SENDER_BYTES), &from);
		/* The last one may be cut. */
		if (raw.n > SENDER_BYTES && from.n > 0)
			from.n--;
		for (i = 0; !found && i < from.n; i++)
			found = is_odd(&from.v[i], evidence);
	}
	arena_release(&a);
	return found;
}

static bool
is_lookalike(const struct addr *sender, struct str *evidence)
{
	size_t at = slice_rfind(sender->spec, '@');
	struct slice host = slice_from(sender->spec, at + 1);

	if (!spam_brand_like(host))
		return false;
	str_add_slice(evidence, host);
	return true;
}

static bool
shows_lookalike(const struct spam_view *v, const struct message *m,
                struct str *evidence)
{
	struct slice rest = v->links, line, last = SLICE_NONE;

	while (slice_line(&rest, &line)) {
		struct slice host = host_of_link(line);

		/* A newsletter names one host a hundred times. */
		if (!slice_eq(host, last) && spam_brand_like(host)) {
			str_add_slice(evidence, host);
			return true;
		}
		last = host;
	}
	return has_sender(m, is_lookalike, evidence);
}

/* The first word with an @ between two names, or an empty slice. */
static struct slice
address_in(struct slice name)
{
	size_t at = slice_find(name, '@'), start = at, end = at;

	if (at == name.n)
		return SLICE_NONE;
	while (start > 0 && (byte_is_alnum(name.p[start - 1]) ||
	                     strchr("._-+", name.p[start - 1]) != NULL))
		start--;
	while (end + 1 < name.n && (byte_is_alnum(name.p[end + 1]) ||
	                            strchr(".-", name.p[end + 1]) != NULL))
		end++;
	if (start == at || end == at)
		return SLICE_NONE;
	return slice_make(name.p + start, end + 1 - start);
}

static bool
is_named_otherwise(const struct addr *sender, struct str *evidence)
{
	struct slice said = address_in(sender->name);

	if (said.n == 0 || addr_same(said, sender->spec))
		return false;
	str_add_slice(evidence, said);
	str_add_z(evidence, " ≠ ");
	str_add_slice(evidence, sender->spec);
	return true;
}

static bool
shows_other_address(const struct spam_view *v, const struct message *m,
                    struct str *evidence)
{
	(void)v;
	return has_sender(m, is_named_otherwise, evidence);
}

static bool
shows_from_twice(const struct spam_view *v, const struct message *m,
                 struct str *evidence)
{
	(void)v;
	(void)evidence;
	return message_field_count(m, "From") > 1;
}

static bool
shows_from_missing(const struct spam_view *v, const struct message *m,
                   struct str *evidence)
{
	(void)v;
	(void)evidence;
	return message_field_count(m, "From") == 0;
}

/* ---- dates, hidden text ---- */

static bool
shows_date_missing(const struct spam_view *v, const struct message *m,
                   struct str *evidence)
{
	(void)m;
	(void)evidence;
	return !v->dated;
}

/* Clocks are wrong by hours, zones by a day; two days are meant to stay on top
 * of the list.  What is stored for long was in the future when it came. */
static bool
shows_date_future(const struct spam_view *v, const struct message *m,
                  struct str *evidence)
{
	int64_t now = clock_now(), came;

	(void)m;
	(void)evidence;
	if (spam_trace_arrival(v, &came) && came < now)
		now = came;
	return v->dated && v->date > now + 2 * 86400;
}

static bool
shows_helo(const struct spam_view *v, const struct message *m,
           struct str *evidence)
{
	(void)m;
	return spam_trace_helo(v, evidence);
}

static bool
shows_forged(const struct spam_view *v, const struct message *m,
             struct str *evidence)
{
	(void)m;
	return spam_trace_forged(v, evidence);
}

static bool
shows_backwards(const struct spam_view *v, const struct message *m,
                struct str *evidence)
{
	(void)m;
	(void)evidence;
	return spam_trace_backwards(v);
}

static bool
shows_hidden(const struct spam_view *v, const struct message *m,
             struct str *evidence)
{
	(void)m;
	(void)evidence;
	/* One is the preview line of every newsletter. */
	return v->hidden_count > 3;
}

/* ---- what is in a zip ---- */

/* The last bytes of a part beyond the first, from a line on: the names of all
 * files stand at the end of a zip. */
static struct slice
end_of(struct slice body, size_t first)
{
	struct slice end = slice_from(body, first);

	if (end.n > SPAM_PART_MAX)
		end = slice_from(end, end.n - SPAM_PART_MAX);
	return slice_from(end, slice_find(end, '\n') + 1);
}

static bool
names_program(const struct part *p, struct slice encoded, struct str *bytes,
              struct str *evidence)
{
	struct slice rest, name;

	str_clear(bytes);
	cte_decode(p->cte, encoded, bytes);
	rest = str_slice(bytes);
	while (spam_zip_next(&rest, &name))
		if (spam_zip_program(name)) {
			str_add_slice(evidence, name);
			return true;
		}
	return false;
}

static bool
zip_has_program(const struct part *p, struct str *evidence)
{
	struct slice body = slice_head(p->body, SPAM_PART_MAX);
	struct str bytes;
	bool found = false;

	str_init(&bytes, SPAM_PART_MAX);
	/* What is no zip is not decoded. */
	cte_decode(p->cte, slice_head(body, ZIP_MARK_MAX), &bytes);
	if (slice_starts(str_slice(&bytes), "PK\003\004"))
		found = names_program(p, body, &bytes, evidence) ||
		        names_program(p, end_of(p->body, body.n), &bytes,
		                      evidence);
	str_release(&bytes);
	return found;
}

static bool
shows_zip_program(const struct spam_view *v, const struct message *m,
                  struct str *evidence)
{
	const struct part *p = NULL;
	size_t n = 0;

	(void)v;
	while (n < ZIPS_MAX && (p = message_next_attachment(m, p)) != NULL)
		if (++n <= ZIPS_MAX && zip_has_program(p, evidence))
			return true;
	return false;
}

static const struct spam_sign signs[] = {
	{ "ad-labelled", shows_ad },
	{ "ad-disguised", shows_ad_disguised },
	{ "link-deceives", shows_link_deceives },
	{ "host-lookalike", shows_lookalike },
	{ "name-other-address", shows_other_address },
	{ "from-twice", shows_from_twice },
	{ "from-missing", shows_from_missing },
	{ "date-missing", shows_date_missing },
	{ "date-future", shows_date_future },
	{ "hidden-text", shows_hidden },
	{ "zip-program", shows_zip_program },
	{ "received-helo", shows_helo },
	{ "received-forged", shows_forged },
	{ "received-backwards", shows_backwards },
};

const struct spam_sign *
spam_sign_find(struct slice name)
{
	size_t i;

	for (i = 0; i < sizeof signs / sizeof *signs; i++)
		if (slice_eq_z(name, signs[i].name))
			return &signs[i];
	return NULL;
}

bool
spam_sign_shows(const struct spam_sign *s, const struct spam_view *v,
                const struct message *m, struct str *evidence)
{
	return s->shows(v, m, evidence);
}
