/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Spelling: what is asked, what is answered, by programs that count differently. */
#include "lib/test.h"

#include <signal.h>

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
	                                slice_of(text), &s, &err),
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
	assert_int_equal(spelling_check("cat", slice_of(text), &s, &err), 0);
	assert_int_equal(s.words.n, 0);
	spelling_release(&s);
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
	};

	/* as the program does: a speller that is gone is an error */
	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
