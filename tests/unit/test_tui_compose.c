/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A message being written: addresses of the user's, signatures, answers. */
#include "lib/test.h"

#include <stdio.h>

#include "conf/dsn.h"
#include "tui/compose.h"

static struct account_identity identities[] = {
	{ .name = (char[]){ "팀" },
	  .address = (char[]){ "team@corp.example" },
	  .reply_to = (char[]){ "desk@corp.example" },
	  .signature = (char[]){ "팀 드림" } },
	{ .address = (char[]){ "*@shop.example" },
	  .signature = (char[]){ "" } },
};

static struct account accounts[] = {
	{ .name = (char[]){ "work" },
	  .address = (char[]){ "kim@corp.example" },
	  .full_name = (char[]){ "김하늘" },
	  .signature = (char[]){ "하늘 드림\n02-000-0000" },
	  .smtp = { .host = (char[]){ "localhost" } },
	  .identities = identities,
	  .identity_count = 2 },
};

static const struct conf conf = { .accounts = accounts, .account_count = 1 };

static void
assert_text(struct compose *c, const char *text)
{
	struct str s;

	str_init(&s, COMPOSE_TEXT_MAX);
	editor_text(c->editor, &s);
	assert_string_equal(s.p != NULL ? s.p : "", text);
	str_release(&s);
}

static void
test_reports_are_the_account_s_or_asked_for(void **state)
{
	struct compose *c = compose_new(&conf, NULL);

	(void)state;
	assert_int_equal(compose_dsn(c), 0);
	c->froms.v[0].dsn = DSN_FAILURE | DSN_FULL;
	assert_int_equal(compose_dsn(c), DSN_FAILURE | DSN_FULL);
	compose_next_from(c, 1);
	assert_int_equal(compose_dsn(c), 0);
	compose_next_from(c, 1);
	compose_toggle_report(c);
	assert_int_equal(compose_dsn(c), DSN_SUCCESS | DSN_FAILURE | DSN_DELAY);
	compose_next_from(c, 1);
	assert_int_equal(compose_dsn(c), DSN_SUCCESS | DSN_FAILURE | DSN_DELAY);
	compose_toggle_report(c);
	assert_int_equal(compose_dsn(c), 0);
	compose_free(&c);
}

static void
test_signature_follows_the_address(void **state)
{
	struct compose *c = compose_new(&conf, NULL);
	size_t at;

	(void)state;
	assert_text(c, "\n\n-- \n하늘 드림\n02-000-0000\n");
	editor_paste(c->editor, SLICE_LIT("안녕하세요"));
	at = editor_cursor(c->editor);
	compose_next_from(c, 1);
	assert_text(c, "안녕하세요\n\n-- \n팀 드림\n");
	assert_int_equal(editor_cursor(c->editor), at);
	compose_next_from(c, 1);
	assert_text(c, "안녕하세요\n\n-- \n하늘 드림\n02-000-0000\n");
	/* one that was changed is the user's own */
	editor_act(c->editor, ACTION_ED_BOTTOM);
	editor_paste(c->editor, SLICE_LIT("P.S."));
	compose_next_from(c, 1);
	assert_text(c, "안녕하세요\n\n-- \n하늘 드림\n02-000-0000\nP.S.");
	compose_free(&c);
}

static void
test_signature_is_changed_in_one_undo(void **state)
{
	struct compose *c = compose_new(&conf, NULL);

	(void)state;
	editor_paste(c->editor, SLICE_LIT("글"));
	compose_next_from(c, 1);
	editor_act(c->editor, ACTION_ED_UNDO);
	assert_text(c, "글\n\n-- \n하늘 드림\n02-000-0000\n");
	compose_free(&c);
}

static const char original[] = "From: Lee <lee@other.example>\n"
			       "To: order-17@shop.example, x@other.example\n"
			       "Cc: TEAM@corp.example, y@other.example\n"
			       "Subject: hello\n"
			       "Message-ID: <1@other.example>\n"
			       "\n"
			       "text\n";

static void
test_answer_to_an_alias(void **state)
{
	struct compose *c = compose_new(&conf, NULL);
	struct message m;

	(void)state;
	message_parse(&m, slice_of(original));
	compose_set_from(c, "work", "order-17@shop.example");
	compose_fill_reply(c, &m, 7, COMPOSE_REPLY_ALL);
	assert_string_equal(c->froms.v[c->from].address,
	                    "order-17@shop.example");
	assert_string_equal(c->froms.v[c->from].name, "김하늘");
	assert_slice(w_line_get(&c->lines[COMPOSE_TO]),
	             "Lee <lee@other.example>");
	/* neither alias nor identity gets a copy */
	assert_slice(w_line_get(&c->lines[COMPOSE_CC]),
	             "x@other.example, y@other.example");
	message_release(&m);
	compose_free(&c);
}

/* More than a field takes: what is there is whole, and it is known. */
static void
test_answer_to_thousands(void **state)
{
	struct compose *c = compose_new(&conf, NULL);
	struct slice cc;
	struct message m;
	struct str text;

	(void)state;
	str_init(&text, 1 << 20);
	str_add_z(&text, "From: Lee <lee@other.example>\nTo: ");
	for (int i = 0; i < 5000; i++)
		str_printf(&text, "u%d@others.example,\n ", i);
	str_add_z(&text, "kim@example.org\nSubject: x\n\nx\n");
	message_parse(&m, str_slice(&text));
	compose_fill_reply(c, &m, 7, COMPOSE_REPLY_ALL);
	assert_true(c->crowded);
	cc = w_line_get(&c->lines[COMPOSE_CC]);
	assert_true(cc.n > 32768);
	assert_slice(slice_from(cc, cc.n - 15), "@others.example");
	/* nor is half of what is pasted taken */
	w_line_paste(&c->lines[COMPOSE_CC], str_slice(&text));
	assert_int_equal(w_line_get(&c->lines[COMPOSE_CC]).n, cc.n);
	message_release(&m);
	str_release(&text);
	compose_free(&c);
}

/* A second sender, put there by a forger, gets no answer. */
static void
test_answer_to_the_first_sender(void **state)
{
	struct compose *c = compose_new(&conf, NULL);
	struct message m;

	(void)state;
	message_parse(&m, SLICE_LIT("From: Lee <lee@other.example>\n"
	                            "From: evil@forged.example\n"
	                            "To: order-17@shop.example\n\ntext\n"));
	compose_fill_reply(c, &m, 7, COMPOSE_REPLY_ALL);
	assert_slice(w_line_get(&c->lines[COMPOSE_TO]),
	             "Lee <lee@other.example>");
	message_release(&m);
	compose_free(&c);
}

static void
test_patterns_are_not_sent_from(void **state)
{
	struct compose *c = compose_new(&conf, NULL);
	size_t i;

	(void)state;
	assert_int_equal(c->froms.n, 2);
	for (i = 0; i < c->froms.n; i++)
		assert_null(strchr(c->froms.v[i].address, '*'));
	compose_set_from(c, NULL, "stranger@other.example");
	assert_int_equal(c->froms.n, 2);
	compose_free(&c);
}

static void
test_reply_to_is_built(void **state)
{
	struct compose *c = compose_new(&conf, NULL);
	struct compose_rcpts rcpts = { 0 };
	enum compose_field wrong;
	struct err err = { 0 };
	struct str out;

	(void)state;
	str_init(&out, BUILD_MAX);
	w_line_set(&c->lines[COMPOSE_TO], SLICE_LIT("a@other.example"));
	compose_set_from(c, NULL, "team@corp.example");
	assert_int_equal(compose_build(c, false, &out, &rcpts, &wrong, &err),
	                 0);
	assert_non_null(strstr(out.p, "\r\nReply-To: desk@corp.example\r\n"));
	str_clear(&out);
	compose_rcpts_release(&rcpts);
	compose_set_from(c, NULL, "kim@corp.example");
	assert_int_equal(compose_build(c, false, &out, &rcpts, &wrong, &err),
	                 0);
	assert_null(strstr(out.p, "Reply-To"));
	compose_rcpts_release(&rcpts);
	str_release(&out);
	compose_free(&c);
}

/* Of the account it is sent from; drafts stay UTF-8. */
static void
test_legacy_account(void **state)
{
	struct compose *c;
	struct compose_rcpts rcpts = { 0 };
	enum compose_field wrong;
	struct err err = { 0 };
	struct str out;

	(void)state;
	accounts[0].legacy = true;
	c = compose_new(&conf, NULL);
	accounts[0].legacy = false;
	str_init(&out, BUILD_MAX);
	w_line_set(&c->lines[COMPOSE_TO], SLICE_LIT("a@other.example"));
	assert_int_equal(compose_build(c, false, &out, &rcpts, &wrong, &err),
	                 0);
	assert_non_null(strstr(out.p, "From: =?EUC-KR?B?"));
	assert_non_null(strstr(out.p, "charset=euc-kr"));
	compose_rcpts_release(&rcpts);
	str_clear(&out);
	assert_int_equal(compose_build(c, true, &out, NULL, &wrong, &err), 0);
	assert_non_null(strstr(out.p, "From: =?UTF-8?B?"));
	assert_non_null(strstr(out.p, "charset=utf-8"));
	str_release(&out);
	compose_free(&c);
}

static void
test_edit_as_new_starts_anew(void **state)
{
	static const char sent[] = "From: team@corp.example\n"
				   "To: Lee <lee@other.example>\n"
				   "Subject: =?UTF-8?B?7KO867O0?=\n"
				   "Message-ID: <2@corp.example>\n"
				   "In-Reply-To: <1@other.example>\n"
				   "References: <1@other.example>\n"
				   "\n"
				   "text\n\n-- \nme\n";
	struct compose *c = compose_new(&conf, NULL);
	struct message m;

	(void)state;
	message_parse(&m, slice_of(sent));
	compose_fill_again(c, &m, true);
	assert_text(c, "text\n\n-- \nme\n");
	assert_slice(w_line_get(&c->lines[COMPOSE_SUBJECT]), "주보");
	assert_slice(w_line_get(&c->lines[COMPOSE_TO]),
	             "Lee <lee@other.example>");
	assert_string_equal(c->froms.v[c->from].address, "team@corp.example");
	assert_int_equal(c->references.n, 0);
	assert_null(c->in_reply_to);
	assert_int_equal(c->draft, 0);
	assert_int_equal(c->reply_to, 0);
	message_release(&m);
	compose_free(&c);
}

/* Of one's own text all is kept; somebody else's is made safe to be read. */
static void
test_edit_as_new_keeps_own_signs(void **state)
{
	/* a joined emoji, a joiner that keeps apart, an override */
	static const char text[] =
		"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb "
		"\xd9\x85\xe2\x80\x8c\xd8\xae "
		"\xe2\x80\xaex\xe2\x80\xac\n";
	char sent[500];
	struct compose *c = compose_new(&conf, NULL), *other;
	struct message m;
	struct str s;

	(void)state;
	(void)snprintf(sent, sizeof sent,
	               "From: kim@corp.example\n"
	               "Content-Type: text/plain; charset=utf-8\n"
	               "Subject: =?utf-8?B?8J+RqeKAjfCfkrs=?=\n\n%s",
	               text);
	message_parse(&m, slice_of(sent));
	compose_fill_again(c, &m, true);
	assert_text(c, text);
	assert_slice(w_line_get(&c->lines[COMPOSE_SUBJECT]),
	             "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb");
	other = compose_new(&conf, NULL);
	compose_fill_again(other, &m, false);
	str_init(&s, 1000);
	editor_text(other->editor, &s);
	assert_null(strstr(s.p, "\xe2\x80\xae"));
	str_release(&s);
	message_release(&m);
	compose_free(&other);
	compose_free(&c);
}

/* What turns the text around it is not sent on under the user's name; what makes
 * an emoji is. */
static void
test_subject_of_others_turns_nothing(void **state)
{
	static const char mail[] =
		"From: a@b.example\nSubject: =?utf-8?B?4oCudHh0LmV4ZSDwn5Gp"
		"4oCN8J+Suw==?=\n\nx\n";
	struct compose *c = compose_new(&conf, NULL);
	struct err err = { 0 };
	struct message m;
	struct str s;

	(void)state;
	message_parse(&m, slice_of(mail));
	compose_fill_reply(c, &m, 7, COMPOSE_REPLY);
	assert_slice(w_line_get(&c->lines[COMPOSE_SUBJECT]),
	             "Re: txt.exe "
	             "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb");
	compose_free(&c);
	c = compose_new(&conf, NULL);
	assert_int_equal(compose_fill_forward(c, &m, 7, false, &err), 0);
	str_init(&s, 2000);
	editor_text(c->editor, &s);
	assert_non_null(strstr(s.p, "Subject: txt.exe"));
	str_release(&s);
	message_release(&m);
	compose_free(&c);
}

static void
test_resend_leaves_out_who_has_it(void **state)
{
	static const char sent[] = "From: kim@corp.example\n"
				   "To: Lee <lee@other.example>, b@c.example\n"
				   "Cc: d@c.example\n"
				   "In-Reply-To: <1@other.example>\n"
				   "\n"
				   "text\n";
	struct outbox_rcpt rcpts[] = {
		{ (char[]){ "LEE@other.example" }, OUTBOX_FATE_SENT, NULL },
		{ (char[]){ "b@c.example" }, 3, (char[]){ "no such user" } },
		{ (char[]){ "d@c.example" }, 0, NULL },
		{ (char[]){ "hidden@c.example" }, 3, NULL },
	};
	const struct outbox_row row = { .id = 9,
		                        .rcpts = rcpts,
		                        .rcpt_count = 4,
		                        .reply_to = 5,
		                        .reply_flag = STORE_ANSWERED };
	struct compose *c = compose_new(&conf, NULL);
	struct message m;

	(void)state;
	message_parse(&m, slice_of(sent));
	compose_fill_outbox(c, &m, &row);
	assert_slice(w_line_get(&c->lines[COMPOSE_TO]), "b@c.example");
	assert_slice(w_line_get(&c->lines[COMPOSE_CC]), "d@c.example");
	assert_slice(w_line_get(&c->lines[COMPOSE_BCC]), "hidden@c.example");
	assert_string_equal(c->in_reply_to, "1@other.example");
	assert_int_equal(c->outbox, 9);
	assert_int_equal(c->reply_to, 5);
	assert_text(c, "text\n");
	message_release(&m);
	compose_free(&c);
}

static struct compose *
answer(const char *text, enum compose_reply how)
{
	struct compose *c = compose_new(&conf, NULL);
	struct message m;

	message_parse(&m, slice_of(text));
	compose_fill_reply(c, &m, 7, how);
	message_release(&m);
	return c;
}

static void
test_answers_to_a_list(void **state)
{
	static const char list[] = "From: Lee <lee@other.example>\n"
				   "To: dev@lists.example\n"
				   "List-Post: <mailto:dev@lists.example?x=y>\n"
				   "Subject: [dev] a\n\ntext\n";
	static const char none[] = "From: Lee <lee@other.example>\n"
				   "To: dev@lists.example\n"
				   "List-Post: NO\n\ntext\n";
	struct compose *c = answer(list, COMPOSE_REPLY_LIST);
	struct message m;

	(void)state;
	assert_slice(w_line_get(&c->lines[COMPOSE_TO]), "dev@lists.example");
	assert_slice(w_line_get(&c->lines[COMPOSE_CC]), "");
	compose_free(&c);
	c = answer(none, COMPOSE_REPLY_LIST);
	assert_slice(w_line_get(&c->lines[COMPOSE_TO]),
	             "Lee <lee@other.example>");
	compose_free(&c);
	message_parse(&m, slice_of(list));
	assert_true(compose_has_list(&m));
	message_release(&m);
	message_parse(&m, slice_of(none));
	assert_false(compose_has_list(&m));
	message_release(&m);
}

/* To one's own mail: on to whom that went. */
static void
test_answers_to_own_mail(void **state)
{
	static const char own[] = "From: kim@corp.example\n"
				  "To: Lee <lee@other.example>\n"
				  "Cc: team@corp.example, y@other.example\n"
				  "\ntext\n";
	struct compose *c = answer(own, COMPOSE_REPLY_ALL);

	(void)state;
	assert_slice(w_line_get(&c->lines[COMPOSE_TO]),
	             "Lee <lee@other.example>");
	assert_slice(w_line_get(&c->lines[COMPOSE_CC]), "y@other.example");
	compose_free(&c);
}

/* The whole mail, byte for byte. */
static void
test_forwards_as_attachment(void **state)
{
	struct compose *c = compose_new(&conf, NULL);
	struct err err = { 0 };
	struct message m;

	(void)state;
	message_parse(&m, slice_of(original));
	assert_int_equal(compose_fill_forward(c, &m, 7, true, &err), 0);
	message_release(&m);
	assert_int_equal(c->files.n, 1);
	assert_string_equal(c->files.v[0].name, "hello.eml");
	assert_string_equal(c->files.v[0].type, "message/rfc822");
	assert_slice(slice_make(c->files.v[0].data, c->files.v[0].size),
	             original);
	assert_slice(w_line_get(&c->lines[COMPOSE_SUBJECT]), "Fwd: hello");
	assert_int_equal(c->reply_flag, STORE_FORWARDED);
	assert_text(c, "\n\n-- \n하늘 드림\n02-000-0000\n");
	compose_free(&c);
}

/* An address that no mail can be sent to is left out, and that is known. */
static void
test_answer_names_what_it_leaves_out(void **state)
{
	static const char to_option[] = "From: X <-rf@bad.example>\n"
					"To: kim@corp.example\n\ntext\n";
	static const char cc_option[] = "From: Lee <lee@other.example>\n"
					"To: kim@corp.example, a b@c\x1b[2J\n"
					"\ntext\n";
	struct compose *c = answer(to_option, COMPOSE_REPLY);

	(void)state;
	assert_slice(w_line_get(&c->lines[COMPOSE_TO]), "");
	assert_string_equal(c->untaken, "-rf@bad.example");
	compose_free(&c);
	c = answer(cc_option, COMPOSE_REPLY);
	assert_null(c->untaken);
	compose_free(&c);
	c = answer(cc_option, COMPOSE_REPLY_ALL);
	assert_slice(w_line_get(&c->lines[COMPOSE_CC]), "");
	assert_non_null(c->untaken);
	assert_null(strchr(c->untaken, '\033'));
	compose_free(&c);
	c = answer(original, COMPOSE_REPLY_ALL);
	assert_null(c->untaken);
	compose_free(&c);
}

/* A subject becomes a name that nothing reads otherwise. */
static void
test_forwarded_file_has_a_safe_name(void **state)
{
	static const struct {
		const char *mail, *name;
	} cases[] = {
		{ "Subject: 3/4 report\n\nx\n", "3_4 report.eml" },
		{ "Subject: ../../etc/passwd\n\nx\n", "_.._etc_passwd.eml" },
		{ "Subject: -rf\n\nx\n", "rf.eml" },
		{ "Subject: a\\b:c\n\nx\n", "a_b_c.eml" },
		{ "Subject: =?utf-8?B?4oCucmV2?=\n\nx\n", "rev.eml" },
		{ "Subject: con\n\nx\n", "_con.eml" },
		{ "Subject: ...\n\nx\n", "message.eml" },
		{ "From: a@b.example\n\nx\n", "message.eml" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct compose *c = compose_new(&conf, NULL);
		struct err err = { 0 };
		struct message m;

		message_parse(&m, slice_of(cases[i].mail));
		assert_int_equal(compose_fill_forward(c, &m, 7, true, &err), 0);
		message_release(&m);
		assert_string_equal(c->files.v[0].name, cases[i].name);
		compose_free(&c);
	}
}

/* Build as a draft and go on with that. */
static struct compose *
by_draft(const struct compose *c)
{
	struct compose *again = compose_new(&conf, NULL);
	enum compose_field wrong;
	struct err err = { 0 };
	struct message m;
	struct str out;

	str_init(&out, BUILD_MAX);
	assert_int_equal(compose_build(c, true, &out, NULL, &wrong, &err), 0);
	message_parse(&m, str_slice(&out));
	compose_fill_draft(again, &m, 3);
	message_release(&m);
	str_release(&out);
	return again;
}

static void
test_draft_keeps_what_is_unfinished(void **state)
{
	struct compose *c = compose_new(&conf, NULL), *again;

	(void)state;
	w_line_set(&c->lines[COMPOSE_TO],
	           SLICE_LIT("Lee <lee@other.example>, 김하"));
	w_line_set(&c->lines[COMPOSE_CC], SLICE_LIT("x@other.example"));
	w_line_set(&c->lines[COMPOSE_BCC], SLICE_LIT("숨은 사람"));
	again = by_draft(c);
	assert_slice(w_line_get(&again->lines[COMPOSE_TO]),
	             "Lee <lee@other.example>, 김하");
	assert_slice(w_line_get(&again->lines[COMPOSE_CC]), "x@other.example");
	assert_slice(w_line_get(&again->lines[COMPOSE_BCC]), "숨은 사람");
	compose_free(&again);
	compose_free(&c);
}

/* What cannot be seen is there again, and nothing else came. */
static void
test_draft_keeps_the_text_to_the_byte(void **state)
{
	static const char text[] =
		"\xe1\x85\xa1\xcc\x81 alone\n" /* a vowel */
		"\xe2\x80\xae"
		"turned\xe2\x80\xac\n" /* RLO, PDF */
		"a\xe2\x80\x8b"
		"b\xe2\x80\x8f\n" /* ZWSP, RLM */
		"\xf0\x9f\x8f\xb4\xf3\xa0\x81\xa7\xf3\xa0\x81\xa2"
		"\xf3\xa0\x81\xb3\xf3\xa0\x81\xa3\xf3\xa0\x81\xb4"
		"\xf3\xa0\x81\xbf\n" /* a flag */
		"> quoted\n"
		" stuffed\n"
		"From here\n"
		"-- \n"
		"signed\n";
	struct compose *c = compose_new(&conf, NULL), *again, *third;

	(void)state;
	editor_set(c->editor, slice_of(text));
	again = by_draft(c);
	assert_text(again, text);
	third = by_draft(again);
	assert_text(third, text);
	compose_free(&third);
	compose_free(&again);
	compose_free(&c);
}

/* Only the draft says so: nobody else is told. */
static void
test_draft_knows_what_it_forwards(void **state)
{
	struct compose *c = compose_new(&conf, NULL), *again;
	struct compose_rcpts rcpts = { 0 };
	enum compose_field wrong;
	struct err err = { 0 };
	struct message m;
	struct str out;

	(void)state;
	message_parse(&m, slice_of(original));
	assert_int_equal(compose_fill_forward(c, &m, 7, false, &err), 0);
	message_release(&m);
	again = by_draft(c);
	assert_string_equal(again->forwarded, "1@other.example");
	w_line_set(&again->lines[COMPOSE_TO], SLICE_LIT("a@other.example"));
	str_init(&out, BUILD_MAX);
	assert_int_equal(
		compose_build(again, false, &out, &rcpts, &wrong, &err), 0);
	assert_null(strstr(out.p, "X-Pabal"));
	str_release(&out);
	compose_rcpts_release(&rcpts);
	compose_free(&again);
	compose_free(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reports_are_the_account_s_or_asked_for),
		cmocka_unit_test(test_signature_follows_the_address),
		cmocka_unit_test(test_signature_is_changed_in_one_undo),
		cmocka_unit_test(test_answer_to_an_alias),
		cmocka_unit_test(test_answer_to_thousands),
		cmocka_unit_test(test_answer_to_the_first_sender),
		cmocka_unit_test(test_patterns_are_not_sent_from),
		cmocka_unit_test(test_reply_to_is_built),
		cmocka_unit_test(test_legacy_account),
		cmocka_unit_test(test_edit_as_new_starts_anew),
		cmocka_unit_test(test_resend_leaves_out_who_has_it),
		cmocka_unit_test(test_answers_to_a_list),
		cmocka_unit_test(test_answers_to_own_mail),
		cmocka_unit_test(test_forwards_as_attachment),
		cmocka_unit_test(test_forwarded_file_has_a_safe_name),
		cmocka_unit_test(test_edit_as_new_keeps_own_signs),
		cmocka_unit_test(test_subject_of_others_turns_nothing),
		cmocka_unit_test(test_answer_names_what_it_leaves_out),
		cmocka_unit_test(test_draft_keeps_what_is_unfinished),
		cmocka_unit_test(test_draft_keeps_the_text_to_the_byte),
		cmocka_unit_test(test_draft_knows_what_it_forwards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
