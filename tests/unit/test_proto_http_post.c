/* SPDX-License-Identifier: GPL-3.0-or-later */
/* http_post: the exact bytes that go out, and every kind of answer. */
#include "lib/test.h"

#include "lib/script_stream.h"
#include "proto/http_post.h"
#include "util/str.h"
#include "util/xalloc.h"

#define REQUEST                                         \
 "C: POST /u?a=b HTTP/1.1\n"                            \
 "C: Host: list.example\n"                              \
 "C: Content-Type: application/x-www-form-urlencoded\n" \
 "C: Content-Length: 26\n"                              \
 "C: Accept: */*\n"                                     \
 "C: Connection: close\n"                               \
 "C: \n"                                                \
 "c: List-Unsubscribe=One-Click\n"

struct outcome {
	int rc;
	int status;
	struct err err;
};

static struct outcome
play(const char *answer, const struct script_opts *how, int port)
{
	struct http_post post = { .host = "list.example",
		                  .port = port,
		                  .target = "/u?a=b",
		                  .body = "List-Unsubscribe=One-Click",
		                  .timeout_ms = 5000 };
	char *transcript =
		xasprintf("%s%s", port == 443 ? REQUEST : "", answer);
	struct outcome o = { 0 };
	struct script *script;
	struct stream *s = script_stream_new(transcript, how, &script);

	o.rc = http_post(s, &post, &o.status, &o.err);
	assert_int_equal(o.rc == 0, o.err.code == ERR_NONE);
	if (how == NULL || how->cut_after == 0)
		if (script_problem(script) != NULL)
			fail_msg("%s", script_problem(script));
	stream_close(&s);
	script_free(&script);
	free(transcript);
	return o;
}

static struct outcome
answer(const char *text)
{
	return play(text, NULL, 443);
}

static void
test_success_is_2xx(void **state)
{
	(void)state;
	assert_int_equal(answer("S: HTTP/1.1 200 OK\nS: \n").rc, 0);
	assert_int_equal(answer("S: HTTP/1.0 202 Accepted\n").rc, 0);
	assert_int_equal(answer("S: HTTP/1.1 204\n").status, 204);
	/* Whatever follows is not read. */
	assert_int_equal(answer("S: HTTP/1.1 200 OK\n"
	                        "S: Content-Length: 99999999999\n"
	                        "S: Set-Cookie: a=b\nS: \n")
	                         .rc,
	                 0);
}

static void
test_a_redirect_is_not_followed(void **state)
{
	struct outcome o = answer("S: HTTP/1.1 302 Found\n"
	                          "S: Location: https://evil.example/\n");

	(void)state;
	assert_int_equal(o.err.code, ERR_REFUSED);
	assert_int_equal(o.status, 302);
	assert_string_equal(o.err.server, "302 Found");
	assert_int_equal(answer("S: HTTP/1.1 308 x\n").err.code, ERR_REFUSED);
}

static void
test_refusals_keep_the_words(void **state)
{
	struct outcome o = answer("S: HTTP/1.1 410 Gone \\x1b[2J\n");

	(void)state;
	assert_int_equal(o.err.code, ERR_REFUSED);
	assert_non_null(strstr(o.err.server, "410 Gone"));
	assert_null(strchr(o.err.server, '\033'));
	o = answer("S: HTTP/1.1 503 busy\n");
	assert_int_equal(o.err.code, ERR_RETRY);
}

static void
test_interim_answers_are_passed_over(void **state)
{
	struct outcome o = answer("S: HTTP/1.1 100 Continue\nS: \n"
	                          "S: HTTP/1.1 103 Early Hints\n"
	                          "S: Link: </a>\nS: \n"
	                          "S: HTTP/1.1 200 OK\n");

	(void)state;
	assert_int_equal(o.rc, 0);
	assert_int_equal(o.status, 200);
	/* One of them alone is no end. */
	assert_int_equal(answer("S: HTTP/1.1 100 Continue\nS: \n").err.code,
	                 ERR_RETRY);
}

static void
test_what_is_no_answer(void **state)
{
	static const char *const wrong[] = {
		"S: 220 mx.test ESMTP\n", "S: \n",
		"S: HTTP/2 200\n",        "S: HTTP/1.1 20 OK\n",
		"S: HTTP/1.1 2000 OK\n",  "S: HTTP/1.1 099 x\n",
		"S: HTTP/1.1200 OK x\n",  "S: <html>HTTP/1.1 200 OK\n",
		"S: HTTP/1.1 +20 OK\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_int_equal(answer(wrong[i]).err.code, ERR_PROTO);
	assert_int_equal(answer("X: close\n").err.code, ERR_RETRY);
	assert_int_equal(answer("X: reset\n").err.code, ERR_RETRY);
	assert_int_equal(answer("X: stall\n").err.code, ERR_RETRY);
}

static void
test_an_answer_without_end_is_bounded(void **state)
{
	struct str text;

	(void)state;
	str_init(&text, 1 << 20);
	str_add_z(&text, "s: ");
	for (int i = 0; i < 20000; i++)
		str_add_c(&text, 'x');
	str_add_z(&text, "\n");
	assert_int_equal(answer(text.p).err.code, ERR_LIMIT);
	str_clear(&text);
	for (int i = 0; i < 300; i++)
		str_add_z(&text, "S: HTTP/1.1 100 on and on\nS: \n");
	/* It stops before the end of the transcript. */
	struct script_opts cut = { .cut_after = text.n };

	assert_int_equal(play(text.p, &cut, 443).err.code, ERR_LIMIT);
	str_release(&text);
}

static void
test_cut_at_every_byte(void **state)
{
	static const char whole[] = "S: HTTP/1.1 100 Continue\nS: \n"
				    "S: HTTP/1.1 200 OK\n";
	struct script_opts how = { .max_io = 1 };

	(void)state;
	assert_int_equal(play(whole, &how, 443).rc, 0);
	for (how.cut_after = 1; how.cut_after < 42; how.cut_after++)
		assert_int_equal(play(whole, &how, 443).err.code, ERR_RETRY);
}

static void
test_another_port_is_said(void **state)
{
	struct outcome o =
		play("C: POST /u?a=b HTTP/1.1\nC: Host: list.example:8443\n"
	             "C: Content-Type: application/x-www-form-urlencoded\n"
	             "C: Content-Length: 26\nC: Accept: */*\n"
	             "C: Connection: close\nC: \n"
	             "c: List-Unsubscribe=One-Click\n"
	             "S: HTTP/1.1 200 OK\n",
	             NULL, 8443);

	(void)state;
	assert_int_equal(o.rc, 0);
}

static void
test_targets(void **state)
{
	(void)state;
	assert_true(http_target_ok(SLICE_LIT("/")));
	assert_true(http_target_ok(SLICE_LIT("/a?b=%20;c")));
	assert_false(http_target_ok(SLICE_LIT("")));
	assert_false(http_target_ok(SLICE_LIT("a")));
	assert_false(http_target_ok(SLICE_LIT("/a b")));
	assert_false(http_target_ok(SLICE_LIT("/a\r\nX: y")));
	assert_false(http_target_ok(SLICE_LIT("/\xea\xb0\x80")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_success_is_2xx),
		cmocka_unit_test(test_a_redirect_is_not_followed),
		cmocka_unit_test(test_refusals_keep_the_words),
		cmocka_unit_test(test_interim_answers_are_passed_over),
		cmocka_unit_test(test_what_is_no_answer),
		cmocka_unit_test(test_an_answer_without_end_is_bounded),
		cmocka_unit_test(test_cut_at_every_byte),
		cmocka_unit_test(test_another_port_is_said),
		cmocka_unit_test(test_targets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
