/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whole messages of tests/corpus: NAME.eml gives NAME.json, byte for byte, with
 * LF line ends as with CRLF (but for sizes of parts that are no text).
 */
#include "lib/test.h"

#include <dirent.h>
#include <stdio.h>

#include "mime/message.h"

/* Far above what we put there. */
#define FILE_MAX 1000000

static void
read_whole(const char *folder, const char *name, struct str *out)
{
	struct str path;
	FILE *f;
	char block[4096];
	size_t n;

	str_init(&path, 4096);
	str_printf(&path, "%s/%s", folder, name);
	f = fopen(path.p, "rb");
	if (f == NULL)
		fail_msg("cannot read %s", path.p);
	while ((n = fread(block, 1, sizeof block, f)) > 0)
		str_add(out, block, n);
	assert_int_equal(fclose(f), 0);
	str_release(&path);
}

static void
compare(const char *folder, struct slice stem, bool crlf)
{
	struct message m;
	struct str raw;
	struct str want;
	struct str got;
	struct str name;
	struct str bytes;

	str_init(&raw, FILE_MAX);
	str_init(&want, FILE_MAX);
	str_init(&got, FILE_MAX);
	str_init(&name, 256);
	str_init(&bytes, FILE_MAX);
	str_printf(&name, "%.*s.eml", SLICE_ARG(stem));
	read_whole(folder, name.p, &raw);
	str_clear(&name);
	str_printf(&name, "%.*s.json", SLICE_ARG(stem));
	read_whole(folder, name.p, &want);
	for (size_t i = 0; i < raw.n; i++) {
		if (crlf && raw.p[i] == '\n')
			str_add_c(&bytes, '\r');
		str_add_c(&bytes, raw.p[i]);
	}
	message_parse(&m, str_slice(&bytes));
	message_json(&m, &got);
	str_add_c(&got, '\n');
	if (!slice_eq(str_slice(&got), str_slice(&want)))
		fail_msg("%s: %s", name.p, got.p);
	message_release(&m);
	str_release(&bytes);
	str_release(&name);
	str_release(&got);
	str_release(&want);
	str_release(&raw);
}

static void
compare_folder(const char *folder, size_t at_least)
{
	DIR *d = opendir(folder);
	struct dirent *e;
	size_t n = 0;

	assert_non_null(d);
	while ((e = readdir(d)) != NULL) {
		struct slice name = slice_of(e->d_name);

		if (!slice_ends(name, ".eml"))
			continue;
		compare(folder, slice_head(name, name.n - 4), false);
		compare(folder, slice_head(name, name.n - 4), true);
		n++;
	}
	assert_int_equal(closedir(d), 0);
	assert_true(n >= at_least);
}

static void
test_korean(void **state)
{
	(void)state;
	compare_folder(TEST_CORPUS "/ko", 10);
}

static void
test_general(void **state)
{
	(void)state;
	compare_folder(TEST_CORPUS, 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_korean),
		cmocka_unit_test(test_general),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
