/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses: forms, groups, wrong ones, spoofing, floods. */
#include "lib/test.h"

#include "mime/addr.h"
#include "util/str.h"

/* "name|spec, name|spec" */
static void
assert_list(const char *raw, const char *want)
{
	struct arena a = { NULL };
	struct addr_list list;
	struct str s;

	str_init(&s, 10000);
	addr_parse(&a, NULL, slice_of(raw), &list);
	for (size_t i = 0; i < list.n; i++)
		str_printf(&s, "%s%.*s|%.*s", i > 0 ? ", " : "",
		           SLICE_ARG(list.v[i].name),
		           SLICE_ARG(list.v[i].spec));
	if (!slice_eq_z(str_slice(&s), want))
		fail_msg("%s: \"%s\", not \"%s\"", raw, s.p, want);
	str_release(&s);
	arena_release(&a);
}

static void
test_forms(void **state)
{
	(void)state;
	assert_list("", "");
	assert_list("a@b.kr", "|a@b.kr");
	assert_list("<a@b.kr>", "|a@b.kr");
	assert_list("Hong Gildong <a@b.kr>", "Hong Gildong|a@b.kr");
	assert_list("\"Hong, Gildong\" <a@b.kr>, c@d.kr",
	            "Hong, Gildong|a@b.kr, |c@d.kr");
	assert_list("a@b.kr (Hong)", "Hong|a@b.kr");
	assert_list("(x (y)) a@b.kr (Hong (Jr))", "Hong (Jr)|a@b.kr");
	assert_list("\"a b\"@c.kr", "|\"a b\"@c.kr");
	assert_list("<@r1,@r2:a@b.kr>", "|a@b.kr");
	assert_list("a . b @ c . kr", "|a.b@c.kr");
	assert_list("a\r\n @b.kr,\r\n\tc@d.kr", "|a@b.kr, |c@d.kr");
	assert_list("Team: a@b.kr, H <c@d.kr>; e@f.kr",
	            "|a@b.kr, H|c@d.kr, |e@f.kr");
	assert_list("undisclosed-recipients:;", "");
	assert_list(",,; ,", "");
}

static void
test_encoded(void **state)
{
	(void)state;
	assert_list("=?utf-8?B?7ZmN6ri464+Z?= <a@b.kr>", "홍길동|a@b.kr");
	assert_list("\"=?utf-8?B?7ZmN6ri464+Z?=\" <a@b.kr>", "홍길동|a@b.kr");
	/* A comma that comes out of a word does not split. */
	assert_list("=?utf-8?Q?Kim=2C_Ha?= <a@b.kr>", "Kim, Ha|a@b.kr");
	assert_list("=?utf-8?Q?Kim,Ha?= <a@b.kr>", "Kim,Ha|a@b.kr");
	assert_list("=?utf-8?Q?a?= =?utf-8?Q?b?= <a@b.kr>", "ab|a@b.kr");
	assert_list("\xc8\xab\xb1\xe6\xb5\xbf <a@b.kr>", "홍길동|a@b.kr");
	/* Never decoded inside the address. */
	assert_list("=?utf-8?b?YUBiLmtyAA==?=@example.com",
	            "|=?utf-8?b?YUBiLmtyAA==?=@example.com");
	/* Controls do not come out of a name. */
	assert_list("=?utf-8?Q?a=0D=0Ab=00=1B[2J?= <a@b.kr>", "a b[2J|a@b.kr");
}

static void
test_wrong(void **state)
{
	(void)state;
	assert_list("foo", "foo|");
	assert_list("Big Bug bb@bug.com", "|Big Bug bb@bug.com");
	assert_list("\"open <a@b.kr>", "open|a@b.kr");
	assert_list("Name <a@b.kr", "Name|a@b.kr");
	assert_list("Name a@b.kr>", "|Name a@b.kr");
	/* The comma is missing: nobody is left out. */
	assert_list("<a@b.kr> <c@d.kr>", "|a@b.kr, |c@d.kr");
	assert_list("A <a@b.kr> B <c@d.kr>, e@f.kr",
	            "A|a@b.kr, B|c@d.kr, |e@f.kr");
	assert_list("\"A\"<a@b.kr>\"B\"<c@d.kr>", "A|a@b.kr, B|c@d.kr");
	assert_list("A <a@b.kr> <b>", "A|a@b.kr");
	assert_list("A <a> <a@b.kr>", "A|a");
	assert_list("a@b@c", "|a@b@c");
	assert_list("<<a@b.kr>>", "|a@b.kr");
}

static void
assert_flood(const char *piece, size_t times)
{
	struct arena a = { NULL };
	struct addr_list list;
	struct str s;

	str_init(&s, times * 64);
	for (size_t i = 0; i < times; i++)
		str_add_z(&s, piece);
	addr_parse(&a, NULL, str_slice(&s), &list);
	assert_true(list.n <= 100000);
	str_release(&s);
	arena_release(&a);
}

static void
test_floods(void **state)
{
	(void)state;
	assert_flood(";", 1000000);
	assert_flood("(", 300000);
	assert_flood("\"", 300001);
	assert_flood("\"a <", 300001);
	assert_flood("<", 300000);
	assert_flood("=?utf-8?Q?", 100000);
	assert_flood("(a) <(b", 100000);
	assert_flood("a@b,", 150000);
}

static void
test_typed(void **state)
{
	struct arena a = { NULL };
	struct addr_list list;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(addr_parse_typed(&a, SLICE_LIT("홍 <a@b.kr>, c@d.kr"),
	                                  &list, &err),
	                 0);
	assert_int_equal(list.n, 2);
	assert_slice(list.v[0].name, "홍");
	assert_int_equal(addr_parse_typed(&a, SLICE_LIT("a@b.kr, oops"), &list,
	                                  &err),
	                 -1);
	assert_int_equal(err.code, ERR_USAGE);
	assert_non_null(strstr(err.text, "'oops'"));
	assert_int_equal(
		addr_parse_typed(&a, SLICE_LIT("-oQ/tmp@x"), &list, &err), -1);
	arena_release(&a);
}

static void
test_spec_ok(void **state)
{
	static const char *const good[] = { "a@b.kr", "a.b+c@d-e.kr",
		                            "\"a..b\"@c.kr", "a@[127.0.0.1]",
		                            "김@한국.kr" };
	static const char *const bad[] = { "",
		                           "a",
		                           "@b",
		                           "a@",
		                           "-a@b.kr",
		                           "a b@c",
		                           "\"a  b\"@c",
		                           "a@b c",
		                           "a@b\r\nc",
		                           "a@-b",
		                           "a@b@c",
		                           "<a@b>",
		                           "a,b@c",
		                           "a@b>",
		                           "a@b\x01",
		                           "a\xff@b",
		                           "a@b\xe2\x80\xae",
		                           "a@.b" };

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		if (!addr_spec_ok(slice_of(good[i])))
			fail_msg("refused: %s", good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (addr_spec_ok(slice_of(bad[i])))
			fail_msg("taken: %s", bad[i]);
	assert_false(addr_spec_ok(slice_make("a\0@b", 4)));
}

static void
assert_shown(const char *name, const char *spec, const char *want,
             const char *want_short)
{
	struct addr a = { slice_of(name), slice_of(spec) };
	struct str s;

	str_init(&s, 1000);
	addr_show(&a, &s);
	assert_string_equal(s.p, want);
	str_clear(&s);
	addr_show_short(&a, &s);
	assert_string_equal(s.p, want_short);
	str_release(&s);
}

static void
test_show(void **state)
{
	(void)state;
	assert_shown("홍길동", "a@b.kr", "홍길동 <a@b.kr>", "홍길동");
	assert_shown("", "a@b.kr", "a@b.kr", "a@b.kr");
	assert_shown("a@b.kr", "a@b.kr", "a@b.kr", "a@b.kr");
	/* A name that claims another address, or nothing that can be seen. */
	assert_shown("ceo@bank.kr", "x@evil.kr", "\"ceo@bank.kr\" <x@evil.kr>",
	             "x@evil.kr");
	assert_shown("ceo＠bank.kr", "x@evil.kr",
	             "\"ceo＠bank.kr\" <x@evil.kr>", "x@evil.kr");
	/* One that would look like two senders in a list. */
	assert_shown("A <a@bank.kr>, B", "x@evil.kr",
	             "\"A <a@bank.kr>, B\" <x@evil.kr>", "x@evil.kr");
	assert_shown("A\" <a@bank.kr>, \"B", "x@evil.kr",
	             "\"A' <a@bank.kr>, 'B\" <x@evil.kr>", "x@evil.kr");
	assert_shown("김, 하나", "a@b.kr", "\"김, 하나\" <a@b.kr>", "김, 하나");
	/* No address at all. */
	assert_shown("ceo@bank.kr", "", "\"ceo@bank.kr\"", "\"ceo@bank.kr\"");
	assert_shown("홍, 길동", "", "\"홍, 길동\"", "\"홍, 길동\"");
	/* Another host than the real one. */
	assert_shown("bank.co.kr", "x@evil.kr", "bank.co.kr <x@evil.kr>",
	             "x@evil.kr");
	assert_shown("www.bank.co.kr", "x@mail.bank.co.kr",
	             "www.bank.co.kr <x@mail.bank.co.kr>", "www.bank.co.kr");
	assert_shown("J.R. 홍", "a@b.kr", "J.R. 홍 <a@b.kr>", "J.R. 홍");
	/* A word of two scripts, and of two that go together. */
	assert_shown("\xd0\xa1itibank 고객센터", "x@evil.kr",
	             "\xd0\xa1itibank 고객센터 <x@evil.kr>", "x@evil.kr");
	assert_shown("KT고객센터 🎉Sale", "a@b.kr", "KT고객센터 🎉Sale <a@b.kr>",
	             "KT고객센터 🎉Sale");
	assert_shown("ㅤ ㅤ", "x@evil.kr", "x@evil.kr", "x@evil.kr");
	assert_shown("\u2800\u2003\u3000", "x@evil.kr", "x@evil.kr",
	             "x@evil.kr");
	assert_shown("\u0301\ufe0f\u034f\U000e0041", "x@evil.kr", "x@evil.kr",
	             "x@evil.kr");
	/* Scripts that nobody writes together: the ASCII form. */
	assert_shown("", "x@\xd0\xb0pple.com", "x@xn--pple-43d.com",
	             "x@xn--pple-43d.com");
	assert_shown("", "x@한글.kr", "x@한글.kr", "x@한글.kr");
	assert_shown("a\x1b[2Jb", "x@y.kr", "a\xef\xbf\xbd[2Jb <x@y.kr>",
	             "a\xef\xbf\xbd[2Jb");
}

static void
test_every_cut_is_safe(void **state)
{
	static const char whole[] =
		"G: \"H, \\\"G\" (c(d)) <@r:a@b.kr>, =?utf-8?Q?x,y?= <c@d>;";

	(void)state;
	for (size_t i = 0; i < sizeof whole; i++) {
		struct arena a = { NULL };
		struct addr_list list;
		char *copy = malloc(i + 1);

		memcpy(copy, whole, i);
		addr_parse(&a, NULL, slice_make(copy, i), &list);
		free(copy);
		for (size_t j = 0; j < list.n; j++)
			assert_true(list.v[j].name.n < 100);
		arena_release(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_encoded),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_floods),
		cmocka_unit_test(test_typed),
		cmocka_unit_test(test_spec_ok),
		cmocka_unit_test(test_show),
		cmocka_unit_test(test_every_cut_is_safe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
