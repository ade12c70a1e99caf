/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules of the spam filter: the shipped ones for and against, bad files. */
#include "lib/test.h"

#include <stdio.h>

#include "mail/spam_ad.h"
#include "mail/spam_rule.h"
#include "mail/spam_sign.h"
#include "util/clock.h"
#include "util/fsx.h"
#include "util/xalloc.h"

#define NOW 1767225600 /* 2026-01-01 */

/* How a row's text becomes a message. */
enum kind {
	SUBJECT,
	BODY,
	HTML,
	FROM,
	HEADER, /* a whole header line more */
	FILE_NAME,
	WHOLE, /* the whole header */
};

struct row {
	const char *rule;
	enum kind kind;
	const char *speaks;
	const char *silent;
};

/* One stored file of 12 bytes' name; = stands for what is no text. */
#define ZIP(name)                                                    \
 "From: a@b.example\nDate: Thu, 1 Jan 2026 00:00:00 +0000\n"         \
 "Subject: x\nContent-Type: application/zip; name=\"a.zip\"\n"       \
 "Content-Disposition: attachment; filename=\"a.zip\"\n"             \
 "Content-Transfer-Encoding: quoted-printable\n\n"                   \
 "PK=03=04=14=00=00=00=00=00=00=00=00=00=00=00=00=00=00=00=00=00=00" \
 "=00=00=00=0C=00=00=00" name "x\n"

/* A field of the account's provider, above what it got. */
#define OWN(field)                                             \
 field "\nReceived: from b.example by mx.home.example;"        \
       " Wed, 31 Dec 2025 10:00:00 +0900\nFrom: a@b.example\n" \
       "Date: Wed, 31 Dec 2025 10:00:00 +0900\nSubject: x\n"

static const struct row rows[] = {
	{ "ad-disguised", SUBJECT, "[광.고] 봄 세일", "[광고주 협의회] 안내" },
	{ "ad-opt-out-only", BODY, "무료수신거부 080-000-0000",
	  "수신 확인 부탁드립니다" },
	{ "gambling-ko", BODY, "안전한 카 지 노 로 오세요",
	  "강원랜드 카지노에 다녀왔습니다" },
	{ "gambling-ko", SUBJECT, "먹튀 없는 토토사이트", "토토로 영화 보기" },
	{ "gambling-en", BODY, "the best online casino bonus",
	  "casino royale is a film" },
	{ "loan-ko", SUBJECT, "대.출 안내", "시대 출발 기념" },
	{ "loan-ko", BODY, "무직자 대출 가능", "도서 대출 기간 안내" },
	{ "loan-en", BODY, "consolidate your debts today",
	  "the loan of the book ends" },
	{ "adult-ko", SUBJECT, "조건만남 구함", "만남의 조건을 정합시다" },
	{ "adult-en", BODY, "see hot teens now", "hot weather for teens" },
	{ "pills-en", SUBJECT, "cheap v1agra", "via Agra to Delhi" },
	{ "stocks-ko", BODY, "급등주 무료체험방", "주식회사 파발 드림" },
	{ "money-en", BODY, "transfer of the sum to you, next of kin",
	  "you have been invited" },
	{ "lists-for-sale", SUBJECT, "이메일 DB 판매합니다",
	  "DB 점검 때문에 판매를 쉽니다" },
	{ "replica", BODY, "명품 레플리카 도매", "명품 조연 배우" },
	{ "contact-kakao", BODY, "카톡 아이디: money7777", "카톡으로 보내 줘" },
	{ "unsubscribe-remove", BODY, "reply with \"remove\" to stop",
	  "we removed the file" },
	{ "act-now", BODY, "limited time offer", "the offer of a seat" },
	{ "link-deceives", HTML,
	  "<a href=\"http://evil.example/x\">https://www.naver.com</a>",
	  "<a href=\"https://www.naver.com/x\">https://www.naver.com</a>" },
	{ "host-lookalike", HTML,
	  "<a href=\"http://naver.com.login.example/x\">확인</a>",
	  "<a href=\"https://mail.naver.com/x\">확인</a>" },
	{ "host-lookalike", FROM, "알림 <a@paypa1.com>",
	  "알림 <a@paypal.com>" },
	{ "host-lookalike", FROM, "알림 <a@naver-login.net>",
	  "알림 <a@google.com.au>" },
	{ "name-other-address", FROM,
	  "\"boss@company.example\" <x@evil.example>",
	  "\"boss@company.example\" <boss@company.example>" },
	{ "link-number-host", HTML, "<a href=\"http://192.0.2.7/x\">here</a>",
	  "<a href=\"http://ip.example/192.0.2.7\">here</a>" },
	{ "link-user", HTML, "<a href=\"http://naver.com@evil.example/\">x</a>",
	  "<a href=\"http://blog.example/@kim\">x</a>" },
	{ "phish-ko", BODY, "메일함이 곧 만료됩니다", "계약이 곧 만료됩니다" },
	{ "phish-en", BODY, "please verify your account now",
	  "please verify the numbers" },
	{ "extortion", BODY,
	  "I filmed you with your webcam. Send bitcoin to this wallet",
	  "my new webcam works" },
	{ "attachment-program", FILE_NAME, "견적서.exe", "견적서.hwp" },
	{ "attachment-two-names", FILE_NAME, "invoice.pdf   .scr",
	  "invoice.v2.pdf" },
	{ "attachment-zip-program", WHOLE, ZIP("bill.pdf.exe"),
	  ZIP("bill.exe.pdf") },
	{ "attachment-html", FILE_NAME, "문서.html", "문서.hwpx" },
	{ "date-missing", WHOLE, "From: a@b.example\nSubject: x\n",
	  "From: a@b.example\nDate: Wed, 31 Dec 2025 10:00:00 +0900\n" },
	{ "date-future", WHOLE,
	  "From: a@b.example\nDate: Wed, 31 Dec 2036 10:00:00 +0900\n",
	  "From: a@b.example\nDate: Thu, 1 Jan 2026 20:00:00 +0900\n" },
	{ "from-twice", WHOLE, "From: a@b.example\nFrom: c@d.example\n",
	  "From: a@b.example\nSender: c@d.example\n" },
	{ "from-missing", WHOLE, "Subject: x\n", "From: a@b.example\n" },
	{ "hidden-text", HTML,
	  "<div style=\"display:none\">a</div><div style=\"display:none\">b"
	  "</div><div style=\"display:none\">c</div><div style=\"display:none\">"
	  "d</div>seen",
	  "<div style=\"display:none\">preview</div>seen" },
	{ "subject-shouts", SUBJECT, "ORDER TODAY!", "Order today!" },
	{ "subject-shouts", SUBJECT, "★★★ 특가 ★★★", "특가 ★" },
	{ "subject-code", SUBJECT, "hello friend xkq83jd2",
	  "hello friend 2026" },
	{ "to-undisclosed", WHOLE,
	  "From: a@b.example\nTo: undisclosed-recipients:;\n",
	  "From: a@b.example\nTo: kim@b.example\n" },
	{ "received-helo", WHOLE,
	  "Received: from mx.c.example (unknown [198.51.100.7])\n"
	  " by mail.c.example with ESMTP; Wed, 31 Dec 2025 10:00:00 +0900\n",
	  "Received: from mx.c.example (mx.c.example [198.51.100.7])\n"
	  " by mail.c.example with ESMTP; Wed, 31 Dec 2025 10:00:00 +0900\n" },
	{ "received-helo", WHOLE,
	  "Received: from dsl.b.example ([198.51.100.7] helo=mx.c.example)\n"
	  " by mail.c.example with esmtp (Exim 4.96)\n",
	  "Received: from me.c.example (dsl.b.example [198.51.100.7])\n"
	  " by mail.c.example (Postfix) with ESMTPSA id 1\n" },
	{ "received-forged", WHOLE,
	  "Received: from x.b.example (x.b.example [198.51.100.7])\n"
	  " by mx.home.example; Wed, 31 Dec 2025 10:00:00 +0900\n"
	  "Received: from y by smtp.home.example; Wed, 31 Dec 2025 09:59:00 "
	  "+0900\n",
	  "Received: from list.example (list.example [198.51.100.7])\n"
	  " by mx.home.example; Wed, 31 Dec 2025 10:00:00 +0900\n"
	  "Received: from out.home.example (out.home.example [198.51.100.9])\n"
	  " by list.example; Wed, 31 Dec 2025 09:59:00 +0900\n"
	  "Received: from pc ([10.0.0.1]) by smtp.home.example with ESMTPSA\n" },
	{ "received-backwards", WHOLE,
	  "Received: from b by c; Wed, 31 Dec 2025 10:00:00 +0900\n"
	  "Received: from a by b; Fri, 2 Jan 2026 10:00:00 +0900\n",
	  "Received: from b by c; Wed, 31 Dec 2025 10:00:00 +0900\n"
	  "Received: from a by b; Wed, 31 Dec 2025 19:00:00 +0900\n"
	  "Received: from x by a; Mon, 1 Dec 2025 10:00:00 +0900\n" },
	{ "auth-dmarc-fail", WHOLE,
	  OWN("Authentication-Results: "
	      "mx.home.example; dmarc=fail"),
	  OWN("Authentication-Results: mx.home.example; dmarc=none") },
	{ "auth-spf-fail", WHOLE,
	  OWN("Received-SPF: fail (mx.home.example: not one of x)"),
	  OWN("Received-SPF: softfail (mx.home.example: perhaps)") },
	{ "auth-microsoft-fail", WHOLE,
	  OWN("Authentication-Results: mx.home.example; spf=pass; "
	      "compauth=fail reason=001"),
	  OWN("Authentication-Results: mx.home.example; compauth=pass") },
	{ "auth-dmarc-pass", WHOLE,
	  OWN("Authentication-Results: mx.home.example; dmarc=pass"),
	  OWN("Authentication-Results: mx.home.example; dmarc=fail") },
	{ "origin-no-name", WHOLE, OWN("X-WM-Dns-Ptr: none"),
	  OWN("X-WM-Dns-Ptr: mail.b.example") },
	{ "upstream-spam", WHOLE, OWN("X-Spam-Flag: YES"),
	  OWN("X-Spam-Status: No, score=1") },
	{ "upstream-bogosity", WHOLE, OWN("X-Bogosity: Spam, tests=bogofilter"),
	  OWN("X-Bogosity: Ham, tests=bogofilter") },
	{ "upstream-microsoft", WHOLE, OWN("X-MS-Exchange-Organization-SCL: 6"),
	  OWN("X-MS-Exchange-Organization-SCL: 1") },
	{ "upstream-forefront", WHOLE,
	  OWN("X-Forefront-Antispam-Report: CIP:198.51.100.7;SFV:SPM;CAT:SPM;"),
	  OWN("X-Forefront-Antispam-Report: SFV:NSPM;CAT:NONE;") },
	{ "upstream-yahoo", WHOLE, OWN("X-YahooFilteredBulk: 198.51.100.7"),
	  OWN("X-Yahoo-Newman-Id: 1") },
	{ "upstream-rspamd", WHOLE,
	  OWN("X-Spamd-Result: default: True [17 / 15]"),
	  OWN("X-Spamd-Result: default: False [1 / 15]") },
	{ "reply", HEADER, "In-Reply-To: <1@b.example>", "In-Reply-To: you" },
};

#define DATE "Date: Wed, 31 Dec 2025 10:00:00 +0900\n"

static char *
make(enum kind kind, const char *text)
{
	static const char *const head =
		"From: Kim <kim@b.example>\nTo: lee@c.example\n" DATE;

	switch (kind) {
	case SUBJECT:
		return xasprintf("%sSubject: %s\n\nhello\n", head, text);
	case BODY:
		return xasprintf("%sSubject: x\nContent-Type: text/plain; "
		                 "charset=utf-8\n\n%s\n",
		                 head, text);
	case HTML:
		return xasprintf(
			"%sSubject: x\nContent-Type: text/html; "
			"charset=utf-8\n\n<html><body>%s</body></html>\n",
			head, text);
	case FROM:
		return xasprintf("From: %s\nTo: lee@c.example\n" DATE
		                 "Subject: x\n\nhello\n",
		                 text);
	case HEADER:
		return xasprintf("%s%s\nSubject: x\n\nhello\n", head, text);
	case FILE_NAME:
		return xasprintf("%sSubject: x\nContent-Type: "
		                 "application/octet-stream\n"
		                 "Content-Disposition: attachment; "
		                 "filename=\"%s\"\n\nabc\n",
		                 head, text);
	case WHOLE:
		break;
	}
	return xasprintf("%s\nhello\n", text);
}

static char home[] = "kim@home.example", pop[] = "pop.home.example";

static bool
speaks(const struct spam_rules *r, const char *rule, const char *raw)
{
	struct account a = { .address = home, .pop = { .host = pop } };
	struct origin_hosts hosts;
	struct spam_hits hits;
	struct spam_view v;
	struct message m;
	bool found = false;
	size_t i;

	origin_hosts_of(&a, NULL, &hosts);
	message_parse(&m, slice_of(raw));
	spam_view_init(&v, &m);
	spam_view_trust(&v, &m, &hosts);
	spam_rules_try(r, &v, &m, &hits);
	for (i = 0; i < hits.n; i++)
		found = found || strcmp(hits.v[i].name, rule) == 0;
	spam_hits_release(&hits);
	spam_view_release(&v);
	message_release(&m);
	origin_hosts_release(&hosts);
	return found;
}

static char *
shipped_path(void)
{
	const char *top = getenv("srcdir");

	return fsx_join(top != NULL ? top : ".", "data/spam-rules.conf");
}

static struct spam_rules *
shipped(void)
{
	struct spam_rules *r = spam_rules_new();
	char *path = shipped_path();
	struct str warnings;

	str_init(&warnings, 10000);
	assert_int_equal(spam_rules_load(r, path, &warnings, NULL), 0);
	assert_string_equal(warnings.p, "");
	str_release(&warnings);
	free(path);
	return r;
}

static void
test_each_rule_for_and_against(void **state)
{
	struct spam_rules *r = shipped();
	size_t i;

	(void)state;
	clock_freeze(NOW);
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		char *yes = make(rows[i].kind, rows[i].speaks);
		char *no = make(rows[i].kind, rows[i].silent);

		if (!speaks(r, rows[i].rule, yes))
			fail_msg("%s is silent: %s", rows[i].rule, yes);
		if (speaks(r, rows[i].rule, no))
			fail_msg("%s speaks: %s", rows[i].rule, no);
		free(yes);
		free(no);
	}
	clock_freeze(0);
	spam_rules_free(&r);
}

/* The list of names at the end of a zip is seen behind any first file. */
static void
test_a_program_behind_a_large_file(void **state)
{
	struct spam_rules *r = shipped();
	struct str raw;

	(void)state;
	str_init(&raw, 1000000);
	str_add_z(&raw, ZIP("large_file_1"));
	for (size_t i = 0; i < 8000; i++)
		str_add_z(&raw, "0123456789012345678901234567890123456789\n");
	assert_false(speaks(r, "attachment-zip-program", raw.p));
	/* 24 bytes, the length of the name, 16 bytes, the name */
	str_add_z(&raw, "PK=01=02");
	for (size_t i = 0; i < 24; i++)
		str_add_z(&raw, "=00");
	str_add_z(&raw, "=0B=00");
	for (size_t i = 0; i < 16; i++)
		str_add_z(&raw, "=00");
	str_add_z(&raw, "bill.js.exe\n");
	assert_true(speaks(r, "attachment-zip-program", raw.p));
	str_release(&raw);
	spam_rules_free(&r);
}

static void
test_no_rule_is_left_untested(void **state)
{
	char *path = shipped_path();
	struct slice rest, line;
	struct str text;
	size_t i, n = 0, reasons = 0, korean = 0;

	(void)state;
	str_init(&text, 1000000);
	assert_int_equal(fsx_read(path, 1000000, &text, NULL), 0);
	rest = str_slice(&text);
	while (slice_line(&rest, &line)) {
		reasons += slice_starts(line, "en = ");
		korean += slice_starts(line, "ko = ");
		if (!slice_starts(line, "["))
			continue;
		line = slice_make(line.p + 1, line.n - 2);
		for (i = 0; i < sizeof rows / sizeof *rows; i++)
			if (slice_eq_z(line, rows[i].rule))
				break;
		if (line.n > 0 && i == sizeof rows / sizeof *rows)
			fail_msg("%.*s has no row", SLICE_ARG(line));
		n++;
	}
	assert_true(n > 40);
	assert_int_equal(reasons, n);
	assert_int_equal(korean, n);
	str_release(&text);
	free(path);
}

static void
test_advertisement_and_its_disguises(void **state)
{
	static const char *const disguises[] = {
		"[광고] 세일",         "(광 고) 세일",
		"[광.고] 세일",        "(廣告) 세일",
		"（광고） 세일",       "(광\xe2\x80\x8b고) 세일",
		"(ㄱㅗㅏㅇㄱㅗ) 세일", "<광-고> 세일",
		"ㄱㅗㅏㅇㄱㅗ) 세일",  "(광고\xe2\x80\x8b) 세일",
		"【광★고】 세일",      "\"광고\" 세일",
		"광 고 봄 세일",       "광.고",
		"ㄱㅘㅇㄱㅗ 봄",       "廣 告: 봄",
		"[ㄱㅘㅇㄱㅗ세일",
	};
	static const char *const words[] = {
		"광고 문의드립니다",
		"(광고주) 회의",
		"[광고팀] 3분기 보고",
		"Re: (광고) 세일",
		"고광 씨 결혼",
		"광 고객센터",
		"광고는 그만",
		"(광 고객) 회의",
		"",
		"(",
		"(광",
	};
	size_t i;

	(void)state;
	assert_int_equal(spam_ad_of(slice_of("(광고) 봄 세일")),
	                 SPAM_AD_LABELLED);
	assert_int_equal(spam_ad_of(slice_of("  (광고)")), SPAM_AD_LABELLED);
	for (i = 0; i < sizeof disguises / sizeof *disguises; i++)
		if (spam_ad_of(slice_of(disguises[i])) != SPAM_AD_DISGUISED)
			fail_msg("not seen: %s", disguises[i]);
	for (i = 0; i < sizeof words / sizeof *words; i++)
		if (spam_ad_of(slice_of(words[i])) != SPAM_AD_NONE)
			fail_msg("seen: %s", words[i]);
}

static void
test_bad_rules_are_named_and_skipped(void **state)
{
	static const char text[] =
		"score = 1\n"
		"[ok]\nwhere = subject\nmatch = fr?e m*ney\nscore = 2\nen = x\n"
		"[pattern]\nwhere = body\nmatch = /(/\nscore = 1\nen = x\n"
		"[where]\nwhere = nowhere\nmatch = /a/\nscore = 1\nen = x\n"
		"[score]\nwhere = body\nmatch = /a/\nscore = many\nen = x\n"
		"[none]\nwhere = body\nmatch = /a/\nen = x\n"
		"[reason]\nwhere = body\nmatch = /a/\nscore = 1\n"
		"[sign]\nsign = nonsense\nscore = 1\nen = x\n"
		"[key]\nwhat = x\n"
		"[after]\nwhere = header:X-A header:X-B\nmatch = /b/\n"
		"score = 1\nen = x\n";
	static const char *const lines[] = { "f:1: ",  "f:9: ",  "f:13: ",
		                             "f:20: ", "f:22: ", "f:26: ",
		                             "f:31: ", "f:35: " };
	struct spam_rules *r = spam_rules_new();
	struct slice rest, line;
	struct str warnings;
	size_t i = 0;

	(void)state;
	str_init(&warnings, 10000);
	assert_int_equal(spam_rules_add(r, "f", slice_of(text), &warnings), 2);
	assert_int_equal(spam_rules_count(r), 2);
	rest = str_slice(&warnings);
	while (slice_line(&rest, &line) && line.n > 0) {
		assert_true(i < sizeof lines / sizeof *lines);
		if (!slice_starts(line, lines[i]))
			fail_msg("%.*s instead of %s", SLICE_ARG(line),
			         lines[i]);
		i++;
	}
	assert_int_equal(i, sizeof lines / sizeof *lines);
	assert_true(speaks(r, "ok", "Subject: get free money now\n\n"));
	assert_false(speaks(r, "ok", "Subject: get fe money now\n\n"));
	assert_true(speaks(r, "after", "X-B: abc\n\n"));
	assert_false(speaks(r, "after", "X-C: abc\n\n"));
	str_release(&warnings);
	spam_rules_free(&r);
}

static void
test_user_replaces_and_switches_off(void **state)
{
	static const char own[] = "[pills-en]\nscore = 0\n"
				  "[loan-en]\nwhere = subject\nmatch = mine\n"
				  "score = 1\nen = own\n";
	struct spam_rules *r = shipped();
	size_t n = spam_rules_count(r);
	struct str warnings;

	(void)state;
	str_init(&warnings, 10000);
	assert_int_equal(spam_rules_add(r, "own", slice_of(own), &warnings), 2);
	assert_string_equal(warnings.p, "");
	assert_int_equal(spam_rules_count(r), n);
	assert_false(speaks(r, "pills-en", "Subject: viagra\n\n"));
	assert_true(speaks(r, "loan-en", "Subject: MINE\n\n"));
	assert_false(
		speaks(r, "loan-en", "Subject: consolidate your debts\n\n"));
	str_release(&warnings);
	spam_rules_free(&r);
}

/* However many patterns a rule has and wherever it looks, its time is one. */
static void
test_a_slow_rule_does_not_hold(void **state)
{
	static const char *const evil[] = {
		"(a+)+$",    "a*a*a*b",     "(a|aa)+$",      "(.*)(.*)x(.)q",
		"(?:a?)+b$", "((a)*)*\\2c", "(a|a|a|a|a)*d",
	};
	struct spam_rules *r = spam_rules_new();
	struct str warnings, raw, rules;
	int64_t start;
	size_t i;

	(void)state;
	str_init(&warnings, 1000);
	str_init(&raw, 200000);
	str_init(&rules, 10000);
	str_add_z(&rules, "[slow]\nwhere = subject body header:x-a\nscore = 1\n"
	                  "en = x\n");
	for (i = 0; i < 28; i++)
		str_printf(&rules, "match = /%s/\n", evil[i % 7]);
	str_add_z(&rules, "[fast]\nwhere = body\nmatch = needle\nscore = 1\n"
	                  "en = x\n");
	assert_int_equal(spam_rules_add(r, "f", str_slice(&rules), &warnings),
	                 2);
	assert_string_equal(warnings.p, "");
	str_add_z(&raw, "Subject: x\n");
	for (i = 0; i < 20; i++)
		str_printf(
			&raw, "X-A: %.*s!\n", 90,
			"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
	str_add_z(&raw, "\n");
	for (i = 0; i < 140; i++)
		str_add_z(&raw,
		          "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		          "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n");
	str_add_z(&raw, "needle!");
	start = clock_mono_ms();
	assert_false(speaks(r, "slow", raw.p));
	/* 50 ms are the limit; sanitizers and loaded machines take longer.
	 * Each pattern by itself, everywhere, would be 30 seconds. */
	assert_true(clock_mono_ms() - start < 2000);
	assert_true(speaks(r, "fast", raw.p));
	str_release(&rules);
	str_release(&raw);
	str_release(&warnings);
	spam_rules_free(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_rule_for_and_against),
		cmocka_unit_test(test_no_rule_is_left_untested),
		cmocka_unit_test(test_a_program_behind_a_large_file),
		cmocka_unit_test(test_advertisement_and_its_disguises),
		cmocka_unit_test(test_bad_rules_are_named_and_skipped),
		cmocka_unit_test(test_user_replaces_and_switches_off),
		cmocka_unit_test(test_a_slow_rule_does_not_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
