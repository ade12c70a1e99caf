/* SPDX-License-Identifier: GPL-3.0-or-later */
/* unsubscribe: which way a message offers, and what must not be a way. */
#include "lib/test.h"

#include "mail/unsubscribe.h"
#include "util/xalloc.h"

static char home[] = "me@home.example", pop[] = "pop.home.example";

/* A message whose signatures the provider of home.example saw. */
static struct unsubscribe
look_at(const char *top, const char *header)
{
	char *text = xasprintf("%sReceived: from l.example by mx.home.example; "
	                       "Thu, 1 Jan 2026 00:00:00 +0000\n"
	                       "%sFrom: a@b.example\nTo: me+shop@home.example\n"
	                       "\nx\n",
	                       top, header);
	struct account a = { .address = home, .pop = { .host = pop } };
	struct origin_hosts hosts;
	struct unsubscribe u;
	struct message m;

	origin_hosts_of(&a, NULL, &hosts);
	message_parse(&m, slice_of(text));
	unsubscribe_of(&m, &hosts, &u);
	message_release(&m);
	origin_hosts_release(&hosts);
	free(text);
	return u;
}

#define GOOD \
 "Authentication-Results: mx.home.example; dkim=pass header.d=l.example\n"
#define SIGNED                                            \
 "DKIM-Signature: v=1; a=rsa-sha256; d=l.example; s=k;\n" \
 " h=from : list-unsubscribe:\n List-Unsubscribe-Post; b=AAA=\n"

static struct unsubscribe
look(const char *header)
{
	char *all = xasprintf(SIGNED "%s", header);
	struct unsubscribe u = look_at(GOOD, all);

	free(all);
	return u;
}

#define POST "List-Unsubscribe-Post: List-Unsubscribe=One-Click\n"

static void
test_one_click(void **state)
{
	struct unsubscribe u =
		look("List-Unsubscribe: <mailto:u@l.example>,\n"
	             " <https://L.example:8443/u?x=1&y=%41#top>\n" POST);
	struct str shown;

	(void)state;
	assert_int_equal(u.way, UNSUBSCRIBE_POST);
	assert_string_equal(u.host, "L.example");
	assert_int_equal(u.port, 8443);
	assert_string_equal(u.target, "/u?x=1&y=%41");
	assert_string_equal(u.to, "u@l.example");
	str_init(&shown, 1000);
	unsubscribe_show_host(&u, &shown);
	assert_string_equal(shown.p, "L.example:8443");
	str_release(&shown);
	unsubscribe_release(&u);
	u = look("List-Unsubscribe: <https://l.example?a>\n" POST);
	assert_string_equal(u.target, "/?a");
	unsubscribe_release(&u);
	/* A folded link. */
	u = look("List-Unsubscribe:\n <https://l.example/aaa\n bbb>\n" POST);
	assert_string_equal(u.target, "/aaabbb");
	unsubscribe_release(&u);
}

static void
test_one_click_needs_a_good_signature(void **state)
{
	static const char offer[] =
		"List-Unsubscribe: <https://l.example/u>, <mailto:u@l.example>\n"
		"List-Unsubscribe-Post: List-Unsubscribe=One-Click\n";
	static const char *const wrong[][2] = {
		/* nobody says that it is good */
		{ "", SIGNED },
		{ "Authentication-Results: mx.home.example; dkim=fail "
		  "header.d=l.example\n",
		  SIGNED },
		/* another's */
		{ "Authentication-Results: mx.home.example; dkim=pass "
		  "header.d=other.example\n",
		  SIGNED },
		/* somebody else says so */
		{ "Authentication-Results: mx.l.example; dkim=pass "
		  "header.d=l.example\n",
		  SIGNED },
		/* the sender says so, below what the provider says */
		{ "Authentication-Results: mx.home.example; dkim=none\n",
		  "Authentication-Results: mx.home.example; dkim=pass "
		  "header.d=l.example\n" SIGNED },
		{ GOOD, "" },
		/* it covers one of the fields only */
		{ GOOD, "DKIM-Signature: d=l.example; "
		        "h=from:list-unsubscribe; b=A\n" },
		{ GOOD, "DKIM-Signature: d=l.example; "
		        "h=from:list-unsubscribe-post; b=A\n" },
		/* which of the two is the good one? */
		{ GOOD, SIGNED "DKIM-Signature: d=l.example; h=from; b=A\n" },
	};
	struct unsubscribe u;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		char *header = xasprintf("%s%s", wrong[i][1], offer);

		u = look_at(wrong[i][0], header);
		if (u.way != UNSUBSCRIBE_MAIL || !u.unsigned_offer)
			fail_msg("row %zu is taken", i);
		unsubscribe_release(&u);
		free(header);
	}
	u = look(offer);
	assert_int_equal(u.way, UNSUBSCRIBE_POST);
	assert_false(u.unsigned_offer);
	unsubscribe_release(&u);
	/* By header.i alone, as Google writes. */
	u = look_at("Authentication-Results: mx.home.example;\n"
	            " dkim=pass (2048) header.i=@L.example header.s=k\n",
	            SIGNED
	            "List-Unsubscribe: <https://l.example/u>\n"
	            "List-Unsubscribe-Post: List-Unsubscribe=One-Click\n");
	assert_int_equal(u.way, UNSUBSCRIBE_POST);
	unsubscribe_release(&u);
	u = look_at("", "List-Unsubscribe: <https://l.example/u>\n"
	                "List-Unsubscribe-Post: List-Unsubscribe=One-Click\n");
	assert_int_equal(u.way, UNSUBSCRIBE_WEB);
	assert_true(u.unsigned_offer);
	unsubscribe_release(&u);
}

static void
test_without_post_it_is_mail_or_a_page(void **state)
{
	struct unsubscribe u = look("List-Unsubscribe: <https://l.example/>, "
	                            "<mailto:u@l.example?subject=out>\n");

	(void)state;
	assert_int_equal(u.way, UNSUBSCRIBE_MAIL);
	unsubscribe_release(&u);
	u = look("List-Unsubscribe: <https://l.example/>\n");
	assert_int_equal(u.way, UNSUBSCRIBE_WEB);
	unsubscribe_release(&u);
	u = look("List-Unsubscribe: <https://l.example/>\n"
	         "List-Unsubscribe-Post: List-Unsubscribe=Two-Clicks\n");
	assert_int_equal(u.way, UNSUBSCRIBE_WEB);
	unsubscribe_release(&u);
	u = look(POST);
	assert_int_equal(u.way, UNSUBSCRIBE_NONE);
	unsubscribe_release(&u);
}

static void
test_what_is_no_way(void **state)
{
	static const char *const wrong[] = {
		"http://l.example/u",
		"https://192.168.0.1/u",
		"https://[::1]/u",
		"https://2130706433/u",
		"https://0x7f.0x1/u",
		"https://router/u",
		"https://u@l.example/",
		"https://u:p@l.example/",
		"https://l.example:0/",
		"https://l.example:99999/",
		"https://l.example:x/",
		"https:///u",
		"https://.example/",
		"https://l.example/\xea\xb0\x80",
		"https://l.example\\@evil.example/",
		"https://l .example\x01/",
		"ftp://l.example/",
		"javascript:alert(1)",
		"file:///etc/passwd",
		"mailto:",
		"mailto:a@b.example,c@d.example",
		"mailto:-oQ@b.example",
		"mailto:a@b.example?cc=c@d.example",
	};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		char *header =
			xasprintf("List-Unsubscribe: <%s>\n" POST, wrong[i]);
		struct unsubscribe u = look(header);

		if (u.way != UNSUBSCRIBE_NONE)
			fail_msg("taken: %s", wrong[i]);
		unsubscribe_release(&u);
		free(header);
	}
}

static void
test_two_fields_are_nobodys(void **state)
{
	struct unsubscribe u =
		look("List-Unsubscribe: <https://l.example/>\n"
	             "List-Unsubscribe: <https://m.example/>\n" POST);

	(void)state;
	assert_int_equal(u.way, UNSUBSCRIBE_NONE);
	unsubscribe_release(&u);
	u = look("List-Unsubscribe: <https://l.example/>\n" POST POST);
	assert_int_equal(u.way, UNSUBSCRIBE_WEB);
	unsubscribe_release(&u);
}

static void
test_a_host_that_imitates_is_shown_as_it_is(void **state)
{
	/* One Cyrillic letter. */
	struct unsubscribe u = look("List-Unsubscribe: <https://p\xd0\xb0"
	                            "ypal.example/>\n" POST);
	struct str shown;

	(void)state;
	assert_int_equal(u.way, UNSUBSCRIBE_POST);
	str_init(&shown, 1000);
	unsubscribe_show_host(&u, &shown);
	assert_true(slice_starts(str_slice(&shown), "xn--"));
	str_release(&shown);
	unsubscribe_release(&u);
}

static void
init_conf(struct conf *c)
{
	*c = (struct conf){ .account_count = 2 };
	c->accounts = xcalloc(2, sizeof *c->accounts);
	account_init(&c->accounts[0]);
	account_init(&c->accounts[1]);
	c->accounts[0].name = xstrdup("work");
	c->accounts[0].address = xstrdup("me@work.example");
	c->accounts[1].name = xstrdup("home");
	c->accounts[1].address = xstrdup("me@home.example");
	account_add_identity(&c->accounts[1],
	                     (struct account_identity){
				     .address = xstrdup("me+shop@home.example"),
			     });
}

static void
test_written_from_the_address_it_came_to(void **state)
{
	static const char text[] =
		"List-Unsubscribe: <mailto:out@l.example?subject=out%0d%0aX:y"
		"&body=please%20go&bcc=x@y.example>\n"
		"From: a@l.example\nTo: me+shop@home.example\n\nx\n";
	struct unsubscribe_mail mail;
	struct unsubscribe u;
	struct message m;
	struct conf c;
	struct err err = { 0 };

	(void)state;
	init_conf(&c);
	message_parse(&m, SLICE_LIT(text));
	unsubscribe_of(&m, NULL, &u);
	assert_int_equal(u.way, UNSUBSCRIBE_MAIL);
	assert_int_equal(
		unsubscribe_write(&u, &m, &c, &c.accounts[0], &mail, &err), 0);
	assert_string_equal(mail.account->name, "home");
	assert_string_equal(mail.from, "me+shop@home.example");
	assert_null(strchr(mail.subject, '\n'));
	assert_non_null(strstr(mail.message.p, "\r\nTo: out@l.example\r\n"));
	assert_non_null(
		strstr(mail.message.p, "From: me+shop@home.example\r\n"));
	assert_non_null(strstr(mail.message.p, "\r\n\r\nplease go"));
	assert_null(strstr(mail.message.p, "\r\nX:"));
	assert_null(strstr(mail.message.p, "x@y.example"));
	unsubscribe_mail_release(&mail);
	unsubscribe_release(&u);
	message_release(&m);
	conf_release(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_click),
		cmocka_unit_test(test_one_click_needs_a_good_signature),
		cmocka_unit_test(test_without_post_it_is_mail_or_a_page),
		cmocka_unit_test(test_what_is_no_way),
		cmocka_unit_test(test_two_fields_are_nobodys),
		cmocka_unit_test(test_a_host_that_imitates_is_shown_as_it_is),
		cmocka_unit_test(test_written_from_the_address_it_came_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
