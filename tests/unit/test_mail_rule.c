/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The user's rules: conditions, actions, mistakes named with their line. */
#include "lib/test.h"

#include <sys/stat.h>

#include "lib/temp.h"
#include "mail/rule.h"
#include "util/clock.h"
#include "util/fsx.h"
#include "util/xalloc.h"

static const char mail[] =
	"From: \"Kim Haneul\" <haneul@shop.example>\n"
	"To: me@home.example\nCc: all@list.example\n"
	"Date: Wed, 31 Dec 2025 10:00:00 +0000\n"
	"Subject: =?utf-8?B?KOq0keqzoCkg67SEIOyEuOydvA==?=\n" /* (광고) 봄 세일 */
	"List-Id: News <news.shop.example>\nX-Mailer: Foxmail 7\n"
	"Content-Type: multipart/mixed; boundary=b\n\n"
	"--b\nContent-Type: text/plain; charset=utf-8\n\n지금 주문하세요\n"
	"--b\nContent-Type: application/pdf; name=\"bill.pdf\"\n"
	"Content-Disposition: attachment; filename=\"bill.pdf\"\n\nabc\n--b--\n";

static struct rules *
read_good(const char *text)
{
	struct str warnings;
	struct rules *r;

	str_init(&warnings, 10000);
	r = rules_read("rules", slice_of(text), &warnings);
	assert_string_equal(warnings.p, "");
	str_release(&warnings);
	return r;
}

/* The rules, which the actions may point into. */
static struct rules *
apply(const char *text, struct rule_actions *actions_r, struct str *lines)
{
	struct rules *r = read_good(text);
	struct message m;
	struct rule_input in = { .m = &m,
		                 .account = "naver",
		                 .verdict = SPAM_UNSURE,
		                 .labels = "광고, 일",
		                 .lines = lines };

	message_parse(&m, slice_of(mail));
	rules_apply_to(r, &in, actions_r);
	message_release(&m);
	return r;
}

static bool
holds(const char *condition)
{
	char *text = xasprintf("if %s then star", condition);
	struct rule_actions a;
	struct rules *r = apply(text, &a, NULL);
	bool held;

	held = (a.flags & STORE_FLAGGED) != 0;
	rule_actions_release(&a);
	rules_free(&r);
	free(text);
	return held;
}

static void
test_conditions(void **state)
{
	static const char *const yes[] = {
		"from haneul",
		"from *@SHOP.example",
		"FROM \"kim haneul\"",
		"to all@list.example",
		"subject \"(광고)\"",
		"subject /^\\(광고\\).*세일$/",
		"list news.shop",
		"header X-Mailer Foxmail*",
		"body 주문",
		"account naver",
		"attachment *.pdf",
		"size > 100",
		"size < 1M",
		"verdict unsure",
		"not verdict spam",
		"from nobody or subject 세일",
		"from nobody and from no or subject 세일",
		"subject 세일 and (from nobody or body 주문)",
		"not (from nobody or from noone) and not from me",
		"subject /\\/|세일/",
		"from = haneul@shop.example",
		"from = HANEUL@shop.example",
		"list = news.shop.example",
		"list = \"News <news.shop.example>\"",
		"subject = /.*세일/",
		"label 광고",
		"label 일",
		"date > 2025-12-30",
		"date < 2026-01-01",
		"date > 2025-12-30 and date < 2026-1-1",
		"age > 1d",
		"age > 23h",
		"age < 30D",
	};
	static const char *const no[] = {
		"from kim@shop",
		"from *@shop",
		"from = neul@shop.example",
		"from = haneul@shop.exampl",
		"from = *@shop.example",
		"list = news.shop",
		"subject = /광고/",
		"to haneul",
		"subject /^광고/",
		"list *.other",
		"header X-Other *",
		"body 취소",
		"account nav?",
		"attachment *.exe",
		"size > 1M",
		"size < 10",
		"verdict spam",
		"not from haneul",
		"subject 세일 and from nobody",
		"from nobody and (subject 세일 or body 주문)",
		"label 회의",
		"label 광?고",
		"date > 2025-12-31",
		"date < 2025-12-31",
		"age < 24h",
		"age > 40d",
	};
	size_t i;

	(void)state;
	clock_freeze(clock_from_utc(2026, 1, 10, 0, 0, 0));
	for (i = 0; i < sizeof yes / sizeof *yes; i++)
		if (!holds(yes[i]))
			fail_msg("does not hold: %s", yes[i]);
	for (i = 0; i < sizeof no / sizeof *no; i++)
		if (holds(no[i]))
			fail_msg("holds: %s", no[i]);
	clock_freeze(0);
}

static void
test_actions_add_up(void **state)
{
	struct rule_actions a;
	struct rules *r;
	struct str lines;

	(void)state;
	str_init(&lines, 100);
	r = apply(
		"# first\n"
		"if from haneul then label 소식, label \"two words\", read\n"
		"if from nobody then label never\n"
		"if subject 세일\n"
		"\tthen move trash, star, label 소식, forward a@b.example\n"
		"\n"
		"if body 주문 then not spam, archive, forward c@d.example, stop\n"
		"if from haneul then spam\n",
		&a, &lines);
	assert_int_equal(a.folder, FOLDER_ARCHIVE);
	assert_int_equal(a.flags, STORE_SEEN | STORE_FLAGGED);
	assert_string_equal(a.labels, "소식,two words");
	assert_int_equal(a.out_count, 2);
	assert_string_equal(a.outs[0].to, "a@b.example");
	assert_int_equal(a.outs[0].line, 4);
	assert_string_equal(a.outs[1].to, "c@d.example");
	assert_int_equal(a.verdict, SPAM_HAM);
	assert_string_equal(lines.p, "2, 4, 7");
	rule_actions_release(&a);
	rule_actions_release(&a);
	rules_free(&r);
	str_release(&lines);
}

static void
test_mail_and_commands(void **state)
{
	struct rules *r = read_good(
		"if subject 세일 then label sale, notify, delete\n"
		"if label sale then redirect a@b.example as me@home.example,\n"
		"\trun \"/bin/store 'a b'\", reply \"away.txt\"\n"
		"if from haneul then redirect a@b.example, "
		"forward a@b.example\n");
	struct rule_actions a;
	struct message m;

	(void)state;
	assert_true(rules_send(r));
	message_parse(&m, slice_of(mail));
	rules_apply(r, &m, "naver", &a);
	message_release(&m);
	assert_true(a.notify);
	assert_int_equal(a.folder, FOLDER_TRASH);
	assert_int_equal(a.out_count, 3);
	assert_int_equal(a.outs[0].kind, RULE_REDIRECT);
	assert_string_equal(a.outs[0].to, "a@b.example");
	assert_string_equal(a.outs[0].as, "me@home.example");
	assert_int_equal(a.outs[0].line, 2);
	assert_int_equal(a.outs[1].kind, RULE_REPLY);
	assert_string_equal(a.outs[1].to, "away.txt");
	assert_null(a.outs[1].as);
	assert_int_equal(a.outs[2].kind, RULE_FORWARD);
	assert_int_equal(a.command_count, 1);
	assert_string_equal(a.commands[0], "/bin/store 'a b'");
	rule_actions_release(&a);
	rules_free(&r);
}

static void
suggest(const char *message, const char *want)
{
	struct rules *r;
	struct message m;
	struct str text;

	str_init(&text, 10000);
	message_parse(&m, slice_of(message));
	rule_suggest(&m, &text);
	assert_string_equal(text.p, want);
	r = read_good(text.p);
	assert_int_equal(rules_count(r), 1);
	rules_free(&r);
	message_release(&m);
	str_release(&text);
}

static void
test_a_rule_from_a_message(void **state)
{
	(void)state;
	suggest(mail, "if list = \"news.shop.example\" then archive");
	suggest("From: a <a@b.example>\n\nx",
	        "if from = \"a@b.example\" then star");
	suggest("From: a*\"?@b.example\n\nx",
	        "if from = \"a*?@b.example\" then star");
	suggest("List-Id: =?utf-8?Q?x=0Aif_from_a_then_delete?=\n\nx",
	        "if list = \"x if from a then delete\" then archive");
	suggest("\nx", "if header Subject * then star");
}

static void
test_rules_are_added(void **state)
{
	char *home = temp_make();
	char *path = fsx_join(home, "rules");
	struct err err = { 0 };
	struct str text;
	struct rules *r;

	(void)state;
	assert_int_equal(
		rules_add(path, SLICE_LIT("if from x then star"), &err), 0);
	assert_int_equal(fsx_write_atomic(path, SLICE_LIT("# mine"), &err), 0);
	assert_int_equal(
		rules_add(path, SLICE_LIT("if from y then star\n"), &err), 0);
	assert_int_equal(rules_add(path, SLICE_LIT("if from y then"), &err),
	                 -1);
	assert_int_equal(err.code, ERR_CONFIG);
	assert_non_null(strstr(err.text, "expected an action"));
	assert_int_equal(rules_add(path,
	                           SLICE_LIT("if from y then star\n"
	                                     "if from z then star"),
	                           &err),
	                 -1);
	assert_int_equal(rules_add(path, SLICE_LIT("# nothing"), &err), -1);
	str_init(&text, 10000);
	assert_int_equal(fsx_read(path, 10000, &text, &err), 0);
	assert_string_equal(text.p, "# mine\nif from y then star\n");
	str_clear(&text);
	r = rules_load(path, &text, &err);
	assert_int_equal(rules_count(r), 1);
	assert_false(rules_send(r));
	rules_free(&r);
	str_release(&text);
	free(path);
	temp_remove(home);
}

static void
test_no_rule_no_wish(void **state)
{
	struct rules *r = rules_load("/nonexistent/rules", NULL, NULL);
	struct rule_actions a;
	struct message m;

	(void)state;
	assert_non_null(r);
	assert_int_equal(rules_count(r), 0);
	message_parse(&m, slice_of(mail));
	rules_apply(r, &m, "naver", &a);
	assert_int_equal(a.folder, FOLDER_ANY);
	assert_int_equal(a.flags, 0);
	assert_null(a.labels);
	assert_int_equal(a.out_count, 0);
	assert_int_equal(a.verdict, SPAM_NONE);
	rule_actions_release(&a);
	message_release(&m);
	rules_free(&r);
	rules_free(&r);
}

static void
test_mistakes_are_named_and_skipped(void **state)
{
	static const struct {
		const char *rule;
		const char *says;
	} bad[] = {
		{ "from x then star", "expected 'if' at 'from'" },
		{ "if then star", "expected a condition" },
		{ "if from then star", "expected 'and', 'or' or 'then'" },
		{ "if from x star",
		  "expected 'and', 'or' or 'then' at 'star'" },
		{ "if from x then", "expected an action" },
		{ "if from x then star,", "expected an action" },
		{ "if from x then star read", "expected ',' at 'read'" },
		{ "if from x then move nowhere", "expected a folder" },
		{ "if from x then forward -x", "expected an address at '-x'" },
		{ "if from x then label \"a,b\"", "expected a label" },
		{ "if from x then not star", "expected 'spam' at 'star'" },
		{ "if (from x then star", "expected ')' at 'then'" },
		{ "if size 10 then star", "expected '<' or '>'" },
		{ "if size > big then star", "expected a size" },
		{ "if verdict good then star", "expected 'spam'" },
		{ "if from /(/ then star", "pattern is wrong at column" },
		{ "if from \"\" then star", "expected what to look for" },
		{ "if from \"kim then star",
		  "the quotation mark before 'kim then star' is not closed: put "
		  "another one behind the text" },
		{ "if from a then label \"b",
		  "the quotation mark before 'b' is not closed" },
		{ "if from a then label \"", "is not closed" },
		{ "if from /kim then star",
		  "/kim then star has no '/' at its end" },
		{ "if from /kim\\/", "has no '/' at its end" },
		{ "if header then", "expected" },
		{ "if date 2026-01-31 then star", "expected '<' or '>'" },
		{ "if date > 2026-13-31 then star", "expected a day" },
		{ "if date > 2026-01-31-1 then star", "expected a day" },
		{ "if date > soon then star", "expected a day" },
		{ "if age > 30 then star", "expected an age" },
		{ "if age > d then star", "expected an age" },
		{ "if age > 99999999999d then star", "expected an age" },
		{ "if from x then redirect", "expected an address at the end" },
		{ "if from x then redirect a@b.c as", "expected an address" },
		{ "if from x then reply ../x", "expected the name" },
		{ "if from x then reply .x", "expected the name" },
		{ "if from x then run", "expected a command" },
		{ "if from x then run /bin/true", "in quotation marks" },
		{ "if from x then run \"'\"", "a quote is not closed" },
		{ "if from x then mark", "expected an action" },
	};
	struct str warnings;
	size_t i;

	(void)state;
	str_init(&warnings, 10000);
	for (i = 0; i < sizeof bad / sizeof *bad; i++) {
		char *text = xasprintf("\n# x\n%s\nif from y then star\n",
		                       bad[i].rule);
		struct rules *r;

		str_clear(&warnings);
		r = rules_read("rules", slice_of(text), &warnings);
		assert_int_equal(rules_count(r), 1);
		if (!slice_starts(str_slice(&warnings), "rules:3: ") ||
		    strstr(warnings.p, bad[i].says) == NULL)
			fail_msg("%s: %s", bad[i].rule, warnings.p);
		rules_free(&r);
		free(text);
	}
	str_release(&warnings);
}

/* Turned around by "not" it would fit whatever comes: it does nothing. */
static void
test_a_slow_rule_does_nothing(void **state)
{
	static const char text[] = "if body /(a+)+$/ then star\n"
				   "if not body /(a+)+$/ then delete\n"
				   "if subject x then read\n";
	struct rule_actions a;
	struct str warnings, raw;
	struct rules *r;
	struct message m;

	(void)state;
	str_init(&warnings, 1000);
	str_init(&raw, 100000);
	str_add_z(&raw, "Subject: x\n\n");
	for (int i = 0; i < 15000; i++)
		str_add_c(&raw, 'a');
	str_add_z(&raw, "!");
	r = rules_read("rules", slice_of(text), &warnings);
	assert_string_equal(warnings.p, "");
	message_parse(&m, str_slice(&raw));
	rules_apply(r, &m, "naver", &a);
	assert_int_equal(a.folder, FOLDER_ANY);
	assert_int_equal(a.flags, STORE_SEEN);
	rule_actions_release(&a);
	message_release(&m);
	rules_free(&r);
	str_release(&raw);
	str_release(&warnings);
}

static void
test_nesting_is_bounded(void **state)
{
	struct str text, warnings;
	struct rules *r;
	int i;

	(void)state;
	str_init(&text, 100000);
	str_init(&warnings, 10000);
	str_add_z(&text, "if ");
	for (i = 0; i < 5000; i++)
		str_add_z(&text, "( ");
	str_add_z(&text, "\nif ");
	for (i = 0; i < 2000; i++)
		str_add_z(&text, "not ");
	r = rules_read("rules", str_slice(&text), &warnings);
	assert_int_equal(rules_count(r), 0);
	assert_non_null(strstr(warnings.p, "rules:1: "));
	assert_non_null(strstr(warnings.p, "rules:2: "));
	rules_free(&r);
	str_release(&text);
	str_release(&warnings);
}

static void
test_the_example_is_right(void **state)
{
	const char *top = getenv("srcdir");
	char *path = fsx_join(top != NULL ? top : ".", "data/rules.example");
	struct str warnings;
	struct rules *r;

	(void)state;
	assert_true(fsx_exists(path));
	str_init(&warnings, 10000);
	r = rules_load(path, &warnings, NULL);
	assert_non_null(r);
	assert_string_equal(warnings.p, "");
	assert_int_equal(rules_count(r), 7);
	rules_free(&r);
	str_release(&warnings);
	free(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conditions),
		cmocka_unit_test(test_actions_add_up),
		cmocka_unit_test(test_mail_and_commands),
		cmocka_unit_test(test_a_rule_from_a_message),
		cmocka_unit_test(test_rules_are_added),
		cmocka_unit_test(test_no_rule_no_wish),
		cmocka_unit_test(test_mistakes_are_named_and_skipped),
		cmocka_unit_test(test_nesting_is_bounded),
		cmocka_unit_test(test_a_slow_rule_does_nothing),
		cmocka_unit_test(test_the_example_is_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
