/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The outbox on screen: scheduled mail, editing and cancelling what waits. */
#include "lib/test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/screen_test.h"
#include "lib/temp.h"
#include "util/fsx.h"

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

static void
test_scheduled_edited_and_sent(void **state)
{
	struct screen *s = start();

	(void)state;
	write_text(s, "나중에");
	screen_type(s, "\033n");
	shown(s, "delivery report");
	screen_type(s, "\024");
	shown(s, "Send when");
	screen_type(s, "someday\r");
	shown(s, "is no time");
	screen_type(s, "\024내일 9시\r");
	shown(s, "to be sent tomorrow 9:00; z takes it back");
	screen_type(s, "go");
	shown(s, "to be sent");
	shown(s, "Outbox");
	shown(s, "to be sent tomorrow 9:00");
	screen_type(s, "\r");
	shown(s, "Edit and send again");
	shown(s, "a@example.org");
	screen_type(s, "\r");
	shown(s, "나중에");
	/* it is still to be reported on, until that is taken back */
	shown(s, "delivery report");
	screen_type(s, "\033n");
	gone(s, "delivery report");
	/* now at once; nobody listens there, so it stays */
	screen_type(s, "\030");
	shown(s, "Sending in");
	shown(s, "not sent");
	screen_type(s, "go");
	shown(s, "will be tried again");
	screen_type(s, "\r");
	shown(s, "nothing need be done");
	shown(s, "Do not send");
	screen_type(s, "Do not\r");
	shown(s, "it is in Drafts");
	screen_type(s, "go");
	shown(s, "the outbox is empty");
	/* whoever changes his mind goes on with it */
	screen_type(s, "gd");
	shown(s, "a@example.org");
	screen_type(s, "\r");
	shown(s, "나중에");
	screen_kill(&s);
}

/* What could not be sent is corrected and sent again; "Send now" tries what
 * waits without waiting. */
static void
test_failed_edited_and_sent_again(void **state)
{
	char *folder = fsx_join(home, "config");
	char *old = fsx_join(folder, "password");
	char *away = fsx_join(folder, "away");
	struct screen *s;

	(void)state;
	/* nobody can log in without a password: it fails for good */
	assert_int_equal(rename(old, away), 0);
	s = start();
	write_text(s, "처음에 쓴 글");
	screen_type(s, "\030");
	shown(s, "not sent");
	screen_type(s, "go");
	shown(s, "not sent: ");
	screen_type(s, "\r");
	shown(s, "It is not tried again by itself");
	shown(s, "password");
	/* still without: it fails again, at once */
	screen_type(s, "Send now\r");
	shown(s, "not sent");
	screen_type(s, "go");
	shown(s, "not sent: ");
	assert_int_equal(rename(away, old), 0);
	screen_type(s, "\r");
	shown(s, "Edit and send again");
	screen_type(s, "\r");
	shown(s, "처음에 쓴 글");
	shown(s, "a@example.org");
	screen_type(s, "\t\t\t!\t");
	shown(s, "subject!");
	screen_type(s, "\030");
	shown(s, "Sending in");
	shown(s, "not sent");
	screen_type(s, "go");
	/* once, under its new subject: nobody listens there */
	shown(s, "subject!");
	shown(s, "will be tried again today ");
	shown(s, "no connection");
	/* what was said last gives way, so that what comes next shows */
	screen_type(s, "\033");
	gone(s, "will be tried again");
	screen_type(s, ":nosuch\r");
	gone(s, "not sent");
	screen_type(s, "go");
	shown(s, "will be tried again today ");
	screen_type(s, "\r");
	shown(s, "Send now");
	screen_type(s, "Send now\r");
	shown(s, "not sent");
	screen_type(s, "go");
	shown(s, "will be tried again today ");
	screen_type(s, "\r");
	shown(s, "Do not send");
	screen_type(s, "Do not\r");
	/* What is said of it may give way to the news of that last try. */
	gone(s, "Do not send");
	screen_type(s, "gd");
	shown(s, "a@example.org");
	shown(s, "subject!");
	screen_type(s, "go");
	shown(s, "the outbox is empty");
	screen_kill(&s);
	free(away);
	free(old);
	free(folder);
}

/* In the words it was asked for. */
static void
test_scheduled_in_korean(void **state)
{
	static char options[][8] = { "--home", "--lang", "ko" };
	char *argv[] = {
		program, options[0], home, options[1], options[2], NULL
	};
	const char *env[] = { NULL };
	struct screen *s = screen_start(24, 80, argv, env);

	(void)state;
	shown_in(s, "받은편지함", LONG_MS);
	screen_type(s, "ma@example.org\t\t\t제목\r글\024");
	shown(s, "언제");
	screen_type(s, "내일 9시\r");
	shown(s, "내일 오전 9시에 보냅니다");
	screen_type(s, "go");
	shown(s, "보낼편지함");
	screen_type(s, "\r");
	shown(s, "내일 오전 9시에 보냅니다");
	screen_kill(&s);
}

/* Opening what is scheduled takes it out; who only looked has it as a draft, and
 * so has who leaves the program then. */
static void
test_looking_loses_nothing(void **state)
{
	struct screen *s = start();

	(void)state;
	write_text(s, "약속한 글");
	screen_type(s, "\024");
	shown(s, "Send when");
	screen_type(s, "내일 9시\r");
	shown(s, "to be sent tomorrow 9:00; z takes it back");
	screen_kill(&s);
	s = start();
	screen_type(s, "go");
	shown(s, "to be sent tomorrow 9:00");
	screen_type(s, "\r");
	shown(s, "Edit and send again");
	screen_type(s, "\r");
	shown(s, "약속한 글");
	screen_type(s, "\003");
	shown(s, "not sent; it is in Drafts");
	screen_kill(&s);
	s = start();
	screen_type(s, "go");
	shown(s, "the outbox is empty");
	screen_type(s, "gd");
	shown(s, "a@example.org");
	screen_type(s, "\r");
	shown(s, "약속한 글");
	screen_kill(&s);
}

static void
remove_messages(void)
{
	char *folder = fsx_join(home, "data/outbox");
	DIR *d = opendir(folder);
	struct dirent *e;
	size_t n = 0;

	assert_non_null(d);
	while ((e = readdir(d)) != NULL)
		if (strstr(e->d_name, ".pabal") != NULL) {
			assert_int_equal(unlinkat(dirfd(d), e->d_name, 0), 0);
			n++;
		}
	assert_int_equal(n, 1);
	closedir(d);
	free(folder);
}

/* No draft can be made of what is gone, but it need not stand there for ever. */
static void
test_without_its_file_cancelled(void **state)
{
	struct screen *s = start();

	(void)state;
	write_text(s, "사라질 글");
	screen_type(s, "\024");
	shown(s, "Send when");
	screen_type(s, "내일 9시\r");
	shown(s, "to be sent tomorrow 9:00; z takes it back");
	remove_messages();
	screen_type(s, "go");
	shown(s, "Outbox");
	screen_type(s, "\r");
	shown(s, "Do not send");
	screen_type(s, "Do not\r");
	shown(s, "cancelled");
	screen_type(s, "go");
	shown(s, "the outbox is empty");
	screen_kill(&s);
}

static void
write_file(const char *folder, const char *name, const char *text)
{
	char *path = fsx_join(folder, name);
	struct err err = { 0 };

	assert_int_equal(fsx_write_atomic(path, slice_of(text), &err), 0);
	assert_int_equal(chmod(path, 0600), 0);
	free(path);
}

static int
set_up(void **state)
{
	char accounts[1000];
	char *folder;

	(void)state;
	home = temp_make();
	if (home == NULL)
		return -1;
	folder = fsx_join(home, "config");
	assert_int_equal(mkdir(folder, 0700), 0);
	(void)snprintf(accounts, sizeof accounts,
	               "[work]\n"
	               "address = kim@example.org\n"
	               "pop = 127.0.0.1:1:tls\n"
	               "smtp = 127.0.0.1:1:tls\n"
	               "password_file = %s/password\n"
	               "interval = 0\n",
	               folder);
	write_file(folder, "accounts", accounts);
	write_file(folder, "password", "secret\n");
	free(folder);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scheduled_edited_and_sent),
		cmocka_unit_test(test_failed_edited_and_sent_again),
		cmocka_unit_test(test_looking_loses_nothing),
		cmocka_unit_test(test_without_its_file_cancelled),
		cmocka_unit_test(test_scheduled_in_korean),
	};
	const char *where = getenv("PABAL");
	int rc;

	if (where != NULL)
		(void)snprintf(program, sizeof program, "%s", where);
	rc = cmocka_run_group_tests(tests, set_up, NULL);
	temp_remove(home);
	return rc;
}
