/* SPDX-License-Identifier: GPL-3.0-or-later */
/* edit_buf and editor: graphemes, undo, wrapping, cutting, finding. */
#include "lib/test.h"

#include "tui/editor.h"
#include "tui/key.h"

static void
assert_text(struct edit_buf *b, const char *want)
{
	struct str s;

	str_init(&s, 1 << 20);
	edit_buf_copy(b, 0, edit_buf_size(b), &s);
	assert_string_equal(s.p, want);
	str_release(&s);
}

static void
test_cursor_moves_by_graphemes(void **state)
{
	struct edit_buf *b = edit_buf_new(1000);

	(void)state;
	/* a, e with acute (2 characters), 한, woman scientist (3), z */
	edit_buf_set(b, SLICE_LIT("ae\xcc\x81한"
	                          "\xf0\x9f\x91\xa9\xe2\x80\x8d"
	                          "\xf0\x9f\x94\xacz"));
	assert_int_equal(edit_buf_next(b, 0), 1);
	assert_int_equal(edit_buf_next(b, 1), 4);
	assert_int_equal(edit_buf_next(b, 4), 7);
	assert_int_equal(edit_buf_next(b, 7), 18);
	assert_int_equal(edit_buf_prev(b, 18), 7);
	assert_int_equal(edit_buf_prev(b, 4), 1);
	assert_int_equal(edit_buf_prev(b, 0), 0);
	assert_int_equal(edit_buf_next(b, 19), 19);
	edit_buf_free(&b);
}

static void
test_undo_takes_typing_back_at_once(void **state)
{
	struct edit_buf *b = edit_buf_new(1000);
	size_t at;

	(void)state;
	at = edit_buf_insert(b, 0, SLICE_LIT("a"));
	at = edit_buf_insert(b, at, SLICE_LIT("b"));
	at = edit_buf_insert(b, at, SLICE_LIT("c"));
	edit_buf_mark(b);
	at = edit_buf_insert(b, 1, SLICE_LIT("X"));
	edit_buf_delete(b, 0, 2);
	assert_text(b, "bc");
	assert_true(edit_buf_undo(b, &at));
	assert_text(b, "aXbc");
	assert_true(edit_buf_undo(b, &at));
	assert_text(b, "abc");
	assert_true(edit_buf_undo(b, &at));
	assert_text(b, "");
	assert_false(edit_buf_undo(b, &at));
	assert_true(edit_buf_redo(b, &at));
	assert_true(edit_buf_redo(b, &at));
	assert_text(b, "aXbc");
	(void)edit_buf_insert(b, 0, SLICE_LIT("!"));
	assert_false(edit_buf_redo(b, &at));
	edit_buf_free(&b);
}

static void
test_maximum_and_controls(void **state)
{
	struct edit_buf *b = edit_buf_new(5);

	(void)state;
	assert_int_equal(edit_buf_insert(b, 0, SLICE_LIT("한글은")), 3);
	assert_text(b, "한");
	edit_buf_set(b, SLICE_LIT("a\r\n\033"));
	assert_text(b, "a\n\xef\xbf\xbd");
	edit_buf_free(&b);
}

/* The same changes on a plain array give the same text. */
static void
test_random_changes_match_a_model(void **state)
{
	struct edit_buf *b = edit_buf_new(100000);
	struct str model;
	unsigned seed = 12345;
	int i;

	(void)state;
	str_init(&model, 100000);
	for (i = 0; i < 3000; i++) {
		size_t at, n;

		seed = seed * 1103515245 + 12345;
		at = model.n > 0 ? (seed >> 8) % (model.n + 1) : 0;
		if (seed >> 30 != 0) {
			(void)edit_buf_insert(b, at, SLICE_LIT("xyz"));
			str_insert(&model, at, SLICE_LIT("xyz"));
		} else {
			n = model.n - at < 5 ? model.n - at : 5;
			edit_buf_delete(b, at, n);
			str_remove(&model, at, n);
		}
		if (seed & 0x10000)
			edit_buf_mark(b);
	}
	assert_text(b, model.p);
	while (edit_buf_undo(b, &(size_t){ 0 }))
		;
	assert_text(b, "");
	while (edit_buf_redo(b, &(size_t){ 0 }))
		;
	assert_text(b, model.p);
	str_release(&model);
	edit_buf_free(&b);
}

static struct grid
draw(struct editor *e, int rows, int cols)
{
	struct grid g;
	struct rect r;

	grid_init(&g);
	grid_resize(&g, rows, cols);
	r = grid_rect(&g);
	editor_draw(e, &g, &r, true);
	return g;
}

static void
assert_screen(struct editor *e, int rows, int cols, const char *want, int row,
              int col)
{
	struct grid g = draw(e, rows, cols);
	struct str s;

	str_init(&s, 10000);
	grid_dump(&g, &s);
	assert_string_equal(s.p, want);
	assert_int_equal(g.cursor_row, row);
	assert_int_equal(g.cursor_col, col);
	str_release(&s);
	grid_release(&g);
}

static void
type(struct editor *e, const char *text)
{
	for (; *text != '\0'; text++)
		assert_true(editor_key(e, *text == '\n' ? K_ENTER
		                                        : (uint32_t)*text));
}

static void
test_wraps_and_places_the_cursor(void **state)
{
	struct editor *e = editor_new(1000);

	(void)state;
	type(e, "one two three\nx");
	assert_screen(e, 4, 9, "one two\nthree\nx\n\n", 2, 1);
	assert_true(editor_act(e, ACTION_ED_UP));
	assert_screen(e, 4, 9, "one two\nthree\nx\n\n", 1, 1);
	assert_true(editor_act(e, ACTION_ED_UP));
	assert_true(editor_act(e, ACTION_ED_END));
	assert_screen(e, 4, 9, "one two\nthree\nx\n\n", 0, 7);
	assert_true(editor_act(e, ACTION_ED_RIGHT));
	assert_screen(e, 4, 9, "one two\nthree\nx\n\n", 1, 0);
	assert_false(editor_act(e, ACTION_ED_UP) &&
	             editor_act(e, ACTION_ED_UP));
	editor_free(&e);
}

static void
test_korean_columns(void **state)
{
	struct editor *e = editor_new(1000);

	(void)state;
	editor_paste(e, SLICE_LIT("파발이 왔다\nab"));
	assert_screen(e, 2, 20, "파발이 왔다\nab\n", 1, 2);
	assert_true(editor_act(e, ACTION_ED_UP));
	assert_screen(e, 2, 20, "파발이 왔다\nab\n", 0, 2);
	assert_true(editor_key(e, 0xac00));
	assert_screen(e, 2, 20, "파가발이 왔다\nab\n", 0, 4);
	editor_free(&e);
}

/* Syllables that come in pieces are put together. */
static void
test_pasted_jamo(void **state)
{
	struct editor *e = editor_new(1 << 16);
	struct str s;

	(void)state;
	str_init(&s, 1 << 16);
	editor_paste(e, SLICE_LIT("\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab"
	                          "\xe1\x84\x80\xe1\x85\xb3\xe1\x86\xaf ㅋㅋ"));
	editor_text(e, &s);
	assert_string_equal(s.p, "한글 ㅋㅋ");
	assert_true(editor_act(e, ACTION_ED_BACKSPACE));
	str_release(&s);
	editor_free(&e);
}

static void
test_cut_collects_lines(void **state)
{
	struct editor *e = editor_new(1000);

	(void)state;
	type(e, "a\nb\nc\nd");
	editor_set_cursor(e, 2);
	assert_true(editor_act(e, ACTION_ED_CUT));
	assert_true(editor_act(e, ACTION_ED_CUT));
	assert_text(editor_buf(e), "a\nd");
	assert_true(editor_act(e, ACTION_ED_BOTTOM));
	type(e, "\n");
	assert_true(editor_act(e, ACTION_ED_PASTE));
	assert_text(editor_buf(e), "a\nd\nb\nc\n");
	assert_true(editor_act(e, ACTION_ED_UNDO));
	assert_text(editor_buf(e), "a\nd\n");
	editor_free(&e);
}

/* It is looked for piece by piece: also where two of them meet. */
static void
test_find_anywhere(void **state)
{
	size_t at;

	(void)state;
	for (at = 4070; at < 4110; at++) {
		struct editor *e = editor_new(100000);
		struct str s;

		str_init(&s, 100000);
		while (s.n < at)
			str_add_c(&s, 'x');
		str_add_z(&s, "보고서");
		while (s.n < 9000)
			str_add_c(&s, 'y');
		editor_set(e, str_slice(&s));
		assert_true(editor_find(e, SLICE_LIT("보고서")));
		assert_int_equal(editor_cursor(e), at);
		/* round the end to the only one */
		assert_true(editor_find(e, SLICE_LIT("보고서")));
		assert_int_equal(editor_cursor(e), at);
		str_release(&s);
		editor_free(&e);
	}
}

static void
test_find_goes_round(void **state)
{
	struct editor *e = editor_new(1000);

	(void)state;
	type(e, "Alpha beta alpha");
	editor_set_cursor(e, 0);
	assert_true(editor_find(e, SLICE_LIT("ALPHA")));
	assert_int_equal(editor_cursor(e), 11);
	assert_true(editor_find(e, SLICE_LIT("alpha")));
	assert_int_equal(editor_cursor(e), 0);
	assert_false(editor_find(e, SLICE_LIT("gamma")));
	editor_free(&e);
}

/* Every key in every size keeps the cursor on the screen. */
static void
test_small_screens(void **state)
{
	static const enum action_id acts[] = {
		ACTION_ED_UP,        ACTION_ED_DOWN,   ACTION_ED_LEFT,
		ACTION_ED_RIGHT,     ACTION_ED_HOME,   ACTION_ED_END,
		ACTION_ED_PAGE_DOWN, ACTION_ED_TOP,    ACTION_ED_BOTTOM,
		ACTION_ED_PAGE_UP,   ACTION_ED_CUT,    ACTION_ED_PASTE,
		ACTION_ED_UNDO,      ACTION_ED_REDO,   ACTION_ED_WORD_LEFT,
		ACTION_ED_BACKSPACE, ACTION_ED_DELETE,
	};

	size_t i;
	int size;

	(void)state;
	for (size = 1; size < 6; size++) {
		struct editor *e = editor_new(1000);

		editor_paste(e, SLICE_LIT("한글과 words of several lengths\n\n"
		                          "and 파발파발파발 end"));
		for (i = 0; i < sizeof acts / sizeof acts[0]; i++) {
			struct grid g;

			(void)editor_act(e, acts[i]);
			g = draw(e, size, size);
			assert_in_range(g.cursor_row, 0, size - 1);
			assert_in_range(g.cursor_col, 0, size - 1);
			grid_release(&g);
		}
		editor_free(&e);
	}
}

/* A paragraph of so many bytes, the cursor in its middle: the dearest of some
 * keys. */
static size_t
dearest_in_one_line(size_t bytes, const char *piece)
{
	struct editor *e = editor_new(16 * 1024 * 1024);
	struct grid g;
	struct str s;
	size_t i, most = 0;

	str_init(&s, 16 * 1024 * 1024);
	while (s.n < bytes)
		str_add_z(&s, piece);
	editor_set(e, str_slice(&s));
	editor_set_cursor(e, s.n / strlen(piece) / 2 * strlen(piece));
	str_release(&s);
	for (i = 0; i < 40; i++) {
		size_t before = editor_work(e);

		if (i % 4 == 3)
			(void)editor_act(e, i % 8 == 3 ? ACTION_ED_UP
			                               : ACTION_ED_PAGE_DOWN);
		else
			assert_true(editor_key(e, 0xac00));
		g = draw(e, 24, 80);
		assert_in_range(g.cursor_row, 0, 23);
		grid_release(&g);
		if (editor_work(e) - before > most)
			most = editor_work(e) - before;
	}
	editor_free(&e);
	return most;
}

static void
test_a_line_without_end(void **state)
{
	(void)state;
	/* 50 kB or 2 MB, with blanks or none: about the same */
	assert_in_range(dearest_in_one_line(2000000, "가나다 "), 1,
	                dearest_in_one_line(50000, "가나다 ") * 5 / 4);
	assert_in_range(dearest_in_one_line(2000000, "가나다"), 1,
	                dearest_in_one_line(50000, "가나다") * 5 / 4);
}

/* All positions of long paragraphs lie in one display line each: going down
 * from the top and up from the bottom shows the same lines. */
static void
test_segments(void **state)
{
	struct editor *e = editor_new(1 << 20);
	struct str s;
	size_t down = 0, up = 0, i;

	(void)state;
	str_init(&s, 1 << 20);
	for (i = 0; i < 30000; i++)
		str_add_z(&s, i % 7 == 6 ? " " : i == 15000 ? "\n" : "가");
	editor_set(e, str_slice(&s));
	editor_set_cursor(e, 0);
	while (editor_cursor(e) < s.n && down < 5000) {
		size_t before = editor_cursor(e);

		(void)editor_act(e, ACTION_ED_DOWN);
		if (editor_cursor(e) == before)
			break;
		down++;
	}
	editor_set_cursor(e, s.n);
	(void)editor_act(e, ACTION_ED_HOME);
	while (editor_act(e, ACTION_ED_UP) && up < 5000)
		up++;
	assert_int_equal(editor_cursor(e), 0);
	assert_int_equal(up, down);
	assert_in_range(down, 700, 1200);
	str_release(&s);
	editor_free(&e);
}

/* A draft of so many lines, and where typing begins. */
static struct editor *
long_draft(size_t lines, double where)
{
	struct editor *e = editor_new(16 * 1024 * 1024);
	struct str s;
	size_t i;

	str_init(&s, 16 * 1024 * 1024);
	for (i = 0; i < lines; i++)
		str_add_z(&s, "> 가나다라 마바사 line of a draft\n");
	editor_set(e, str_slice(&s));
	editor_set_cursor(e, (size_t)((double)(lines - 1) * where) *
	                             (s.n / lines));
	str_release(&s);
	return e;
}

/* One paragraph of so many bytes: with blanks, or without any. */
static struct editor *
long_paragraph(size_t bytes, double where, bool blanks)
{
	static const char word[] = "가나다라 ";
	struct editor *e = editor_new(16 * 1024 * 1024);
	struct str s;

	str_init(&s, 16 * 1024 * 1024);
	while (s.n < bytes)
		str_add(&s, word, sizeof word - 1 - !blanks);
	editor_set(e, str_slice(&s));
	editor_set_cursor(e, (size_t)((double)(s.n / 13) * where) * 12);
	str_release(&s);
	return e;
}

/* The dearest of many keys, each drawn. */
static size_t
dearest_key(struct editor *e)
{
	static const enum action_id acts[] = {
		ACTION_ED_LEFT,      ACTION_ED_UP,        ACTION_ED_DOWN,
		ACTION_ED_BACKSPACE, ACTION_ED_HOME,      ACTION_ED_END,
		ACTION_ED_PAGE_UP,   ACTION_ED_PAGE_DOWN,
	};
	struct grid g = draw(e, 24, 80);
	size_t i, most = 0;

	grid_release(&g);
	for (i = 0; i < 200; i++) {
		size_t before = editor_work(e);

		if (i % 4 != 3)
			assert_true(
				editor_key(e, i % 40 == 0 ? K_ENTER : 0xac00));
		else
			(void)editor_act(e, acts[i / 4 % 8]);
		g = draw(e, 24, 80);
		grid_release(&g);
		if (editor_work(e) - before > most)
			most = editor_work(e) - before;
	}
	editor_free(&e);
	return most;
}

static void
test_a_key_costs_the_same_in_a_long_draft(void **state)
{
	static const double places[] = { 0, 0.5, 1 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof places / sizeof places[0]; i++) {
		size_t few = dearest_key(long_draft(200, places[i]));
		size_t many = dearest_key(long_draft(10000, places[i]));

		assert_true(few > 0);
		assert_int_equal(many, few);
		/* some screens full, not the text */
		assert_in_range(many, 1, 20 * 24 * 80);
	}
}

static void
test_a_key_costs_the_same_in_a_long_paragraph(void **state)
{
	static const double places[] = { 0, 0.5, 1 };
	size_t i;

	(void)state;
	for (i = 0; i < 2 * sizeof places / sizeof places[0]; i++) {
		double at = places[i / 2];
		bool blanks = i % 2 == 0;
		size_t some = dearest_key(long_paragraph(100000, at, blanks));
		size_t all = dearest_key(long_paragraph(800000, at, blanks));

		/* how far the cursor is from the end of a segment decides */
		assert_in_range(all, some / 3, 3 * some);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cursor_moves_by_graphemes),
		cmocka_unit_test(test_undo_takes_typing_back_at_once),
		cmocka_unit_test(test_maximum_and_controls),
		cmocka_unit_test(test_random_changes_match_a_model),
		cmocka_unit_test(test_wraps_and_places_the_cursor),
		cmocka_unit_test(test_korean_columns),
		cmocka_unit_test(test_pasted_jamo),
		cmocka_unit_test(test_a_line_without_end),
		cmocka_unit_test(test_segments),
		cmocka_unit_test(test_cut_collects_lines),
		cmocka_unit_test(test_find_goes_round),
		cmocka_unit_test(test_find_anywhere),
		cmocka_unit_test(test_small_screens),
		cmocka_unit_test(test_a_key_costs_the_same_in_a_long_draft),
		cmocka_unit_test(test_a_key_costs_the_same_in_a_long_paragraph),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
