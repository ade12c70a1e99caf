/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys pressed before a search has found anything wait for it. */
#include "lib/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/screen_test.h"
#include "lib/temp.h"
#include "util/fsx.h"

static char program[4096] = "./pabal";
static char *home;
static char *gate;
static int gate_fd;

static void
put(const char *name, const char *text)
{
	char *path = fsx_join(home, name);
	struct err err = { 0 };

	assert_int_equal(fsx_write_atomic(path, slice_of(text), &err), 0);
	free(path);
}

/* A mail is there, and nothing of it is indexed until the gate opens. */
static struct screen *
start(void)
{
	static char option[] = "--home", import[] = "import";
	char *file = fsx_join(home, "mail.eml");
	char *add[] = { program, option, home, import, file, NULL };
	char *argv[] = { program, option, home, NULL };
	char wish[4200];
	const char *env[] = { "LANGUAGE=en", NULL, NULL };
	struct screen *s = screen_start(24, 80, add, env);

	shown(s, "1 imported");
	assert_true(screen_wait_end(s, MS));
	screen_kill(&s);
	free(file);
	file = fsx_join(home, "cache/search.db");
	(void)unlink(file); /* need not be there yet */
	free(file);
	(void)snprintf(wish, sizeof wish, "PABAL_TEST_STEP=index@%s", gate);
	env[1] = wish;
	s = screen_start(24, 80, argv, env);
	shown_in(s, "Outing", LONG_MS);
	return s;
}

static void
open_gate(void)
{
	gate_fd = open(gate, O_RDWR | O_CLOEXEC); /* it stays open */
	assert_true(gate_fd >= 0);
}

static void
test_keys_wait(void **state)
{
	struct screen *s = start();

	(void)state;
	screen_type(s, "/needle\r");
	shown(s, "0 messages");
	/* what acts on no message does not wait */
	screen_type(s, "?");
	shown(s, "In the list");
	screen_type(s, "q");
	shown(s, "search: needle");
	screen_type(s, "\r");
	shown(s, "searching, 1 key waits; Esc stops");
	screen_type(s, "h");
	shown(s, "2 keys wait");
	screen_type(s, "\033");
	shown(s, "stopped");
	/* and these go to the mail that is found */
	screen_type(s, "\rh");
	shown(s, "2 keys wait");
	open_gate();
	shown(s, "X-Odd: header");
	screen_kill(&s);
}

/* When there is nothing to be found the keys come to their end, too. */
static void
test_nothing_found(void **state)
{
	struct screen *s = start();

	(void)state;
	screen_type(s, "/nowhere\r");
	shown(s, "0 messages");
	screen_type(s, "d/needle\r\r");
	shown(s, "10 keys wait");
	open_gate();
	shown(s, "a needle in a haystack");
	screen_kill(&s);
}

static int
set_up(void **state)
{
	char *folder;

	(void)state;
	gate_fd = -1;
	home = temp_make();
	if (home == NULL)
		return -1;
	folder = fsx_join(home, "config");
	assert_int_equal(mkdir(folder, 0700), 0);
	free(folder);
	gate = fsx_join(home, "gate");
	assert_int_equal(mkfifo(gate, 0600), 0);
	put("config/accounts", "[work]\n"
	                       "address = kim@example.org\n"
	                       "pop = 127.0.0.1:1:tls\n"
	                       "smtp = 127.0.0.1:1:tls\n"
	                       "interval = 0\n");
	put("mail.eml", "From: a@example.org\r\nTo: kim@example.org\r\n"
	                "Subject: Outing\r\nX-Odd: header\r\n"
	                "Date: Mon, 7 Sep 2026 10:00:00 +0900\r\n"
	                "Message-ID: <one@example.org>\r\n\r\n"
	                "a needle in a haystack\r\n");
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	if (gate_fd >= 0)
		close(gate_fd);
	temp_remove(home);
	free(gate);
	return 0;
}

#define each(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		each(test_keys_wait),
		each(test_nothing_found),
	};
	const char *where = getenv("PABAL");

	if (where != NULL)
		(void)snprintf(program, sizeof program, "%s", where);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
