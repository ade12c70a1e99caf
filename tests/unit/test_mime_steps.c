/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Time is linear: twice the message never takes more than 2.5 times the steps.
 *
 * No clock: core/mime, core/text and core/util are compiled for this program
 * with -fsanitize-coverage=trace-pc, which calls us in every basic block, and
 * without builtins, so that searches and copies come by here and count as well.
 */
#include "lib/test.h"

#include <stdint.h>
#include <string.h>

#include "lib/steps.h"
#include "mime/message.h"

/* Of the smaller message; the other one is twice as large. */
#define SIZE 200000

/* head, then unit as often as size allows, then tail. */
struct shape {
	const char *name, *head, *unit, *tail;
};

#define HEAD  "From: a@b.kr\nSubject: x\n"
#define MIXED "Content-Type: multipart/mixed; boundary=b\n"
#define HTML  HEAD "Content-Type: text/html\n\n"

static const struct shape shapes[] = {
	{ "deep multiparts", "",
	  "Content-Type: multipart/mixed; boundary=b\n\n--b\n", "\nx" },
	{ "deep messages", "", "Content-Type: message/rfc822\n\n", "\nx" },
	{ "parts", HEAD MIXED "\n", "--b\n\nx\n", "--b--\n" },
	{ "empty parts", HEAD MIXED "\n", "--b\n", "--b--\n" },
	{ "near boundaries", HEAD MIXED "\n--b\n\n", "--bb\n--\n", "" },
	{ "fields", HEAD, "X-A: y\n", "\nx" },
	{ "folds", HEAD "X: a\n", " b\n", "\nx" },
	{ "junk lines", HEAD, "no field\n", "" },
	{ "references", HEAD "References:", " <abc@x>\n", "\nx" },
	{ "recipients", "From: a@b.kr\nTo: c@d.kr", ",\n \"u\" <u@x>",
	  "\n\nx" },
	{ "groups", "To: ", ";", "\n\nx" },
	{ "comments", "From: ", "(", " a@b.kr\n\nx" },
	{ "quotes", "From: \"", "a <", "\n\nx" },
	{ "sections", HEAD "Content-Type: a/b;\n", " name*1*=%41;\n", "\n\nx" },
	{ "parameters", HEAD "Content-Type: a/b;", " p=v;", "\n\nx" },
	{ "words", "Subject:", " =?euc-kr?B?sKE=?=", "\n\nx" },
	{ "cut words", "Subject:", "=?utf-8?Q?", "\n\nx" },
	{ "date", "Date: Tue, 1 Jan 2030 ", "(", "\n\nx" },
	{ "one line", HEAD "\n", "a", "" },
	{ "Hangul line", HEAD "\n", "가", "" },
	{ "hiding links", HEAD "\n", "http://a@b.c/ ", "" },
	{ "no links", HEAD "\n", "://https", "" },
	{ "hosts", HEAD "\n", "https://\xd0\xb0pple.kr/ ", "" },
	{ "flowed", HEAD "Content-Type: text/plain; format=flowed\n\n",
	  ">>>>>>>> x \n", "" },
	{ "base64", HEAD "Content-Transfer-Encoding: base64\n\n", "QUFB\n",
	  "" },
	{ "padding", HEAD "Content-Transfer-Encoding: base64\n\n", "QQ==", "" },
	{ "lines of padding", HEAD "Content-Transfer-Encoding: base64\n\n",
	  "QQ==\n", "" },
	{ "quoted-printable",
	  HEAD "Content-Transfer-Encoding: quoted-printable\n\n", "=41 =\n",
	  "" },
	{ "uuencode",
	  HEAD "Content-Transfer-Encoding: x-uuencode\n\nbegin 644 x\n",
	  "#0V%T\n", "end\n" },
	{ "ISO-2022-KR",
	  HEAD "Content-Type: text/plain; charset=iso-2022-kr\n\n",
	  "\x0e!!\x0f", "" },
	{ "ISO-2022-KR lines",
	  HEAD "Content-Type: text/plain; charset=iso-2022-kr\n\n\x0e", "GQ\n",
	  "\x0f" },
	{ "ISO-2022-KR open lines",
	  HEAD "Content-Type: text/plain; charset=iso-2022-kr\n\n", "\x0eGQ\n",
	  "" },
	{ "ISO-2022-JP",
	  HEAD "Content-Type: text/plain; charset=iso-2022-jp\n\n",
	  "\033$BF|\033(B", "" },
	{ "shifts", HEAD "\n", "\x0eGQ\x0f", "" },
	{ "addresses without comma", "To:", " x <a@b>", "\n\nx" },
	{ "raw bytes", "Subject: ", "\xec\x95\x88\xff\xb0", "\n\nx" },
	{ "comments in values", HEAD "Content-Type: a/b; name=x", " (a",
	  "\n\nx" },
	{ "colons of a time", "Date: 4 Mar 2025 09", "(x) : ", "\n\nx" },
	{ "marks", HEAD "Content-Type: text/plain; charset=utf-8\n\na",
	  "\xcc\x81", "" },
	{ "joined emoji", HEAD "Content-Type: text/plain; charset=utf-8\n\n",
	  "\xf0\x9f\x91\xa9\xe2\x80\x8d", "" },
	{ "quote marks", HEAD "\n",
	  ">>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>> x\n", "" },
	{ "links of a text", HEAD "\n", "http://a.b/c ", "" },
	{ "one long link", HEAD "\nhttp://a.b/", "http://", "" },
	{ "flowed Hangul",
	  HEAD "Content-Type: text/plain; format=flowed; delsp=yes\n\n",
	  "가나 다라  \n", "" },
	{ "file names", HEAD MIXED "\n",
	  "--b\nContent-Type: a/b; name*0*=utf-8''%EA%B0%80;\n name*1=x\n\n",
	  "--b--\n" },
	{ "digests", HEAD "Content-Type: multipart/digest; boundary=b\n\n",
	  "--b\n\nSubject: x\n\ny\n", "--b--\n" },
	{ "invitations", HEAD "Content-Type: text/calendar\n\n",
	  "BEGIN:VEVENT\nDTSTART:20260101T100000Z\nSUMMARY:x\nEND:VEVENT\n",
	  "" },
	{ "HTML comments", HTML, "<!-- - -- x ", "" },
	{ "HTML quotes", HTML, "<blockquote>x<ul><li>y", "" },
	{ "HTML formatting", HTML, "<b><i><a href=x><p>", "" },
	{ "HTML wide table", HTML "<table><tr>", "<td>x</td>", "" },
	{ "HTML long table", HTML "<table>", "<tr><td>x<td>y</tr>", "" },
	{ "HTML boxes", HTML, "<div>", "x" },
	{ "HTML tables", HTML, "<table><tr><td>", "x" },
	{ "HTML attributes", HTML "<a ", "a=\"", "x" },
	{ "HTML entities", HTML, "&amp;&", "" },
	{ "HTML links", HTML, "<a href=http://x.kr/a>y</a> ", "" },
	{ "HTML styles", HTML, "<style>p{}</style>", "x" },
	{ "HTML sheet", HTML "<style>", ".a{display:none}i .b{display:block}",
	  "</style><p class=a>x" },
	{ "HTML late sheets", HTML,
	  "<b class=a>x<style>.a{display:none}</style>", "x" },
	{ "HTML at-rules", HTML "<style>", "@a;/**/@b", "{</style><p>x" },
};

static uint64_t
steps_for(const struct shape *shape, size_t size)
{
	struct message m;
	struct str raw;
	struct str out;

	str_init(&raw, 2 * size + 1000);
	str_init(&out, 64 * size + 100000);
	str_add_z(&raw, shape->head);
	while (raw.n < size)
		str_add_z(&raw, shape->unit);
	str_add_z(&raw, shape->tail);
	steps = 0;
	message_parse(&m, str_slice(&raw));
	message_display(&m, 80, &out);
	str_clear(&out);
	message_json(&m, &out);
	str_clear(&out);
	message_words(&m, 4096, &out);
	message_release(&m);
	str_release(&out);
	str_release(&raw);
	return steps;
}

static void
test_linear(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
		uint64_t one = steps_for(&shapes[i], SIZE);
		uint64_t two = steps_for(&shapes[i], 2 * SIZE);

		/* Nothing counted: the test would say nothing. */
		assert_true(one > SIZE / 1000);
		if (two * 2 > one * 5)
			fail_msg("%s: %llu steps, twice as large %llu",
			         shapes[i].name, (unsigned long long)one,
			         (unsigned long long)two);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_linear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
