/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A store in a folder of its own, and messages to put into it. */
#include "lib/store_test.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/schema.h"
#include "store/store_impl.h"
#include "util/fsx.h"
#include "util/xalloc.h"

void
store_test_init(struct store_test *t)
{
	memset(t, 0, sizeof *t);
	memcpy(t->dir, "/tmp/pabal-store-XXXXXX", 24);
	assert_non_null(mkdtemp(t->dir));
	t->data = fsx_join(t->dir, "data");
	t->cache = fsx_join(t->dir, "cache");
	store_test_reopen(t);
}

/* Each undoes one migration of store/schema.c: the one that made version. */
static const struct {
	int version;
	const char *script;
} undone[] = {
	{ 11, "ALTER TABLE fetch DROP COLUMN took_ms;" },
	{ 10, "ALTER TABLE outbox DROP COLUMN take;" },
	{ 9, "" }, /* the triggers of old count as well */
	{ 8, "DROP TRIGGER message_stub_change;"
	     "DROP TRIGGER uidl_in; DROP TRIGGER uidl_out;"
	     "DROP TRIGGER uidl_change; DROP TABLE quiet;" },
	{ 7, "ALTER TABLE uidl DROP COLUMN head;" },
	{ 6, "ALTER TABLE outbox DROP COLUMN dsn;" },
	{ 5, "DROP INDEX message_list; DROP INDEX message_unlisted;"
	     "ALTER TABLE message DROP COLUMN list;" },
	{ 4, "DROP INDEX message_stub; DROP TABLE leaving;"
	     "DROP TRIGGER message_out;"
	     "CREATE TRIGGER message_out AFTER DELETE ON message"
	     " BEGIN SELECT 1; END;"
	     "ALTER TABLE message DROP COLUMN stub;"
	     "ALTER TABLE fetch DROP COLUMN why;" },
	{ 3, "DROP TABLE outbox_key; DROP INDEX undo_head;"
	     "ALTER TABLE outbox DROP COLUMN automatic;"
	     "ALTER TABLE undo DROP COLUMN head;" },
};

void
store_test_back_to(struct store_test *t, int version)
{
	char number[64];

	assert_int_equal(undone[0].version, schema_newest());
	for (size_t i = 0; i < sizeof undone / sizeof undone[0]; i++)
		if (undone[i].version > version)
			assert_ok(t, db_script(t->s->db, undone[i].script,
			                       &t->err));
	(void)snprintf(number, sizeof number, "PRAGMA user_version=%d",
	               version);
	assert_ok(t, db_script(t->s->db, number, &t->err));
}

void
store_test_reopen(struct store_test *t)
{
	store_close(&t->s);
	t->s = store_open(t->data, t->cache, &t->err);
	if (t->s == NULL)
		fail_msg("store_open: %s", t->err.text);
	assert_ok(t, store_account(t->s, "naver", &t->a, &t->err));
	assert_ok(t, store_account(t->s, "회사", &t->b, &t->err));
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

void
store_test_release(struct store_test *t)
{
	store_close(&t->s);
	(void)nftw(t->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(t->data);
	free(t->cache);
}

char *
store_test_message(const char *tag, const char *subject,
                   const char *more_headers, const char *body)
{
	return xasprintf("From: =?utf-8?B?6rmA7ZWY64qY?= <kim@example.org>\r\n"
	                 "To: me@example.net\r\n"
	                 "Subject: %s\r\n"
	                 "Date: Mon, 16 Nov 2026 09:12:00 +0900\r\n"
	                 "Message-ID: <%s@example.org>\r\n"
	                 "MIME-Version: 1.0\r\n"
	                 "Content-Type: text/plain; charset=utf-8\r\n"
	                 "Content-Transfer-Encoding: 8bit\r\n"
	                 "%s\r\n%s\r\n",
	                 subject, tag, more_headers, body);
}

int64_t
store_test_add(struct store_test *t, int64_t account, const char *uidl,
               enum folder folder, unsigned flags, const char *message)
{
	struct store_new info = { .folder = folder,
		                  .flags = flags,
		                  .uidl = uidl,
		                  .received = 1795000000 };
	int64_t id = 0;

	assert_ok(t, store_deliver(t->s, account, slice_of(message), &info, &id,
	                           &t->err));
	assert_true(id > 0);
	return id;
}

size_t
store_test_listed(struct store_test *t, int64_t account, enum folder folder)
{
	struct store_view view = { .account = account, .folder = folder };
	struct store_rows rows;
	uint64_t total, unread;
	size_t n;

	assert_ok(t,
	          store_list(t->s, &view, NULL, false, 10000, &rows, &t->err));
	n = rows.n;
	store_rows_release(&rows);
	assert_ok(t, store_count(t->s, &view, &total, &unread, &t->err));
	assert_int_equal(total, n);
	return n;
}

char *
store_test_path(struct store_test *t, const char *account, enum folder folder,
                const char *sub, const char *name)
{
	return xasprintf("%s/mail/%s/%s/%s/%s", t->data, account,
	                 folder_name(folder), sub, name);
}

static size_t
files_in(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *e;
	size_t n = 0;

	assert_non_null(dir);
	while ((e = readdir(dir)) != NULL)
		n += e->d_name[0] != '.';
	closedir(dir);
	return n;
}

size_t
store_test_files(struct store_test *t, bool tmp)
{
	static const char *const accounts[] = { "naver", "회사" };
	size_t n = 0;
	int f, a;

	for (f = 0; f < FOLDER_COUNT; f++) {
		for (a = 0; a < 2; a++) {
			const char *const subs[] = { "new", "cur", "tmp" };
			int i;

			for (i = tmp ? 2 : 0; i < (tmp ? 3 : 2); i++) {
				char *path = store_test_path(t, accounts[a],
				                             (enum folder)f,
				                             subs[i], "");

				n += files_in(path);
				free(path);
			}
		}
	}
	return n;
}

char *
store_test_only_file(struct store_test *t, const char *account,
                     enum folder folder, const char *sub)
{
	char *path = store_test_path(t, account, folder, sub, "");
	DIR *dir = opendir(path);
	struct dirent *e;
	char *found = NULL;

	assert_non_null(dir);
	while ((e = readdir(dir)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		assert_null(found);
		found = fsx_join(path, e->d_name);
	}
	closedir(dir);
	free(path);
	assert_non_null(found);
	return found;
}

void
store_test_sane(struct store_test *t)
{
	int64_t accounts[] = { t->a, t->b, 0 };
	size_t rows = 0;
	int f, i;

	for (f = 0; f < FOLDER_COUNT; f++) {
		for (i = 0; i < 3; i++) {
			struct store_view view = { .account = accounts[i],
				                   .folder = (enum folder)f,
				                   .unread_only = true };
			struct store_rows list;
			uint64_t total, unread;
			size_t n = store_test_listed(t, accounts[i],
			                             (enum folder)f);

			rows += i < 2 ? n : 0;
			assert_ok(t, store_list(t->s, &view, NULL, false, 10000,
			                        &list, &t->err));
			assert_ok(t, store_count(t->s, &view, &total, &unread,
			                         &t->err));
			assert_int_equal(list.n, unread);
			assert_int_equal(total, unread);
			store_rows_release(&list);
		}
	}
	assert_int_equal(rows, store_test_files(t, false));
	assert_int_equal(store_test_files(t, true), 0);
}
