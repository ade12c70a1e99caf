/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wizard takes over what other mail programs know; their files stay. */
#include "lib/test.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/screen_test.h"
#include "lib/temp.h"
#include "util/fsx.h"
#include "util/xalloc.h"

static char program[4096] = "./pabal";

/* Files of other programs in a home folder, as they were. */
static const char *const names[] = { ".fetchmailrc", ".msmtprc", ".muttrc",
	                             ".netrc", "secrets" };
#define FILES (sizeof names / sizeof names[0])

struct world {
	struct screen *demo;
	char *tmp;   /* of the demo */
	char *home;  /* of who has other programs */
	char *pabal; /* and of ours */
	char ca[700];
	char pop[128], smtp[128]; /* ports */
	struct timespec before[FILES];
	char *texts[FILES];
};

/* One value of the demo's accounts file. */
static void
setting(const char *text, const char *key, char *out, size_t max)
{
	const char *at = strstr(text, key);
	size_t n;

	assert_non_null(at);
	at += strlen(key);
	n = strcspn(at, ":\n");
	assert_true(n < max);
	memcpy(out, at, n);
	out[n] = '\0';
}

static void
ask_demo(struct world *w)
{
	char *pattern = xasprintf("%s/pabal-demo-*/config/accounts", w->tmp);
	struct err err = { 0 };
	struct str text;
	glob_t found;

	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	str_init(&text, 65536);
	assert_int_equal(fsx_read(found.gl_pathv[0], 65536, &text, &err), 0);
	setting(text.p, "pop = localhost:", w->pop, sizeof w->pop);
	setting(text.p, "smtp = localhost:", w->smtp, sizeof w->smtp);
	setting(text.p, "ca_file = ", w->ca, sizeof w->ca);
	str_release(&text);
	globfree(&found);
	free(pattern);
}

static void
put(struct world *w, size_t at, char *text)
{
	char *path = fsx_join(w->home, names[at]);
	struct err err = { 0 };
	struct stat st;

	assert_int_equal(fsx_write_atomic(path, slice_of(text), &err), 0);
	/* Long ago, and not to be written. */
	assert_int_equal(chmod(path, 0400), 0);
	assert_int_equal(stat(path, &st), 0);
	w->before[at] = st.st_mtim;
	w->texts[at] = text;
	free(path);
}

static void
write_files(struct world *w)
{
	put(w, 0,
	    xasprintf("poll localhost proto pop3 port %s\n"
	              " user pabal.demo@naver.example pass 'not it' ssl\n"
	              " user pabal.demo@gmail.example ssl\n",
	              w->pop));
	put(w, 1,
	    xasprintf("defaults\ntls on\nhost localhost\nport %s\n"
	              "account n\nuser pabal.demo@naver.example\n"
	              "account g\nuser pabal.demo@gmail.example\n",
	              w->smtp));
	put(w, 2,
	    xasprintf("source secrets\nset from=demo@hoesa.example "
	              "realname=\"홍길동\"\\\n pop_pass=$my_word "
	              "pop_host=pops://demo@hoesa.example@localhost:%s "
	              "smtp_url=smtp://demo@hoesa.example@localhost:%s\n",
	              w->pop, w->smtp));
	put(w, 3,
	    xasprintf("machine localhost login pabal.demo@gmail.example "
	              "password pabal-demo\n"));
	put(w, 4, xasprintf("set my_word = 'pabal-demo'\n"));
}

/* Byte by byte, and written by nobody. */
static void
check_files(const struct world *w)
{
	for (size_t i = 0; i < FILES; i++) {
		char *path = fsx_join(w->home, names[i]);
		struct err err = { 0 };
		struct str text;
		struct stat st;

		str_init(&text, 65536);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0400);
		assert_memory_equal(&st.st_mtim, &w->before[i],
		                    sizeof st.st_mtim);
		assert_int_equal(fsx_read(path, 65536, &text, &err), 0);
		assert_string_equal(text.p, w->texts[i]);
		str_release(&text);
		free(path);
	}
}

static int
set_up(void **state)
{
	static char word[] = "demo";
	struct world *w = xcalloc(1, sizeof *w);
	char *argv[] = { program, word, NULL };
	char tmpdir[600];
	const char *env[] = { tmpdir, "LANGUAGE=en", NULL };

	w->tmp = temp_make();
	w->home = temp_make();
	w->pabal = temp_make();
	(void)snprintf(tmpdir, sizeof tmpdir, "TMPDIR=%s", w->tmp);
	w->demo = screen_start(24, 80, argv, env);
	shown_in(w->demo, "new messages", LONG_MS);
	ask_demo(w);
	write_files(w);
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	screen_type(w->demo, "q");
	(void)screen_wait_end(w->demo, LONG_MS);
	(void)screen_stop(&w->demo);
	for (size_t i = 0; i < FILES; i++)
		free(w->texts[i]);
	temp_remove(w->tmp);
	temp_remove(w->home);
	temp_remove(w->pabal);
	free(w);
	return 0;
}

static struct screen *
start(struct world *w, const char *language)
{
	static char option[] = "--home";
	char *argv[] = { program, option, w->pabal, NULL };
	char ca[800], home[600], lang[40];
	const char *env[] = { ca, home, lang, NULL };

	(void)snprintf(ca, sizeof ca, "SSL_CERT_FILE=%s", w->ca);
	(void)snprintf(home, sizeof home, "HOME=%s", w->home);
	(void)snprintf(lang, sizeof lang, "LANGUAGE=%s", language);
	return screen_start(24, 80, argv, env);
}

static void
quit(struct screen **s)
{
	int status;

	screen_type(*s, "q");
	if (!screen_wait_end(*s, LONG_MS))
		fail_with(*s, "the end");
	status = screen_stop(s);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* What comes behind the password of the one that is asked for. */
static void
goes_on(struct screen *s, const char *keys, const char *next)
{
	screen_type(s, keys);
	shown(s, "It works.");
	screen_type(s, "\r");
	shown(s, next);
}

/* All three, one after another: a password that was taken and is refused, one
 * of .netrc, one of a file within a file. */
static void
test_all_of_them(void **state)
{
	static const char take[] = "\033OS"; /* F4 */
	struct world *w = *state;
	struct screen *s = start(w, "en");

	shown(s, "Take over an account?");
	shown(s, "[ ] pabal.demo@naver.example  localhost  (fetchmail)");
	shown(s, "[ ] pabal.demo@gmail.example  localhost  (fetchmail)");
	shown(s, "[ ] demo@hoesa.example  localhost  (mutt)");
	screen_type(s, "a");
	shown(s, "[x] demo@hoesa.example");
	screen_type(s, "\r");
	shown(s, "then 2 more");
	assert_true(screen_find(s, "pabal.demo@naver.example") > 0);
	screen_type(s, take);
	shown(s, "•••");
	screen_type(s, "\r");
	shown(s, "the server said:");
	shown(s, "Which password?");
	goes_on(s, "\025pabal-demo\r", "then 1 more");
	shown(s, "pabal.demo@gmail.example");
	shown(s, "F4 takes the password over from");
	screen_type(s, take);
	shown(s, "•••");
	goes_on(s, "\r", "demo@hoesa.example");
	gone(s, "more");
	screen_type(s, take);
	shown(s, "•••");
	goes_on(s, "\r", "All inboxes");
	shown(s, "한국전력");
	quit(&s);
	/* They are known now. */
	s = start(w, "en");
	shown(s, "All inboxes");
	quit(&s);
	check_files(w);
}

static void
test_some_of_them(void **state)
{
	struct world *w = *state;
	struct screen *s = start(w, "ko");

	shown(s, "계정을 가져올까요?");
	screen_type(s, " ");
	shown(s, "[x] pabal.demo@naver.example");
	screen_type(s, "ㅁ"); /* on the key "a" */
	shown(s, "[x] demo@hoesa.example");
	screen_type(s, "a");
	gone(s, "[x]");
	screen_type(s, "\033OA"); /* up, from the second */
	screen_type(s, "\033OA");
	screen_type(s, "\033OA"); /* the last of them */
	screen_type(s, " ");
	shown(s, "[x] demo@hoesa.example");
	screen_type(s, "\r");
	shown(s, "비밀번호는 무엇인가요?");
	assert_true(screen_find(s, "demo@hoesa.example") > 0);
	screen_type(s, "\033");
	shown(s, "[x] demo@hoesa.example");
	screen_type(s, "\r");
	shown(s, "비밀번호는 무엇인가요?");
	screen_type(s, "pabal-demo\r");
	shown(s, "연결되었습니다.");
	screen_type(s, "\r");
	shown(s, "V1AGRA");
	quit(&s);
	check_files(w);
}

/* None: the way on without them, and out. */
static void
test_none_of_them(void **state)
{
	struct world *w = *state;
	struct screen *s = start(w, "en");

	shown(s, "another address");
	screen_type(s, "\033OA");
	screen_type(s, "\r");
	shown(s, "Which mail address?");
	screen_type(s, "\033");
	shown(s, "Take over an account?");
	screen_type(s, "\033");
	assert_true(screen_wait_end(s, LONG_MS));
	assert_int_equal(screen_stop(&s), 0);
	check_files(w);
}

/* More than the screen has rows: the list moves. */
static void
test_many(void **state)
{
	struct world *w = *state;
	char *path = fsx_join(w->home, ".mpoprc");
	struct err err = { 0 };
	struct screen *s;
	struct str text;

	str_init(&text, 65536);
	for (int i = 0; i < 60; i++)
		str_printf(&text, "account a%d\nhost pop.h%d.kr\nuser u%d\n", i,
		           i, i);
	assert_int_equal(fsx_write_atomic(path, str_slice(&text), &err), 0);
	s = start(w, "en");
	shown(s, "u0@h0.kr");
	assert_int_equal(screen_find(s, "another address"), -1);
	screen_type(s, "\033OA");
	shown(s, "another address");
	shown(s, "u58@h58.kr");
	for (int i = 0; i < 62; i++)
		screen_type(s, "\033OB");
	shown(s, "u57@h57.kr");
	screen_type(s, "\033");
	assert_true(screen_wait_end(s, LONG_MS));
	assert_int_equal(screen_stop(&s), 0);
	str_release(&text);
	free(path);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_all_of_them),
		T(test_some_of_them),
		T(test_none_of_them),
		T(test_many),
	};
	const char *from = getenv("PABAL");

	if (from != NULL)
		(void)snprintf(program, sizeof program, "%s", from);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
