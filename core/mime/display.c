/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A message as a reader shows it: body only, headers are the caller's business.
 *
 * The tree is walked without recursion (next_shown).  Of alternatives one is
 * shown: the plain text, unless it is empty or only says that there is HTML;
 * an invitation among them stands above it.
 * All text goes through unicode_clean_body or comes clean from html_to_text.
 */
#include "mime/display.h"

#include <string.h>

#include "mime/flowed.h"
#include "mime/limits.h"
#include "mime/message.h"
#include "mime/part.h"
#include "text/html.h"
#include "text/link.h"
#include "text/unicode.h"
#include "util/i18n.h"
#include "util/utf8.h"

#include "util/banned.h"

/* A plain part so short that speaks of HTML is only an excuse. */
#define EXCUSE_MAX 300
/* Warnings about links of one part. */
#define LINK_WARNINGS_MAX 65536

static bool
is_type(const struct part *p, const char *type)
{
	return slice_eq_z(p->type, type);
}

/* First leaf of that type in the subtree of p. */
static const struct part *
find_below(const struct part *p, const char *type)
{
	const struct part *stop = p;

	while (stop != NULL && stop->next == NULL)
		stop = stop->parent;
	stop = stop != NULL ? stop->next : NULL;
	for (; p != NULL && p != stop; p = part_walk(p))
		if (p->child == NULL && !p->attachment && is_type(p, type))
			return p;
	return NULL;
}

/* Nothing but one link: the mail on a web site. */
static bool
is_link(struct slice s)
{
	struct slice word;

	return (slice_istarts(s, "https://") || slice_istarts(s, "http://")) &&
	       slice_word(&s, &word) && s.n == 0;
}

/* Words with which a mail excuses itself for not being there. */
static bool
excuses_itself(struct slice s)
{
	static const char *const words[] = {
		"HTML",
		"in a browser",
		"in your browser",
		"in a web browser",
		"in your web browser",
		"in browser",
		"mail client does not support",
		"mail client doesn't support",
		"메일이 보이지 않",
		"메일이 정상적으로 보이지 않",
		"브라우저에서 보기",
		"웹에서 보기",
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (slice_ifind_text(s, slice_of(words[i])) < s.n)
			return true;
	return false;
}

static bool
is_excuse(const struct message *m, const struct part *plain)
{
	struct str text;
	struct slice s;
	bool excuse;

	if (plain->body.n > 4 * EXCUSE_MAX)
		return false;
	str_init(&text, 4 * EXCUSE_MAX);
	part_text(m, plain, &text, NULL);
	s = slice_trim(str_slice(&text));
	excuse = s.n == 0 || is_link(s) ||
	         (s.n < EXCUSE_MAX && excuses_itself(s));
	str_release(&text);
	return excuse;
}

/* The child of a multipart/alternative to show; NULL: the invitation says it
 * all. */
static const struct part *
best_alternative(const struct message *m, const struct part *p)
{
	const struct part *html = NULL;
	const struct part *plain = NULL;
	const struct part *text;

	for (const struct part *c = p->child; c != NULL; c = c->next) {
		if (plain == NULL &&
		    (text = find_below(c, "text/plain")) != NULL &&
		    !is_excuse(m, text))
			plain = c;
		if (find_below(c, "text/html") != NULL)
			html = c;
	}
	if (plain != NULL)
		return plain;
	if (html != NULL)
		return html;
	return find_below(p, "text/calendar") == NULL ? p->child : NULL;
}

static bool
is_alternative(const struct part *p)
{
	return p != NULL && is_type(p, "multipart/alternative");
}

/* The node to look at after p; alternatives not chosen are left out. */
static const struct part *
next_shown(const struct message *m, const struct part *p)
{
	const struct part *best =
		is_alternative(p) ? best_alternative(m, p) : p->child;

	if (best != NULL)
		return best;
	for (; p != NULL; p = p->parent)
		if (p->next != NULL && !is_alternative(p->parent))
			return p->next;
	return NULL;
}

static void
begin_section(struct str *out)
{
	if (out->n == 0)
		return;
	if (out->p[out->n - 1] != '\n')
		str_add_c(out, '\n');
	str_add_c(out, '\n');
}

static void
end_section(struct str *out)
{
	while (out->n > 0 && out->p[out->n - 1] == '\n')
		str_truncate(out, out->n - 1);
	if (out->n > 0)
		str_add_c(out, '\n');
}

/* Below the text from start on: addresses in it that mislead. */
static void
add_link_warnings(size_t start, struct str *out)
{
	struct str warnings;

	str_init(&warnings, LINK_WARNINGS_MAX);
	link_warnings(slice_from(str_slice(out), start), &warnings);
	if (warnings.n > 0) {
		end_section(out);
		begin_section(out);
		str_add_slice(out, str_slice(&warnings));
	}
	str_release(&warnings);
}

static void
add_plain(const struct message *m, const struct part *p, bool warn,
          struct str *out)
{
	struct str text;
	struct str flat;
	size_t start;

	str_init(&text, MIME_BODY_MAX);
	str_init(&flat, MIME_BODY_MAX);
	part_text(m, p, &text, NULL);
	if (p->flowed)
		flowed_decode(str_slice(&text), p->delsp, &flat);
	start = out->n;
	unicode_clean_body(p->flowed ? str_slice(&flat) : str_slice(&text),
	                   out);
	if (warn)
		add_link_warnings(start, out);
	str_release(&flat);
	str_release(&text);
}

static void
add_remark(const char *text, struct str *out)
{
	str_add_c(out, '[');
	str_add_z(out, text);
	str_add_z(out, "]\n");
}

/* Say what of the HTML is not there: nothing is lost in silence. */
static void
add_left_out(const struct html_text *html, struct str *out)
{
	struct str s;

	if (html->pixel_count + html->hidden_count == 0 && !html->cut)
		return;
	end_section(out);
	begin_section(out);
	str_init(&s, 200);
	if (html->pixel_count + html->hidden_count > 0) {
		str_printf(&s, _("left out: %zu hidden, %zu to track readers"),
		           html->hidden_count, html->pixel_count);
		add_remark(s.p, out);
	}
	if (html->cut)
		add_remark(_("this page is too long, its end is not shown"),
		           out);
	str_release(&s);
}

static void
add_html(const struct message *m, const struct part *p,
         const struct html_opts *opts, struct str *out)
{
	struct html_text html;
	struct str text;

	str_init(&text, MIME_BODY_MAX);
	part_text(m, p, &text, NULL);
	html_to_text(str_slice(&text), opts, &html);
	str_add_slice(out, str_slice(&html.text));
	if (opts->link_list)
		add_left_out(&html, out);
	html_text_release(&html);
	str_release(&text);
}

/* Lines of one length, "=" only at the end: then it is exact. */
static size_t
base64_size(struct slice raw)
{
	struct slice body = slice_trim(raw);
	size_t line = slice_find(body, '\n');
	size_t cr = line > 0 && line < body.n && body.p[line - 1] == '\r';
	size_t ends = 0, chars = 0;

	while (ends < 2 && body.n > 0 && body.p[body.n - 1] == '=') {
		body.n--;
		ends++;
	}
	if (line > cr)
		chars = body.n / (line + 1) * (line - cr) + body.n % (line + 1);
	return chars / 4 * 3 + chars % 4 * 3 / 4;
}

size_t
part_size_estimate(const struct part *p)
{
	switch (p->cte) {
	case CTE_BASE64:
		return base64_size(p->body);
	case CTE_UUENCODE:
		return p->body.n / 4 * 3;
	case CTE_QP:
	case CTE_IDENTITY:
		break;
	}
	return p->body.n;
}

/* Text that no body has (see parse.h), as it stands. */
static void
add_lost(const struct message *m, const struct part *p, bool warn,
         struct str *out)
{
	struct part text = { .body = p->lost, .type = SLICE_LIT("text/plain") };

	text.charset = p->charset;
	add_plain(m, &text, warn, out);
}

static bool
shows_lost(const struct part *p)
{
	return p->lost.n > 0 && p->child == NULL && !p->attachment &&
	       (part_is_multipart(p) || p->body.n == 0);
}

/* "[name, type, size]". */
static void
add_line(const struct part *p, struct str *out)
{
	str_add_c(out, '[');
	if (p->filename.n > 0) {
		unicode_clean_line(p->filename, out);
		str_add_z(out, ", ");
	}
	unicode_clean_line(p->type, out);
	str_add_z(out, ", ");
	str_add_size(out, part_size_estimate(p));
	str_add_z(out, "]\n");
}

/* "From: ..." of a nested message, when it has that field. */
static void
add_field(const struct message *m, const struct part *inner, const char *name,
          const char *shown, struct str *out)
{
	struct str text;

	str_init(&text, MESSAGE_FIELD_MAX);
	if (message_text_field(m, inner, name, &text) && text.n > 0) {
		str_add_z(out, shown);
		str_add_z(out, ": ");
		unicode_clean_line(str_slice(&text), out);
		str_add_c(out, '\n');
	}
	str_release(&text);
}

static void
add_nested_header(const struct message *m, const struct part *p,
                  struct str *out)
{
	const struct part *inner = p->child;

	str_add_z(out, "---- ");
	str_add_z(out, _("Forwarded message"));
	str_add_z(out, " ----\n");
	if (inner == NULL)
		return;
	add_field(m, inner, "From", _("From"), out);
	add_field(m, inner, "To", _("To"), out);
	add_field(m, inner, "Date", _("Date"), out);
	add_field(m, inner, "Subject", _("Subject"), out);
}

/* An invitation among the alternatives says what text beside it may not. */
static const struct part *
invitation(const struct part *p)
{
	return is_alternative(p) ? find_below(p, "text/calendar") : NULL;
}

/* The invitation itself, or what else there is in that part. */
static void
add_calendar(const struct message *m, const struct part *p, struct str *out)
{
	size_t before = out->n;

	display_calendar(m, p, out);
	if (out->n == before)
		add_line(p, out);
}

/* A picture inside an HTML part shows up there, not as an attachment. */
static bool
is_embedded(const struct part *p)
{
	return p->parent != NULL && p != p->parent->child &&
	       is_type(p->parent, "multipart/related") && p->content_id.n > 0;
}

static void
add_part(const struct message *m, const struct part *p, size_t cells,
         struct str *out)
{
	struct html_opts opts = { .link_numbers = true,
		                  .link_list = true,
		                  .cells = cells };

	const struct part *invited = invitation(p);
	const char *sealed = display_sealed(p);

	if ((part_is_multipart(p) && !shows_lost(p) && invited == NULL &&
	     sealed == NULL) ||
	    is_embedded(p) || display_is_seal(p))
		return;
	begin_section(out);
	if (sealed != NULL)
		add_remark(sealed, out);
	if (sealed != NULL && part_is_multipart(p))
		return;
	if (invited != NULL)
		add_calendar(m, invited, out);
	else if (shows_lost(p))
		add_lost(m, p, true, out);
	else if (p->is_message)
		add_nested_header(m, p, out);
	else if (is_type(p, "text/calendar"))
		add_calendar(m, p, out);
	else if (p->attachment ||
	         !(part_is_text(p) || is_type(p, "message/delivery-status")))
		add_line(p, out);
	else if (is_type(p, "text/html"))
		add_html(m, p, &opts, out);
	else
		add_plain(m, p, true, out);
	end_section(out);
}

/* Say which limits of limits.h were met. */
static void
add_cut(const struct message *m, struct str *out)
{
	if (m->cut == 0)
		return;
	begin_section(out);
	if ((m->cut & MESSAGE_CUT_DEPTH) != 0)
		add_remark(_("parts too deep inside each other are shown as "
		             "one text"),
		           out);
	if ((m->cut & MESSAGE_CUT_PARTS) != 0)
		add_remark(_("this message has more parts than are shown"),
		           out);
	if ((m->cut & MESSAGE_CUT_HEADER) != 0)
		add_remark(_("this message has more header fields than are "
		             "read"),
		           out);
}

void
message_display(const struct message *m, size_t cells, struct str *out)
{
	struct str shown;

	str_init(&shown, MIME_BODY_MAX);
	for (const struct part *p = m->root; p != NULL; p = next_shown(m, p))
		add_part(m, p, cells, &shown);
	add_cut(m, &shown);
	str_add_slice(out, str_slice(&shown));
	str_release(&shown);
}

/* The text of p, decoded from as much of its body as max bytes can need. */
static void
add_words(const struct message *m, const struct part *p, size_t max,
          struct str *out)
{
	struct html_opts opts = { .max = max };
	struct part head = *p;

	/* HTML has much that is no text. */
	if (max < MIME_BODY_MAX / 64)
		head.body = slice_head(
			p->body, max * (is_type(p, "text/html") ? 32 : 8));
	if (is_type(p, "text/html"))
		add_html(m, &head, &opts, out);
	else
		add_plain(m, &head, false, out);
}

/* Neither plain text nor HTML: any other text, or what no body has. */
static void
add_other_words(const struct message *m, size_t max, struct str *out)
{
	for (const struct part *p = m->root; p != NULL; p = part_walk(p)) {
		if (shows_lost(p))
			add_lost(m, p, false, out);
		else if (p->child == NULL && !p->attachment && !p->is_message &&
		         part_is_text(p))
			add_words(m, p, max, out);
		else
			continue;
		return;
	}
}

void
message_words(const struct message *m, size_t max, struct str *out)
{
	const struct part *plain = message_plain(m);
	const struct part *html = message_html(m);
	struct str words;

	if (plain != NULL && plain->lost.n > 0 && html == NULL)
		plain = NULL;
	str_init(&words, max + 4);
	if (plain != NULL && (html == NULL || !is_excuse(m, plain)))
		add_words(m, plain, max, &words);
	else if (html != NULL)
		add_words(m, html, max, &words);
	else
		add_other_words(m, max, &words);
	if (words.n > max)
		str_truncate(&words, max);
	str_truncate(&words, utf8_cut(words.p, words.n));
	str_add_slice(out, str_slice(&words));
	str_release(&words);
}
