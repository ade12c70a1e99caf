/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The thread that stores messages while the next ones arrive. */
#include "engine/intake.h"
#include "lib/test.h"

#define MANY 500

struct stored {
	size_t entries[MANY];
	size_t bytes[MANY];
	size_t n;
	size_t bad;         /* this entry fails */
	size_t marks[MANY]; /* how many were stored at each */
	size_t mark_count;
	size_t bad_mark; /* from 1: this one fails */
};

static int
store(void *ctx, size_t entry, struct slice raw, struct err *err)
{
	struct stored *s = ctx;

	if (entry == s->bad)
		return err_set(err, ERR_IO, "entry %zu", entry);
	s->entries[s->n] = entry;
	s->bytes[s->n++] = raw.n;
	return 0;
}

static int
settle(void *ctx, struct err *err)
{
	struct stored *s = ctx;

	s->marks[s->mark_count++] = s->n;
	return s->mark_count == s->bad_mark ? err_set(err, ERR_IO, "mark") : 0;
}

/* As a mark, and told apart from one. */
static int
take_breath(void *ctx, struct err *err)
{
	struct stored *s = ctx;

	(void)err;
	s->marks[s->mark_count++] = 1000 + s->n;
	return 0;
}

/* Put entries until one is refused; how many were taken. */
static size_t
put_many(struct intake *in, size_t n, struct err *err)
{
	static const char piece[1000] = "x";
	struct str message;
	size_t i;

	str_init(&message, 1 << 20);
	for (i = 0; i < n; i++) {
		for (size_t k = 0; k < i % 40; k++)
			str_add(&message, piece, sizeof piece);
		if (intake_put(in, i, &message, err) != 0)
			break;
		assert_int_equal(message.n, 0);
		assert_int_equal(message.max, 1 << 20);
	}
	str_release(&message);
	return i;
}

static void
test_all_in_order(void **state)
{
	struct stored s = { .bad = MANY };
	struct intake in = { .store = store, .ctx = &s };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(intake_open(&in, &err), 0);
	assert_int_equal(put_many(&in, MANY, &err), MANY);
	assert_int_equal(intake_drain(&in, &err), 0);
	assert_int_equal(s.n, MANY);
	for (size_t i = 0; i < MANY; i++) {
		assert_int_equal(s.entries[i], i);
		assert_int_equal(s.bytes[i], i % 40 * 1000);
	}
	intake_close(&in);
}

static void
test_nothing_after_a_failure_until_it_is_told(void **state)
{
	struct stored s = { .bad = 100 };
	struct intake in = { .store = store, .ctx = &s };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(intake_open(&in, &err), 0);
	(void)put_many(&in, MANY, &err);
	memset(&err, 0, sizeof err);
	assert_int_equal(intake_drain(&in, &err), -1);
	assert_int_equal(err.code, ERR_IO);
	assert_string_equal(err.text, "entry 100");
	assert_int_equal(s.n, 100);
	assert_int_equal(intake_drain(&in, &err), 0);
	assert_int_equal(put_many(&in, 50, &err), 50);
	intake_close(&in);
	assert_int_equal(s.n, 150);
}

/* Each mark stands behind what was put before it and before all after it. */
static void
test_marks_in_order(void **state)
{
	struct stored s = { .bad = MANY };
	struct intake in = { .store = store, .settle = settle, .ctx = &s };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(intake_open(&in, &err), 0);
	assert_int_equal(intake_mark(&in, &err), 0);
	assert_int_equal(put_many(&in, 60, &err), 60);
	assert_int_equal(intake_mark(&in, &err), 0);
	assert_int_equal(put_many(&in, 40, &err), 40);
	assert_int_equal(intake_mark(&in, &err), 0);
	assert_int_equal(intake_mark(&in, &err), 0);
	assert_int_equal(intake_drain(&in, &err), 0);
	assert_int_equal(s.mark_count, 4);
	assert_int_equal(s.marks[0], 0);
	assert_int_equal(s.marks[1], 60);
	assert_int_equal(s.marks[2], 100);
	assert_int_equal(s.marks[3], 100);
	intake_close(&in);
}

static void
test_a_pause_in_its_place(void **state)
{
	struct stored s = { .bad = MANY };
	struct intake in = { .store = store,
		             .settle = settle,
		             .pause = take_breath,
		             .ctx = &s };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(intake_open(&in, &err), 0);
	assert_int_equal(put_many(&in, 7, &err), 7);
	assert_int_equal(intake_pause(&in, &err), 0);
	assert_int_equal(intake_mark(&in, &err), 0);
	assert_int_equal(put_many(&in, 3, &err), 3);
	assert_int_equal(intake_drain(&in, &err), 0);
	assert_int_equal(s.mark_count, 2);
	assert_int_equal(s.marks[0], 1007);
	assert_int_equal(s.marks[1], 7);
	assert_int_equal(s.n, 10);
	intake_close(&in);
}

/* Nothing is stored after a batch that could not be settled. */
static void
test_mark_that_fails(void **state)
{
	struct stored s = { .bad = MANY, .bad_mark = 1 };
	struct intake in = { .store = store, .settle = settle, .ctx = &s };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(intake_open(&in, &err), 0);
	assert_int_equal(put_many(&in, 10, &err), 10);
	assert_int_equal(intake_mark(&in, &err), 0);
	(void)put_many(&in, 10, &err);
	(void)intake_mark(&in, &err);
	assert_int_equal(intake_drain(&in, &err), -1);
	assert_string_equal(err.text, "mark");
	assert_int_equal(s.n, 10);
	assert_int_equal(s.mark_count, 1);
	intake_close(&in);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_marks_in_order),
		cmocka_unit_test(test_mark_that_fails),
		cmocka_unit_test(test_a_pause_in_its_place),
		cmocka_unit_test(test_all_in_order),
		cmocka_unit_test(test_nothing_after_a_failure_until_it_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
