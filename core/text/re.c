/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Regular expressions with limits; the owner of PCRE2.
 *
 * 1. Patterns come from users, texts from strangers: one match ends after about
 *    50 ms whatever both are, several that share a time after that time.  The
 *    match limit bounds what one starting point can cost.  A text is searched in
 *    stretches of starting points that grow while they are cheap, and the clock
 *    is read between them.
 * 2. Texts may be ill-formed UTF-8 (PCRE2_MATCH_INVALID_UTF).
 * 3. Where memory is missing the program ends, as everywhere: a rule that is
 *    passed over would file mail wrongly, or not send it on, for ever.
 * 4. A pattern that needs more than the JIT's stack is run without the JIT.
 */
#include "text/re.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "text/unicode.h"
#include "util/i18n.h"
#include "util/str.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Longer patterns are nobody's rules. */
#define PATTERN_MAX 65536U
/* Steps of one starting point: some milliseconds. */
#define MATCH_LIMIT    200000U
#define HEAP_LIMIT_KIB 8192U
/* Starting points that are tried before the clock is read: with the match limit
 * some ten milliseconds. */
#define STRETCH_FIRST 16U

struct re {
	pcre2_code *code;
	pcre2_match_context *context;
	struct re_need *need; /* NULL: not known */
};

static int64_t
now_us(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_MONOTONIC, &t) != 0)
		return 0;
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* "*" and "?" as a regular expression for the whole text. */
static void
add_wildcard(struct slice pattern, struct str *out)
{
	str_add_z(out, "\\A");
	for (size_t i = 0; i < pattern.n; i++) {
		char c = pattern.p[i];

		if (c == '*') {
			str_add_z(out, ".*");
		} else if (c == '?') {
			str_add_c(out, '.');
		} else {
			if (byte_is_print(c) && !byte_is_alnum(c))
				str_add_c(out, '\\');
			str_add_c(out, c);
		}
	}
	str_add_z(out, "\\z");
}

static pcre2_code *
compile(struct slice pattern, unsigned flags, struct err *err)
{
	uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF |
	                   PCRE2_NEVER_BACKSLASH_C | PCRE2_USE_OFFSET_LIMIT;
	PCRE2_SIZE at = 0;
	pcre2_code *code;
	PCRE2_UCHAR why[256];
	int number = 0;

	if ((flags & RE_ICASE) != 0)
		options |= PCRE2_CASELESS;
	if ((flags & RE_WILDCARD) != 0)
		options |= PCRE2_DOTALL;
	if ((flags & RE_WHOLE) != 0)
		options |= PCRE2_ANCHORED | PCRE2_ENDANCHORED;
	if ((flags & RE_LITERAL) != 0)
		options |= PCRE2_LITERAL;
	else
		options |= PCRE2_UCP;
	if ((flags & RE_LITERAL) != 0)
		options &= ~(uint32_t)PCRE2_NEVER_BACKSLASH_C;
	code = pcre2_compile((PCRE2_SPTR)pattern.p, pattern.n, options, &number,
	                     &at, NULL);
	if (code != NULL)
		return code;
	if (number == PCRE2_ERROR_HEAP_FAILED)
		xalloc_end();
	if (pcre2_get_error_message(number, why, sizeof why) < 0)
		why[0] = '\0';
	(void)err_set(err, ERR_CONFIG, _("pattern is wrong at column %zu: %s"),
	              unicode_cells(slice_head(pattern, at)) + 1,
	              (const char *)why);
	return NULL;
}

struct re *
re_new(struct slice pattern, unsigned flags, struct err *err)
{
	struct str text;
	struct re *re = NULL;
	pcre2_code *code;

	if (pattern.n > PATTERN_MAX) {
		(void)err_set(err, ERR_CONFIG, _("pattern is too long"));
		return NULL;
	}
	str_init(&text, 2 * PATTERN_MAX + 8);
	if ((flags & RE_LITERAL) != 0 || (flags & RE_WILDCARD) == 0) {
		flags &= ~(unsigned)RE_WILDCARD;
		str_add_slice(&text, pattern);
	} else {
		add_wildcard(pattern, &text);
	}
	code = compile(str_slice(&text), flags, err);
	str_release(&text);
	if (code == NULL)
		return NULL;
	/* Without a JIT on this machine, matching is slower: no error. */
	(void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
	re = xcalloc(1, sizeof *re);
	re->code = code;
	re->need = re_need_new(pattern, flags);
	re->context = pcre2_match_context_create(NULL);
	if (re->context == NULL)
		xalloc_end();
	(void)pcre2_set_match_limit(re->context, MATCH_LIMIT);
	(void)pcre2_set_heap_limit(re->context, HEAP_LIMIT_KIB);
	return re;
}

void
re_free(struct re **re)
{
	if (re == NULL || *re == NULL)
		return;
	pcre2_match_context_free((*re)->context);
	pcre2_code_free((*re)->code);
	re_need_free(&(*re)->need);
	free(*re);
	*re = NULL;
}

/* What one search needs; the context is its own, for its offset limit. */
struct search {
	const struct re *re;
	pcre2_match_context *context;
	pcre2_match_data *data;
	struct slice text;
};

/* Try the starting points from first to last. */
static int
try_stretch(const struct search *s, size_t first, size_t last)
{
	PCRE2_SPTR text = (PCRE2_SPTR)(s->text.p != NULL ? s->text.p : "");
	int rc;

	(void)pcre2_set_offset_limit(s->context, last);
	rc = pcre2_match(s->re->code, text, s->text.n, first, 0, s->data,
	                 s->context);
	if (rc == PCRE2_ERROR_JIT_STACKLIMIT)
		rc = pcre2_match(s->re->code, text, s->text.n, first,
		                 PCRE2_NO_JIT, s->data, s->context);
	return rc;
}

/* Grown by what the last one took of the time that is left. */
static size_t
next_stretch(size_t stretch, int64_t took, int64_t left)
{
	if (took <= left / 16)
		return stretch * 4;
	return took > left / 4 && stretch >= 4 ? stretch / 4 : stretch;
}

static int
search(const struct search *s, int64_t *left_us)
{
	size_t stretch = STRETCH_FIRST;
	size_t first = 0;

	for (;;) {
		int64_t began = now_us(), took;
		size_t last = s->text.n - first > stretch ? first + stretch
		                                          : s->text.n;
		int rc = *left_us > 0 ? try_stretch(s, first, last)
		                      : PCRE2_ERROR_MATCHLIMIT;

		took = now_us() - began;
		*left_us -= took;
		if (rc != PCRE2_ERROR_NOMATCH || last == s->text.n)
			return rc;
		stretch = next_stretch(stretch, took, *left_us);
		first = last;
		while (first > 0 && first < s->text.n &&
		       ((unsigned char)s->text.p[first] & 0xc0) == 0x80 &&
		       last - first < 4)
			first--;
	}
}

int
re_match(const struct re *re, struct slice text, struct slice *span_r)
{
	int64_t left = RE_TIME_US;

	return re_match_within(re, text, &left, span_r);
}

int
re_match_within(const struct re *re, struct slice text, int64_t *left_us,
                struct slice *span_r)
{
	struct search s = { re, NULL, NULL, text };
	int result = -1;
	int rc;

	s.context = pcre2_match_context_copy(re->context);
	s.data = pcre2_match_data_create(1, NULL);
	if (s.context == NULL || s.data == NULL)
		xalloc_end();
	rc = search(&s, left_us);
	if (rc == PCRE2_ERROR_NOMEMORY)
		xalloc_end();
	result = rc >= 0 ? 1 : rc == PCRE2_ERROR_NOMATCH ? 0 : -1;
	if (result == 1 && span_r != NULL) {
		const PCRE2_SIZE *at = pcre2_get_ovector_pointer(s.data);

		/* \K in a lookahead can put the start behind the end. */
		*span_r = at[0] <= at[1]
		                  ? slice_make(text.p + at[0], at[1] - at[0])
		                  : slice_make(text.p + at[1], 0);
	}
	pcre2_match_data_free(s.data);
	pcre2_match_context_free(s.context);
	return result;
}

const struct re_need *
re_need_of(const struct re *re)
{
	return re->need;
}
