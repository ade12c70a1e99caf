/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Headers whose messages come later: filled once, killed at each step, moved
 * by other programs, known to an index made anew. */
#include "lib/store_test.h"

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mime/message.h"
#include "store/store_impl.h"
#include "util/clock.h"
#include "util/fsx.h"
#include "util/xalloc.h"

#define WHOLE_SIZE 12345

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

	unsetenv("PABAL_TEST_STEP");
	store_test_release(t);
	free(t);
	return 0;
}

static char *
whole(const char *tag)
{
	return store_test_message(tag, tag, "", "needle in the body");
}

static int64_t
add_header(struct store_test *t, int64_t account, const char *uidl,
           const char *tag, enum folder folder)
{
	struct store_new info = { .folder = folder,
		                  .uidl = uidl,
		                  .received = 1795000000,
		                  .verdict = SPAM_UNSURE,
		                  .spam_score = 2.5,
		                  .spam_reasons = SLICE_LIT("why"),
		                  .labels = "업무",
		                  .listed_size = WHOLE_SIZE,
		                  .stub = WHOLE_SIZE };
	char *text = whole(tag);
	struct str s;
	int64_t id = 0;

	str_init(&s, 65536);
	store_stub_mark(WHOLE_SIZE, &s);
	*strstr(text, "needle") = '\0';
	str_add_z(&s, text);
	assert_ok(t, store_deliver(t->s, account, str_slice(&s), &info, &id,
	                           &t->err));
	str_release(&s);
	free(text);
	return id;
}

static int
fill(struct store *s, int64_t account, int64_t id, const char *tag,
     int64_t *id_r, struct err *err)
{
	struct store_batch *b = store_batch_begin(s, account, err);
	char *text = whole(tag);
	struct message m;
	int fd;
	int rc = b != NULL && store_batch_file(b, &fd, err) == 0
	                 ? fsx_write_all(fd, text, strlen(text), err)
	                 : -1;

	if (rc == 0) {
		message_parse(&m, slice_of(text));
		rc = store_fill(&b, id, &m, NULL, id_r, err);
		message_release(&m);
	} else {
		store_batch_abort(&b);
	}
	free(text);
	return rc;
}

static struct store_row
row_of(struct store_test *t, int64_t id, struct store_rows *rows)
{
	assert_ok(t, store_row(t->s, id, rows, &t->err));
	return rows->v[0];
}

static bool
known_as_stub(struct store_test *t, const char *uidl, enum uidl_state want,
              int64_t message)
{
	struct uidl_map map;
	const struct uidl_row *row;
	bool stub;

	assert_ok(t, store_uidls(t->s, t->a, &map, &t->err));
	row = map_get(&map.map, slice_of(uidl));
	assert_non_null(row);
	assert_int_equal(row->state, want);
	assert_int_equal(row->message, message);
	stub = row->stub;
	uidl_map_release(&map);
	return stub;
}

static size_t
found(struct store_test *t, const char *word)
{
	char *match;
	int64_t n = 0;
	uint64_t left = 1;
	struct db *db;

	while (left != 0)
		assert_ok(t, store_index_text(t->s, 100, &left, &t->err));
	db = store_search(t->s, &t->err);
	assert_non_null(db);
	match = xasprintf("SELECT count(*) FROM words w JOIN box.message m"
	                  " ON m.id = w.rowid WHERE words MATCH '\"%s\"'",
	                  word);
	assert_true(db_get_int(db, &t->err, &n, match, "") == 1);
	free(match);
	return (size_t)n;
}

static void
test_the_whole_takes_the_place(void **state)
{
	struct store_test *t = *state;
	int64_t id = add_header(t, t->a, "u", "one", FOLDER_INBOX);
	struct store_rows rows = { 0 };
	struct store_row row = row_of(t, id, &rows);
	struct str reasons;
	struct fsx_map map;
	char *text = whole("one");
	int64_t undo, fresh;

	assert_int_equal(row.stub, WHOLE_SIZE);
	store_rows_release(&rows);
	assert_true(known_as_stub(t, "u", UIDL_STORED, id));
	assert_int_equal(found(t, "one"), 1);
	assert_int_equal(found(t, "needle"), 0);
	assert_ok(t, store_flags(t->s, &id, 1, STORE_SEEN | STORE_FLAGGED, 0,
	                         NULL, &t->err));
	assert_ok(t, store_move(t->s, &id, 1, FOLDER_ARCHIVE, &undo, &t->err));

	assert_ok(t, fill(t->s, t->a, id, "one", &fresh, &t->err));
	assert_int_not_equal(fresh, id);
	row = row_of(t, fresh, &rows);
	assert_int_equal(row.stub, 0);
	assert_int_equal(row.flags, STORE_SEEN | STORE_FLAGGED);
	assert_int_equal(row.folder, FOLDER_ARCHIVE);
	assert_int_equal(row.verdict, SPAM_UNSURE);
	assert_string_equal(row.labels, "업무");
	store_rows_release(&rows);
	str_init(&reasons, 100);
	assert_ok(t, store_spam_reasons(t->s, fresh, &reasons, &t->err));
	assert_string_equal(reasons.p, "why");
	str_release(&reasons);
	assert_ok(t, store_map(t->s, fresh, &map, &t->err));
	assert_true(slice_eq_z(map.data, text));
	fsx_map_close(&map);
	assert_false(known_as_stub(t, "u", UIDL_STORED, fresh));
	assert_int_equal(found(t, "needle"), 1);
	assert_int_equal(found(t, "one"), 1);
	assert_int_equal(store_test_files(t, false), 1);
	assert_int_equal(store_test_files(t, true), 0);
	store_test_sane(t);

	/* What was done to the header can be taken back from the whole. */
	assert_ok(t, store_undo(t->s, undo, &t->err));
	assert_int_equal(row_of(t, fresh, &rows).folder, FOLDER_INBOX);
	store_rows_release(&rows);
	/* Once more: it is whole. */
	assert_ok(t, fill(t->s, t->a, fresh, "one", &id, &t->err));
	assert_int_equal(id, fresh);
	assert_int_equal(store_test_files(t, false), 1);
	assert_int_equal(store_test_files(t, true), 0);
	store_test_sane(t);
	free(text);
}

static int
fill_in_child(struct store_test *t, int64_t id, const char *step)
{
	pid_t pid;
	int status;

	store_close(&t->s);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct rlimit none = { 0, 0 };
		struct err err = { 0 };
		struct store *s;
		int64_t fresh;

		(void)setrlimit(RLIMIT_CORE, &none);
		setenv("PABAL_TEST_STEP", step, 1);
		s = store_open(t->data, t->cache, &err);
		_exit(s != NULL && fill(s, t->a, id, "one", &fresh, &err) == 0
		              ? 0
		              : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	store_test_reopen(t);
	return status;
}

static void
test_killed_at_each_step(void **state)
{
	static const char *const steps[] = { "fill-synced", "fill-renamed",
		                             "fill-folder", "fill-committed" };
	struct store_test *t = *state;
	size_t i;

	for (i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		char *uidl = xasprintf("u%zu", i);
		int64_t id = add_header(t, t->a, uidl, "one", FOLDER_INBOX);
		int status = fill_in_child(t, id, steps[i]);
		struct store_rows rows = { 0 };
		uint64_t changed;
		int64_t fresh;

		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
		/* Whatever happened, it is there once, and not taken for safe
		 * before its row says so. */
		assert_ok(t, store_reconcile(t->s, &changed, &t->err));
		assert_int_equal(store_test_listed(t, t->a, FOLDER_INBOX), 1);
		assert_int_equal(store_test_files(t, false), 1);
		if (i < 3)
			assert_true(known_as_stub(t, uidl, UIDL_STORED, id));
		else
			id = id + 1;
		if (i < 3)
			assert_ok(t,
			          store_fill_settle(t->s, id, &fresh, &t->err));
		else
			fresh = id;
		assert_int_equal(fresh, i == 1 || i == 2 ? id + 1 : id);
		id = fresh;
		if (i == 0)
			assert_ok(t,
			          fill(t->s, t->a, id, "one", &fresh, &t->err));
		assert_int_equal(row_of(t, fresh, &rows).stub, 0);
		store_rows_release(&rows);
		assert_false(known_as_stub(t, uidl, UIDL_STORED, fresh));
		assert_int_equal(store_test_files(t, false), 1);
		assert_int_equal(store_test_files(t, true), 0);
		store_test_sane(t);
		assert_ok(t, store_delete(t->s, &fresh, 1, &t->err));
		free(uidl);
	}
}

static void
test_moved_by_others_meanwhile(void **state)
{
	struct store_test *t = *state;
	int64_t id = add_header(t, t->a, "u", "one", FOLDER_INBOX);
	char *old = store_test_only_file(t, "naver", FOLDER_INBOX, "new");
	char *name = xasprintf("%s:2,FS", strrchr(old, '/') + 1);
	char *to = store_test_path(t, "naver", FOLDER_ARCHIVE, "cur", name);
	struct store_rows rows = { 0 };
	int64_t fresh;

	assert_int_equal(rename(old, to), 0);
	assert_ok(t, fill(t->s, t->a, id, "one", &fresh, &t->err));
	assert_int_equal(row_of(t, fresh, &rows).folder, FOLDER_ARCHIVE);
	assert_int_equal(rows.v[0].flags, STORE_SEEN | STORE_FLAGGED);
	assert_int_equal(rows.v[0].stub, 0);
	store_rows_release(&rows);
	assert_int_equal(store_test_files(t, false), 1);
	store_test_sane(t);
	free(old);
	free(name);
	free(to);
}

static void
test_deleted_meanwhile(void **state)
{
	struct store_test *t = *state;
	int64_t id = add_header(t, t->a, "u", "one", FOLDER_INBOX);
	struct err err = { 0 };
	int64_t fresh;

	assert_ok(t, store_delete(t->s, &id, 1, &t->err));
	assert_int_equal(fill(t->s, t->a, id, "one", &fresh, &err), -1);
	assert_int_equal(err.code, ERR_NOTFOUND);
	assert_int_equal(store_test_files(t, false), 0);
	assert_int_equal(store_test_files(t, true), 0);
	(void)known_as_stub(t, "u", UIDL_DOOMED, 0);
}

/* Its file was lost, not thrown away: what the server has is all there is. */
static void
test_a_lost_header_keeps_the_server_s_copy(void **state)
{
	struct store_test *t = *state;
	char *path;
	uint64_t changed;

	(void)add_header(t, t->a, "u", "one", FOLDER_INBOX);
	path = store_test_only_file(t, "naver", FOLDER_INBOX, "new");
	assert_int_equal(unlink(path), 0);
	assert_ok(t, reconcile_account(t->s, t->a, true, &changed, &t->err));
	(void)known_as_stub(t, "u", UIDL_SKIPPED, 0);
	free(path);
}

static void
test_an_index_made_anew_knows_them(void **state)
{
	struct store_test *t = *state;
	struct store_view view = { .folder = FOLDER_INBOX };
	struct store_rows rows;
	char *db = fsx_join(t->data, "pabal.db");
	const char *spoofed = "Subject: x\r\nX-Pabal-Header-Only: 99\r\n\r\n";
	struct slice key = SLICE_LIT("u");
	size_t n;

	(void)add_header(t, t->a, "u", "one", FOLDER_INBOX);
	(void)store_test_add(t, t->b, "v", FOLDER_INBOX, 0, spoofed);
	store_close(&t->s);
	assert_int_equal(unlink(db), 0);
	store_test_reopen(t);
	assert_ok(t, store_rebuild(t->s, NULL, NULL, &t->err));
	view.account = t->a;
	assert_ok(t, store_list(t->s, &view, NULL, false, 9, &rows, &t->err));
	assert_int_equal(rows.n, 1);
	assert_int_equal(rows.v[0].stub, WHOLE_SIZE);
	store_rows_release(&rows);
	view.account = t->b;
	assert_ok(t, store_list(t->s, &view, NULL, false, 9, &rows, &t->err));
	assert_int_equal(rows.n, 1);
	assert_int_equal(rows.v[0].stub, 0);
	store_rows_release(&rows);
	/* And what is known by the file's name alone is no whole message. */
	assert_ok(t, store_uidls_by_name(t->s, t->a, &key, 1, &n, &t->err));
	if (n == 1)
		assert_true(known_as_stub(t, "u", UIDL_STORED, 1));
	free(db);
}

static void
test_through_two_accounts(void **state)
{
	struct store_test *t = *state;
	int64_t id = add_header(t, t->a, "u", "one", FOLDER_INBOX);
	int64_t other = add_header(t, t->b, "v", "one", FOLDER_INBOX);
	int64_t fresh;

	assert_int_equal(store_test_listed(t, 0, FOLDER_INBOX), 1);
	assert_ok(t, fill(t->s, t->a, id, "one", &fresh, &t->err));
	assert_int_equal(store_test_listed(t, 0, FOLDER_INBOX), 2);
	assert_ok(t, fill(t->s, t->b, other, "one", &fresh, &t->err));
	assert_int_equal(store_test_listed(t, 0, FOLDER_INBOX), 1);
	store_test_sane(t);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_the_whole_takes_the_place),
		T(test_killed_at_each_step),
		T(test_moved_by_others_meanwhile),
		T(test_deleted_meanwhile),
		T(test_a_lost_header_keeps_the_server_s_copy),
		T(test_an_index_made_anew_knows_them),
		T(test_through_two_accounts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
