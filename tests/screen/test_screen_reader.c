/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading what people send: parts are opened, saved and piped, messages inside
 * of messages read, character sets chosen. */
#include "lib/test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "lib/screen_test.h"
#include "lib/temp.h"
#include "util/fsx.h"
#include "util/proc.h"

static char program[4096] = "./pabal";
static char *home;

#define HEAD(subject)                                                 \
 "From: Kim <kim@example.org>\nTo: me@example.org\nSubject: " subject \
 "\nDate: Tue, 17 Nov 2026 10:00:00 +0900\nMIME-Version: 1.0\n"
#define FILE_PART(type, name) \
 "--b\nContent-Type: " type   \
 "\nContent-Disposition: attachment; filename=" name "\n\nbody of " type "\n"

/* clang-format off */
static const char parts_mail[] =
	HEAD("parts") "Content-Type: multipart/mixed; boundary=b\n\n"
	"--b\n\nlook\n"
	FILE_PART("application/x-term", "a.pdf")
	FILE_PART("application/x-print", "b.bin")
	FILE_PART("application/x-none", "-rf")
	FILE_PART("text/x-odd", "\"../.$(touch x)\"")
	"--b\nContent-Type: image/png; name=c.png\n"
	"Content-Transfer-Encoding: base64\n\niVBORw0KGgoAAA==\n"
	"--b\nContent-Type: message/rfc822\n\n"
	"From: Park <park@example.org>\nSubject: inner\n"
	"Content-Type: multipart/mixed; boundary=c\n\n"
	"--c\n\ninside\n--c\nContent-Type: message/rfc822\n\n"
	"Subject: innermost\n\nat the bottom\n--c--\n--b--\n";
/* clang-format on */

static const char charset_mail[] =
	HEAD("label") "Content-Type: text/plain; charset=iso-8859-1\n"
		      "Content-Transfer-Encoding: 8bit\n\n"
		      "\xbe\xc8\xb3\xe7\xc7\xcf\xbc\xbc\xbf\xe4\n";

static const char text_mail[] =
	HEAD("text") "Content-Type: text/plain; format=flowed; delsp=yes\n\n"
		     "one  \nline\n> quoted \n> more\n"
		     "https://example.org/a-long-address/that-stays-whole/on-"
		     "its-line\n-- \nKim\n";

/* The commands of the shell's side; output may be NULL. */
static void
pabal(const char *command, const char *word, struct str *output)
{
	static char option[] = "--home";
	struct proc_opts opts = { .timeout_ms = LONG_MS,
		                  .output_max = 1 << 16 };
	struct err err = { 0 };
	char **words;
	char *argv[40] = { program, option, home };
	size_t n = 3;
	int status = -1;

	assert_int_equal(proc_split(command, &words, &err), 0);
	for (char **w = words; *w != NULL; w++)
		argv[n++] = *w;
	argv[n] = NULL;
	if (word != NULL) {
		argv[n] = slice_dup(slice_of(word));
		argv[n + 1] = NULL;
	}
	assert_int_equal(proc_run(argv, &opts, output, &status, &err), 0);
	assert_int_equal(status, 0);
	free(argv[n]);
	proc_free_argv(words);
}

static char *
write_file(const char *name, const char *text)
{
	char *path = fsx_join(home, name);
	struct err err = { 0 };

	assert_int_equal(fsx_write_atomic(path, slice_of(text), &err), 0);
	return path;
}

/* A home with one mail in it and this mailcap. */
static struct screen *
open_mail(const char *mail, const char *mailcap, const char *term)
{
	static char option[] = "--home";
	char *argv[] = { program, option, NULL, NULL };
	char home_env[4200], tmp_env[4200];
	const char *env[] = { "LANGUAGE=en", "TZ=KST-9", "MAILCAPS=~/.mailcap",
		              "DISPLAY",     home_env,   tmp_env,
		              term,          NULL };
	struct screen *s;
	char *path;

	home = temp_make();
	argv[2] = home;
	(void)snprintf(home_env, sizeof home_env, "HOME=%s", home);
	(void)snprintf(tmp_env, sizeof tmp_env, "TMPDIR=%s", home);
	free(write_file(".mailcap", mailcap));
	pabal("account add --address me@example.org --pop localhost:1:plain "
	      "--smtp localhost:1:plain --password-command 'echo x' --no-test",
	      NULL, NULL);
	path = write_file("one.eml", mail);
	pabal("import", path, NULL);
	free(path);
	s = screen_start(24, 80, argv, env);
	shown_in(s, "Kim", LONG_MS);
	/* Nothing else is going to stand in the status line. */
	shown(s, "no connection");
	screen_type(s, "\r");
	shown(s, "Subject   ");
	return s;
}

static void
finish(struct screen **s)
{
	int status;

	screen_type(*s, "qq");
	if (!screen_wait_end(*s, LONG_MS))
		fail_with(*s, "the end");
	status = screen_stop(s);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	temp_remove(home);
	home = NULL;
}

#define TERMINAL_PROGRAM                                                  \
 "application/x-term; sh -c 'echo PROGRAM-RUNS && cat $0 && read x' %s; " \
 "needsterminal\n"

static void
test_terminal_program(void **state)
{
	struct screen *s =
		open_mail(parts_mail, TERMINAL_PROGRAM, "TERM=xterm");

	(void)state;
	screen_type(s, "v");
	shown(s, "application/x-term, ");
	shown(s, "message/rfc822, ");
	screen_type(s, "\r");
	shown(s, "Pipe to a command");
	screen_type(s, "\r");
	shown(s, "PROGRAM-RUNS");
	shown(s, "body of application/x-term");
	gone(s, "Subject   ");
	/* The window changes meanwhile: the screen comes back as large. */
	screen_resize(s, 30, 100);
	screen_type(s, "\r");
	shown(s, "opened with sh");
	shown(s, "Subject   ");
	gone(s, "PROGRAM-RUNS");
	assert_int_equal(screen_find(s, "Back"), 28);
	/* ^C is for the program, not for us. */
	screen_type(s, "v\r");
	shown(s, "Pipe to a command");
	screen_type(s, "\r");
	shown(s, "PROGRAM-RUNS");
	screen_type(s, "\003");
	shown(s, "ended with status 130");
	finish(&s);
}

/* What the message says about a link is said again where it is opened. */
static void
test_links_that_deceive(void **state)
{
	struct screen *s = open_mail(
		HEAD("links") "Content-Type: text/html; charset=utf-8\n\n"
			      "<a href=\"https://evil.example/1\">https://bank"
			      ".example</a> <a href=\"https://fine.example/0123456789012345678901234567890123456789\">"
			      "fine</a>\n",
		"", "TERM=xterm");

	(void)state;
	screen_type(s, ":links\r");
	shown(s, "Links: Enter opens");
	screen_type(s, "evil");
	shown(s, "https://evil.example/1         (!) the text names another");
	screen_type(s, "\033");
	gone(s, "Links: Enter opens");
	finish(&s);
	s = open_mail(HEAD("links") "\nhttps://bank.example@evil.example/2 x\n",
	              "", "TERM=xterm");
	screen_type(s, ":links\r");
	shown(s, "Links: Enter opens");
	screen_type(s, "/2");
	shown(s, "(!) evil.example");
	screen_type(s, "\033");
	gone(s, "Links: Enter opens");
	finish(&s);
}

static void
test_printing_program(void **state)
{
	struct screen *s = open_mail(
		parts_mail,
		"application/x-print; sh -c 'echo first\tline && echo && echo "
		"\x1b]0 bad && cat' ; copiousoutput\n",
		"TERM=xterm");

	(void)state;
	screen_type(s, "vb.bin\r");
	shown(s, "Pipe to a command");
	screen_type(s, "\r");
	shown(s, "Part of   parts");
	shown(s, "first");
	shown(s, "body of application/x-print");
	screen_type(s, "q");
	gone(s, "Part of   parts");
	shown(s, "Subject   parts");
	/* What nothing opens, and what can be read here. */
	screen_type(s, "vimage/\r");
	shown(s, "Pipe to a command");
	screen_type(s, "\r");
	shown(s, "name one in ~/.mailcap, or save it");
	screen_type(s, "vx-none\r");
	shown(s, "Pipe to a command");
	screen_type(s, "\r");
	shown(s, "body of application/x-none");
	screen_type(s, "q");
	gone(s, "Part of");
	screen_type(s, "vx-odd\r");
	shown(s, "Pipe to a command");
	screen_type(s, "\r");
	shown(s, "body of text/x-odd");
	screen_type(s, "q");
	gone(s, "Part of");
	/* Errors of a command do not scribble over the screen. */
	screen_type(s, "vb.bin\rPipe\r");
	shown(s, "Command:");
	screen_type(s, "tr a-z A-Z | cat; echo one >&2; echo two\r");
	shown(s, "BODY OF APPLICATION/X-PRINT");
	shown(s, "two");
	screen_type(s, "q");
	gone(s, "Part of");
	finish(&s);
}

static void
test_messages_inside(void **state)
{
	struct screen *s = open_mail(parts_mail, "", "TERM=vt100");

	(void)state;
	screen_type(s, "vinner\r");
	shown(s, "Pipe to a command");
	screen_type(s, "\r");
	shown(s, "Part of   parts");
	shown(s, "Subject   inner");
	shown(s, "inside");
	screen_type(s, "vinnermost\r");
	shown(s, "Pipe to a command");
	screen_type(s, "\r");
	shown(s, "Part of   inner");
	shown(s, "at the bottom");
	screen_type(s, "q");
	shown(s, "Part of   parts");
	/* The answer is one to the message that is read. */
	screen_type(s, "r");
	shown(s, "park@example.org");
	shown(s, "Re: inner");
	screen_type(s, "\003");
	shown(s, "Part of   parts");
	screen_type(s, "q");
	gone(s, "Part of   ");
	shown(s, "Subject   parts");
	finish(&s);
}

/* The one mail in the outbox. */
static void
read_outbox(struct str *out)
{
	char *folder = fsx_join(home, "data/outbox");
	DIR *dir = opendir(folder);
	struct err err = { 0 };
	struct dirent *e;

	assert_non_null(dir);
	while ((e = readdir(dir)) != NULL) {
		char *path = fsx_join(folder, e->d_name);

		if (e->d_name[0] != '.')
			assert_int_equal(fsx_read(path, 1 << 16, out, &err), 0);
		free(path);
	}
	assert_int_equal(closedir(dir), 0);
	free(folder);
}

/* Four fields above, and not a byte of it changed but the line ends. */
static void
assert_redirected(const char *original)
{
	static const char *const fields[] = {
		"Resent-From: me@example.org\r\n",
		"Resent-To: you@away.example,\r\n "
		"b@away.example\r\n",
		"Resent-Date: ", "Resent-Message-ID: <"
	};
	struct str got, want;
	struct slice rest = slice_of(original), line;
	size_t i;

	str_init(&got, 1 << 16);
	str_init(&want, 1 << 16);
	read_outbox(&got);
	while (slice_line(&rest, &line)) {
		str_add_slice(&want, line);
		str_add_z(&want, "\r\n");
	}
	rest = str_slice(&got);
	for (i = 0; i < 4; i++) {
		assert_true(slice_starts(rest, fields[i]));
		(void)slice_line(&rest, &line);
		if (i == 1)
			(void)slice_line(&rest, &line);
	}
	assert_true(slice_eq(rest, str_slice(&want)));
	str_release(&want);
	str_release(&got);
}

static void
redirect(struct screen *s)
{
	screen_type(s, "B");
	shown(s, "edirect");
	screen_type(s, "you@away.example, b@away.example\r");
	shown(s, "redirected");
}

static void
test_redirects_as_it_came(void **state)
{
	struct screen *s = open_mail(charset_mail, "", "TERM=vt100");

	(void)state;
	redirect(s);
	assert_redirected(charset_mail);
	finish(&s);
}

/* What is read is what goes on. */
static void
test_redirects_a_message_inside(void **state)
{
	static const char inner[] = "From: Park <park@example.org>\n"
				    "Subject: inner\n\ninside\n";
	char mail[1000];
	struct screen *s;

	(void)state;
	(void)snprintf(mail, sizeof mail,
	               HEAD("outer") "Content-Type: multipart/mixed; "
	                             "boundary=b\n\n--b\n\nlook\n--b\n"
	                             "Content-Type: message/rfc822\n\n%s\n"
	                             "--b--\n",
	               inner);
	s = open_mail(mail, "", "TERM=vt100");
	screen_type(s, "vinner\r");
	shown(s, "Pipe to a command");
	screen_type(s, "\r");
	shown(s, "Part of   outer");
	redirect(s);
	assert_redirected(inner);
	/* and under its own subject */
	screen_type(s, "go");
	shown(s, "Outbox");
	shown(s, "inner    held");
	screen_type(s, "\033");
	gone(s, "Outbox");
	screen_type(s, "q");
	gone(s, "Part of   ");
	finish(&s);
}

/* The text below what is written, its heading, its attachments; and who asks for
 * an answer where none can go is told. */
static void
test_forwards_inline(void **state)
{
	struct screen *s = open_mail(parts_mail, "", "TERM=vt100");

	(void)state;
	screen_type(s, "f");
	shown(s, "Fwd: parts");
	shown(s, "---------- Forwarded message ----------");
	shown(s, "From: Kim <kim@example.org>");
	shown(s, "Date: 2026-11-17 (Tue) 10:00");
	shown(s, "Subject: parts");
	shown(s, "To: me@example.org");
	shown(s, "look");
	shown(s, "a.pdf (");
	screen_type(s, "you@example.net\t\t\t\t\t읽어 보세요\r");
	shown(s, "읽어 보세요");
	screen_type(s, "\030");
	shown(s, "not sent");
	finish(&s);
}

static void
test_answer_that_cannot_go(void **state)
{
	static const char mail[] = "From: Kim <-rf@example.org>\n"
				   "To: me@example.org\nSubject: x\n\nx\n";
	struct screen *s = open_mail(mail, "", "TERM=vt100");

	(void)state;
	screen_type(s, "r");
	shown(s, "no mail can be sent to it: -rf@example.org");
	screen_type(s, "\003");
	shown(s, "All inboxes");
	finish(&s);
}

/* Dates and names as Koreans write them. */
static void
test_korean_attribution(void **state)
{
	static char options[][8] = { "--home", "--lang", "ko" };
	struct screen *s = open_mail(text_mail, "", "TERM=vt100");
	char *argv[] = {
		program, options[0], home, options[1], options[2], NULL
	};
	const char *env[] = { "TZ=KST-9", NULL };

	(void)state;
	screen_type(s, "r");
	shown(s, "On Tue, Nov 17, 2026 at 10:00, Kim wrote:");
	screen_kill(&s);
	s = screen_start(24, 80, argv, env);
	shown_in(s, "Kim", LONG_MS);
	screen_type(s, "r");
	shown(s, "2026년 11월 17일 (화) 10:00, Kim 님이 쓴 글:");
	screen_kill(&s);
	temp_remove(home);
	home = NULL;
}

static void
test_saves_all(void **state)
{
	struct screen *s = open_mail(parts_mail, "", "TERM=xterm");
	char *folder = fsx_join(home, "files");
	char *odd = fsx_join(folder, "$(touch x)");
	char *dash = fsx_join(folder, "rf");

	(void)state;
	screen_type(s, "v\rSave all\r");
	shown(s, "Save all in folder:");
	screen_type(s, "\025~/files\r");
	shown(s, "nothing saved");
	assert_int_equal(mkdir(folder, 0700), 0);
	screen_type(s, "v\rSave all\r");
	shown(s, "Save all in folder:");
	screen_type(s, "\025~/files\r");
	shown(s, "6 saved in ~/files");
	assert_true(fsx_exists(odd));
	assert_true(fsx_exists(dash));
	/* The folder is proposed again, with a name that is free. */
	screen_type(s, "v\rSave\r");
	shown(s, "Save as:");
	shown(s, "a-2.pdf");
	screen_type(s, "\r");
	shown(s, "saved as");
	free(dash);
	free(odd);
	free(folder);
	finish(&s);
}

static void
test_read_again_as(void **state)
{
	struct screen *s = open_mail(charset_mail, "", "TERM=xterm");
	struct str text;

	(void)state;
	assert_int_equal(screen_find(s, "안녕하세요"), -1);
	screen_type(s, "C");
	shown(s, "Read again as");
	screen_type(s, "EUC-KR\r");
	shown(s, "안녕하세요");
	screen_type(s, "r");
	shown(s, "> 안녕하세요");
	screen_type(s, "\003");
	shown(s, "Subject   label");
	/* It is remembered for who wrote it, for the command as well. */
	str_init(&text, 1 << 16);
	pabal("show 1", NULL, &text);
	assert_true(slice_find_text(str_slice(&text), SLICE_LIT("안녕하세요")) <
	            text.n);
	str_release(&text);
	screen_type(s, "q");
	gone(s, "Subject   label");
	screen_type(s, "\r");
	shown(s, "안녕하세요");
	screen_type(s, "C");
	shown(s, "Read again as");
	screen_type(s, "Detect\r");
	gone(s, "안녕하세요");
	finish(&s);
}

static void
test_text_as_written(void **state)
{
	struct screen *s = open_mail(text_mail, "", "TERM=vt100");

	(void)state;
	shown(s, "one line");
	shown(s, "> quotedmore");
	shown(s, "https://example.org/a-long-address/that-stays-whole/on-its-"
	         "line");
	screen_type(s, "v");
	shown(s, "no attachments");
	screen_resize(s, 60, 200);
	shown(s, "one line");
	finish(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_terminal_program),
		cmocka_unit_test(test_links_that_deceive),
		cmocka_unit_test(test_printing_program),
		cmocka_unit_test(test_messages_inside),
		cmocka_unit_test(test_redirects_as_it_came),
		cmocka_unit_test(test_redirects_a_message_inside),
		cmocka_unit_test(test_forwards_inline),
		cmocka_unit_test(test_answer_that_cannot_go),
		cmocka_unit_test(test_korean_attribution),
		cmocka_unit_test(test_saves_all),
		cmocka_unit_test(test_read_again_as),
		cmocka_unit_test(test_text_as_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
