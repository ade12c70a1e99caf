/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What becomes of the server's copies, on screen: fetches, emptying Trash. */
#include "lib/test.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "lib/screen_test.h"
#include "lib/temp.h"
#include "util/fsx.h"

static char program[4096] = "./pabal";
static char *home;

static void
write_file(const char *name, const char *text)
{
	char *path = fsx_join(home, name);
	char *end = strrchr(path, '/');
	struct err err = { 0 };

	*end = '\0';
	assert_int_equal(fsx_mkdirs(path, &err), 0);
	*end = '/';
	assert_int_equal(fsx_write_atomic(path, slice_of(text), &err), 0);
	assert_int_equal(chmod(path, 0600), 0);
	free(path);
}

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
test_fetches_are_told(void **state)
{
	struct screen *s = start();

	(void)state;
	screen_type(s, "gf");
	shown(s, "fetched when you ask for it");
	shown(s, "nothing was fetched yet");
	screen_type(s, "\033");
	gone(s, "nothing was fetched");
	/* nobody listens there */
	screen_type(s, "G");
	shown(s, "work: no connection");
	screen_type(s, "gf");
	shown(s, "work: 0 new, 0 B, 0.");
	screen_kill(&s);
}

/* Advice of a provider for a server's words, or ours. */
static void
test_a_failed_fetch_is_advised(void **state)
{
	struct screen *s;

	(void)state;
	write_file("config/providers.d/own.conf",
	           "[own]\ndomains = example.org\n"
	           "pop = pop.example.org:995:tls\n"
	           "smtp = smtp.example.org:465:tls\nchecked = 2026-11-23\n"
	           "advice = no connection | 전산실에 물어보세요 |"
	           " ask the people downstairs\n");
	s = start();
	screen_type(s, "G");
	shown(s, "· what to do: gf");
	screen_type(s, "gf");
	shown(s, "what to do: ask the people downstairs");
	screen_kill(&s);
}

static void
test_trash_is_emptied(void **state)
{
	struct screen *s = start();

	(void)state;
	shown(s, "old letter");
	screen_type(s, "gT");
	shown(s, "open Trash first");
	screen_type(s, "d");
	gone(s, "old letter");
	screen_type(s, "gt");
	shown(s, "old letter");
	screen_type(s, "gT");
	shown(s, "1 message deleted for good");
	shown(s, "No mail here");
	screen_kill(&s);
}

#define LARGE "data/mail/work/Inbox/cur/5.6.7:2,S"
#define LARGE_HEADER                         \
 "From: b@example.org\nSubject: large one\n" \
 "Date: Mon, 16 Nov 2026 09:12:00 +0900\n"   \
 "Message-ID: <large@example.org>\n"

static void
test_a_header_says_so(void **state)
{
	struct screen *s = start();

	(void)state;
	shown(s, "12.0 MB, Enter fetches");
	screen_type(s, "j\r");
	shown(s, "Only the header is here: the message has 12.0 MB");
	shown(s, "Fetch it");
	/* nobody is sent half a message */
	screen_type(s, "f");
	shown(s, "only the header is here: open it");
	screen_type(s, "B");
	shown(s, "only the header is here: open it");
	/* nobody listens there: the header stays */
	screen_type(s, "\r");
	shown(s, "no connection to 127.0.0.1");
	shown(s, "Only the header is here");
	/* What a crash left behind its back is noticed. */
	write_file(LARGE, LARGE_HEADER "\nthe whole text\n");
	screen_type(s, "\r");
	shown(s, "the whole text");
	gone(s, "Only the header");
	screen_kill(&s);
}

static void
test_accounts_of_other_programs_are_offered(void **state)
{
	static char option[] = "--home";
	char *other = temp_make();
	char *env_home = fsx_join("HOME=", other);
	char *argv[] = { program, option, other, NULL };
	const char *env[] = { "LANGUAGE=en", env_home, NULL };
	char *path = fsx_join(other, ".fetchmailrc");
	struct err err = { 0 };
	struct screen *s;

	(void)state;
	memmove(env_home + 5, env_home + 6, strlen(env_home + 6) + 1);
	assert_int_equal(
		fsx_write_atomic(path,
	                         SLICE_LIT("poll 127.0.0.1 proto pop3 port 1 "
	                                   "user kim@example.org "
	                                   "pass \"known-word\" ssl\n"),
	                         &err),
		0);
	s = screen_start(24, 80, argv, env);
	shown(s, "Take over an account?");
	shown(s, "kim@example.org  127.0.0.1  (fetchmail)");
	shown(s, "another address");
	screen_type(s, "\r");
	shown(s, "Which password?");
	shown(s, "F4 takes the password over");
	if (screen_find(s, "••") != -1)
		fail_with(s, "no password yet");
	screen_type(s, "\033OS");
	shown(s, "••••••••••");
	screen_type(s, "\r");
	shown(s, "no connection to 127.0.0.1");
	screen_kill(&s);
	free(path);
	free(env_home);
	temp_remove(other);
}

/* The line of a file that begins with key, without it; owned. */
static char *
setting(const char *folder, const char *key)
{
	char *pattern = fsx_join(folder, "pabal-demo-*/config/accounts");
	struct err err = { 0 };
	struct str text;
	glob_t found;
	const char *at;
	char *value;

	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	str_init(&text, 65536);
	assert_int_equal(fsx_read(found.gl_pathv[0], 65536, &text, &err), 0);
	at = strstr(text.p, key);
	assert_non_null(at);
	at += strlen(key);
	value = slice_dup(slice_make(at, strcspn(at, "\n")));
	str_release(&text);
	globfree(&found);
	free(pattern);
	return value;
}

static size_t
bells(struct screen *s)
{
	const struct str *bytes = screen_bytes(s);
	size_t n = 0;

	for (size_t i = 0; i < bytes->n; i++)
		n += bytes->p[i] == '\a';
	return n;
}

/* A home whose one account is the demo's server, headers first; owned. */
static char *
make_headers_home(const char *folder)
{
	char *other = temp_make();
	char *pop = setting(folder, "pop = ");
	char *ca = setting(folder, "ca_file = ");
	char *mine = home;
	char accounts[2000];

	(void)snprintf(accounts, sizeof accounts,
	               "[naver]\naddress = pabal.demo@naver.example\n"
	               "pop = %s\nca_file = %s\nheaders_above = 1\n"
	               "password_file = %s/config/password\ninterval = 0\n",
	               pop, ca, other);
	home = other;
	write_file("config/accounts", accounts);
	write_file("config/password", "pabal-demo\n");
	write_file("config/config", "bell = yes\n");
	home = mine;
	free(pop);
	free(ca);
	return other;
}

static void
test_enter_fetches_the_whole(void **state)
{
	static char word[] = "demo", option[] = "--home";
	char *folder = temp_make();
	char *demo_argv[] = { program, word, NULL };
	char tmpdir[600];
	const char *demo_env[] = { tmpdir, "LANGUAGE=en", NULL };
	const char *env[] = { "LANGUAGE=en", NULL };
	struct screen *d, *s;

	(void)state;
	(void)snprintf(tmpdir, sizeof tmpdir, "TMPDIR=%s", folder);
	d = screen_start(24, 80, demo_argv, demo_env);
	shown_in(d, "new messages", LONG_MS);
	{
		char *other = make_headers_home(folder);
		char *argv[] = { program, option, other, NULL };

		s = screen_start(24, 80, argv, env);
		shown_in(s, "All inboxes", LONG_MS);
		assert_int_equal(bells(s), 0);
		screen_type(s, "G");
		shown(s, "11 new messages");
		assert_int_equal(bells(s), 1);
		shown(s, "B, Enter fetches");
		screen_type(s, "\r");
		shown(s, "Only the header is here");
		screen_type(s, "\r");
		shown(s, "the whole message is here");
		gone(s, "Only the header is here");
		/* Nothing is left to stop: Esc leaves the message. */
		screen_type(s, "\033");
		shown(s, "Enter Read");
		screen_type(s, "G");
		shown(s, "no new mail");
		assert_int_equal(bells(s), 1);
		screen_kill(&s);
		temp_remove(other);
	}
	screen_kill(&d);
	temp_remove(folder);
}

static int
set_up(void **state)
{
	char accounts[1000];

	(void)state;
	home = temp_make();
	if (home == NULL)
		return -1;
	(void)snprintf(accounts, sizeof accounts,
	               "[work]\n"
	               "address = kim@example.org\n"
	               "pop = 127.0.0.1:1:tls\n"
	               "password_file = %s/config/password\n"
	               "interval = 0\n",
	               home);
	write_file("config/accounts", accounts);
	write_file("config/password", "secret\n");
	write_file("data/mail/work/Inbox/cur/1.2.3:2,S",
	           "From: a@example.org\nSubject: old letter\n\ntext\n");
	write_file(LARGE, "X-Pabal-Header-Only: 12582912\n" LARGE_HEADER "\n");
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fetches_are_told),
		cmocka_unit_test(test_a_failed_fetch_is_advised),
		cmocka_unit_test(test_a_header_says_so),
		cmocka_unit_test(test_accounts_of_other_programs_are_offered),
		cmocka_unit_test(test_enter_fetches_the_whole),
		cmocka_unit_test(test_trash_is_emptied),
	};
	const char *where = getenv("PABAL");
	int rc;

	if (where != NULL)
		(void)snprintf(program, sizeof program, "%s", where);
	rc = cmocka_run_group_tests(tests, set_up, NULL);
	temp_remove(home);
	return rc;
}
