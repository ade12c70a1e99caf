/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compose: messages that are handed in ready to be sent. */
#include "lib/test.h"

#include "cli/compose.h"
#include "lib/temp.h"
#include "mime/message.h"
#include "util/fsx.h"

struct result {
	int rc;
	struct err err;
	struct compose_out out;
	struct message m; /* what would be sent, read again */
};

static void
run(struct result *r, const char *message, bool from_header, char *const *words,
    char *const *files)
{
	struct compose_in in = { .message = slice_of(message),
		                 .from_header = from_header,
		                 .words = words,
		                 .files = files,
		                 .from = SLICE_LIT("me@naver.com"),
		                 .full_name = SLICE_LIT("김하늘"),
		                 .now = 1763971200,
		                 .zone = 9 * 3600 };

	memset(r, 0, sizeof *r);
	r->rc = compose(&in, &r->out, &r->err);
	message_parse(&r->m, str_slice(&r->out.message));
}

static void
release(struct result *r)
{
	message_release(&r->m);
	compose_release(&r->out);
}

static void
assert_header(const struct result *r, const char *name, const char *value)
{
	struct str out;

	str_init(&out, MESSAGE_FIELD_MAX);
	assert_int_equal(message_text_field(&r->m, r->m.root, name, &out),
	                 value != NULL);
	assert_string_equal(out.p, value != NULL ? value : "");
	str_release(&out);
}

static void
assert_text(const struct result *r, const char *text)
{
	struct str out;

	str_init(&out, 100000);
	assert_non_null(message_plain(&r->m));
	part_text(&r->m, message_plain(&r->m), &out, NULL);
	assert_string_equal(out.p, text);
	str_release(&out);
}

/* RFC 5322 2.3: CRLF only, 7 bits only. */
static void
assert_clean(const struct result *r)
{
	const struct str *s = &r->out.message;
	size_t i;

	for (i = 0; i < s->n; i++) {
		assert_true((unsigned char)s->p[i] < 0x80 && s->p[i] != '\0');
		if (s->p[i] == '\n')
			assert_true(i > 0 && s->p[i - 1] == '\r');
		if (s->p[i] == '\r')
			assert_int_equal(s->p[i + 1], '\n');
	}
}

static char *const one[] = { (char *)(uintptr_t) "a@example.com", NULL };

static void
test_body_alone(void **state)
{
	struct result r;

	(void)state;
	run(&r, "안녕하세요\n둘째 줄\n", false, one, NULL);
	assert_int_equal(r.rc, 0);
	assert_clean(&r);
	assert_int_equal(r.out.rcpts.n, 1);
	assert_header(&r, "To", "a@example.com");
	assert_header(&r, "From", "김하늘 <me@naver.com>");
	assert_header(&r, "Date", "Mon, 24 Nov 2025 17:00:00 +0900");
	assert_true(message_id(&r.m).n > 0);
	assert_text(&r, "안녕하세요\n둘째 줄\n");
	release(&r);
}

static void
test_header_goes_through(void **state)
{
	struct result r;

	(void)state;
	run(&r,
	    "From: You <you@example.com>\nTo: b@example.com\n"
	    "X-Folded: one\n two\nSubject: plain\n"
	    "Message-ID: <1@example.com>\nDate: Tue, 4 Mar 2025 09:30:00 +0900\n"
	    "\nHello\n.\nend",
	    false, one, NULL);
	assert_int_equal(r.rc, 0);
	assert_string_equal(r.out.message.p,
	                    "From: You <you@example.com>\r\n"
	                    "To: b@example.com\r\nX-Folded: one\r\n two\r\n"
	                    "Subject: plain\r\nMessage-ID: <1@example.com>\r\n"
	                    "Date: Tue, 4 Mar 2025 09:30:00 +0900\r\n\r\n"
	                    "Hello\r\n.\r\nend\r\n");
	assert_string_equal(r.out.rcpts.v[0], "a@example.com");
	release(&r);
}

static void
test_recipients_of_the_header(void **state)
{
	struct result r;
	size_t i;

	(void)state;
	run(&r,
	    "To: B <b@example.com>, c@example.com\nCc: B@EXAMPLE.COM\n"
	    "Bcc: secret@example.com\nBCC: two@example.com\n\nx\n",
	    true, one, NULL);
	assert_int_equal(r.rc, 0);
	assert_int_equal(r.out.rcpts.n, 5);
	assert_string_equal(r.out.rcpts.v[3], "secret@example.com");
	for (i = 0; i + 6 < r.out.message.n; i++)
		assert_true(memcmp(r.out.message.p + i, "secret", 6) != 0);
	assert_header(&r, "Bcc", NULL);
	release(&r);
}

/* A CR in a field that somebody else chose is no line end on the wire. */
static void
test_bare_cr_adds_no_field(void **state)
{
	struct result r;

	(void)state;
	run(&r,
	    "To: b@example.com\nSubject: hi\rBcc: evil@example.com\r\r\n"
	    " folded\r\n\tonce more\nResent-Bcc: s@example.com\n\nx\n",
	    true, NULL, NULL);
	assert_int_equal(r.rc, 0);
	assert_int_equal(r.out.rcpts.n, 1);
	assert_header(&r, "Bcc", NULL);
	assert_header(&r, "Resent-Bcc", NULL);
	assert_header(&r, "Subject",
	              "hi Bcc: evil@example.com folded once more");
	release(&r);
}

static void
test_raw_8bit_is_encoded(void **state)
{
	struct result r;

	(void)state;
	run(&r, "Subject: 회의 일정\nTo: 이준호 <b@example.com>\n\n본문\n",
	    true, NULL, NULL);
	assert_int_equal(r.rc, 0);
	assert_clean(&r);
	assert_header(&r, "Subject", "회의 일정");
	assert_header(&r, "To", "이준호 <b@example.com>");
	assert_string_equal(r.out.subject, "회의 일정");
	assert_text(&r, "본문\n");
	release(&r);
}

static void
test_nothing_is_injected(void **state)
{
	static const char *const bad[] = { "-oQ/tmp",
		                           "a b@c",
		                           "a@b\r\nX: y",
		                           "a@b>\nRCPT",
		                           "a@b.c\nRCPT TO:<d@e.f>",
		                           "a@b.c\rd",
		                           "nobody",
		                           "" };
	struct result r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		char *word = strdup(bad[i]);
		char *words[] = { word, NULL };

		run(&r, "x\n", false, words, NULL);
		assert_int_equal(r.rc, -1);
		assert_int_equal(r.err.code, ERR_USAGE);
		release(&r);
		free(word);
	}
	run(&r, "To: x\n\nx\n", true, NULL, NULL);
	assert_int_equal(r.rc, -1);
	release(&r);
	run(&r, "no recipients\n", false, NULL, NULL);
	assert_int_equal(r.rc, -1);
	release(&r);
}

/* RFC 5322, 3.6.6: whom it is sent on to, and nobody who has it. */
static void
test_sent_on(void **state)
{
	static const char *const mail =
		"Resent-From: =?utf-8?B?6rmA7ZWY64qY?= <me@naver.com>\n"
		"Resent-To: r1@example.com,\n r2@example.com\n"
		"Resent-Cc: r3@example.com\nResent-BCC: r4@example.com\n"
		"Received: by mx\n"
		"Resent-From: old@example.com\nResent-To: old-to@example.com\n"
		"From: boss@example.com\nTo: all@example.com\n"
		"Cc: c@example.com\nBcc: b@example.com\n"
		"Message-ID: <1@example.com>\nSubject: s\n\ntext\n";
	char *const files[] = { (char *)(uintptr_t) "/dev/null", NULL };
	struct result r;

	(void)state;
	run(&r, mail, true, NULL, NULL);
	assert_int_equal(r.rc, 0);
	assert_int_equal(r.out.rcpts.n, 4);
	assert_string_equal(r.out.rcpts.v[0], "r1@example.com");
	assert_string_equal(r.out.rcpts.v[3], "r4@example.com");
	assert_header(&r, "Resent-Bcc", NULL);
	assert_header(&r, "Bcc", NULL);
	assert_header(&r, "To", "all@example.com");
	assert_header(&r, "From", "boss@example.com");
	assert_header(&r, "Message-ID", "<1@example.com>");
	/* what its block lacks is added above it, not to the message */
	assert_true(slice_starts(str_slice(&r.out.message), "Resent-Date: "));
	assert_header(&r, "Date", NULL);
	assert_header(&r, "Resent-Date", "Mon, 24 Nov 2025 17:00:00 +0900");
	assert_clean(&r);
	release(&r);
	/* recipients as words: nothing of the header tells whom */
	run(&r, mail, false, one, NULL);
	assert_int_equal(r.rc, 0);
	assert_int_equal(r.out.rcpts.n, 1);
	assert_true(slice_find_text(str_slice(&r.out.message),
	                            SLICE_LIT("a@example.com")) ==
	            r.out.message.n);
	release(&r);
	/* without recipients of its own the others count; twice the same field */
	run(&r, "Resent-From: me@naver.com\nTo: t@example.com\n\nx\n", true,
	    NULL, NULL);
	assert_int_equal(r.out.rcpts.n, 1);
	assert_string_equal(r.out.rcpts.v[0], "t@example.com");
	release(&r);
	run(&r,
	    "Resent-To: p@example.com\nTo: t@example.com\n"
	    "Resent-To: q@example.com\n\nx\n",
	    true, NULL, NULL);
	assert_int_equal(r.out.rcpts.n, 2);
	assert_header(&r, "Resent-From", "김하늘 <me@naver.com>");
	release(&r);
	/* it stays as it is: nothing can be attached */
	run(&r, mail, true, NULL, files);
	assert_int_equal(r.rc, -1);
	assert_int_equal(r.err.code, ERR_USAGE);
	release(&r);
	run(&r, "Resent-To: not an address\nTo: t@example.com\n\nx\n", true,
	    NULL, NULL);
	assert_int_equal(r.rc, -1);
	release(&r);
}

static void
test_attachments(void **state)
{
	char *folder = temp_make();
	char *path = fsx_join(folder, "보고서.pdf");
	char *files[] = { path, NULL };
	struct part *p;
	struct result r;
	struct str bytes;

	(void)state;
	assert_int_equal(fsx_write_atomic(path, SLICE_LIT("%PDF-1"), NULL), 0);
	run(&r, "Subject: 첨부\n\n본문\n", false, one, files);
	if (r.rc != 0)
		fail_msg("%s", r.err.text);
	assert_clean(&r);
	assert_header(&r, "Subject", "첨부");
	assert_header(&r, "To", "a@example.com");
	p = message_next_attachment(&r.m, NULL);
	assert_non_null(p);
	assert_slice(p->filename, "보고서.pdf");
	str_init(&bytes, 100);
	part_bytes(p, &bytes);
	assert_string_equal(bytes.p, "%PDF-1");
	str_release(&bytes);
	release(&r);
	free(path);
	path = fsx_join(folder, "none");
	files[0] = path;
	run(&r, "x\n", false, one, files);
	assert_int_equal(r.rc, -1);
	assert_int_equal(r.err.code, ERR_NOTFOUND);
	release(&r);
	free(path);
	temp_remove(folder);
}

static void
test_long_lines_and_nuls(void **state)
{
	struct result r;
	char *text = malloc(3001);
	struct slice rest;
	struct slice line;

	(void)state;
	memset(text, 'a', 3000);
	text[3000] = '\0';
	run(&r, text, false, one, NULL);
	assert_int_equal(r.rc, 0);
	rest = str_slice(&r.out.message);
	while (slice_line(&rest, &line))
		assert_true(line.n <= 998);
	release(&r);
	free(text);
}

static void
test_legacy_account(void **state)
{
	char *words[] = { (char[]){ "a@b.kr" }, NULL };
	struct compose_in in = { .message = SLICE_LIT("Subject: 공지\n\nx\n"),
		                 .words = words,
		                 .from = SLICE_LIT("me@naver.com"),
		                 .full_name = SLICE_LIT("김하늘"),
		                 .legacy = true,
		                 .now = 1763971200 };
	struct compose_out out;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(compose(&in, &out, &err), 0);
	assert_non_null(strstr(out.message.p, "Subject: =?EUC-KR?B?"));
	assert_non_null(strstr(out.message.p, "From: =?EUC-KR?B?"));
	compose_release(&out);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_legacy_account),
		cmocka_unit_test(test_body_alone),
		cmocka_unit_test(test_header_goes_through),
		cmocka_unit_test(test_recipients_of_the_header),
		cmocka_unit_test(test_bare_cr_adds_no_field),
		cmocka_unit_test(test_raw_8bit_is_encoded),
		cmocka_unit_test(test_nothing_is_injected),
		cmocka_unit_test(test_sent_on),
		cmocka_unit_test(test_attachments),
		cmocka_unit_test(test_long_lines_and_nuls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
