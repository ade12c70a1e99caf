/* SPDX-License-Identifier: GPL-3.0-or-later */
/* saslprep: the RFC's examples, Korean passwords, what must not be in one. */
#include "lib/test.h"

#include "text/saslprep.h"

#define OUT_MAX 1000

static void
expect(const char *in, const char *want)
{
	struct str out;

	str_init(&out, OUT_MAX);
	str_add_z(&out, "before:");
	if (saslprep(slice_of(in), &out) != 0) {
		assert_null(want);
		assert_string_equal(out.p, "before:");
	} else {
		assert_non_null(want);
		assert_string_equal(out.p + 7, want);
	}
	str_release(&out);
}

/* RFC 4013, section 3. */
static void
test_examples(void **state)
{
	(void)state;
	expect("I\u00adX", "IX");
	expect("user", "user");
	expect("USER", "USER");
	expect("\u00aa", "a");
	expect("\u2168", "IX");
	expect("\a", NULL);
	expect("\u06271", NULL);
}

static void
test_korean(void **state)
{
	(void)state;
	expect("pa ss \uc554\ud638", "pa ss \uc554\ud638");
	/* Conjoining letters, as file names of a Mac have them. */
	expect("\u110b\u1161\u11b7\u1112\u1169", "\uc554\ud638");
	/* Letters typed alone: NFKC has only the conjoining ones. */
	expect("\u314b\u314b", "\u110f\u110f");
	/* Full width, as some input methods write. */
	expect("\uff21\uff42\uff13", "Ab3");
	expect("\ud55c\u3000\uae00", "\ud55c \uae00");
	/* Halfwidth letters of old machines. */
	expect("\uffa1", "\u1100");
}

static void
test_prohibited(void **state)
{
	static const char *const bad[] = {
		"a\x7f",      "\xc2\x80",   "\u06dd", "a\u200e",
		"\u2028",     "\u202e",     "\u2ff0", "\ue000",
		"\ufdd0",     "\uffff",     "\ufffd", "\U0001d173",
		"\U000e0001", "\U0010fffe", "\xff",   "a\xed\xa0\x80",
		"\t",
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		expect(bad[i], NULL);
	expect("", "");
	expect("\u200d", "");
	/* Not known to Unicode 3.2: taken all the same. */
	expect("\U0001f600", "\U0001f600");
}

static void
test_directions(void **state)
{
	(void)state;
	expect("\u05d0\u05d1", "\u05d0\u05d1");
	expect("\u05d01\u05d1", "\u05d01\u05d1");
	expect("\u05d0a\u05d1", NULL);
	expect("1\u05d0", NULL);
	expect("\u05d01", NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples),
		cmocka_unit_test(test_korean),
		cmocka_unit_test(test_prohibited),
		cmocka_unit_test(test_directions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
