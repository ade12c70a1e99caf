/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smtp_reply and smtp_address: what is understood, and what is refused. */
#include "lib/test.h"

#include <stdio.h>

#include "proto/smtp_address.h"
#include "proto/smtp_reply.h"

/* Feed lines (separated by LF) and return what the last one gave. */
static int
feed(struct smtp_reply *r, const char *lines, struct err *err)
{
	struct slice rest = slice_of(lines);
	struct slice line;
	int rc = 1;

	smtp_reply_clear(r);
	while (rc == 1 && slice_line(&rest, &line))
		rc = smtp_reply_line(r, line, err);
	return rc;
}

static void
test_one_line(void **state)
{
	struct smtp_reply r;
	struct err err = { 0 };

	(void)state;
	smtp_reply_init(&r);
	assert_int_equal(feed(&r, "250 2.0.0 ok", &err), 0);
	assert_int_equal(r.code, 250);
	assert_slice(smtp_reply_first(&r), "2.0.0 ok");
	assert_int_equal(feed(&r, "354", &err), 0);
	assert_int_equal(r.code, 354);
	assert_slice(smtp_reply_first(&r), "");
	assert_int_equal(feed(&r, "421 ", &err), 0);
	assert_int_equal(r.code, 421);
	smtp_reply_release(&r);
	smtp_reply_release(&r);
}

static void
test_many_lines(void **state)
{
	struct smtp_reply r;
	struct err err = { 0 };

	(void)state;
	smtp_reply_init(&r);
	assert_int_equal(feed(&r, "250-a\n250-SIZE 10\n250", &err), 0);
	assert_int_equal(r.lines, 3);
	assert_string_equal(r.text.p, "a\nSIZE 10\n\n");
	assert_slice(smtp_reply_first(&r), "a");
	assert_int_equal(feed(&r, "250-a\n250-b", &err), 1);
	assert_int_equal(err.code, ERR_NONE);
	smtp_reply_release(&r);
}

static void
test_refuses_what_is_no_reply(void **state)
{
	static const char *const bad[] = {
		"",
		"2",
		"25",
		"2x0 ok",
		"ok",
		"250+ok",
		"2500 ok",
		"150 ok",
		"650 ok",
		"050 ok",
		" 250 ok",
		"\xb2\xb5 0",
		"250\tok",
		"-250 ok",
		"250-a\n550 no",
		"220-a\n554 no",
		"250-a\nb",
		"250-a\n251 b",
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct smtp_reply r;
		struct err err = { 0 };
		struct slice whole = slice_of(bad[i]);
		int rc;

		smtp_reply_init(&r);
		rc = whole.n > 0 ? feed(&r, bad[i], &err)
		                 : smtp_reply_line(&r, whole, &err);
		assert_int_equal(rc, -1);
		assert_int_equal(err.code, ERR_PROTO);
		smtp_reply_release(&r);
	}
}

static void
test_is_bounded(void **state)
{
	struct smtp_reply r;
	struct err err = { 0 };
	char line[4096];
	size_t n = 0;

	(void)state;
	smtp_reply_init(&r);
	while (smtp_reply_line(&r, SLICE_LIT("250-x"), &err) == 1)
		n++;
	assert_int_equal(n, SMTP_REPLY_LINES_MAX);
	assert_int_equal(err.code, ERR_LIMIT);

	smtp_reply_clear(&r);
	err = (struct err){ 0 };
	memset(line, 'y', sizeof line);
	memcpy(line, "250-", 4);
	n = 0;
	while (smtp_reply_line(&r, slice_make(line, sizeof line), &err) == 1)
		n++;
	assert_true(n < 20);
	assert_int_equal(err.code, ERR_LIMIT);
	assert_true(r.text.n <= SMTP_REPLY_TEXT_MAX);
	smtp_reply_release(&r);
}

static void
test_error_tells_what_to_do(void **state)
{
	struct smtp_reply r;
	struct err err = { 0 };

	(void)state;
	smtp_reply_init(&r);
	(void)feed(&r, "451-4.3.0 one\n451 \x1b[2Jtwo\x07", &err);
	assert_int_equal(smtp_reply_error(&r, "no luck", &err), -1);
	assert_int_equal(err.code, ERR_RETRY);
	assert_string_equal(err.text, "no luck");
	assert_non_null(strstr(err.server, "451 4.3.0 one"));
	assert_null(strchr(err.server, '\x1b'));
	assert_null(strchr(err.server, '\x07'));
	assert_null(strchr(err.server, '\n'));
	(void)feed(&r, "554 5.7.1 no", &err);
	(void)smtp_reply_error(&r, "no luck", &err);
	assert_int_equal(err.code, ERR_REFUSED);
	(void)feed(&r, "354 go", &err);
	(void)smtp_reply_error(&r, "no luck", &err);
	assert_int_equal(err.code, ERR_PROTO);
	assert_int_equal(smtp_reply_error(&r, "no luck", NULL), -1);
	smtp_reply_release(&r);
}

static void
test_addresses(void **state)
{
	static const char *const good[] = {
		"a@b.kr",    "postmaster",       "a+b=c@[127.0.0.1]",
		"-oQ/tmp@x", "\"a\\\"b\"@x.org", "'a'@x",
	};
	static const char *const bad[] = {
		"",
		"a b@c",
		"a@b\r\nRCPT TO:<x@y",
		"a@b\n",
		"a@b> X=1",
		"<a@b>",
		"a\tb@c",
		"a@b\x7f",
		"a@\xb0\xa1",
		"a@b\xe2\x80\xa8",
		"\xe2\x80\xae@b",
		"a@b\x1b[2J",
		"\xc2\x85@x",
	};
	char longest[SMTP_ADDRESS_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_int_equal(smtp_address_check(slice_of(good[i])),
		                 SMTP_ADDRESS_OK);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(smtp_address_check(slice_of(bad[i])),
		                 SMTP_ADDRESS_BAD);
	assert_int_equal(smtp_address_check(SLICE_LIT("a\0b@c")),
	                 SMTP_ADDRESS_BAD);
	assert_int_equal(smtp_address_check(slice_of("가나@다라.kr")),
	                 SMTP_ADDRESS_8BIT);
	memset(longest, 'a', sizeof longest);
	assert_int_equal(
		smtp_address_check(slice_make(longest, SMTP_ADDRESS_MAX)),
		SMTP_ADDRESS_OK);
	assert_int_equal(
		smtp_address_check(slice_make(longest, sizeof longest)),
		SMTP_ADDRESS_BAD);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_line),
		cmocka_unit_test(test_many_lines),
		cmocka_unit_test(test_refuses_what_is_no_reply),
		cmocka_unit_test(test_is_bounded),
		cmocka_unit_test(test_error_tells_what_to_do),
		cmocka_unit_test(test_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
