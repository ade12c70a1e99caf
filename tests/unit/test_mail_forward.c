/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What rules send: what must not go, and the bytes of what does. */
#include "lib/test.h"

#include "mail/forward.h"
#include "util/xalloc.h"

static struct conf conf;
static struct forward_as as;
static struct origin_hosts hosts;

static int
set_up(void **state)
{
	(void)state;
	conf.account_count = 2;
	conf.accounts = xcalloc(2, sizeof *conf.accounts);
	account_init(&conf.accounts[0]);
	account_init(&conf.accounts[1]);
	conf.accounts[0].name = xstrdup("home");
	conf.accounts[0].address = xstrdup("me@home.example");
	conf.accounts[1].name = xstrdup("work");
	conf.accounts[1].address = xstrdup("me@work.example");
	conf.accounts[1].full_name = xstrdup("홍길동");
	account_add_identity(&conf.accounts[1],
	                     (struct account_identity){
				     .name = xstrdup("Team"),
				     .address = xstrdup("team@work.example"),
			     });
	as = (struct forward_as){ &conf, &conf.accounts[0], NULL,
		                  "me@home.example", &hosts };
	origin_hosts_of(&conf.accounts[0], NULL, &hosts);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	origin_hosts_release(&hosts);
	conf_release(&conf);
	return 0;
}

static bool
goes(const char *header, enum rule_out_kind kind)
{
	char *text = xasprintf("%sFrom: Kim <kim@b.example>\n"
	                       "To: me@home.example\nSubject: x\n\ny\n",
	                       header);
	struct rule_out what = { .kind = kind, .to = "you@away.example" };
	struct message m;
	bool ok;

	message_parse(&m, slice_of(text));
	ok = forward_refused(&m, &what, &as) == NULL;
	message_release(&m);
	free(text);
	return ok;
}

static void
test_loops_end(void **state)
{
	static const char *const no[] = {
		"X-Pabal-Forwarded: me@home.example\n",
		"X-Pabal-Forwarded: ME@work.example\n",
		"X-Pabal-Forwarded: x@y.example\n"
		"X-Pabal-Forwarded: team@work.example\n",
		"X-Loop: me@home.example\n",
		"X-Loop: y@z.example\nX-Loop: team@work.example\n",
		"Return-Path: <>\n",
		"Auto-Submitted: auto-replied\n",
		"Auto-Submitted: auto-generated; x=y\n",
		"Precedence: bulk\n",
		"Precedence: List\n",
		"Precedence: junk\n",
		/* Whatever another program wrote above or below. */
		"Auto-Submitted: no\nAuto-Submitted: auto-replied\n",
		"Precedence: first-class\nPrecedence: bulk\n",
		"Return-Path: <a@b.example>\nReturn-Path: <>\n",
		"List-Id: <l.example>\n",
		"Delivered-To: me@home.example\nDelivered-To: me@home.example\n",
	};
	static const char *const yes[] = {
		"",
		"X-Pabal-Forwarded: other@y.example\n",
		"X-Loop: other@y.example\n",
		"Delivered-To: me@home.example\n",
		"Auto-Submitted: no\n",
		"Auto-Submitted: No; x\n",
		"Precedence: first-class\n",
		"Return-Path: <kim@b.example>\n",
	};

	(void)state;
	for (int kind = RULE_FORWARD; kind <= RULE_REPLY; kind++) {
		for (size_t i = 0; i < sizeof no / sizeof *no; i++)
			if (goes(no[i], (enum rule_out_kind)kind))
				fail_msg("%d goes: %s", kind, no[i]);
		for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
			if (!goes(yes[i], (enum rule_out_kind)kind))
				fail_msg("%d does not go: %s", kind, yes[i]);
	}
	assert_false(goes("Delivered-To: YOU@away.example\n", RULE_REDIRECT));
	assert_false(goes("Delivered-To: you@away.example\n", RULE_FORWARD));
}

static void
test_too_many_servers(void **state)
{
	struct str header;

	(void)state;
	str_init(&header, 100000);
	for (int i = 0; i < 50; i++)
		str_add_z(&header, "Received: from a by b; x\n");
	assert_true(goes(header.p, RULE_REDIRECT));
	str_add_z(&header, "Received: from a by b; x\n");
	assert_false(goes(header.p, RULE_REDIRECT));
	str_release(&header);
}

static bool
answered(const char *text)
{
	struct rule_out what = { .kind = RULE_REPLY, .to = "away.txt" };
	struct message m;
	bool ok;

	message_parse(&m, slice_of(text));
	ok = forward_refused(&m, &what, &as) == NULL;
	message_release(&m);
	return ok;
}

static void
test_who_is_answered(void **state)
{
	struct rule_out to_self = { .kind = RULE_REDIRECT,
		                    .to = "ME@home.example" };
	struct message m;

	(void)state;
	assert_true(answered("From: a@b.example\nCc: me@work.example\n\n"));
	/* A borrowed name, by what the own provider found, and by others. */
	assert_false(answered("Authentication-Results: mx.home.example; "
	                      "dmarc=fail\nReceived: from x by mx.home.example"
	                      "\nFrom: a@b.example\nTo: me@home.example\n\n"));
	assert_true(answered("Authentication-Results: mx.evil.example; "
	                     "dmarc=fail\nReceived: from x by mx.home.example"
	                     "\nFrom: a@b.example\nTo: me@home.example\n\n"));
	assert_false(answered("From: a@b.example\nTo: all@b.example\n\n"));
	/* Bulk mail may be sent on, and is not answered. */
	assert_false(
		goes("List-Unsubscribe: <mailto:x@y.example>\n", RULE_REPLY));
	assert_false(goes("List-Post: NO\n", RULE_REPLY));
	assert_true(goes("List-Unsubscribe: <mailto:x@y.example>\n",
	                 RULE_REDIRECT));
	assert_false(answered("From: team@work.example\n"
	                      "To: me@home.example\n\n"));
	assert_false(answered("To: me@home.example\n\n"));
	assert_false(answered("From: no-reply@b.example\n"
	                      "To: me@home.example\n\n"));
	assert_false(answered("From: a@b.example\n"
	                      "Return-Path: <MAILER-DAEMON@b.example>\n"
	                      "To: me@home.example\n\n"));
	message_parse(&m, SLICE_LIT("From: a@b.example\n\n"));
	assert_non_null(forward_refused(&m, &to_self, &as));
	message_release(&m);
}

static void
make(const char *text, const struct rule_out *what, const char *template,
     struct str *out)
{
	struct arena arena = { 0 };
	struct message m;
	struct forward_in in = { .m = &m,
		                 .what = what,
		                 .as = &as,
		                 .template = slice_of(template),
		                 .key = "k",
		                 .now = 1795000000 };
	struct err err = { 0 };

	message_parse(&m, slice_of(text));
	in.to = forward_reply_to(&m, &arena);
	if (forward_make(&in, out, &err) != 0)
		fail_msg("%s", err.text);
	message_release(&m);
	arena_release(&arena);
}

static void
test_redirected_bytes(void **state)
{
	struct rule_out what = { .kind = RULE_REDIRECT,
		                 .to = "you@away.example" };
	struct str out;

	(void)state;
	str_init(&out, 100000);
	make("Return-Path: <kim@b.example>\nReceived: from a\n\tby b\n"
	     "Return-Path:\n <x@y>\nSubject: =?utf-8?B?6rSR?=\n"
	     "From: kim@b.example\n\n.\n\xb1\xa4 two\r\nend",
	     &what, "", &out);
	assert_string_equal(
		out.p,
		"Resent-From: me@home.example\r\n"
		"Resent-To: you@away.example\r\n"
		"Resent-Date: Wed, 18 Nov 2026 11:06:40 +0000\r\n"
		"Resent-Message-ID: "
		"<8254c329a92850f6d539dd376f4816ee@home.example>\r\n"
		"X-Pabal-Forwarded: me@home.example\r\n"
		"Received: from a\r\n\tby b\r\n"
		"Subject: =?utf-8?B?6rSR?=\r\n"
		"From: kim@b.example\r\n\r\n.\r\n\xb1\xa4 two\r\nend\r\n");
	str_release(&out);
}

static void
test_as_attachment(void **state)
{
	struct rule_out what = { .kind = RULE_FORWARD,
		                 .to = "you@away.example" };
	struct part *p;
	struct message m;
	struct str out, bytes;

	(void)state;
	str_init(&out, 100000);
	str_init(&bytes, 100000);
	make("Subject: a\nFrom: kim@b.example\n\n\xb1\xa4\n", &what, "", &out);
	message_parse(&m, str_slice(&out));
	assert_true(
		slice_eq_z(slice_trim(part_field(m.root, "Auto-Submitted", 0)),
	                   "auto-generated"));
	assert_true(slice_eq_z(
		slice_trim(part_field(m.root, "X-Pabal-Forwarded", 0)),
		"me@home.example"));
	p = message_next_attachment(&m, NULL);
	assert_non_null(p);
	assert_true(slice_eq_z(p->type, "message/rfc822"));
	part_bytes(p, &bytes);
	assert_string_equal(bytes.p, "Subject: a\nFrom: kim@b.example\n\n"
	                             "\xb1\xa4\n");
	message_release(&m);
	str_release(&bytes);
	str_release(&out);
}

static void
test_answer_of_a_template(void **state)
{
	struct rule_out what = { .kind = RULE_REPLY, .to = "away.txt" };
	static const char mail[] =
		"Return-Path: <bounce@b.example>\nFrom: kim@b.example\n"
		"Message-ID: <1@b.example>\nReferences: <0@b.example>\n"
		"Subject: lunch\nTo: me@home.example\n\nx\n";
	struct str out;

	(void)state;
	str_init(&out, 100000);
	make(mail, &what, "I am away.\n", &out);
	assert_non_null(strstr(out.p, "Auto-Submitted: auto-replied\r\n"));
	assert_non_null(strstr(out.p, "To: bounce@b.example\r\n"));
	assert_non_null(strstr(out.p, "Subject: Re: lunch\r\n"));
	assert_non_null(strstr(out.p, "In-Reply-To: <1@b.example>\r\n"));
	assert_non_null(strstr(out.p, "<0@b.example>"));
	assert_non_null(strstr(out.p, "\r\n\r\nI am away.\r\n"));
	str_clear(&out);
	make(mail, &what, "Subject: Away\n\nI am away.\n", &out);
	assert_non_null(strstr(out.p, "Subject: Away\r\n"));
	assert_null(strstr(out.p, "lunch"));
	assert_non_null(strstr(out.p, "\r\n\r\nI am away.\r\n"));
	str_release(&out);
}

static void
test_identities(void **state)
{
	const char *name = "?";

	(void)state;
	assert_ptr_equal(forward_identity(&conf, "me@home.example", &name),
	                 &conf.accounts[0]);
	assert_null(name);
	assert_ptr_equal(forward_identity(&conf, "Team@work.example", &name),
	                 &conf.accounts[1]);
	assert_string_equal(name, "Team");
	assert_ptr_equal(forward_identity(&conf, "me@work.example", &name),
	                 &conf.accounts[1]);
	assert_string_equal(name, "홍길동");
	assert_null(forward_identity(&conf, "x@work.example", NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loops_end),
		cmocka_unit_test(test_too_many_servers),
		cmocka_unit_test(test_who_is_answered),
		cmocka_unit_test(test_redirected_bytes),
		cmocka_unit_test(test_as_attachment),
		cmocka_unit_test(test_answer_of_a_template),
		cmocka_unit_test(test_identities),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
