/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parameters: RFC 2231, what mailers write instead, and floods. */
#include "lib/test.h"

#include "mime/param.h"

static void
assert_name(const char *value, const char *want)
{
	struct detect_hint hint = { 0 };
	struct param_want w = { .name = "name" };
	struct str out;

	str_init(&out, 10000);
	param_collect(slice_of(value), &w, 1);
	assert_true(param_found(&w));
	param_text(&hint, &w, &out);
	if (!slice_eq_z(str_slice(&out), want))
		fail_msg("%s: \"%s\", not \"%s\"", value, out.p, want);
	str_release(&out);
	param_want_release(&w);
}

static void
test_lenient(void **state)
{
	(void)state;
	assert_name("; name=a.txt", "a.txt");
	assert_name("; x=1; NAME = \"a b.txt\" ; y=2", "a b.txt");
	assert_name("; name=a b.txt; y", "a b.txt");
	assert_name("; name=us (a comment)", "us");
	assert_name("; name=report (1).pdf; x", "report (1).pdf");
	assert_name("; name=a(1)", "a(1)");
	assert_name("; name=\"\"a b.txt\"\"; x", "a b.txt");
	assert_name("; name=\"\"; x", "");
	assert_name("; (c) name=(d) a", "a");
	assert_name(";;; ;name=a;name=b", "a");
	assert_name("; name=\"q\\\"q\\\\\"", "q\"q\\");
	assert_name("; name=\"C:\\dir\\x.hwp\"", "C:\\dir\\x.hwp");
	assert_name("; name=\"open; y=z", "open");
	assert_name("; name=\"a;b\"", "a;b");
	assert_name("; broken; name=a", "a");
	assert_name("; name=\"\xc7\xd1\xb1\xdb.hwp\"", "한글.hwp");
	assert_name("; name=\"=?euc-kr?B?x9Gx2w==?=.hwp\"", "한글.hwp");
	assert_name("; name==?utf-8?B?7ZWc6riA?=", "한글");
}

static void
test_sections(void **state)
{
	(void)state;
	assert_name("; name*=utf-8''%ED%95%9C", "한");
	assert_name("; name*=euc-kr'ko'%C7%D1.txt", "한.txt");
	assert_name("; name*=%ED%95%9C", "한");
	assert_name("; name*=utf-8''100%", "100%");
	assert_name("; name*0=a; name*1=b", "ab");
	assert_name("; name*1=b; name*0=a; name*2=\"c d\"", "abc d");
	assert_name("; name*0*=utf-8''%ED%95; name*1*=%9C; name*2=\"%\"",
	            "한%");
	assert_name("; name*0*=euc-kr''%C7; name*1*=%D1", "한");
	assert_name("; name*0=a; name*1*=utf-8''%ED%95%9C", "a한");
	assert_name("; name=plain; name*=", "plain");
	assert_name("; name=plain; name*=utf-8''star", "star");
	assert_name("; name*=utf-8''star; name=plain", "star");
	assert_name("; name*0=a; name*0=x", "a");
	assert_name("; name*00=a", "a");
}

static void
test_absent(void **state)
{
	struct param_want w = { .name = "name" };

	(void)state;
	param_collect(SLICE_LIT("; names=x; nam=y; xname=z"), &w, 1);
	assert_false(param_found(&w));
	param_collect(SLICE_LIT(""), &w, 1);
	param_collect(SLICE_LIT(";=;;=x;"), &w, 1);
	assert_false(param_found(&w));
	param_want_release(&w);
}

static void
test_token_unfolds(void **state)
{
	struct param_want w = { .name = "boundary" };
	struct arena a = { NULL };

	(void)state;
	param_collect(SLICE_LIT("; boundary=\"simple\r\n line\""), &w, 1);
	assert_slice(param_token(&a, &w), "simple line");
	param_want_release(&w);
	memset(&w, 0, sizeof w);
	w.name = "boundary";
	param_collect(SLICE_LIT(";boundary*0=\"b\";boundary*1=c"), &w, 1);
	assert_slice(param_token(&a, &w), "bc");
	param_want_release(&w);
	arena_release(&a);
}

/* 100,000 sections, in descending order. */
static void
test_flood(void **state)
{
	struct detect_hint hint = { 0 };
	struct param_want w = { .name = "name" };
	struct str s;
	struct str out;

	(void)state;
	str_init(&s, 10000000);
	str_init(&out, 10000);
	for (unsigned i = 100000; i > 0; i--)
		str_printf(&s, "; name*%u=a", i - 1);
	param_collect(str_slice(&s), &w, 1);
	param_text(&hint, &w, &out);
	assert_true(out.n > 0 && out.n <= 4096);
	param_want_release(&w);
	str_release(&out);
	str_release(&s);
}

static void
test_every_cut_is_safe(void **state)
{
	static const char whole[] = "; name*0*=utf-8''%ED%95; name*1*=%9C; "
				    "name=\"a\\\"b\" (c); x=y";

	(void)state;
	for (size_t i = 0; i < sizeof whole; i++) {
		struct detect_hint hint = { 0 };
		struct param_want w = { .name = "name" };
		char *copy = malloc(i + 1);
		struct str out;

		memcpy(copy, whole, i);
		str_init(&out, 1000);
		param_collect(slice_make(copy, i), &w, 1);
		param_text(&hint, &w, &out);
		str_release(&out);
		param_want_release(&w);
		free(copy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lenient),
		cmocka_unit_test(test_sections),
		cmocka_unit_test(test_absent),
		cmocka_unit_test(test_token_unfolds),
		cmocka_unit_test(test_flood),
		cmocka_unit_test(test_every_cut_is_safe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
