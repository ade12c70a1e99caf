/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making a message that somebody hands in ready to be sent. */
/*
 * 1. A header field of plain ASCII goes out as it came, folding and all.
 * 2. A field with raw 8-bit text is decoded as a reader would and encoded anew.
 * 3. A body without Content-Type that is not plain ASCII, or has lines SMTP
 *    would refuse, goes out as UTF-8 in base64; any other body as it came.
 * 4. With attachments the message is built anew from its fields and its text.
 * 5. Where somebody sends a message on (Resent fields), these say to whom, and
 *    what is missing is added to them: the message itself stays as it is.
 */
#include "cli/compose_priv.h"

#include <stdlib.h>
#include <string.h>

#include "mime/build.h"
#include "mime/date.h"
#include "mime/word.h"
#include "util/codec.h"
#include "util/fsx.h"
#include "util/i18n.h"
#include "util/utf8.h"

#include "util/banned.h"

/* RFC 5322, 2.1.1. */
#define LINE_MAX_BYTES 998
/* RFC 2045, 6.8. */
#define BASE64_LINE 76
/* Attachments of one message. */
#define FILES_MAX 1000

/* ---- the header ---- */

static void
add_crlf(struct str *out, struct slice text)
{
	size_t i;

	for (i = 0; i < text.n; i++) {
		if (text.p[i] == '\r' && i + 1 < text.n &&
		    text.p[i + 1] == '\n')
			i++;
		if (text.p[i] == '\n' || text.p[i] == '\r')
			str_add_z(out, "\r\n");
		else
			str_add_c(out, text.p[i]);
	}
}

static bool
is_address_field(struct slice name)
{
	static const char *const names[] = { "From", "To", "Cc", "Reply-To",
		                             "Sender" };
	size_t i;

	if (resent_is(name))
		name = slice_from(name, sizeof "Resent-" - 1);
	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if (slice_ieq_z(name, names[i]))
			return true;
	return false;
}

static void
add_address(struct str *out, const struct addr *a, bool legacy)
{
	size_t start = slice_rfind(str_slice(out), '\n');
	size_t column = out->n - (start < out->n ? start + 1 : 0);

	if (a->name.n == 0) {
		str_add_slice(out, a->spec);
		return;
	}
	if (utf8_has_8bit(a->name.p, a->name.n)) {
		word_encode(a->name, legacy, column, out);
	} else {
		size_t i;

		str_add_c(out, '"');
		for (i = 0; i < a->name.n; i++) {
			if (a->name.p[i] == '"' || a->name.p[i] == '\\')
				str_add_c(out, '\\');
			if (byte_is_print(a->name.p[i]))
				str_add_c(out, a->name.p[i]);
		}
		str_add_c(out, '"');
	}
	str_printf(out, " <%.*s>", SLICE_ARG(a->spec));
}

static void
add_addresses(struct composer *c, const struct addr_list *list)
{
	size_t i;

	for (i = 0; i < list->n; i++) {
		if (i > 0)
			str_add_z(&c->out->message, ",\r\n ");
		add_address(&c->out->message, &list->v[i], c->in->legacy);
	}
}

static void
add_decoded(struct composer *c, struct slice raw, size_t column)
{
	struct detect_hint hint = word_hint(&c->m);
	struct str text;
	struct str line;

	str_init(&text, MESSAGE_FIELD_MAX);
	word_decode(&hint, slice_trim(raw), &text);
	str_init(&line, MESSAGE_FIELD_MAX);
	str_add_slice(&line, str_slice(&text));
	/* Line ends of a folded field: a blank each. */
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] == '\r' || line.p[i] == '\n')
			line.p[i] = ' ';
	word_encode(str_slice(&line), c->in->legacy, column, &c->out->message);
	str_release(&line);
	str_release(&text);
}

/* A CR alone does not end a line here, but would on the wire: a text that
 * somebody else chose could add fields with it. */
static void
add_folded(struct str *out, struct slice value)
{
	for (size_t i = 0; i < value.n; i++) {
		bool ends = i + 1 < value.n && value.p[i + 1] == '\n';

		if (value.p[i] == '\n')
			str_add_z(out, "\r\n");
		else if (value.p[i] != '\r')
			str_add_c(out, value.p[i]);
		else if (!ends)
			str_add_c(out, ' ');
	}
}

/* Its addresses, if it cannot go out as it came. */
static bool
field_addresses(struct composer *c, struct slice value, struct addr_list *list)
{
	addr_parse(&c->out->arena, &c->m, value, list);
	return composer_qualify(c, list) || utf8_has_8bit(value.p, value.n);
}

static void
add_field(struct composer *c, const struct header_field *f)
{
	struct str *out = &c->out->message;
	struct addr_list list = { 0 };

	if (slice_ieq_z(f->name, "Bcc") || slice_ieq_z(f->name, "Resent-Bcc") ||
	    slice_ieq_z(f->name, "Return-Path"))
		return;
	str_add_slice(out, f->name);
	str_add_z(out, ":");
	if (is_address_field(f->name) && field_addresses(c, f->value, &list)) {
		str_add_c(out, ' ');
		add_addresses(c, &list);
	} else if (!utf8_has_8bit(f->value.p, f->value.n)) {
		/* The value begins behind the colon, blanks and all. */
		if (f->value.n > 0 && !byte_is_blank(f->value.p[0]))
			str_add_c(out, ' ');
		add_folded(out, slice_rtrim(f->value));
	} else {
		str_add_c(out, ' ');
		add_decoded(c, f->value, f->name.n + 2);
	}
	str_add_z(out, "\r\n");
}

static bool
has_field(const struct composer *c, const char *name)
{
	return part_field(c->m.root, name, 0).p != NULL;
}

static void
add_missing(struct composer *c)
{
	struct str *out = &c->out->message;
	size_t i;

	if (!has_field(c, "From")) {
		struct addr from = { c->in->full_name, c->in->from };

		str_add_z(out, "From: ");
		add_address(out, &from, c->in->legacy);
		str_add_z(out, "\r\n");
	}
	if (!has_field(c, "To") && !has_field(c, "Cc") &&
	    !has_field(c, "Bcc")) {
		str_add_z(out, "To: ");
		for (i = 0; i < c->out->rcpts.n; i++)
			str_printf(out, "%s%s", i > 0 ? ",\r\n " : "",
			           c->out->rcpts.v[i]);
		str_add_z(out, "\r\n");
	}
	if (!has_field(c, "Date")) {
		str_add_z(out, "Date: ");
		date_format(c->in->now, c->in->zone, out);
		str_add_z(out, "\r\n");
	}
	if (!has_field(c, "Message-ID")) {
		str_add_z(out, "Message-ID: <");
		build_message_id(c->in->from, out);
		str_add_z(out, ">\r\n");
	}
}

/* What the block of who sends it on has to have; the rest of the header is the
 * author's. */
static void
add_missing_resent(struct composer *c)
{
	struct str *out = &c->out->message;
	struct addr from = { c->in->full_name, c->in->from };

	if (resent_field(&c->m, &c->resent, "Resent-From").p == NULL) {
		str_add_z(out, "Resent-From: ");
		add_address(out, &from, c->in->legacy);
		str_add_z(out, "\r\n");
	}
	if (resent_field(&c->m, &c->resent, "Resent-Date").p == NULL) {
		str_add_z(out, "Resent-Date: ");
		date_format(c->in->now, c->in->zone, out);
		str_add_z(out, "\r\n");
	}
	if (resent_field(&c->m, &c->resent, "Resent-Message-ID").p == NULL) {
		str_add_z(out, "Resent-Message-ID: <");
		build_message_id(c->in->from, out);
		str_add_z(out, ">\r\n");
	}
}

/* ---- the body ---- */

static bool
body_is_plain(struct slice body)
{
	struct slice rest = body;
	struct slice line;

	if (utf8_has_8bit(body.p, body.n) || slice_find(body, '\0') < body.n)
		return false;
	while (slice_line(&rest, &line))
		if (line.n > LINE_MAX_BYTES)
			return false;
	return true;
}

static void
add_base64(struct str *out, struct slice text)
{
	struct str all;
	size_t i;

	str_init(&all, BUILD_MAX);
	codec_base64_encode(text.p, text.n, &all);
	for (i = 0; i < all.n; i += BASE64_LINE) {
		str_add_slice(out, slice_head(slice_from(str_slice(&all), i),
		                              BASE64_LINE));
		str_add_z(out, "\r\n");
	}
	str_release(&all);
}

static void
add_text_as_base64(struct composer *c)
{
	struct str *out = &c->out->message;
	struct str text;
	struct str crlf;

	str_init(&text, BUILD_MAX);
	str_init(&crlf, BUILD_MAX);
	part_text(&c->m, c->m.root, &text, NULL);
	add_crlf(&crlf, str_slice(&text));
	if (!has_field(c, "MIME-Version"))
		str_add_z(out, "MIME-Version: 1.0\r\n");
	str_add_z(out, "Content-Type: text/plain; charset=utf-8\r\n"
	               "Content-Transfer-Encoding: base64\r\n\r\n");
	add_base64(out, str_slice(&crlf));
	str_release(&text);
	str_release(&crlf);
}

static void
write_through(struct composer *c)
{
	const struct part *root = c->m.root;
	bool encode = !has_field(c, "Content-Type") &&
	              !has_field(c, "Content-Transfer-Encoding") &&
	              !body_is_plain(root->body);
	struct str *out = &c->out->message;
	size_t i;

	if (composer_sends_on(c))
		add_missing_resent(c);
	for (i = 0; i < root->field_count; i++)
		add_field(c, &root->fields[i]);
	if (!composer_sends_on(c))
		add_missing(c);
	if (encode) {
		add_text_as_base64(c);
		return;
	}
	str_add_z(out, "\r\n");
	add_crlf(out, root->body);
	if (!slice_ends(str_slice(out), "\r\n"))
		str_add_z(out, "\r\n");
}

/* ---- with attachments ---- */

static int
attach(struct composer *c, struct build_draft *d, struct fsx_map *maps,
       struct build_attachment *attachments)
{
	size_t i;

	for (i = 0; c->in->files[i] != NULL; i++) {
		struct slice path = slice_of(c->in->files[i]);
		size_t slash = slice_rfind(path, '/');

		if (fsx_map_open(c->in->files[i], &maps[i], c->err) != 0)
			return -1;
		attachments[i].name =
			slash < path.n ? slice_from(path, slash + 1) : path;
		attachments[i].data = maps[i].data;
		d->attachment_count++;
	}
	d->attachments = attachments;
	return 0;
}

static void
fill_draft(struct composer *c, struct build_draft *d, struct str *text,
           struct str *id)
{
	struct addr_list from = { 0 };
	struct slice *refs = NULL;
	size_t ref_count = 0;
	struct part *plain = message_plain(&c->m);

	d->legacy = c->in->legacy;
	message_addrs(&c->m, "From", &c->out->arena, &from);
	d->from = from.n > 0 ? from.v[0]
	                     : (struct addr){ c->in->full_name, c->in->from };
	message_addrs(&c->m, "To", &c->out->arena, &d->to);
	message_addrs(&c->m, "Cc", &c->out->arena, &d->cc);
	message_addrs(&c->m, "Reply-To", &c->out->arena, &d->reply_to);
	if (d->to.n == 0 && d->cc.n == 0 && !has_field(c, "Bcc")) {
		d->to.v = arena_calloc(&c->out->arena, c->out->rcpts.n,
		                       sizeof *d->to.v);
		for (; d->to.n < c->out->rcpts.n; d->to.n++)
			d->to.v[d->to.n].spec =
				slice_of(c->out->rcpts.v[d->to.n]);
	}
	if (plain != NULL)
		part_text(&c->m, plain, text, NULL);
	message_references(&c->m, &c->out->arena, &refs, &ref_count);
	d->references = refs;
	d->reference_count = ref_count;
	if (ref_count > 0)
		d->in_reply_to = refs[ref_count - 1];
	d->message_id = message_id(&c->m);
	if (d->message_id.n == 0) {
		build_message_id(c->in->from, id);
		d->message_id = str_slice(id);
	}
	d->subject = slice_of(c->out->subject);
	d->text = str_slice(text);
	if (!message_date(&c->m, &d->date))
		d->date = c->in->now;
	d->zone = c->in->zone;
}

static int
write_anew(struct composer *c)
{
	struct build_draft d = { 0 };
	struct fsx_map *maps;
	struct build_attachment *attachments;
	struct str text;
	struct str id;
	size_t n = 0;
	int rc;

	if (composer_sends_on(c))
		return err_set(c->err, ERR_USAGE,
		               _("a message that is sent on as it is takes no "
		                 "attachment"));
	while (c->in->files[n] != NULL)
		n++;
	if (n > FILES_MAX)
		return err_set(c->err, ERR_LIMIT, _("more than %d attachments"),
		               FILES_MAX);
	maps = arena_calloc(&c->out->arena, n, sizeof *maps);
	attachments = arena_calloc(&c->out->arena, n, sizeof *attachments);
	str_init(&text, BUILD_MAX);
	str_init(&id, MESSAGE_FIELD_MAX);
	fill_draft(c, &d, &text, &id);
	rc = attach(c, &d, maps, attachments);
	if (rc == 0)
		rc = build_message(&d, &c->out->message, c->err);
	for (size_t i = 0; i < d.attachment_count; i++)
		fsx_map_close(&maps[i]);
	str_release(&text);
	str_release(&id);
	return rc;
}

int
compose(const struct compose_in *in, struct compose_out *out_r, struct err *err)
{
	struct composer c = { .in = in, .out = out_r, .err = err };
	struct str subject;
	int rc;

	memset(out_r, 0, sizeof *out_r);
	str_init(&out_r->message, BUILD_MAX);
	message_parse(&c.m, in->message);
	(void)resent_find(&c.m, &c.resent); /* nobody: an empty block */
	str_init(&subject, MESSAGE_FIELD_MAX);
	(void)message_subject(&c.m, &subject); /* absent: empty */
	out_r->subject = arena_dup(&out_r->arena, subject.p, subject.n);
	str_release(&subject);
	rc = composer_find_rcpts(&c);
	if (rc == 0 && in->files != NULL && in->files[0] != NULL)
		rc = write_anew(&c);
	else if (rc == 0)
		write_through(&c);
	if (rc == 0 && out_r->message.full)
		rc = err_set(err, ERR_LIMIT,
		             _("the message is larger than %zu bytes"),
		             BUILD_MAX);
	message_release(&c.m);
	return rc;
}

void
compose_release(struct compose_out *out)
{
	array_release(&out->rcpts);
	str_release(&out->message);
	arena_release(&out->arena);
	out->subject = NULL;
}
