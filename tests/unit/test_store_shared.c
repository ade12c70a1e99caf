/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Several stores of one mailbox in a process, and another process that closes
 * its own. */
#include "lib/test.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/store_test.h"
#include "store/db.h"
#include "store/store_impl.h"
#include "util/fsx.h"
#include "util/xalloc.h"

#define CHILD "--child"

/* What another program does: one change, and its store is closed. */
static void
work_elsewhere(const struct store_test *t)
{
	static char word[] = CHILD;
	char *argv[] = { word, word, t->data, t->cache, NULL };
	int status;
	pid_t pid;

	assert_int_equal(posix_spawn(&pid, "/proc/self/exe", NULL, NULL, argv,
	                             environ),
	                 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static int
child(const char *data, const char *cache)
{
	struct err err = { 0 };
	struct store *s = store_open(data, cache, &err);
	int64_t id;

	if (s == NULL || store_account(s, "elsewhere", &id, &err) != 0) {
		(void)fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	store_close(&s);
	return 0;
}

/* Another store of ours that comes and goes takes no lock of the first away: the
 * process that closes last, as it believes, would take the journal with it, and
 * we would read and write one that nobody else sees. */
static void
test_a_second_store_takes_no_lock_away(void **state)
{
	struct store_test t;
	struct store *second;
	char *journal;
	int64_t id = 0;

	(void)state;
	store_test_init(&t);
	journal = fsx_join(t.data, "pabal.db-wal");
	second = store_open(t.data, t.cache, &t.err);
	assert_non_null(second);
	work_elsewhere(&t);
	assert_true(fsx_exists(journal));
	store_close(&second);
	work_elsewhere(&t);
	assert_true(fsx_exists(journal));
	assert_int_equal(store_find_account(t.s, "elsewhere", &id, &t.err), 1);
	assert_true(id > 0);
	/* What we write now is there for those who come later. */
	assert_ok(&t, store_account(t.s, "here", &id, &t.err));
	store_test_reopen(&t);
	id = 0;
	assert_int_equal(store_find_account(t.s, "here", &id, &t.err), 1);
	assert_true(id > 0);
	free(journal);
	store_test_release(&t);
}

/* One that only reads comes and goes: with transactions in the journal, with none
 * in it, without one. */
static void
test_who_only_reads_takes_no_lock_away(void **state)
{
	static const char *const before[] = {
		"CREATE TABLE x(y)",
		"PRAGMA wal_checkpoint(TRUNCATE)",
	};
	struct store_test t;
	char *index, *journal;

	(void)state;
	store_test_init(&t);
	index = fsx_join(t.data, "pabal.db");
	journal = fsx_join(t.data, "pabal.db-wal");
	for (size_t i = 0; i < 2; i++) {
		struct db *reader;
		int64_t id = 0, n = 0;

		assert_ok(&t, db_script(t.s->db, before[i], &t.err));
		assert_ok(&t, db_open_reading(index, false, &reader, &t.err));
		assert_int_equal(db_get_int(reader, &t.err, &n,
		                            "SELECT count(*) FROM account", ""),
		                 1);
		work_elsewhere(&t);
		assert_true(fsx_exists(journal));
		db_close(&reader);
		work_elsewhere(&t);
		assert_true(fsx_exists(journal));
		assert_int_equal(
			store_find_account(t.s, "elsewhere", &id, &t.err), 1);
	}
	free(journal);
	free(index);
	store_test_release(&t);
}

/* Who only reads sees what others write into the file meanwhile, and no halves of
 * it, also when nothing waited in the journal at first. */
static void
test_who_only_reads_sees_what_others_write(void **state)
{
	struct store_test t;
	struct db *reader;
	int64_t before = 0, after = 0;
	char *index;

	(void)state;
	store_test_init(&t);
	index = fsx_join(t.data, "pabal.db");
	assert_ok(&t, db_script(t.s->db, "PRAGMA wal_checkpoint(TRUNCATE)",
	                        &t.err));
	assert_ok(&t, db_open_reading(index, false, &reader, &t.err));
	assert_int_equal(db_get_int(reader, &t.err, &before,
	                            "SELECT count(*) FROM account", ""),
	                 1);
	work_elsewhere(&t);
	assert_ok(&t, db_script(t.s->db, "PRAGMA wal_checkpoint(TRUNCATE)",
	                        &t.err));
	assert_int_equal(db_get_int(reader, &t.err, &after,
	                            "SELECT count(*) FROM account", ""),
	                 1);
	assert_int_equal(after, before + 1);
	assert_int_equal(db_script(reader, "DELETE FROM account", &t.err), -1);
	db_close(&reader);
	free(index);
	store_test_release(&t);
}

static void
test_a_link_is_no_index(void **state)
{
	struct store_test t;
	char *index, *elsewhere;
	struct stat st;

	(void)state;
	store_test_init(&t);
	index = fsx_join(t.data, "pabal.db");
	elsewhere = fsx_join(t.dir, "elsewhere");
	store_close(&t.s);
	assert_int_equal(rename(index, elsewhere), 0);
	assert_int_equal(symlink(elsewhere, index), 0);
	assert_null(store_open(t.data, t.cache, &t.err));
	assert_int_equal(unlink(index), 0);
	store_test_reopen(&t);
	assert_int_equal(lstat(index, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	free(index);
	free(elsewhere);
	store_test_release(&t);
}

/* The folder of one account is damaged: the others' mail comes all the same. */
static void
test_a_damaged_folder_is_its_account_s(void **state)
{
	struct store_test t;
	char *inbox, *away, *message;
	FILE *file;

	(void)state;
	store_test_init(&t);
	message = store_test_message("one", "one", "", "text");
	inbox = store_test_path(&t, "naver", FOLDER_INBOX, "", "");
	inbox[strlen(inbox) - 2] = '\0'; /* ".../Inbox//" */
	away = xasprintf("%s-away", inbox);
	(void)store_test_add(&t, t.a, "a-1", FOLDER_INBOX, 0, message);
	store_close(&t.s);
	assert_int_equal(rename(inbox, away), 0);
	file = fopen(inbox, "w");
	assert_non_null(file);
	assert_int_equal(fclose(file), 0);
	t.s = store_open(t.data, t.cache, &t.err);
	assert_non_null(t.s);
	(void)store_test_add(&t, t.b, "b-1", FOLDER_INBOX, 0, message);
	assert_int_equal(store_test_listed(&t, t.b, FOLDER_INBOX), 1);
	store_close(&t.s);
	assert_int_equal(remove(inbox), 0);
	assert_int_equal(rename(away, inbox), 0);
	t.s = store_open(t.data, t.cache, &t.err);
	assert_non_null(t.s);
	store_test_sane(&t);
	free(away);
	free(inbox);
	free(message);
	store_test_release(&t);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_second_store_takes_no_lock_away),
		cmocka_unit_test(test_who_only_reads_takes_no_lock_away),
		cmocka_unit_test(test_who_only_reads_sees_what_others_write),
		cmocka_unit_test(test_a_link_is_no_index),
		cmocka_unit_test(test_a_damaged_folder_is_its_account_s),
	};

	if (argc == 4 && strcmp(argv[1], CHILD) == 0)
		return child(argv[2], argv[3]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
