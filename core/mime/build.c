/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Making a message (RFC 5322, 2045, 2047, 2231) from what a user wrote.
 *
 * 1. Everything that goes into a header is checked before the first byte is
 *    written: no control character, no address that is none.  A bad id of
 *    somebody else's mail (References) is left out instead: it must not keep
 *    a user from answering.
 * 2. The result is 7-bit, with CRLF only and lines of at most 998: it can go
 *    through any server unchanged.
 * 3. Text is format=flowed, broken at spaces only: Korean words stay whole.
 * 4. base64 for text when more than a sixth is not ASCII, as Hangul always is;
 *    else quoted-printable; ASCII as it is.
 * 5. UTF-8, unless the account writes to programs that know none: then each
 *    field and the text are in EUC-KR when it has all of their characters.
 */
#include "mime/build.h"

#include <string.h>

#include "mime/build_field.h"
#include "mime/cte.h"
#include "mime/date.h"
#include "mime/flowed.h"
#include "mime/limits.h"
#include "text/cp949.h"
#include "util/codec.h"
#include "util/digest.h"
#include "util/i18n.h"
#include "util/utf8.h"

#include "util/banned.h"

/* RFC 5322 2.1.1. */
#define LINE_HARD_MAX 998
/* Long discussions: the first and the newest ids are enough to thread them. */
#define REFERENCES_MAX 100

static int
check_list(const struct addr *addrs, size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		if (!addr_spec_ok(addrs[i].spec))
			return err_set(err, ERR_USAGE,
			               _("'%.*s' is no mail address"),
			               SLICE_ARG(addrs[i].spec));
		if (!build_field_ok(addrs[i].name))
			return err_set(
				err, ERR_USAGE,
				_("the name of '%.*s' holds control characters"),
				SLICE_ARG(addrs[i].spec));
	}
	return 0;
}

static int
check(const struct build_draft *d, struct err *err)
{
	const struct addr_list *lists[] = { &d->to, &d->cc, &d->bcc,
		                            &d->reply_to };

	if (check_list(&d->from, 1, err) != 0)
		return -1;
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		if (check_list(lists[i]->v, lists[i]->n, err) != 0)
			return -1;
	if (!build_field_ok(d->subject))
		return err_set(err, ERR_USAGE,
		               _("the subject holds control characters"));
	if (!build_id_ok(d->message_id))
		return err_set(err, ERR_USAGE,
		               _("'%.*s' cannot be a message id"),
		               SLICE_ARG(d->message_id));
	for (size_t i = 0; i < d->attachment_count; i++)
		if (!build_field_ok(d->attachments[i].name) ||
		    !build_field_ok(d->attachments[i].type))
			return err_set(
				err, ERR_USAGE,
				_("the name of an attachment holds control characters"));
	return 0;
}

static void
add_references(const struct build_draft *d, struct str *out)
{
	struct slice few[REFERENCES_MAX];
	size_t skip;

	build_id_field("In-Reply-To", &d->in_reply_to, 1, out);
	if (d->reference_count <= REFERENCES_MAX) {
		build_id_field("References", d->references, d->reference_count,
		               out);
		return;
	}
	skip = d->reference_count - REFERENCES_MAX;
	few[0] = d->references[0];
	for (size_t i = 1; i < REFERENCES_MAX; i++)
		few[i] = d->references[i + skip];
	build_id_field("References", few, REFERENCES_MAX, out);
}

static void
add_header(const struct build_draft *d, struct str *out)
{
	str_add_z(out, "Date: ");
	date_format(d->date, d->zone, out);
	str_add_z(out, "\r\n");
	build_addr_field("From", &d->from, 1, d->legacy, out);
	build_addr_field("Reply-To", d->reply_to.v, d->reply_to.n, d->legacy,
	                 out);
	build_addr_field("To", d->to.v, d->to.n, d->legacy, out);
	build_addr_field("Cc", d->cc.v, d->cc.n, d->legacy, out);
	if (d->keep_bcc)
		build_addr_field("Bcc", d->bcc.v, d->bcc.n, d->legacy, out);
	for (size_t i = 0; d->keep_bcc && i < d->extra_count; i++)
		build_text_field(d->extras[i].name, d->extras[i].value, false,
		                 out);
	build_text_field("Subject", d->subject, d->legacy, out);
	build_id_field("Message-ID", &d->message_id, 1, out);
	add_references(d, out);
	str_add_z(out, "MIME-Version: 1.0\r\n");
}

/* Well-formed UTF-8 with LF line ends, one at the end. */
static void
normalise(struct slice text, struct str *out)
{
	for (size_t i = 0; i < text.n;) {
		uint32_t c;

		i += utf8_decode(text.p + i, text.n - i, &c);
		if (c == '\r') {
			if (i < text.n && text.p[i] == '\n')
				i++;
			c = '\n';
		}
		str_add_codepoint(out, c);
	}
	if (out->n > 0 && out->p[out->n - 1] != '\n')
		str_add_c(out, '\n');
}

/* What the bytes of a text ask for. */
struct shape {
	size_t high;    /* bytes that are not ASCII */
	size_t longest; /* line */
	bool odd;       /* NUL, or CR that ends no line */
};

static struct shape
measure(struct slice s)
{
	struct shape shape = { 0, 0, false };
	size_t line = 0;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		shape.high += c >= 0x80;
		shape.odd = shape.odd || c == '\0' ||
		            (c == '\r' && (i + 1 == s.n || s.p[i + 1] != '\n'));
		line = c == '\n' ? 0 : line + 1;
		if (line > shape.longest)
			shape.longest = line;
	}
	return shape;
}

static void
add_crlf(struct slice s, struct str *out)
{
	struct slice line;

	while (slice_line(&s, &line)) {
		str_add_slice(out, line);
		str_add_z(out, "\r\n");
	}
}

/* Content fields, empty line, text. */
static void
add_text(struct slice text, bool legacy, struct str *out)
{
	struct str normal;
	struct str flowed;
	struct str crlf;
	struct str euckr;
	struct slice bytes;
	struct shape shape;
	bool fits;

	str_init(&euckr, BUILD_MAX);
	str_init(&normal, BUILD_MAX);
	str_init(&flowed, BUILD_MAX);
	str_init(&crlf, BUILD_MAX);
	normalise(text, &normal);
	flowed_encode(str_slice(&normal), &flowed);
	add_crlf(str_slice(&flowed), &crlf);
	fits = legacy && euckr_encode(str_slice(&crlf), &euckr);
	bytes = str_slice(fits ? &euckr : &crlf);
	shape = measure(bytes);
	str_printf(out,
	           "Content-Type: text/plain; charset=%s; format=flowed\r\n",
	           shape.high == 0 ? "us-ascii"
	           : fits          ? "euc-kr"
	                           : "utf-8");
	if (shape.high * 6 > bytes.n || shape.odd) {
		str_add_z(out, "Content-Transfer-Encoding: base64\r\n\r\n");
		cte_encode_base64(bytes, out);
	} else if (shape.high > 0 || shape.longest > LINE_HARD_MAX - 2) {
		str_add_z(out, "Content-Transfer-Encoding: "
		               "quoted-printable\r\n\r\n");
		cte_encode_qp(bytes, out);
	} else {
		str_add_z(out, "Content-Transfer-Encoding: 7bit\r\n\r\n");
		str_add_slice(out, bytes);
	}
	str_release(&euckr);
	str_release(&crlf);
	str_release(&flowed);
	str_release(&normal);
}

/* Types by the ending of the name, where the caller knows none. */
static const char *const endings[][2] = {
	{ ".pdf", "application/pdf" },
	{ ".hwp", "application/x-hwp" },
	{ ".hwpx", "application/hwp+zip" },
	{ ".txt", "text/plain" },
	{ ".html", "text/html" },
	{ ".csv", "text/csv" },
	{ ".ics", "text/calendar" },
	{ ".jpg", "image/jpeg" },
	{ ".jpeg", "image/jpeg" },
	{ ".png", "image/png" },
	{ ".gif", "image/gif" },
	{ ".webp", "image/webp" },
	{ ".zip", "application/zip" },
	{ ".doc", "application/msword" },
	{ ".docx", "application/vnd.openxmlformats-officedocument."
	           "wordprocessingml.document" },
	{ ".xls", "application/vnd.ms-excel" },
	{ ".xlsx", "application/vnd.openxmlformats-officedocument."
	           "spreadsheetml.sheet" },
	{ ".ppt", "application/vnd.ms-powerpoint" },
	{ ".pptx", "application/vnd.openxmlformats-officedocument."
	           "presentationml.presentation" },
	{ ".eml", "message/rfc822" },
	{ ".mp3", "audio/mpeg" },
	{ ".mp4", "video/mp4" },
};

static bool
is_type(struct slice s)
{
	size_t slash = slice_find(s, '/');

	if (slash == 0 || slash + 1 >= s.n || s.n > 127)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (i != slash && !byte_is_alnum(s.p[i]) && s.p[i] != '-' &&
		    s.p[i] != '+' && s.p[i] != '.' && s.p[i] != '_')
			return false;
	return !slice_istarts(s, "multipart/");
}

static struct slice
attachment_type(const struct build_attachment *a)
{
	if (is_type(a->type))
		return a->type;
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (slice_iends(a->name, endings[i][0]))
			return slice_of(endings[i][1]);
	return SLICE_LIT("application/octet-stream");
}

/* A message goes in as it is when it is clean; RFC 2046 5.2.1 forbids base64
 * for it, yet it is the only form that keeps its bytes (see VIOLATIONS). */
static void
add_attachment(const struct build_attachment *a, bool legacy, struct str *out)
{
	struct slice type = attachment_type(a);
	struct shape shape;

	build_named_fields(type, a->name, legacy, out);
	if (slice_ieq_z(type, "message/rfc822")) {
		shape = measure(a->data);
		if (shape.high == 0 && !shape.odd &&
		    shape.longest <= LINE_HARD_MAX) {
			str_add_z(out, "Content-Transfer-Encoding: "
			               "7bit\r\n\r\n");
			add_crlf(a->data, out);
			return;
		}
	}
	str_add_z(out, "Content-Transfer-Encoding: base64\r\n\r\n");
	cte_encode_base64(a->data, out);
}

/* "=_" cannot come out of base64 or quoted-printable. */
static void
make_boundary(struct str *boundary)
{
	unsigned char random[16];

	digest_random(random, sizeof random);
	str_add_z(boundary, "=_");
	codec_hex_encode(random, sizeof random, boundary);
}

static void
add_mixed(const struct build_draft *d, struct str *out)
{
	struct str boundary;

	str_init(&boundary, 70);
	make_boundary(&boundary);
	str_printf(out,
	           "Content-Type: multipart/mixed;\r\n boundary=\"%s\"\r\n\r\n",
	           boundary.p);
	str_printf(out, "--%s\r\n", boundary.p);
	add_text(d->text, d->legacy, out);
	for (size_t i = 0; i < d->attachment_count; i++) {
		str_printf(out, "\r\n--%s\r\n", boundary.p);
		add_attachment(&d->attachments[i], d->legacy, out);
	}
	str_printf(out, "\r\n--%s--\r\n", boundary.p);
	str_release(&boundary);
}

int
build_message(const struct build_draft *d, struct str *out, struct err *err)
{
	size_t start = out->n;

	if (check(d, err) != 0)
		return -1;
	add_header(d, out);
	if (d->attachment_count > 0)
		add_mixed(d, out);
	else
		add_text(d->text, d->legacy, out);
	if (!out->full && out->n - start <= BUILD_MAX)
		return 0;
	str_truncate(out, start);
	return err_set(err, ERR_LIMIT, _("the message is too large"));
}

void
build_message_id(struct slice address, struct str *out)
{
	struct slice domain =
		slice_from(address, slice_rfind(address, '@') + 1);
	unsigned char random[16];

	digest_random(random, sizeof random);
	codec_hex_encode(random, sizeof random, out);
	str_add_c(out, '@');
	str_add_slice(out, build_id_ok(domain) ? domain
	                                       : SLICE_LIT("pabal.invalid"));
}
