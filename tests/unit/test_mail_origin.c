/* SPDX-License-Identifier: GPL-3.0-or-later */
/* origin: what the account's own provider wrote is believed, nothing else. */
#include "lib/test.h"

#include "mail/auth_results.h"
#include "mail/origin.h"
#include "mail/received.h"
#include "util/xalloc.h"

static char address[] = "kim@naver.com", pop[] = "pop.naver.com";

static struct origin_hosts
hosts_of(const char *at, const char *server, char **authserv)
{
	char *a = xstrdup(at), *s = xstrdup(server);
	struct account account = { .address = a, .pop = { .host = s } };
	struct provider p = { .authserv = authserv };
	struct origin_hosts h;

	origin_hosts_of(&account, &p, &h);
	free(a);
	free(s);
	return h;
}

static struct origin
look(const struct origin_hosts *h, const char *header)
{
	char *text = xasprintf("%s\nx\n", header);
	struct origin o;
	struct message m;

	message_parse(&m, slice_of(text));
	origin_of(&m, h, &o);
	message_release(&m);
	free(text);
	return o;
}

#define BORDER                                        \
 "Received: from b.example (b.example [192.0.2.1])\n" \
 "  by crcvmail104.nm.naver.com with ESMTP id a;\n"   \
 "  Tue, 08 Apr 2025 08:04:46 -0000\n"
#define PASS "Authentication-Results: mx.naver.com; dmarc=pass\n"
#define FAIL "Authentication-Results: mx.naver.com; dmarc=fail\n"
#define FROM "From: lee@b.example\n"

static void
test_whose_field_it_is(void **state)
{
	static const struct {
		const char *header;
		enum origin_says dmarc;
	} rows[] = {
		{ PASS BORDER FROM, ORIGIN_PASS },
		/* below its own Received, as Google writes it */
		{ BORDER PASS FROM, ORIGIN_PASS },
		{ "Received: by 2002:a05:7010:: with SMTP id x;\n" BORDER PASS
		          FROM,
		  ORIGIN_PASS },
		/* what the sender wrote below the provider's */
		{ BORDER FAIL PASS FROM, ORIGIN_FAIL },
		{ FAIL BORDER PASS FROM, ORIGIN_FAIL },
		{ "Authentication-Results: mx.naver.com; spf=pass\n" BORDER PASS
		          FROM,
		  ORIGIN_SILENT },
		/* behind another's server */
		{ BORDER "Received: from c by mx.b.example; x\n" PASS FROM,
		  ORIGIN_SILENT },
		{ BORDER "Received: from c by mx.b.example; x\n"
		         "Received: from d by mx.naver.com; x\n" PASS FROM,
		  ORIGIN_SILENT },
		/* in another's name */
		{ "Authentication-Results: mx.b.example; dmarc=pass\n" BORDER
		          FROM,
		  ORIGIN_SILENT },
		{ "Authentication-Results: naver.com.b.example; dmarc=pass\n" BORDER
		          FROM,
		  ORIGIN_SILENT },
		{ "Authentication-Results: evilnaver.com; dmarc=pass\n" BORDER
		          FROM,
		  ORIGIN_SILENT },
		{ "Authentication-Results: dmarc=pass\n" BORDER FROM,
		  ORIGIN_SILENT },
		/* no server at all */
		{ PASS FROM, ORIGIN_SILENT },
		/* one for each method, as milters write them */
		{ "Authentication-Results: mx.naver.com; spf=pass\n" PASS BORDER
		          FROM,
		  ORIGIN_PASS },
		/* a name in a comment is none, in any case it is */
		{ "Authentication-Results: (mx.b.example) MX.Naver.COM 1 (x;);\n"
		  " (dmarc=fail) dmarc / 1 = pass (p=none)\n" BORDER FROM,
		  ORIGIN_SILENT },
		{ "Authentication-Results: (mx.b.example) MX.Naver.COM 1 (x;);\n"
		  " (dmarc=fail) dmarc = pass (p=none)\n" BORDER FROM,
		  ORIGIN_PASS },
		{ "Authentication-Results: mx.naver.com; none\n" BORDER FROM,
		  ORIGIN_SILENT },
	};
	struct origin_hosts h = hosts_of(address, pop, NULL);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct origin o = look(&h, rows[i].header);

		if (o.dmarc != rows[i].dmarc)
			fail_msg("%d for %s", (int)o.dmarc, rows[i].header);
		origin_release(&o);
		o = look(NULL, rows[i].header);
		assert_int_equal(o.dmarc, ORIGIN_SILENT);
		origin_release(&o);
	}
	origin_hosts_release(&h);
}

/* What a sender chose stands in the field: it is no result. */
static void
test_what_stands_in_quotes_and_comments(void **state)
{
	struct origin_hosts h = hosts_of(address, pop, NULL);
	struct origin o = look(
		&h,
		"Authentication-Results: mx.naver.com;\n"
		" spf=fail (mx.naver.com: \\) dmarc=pass; (dkim=pass))\n"
		"  smtp.mailfrom=\"x; dmarc=pass \\\" dkim=pass\"@b.example;\n"
		" dkim=fail reason=\"bad; dmarc=pass\" header.d=b.example\n" BORDER
			FROM);

	(void)state;
	assert_int_equal(o.spf, ORIGIN_FAIL);
	assert_int_equal(o.dkim, ORIGIN_FAIL);
	assert_int_equal(o.dmarc, ORIGIN_SILENT);
	assert_int_equal(o.signers.n, 0);
	origin_release(&o);
	origin_hosts_release(&h);
}

static void
test_presets_add_names(void **state)
{
	static char google[] = "google.com", none[] = "-";
	char *of_gmail[] = { google, NULL }, *of_outlook[] = { none, NULL };
	struct origin_hosts h =
		hosts_of("kim@gmail.com", "pop.gmail.com", of_gmail);
	struct origin o = look(
		&h,
		"Delivered-To: kim@gmail.com\n"
		"Received: by 2002:a05:6a10:: with SMTP id a1; x\n"
		"X-Received: by 2002:a17:90a:: with SMTP id b1; x\n"
		"ARC-Authentication-Results: i=1; mx.google.com; dmarc=fail\n"
		"Received: from b.example (b.example. [192.0.2.1])\n"
		"        by mx.google.com with ESMTPS id c for <kim>; x\n"
		"Received-SPF: fail (google.com: domain of a does not)\n"
		"Authentication-Results: mx.google.com;\n"
		"       dkim=pass header.i=@b.example header.s=k;\n"
		"       dmarc=pass (p=REJECT dis=NONE) header.from=b.example\n" FROM);

	(void)state;
	assert_int_equal(o.dmarc, ORIGIN_PASS);
	assert_int_equal(o.spf, ORIGIN_FAIL);
	assert_true(origin_signed_by(&o, SLICE_LIT("B.example")));
	assert_false(origin_signed_by(&o, SLICE_LIT("example")));
	origin_release(&o);
	origin_hosts_release(&h);
	h = hosts_of("kim@outlook.com", "outlook.office365.com", of_outlook);
	o = look(&h,
	         "Received: from A.namprd.prod.outlook.com (2603::1) by\n"
	         " B.prod.outlook.com with HTTPS; x\n"
	         "Authentication-Results: spf=fail (sender IP is 192.0.2.1)\n"
	         " smtp.mailfrom=b.example; dkim=none (not signed)\n"
	         " header.d=none;dmarc=fail action=none\n"
	         " header.from=b.example;compauth=fail reason=001\n" FROM);
	assert_int_equal(o.dmarc, ORIGIN_FAIL);
	assert_int_equal(o.spf, ORIGIN_FAIL);
	origin_release(&o);
	origin_hosts_release(&h);
}

static bool
refutes(const struct origin_hosts *h, const char *results)
{
	char *text = xasprintf(
		"Authentication-Results: mx.naver.com; %s\n" BORDER FROM
		"\nx\n",
		results);
	struct message m;
	struct origin o;
	bool yes;

	message_parse(&m, slice_of(text));
	origin_of(&m, h, &o);
	yes = origin_refutes(&o, &m);
	origin_release(&o);
	message_release(&m);
	free(text);
	return yes;
}

static void
test_who_is_refuted(void **state)
{
	struct origin_hosts h = hosts_of(address, pop, NULL);

	(void)state;
	assert_true(refutes(&h, "dmarc=fail; spf=pass"));
	/* forwarded: DMARC has seen the signature */
	assert_false(refutes(&h, "spf=fail; dmarc=pass"));
	assert_true(refutes(&h, "spf=fail"));
	assert_true(refutes(&h, "spf=fail; dkim=pass header.d=evil.example"));
	assert_false(refutes(&h, "spf=fail; dkim=pass header.d=b.example"));
	assert_false(refutes(&h, "spf=softfail; dkim=fail"));
	assert_false(refutes(&h, "none"));
	origin_hosts_release(&h);
}

static bool
is_called_spam(const struct origin_hosts *h, const char *header)
{
	struct message m;
	char *text = xasprintf("%s\nx\n", header);
	bool yes;

	message_parse(&m, slice_of(text));
	yes = origin_calls_spam(&m, h);
	message_release(&m);
	free(text);
	return yes;
}

static void
test_its_filter_and_others(void **state)
{
	struct origin_hosts h = hosts_of(address, pop, NULL);

	(void)state;
	assert_true(is_called_spam(&h, "X-Spam-Flag: YES\n" BORDER FROM));
	assert_true(is_called_spam(&h, BORDER "X-Spam: Yes\n" FROM));
	/* a mailing list's filter, behind another server */
	assert_false(is_called_spam(&h, BORDER
	                            "Received: from a by mx.list.example; x\n"
	                            "X-Spam-Flag: YES\n" FROM));
	assert_false(is_called_spam(&h, "X-Spam-Flag: YES\n" FROM));
	assert_false(is_called_spam(NULL, "X-Spam-Flag: YES\n" BORDER FROM));
	origin_hosts_release(&h);
}

static void
test_domains_of_owners(void **state)
{
	static const char *const rows[][2] = {
		{ "mail.naver.com", "naver.com" },
		{ "naver.com", "naver.com" },
		{ "a.b.example.co.kr", "example.co.kr" },
		{ "example.co.kr", "example.co.kr" },
		{ "co.kr", "co.kr" },
		{ "mx.example.kr", "example.kr" },
		{ "x.com.example.de", "example.de" },
		{ "localhost", "localhost" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct slice d = origin_domain(slice_of(rows[i][0]));

		if (!slice_eq_z(d, rows[i][1]))
			fail_msg("%.*s", SLICE_ARG(d));
	}
}

static void
test_received_in_many_spellings(void **state)
{
	static const struct {
		const char *value, *helo, *name, *address, *by;
		bool nameless, authenticated;
	} rows[] = {
		{ "from a.example (b.example [192.0.2.1])\n by c.example "
		  "(Postfix) with ESMTPS id 1; Wed, 31 Dec 2025 10:00:00 +0900",
		  "a.example", "b.example", "192.0.2.1", "c.example", false,
		  false },
		{ "from a (unknown [IPv6:2001:db8::1]) by c.example with ESMTPSA"
		  "; x",
		  "a", "", "2001:db8::1", "c.example", true, true },
		{ "from b.example ([192.0.2.1] helo=a.example) by c.example with "
		  "esmtp (Exim 4.96)",
		  "a.example", "b.example", "192.0.2.1", "c.example", false,
		  false },
		{ "from unknown (HELO a.example) (192.0.2.1)\n by c.example",
		  "a.example", "unknown", "192.0.2.1", "c.example", false,
		  false },
		{ "from a.example (b.example. [192.0.2.1]) by mx.google.com",
		  "a.example", "b.example", "192.0.2.1", "mx.google.com", false,
		  false },
		{ "from test ([192.0.2.1])\n by d.example with ESMTP", "test",
		  "", "192.0.2.1", "d.example", false, false },
		{ "from a (a [192.0.2.1]) (Authenticated sender: kim) by d; x",
		  "a", "", "192.0.2.1", "d", false, true },
		{ "by 2002:a05:: with SMTP id x; x", "", "", "",
		  "2002:a05::", false, false },
		{ "", "", "", "", "", false, false },
		{ "(((((", "", "", "", "", false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct received r;

		received_parse(slice_of(rows[i].value), &r);
		if (!slice_eq_z(r.helo, rows[i].helo) ||
		    !slice_eq_z(r.name, rows[i].name) ||
		    !slice_eq_z(r.address, rows[i].address) ||
		    !slice_eq_z(r.by, rows[i].by) ||
		    r.nameless != rows[i].nameless ||
		    r.authenticated != rows[i].authenticated)
			fail_msg("%s: helo %.*s name %.*s address %.*s by %.*s",
			         rows[i].value, SLICE_ARG(r.helo),
			         SLICE_ARG(r.name), SLICE_ARG(r.address),
			         SLICE_ARG(r.by));
		assert_int_equal(r.has_time, i == 0);
		/* Cut anywhere: no fault. */
		for (size_t n = 0; n < strlen(rows[i].value); n++)
			received_parse(slice_make(rows[i].value, n), &r);
	}
	assert_true(received_is_private(SLICE_LIT("172.31.0.1")));
	assert_false(received_is_private(SLICE_LIT("172.32.0.1")));
	assert_true(received_is_private(SLICE_LIT("fd00::1")));
	assert_false(received_is_private(SLICE_LIT("2001:db8::1")));
}

static void
test_results_cut_anywhere(void **state)
{
	static const char value[] =
		" mx.a.example 1 (x (y) \\) z); spf = pass \"q\\\"; \" a=b;"
		"dkim/1=fail (x) header.d = b.example;; =; x; none";
	struct auth_results r;
	struct auth_result one;
	size_t n, most = 0;

	(void)state;
	for (n = 0; n < sizeof value; n++) {
		size_t found = 0;

		auth_results_init(&r, slice_make(value, n));
		while (auth_results_next(&r, &one))
			found++;
		most = found > most ? found : most;
		auth_results_release(&r);
	}
	assert_int_equal(most, 3);
	auth_results_init(&r, SLICE_LIT(value));
	assert_true(slice_eq_z(r.id, "mx.a.example"));
	assert_true(auth_results_next(&r, &one));
	assert_true(slice_eq_z(one.method, "spf"));
	assert_true(slice_eq_z(one.result, "pass"));
	assert_true(slice_eq_z(auth_result_prop(&one, "A"), "b"));
	assert_true(auth_results_next(&r, &one));
	assert_true(slice_eq_z(one.method, "dkim"));
	assert_true(
		slice_eq_z(auth_result_prop(&one, "header.d"), "b.example"));
	auth_results_release(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whose_field_it_is),
		cmocka_unit_test(test_what_stands_in_quotes_and_comments),
		cmocka_unit_test(test_presets_add_names),
		cmocka_unit_test(test_who_is_refuted),
		cmocka_unit_test(test_its_filter_and_others),
		cmocka_unit_test(test_domains_of_owners),
		cmocka_unit_test(test_received_in_many_spellings),
		cmocka_unit_test(test_results_cut_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
