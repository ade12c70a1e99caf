/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the spam filter looks at. */
#include "lib/test.h"

#include "mail/spam_view.h"

#include "util/banned.h"

#define TEXT_MAX 400

/* Blanks squeezed, byte by byte. */
static void
squeeze_slowly(struct slice s, struct str *out)
{
	size_t i;

	s = slice_trim(s);
	for (i = 0; i < s.n; i++) {
		char c = byte_is_blank(s.p[i]) || s.p[i] == '\0' ? ' ' : s.p[i];

		if (c != ' ' || (out->n > 0 && out->p[out->n - 1] != ' '))
			str_add_c(out, c);
	}
}

static void
check_body(struct slice body)
{
	struct spam_view v;
	struct message m;
	struct str raw, wanted;

	str_init(&raw, 2 * TEXT_MAX);
	str_init(&wanted, 2 * TEXT_MAX);
	str_add_z(&raw, "From: a@example.com\nContent-Type: text/plain; "
	                "charset=utf-8\n\n");
	str_add_slice(&raw, body);
	squeeze_slowly(body, &wanted);
	message_parse(&m, str_slice(&raw));
	spam_view_init(&v, &m);
	if (!slice_eq(v.text, str_slice(&wanted)))
		fail_msg("'%.*s' is not '%s'", SLICE_ARG(v.text), wanted.p);
	spam_view_release(&v);
	message_release(&m);
	str_release(&raw);
	str_release(&wanted);
}

static void
test_blanks_are_squeezed(void **state)
{
	static const char *const pieces[] = {
		" ",  "  ",   "\t",  "\n",  "\n\n", "a",       "word",
		"!x", "한글", "1,0", "<b>", "é",    "no end ", "          ",
	};
	uint32_t chance = 7;
	int round;

	(void)state;
	for (round = 0; round < 1500; round++) {
		struct str text;
		unsigned n = chance >> 16 & 31;

		str_init(&text, TEXT_MAX);
		while (n-- > 0) {
			chance = chance * 1103515245U + 12345U;
			str_add_z(&text,
			          pieces[(chance >> 16) %
			                 (sizeof pieces / sizeof pieces[0])]);
		}
		check_body(str_slice(&text));
		chance = chance * 1103515245U + 12345U;
		str_release(&text);
	}
}

static void
test_a_text_has_an_end(void **state)
{
	struct spam_view v;
	struct message m;
	struct str raw;
	size_t i, extra;

	(void)state;
	for (extra = 0; extra < 12; extra++) {
		str_init(&raw, 4 * SPAM_TEXT_MAX);
		str_add_z(&raw, "Subject: ");
		for (i = 0; i < SPAM_FIELD_MAX; i++)
			str_add_z(&raw, "가");
		str_add_z(&raw, "\nContent-Type: text/plain; charset=utf-8"
		                "\n\n");
		for (i = 0; i < extra; i++)
			str_add_c(&raw, 'x');
		for (i = 0; i < SPAM_TEXT_MAX / 3 + 20; i++)
			str_add_z(&raw, "나");
		message_parse(&m, str_slice(&raw));
		spam_view_init(&v, &m);
		assert_true(v.text.n <= SPAM_TEXT_MAX &&
		            v.text.n > SPAM_TEXT_MAX - 3);
		assert_int_equal((v.text.n - extra) % 3, 0);
		assert_true(v.subject.n <= SPAM_FIELD_MAX &&
		            v.subject.n > SPAM_FIELD_MAX - 3);
		assert_int_equal(v.subject.n % 3, 0);
		spam_view_release(&v);
		message_release(&m);
		str_release(&raw);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blanks_are_squeezed),
		cmocka_unit_test(test_a_text_has_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
