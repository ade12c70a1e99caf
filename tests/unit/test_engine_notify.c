/* SPDX-License-Identifier: GPL-3.0-or-later */
/* notify: the user's command for new mail; what senders write stays text. */
#include "lib/test.h"

#include <stdio.h>

#include "engine/demo.h"
#include "engine/engine.h"
#include "engine/notify.h"
#include "lib/temp.h"
#include "util/fsx.h"
#include "util/proc.h"
#include "util/xalloc.h"

static char **
words(const char *command, const struct notify *n)
{
	struct err err = { 0 };
	char **argv = NULL;

	if (notify_argv(command, n, &argv, &err) != 0)
		fail_msg("%s", err.text);
	return argv;
}

static void
test_words_are_filled_in(void **state)
{
	const struct notify n = { 3, "회사", "김하늘", "보고서 초안" };
	char **v = words("notify-send -t 5000 'pabal: %a' \"%n: %f, %s\" 100%% "
	                 "%x %",
	                 &n);

	(void)state;
	assert_string_equal(v[0], "notify-send");
	assert_string_equal(v[1], "-t");
	assert_string_equal(v[3], "pabal: 회사");
	assert_string_equal(v[4], "3: 김하늘, 보고서 초안");
	assert_string_equal(v[5], "100%");
	assert_string_equal(v[6], "%x");
	assert_string_equal(v[7], "%");
	assert_null(v[8]);
	proc_free_argv(v);
}

static void
test_what_senders_write_stays_text(void **state)
{
	const struct notify n = { 1, "work", "a\"b' c;$(rm) `x`",
		                  "--help\x1b]0;x\x07\r\n%a\xff\xe2\x80\xae" };
	char **v = words("say %f %s -%s", &n);

	(void)state;
	assert_string_equal(v[1], "a\"b' c;$(rm) `x`");
	/* no option, no control, nothing filled in twice */
	assert_true(strncmp(v[2], " --help", 7) == 0);
	assert_null(strchr(v[2], 0x1b));
	assert_null(strchr(v[2], '\n'));
	assert_null(strstr(v[2], "work"));
	assert_non_null(strstr(v[2], "%a"));
	assert_null(strstr(v[2], "\xe2\x80\xae"));
	/* the user's own */
	assert_true(strncmp(v[3], "---help", 7) == 0);
	assert_null(v[4]);
	proc_free_argv(v);
}

static void
test_long_and_empty(void **state)
{
	char *text = xmalloc(100001);
	struct notify n = { 1, "a", NULL, text };
	char **v;

	(void)state;
	memset(text, 'x', 100000);
	text[100000] = '\0';
	v = words("say %s %f", &n);
	assert_int_equal(strlen(v[1]), 200);
	assert_string_equal(v[2], "");
	proc_free_argv(v);
	for (size_t i = 0; i + 3 <= 99999; i += 3)
		memcpy(text + i, "가", 3);
	v = words("say %s", &n);
	assert_int_equal(strlen(v[1]), 198); /* cut at a character */
	proc_free_argv(v);
	free(text);
}

static void
test_a_wrong_command_is_an_error(void **state)
{
	const struct notify n = { 1, "a", "b", "c" };
	struct err err = { 0 };
	char **v = NULL;

	(void)state;
	assert_int_equal(notify_argv("say \"open", &n, &v, &err), -1);
	assert_int_equal(err.code, ERR_CONFIG);
	assert_int_equal(notify_run("/none/at/all %s", &n, &err), -1);
	assert_int_equal(notify_run("false", &n, &err), -1);
	assert_int_equal(notify_run("true %s", &n, &err), 0);
	/* What it says is kept from the screen, and told when it fails. */
	assert_int_equal(notify_run("sh -c 'echo out; echo why >&2; exit 3'",
	                            &n, &err),
	                 -1);
	assert_non_null(strstr(err.text, "3"));
	assert_string_equal(err.server, "out why");
	/* Who plays a sound may go on; this one for longer than a command may
	 * take. */
	assert_int_equal(notify_run("sh -c 'sleep 12 & echo plays'", &n, &err),
	                 0);
}

/* A fetch from the demo's servers: one call for each account with new mail, and
 * none when nothing came. */
static void
test_each_fetch_tells_once(void **state)
{
	char *home = temp_make();
	struct paths paths;
	struct conf conf;
	struct err err = { 0 };
	struct demo *demo;
	struct engine *engine;
	struct str said;
	char *script, *out;

	(void)state;
	assert_int_equal(paths_init(&paths, home, &err), 0);
	demo = demo_start(&paths, &err);
	assert_non_null(demo);
	assert_int_equal(conf_load(&paths, &conf, &err), 0);
	script = fsx_join(home, "script");
	out = fsx_join(home, "out");
	assert_int_equal(
		fsx_write_atomic(script,
	                         SLICE_LIT("printf '%s\\n' \"$#\" \"$2\""
	                                   " >>\"$1\"\n"),
	                         &err),
		0);
	conf.notify = xasprintf("sh %s %s %%a %%n %%f %%s", script, out);
	engine = engine_new(&paths, &conf, &err);
	assert_non_null(engine);
	str_init(&said, 65536);
	for (int round = 0; round < 2; round++) {
		struct event *e;
		uint64_t unread = 0;

		assert_int_equal(engine_fetch(engine, NULL), 3);
		while ((e = engine_wait(engine, 30000)) != NULL) {
			if (e->kind == EVENT_NOTICE)
				fail_msg("%s", e->text);
			unread += e->unread;
			event_free(&e);
		}
		assert_int_equal(unread > 0, round == 0);
		str_clear(&said);
		assert_int_equal(fsx_read(out, 65536, &said, &err), 0);
		/* three times "5" and a name */
		assert_int_equal(said.n > 0 ? said.p[0] : 0, '5');
		for (size_t i = 0; i < conf.account_count; i++)
			assert_non_null(strstr(said.p, conf.accounts[i].name));
		assert_int_equal(
			slice_find_text(slice_from(str_slice(&said), 1),
		                        SLICE_LIT("\n5\n")) < said.n,
			true);
		{
			size_t lines = 0;

			for (size_t i = 0; i < said.n; i++)
				lines += said.p[i] == '\n';
			assert_int_equal(lines, 6);
		}
	}
	str_release(&said);
	engine_free(&engine);
	conf_release(&conf);
	demo_stop(&demo);
	paths_release(&paths);
	free(script);
	free(out);
	temp_remove(home);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words_are_filled_in),
		cmocka_unit_test(test_what_senders_write_stays_text),
		cmocka_unit_test(test_long_and_empty),
		cmocka_unit_test(test_a_wrong_command_is_an_error),
		cmocka_unit_test(test_each_fetch_tells_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
