/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Nothing of a mail or a server reaches the terminal raw.
 *
 * Each mail holds one kind of hostile words in all its fields, parts and names;
 * it is read in every pane and box there is.  Then all bytes the program has
 * written are read as a terminal reads them: of control sequences only those
 * that curses writes are allowed, of characters only those that can be seen.
 */
#include "lib/test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/screen_test.h"
#include "lib/temp.h"
#include "util/fsx.h"
#include "util/utf8.h"

/* A sequence that curses never writes: its parameter gives it away. */
#define C0                                   \
 "\x1b[31337h\x1b]0;pwn\x07\x1b_x\x1b\\\x1b" \
 "c\x0e\b\x7f"
#define C1        \
 "\xc2\x9b"       \
 "31337h\xc2\x9d" \
 "0;pwn\xc2\x9c"
#define BYTE  \
 "\x9b"       \
 "31337h\x9d" \
 "0;pwn\x9c"
#define BIDI                                                      \
 "\u202e\u2066\u200f\u061c\u2028\u2029\xc2\x85\u200b\u2060\ufeff" \
 "\U000e0041\U000e007f\u115f\u3164"

static const char *const evil[] = {
	C0,
	C1,
	BYTE,
	BIDI,
	"=?utf-8?Q?=1B[31337h=1B]0;pwn=07=C2=9B31337h=00=0A=0DX=E2=80=AE?=",
	"=?euc-kr?B?mzMxMzM3aBtbMzEzMzdo?= =?iso-8859-1?Q?=9B31337h?=",
	"=?utf-7?Q?+ABs-[31337h+AJs-31337h+IC4-?=",
	"&#27;[31337h&#155;31337h&#x9b;&#8238;&#x2028;&#917569;",
};

static char program[4096] = "./pabal";
static char *home;
static pid_t server;

static void
press(struct screen *s, const char *keys, const char *text)
{
	screen_type(s, keys);
	shown(s, text);
}

static void
leave(struct screen *s, const char *keys, const char *text)
{
	screen_type(s, keys);
	gone(s, text);
}

/* ---- what the terminal got ---- */

/* Length of a sequence of curses at p, 0: it is none. */
static size_t
sequence(const char *p, size_t n)
{
	size_t i = 2;

	if (n < 3)
		return 0;
	if (p[1] == '(' || p[1] == ')')
		return 3;
	if (p[1] == '=' || p[1] == '>' || p[1] == 'M' || p[1] == '7' ||
	    p[1] == '8')
		return 2;
	if (p[1] != '[')
		return 0;
	while (i < n && p[i] >= 0x20 && p[i] < 0x40)
		i++;
	if (i == n || p[i] < 0x40 || p[i] > 0x7e ||
	    slice_find_text(slice_make(p, i), SLICE_LIT("31337")) < i)
		return 0;
	return i + 1;
}

static void
check_bytes(struct screen *s)
{
	const struct str *bytes = screen_bytes(s);
	const char *p = bytes->p;
	size_t n = bytes->n;

	assert_true(n > 1000);
	while (n > 0) {
		uint32_t c;
		size_t len =
			*p == '\x1b' ? sequence(p, n) : utf8_decode(p, n, &c);
		bool bad = len == 0;

		if (len > 0 && *p != '\x1b')
			bad = c != '\r' && c != '\n' && c != '\b' &&
			      utf8_is_unsafe(c);
		/* the last character may not have come whole */
		if (bad ||
		    (len > 0 && *p != '\x1b' && n > 4 && !utf8_valid(p, len)))
			fail_msg(
				"%zu bytes before the end: %02x %02x %02x %02x",
				n, (unsigned char)p[0],
				n > 1 ? (unsigned char)p[1] : 0,
				n > 2 ? (unsigned char)p[2] : 0,
				n > 3 ? (unsigned char)p[3] : 0);
		p += len;
		n -= len;
	}
}

/* ---- the mail ---- */

/* @ stands for the words, # for the number. */
static const char pattern[] =
	"From: \"F@\" <a@x.example>\n"
	"To: \"T@\" <b@y.example>\nCc: @ <c@y.example>\n"
	"Reply-To: \"R@\" <r@x.example>\n"
	"Subject: subject-# @\n"
	"Date: Tue, 04 Mar 2025 09:0#:00 +0900 (@)\n"
	"Message-ID: <id@x.example>\nList-Id: @ <l@.example>\n"
	"X-@: @\nX-Last: field-#\n"
	"Content-Type: multipart/mixed; boundary=\"b\"\n\n"
	"--b\nContent-Type: text/plain; charset=\"utf-8\"\n\n"
	"body-# @\nhttp://a@b.example/\n> @\n-- \n@\n"
	"--b\nContent-Type: text/html; charset=utf-8\n\n"
	"<title>@</title><p>html-# @ <a href=\"http://x/@\" title=\"@\">@</a>"
	"<img alt=\"@\" src=x><table><tr><th>@<td>@</table>\n"
	"--b\nContent-Type: a/b@; name=\"n@\"; charset=\"@\"\n"
	"Content-Disposition: attachment; filename=\"f-#@.txt\"\n\nx\n"
	"--b\nContent-Type: message/rfc822\n\n"
	"From: @\nSubject: @\nDate: @\nContent-Type: text/plain; charset=@\n\n"
	"@\n--b--\n";

static void
write_mail(const char *folder, size_t number)
{
	struct err err = { 0 };
	struct str text;
	char name[40];
	char *path;

	str_init(&text, 1 << 20);
	for (const char *p = pattern; *p != '\0'; p++) {
		/* "a@x" is an address, "@" anywhere else is not */
		bool address = p > pattern && byte_is_alpha(p[-1]) &&
		               (slice_starts(slice_of(p), "@x.") ||
		                slice_starts(slice_of(p), "@y.") ||
		                slice_starts(slice_of(p), "@b."));

		if (*p == '#')
			str_add_u64(&text, number);
		else if (*p == '@' && !address)
			str_add_z(&text, evil[number]);
		else
			str_add_c(&text, *p);
	}
	(void)snprintf(name, sizeof name, "%zu.eml", number);
	path = fsx_join(folder, name);
	assert_int_equal(fsx_write_atomic(path, str_slice(&text), &err), 0);
	free(path);
	str_release(&text);
}

/* A server whose words are hostile: the port it listens on. */
static int
serve(void)
{
	static const char words[] = "-ERR busy-words " C0 C1 BYTE BIDI "\r\n";
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t size = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(listen(fd, 5), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
	server = fork();
	assert_true(server >= 0);
	while (server == 0) {
		int one = accept(fd, NULL, NULL);

		if (one < 0 || write(one, words, sizeof words - 1) < 0)
			_exit(0);
		close(one);
	}
	close(fd);
	return ntohs(at.sin_port);
}

static void
write_accounts(void)
{
	struct err err = { 0 };
	char *folder = fsx_join(home, "config");
	char *path = fsx_join(folder, "accounts");
	char *word = fsx_join(home, "word");
	struct str text;

	str_init(&text, 10000);
	str_printf(&text,
	           "[work]\naddress = kim@example.org\n"
	           "pop = 127.0.0.1:%d:plain\nsmtp = 127.0.0.1:1:tls\n"
	           "password_file = %s\ninterval = 0\n",
	           serve(), word);
	assert_int_equal(mkdir(folder, 0700), 0);
	assert_int_equal(fsx_write_atomic(path, str_slice(&text), &err), 0);
	assert_int_equal(fsx_write_atomic(word, SLICE_LIT("pass-phrase"), &err),
	                 0);
	str_release(&text);
	free(word);
	free(path);
	free(folder);
}

static struct screen *
start(char *const argv[])
{
	const char *env[] = { "LANGUAGE=en", NULL };

	return screen_start(40, 120, argv, env);
}

static void
import_mail(void)
{
	static char option[] = "--home", word[] = "import";
	char *folder = fsx_join(home, "in");
	char *argv[] = { program, option, home, word, folder, NULL };
	struct screen *s;

	assert_int_equal(mkdir(folder, 0700), 0);
	for (size_t i = 0; i < sizeof evil / sizeof *evil; i++)
		write_mail(folder, i);
	s = start(argv);
	shown_in(s, "8 imported", LONG_MS);
	(void)screen_stop(&s);
	free(folder);
}

/* ---- reading it ---- */

static void
numbered(char text[40], const char *word, size_t number)
{
	(void)snprintf(text, 40, "%s-%zu", word, number);
}

static void
read_one(struct screen *s, size_t number)
{
	char text[40];

	numbered(text, "body", number);
	shown(s, text);
	numbered(text, "field", number);
	press(s, "h", text);
	press(s, "H", text);
	numbered(text, "body", number);
	press(s, "H", text);
	press(s, "o", "Links: Enter");
	leave(s, "\033", "Links: Enter");
	press(s, "v", "Attachments");
	press(s, "\r", "Pipe to a command");
	leave(s, "\033", "Pipe to a command");
	press(s, "W", "Why the filter");
	leave(s, "\033", "Why the filter");
}

static void
answer(struct screen *s)
{
	press(s, "R", "Cut line");
	press(s, "\003", "without sending");
	leave(s, "q", "without sending");
}

static void
test_panes(void **state)
{
	static char option[] = "--home";
	char *argv[] = { program, option, home, NULL };
	size_t n = sizeof evil / sizeof *evil;
	struct screen *s = start(argv);
	char text[40];

	(void)state;
	numbered(text, "subject", n - 1);
	shown_in(s, text, LONG_MS);
	screen_type(s, "\r");
	for (size_t i = n; i-- > 0;) {
		read_one(s, i);
		if (i > 0)
			screen_type(s, "j");
	}
	answer(s);
	press(s, "/pwn\r", "subject-0");
	press(s, "G", "busy-words");
	screen_type(s, "\f");
	press(s, ":fetches\r", "work");
	check_bytes(s);
	screen_kill(&s);
}

static int
set_up(void **state)
{
	(void)state;
	home = temp_make();
	if (home == NULL)
		return -1;
	write_accounts();
	import_mail();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_panes),
	};
	const char *where = getenv("PABAL");
	int rc;

	if (where != NULL)
		(void)snprintf(program, sizeof program, "%s", where);
	rc = cmocka_run_group_tests(tests, set_up, NULL);
	if (server > 0) {
		(void)kill(server, SIGTERM);
		(void)waitpid(server, NULL, 0);
	}
	temp_remove(home);
	return rc;
}
