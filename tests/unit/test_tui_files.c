/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Choosing files: folders, typed paths, marks, what is dropped on a terminal. */
#include "lib/test.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "lib/temp.h"
#include "tui/grid.h"
#include "tui/key.h"
#include "tui/w_files.h"
#include "util/fsx.h"

static char *home;

static void
make_file(const char *name, size_t n)
{
	char *path = fsx_join(home, name);
	char *text = calloc(1, n + 1);
	struct err err = { 0 };

	assert_int_equal(fsx_write_atomic(path, slice_make(text, n), &err), 0);
	free(text);
	free(path);
}

static void
make_folder(const char *name)
{
	char *path = fsx_join(home, name);

	assert_int_equal(mkdir(path, 0700), 0);
	free(path);
}

static int
set_up(void **state)
{
	(void)state;
	home = temp_make();
	if (home == NULL)
		return -1;
	make_folder("문서");
	make_folder("문서/깊은 곳");
	make_folder(".config");
	make_file("b.txt", 5);
	make_file("A.txt", 1234);
	make_file(".hidden", 1);
	make_file("문서/견적서.hwp", 2000);
	make_file("문서/보고서 초안.pdf", 1);
	make_file("문서/사진.jpg", 1);
	return setenv("HOME", home, 1);
}

static int
tear_down(void **state)
{
	(void)state;
	temp_remove(home);
	return 0;
}

static enum w_pick_result
type(struct w_files *f, const char *text)
{
	struct slice rest = slice_of(text);
	enum w_pick_result r = W_PICK_GO_ON;
	uint32_t key;

	/* in the notation of bindings */
	while (rest.n > 0) {
		assert_int_equal(key_parse(&rest, &key), 0);
		r = w_files_key(f, key);
	}
	return r;
}

static void
assert_shown(const struct w_files *f, const char *want)
{
	struct str s;
	size_t i;

	str_init(&s, 4096);
	for (i = 0; i < f->pick.shown.n; i++)
		str_printf(&s, "%s%s", i > 0 ? " " : "",
		           f->pick.items.v[f->pick.shown.v[i]].text);
	assert_string_equal(s.p, want);
	str_release(&s);
}

static void
assert_marked(const struct w_files *f, size_t at, const char *name)
{
	char *path = fsx_join(home, name);

	assert_true(at < f->marked.n);
	assert_string_equal(f->marked.v[at], path);
	free(path);
}

static void
test_folders_come_first(void **state)
{
	struct w_files f;

	(void)state;
	w_files_init(&f, "Attach", home);
	assert_shown(&f, "../ 문서/ A.txt b.txt");
	assert_string_equal(f.pick.items.v[2].detail, "1.2 KB");
	/* a dot shows what is hidden, and is searched for */
	(void)type(&f, ".");
	assert_shown(&f, "../ .config/ .hidden A.txt b.txt");
	(void)type(&f, "h");
	assert_shown(&f, ".hidden");
	(void)type(&f, "<Bksp><Bksp>");
	assert_shown(&f, "../ 문서/ A.txt b.txt");
	w_files_release(&f);
	w_files_release(&f);
}

static void
test_in_and_out_of_folders(void **state)
{
	struct w_files f;

	(void)state;
	w_files_init(&f, "Attach", home);
	/* by 초성 */
	assert_int_equal(type(&f, "ㅁㅅ<Enter>"), W_PICK_GO_ON);
	assert_shown(&f, "../ 깊은 곳/ 견적서.hwp 보고서 초안.pdf 사진.jpg");
	assert_int_equal(type(&f, "<Left>"), W_PICK_GO_ON);
	assert_string_equal(f.folder, home);
	/* the folder left is selected: back with one key */
	assert_int_equal(type(&f, "<Enter>"), W_PICK_GO_ON);
	assert_int_equal(type(&f, "사진<Enter>"), W_PICK_CHOSEN);
	assert_int_equal(f.marked.n, 1);
	assert_marked(&f, 0, "문서/사진.jpg");
	w_files_release(&f);
}

static void
test_several(void **state)
{
	struct w_files f;

	(void)state;
	w_files_init(&f, "Attach", home);
	(void)type(&f, "<Down><Down><Tab><Tab>");
	assert_int_equal(f.marked.n, 2);
	/* once more: not that one */
	(void)type(&f, "<Tab>");
	assert_int_equal(f.marked.n, 1);
	(void)type(&f, "<Up><Up><Tab>견<Tab>");
	assert_int_equal(f.marked.n, 2);
	/* coming back the mark is there */
	(void)type(&f, "<Bksp><Left>");
	assert_true(f.pick.items.v[2].marked);
	assert_false(f.pick.items.v[3].marked);
	assert_int_equal(type(&f, "<Down>"), W_PICK_GO_ON);
	assert_int_equal(type(&f, "<Enter>"), W_PICK_CHOSEN);
	assert_int_equal(f.marked.n, 2);
	assert_marked(&f, 0, "A.txt");
	assert_marked(&f, 1, "문서/견적서.hwp");
	w_files_release(&f);
}

static void
test_typed_paths(void **state)
{
	struct w_files f;

	(void)state;
	w_files_init(&f, "Attach", "/");
	(void)type(&f, "~/");
	assert_string_equal(f.folder, home);
	(void)type(&f, "문서/../");
	assert_string_equal(f.folder, home);
	(void)type(&f, "/");
	assert_string_equal(f.folder, "/");
	/* there is nothing above, and something in it */
	assert_true(f.pick.shown.n > 0);
	assert_string_not_equal(f.pick.items.v[0].text, "../");
	w_files_release(&f);
}

/* What a terminal makes of files dropped on it, and a path pasted. */
static void
test_dropped(void **state)
{
	struct w_files f;
	struct str s;

	(void)state;
	w_files_init(&f, "Attach", home);
	str_init(&s, 4096);
	str_printf(&s, "'%s/문서/보고서 초안.pdf' %s/A.txt ", home, home);
	w_files_paste(&f, str_slice(&s));
	assert_int_equal(f.marked.n, 2);
	assert_marked(&f, 0, "문서/보고서 초안.pdf");
	assert_marked(&f, 1, "A.txt");
	assert_true(f.pick.items.v[2].marked);
	/* one that is not there is only text */
	str_clear(&s);
	str_printf(&s, "%s/none.txt", home);
	w_files_paste(&f, str_slice(&s));
	assert_int_equal(f.marked.n, 2);
	assert_slice(w_line_get(&f.pick.filter), s.p);
	assert_int_equal(type(&f, "<Enter>"), W_PICK_GO_ON);
	assert_non_null(strstr(f.note.p, "none.txt"));
	str_release(&s);
	w_files_release(&f);
}

/* No name or path may break the box, however small. */
static void
test_draws(void **state)
{
	struct w_files f;
	struct grid g;
	struct str s;
	int rows;

	(void)state;
	w_files_init(&f, "첨부", home);
	grid_init(&g);
	str_init(&s, 1 << 16);
	(void)type(&f, "문서/<Down><Down><Tab>");
	for (rows = 1; rows < 30; rows++) {
		grid_resize(&g, rows, rows * 3);
		w_files_draw(&f, &g);
	}
	grid_dump(&g, &s);
	assert_non_null(strstr(s.p, "첨부: ~/문서"));
	assert_non_null(strstr(s.p, "✓ 견적서.hwp"));
	assert_non_null(strstr(s.p, "1 file marked"));
	str_release(&s);
	grid_release(&g);
	w_files_release(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_folders_come_first),
		cmocka_unit_test(test_in_and_out_of_folders),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_typed_paths),
		cmocka_unit_test(test_dropped),
		cmocka_unit_test(test_draws),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
