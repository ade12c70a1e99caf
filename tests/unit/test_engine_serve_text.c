/* SPDX-License-Identifier: GPL-3.0-or-later */
/* serve_text: stored bytes as they are sent, in pieces of any size. */
#include "lib/test.h"

#include <fcntl.h>
#include <unistd.h>

#include "engine/serve_text.h"
#include "lib/temp.h"
#include "util/fsx.h"
#include "util/str.h"

static const struct {
	const char *stored;
	const char *ours;    /* written by us */
	const char *foreign; /* may be another program's */
} texts[] = {
	{ "", "", "" },
	{ "a\r\nb\r\n", "a\r\nb\r\n", "a\r\nb\r\n" },
	{ "a\nb\n", "a\nb\n", "a\r\nb\r\n" },
	{ "\n\n\n", "\n\n\n", "\r\n\r\n\r\n" },
	/* The first line decides: what was fetched is given as it came. */
	{ "a\r\nb\nc\r\n", "a\r\nb\nc\r\n", "a\r\nb\nc\r\n" },
	{ "a\nb\r\nc\n", "a\nb\r\nc\n", "a\r\nb\r\nc\r\n" },
	{ "a\nb\r", "a\nb\r\n", "a\r\nb\r\n" },
	{ "no end", "no end\r\n", "no end\r\n" },
	{ "a\r\nno end", "a\r\nno end\r\n", "a\r\nno end\r\n" },
	{ "a\nno end", "a\nno end\r\n", "a\r\nno end\r\n" },
	{ "a\r", "a\r\n", "a\r\n" },
	{ "\r\n", "\r\n", "\r\n" },
	{ "\n", "\n", "\r\n" },
	{ "a\r\rb\n", "a\r\rb\n", "a\r\rb\r\n" },
};

static int
open_bytes(const char *folder, struct slice bytes, struct serve_text *t,
           bool foreign)
{
	char *path = fsx_join(folder, "text");
	struct err err = { 0 };
	int fd;

	assert_int_equal(fsx_write_atomic(path, bytes, &err), 0);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	free(path);
	return serve_text_open(t, fd, foreign, &err);
}

/* Everything, by reads of n bytes; its size was told before. */
static void
assert_read(struct serve_text *t, size_t n, struct slice want)
{
	struct str all;
	struct err err = { 0 };
	uint64_t size;
	char piece[8192];
	ssize_t got;

	str_init(&all, 1 << 20);
	assert_int_equal(serve_text_size(t, &size, &err), 0);
	assert_int_equal(size, want.n);
	while ((got = serve_text_read(t, piece, n, &err)) > 0) {
		assert_true((size_t)got <= n);
		str_add(&all, piece, (size_t)got);
	}
	assert_int_equal(got, 0);
	assert_int_equal(serve_text_read(t, piece, n, &err), 0);
	assert_int_equal(all.n, want.n);
	if (want.n > 0)
		assert_memory_equal(all.p, want.p, want.n);
	str_release(&all);
}

static void
test_texts(void **state)
{
	char *folder = temp_make();

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		for (size_t n = 2; n < 20; n++) {
			struct serve_text t;
			struct slice bytes = slice_of(texts[i].stored);

			assert_int_equal(open_bytes(folder, bytes, &t, false),
			                 0);
			assert_read(&t, n, slice_of(texts[i].ours));
			serve_text_close(&t);
			assert_int_equal(open_bytes(folder, bytes, &t, true),
			                 0);
			assert_read(&t, n, slice_of(texts[i].foreign));
			serve_text_close(&t);
			serve_text_close(&t);
		}
	temp_remove(folder);
}

/* Line ends on both sides of what is read at once. */
static void
test_long_first_lines(void **state)
{
	static const size_t lengths[] = { 8190, 8191, 8192, 8193, 20000 };
	char *folder = temp_make();

	(void)state;
	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
		for (int crlf = 0; crlf < 2; crlf++) {
			struct serve_text t;
			struct str bytes, want;

			str_init(&bytes, 1 << 20);
			str_init(&want, 1 << 20);
			for (size_t k = 0; k < lengths[i]; k++)
				str_add_c(&bytes, 'x');
			str_add_slice(&want, str_slice(&bytes));
			str_add_z(&bytes, crlf ? "\r\ny\n" : "\ny\n");
			str_add_z(&want, crlf ? "\r\ny\n" : "\r\ny\r\n");
			assert_int_equal(open_bytes(folder, str_slice(&bytes),
			                            &t, true),
			                 0);
			assert_read(&t, 8192, str_slice(&want));
			serve_text_close(&t);
			str_release(&bytes);
			str_release(&want);
		}
	temp_remove(folder);
}

/* A folder can be opened and not be read. */
static void
test_unreadable(void **state)
{
	struct serve_text t;
	struct err err = { 0 };
	char piece[16];

	(void)state;
	assert_int_equal(serve_text_open(&t, open("/", O_RDONLY | O_CLOEXEC),
	                                 true, &err),
	                 -1);
	assert_int_equal(err.code, ERR_IO);
	assert_int_equal(t.fd, -1);
	assert_int_equal(serve_text_open(&t, open("/", O_RDONLY | O_CLOEXEC),
	                                 false, &err),
	                 0);
	assert_int_equal(serve_text_read(&t, piece, sizeof piece, &err), -1);
	serve_text_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_long_first_lines),
		cmocka_unit_test(test_unreadable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
