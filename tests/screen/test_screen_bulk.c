/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The desk for bulk mail on screen: groups, leaving a list, all of it. */
#include "lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "lib/screen_test.h"
#include "lib/temp.h"
#include "util/fsx.h"
#include "util/xalloc.h"

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

#define SIGNED                                                \
 "DKIM-Signature: d=shop.example; h=from:list-unsubscribe:\n" \
 " list-unsubscribe-post; b=A\n"

static void
letter(int n, const char *subject, const char *more)
{
	char *name = xasprintf("data/mail/work/Inbox/cur/%d.1.h:2,", n);
	char *text = xasprintf("Authentication-Results: mx.work.example;\n"
	                       " dkim=pass header.d=shop.example\n"
	                       "Received: from x by mx.work.example; x\n"
	                       "From: Shop <news@shop.example>\n"
	                       "To: me@work.example\nSubject: %s\n"
	                       "Date: Mon, 16 Nov 2026 09:%02d:00 +0900\n"
	                       "Message-ID: <%d@shop.example>\n%s\nx\n",
	                       subject, n % 60, n, more);

	write_file(name, text);
	free(text);
	free(name);
}

static struct screen *
start(void)
{
	static char option[] = "--home";
	char *argv[] = { program, option, home, NULL };
	const char *env[] = { "LANGUAGE=en", NULL };
	struct screen *s = screen_start(24, 100, argv, env);

	shown_in(s, "All inboxes", LONG_MS);
	return s;
}

static char *
rules(void)
{
	char *path = fsx_join(home, "config/rules");
	struct err err = { 0 };
	struct str text;

	str_init(&text, 10000);
	(void)fsx_read(path, 10000, &text, &err); /* absent: empty */
	free(path);
	return str_take(&text);
}

static void
test_the_desk_and_all_of_it(void **state)
{
	struct screen *s = start();
	char *text;

	(void)state;
	shown(s, "first sale");
	screen_type(s, "gb");
	shown(s, "Who sends the most");
	shown(s, "Shop <sale.shop.example>");
	shown(s, "2, unread 2, never opened");
	shown(s, "By list, else by sender");
	screen_type(s, "sale\r");
	shown(s, "Unsubscribe: one request to localhost:1");
	screen_type(s, "Archive\r");
	shown(s, "2 messages, and a rule for what comes");
	gone(s, "first sale");
	text = rules();
	assert_string_equal(text, "# mine\nif list = \"sale.shop.example\""
	                          " then archive\n");
	free(text);
	screen_type(s, "z");
	shown(s, "taken back");
	shown(s, "first sale");
	text = rules();
	assert_string_equal(text, "# mine\n");
	free(text);
	screen_type(s, "gb");
	shown(s, "Who sends the most");
	screen_type(s, "sale\r");
	shown(s, "Show its mail");
	screen_type(s, "Show\r");
	shown(s, "search: list:sale.shop.example");
	gone(s, "a plain letter");
	screen_kill(&s);
}

static void
test_a_request_is_shown_then_sent(void **state)
{
	struct screen *s = start();

	(void)state;
	shown(s, "first sale");
	screen_type(s, "/subject:sale\r");
	shown(s, "subject:sale · unread 2");
	screen_type(s, "Q");
	shown(s, "Unsubscribe: one request to localhost:1");
	screen_type(s, "\033");
	gone(s, "one request to");
	screen_type(s, "Q");
	shown(s, "one request to localhost:1");
	/* nobody listens there */
	screen_type(s, "\r");
	shown(s, "no connection");
	screen_kill(&s);
}

static void
test_an_offer_without_signature_is_no_request(void **state)
{
	struct screen *s = start();

	(void)state;
	shown(s, "offered by anybody");
	screen_type(s, "/anybody\r");
	shown(s, "anybody · unread 1");
	screen_type(s, "Q");
	shown(s, "your provider confirms no signature for that");
	shown(s, "Unsubscribe in the browser: localhost:1");
	screen_kill(&s);
}

static void
test_any_number_of_messages_at_once(void **state)
{
	struct screen *s;

	(void)state;
	for (int i = 100; i < 250; i++)
		letter(i, "one of many", "");
	s = start();
	shown(s, "All inboxes · unread 155");
	screen_type(s, "/many\r");
	shown(s, "unread 150");
	screen_type(s, "gx");
	shown(s, "150 messages selected");
	screen_type(s, "!");
	shown(s, "150 messages marked and learned; z takes it back");
	screen_type(s, "z");
	shown(s, "taken back");
	shown(s, "unread 150");
	screen_type(s, "gxd");
	shown(s, "150 messages changed; z takes it back");
	screen_type(s, "z");
	shown(s, "taken back");
	shown(s, "unread 150");
	screen_kill(&s);
}

/* A list longer than the screen leaves the keys to be seen. */
static void
test_a_long_list_leaves_the_keys(void **state)
{
	struct screen *s;

	(void)state;
	for (int i = 0; i < 40; i++) {
		char *name =
			xasprintf("data/mail/work/Inbox/cur/4%02d.1.h:2,", i);
		char *text = xasprintf("From: P <p%d@many.example>\n"
		                       "Subject: from many\n"
		                       "Message-ID: <%d@many.example>\n\nx\n",
		                       i, i);

		write_file(name, text);
		free(text);
		free(name);
	}
	s = start();
	shown(s, "from many");
	screen_type(s, "gb");
	shown(s, "Who sends the most");
	shown(s, "P <p10@many.example>");
	shown(s, "Enter Choose");
	screen_kill(&s);
}

static void
test_a_mail_is_held_and_taken_back(void **state)
{
	struct screen *s = start();

	(void)state;
	shown(s, "by mail only");
	screen_type(s, "/mail\r");
	shown(s, "mail · unread 1");
	gone(s, "first sale");
	shown(s, "by mail only");
	screen_type(s, "Q");
	shown(s, "Unsubscribe: a mail to out@list.example");
	screen_type(s, "\r");
	shown(s, "a mail to out@list.example is on its way; z takes it back");
	screen_type(s, "z");
	shown(s, "taken back");
	screen_kill(&s);
}

static void
test_a_rule_from_a_message(void **state)
{
	struct screen *s = start();
	char *text;

	(void)state;
	shown(s, "first sale");
	screen_type(s, "/subject:sale\r");
	shown(s, "subject:sale · unread 2");
	screen_type(s, "E");
	shown(s, "if list = \"sale.shop.example\" then archive");
	screen_type(s, "\t");
	shown(s, "if from = \"news@shop.example\" then archive");
	screen_type(s, "\t");
	shown(s, "if from \"*@shop.example\" then archive");
	screen_type(s, "\t");
	shown(s, "sale\" then star");
	/* What is wrong stays, to be put right. */
	screen_type(s, ", nonsense\r");
	shown(s, "expected an action");
	screen_type(s, "\r");
	shown(s, "then star, nonsense");
	screen_type(s, "\025if list = sale.shop.example then archive\r");
	shown(s, "of the last 5 messages it would change 2");
	screen_type(s, "Change the\r");
	gone(s, "it would change 2");
	shown(s, "if list = sale.shop.example then archive");
	screen_type(s, ", read\r");
	shown(s, "it would change 2");
	screen_type(s, "change those\r");
	shown(s, "2 messages, and a rule for what comes");
	text = rules();
	assert_string_equal(text, "# mine\nif list = sale.shop.example then "
	                          "archive, read\n");
	free(text);
	screen_type(s, "z");
	shown(s, "taken back");
	shown(s, "subject:sale · unread 2");
	text = rules();
	assert_string_equal(text, "# mine\n");
	free(text);
	screen_kill(&s);
}

static int
set_up(void **state)
{
	const char *where = getenv("PABAL");
	char *accounts;

	(void)state;
	if (where != NULL)
		(void)snprintf(program, sizeof program, "%s", where);
	home = temp_make();
	assert_non_null(home);
	accounts = xasprintf("[work]\naddress = me@work.example\n"
	                     "pop = 127.0.0.1:1:tls\n"
	                     "smtp = 127.0.0.1:1:tls\n"
	                     "password_file = %s/config/password\n"
	                     "interval = 0\n",
	                     home);
	write_file("config/config", "undo_seconds = 60\n");
	write_file("config/accounts", accounts);
	write_file("config/password", "secret\n");
	free(accounts);
	write_file("config/rules", "# mine\n");
	letter(1, "first sale",
	       SIGNED "List-Id: Sale <sale.shop.example>\n"
	              "List-Unsubscribe: <https://localhost:1/u>\n"
	              "List-Unsubscribe-Post: List-Unsubscribe=One-Click\n");
	letter(2, "second sale",
	       SIGNED "List-Id: Sale <sale.shop.example>\n"
	              "List-Unsubscribe: <https://localhost:1/u>\n"
	              "List-Unsubscribe-Post: List-Unsubscribe=One-Click\n");
	letter(3, "by mail only",
	       "List-Id: <mail.shop.example>\n"
	       "List-Unsubscribe: <mailto:out@list.example>\n");
	letter(4, "a plain letter", "");
	letter(5, "offered by anybody",
	       "List-Id: <forged.shop.example>\n"
	       "List-Unsubscribe: <https://localhost:1/u>\n"
	       "List-Unsubscribe-Post: List-Unsubscribe=One-Click\n");
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	temp_remove(home);
	return 0;
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_the_desk_and_all_of_it),
		T(test_a_request_is_shown_then_sent),
		T(test_an_offer_without_signature_is_no_request),
		T(test_any_number_of_messages_at_once),
		T(test_a_long_list_leaves_the_keys),
		T(test_a_mail_is_held_and_taken_back),
		T(test_a_rule_from_a_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
