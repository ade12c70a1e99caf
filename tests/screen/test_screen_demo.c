/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The whole program in a terminal: the demo's mail is read, sorted, answered. */
#include "lib/test.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "lib/screen_test.h"
#include "lib/temp.h"
#include "util/fsx.h"

static char program[4096] = "./pabal";
static char *home;

static struct screen *
demo(int rows, int cols)
{
	static char word[] = "demo";
	char *argv[] = { program, word, NULL };
	const char *env[] = { "LANGUAGE=en", NULL };
	struct screen *s = screen_start(rows, cols, argv, env);

	shown_in(s, "new messages", LONG_MS);
	return s;
}

static void
finish(struct screen **s)
{
	int status;

	screen_type(*s, "q");
	if (!screen_wait_end(*s, LONG_MS))
		fail_with(*s, "the end");
	status = screen_stop(s);
	if (status != 0)
		print_error("wait status %#x\n", (unsigned)status);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
test_reads_mail(void **state)
{
	struct screen *s = demo(24, 80);

	(void)state;
	shown(s, "All inboxes");
	shown(s, "3분기 보고서 초안");
	assert_int_equal(screen_find(s, "Enter Read"), 22);
	screen_type(s, "/sotomayor-nobody\r");
	shown(s, "Nothing matches");
	screen_type(s, "\033");
	gone(s, "Nothing matches");
	screen_type(s, "/ㅎㅇㅅ\r");
	gone(s, "합주 시간");
	shown(s, "회의실 예약");
	screen_type(s, "\r");
	shown(s, "Subject   회의실 예약");
	screen_type(s, "H");
	shown(s, "Message-ID");
	screen_type(s, "q");
	gone(s, "Subject   ");
	screen_type(s, "\033");
	shown(s, "합주 시간");
	finish(&s);
}

static void
test_hangul_keys_and_undo(void **state)
{
	struct screen *s = demo(24, 80);

	(void)state;
	assert_true(screen_wait_cursor_row(s, 1, MS));
	screen_type(s, "ㅓ");
	assert_true(screen_wait_cursor_row(s, 2, MS));
	screen_type(s, "ㅊ"); /* c: write */
	shown(s, "New message");
	screen_type(s, "\003"); /* ^C */
	shown(s, "All inboxes");
	assert_true(screen_wait_cursor_row(s, 2, MS));
	screen_type(s, "ㅇ"); /* d */
	shown(s, "1 message moved to Trash");
	screen_type(s, "ㅋ"); /* z */
	shown(s, "taken back");
	screen_type(s, "!");
	shown(s, "marked as spam");
	screen_type(s, "z");
	shown(s, "taken back");
	screen_type(s, "W");
	shown(s, "Esc Back");
	screen_type(s, "\033");
	gone(s, "Esc Back");
	/* A message that was left comes back when its turn is. */
	screen_type(s, "mkim@example.org\003");
	shown(s, "z brings it back");
	screen_type(s, "d");
	shown(s, "1 message moved to Trash");
	screen_type(s, "z");
	shown(s, "taken back");
	screen_type(s, "z");
	shown(s, "kim@example.org");
	screen_type(s, "\003");
	shown(s, "z brings it back");
	finish(&s);
}

static void
test_sends_and_takes_back(void **state)
{
	struct screen *s = demo(24, 80);

	(void)state;
	screen_type(s, "f");
	shown(s, "pabal  Forward");
	screen_type(s, "\003"); /* ^C */
	shown(s, "All inboxes");
	screen_type(s, "r");
	shown(s, "pabal  Reply");
	shown(s, "Re: ");
	screen_type(s, "감사합니다");
	shown(s, "감사합니다");
	screen_type(s, "\030"); /* ^X */
	shown(s, "z takes it back");
	screen_type(s, "z");
	shown(s, "not sent");
	shown(s, "감사합니다");
	screen_type(s, "\030");
	shown(s, "z takes it back");
	shown_in(s, "sent", LONG_MS);
	screen_type(s, "gs");
	shown(s, "Re: ");
	finish(&s);
}

/* A draft that answers or forwards marks the original when it is sent. */
static void
test_drafts_mark_the_original(void **state)
{
	struct screen *s = demo(24, 80);

	(void)state;
	screen_type(s, "\r");
	shown(s, "Subject   ");
	screen_type(s, "f");
	shown(s, "pabal  Forward");
	screen_type(s, "친구\017"); /* ^O */
	shown(s, "kept in Drafts");
	screen_type(s, "gd");
	shown(s, "Fwd: ");
	screen_type(s, "\r");
	/* no address yet, and yet it is there */
	shown(s, "친구");
	screen_type(s, "\025friend@example.org");
	shown(s, "friend@example.org");
	screen_type(s, "\030"); /* ^X */
	shown(s, "z takes it back");
	screen_type(s, "gi");
	shown_in(s, "↪", LONG_MS);
	finish(&s);
}

static void
test_saves_an_attachment(void **state)
{
	struct screen *s = demo(24, 80);
	char *folder = temp_make();
	char *file = fsx_join(folder, "3분기 매출.csv");

	(void)state;
	shown(s, "합주 시간");
	screen_type(s, "/subject:초안 has:attachment\r");
	shown(s, "search: subject:초안 has:attachment");
	gone(s, "합주 시간");
	shown(s, "3분기 보고서 초안"); /* once its text is indexed */
	screen_type(s, "\r");
	shown(s, "3분기 매출.csv (50 B)");
	shown(s, "[3분기 매출.csv, text/csv, 50 B]");
	screen_type(s, "v\r");
	shown(s, "Pipe to a command");
	shown(s, "Enter Choose");
	screen_type(s, "Save\r");
	shown(s, "Save as");
	screen_type(s, "\025/nonexistent-folder/a.csv\r");
	shown(s, "there is no folder '/nonexistent-folder/'");
	screen_type(s, "v\r");
	shown(s, "Pipe to a command");
	screen_type(s, "Save\r");
	shown(s, "Save as");
	screen_type(s, "\025");
	screen_type(s, folder);
	screen_type(s, "\r");
	shown(s, "saved as");
	assert_true(fsx_exists(file));
	free(file);
	screen_type(s, "v\rPipe\r");
	shown(s, "Command:");
	screen_type(s, "wc -c | sed s/^/bytes:/\r");
	shown(s, "bytes:50");
	/* one that waits for something keeps nobody waiting */
	file = fsx_join(folder, "gate");
	assert_int_equal(mkfifo(file, 0600), 0);
	screen_type(s, "v\rPipe\r");
	shown(s, "Command:");
	screen_type(s, "cat ");
	screen_type(s, file);
	screen_type(s, "\r");
	shown(s, "0 s, Esc stops");
	screen_type(s, "?");
	shown(s, "In the list");
	screen_type(s, "q");
	shown(s, " s, Esc stops");
	screen_type(s, "\033");
	shown(s, "stopped");
	free(file);
	temp_remove(folder);
	screen_type(s, "q");
	gone(s, "Subject   ");
	screen_type(s, "\033");
	shown(s, "합주 시간");
	finish(&s);
}

static void
test_warns_and_keeps_drafts(void **state)
{
	struct screen *s = demo(24, 80);

	(void)state;
	screen_type(s, "m");
	shown(s, "New message");
	screen_type(s, "friend@example.org\r\r\r");
	screen_type(s, "제목\r");
	/* pasted lines are text, a pasted ^X is none */
	screen_type(s, "\033[200~첫 줄\r둘째\030 줄\033[201~\r");
	shown(s, "둘째 줄");
	screen_type(s, "파일을 첨부합니다");
	screen_type(s, "\030");
	shown(s, "mentions an attachment");
	screen_type(s, "\017"); /* ^O */
	shown(s, "kept in Drafts");
	screen_type(s, "gd");
	shown(s, "제목");
	screen_type(s, "\r");
	shown(s, "파일을 첨부합니다");
	shown(s, "friend@example.org");
	screen_type(s, "\003");
	shown(s, "Drafts");
	finish(&s);
}

static void
test_wide_terminal_shows_panes(void **state)
{
	struct screen *s = demo(60, 200);

	(void)state;
	shown(s, "▾ All");
	screen_type(s, "\r");
	shown(s, "Subject   ");
	shown(s, "▾ All");
	screen_resize(s, 24, 80);
	gone(s, "▾ All");
	shown(s, "Subject   ");
	screen_resize(s, 5, 20);
	shown(s, "small");
	screen_resize(s, 24, 80);
	shown(s, "Subject   ");
	screen_type(s, "q?");
	shown(s, "In the list");
	screen_type(s, "q");
	gone(s, "In the list");
	finish(&s);
}

/* No control of a mail reaches the terminal: what we write is drawn text and
 * the terminal's own sequences, never a raw C1 or a bell from outside. */
static void
test_no_raw_controls(void **state)
{
	struct screen *s = demo(24, 80);
	const struct str *bytes;
	size_t i;

	(void)state;
	for (i = 0; i < 24; i++) {
		screen_type(s, i == 0 ? "\r" : "j");
		shown(s, "Subject   ");
	}
	bytes = screen_bytes(s);
	for (i = 0; i < bytes->n; i++) {
		unsigned char c = (unsigned char)bytes->p[i];

		assert_true(c != 0x9b || (i > 0 && (bytes->p[i - 1] & 0x80)));
		assert_true(c != 0x05 && c != 0x00);
	}
	screen_type(s, "q");
	finish(&s);
}

static void
run_briefly(int rows, int cols, const char *term, const char *want)
{
	static char option[] = "--home";
	char *argv[] = { program, option, home, NULL };
	const char *env[] = { "LANGUAGE=en", "HOME=/nonexistent", term, NULL };
	struct screen *s = screen_start(rows, cols, argv, env);

	shown_in(s, want, LONG_MS);
	(void)screen_stop(&s);
}

static void
test_odd_terminals_get_a_sentence(void **state)
{
	(void)state;
	run_briefly(24, 80, "TERM", "TERM");
	run_briefly(24, 80, "TERM=", "is not set");
	run_briefly(24, 80, "TERM=nonsense-term", "is unknown");
	run_briefly(24, 80, "TERM=dumb", "cannot show a screen");
	run_briefly(5, 20, "TERM=xterm", "small");
	run_briefly(1, 1, "TERM=xterm", "T");
	run_briefly(24, 80, "TERM=vt100", "Which mail address?");
	run_briefly(24, 80, "NO_COLOR=1", "Which mail address?");
}

static void
test_empty_home_starts_the_wizard(void **state)
{
	static char option[] = "--home";
	char *argv[] = { program, option, home, NULL };
	const char *env[] = { "LANGUAGE=en", "HOME=/nonexistent", NULL };
	struct screen *s = screen_start(24, 80, argv, env);

	(void)state;
	shown(s, "Which mail address?");
	screen_type(s, "me@nowhere.invalid\r");
	shown(s, "pop.nowhere.invalid:995:tls");
	screen_type(s, "\r");
	shown(s, "Which password?");
	screen_type(s, "secret-word");
	shown(s, "•••••");
	assert_int_equal(screen_find(s, "secret-word"), -1);
	screen_type(s, "\033\033\033");
	assert_true(screen_wait_end(s, LONG_MS));
	assert_int_equal(screen_stop(&s), 0);
}

/* One value of the demo's accounts file. */
static void
setting(const char *text, const char *key, char *out, size_t max)
{
	const char *at = strstr(text, key);
	size_t n;

	assert_non_null(at);
	at += strlen(key);
	n = strcspn(at, "\n");
	assert_true(n < max);
	memcpy(out, at, n);
	out[n] = '\0';
}

/* The demo's home below folder: its name is made by chance. */
static void
demo_file(const char *folder, const char *name, char *path, size_t max)
{
	glob_t found;
	char pattern[700];

	(void)snprintf(pattern, sizeof pattern, "%s/pabal-demo-*/%s", folder,
	               name);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	(void)snprintf(path, max, "%s", found.gl_pathv[0]);
	globfree(&found);
}

static void
add_account(struct screen *s, const char *pop, const char *smtp)
{
	screen_type(s, "pabal.demo@naver.example\r");
	shown(s, "Which servers?");
	screen_type(s, "\025"); /* ^U */
	screen_type(s, pop);
	screen_type(s, "\t\025");
	screen_type(s, smtp);
	screen_type(s, "\r");
	shown(s, "Which password?");
	screen_type(s, "wrong\r");
	shown(s, "the server said:");
	shown(s, "Which password?");
	screen_type(s, "\025pabal-demo\r");
	shown(s, "It works.");
	shown(s, "ready to send");
	screen_type(s, "\r");
	shown(s, "11 new messages");
	shown(s, "한국전력");
}

/* Against the demo's servers: a wrong password first, then all the way. */
static void
test_wizard_to_the_first_mail(void **state)
{
	static char word[] = "demo", option[] = "--home";
	char *folder = temp_make(), *other = temp_make();
	char *demo_argv[] = { program, word, NULL };
	char *argv[] = { program, option, other, NULL };
	char tmpdir[600], ca[700], path[600], pop[128], smtp[128];
	const char *demo_env[] = { tmpdir, "LANGUAGE=en", NULL };
	const char *env[] = { ca, "LANGUAGE=en", "HOME=/nonexistent", NULL };
	struct err err = { 0 };
	struct screen *d, *s;
	struct str text;

	(void)state;
	(void)snprintf(tmpdir, sizeof tmpdir, "TMPDIR=%s", folder);
	d = screen_start(24, 80, demo_argv, demo_env);
	shown_in(d, "new messages", LONG_MS);
	demo_file(folder, "config/accounts", path, sizeof path);
	str_init(&text, 65536);
	assert_int_equal(fsx_read(path, 65536, &text, &err), 0);
	setting(text.p, "pop = ", pop, sizeof pop);
	setting(text.p, "ca_file = ", path, sizeof path);
	setting(text.p, "smtp = ", smtp, sizeof smtp);
	str_release(&text);
	(void)snprintf(ca, sizeof ca, "SSL_CERT_FILE=%.500s", path);
	s = screen_start(24, 80, argv, env);
	shown(s, "Which mail address?");
	add_account(s, pop, smtp);
	finish(&s);
	finish(&d);
	temp_remove(folder);
	temp_remove(other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_mail),
		cmocka_unit_test(test_hangul_keys_and_undo),
		cmocka_unit_test(test_sends_and_takes_back),
		cmocka_unit_test(test_drafts_mark_the_original),
		cmocka_unit_test(test_saves_an_attachment),
		cmocka_unit_test(test_warns_and_keeps_drafts),
		cmocka_unit_test(test_wide_terminal_shows_panes),
		cmocka_unit_test(test_no_raw_controls),
		cmocka_unit_test(test_odd_terminals_get_a_sentence),
		cmocka_unit_test(test_empty_home_starts_the_wizard),
		cmocka_unit_test(test_wizard_to_the_first_mail),
	};
	const char *where = getenv("PABAL");
	int rc;

	if (where != NULL)
		(void)snprintf(program, sizeof program, "%s", where);
	home = temp_make();
	if (home == NULL)
		return 99;
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	temp_remove(home);
	return rc;
}
