/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Killed at each step of postponing, sending and taking back: one draft. */
#include "lib/test.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/screen_test.h"
#include "lib/temp.h"
#include "util/fsx.h"

static char program[4096] = "./pabal";
static char *home;

static struct screen *
launch(void)
{
	static char option[] = "--home";
	char *argv[] = { program, option, home, NULL };
	const char *env[] = { "LANGUAGE=en", NULL };

	return screen_start(24, 80, argv, env);
}

static struct screen *
start(void)
{
	struct screen *s = launch();

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

static char *
drafts_pattern(const char *part)
{
	char pattern[600];

	(void)snprintf(pattern, sizeof pattern, "%s/data/mail/*/Drafts/%s/*",
	               home, part);
	return strdup(pattern);
}

/* There is one draft, and it has this in it. */
static void
one_draft(const char *text)
{
	static const char *const parts[] = { "cur", "new" };
	struct err err = { 0 };
	struct str content;
	size_t i, n = 0;

	str_init(&content, 1 << 20);
	for (i = 0; i < 2; i++) {
		char *pattern = drafts_pattern(parts[i]);
		glob_t found = { 0 };

		if (glob(pattern, 0, NULL, &found) == 0) {
			n += found.gl_pathc;
			assert_int_equal(fsx_read(found.gl_pathv[0], 1 << 20,
			                          &content, &err),
			                 0);
		}
		globfree(&found);
		free(pattern);
	}
	assert_int_equal(n, 1);
	if (strstr(content.p, text) == NULL) {
		print_error("'%s' is not in the draft:\n%s\n", text, content.p);
		fail();
	}
	str_release(&content);
}

/* Whatever came of it: what waits in the outbox is taken out, and then there is
 * one draft with the last words. */
static void
settled(const char *text)
{
	struct screen *s = start();

	screen_type(s, "go");
	shown(s, "utbox");
	if (screen_find(s, "the outbox is empty") < 0) {
		screen_type(s, "\r");
		shown(s, "Do not send");
		screen_type(s, "Do not\r");
		shown(s, "it is in Drafts");
	}
	one_draft(text);
	screen_kill(&s);
}

/* Press keys until text comes; false: it was killed. */
static bool
press(struct screen *s, const char *keys, const char *text)
{
	screen_type(s, keys);
	if (screen_wait(s, text, MS))
		return true;
	if (!screen_wait_end(s, MS))
		fail_with(s, text);
	return false;
}

static void
postpone(struct screen *s)
{
	(void)press(s, "\017", "kept in Drafts");
}

static void
send_and_take_back(struct screen *s)
{
	if (press(s, "\030", "Sending in") && press(s, "z", "taken back"))
		postpone(s);
}

static void
take_out_and_cancel(struct screen *s)
{
	if (press(s, "\030", "Sending in") && press(s, "go", "Outbox") &&
	    press(s, "\r", "Do not send"))
		(void)press(s, "Do not\r", "it is in Drafts");
}

static void
take_out_and_edit(struct screen *s)
{
	if (press(s, "\030", "Sending in") && press(s, "go", "Outbox") &&
	    press(s, "\r", "Edit and send") &&
	    press(s, "Edit\r", "outbox words"))
		postpone(s);
}

/* Do the saved letters that are not sent yet have this in them? */
static bool
is_saved(const char *text)
{
	char *pattern = fsx_join(home, "state/unsent-*.eml");
	struct err err = { 0 };
	struct str content;
	glob_t found = { 0 };
	bool saved = false;

	str_init(&content, 1 << 20);
	if (glob(pattern, 0, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc; i++)
			saved |= fsx_read(found.gl_pathv[i], 1 << 20, &content,
			                  &err) == 0 &&
			         strstr(content.p, text) != NULL;
	globfree(&found);
	str_release(&content);
	free(pattern);
	return saved;
}

/* Write that; false: it was killed before the words were safe, which they are
 * half a second after they were typed. */
static bool
type_words(struct screen *s, const char *words)
{
	if (!press(s, words, words))
		return is_saved(words);
	while (!is_saved(words))
		if (screen_wait_end(s, 20))
			return is_saved(words);
	return true;
}

static void
kill_at_each_step(void (*scenario)(struct screen *))
{
	char step_name[32], words[32];
	struct screen *s = start();
	bool killed = true;
	bool typed;
	int n;

	write_text(s, "outbox words");
	assert_true(press(s, "\017", "kept in Drafts"));
	screen_kill(&s);
	for (n = 1; killed; n++) {
		(void)snprintf(step_name, sizeof step_name, "%d", n);
		(void)snprintf(words, sizeof words, "killed at %d;", n);
		assert_int_equal(setenv("PABAL_TEST_STEP", step_name, 1), 0);
		s = launch();
		assert_int_equal(unsetenv("PABAL_TEST_STEP"), 0);
		/* Looking for words may be where it is killed, too, and that
		 * goes on beside the screen. */
		typed = press(s, "", "All inboxes") &&
		        press(s, "gd", "a@example.org") &&
		        press(s, "\r", "outbox words") && type_words(s, words);
		if (typed && !screen_wait_end(s, 0))
			scenario(s);
		killed = screen_wait_end(s, 0);
		screen_kill(&s);
		settled(typed ? words : "outbox words");
	}
	/* it was killed in between at all */
	assert_true(n > 8);
}

static void
test_postponed_once(void **state)
{
	(void)state;
	kill_at_each_step(postpone);
}

static void
test_taken_back_once(void **state)
{
	(void)state;
	kill_at_each_step(send_and_take_back);
}

static void
test_cancelled_once(void **state)
{
	(void)state;
	kill_at_each_step(take_out_and_cancel);
}

static void
test_edited_once(void **state)
{
	(void)state;
	kill_at_each_step(take_out_and_edit);
}

static void
put(const char *name, const char *text)
{
	char *path = fsx_join(home, name);
	struct err err = { 0 };

	assert_int_equal(fsx_write_atomic(path, slice_of(text), &err), 0);
	free(path);
}

static int
set_up(void **state)
{
	char *folder;

	(void)state;
	home = temp_make();
	if (home == NULL)
		return -1;
	folder = fsx_join(home, "config");
	assert_int_equal(mkdir(folder, 0700), 0);
	free(folder);
	put("config/accounts", "[work]\n"
	                       "address = kim@example.org\n"
	                       "pop = 127.0.0.1:1:tls\n"
	                       "smtp = 127.0.0.1:1:tls\n"
	                       "interval = 0\n");
	put("config/config", "undo_seconds = 60\n");
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	temp_remove(home);
	return 0;
}

#define each(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		each(test_postponed_once),
		each(test_taken_back_once),
		each(test_cancelled_once),
		each(test_edited_once),
	};
	const char *where = getenv("PABAL");

	if (where != NULL)
		(void)snprintf(program, sizeof program, "%s", where);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
