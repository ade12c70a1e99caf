/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where links lead: hosts as browsers find them, and what is said of others. */
#include "lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "text/link.h"
#include "util/i18n.h"

static void
assert_leads(const char *link, const char *host)
{
	struct slice found = link_host(slice_of(link));

	if (!slice_eq_z(found, host))
		fail_msg("%s: \"%.*s\", not \"%s\"", link, SLICE_ARG(found),
		         host);
}

static void
test_host(void **state)
{
	(void)state;
	assert_leads("http://shop.example", "shop.example");
	assert_leads("https://shop.example/a@b?c@d#e@f", "shop.example");
	assert_leads("https://bank.example@evil.example/", "evil.example");
	assert_leads("https://a:b@c:d@evil.example:8080?x", "evil.example");
	assert_leads("https://bank.example\\@evil.example/", "bank.example");
	assert_leads("https:\\\\evil.example/", "evil.example");
	assert_leads("https:evil.example", "evil.example");
	assert_leads("http://[::1]:80/", "[::1]:80");
	assert_leads("mailto:a@b.example?to=c@d.example", "b.example");
	assert_leads("http://", "");
	assert_leads("", "");
}

static void
assert_hides(const char *link, const char *want)
{
	struct str s;

	str_init(&s, 10000);
	assert_int_equal(link_hides(slice_of(link), &s), want != NULL);
	assert_string_equal(s.p, want != NULL ? want : "");
	str_release(&s);
}

static void
test_hides(void **state)
{
	(void)state;
	assert_hides("https://bank.example/a@b", NULL);
	assert_hides("https://한글.한국/", NULL);
	assert_hides("https://почта.example/", NULL);
	assert_hides("mailto:a@b.example", NULL);
	assert_hides("https://bank.example@evil.example/", "evil.example");
	assert_hides("https://bank.example%2F@evil.example", "evil.example");
	assert_hides("http://аpple.example", "xn--pple-43d.example");
	assert_hides("http://x@аpple.example/", "xn--pple-43d.example");
	/* letters of one script, but all of them look like others */
	assert_hides("https://аррӏе.example/", "xn--80ak6aa92e.example");
	/* no slash at all: the host goes on */
	assert_hides("https://bank.example\u2044in.evil.example/",
	             "bank.xn--examplein-wn0e.evil.example");
	assert_hides("https://bank\uff0fin.evil.example/",
	             "xn--bankin-sn68a.evil.example");
	assert_hides("http://a@\x1b[2Jb\u202e/", "\xef\xbf\xbd[2Jb");
}

static void
assert_warned(const char *text, const char *want)
{
	struct str s;

	str_init(&s, 100000);
	link_warnings(slice_of(text), &s);
	if (strcmp(s.p, want) != 0)
		fail_msg("%s: \"%s\", not \"%s\"", text, s.p, want);
	str_release(&s);
}

static void
test_warnings(void **state)
{
	(void)state;
	assert_warned("", "");
	assert_warned("see https://a.example/x@y and http://b.example에서", "");
	assert_warned("://@ http:// https://", "");
	assert_warned("go to <https://bank.example@evil.example/in>, now",
	              "(!) https://bank.example@evil.example/in leads to "
	              "evil.example\n");
	assert_warned("xhttps://a@b.c", "(!) https://a@b.c leads to b.c\n");
	assert_warned("HTTP://a@b.c\nhttps://а-b.example).",
	              "(!) HTTP://a@b.c leads to b.c\n"
	              "(!) https://а-b.example leads to xn---b-6kc.example\n");
}

/* Many of them are said ten times, and a megabyte is read once. */
static void
test_floods(void **state)
{
	struct str text;
	struct str s;
	size_t lines = 0;

	(void)state;
	str_init(&text, 4000000);
	str_init(&s, 100000);
	for (int i = 0; i < 100000; i++)
		str_add_z(&text, "http://a@b.c ");
	for (int i = 0; i < 300000; i++)
		str_add_z(&text, "://");
	link_warnings(str_slice(&text), &s);
	for (size_t i = 0; i < s.n; i++)
		lines += s.p[i] == '\n';
	assert_int_equal(lines, 10);
	str_release(&s);
	str_release(&text);
}

static void
test_every_cut_is_safe(void **state)
{
	static const char text[] =
		"http://a@b.c https://\xd0\xb0-b.example\xff\xed\x95 x://";
	size_t n = sizeof text - 1;

	(void)state;
	for (size_t from = 0; from <= n; from++)
		for (size_t to = from; to <= n; to++) {
			char *cut = malloc(to - from + 1);
			struct str s;

			memcpy(cut, text + from, to - from);
			str_init(&s, 10000);
			link_warnings(slice_make(cut, to - from), &s);
			(void)link_hides(slice_make(cut, to - from), &s);
			str_release(&s);
			free(cut);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_host),
		cmocka_unit_test(test_hides),
		cmocka_unit_test(test_warnings),
		cmocka_unit_test(test_floods),
		cmocka_unit_test(test_every_cut_is_safe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
