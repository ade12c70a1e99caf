/* SPDX-License-Identifier: GPL-3.0-or-later */
/* account and account_keys: servers, names, checks, keys and values. */
#include "lib/test.h"

#include "conf/account_keys.h"
#include "conf/identity.h"

static void
assert_server(const char *text, const char *start_word, const char *shown)
{
	struct account_server s = { 0 };
	struct err err = { 0 };
	struct str out;

	if (account_parse_server(slice_of(text), &s, &err) != 0)
		fail_msg("%s", err.text);
	str_init(&out, 300);
	account_show_server(&s, start_word, &out);
	assert_string_equal(out.p, shown);
	str_release(&out);
	account_server_release(&s);
}

static void
test_servers(void **state)
{
	static const char *const bad[] = {
		"",
		"host",
		"host:995",
		"host:995:",
		"host:995:tls:x",
		":995:tls",
		"host:0:tls",
		"host:65536:tls",
		"host:-1:tls",
		"host:+1:tls",
		"host:99x:tls",
		"host::tls",
		"host:995:none",
		"ho st:995:tls",
		"-host:995:tls",
		"[::1:995:tls",
		"[::1]995:tls",
		"h\x01:995:tls",
		"h/../x:995:tls",
		"h\xff:995:tls",
	};
	struct account_server s = { 0 };
	size_t i;

	(void)state;
	assert_server("pop.example.com:995:tls", "stls",
	              "pop.example.com:995:tls");
	assert_server(" h:110:STLS ", "stls", "h:110:stls");
	assert_server("h:587:starttls", "starttls", "h:587:starttls");
	assert_server("h:110:plain", "stls", "h:110:plain");
	assert_server("[2001:db8::1]:995:ssl", "stls", "[2001:db8::1]:995:tls");
	assert_server("none", "stls", "none");
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct err err = { 0 };

		assert_int_equal(
			account_parse_server(slice_of(bad[i]), &s, &err), -1);
		assert_int_equal(err.code, ERR_CONFIG);
		assert_null(s.host);
	}
}

static void
test_names(void **state)
{
	static const char *const good[] = { "naver", "회사", "a-b_c.d", "ㄱ1",
		                            "A" };
	static const char *const bad[] = {
		"",
		".",
		"..",
		".a",
		"-a",
		"a/b",
		"a b",
		"a\nb",
		"a]b",
		"a\x7f",
		"\xff",
		"a\xed\x95",
		"名",
		"a@b",
		"\xe2\x80\xae",
		"a:b",
		"0123456789012345678901234567890123456789"
		"0123456789012345678901234",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_true(account_name_ok(slice_of(good[i])));
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(account_name_ok(slice_of(bad[i])));
}

static void
test_addresses(void **state)
{
	static const char *const good[] = { "a@b", "a.b+c@d.example.com",
		                            "나@한국.kr" };
	static const char *const bad[] = { "",         "a",         "@b",
		                           "a@",       "a@b@c",     "a b@c",
		                           "-a@b",     "a@b c",     "a@b,c",
		                           "<a@b>",    "a@b\r\nX:", "a@-b",
		                           "a@b/../c", "\"a\"@b" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_true(account_address_ok(slice_of(good[i])));
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(account_address_ok(slice_of(bad[i])));
}

static void
set(struct account *a, const char *key, const char *value)
{
	struct err err = { 0 };

	if (account_key_set(a, key, slice_of(value), &err) != 0)
		fail_msg("%s: %s", key, err.text);
}

static void
assert_key(const struct account *a, const char *key, const char *value)
{
	struct str out;

	str_init(&out, 1000);
	assert_int_equal(account_key_get(a, key, 0, &out) != 0, value != NULL);
	assert_string_equal(out.p, value != NULL ? value : "");
	str_release(&out);
}

static const char *const values[][2] = {
	{ "address", "me@naver.com" },
	{ "full_name", "김하늘" },
	{ "reply_to", "desk@example.com" },
	{ "identity", "Sky; Kim <sky@example.com>; reply-to=a@b.c; via=회사; "
	              "signature=-- \n하늘; <k@b.c>" },
	{ "provider", "naver" },
	{ "pop", "pop.naver.com:995:tls" },
	{ "smtp", "smtp.naver.com:587:starttls" },
	{ "user", "me" },
	{ "smtp_user", "me@naver.com" },
	{ "auth", "xoauth2" },
	{ "password_command", "pass show x" },
	{ "ca_file", "/ca.pem" },
	{ "pop_pin", "sha256:00" },
	{ "smtp_pin", "sha256:01" },
	{ "keep", "14" },
	{ "first_days", "30" },
	{ "interval", "0" },
	{ "max_size", "20M" },
	{ "headers_above", "500K" },
	{ "quota", "5M" },
	{ "label", "업무" },
	{ "signature", "-- \nme" },
	{ "legacy", "yes" },
	{ "skip_inbox", "yes" },
	{ "spam_filter", "no" },
	{ "trust_filter", "yes" },
	{ "forward_limit", "50" },
	{ "dsn", "success,failure,full" },
	{ "rules", "no" },
};

static void
test_keys_and_values(void **state)
{
	struct account a;
	struct account copy;
	size_t i;

	(void)state;
	account_init(&a);
	for (i = 0; i < sizeof values / sizeof values[0]; i++)
		set(&a, values[i][0], values[i][1]);
	account_copy(&copy, &a);
	account_release(&a);
	for (i = 0; i < sizeof values / sizeof values[0]; i++)
		assert_key(&copy, values[i][0], values[i][1]);
	assert_int_equal(copy.max_size, 20 * 1024 * 1024);
	assert_int_equal(copy.headers_above, 500 * 1024);
	assert_int_equal(copy.quota, 5 * 1024 * 1024);
	assert_int_equal(copy.keep, ACCOUNT_DELETE_AFTER);
	set(&copy, "user", "");
	assert_null(copy.user);
	set(&copy, "pop", "");
	assert_null(copy.pop.host);
	account_release(&copy);
	account_release(&copy);
}

static void
test_every_key_is_covered(void **state)
{
	size_t i;
	size_t k;

	(void)state;
	for (k = 0; account_key(k) != NULL; k++) {
		if (strcmp(account_key(k), "password_file") == 0)
			continue; /* excludes password_command */
		for (i = 0; i < sizeof values / sizeof values[0]; i++)
			if (strcmp(values[i][0], account_key(k)) == 0)
				break;
		assert_true(i < sizeof values / sizeof values[0]);
	}
	assert_string_equal(account_key_find(SLICE_LIT("Password-Command")),
	                    "password_command");
	assert_null(account_key_find(SLICE_LIT("password")));
}

static bool
fits(const char *pattern, const char *spec)
{
	struct account_identity id;
	bool fit;

	assert_int_equal(identity_parse(slice_of(pattern), &id, NULL), 0);
	fit = identity_fits(&id, slice_of(spec));
	identity_release(&id);
	return fit;
}

static void
test_patterns_of_addresses(void **state)
{
	(void)state;
	assert_true(fits("*@Shop.example", "anything@shop.EXAMPLE"));
	assert_true(fits("Shop <me-*@b.c>", "ME-17@b.c"));
	assert_false(fits("*@shop.example", "@shop.example"));
	assert_false(fits("*@shop.example", "a@sub.shop.example"));
	assert_false(fits("*@shop.example", "a@shop.example.org"));
	assert_false(fits("me-*@b.c", "me@b.c"));
	/* what is no pattern is compared elsewhere */
	assert_false(fits("me@b.c", "me@b.c"));
}

static void
test_bad_values(void **state)
{
	static const char *const bad[][2] = {
		{ "pop", "x" },
		{ "auth", "kerberos" },
		{ "keep", "0" },
		{ "keep", "maybe" },
		{ "first_days", "-1" },
		{ "first_days", "99999999999" },
		{ "interval", "1.5" },
		{ "max_size", "big" },
		{ "max_size", "" },
		{ "max_size", "99999999999G" },
		{ "skip_inbox", "2" },
		{ "identity", "nobody" },
		{ "identity", "A <a>" },
		{ "nonsense", "1" },
		{ "identity", "" },
		{ "identity", "a@b.c; x=y" },
		{ "identity", "a@b.c; via" },
		{ "identity", "a@b.c; via=.." },
		{ "identity", "a@b.c; reply-to=me" },
		{ "identity", "a@b.c; via=x; via=y" },
		{ "identity", "A <a@b.c> via=x" },
		{ "identity", "A <a@b.c" },
		{ "identity", "a@*.c" },
		{ "identity", "**@b.c" },
	};
	struct account a;
	size_t i;

	(void)state;
	account_init(&a);
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct err err = { 0 };

		assert_int_equal(account_key_set(&a, bad[i][0],
		                                 slice_of(bad[i][1]), &err),
		                 -1);
		assert_int_equal(err.code, ERR_CONFIG);
	}
	account_release(&a);
}

static void
test_check(void **state)
{
	struct account a;

	(void)state;
	account_init(&a);
	assert_int_equal(account_check(&a, NULL), -1);
	a.name = strdup("x");
	assert_int_equal(account_check(&a, NULL), -1);
	set(&a, "address", "me@example.com");
	assert_int_equal(account_check(&a, NULL), -1);
	set(&a, "smtp", "h:465:tls");
	assert_int_equal(account_check(&a, NULL), 0);
	set(&a, "password_command", "x");
	set(&a, "password_file", "y");
	assert_int_equal(account_check(&a, NULL), -1);
	set(&a, "password_file", "");
	set(&a, "address", "me example.com");
	assert_int_equal(account_check(&a, NULL), -1);
	account_release(&a);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_servers),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_keys_and_values),
		cmocka_unit_test(test_every_key_is_covered),
		cmocka_unit_test(test_patterns_of_addresses),
		cmocka_unit_test(test_bad_values),
		cmocka_unit_test(test_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
