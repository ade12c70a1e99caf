/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Input as terminals deliver it: in pieces, in bulk, and not always valid. */
#include "lib/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/screen_test.h"
#include "lib/temp.h"
#include "util/fsx.h"

/* Lines of a paste larger than any buffer on its way. */
#define LINES 12000

static char program[4096] = "./pabal";

/* The demo with an empty message in the composer, cursor in its text. */
static struct screen *
composer(void)
{
	static char word[] = "demo";
	char *argv[] = { program, word, NULL };
	const char *env[] = { "LANGUAGE=en", NULL };
	struct screen *s = screen_start(24, 80, argv, env);

	shown_in(s, "new messages", LONG_MS);
	screen_type(s, "m");
	shown(s, "New message");
	screen_type(s, "\t\t\tsubject\r");
	shown(s, "Cut line");
	return s;
}

static void
finish(struct screen **s)
{
	screen_type(*s, "\003");
	shown(*s, "without sending");
	screen_type(*s, "q");
	assert_true(screen_wait_end(*s, LONG_MS));
	assert_int_equal(screen_stop(s), 0);
}

static void
test_character_in_pieces(void **state)
{
	struct screen *s = composer();

	(void)state;
	/* each piece is read before the next one is written */
	screen_type(s, "one\xea");
	shown(s, "one");
	screen_type(s, "\xb0");
	(void)screen_wait(s, "never shown", 300);
	screen_type(s, "\x80 two");
	shown(s, "one가 two");
	finish(&s);
}

/* Keys curses does not know must not act as the letters they are made of. */
static void
test_unknown_sequences(void **state)
{
	struct screen *s = composer();

	(void)state;
	screen_type(s, "one\033[1;99Ftwo\033[999;5~three\033[Ifour\033Oqfive");
	shown(s, "onetwothreefourfive");
	screen_type(s, "\033[8;7가");
	shown(s, "five가");
	finish(&s);
}

static void
test_bytes_that_are_no_characters(void **state)
{
	struct screen *s = composer();

	(void)state;
	screen_type(s, "\xff끝 and \xc3(more\xf0\x9f text");
	shown(s, "끝 and ");
	shown(s, "(more");
	shown(s, " text");
	screen_type(s, "\r\033[200~past\xfe\xff 뒤\033[201~");
	shown(s, " 뒤");
	finish(&s);
}

/* The text of the composer as an editor of the user's gets it. */
static void
edited(struct screen *s, const char *path, struct str *out)
{
	struct err err = { 0 };
	int i;

	screen_type(s, "\033e");
	for (i = 0; i < MS / 100 && !fsx_exists(path); i++)
		(void)screen_wait(s, "never shown", 100);
	shown(s, "Cut line");
	assert_int_equal(fsx_read(path, 1 << 21, out, &err), 0);
}

static void
test_large_korean_paste(void **state)
{
	char *folder = temp_make();
	char *path = fsx_join(folder, "edit.txt");
	char editor[4200];
	struct str text, got;
	struct screen *s;
	int i;

	(void)state;
	(void)snprintf(editor, sizeof editor, "sh -c 'cp $0 %s/edit.txt'",
	               folder);
	assert_int_equal(setenv("VISUAL", editor, 1), 0);
	s = composer();
	str_init(&text, 1 << 21);
	str_init(&got, 1 << 21);
	for (i = 0; i < LINES; i++)
		str_printf(&text, "%05d가나다라마바사아자차카타파하\n", i);
	screen_type(s, "\033[200~");
	screen_type(s, text.p);
	screen_type(s, "\033[201~");
	shown_in(s, "11999가나다라마바사", LONG_MS);
	edited(s, path, &got);
	assert_int_equal(got.n, text.n);
	assert_memory_equal(got.p, text.p, text.n);
	str_release(&text);
	str_release(&got);
	finish(&s);
	free(path);
	temp_remove(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_character_in_pieces),
		cmocka_unit_test(test_unknown_sequences),
		cmocka_unit_test(test_bytes_that_are_no_characters),
		cmocka_unit_test(test_large_korean_paste),
	};
	const char *where = getenv("PABAL");

	if (where != NULL)
		(void)snprintf(program, sizeof program, "%s", where);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
