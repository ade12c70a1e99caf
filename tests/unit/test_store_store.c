/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store: delivery, lists, counts, flags, moves, labels, undo, removal. */
#include "lib/store_test.h"

#include <glob.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

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
add_simple(struct store_test *t, int64_t account, const char *uidl,
           const char *tag)
{
	char *m = store_test_message(tag, "hello", "", "body text");
	int64_t id = store_test_add(t, account, uidl, FOLDER_INBOX, 0, m);

	free(m);
	return id;
}

/* Letters that show as nothing can be seen in a list. */
static void
test_fillers_are_seen(void **state)
{
	struct store_test *t = *state;
	char *m = store_test_message("one", "a\u3164\u115f\uffa0b\u200bc", "",
	                             "x");
	int64_t id = store_test_add(t, t->a, "u1", FOLDER_INBOX, 0, m);
	struct store_rows rows;

	assert_ok(t, store_row(t->s, id, &rows, &t->err));
	assert_string_equal(rows.v[0].subject, "a\ufffd\ufffd\ufffdbc");
	store_rows_release(&rows);
	free(m);
}

static void
test_delivers_and_reads_back(void **state)
{
	struct store_test *t = *state;
	char *m = store_test_message("one", "=?utf-8?B?7ZqM7J2Y?= \x1b[2J", "",
	                             "본문");
	int64_t id = store_test_add(t, t->a, "u1", FOLDER_INBOX, 0, m);
	struct store_rows rows;
	struct fsx_map map;
	char *path;

	assert_ok(t, store_row(t->s, id, &rows, &t->err));
	assert_int_equal(rows.n, 1);
	assert_string_equal(rows.v[0].from_name, "김하늘");
	assert_string_equal(rows.v[0].from_addr, "kim@example.org");
	assert_string_equal(rows.v[0].message_id, "one@example.org");
	assert_null(strchr(rows.v[0].subject, '\x1b'));
	assert_memory_equal(rows.v[0].subject, "회의", 6);
	assert_int_equal(rows.v[0].size, strlen(m));
	assert_int_equal(rows.v[0].date, 1794787920);
	assert_int_equal(rows.v[0].copies, 1);
	assert_int_equal(rows.v[0].convo, id);
	assert_string_equal(rows.v[0].labels, "");
	store_rows_release(&rows);
	assert_ok(t, store_map(t->s, id, &map, &t->err));
	assert_slice(map.data, m);
	fsx_map_close(&map);
	path = store_path(t->s, id, &t->err);
	assert_non_null(path);
	assert_true(fsx_exists(path));
	assert_non_null(strstr(path, "/mail/naver/Inbox/new/"));
	free(path);
	free(m);
	store_test_sane(t);
}

static void
test_same_uidl_is_same_message(void **state)
{
	struct store_test *t = *state;
	int64_t first = add_simple(t, t->a, "u1", "one");
	struct uidl_map uidls;
	struct uidl_row *row;

	assert_int_equal(add_simple(t, t->a, "u1", "one"), first);
	/* The same UIDL elsewhere, and other content, are other messages. */
	assert_int_not_equal(add_simple(t, t->b, "u1", "two"), first);
	assert_int_not_equal(add_simple(t, t->a, "u1", "three"), first);
	assert_int_equal(store_test_listed(t, t->a, FOLDER_INBOX), 2);
	assert_ok(t, store_uidls(t->s, t->a, &uidls, &t->err));
	assert_int_equal(uidls.map.n, 1);
	row = map_get(&uidls.map, SLICE_LIT("u1"));
	assert_non_null(row);
	assert_int_equal(row->state, UIDL_STORED);
	uidl_map_release(&uidls);
	store_test_sane(t);
}

static int
add_to_batch(struct store_test *t, struct store_batch *b, const char *uidl,
             const char *text, bool match)
{
	struct store_new info = { .uidl = uidl,
		                  .received = 1795000000,
		                  .labels = "work, home",
		                  .spam_reasons = SLICE_LIT("because"),
		                  .match_content = match };
	struct message m;
	int fd, rc;

	assert_ok(t, store_batch_file(b, &fd, &t->err));
	assert_ok(t, fsx_write_all(fd, text, strlen(text), &t->err));
	message_parse(&m, slice_of(text));
	rc = store_batch_add(b, &m, &info, &t->err);
	message_release(&m);
	return rc;
}

static void
test_batch_is_all_or_nothing(void **state)
{
	struct store_test *t = *state;
	struct store_batch *b = store_batch_begin(t->s, t->a, &t->err);
	int64_t *ids = NULL;
	size_t n = 0;
	struct str out;
	int fd, i;

	assert_non_null(b);
	for (i = 0; i < 10; i++) {
		char *uidl = xasprintf("u%d'); DROP TABLE message;--", i);
		char *m = store_test_message(uidl, "x", "", "y");

		assert_ok(t, add_to_batch(t, b, uidl, m, false));
		free(m);
		free(uidl);
	}
	assert_ok(t, store_batch_file(b, &fd, &t->err));
	assert_ok(t, fsx_write_all(fd, "cut", 3, &t->err));
	store_batch_drop(b);
	assert_int_equal(store_batch_count(b), 10);
	assert_int_equal(store_test_listed(t, t->a, FOLDER_INBOX), 0);
	assert_int_equal(store_test_files(t, false), 0);
	assert_ok(t, store_batch_commit(&b, &ids, &n, &t->err));
	assert_null(b);
	assert_int_equal(n, 10);
	assert_true(ids[9] > ids[0]);
	str_init(&out, 100);
	assert_ok(t, store_spam_reasons(t->s, ids[3], &out, &t->err));
	assert_string_equal(out.p, "because");
	str_release(&out);
	store_test_sane(t);
	b = store_batch_begin(t->s, t->a, &t->err);
	assert_ok(t, add_to_batch(t, b, "other", "Subject: a\n\nb\n", false));
	store_batch_abort(&b);
	store_test_sane(t);
	assert_int_equal(store_test_listed(t, t->a, FOLDER_INBOX), 10);
	free(ids);
}

static void
test_cut_message_is_refused(void **state)
{
	struct store_test *t = *state;
	struct store_batch *b = store_batch_begin(t->s, t->a, &t->err);
	struct store_new info = { .uidl = "u" };
	struct message m;
	int fd;

	assert_ok(t, store_batch_file(b, &fd, &t->err));
	assert_ok(t, fsx_write_all(fd, "Subject: a\n", 11, &t->err));
	message_parse(&m, SLICE_LIT("Subject: a\n\nbody\n"));
	assert_int_equal(store_batch_add(b, &m, &info, &t->err), -1);
	assert_int_equal(t->err.code, ERR_IO);
	message_release(&m);
	store_batch_abort(&b);
	store_test_sane(t);
}

static void
test_one_batch_with_one_uidl_twice(void **state)
{
	struct store_test *t = *state;
	struct store_batch *b = store_batch_begin(t->s, t->a, &t->err);
	char *x = store_test_message("x", "x", "", "x");
	char *y = store_test_message("y", "y", "", "y");
	int64_t *ids = NULL;
	size_t n = 0;

	assert_ok(t, add_to_batch(t, b, "u", x, false));
	assert_ok(t, add_to_batch(t, b, "u", y, false));
	assert_ok(t, add_to_batch(t, b, "u", x, false));
	assert_ok(t, store_batch_commit(&b, &ids, &n, &t->err));
	assert_int_equal(ids[0], ids[2]);
	assert_int_not_equal(ids[0], ids[1]);
	store_test_sane(t);
	assert_int_equal(store_test_listed(t, t->a, FOLDER_INBOX), 2);
	free(ids);
	free(x);
	free(y);
}

static void
add_numbered(struct store_test *t, struct store_batch *b, int first, int end)
{
	for (int i = first; i < end; i++) {
		char *uidl = xasprintf("u%d", i);
		char *m = store_test_message(uidl, "s", "", "text");

		assert_ok(t, add_to_batch(t, b, uidl, m, false));
		free(m);
		free(uidl);
	}
}

/* What is being synced is not there before the commit, and may grow until then. */
static void
test_batch_is_synced_beside(void **state)
{
	struct store_test *t = *state;

	for (int size = 1; size <= 9; size += 8) {
		struct store_batch *b = store_batch_begin(t->s, t->a, &t->err);
		struct store_batch *next;
		size_t before = store_test_files(t, false);

		assert_true(store_batch_ready(b));
		add_numbered(t, b, 100 * size, 100 * size + size);
		store_batch_start(b);
		store_batch_start(b);
		next = store_batch_begin(t->s, t->a, &t->err);
		add_numbered(t, next, 1000 * size, 1000 * size + 5);
		assert_int_equal(store_test_files(t, false), before);
		add_numbered(t, b, 200 * size, 200 * size + 2);
		store_batch_start(next);
		assert_ok(t, store_batch_commit(&b, NULL, NULL, &t->err));
		before += (size_t)size + 2;
		assert_int_equal(store_test_files(t, false), before);
		store_batch_abort(&next);
		assert_int_equal(store_test_files(t, false), before);
		assert_int_equal(store_test_files(t, true), 0);
		store_test_sane(t);
	}
}

/* The batch's last tmp file, taken away. */
static void
lose_a_file(struct store_test *t)
{
	glob_t found;
	char *pattern = xasprintf("%s/mail/*/Inbox/tmp/*", t->data);

	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	assert_int_equal(unlink(found.gl_pathv[found.gl_pathc - 1]), 0);
	globfree(&found);
	free(pattern);
}

static void
test_batch_that_cannot_be_synced(void **state)
{
	struct store_test *t = *state;
	struct store_batch *b = store_batch_begin(t->s, t->a, &t->err);

	add_numbered(t, b, 0, 2);
	lose_a_file(t);
	store_batch_start(b);
	assert_int_equal(store_batch_commit(&b, NULL, NULL, &t->err), -1);
	assert_int_equal(t->err.code, ERR_IO);
	assert_int_equal(store_test_files(t, false), 0);
	assert_int_equal(store_test_listed(t, t->a, FOLDER_INBOX), 0);
	store_test_sane(t);
}

static void
test_renumbered_mailbox_is_recognised(void **state)
{
	struct store_test *t = *state;
	int64_t id = add_simple(t, t->a, "old", "one");
	struct store_batch *b = store_batch_begin(t->s, t->a, &t->err);
	char *m = store_test_message("one", "hello", "", "body text");
	char *other = store_test_message("one", "hello", "Received: x\r\n",
	                                 "body text");
	int64_t *ids = NULL;
	size_t n = 0;

	assert_ok(t, add_to_batch(t, b, "new", m, true));
	assert_ok(t, add_to_batch(t, b, "new2", m, true));
	assert_ok(t, add_to_batch(t, b, "new3", other, true));
	assert_ok(t, store_batch_commit(&b, &ids, &n, &t->err));
	assert_int_equal(ids[0], id);
	assert_int_equal(ids[1], id);
	assert_int_not_equal(ids[2], id); /* not the same bytes */
	assert_int_equal(store_test_listed(t, t->a, FOLDER_INBOX), 2);
	store_test_sane(t);
	free(ids);
	free(m);
	free(other);
}

static void
test_flags_rename_the_file(void **state)
{
	struct store_test *t = *state;
	int64_t id = add_simple(t, t->a, "u", "one");
	int64_t undo = 0;
	struct store_rows rows;
	char *path;

	assert_ok(t, store_flags(t->s, &id, 1, STORE_SEEN | STORE_FLAGGED, 0,
	                         &undo, &t->err));
	assert_true(undo > 0);
	path = store_test_only_file(t, "naver", FOLDER_INBOX, "cur");
	assert_true(slice_ends(slice_of(path), ":2,FS"));
	free(path);
	store_test_sane(t);
	assert_ok(t, store_undo(t->s, undo, &t->err));
	assert_ok(t, store_row(t->s, id, &rows, &t->err));
	assert_int_equal(rows.v[0].flags, 0);
	store_rows_release(&rows);
	assert_int_equal(store_undo(t->s, undo, &t->err), -1);
	assert_int_equal(t->err.code, ERR_NOTFOUND);
	store_test_sane(t);
}

static void
test_moves_and_labels_can_be_undone(void **state)
{
	struct store_test *t = *state;
	int64_t ids[2] = { add_simple(t, t->a, "u", "one"),
		           add_simple(t, t->b, "u", "two") };
	struct store_view work = { .folder = FOLDER_ANY, .label = "업무" };
	int64_t move = 0;
	int64_t label = 0;
	struct store_rows rows;

	assert_ok(t, store_move(t->s, ids, 2, FOLDER_SPAM, &move, &t->err));
	assert_int_equal(store_test_listed(t, 0, FOLDER_SPAM), 2);
	assert_int_equal(store_test_listed(t, 0, FOLDER_ANY), 0);
	store_test_sane(t);
	assert_ok(t, store_undo(t->s, move, &t->err));
	assert_int_equal(store_test_listed(t, 0, FOLDER_INBOX), 2);
	store_test_sane(t);
	assert_ok(t, store_label(t->s, ids, 2, "업무", true, &label, &t->err));
	assert_ok(t, store_list(t->s, &work, NULL, false, 10, &rows, &t->err));
	assert_int_equal(rows.n, 2);
	assert_string_equal(rows.v[0].labels, "업무");
	store_rows_release(&rows);
	assert_ok(t, store_undo(t->s, label, &t->err));
	assert_ok(t, store_list(t->s, &work, NULL, false, 10, &rows, &t->err));
	assert_int_equal(rows.n, 0);
	store_rows_release(&rows);
}

static void
test_undo_is_bounded(void **state)
{
	struct store_test *t = *state;
	int64_t id = add_simple(t, t->a, "u", "one");
	int64_t first = 0;
	int64_t last = 0;
	int i;

	for (i = 0; i < 250; i++)
		assert_ok(t, store_flags(t->s, &id, 1, i % 2 ? 0 : STORE_SEEN,
		                         i % 2 ? STORE_SEEN : 0,
		                         i == 0 ? &first : &last, &t->err));
	assert_int_equal(store_undo(t->s, first, &t->err), -1);
	assert_ok(t, store_undo(t->s, last, &t->err));
}

static void
test_removal(void **state)
{
	struct store_test *t = *state;
	int64_t id = add_simple(t, t->a, "u", "one");
	struct uidl_map uidls;
	struct uidl_row *row;
	struct store_rows rows;

	assert_ok(t, store_delete(t->s, &id, 1, &t->err));
	store_test_sane(t);
	assert_int_equal(store_row(t->s, id, &rows, &t->err), -1);
	assert_int_equal(t->err.code, ERR_NOTFOUND);
	assert_ok(t, store_uidls(t->s, t->a, &uidls, &t->err));
	row = map_get(&uidls.map, SLICE_LIT("u"));
	assert_non_null(row); /* else it would be fetched again */
	assert_int_equal(row->message, 0);
	uidl_map_release(&uidls);
	assert_ok(t, store_uidl_set(t->s, t->a, "u", UIDL_DELETED, &t->err));
	/* Ids are not used again. */
	assert_true(add_simple(t, t->a, "v", "two") > id);
}

static void
test_twins_are_shown_once(void **state)
{
	struct store_test *t = *state;
	int64_t a = add_simple(t, t->a, "u", "one");
	int64_t b = add_simple(t, t->b, "w", "one");
	struct store_view all = { .folder = FOLDER_INBOX };
	struct store_rows rows;
	int64_t undo;

	assert_int_not_equal(a, b);
	assert_ok(t, store_list(t->s, &all, NULL, false, 10, &rows, &t->err));
	assert_int_equal(rows.n, 1);
	assert_int_equal(rows.v[0].copies, 2);
	assert_int_equal(rows.v[0].id, a);
	store_rows_release(&rows);
	assert_int_equal(store_test_listed(t, t->b, FOLDER_INBOX), 1);
	store_test_sane(t);
	/* What is done to one is done to both. */
	assert_ok(t, store_move(t->s, &a, 1, FOLDER_ARCHIVE, &undo, &t->err));
	assert_int_equal(store_test_listed(t, 0, FOLDER_INBOX), 0);
	assert_int_equal(store_test_listed(t, 0, FOLDER_ARCHIVE), 1);
	store_test_sane(t);
	assert_ok(t, store_undo(t->s, undo, &t->err));
	assert_int_equal(store_test_listed(t, 0, FOLDER_INBOX), 1);
	store_test_sane(t);
	assert_ok(t, store_delete(t->s, &b, 1, &t->err));
	assert_int_equal(store_test_files(t, false), 0);
	store_test_sane(t);
}

static void
test_same_id_other_body_are_two(void **state)
{
	struct store_test *t = *state;
	char *m = store_test_message("one", "hello", "", "forged");

	(void)add_simple(t, t->a, "u", "one");
	(void)store_test_add(t, t->b, "w", FOLDER_INBOX, 0, m);
	assert_int_equal(store_test_listed(t, 0, FOLDER_INBOX), 2);
	free(m);
}

static void
test_conversations(void **state)
{
	struct store_test *t = *state;
	char *answer = store_test_message("b", "Re: x",
	                                  "In-Reply-To: <a@example.org>\r\n"
	                                  "References: <a@example.org>\r\n",
	                                  "y");
	char *late = store_test_message("c", "Re: x",
	                                "References: <z@example.org>"
	                                " <b@example.org>\r\n",
	                                "y");
	char *far = store_test_message("z", "x", "", "y");
	int64_t other = add_simple(t, t->a, "0", "other");
	int64_t f = store_test_add(t, t->a, "1", FOLDER_INBOX, 0, far);
	int64_t b = store_test_add(t, t->a, "2", FOLDER_INBOX, 0, answer);
	int64_t a = add_simple(t, t->a, "3", "a");
	/* This one joins both. */
	int64_t c = store_test_add(t, t->a, "4", FOLDER_SENT, 0, late);
	struct store_view view = { .folder = FOLDER_ANY, .convo = f };
	struct store_rows rows;

	assert_ok(t, store_list(t->s, &view, NULL, false, 10, &rows, &t->err));
	assert_int_equal(rows.n, 4);
	assert_int_equal(rows.v[0].id, c);
	assert_int_equal(rows.v[1].id, a);
	assert_int_equal(rows.v[2].id, b);
	store_rows_release(&rows);
	assert_int_not_equal(other, f);
	free(answer);
	free(late);
	free(far);
}

static void
test_accounts_get_safe_folders(void **state)
{
	struct store_test *t = *state;
	int64_t x, y, z;
	char *path;
	char *name;

	assert_ok(t, store_account(t->s, "../x", &x, &t->err));
	assert_ok(t, store_account(t->s, "..\\x", &y, &t->err));
	assert_ok(t, store_account(t->s, "../x", &z, &t->err));
	assert_int_equal(x, z);
	assert_int_not_equal(x, y);
	name = store_account_name(t->s, x);
	assert_string_equal(name, "../x");
	free(name);
	assert_null(store_account_name(t->s, 999));
	path = xasprintf("%s/mail/_._x-2/Inbox/new", t->data);
	assert_true(fsx_exists(path));
	free(path);
	name = store_account_path(t->s, "..\\x", &t->err);
	path = xasprintf("%s/mail/_._x-2", t->data);
	assert_string_equal(name, path);
	free(path);
	free(name);
	assert_null(store_account_path(t->s, "x", &t->err));
	assert_int_equal(t->err.code, ERR_NOTFOUND);
}

static void
test_finds_by_message_id(void **state)
{
	struct store_test *t = *state;
	int64_t id = add_simple(t, t->a, "u", "one");
	int64_t found = 0;

	assert_ok(t, store_find_message_id(t->s, SLICE_LIT("one@example.org"),
	                                   &found, &t->err));
	assert_int_equal(found, id);
	assert_ok(t, store_find_message_id(t->s, SLICE_LIT("' OR 1"), &found,
	                                   &t->err));
	assert_int_equal(found, 0);
	assert_ok(t, store_find_message_id(t->s, SLICE_NONE, &found, &t->err));
	assert_int_equal(found, 0);
}

/* The same mail twice, and only in the folder asked for. */
static void
test_all_with_message_id(void **state)
{
	struct store_test *t = *state;
	const struct slice id = SLICE_LIT("one@example.org");
	int64_t first = add_simple(t, t->a, "u", "one");
	int64_t second = add_simple(t, t->a, "v", "one");
	int64_t *ids = NULL;
	size_t n = 9;

	(void)add_simple(t, t->a, "w", "two");
	assert_ok(t, store_with_message_id(t->s, id, FOLDER_INBOX, &ids, &n,
	                                   &t->err));
	assert_int_equal(n, 2);
	assert_int_equal(ids[0], first);
	assert_int_equal(ids[1], second);
	free(ids);
	assert_ok(t, store_with_message_id(t->s, id, FOLDER_DRAFTS, &ids, &n,
	                                   &t->err));
	assert_int_equal(n, 0);
	assert_null(ids);
	assert_ok(t, store_with_message_id(t->s, SLICE_NONE, FOLDER_INBOX, &ids,
	                                   &n, &t->err));
	assert_int_equal(n, 0);
}

static void
test_version_changes(void **state)
{
	struct store_test *t = *state;
	uint64_t before = store_version(t->s);
	struct store *other = store_open(t->data, t->cache, &t->err);
	struct str value;

	assert_non_null(other);
	before = store_version(t->s);
	assert_int_equal(store_version(t->s), before);
	assert_ok(t, store_state_set(other, "k", SLICE_LIT("v\0w"), &t->err));
	assert_int_not_equal(store_version(t->s), before);
	before = store_version(t->s);
	assert_ok(t, store_state_set(t->s, "k2", SLICE_LIT("x"), &t->err));
	assert_int_not_equal(store_version(t->s), before);
	str_init(&value, 100);
	assert_int_equal(store_state_get(t->s, "k", &value, &t->err), 1);
	assert_int_equal(value.n, 3);
	assert_int_equal(store_state_get(t->s, "no", &value, &t->err), 0);
	str_release(&value);
	store_close(&other);
}

static void
test_fetch_history(void **state)
{
	struct store_test *t = *state;
	struct fetch_record *v = NULL;
	char words[] = "server said no";
	char why[] = "too large";
	size_t n = 0;
	size_t i;

	for (i = 0; i < 310; i++) {
		struct fetch_record r = { .account = t->a,
			                  .started = (int64_t)i,
			                  .ended = (int64_t)i + 3,
			                  .took_ms = i == 308 ? 0 : 432,
			                  .messages = i,
			                  .why = i % 2 ? why : NULL,
			                  .error = i % 2 ? words : NULL };

		assert_ok(t,
		          store_fetch_record(t->s, &r, NULL, false, &t->err));
	}
	assert_ok(t, store_fetch_history(t->s, t->a, 1000, &v, &n, &t->err));
	assert_int_equal(n, 300);
	assert_int_equal(v[0].started, 309);
	assert_int_equal(v[0].took_ms, 432);
	assert_int_equal(v[1].took_ms, 3000);
	assert_string_equal(v[0].error, words);
	assert_null(v[1].error);
	assert_string_equal(v[0].why, why);
	assert_null(v[1].why);
	fetch_records_free(&v, n);
	assert_ok(t, store_fetch_history(t->s, t->b, 10, &v, &n, &t->err));
	assert_int_equal(n, 0);
	fetch_records_free(&v, n);
	assert_ok(t, store_fetch_history(t->s, 0, 10, &v, &n, &t->err));
	assert_int_equal(n, 10);
	fetch_records_free(&v, n);
}

static void
test_private_to_the_user(void **state)
{
	struct store_test *t = *state;
	struct stat st;
	char *db = fsx_join(t->data, "pabal.db");
	char *file;
	mode_t before = umask(0);

	(void)add_simple(t, t->a, "u", "one");
	store_test_reopen(t);
	file = store_test_only_file(t, "naver", FOLDER_INBOX, "new");
	assert_int_equal(stat(db, &st), 0);
	assert_int_equal(st.st_mode & 077, 0);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 077, 0);
	assert_ok(t, store_index_text(t->s, 1, NULL, &t->err));
	free(db);
	db = fsx_join(t->cache, "search.db");
	assert_int_equal(stat(db, &st), 0);
	assert_int_equal(st.st_mode & 077, 0);
	free(db);
	free(file);
	(void)umask(before);
}

/* A home that is a link to another disk; a link inside the store is refused. */
static void
test_links(void **state)
{
	struct store_test *t = *state;
	char *link = fsx_join(t->dir, "link");
	char *data = fsx_join(link, "data");
	char *inbox = xasprintf("%s/mail/naver/Inbox", t->data);
	char *away = fsx_join(t->dir, "away");
	struct store *s;
	struct store_new info = { .uidl = "u" };
	int64_t id;

	assert_int_equal(symlink(t->dir, link), 0);
	s = store_open(data, t->cache, &t->err);
	assert_non_null(s);
	store_close(&s);
	store_close(&t->s);
	assert_int_equal(rename(inbox, away), 0);
	assert_int_equal(symlink(away, inbox), 0);
	t->s = store_open(t->data, t->cache, &t->err);
	assert_non_null(t->s); /* other accounts have nothing to do with it */
	assert_int_equal(store_deliver(t->s, t->a, SLICE_LIT("a: b\n\nc\n"),
	                               &info, &id, &t->err),
	                 -1);
	assert_int_equal(t->err.code, ERR_IO);
	assert_int_equal(unlink(inbox), 0);
	store_test_reopen(t);
	assert_ok(t, store_deliver(t->s, t->a, SLICE_LIT("a: b\n\nc\n"), &info,
	                           &id, &t->err));
	assert_true(fsx_exists(inbox));
	free(link);
	free(data);
	free(inbox);
	free(away);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_delivers_and_reads_back),
		T(test_fillers_are_seen),
		T(test_same_uidl_is_same_message),
		T(test_batch_is_all_or_nothing),
		T(test_batch_is_synced_beside),
		T(test_batch_that_cannot_be_synced),
		T(test_cut_message_is_refused),
		T(test_one_batch_with_one_uidl_twice),
		T(test_renumbered_mailbox_is_recognised),
		T(test_flags_rename_the_file),
		T(test_moves_and_labels_can_be_undone),
		T(test_undo_is_bounded),
		T(test_removal),
		T(test_twins_are_shown_once),
		T(test_same_id_other_body_are_two),
		T(test_conversations),
		T(test_accounts_get_safe_folders),
		T(test_finds_by_message_id),
		T(test_all_with_message_id),
		T(test_version_changes),
		T(test_fetch_history),
		T(test_private_to_the_user),
		T(test_links),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
