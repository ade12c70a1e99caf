/* SPDX-License-Identifier: GPL-3.0-or-later */
/* re: matching, kinds of patterns, errors, limits. */
#include "lib/test.h"

#include <time.h>

#include "text/re.h"
#include "util/str.h"

static int
match(const char *pattern, unsigned flags, struct slice text,
      struct slice *span_r)
{
	struct err err = { 0 };
	struct re *re = re_new(slice_of(pattern), flags, &err);
	int rc;

	assert_non_null(re);
	rc = re_match(re, text, span_r);
	re_free(&re);
	assert_null(re);
	re_free(&re);
	return rc;
}

static void
test_matches(void **state)
{
	struct slice span;

	(void)state;
	assert_int_equal(match("b+", 0, slice_of("abbc"), &span), 1);
	assert_slice(span, "bb");
	assert_int_equal(match("x", 0, slice_of("abbc"), &span), 0);
	assert_int_equal(match("", 0, SLICE_NONE, &span), 1);
	assert_int_equal(match("^$", 0, SLICE_NONE, NULL), 1);
	assert_int_equal(match("ABC", RE_ICASE, slice_of("xabc"), NULL), 1);
	assert_int_equal(match("ABC", 0, slice_of("xabc"), NULL), 0);
	/* Korean words are words. */
	assert_int_equal(match("\\b\\w{2}\\b", 0, slice_of("( 광고 )"), &span),
	                 1);
	assert_slice(span, "광고");
	assert_int_equal(match("^..$", 0, slice_of("한글"), NULL), 1);
}

static void
test_kinds(void **state)
{
	(void)state;
	assert_int_equal(match("a.c(", RE_LITERAL, slice_of("xa.c(y"), NULL),
	                 1);
	assert_int_equal(match("a.c", RE_LITERAL, slice_of("abc"), NULL), 0);
	assert_int_equal(
		match("A.C", RE_LITERAL | RE_ICASE, slice_of("a.c"), NULL), 1);
	assert_int_equal(match("*@spam.kr", RE_WILDCARD, slice_of("x@spam.kr"),
	                       NULL),
	                 1);
	assert_int_equal(match("*@spam.kr", RE_WILDCARD,
	                       slice_of("x@spam.kr.org"), NULL),
	                 0);
	assert_int_equal(match("한?", RE_WILDCARD, slice_of("한글"), NULL), 1);
	assert_int_equal(
		match("a[b]\\*", RE_WILDCARD, slice_of("a[b]\\c\nd"), NULL), 1);
}

static void
test_bad_patterns(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_null(re_new(slice_of("한(b"), 0, &err));
	assert_int_equal(err.code, ERR_CONFIG);
	assert_non_null(strstr(err.text, "column 5"));
	assert_null(re_new(slice_of("*a"), 0, &err));
	assert_null(re_new(slice_of("\\C"), 0, &err));
	assert_null(re_new(SLICE_LIT("a\xff"), 0, &err));
	assert_null(re_new(slice_of("(?=a\\K)b"), 0, NULL));
}

static void
test_ill_formed_text(void **state)
{
	struct slice span;

	(void)state;
	assert_int_equal(match("abc", 0,
	                       SLICE_LIT("\xff\xed\x95"
	                                 "abc\xff"),
	                       &span),
	                 1);
	assert_slice(span, "abc");
	assert_int_equal(
		match("한", 0, SLICE_LIT("\xed\x95 \xed\x95\x9c"), NULL), 1);
}

/* CPU time, so that a busy machine does not matter. */
static double
cpu_seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
test_limits(void **state)
{
	static const char *const patterns[] = {
		"(a+)+$",       "(a|aa)+$",  "(a*)*b",        "a*a*a*b",
		"(.*)(.*)x(.)", "(?:a?)+b$", "(a|a|a|a|a)*b", "((a)*)*\\2b",
	};
	struct str text;

	(void)state;
	str_init(&text, 100001);
	while (text.n < 100000)
		str_add_c(&text, 'a');
	str_add_c(&text, '!');
	for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
		double began = cpu_seconds();

		assert_int_not_equal(
			match(patterns[i], 0, str_slice(&text), NULL), 1);
		assert_true(cpu_seconds() - began < 2.0);
	}
	str_release(&text);
}

/* Where each starting point is dear but below the match limit, the clock ends
 * it: twenty such searches that share one time take no longer than one. */
static void
test_a_time_that_is_shared(void **state)
{
	static const char *const dear[] = { "(a+)(a+)(a+)\\1d",
		                            "(?:a{1,40}){1,3}[^a ]e" };
	struct str text;

	(void)state;
	str_init(&text, 200000);
	while (text.n < 100000)
		str_add_z(&text,
		          "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		          "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa ");
	/* What the patterns cannot do without is there. */
	str_add_z(&text, " b c d e");
	for (size_t i = 0; i < sizeof dear / sizeof dear[0]; i++) {
		struct err err = { 0 };
		struct re *re = re_new(slice_of(dear[i]), RE_ICASE, &err);
		int64_t left = RE_TIME_US;
		double began = cpu_seconds();

		assert_non_null(re);
		for (int k = 0; k < 20; k++)
			assert_int_equal(re_match_within(re, str_slice(&text),
			                                 &left, NULL),
			                 -1);
		assert_true(left <= 0);
		/* 50 ms and the last stretch; a second alone would be twenty. */
		assert_true(cpu_seconds() - began < 0.5);
		re_free(&re);
	}
	str_release(&text);
}

static void
test_finds_far_behind(void **state)
{
	struct slice span;
	struct str text;

	(void)state;
	str_init(&text, 1 << 20);
	while (text.n < 500000)
		str_add_z(&text, "한글 ");
	str_add_z(&text, "needle");
	assert_int_equal(match("(?<=글 )n[e]+dle$", 0, str_slice(&text), &span),
	                 1);
	assert_slice(span, "needle");
	str_release(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matches),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_bad_patterns),
		cmocka_unit_test(test_ill_formed_text),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_a_time_that_is_shared),
		cmocka_unit_test(test_finds_far_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
