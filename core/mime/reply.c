/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replies and forwards: the subject, and the original quoted. */
#include "mime/build.h"

#include <time.h>

#include "mime/limits.h"
#include "mime/message.h"
#include "util/clock.h"
#include "util/fill.h"
#include "util/i18n.h"

#include "util/banned.h"

/* What programs put before the subject of an answer and of a forwarded mail. */
static const char *const reply_words[] = { "re", "답장", "회신", "답신",
	                                   "aw", "sv",   "antw" };
static const char *const forward_words[] = { "fwd", "fw", "전달", "wg", "tr" };

#define COUNT(table) (sizeof(table) / sizeof *(table))

static struct slice
skip_blanks(struct slice s)
{
	while (s.n > 0 && byte_is_blank(s.p[0]))
		s = slice_from(s, 1);
	return s;
}

/* "[2]", "(2)", "^2" between the word and the colon. */
static struct slice
skip_count(struct slice s)
{
	size_t n = 1;

	if (s.n < 2 || (s.p[0] != '[' && s.p[0] != '(' && s.p[0] != '^'))
		return s;
	while (n < s.n && byte_is_digit(s.p[n]))
		n++;
	if (n == 1)
		return s;
	if (s.p[0] != '^') {
		if (n >= s.n || (s.p[n] != ']' && s.p[n] != ')'))
			return s;
		n++;
	}
	return slice_from(s, n);
}

/* Take "word:", "word[2]:" or "[word]" off the front. */
static bool
take_word(struct slice *s, const char *word)
{
	bool bracket = s->n > 0 && s->p[0] == '[';
	struct slice rest = slice_from(*s, bracket);

	if (!slice_istarts(rest, word))
		return false;
	rest = slice_from(rest, slice_of(word).n);
	if (bracket) {
		if (rest.n == 0 || rest.p[0] != ']')
			return false;
		rest = slice_from(rest, 1);
	}
	rest = skip_blanks(skip_count(rest));
	if (slice_starts(rest, ":"))
		rest = slice_from(rest, 1);
	else if (slice_starts(rest, "："))
		rest = slice_from(rest, 3);
	else if (!bracket)
		return false;
	*s = skip_blanks(rest);
	return true;
}

static bool
take_any(struct slice *s, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (take_word(s, words[i]))
			return true;
	return false;
}

struct slice
build_base_subject(struct slice subject)
{
	struct slice s = slice_trim(subject);

	while (take_any(&s, reply_words, COUNT(reply_words)) ||
	       take_any(&s, forward_words, COUNT(forward_words)))
		;
	return s;
}

void
build_reply_subject(struct slice subject, struct str *out)
{
	struct slice s = slice_trim(subject);

	while (take_any(&s, reply_words, COUNT(reply_words)))
		;
	str_add_z(out, "Re: ");
	str_add_slice(out, s);
}

void
build_forward_subject(struct slice subject, struct str *out)
{
	struct slice s = slice_trim(subject);

	while (take_any(&s, forward_words, COUNT(forward_words)))
		;
	str_add_z(out, "Fwd: ");
	str_add_slice(out, s);
}

/* The date in words of the user's language and the user's time zone. */
static void
add_date(int64_t t, struct str *out)
{
	static const char *const days[] = { N_("Sun"), N_("Mon"), N_("Tue"),
		                            N_("Wed"), N_("Thu"), N_("Fri"),
		                            N_("Sat") };
	static const char *const months[] = { N_("Jan"), N_("Feb"), N_("Mar"),
		                              N_("Apr"), N_("May"), N_("Jun"),
		                              N_("Jul"), N_("Aug"), N_("Sep"),
		                              N_("Oct"), N_("Nov"), N_("Dec") };
	struct str numbers;
	struct slice v[4];
	struct slice rest;
	struct tm tm;

	clock_local(t, &tm, NULL);
	str_init(&numbers, 100);
	str_printf(&numbers, "%d\n%d\n%d\n%02d:%02d", tm.tm_year + 1900,
	           tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min);
	rest = str_slice(&numbers);
	for (size_t i = 0; i < 4; i++)
		(void)slice_line(&rest, &v[i]);
	fill_blanks(_("{weekday}, {month} {day}, {year} at {time}"),
	            (struct fill_blank[]){
			    { "year", v[0] },
			    { "month-number", v[1] },
			    { "day", v[2] },
			    { "time", v[3] },
			    { "month", slice_of(_(months[tm.tm_mon])) },
			    { "weekday", slice_of(_(days[tm.tm_wday])) } },
	            6, out);
	str_release(&numbers);
}

static void
add_attribution(const struct message *m, struct str *out)
{
	struct arena a = { NULL };
	struct addr_list from;
	struct str who;
	struct str when;
	int64_t t;
	bool dated = message_date(m, &t);

	message_addrs(m, "From", &a, &from);
	str_init(&who, MIME_NAME_MAX);
	str_init(&when, MIME_NAME_MAX);
	if (from.n > 0)
		addr_show_short(&from.v[0], &who);
	if (dated)
		add_date(t, &when);
	if (who.n > 0)
		fill_blanks(
			dated ? _("On {date}, {name} wrote:")
			      : _("{name} wrote:"),
			(struct fill_blank[]){ { "date", str_slice(&when) },
		                               { "name", str_slice(&who) } },
			2, out);
	if (who.n > 0)
		str_add_c(out, '\n');
	str_release(&when);
	str_release(&who);
	arena_release(&a);
}

void
build_quote(const struct message *m, struct str *out)
{
	struct str text;
	struct slice rest;
	struct slice line;

	add_attribution(m, out);
	str_init(&text, MIME_BODY_MAX);
	message_words(m, MIME_BODY_MAX, &text);
	rest = slice_rtrim(str_slice(&text));
	while (slice_line(&rest, &line)) {
		/* The signature of the original is not answered to. */
		if (slice_eq_z(line, "-- "))
			break;
		str_add_c(out, '>');
		if (line.n > 0 && line.p[0] != '>')
			str_add_c(out, ' ');
		str_add_slice(out, line);
		str_add_c(out, '\n');
	}
	str_release(&text);
}
