/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making the lines of the reader from a message. */
#include "tui/reader_text.h"

#include "text/charset.h"
#include "text/detect.h"
#include "text/unicode.h"
#include "text/wrap.h"
#include "tui/text_fmt.h"
#include "util/i18n.h"
#include "util/utf8.h"

#include "util/banned.h"

/* Wider lines are hard to read, however wide the terminal is. */
#define READ_CELLS 100
/* Header fields shown of one message, and bytes of each. */
#define FIELD_BYTES 8192
#define LABEL_CELLS 10
/* Kept free for the note that something was cut. */
#define NOTE_LINES 10U
#define NOTE_BYTES 1024U

/* Is the number of a link, "[1]" or "[1!]", at the head of s? */
static bool
is_link_number(struct slice s)
{
	size_t n = 1;

	if (s.n == 0 || s.p[0] != '[')
		return false;
	while (n < s.n && byte_is_digit(s.p[n]))
		n++;
	if (n == 1)
		return false;
	if (n < s.n && s.p[n] == '!')
		n++;
	return n < s.n && s.p[n] == ']';
}

bool
reader_text_link(struct slice s, size_t from, struct slice *url_r)
{
	static const char *const schemes[] = { "https://", "http://",
		                               "mailto:" };
	size_t i, at, k;

	for (at = from; at < s.n; at++) {
		for (i = 0; i < 3; i++)
			if (slice_istarts(slice_from(s, at), schemes[i]))
				break;
		if (i == 3)
			continue;
		for (k = at; k < s.n && byte_is_print(s.p[k]) &&
		             s.p[k] != ' ' && s.p[k] != '<' && s.p[k] != '>' &&
		             s.p[k] != '"' && !is_link_number(slice_from(s, k));
		     k++)
			;
		while (k > at && (s.p[k - 1] == '.' || s.p[k - 1] == ',' ||
		                  s.p[k - 1] == ')' || s.p[k - 1] == '\''))
			k--;
		*url_r = slice_make(s.p + at, k - at);
		if (url_r->n > slice_of(schemes[i]).n)
			return true;
	}
	return false;
}

int
reader_text_quote(struct slice line, size_t *prefix_r)
{
	int depth = 0;
	size_t i;

	*prefix_r = 0;
	for (i = 0; i < line.n; i++) {
		if (line.p[i] == '>') {
			depth++;
			*prefix_r = i + 1;
		} else if (line.p[i] != ' ' || i > *prefix_r) {
			break;
		}
	}
	if (depth > 0 && *prefix_r < line.n && line.p[*prefix_r] == ' ')
		(*prefix_r)++;
	return depth;
}

static int
text_cells(const struct pane_reader *p)
{
	int cols = p->cols - 2;

	return cols < 1 ? 1 : cols > READ_CELLS ? READ_CELLS : cols;
}

static void
add_line(struct pane_reader *p, const struct reader_line *l)
{
	p->cut = p->cut || p->lines.n >= READER_LINES_MAX;
	if (!p->cut)
		array_add(&p->lines, *l);
}

/* Wrap one logical line that lies in p->text at l's place. */
static void
wrap_line(struct pane_reader *p, struct reader_line l)
{
	struct slice rest = slice_make(p->text.p + l.from, l.n);
	int taken = l.indent + (int)unicode_cells(slice_make(
				       p->text.p + l.prefix, l.prefix_n));
	int width = text_cells(p) - taken;
	struct slice piece;

	if (rest.n == 0) {
		add_line(p, &l);
		return;
	}
	while (!p->cut &&
	       wrap_next(&rest, width < 8 ? 8 : (size_t)width, &piece)) {
		l.from =
			piece.n > 0 ? (size_t)(piece.p - p->text.p) : p->text.n;
		l.n = piece.n;
		add_line(p, &l);
		l.label = l.label != NULL ? "" : NULL;
	}
}

/* What has FIELD_BYTES was cut there. */
static void
add_header(struct pane_reader *p, const char *label, struct slice value,
           enum style st)
{
	struct reader_line l = { .from = p->text.n,
		                 .label = label,
		                 .indent = LABEL_CELLS,
		                 .style = st };

	if (value.n >= FIELD_BYTES) {
		str_add(&p->text, value.p, utf8_cut(value.p, FIELD_BYTES - 1));
		str_add_z(&p->text, "…");
	} else {
		str_add_slice(&p->text, value);
	}
	l.n = p->text.n - l.from;
	wrap_line(p, l);
}

static void
add_plain(struct pane_reader *p, const char *text, enum style st)
{
	struct reader_line l = { .from = p->text.n, .style = st };

	str_add_z(&p->text, text);
	l.n = p->text.n - l.from;
	wrap_line(p, l);
}

static void
add_addresses(struct pane_reader *p, const char *name, const char *label)
{
	struct arena a = { NULL };
	struct addr_list list = { NULL, 0 };
	struct str s;
	size_t i;

	message_addrs(&p->message, name, &a, &list);
	str_init(&s, FIELD_BYTES);
	for (i = 0; i < list.n && !s.full; i++) {
		if (i > 0)
			str_add_z(&s, ", ");
		addr_show(&list.v[i], &s);
	}
	if (s.full) {
		str_truncate(&s, utf8_cut(s.p, FIELD_BYTES - 4));
		str_add_z(&s, "…");
	}
	if (s.n > 0)
		add_header(p, label, str_slice(&s), STYLE_HEADER);
	str_release(&s);
	arena_release(&a);
}

static void
add_attachments(struct pane_reader *p)
{
	const char *label = _("Files");
	struct part *part = NULL;

	while ((part = message_next_attachment(&p->message, part)) != NULL) {
		struct str s;

		str_init(&s, 1024);
		part_save_name(part, &s);
		str_add_z(&s, " (");
		str_add_size(&s, part_size_estimate(part));
		str_add_z(&s, ")");
		add_header(p, label, str_slice(&s), STYLE_HEADER);
		label = "";
		str_release(&s);
	}
}

/* What the message is part of. */
static void
add_outer(struct pane_reader *p)
{
	struct str s;

	if (p->outer.n == 0)
		return;
	str_init(&s, FIELD_BYTES);
	(void)message_subject(&p->outer.v[p->outer.n - 1].message, &s);
	add_header(p, _("Part of"),
	           s.n > 0 ? str_slice(&s) : slice_of(_("(no subject)")),
	           STYLE_DIM);
	str_release(&s);
}

static void
add_stub(struct pane_reader *p)
{
	struct str size, s;

	str_init(&size, 64);
	str_init(&s, FIELD_BYTES);
	str_add_size(&size, p->stub);
	str_printf(&s,
	           _("Only the header is here: the message has %s. Enter "
	             "fetches it."),
	           size.p);
	add_plain(p, s.p, STYLE_WARN);
	str_release(&size);
	str_release(&s);
}

static void
add_date(struct pane_reader *p)
{
	struct str s;
	struct str odd;
	int64_t date;

	str_init(&s, FIELD_BYTES);
	str_init(&odd, FIELD_BYTES);
	if (message_date(&p->message, &date))
		fmt_date_long(date, &s);
	else if (message_odd_date(&p->message, &odd))
		str_printf(&s, _("no date can be read in '%s'"), odd.p);
	if (s.n > 0)
		add_header(p, _("Date"), str_slice(&s), STYLE_HEADER);
	str_release(&odd);
	str_release(&s);
}

static void
add_short_headers(struct pane_reader *p)
{
	struct str s;
	struct str clean;

	add_outer(p);
	str_init(&s, FIELD_BYTES);
	str_init(&clean, FIELD_BYTES);
	(void)message_subject(&p->message, &s);
	unicode_clean_line(str_slice(&s), &clean);
	add_header(p, _("Subject"),
	           clean.n > 0 ? str_slice(&clean)
	                       : slice_of(_("(no subject)")),
	           STYLE_SUBJECT);
	str_release(&clean);
	add_addresses(p, "From", _("From"));
	add_addresses(p, "Reply-To", _("Reply to"));
	add_addresses(p, "To", _("To"));
	add_addresses(p, "Cc", _("Cc"));
	add_date(p);
	add_attachments(p);
	if (message_has_senders(&p->message))
		add_plain(p,
		          _("Several senders are given: this mail may be "
		            "forged."),
		          STYLE_WARN);
	if (p->stub != 0 && p->outer.n == 0)
		add_stub(p);
	if (p->verdict == SPAM_UNSURE && p->outer.n == 0)
		add_plain(p,
		          _("The spam filter is unsure about this mail; W says "
		            "why."),
		          STYLE_WARN);
	str_release(&s);
}

static void
add_full_headers(struct pane_reader *p)
{
	const struct part *root = p->message.root;
	size_t i;

	for (i = 0; i < root->field_count; i++) {
		const struct header_field *f = &root->fields[i];
		struct reader_line l = { .style = STYLE_HEADER };
		struct str s;

		str_init(&s, FIELD_BYTES);
		unicode_clean_line(f->name, &s);
		str_add_z(&s, ": ");
		unicode_clean_line(f->value, &s);
		l.from = p->text.n;
		str_add_slice(&p->text, str_slice(&s));
		l.n = p->text.n - l.from;
		wrap_line(p, l);
		str_release(&s);
	}
}

static enum style
body_style(struct slice line, int depth, bool signature)
{
	static const enum style quotes[] = { STYLE_QUOTE1, STYLE_QUOTE2,
		                             STYLE_QUOTE3 };

	(void)line;
	if (depth > 0)
		return quotes[(depth - 1) % 3];
	return signature ? STYLE_SIGNATURE : STYLE_TEXT;
}

static bool
is_signature(struct slice line)
{
	return slice_eq_z(line, "-- ") || slice_eq_z(line, "--");
}

/* A line that message_display makes: the name of a part, the start of a message
 * inside of this one. */
static bool
begins_part(struct slice line)
{
	return (slice_starts(line, "[") && slice_ends(line, "]")) ||
	       (slice_starts(line, "---- ") && slice_ends(line, " ----"));
}

/* A signature goes on until another part begins or something is quoted. */
static bool
in_signature(bool before, struct slice line, bool blank_before, int depth)
{
	if (depth > 0 || (blank_before && begins_part(line)))
		return false;
	return before || is_signature(line);
}

/* Everything from offset start of p->text on is body text. */
static void
add_body_lines(struct pane_reader *p, size_t start, bool quotes)
{
	struct slice rest = slice_make(p->text.p + start, p->text.n - start);
	struct slice line;
	bool signature = false;
	bool blank = false;

	while (!p->cut && slice_line(&rest, &line)) {
		struct reader_line l = { 0 };
		int depth = quotes ? reader_text_quote(line, &l.prefix_n) : 0;

		if (depth == 0)
			l.prefix_n = 0;
		signature =
			quotes && in_signature(signature, line, blank, depth);
		blank = line.n == 0;
		l.prefix = (size_t)(line.p - p->text.p);
		l.from = l.prefix + l.prefix_n;
		l.n = line.n - l.prefix_n;
		l.style = body_style(line, depth, signature);
		wrap_line(p, l);
	}
}

/* The wrapped lines point into text, which must not move while they are made:
 * the body is appended first, then wrapped. */
static void
add_body(struct pane_reader *p)
{
	struct str body;
	size_t start;

	str_init(&body, READER_TEXT_MAX / 2);
	message_display(&p->message, (size_t)text_cells(p), &body);
	start = p->text.n;
	str_add_slice(&p->text,
	              slice_head(str_slice(&body), utf8_cut(body.p, body.n)));
	add_body_lines(p, start, true);
	p->cut = p->cut || body.full || p->text.full;
	str_release(&body);
}

static void
add_raw(struct pane_reader *p)
{
	struct slice raw = slice_head(p->message.raw, READER_TEXT_MAX / 8);
	struct detect_hint hint = { 0 };
	struct str utf8;

	str_init(&utf8, READER_TEXT_MAX / 2);
	charset_decode(detect_body(raw, &hint, NULL), raw, &utf8, NULL);
	unicode_clean_body(str_slice(&utf8), &p->text);
	add_body_lines(p, 0, false);
	p->cut = p->cut || utf8.full || raw.n < p->message.raw.n;
	str_release(&utf8);
}

/* Nothing is left out in silence.  The note takes the place of the last lines
 * when there are too many. */
static void
add_cut_note(struct pane_reader *p)
{
	struct reader_line blank = { .style = STYLE_TEXT };

	if (!p->cut)
		return;
	p->cut = false;
	if (p->lines.n > READER_LINES_MAX - NOTE_LINES)
		p->lines.n = READER_LINES_MAX - NOTE_LINES;
	if (p->text.n > READER_TEXT_MAX - NOTE_BYTES)
		str_truncate(&p->text, READER_TEXT_MAX - NOTE_BYTES);
	while (p->lines.n > 0 &&
	       p->lines.v[p->lines.n - 1].from + p->lines.v[p->lines.n - 1].n >
	               p->text.n)
		p->lines.n--;
	add_line(p, &blank);
	add_plain(p, _("This mail is too long, its end is not shown."),
	          STYLE_WARN);
}

void
reader_text_make(struct pane_reader *p)
{
	struct reader_line blank = { .style = STYLE_TEXT };

	str_clear(&p->text);
	p->lines.n = 0;
	p->cut = false;
	if (p->mode == READER_RAW) {
		add_raw(p);
		add_cut_note(p);
		return;
	}
	if (p->mode == READER_FULL)
		add_full_headers(p);
	else
		add_short_headers(p);
	add_line(p, &blank);
	add_body(p);
	add_cut_note(p);
}
