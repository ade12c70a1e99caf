/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kept reasons: into English and into Korean, with the built translation. */
#include "lib/test.h"

#include <libintl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "util/reason.h"
#include "util/slice.h"
#include "util/str.h"

static void
assert_text(char *got, const char *want)
{
	assert_string_equal(got, want);
	free(got);
}

/* English and Korean, which of one becomes the other. */
static const struct {
	const char *english, *korean;
} pairs[] = {
	{ "no password is known for 'work'", "'work'의 비밀번호를 모릅니다" },
	{ "no connection to a.example port 25: nobody there",
	  "a.example 포트 25에 연결할 수 없습니다: nobody there" },
	/* one within another */
	{ "the program ended while it was being sent; perhaps it was sent: it goes "
	  "out once more under the same Message-ID",
	  "보내는 도중에 프로그램이 끝났습니다; 보내졌을 수도 있습니다: 같은 "
	  "Message-ID로 한 번 더 보냅니다" },
	/* one behind what is not ours */
	{ "smtp.example: no password is known for 'a: b'",
	  "smtp.example: 'a: b'의 비밀번호를 모릅니다" },
	/* a server's words, and no words at all */
	{ "550 5.1.1 no such user: <a@b.example>",
	  "550 5.1.1 no such user: <a@b.example>" },
	{ "%s%n%1$s: %", "%s%n%1$s: %" },
	{ "", "" },
};

static void
test_there_and_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		assert_text(reason_local(pairs[i].english), pairs[i].korean);
		assert_text(reason_neutral(pairs[i].korean), pairs[i].english);
		/* what is in that language already stays */
		assert_text(reason_neutral(pairs[i].english), pairs[i].english);
		assert_text(reason_local(pairs[i].korean), pairs[i].korean);
	}
}

/* The system's words are in its own catalogue, which may not be there. */
static void
test_words_of_the_system(void **state)
{
	static const char text[] =
		"no connection to a port 1: No space left on device";
	char *korean = reason_local(text);

	(void)state;
	assert_true(slice_starts(slice_of(korean), "a 포트 1에"));
	assert_text(reason_neutral(korean), text);
	free(korean);
}

/* What is too long to be taken to pieces, and cut anywhere. */
static void
test_any_text(void **state)
{
	struct str s;

	(void)state;
	str_init(&s, 100000);
	for (size_t i = 0; i < 20000; i++)
		str_add_z(&s, ": ");
	assert_text(reason_local(s.p), s.p);
	str_truncate(&s, 2000);
	assert_text(reason_local(s.p), s.p);
	str_release(&s);
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		for (size_t n = 0; n < strlen(pairs[i].korean); n++) {
			char *cut = slice_dup(slice_make(pairs[i].korean, n));

			free(reason_neutral(cut));
			free(cut);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_words_of_the_system),
		cmocka_unit_test(test_any_text),
	};

	setenv("LANGUAGE", "ko", 1);
	if (setlocale(LC_ALL, "C.UTF-8") == NULL ||
	    bindtextdomain("pabal", TEST_PO) == NULL ||
	    bind_textdomain_codeset("pabal", "UTF-8") == NULL ||
	    textdomain("pabal") == NULL ||
	    strcmp(gettext("Inbox"), "Inbox") == 0)
		return 77; /* built without translations */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
