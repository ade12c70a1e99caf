/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Transfer encodings: forms seen in mail, broken ends, and the way back. */
#include "lib/test.h"

#include "mime/cte.h"

static void
assert_decodes(enum cte cte, const char *in, const char *want)
{
	struct str out;

	str_init(&out, 10000);
	cte_decode(cte, slice_of(in), &out);
	assert_slice(str_slice(&out), want);
	str_release(&out);
}

static void
test_base64(void **state)
{
	(void)state;
	assert_decodes(CTE_BASE64, "", "");
	assert_decodes(CTE_BASE64, "aGVsbG8=", "hello");
	assert_decodes(CTE_BASE64, "aGVs\r\nbG8=\r\n", "hello");
	assert_decodes(CTE_BASE64, "aG V-s!b\tG8=", "hello");
	assert_decodes(CTE_BASE64, "aGVsbG8", "hello");
	assert_decodes(CTE_BASE64, "aGVsbA", "hell");
	assert_decodes(CTE_BASE64, "aGVsbG8=aGVsbG8=", "hellohello");
	assert_decodes(CTE_BASE64, "aGVsbA==\r\nIQ==", "hell!");
	assert_decodes(CTE_BASE64, "aGVsbA==  \r\n\r\n  IQ==\r\n", "hell!");
	/* What was added behind the end is no base64. */
	assert_decodes(CTE_BASE64, "aGVsbA==\r\n-- \r\nA footer.\r\n", "hell");
	assert_decodes(CTE_BASE64, "aGVsbG8=\r\n\r\nTwo words", "hello");
	assert_decodes(CTE_BASE64, "aGVsbG8=\r\naGVsbG8= \r\nTwo words",
	               "hellohello");
	assert_decodes(CTE_BASE64, "====", "");
	assert_decodes(CTE_BASE64, "a", "");
}

static void
test_qp(void **state)
{
	(void)state;
	assert_decodes(CTE_QP, "a=3Db", "a=b");
	assert_decodes(CTE_QP, "a=3db=", "a=b");
	assert_decodes(CTE_QP, "one=\r\ntwo=  \r\nthree", "onetwothree");
	assert_decodes(CTE_QP, "blanks \t \r\nnext  ", "blanks\r\nnext  ");
	assert_decodes(CTE_QP, "soft=  ", "soft");
	assert_decodes(CTE_QP, "x=ZZ=4=", "x=ZZ=4");
	assert_decodes(CTE_QP, "=ED=95=\n=9C", "한");
	assert_decodes(CTE_QP, "a\nb", "a\nb");
}

static void
test_uuencode(void **state)
{
	(void)state;
	assert_decodes(CTE_UUENCODE,
	               "text\r\nbegin 644 x\r\n%:&5L;&\\\r\n`\r\nend\r\n",
	               "hello");
	/* A length that the line does not have must not be read. */
	assert_decodes(CTE_UUENCODE, "begin 644 x\nM", "");
	assert_decodes(CTE_UUENCODE, "no begin", "no begin");
}

static void
test_lookup(void **state)
{
	(void)state;
	assert_int_equal(cte_lookup(SLICE_LIT(" Base64 ")), CTE_BASE64);
	assert_int_equal(cte_lookup(SLICE_LIT("(c) quoted-printable; x")),
	                 CTE_QP);
	assert_int_equal(cte_lookup(SLICE_LIT("\"base64\"")), CTE_BASE64);
	assert_int_equal(cte_lookup(SLICE_LIT("x-uuencode")), CTE_UUENCODE);
	assert_int_equal(cte_lookup(SLICE_LIT("base64x")), CTE_IDENTITY);
	assert_int_equal(cte_lookup(SLICE_LIT("")), CTE_IDENTITY);
}

static void
assert_lines_fit(struct slice s)
{
	struct slice line;

	while (slice_line(&s, &line))
		assert_true(line.n <= 76);
}

static void
test_what_is_encoded_comes_back(void **state)
{
	static const char alphabet[] = "ab =.F\xed\x95\x9c\t\x01~";
	struct str in;
	struct str out;
	struct str back;
	unsigned seed = 12345;

	(void)state;
	str_init(&in, 10000);
	str_init(&out, 40000);
	str_init(&back, 10000);
	for (int round = 0; round < 300; round++) {
		str_clear(&in);
		for (int i = 0; i < round; i++) {
			seed = seed * 1103515245 + 12345;
			str_add_c(
				&in,
				alphabet[(seed >> 16) % (sizeof alphabet - 1)]);
		}
		str_clear(&out);
		str_clear(&back);
		cte_encode_base64(str_slice(&in), &out);
		assert_lines_fit(str_slice(&out));
		cte_decode_base64(str_slice(&out), &back);
		assert_true(slice_eq(str_slice(&in), str_slice(&back)));
		str_clear(&out);
		str_clear(&back);
		str_add_z(&in, "\r\n");
		cte_encode_qp(str_slice(&in), &out);
		assert_lines_fit(str_slice(&out));
		cte_decode_qp(str_slice(&out), &back);
		assert_true(slice_eq(str_slice(&in), str_slice(&back)));
	}
	str_release(&back);
	str_release(&out);
	str_release(&in);
}

static void
test_qp_protects_dots_and_from(void **state)
{
	struct str out;

	(void)state;
	str_init(&out, 1000);
	cte_encode_qp(SLICE_LIT(".\nFrom me\nx \n"), &out);
	assert_string_equal(out.p, "=2E\r\n=46rom me\r\nx=20\r\n");
	str_release(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_base64),
		cmocka_unit_test(test_qp),
		cmocka_unit_test(test_uuencode),
		cmocka_unit_test(test_lookup),
		cmocka_unit_test(test_what_is_encoded_comes_back),
		cmocka_unit_test(test_qp_protects_dots_and_from),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
