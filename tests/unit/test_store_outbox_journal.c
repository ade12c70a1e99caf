/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The outbox's journal: notes whole, cut and torn; what a next start knows. */
#include "store/outbox_journal.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib/store_test.h"
#include "util/xalloc.h"

#define NOTES_MAX 65536

static int
start(void **state)
{
	struct store_test *t = xcalloc(1, sizeof *t);

	store_test_init(t);
	*state = t;
	return 0;
}

static int
end(void **state)
{
	store_test_release(*state);
	free(*state);
	return 0;
}

/* ---- notes ---- */

/* A row with two recipients; all strings owned. */
static struct outbox_row
make_row(int64_t id, int64_t take, enum outbox_state state)
{
	struct outbox_row row = {
		.id = id, .take = take, .state = state, .rcpt_count = 2
	};

	row.rcpts = xcalloc(2, sizeof *row.rcpts);
	return row;
}

static void
release_row(struct outbox_row *row)
{
	struct outbox_row *own = xcalloc(1, sizeof *own);

	*own = *row;
	outbox_rows_free(&own, 1);
}

static struct outbox_row
make_outcome(int64_t id, int64_t take)
{
	struct outbox_row row = make_row(id, take, OUTBOX_RETRY);

	row.tries = 3;
	row.doubts = 1;
	row.not_before = 1795000000;
	row.error = xstrdup("b@example.kr: 451 나중에");
	row.rcpts[0].fate = OUTBOX_FATE_SENT;
	row.rcpts[1].fate = 2;
	row.rcpts[1].words = xstrdup("451 나중에");
	return row;
}

static void
assert_outcome(const struct outbox_row *row)
{
	assert_int_equal(row->state, OUTBOX_RETRY);
	assert_int_equal(row->tries, 3);
	assert_int_equal(row->doubts, 1);
	assert_int_equal(row->not_before, 1795000000);
	assert_string_equal(row->error, "b@example.kr: 451 나중에");
	assert_int_equal(row->rcpts[0].fate, OUTBOX_FATE_SENT);
	assert_null(row->rcpts[0].words);
	assert_int_equal(row->rcpts[1].fate, 2);
	assert_string_equal(row->rcpts[1].words, "451 나중에");
}

/* START, BEGUN and OVER of rows 1 and 2. */
static void
make_notes(struct str *out)
{
	str_init(out, NOTES_MAX);
	outbox_note_start(SLICE_LIT("boot"), out);
	for (int64_t id = 1; id <= 2; id++) {
		struct outbox_row row = make_outcome(id, 7);

		outbox_note_begun(&row, out);
		outbox_note_over(&row, out);
		release_row(&row);
	}
}

static size_t
count_notes(struct slice rest)
{
	struct outbox_note note;
	size_t n = 0;

	while (outbox_note_next(&rest, &note))
		n++;
	assert_int_equal(rest.n, 0);
	return n;
}

static void
test_notes_come_back(void **state)
{
	struct outbox_row row = make_row(2, 7, OUTBOX_SENDING);
	struct outbox_note note;
	struct slice rest;
	struct str notes;

	(void)state;
	make_notes(&notes);
	rest = str_slice(&notes);
	assert_true(outbox_note_next(&rest, &note));
	assert_int_equal(note.kind, OUTBOX_NOTE_START);
	assert_true(slice_eq_z(note.boot, "boot"));
	for (int64_t id = 1; id <= 2; id++) {
		assert_true(outbox_note_next(&rest, &note));
		assert_int_equal(note.kind, OUTBOX_NOTE_BEGUN);
		assert_int_equal(note.id, id);
		assert_int_equal(note.take, 7);
		assert_false(outbox_note_apply(&note, &row));
		assert_true(outbox_note_next(&rest, &note));
		assert_int_equal(note.kind, OUTBOX_NOTE_OVER);
		assert_int_equal(outbox_note_apply(&note, &row), id == 2);
	}
	assert_false(outbox_note_next(&rest, &note));
	assert_outcome(&row);
	release_row(&row);
	str_release(&notes);
}

/* Of what is cut the whole notes count, at every length. */
static void
test_cut_anywhere(void **state)
{
	struct str notes;
	size_t last = 0;

	(void)state;
	make_notes(&notes);
	for (size_t n = 0; n <= notes.n; n++) {
		char *exact = xcalloc(n + 1, 1);
		size_t count;

		memcpy(exact, notes.p, n);
		exact = xrealloc(exact, n + (n == 0));
		count = count_notes(slice_make(exact, n));
		assert_in_range(count, last, last + 1);
		last = count;
		free(exact);
	}
	assert_int_equal(last, 5);
	str_release(&notes);
}

/* A byte that is not what was written costs its own note only. */
static void
test_each_byte_wrong(void **state)
{
	struct str notes;

	(void)state;
	make_notes(&notes);
	for (size_t i = 0; i < notes.n; i++) {
		notes.p[i] = (char)(notes.p[i] ^ 0x20);
		assert_int_equal(count_notes(str_slice(&notes)), 4);
		notes.p[i] = (char)(notes.p[i] ^ 0x20);
	}
	str_release(&notes);
}

/* The first half of a note, zeros of a power cut, then whole ones. */
static void
test_torn_in_the_middle(void **state)
{
	static const char zeros[100];
	struct str notes, torn;

	(void)state;
	make_notes(&notes);
	str_init(&torn, NOTES_MAX);
	str_add(&torn, notes.p, notes.n / 3);
	str_add(&torn, zeros, sizeof zeros);
	str_add_slice(&torn, str_slice(&notes));
	assert_in_range(count_notes(str_slice(&torn)), 6, 7);
	str_release(&torn);
	str_release(&notes);
}

/* One try's note says nothing of another, of another row, or of one that has
 * other recipients. */
static void
test_notes_of_others(void **state)
{
	struct outbox_row row = make_row(2, 7, OUTBOX_SENDING);
	struct outbox_row was = make_outcome(2, 6);
	struct outbox_note note;
	struct slice rest;
	struct str notes;

	(void)state;
	str_init(&notes, NOTES_MAX);
	outbox_note_over(&was, &notes);
	was.id = 3;
	was.take = 7;
	outbox_note_over(&was, &notes);
	was.id = 2;
	was.rcpt_count = 1;
	outbox_note_over(&was, &notes);
	was.rcpt_count = 2;
	was.state = OUTBOX_SENDING;
	outbox_note_over(&was, &notes);
	was.state = OUTBOX_RETRY;
	was.rcpts[1].fate = 9;
	outbox_note_over(&was, &notes);
	rest = str_slice(&notes);
	for (int i = 0; i < 5; i++) {
		assert_true(outbox_note_next(&rest, &note));
		assert_false(outbox_note_apply(&note, &row));
	}
	assert_int_equal(row.state, OUTBOX_SENDING);
	assert_null(row.error);
	release_row(&was);
	release_row(&row);
	str_release(&notes);
}

/* ---- the file ---- */

#define ROWS 4

/* Rows 1 to 4, taken the second time. */
static void
make_rows(struct outbox_row *rows)
{
	for (int i = 0; i < ROWS; i++)
		rows[i] = make_row(i + 1, 2, OUTBOX_SENDING);
}

static void
release_rows(struct outbox_row *rows)
{
	for (int i = 0; i < ROWS; i++)
		release_row(&rows[i]);
}

static void
assert_known(struct store_test *t, const enum outbox_known *wanted)
{
	struct outbox_row rows[ROWS];
	enum outbox_known known[ROWS];

	make_rows(rows);
	outbox_journal_recall(t->s, rows, ROWS, known);
	for (int i = 0; i < ROWS; i++) {
		assert_int_equal(known[i], wanted[i]);
		if (known[i] == OUTBOX_KNOWN_OVER)
			assert_outcome(&rows[i]);
		else
			assert_int_equal(rows[i].state, OUTBOX_SENDING);
	}
	release_rows(rows);
}

static const enum outbox_known nothing[ROWS];

/* The outbox's folder is there as soon as it has had a message. */
static struct outbox_journal *
open_journal(struct store_test *t)
{
	char *path = fsx_join(t->data, "outbox");
	struct outbox_journal *j;

	assert_ok(t, fsx_mkdirs(path, &t->err));
	free(path);
	j = outbox_journal_open(t->s, &t->err);
	if (j == NULL)
		fail_msg("%s", t->err.text);
	return j;
}

/* 1 is over, 2 begun, 3 over in an earlier try, 4 untouched. */
static void
note_all(struct store_test *t, struct outbox_journal *j)
{
	struct outbox_row over = make_outcome(1, 2);
	struct outbox_row earlier = make_outcome(3, 1);
	struct outbox_row begun = make_row(2, 2, OUTBOX_SENDING);
	struct outbox_row *both[] = { &over, &begun };

	assert_ok(t, outbox_journal_begun(j, both, 2, &t->err));
	assert_ok(t, outbox_journal_over(j, &over, &t->err));
	assert_ok(t, outbox_journal_over(j, &earlier, &t->err));
	release_row(&over);
	release_row(&earlier);
	release_row(&begun);
}

static void
test_what_a_death_leaves(void **state)
{
	static const enum outbox_known wanted[ROWS] = {
		OUTBOX_KNOWN_OVER, OUTBOX_KNOWN_NOTHING, OUTBOX_KNOWN_UNTOUCHED,
		OUTBOX_KNOWN_UNTOUCHED
	};
	struct store_test *t = *state;
	struct outbox_journal *j = open_journal(t);

	if (access("/proc/sys/kernel/random/boot_id", R_OK) != 0)
		skip();
	note_all(t, j);
	outbox_journal_close(&j);
	assert_known(t, wanted);
	assert_known(t, wanted); /* it is only read */
	assert_ok(t, outbox_journal_remove(t->s, &t->err));
	assert_known(t, nothing);
	assert_ok(t, outbox_journal_remove(t->s, &t->err));
}

static char *
journal_path(struct store_test *t)
{
	return fsx_join(t->data, "outbox/journal");
}

/* After the system was started anew notes may be missing: what is there is true,
 * what is not says nothing. */
static void
test_what_a_power_cut_leaves(void **state)
{
	static const enum outbox_known wanted[ROWS] = { OUTBOX_KNOWN_OVER };
	struct store_test *t = *state;
	struct outbox_journal *j = open_journal(t);
	char *path = journal_path(t);
	struct outbox_note note;
	struct str was, now;
	struct slice rest;

	note_all(t, j);
	outbox_journal_close(&j);
	str_init(&was, NOTES_MAX);
	str_init(&now, NOTES_MAX);
	assert_ok(t, fsx_read(path, NOTES_MAX, &was, &t->err));
	rest = str_slice(&was);
	assert_true(outbox_note_next(&rest, &note));
	outbox_note_start(SLICE_LIT("another boot\n"), &now);
	str_add_slice(&now, rest);
	assert_ok(t, fsx_write_atomic(path, str_slice(&now), &t->err));
	assert_known(t, wanted);
	str_clear(&now);
	outbox_note_start(SLICE_NONE, &now);
	str_add_slice(&now, rest);
	assert_ok(t, fsx_write_atomic(path, str_slice(&now), &t->err));
	assert_known(t, wanted);
	/* START is lost; so may others be. */
	assert_ok(t, fsx_write_atomic(path, rest, &t->err));
	assert_known(t, wanted);
	str_release(&was);
	str_release(&now);
	free(path);
}

/* What an earlier run left does not speak for the rows of this one. */
static void
test_a_new_one_is_empty(void **state)
{
	struct store_test *t = *state;
	struct outbox_journal *j = open_journal(t);
	char *path = journal_path(t);

	note_all(t, j);
	outbox_journal_close(&j);
	j = open_journal(t);
	for (int i = 0; i < ROWS; i++) {
		struct outbox_row row = make_row(i + 1, 2, OUTBOX_SENDING);
		struct outbox_row *one = &row;

		assert_ok(t, outbox_journal_begun(j, &one, 1, &t->err));
		release_row(&row);
	}
	assert_known(t, nothing);
	assert_ok(t, outbox_journal_end(&j, &t->err));
	assert_null(j);
	assert_false(fsx_exists(path));
	free(path);
}

/* A note that does not fit is taken back, and none before it is lost. */
static void
test_full_disk(void **state)
{
	struct store_test *t = *state;
	struct outbox_journal *j = open_journal(t);
	struct outbox_row row = make_outcome(2, 2);
	char *path = journal_path(t);
	struct rlimit was, full;
	struct str before, after;

	note_all(t, j);
	str_init(&before, NOTES_MAX);
	str_init(&after, NOTES_MAX);
	assert_ok(t, fsx_read(path, NOTES_MAX, &before, &t->err));
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	full = was;
	full.rlim_cur = before.n + 10;
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
	assert_int_equal(outbox_journal_over(j, &row, &t->err), -1);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
	assert_ok(t, fsx_read(path, NOTES_MAX, &after, &t->err));
	assert_int_equal(before.n, after.n);
	assert_memory_equal(before.p, after.p, after.n);
	assert_ok(t, outbox_journal_over(j, &row, &t->err));
	str_clear(&after);
	assert_ok(t, fsx_read(path, NOTES_MAX, &after, &t->err));
	assert_int_equal(count_notes(str_slice(&after)),
	                 count_notes(str_slice(&before)) + 1);
	outbox_journal_close(&j);
	release_row(&row);
	str_release(&before);
	str_release(&after);
	free(path);
}

/* A folder in its place has no notes: it holds up nothing, but none are written. */
static void
test_a_folder_is_no_journal(void **state)
{
	struct store_test *t = *state;
	char *path = journal_path(t);
	struct err err = { 0 };

	if (fsx_mkdirs(path, &err) != 0)
		fail_msg("%s", err.text);
	assert_known(t, nothing);
	assert_ok(t, outbox_journal_remove(t->s, &t->err));
	assert_null(outbox_journal_open(t->s, &err));
	assert_int_equal(err.code, ERR_IO);
	assert_int_equal(rmdir(path), 0);
	free(path);
}

/* A row that is settled is as the index says, whatever notes there are. */
static void
test_settled_rows_stay(void **state)
{
	struct store_test *t = *state;
	struct outbox_journal *j = open_journal(t);
	struct outbox_row row = make_row(1, 2, OUTBOX_FAILED);
	enum outbox_known known;

	note_all(t, j);
	outbox_journal_close(&j);
	outbox_journal_recall(t->s, &row, 1, &known);
	assert_int_equal(row.state, OUTBOX_FAILED);
	assert_null(row.error);
	release_row(&row);
}

#define T(f) cmocka_unit_test_setup_teardown(f, start, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_notes_come_back),
		cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_each_byte_wrong),
		cmocka_unit_test(test_torn_in_the_middle),
		cmocka_unit_test(test_notes_of_others),
		T(test_what_a_death_leaves),
		T(test_what_a_power_cut_leaves),
		T(test_a_new_one_is_empty),
		T(test_full_disk),
		T(test_a_folder_is_no_journal),
		T(test_settled_rows_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
