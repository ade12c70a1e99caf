/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Spelling: what is asked, what is answered, by programs that count differently. */
#include "lib/test.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/temp.h"
#include "mail/spelling.h"

static const char text[] =
	"Thsi is teh tehx teh text.\n"
	"\n"
	"> quoted teh\n"
	"see https://teh.example/teh or teh@example.org teh\n"
	"안녕하새요 #not *a &command\n"
	"-- \n"
	"teh signature\n";

static void
assert_word(const struct spelling *s, size_t i, size_t at, const char *word,
            size_t suggestions)
{
	assert_true(i < s->words.n);
	assert_int_equal(s->words.v[i].at, at);
	assert_slice(slice_make(text + at, s->words.v[i].n), word);
	assert_int_equal(s->words.v[i].suggestion_count, suggestions);
}

static void
test_question(void **state)
{
	struct str s;

	(void)state;
	str_init(&s, 4096);
	spelling_question(slice_of(text), &s);
	assert_string_equal(
		s.p, "!\n"
		     "^Thsi is teh tehx teh text.\n"
		     "^see                         or                 teh\n"
		     "^안녕하새요 #not *a &command\n");
	str_clear(&s);
	spelling_question(SLICE_LIT("> only quoted\n\n"), &s);
	assert_string_equal(s.p, "!\n");
	str_release(&s);
}

static const char answer[] =
	"@(#) International Ispell Version 3.2.06 (but really Hunspell)\n"
	"& Thsi 3 1: This, Thai, Th si\n"
	"& teh 2 9: the, ten\n"
	"# tehx 13\n"
	"? teh 0 18: the\n"
	"\n"
	"& teh 1 50: the\n"
	"\n"
	"& 안녕하새요 1 1: 안녕하세요\n"
	"& command 1 7: commando\n"
	"\n";

static void
test_answer(void **state)
{
	struct spelling s = { 0 };

	(void)state;
	spelling_answer(slice_of(text), slice_of(answer), &s);
	assert_int_equal(s.words.n, 7);
	assert_word(&s, 0, 0, "Thsi", 3);
	assert_string_equal(s.words.v[0].suggestions[2], "Th si");
	assert_word(&s, 1, 8, "teh", 2);
	assert_word(&s, 2, 12, "tehx", 0);
	/* the one that stands alone, not the one in tehx */
	assert_word(&s, 3, 17, "teh", 1);
	assert_word(&s, 4,
	            slice_find_text(slice_of(text), SLICE_LIT("teh\n안")),
	            "teh", 1);
	assert_word(&s, 5, slice_find_text(slice_of(text), SLICE_LIT("안녕")),
	            "안녕하새요", 1);
	assert_word(&s, 6,
	            slice_find_text(slice_of(text), SLICE_LIT("command")),
	            "command", 1);
	spelling_release(&s);
}

/* Cut anywhere, and answers that do not fit, do no harm. */
static void
test_broken_answers(void **state)
{
	struct spelling s;

	(void)state;
	for (size_t n = 0; n < sizeof answer; n++) {
		s = (struct spelling){ 0 };
		spelling_answer(slice_of(text), slice_make(answer, n), &s);
		for (size_t i = 0; i < s.words.n; i++)
			assert_true(s.words.v[i].at + s.words.v[i].n <
			            sizeof text);
		spelling_release(&s);
	}
	s = (struct spelling){ 0 };
	spelling_answer(slice_of(text),
	                SLICE_LIT("& absent 1 1: x\n&\n& \n#\n? : :\n\n\n\n\n\n"
	                          "& teh 1 1: x\n"),
	                &s);
	assert_int_equal(s.words.n, 0);
	spelling_release(&s);
}

static void
test_no_program(void **state)
{
	struct spelling s = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(spelling_check("/nonexistent/speller -a",
	                                slice_of(text), -1, &s, &err),
	                 -1);
	assert_int_not_equal(err.code, ERR_NONE);
	spelling_release(&s);
}

/* "cat" answers what it is told: nothing of it is an answer. */
static void
test_program_that_echoes(void **state)
{
	struct spelling s = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(spelling_check("cat", slice_of(text), -1, &s, &err),
	                 0);
	assert_int_equal(s.words.n, 0);
	spelling_release(&s);
}

/* A dictionary without Korean finds fault with all of it; one that has it does
 * not. */
static void
test_korean(void **state)
{
	const struct slice mixed = SLICE_LIT("teh 한국어 글 입니다\n");
	struct spelling s = { 0 };

	(void)state;
	spelling_answer(mixed,
	                SLICE_LIT("& teh 1 1: the\n# 한국어 5\n# 글 9\n"
	                          "# 입니다 11\n\n"),
	                &s);
	assert_int_equal(s.words.n, 1);
	assert_int_equal(s.words.v[0].at, 0);
	spelling_release(&s);
	spelling_answer(mixed, SLICE_LIT("# 한국어 5\n# 글 9\n\n"), &s);
	assert_int_equal(s.words.n, 2);
	spelling_release(&s);
	spelling_answer(SLICE_LIT("한국어\n"),
	                SLICE_LIT("& 한국어 1 1: 한국\n\n"), &s);
	assert_int_equal(s.words.n, 1);
	spelling_release(&s);
}

/* ---- programs that people have ---- */

static const char *
suggested(const struct spelling_word *w, const char *word)
{
	size_t i;

	for (i = 0; i < w->suggestion_count; i++)
		if (strcmp(w->suggestions[i], word) == 0)
			return word;
	return "nothing";
}

static bool
in_path(const char *program)
{
	struct slice rest = slice_of(getenv("PATH")), folder;
	char path[4096];

	while (slice_split(&rest, ':', &folder)) {
		(void)snprintf(path, sizeof path, "%.*s/%s", SLICE_ARG(folder),
		               program);
		if (access(path, X_OK) == 0)
			return true;
	}
	return false;
}

static void
real_program(const char *program, const char *command)
{
	const struct slice said = SLICE_LIT("He has recieved this mail,\n"
	                                    "한국어도 있고\n"
	                                    "> recieved\n"
	                                    "and pabalish words.\n");
	char *home = temp_make();
	struct spelling s = { 0 };
	struct err err = { 0 };

	if (!in_path(program)) {
		temp_remove(home);
		if (getenv("PABAL_CI") != NULL)
			fail_msg("%s is not installed", program);
		skip();
	}
	assert_int_equal(setenv("HOME", home, 1), 0);
	assert_int_equal(spelling_check(command, said, -1, &s, &err), 0);
	assert_int_equal(s.words.n, 2);
	assert_int_equal(s.words.v[0].at, 7);
	assert_int_equal(s.words.v[0].n, 8);
	assert_string_equal(suggested(&s.words.v[0], "received"), "received");
	assert_int_equal(s.words.v[1].n, 8);
	spelling_release(&s);
	/* a word that was learnt is right */
	assert_int_equal(
		spelling_learn(command, SLICE_LIT("pabalish"), -1, &err), 0);
	assert_int_equal(spelling_check(command, said, -1, &s, &err), 0);
	assert_int_equal(s.words.n, 1);
	spelling_release(&s);
	temp_remove(home);
}

static void
test_hunspell(void **state)
{
	(void)state;
	real_program("hunspell", "hunspell -a -i utf-8 -d en_US");
}

static void
test_aspell(void **state)
{
	(void)state;
	real_program("aspell", "aspell -a --encoding=utf-8 -l en_US");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_question),
		cmocka_unit_test(test_answer),
		cmocka_unit_test(test_broken_answers),
		cmocka_unit_test(test_no_program),
		cmocka_unit_test(test_program_that_echoes),
		cmocka_unit_test(test_korean),
		cmocka_unit_test(test_hunspell),
		cmocka_unit_test(test_aspell),
	};

	/* as the program does: a speller that is gone is an error */
	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
