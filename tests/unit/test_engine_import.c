/* SPDX-License-Identifier: GPL-3.0-or-later */
/* import and export: Maildir++, mbox, single files; again, and back. */
#include "lib/store_test.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/export.h"
#include "engine/import.h"
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

/* A file below the test's folder, with the folders it needs. */
static char *
put(struct store_test *t, const char *name, const char *text)
{
	char *path = fsx_join(t->dir, name);
	char *folder = slice_dup(
		slice_head(slice_of(path), slice_rfind(slice_of(path), '/')));

	assert_ok(t, fsx_mkdirs(folder, &t->err));
	assert_ok(t, fsx_write_atomic(path, slice_of(text), &t->err));
	free(folder);
	return path;
}

static void
put_message(struct store_test *t, const char *name, const char *tag)
{
	char *text = xasprintf("From: a@b\nMessage-ID: <%s@x>\nSubject: %s\n\n"
	                       "body %s\n",
	                       tag, tag, tag);

	free(put(t, name, text));
	free(text);
}

static struct import_result
import(struct store_test *t, const char *name)
{
	const struct import_opts opts = { .folder = FOLDER_ANY };
	struct import_result result;
	char *path = fsx_join(t->dir, name);

	assert_ok(t, import_path(t->s, t->a, path, &opts, &result, &t->err));
	free(path);
	return result;
}

static unsigned
flags_of(struct store_test *t, const char *tag, enum folder *folder_r,
         char **labels_r)
{
	struct store_rows rows;
	char *id = xasprintf("%s@x", tag);
	int64_t row = 0;
	unsigned flags;

	assert_ok(t, store_find_message_id(t->s, slice_of(id), &row, &t->err));
	assert_true(row > 0);
	assert_ok(t, store_row(t->s, row, &rows, &t->err));
	flags = rows.v[0].flags;
	*folder_r = rows.v[0].folder;
	if (labels_r != NULL)
		*labels_r = xstrdup(rows.v[0].labels);
	store_rows_release(&rows);
	free(id);
	return flags;
}

static void
make_maildir(struct store_test *t)
{
	static const char *const folders[] = { "old/new",
		                               "old/cur",
		                               "old/tmp",
		                               "old/.Sent/new",
		                               "old/.Sent/cur",
		                               "old/.Work.2024/cur",
		                               "old/.Work.2024/new",
		                               "old/.&vADFkQ-/cur",
		                               "old/.&vADFkQ-/new" };

	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
		char *path = fsx_join(t->dir, folders[i]);

		assert_ok(t, fsx_mkdirs(path, &t->err));
		free(path);
	}
	put_message(t, "old/new/1.a.host", "fresh");
	put_message(t, "old/cur/2.a.host:2,FS", "read");
	put_message(t, "old/cur/3.a.host:2,ST", "trashed");
	put_message(t, "old/tmp/9.a.host", "never");
	put_message(t, "old/.Sent/cur/4.a.host:2,RS", "sent");
	put_message(t, "old/.Work.2024/cur/5.a.host:2,", "work");
	put_message(t, "old/.&vADFkQ-/cur/6.a.host:2,P", "kept");
	free(put(t, "old/.Sent/dovecot-uidlist", "3 V1\n"));
}

static void
test_maildir_with_folders(void **state)
{
	struct store_test *t = *state;
	struct import_result result;
	enum folder folder;
	char *labels;

	make_maildir(t);
	result = import(t, "old");
	assert_int_equal(result.messages, 6);
	assert_int_equal(result.known, 0);
	assert_int_equal(flags_of(t, "fresh", &folder, NULL), 0);
	assert_int_equal(folder, FOLDER_INBOX);
	assert_int_equal(flags_of(t, "read", &folder, NULL),
	                 STORE_SEEN | STORE_FLAGGED);
	assert_int_equal(folder, FOLDER_INBOX);
	flags_of(t, "trashed", &folder, NULL);
	assert_int_equal(folder, FOLDER_TRASH);
	assert_int_equal(flags_of(t, "sent", &folder, NULL),
	                 STORE_SEEN | STORE_ANSWERED);
	assert_int_equal(folder, FOLDER_SENT);
	flags_of(t, "work", &folder, &labels);
	assert_int_equal(folder, FOLDER_ARCHIVE);
	assert_string_equal(labels, "Work/2024");
	free(labels);
	assert_int_equal(flags_of(t, "kept", &folder, &labels),
	                 STORE_FORWARDED);
	assert_string_equal(labels, "밀양");
	free(labels);
	store_test_sane(t);
	/* again, with one more: only that one */
	put_message(t, "old/new/7.a.host", "later");
	result = import(t, "old");
	assert_int_equal(result.messages, 1);
	assert_int_equal(result.known, 6);
	store_test_sane(t);
}

static void
test_mbox_single_files_and_what_is_none(void **state)
{
	struct store_test *t = *state;
	const struct import_opts opts = { .folder = FOLDER_ANY };
	struct import_result result;
	enum folder folder;
	char *path;

	free(put(t, "mail/Sent.mbox",
	         "From a@b Mon Nov 16 09:12:00 2026\nStatus: RO\n"
	         "Message-ID: <one@x>\n\n1\n\n"
	         "From a@b Mon Nov 16 09:13:00 2026\n"
	         "Message-ID: <two@x>\n\n>From 2\n\n"
	         "From a@b Mon Nov 16 09:14:00 2026\n"
	         "X-Mozilla-Status: 0008\nMessage-ID: <gone@x>\n\n3\n"));
	free(put(t, "mail/Sent.msf", "// <!-- an index -->\n"));
	put_message(t, "mail/note.eml", "note");
	put_message(t, "mail/12", "mh");
	put_message(t, "mail/readme", "not taken");
	result = import(t, "mail");
	assert_int_equal(result.messages, 4);
	assert_int_equal(result.skipped, 1);
	assert_int_equal(flags_of(t, "one", &folder, NULL), STORE_SEEN);
	assert_int_equal(folder, FOLDER_SENT);
	flags_of(t, "note", &folder, NULL);
	assert_int_equal(folder, FOLDER_INBOX);
	/* one named is taken, whatever its name */
	assert_int_equal(import(t, "mail/readme").messages, 1);
	assert_int_equal(import(t, "mail/Sent.mbox").known, 2);
	path = put(t, "mail/picture", "\x89PNG\n");
	assert_int_equal(import_path(t->s, t->a, path, &opts, &result, &t->err),
	                 -1);
	assert_int_equal(t->err.code, ERR_USAGE);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(import_path(t->s, t->a, path, &opts, &result, &t->err),
	                 -1);
	assert_int_equal(t->err.code, ERR_NOTFOUND);
	free(path);
	store_test_sane(t);
}

static void
test_what_was_fetched_is_not_doubled(void **state)
{
	struct store_test *t = *state;
	const char *text = "From: a@b\r\nMessage-ID: <f@x>\r\n\r\nbody\r\n";
	int64_t id = store_test_add(t, t->a, "uidl", FOLDER_ARCHIVE, STORE_SEEN,
	                            text);

	free(put(t, "f.eml", "From: a@b\nMessage-ID: <f@x>\n\nbody\n"));
	import(t, "f.eml");
	assert_int_equal(store_test_listed(t, t->a, FOLDER_ANY), 1);
	assert_int_equal(store_test_files(t, false), 1);
	/* and what the user deleted does not come back by a second import */
	assert_ok(t, store_delete(t->s, &id, 1, &t->err));
	assert_int_equal(import(t, "f.eml").known, 1);
	assert_int_equal(store_test_listed(t, t->a, FOLDER_ANY), 0);
}

static size_t calls;

static void
count_call(void *ctx, uint64_t done, uint64_t total)
{
	(void)ctx;
	assert_true(done <= total);
	calls++;
}

static bool
stop_soon(void)
{
	return calls >= 4;
}

static void
test_broken_off_and_again(void **state)
{
	struct store_test *t = *state;
	const struct import_opts opts = { .folder = FOLDER_ANY,
		                          .cancelled = stop_soon,
		                          .progress = count_call };
	struct import_result result;
	char *path;

	make_maildir(t);
	path = fsx_join(t->dir, "old");
	assert_int_equal(import_path(t->s, t->a, path, &opts, &result, &t->err),
	                 -1);
	assert_int_equal(t->err.code, ERR_CANCELLED);
	assert_true(result.messages >= 4 && result.messages < 6);
	assert_int_equal(store_test_files(t, false), result.messages);
	assert_int_equal(import(t, "old").known, result.messages);
	assert_int_equal(store_test_files(t, false), 6);
	free(path);
}

static void
test_export_and_back(void **state)
{
	struct store_test *t = *state;
	const struct export_opts opts = { 0 };
	struct store_view view = { .folder = FOLDER_INBOX };
	char *out = fsx_join(t->dir, "out");
	char *mbox = put(t, "out.mbox", "");
	uint64_t done = 0;
	struct import_result result;
	enum folder folder;
	FILE *f;

	make_maildir(t);
	import(t, "old");
	view.account = t->a;
	assert_ok(t, export_maildir(t->s, &view, out, &opts, &done, &t->err));
	assert_int_equal(done, 2);
	assert_ok(t, export_maildir(t->s, &view, out, &opts, &done, &t->err));
	assert_int_equal(done, 2);
	f = fopen(mbox, "w");
	assert_non_null(f);
	assert_ok(t,
	          export_mbox(t->s, &view, fileno(f), &opts, &done, &t->err));
	assert_int_equal(fclose(f), 0);
	assert_int_equal(done, 4);
	/* the same content, in all these forms */
	assert_int_equal(import(t, "out").known, 2);
	assert_int_equal(import(t, "out.mbox").known, 2);
	/* into an empty account, flags and all */
	assert_ok(t, import_path(t->s, t->b, mbox,
	                         &(struct import_opts){ .folder = FOLDER_ANY },
	                         &result, &t->err));
	assert_int_equal(result.messages, 2);
	assert_int_equal(flags_of(t, "read", &folder, NULL),
	                 STORE_SEEN | STORE_FLAGGED);
	free(out);
	free(mbox);
	store_test_sane(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_maildir_with_folders,
		                                set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_mbox_single_files_and_what_is_none, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			test_what_was_fetched_is_not_doubled, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(test_broken_off_and_again,
		                                set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_export_and_back, set_up,
		                                tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
