/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finding an account by any part, and the one a message was written to. */
#include "lib/test.h"

#include "mail/account_match.h"

static struct account_identity identities[] = {
	{ .address = (char[]){ "team@corp.example" } },
	{ .address = (char[]){ "*@shop.example" }, .via = (char[]){ "naver" } },
	{ .address = (char[]){ "lost@corp.example" }, .via = (char[]){ "no" } },
};

static struct account accounts[] = {
	{ .name = (char[]){ "naver" },
	  .address = (char[]){ "haneul@naver.example" },
	  .smtp = { .host = (char[]){ "localhost" } } },
	{ .name = (char[]){ "회사" },
	  .address = (char[]){ "kim@corp.example" },
	  .identities = identities,
	  .identity_count = 3 },
	{ .name = (char[]){ "gmail" },
	  .address = (char[]){ "kim@gmail.example" } },
	{ .name = (char[]){ "gmail2" },
	  .address = (char[]){ "lee@gmail.example" } },
};

static const struct conf conf = { .accounts = accounts, .account_count = 4 };

static const char *
found(const char *part)
{
	const struct account *a = account_match(&conf, part, NULL);

	return a != NULL ? a->name : "";
}

static void
test_any_part(void **state)
{
	(void)state;
	assert_string_equal(found("naver"), "naver");
	assert_string_equal(found("NAV"), "naver");
	assert_string_equal(found("eul@"), "naver");
	assert_string_equal(found("회사"), "회사");
	assert_string_equal(found("회"), "회사");
	assert_string_equal(found("ㅎㅅ"), "회사");
	assert_string_equal(found("ㅎ"), "회사");
	assert_string_equal(found("team"), "회사");
	/* The whole name wins over a longer one that begins with it. */
	assert_string_equal(found("gmail"), "gmail");
	assert_string_equal(found("GMAIL"), "gmail");
	assert_string_equal(found("lee"), "gmail2");
}

static void
test_ambiguous_names_the_candidates(void **state)
{
	struct err err = { 0 };
	const struct conf none = { .accounts = NULL };

	(void)state;
	assert_null(account_match(&conf, "gm", &err));
	assert_int_equal(err.code, ERR_NOTFOUND);
	assert_non_null(strstr(err.text, "gmail, gmail2"));
	assert_null(strstr(err.text, "naver"));
	assert_null(account_match(&conf, "kim", &err));
	assert_non_null(strstr(err.text, "회사, gmail"));
	assert_null(account_match(&conf, "nobody", &err));
	assert_non_null(strstr(err.text, "naver, 회사, gmail, gmail2"));
	assert_null(account_match(&conf, "", &err));
	assert_null(account_match(&none, "x", &err));
	assert_int_equal(err.code, ERR_NOTFOUND);
}

static const char *
reply_address(const char *raw, const struct account *fallback,
              const char **account_r)
{
	static char kept[256];
	char *address = NULL;
	const struct account *a;
	struct message m;

	message_parse(&m, slice_of(raw));
	a = account_for_reply(&conf, &m, fallback, &address);
	*account_r = a != NULL ? a->name : "";
	message_release(&m);
	if (address == NULL)
		return NULL;
	assert_true(strlen(address) < sizeof kept);
	memcpy(kept, address, strlen(address) + 1);
	free(address);
	return kept;
}

static void
test_replies_leave_from_where_it_was_written_to(void **state)
{
	const char *account;

	(void)state;
	assert_string_equal(reply_address("To: x@y.example, Kim "
	                                  "<KIM@corp.example>\n\n",
	                                  &accounts[0], &account),
	                    "kim@corp.example");
	assert_string_equal(account, "회사");
	assert_string_equal(reply_address("To: x@y.example\nCc: "
	                                  "team@corp.example\n\n",
	                                  &accounts[0], &account),
	                    "team@corp.example");
	assert_string_equal(account, "회사");
	assert_string_equal(reply_address("To: list@y.example\nDelivered-To: "
	                                  "lee@gmail.example\n\n",
	                                  &accounts[0], &account),
	                    "lee@gmail.example");
	assert_string_equal(reply_address("To: kim+shop@gmail.example\n\n",
	                                  NULL, &account),
	                    "kim@gmail.example");
	assert_string_equal(account, "gmail");
	assert_string_equal(reply_address("To: list@y.example\n\n",
	                                  &accounts[0], &account),
	                    "haneul@naver.example");
	assert_string_equal(reply_address("To: order-17@shop.example\n\n",
	                                  &accounts[0], &account),
	                    "order-17@shop.example");
	assert_string_equal(account, "회사");
	assert_null(reply_address("To: list@y.example\n\n", NULL, &account));
	assert_string_equal(account, "");
}

static const char *
carrier(const char *from, struct err *err)
{
	const struct account *a =
		account_carrier(accounts, 4, &accounts[1], slice_of(from), err);

	return a != NULL ? a->name : "";
}

static void
test_whose_server_it_goes_through(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_string_equal(carrier("a@shop.example", &err), "naver");
	assert_int_equal(err.code, ERR_NONE);
	assert_string_equal(carrier("lost@corp.example", &err), "");
	assert_int_equal(err.code, ERR_CONFIG);
	assert_non_null(strstr(err.text, "'no'"));
	err.code = ERR_NONE;
	assert_string_equal(carrier("kim@corp.example", &err), "");
	assert_int_equal(err.code, ERR_CONFIG);
	assert_string_equal(
		account_of_address(&conf, SLICE_LIT("b@SHOP.example"))->name,
		"회사");
	assert_null(account_of_address(&conf, SLICE_LIT("kim@corp.example")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_part),
		cmocka_unit_test(test_ambiguous_names_the_candidates),
		cmocka_unit_test(
			test_replies_leave_from_where_it_was_written_to),
		cmocka_unit_test(test_whose_server_it_goes_through),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
