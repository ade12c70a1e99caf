/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Points in time as people say them, in Korean and English. */
/*
 * 1. The text is taken apart from its front, a word or number with its unit at
 *    a time; blanks, commas and particles between them mean nothing.
 * 2. What was said is collected in struct said, in any order; saying a thing
 *    twice, or what no rule takes, is an error: nothing is guessed.
 * 3. Only when_settle.c knows the time it is now.
 */
#include "util/when.h"

#include <stdbool.h>
#include <string.h>

#include "util/i18n.h"
#include "util/when_said.h"

#include "util/banned.h"

#define DAY        86400
#define OFFSET_MAX 10000 /* of a number with a unit */
/* Beyond ten years it is a slip of the keyboard. */
#define FUTURE_MAX ((int64_t)3653 * DAY)

enum word_kind {
	WORD_DAYS,
	WORD_WEEKDAY,
	WORD_WEEK,
	WORD_HALF,
	WORD_HOUR,
	WORD_NUMBER, /* a count of hours: "두 시간" */
	WORD_LATER,
	WORD_STRICT,
	WORD_NOTHING,
};

struct word {
	const char *text;
	enum word_kind kind;
	int value;
};

/* A word comes before those it begins with. */
static const struct word words[] = {
	{ "내일모레", WORD_DAYS, 2 },
	{ "오늘", WORD_DAYS, 0 },
	{ "내일", WORD_DAYS, 1 },
	{ "모레", WORD_DAYS, 2 },
	{ "글피", WORD_DAYS, 3 },
	{ "이틀", WORD_DAYS, 2 },
	{ "사흘", WORD_DAYS, 3 },
	{ "나흘", WORD_DAYS, 4 },
	{ "일주일", WORD_DAYS, 7 },
	{ "today", WORD_DAYS, 0 },
	{ "tonight", WORD_HALF, HALF_NIGHT },
	{ "tomorrow", WORD_DAYS, 1 },
	{ "day after tomorrow", WORD_DAYS, 2 },
	{ "일요일", WORD_WEEKDAY, 0 },
	{ "월요일", WORD_WEEKDAY, 1 },
	{ "화요일", WORD_WEEKDAY, 2 },
	{ "수요일", WORD_WEEKDAY, 3 },
	{ "목요일", WORD_WEEKDAY, 4 },
	{ "금요일", WORD_WEEKDAY, 5 },
	{ "토요일", WORD_WEEKDAY, 6 },
	{ "sunday", WORD_WEEKDAY, 0 },
	{ "monday", WORD_WEEKDAY, 1 },
	{ "tuesday", WORD_WEEKDAY, 2 },
	{ "wednesday", WORD_WEEKDAY, 3 },
	{ "thursday", WORD_WEEKDAY, 4 },
	{ "friday", WORD_WEEKDAY, 5 },
	{ "saturday", WORD_WEEKDAY, 6 },
	{ "sun", WORD_WEEKDAY, 0 },
	{ "mon", WORD_WEEKDAY, 1 },
	{ "tue", WORD_WEEKDAY, 2 },
	{ "wed", WORD_WEEKDAY, 3 },
	{ "thu", WORD_WEEKDAY, 4 },
	{ "fri", WORD_WEEKDAY, 5 },
	{ "sat", WORD_WEEKDAY, 6 },
	{ "이번 주", WORD_WEEK, 0 },
	{ "이번주", WORD_WEEK, 0 },
	{ "다음 주", WORD_WEEK, 1 },
	{ "다음주", WORD_WEEK, 1 },
	{ "this week", WORD_WEEK, 0 },
	{ "next week", WORD_WEEK, 1 },
	{ "next", WORD_STRICT, 0 },
	{ "오전", WORD_HALF, HALF_AM },
	{ "아침", WORD_HALF, HALF_AM },
	{ "새벽", WORD_HALF, HALF_AM },
	{ "오후", WORD_HALF, HALF_PM },
	{ "낮", WORD_HALF, HALF_PM },
	{ "저녁", WORD_HALF, HALF_PM },
	{ "밤", WORD_HALF, HALF_NIGHT },
	{ "morning", WORD_HALF, HALF_AM },
	{ "afternoon", WORD_HALF, HALF_PM },
	{ "evening", WORD_HALF, HALF_PM },
	{ "am", WORD_HALF, HALF_AM },
	{ "pm", WORD_HALF, HALF_PM },
	{ "정오", WORD_HOUR, 12 },
	{ "noon", WORD_HOUR, 12 },
	{ "자정", WORD_HOUR, 24 },
	{ "midnight", WORD_HOUR, 24 },
	{ "한", WORD_NUMBER, 1 },
	{ "두", WORD_NUMBER, 2 },
	{ "세", WORD_NUMBER, 3 },
	{ "네", WORD_NUMBER, 4 },
	{ "뒤", WORD_LATER, 0 },
	{ "후", WORD_LATER, 0 },
	{ "later", WORD_LATER, 0 },
	{ "에", WORD_NOTHING, 0 },
	{ "at", WORD_NOTHING, 0 },
	{ "on", WORD_NOTHING, 0 },
	{ "the", WORD_NOTHING, 0 },
	{ "this", WORD_NOTHING, 0 },
};

#define WORD_COUNT (sizeof words / sizeof words[0])

static void
skip_blanks(struct slice *s)
{
	while (s->n > 0 && (byte_is_blank(s->p[0]) || s->p[0] == ','))
		*s = slice_from(*s, 1);
}

/* The word off the front.  A Latin one must end there. */
static bool
eat(struct slice *s, const char *word)
{
	struct slice w = slice_of(word);

	if (!slice_istarts(*s, word))
		return false;
	if (byte_is_alpha(word[0]) && s->n > w.n && byte_is_alpha(s->p[w.n]))
		return false;
	*s = slice_from(*s, w.n);
	return true;
}

/* Blanks before the word do not matter. */
static bool
eat_behind(struct slice *s, const char *word)
{
	struct slice rest = *s;

	skip_blanks(&rest);
	if (!eat(&rest, word))
		return false;
	*s = rest;
	return true;
}

/* Up to max digits; how many there were. */
static size_t
digits(struct slice *s, size_t max, int *n_r)
{
	size_t n = 0;

	*n_r = 0;
	while (n < s->n && n < max && byte_is_digit(s->p[n]))
		*n_r = *n_r * 10 + (s->p[n++] - '0');
	*s = slice_from(*s, n);
	return n;
}

/* Say a thing once, from low to high. */
static bool
say(int *to, int value, int low, int high)
{
	if (*to != UNSAID || value < low || value > high)
		return false;
	*to = value;
	return true;
}

/* ---- times of the day ---- */

static bool
say_half(struct said *w, enum half half)
{
	if (w->half != HALF_NONE)
		return false;
	w->half = half;
	return true;
}

/* ":MM[:SS]" behind the hour. */
static bool
clock_behind(struct said *w, struct slice *s, int hour)
{
	int minute, second = 0;

	*s = slice_from(*s, 1);
	if (digits(s, 2, &minute) != 2)
		return false;
	if (s->n > 2 && s->p[0] == ':') {
		*s = slice_from(*s, 1);
		if (digits(s, 2, &second) != 2)
			return false;
	}
	return say(&w->hour, hour, 0, 24) && say(&w->minute, minute, 0, 59) &&
	       say(&w->second, second, 0, 59);
}

/* "Z", "+09:00" or "-0500" behind an ISO time. */
static bool
zone_behind(struct said *w, struct slice *s)
{
	int sign, hour, minute;

	if (s->n == 0 || w->hour == UNSAID)
		return true;
	if (eat(s, "Z")) {
		w->has_zone = true;
		return true;
	}
	if (s->p[0] != '+' && s->p[0] != '-')
		return true;
	sign = s->p[0] == '+' ? 1 : -1;
	*s = slice_from(*s, 1);
	if (digits(s, 2, &hour) != 2)
		return false;
	if (s->n > 0 && s->p[0] == ':')
		*s = slice_from(*s, 1);
	if (digits(s, 2, &minute) != 2 || hour > 14 || minute > 59)
		return false;
	w->has_zone = true;
	w->zone = sign * (hour * 3600 + minute * 60);
	return true;
}

/* "-MM-DD", "-MM-DDTHH:MM[:SS][zone]" behind the year. */
static bool
iso_behind(struct said *w, struct slice *s, int year)
{
	int month, day, hour;

	*s = slice_from(*s, 1);
	if (digits(s, 2, &month) == 0 || s->n == 0 || s->p[0] != '-')
		return false;
	*s = slice_from(*s, 1);
	if (digits(s, 2, &day) == 0 || !say(&w->year, year, 1970, 9999) ||
	    !say(&w->month, month, 1, 12) || !say(&w->mday, day, 1, 31))
		return false;
	if (s->n == 0 || byte_lower(s->p[0]) != 't')
		return true;
	*s = slice_from(*s, 1);
	if (digits(s, 2, &hour) != 2 || s->n == 0 || s->p[0] != ':')
		return false;
	return clock_behind(w, s, hour) && zone_behind(w, s);
}

/* ---- a number and its unit ---- */

static bool
take_hour(struct said *w, struct slice *s, int n)
{
	if (!say(&w->hour, n, 0, 24))
		return false;
	return !eat_behind(s, "반") || say(&w->minute, 30, 0, 59);
}

static bool
take_hours(struct said *w, struct slice *s, int n)
{
	if (!say(&w->hours, n, 0, OFFSET_MAX))
		return false;
	return !eat_behind(s, "반") || say(&w->minute, 30, 0, 59);
}

/* "in 2 hours": English says before the number that it is a duration. */
static bool
english_unit(struct said *w, struct slice *s, int n, bool *taken_r)
{
	static const struct {
		const char *names[4];
		int64_t seconds;
	} units[] = {
		{ { "minutes", "minute", "min", "m" }, 60 },
		{ { "hours", "hour", "hr", "h" }, 3600 },
		{ { "days", "day", "d", "d" }, DAY },
		{ { "weeks", "week", "w", "w" }, 7 * DAY },
	};

	size_t i, k;

	for (i = 0; i < sizeof units / sizeof units[0]; i++)
		for (k = 0; k < 4; k++)
			if (eat_behind(s, units[i].names[k])) {
				*taken_r = true;
				w->later += n * units[i].seconds;
				w->relative = true;
				return n <= OFFSET_MAX;
			}
	return true;
}

static bool
number_unit(struct said *w, struct slice *s, int n, size_t length)
{
	bool taken = false;

	if (s->n > 0 && s->p[0] == '-' && length == 4)
		return iso_behind(w, s, n);
	if (s->n > 0 && s->p[0] == ':')
		return clock_behind(w, s, n) && zone_behind(w, s);
	if (s->n > 0 && s->p[0] == '/') {
		*s = slice_from(*s, 1);
		return say(&w->month, n, 1, 12) && digits(s, 2, &n) > 0 &&
		       say(&w->mday, n, 1, 31);
	}
	if (eat_behind(s, "년"))
		return say(&w->year, n, 1970, 9999);
	if (eat_behind(s, "월"))
		return say(&w->month, n, 1, 12);
	if (eat_behind(s, "시간"))
		return take_hours(w, s, n);
	if (eat_behind(s, "시"))
		return take_hour(w, s, n);
	if (eat_behind(s, "분"))
		return say(&w->minute, n, 0, OFFSET_MAX);
	if (eat_behind(s, "일"))
		return say(&w->mday, n, 1, OFFSET_MAX);
	if (eat_behind(s, "주일") || eat_behind(s, "주"))
		return say(&w->weeks, n, 0, OFFSET_MAX);
	if (!english_unit(w, s, n, &taken))
		return false;
	return taken || say(&w->hour, n, 0, 24);
}

/* 뒤, 후, later: the numbers before it were durations. */
static bool
make_relative(struct said *w)
{
	bool any = false;

	if (w->mday != UNSAID && w->month == UNSAID) {
		any = say(&w->days, w->mday, 0, OFFSET_MAX);
		w->mday = UNSAID;
	}
	if (w->weeks != UNSAID) {
		any = say(&w->days, w->weeks * 7, 0, OFFSET_MAX);
		w->weeks = UNSAID;
	}
	if (w->hours != UNSAID || (w->minute != UNSAID && w->hour == UNSAID)) {
		w->later += (w->hours != UNSAID ? w->hours : 0) * (int64_t)3600;
		w->later += (w->minute != UNSAID ? w->minute : 0) * (int64_t)60;
		w->hours = w->minute = UNSAID;
		w->relative = any = true;
	}
	return any || w->relative || w->days != UNSAID;
}

static bool
take_word(struct said *w, const struct word *word, struct slice *s)
{
	switch (word->kind) {
	case WORD_DAYS:
		return say(&w->days, word->value, 0, OFFSET_MAX);
	case WORD_WEEKDAY:
		return say(&w->weekday, word->value, 0, 6);
	case WORD_WEEK:
		return say(&w->week, word->value, 0, 1);
	case WORD_HALF:
		return say_half(w, (enum half)word->value);
	case WORD_HOUR:
		return say(&w->hour, word->value, 0, 24);
	case WORD_NUMBER:
		return eat_behind(s, "시간") && take_hours(w, s, word->value);
	case WORD_LATER:
		return make_relative(w);
	case WORD_STRICT:
		w->strict = true;
		return true;
	case WORD_NOTHING:
		return true;
	}
	return false;
}

/* A word or a number with its unit off the front. */
static bool
take(struct said *w, struct slice *s)
{
	size_t i, length;
	int n;

	if (s->p[0] == '+')
		*s = slice_from(*s, 1);
	else if (eat(s, "in"))
		skip_blanks(s);
	length = digits(s, 5, &n);
	if (length > 0)
		return number_unit(w, s, n, length);
	for (i = 0; i < WORD_COUNT; i++)
		if (eat(s, words[i].text))
			return take_word(w, &words[i], s);
	return false;
}

int
when_parse(struct slice text, int64_t now, int64_t *at_r, struct err *err)
{
	struct said w = { UNSAID, UNSAID, UNSAID, UNSAID, UNSAID, UNSAID,
		          UNSAID, UNSAID, UNSAID, UNSAID, UNSAID, HALF_NONE,
		          false,  false,  0,      false,  0 };
	struct slice rest = slice_trim(text);
	bool ok = rest.n > 0;
	int64_t at;

	for (skip_blanks(&rest); ok && rest.n > 0; skip_blanks(&rest))
		ok = take(&w, &rest);
	if (!ok || !when_settle(&w, now, &at))
		return err_set(err, ERR_USAGE,
		               _("'%.*s' is no time; examples: tomorrow 9:00, "
		                 "in 2 hours, 2026-09-21 14:00"),
		               SLICE_ARG(slice_head(slice_trim(text), 60)));
	if (at <= now)
		return err_set(err, ERR_USAGE, _("'%.*s' is past"),
		               SLICE_ARG(slice_head(slice_trim(text), 60)));
	if (at - now > FUTURE_MAX)
		return err_set(err, ERR_USAGE,
		               _("'%.*s' is more than ten years ahead"),
		               SLICE_ARG(slice_head(slice_trim(text), 60)));
	*at_r = at;
	return 0;
}
