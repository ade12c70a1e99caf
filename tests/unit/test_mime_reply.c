/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replies: subjects with Korean prefixes, attribution, quoting. */
#include "lib/test.h"

#include "mime/build.h"

static void
assert_subjects(const char *in, const char *base, const char *reply,
                const char *forward)
{
	struct str s;

	str_init(&s, 1000);
	assert_slice(build_base_subject(slice_of(in)), base);
	build_reply_subject(slice_of(in), &s);
	assert_string_equal(s.p, reply);
	str_clear(&s);
	build_forward_subject(slice_of(in), &s);
	assert_string_equal(s.p, forward);
	str_release(&s);
}

static void
test_subjects(void **state)
{
	(void)state;
	assert_subjects("", "", "Re: ", "Fwd: ");
	assert_subjects("회의", "회의", "Re: 회의", "Fwd: 회의");
	assert_subjects("Re: 회의", "회의", "Re: 회의", "Fwd: Re: 회의");
	assert_subjects("RE:re : Re[2]: 회의", "회의", "Re: 회의",
	                "Fwd: RE:re : Re[2]: 회의");
	assert_subjects("답장: 회신: 회의", "회의", "Re: 회의",
	                "Fwd: 답장: 회신: 회의");
	assert_subjects("[답장] 회의", "회의", "Re: 회의", "Fwd: [답장] 회의");
	assert_subjects("답장： 회의", "회의", "Re: 회의", "Fwd: 답장： 회의");
	assert_subjects("FW: 전달: [전달] 회의", "회의",
	                "Re: FW: 전달: [전달] 회의", "Fwd: 회의");
	assert_subjects("Fwd: RE: 회의", "회의", "Re: Fwd: RE: 회의",
	                "Fwd: RE: 회의");
	/* Words that only begin alike. */
	assert_subjects("Report: x", "Report: x", "Re: Report: x",
	                "Fwd: Report: x");
	assert_subjects("답장 부탁: x", "답장 부탁: x", "Re: 답장 부탁: x",
	                "Fwd: 답장 부탁: x");
	assert_subjects("[공지] x", "[공지] x", "Re: [공지] x",
	                "Fwd: [공지] x");
	assert_subjects("Re[", "Re[", "Re: Re[", "Fwd: Re[");
}

static void
assert_quote(const char *raw, const char *want)
{
	struct message m;
	struct str s;

	str_init(&s, 100000);
	message_parse(&m, slice_of(raw));
	build_quote(&m, &s);
	assert_string_equal(s.p, want);
	str_release(&s);
	message_release(&m);
}

static void
test_quote(void **state)
{
	(void)state;
	assert_quote("From: =?utf-8?B?7ZmN6ri464+Z?= <a@b.kr>\n"
	             "Date: Mon, 7 Sep 2026 10:04:00 +0000\n\n"
	             "첫 줄\n\n> 앞의 말\n끝\n\n-- \n서명\n",
	             "On Mon, Sep 7, 2026 at 10:04, 홍길동 wrote:\n"
	             "> 첫 줄\n>\n>> 앞의 말\n> 끝\n>\n");
	assert_quote("From: a@b.kr\n\nx", "a@b.kr wrote:\n> x\n");
	assert_quote("A: b\n\nx\x1b", "> x\xef\xbf\xbd\n");
	assert_quote("Content-Type: text/plain; format=flowed\n\na \nb\n",
	             "> a b\n");
	assert_quote("Content-Type: text/html\n\n<p>one<p>two",
	             "> one\n>\n> two\n");
	/* What is shown is quoted: text no body has, the better alternative. */
	assert_quote("X-A: b\nno header ends here\nand on\n",
	             "> no header ends here\n> and on\n");
	assert_quote("Content-Type: multipart/alternative; boundary=b\n\n"
	             "--b\n\nThis mail needs HTML.\n"
	             "--b\nContent-Type: text/html\n\n<p>one\n--b--\n",
	             "> one\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_subjects),
		cmocka_unit_test(test_quote),
	};

	/* The attribution is in local time. */
	assert_int_equal(setenv("TZ", "UTC", 1), 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
