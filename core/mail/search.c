/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Search: a query as people type it.
 *
 *     회의실 "분기 보고서" -초안 from:하늘 제목:예약 has:attachment
 *     is:unread in:spam label:업무 after:2026-01-01 before:30d ㅎㅇㅅ
 *
 * 1. What stands before a colon is a key only if it is in the table; else the
 *    whole is a word ("12:30", "https://...").
 * 2. A quote that is not closed goes to the end: queries are run while they are
 *    typed.
 * 3. Every value goes into the form as text; nothing of a query is ever syntax
 *    below (store/search_form.h).
 */
#include "mail/search.h"

#include <string.h>

#include "store/search_form.h"
#include "util/clock.h"
#include "util/i18n.h"
#include "util/utf8.h"

#include "util/banned.h"

/* Typed by hand; leaves room for the form's keys within SEARCH_FORM_MAX. */
#define QUERY_MAX 4096

enum key {
	KEY_FROM,
	KEY_TO,
	KEY_SUBJECT,
	KEY_BODY,
	KEY_IS,
	KEY_IN,
	KEY_HAS,
	KEY_LABEL,
	KEY_LIST,
	KEY_BEFORE,
	KEY_AFTER,
	KEY_NONE,
};

static const struct {
	const char *name;
	enum key key;
} keys[] = {
	{ "from", KEY_FROM },       { "보낸사람", KEY_FROM },
	{ "to", KEY_TO },           { "받는사람", KEY_TO },
	{ "subject", KEY_SUBJECT }, { "제목", KEY_SUBJECT },
	{ "body", KEY_BODY },       { "본문", KEY_BODY },
	{ "is", KEY_IS },           { "in", KEY_IN },
	{ "has", KEY_HAS },         { "label", KEY_LABEL },
	{ "list", KEY_LIST },       { "before", KEY_BEFORE },
	{ "after", KEY_AFTER },
};

/* One word of the query. */
struct piece {
	bool negated;
	bool phrase;
	enum key key;
	struct slice word; /* as typed, for messages */
	struct slice value;
};

static enum key
key_of(struct slice name)
{
	size_t i;

	for (i = 0; i < sizeof keys / sizeof *keys; i++)
		if (slice_ieq_z(name, keys[i].name))
			return keys[i].key;
	return KEY_NONE;
}

/* Length of the plain word at the start of s. */
static size_t
word_length(struct slice s)
{
	size_t n = 0;

	while (n < s.n && !byte_is_blank(s.p[n]) && s.p[n] != '\0')
		n++;
	return n;
}

/* Take a quoted or plain value off *s. */
static void
take_value(struct slice *s, struct piece *p)
{
	size_t n;

	if (s->n > 0 && s->p[0] == '"') {
		*s = slice_from(*s, 1);
		n = slice_find(*s, '"');
		p->phrase = true;
		p->value = slice_trim(slice_head(*s, n));
		*s = slice_from(*s, n + 1);
		return;
	}
	n = word_length(*s);
	p->value = slice_head(*s, n);
	*s = slice_from(*s, n);
}

static bool
take_piece(struct slice *rest, struct piece *p_r)
{
	struct slice s = *rest;
	size_t colon, n;

	while (s.n > 0 && (byte_is_blank(s.p[0]) || s.p[0] == '\0'))
		s = slice_from(s, 1);
	if (s.n == 0)
		return false;
	memset(p_r, 0, sizeof *p_r);
	p_r->key = KEY_NONE;
	p_r->word = slice_head(s, word_length(s));
	if (s.n > 1 && s.p[0] == '-' && !byte_is_blank(s.p[1])) {
		p_r->negated = true;
		s = slice_from(s, 1);
	}
	n = word_length(s);
	colon = slice_find(slice_head(s, n), ':');
	if (colon < n)
		p_r->key = key_of(slice_head(s, colon));
	if (p_r->key != KEY_NONE)
		s = slice_from(s, colon + 1);
	take_value(&s, p_r);
	*rest = s;
	return true;
}

/* ---- dates ---- */

static int
days_of(int64_t year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30,
		                    31, 31, 30, 31, 30, 31 };

	if (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
		return 29;
	return days[month - 1];
}

/* The second at which a day begins where the user is. */
static int64_t
day_start(int64_t year, int month, int day)
{
	int64_t utc = clock_from_utc(year, month, day, 0, 0, 0);
	struct tm tm;
	int offset = 0;

	clock_local(utc, &tm, &offset);
	return utc - offset;
}

static bool
take_number(struct slice *s, uint64_t *v_r)
{
	size_t n = 0;

	while (n < s->n && byte_is_digit(s->p[n]))
		n++;
	if (n == 0 || n > 4 || slice_u64(slice_head(*s, n), v_r) < 0)
		return false;
	*s = slice_from(*s, n);
	return true;
}

/* "30d", "2w", "6m", "1y": that long ago, from the start of today on. */
static bool
parse_ago(struct slice s, int64_t *t_r)
{
	uint64_t n;
	struct tm tm;
	int64_t days;

	if (!take_number(&s, &n) || s.n != 1)
		return false;
	switch (s.p[0]) {
	case 'd':
		days = (int64_t)n;
		break;
	case 'w':
		days = (int64_t)n * 7;
		break;
	case 'm':
		days = (int64_t)n * 30;
		break;
	case 'y':
		days = (int64_t)n * 365;
		break;
	default:
		return false;
	}
	clock_local(clock_now() - days * 86400, &tm, NULL);
	*t_r = day_start(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
	return true;
}

/* "2026", "2026-01", "2026-01-31"; "/" and "." too. */
static bool
parse_day(struct slice s, int64_t *t_r)
{
	uint64_t v[3] = { 0, 1, 1 };
	size_t n = 0;

	while (n < 3 && take_number(&s, &v[n])) {
		n++;
		if (s.n == 0 || strchr("-/.", s.p[0]) == NULL)
			break;
		s = slice_from(s, 1);
	}
	if (n == 0 || s.n > 0 || v[0] < 1970 || v[1] < 1 || v[1] > 12 ||
	    v[2] < 1 || v[2] > (uint64_t)days_of((int64_t)v[0], (int)v[1]))
		return false;
	*t_r = day_start((int64_t)v[0], (int)v[1], (int)v[2]);
	return true;
}

static bool
parse_when(struct slice s, int64_t *t_r)
{
	bool ok = parse_ago(s, t_r) || parse_day(s, t_r);

	/* 0 means "none" in the form. */
	if (ok && *t_r <= 0)
		*t_r = 1;
	return ok;
}

/* ---- pieces into the form ---- */

static int
refuse(const struct piece *p, struct err *err)
{
	return err_set(
		err, ERR_USAGE, _("cannot search for '%.*s'"),
		SLICE_ARG(slice_head(
			p->word, utf8_cut(p->word.p,
	                                  p->word.n < 100 ? p->word.n : 100))));
}

static int
add_term(struct search_form *f, const struct piece *p, enum search_field field,
         struct err *err)
{
	if (p->value.n == 0)
		/* "from:" on the way to "from:kim": no condition yet. */
		return 0;
	if (f->term_count == SEARCH_FORM_TERMS)
		return err_set(err, ERR_USAGE,
		               _("too many words to search for"));
	f->terms[f->term_count++] = (struct search_term){
		.field = field,
		.text = p->value,
		.phrase = p->phrase,
		.negated = p->negated,
	};
	return 0;
}

static int
add_is(struct search_form *f, const struct piece *p, struct err *err)
{
	int yes = p->negated ? -1 : 1;

	if (slice_ieq_z(p->value, "unread") || slice_ieq_z(p->value, "new")) {
		f->unread = yes;
	} else if (slice_ieq_z(p->value, "read")) {
		f->unread = -yes;
	} else if (slice_ieq_z(p->value, "flagged") ||
	           slice_ieq_z(p->value, "starred")) {
		f->flagged = yes;
	} else if (slice_ieq_z(p->value, "spam") && !p->negated) {
		f->has_folder = true;
		f->folder = FOLDER_SPAM;
	} else {
		return refuse(p, err);
	}
	return 0;
}

static int
add_in(struct search_form *f, const struct piece *p, struct err *err)
{
	if (p->negated)
		return refuse(p, err);
	if (slice_ieq_z(p->value, "all") || slice_ieq_z(p->value, "anywhere") ||
	    slice_eq_z(p->value, "*"))
		f->folder = FOLDER_ANY;
	else if (folder_lookup(p->value, &f->folder) < 0)
		return refuse(p, err);
	f->has_folder = true;
	return 0;
}

static int
add_when(int64_t *t, const struct piece *p, struct err *err)
{
	return !p->negated && parse_when(p->value, t) ? 0 : refuse(p, err);
}

static int
add_piece(struct search_form *f, const struct piece *p, struct err *err)
{
	switch (p->key) {
	case KEY_FROM:
		return add_term(f, p, SEARCH_FROM, err);
	case KEY_TO:
		return add_term(f, p, SEARCH_TO, err);
	case KEY_SUBJECT:
		return add_term(f, p, SEARCH_SUBJECT, err);
	case KEY_BODY:
		return add_term(f, p, SEARCH_BODY, err);
	case KEY_IS:
		return add_is(f, p, err);
	case KEY_IN:
		return add_in(f, p, err);
	case KEY_HAS:
		if (!slice_ieq_z(p->value, "attachment") &&
		    !slice_ieq_z(p->value, "attachments"))
			return refuse(p, err);
		f->attachment = p->negated ? -1 : 1;
		return 0;
	case KEY_LABEL:
		if (p->negated)
			return refuse(p, err);
		f->label = p->value;
		return 0;
	case KEY_LIST:
		if (p->negated)
			return refuse(p, err);
		f->list = p->value;
		return 0;
	case KEY_BEFORE:
		return add_when(&f->before, p, err);
	case KEY_AFTER:
		return add_when(&f->after, p, err);
	case KEY_NONE:
		break;
	}
	return add_term(f, p, SEARCH_ANYWHERE, err);
}

int
search_compile(struct slice query, struct str *out, struct err *err)
{
	struct search_form f = { .folder = FOLDER_ANY };
	struct piece p;

	if (query.n > QUERY_MAX)
		return err_set(err, ERR_USAGE, _("the search is too long"));
	if (!utf8_valid(query.p, query.n))
		return err_set(err, ERR_USAGE, _("the search is not UTF-8"));
	while (take_piece(&query, &p))
		if (add_piece(&f, &p, err) < 0)
			return -1;
	search_form_write(&f, out);
	return 0;
}
