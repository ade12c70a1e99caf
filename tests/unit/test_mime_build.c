/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages we make: what goes in comes out of the parser, nothing else does. */
#include "lib/test.h"

#include <stdio.h>

#include "mime/build.h"
#include "mime/flowed.h"
#include "mime/message.h"
#include "util/utf8.h"

static struct build_draft
sample(void)
{
	static struct addr to;
	struct build_draft d = { 0 };

	to.name = SLICE_LIT("김하늘");
	to.spec = SLICE_LIT("kim@example.kr");
	d.from.name = SLICE_LIT("Hong Gildong");
	d.from.spec = SLICE_LIT("hong@example.kr");
	d.to.v = &to;
	d.to.n = 1;
	d.subject = SLICE_LIT("hello");
	d.text = SLICE_LIT("text\n");
	d.message_id = SLICE_LIT("1@example.kr");
	d.date = 1741048200;
	d.zone = 9 * 3600;
	return d;
}

/* RFC 5322 2.1.1 and 2.3: lines, line ends; and 7-bit. */
static void
assert_wire(struct slice s)
{
	size_t line = 0;

	for (size_t i = 0; i < s.n; i++) {
		assert_true((s.p[i] & 0x80) == 0 && s.p[i] != '\0');
		if (s.p[i] == '\n')
			assert_true(i > 0 && s.p[i - 1] == '\r');
		if (s.p[i] == '\r')
			assert_true(i + 1 < s.n && s.p[i + 1] == '\n');
		line = s.p[i] == '\n' ? 0 : line + 1;
		assert_true(line <= 999);
	}
}

static void
build(const struct build_draft *d, struct str *out)
{
	struct err err = { 0 };

	str_init(out, 10000000);
	if (build_message(d, out, &err) != 0)
		fail_msg("%s", err.text);
	assert_wire(str_slice(out));
}

static void
test_exact(void **state)
{
	struct build_draft d = sample();
	struct str out;

	(void)state;
	build(&d, &out);
	assert_string_equal(out.p,
	                    "Date: Tue, 4 Mar 2025 09:30:00 +0900\r\n"
	                    "From: Hong Gildong <hong@example.kr>\r\n"
	                    "To: =?UTF-8?B?6rmA7ZWY64qY?= <kim@example.kr>\r\n"
	                    "Subject: hello\r\n"
	                    "Message-ID: <1@example.kr>\r\n"
	                    "MIME-Version: 1.0\r\n"
	                    "Content-Type: text/plain; charset=us-ascii; "
	                    "format=flowed\r\n"
	                    "Content-Transfer-Encoding: 7bit\r\n"
	                    "\r\n"
	                    "text\r\n");
	str_release(&out);
}

static void
assert_subject(const struct message *m, const char *want)
{
	struct str s;

	str_init(&s, MESSAGE_FIELD_MAX);
	assert_true(message_subject(m, &s));
	assert_string_equal(s.p, want);
	str_release(&s);
}

static void
assert_text(const struct message *m, const char *want)
{
	struct part *p = message_plain(m);
	struct str raw;
	struct str flat;

	str_init(&raw, 10000000);
	str_init(&flat, 10000000);
	assert_non_null(p);
	assert_true(p->flowed);
	part_text(m, p, &raw, NULL);
	flowed_decode(str_slice(&raw), p->delsp, &flat);
	assert_string_equal(flat.p, want);
	str_release(&flat);
	str_release(&raw);
}

/* Random words of pieces that are hard to cut. */
static void
random_text(unsigned *seed, size_t words, bool lines, struct str *s)
{
	static const char *const pieces[] = {
		"가",  "뷁", "a",     "=?utf-8?",     "👩‍💻", "🇰🇷",
		"\"",  ",",  "<x@y>", "한글",         "é",           "=",
		"?=",  "\\", "(c)",   "대한민국만세", "..",          ":",
		"From"
	};

	for (size_t i = 0; i < words; i++) {
		*seed = *seed * 1103515245 + 12345;
		str_add_z(s, pieces[(*seed >> 16) %
		                    (sizeof pieces / sizeof *pieces)]);
		*seed = *seed * 1103515245 + 12345;
		if (i + 1 < words && (*seed >> 16) % 3 == 0)
			str_add_c(s,
			          lines && (*seed >> 20) % 5 == 0 ? '\n' : ' ');
	}
	if (lines)
		str_add_c(s, '\n');
}

/* One trailing blank before a line end is all that may differ: there is none. */
static void
drop_blank_ends(struct str *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++) {
		if (s->p[i] == '\n')
			while (n > 0 && s->p[n - 1] == ' ')
				n--;
		s->p[n++] = s->p[i];
	}
	str_truncate(s, n);
}

static void
check_round(unsigned seed, size_t words)
{
	struct build_draft d = sample();
	struct build_attachment file = { .type = SLICE_LIT("x-y/z") };
	struct arena a = { NULL };
	struct addr_list to;
	struct message m;
	struct part *p;
	struct str subject;
	struct str text;
	struct str name;
	struct str out;

	str_init(&subject, MESSAGE_FIELD_MAX);
	str_init(&text, 1000000);
	str_init(&name, 1000);
	random_text(&seed, words + 1, false, &subject);
	random_text(&seed, words * 5, true, &text);
	drop_blank_ends(&text);
	random_text(&seed, words % 30 + 1, false, &name);
	d.subject = str_slice(&subject);
	d.text = str_slice(&text);
	d.to.v[0].name = str_slice(&name);
	file.name = str_slice(&name);
	file.data = str_slice(&text);
	d.attachments = &file;
	d.attachment_count = seed % 2;
	build(&d, &out);
	message_parse(&m, str_slice(&out));
	assert_subject(&m, subject.p);
	message_addrs(&m, "To", &a, &to);
	assert_int_equal(to.n, 1);
	assert_slice(to.v[0].spec, "kim@example.kr");
	if (name.p[0] != '"' || name.p[name.n - 1] != '"')
		assert_slice(to.v[0].name, name.p);
	assert_text(&m, text.p);
	p = message_next_attachment(&m, NULL);
	assert_int_equal(p != NULL, d.attachment_count);
	if (p != NULL) {
		struct str bytes;

		str_init(&bytes, 1000000);
		assert_slice(p->filename, name.p);
		part_bytes(p, &bytes);
		assert_true(slice_eq(str_slice(&bytes), file.data));
		str_release(&bytes);
	}
	message_release(&m);
	arena_release(&a);
	str_release(&out);
	str_release(&name);
	str_release(&text);
	str_release(&subject);
}

static void
test_what_is_built_comes_back(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed < 400; seed++)
		check_round(seed * 7919, seed % 60);
}

static void
test_injection_is_refused(void **state)
{
	static const char *const bad[] = { "a\r\nBcc: x@y",
		                           "a\nb",
		                           "a\rb",
		                           "a\x01"
		                           "b",
		                           "a\x7f",
		                           "a\xe2\x80\xa8"
		                           "b",
		                           "a\xc2\x85"
		                           "b" };
	struct str out;

	(void)state;
	str_init(&out, 100000);
	for (size_t i = 0; i <= sizeof bad / sizeof *bad; i++) {
		struct slice s = i < sizeof bad / sizeof *bad
		                         ? slice_of(bad[i])
		                         : slice_make("a\0b", 3);
		struct build_attachment file = { 0 };

		for (int where = 0; where < 7; where++) {
			struct build_draft d = sample();
			struct addr bcc = { SLICE_NONE, s };
			struct err err = { 0 };

			if (where == 0)
				d.subject = s;
			else if (where == 1)
				d.from.name = s;
			else if (where == 2)
				d.from.spec = s;
			else if (where == 3)
				d.message_id = s;
			else if (where == 4)
				file.name = s;
			else if (where == 5)
				file.type = s;
			else
				d.bcc.v = &bcc, d.bcc.n = 1;
			d.attachments = &file;
			d.attachment_count = 1;
			assert_int_equal(build_message(&d, &out, &err), -1);
			assert_int_equal(err.code, ERR_USAGE);
			assert_int_equal(out.n, 0);
			file.name = file.type = SLICE_NONE;
		}
	}
	str_release(&out);
}

static void
test_references(void **state)
{
	struct build_draft d = sample();
	struct slice ids[300];
	char text[300][32];
	struct arena a = { NULL };
	struct slice *found;
	struct message m;
	struct str out;
	size_t n;

	(void)state;
	for (size_t i = 0; i < 300; i++) {
		(void)snprintf(text[i], sizeof text[i], "%zu@example.kr", i);
		ids[i] = slice_of(text[i]);
	}
	ids[298] = SLICE_LIT("a b\r\nX: y");
	d.references = ids;
	d.reference_count = 300;
	d.in_reply_to = ids[299];
	build(&d, &out);
	message_parse(&m, str_slice(&out));
	message_references(&m, &a, &found, &n);
	assert_int_equal(n, 99);
	assert_slice(found[0], "0@example.kr");
	assert_slice(found[n - 1], "299@example.kr");
	assert_null(part_field(m.root, "X", 0).p);
	message_release(&m);
	arena_release(&a);
	str_release(&out);
}

static void
test_bcc_stays_home(void **state)
{
	struct build_draft d = sample();
	struct addr bcc = { SLICE_NONE, SLICE_LIT("secret@example.kr") };
	struct str out;

	(void)state;
	d.bcc.v = &bcc;
	d.bcc.n = 1;
	build(&d, &out);
	assert_null(strstr(out.p, "secret"));
	str_release(&out);
	d.keep_bcc = true;
	build(&d, &out);
	assert_non_null(strstr(out.p, "Bcc: secret@example.kr\r\n"));
	str_release(&out);
}

static void
test_text_encodings(void **state)
{
	struct build_draft d = sample();
	struct str out;
	struct str text;

	(void)state;
	d.text = SLICE_LIT("안녕하세요");
	build(&d, &out);
	assert_non_null(strstr(out.p, "charset=utf-8; format=flowed\r\n"
	                              "Content-Transfer-Encoding: base64"));
	str_release(&out);
	d.text = SLICE_LIT("a long English sentence with one é in it");
	build(&d, &out);
	assert_non_null(strstr(out.p, "quoted-printable"));
	str_release(&out);
	str_init(&text, 10000);
	for (int i = 0; i < 2000; i++)
		str_add_c(&text, 'x');
	d.text = str_slice(&text);
	build(&d, &out);
	assert_non_null(strstr(out.p, "quoted-printable"));
	str_release(&out);
	str_release(&text);
	d.text = SLICE_LIT("bare\rcr and \xff bad byte");
	build(&d, &out);
	str_release(&out);
}

/* For programs that know no UTF-8; what they cannot have stays UTF-8. */
static void
test_legacy(void **state)
{
	struct build_draft d = sample();
	struct build_attachment file = { .name = SLICE_LIT("견적서.hwp"),
		                         .data = SLICE_LIT("x") };
	struct message m;
	struct str out;

	(void)state;
	d.legacy = true;
	d.subject = SLICE_LIT("공지");
	d.text = SLICE_LIT("안녕 ① 漢字");
	d.attachments = &file;
	d.attachment_count = 1;
	build(&d, &out);
	assert_non_null(strstr(out.p, "Subject: =?EUC-KR?B?sPjB9g==?=\r\n"));
	assert_non_null(strstr(out.p, "charset=euc-kr; format=flowed\r\n"
	                              "Content-Transfer-Encoding: base64"));
	assert_non_null(strstr(out.p, " name=\"=?EUC-KR?B?sN/A+7ytLmh3cA==?="));
	assert_non_null(strstr(out.p, "filename*0*=UTF-8''%EA%B2%AC"));
	assert_null(strstr(out.p, "charset=utf-8"));
	message_parse(&m, str_slice(&out));
	str_clear(&out);
	part_text(&m, message_plain(&m), &out, NULL);
	assert_string_equal(out.p, "안녕 ① 漢字\n");
	message_release(&m);
	str_release(&out);
	/* Syllables, signs and pictures that KS X 1001 lacks. */
	d.subject = SLICE_LIT("뷁");
	d.text = SLICE_LIT("안녕 😀");
	build(&d, &out);
	assert_non_null(strstr(out.p, "Subject: =?UTF-8?B?67eB?=\r\n"));
	assert_non_null(strstr(out.p, "charset=utf-8"));
	str_release(&out);
	d.text = SLICE_LIT("plain");
	d.attachment_count = 0;
	build(&d, &out);
	assert_non_null(strstr(out.p, "charset=us-ascii"));
	str_release(&out);
}

static void
test_attachment_names(void **state)
{
	struct build_draft d = sample();
	struct build_attachment file = { .name = SLICE_LIT("견적서.hwp"),
		                         .data = SLICE_LIT("x") };
	struct str out;

	(void)state;
	d.attachments = &file;
	d.attachment_count = 1;
	build(&d, &out);
	assert_non_null(strstr(out.p,
	                       "Content-Type: application/x-hwp;\r\n"
	                       " name=\"=?UTF-8?B?6rKs7KCB7IScLmh3cA==?=\"\r\n"
	                       "Content-Disposition: attachment;\r\n"
	                       " filename*0*=UTF-8''%EA%B2%AC%EC%A0%81%EC%84%9C"
	                       ".hwp\r\n"));
	str_release(&out);
	file.name = SLICE_LIT("a \"b\".pdf");
	build(&d, &out);
	assert_non_null(strstr(out.p, " filename=\"a \\\"b\\\".pdf\"\r\n"));
	str_release(&out);
}

static void
test_attached_message(void **state)
{
	struct build_draft d = sample();
	struct build_attachment file = {
		.name = SLICE_LIT("m.eml"),
		.type = SLICE_LIT("message/rfc822"),
		.data = SLICE_LIT("Subject: in\r\n\r\nplain\r\n")
	};
	struct message m;
	struct part *p;
	struct str out;

	(void)state;
	d.attachments = &file;
	d.attachment_count = 1;
	build(&d, &out);
	assert_non_null(strstr(out.p, "\r\n\r\nSubject: in\r\n\r\nplain\r\n"));
	str_release(&out);
	file.data = SLICE_LIT("Subject: \xed\x95\x9c\r\n\r\n\xed\x95\x9c\r\n");
	build(&d, &out);
	message_parse(&m, str_slice(&out));
	p = message_find_path(&m, SLICE_LIT("2.1"));
	assert_non_null(p);
	assert_slice(p->body, "한\r\n");
	message_release(&m);
	str_release(&out);
}

static void
test_message_id(void **state)
{
	struct str a;
	struct str b;

	(void)state;
	str_init(&a, 1000);
	str_init(&b, 1000);
	build_message_id(SLICE_LIT("hong@example.kr"), &a);
	build_message_id(SLICE_LIT("hong@example.kr"), &b);
	assert_true(slice_ends(str_slice(&a), "@example.kr"));
	assert_true(a.n > 30);
	assert_string_not_equal(a.p, b.p);
	str_release(&b);
	str_release(&a);
}

static void
test_sent_on_without_what_stays_behind(void **state)
{
	static const char raw[] =
		"Return-Path: <a@example.org>\nReceived: from x\n"
		"bcc : b@example.org,\n c@example.org\nBccs: kept\n"
		"Resent-Bcc:\r\n\td@example.org\r\nTo: e@example.org\n\n"
		"Bcc: text\r\n end";
	struct str s;

	(void)state;
	str_init(&s, 4096);
	build_resent(slice_of(raw), &s);
	assert_slice(str_slice(&s),
	             "Received: from x\r\nBccs: kept\r\n"
	             "To: e@example.org\r\n\r\nBcc: text\r\n end\r\n");
	str_clear(&s);
	build_resent(SLICE_LIT("Bcc: a@example.org"), &s);
	assert_int_equal(s.n, 0);
	for (size_t i = 0; i < sizeof raw; i++) {
		str_clear(&s);
		build_resent(slice_make(raw, i), &s);
		assert_true(slice_find_text(str_slice(&s),
		                            SLICE_LIT("@example.org,")) == s.n);
	}
	str_release(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sent_on_without_what_stays_behind),
		cmocka_unit_test(test_exact),
		cmocka_unit_test(test_what_is_built_comes_back),
		cmocka_unit_test(test_injection_is_refused),
		cmocka_unit_test(test_references),
		cmocka_unit_test(test_bcc_stays_home),
		cmocka_unit_test(test_text_encodings),
		cmocka_unit_test(test_legacy),
		cmocka_unit_test(test_attachment_names),
		cmocka_unit_test(test_attached_message),
		cmocka_unit_test(test_message_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
