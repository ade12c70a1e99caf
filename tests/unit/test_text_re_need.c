/* SPDX-License-Identifier: GPL-3.0-or-later */
/* re_need and re_index: never ask for more than the pattern does, and ask for
 * enough. */
#include "lib/test.h"

#include "text/re.h"
#include "text/re_index.h"
#include "text/unicode.h"
#include "util/fsx.h"

#define TEXT_MAX 100000

/* May a pattern with that need match the text? */
static bool
met(const struct re_need *need, struct slice text)
{
	struct re_index *x = re_index_new();
	uint64_t may = 2;

	assert_int_equal(re_index_add(x, need), 0);
	assert_int_equal(re_index_size(x), 1);
	re_index_look(x, text, &may);
	assert_true(may <= 1);
	re_index_free(&x);
	re_index_free(&x);
	return may == 1;
}

/* 1 may match, 0 cannot, -1 nothing is known. */
static int
may(const char *pattern, unsigned flags, const char *text)
{
	struct re_need *need = re_need_new(slice_of(pattern), flags);
	int result = -1;

	if (need != NULL)
		result = met(need, slice_of(text));
	else
		assert_true(met(need, slice_of(text)));
	re_need_free(&need);
	re_need_free(&need);
	return result;
}

static void
test_what_is_needed(void **state)
{
	static const struct {
		const char *pattern, *text;
		int result;
	} cases[] = {
		{ "casino", "the casino is open", 1 },
		{ "CASINO", "the casino is open", 1 },
		{ "casino", "the case is open", 0 },
		{ "casino|lottery", "a lottery", 1 },
		{ "casino|lottery", "nothing", 0 },
		{ "casino|.*", "nothing", -1 },
		{ "(?:casino|)lottery", "lottery", 1 },
		{ "casino\\s+bonus", "bonus of the casino", 1 },
		{ "casino\\s+bonus", "the casino", 0 },
		{ "casinos?", "casino", 1 },
		{ "casinox*", "casino", 1 },
		{ "casinox{0,3}", "casino", 1 },
		{ "casinox{2}", "casino", 0 },
		{ "(?:casino){0,2}lottery", "lottery", 1 },
		{ "(?:casino)?+lottery", "lottery", 1 },
		{ "(?:casino)+", "lottery", 0 },
		{ "abc+?def", "abccdef", 1 },
		{ "(?=casino)lottery", "lottery", 1 },
		{ "(?<!casino)lottery", "lottery", 1 },
		{ "[casino]", "x", -1 },
		{ "[]casino]lottery", "lottery", 1 },
		{ "[^]\\]x]lottery", "lottery", 1 },
		{ "\\.exe(?:\\n|$)", "virus.exe", 1 },
		{ "\\.exe(?:\\n|$)", "virus.com", 0 },
		{ "\\p{Hangul}casino", "casino", 1 },
		{ "\ub300\ucd9c\\W{0,3}\uac00\ub2a5",
		  "\ub300\ucd9c \uac00\ub2a5", 1 },
		{ "\ub300\ucd9c\\W{0,3}\uac00\ub2a5", "\ub300\ucd9c", 0 },
		{ "caf\u00e9casino", "caf casino", 1 },
		{ "(?-i)[A-Z]casino", "casino", 1 },
		{ "a{,3}casino", "casino", 1 },
		{ "x{a}casino", "x{a}casino", 1 },
		/* Braces that are no quantifier, and two of them. */
		{ "abc{1x|def}", "def}", 1 },
		{ "(?:abc{1)|def}", "def}", 1 },
		{ "abc{1x}", "abc{1x}", 1 },
		{ "lotteryabc{2}{0}", "lotteryab", 1 },
		{ "lotteryabc+{0}", "lotteryab", 1 },
		{ "casinox{ 0,3 }", "casino", 1 },
		{ "cas(?:in)?{2}ox", "casininox", 1 },
		{ "cas(?:in)?+{2}ox", "casininox", 1 },
		{ "[\\E]abc]casino", "bcasino", -1 },
		/* What stands side by side is one word. */
		{ "(?:call|act) now", "now act or call", 0 },
		{ "(?:call|act) now", "act now", 1 },
		{ "(?:call|act) no(?:w|thing)", "call nothing", 1 },
		{ "c[i1!]al[i1!]s", "a c1al!s", 1 },
		{ "c[i1!]al[i1!]s", "a cxalis", 0 },
		{ "c[I1]al", "cial", 1 },
		{ "c[^i1]al", "xxx", -1 },
		{ "c[a-z]al", "cial", -1 },
		{ "c[a-z]alis", "c\u00e9alis", 1 },
		{ "e-?mail list", "email list", 1 },
		{ "e-?mail list", "e-mail list", 1 },
		{ "e-?mail list", "e--mail list", 0 },
		{ "e[-_]?mail", "e_mail", 1 },
		{ "e[_.]?mail", "e_mail", 1 },
		{ "work (?:from |at )?home", "work home", 1 },
		{ "work (?:from |at )?home", "work, home", 0 },
		{ "work (?:from |at )*home", "work at at home", 1 },
		{ "work (?:from\\b|at) home", "work at home", 1 },
		{ "work (?:from\\b|at) home", "at work", 0 },
		{ "(?:one|two|three|four|five|six|seven) (?:one|two|three|"
		  "four|five|six|seven)",
		  "seven six", 1 },
		{ "(?:one|two|three|four|five|six|seven) (?:one|two|three|"
		  "four|five|six|seven)",
		  "eight nine", 0 },
		{ "an uncommonly long sentence of words", /* cut in two */
		  "an uncommonly long sentence of words", 1 },
		{ "an uncommonly long sentence of words",
		  "an uncommonly long sentence of ", 0 },
		/* All runs of three bytes, but no such word. */
		{ "abcabd", "abd bda abcab cabd", 0 },
		/* Not understood: anything may match. */
		{ "(casino)\\1", "x", -1 },
		{ "(?i)casino", "x", -1 },
		{ "(?x)ca sino", "x", -1 },
		{ "(?(?=a)casino|b)", "x", -1 },
		{ "\\Qcasino\\E", "x", -1 },
		{ "\\x41casino", "x", -1 },
		{ "casino(?#note)", "x", -1 },
		{ "(*UCP)casino", "x", -1 },
		{ "(casino", "x", -1 },
		{ "casino)", "x", -1 },
		{ "[casino", "x", -1 },
		{ "ab", "x", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (may(cases[i].pattern, RE_ICASE, cases[i].text) !=
		    cases[i].result)
			fail_msg("%s on %s", cases[i].pattern, cases[i].text);
	assert_int_equal(may("casino.*", RE_LITERAL, "casino"), 0);
	assert_int_equal(may("casino.*", RE_LITERAL, "casino.*"), 1);
	assert_int_equal(may("*casino*bonus?", RE_WILDCARD, "casino"), 0);
	assert_int_equal(may("*casino*bonus?", RE_WILDCARD, "casino, bonus!"),
	                 1);
	assert_int_equal(may("*", RE_WILDCARD, "x"), -1);
}

/* Deep groups end somewhere. */
static void
test_deep(void **state)
{
	char pattern[300] = "";

	(void)state;
	memset(pattern, '(', 100);
	memset(pattern + 100, 'a', 10);
	memset(pattern + 110, ')', 100);
	assert_int_equal(may(pattern, RE_ICASE, "x"), -1);
}

/* Patterns put together by chance, on texts put together by chance. */
static void
add_by_chance(struct str *out, const char *const *pieces, size_t n,
              uint32_t *chance)
{
	size_t k = 1 + (*chance >> 16) % 6;

	while (k-- > 0) {
		*chance = *chance * 1103515245U + 12345U;
		str_add_z(out, pieces[(*chance >> 16) % n]);
	}
}

static void
test_by_chance(void **state)
{
	static const char *const of_patterns[] = {
		"ab",          "c?",    "[ab]",  "(?:ab|c)",  "(?:abc|)",
		"(?:a|bc)?",   "d+",    "b{2}",  "(?=ab)",    "\\b",
		"|",           "a*",    "[abc]", "bcd",       "(?:a(?:b|c)d)",
		".",           "cab?",  "[b]?",  "(?:b|c)+",  "(?:a|.)",
		"(?:ab|cd|)?", "d",     "a",     "(?:b?c|d)", "b{1}{0}",
		"(?:ab)?{2}",  "b{1a|", "}",     "{2}a"
	};
	static const char *const of_texts[] = { "a",  "b",   "c",   "d", "ab",
		                                "cd", "abc", "bcd", " " };
	uint32_t chance = 1;
	size_t matches = 0, compiled = 0;

	(void)state;
	for (int i = 0; i < 900; i++) {
		struct err err = { 0 };
		struct str pattern;
		struct re *re;

		str_init(&pattern, TEXT_MAX);
		add_by_chance(&pattern, of_patterns,
		              sizeof of_patterns / sizeof of_patterns[0],
		              &chance);
		re = re_new(str_slice(&pattern), RE_ICASE, &err);
		/* Not all that comes about is a pattern. */
		compiled += re != NULL;
		for (int k = 0; re != NULL && k < 40; k++) {
			struct str text;

			str_init(&text, TEXT_MAX);
			add_by_chance(&text, of_texts,
			              sizeof of_texts / sizeof of_texts[0],
			              &chance);
			if (re_match(re, str_slice(&text), NULL) == 1) {
				matches++;
				if (!met(re_need_of(re), str_slice(&text)))
					fail_msg("%s on %s", pattern.p, text.p);
			}
			str_release(&text);
		}
		re_free(&re);
		str_release(&pattern);
	}
	assert_true(matches > 1000);
	assert_true(compiled > 600);
}

/* Each pattern of our rules, on texts cut out of the rules themselves: where it
 * matches it may match. */
static void
try_on(const struct re *re, struct slice text)
{
	struct slice span;
	struct str folded;

	str_init(&folded, TEXT_MAX);
	unicode_fold(text, &folded);
	if (re_match(re, str_slice(&folded), &span) == 1)
		assert_true(met(re_need_of(re), str_slice(&folded)));
	str_release(&folded);
}

static void
test_never_more_than_the_pattern(void **state)
{
	const char *folder = getenv("PABAL_DATADIR");
	char *path =
		fsx_join(folder != NULL ? folder : "data", "spam-rules.conf");
	struct err err = { 0 };
	struct slice rest;
	struct slice line;
	struct str text;
	size_t tried = 0;

	(void)state;
	str_init(&text, TEXT_MAX);
	assert_int_equal(fsx_read(path, TEXT_MAX, &text, &err), 0);
	rest = str_slice(&text);
	while (slice_line(&rest, &line)) {
		struct slice pattern;
		struct slice all = str_slice(&text);
		struct slice piece;
		struct re *re;

		if (!slice_starts(line, "match = /"))
			continue;
		pattern = slice_make(line.p + 9, line.n - 10);
		re = re_new(pattern, RE_ICASE, &err);
		assert_non_null(re);
		/* The words of all patterns, one after the other. */
		while (slice_split(&all, '|', &piece))
			try_on(re, piece);
		re_free(&re);
		tried++;
	}
	assert_true(tried > 20);
	str_release(&text);
	free(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_needed),
		cmocka_unit_test(test_deep),
		cmocka_unit_test(test_by_chance),
		cmocka_unit_test(test_never_more_than_the_pattern),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
