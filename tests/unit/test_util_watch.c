/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes in a folder are seen, each once. */
#include "lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/fsx.h"
#include "util/watch.h"

static char folder[] = "/tmp/pabal-watch-XXXXXX";

static char *
in_folder(const char *name)
{
	return fsx_join(folder, name);
}

static void
write_file(const char *path)
{
	struct err err = { 0 };

	assert_int_equal(fsx_write_atomic(path, SLICE_LIT("x"), &err), 0);
}

static void
test_changes_are_seen_once(void **state)
{
	struct watch *w = watch_new();
	char *one = in_folder("one");
	char *two = in_folder("two");

	(void)state;
	if (w == NULL)
		skip(); /* no inotify on this system */
	watch_add(w, folder);
	watch_add(w, folder);
	assert_false(watch_take(w));
	write_file(one);
	assert_true(watch_take(w));
	assert_false(watch_take(w));
	assert_int_equal(rename(one, two), 0);
	assert_true(watch_take(w));
	assert_false(watch_take(w));
	assert_int_equal(unlink(two), 0);
	assert_true(watch_take(w));
	assert_false(watch_take(w));
	watch_free(&w);
	assert_null(w);
	free(one);
	free(two);
}

static void
test_what_cannot_be_watched(void **state)
{
	struct watch *w = watch_new();
	char *missing = in_folder("missing");

	(void)state;
	watch_add(w, missing);
	assert_false(watch_take(w));
	watch_add(NULL, folder);
	assert_false(watch_take(NULL));
	watch_free(&w);
	watch_free(&w);
	watch_free(NULL);
	free(missing);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_changes_are_seen_once),
		cmocka_unit_test(test_what_cannot_be_watched),
	};
	int rc;

	if (mkdtemp(folder) == NULL)
		return 1;
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	return rmdir(folder) == 0 ? rc : 1;
}
