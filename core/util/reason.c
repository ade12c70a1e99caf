/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reasons that are kept: in English on disk, in the user's language when told.
 *
 * 1. A text is found again by its format: what stands for "%s" in it is taken
 *    out and put into the other language's format.  The formats are those of the
 *    catalogue (po/reasons.awk), so none can be forgotten.
 * 2. Of several formats that fit, the one with most letters of its own counts.
 * 3. A text that fits none is divided at ": ", as err_wrap and err_sys join
 *    them; words of the system are looked up, too.  What is left is a server's
 *    or a name: it stays.
 *
 * Rejected: a code and parameters beside each text of struct err (each of some
 * hundred places would name what its text says already, and rows that are there
 * would stay as they are).
 */
#include "util/reason.h"

#include <locale.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/i18n.h"
#include "util/slice.h"

#include "util/banned.h"

static const char *const formats[] = {
#include "util/reason_table.inc"
};

/* What is longer is not looked at: an address with each server's words. */
#define REASON_MAX 16384
/* Parameters of one format; the longest has four. */
#define ARGS_MAX 8
/* Reasons within reasons. */
#define DEPTH_MAX 4
/* Letters of its own that a format has at least; "%s %s" fits anything. */
#define OWN_MIN 6
/* Numbers of the system's errors; Linux has 133. */
#define ERRNO_MAX 200

/* One "%..." of a format. */
struct blank {
	size_t arg; /* from 0 */
	bool number;
};

/* A text taken to pieces by a format. */
struct match {
	struct slice args[ARGS_MAX];
	size_t own; /* bytes that are the format's */
};

/* Take the conversion at the start of *rest (behind its "%"); *next: the argument
 * that one without a number stands for.  false: none that is known. */
static bool
take_blank(struct slice *rest, size_t *next, struct blank *b)
{
	size_t i = 0;
	size_t digits = 0;
	size_t number = 0;

	while (digits < rest->n && byte_is_digit(rest->p[digits]))
		number = number * 10 + (size_t)(rest->p[digits++] - '0');
	if (digits > 0 && digits < rest->n && rest->p[digits] == '$')
		i = digits + 1;
	else
		number = 0;
	for (; i < rest->n && strchr("sducx", rest->p[i]) == NULL; i++) {
		if (rest->p[i] == '\0' ||
		    strchr(".*$0123456789lz", rest->p[i]) == NULL)
			return false;
		/* the width is an argument of its own */
		if (rest->p[i] == '*' && number == 0)
			(*next)++;
	}
	if (i == rest->n)
		return false;
	b->arg = number > 0 ? number - 1 : (*next)++;
	b->number = rest->p[i] == 'd' || rest->p[i] == 'u';
	*rest = slice_from(*rest, i + 1);
	return b->arg < ARGS_MAX;
}

/* The text up to the next "%", "%%" being one; what is behind it in *rest. */
static bool
take_own(struct slice *rest, struct str *own)
{
	str_clear(own);
	while (rest->n > 0) {
		size_t at = slice_find(*rest, '%');

		str_add_slice(own, slice_head(*rest, at));
		*rest = slice_from(*rest, at);
		if (rest->n == 0)
			return false;
		*rest = slice_from(*rest, 1);
		if (!slice_starts(*rest, "%"))
			return true;
		str_add_c(own, '%');
		*rest = slice_from(*rest, 1);
	}
	return false;
}

static bool
fits(const struct blank *b, struct slice s)
{
	if (!b->number)
		return true;
	for (size_t i = 0; i < s.n; i++)
		if (!byte_is_digit(s.p[i]) && s.p[i] != '-')
			return false;
	return s.n > 0;
}

/* Is text what printf makes of format? */
static bool
match_format(struct slice text, const char *format, struct match *m)
{
	struct slice rest = slice_of(format);
	struct blank b = { 0 };
	bool waiting = false; /* for the end of a blank */
	bool more = true;
	size_t next = 0;
	bool ok = true;
	struct str own;

	memset(m, 0, sizeof *m);
	str_init(&own, REASON_MAX);
	while (ok && more) {
		size_t at = 0;

		more = take_own(&rest, &own);
		if (!more && own.n <= text.n && waiting)
			at = text.n - own.n;
		else if (waiting && own.n > 0)
			at = slice_find_text(text, str_slice(&own));
		ok = slice_eq(slice_head(slice_from(text, at), own.n),
		              str_slice(&own)) &&
		     (!waiting || fits(&b, slice_head(text, at)));
		if (waiting && ok)
			m->args[b.arg] = slice_head(text, at);
		m->own += own.n;
		text = slice_from(text, at + own.n);
		waiting = more;
		if (more)
			ok = ok && take_blank(&rest, &next, &b);
	}
	str_release(&own);
	return ok && text.n == 0;
}

/* Which way a text goes. */
enum way {
	WAY_NEUTRAL,
	WAY_LOCAL,
};

static void translate(struct slice text, enum way way, unsigned depth,
                      struct str *out);

/* The pieces in another format's order. */
static void
put_together(const char *format, const struct match *m, enum way way,
             unsigned depth, struct str *out)
{
	struct slice rest = slice_of(format);
	size_t next = 0;
	struct blank b;
	struct str own;
	bool more = true;

	str_init(&own, REASON_MAX);
	while (more) {
		more = take_own(&rest, &own);
		str_add_slice(out, str_slice(&own));
		more = more && take_blank(&rest, &next, &b);
		if (more)
			translate(m->args[b.arg], way, depth + 1, out);
	}
	str_release(&own);
}

/* One whole text of ours.  false: it is none. */
static bool
translate_whole(struct slice text, enum way way, unsigned depth,
                struct str *out)
{
	struct match m, best = { .own = OWN_MIN - 1 };
	const char *to = NULL;

	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
		const char *here = _(formats[i]);
		const char *from = way == WAY_NEUTRAL ? here : formats[i];

		if (here == formats[i] || !match_format(text, from, &m) ||
		    m.own <= best.own)
			continue;
		best = m;
		to = way == WAY_NEUTRAL ? formats[i] : here;
	}
	if (to == NULL)
		return false;
	put_together(to, &best, way, depth, out);
	return true;
}

/* The system's words for an error, in English and as strerror has them now. */
static bool
translate_system(struct slice text, enum way way, struct str *out)
{
	locale_t english = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	bool found = false;

	for (int e = 1; english != (locale_t)0 && !found && e < ERRNO_MAX;
	     e++) {
		char words[128];
		const char *here = strerror_r(e, words, sizeof words);
		const char *there = strerror_l(e, english);

		found = slice_eq_z(text, way == WAY_NEUTRAL ? here : there);
		if (found)
			str_add_z(out, way == WAY_NEUTRAL ? there : here);
	}
	if (english != (locale_t)0)
		freelocale(english);
	return found;
}

static void
translate(struct slice text, enum way way, unsigned depth, struct str *out)
{
	size_t at = depth < DEPTH_MAX ? slice_find_text(text, SLICE_LIT(": "))
	                              : text.n;

	if (depth >= DEPTH_MAX || text.n < OWN_MIN) {
		str_add_slice(out, text);
	} else if (!translate_whole(text, way, depth, out) &&
	           !translate_system(text, way, out)) {
		if (at == text.n) {
			str_add_slice(out, text);
			return;
		}
		translate(slice_head(text, at), way, depth + 1, out);
		str_add_z(out, ": ");
		translate(slice_from(text, at + 2), way, depth + 1, out);
	}
}

static char *
translated(const char *text, enum way way)
{
	struct str out;

	str_init(&out, REASON_MAX);
	if (strlen(text) < REASON_MAX / 4)
		translate(slice_of(text), way, 0, &out);
	if (out.n == 0 || out.full) {
		str_release(&out);
		return slice_dup(slice_of(text));
	}
	return str_take(&out);
}

char *
reason_neutral(const char *text)
{
	return translated(text, WAY_NEUTRAL);
}

char *
reason_local(const char *text)
{
	return translated(text, WAY_LOCAL);
}

void
reason_add(const char *before, const char *text, const char *behind,
           struct str *out)
{
	char *local = reason_local(text);

	str_add_z(out, before);
	str_add_z(out, local);
	str_add_z(out, behind);
	free(local);
}
