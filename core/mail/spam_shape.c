/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The features of how a mail is built.
 *
 * Programs that send in bulk write other mails than people do, whatever they
 * say: the form of ids, addresses and dates, the length of each field, how much
 * of the text is digits or capitals, how many parts and links there are.
 *
 * 1. A number becomes a step on a scale on which each step is half as much more.
 * 2. A form is a value with each run of letters or digits as one sign of its
 *    kind: "<200207.DAA19@urda.ie>" is "<9.A9@a.a>".
 * 3. None of them knows a word of the mail: what words say is learnt elsewhere.
 *
 * Rejected, as they gained nothing beside the words of the header: domains and
 * network numbers of hosts and addresses, names and order of the fields.
 */
#include "mail/spam_shape.h"

#include <string.h>

#include "util/str.h"

#include "util/banned.h"

/* Signs of a form; what is longer differs in no way that comes back. */
#define FORM_MAX   60
#define FORM_SHORT 20
/* Addresses of a field that are looked at. */
#define ADDRESSES_MAX 6
/* Links whose form is looked at. */
#define LINKS_MAX 30
/* Different numbers, forms and their origin. */
#define SEED 0x5368617065

static void
add(struct spam_features *f, uint64_t kind, uint64_t what)
{
	spam_list_add(&f->set[SPAM_SHAPE],
	              spam_hash_mix(kind * 0x9e3779b97f4a7c15 ^ what));
}

static uint64_t
kind_of(const char *name, uint64_t more)
{
	return spam_hash(slice_of(name), SEED ^ more);
}

static void
add_number(struct spam_features *f, uint64_t kind, size_t n)
{
	unsigned steps = 0;
	size_t edge = 1;

	/* Whole numbers: 1, 2, 3, 4, 6, 9, 13 ... */
	while (edge <= n && edge < SIZE_MAX / 2) {
		edge += edge / 2 + (edge < 2);
		steps++;
	}
	add(f, kind, steps);
}

static char
sign_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return 'A';
	if (c >= 'a' && c <= 'z')
		return 'a';
	if (c >= '0' && c <= '9')
		return '9';
	return (unsigned char)c >= 0x80 ? 'U' : c;
}

static void
add_form(struct spam_features *f, uint64_t kind, struct slice s, size_t max)
{
	char form[FORM_MAX], last = 0;
	size_t i, n = 0;

	for (i = 0; i < s.n && n < max; i++) {
		char sign = sign_of(s.p[i]);

		if (sign == last && (sign == 'A' || sign == 'a' || sign == '9'))
			continue;
		form[n++] = last = sign;
	}
	add(f, kind, spam_hash(slice_make(form, n), 1));
}

static bool
in_address(char c)
{
	return byte_is_alnum(c) || c == '.' || c == '_' || c == '-' ||
	       c == '+' || c == '=';
}

/* What stands before each @. */
static void
add_addresses(struct spam_features *f, uint64_t kind, struct slice s)
{
	size_t i, n = 0;

	for (i = 0; i < s.n && n < ADDRESSES_MAX; i++) {
		size_t start = i;

		if (s.p[i] != '@')
			continue;
		while (start > 0 && in_address(s.p[start - 1]))
			start--;
		add_form(f, kind ^ 1, slice_make(s.p + start, i - start),
		         FORM_SHORT);
		n++;
	}
	add_number(f, kind ^ 2, n);
	add_form(f, kind, s, FORM_SHORT + FORM_SHORT / 2);
}

static void
add_received(struct spam_features *f, uint64_t kind, struct slice s)
{
	struct slice host;

	add_form(f, kind, s, FORM_MAX);
	if (!slice_istarts(s, "from "))
		return;
	host = slice_from(s, 5);
	add_form(f, kind ^ 1, slice_head(host, slice_find(host, ' ')),
	         FORM_SHORT);
}

/* Fields whose form says who wrote them. */
static void
add_field(struct spam_features *f, const struct spam_header *h)
{
	static const char *const people[] = { "from", "reply-to", "return-path",
		                              "to", "sender" };

	static const struct {
		const char *name;
		size_t max;
	} formed[] = { { "message-id", FORM_MAX },
		       { "content-type", FORM_MAX },
		       { "date", FORM_MAX },
		       { "subject", FORM_SHORT + FORM_SHORT / 2 } };

	uint64_t kind = spam_hash(h->name, SEED);
	size_t i;

	add_number(f, kind ^ 3, h->value.n);
	if (slice_eq_z(h->name, "received"))
		add_received(f, kind, h->value);
	for (i = 0; i < sizeof people / sizeof *people; i++)
		if (slice_eq_z(h->name, people[i]))
			add_addresses(f, kind, h->value);
	for (i = 0; i < sizeof formed / sizeof *formed; i++)
		if (slice_eq_z(h->name, formed[i].name))
			add_form(f, kind, h->value, formed[i].max);
}

static void
add_fields(struct spam_features *f, const struct spam_view *v)
{
	size_t i, received = 0;

	for (i = 0; i < v->header_count; i++) {
		const struct spam_header *h = &v->headers[i];

		if (h->local)
			continue;
		add_field(f, h);
		received += slice_eq_z(h->name, "received");
	}
	add_number(f, kind_of("received", 1), received);
	add_number(f, kind_of("fields", 1), v->header_count);
}

/* Behind host and port; the host says more as a word. */
static struct slice
path_of(struct slice link)
{
	size_t i = slice_find_text(link, SLICE_LIT("://"));

	if (i == link.n)
		return SLICE_NONE;
	link = slice_from(link, i + 3);
	for (i = 0; i < link.n; i++)
		if (link.p[i] == '/' || link.p[i] == ':' || link.p[i] == '?')
			break;
	return slice_from(link, i);
}

static void
add_links(struct spam_features *f, const struct spam_view *v)
{
	struct slice rest = v->links, link;
	size_t n = 0;

	while (slice_split(&rest, '\n', &link)) {
		if (link.n == 0)
			continue;
		if (n++ < LINKS_MAX)
			add_form(f, kind_of("link", 0), path_of(link),
			         FORM_SHORT);
	}
	add_number(f, kind_of("links", 0), n);
}

static size_t
count_bytes(const size_t *n, unsigned from, unsigned to)
{
	size_t sum = 0;

	for (; from <= to; from++)
		sum += n[from];
	return sum;
}

/* Of what the text consists, in percent. */
static void
add_text(struct spam_features *f, struct slice text)
{
	size_t n[256] = { 0 }, all = text.n + 1, i;
	size_t capitals, digits, others, letters;

	for (i = 0; i < text.n; i++)
		n[(unsigned char)text.p[i]]++;
	capitals = count_bytes(n, 'A', 'Z');
	letters = count_bytes(n, 'a', 'z');
	digits = count_bytes(n, '0', '9');
	others = count_bytes(n, 0x80, 0xff);
	add_number(f, kind_of("capitals", 0), 100 * capitals / all);
	add_number(f, kind_of("digits", 0), 100 * digits / all);
	add_number(f, kind_of("other script", 0), 100 * others / all);
	add_number(f, kind_of("blanks", 0), 100 * n[' '] / all);
	add_number(
		f, kind_of("signs", 0),
		100 * (text.n - capitals - letters - digits - others - n[' ']) /
			all);
	add_number(f, kind_of("cries", 0), n['!']);
	add_number(f, kind_of("money", 0), n['$']);
	add_number(f, kind_of("text", 0), text.n);
}

void
spam_shape_add(struct spam_features *f, const struct spam_view *v)
{
	add_fields(f, v);
	add_text(f, v->text);
	add_links(f, v);
	add_number(f, kind_of("hidden", 0), v->hidden_count);
	add_number(f, kind_of("deceives", 0), v->deceiver.n > 0);
	add_number(f, kind_of("parts", 0), v->part_count);
	add_number(f, kind_of("size", 0), v->size);
}
