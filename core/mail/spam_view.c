/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the spam filter looks at: the decoded headers and first text of a mail. */
#include "mail/spam_view.h"

#include <string.h>

#include "mime/part.h"
#include "mime/word.h"
#include "text/html.h"
#include "text/unicode.h"
#include "util/utf8.h"

#include "util/banned.h"

/* Link targets stand before the text, so that they are among the bytes that are
 * learnt; a newsletter's hundreds must not push the text out. */
#define LINKS_FIRST 600
/* Link targets that rules look at. */
#define LINKS_MAX 8192
/* Room for most texts at once; it grows. */
#define USUAL_TEXT 4000
/* Parts that are looked at. */
#define PARTS_MAX 8

static bool
is_gap(char c)
{
	return byte_is_blank(c) || c == '\0';
}

/* Eight bytes of which none has to be left out or changed: no blank but single
 * spaces, no other control.  Some that would do are not taken. */
static bool
is_squeezed(const char *p, char before)
{
	const uint64_t each = UINT64_C(0x0101010101010101);
	uint64_t eight, spaces;

	memcpy(&eight, p, sizeof eight);
	/* The highest bit of each byte: is it below 0x20, is it a space? */
	if (((eight - 0x20 * each) & ~eight & 0x80 * each) != 0)
		return false;
	spaces = eight ^ 0x20 * each;
	spaces = (spaces - each) & ~spaces & 0x80 * each;
	return (spaces & spaces >> 8) == 0 && (before != ' ' || p[0] != ' ');
}

/* s with each run of blanks as one space, none at the start, at most max bytes.
 * Returns its length; out has room for all of s. */
static size_t
squeeze(struct slice s, char *out, size_t max)
{
	char before = ' ';
	size_t i = 0, n = 0;

	while (i < s.n && n < max) {
		char c = s.p[i];

		if (s.n - i >= 8 && is_squeezed(s.p + i, before)) {
			memcpy(out + n, s.p + i, 8);
			before = s.p[i + 7];
			i += 8;
			n += 8;
			continue;
		}
		c = is_gap(c) ? ' ' : c;
		out[n] = c;
		n += c != ' ' || before != ' ';
		before = c;
		i++;
	}
	return n < max ? n : max;
}

/* Copy text into the arena, in NFC, blanks squeezed, at most max bytes. */
static struct slice
keep(struct arena *a, struct slice s, size_t max)
{
	struct slice squeezed;
	struct str nfc;
	size_t n;
	char *p;

	s = slice_trim(s);
	p = arena_dup(a, s.p, s.n);
	n = squeeze(s, p, max);
	squeezed = slice_make(p, utf8_cut(p, n));
	if (unicode_is_nfc(squeezed)) {
		p[squeezed.n] = '\0';
		return squeezed;
	}
	str_init(&nfc, max * 3);
	unicode_nfc(squeezed, &nfc);
	squeezed = arena_slice(
		a, slice_head(str_slice(&nfc),
	                      utf8_cut(nfc.p, nfc.n < max ? nfc.n : max)));
	str_release(&nfc);
	return squeezed;
}

static struct slice
lower(struct arena *a, struct slice s)
{
	char *p = arena_dup(a, s.p, s.n);

	bytes_lower(p, p, s.n);
	return slice_make(p, s.n);
}

/* Fields that a filter or a mail program on this side adds say what somebody
 * thought of the message, not what it is. */
static bool
is_local_field(struct slice name)
{
	static const char *const prefixes[] = {
		"x-spam",     "x-bogosity", "x-mozilla", "x-pabal",
		"x-keywords", "x-uid",      "x-imap",    "x-gmail-labels",
	};
	static const char *const whole[] = { "status", "x-status", "lines",
		                             "content-length", "from " };
	size_t i;

	/* Their first letters: most names have others. */
	if (name.n == 0 || strchr("xslcf", byte_lower(name.p[0])) == NULL)
		return false;
	for (i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
		if (slice_istarts(name, prefixes[i]))
			return true;
	for (i = 0; i < sizeof whole / sizeof *whole; i++)
		if (slice_ieq_z(name, whole[i]))
			return true;
	return false;
}

static void
take_headers(struct spam_view *v, const struct message *m)
{
	struct detect_hint hint = word_hint(m);
	const struct part *root = m->root;
	size_t most = root->field_count < SPAM_HEADERS_MAX ? root->field_count
	                                                   : SPAM_HEADERS_MAX;
	struct str value;
	size_t i;

	v->headers = arena_calloc(&v->arena, most + 1, sizeof *v->headers);
	str_init(&value, (size_t)SPAM_FIELD_MAX * 4);
	(void)str_reserve(&value, USUAL_TEXT);
	for (i = 0; i < most; i++) {
		const struct header_field *f = &root->fields[i];
		struct spam_header *h = &v->headers[v->header_count++];

		str_clear(&value);
		word_decode(&hint,
		            slice_head(f->value, (size_t)SPAM_FIELD_MAX * 4),
		            &value);
		h->name = lower(&v->arena, slice_head(f->name, 64));
		h->local = is_local_field(h->name);
		h->value = keep(&v->arena, str_slice(&value), SPAM_FIELD_MAX);
	}
	str_release(&value);
	v->subject = spam_view_header(v, "subject");
}

static void
take_links(struct spam_view *v, const struct html_text *t, struct str *links,
           struct str *text)
{
	size_t limit = text->n + LINKS_FIRST;
	size_t i;

	for (i = 0; i < t->link_count; i++) {
		const struct html_link *l = &t->links[i];

		str_add_z(links, l->target);
		str_add_c(links, '\n');
		if (text->n + strlen(l->target) < limit) {
			str_add_c(text, ' ');
			str_add_z(text, l->target);
		}
		if (l->deceives && v->deceiver.n == 0) {
			struct str said;

			str_init(&said, 400);
			str_printf(&said, "%.150s → %.200s", l->text,
			           l->target);
			v->deceiver = arena_slice(&v->arena, str_slice(&said));
			str_release(&said);
		}
	}
}

static void
take_html(struct spam_view *v, struct slice html, struct str *links,
          struct str *text)
{
	struct html_opts opts = { .max = SPAM_TEXT_MAX };
	struct html_text t;

	html_to_text(html, &opts, &t);
	take_links(v, &t, links, text);
	str_add_c(text, ' ');
	str_add_slice(text, str_slice(&t.text));
	v->hidden_count += t.hidden_count;
	html_text_release(&t);
}

static void
take_part(struct spam_view *v, const struct message *m, const struct part *p,
          struct str *links, struct str *text)
{
	struct part first = *p;
	struct str decoded;

	/* The rest of a large part is not even decoded. */
	first.body = slice_head(p->body, SPAM_PART_MAX);
	str_init(&decoded, SPAM_PART_MAX);
	(void)str_reserve(&decoded, first.body.n);
	part_text(m, &first, &decoded, NULL);
	if (slice_eq_z(p->type, "text/html")) {
		take_html(v, str_slice(&decoded), links, text);
	} else {
		str_add_c(text, ' ');
		str_add_slice(text, str_slice(&decoded));
	}
	str_release(&decoded);
}

static void
take_text(struct spam_view *v, const struct message *m)
{
	const struct part *p = NULL;
	struct str text, links;
	size_t n = 0;

	str_init(&text, SPAM_TEXT_MAX * 2);
	(void)str_reserve(&text, USUAL_TEXT);
	str_init(&links, LINKS_MAX);
	while ((p = message_next_leaf(m, p)) != NULL && n < PARTS_MAX &&
	       text.n < SPAM_TEXT_MAX)
		if (slice_starts(p->type, "text/") && !p->attachment) {
			take_part(v, m, p, &links, &text);
			n++;
		}
	v->text = keep(&v->arena, str_slice(&text), SPAM_TEXT_MAX);
	v->links = lower(&v->arena, str_slice(&links));
	str_release(&text);
	str_release(&links);
}

static size_t
count_parts(const struct message *m)
{
	const struct part *p;
	size_t n = 0;

	for (p = m->root; p != NULL && n < SPAM_PARTS_COUNTED; p = part_walk(p))
		n++;
	return n;
}

void
spam_view_init(struct spam_view *v, const struct message *m)
{
	memset(v, 0, sizeof *v);
	v->size = m->raw.n;
	v->part_count = count_parts(m);
	take_headers(v, m);
	take_text(v, m);
}

static void
take_way(struct spam_view *v, const struct message *m)
{
	const struct part *root = m->root;
	size_t i;

	v->way = arena_calloc(&v->arena, SPAM_SERVERS_MAX, sizeof *v->way);
	for (i = 0; i < root->field_count && v->way_count < SPAM_SERVERS_MAX;
	     i++)
		if (slice_ieq_z(root->fields[i].name, "Received"))
			received_parse(root->fields[i].value,
			               &v->way[v->way_count++]);
}

void
spam_view_trust(struct spam_view *v, const struct message *m,
                const struct origin_hosts *hosts)
{
	enum origin_trust trust[SPAM_HEADERS_MAX];
	size_t i;

	v->hosts = hosts;
	v->dated = message_date(m, &v->date);
	take_way(v, m);
	if (hosts == NULL)
		return;
	origin_trust(m, hosts, trust, v->header_count);
	for (i = 0; i < v->header_count; i++)
		v->headers[i].trust = trust[i];
}

void
spam_view_release(struct spam_view *v)
{
	arena_release(&v->arena);
	memset(v, 0, sizeof *v);
}

struct slice
spam_view_header(const struct spam_view *v, const char *name)
{
	size_t i;

	for (i = 0; i < v->header_count; i++)
		if (slice_eq_z(v->headers[i].name, name))
			return v->headers[i].value;
	return SLICE_NONE;
}
