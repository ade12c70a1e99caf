/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reconcile and rebuild: other programs work on the files. */
#include "lib/store_test.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mime/date.h"
#include "store/maildir_name.h"
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

	store_test_release(t);
	free(t);
	return 0;
}

static int64_t
add(struct store_test *t, const char *uidl, const char *tag)
{
	char *m = store_test_message(tag, tag, "", "body");
	int64_t id = store_test_add(t, t->a, uidl, FOLDER_INBOX, 0, m);

	free(m);
	return id;
}

static uint64_t
reconcile(struct store_test *t)
{
	uint64_t changed = 99;

	assert_ok(t, store_reconcile(t->s, &changed, &t->err));
	return changed;
}

static void
put_file(const char *path, const char *text)
{
	struct err err = { 0 };

	assert_int_equal(fsx_write_atomic(path, slice_of(text), &err), 0);
}

static unsigned
flags_of(struct store_test *t, int64_t id, enum folder *folder_r)
{
	struct store_rows rows;
	unsigned flags;

	assert_ok(t, store_row(t->s, id, &rows, &t->err));
	flags = rows.v[0].flags;
	*folder_r = rows.v[0].folder;
	store_rows_release(&rows);
	return flags;
}

static void
test_nothing_to_do(void **state)
{
	struct store_test *t = *state;

	assert_int_equal(reconcile(t), 0);
	(void)add(t, "u", "one");
	assert_int_equal(reconcile(t), 0);
	assert_int_equal(reconcile(t), 0);
	store_test_sane(t);
}

static void
test_flags_by_others(void **state)
{
	struct store_test *t = *state;
	int64_t id = add(t, "u", "one");
	char *old = store_test_only_file(t, "naver", FOLDER_INBOX, "new");
	char *cur = store_test_path(t, "naver", FOLDER_INBOX, "cur",
	                            strrchr(old, '/') + 1);
	char *fresh = xasprintf("%s:2,RSab", cur);
	enum folder folder;
	int64_t undo;
	char *path;

	assert_int_equal(rename(old, fresh), 0);
	assert_int_equal(reconcile(t), 1);
	assert_int_equal(flags_of(t, id, &folder), STORE_SEEN | STORE_ANSWERED);
	store_test_sane(t);
	/* Letters that are not ours stay. */
	assert_ok(t, store_flags(t->s, &id, 1, STORE_FLAGGED, STORE_SEEN, &undo,
	                         &t->err));
	path = store_test_only_file(t, "naver", FOLDER_INBOX, "cur");
	assert_true(slice_ends(slice_of(path), ":2,FRab"));
	free(path);
	free(old);
	free(cur);
	free(fresh);
}

static void
test_reads_a_file_that_was_renamed(void **state)
{
	struct store_test *t = *state;
	int64_t id = add(t, "u", "one");
	char *old = store_test_only_file(t, "naver", FOLDER_INBOX, "new");
	char *fresh = store_test_path(t, "naver", FOLDER_TRASH, "cur",
	                              strrchr(old, '/') + 1);
	struct fsx_map map;
	enum folder folder;

	assert_int_equal(rename(old, fresh), 0);
	assert_ok(t, store_map(t->s, id, &map, &t->err));
	fsx_map_close(&map);
	(void)flags_of(t, id, &folder);
	assert_int_equal(folder, FOLDER_TRASH);
	store_test_sane(t);
	free(old);
	free(fresh);
}

static void
test_moves_a_file_that_was_renamed(void **state)
{
	struct store_test *t = *state;
	int64_t id = add(t, "u", "one");
	char *old = store_test_only_file(t, "naver", FOLDER_INBOX, "new");
	char *fresh = xasprintf("%s:2,S", old);
	int64_t undo;
	enum folder folder;

	assert_int_equal(rename(old, fresh), 0);
	assert_ok(t, store_move(t->s, &id, 1, FOLDER_ARCHIVE, &undo, &t->err));
	assert_int_equal(flags_of(t, id, &folder), STORE_SEEN);
	assert_int_equal(folder, FOLDER_ARCHIVE);
	store_test_sane(t);
	free(old);
	free(fresh);
}

static void
test_moved_with_a_new_name(void **state)
{
	struct store_test *t = *state;
	int64_t id = add(t, "u", "one");
	char *old = store_test_only_file(t, "naver", FOLDER_INBOX, "new");
	char *fresh = store_test_path(t, "naver", FOLDER_ARCHIVE, "cur",
	                              "1794.R1.host:2,S");
	enum folder folder;

	assert_int_equal(rename(old, fresh), 0);
	assert_int_equal(reconcile(t), 1);
	assert_int_equal(flags_of(t, id, &folder), STORE_SEEN);
	assert_int_equal(folder, FOLDER_ARCHIVE);
	store_test_sane(t);
	free(old);
	free(fresh);
}

static void
test_added_and_removed(void **state)
{
	struct store_test *t = *state;
	int64_t id = add(t, "u", "one");
	char *old = store_test_only_file(t, "naver", FOLDER_INBOX, "new");
	char *fresh = store_test_path(t, "naver", FOLDER_INBOX, "new", "1.x");
	char *hidden = store_test_path(t, "naver", FOLDER_INBOX, "new", ".x");
	char *link = store_test_path(t, "naver", FOLDER_INBOX, "cur", "link");
	char *m = store_test_message("two", "two", "", "");
	struct store_rows rows;

	put_file(fresh, m);
	put_file(hidden, m);
	assert_int_equal(symlink("/etc/passwd", link), 0);
	assert_int_equal(unlink(old), 0);
	assert_int_equal(reconcile(t), 2);
	assert_int_equal(store_row(t->s, id, &rows, &t->err), -1);
	assert_int_equal(store_test_listed(t, t->a, FOLDER_INBOX), 1);
	assert_int_equal(unlink(link), 0);
	store_test_sane(t);
	free(m);
	free(old);
	free(fresh);
	free(hidden);
	free(link);
}

/* A fetch was killed after the rename, its mail moved by rules when repeated. */
static void
test_stray_copy_goes(void **state)
{
	struct store_test *t = *state;
	int64_t id = add(t, "u", "one");
	char *file = store_test_only_file(t, "naver", FOLDER_INBOX, "new");
	char *copy = store_test_path(t, "naver", FOLDER_ARCHIVE, "new",
	                             strrchr(file, '/') + 1);
	char *m = store_test_message("one", "one", "", "body");
	enum folder folder;

	put_file(copy, m);
	(void)reconcile(t);
	store_test_sane(t);
	assert_int_equal(store_test_files(t, false), 1);
	(void)flags_of(t, id, &folder);
	assert_int_equal(folder, FOLDER_INBOX);
	/* Other content under the same name is another message. */
	put_file(copy, "Subject: other\n\nx\n");
	assert_int_equal(reconcile(t), 1);
	assert_int_equal(store_test_files(t, false), 2);
	store_test_sane(t);
	free(m);
	free(file);
	free(copy);
}

static void
test_found_mail_is_adopted_by_its_fetch(void **state)
{
	struct store_test *t = *state;
	struct str base;
	char *m = store_test_message("one", "one", "", "body");
	char *path;
	struct uidl_map uidls;

	/* What a kill between rename and commit leaves. */
	str_init(&base, 255);
	maildir_name_fetched(SLICE_LIT("naver"), SLICE_LIT("u"), SLICE_NONE,
	                     &base);
	path = store_test_path(t, "naver", FOLDER_INBOX, "new", base.p);
	put_file(path, m);
	assert_int_equal(reconcile(t), 1);
	(void)store_test_add(t, t->a, "u", FOLDER_INBOX, 0, m);
	assert_int_equal(store_test_listed(t, t->a, FOLDER_INBOX), 1);
	store_test_sane(t);
	assert_ok(t, store_uidls(t->s, t->a, &uidls, &t->err));
	assert_int_equal(uidls.map.n, 1);
	uidl_map_release(&uidls);
	str_release(&base);
	free(path);
	free(m);
}

static void
test_unchanged_folders_are_not_read(void **state)
{
	struct store_test *t = *state;
	struct timespec old[2] = { { .tv_sec = 1700000000 },
		                   { .tv_sec = 1700000000 } };
	char *file;
	char *folder, *cur, *fresh;

	(void)add(t, "u", "one");
	file = store_test_only_file(t, "naver", FOLDER_INBOX, "new");
	folder = store_test_path(t, "naver", FOLDER_INBOX, "new", "");
	cur = store_test_path(t, "naver", FOLDER_INBOX, "cur", "");
	fresh = xasprintf("%s:2,S", file);
	assert_int_equal(utimensat(AT_FDCWD, folder, old, 0), 0);
	assert_int_equal(utimensat(AT_FDCWD, cur, old, 0), 0);
	assert_int_equal(reconcile(t), 0);
	assert_int_equal(rename(file, fresh), 0);
	/* Only a test can make this: a change that left no mark. */
	assert_int_equal(utimensat(AT_FDCWD, folder, old, 0), 0);
	assert_int_equal(reconcile(t), 0);
	assert_int_equal(rename(fresh, file), 0);
	assert_int_equal(rename(file, fresh), 0);
	assert_int_equal(reconcile(t), 1);
	free(file);
	free(folder);
	free(cur);
	free(fresh);
}

static void
test_many_at_once(void **state)
{
	struct store_test *t = *state;
	int i;

	for (i = 0; i < 350; i++) {
		char *name = xasprintf("%d.x:2,%s", i, i % 3 ? "S" : "");
		char *tag = xasprintf("t%d", i);
		char *m = store_test_message(tag, tag, "", "");
		char *path =
			store_test_path(t, "회사", FOLDER_SENT, "cur", name);

		put_file(path, m);
		free(name);
		free(tag);
		free(m);
		free(path);
	}
	assert_int_equal(reconcile(t), 350);
	store_test_sane(t);
}

static void
count_progress(void *context, uint64_t done, uint64_t total)
{
	uint64_t *last = context;

	assert_true(done <= total);
	*last = done;
}

/* Subjects and dates of all that is listed, newest first. */
static void
list_all(struct store_test *t, struct str *out)
{
	struct store_view view = { .folder = FOLDER_ANY };
	struct store_rows rows;

	str_clear(out);
	assert_ok(t, store_list(t->s, &view, NULL, false, 100, &rows, &t->err));
	for (size_t i = 0; i < rows.n; i++)
		str_printf(out, "%s %lld\n", rows.v[i].subject,
		           (long long)rows.v[i].date);
	store_rows_release(&rows);
}

/* Subject n, and the fields; received: 0 for now. */
static void
deliver(struct store_test *t, int n, const char *fields, int64_t received)
{
	char *text = xasprintf("Subject: %d\n%s\nbody %d\n", n, fields, n);
	char *uidl = xasprintf("u%d", n);
	struct store_new info = { .folder = FOLDER_INBOX,
		                  .uidl = uidl,
		                  .received = received };
	int64_t id;

	assert_ok(t, store_deliver(t->s, t->a, slice_of(text), &info, &id,
	                           &t->err));
	free(text);
	free(uidl);
}

/* A lost index comes back with its lists in their order. */
static void
test_rebuild_keeps_the_order(void **state)
{
	const int64_t day = 86400, now = clock_now();
	struct store_test *t = *state;
	char *db = fsx_join(t->data, "pabal.db");
	struct str before, after, fields;
	char *path;

	str_init(&before, 65536);
	str_init(&after, 65536);
	str_init(&fields, 1000);
	/* Without a date: what is known is when it came. */
	for (int i = 0; i < 10; i++)
		deliver(t, i, "", now - (i * 7 % 10 + 2) * day);
	deliver(t, 10, "Date: nonsense\n", 0);
	deliver(t, 11,
	        "Received: from a by b; Tue, 4 Mar 2025 09:30:00 +0900\n"
	        "Received: from x by a; Tue, 4 Mar 2025 09:00:00 +0900\n",
	        0);
	/* A date that was yet to come is in the past by now. */
	str_add_z(&fields, "Date: ");
	date_format(now - 3 * day, 0, &fields);
	str_add_z(&fields, "\n");
	deliver(t, 12, fields.p, now - 6 * day);
	/* A flood of the same second. */
	for (int i = 20; i < 60; i++)
		deliver(t, i, "Date: Tue, 4 Mar 2025 09:30:00 +0900\n", 0);
	path = store_test_path(t, "naver", FOLDER_INBOX, "new",
	                       "1700000000.M1P2.host");
	put_file(path, "Subject: other\n\nof another program\n");
	assert_int_equal(reconcile(t), 1);
	list_all(t, &before);
	assert_non_null(strstr(before.p, "other 1700000000\n"));
	assert_non_null(strstr(before.p, "11 1741048200\n"));
	store_close(&t->s);
	assert_int_equal(unlink(db), 0);
	t->s = store_open(t->data, t->cache, &t->err);
	assert_non_null(t->s);
	assert_ok(t, store_rebuild(t->s, NULL, NULL, &t->err));
	store_test_reopen(t);
	list_all(t, &after);
	assert_string_equal(after.p, before.p);
	store_test_sane(t);
	str_release(&before);
	str_release(&after);
	str_release(&fields);
	free(path);
	free(db);
}

static void
test_rebuild_from_files(void **state)
{
	struct store_test *t = *state;
	int64_t id = add(t, "u", "one");
	char *db = fsx_join(t->data, "pabal.db");
	char *reply = store_test_message(
		"re", "Re: one", "References: <one@example.org>\r\n", "b");
	int64_t undo;
	uint64_t done = 0;
	struct store_rows rows;
	struct store_view view = { .folder = FOLDER_ANY };

	(void)store_test_add(t, t->a, "w", FOLDER_SENT, STORE_SEEN, reply);
	assert_ok(t, store_label(t->s, &id, 1, "keep", true, &undo, &t->err));
	assert_ok(t, db_script(t->s->db,
	                       "UPDATE message SET subject = 'bad', convo = 5;"
	                       "UPDATE counter SET total = 77",
	                       &t->err));
	assert_ok(t, store_rebuild(t->s, count_progress, &done, &t->err));
	assert_int_equal(done, 2);
	assert_ok(t, store_row(t->s, id, &rows, &t->err));
	assert_string_equal(rows.v[0].subject, "one");
	assert_string_equal(rows.v[0].labels, "keep");
	assert_int_equal(rows.v[0].convo, id);
	store_rows_release(&rows);
	store_test_sane(t);
	/* The index is gone altogether. */
	store_close(&t->s);
	assert_int_equal(unlink(db), 0);
	t->s = store_open(t->data, t->cache, &t->err);
	assert_non_null(t->s);
	assert_ok(t, store_rebuild(t->s, NULL, NULL, &t->err));
	store_test_reopen(t);
	store_test_sane(t);
	assert_ok(t, store_list(t->s, &view, NULL, false, 10, &rows, &t->err));
	assert_int_equal(rows.n, 2);
	assert_int_equal(rows.v[0].convo, rows.v[1].convo);
	store_rows_release(&rows);
	/* What is fetched again is what is here. */
	(void)add(t, "u", "one");
	assert_int_equal(store_test_files(t, false), 2);
	store_test_sane(t);
	free(db);
	free(reply);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_nothing_to_do),
		T(test_flags_by_others),
		T(test_reads_a_file_that_was_renamed),
		T(test_moves_a_file_that_was_renamed),
		T(test_moved_with_a_new_name),
		T(test_added_and_removed),
		T(test_stray_copy_goes),
		T(test_found_mail_is_adopted_by_its_fetch),
		T(test_unchanged_folders_are_not_read),
		T(test_many_at_once),
		T(test_rebuild_from_files),
		T(test_rebuild_keeps_the_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
