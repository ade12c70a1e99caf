/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Encoded words: the forms of Korean mailers, broken ones, and making them. */
#include "lib/test.h"

#include <sys/mman.h>
#include <unistd.h>

#include "mime/lex.h"
#include "mime/word.h"
#include "util/utf8.h"

static void
assert_decodes(const char *in, const char *want)
{
	struct detect_hint hint = { 0 };
	struct str out;

	str_init(&out, 100000);
	word_decode(&hint, slice_of(in), &out);
	if (!slice_eq_z(str_slice(&out), want))
		fail_msg("%s: \"%s\", not \"%s\"", in, out.p, want);
	str_release(&out);
}

static void
test_plain_words(void **state)
{
	(void)state;
	assert_decodes("", "");
	assert_decodes("hello", "hello");
	assert_decodes("=?utf-8?B?7ZWc6riA?=", "한글");
	assert_decodes("=?UTF-8?q?=ED=95=9C_a=5Fb?=", "한 a_b");
	assert_decodes("=?euc-kr?B?x9Gx2w==?=", "한글");
	assert_decodes("=?euc-kr*ko?B?x9Gx2w==?=", "한글");
	assert_decodes("a =?utf-8?Q?b?= c", "a b c");
	assert_decodes("=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab");
	assert_decodes("=?utf-8?Q?a?=\r\n =?euc-kr?Q?b?=", "ab");
	assert_decodes("=?utf-8?B?\?=", "");
}

static void
test_labels(void **state)
{
	(void)state;
	assert_decodes("=?ks_c_5601-1987?B?jGO55g==?=", "똠방");
	assert_decodes("=?KSC5601?Q?=C7=D1?=", "한");
	assert_decodes("=?euc-kr?B?7ZWc6riA?=", "한글");
	assert_decodes("=?iso-2022-kr?B?GyQpQw5HUTFbDw==?=", "한글");
	assert_decodes("=?iso-2022-kr?B?DkdRMVs=?= =?iso-2022-kr?B?YQ==?=",
	               "한글a");
	assert_decodes("=?Q?EUC-KR?=C7=D1?=", "한");
}

static void
test_broken_words(void **state)
{
	(void)state;
	/* Cut inside a character, glued or not. */
	assert_decodes("=?utf-8?B?7ZU=?= =?utf-8?B?nA==?=", "한");
	assert_decodes("=?utf-8?Q?=ED=95?==?utf-8?Q?=9C?=", "한");
	/* One base64 stream over words. */
	assert_decodes("=?euc-kr?B?x9Gx2?= =?euc-kr?B?w==?=", "한글");
	/* Blanks inside, end missing, end cut. */
	assert_decodes("=?euc-kr?B?x9 Gx2w==?=", "한글");
	assert_decodes("=?utf-8?Q?a b?=", "a b");
	assert_decodes("=?euc-kr?B?x9Gx2w==", "한글");
	assert_decodes("=?euc-kr?B?x9Gx2w==?", "한글");
	assert_decodes("=?euc-kr?B?x9Gx2w== and more", "한글 and more");
	/* Between SO and SI without designator and label. */
	assert_decodes("\x0eGQ1[\x0f ok", "한글 ok");
	assert_decodes("=?utf-8?Q?is it? yes?=", "is it? yes");
	assert_decodes("=?utf-8?B?YQ== =?utf-8?B?Yg==?=", "ab");
	/* Glued to text. */
	assert_decodes("[=?utf-8?Q?a?=]b", "[a]b");
	/* No words. */
	assert_decodes("=?", "=?");
	assert_decodes("=?utf-8", "=?utf-8");
	assert_decodes("=?utf-8?X?a?=", "=?utf-8?X?a?=");
	assert_decodes("=??Q?a?=", "=??Q?a?=");
	/* Decoded once. */
	assert_decodes("=?utf-8?Q?=3D=3Futf-8=3FQ=3Fa=3F=3D?=",
	               "=?utf-8?Q?a?=");
}

static void
test_raw(void **state)
{
	struct detect_hint hint = { .sibling = CHARSET_CP949 };
	struct str out;

	(void)state;
	assert_decodes("\xed\x95\x9c", "한");
	assert_decodes("\xc7\xd1\xb1\xdb\xc0\xd4\xb4\xcf\xb4\xd9",
	               "한글입니다");
	assert_decodes("caf\xe9", "café");
	str_init(&out, 100);
	word_decode(&hint, SLICE_LIT("a\xc7\xd1"), &out);
	assert_string_equal(out.p, "a한");
	str_release(&out);
}

static void
test_every_cut_is_safe(void **state)
{
	static const char whole[] = "x =?utf-8?B?7ZWc6riA?= "
				    "=?euc-kr?Q?=C7=D1?= \xc7\xd1";
	struct detect_hint hint = { 0 };
	struct str out;

	(void)state;
	str_init(&out, 1000);
	for (size_t i = 0; i < sizeof whole; i++) {
		char *copy = malloc(i + 1);

		memcpy(copy, whole, i);
		str_clear(&out);
		word_decode(&hint, slice_make(copy, i), &out);
		assert_true(utf8_valid(out.p, out.n));
		free(copy);
	}
	str_release(&out);
}

/* No byte before or behind a field is looked at, not even in a build without
 * sanitizers: the pages there cannot be read. */
static void
test_nothing_outside_is_read(void **state)
{
	static const char *const words[] = {
		"=?utf-8?B?\?=",
		"=?utf-8?Q?\?=",
		"=?",
		"=",
		"?=",
		"=?\?B?\?=",
		"=?\?=",
		"=?utf-8?B?=",
		"=?utf-8?B?/w==\?=",
		"=?euc-kr?Q?=C7",
		"=?iso-2022-kr?B?Dg==\?=",
	};
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *area = mmap(NULL, 3 * page, PROT_NONE,
	                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct detect_hint hint = { 0 };
	struct str out;

	(void)state;
	assert_ptr_not_equal(area, MAP_FAILED);
	assert_int_equal(mprotect(area + page, page, PROT_READ | PROT_WRITE),
	                 0);
	str_init(&out, 1000);
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		struct slice w = slice_of(words[i]);
		char *first = area + page;
		char *last = area + 2 * page - w.n;

		for (size_t n = 0; n <= w.n; n++) {
			memcpy(first, w.p, n);
			word_decode(&hint, slice_make(first, n), &out);
			memcpy(last + w.n - n, w.p, n);
			word_decode(&hint, slice_make(last + w.n - n, n), &out);
		}
		str_clear(&out);
	}
	str_release(&out);
	assert_int_equal(munmap(area, 3 * page), 0);
}

/* Words are at most 75 characters, lines 76, and decode to what went in. */
static void
assert_encodes_as(const char *text, bool legacy, size_t column)
{
	struct detect_hint hint = { 0 };
	struct slice rest;
	struct slice line;
	struct str out;
	struct str back;
	struct str flat;

	str_init(&out, 100000);
	str_init(&back, 100000);
	str_init(&flat, 100000);
	word_encode(slice_of(text), legacy, column, &out);
	rest = str_slice(&out);
	for (size_t at = column; slice_line(&rest, &line); at = 0) {
		struct slice word;

		assert_true(at >= 76 || at + line.n <= 76);
		while (slice_word(&line, &word)) {
			struct str one;

			assert_true(word.n <= 75);
			str_init(&one, 1000);
			word_decode(&hint, word, &one);
			/* No character is cut. */
			assert_true(utf8_valid(one.p, one.n));
			assert_int_equal(
				slice_find_text(str_slice(&one),
			                        SLICE_LIT("\xef\xbf\xbd")),
				one.n);
			str_release(&one);
		}
	}
	word_decode(&hint, str_slice(&out), &back);
	lex_squeeze(str_slice(&back), &flat);
	assert_string_equal(flat.p, text);
	str_release(&flat);
	str_release(&back);
	str_release(&out);
}

static void
assert_encodes(const char *text, size_t column)
{
	assert_encodes_as(text, false, column);
	assert_encodes_as(text, true, column);
}

static void
test_encode(void **state)
{
	struct str s;

	(void)state;
	assert_encodes("한", 9);
	assert_encodes("a", 80);
	assert_encodes(
		"회의록 초안을 보내 드립니다. 검토 부탁드립니다 👩‍💻 감사합니다",
		9);
	str_init(&s, 10000);
	for (int i = 0; i < 500; i++)
		str_add_z(&s, i % 7 == 0   ? "가나"
		              : i % 5 == 0 ? "👨‍👩‍👧"
		                           : "b");
	for (size_t column = 0; column < 90; column++)
		assert_encodes(s.p, column);
	/* A cluster too long for a word is cut between characters. */
	str_clear(&s);
	str_add_z(&s, "e");
	for (int i = 0; i < 100; i++)
		str_add_z(&s, "\xcc\x81");
	assert_encodes(s.p, 0);
	str_release(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain_words),
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_broken_words),
		cmocka_unit_test(test_raw),
		cmocka_unit_test(test_every_cut_is_safe),
		cmocka_unit_test(test_nothing_outside_is_read),
		cmocka_unit_test(test_encode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
