/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pop3_reply: status lines, what refusals mean, lines of listings. */
#include "lib/test.h"

#include "proto/pop3_reply.h"

static const struct {
	const char *line;
	int rc;
	bool ok;
	enum pop3_code code;
	const char *text;
} statuses[] = {
	{ "+OK", 0, true, POP3_CODE_NONE, "" },
	{ "+ok  2 320 ", 0, true, POP3_CODE_NONE, "2 320" },
	{ "-ERR", 0, false, POP3_CODE_NONE, "" },
	{ "-err[AUTH]no", 0, false, POP3_CODE_AUTH, "no" },
	{ "-ERR [in-use] x", 0, false, POP3_CODE_IN_USE, "x" },
	{ "-ERR [LOGIN-DELAY] x", 0, false, POP3_CODE_LOGIN_DELAY, "x" },
	{ "-ERR [SYS/TEMP]", 0, false, POP3_CODE_SYS_TEMP, "" },
	{ "-ERR [SYS/PERM] a ]", 0, false, POP3_CODE_SYS_PERM, "a ]" },
	{ "-ERR [UTF8] x", 0, false, POP3_CODE_OTHER, "x" },
	{ "-ERR [AUTH no end", 0, false, POP3_CODE_NONE, "[AUTH no end" },
	{ "+OKAY", -1, false, POP3_CODE_NONE, "" },
	{ "+ ", -1, false, POP3_CODE_NONE, "" },
	{ "", -1, false, POP3_CODE_NONE, "" },
	{ " +OK", -1, false, POP3_CODE_NONE, "" },
	{ "HTTP/1.1 400", -1, false, POP3_CODE_NONE, "" },
};

static void
test_statuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
		struct pop3_reply reply;

		assert_int_equal(pop3_reply_parse(slice_of(statuses[i].line),
		                                  &reply),
		                 statuses[i].rc);
		if (statuses[i].rc < 0)
			continue;
		assert_int_equal(reply.ok, statuses[i].ok);
		assert_int_equal(reply.code, statuses[i].code);
		assert_slice(reply.text, statuses[i].text);
	}
}

static const struct {
	const char *line;
	enum err_code login;
	enum err_code refusal;
} meanings[] = {
	{ "-ERR [AUTH] locked", ERR_AUTH, ERR_AUTH },
	{ "-ERR [IN-USE] wrong password", ERR_RETRY, ERR_RETRY },
	{ "-ERR [LOGIN-DELAY] x", ERR_RETRY, ERR_RETRY },
	{ "-ERR [SYS/TEMP] invalid", ERR_RETRY, ERR_RETRY },
	{ "-ERR [SYS/PERM] try again", ERR_REFUSED, ERR_REFUSED },
	{ "-ERR", ERR_AUTH, ERR_RETRY },
	{ "-ERR no", ERR_AUTH, ERR_RETRY },
	{ "-ERR Authentication failed, try again later", ERR_AUTH, ERR_RETRY },
	{ "-ERR invalid user name or password", ERR_AUTH, ERR_RETRY },
	{ "-ERR 비밀번호가 틀립니다", ERR_AUTH, ERR_RETRY },
	{ "-ERR Mailbox is LOCKED by another session", ERR_RETRY, ERR_RETRY },
	{ "-ERR too many connections", ERR_RETRY, ERR_RETRY },
	{ "-ERR 메일함이 사용중입니다", ERR_RETRY, ERR_RETRY },
	{ "-ERR POP3 access is not enabled", ERR_REFUSED, ERR_REFUSED },
	{ "-ERR service permanently discontinued", ERR_REFUSED, ERR_REFUSED },
};

static void
test_meanings(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++) {
		struct pop3_reply reply;

		assert_int_equal(pop3_reply_parse(slice_of(meanings[i].line),
		                                  &reply),
		                 0);
		if (pop3_reply_login_code(&reply) != meanings[i].login ||
		    pop3_reply_refusal_code(&reply) != meanings[i].refusal)
			fail_msg("%s", meanings[i].line);
	}
}

static void
test_stat(void **state)
{
	uint64_t count;
	uint64_t bytes;

	(void)state;
	assert_int_equal(pop3_reply_stat(SLICE_LIT("2 320 x"), &count, &bytes),
	                 0);
	assert_int_equal(count, 2);
	assert_int_equal(bytes, 320);
	assert_int_equal(pop3_reply_stat(SLICE_LIT("18446744073709551616 1"),
	                                 &count, &bytes),
	                 0);
	assert_true(count == UINT64_MAX);
	assert_int_equal(pop3_reply_stat(SLICE_LIT(""), &count, &bytes), 0);
	assert_int_equal(count, 0);
	assert_int_equal(pop3_reply_stat(SLICE_LIT("2x 320"), &count, &bytes),
	                 0);
	assert_int_equal(count, 0);
	assert_int_equal(pop3_reply_stat(SLICE_LIT("-1 320"), &count, &bytes),
	                 -1);
	assert_int_equal(pop3_reply_stat(SLICE_LIT("1 -1"), &count, &bytes),
	                 -1);
}

static void
test_listing_lines(void **state)
{
	char long_line[POP3_UIDL_MAX + 8];
	struct slice uidl;
	uint32_t number;
	uint64_t size;

	(void)state;
	assert_int_equal(
		pop3_reply_list(SLICE_LIT("4294967295 12"), &number, &size), 0);
	assert_true(number == UINT32_MAX && size == 12);
	assert_int_equal(pop3_reply_list(SLICE_LIT(" 1 x"), &number, &size), 0);
	assert_true(number == 1 && size == 0);
	assert_int_equal(pop3_reply_list(SLICE_LIT("0 1"), &number, &size), -1);
	assert_int_equal(
		pop3_reply_list(SLICE_LIT("4294967296 1"), &number, &size), -1);
	assert_int_equal(pop3_reply_list(SLICE_LIT("-1 1"), &number, &size),
	                 -1);
	assert_int_equal(pop3_reply_list(SLICE_LIT(""), &number, &size), -1);
	assert_int_equal(pop3_reply_uidl(SLICE_LIT("7 ab!~c "), &number, &uidl),
	                 0);
	assert_int_equal(number, 7);
	assert_slice(uidl, "ab!~c");
	assert_int_equal(pop3_reply_uidl(SLICE_LIT("7"), &number, &uidl), 0);
	assert_int_equal(uidl.n, 0);
	assert_int_equal(pop3_reply_uidl(SLICE_LIT("7 a b"), &number, &uidl),
	                 0);
	assert_int_equal(uidl.n, 0);
	assert_int_equal(pop3_reply_uidl(SLICE_LIT("7 a\0b"), &number, &uidl),
	                 0);
	assert_int_equal(uidl.n, 0);
	assert_int_equal(pop3_reply_uidl(SLICE_LIT("7 \xea\xb0\x80"), &number,
	                                 &uidl),
	                 0);
	assert_int_equal(uidl.n, 0);
	assert_int_equal(pop3_reply_uidl(SLICE_LIT("x a"), &number, &uidl), -1);
	memset(long_line, 'u', sizeof long_line);
	memcpy(long_line, "9 ", 2);
	assert_int_equal(
		pop3_reply_uidl(slice_make(long_line, POP3_UIDL_MAX + 2),
	                        &number, &uidl),
		0);
	assert_int_equal(uidl.n, POP3_UIDL_MAX);
	assert_int_equal(
		pop3_reply_uidl(slice_make(long_line, POP3_UIDL_MAX + 3),
	                        &number, &uidl),
		0);
	assert_int_equal(uidl.n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_statuses),
		cmocka_unit_test(test_meanings),
		cmocka_unit_test(test_stat),
		cmocka_unit_test(test_listing_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
