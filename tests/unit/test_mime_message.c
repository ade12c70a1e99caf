/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decoded fields, texts, attachments, JSON, what a reader shows. */
#include "lib/test.h"

#include <stdlib.h>
#include <time.h>

#include "mime/message.h"
#include "mime/part.h"
#include "util/utf8.h"

static void
assert_displays(const char *raw, const char *want)
{
	struct message m;
	struct str s;

	str_init(&s, 1000000);
	message_parse(&m, slice_of(raw));
	message_display(&m, 80, &s);
	assert_string_equal(s.p, want);
	str_release(&s);
	message_release(&m);
}

static void
test_first_counts(void **state)
{
	struct message m;
	struct arena a = { NULL };
	struct addr_list list;
	struct str s;
	int64_t t;

	(void)state;
	message_parse(&m, SLICE_LIT("From: \"Bank\" <real@bank.kr>\n"
	                            "From: <evil@example.org>\n"
	                            "Subject: =?utf-8?Q?one=0A_two?=\n  three\n"
	                            "Subject: no\n"
	                            "Date: Thu, 1 Jan 1970 00:00:To: x\n"
	                            "Date: Thu, 1 Jan 1970 00:00:01 GMT\n"
	                            "Date: Thu, 1 Jan 1970 00:00:02 GMT\n"
	                            "Message-ID: <a@b>\n\n"));
	str_init(&s, MESSAGE_FIELD_MAX);
	assert_true(message_subject(&m, &s));
	assert_string_equal(s.p, "one two three");
	assert_true(message_date(&m, &t));
	assert_int_equal(t, 1);
	assert_slice(message_id(&m), "a@b");
	assert_int_equal(message_field_count(&m, "from"), 2);
	message_addrs(&m, "From", &a, &list);
	assert_int_equal(list.n, 2);
	assert_slice(list.v[0].spec, "real@bank.kr");
	assert_false(message_text_field(&m, m.root, "To", &s));
	arena_release(&a);
	str_release(&s);
	message_release(&m);
}

static void
assert_senders(const char *head, bool want)
{
	struct message m;

	message_parse(&m, slice_of(head));
	assert_int_equal(message_has_senders(&m), want);
	message_release(&m);
}

static void
test_senders(void **state)
{
	(void)state;
	assert_senders("From: A <a@bank.kr>\n\n", false);
	assert_senders("Subject: x\n\n", false);
	assert_senders("From: a@bank.kr\nFROM : b@evil.kr\n\n", true);
	assert_senders("From: a@bank.kr, b@evil.kr\n\n", true);
	assert_senders("From: a@bank.kr, b@bank.kr\nSender: b@bank.kr\n\n",
	               false);
}

static void
assert_odd_date(const char *head, const char *want)
{
	struct message m;
	struct str s;

	str_init(&s, 1000);
	message_parse(&m, slice_of(head));
	assert_int_equal(message_odd_date(&m, &s), want != NULL);
	assert_string_equal(s.p, want != NULL ? want : "");
	message_release(&m);
	str_release(&s);
}

/* Words in place of a date are shown as words, safe and short. */
static void
test_odd_date(void **state)
{
	char digits[10200] = "Date: ";

	(void)state;
	assert_odd_date("Subject: x\n\n", NULL);
	assert_odd_date("Date: Tue, 4 Mar 2025 09:00:00 +0900\n\n", NULL);
	assert_odd_date("Date: today\x1b[2J\u202e\u2028 =?utf-8?Q?=1B]0?=\n\n",
	                "today[2J ]0");
	memset(digits + 6, '9', 10000);
	memcpy(digits + 10006, "\n\n", 3);
	assert_odd_date(digits, "999999999999999999999999999999999999999999999"
	                        "999999999999999");
}

static void
test_references(void **state)
{
	struct message m;
	struct arena a = { NULL };
	struct slice *ids;
	size_t n;

	(void)state;
	message_parse(&m, SLICE_LIT("References: <a@b>\n <c@d> junk <e@f>\n"
	                            "In-Reply-To: <e@f>\n\n"));
	message_references(&m, &a, &ids, &n);
	assert_int_equal(n, 3);
	assert_slice(ids[0], "a@b");
	assert_slice(ids[2], "e@f");
	message_release(&m);
	message_parse(&m, SLICE_LIT("In-Reply-To: your mail <x@y> of\n\n"));
	message_references(&m, &a, &ids, &n);
	assert_int_equal(n, 1);
	assert_slice(ids[0], "x@y");
	message_release(&m);
	arena_release(&a);
}

static void
assert_text(const char *raw, const char *want)
{
	struct message m;
	struct str s;

	str_init(&s, 100000);
	message_parse(&m, slice_of(raw));
	assert_non_null(message_plain(&m));
	part_text(&m, message_plain(&m), &s, NULL);
	assert_string_equal(s.p, want);
	str_release(&s);
	message_release(&m);
}

static void
test_text(void **state)
{
	(void)state;
	assert_text("A: b\n\nline\r\nline\n", "line\nline\n");
	assert_text("Content-Type: text/plain; charset=euc-kr\n\n\xc7\xd1",
	            "한");
	/* Soft breaks inside a character: encoding first, charset then. */
	assert_text("Content-Type: text/plain; charset=euc-kr\n"
	            "Content-Transfer-Encoding: quoted-printable\n\n"
	            "=C7=\n=D1\n",
	            "한\n");
	assert_text("Content-Type: text/plain; charset=euc-kr\n\n\xed\x95\x9c",
	            "한");
	assert_text("Content-Type: text/plain\n\n"
	            "\xc7\xd1\xb1\xdb\xc0\xd4\xb4\xcf\xb4\xd9",
	            "한글입니다");
	assert_text("A: b\n\n\xef\xbb\xbfx", "x");
	/* ISO-2022-JP and C1 controls without a label. */
	assert_text("A: b\n\n\x1b$B4A;z\x1b(B", "漢字");
	assert_text("Content-Type: text/plain; charset=iso-8859-2\n\na\x9b"
	            "31m",
	            "a\xef\xbf\xbd"
	            "31m");
	/* Of two types the first one counts: nothing is hidden. */
	assert_text("Content-Type: text/plain\nContent-Type: multipart/mixed; "
	            "boundary=b\n\nseen\n--b\n\nin\n--b--\n",
	            "seen\n--b\n\nin\n--b--\n");
}

static void
test_forced_charset(void **state)
{
	struct message m;
	struct str s;

	(void)state;
	str_init(&s, 1000);
	message_parse(&m, SLICE_LIT("Subject: \xe9\nContent-Type: text/plain; "
	                            "charset=utf-8; name=\"\xe9\"\n\n\xe9"));
	message_set_charsets(&m, CHARSET_WINDOWS_1252, CHARSET_UNKNOWN);
	assert_true(message_subject(&m, &s));
	part_text(&m, m.root, &s, NULL);
	assert_string_equal(s.p, "éé");
	assert_slice(m.root->filename, "é");
	str_release(&s);
	message_release(&m);
}

#define MIXED "Content-Type: multipart/mixed; boundary=b\n\n"
#define ALT   "Content-Type: multipart/alternative; boundary=c\n\n"

static void
test_attachments(void **state)
{
	struct message m;
	struct part *p;

	(void)state;
	message_parse(&m,
	              SLICE_LIT(MIXED "--b\n\ntext\n--b\n"
	                              "Content-Type: image/png\n\nx\n--b\n"
	                              "Content-Type: text/plain; name=a.txt\n\n"
	                              "x\n--b\n"
	                              "Content-Type: message/rfc822\n\n"
	                              "Subject: in\n\nbody\n--b--\n"));
	p = message_next_attachment(&m, NULL);
	assert_slice(p->path, "2");
	p = message_next_attachment(&m, p);
	assert_slice(p->path, "3");
	p = message_next_attachment(&m, p);
	assert_slice(p->path, "4");
	assert_null(message_next_attachment(&m, p));
	assert_slice(message_plain(&m)->path, "1");
	message_release(&m);
}

/* TNEF, archives and pictures are files: nothing looks inside, whatever sizes
 * they claim. */
static void
test_what_is_not_decoded(void **state)
{
	static const char *const types[] = {
		"application/ms-tnef; name=winmail.dat",
		"application/vnd.ms-tnef",
		"application/zip; name=a.zip",
		"image/svg+xml",
	};
	/* The signature, then an attribute of 4 GB that holds itself. */
	static const char bytes[] = "eJ8+Ig==eJ8+IgEQAgaQCAD/////eJ8+Ig==";

	(void)state;
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		struct message m;
		struct part *p;
		struct str mail;

		str_init(&mail, 4000);
		str_printf(&mail,
		           MIXED "--b\n\ntext\n--b\nContent-Type: %s\n"
		                 "Content-Transfer-Encoding: base64\n\n%s\n"
		                 "--b--\n",
		           types[i], bytes);
		message_parse(&m, str_slice(&mail));
		p = message_next_attachment(&m, NULL);
		assert_non_null(p);
		assert_slice(p->path, "2");
		assert_null(part_walk(p));
		assert_null(message_next_attachment(&m, p));
		assert_slice(message_plain(&m)->path, "1");
		message_release(&m);
		str_release(&mail);
	}
}

/* The size that is shown without decoding is the true one where lines are of
 * one length. */
static void
test_size_of_base64(void **state)
{
	static const char *const ends[] = { "\n", "\r\n" };
	size_t bytes, e, i;

	(void)state;
	for (bytes = 1; bytes < 400; bytes++) {
		for (e = 0; e < 2; e++) {
			struct part p = { .cte = CTE_BASE64 };
			struct str text, got;

			str_init(&text, 2000);
			str_init(&got, 2000);
			for (i = 0; i < (bytes + 2) / 3; i++)
				str_add_z(&text,
				          i % 19 == 18 ? "AAAA\n" : "AAAA");
			str_clear(&got);
			for (i = 0; i < text.n; i++) {
				if (text.p[i] == '\n')
					str_add_z(&got, ends[e]);
				else
					str_add_c(&got, text.p[i]);
			}
			for (i = 0; i < (3 - bytes % 3) % 3; i++)
				got.p[slice_rfind(str_slice(&got), 'A')] = '=';
			str_add_z(&got, ends[e]);
			p.body = str_slice(&got);
			assert_int_equal(part_size_estimate(&p), bytes);
			str_release(&text);
			str_release(&got);
		}
	}
}

#define SEALED(PARAMS)                                              \
 "Content-Type: multipart/encrypted; boundary=b" PARAMS "\n\n--b\n" \
 "Content-Type: application/pgp-encrypted\n\nVersion: 1\n--b\n"     \
 "Content-Type: application/octet-stream\n\nhQ==\n--b--\n"

static void
test_display_says_what_opens_it(void **state)
{
	(void)state;
	assert_displays(SEALED("; protocol=\"application/PGP-encrypted\""),
	                "[encrypted with OpenPGP; save the attachment and "
	                "read it with: gpg --decrypt FILE]\n\n"
	                "[application/octet-stream, 4 B]\n");
	assert_displays(SEALED(""),
	                "[encrypted; its own program is needed to read "
	                "it]\n\n[application/octet-stream, 4 B]\n");
	assert_displays("Content-Type: application/pkcs7-mime; "
	                "smime-type=enveloped-data; name=smime.p7m\n\nabc\n",
	                "[encrypted with S/MIME; save the attachment and read "
	                "it with: openssl cms -decrypt -inform DER -in FILE "
	                "-inkey KEY]\n[smime.p7m, application/pkcs7-mime, "
	                "4 B]\n");
	assert_displays("Content-Type: application/x-pkcs7-mime; "
	                "smime-type=Signed-Data\n\nabc\n",
	                "[signed with S/MIME; save the attachment and read "
	                "it with: openssl cms -verify -noverify -inform DER "
	                "-in FILE]\n[application/x-pkcs7-mime, 4 B]\n");
	/* a seal alone is shown as what it is */
	assert_displays(
		"Content-Type: application/pgp-encrypted\n\nVersion: 1\n",
		"[application/pgp-encrypted, 11 B]\n");
}

static void
test_display(void **state)
{
	(void)state;
	assert_displays("A: b\n\ntext\n\n\n", "text\n");
	assert_displays("A: b\n\na\x1b[2J\xc2\x9b\n",
	                "a\xef\xbf\xbd[2J\xef\xbf\xbd\n");
	/* Addresses that lead elsewhere, in text and in the list of links. */
	assert_displays("A: b\n\nhttp://bank.kr@evil.kr/x\nbye\n\n",
	                "http://bank.kr@evil.kr/x\nbye\n\n(!) "
	                "http://bank.kr@evil.kr/x leads to evil.kr\n");
	assert_displays("Content-Type: text/html; charset=utf-8\n\n"
	                "<a href='http://bank.kr@evil.kr/'>x</a> "
	                "<a href='http://\xd0\xb0pple.kr/'>y</a>",
	                "x[1] y[2]\n\n"
	                "[1] http://bank.kr@evil.kr/  (!) evil.kr\n"
	                "[2] http://xn--pple-43d.kr/  (!) xn--pple-43d.kr\n");
	/* Text that no body has. */
	assert_displays("A: b\ntext\nmore\n", "text\nmore\n");
	assert_displays(MIXED "only\n--b--\n", "only\n");
	assert_displays(MIXED "--b\nContent-Type: message/rfc822\n\n"
	                      "gone\n\n--b--\n",
	                "---- Forwarded message ----\n\ngone\n");
	assert_displays("Content-Type: text/plain>\n\ntext\n", "text\n");
	assert_displays("Content-Type: text/plain; format=flowed\n\n"
	                "> a \n> b\nc \nd\n",
	                "> a b\nc d\n");
	assert_displays(ALT "--c\n\nplain\n--c\nContent-Type: text/html\n\n"
	                    "<p>html\n--c--\n",
	                "plain\n");
	assert_displays(ALT "--c\n\n\n--c\nContent-Type: text/html\n\n"
	                    "<p>html</p>\n--c--\n",
	                "html\n");
	assert_displays(ALT "--c\n\nView this in your browser: http://a.kr"
	                    "\n--c\nContent-Type: text/html\n\nh\n--c--\n",
	                "h\n");
	assert_displays(ALT "--c\n\n메일이 보이지 않으면 누르세요\n"
	                    "--c\nContent-Type: text/html\n\nh\n--c--\n",
	                "h\n");
	assert_displays(ALT "--c\n\nhttps://a.kr/x\n"
	                    "--c\nContent-Type: text/html\n\nh\n--c--\n",
	                "h\n");
	/* A link with a word about it is a text. */
	assert_displays(ALT "--c\n\nhttps://a.kr/x here\n"
	                    "--c\nContent-Type: text/html\n\nh\n--c--\n",
	                "https://a.kr/x here\n");
	assert_displays(ALT "--c\n\nThis mail needs HTML.\n--c\n"
	                    "Content-Type: text/html\n\n<p>real</p>\n--c--\n",
	                "real\n");
	assert_displays(MIXED "--b\n\none\n--b\nContent-Type: "
	                      "application/x-hwp; name=\"a.hwp\"\n"
	                      "Content-Transfer-Encoding: base64\n\n"
	                      "AAAA\n--b\n\ntwo\n--b--\n",
	                "one\n\n[a.hwp, application/x-hwp, 3 B]\n\ntwo\n");
	assert_displays(MIXED "--b\n\nlook\n--b\nContent-Type: message/rfc822"
	                      "\n\nFrom: a@b.kr\nSubject: =?utf-8?B?7ZWc?=\n\n"
	                      "inner\n--b--\n",
	                "look\n\n---- Forwarded message ----\nFrom: a@b.kr\n"
	                "Subject: 한\n\ninner\n");
}

/* What is not shown is said. */
static void
test_left_out(void **state)
{
	struct message m;
	struct str s;

	(void)state;
	assert_displays("Content-Type: text/html\n\n<p>a<p hidden>b</p>"
	                "<img src=http://t.example/x width=1 height=1>",
	                "a\n\n[left out: 1 hidden, 1 to track readers]\n");
	str_init(&s, 4000000);
	str_add_z(&s, MIXED);
	for (int i = 0; i < 6000; i++)
		str_add_z(&s, "--b\n\nx\n");
	message_parse(&m, str_slice(&s));
	str_clear(&s);
	message_display(&m, 80, &s);
	assert_true(slice_ends(str_slice(&s), "\n\n[this message has more "
	                                      "parts than are shown]\n"));
	message_release(&m);
	str_clear(&s);
	for (int i = 0; i < 200; i++)
		str_add_z(&s, "Content-Type: message/rfc822\n\n");
	message_parse(&m, str_slice(&s));
	str_clear(&s);
	message_display(&m, 80, &s);
	assert_true(slice_ends(str_slice(&s), "\n\n[parts too deep inside "
	                                      "each other are shown as one "
	                                      "text]\n"));
	message_release(&m);
	str_release(&s);
}

static void
test_words(void **state)
{
	struct message m;
	struct str s;

	(void)state;
	str_init(&s, 1000);
	message_parse(&m, SLICE_LIT("A: b\n\n가나다라"));
	message_words(&m, 7, &s);
	assert_string_equal(s.p, "가나");
	message_release(&m);
	str_clear(&s);
	message_parse(&m, SLICE_LIT("Content-Type: text/html\n\n<b>x</b> y"));
	message_words(&m, 100, &s);
	assert_string_equal(s.p, "x y\n");
	message_release(&m);
	str_clear(&s);
	message_parse(&m, SLICE_LIT("A: b\nlost words"));
	message_words(&m, 100, &s);
	assert_string_equal(s.p, "lost words");
	message_release(&m);
	str_clear(&s);
	message_parse(&m, SLICE_LIT("Content-Type: text/plain>\n\nodd"));
	message_words(&m, 100, &s);
	assert_string_equal(s.p, "odd");
	message_release(&m);
	str_release(&s);
}

static void
assert_json_has(const char *raw, const char *want)
{
	struct message m;
	struct str s;

	str_init(&s, 100000);
	message_parse(&m, slice_of(raw));
	message_json(&m, &s);
	if (slice_find_text(str_slice(&s), slice_of(want)) == s.n)
		fail_msg("no %s in %s", want, s.p);
	str_release(&s);
	message_release(&m);
}

static void
test_json(void **state)
{
	(void)state;
	assert_json_has("A: b\n\na \xc2\xa0 \nb \n", "\"text\":\"a\\nb \"");
	assert_json_has("Content-Type: what\n\nx", "\"text\":null");
	assert_json_has("Content-Type: message/rfc822\n\n", "\"size\":0");
	assert_json_has("A: b\nlost", "\"size\":0");
	assert_json_has("Message-ID: <>\n\nx", "\"message_id\":null");
	assert_json_has("Message-ID: <a@b\n\nx", "\"message_id\":\"a@b\"");
	/* The ";" before a parameter is missing, or the kind is. */
	assert_json_has("Content-Type: text/plain charset=euc-kr\n\n\xc7\xd1",
	                "\"charset\":\"euc-kr\"");
	assert_json_has(
		"Content-Type: a/b\n"
		"Content-Disposition: attachment filename=\"x.txt\"\n\nx",
		"\"filename\":\"x.txt\"");
	assert_json_has("Content-Type: a/b\n"
	                "Content-Disposition: filename*=utf-8''x.txt\n\nx",
	                "\"filename\":\"x.txt\"");
	assert_json_has("Content-Type: charset=euc-kr\n\nx",
	                "\"charset\":\"euc-kr\"");
}

static void
test_every_cut_displays(void **state)
{
	static const char whole[] =
		"Subject: x\n" MIXED "--b\n" ALT
		"--c\n\n\n--c\nContent-Type: text/html\n\n<p>h\n--c--\n--b\n"
		"Content-Type: message/rfc822\n\nSubject: in\n" ALT
		"--c\nContent-Type: text/calendar\n\nBEGIN:VEVENT\nDTSTART:2026"
		"\n--c--\n--b--\n";
	struct str s;

	(void)state;
	str_init(&s, 100000);
	for (size_t i = 0; i < sizeof whole; i++) {
		struct message m;
		char *copy = malloc(i + 1);

		memcpy(copy, whole, i);
		message_parse(&m, slice_make(copy, i));
		str_clear(&s);
		message_display(&m, 80, &s);
		assert_true(utf8_valid(s.p, s.n));
		str_clear(&s);
		message_json(&m, &s);
		assert_true(s.n > 2 && s.p[s.n - 1] == '}');
		message_release(&m);
		free(copy);
	}
	str_release(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_counts),
		cmocka_unit_test(test_senders),
		cmocka_unit_test(test_odd_date),
		cmocka_unit_test(test_references),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_forced_charset),
		cmocka_unit_test(test_attachments),
		cmocka_unit_test(test_what_is_not_decoded),
		cmocka_unit_test(test_display),
		cmocka_unit_test(test_display_says_what_opens_it),
		cmocka_unit_test(test_size_of_base64),
		cmocka_unit_test(test_left_out),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_every_cut_displays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
