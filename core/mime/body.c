/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bodies of a message: bytes, text, which part is which. */
#include "mime/message.h"

#include <string.h>

#include "mime/cte.h"
#include "mime/limits.h"
#include "mime/part.h"
#include "mime/word.h"
#include "util/utf8.h"

#include "util/banned.h"

void
part_bytes(const struct part *p, struct str *out)
{
	cte_decode(p->cte, p->body, out);
}

/* What detection may know about this part. */
static struct detect_hint
body_hint(const struct message *m, const struct part *p)
{
	struct detect_hint h = word_hint(m);

	h.html = slice_eq_z(p->type, "text/html");
	if (h.label != CHARSET_UNKNOWN)
		return h;
	h.label = charset_lookup(p->charset);
	if (h.label == CHARSET_UNKNOWN && h.sibling == CHARSET_UNKNOWN)
		h.sibling =
			word_first_charset(part_field(m->root, "Subject", 0));
	return h;
}

/* Append s with CRLF made LF. */
static void
add_lf(struct slice s, struct str *out)
{
	const char *p = s.p;
	const char *end = s.p + s.n;

	while (p < end) {
		const char *cr = memchr(p, '\r', (size_t)(end - p));

		if (cr == NULL)
			break;
		str_add(out, p, (size_t)(cr - p));
		if (cr + 1 == end || cr[1] != '\n')
			str_add_c(out, '\r');
		p = cr + 1;
	}
	if (p < end)
		str_add(out, p, (size_t)(end - p));
}

/* Text that reads the same in every charset we would take it for. */
static bool
is_plain_ascii(struct slice s)
{
	return s.n == 0 ||
	       (!utf8_has_8bit(s.p, s.n) && memchr(s.p, '\033', s.n) == NULL &&
	        memchr(s.p, '\016', s.n) == NULL &&
	        memchr(s.p, '\0', s.n) == NULL);
}

/* Is ASCII a part of cs?  Not so of UTF-7, UTF-16 and HZ. */
static bool
has_ascii(enum charset cs)
{
	return cs == CHARSET_UNKNOWN || cs == CHARSET_ASCII ||
	       cs == CHARSET_UTF8 || cs == CHARSET_CP949 ||
	       cs == CHARSET_WINDOWS_1252;
}

/* Append bytes as UTF-8 with LF; returns the charset they are in. */
static enum charset
decode_text(const struct message *m, const struct part *p, struct slice bytes,
            struct str *out)
{
	struct detect_hint hint = body_hint(m, p);
	struct str text;
	size_t bom = 0;
	enum charset cs = hint.label;

	if (has_ascii(cs) && is_plain_ascii(bytes)) {
		add_lf(bytes, out);
		return cs != CHARSET_UNKNOWN ? cs : CHARSET_ASCII;
	}
	if (m->forced == CHARSET_UNKNOWN)
		cs = detect_body(bytes, &hint, &bom);
	str_init(&text, MIME_BODY_MAX);
	charset_decode(cs, slice_from(bytes, bom), &text, NULL);
	add_lf(str_slice(&text), out);
	str_release(&text);
	return cs;
}

void
part_text(const struct message *m, const struct part *p, struct str *out,
          enum charset *cs_r)
{
	struct slice bytes = p->body;
	struct str decoded;
	enum charset cs;

	str_init(&decoded, MIME_BODY_MAX);
	if (p->cte != CTE_IDENTITY) {
		part_bytes(p, &decoded);
		bytes = str_slice(&decoded);
	}
	cs = decode_text(m, p, bytes, out);
	if (cs_r != NULL)
		*cs_r = cs;
	str_release(&decoded);
}

/* Is p inside a message/rfc822? */
static bool
is_nested(const struct part *p)
{
	while ((p = p->parent) != NULL)
		if (p->is_message)
			return true;
	return false;
}

/* First leaf of that type; those of nested messages only if nothing else. */
static struct part *
first_of_type(const struct message *m, const char *type)
{
	struct part *nested = NULL;

	for (struct part *p = message_next_leaf(m, NULL); p != NULL;
	     p = message_next_leaf(m, p)) {
		if (p->attachment || p->is_message ||
		    !slice_eq_z(p->type, type))
			continue;
		if (!is_nested(p))
			return p;
		if (nested == NULL)
			nested = p;
	}
	return nested;
}

struct part *
message_plain(const struct message *m)
{
	return first_of_type(m, "text/plain");
}

struct part *
message_html(const struct message *m)
{
	return first_of_type(m, "text/html");
}

/* Pictures and the like that belong to an HTML part beside them. */
static bool
is_related(const struct part *p)
{
	return p->parent != NULL &&
	       slice_eq_z(p->parent->type, "multipart/related") &&
	       p != p->parent->child && p->content_id.n > 0;
}

static bool
is_attachment(const struct message *m, const struct part *p)
{
	if (p->attachment)
		return true;
	if (p->is_message || is_nested(p))
		return p->is_message && !is_nested(p);
	if (slice_eq_z(p->type, "text/plain") ||
	    slice_eq_z(p->type, "text/html"))
		return p->named;
	return !is_related(p) && p != m->root &&
	       !slice_eq_z(p->parent->type, "multipart/alternative");
}

struct part *
message_next_attachment(const struct message *m, const struct part *p)
{
	struct part *next = message_next_leaf(m, p);

	while (next != NULL && !is_attachment(m, next))
		next = message_next_leaf(m, next);
	return next;
}
