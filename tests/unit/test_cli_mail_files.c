/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All messages below a path, each once. */
#include "lib/test.h"

#include <unistd.h>

#include "cli/mail_files.h"
#include "lib/temp.h"
#include "mime/message.h"
#include "util/fsx.h"

static void
put(const char *home, const char *folder, const char *name, const char *text)
{
	char *dir = fsx_join(home, folder);
	char *path = fsx_join(dir, name);
	struct err err = { 0 };

	assert_int_equal(fsx_mkdirs(dir, &err), 0);
	assert_int_equal(fsx_write_atomic(path, slice_of(text), &err), 0);
	free(path);
	free(dir);
}

static int
note(void *ctx, const struct message *m, struct err *err)
{
	struct str *out = ctx;

	(void)err;
	if (!message_subject(m, out))
		str_add_c(out, '?');
	str_printf(out, "(%zu) ", m->root->body.n);
	return 0;
}

static bool
always(void)
{
	return true;
}

static void
test_folders_and_mboxes(void **state)
{
	char *home = temp_make();
	char *box = fsx_join(home, "box");
	char *link = fsx_join(home, "zz");
	struct str out;
	struct mail_files f = { note, &out, NULL };
	struct err err = { 0 };

	(void)state;
	str_init(&out, 10000);
	put(home, "", "box",
	    "From a@b Mon\nSubject: one\n\nx\nFrom here on\n\n"
	    "From c@d Tue\nSubject: two\n\n\nFrom e@f Wed\nSubject: three\n\ny");
	put(home, "", ".hidden", "Subject: no\n\n");
	put(home, "m/cur", "1:2,S", "Subject: four\r\n\r\nz\r\n");
	put(home, "m/new", "2", "Subject: five\n\n");
	put(home, "m/tmp", "3", "Subject: no\n\n");
	put(home, "m/.Junk/cur", "4", "Subject: six\n\n");
	put(home, "m/new", "empty", "");
	assert_int_equal(symlink(home, link), 0);
	assert_int_equal(mail_files_each(&f, home, &err), 0);
	assert_string_equal(out.p, "one(16) two(1) three(1) six(0) four(3) "
	                           "five(0) ");
	str_clear(&out);
	assert_int_equal(mail_files_each(&f, box, &err), 0);
	assert_string_equal(out.p, "one(16) two(1) three(1) ");
	str_clear(&out);
	f.cancelled = always;
	assert_int_equal(mail_files_each(&f, box, &err), -1);
	assert_int_equal(err.code, ERR_CANCELLED);
	assert_int_equal(out.n, 0);
	assert_int_equal(mail_files_each(&f, "/nonexistent/x", &err), -1);
	str_release(&out);
	free(link);
	free(box);
	temp_remove(home);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_folders_and_mboxes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
