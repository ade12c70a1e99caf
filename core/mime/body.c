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

/* Write s to w with CRLF made LF; they may be the same place.  Returns the
 * end. */
static char *
write_lf(char *w, struct slice s)
{
	const char *p = s.p;
	const char *end = s.p + s.n;

	while (p < end) {
		const char *cr = memchr(p, '\r', (size_t)(end - p));
		const char *stop = cr != NULL ? cr : end;

		/* A CR that stands alone stays. */
		if (cr != NULL && (cr + 1 == end || cr[1] != '\n'))
			stop++;
		if (w != p)
			memmove(w, p, (size_t)(stop - p));
		w += stop - p;
		p = cr != NULL ? cr + 1 : end;
	}
	return w;
}

/* Append s with CRLF made LF. */
static void
add_lf(struct slice s, struct str *out)
{
	struct str whole;

	if (s.n == 0)
		return;
	if (str_reserve(out, s.n) == s.n) {
		char *w = out->p + out->n;

		str_added(out, (size_t)(write_lf(w, s) - w));
		return;
	}
	str_init(&whole, s.n);
	add_lf(s, &whole);
	str_add_slice(out, str_slice(&whole));
	str_release(&whole);
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

/* Is the text UTF-8 whatever else may be tried?  A mark at its start is left
 * out then. */
static bool
is_utf8(const struct message *m, enum charset cs, struct slice *s)
{
	bool known = cs == CHARSET_UTF8 ||
	             (m->forced == CHARSET_UNKNOWN &&
	              (cs == CHARSET_UNKNOWN || cs == CHARSET_ASCII));

	if (!known || !utf8_has_8bit(s->p, s->n) ||
	    utf8_good(s->p, s->n) < s->n)
		return false;
	if (m->forced == CHARSET_UNKNOWN && slice_starts(*s, "\xef\xbb\xbf"))
		*s = slice_from(*s, 3);
	return true;
}

static enum charset
decode(const struct message *m, const struct detect_hint *hint,
       struct slice bytes, struct str *out)
{
	if (m->forced == CHARSET_UNKNOWN)
		return detect_decode_body(bytes, hint, out);
	charset_decode(hint->label, bytes, out, NULL);
	return hint->label;
}

/* Append bytes as UTF-8 with LF; returns the charset they are in. */
static enum charset
decode_text(const struct message *m, const struct part *p, struct slice bytes,
            struct str *out)
{
	struct detect_hint hint = body_hint(m, p);
	size_t from = out->n;
	enum charset cs = hint.label;
	struct str text;

	if (has_ascii(cs) && is_plain_ascii(bytes)) {
		add_lf(bytes, out);
		return cs != CHARSET_UNKNOWN ? cs : CHARSET_ASCII;
	}
	if (is_utf8(m, cs, &bytes)) {
		add_lf(bytes, out);
		return CHARSET_UTF8;
	}
	if ((out->max - from) / CHARSET_GROWTH >= bytes.n) {
		cs = decode(m, &hint, bytes, out);
		str_truncate(out, (size_t)(write_lf(out->p + from,
		                                    slice_from(str_slice(out),
		                                               from)) -
		                           out->p));
		return cs;
	}
	str_init(&text, MIME_BODY_MAX);
	cs = decode(m, &hint, bytes, &text);
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
