/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Attachments on disk: names, modes, links in the way, programs and pipes. */
#include "lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/temp.h"
#include "mail/attachment.h"
#include "util/fsx.h"

#define MIXED "Content-Type: multipart/mixed; boundary=b\n\n"
#define FILE_PART(type, name, text)                               \
 "--b\nContent-Type: " type "\nContent-Disposition: attachment; " \
 "filename=\"" name "\"\n\n" text "\n"

static const char mail[] =
	MIXED "--b\n\nlook\n" FILE_PART("text/x", "../../a.txt", "one")
		FILE_PART("text/x", "a.txt", "two")
			FILE_PART("application/$(id);x",
                                  "$(touch pwn);`id`.txt", "three") "--b--\n";

static void
assert_file(const char *folder, const char *name, const char *want)
{
	char *path = fsx_join(folder, name);
	struct err err = { 0 };
	struct str s;
	struct stat st;

	str_init(&s, 1000);
	assert_int_equal(fsx_read(path, 1000, &s, &err), 0);
	assert_string_equal(s.p, want);
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	assert_int_equal(st.st_mode & 0777, 0600);
	str_release(&s);
	free(path);
}

static void
test_save(void **state)
{
	char *folder = temp_make();
	char *link = fsx_join(folder, "a.txt");
	char *victim = fsx_join(folder, "victim");
	struct err err = { 0 };
	struct message m;
	char *path = NULL;
	size_t n;

	(void)state;
	(void)umask(0);
	/* A link in the way is not followed. */
	assert_int_equal(symlink(victim, link), 0);
	message_parse(&m, slice_of(mail));
	assert_int_equal(attachment_save_all(&m, folder, &n, &err), 0);
	assert_int_equal(n, 3);
	assert_false(fsx_exists(victim));
	assert_file(folder, "a-2.txt", "one");
	assert_file(folder, "a-3.txt", "two");
	assert_file(folder, "$(touch pwn);`id`.txt", "three");
	assert_int_equal(attachment_save(message_next_attachment(&m, NULL),
	                                 folder, &path, &err),
	                 0);
	assert_true(slice_ends(slice_of(path), "/a-4.txt"));
	free(path);
	assert_int_equal(attachment_save(message_next_attachment(&m, NULL),
	                                 "/nonexistent", NULL, &err),
	                 -1);
	message_release(&m);
	free(victim);
	free(link);
	temp_remove(folder);
}

static void
test_view(void **state)
{
	static const char mailcap[] = "text/x; cat -- %s\n";
	char *home = temp_make();
	char *file = fsx_join(home, ".mailcap");
	struct attachment_view v;
	struct err err = { 0 };
	const struct part *p;
	struct message m;
	struct stat st;
	char *kept;

	(void)state;
	setenv("HOME", home, 1);
	setenv("TMPDIR", home, 1);
	unsetenv("XDG_RUNTIME_DIR");
	assert_int_equal(fsx_write_atomic(file, SLICE_LIT(mailcap), &err), 0);
	message_parse(&m, slice_of(mail));
	p = message_next_attachment(&m, NULL);
	assert_int_equal(attachment_view_init(&v, p, &err), 0);
	assert_int_equal(stat(v.folder, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_string_equal(v.argv[0], "cat");
	assert_string_equal(v.argv[2], v.path);
	assert_null(v.argv[3]);
	assert_true(slice_ends(slice_of(v.path), "/a.txt"));
	kept = fsx_join(v.folder, "");
	attachment_view_release(&v);
	assert_false(fsx_exists(kept));
	free(kept);
	/* A type that is none asks no mailcap file; one word stays one. */
	p = message_next_attachment(&m, message_next_attachment(&m, p));
	assert_int_equal(attachment_view_init(&v, p, &err), 0);
	assert_string_equal(v.argv[0], "xdg-open");
	assert_true(slice_ends(slice_of(v.argv[1]), "/$(touch pwn);`id`.txt"));
	assert_null(v.argv[2]);
	attachment_view_release(&v);
	message_release(&m);
	free(file);
	temp_remove(home);
}

static void
test_pipe(void **state)
{
	struct err err = { 0 };
	struct message m;
	struct str s;
	int status = 0;

	(void)state;
	str_init(&s, 1000);
	message_parse(&m, slice_of(mail));
	assert_int_equal(attachment_pipe(message_next_attachment(&m, NULL),
	                                 "tr a-z A-Z", &s, &status, &err),
	                 0);
	assert_string_equal(s.p, "ONE");
	assert_int_equal(status, 0);
	assert_int_equal(attachment_pipe(message_next_attachment(&m, NULL),
	                                 "'open", &s, &status, &err),
	                 -1);
	str_release(&s);
	message_release(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_save),
		cmocka_unit_test(test_view),
		cmocka_unit_test(test_pipe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
