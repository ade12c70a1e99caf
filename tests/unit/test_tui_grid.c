/* SPDX-License-Identifier: GPL-3.0-or-later */
/* grid: widths, clipping, wide characters overwritten by halves. */
#include "lib/test.h"

#include "tui/grid.h"
#include "tui/key.h"
#include "tui/w_line.h"

static void
assert_row(const struct grid *g, int row, const char *want)
{
	struct str s;

	str_init(&s, 4096);
	grid_row_text(g, row, &s);
	assert_string_equal(s.p, want);
	str_release(&s);
}

static void
test_wide_text_takes_two_cells(void **state)
{
	struct grid g;
	struct rect r;

	(void)state;
	grid_init(&g);
	grid_resize(&g, 2, 10);
	r = grid_rect(&g);
	assert_int_equal(grid_put_z(&g, &r, 0, 0, STYLE_TEXT, "파발ab"), 6);
	assert_int_equal(grid_cell(&g, 0, 0)->cells, 2);
	assert_int_equal(grid_cell(&g, 0, 1)->cells, 0);
	assert_row(&g, 0, "파발ab");
	grid_release(&g);
}

static void
test_half_of_a_wide_one_goes_as_a_whole(void **state)
{
	struct grid g;
	struct rect r;

	(void)state;
	grid_init(&g);
	grid_resize(&g, 1, 6);
	r = grid_rect(&g);
	(void)grid_put_z(&g, &r, 0, 0, STYLE_TEXT, "가나다");
	(void)grid_put_z(&g, &r, 0, 1, STYLE_TEXT, "x");
	assert_row(&g, 0, " x나다");
	(void)grid_put_z(&g, &r, 0, 2, STYLE_TEXT, "y");
	assert_row(&g, 0, " xy 다");
	(void)grid_put_z(&g, &r, 0, 3, STYLE_TEXT, "한");
	assert_row(&g, 0, " xy한");
	grid_release(&g);
}

static void
test_clips_at_the_rect(void **state)
{
	struct grid g;
	struct rect r = { 0, 2, 1, 5 };

	(void)state;
	grid_init(&g);
	grid_resize(&g, 1, 10);
	(void)grid_put_z(&g, &r, 0, 0, STYLE_TEXT, "가나다라");
	assert_row(&g, 0, "  가나");
	(void)grid_put_z(&g, &r, 3, 0, STYLE_TEXT, "outside");
	(void)grid_put_z(&g, &r, -1, 0, STYLE_TEXT, "outside");
	(void)grid_put_z(&g, &r, 0, -3, STYLE_TEXT, "abcdef");
	assert_row(&g, 0, "  def");
	grid_release(&g);
}

static void
test_field_cuts_with_ellipsis(void **state)
{
	struct grid g;
	struct rect r;

	(void)state;
	grid_init(&g);
	grid_resize(&g, 3, 12);
	r = grid_rect(&g);
	assert_int_equal(grid_field(&g, &r, 0, 0, 7, STYLE_TEXT,
	                            SLICE_LIT("안녕하세요")),
	                 7);
	assert_row(&g, 0, "안녕하…");
	(void)grid_field(&g, &r, 1, 0, 6, STYLE_TEXT, SLICE_LIT("안녕하세"));
	assert_row(&g, 1, "안녕…");
	(void)grid_field_right(&g, &r, 2, 0, 6, STYLE_TEXT, SLICE_LIT("어제"));
	assert_row(&g, 2, "  어제");
	grid_release(&g);
}

static void
test_controls_never_get_in(void **state)
{
	struct grid g;
	struct rect r;
	int col;

	(void)state;
	grid_init(&g);
	grid_resize(&g, 1, 40);
	r = grid_rect(&g);
	(void)grid_put(&g, &r, 0, 0, STYLE_TEXT,
	               SLICE_LIT("a\033[31mb\x9b\xff\xe2\x80\xae"
	                         "c\x07\x7f"));
	for (col = 0; col < 40; col++) {
		const struct cell *c = grid_cell(&g, 0, col);
		uint8_t i;

		for (i = 0; i < c->n; i++) {
			unsigned char b = (unsigned char)c->text[i];

			assert_true(b >= 0x20 && b != 0x7f);
		}
	}
	grid_release(&g);
}

static void
test_any_size_is_safe(void **state)
{
	struct grid g;
	int n;

	(void)state;
	grid_init(&g);
	for (n = -2; n < 5; n++) {
		struct rect r = { 0, 0, n, n };

		grid_resize(&g, n, n);
		(void)grid_put_z(&g, &r, 0, 0, STYLE_TEXT, "한글 text");
		(void)grid_field(&g, &r, 0, 0, n, STYLE_TEXT,
		                 SLICE_LIT("한글"));
		grid_hline(&g, &r, 0);
		grid_vline(&g, &r, 0);
		grid_cursor(&g, &r, 9, 9);
	}
	grid_release(&g);
}

static void
type(struct w_line *w, const char *text)
{
	w_line_paste(w, slice_of(text));
}

static void
test_line_input_measures_cells(void **state)
{
	struct w_line w;
	struct grid g;
	struct rect r;

	(void)state;
	w_line_init(&w);
	grid_init(&g);
	grid_resize(&g, 1, 8);
	r = grid_rect(&g);
	type(&w, "가나다라마바사\n");
	w_line_draw(&w, &g, &r, 0, 0, 8, true);
	assert_row(&g, 0, "… 바사");
	assert_int_equal(g.cursor_col, 6);
	assert_true(w_line_key(&w, K_HOME));
	w_line_draw(&w, &g, &r, 0, 0, 8, true);
	assert_int_equal(g.cursor_col, 0);
	assert_true(w_line_key(&w, K_RIGHT));
	assert_true(w_line_key(&w, K_BACKSPACE));
	assert_slice(w_line_get(&w), "나다라마바사");
	assert_false(w_line_key(&w, K_ENTER));
	assert_false(w_line_key(&w, K_CTRL_('x')));
	grid_release(&g);
	w_line_release(&w);
}

/* A line that goes on to the left says so; the cursor never stands on the mark. */
static void
test_line_input_marks_what_is_cut(void **state)
{
	struct w_line w;
	struct grid g;
	struct rect r;

	(void)state;
	w_line_init(&w);
	grid_init(&g);
	grid_resize(&g, 1, 8);
	r = grid_rect(&g);
	type(&w, "가나다라마바\n");
	w_line_draw(&w, &g, &r, 0, 0, 8, true);
	assert_row(&g, 0, "… 마바");
	for (size_t i = 0; i < 3; i++)
		assert_true(w_line_key(&w, K_LEFT));
	w_line_draw(&w, &g, &r, 0, 0, 8, true);
	assert_row(&g, 0, "… 라마바");
	/* who is not in it sees how it begins */
	w_line_draw(&w, &g, &r, 0, 0, 8, false);
	assert_row(&g, 0, "가나다…");
	w_line_draw(&w, &g, &r, 0, 0, 8, true);
	assert_row(&g, 0, "… 라마바");
	assert_int_equal(g.cursor_col, 2);
	assert_true(w_line_key(&w, K_HOME));
	w_line_draw(&w, &g, &r, 0, 0, 8, true);
	assert_row(&g, 0, "가나다…");
	grid_release(&g);
	w_line_release(&w);
}

static void
test_password_is_not_shown(void **state)
{
	struct w_line w;
	struct grid g;
	struct rect r;

	(void)state;
	w_line_init(&w);
	w.hidden = true;
	grid_init(&g);
	grid_resize(&g, 1, 12);
	r = grid_rect(&g);
	type(&w, "s3cr가");
	w_line_draw(&w, &g, &r, 0, 0, 12, true);
	assert_row(&g, 0, "•••••");
	assert_int_equal(g.cursor_col, 5);
	grid_release(&g);
	w_line_release(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wide_text_takes_two_cells),
		cmocka_unit_test(test_half_of_a_wide_one_goes_as_a_whole),
		cmocka_unit_test(test_clips_at_the_rect),
		cmocka_unit_test(test_field_cuts_with_ellipsis),
		cmocka_unit_test(test_controls_never_get_in),
		cmocka_unit_test(test_any_size_is_safe),
		cmocka_unit_test(test_line_input_measures_cells),
		cmocka_unit_test(test_line_input_marks_what_is_cut),
		cmocka_unit_test(test_password_is_not_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
