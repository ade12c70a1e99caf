/* SPDX-License-Identifier: GPL-3.0-or-later */
/* slice, utf8, codec, json, err: text in and out. */
#include "lib/test.h"

#include "util/codec.h"
#include "util/err.h"
#include "util/json.h"
#include "util/str.h"
#include "util/utf8.h"

static void
test_slice_splits(void **state)
{
	struct slice rest = SLICE_LIT("a,,b");
	struct slice piece;

	(void)state;
	assert_true(slice_split(&rest, ',', &piece));
	assert_slice(piece, "a");
	assert_true(slice_split(&rest, ',', &piece));
	assert_slice(piece, "");
	assert_true(slice_split(&rest, ',', &piece));
	assert_slice(piece, "b");
	assert_false(slice_split(&rest, ',', &piece));

	rest = SLICE_LIT("one\r\ntwo\n\nlast");
	assert_true(slice_line(&rest, &piece));
	assert_slice(piece, "one");
	assert_true(slice_line(&rest, &piece));
	assert_slice(piece, "two");
	assert_true(slice_line(&rest, &piece));
	assert_slice(piece, "");
	assert_true(slice_line(&rest, &piece));
	assert_slice(piece, "last");
	assert_false(slice_line(&rest, &piece));

	rest = SLICE_LIT("  x \t yy ");
	assert_true(slice_word(&rest, &piece));
	assert_slice(piece, "x");
	assert_true(slice_word(&rest, &piece));
	assert_slice(piece, "yy");
	assert_false(slice_word(&rest, &piece));
}

static void
test_slice_compares_and_finds(void **state)
{
	struct slice s = SLICE_LIT("Content-Type");
	uint64_t v;

	(void)state;
	assert_true(slice_ieq_z(s, "content-TYPE"));
	assert_false(slice_eq_z(s, "content-type"));
	assert_true(slice_istarts(s, "content-"));
	assert_true(slice_iends(s, "-type"));
	assert_false(slice_ends(s, "-type"));
	assert_int_equal(slice_find(s, '-'), 7);
	assert_int_equal(slice_find(s, '!'), s.n);
	assert_int_equal(slice_rfind(s, 'n'), 5);
	assert_int_equal(slice_find_text(s, SLICE_LIT("Type")), 8);
	assert_int_equal(slice_ifind_text(s, SLICE_LIT("TYPE")), 8);
	assert_int_equal(slice_ifind_text(s, SLICE_LIT("TYPES")), s.n);
	assert_slice(slice_trim(SLICE_LIT(" \r\n a b\t")), "a b");
	assert_int_equal(slice_u64(SLICE_LIT("18446744073709551615"), &v), 0);
	assert_true(v == UINT64_MAX);
	assert_int_equal(slice_u64(SLICE_LIT("18446744073709551616"), &v), -1);
	assert_int_equal(slice_u64(SLICE_LIT("-1"), &v), -1);
	assert_int_equal(slice_u64(SLICE_LIT(""), &v), -1);
	assert_int_equal(slice_u64(SLICE_LIT("1x"), &v), -1);
}

static void
test_utf8_knows_ill_formed_bytes(void **state)
{
	static const struct {
		const char *bytes;
		bool valid;
	} cases[] = {
		{ "plain", true },
		{ "파발", true },
		{ "\xef\xbf\xbd", true }, /* U+FFFD itself */
		{ "\xf0\x9f\x93\xa7", true },
		{ "\xc0\xaf", false }, /* overlong */
		{ "\xe0\x80\x80", false },
		{ "\xed\xa0\x80", false },     /* surrogate */
		{ "\xf4\x90\x80\x80", false }, /* above 10FFFF */
		{ "\xed\x8c", false },         /* cut */
		{ "a\xff", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(utf8_valid(cases[i].bytes,
		                            strlen(cases[i].bytes)),
		                 cases[i].valid);
}

static void
test_utf8_every_code_point_comes_back(void **state)
{
	(void)state;
	for (uint32_t c = 0; c <= 0x10ffff; c++) {
		char bytes[4];
		uint32_t back;
		size_t n;

		if (c >= 0xd800 && c <= 0xdfff)
			continue;
		n = utf8_encode(c, bytes);
		assert_int_equal(utf8_decode(bytes, n, &back), n);
		assert_true(back == c);
		for (size_t cut = 1; cut < n; cut++) {
			assert_int_equal(utf8_cut(bytes, cut), 0);
			assert_false(utf8_valid(bytes, cut));
		}
		assert_int_equal(utf8_cut(bytes, n), n);
	}
}

static void
test_clean_line_lets_no_command_through(void **state)
{
	static const char evil[] = "a\x1b]0;x\a\n\xc2\x9b"
				   "31m\xe2\x80\xae"
				   "b\xff\x7f\xe2\x80\x8b";
	char out[64];
	size_t n = utf8_clean_line(evil, sizeof evil - 1, out, sizeof out);

	(void)state;
	assert_true(utf8_valid(out, n));
	for (size_t i = 0; i < n;) {
		uint32_t c;

		i += utf8_decode(out + i, n - i, &c);
		assert_false(utf8_is_unsafe(c));
	}
	/* Never cut inside a character. */
	for (size_t max = 0; max < 20; max++) {
		n = utf8_clean_line("가나다라마", 15, out, max);
		assert_true(n <= max && n % 3 == 0);
	}
}

static void
test_codec_round_trip(void **state)
{
	unsigned char bytes[67];
	struct str text, back;

	(void)state;
	str_init(&text, 1000);
	str_init(&back, 1000);
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (unsigned char)(i * 37);
	for (size_t n = 0; n <= sizeof bytes; n++) {
		str_clear(&text);
		str_clear(&back);
		codec_base64_encode(bytes, n, &text);
		assert_int_equal(codec_base64_decode(str_slice(&text), &back),
		                 0);
		assert_int_equal(back.n, n);
		assert_memory_equal(back.p, bytes, n);
		str_clear(&text);
		str_clear(&back);
		codec_hex_encode(bytes, n, &text);
		assert_int_equal(codec_hex_decode(str_slice(&text), &back), 0);
		assert_int_equal(back.n, n);
		assert_memory_equal(back.p, bytes, n);
	}
	str_release(&text);
	str_release(&back);
}

static void
test_codec_refuses_what_is_not_base64(void **state)
{
	static const char *const bad[] = { "abc",  "ab=c", "====", "a===",
		                           "ab c", "ab!=", "=abc" };
	struct str out;

	(void)state;
	str_init(&out, 100);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(codec_base64_decode(slice_of(bad[i]), &out),
		                 -1);
	assert_int_equal(codec_hex_decode(SLICE_LIT("abc"), &out), -1);
	assert_int_equal(codec_hex_decode(SLICE_LIT("zz"), &out), -1);
	str_release(&out);
}

static void
test_json_quotes(void **state)
{
	struct str out;
	struct json j;

	(void)state;
	str_init(&out, 1000);
	json_init(&j, &out);
	json_object(&j);
	json_key(&j, "a\"b");
	json_string(&j, SLICE_LIT("x\n\x1b\\\xff가\x7f\u202e\U000e0041"));
	json_key(&j, "list");
	json_array(&j);
	json_int(&j, -5);
	json_bool(&j, true);
	json_null(&j);
	json_real(&j, 0.5);
	json_end_array(&j);
	json_key(&j, "none");
	json_string_z(&j, NULL);
	json_end_object(&j);
	assert_string_equal(
		out.p,
		"{\"a\\\"b\":\"x\\n\\u001b\\\\\xef\xbf\xbd가"
		"\\u007f\\u202e\\udb40\\udc41\",\"list\":[-5,true,null,0.5],"
		"\"none\":null}");
	str_release(&out);
}

static void
test_err_is_clean_and_wraps(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_int_equal(err_set(&err, ERR_RETRY, "no '%s'", "a\x1b[2Jb"), -1);
	assert_null(strchr(err.text, 0x1b));
	err_set_server(&err, "-ERR \x1b[31m\xc2\x9bgo away", 20);
	assert_null(strchr(err.server, 0x1b));
	err_wrap(&err, "POP3");
	assert_memory_equal(err.text, "POP3: no", 8);
	assert_int_equal(err.code, ERR_RETRY);
	assert_int_equal(err_exit_status(ERR_AUTH), 77);
	assert_int_equal(err_exit_status(ERR_CONFIG), 78);
	assert_int_equal(err_set(NULL, ERR_IO, "nobody listens"), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slice_splits),
		cmocka_unit_test(test_slice_compares_and_finds),
		cmocka_unit_test(test_utf8_knows_ill_formed_bytes),
		cmocka_unit_test(test_utf8_every_code_point_comes_back),
		cmocka_unit_test(test_clean_line_lets_no_command_through),
		cmocka_unit_test(test_codec_round_trip),
		cmocka_unit_test(test_codec_refuses_what_is_not_base64),
		cmocka_unit_test(test_json_quotes),
		cmocka_unit_test(test_err_is_clean_and_wraps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
