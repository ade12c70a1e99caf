/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mbox: frames, quoting, flags; what is written is read back. */
#include "lib/test.h"

#include "mail/mbox.h"
#include "store/store.h"
#include "util/str.h"

#define MAX    100000
#define FROM_A "From kim@example.org Mon Nov 16 09:12:00 2026\n"
#define FROM_B "From - Tue Nov 17 09:12:00 2026\n"

/* The n-th message of an mbox; the number of all. */
static size_t
read_all(const char *text, enum mbox_kind kind, size_t n, struct str *out,
         struct mbox_item *item_r)
{
	struct mbox_item item;
	struct mbox m;
	size_t count = 0;

	str_clear(out);
	mbox_init(&m, slice_of(text), kind);
	while (mbox_next(&m, &item)) {
		if (count++ == n) {
			mbox_message(&m, &item, out);
			*item_r = item;
		}
	}
	return count;
}

static void
check(const char *text, enum mbox_kind kind, size_t n, const char *want)
{
	struct mbox_item item;
	struct str out;

	str_init(&out, MAX);
	assert_true(read_all(text, kind, n, &out, &item) > n);
	assert_string_equal(out.p, want);
	str_release(&out);
}

static void
test_frames(void **state)
{
	const char *two = FROM_A "Subject: a\n\none\nFrom here on\n\n" FROM_B
				 "Subject: b\n\ntwo\n\nFrom prose, after an "
				 "empty line\n";
	struct mbox_item item;
	struct str out;

	(void)state;
	str_init(&out, MAX);
	assert_int_equal(read_all(two, MBOX_AUTO, 0, &out, &item), 2);
	assert_string_equal(out.p, "Subject: a\r\n\r\none\r\nFrom here on\r\n");
	assert_int_equal(item.received, 1794820320);
	assert_int_equal(read_all(two, MBOX_AUTO, 1, &out, &item), 2);
	assert_string_equal(out.p, "Subject: b\r\n\r\ntwo\r\n\r\nFrom prose, "
	                           "after an empty line\r\n");
	assert_int_equal(read_all("", MBOX_AUTO, 0, &out, &item), 0);
	assert_int_equal(read_all("\n\n", MBOX_AUTO, 0, &out, &item), 0);
	assert_int_equal(read_all("From ", MBOX_AUTO, 0, &out, &item), 1);
	assert_int_equal(item.raw.n, 0);
	str_release(&out);
	/* CRLF, no line end at the end */
	check("From a Mon Nov 16 09:12:00 2026\r\nA: b\r\n\r\nx\r\n\r\n" FROM_B
	      "C: d\r\n\r\ny",
	      MBOX_AUTO, 0, "A: b\r\n\r\nx\r\n");
	check("From a Mon Nov 16 09:12:00 2026\r\nA: b\r\n\r\nx\r\n\r\n" FROM_B
	      "C: d\r\n\r\ny",
	      MBOX_AUTO, 1, "C: d\r\n\r\ny");
}

static void
test_quoting(void **state)
{
	const char *quoted = FROM_A "A: b\n\n>From a\n>>From b\n> From c\n";
	const char *long_ones =
		FROM_A "Content-Length: 43\nA: b\n\n"
		       "x\n\n" FROM_B ">From y\n\n" FROM_A "C: d\n\nz\n";
	const char *lying =
		FROM_A "Content-Length: 9999\nA: b\n\n>From a\n\n" FROM_B
		       "Content-Length: 1\nC: d\n\n>From b\n";

	(void)state;
	check(quoted, MBOX_AUTO, 0,
	      "A: b\r\n\r\nFrom a\r\n>From b\r\n> From c\r\n");
	check(quoted, MBOX_RD, 0,
	      "A: b\r\n\r\nFrom a\r\n>From b\r\n> From c\r\n");
	check(quoted, MBOX_O, 0,
	      "A: b\r\n\r\nFrom a\r\n>>From b\r\n> From c\r\n");
	check(quoted, MBOX_CL, 0,
	      "A: b\r\n\r\nFrom a\r\n>From b\r\n> From c\r\n");
	check(quoted, MBOX_CL2, 0,
	      "A: b\r\n\r\n>From a\r\n>>From b\r\n> From c\r\n");
	/* the length frames a "From " line: nothing is quoted in that file */
	check(long_ones, MBOX_AUTO, 0,
	      "A: b\r\n\r\nx\r\n\r\nFrom - Tue Nov 17 09:12:00 2026\r\n"
	      ">From y\r\n");
	check(long_ones, MBOX_AUTO, 1, "C: d\r\n\r\nz\r\n");
	check(long_ones, MBOX_RD, 0, "A: b\r\n\r\nx\r\n");
	/* a length that cannot be is none */
	check(lying, MBOX_AUTO, 0, "A: b\r\n\r\nFrom a\r\n");
	check(lying, MBOX_AUTO, 1, "C: d\r\n\r\nFrom b\r\n");
}

static void
test_flags(void **state)
{
	const char *text =
		FROM_A "Status: RO\nX-Status: AF\nSubject: x\n fold\nX-UID: 7\n"
		       "X-Keywords: a\n b\n\nbody\n\n" FROM_B
		       "X-Mozilla-Status: 1007\n\n1\n\n" FROM_B
		       "X-Mozilla-Status: 0009\n\n2\n\n" FROM_B
		       "X-Status: D\n\n3\n\n" FROM_A
		       "Subject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL "
		       "DATA\nX-IMAP: 1 2\n\nx\n";
	struct mbox_item item;
	struct str out;

	(void)state;
	str_init(&out, MAX);
	assert_int_equal(read_all(text, MBOX_AUTO, 0, &out, &item), 5);
	assert_int_equal(item.flags,
	                 STORE_SEEN | STORE_ANSWERED | STORE_FLAGGED);
	assert_string_equal(out.p, "Subject: x\r\n fold\r\n\r\nbody\r\n");
	read_all(text, MBOX_AUTO, 1, &out, &item);
	assert_int_equal(item.flags, STORE_SEEN | STORE_ANSWERED |
	                                     STORE_FLAGGED | STORE_FORWARDED);
	assert_false(item.hidden);
	read_all(text, MBOX_AUTO, 2, &out, &item);
	assert_true(item.hidden);
	read_all(text, MBOX_AUTO, 3, &out, &item);
	assert_true(item.deleted);
	read_all(text, MBOX_AUTO, 4, &out, &item);
	assert_true(item.hidden);
	str_release(&out);
}

static void
test_written_is_read_back(void **state)
{
	const char *message =
		"From: a@b\r\nSubject: x\r\n\r\nFrom a\r\n>From b\r\n"
		"\r\nFrom c 12:34\r\n\r\n";
	struct mbox_item item;
	struct str text;
	struct str out;

	(void)state;
	str_init(&text, MAX);
	str_init(&out, MAX);
	mbox_write(slice_of(message), "a@b", 1794820320,
	           STORE_SEEN | STORE_FLAGGED, &text);
	mbox_write(slice_of("A: b\r\n\r\nx\r\n"), "", 0, 0, &text);
	assert_true(mbox_is(str_slice(&text)));
	assert_int_equal(read_all(text.p, MBOX_AUTO, 0, &out, &item), 2);
	assert_string_equal(out.p, message);
	assert_int_equal(item.flags, STORE_SEEN | STORE_FLAGGED);
	assert_int_equal(item.received, 1794820320);
	read_all(text.p, MBOX_AUTO, 1, &out, &item);
	assert_string_equal(out.p, "A: b\r\n\r\nx\r\n");
	/* a message that begins with the line of an mbox */
	str_clear(&text);
	mbox_write(slice_of("From a@b Mon Nov 16 09:12:00 2026\r\n>From x\r\n"
	                    "A: b\r\n\r\nx\r\n"),
	           "", 0, STORE_SEEN, &text);
	assert_int_equal(read_all(text.p, MBOX_AUTO, 0, &out, &item), 1);
	assert_string_equal(out.p, "From a@b Mon Nov 16 09:12:00 2026\r\n"
	                           ">From x\r\nA: b\r\n\r\nx\r\n");
	str_release(&text);
	str_release(&out);
}

static void
test_cut_anywhere(void **state)
{
	static const char text[] =
		FROM_A "Content-Length: 6\nStatus: R\n\nx\n\ny\n\n\n" FROM_B
		       ">From: \n\tb\n\n>From q\n";
	struct mbox_item item;
	struct str out;

	(void)state;
	str_init(&out, MAX);
	for (size_t n = 0; n < sizeof text; n++) {
		char *cut = slice_dup(slice_make(text, n));

		assert_true(read_all(cut, MBOX_AUTO, 0, &out, &item) <= 3);
		assert_true(out.n <= 2 * n);
		free(cut);
	}
	str_release(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_quoting),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_written_is_read_back),
		cmocka_unit_test(test_cut_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
