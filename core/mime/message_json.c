/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One message as JSON, for "show --json". */
#include <string.h>

#include "mime/flowed.h"
#include "mime/limits.h"
#include "mime/message.h"
#include "mime/part.h"
#include "util/digest.h"
#include "util/json.h"

#include "util/banned.h"

static void
put_text(struct json *j, const char *key, struct slice s)
{
	json_key(j, key);
	if (s.p == NULL)
		json_null(j);
	else
		json_string(j, s);
}

/* Empty means absent. */
static void
put_optional(struct json *j, const char *key, struct slice s)
{
	put_text(j, key, s.n > 0 ? s : SLICE_NONE);
}

static void
put_addrs(struct json *j, const struct message *m, const char *key,
          const char *field)
{
	struct arena a = { NULL };
	struct addr_list list;

	message_addrs(m, field, &a, &list);
	json_key(j, key);
	json_array(j);
	for (size_t i = 0; i < list.n; i++) {
		json_object(j);
		json_key(j, "name");
		json_string(j, list.v[i].name);
		json_key(j, "addr");
		json_string(j, list.v[i].spec);
		json_end_object(j);
	}
	json_end_array(j);
	arena_release(&a);
}

/* Text without regard to line ends: CRLF to LF, none at the end. */
static void
add_normal(struct slice s, struct str *out)
{
	const char *p = s.p;
	const char *end = s.p + s.n;
	const char *cr;

	while (p < end && (cr = memchr(p, '\r', (size_t)(end - p))) != NULL) {
		str_add(out, p, (size_t)(cr - p));
		if (cr + 1 == end || cr[1] != '\n')
			str_add_c(out, '\r');
		p = cr + 1;
	}
	if (p < end)
		str_add(out, p, (size_t)(end - p));
	while (out->n > 0 && out->p[out->n - 1] == '\n')
		str_truncate(out, out->n - 1);
}

static void
put_content(struct json *j, const struct part *p)
{
	struct str bytes;
	struct str normal;
	struct str hex;
	struct slice s;

	str_init(&bytes, MIME_BODY_MAX);
	str_init(&normal, MIME_BODY_MAX);
	str_init(&hex, 2 * DIGEST_MAX_SIZE);
	part_bytes(p, &bytes);
	s = str_slice(&bytes);
	if (part_is_text(p) ||
	    (p->cte != CTE_BASE64 && p->cte != CTE_UUENCODE)) {
		add_normal(s, &normal);
		s = str_slice(&normal);
	}
	digest_sha256_hex(s, &hex);
	json_key(j, "size");
	json_int(j, (int64_t)s.n);
	put_text(j, "sha256", str_slice(&hex));
	str_release(&hex);
	str_release(&normal);
	str_release(&bytes);
}

static void
put_save_as(struct json *j, const struct part *p)
{
	struct str name;

	str_init(&name, MIME_NAME_MAX);
	part_save_name(p, &name);
	put_text(j, "save_as", str_slice(&name));
	str_release(&name);
}

static void
put_part(struct json *j, const struct part *p)
{
	json_object(j);
	put_text(j, "path", p->path);
	put_text(j, "type", p->type);
	put_optional(j, "charset", p->is_message ? SLICE_NONE : p->charset);
	put_optional(j, "filename", p->filename);
	if (p->is_message && p->child != NULL) {
		put_text(j, "size", SLICE_NONE);
		put_text(j, "sha256", SLICE_NONE);
	} else {
		put_content(j, p);
	}
	if (p->filename.n > 0)
		put_save_as(j, p);
	json_end_object(j);
}

static void
put_parts(struct json *j, const struct message *m)
{
	const struct part *named = NULL;
	size_t names = 0;

	json_key(j, "parts");
	json_array(j);
	for (struct part *p = message_next_leaf(m, NULL); p != NULL;
	     p = message_next_leaf(m, p)) {
		put_part(j, p);
		if (p->filename.n > 0) {
			named = p;
			names++;
		}
	}
	json_end_array(j);
	if (names == 1)
		put_save_as(j, named);
}

/*
 * Append text with the blanks at line ends left out where a no-break space is
 * among them: the schema takes it for a space, and spaces there do not count.
 */
static void
add_trimmed(struct slice text, struct str *out)
{
	static const char nbsp[] = "\xc2\xa0";

	while (text.n > 0) {
		size_t at = slice_find(text, '\n');
		struct slice line = slice_head(text, at);
		struct slice s = slice_rtrim(line);
		size_t n = s.n;

		while (slice_ends(s, nbsp))
			s = slice_rtrim(slice_head(s, s.n - 2));
		str_add_slice(out, s.n == n ? line : s);
		str_add_c(out, '\n');
		text = slice_from(text, at + 1);
	}
}

static void
trim_lf(struct str *s)
{
	while (s->n > 0 && s->p[s->n - 1] == '\n')
		str_truncate(s, s->n - 1);
}

static void
put_body(struct json *j, const struct message *m, const char *key,
         const struct part *p)
{
	struct str text;
	struct str lines;
	struct str flat;

	if (p == NULL) {
		put_text(j, key, SLICE_NONE);
		return;
	}
	str_init(&text, MIME_BODY_MAX);
	str_init(&flat, MIME_BODY_MAX);
	part_text(m, p, &text, NULL);
	trim_lf(&text);
	str_init(&lines, MIME_BODY_MAX);
	add_trimmed(str_slice(&text), &lines);
	trim_lf(&lines);
	put_text(j, key, str_slice(&lines));
	str_release(&lines);
	if (p->flowed) {
		flowed_decode(str_slice(&text), p->delsp, &flat);
		trim_lf(&flat);
		put_text(j, "reflow", str_slice(&flat));
	}
	str_release(&flat);
	str_release(&text);
}

void
message_json(const struct message *m, struct str *out)
{
	struct json j;
	struct str subject;
	int64_t date;
	const struct part *plain;

	json_init(&j, out);
	json_object(&j);
	str_init(&subject, MESSAGE_FIELD_MAX);
	if (message_subject(m, &subject))
		put_text(&j, "subject", str_slice(&subject));
	else
		put_text(&j, "subject", SLICE_NONE);
	str_release(&subject);
	put_addrs(&j, m, "from", "From");
	put_addrs(&j, m, "to", "To");
	put_addrs(&j, m, "cc", "Cc");
	json_key(&j, "date");
	if (message_date(m, &date))
		json_int(&j, date);
	else
		json_null(&j);
	put_optional(&j, "message_id", message_id(m));
	put_parts(&j, m);
	plain = message_plain(m);
	put_body(&j, m, "text", plain != NULL && plain->untyped ? NULL : plain);
	put_body(&j, m, "html", message_html(m));
	json_end_object(&j);
}
