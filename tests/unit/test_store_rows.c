/* SPDX-License-Identifier: GPL-3.0-or-later */
/* outbox, contacts, schema, names of files. */
#include "lib/store_test.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/maildir_name.h"
#include "store/outbox_rows.h"
#include "store/schema.h"
#include "store/store_impl.h"
#include "util/clock.h"
#include "util/fsx.h"
#include "util/xalloc.h"

static int
set_up(void **state)
{
	struct store_test *t = xcalloc(1, sizeof *t);

	store_test_init(t);
	*state = t;
	return 0;
}

static int
tear_down(void **state)
{
	struct store_test *t = *state;

	clock_freeze(0);
	store_test_release(t);
	free(t);
	return 0;
}

static int64_t
queue(struct store_test *t, enum outbox_state state, int64_t not_before)
{
	char from[] = "me@example.net";
	char one[] = "a@example.org";
	char two[] = "b@example.org";
	char words[] = "450 later";
	char subject[] = "제목";
	struct outbox_rcpt rcpts[] = {
		{ .spec = one }, { .spec = two, .fate = 3, .words = words }
	};
	struct outbox_row row = { .account = t->a,
		                  .state = state,
		                  .from = from,
		                  .rcpts = rcpts,
		                  .rcpt_count = 2,
		                  .subject = subject,
		                  .not_before = not_before,
		                  .reply_to = 7,
		                  .reply_flag = STORE_ANSWERED,
		                  .draft = 9 };
	int64_t id = 0;

	assert_ok(t, outbox_add(t->s, &row, SLICE_LIT("x\r\n"), &id, &t->err));
	return id;
}

static void
test_outbox_keeps_everything(void **state)
{
	struct store_test *t = *state;
	int64_t id = queue(t, OUTBOX_HELD, 50);
	struct outbox_row *row = NULL;

	assert_ok(t, outbox_get(t->s, id, &row, &t->err));
	assert_int_equal(row->state, OUTBOX_HELD);
	assert_string_equal(row->from, "me@example.net");
	assert_string_equal(row->subject, "제목");
	assert_int_equal(row->rcpt_count, 2);
	assert_string_equal(row->rcpts[0].spec, "a@example.org");
	assert_null(row->rcpts[0].words);
	assert_int_equal(row->rcpts[1].fate, 3);
	assert_string_equal(row->rcpts[1].words, "450 later");
	assert_int_equal(row->reply_to, 7);
	assert_int_equal(row->reply_flag, STORE_ANSWERED);
	assert_int_equal(row->draft, 9);
	assert_int_equal(row->tries, 0);
	assert_null(row->error);
	row->state = OUTBOX_RETRY;
	row->tries = 3;
	row->error = xstrdup("no");
	row->not_before = 900;
	row->rcpts[0].fate = 2;
	assert_ok(t, outbox_update(t->s, row, &t->err));
	outbox_rows_free(&row, 1);
	assert_ok(t, outbox_get(t->s, id, &row, &t->err));
	assert_int_equal(row->state, OUTBOX_RETRY);
	assert_int_equal(row->tries, 3);
	assert_string_equal(row->error, "no");
	assert_int_equal(row->rcpts[0].fate, 2);
	outbox_rows_free(&row, 1);
	assert_int_equal(outbox_get(t->s, id + 1, &row, &t->err), -1);
	assert_int_equal(t->err.code, ERR_NOTFOUND);
}

static void
test_outbox_takes_what_is_due(void **state)
{
	struct store_test *t = *state;
	int64_t late = queue(t, OUTBOX_QUEUED, 300);
	int64_t held = queue(t, OUTBOX_HELD, 200);
	struct outbox_row *row = NULL;
	int64_t when = 0;

	(void)queue(t, OUTBOX_FAILED, 1);
	assert_ok(t, outbox_next(t->s, &when, &t->err));
	assert_int_equal(when, 200);
	assert_int_equal(outbox_take(t->s, 0, 199, &row, &t->err), 0);
	assert_int_equal(outbox_take(t->s, t->b, 999, &row, &t->err), 0);
	assert_int_equal(outbox_take(t->s, t->a, 200, &row, &t->err), 1);
	assert_int_equal(row->id, held);
	assert_int_equal(row->state, OUTBOX_SENDING);
	outbox_rows_free(&row, 1);
	assert_int_equal(outbox_cancel(t->s, held, &t->err), 0);
	assert_int_equal(outbox_cancel(t->s, late, &t->err), 1);
	assert_int_equal(outbox_take(t->s, 0, 999, &row, &t->err), 0);
	assert_ok(t, outbox_next(t->s, &when, &t->err));
	assert_int_equal(when, 0);
	assert_string_equal(outbox_state_name(OUTBOX_UNKNOWN), "unknown");
}

static void
test_outbox_requeues_what_is_not_being_sent(void **state)
{
	struct store_test *t = *state;
	int64_t busy = queue(t, OUTBOX_QUEUED, 100);
	int64_t id = queue(t, OUTBOX_FAILED, 900);
	struct outbox_row *row = NULL;

	assert_int_equal(outbox_take(t->s, 0, 200, &row, &t->err), 1);
	outbox_rows_free(&row, 1);
	assert_int_equal(outbox_requeue(t->s, busy, 300, &t->err), 0);
	assert_int_equal(outbox_requeue(t->s, id + 1, 300, &t->err), 0);
	assert_int_equal(outbox_requeue(t->s, id, 300, &t->err), 1);
	assert_int_equal(outbox_take(t->s, 0, 299, &row, &t->err), 0);
	assert_int_equal(outbox_take(t->s, 0, 300, &row, &t->err), 1);
	assert_int_equal(row->id, id);
	assert_int_equal(row->tries, 0);
	/* who was refused is asked again */
	assert_int_equal(row->rcpts[1].fate, 0);
	outbox_rows_free(&row, 1);
}

static void
test_outbox_removes_orphans(void **state)
{
	struct store_test *t = *state;
	char *folder = fsx_join(t->data, "outbox");
	char *old = fsx_join(folder, "1000.0011223344556677.pabal");
	char *foreign = fsx_join(folder, "1000.txt");
	struct outbox_row *v = NULL;
	int64_t id = queue(t, OUTBOX_QUEUED, 0);
	size_t n = 0;
	char *file;

	assert_ok(t, fsx_write_atomic(old, SLICE_LIT("x"), &t->err));
	assert_ok(t, fsx_write_atomic(foreign, SLICE_LIT("x"), &t->err));
	(void)queue(t, OUTBOX_QUEUED, 0);
	assert_false(fsx_exists(old));
	assert_true(fsx_exists(foreign));
	assert_ok(t, outbox_list(t->s, &v, &n, &t->err));
	assert_int_equal(n, 2);
	file = fsx_join(folder, v[0].file);
	assert_true(fsx_exists(file));
	assert_ok(t, outbox_remove(t->s, id, &t->err));
	assert_false(fsx_exists(file));
	outbox_rows_free(&v, n);
	assert_int_equal(outbox_remove(t->s, id, &t->err), -1);
	free(file);
	free(folder);
	free(old);
	free(foreign);
}

static void
test_contacts(void **state)
{
	struct store_test *t = *state;
	struct contact *v = NULL;
	bool known = false;
	size_t n = 0;

	assert_ok(t,
	          contact_used(t->s, "김하늘", "Kim@example.org", 5, &t->err));
	assert_ok(t, contact_used(t->s, "", "kim@EXAMPLE.org", 3, &t->err));
	assert_ok(t, contact_used(t->s, NULL, "lee@example.org", 9, &t->err));
	assert_ok(t, contact_all(t->s, &v, &n, &t->err));
	assert_int_equal(n, 2);
	assert_string_equal(v[0].address, "Kim@example.org");
	assert_string_equal(v[0].name, "김하늘");
	assert_int_equal(v[0].uses, 2);
	assert_int_equal(v[0].last, 5);
	assert_string_equal(v[1].name, "");
	contacts_free(&v, n);
	assert_ok(t, contact_known(t->s, "KIM@example.org", &known, &t->err));
	assert_true(known);
	assert_ok(t, contact_known(t->s, "x", &known, &t->err));
	assert_false(known);
}

static void
test_schema_versions(void **state)
{
	struct store_test *t = *state;
	struct err err = { 0 };
	int64_t version = 0;

	assert_int_equal(db_get_int(t->s->db, &err, &version,
	                            "PRAGMA user_version", ""),
	                 1);
	assert_int_equal(version, schema_newest());
	assert_ok(t, schema_migrate(t->s->db, &t->err)); /* nothing to do */
	assert_ok(t, db_script(t->s->db, "PRAGMA user_version=999", &t->err));
	store_close(&t->s);
	assert_null(store_open(t->data, t->cache, &err));
	assert_int_equal(err.code, ERR_CONFIG);
}

static void
test_names_are_parsed(void **state)
{
	struct maildir_name n;

	(void)state;
	assert_true(maildir_name_parse(SLICE_LIT("1.a.b:2,FSx"), &n));
	assert_slice(n.base, "1.a.b");
	assert_slice(n.info, ":2,FSx");
	assert_int_equal(n.flags, STORE_FLAGGED | STORE_SEEN);
	assert_true(maildir_name_parse(SLICE_LIT("1.a"), &n));
	assert_slice(n.info, "");
	assert_int_equal(n.flags, 0);
	assert_true(maildir_name_parse(SLICE_LIT("1.a:1,S"), &n));
	assert_int_equal(n.flags, 0);
	assert_false(maildir_name_parse(SLICE_LIT(""), &n));
	assert_false(maildir_name_parse(SLICE_LIT(".hidden"), &n));
	assert_false(maildir_name_parse(SLICE_LIT(":2,S"), &n));
}

static void
test_names_are_made(void **state)
{
	struct str a, b;

	(void)state;
	str_init(&a, MAILDIR_NAME_MAX);
	str_init(&b, MAILDIR_NAME_MAX);
	maildir_name_info(0, SLICE_NONE, &a);
	assert_string_equal(a.p, ":2,");
	str_clear(&a);
	maildir_name_info(STORE_SEEN | STORE_DRAFT | STORE_ANSWERED |
	                          STORE_FLAGGED | STORE_FORWARDED,
	                  SLICE_LIT(":2,STa/."), &a);
	assert_string_equal(a.p, ":2,DFPRSTa");
	str_clear(&a);

	maildir_name_fetched(SLICE_LIT("naver"), SLICE_LIT("u/../1\n"),
	                     SLICE_NONE, &a);
	assert_true(maildir_name_is_fetched(str_slice(&a)));
	assert_null(strchr(a.p, '/'));
	maildir_name_fetched(SLICE_LIT("naveru"), SLICE_LIT("/../1\n"),
	                     SLICE_NONE, &b);
	assert_string_not_equal(a.p, b.p);
	str_clear(&b);
	maildir_name_fetched(SLICE_LIT("naver"), SLICE_LIT("u/../1\n"),
	                     SLICE_LIT("x"), &b);
	assert_string_not_equal(a.p, b.p);
	str_clear(&a);
	str_clear(&b);
	maildir_name_unique(&a);
	maildir_name_unique(&b);
	assert_string_not_equal(a.p, b.p);
	assert_false(maildir_name_is_fetched(str_slice(&a)));
	str_release(&a);
	str_release(&b);
}

static void
test_fetched_name_never_changes(void **state)
{
	/* Mail fetched by this version must be known to the next. */
	struct str a;

	(void)state;
	str_init(&a, MAILDIR_NAME_MAX);
	maildir_name_fetched(SLICE_LIT("naver"), SLICE_LIT("1"), SLICE_NONE,
	                     &a);
	assert_string_equal(a.p, "4b37a47ed64e68604451a5ebdf6ddad1.pabal");
	str_release(&a);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_outbox_keeps_everything),
		T(test_outbox_takes_what_is_due),
		T(test_outbox_requeues_what_is_not_being_sent),
		T(test_outbox_removes_orphans),
		T(test_contacts),
		T(test_schema_versions),
		cmocka_unit_test(test_names_are_parsed),
		cmocka_unit_test(test_names_are_made),
		cmocka_unit_test(test_fetched_name_never_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
