/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Attachments on disk: names, modes, links in the way, programs and pipes. */
#include "lib/test.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
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
	assert_int_equal(attachment_save_all(&m, slice_of(folder), &n, &err),
	                 0);
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
	int status;

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
	setenv("DISPLAY", ":0", 1);
	p = message_next_attachment(&m, message_next_attachment(&m, p));
	assert_int_equal(attachment_view_init(&v, p, &err), 0);
	assert_string_equal(v.argv[0], "xdg-open");
	assert_true(slice_ends(slice_of(v.argv[1]), "/$(touch pwn);`id`.txt"));
	assert_null(v.argv[2]);
	assert_int_equal(v.how, ATTACHMENT_WINDOW);
	attachment_view_release(&v);
	/* Without windows the user is told what to do. */
	unsetenv("DISPLAY");
	unsetenv("WAYLAND_DISPLAY");
	assert_int_equal(attachment_view_init(&v, p, &err), 0);
	assert_int_equal(v.how, ATTACHMENT_NO_PROGRAM);
	assert_int_equal(attachment_view_run(&v, -1, NULL, &status, &err), -1);
	assert_non_null(strstr(err.text, "mailcap"));
	attachment_view_release(&v);
	message_release(&m);
	free(file);
	unsetenv("TMPDIR");
	temp_remove(home);
}

/* Write text as the mailcap file, open the first attachment, run it. */
static void
assert_run(const char *mailcap, enum attachment_how how, const char *want,
           int want_status)
{
	char *home = temp_make();
	char *file = fsx_join(home, "mailcap");
	struct attachment_view v;
	struct err err = { 0 };
	struct message m;
	int status = 0;
	struct str s;

	setenv("HOME", home, 1);
	setenv("MAILCAPS", "relative:~/none:~/mailcap", 1);
	assert_int_equal(fsx_write_atomic(file, slice_of(mailcap), &err), 0);
	message_parse(&m, slice_of(mail));
	str_init(&s, 1000);
	assert_int_equal(attachment_view_init(
				 &v, message_next_attachment(&m, NULL), &err),
	                 0);
	assert_int_equal(v.how, how);
	assert_int_equal(attachment_view_run(&v, -1, &s, &status, &err), 0);
	assert_string_equal(s.p != NULL ? s.p : "", want);
	assert_int_equal(status, want_status);
	attachment_view_release(&v);
	str_release(&s);
	message_release(&m);
	unsetenv("MAILCAPS");
	free(file);
	temp_remove(home);
}

static void
test_programs_run(void **state)
{
	(void)state;
	assert_run("text/x; basename %s; nametemplate=%s.odd; copiousoutput",
	           ATTACHMENT_PRINTS, "a.txt.odd\n", 0);
	assert_run("text/x; tr a-z A-Z; copiousoutput", ATTACHMENT_PRINTS,
	           "ONE", 0);
	assert_run("text/x; cat %s; copiousoutput", ATTACHMENT_PRINTS, "one",
	           0);
	assert_run("text/x; sh -c 'echo no >&2 && exit 3'; copiousoutput",
	           ATTACHMENT_PRINTS, "no\n", 3);
	assert_run("text/x; cat %s; copiousoutput; test=false\n"
	           "text/x; true; needsterminal",
	           ATTACHMENT_TERMINAL, "", 0);
	assert_run("text/x; false %s; needsterminal", ATTACHMENT_TERMINAL, "",
	           1);
}

static void
assert_save_as(const char *path, const char *want)
{
	struct err err = { 0 };
	struct message m;
	char *where = NULL;

	message_parse(&m, slice_of(mail));
	assert_int_equal(attachment_save_as(message_next_attachment(&m, NULL),
	                                    slice_of(path), &where, &err),
	                 want != NULL ? 0 : -1);
	if (want != NULL)
		assert_string_equal(where, want);
	else
		assert_true(strstr(err.text, "nothing saved") != NULL ||
		            strstr(err.text, "cannot create") != NULL);
	free(where);
	message_release(&m);
}

static void
test_save_as(void **state)
{
	char *home = temp_make();
	char *sub = fsx_join(home, "sub");
	char *link = fsx_join(home, "link");
	char *file = fsx_join(home, "b.txt");
	char *plain = fsx_join(home, "a.txt");
	char *in_link = fsx_join(link, "a.txt");
	char *dangling = fsx_join(home, "dangling");
	char *victim = fsx_join(home, "victim");
	char *below = fsx_join(file, "x");

	(void)state;
	setenv("HOME", home, 1);
	assert_int_equal(mkdir(sub, 0700), 0);
	assert_int_equal(symlink(sub, link), 0);
	assert_int_equal(symlink(victim, dangling), 0);
	assert_save_as("~/b.txt", file);
	assert_file(home, "b.txt", "one");
	assert_save_as("~", plain);
	/* A folder behind a link is the folder the user means. */
	assert_save_as(link, in_link);
	assert_file(sub, "a.txt", "one");
	/* Never over a file, never through a link to one. */
	assert_save_as(file, NULL);
	assert_save_as(dangling, NULL);
	assert_false(fsx_exists(victim));
	assert_save_as("~/no/such", NULL);
	assert_save_as(below, NULL);
	free(below);
	free(victim);
	free(dangling);
	free(in_link);
	free(plain);
	free(file);
	free(link);
	free(sub);
	temp_remove(home);
}

/* Nothing is left behind of what cannot be written as a whole. */
static void
test_full_disk(void **state)
{
	char *home = temp_make();
	char *file = fsx_join(home, "big");
	struct rlimit old;
	struct rlimit small;
	struct err err = { 0 };
	struct message m;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = old;
	small.rlim_cur = 2;
	message_parse(&m, slice_of(mail));
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(attachment_save_as(message_next_attachment(&m, NULL),
	                                    slice_of(file), NULL, &err),
	                 -1);
	assert_int_equal(attachment_save(message_next_attachment(&m, NULL),
	                                 home, NULL, &err),
	                 -1);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	message_release(&m);
	assert_false(fsx_exists(file));
	assert_int_equal(rmdir(home), 0);
	free(file);
	free(home);
}

static void
test_pipe(void **state)
{
	struct err err = { 0 };
	struct str s;
	int status = 0;

	(void)state;
	str_init(&s, 1000);
	assert_int_equal(attachment_pipe(SLICE_LIT("one"), "tr a-z A-Z", -1, &s,
	                                 &status, &err),
	                 0);
	assert_string_equal(s.p, "ONE");
	assert_int_equal(status, 0);
	/* What the user typed for a shell goes to one; errors are seen. */
	str_clear(&s);
	assert_int_equal(attachment_pipe(SLICE_LIT("one"),
	                                 "tr a-z A-Z | cat; echo no >&2", -1,
	                                 &s, &status, &err),
	                 0);
	assert_string_equal(s.p, "ONEno\n");
	assert_int_equal(attachment_pipe(SLICE_LIT("one"), "'open", -1, &s,
	                                 &status, &err),
	                 -1);
	str_release(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_save),
		cmocka_unit_test(test_view),
		cmocka_unit_test(test_programs_run),
		cmocka_unit_test(test_save_as),
		cmocka_unit_test(test_full_disk),
		cmocka_unit_test(test_pipe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
