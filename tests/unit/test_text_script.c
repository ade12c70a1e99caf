/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scripts in host names: what may be mixed, and the ASCII form of the rest. */
#include "lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "text/script.h"
#include "util/str.h"
#include "util/utf8.h"

static void
assert_host(const char *host, const char *want)
{
	struct str s;

	str_init(&s, 10000);
	assert_int_equal(script_add_host(slice_of(host), &s),
	                 strcmp(host, want) != 0);
	assert_string_equal(s.p, want);
	str_release(&s);
}

static void
test_written_together(void **state)
{
	(void)state;
	assert_host("", "");
	assert_host("mail.example.co.kr", "mail.example.co.kr");
	assert_host("한글.한국", "한글.한국");
	assert_host("kt플라자2.한국", "kt플라자2.한국");
	assert_host("漢字かなABC.jp", "漢字かなABC.jp");
	assert_host("почта-1.рф", "почта-1.рф");
	assert_host("bücher.example", "bücher.example");
	/* Each label for itself. */
	assert_host("почта.com", "почта.com");
	assert_host("xn--pple-43d.com", "xn--pple-43d.com");
}

static void
test_mixed(void **state)
{
	(void)state;
	assert_host("аpple.com", "xn--pple-43d.com");
	assert_host("www.раypal.com.", "www.xn--ypal-43d9g.com.");
	assert_host("google-карта.ru", "xn--google--8fga2h1cya.ru");
	assert_host("αbank", "xn--bank-zld");
	assert_host("다음mаil.net", "xn--mil-6cd2374ttuza.net");
	assert_host("bаnkрауsecure12", "xn--bnksecure12-yijc7ttb");
}

/* One script, but nothing to be read in it than other letters; false slashes. */
static void
test_lookalikes(void **state)
{
	(void)state;
	assert_host("аррӏе.com", "xn--80ak6aa92e.com");
	assert_host("ас-1.example", "xn---1-6kc2e.example");
	assert_host("хор.рф", "xn--n1aen.рф");
	assert_host("хоккей.рф", "хоккей.рф");
	assert_host("νου.example", "xn--yxaes.example");
	assert_host("bank⁄login.example", "xn--banklogin-tn0e.example");
	assert_host("bank／login.example", "xn--banklogin-j854c.example");
	assert_host("❤1.example", "❤1.example");
	assert_host("i🎉korea.example", "i🎉korea.example");
}

/* Longer than a label can be: still not taken for another; no UTF-8: no overrun. */
static void
test_hostile(void **state)
{
	static const char whole[] = "аb\xff\xd0.\xed\x95";
	struct str s;
	struct str ascii;

	(void)state;
	str_init(&s, 1000);
	str_init(&ascii, 1000);
	for (int i = 0; i < 40; i++)
		str_add_z(&s, "аb");
	str_add_z(&s, "보이지않는다");
	(void)script_add_host(str_slice(&s), &ascii);
	assert_true(slice_starts(str_slice(&ascii), "xn--"));
	assert_false(utf8_has_8bit(ascii.p, ascii.n));
	str_release(&ascii);
	for (size_t i = 0; i < sizeof whole; i++) {
		char *copy = malloc(i + 1);

		memcpy(copy, whole, i);
		str_clear(&s);
		(void)script_add_host(slice_make(copy, i), &s);
		free(copy);
	}
	str_release(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_written_together),
		cmocka_unit_test(test_mixed),
		cmocka_unit_test(test_lookalikes),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
