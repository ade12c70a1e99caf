/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Address books: vCards of every version and charset, abook, aliases, lines. */
#include "lib/test.h"

#include "mail/people.h"
#include "util/str.h"

static void
add(void *ctx, struct slice name, struct slice address)
{
	struct str *out = ctx;

	str_printf(out, "%.*s <%.*s>\n", SLICE_ARG(name), SLICE_ARG(address));
}

static void
check(struct slice text, enum people_kind kind, const char *want)
{
	struct str out;

	str_init(&out, 1 << 20);
	assert_int_equal(people_kind(text), kind);
	people_read(text, kind, add, &out);
	assert_string_equal(out.p, want);
	str_release(&out);
}

/* Cut anywhere it is read without harm, and nothing new comes up. */
static void
check_cuts(struct slice text, enum people_kind kind)
{
	for (size_t n = 0; n <= text.n; n++) {
		char *copy = malloc(n > 0 ? n : 1);
		struct str out;

		assert_non_null(copy);
		memcpy(copy, text.p, n);
		str_init(&out, 1 << 20);
		people_read(slice_make(copy, n), kind, add, &out);
		(void)people_kind(slice_make(copy, n));
		str_release(&out);
		free(copy);
	}
}

static const char cards[] =
	"BEGIN:VCARD\r\n"
	"VERSION:3.0\r\n"
	"N:홍;길동;;;\r\n"
	"FN:홍길동 \\(과장\\)\\, 영업\r\n"
	"item1.EMAIL;TYPE=\"home;x:y\",pref:hong@example.org\r\n"
	"EMAIL;TYPE=work:hong.gildong@example.\r\n"
	" com\r\n"
	"END:VCARD\r\n"
	"BEGIN:VCARD\r\n"
	"VERSION:4.0\r\n"
	"EMAIL:mailto:lee@example.org\r\n"
	"N:Lee;Jun Ho;;;\r\n"
	"END:VCARD\r\n"
	"begin:vcard\n"
	"version:3.0\n"
	"org:한국전력;요금과\n"
	"email:bill@example.org\n"
	"email:no address\n"
	"email:-oQ/tmp@example.org\n"
	"end:vcard\n"
	"BEGIN:VCARD\r\nFN:nobody\r\nEND:VCARD\r\n";

static void
test_vcard(void **state)
{
	(void)state;
	check(slice_of(cards), PEOPLE_VCARD,
	      "홍길동 (과장), 영업 <hong@example.org>\n"
	      "홍길동 (과장), 영업 <hong.gildong@example.com>\n"
	      "Jun Ho Lee <lee@example.org>\n"
	      "한국전력 <bill@example.org>\n");
	check_cuts(slice_of(cards), PEOPLE_VCARD);
}

/* 2.1: quoted-printable over several lines, Korean charsets, base64. */
static void
test_vcard_old(void **state)
{
	static const char text[] =
		"BEGIN:VCARD\r\n"
		"VERSION:2.1\r\n"
		"N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:"
		"=EA=B9=80;=ED=95=98=\r\n=EB=8A=98;;;\r\n"
		"EMAIL;INTERNET;PREF:kim@example.org\r\n"
		"END:VCARD\r\n"
		"BEGIN:VCARD\r\n"
		"VERSION:2.1\r\n"
		"FN;CHARSET=ks_c_5601-1987;QUOTED-PRINTABLE:=C0=CC=C1=D8=C8=\r\n"
		"=A3\r\n"
		"EMAIL;HOME:lee@example.org\r\n"
		"END:VCARD\r\n"
		"BEGIN:VCARD\r\n"
		"FN;ENCODING=BASE64;CHARSET=EUC-KR:w9a89sH4\r\n"
		"EMAIL:b@example.org\r\n"
		"END:VCARD\r\n"
		/* raw bytes without a word about them */
		"BEGIN:VCARD\r\n"
		"FN:\xb9\xda\xc1\xf6\xbf\xb5\r\n"
		"EMAIL:park@example.org\r\n"
		"END:VCARD\r\n";

	(void)state;
	check(slice_of(text), PEOPLE_VCARD,
	      "김하늘 <kim@example.org>\n"
	      "이준호 <lee@example.org>\n"
	      "최수진 <b@example.org>\n"
	      "박지영 <park@example.org>\n");
	check_cuts(slice_of(text), PEOPLE_VCARD);
}

static void
test_vcard_hostile(void **state)
{
	static const char text[] =
		"BEGIN:VCARD\n"
		"FN:evil\033[2J\\n\x01name\xe2\x80\xae\n"
		"EMAIL:a@example.org\n"
		"AGENT:\nBEGIN:VCARD\nFN:b\nEMAIL:b@example.org\nEND:VCARD\n"
		"EMAIL:c@example.org\n";
	struct str many, out;

	(void)state;
	check(slice_of(text), PEOPLE_VCARD,
	      "evil\xef\xbf\xbd[2J \xef\xbf\xbdname <a@example.org>\n"
	      "b <b@example.org>\n"
	      " <c@example.org>\n");
	/* a photo is long, and a thousand addresses are no person */
	str_init(&many, 1 << 20);
	str_init(&out, 1 << 20);
	str_add_z(&many, "BEGIN:VCARD\nPHOTO;ENCODING=b:\n");
	for (int i = 0; i < 5000; i++)
		str_add_z(&many, " AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n");
	for (int i = 0; i < 1000; i++)
		str_printf(&many, "EMAIL:a%d@example.org\n", i);
	people_read(str_slice(&many), PEOPLE_VCARD, add, &out);
	assert_non_null(strstr(out.p, "<a63@example.org>"));
	assert_null(strstr(out.p, "<a64@example.org>"));
	str_release(&out);
	str_release(&many);
}

static void
test_abook(void **state)
{
	static const char text[] = "# abook addressbook file\n\n"
				   "[format]\nprogram=abook\nversion=0.6.1\n\n"
				   "[0]\nname=홍길동\n"
				   "email=hong@example.org,gd@example.com\n"
				   "phone=02-000\n\n"
				   "[1]\nemail=only@example.org\n"
				   "[2]\nname=no mail\n";

	(void)state;
	check(slice_of(text), PEOPLE_ABOOK,
	      "홍길동 <hong@example.org>\n"
	      "홍길동 <gd@example.com>\n"
	      " <only@example.org>\n");
	check_cuts(slice_of(text), PEOPLE_ABOOK);
}

static void
test_mutt(void **state)
{
	static const char text[] =
		"# aliases\n"
		"alias hong 홍길동 <hong@example.org>\n"
		"alias -group work lee \"Lee, Jun\" <lee@example.org>\n"
		"alias team a@example.org, \\\n    b@example.org\n"
		"alias bob bob@example.org\n"
		"set from = nobody@example.org\n"
		"alias broken\nalias -group\n";

	(void)state;
	check(slice_of(text), PEOPLE_MUTT,
	      "홍길동 <hong@example.org>\n"
	      "Lee, Jun <lee@example.org>\n"
	      " <a@example.org>\n"
	      " <b@example.org>\n"
	      "bob <bob@example.org>\n");
	check_cuts(slice_of(text), PEOPLE_MUTT);
}

/* Files of the time before UTF-8: CP949, syllables that EUC-KR lacks, names of one
 * syllable, encoded words. */
static void
test_cp949(void **state)
{
	static const char abook[] =
		"[format]\nprogram=abook\n[0]\nname=\xc8\xab\xb1\xe6\xb5\xbf\nemail=hong@example.org\n[1]\nname=\xb1\xe8\nemail=kim@example.org\n[2]\nname=\x8c"
		"c\xb9\xe6\xb0\xa2\xc7\xcf A\nemail=d@example.org\n";
	static const char mutt[] =
		"alias hong \xc8\xab\xb1\xe6\xb5\xbf <hong@example.org>\nalias k \"\xb1\xe8, \x94\xee\" <k@example.org>\nalias w =?euc-kr?B?udrB9r+1?= <w@example.org>\nalias \xc0\xcc \xc0\xcc <lee@example.org>\n";

	(void)state;
	check(slice_of(abook), PEOPLE_ABOOK,
	      "홍길동 <hong@example.org>\n김 <kim@example.org>\n"
	      "똠방각하 A <d@example.org>\n");
	check(slice_of(mutt), PEOPLE_MUTT,
	      "홍길동 <hong@example.org>\n김, 뷁 <k@example.org>\n"
	      "박지영 <w@example.org>\n이 <lee@example.org>\n");
	check_cuts(slice_of(abook), PEOPLE_ABOOK);
	check_cuts(slice_of(mutt), PEOPLE_MUTT);
}

static void
test_lines(void **state)
{
	static const char text[] = "Searching... 2 matches\n"
				   "hong@example.org\t홍길동\tcompany\n"
				   "lee@example.org\tlee@example.org\n"
				   "x\ty\n";

	(void)state;
	check(slice_of(text), PEOPLE_LINES,
	      "홍길동 <hong@example.org>\n <lee@example.org>\n");
	check_cuts(slice_of(text), PEOPLE_LINES);
	check(SLICE_LIT("Subject: a\n\tb\n"), PEOPLE_UNKNOWN, "");
	check(SLICE_NONE, PEOPLE_UNKNOWN, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vcard),
		cmocka_unit_test(test_vcard_old),
		cmocka_unit_test(test_vcard_hostile),
		cmocka_unit_test(test_abook),
		cmocka_unit_test(test_mutt),
		cmocka_unit_test(test_cp949),
		cmocka_unit_test(test_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
