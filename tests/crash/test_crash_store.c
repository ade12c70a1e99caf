/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The store killed at each step and resumed: nothing lost, doubled, partial. */
#include "lib/store_test.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/outbox_rows.h"
#include "util/fsx.h"
#include "util/xalloc.h"

#define MESSAGES 6 /* more than the number that makes us sync all at once */

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

static int
add_one(struct store_batch *b, int i, enum folder folder, struct err *err)
{
	char *uidl = xasprintf("uidl-%d", i);
	char *text = store_test_message(uidl, "x", "", "a body of some size");
	struct store_new info = { .uidl = uidl,
		                  .received = 1795000000,
		                  .folder = folder,
		                  .flags = i == 1 ? STORE_SEEN : 0 };
	struct message m;
	int fd, rc;

	rc = store_batch_file(b, &fd, err);
	if (rc == 0)
		rc = fsx_write_all(fd, text, strlen(text), err);
	if (rc == 0) {
		message_parse(&m, slice_of(text));
		rc = store_batch_add(b, &m, &info, err);
		message_release(&m);
	}
	free(uidl);
	free(text);
	return rc;
}

/* What a fetch does: everything the store does not know yet. */
static int
fetch(struct store *s, int64_t account, int messages, enum folder folder,
      struct err *err)
{
	struct uidl_map known;
	struct store_batch *b;
	int rc = store_uidls(s, account, &known, err);
	int i;

	if (rc != 0)
		return -1;
	b = store_batch_begin(s, account, err);
	rc = b != NULL ? 0 : -1;
	for (i = 0; rc == 0 && i < messages; i++) {
		char *uidl = xasprintf("uidl-%d", i);

		if (!map_has(&known.map, slice_of(uidl)))
			rc = add_one(b, i, i % 2 != 0 ? folder : FOLDER_INBOX,
			             err);
		free(uidl);
	}
	uidl_map_release(&known);
	if (rc == 0)
		return store_batch_commit(&b, NULL, NULL, err);
	store_batch_abort(&b);
	return -1;
}

/* The same in two batches: the first goes to disk while the second is filled. */
static int
fetch_in_two(struct store *s, int64_t account, int messages, struct err *err)
{
	struct store_batch *b[2] = { store_batch_begin(s, account, err), NULL };
	int rc = b[0] != NULL ? 0 : -1;

	for (int i = 0; rc == 0 && i < messages; i++) {
		if (i == messages / 2) {
			store_batch_start(b[0]);
			b[1] = store_batch_begin(s, account, err);
		}
		rc = add_one(b[i >= messages / 2], i,
		             i % 2 != 0 ? FOLDER_ARCHIVE : FOLDER_INBOX, err);
	}
	for (int i = 0; rc == 0 && i < 2; i++)
		rc = store_batch_commit(&b[i], NULL, NULL, err);
	return rc;
}

/* Run work in a child of its own; its wait status. */
static int
in_child(struct store_test *t, const char *step,
         int (*work)(struct store_test *, struct store *, struct err *))
{
	pid_t pid;
	int status;

	store_close(&t->s);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct err err = { 0 };
		struct store *s;
		struct rlimit none = { 0, 0 };

		(void)setrlimit(RLIMIT_CORE, &none);
		if (step != NULL)
			setenv("PABAL_TEST_STEP", step, 1);
		s = store_open(t->data, t->cache, &err);
		if (s == NULL || work(t, s, &err) != 0) {
			fprintf(stderr, "child: %s\n", err.text);
			_exit(1);
		}
		store_close(&s);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	store_test_reopen(t);
	return status;
}

static int
work_fetch(struct store_test *t, struct store *s, struct err *err)
{
	return fetch(s, t->a, MESSAGES, FOLDER_ARCHIVE, err);
}

static int
work_fetch_in_two(struct store_test *t, struct store *s, struct err *err)
{
	return fetch_in_two(s, t->a, MESSAGES, err);
}

static void
assert_all_there(struct store_test *t)
{
	struct uidl_map known;

	assert_int_equal(store_test_listed(t, t->a, FOLDER_ANY), MESSAGES);
	assert_int_equal(store_test_files(t, false), MESSAGES);
	assert_ok(t, store_uidls(t->s, t->a, &known, &t->err));
	assert_int_equal(known.map.n, MESSAGES);
	uidl_map_release(&known);
	store_test_sane(t);
}

/* Nothing in the index is without its whole file. */
static void
assert_rows_are_whole(struct store_test *t)
{
	struct store_view view = { .folder = FOLDER_ANY };
	struct store_rows rows;
	size_t i;

	assert_ok(t, store_list(t->s, &view, NULL, false, 100, &rows, &t->err));
	for (i = 0; i < rows.n; i++) {
		struct fsx_map map;

		assert_ok(t, store_map(t->s, rows.v[i].id, &map, &t->err));
		assert_int_equal(map.data.n, rows.v[i].size);
		fsx_map_close(&map);
	}
	store_rows_release(&rows);
	assert_int_equal(store_test_files(t, true), 0);
}

/* how: 0 the fetch is repeated, 1 reconcile comes first, 2 the rules changed, 3 it
 * was in two batches */
static void
sweep_fetch(int how)
{
	int n;

	for (n = 1;; n++) {
		struct store_test *t = NULL;
		char *step = xasprintf("%d", n);
		void *state;
		int status;

		(void)set_up(&state);
		t = state;
		status = in_child(t, step,
		                  how == 3 ? work_fetch_in_two : work_fetch);
		free(step);
		assert_rows_are_whole(t);
		if (how == 1)
			assert_ok(t, store_reconcile(t->s, NULL, &t->err));
		assert_ok(t, fetch(t->s, t->a, MESSAGES,
		                   how == 2 ? FOLDER_TRASH : FOLDER_ARCHIVE,
		                   &t->err));
		if (how == 2) {
			assert_ok(t, store_reconcile(t->s, NULL, &t->err));
			assert_int_equal(store_test_files(t, false), MESSAGES);
			store_test_sane(t);
		} else {
			assert_all_there(t);
		}
		(void)tear_down(&state);
		if (WIFEXITED(status)) {
			assert_int_equal(WEXITSTATUS(status), 0);
			break;
		}
		assert_int_equal(WTERMSIG(status), SIGKILL);
	}
	assert_true(n > MESSAGES * 2 + 3);
}

static void
test_fetch_repeated(void **state)
{
	(void)state;
	sweep_fetch(0);
}

static void
test_fetch_repeated_after_reconcile(void **state)
{
	(void)state;
	sweep_fetch(1);
}

static void
test_fetch_repeated_with_other_rules(void **state)
{
	(void)state;
	sweep_fetch(2);
}

static void
test_two_batches_at_once_repeated(void **state)
{
	(void)state;
	sweep_fetch(3);
}

static int
work_send(struct store_test *t, struct store *s, struct err *err)
{
	char from[] = "me@example.net";
	char to[] = "you@example.org";
	char subject[] = "s";
	struct outbox_rcpt rcpt = { .spec = to };
	struct outbox_row row = { .account = t->a,
		                  .state = OUTBOX_QUEUED,
		                  .from = from,
		                  .rcpts = &rcpt,
		                  .rcpt_count = 1,
		                  .subject = subject };
	struct outbox_row *taken = NULL;
	int64_t id;
	int rc;

	rc = outbox_add(s, &row, SLICE_LIT("Subject: s\r\n\r\nx\r\n"), &id,
	                err);
	if (rc == 0)
		rc = outbox_take(s, 0, 100, &taken, err) == 1 ? 0 : -1;
	if (rc == 0) {
		taken->state = OUTBOX_SENT;
		rc = outbox_update(s, taken, err);
		outbox_rows_free(&taken, 1);
	}
	return rc == 0 ? outbox_remove(s, id, err) : -1;
}

static void
test_outbox(void **state)
{
	/* The state that each kill leaves; -1: no row. */
	static const int left[] = { -1, OUTBOX_QUEUED, OUTBOX_SENDING,
		                    OUTBOX_SENT };
	size_t n;

	(void)state;
	for (n = 0; n < sizeof left / sizeof left[0]; n++) {
		char *step = xasprintf("%zu", n + 1);
		struct outbox_row *v = NULL;
		struct store_test *t;
		void *own;
		size_t rows = 0;

		(void)set_up(&own);
		t = own;
		assert_true(WIFSIGNALED(in_child(t, step, work_send)));
		assert_ok(t, outbox_list(t->s, &v, &rows, &t->err));
		assert_int_equal(rows, left[n] < 0 ? 0 : 1);
		if (rows != 0) {
			struct fsx_map map;

			assert_int_equal(v[0].state, left[n]);
			assert_ok(t,
			          outbox_message(t->s, v[0].id, &map, &t->err));
			assert_slice(map.data, "Subject: s\r\n\r\nx\r\n");
			fsx_map_close(&map);
		}
		outbox_rows_free(&v, rows);
		free(step);
		(void)tear_down(&own);
	}
}

static int
work_add_many(struct store_test *t, struct store *s, struct err *err)
{
	char from[] = "me@example.net";
	char to[] = "you@example.org";
	char subject[] = "s";
	struct outbox_rcpt rcpt = { .spec = to };
	struct outbox_row rows[3];
	struct slice messages[3];
	int64_t ids[3];

	for (int i = 0; i < 3; i++) {
		rows[i] = (struct outbox_row){ .account = t->a,
			                       .state = OUTBOX_QUEUED,
			                       .from = from,
			                       .rcpts = &rcpt,
			                       .rcpt_count = 1,
			                       .subject = subject };
		messages[i] = SLICE_LIT("Subject: s\r\n\r\nx\r\n");
	}
	return outbox_add_many(s, rows, messages, 3, ids, err);
}

/* All of them or none. */
static void
test_many_into_the_outbox(void **state)
{
	static const struct {
		const char *step;
		size_t rows;
	} kills[] = { { "outbox files", 0 }, { "outbox rows", 3 } };

	(void)state;
	for (size_t n = 0; n < sizeof kills / sizeof kills[0]; n++) {
		struct outbox_row *v = NULL;
		struct store_test *t;
		struct fsx_map map;
		void *own;
		size_t rows = 0;

		(void)set_up(&own);
		t = own;
		assert_true(
			WIFSIGNALED(in_child(t, kills[n].step, work_add_many)));
		assert_ok(t, outbox_list(t->s, &v, &rows, &t->err));
		assert_int_equal(rows, kills[n].rows);
		for (size_t i = 0; i < rows; i++) {
			assert_ok(t, outbox_map(t->s, &v[i], &map, &t->err));
			assert_slice(map.data, "Subject: s\r\n\r\nx\r\n");
			fsx_map_close(&map);
		}
		outbox_rows_free(&v, rows);
		(void)tear_down(&own);
	}
}

static int
work_many(struct store_test *t, struct store *s, struct err *err)
{
	uint64_t changed;
	int64_t undo;
	int64_t id;
	int i;

	for (i = 1; i <= MESSAGES; i++) {
		if (fetch(s, t->a, i, FOLDER_ARCHIVE, err) != 0 ||
		    store_reconcile(s, &changed, err) != 0 ||
		    store_find_message_id(s, SLICE_LIT("uidl-0@example.org"),
		                          &id, err) != 0 ||
		    store_flags(s, &id, 1, i % 2 != 0 ? STORE_SEEN : 0,
		                i % 2 != 0 ? 0 : STORE_SEEN, &undo, err) != 0)
			return -1;
	}
	return 0;
}

static void
test_three_processes_at_once(void **state)
{
	struct store_test *t = *state;
	pid_t pids[2];
	int i, status;

	for (i = 0; i < 2; i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (pids[i] == 0) {
			struct err err = { 0 };
			struct store *s = store_open(t->data, t->cache, &err);

			if (s == NULL || work_many(t, s, &err) != 0) {
				fprintf(stderr, "child: %s\n", err.text);
				_exit(1);
			}
			_exit(0);
		}
	}
	i = work_many(t, t->s, &t->err);
	if (i != 0)
		fprintf(stderr, "parent: %s\n", t->err.text);
	assert_int_equal(waitpid(pids[0], &status, 0), pids[0]);
	assert_int_equal(status, 0);
	assert_int_equal(waitpid(pids[1], &status, 0), pids[1]);
	assert_int_equal(status, 0);
	assert_int_equal(i, 0);
	store_test_reopen(t);
	assert_ok(t, store_reconcile(t->s, NULL, &t->err));
	assert_all_there(t);
}

/* A full disk, as far as a limit on file sizes can play it: at first not even
 * a message fits, later the message does and the index does not. */
static void
test_no_space(void **state)
{
	struct store_test *t = *state;
	struct rlimit before, limit;
	size_t failed = 0;
	rlim_t size;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	signal(SIGXFSZ, SIG_IGN);
	for (size = 16; size < 400000; size *= 3) {
		struct err err = { 0 };
		int rc;

		limit = before;
		limit.rlim_cur = size;
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
		rc = fetch(t->s, t->a, MESSAGES, FOLDER_ARCHIVE, &err);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
		if (rc != 0) {
			assert_int_equal(err.code, ERR_IO);
			assert_int_not_equal(err.text[0], '\0');
			failed++;
		}
	}
	assert_true(failed >= 2);
	store_test_reopen(t);
	assert_rows_are_whole(t);
	assert_ok(t, fetch(t->s, t->a, MESSAGES, FOLDER_ARCHIVE, &t->err));
	assert_all_there(t);
}

static void
test_folder_not_ours_to_write(void **state)
{
	struct store_test *t = *state;
	struct err err = { 0 };
	pid_t pid;
	int status;

	assert_null(store_open("/proc/pabal", "/proc/pabal", &err));
	assert_int_equal(err.code, ERR_IO);
	store_close(&t->s);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		bool root = geteuid() == 0;
		struct store *s;

		if (root ? setgid(65534) != 0 || setuid(65534) != 0
		         : chmod(t->data, 0500) != 0)
			_exit(2);
		memset(&err, 0, sizeof err);
		s = store_open(t->data, t->cache, &err);
		/* Opening may do for reading where all is made already. */
		_exit(s == NULL ? err.code == ERR_IO ? 0 : 1 : root ? 1 : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(chmod(t->data, 0700), 0);
	store_test_reopen(t);
}

static void
test_damaged_index_is_told(void **state)
{
	struct store_test *t = *state;
	char *path = fsx_join(t->data, "pabal.db");
	struct err err = { 0 };
	int fd;

	assert_ok(t, fetch(t->s, t->a, MESSAGES, FOLDER_ARCHIVE, &t->err));
	store_close(&t->s);
	fd = open(path, O_WRONLY | O_TRUNC);
	assert_int_equal(write(fd, "noise noise noise noise noise", 29), 29);
	close(fd);
	assert_null(store_open(t->data, t->cache, &err));
	assert_int_equal(err.code, ERR_IO);
	assert_true(store_damaged(&err));
	/* Mail is in the files; what was fetched is known by its name. */
	assert_int_equal(store_set_aside(t->data, &err), 0);
	assert_false(fsx_exists(path));
	free(path);
	store_test_reopen(t);
	assert_ok(t, store_rebuild(t->s, NULL, NULL, &t->err));
	assert_int_equal(store_test_listed(t, t->a, FOLDER_ANY), MESSAGES);
	assert_ok(t, fetch(t->s, t->a, MESSAGES, FOLDER_ARCHIVE, &t->err));
	assert_all_there(t);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fetch_repeated),
		cmocka_unit_test(test_fetch_repeated_after_reconcile),
		cmocka_unit_test(test_fetch_repeated_with_other_rules),
		cmocka_unit_test(test_two_batches_at_once_repeated),
		cmocka_unit_test(test_outbox),
		cmocka_unit_test(test_many_into_the_outbox),
		T(test_three_processes_at_once),
		T(test_no_space),
		T(test_folder_not_ours_to_write),
		T(test_damaged_index_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
