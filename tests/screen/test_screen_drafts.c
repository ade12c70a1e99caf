/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text being written survives a kill, and other programs writing at the time. */
#include "lib/test.h"

#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/screen_test.h"
#include "lib/temp.h"
#include "util/fsx.h"
#include "util/xalloc.h"

static char program[4096] = "./pabal";
static char *home;

static struct screen *
start(void)
{
	static char option[] = "--home";
	char *argv[] = { program, option, home, NULL };
	const char *env[] = { "LANGUAGE=en", NULL };
	struct screen *s = screen_start(24, 80, argv, env);

	shown_in(s, "All inboxes", LONG_MS);
	return s;
}

static void
write_text(struct screen *s, const char *text)
{
	screen_type(s, "m");
	shown(s, "New message");
	screen_type(s, "a@example.org\t\t\tsubject\r");
	shown(s, "Cut line");
	screen_type(s, text);
	shown(s, text);
}

/* Wait until n messages have been saved. */
static void
saved(struct screen *s, size_t n)
{
	char pattern[600];
	glob_t found = { 0 };
	int i;

	(void)snprintf(pattern, sizeof pattern, "%s/state/unsent-*.eml", home);
	for (i = 0; i < MS / 100; i++) {
		(void)screen_wait(s, "never shown", 100);
		globfree(&found);
		(void)glob(pattern, 0, NULL, &found);
		if (found.gl_pathc == n)
			break;
	}
	assert_int_equal(found.gl_pathc, n);
	globfree(&found);
}

static void
test_killed_while_two_write(void **state)
{
	struct screen *first = start(), *second, *third;

	(void)state;
	write_text(first, "첫째 편지");
	saved(first, 1);
	second = start();
	write_text(second, "둘째 편지");
	saved(second, 2);
	/* what a living program is writing is not taken from it */
	screen_type(second, "\003gd");
	shown(second, "No mail here.");
	write_text(second, "셋째 편지");
	saved(second, 2);
	screen_kill(&first);
	third = start();
	shown(third, "an unsent message was saved");
	screen_type(third, "gd");
	shown(third, "a@example.org");
	screen_type(third, "\r");
	shown(third, "첫째 편지");
	screen_kill(&second);
	screen_kill(&third);
	third = start();
	shown(third, "an unsent message was saved");
	saved(third, 0);
	screen_kill(&third);
}

/* Wait until what is saved has this in it. */
static void
saved_text(struct screen *s, const char *text)
{
	char pattern[600];
	bool found = false;
	int i;

	(void)snprintf(pattern, sizeof pattern, "%s/state/unsent-*.eml", home);
	for (i = 0; !found && i < MS / 100; i++) {
		struct err err = { 0 };
		glob_t files = { 0 };
		struct str content;

		(void)screen_wait(s, "never shown", 100);
		str_init(&content, 1 << 20);
		if (glob(pattern, 0, NULL, &files) == 0 &&
		    fsx_read(files.gl_pathv[0], 1 << 20, &content, &err) == 0)
			found = strstr(content.p, text) != NULL;
		str_release(&content);
		globfree(&files);
	}
	assert_true(found);
}

/* What stands in the way goes, and what was typed meanwhile is saved without
 * another key. */
static void
test_saving_fails_for_a_while(void **state)
{
	struct screen *s = start();
	char *there = xasprintf("%s/state/unsent-0.eml", home);
	char *inside = xasprintf("%s/x", there);

	(void)state;
	write_text(s, "one");
	saved_text(s, "one");
	assert_int_equal(unlink(there), 0);
	assert_int_equal(mkdir(there, 0700), 0);
	assert_int_equal(mkdir(inside, 0700), 0);
	screen_type(s, " two");
	shown(s, "what you are writing is not saved");
	screen_type(s, " three");
	shown(s, "one two three");
	shown(s, "what you are writing is not saved");
	assert_int_equal(rmdir(inside), 0);
	assert_int_equal(rmdir(there), 0);
	shown(s, "what you are writing is saved again");
	saved_text(s, "one two three");
	screen_type(s, "\003");
	shown(s, "All inboxes");
	screen_kill(&s);
	free(inside);
	free(there);
}

/* Saved again and again, an unfinished address as well. */
static void
test_killed_while_typing(void **state)
{
	struct screen *s = start();

	(void)state;
	screen_type(s, "mLee Jun");
	saved_text(s, "X-Pabal-To: Lee Jun");
	screen_type(s, "\t\t\tsubject\rone");
	saved_text(s, "one");
	screen_type(s, " two three");
	saved_text(s, "one two three");
	screen_kill(&s);
	s = start();
	shown(s, "an unsent message was saved");
	screen_type(s, "gd");
	shown(s, "subject");
	screen_type(s, "\r");
	shown(s, "To Lee Jun");
	shown(s, "one two three");
	screen_kill(&s);
}

/* Nobody may have been looking when it failed. */
static void
test_failures_stay_shown(void **state)
{
	struct screen *s = start();

	(void)state;
	screen_type(s, "G");
	shown(s, "no password is known");
	(void)screen_wait(s, "never shown", 9000);
	shown(s, "no password is known");
	screen_type(s, "j");
	gone(s, "no password");
	screen_kill(&s);
}

static int
set_up(void **state)
{
	static const char accounts[] = "[work]\n"
				       "address = kim@example.org\n"
				       "pop = 127.0.0.1:1:tls\n"
				       "smtp = 127.0.0.1:1:tls\n"
				       "interval = 0\n";
	struct err err = { 0 };
	char *folder, *path;

	(void)state;
	home = temp_make();
	if (home == NULL)
		return -1;
	folder = fsx_join(home, "config");
	path = fsx_join(folder, "accounts");
	assert_int_equal(mkdir(folder, 0700), 0);
	assert_int_equal(fsx_write_atomic(path, slice_of(accounts), &err), 0);
	free(folder);
	free(path);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_killed_while_two_write),
		cmocka_unit_test(test_failures_stay_shown),
		cmocka_unit_test(test_saving_fails_for_a_while),
		cmocka_unit_test(test_killed_while_typing),
	};
	const char *where = getenv("PABAL");
	int rc;

	if (where != NULL)
		(void)snprintf(program, sizeof program, "%s", where);
	rc = cmocka_run_group_tests(tests, set_up, NULL);
	temp_remove(home);
	return rc;
}
