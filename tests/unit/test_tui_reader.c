/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reader: styles of lines, messages on top of each other, what is cut. */
#include "lib/test.h"

#include "mime/limits.h"
#include "tui/pane_reader.h"
#include "tui/reader_text.h"
#include "tui/theme.h"
#include "util/xalloc.h"

/* The one message there is. */
static int
map(void *ctx, int64_t id, struct fsx_map *map_r, struct err *err)
{
	const struct str *mail = ctx;

	(void)id;
	(void)err;
	map_r->copy = xmemdup0(mail->p, mail->n);
	map_r->data = slice_make(map_r->copy, mail->n);
	return 0;
}

struct fixture {
	struct str mail;
	struct model model;
	struct pane_reader p;
	struct grid g;
	struct rect r;
};

static void
draw(struct fixture *f)
{
	pane_reader_draw(&f->p, &f->g, &f->r, true);
}

static void
start(struct fixture *f, const char *mail, int rows, int cols)
{
	struct store_row row = { .id = 1 };
	struct err err = { 0 };

	memset(f, 0, sizeof *f);
	str_init(&f->mail, (size_t)64 << 20);
	str_add_z(&f->mail, mail);
	f->model = (struct model){ .ctx = &f->mail, .map = map };
	pane_reader_init(&f->p, &f->model);
	assert_int_equal(pane_reader_open(&f->p, &row, &err), 0);
	grid_init(&f->g);
	grid_resize(&f->g, rows, cols);
	f->r = grid_rect(&f->g);
	draw(f);
}

static void
finish(struct fixture *f)
{
	grid_release(&f->g);
	pane_reader_release(&f->p);
	str_release(&f->mail);
}

/* The row that begins with text (a blank is in front of all); -1: none. */
static int
row_of(const struct fixture *f, const char *text)
{
	int found = -1;

	for (int row = 0; found < 0 && row < f->r.rows; row++) {
		struct str s;

		str_init(&s, 10000);
		grid_row_text(&f->g, row, &s);
		if (slice_starts(slice_from(str_slice(&s), 1), text))
			found = row;
		str_release(&s);
	}
	if (found < 0)
		print_error("not shown: %s\n", text);
	return found;
}

static void
assert_style(const struct fixture *f, const char *text, enum style st)
{
	int row = row_of(f, text);

	assert_true(row >= 0);
	assert_int_equal(grid_cell(&f->g, row, 1)->style, st);
}

static const char mixed[] =
	"Subject: s\nContent-Type: multipart/mixed; boundary=b\n\n"
	"--b\n\nhello\n-- \nKim\n\nSeoul\n> q1\n>> q2\n>>> q3\n>>>> q4\nlast\n"
	"-- \nLee\n"
	"--b\nContent-Type: application/x; name=a.bin\n\nx\n"
	"--b\n\nsecond\n-- \nPark\n"
	"--b\nContent-Type: message/rfc822\n\nSubject: inner\n\ntext\n--b--\n";

static void
test_styles(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, mixed, 40, 60);
	assert_style(&f, "hello", STYLE_TEXT);
	assert_style(&f, "Kim", STYLE_SIGNATURE);
	assert_style(&f, "Seoul", STYLE_SIGNATURE);
	assert_style(&f, "> q1", STYLE_QUOTE1);
	assert_style(&f, ">> q2", STYLE_QUOTE2);
	assert_style(&f, ">>> q3", STYLE_QUOTE3);
	assert_style(&f, ">>>> q4", STYLE_QUOTE1);
	/* A quote below a signature, another part: it is over. */
	assert_style(&f, "last", STYLE_TEXT);
	assert_style(&f, "Lee", STYLE_SIGNATURE);
	assert_style(&f, "[a.bin", STYLE_TEXT);
	assert_style(&f, "second", STYLE_TEXT);
	assert_style(&f, "Park", STYLE_SIGNATURE);
	assert_style(&f, "---- Forwarded message ----", STYLE_TEXT);
	assert_style(&f, "text", STYLE_TEXT);
	finish(&f);
}

/* Dim without a grey as well, and never dim on top of a grey. */
static void
test_signatures_are_dim(void **state)
{
	(void)state;
	assert_true(theme_look("dark", THEME_MONO, STYLE_SIGNATURE).attr &
	            THEME_DIM);
	assert_true(theme_look("dark", THEME_8, STYLE_SIGNATURE).attr &
	            THEME_DIM);
	assert_false(theme_look("dark", THEME_256, STYLE_SIGNATURE).attr &
	             THEME_DIM);
	assert_int_not_equal(theme_look("dark", THEME_256, STYLE_SIGNATURE).fg,
	                     theme_look("dark", THEME_256, STYLE_TEXT).fg);
}

static void
test_lines_break_at_words(void **state)
{
	struct fixture f;

	(void)state;
	start(&f,
	      "Subject: s\nContent-Type: text/plain; charset=utf-8\n\n"
	      "대한민국의 수도는 서울특별시이며 인구는 천만입니다\n"
	      "see https://example.org/a/b/c/d here\n",
	      20, 30);
	assert_true(row_of(&f, "대한민국의 수도는") >= 0);
	assert_true(row_of(&f, "서울특별시이며 인구는") >= 0);
	assert_true(row_of(&f, "천만입니다") >= 0);
	/* 27 cells: it fits into a line, so it has one. */
	assert_true(row_of(&f, "https://example.org/a/b/c/d") > 0);
	finish(&f);
}

static void
test_messages_on_top(void **state)
{
	struct fixture f;
	size_t levels = 0;

	(void)state;
	start(&f, mixed, 40, 60);
	assert_false(pane_reader_in_message(&f.p));
	assert_true(pane_reader_open_part(
		&f.p, message_find_path(&f.p.message, SLICE_LIT("4"))));
	draw(&f);
	assert_int_equal(row_of(&f, "Part of   s"), 0);
	assert_int_equal(row_of(&f, "Subject   inner"), 1);
	assert_true(row_of(&f, "text") > 0);
	assert_true(pane_reader_in_message(&f.p));
	/* A text of ours is no message that could be answered. */
	assert_true(pane_reader_open_text(&f.p, "text/plain",
	                                  SLICE_LIT("a\nB: c"),
	                                  SLICE_LIT("one\x1b[2J\ntwo\n")));
	draw(&f);
	assert_false(pane_reader_in_message(&f.p));
	assert_int_equal(row_of(&f, "Part of   inner"), 0);
	assert_int_equal(row_of(&f, "Subject   a B: c"), 1);
	assert_true(row_of(&f, "one") > 0);
	assert_true(pane_reader_leave_part(&f.p));
	assert_true(pane_reader_leave_part(&f.p));
	assert_false(pane_reader_leave_part(&f.p));
	draw(&f);
	assert_int_equal(row_of(&f, "Subject   s"), 0);
	/* A page is shown as one. */
	assert_true(pane_reader_open_text(&f.p, "text/html", SLICE_LIT("x"),
	                                  SLICE_LIT("<p>one<br>two")));
	draw(&f);
	assert_true(row_of(&f, "two") > 0);
	assert_true(pane_reader_leave_part(&f.p));
	while (pane_reader_open_text(&f.p, "text/plain", SLICE_LIT("x"),
	                             SLICE_NONE))
		levels++;
	assert_int_equal(levels, 64);
	finish(&f);
}

/* What is not shown is said. */
static void
test_cut_is_said(void **state)
{
	struct fixture f;
	struct str long_text;

	(void)state;
	str_init(&long_text, (size_t)64 << 20);
	for (int i = 0; i < 10000; i++)
		str_add_z(&long_text, "a@example.org, ");
	start(&f, "Subject: s\n\nx\n", 10, 80);
	str_clear(&f.mail);
	str_printf(&f.mail, "Subject: s\nTo: %s\n\nx\n", long_text.p);
	pane_reader_close(&f.p);
	{
		struct store_row row = { .id = 1 };
		struct err err = { 0 };

		assert_int_equal(pane_reader_open(&f.p, &row, &err), 0);
	}
	draw(&f);
	assert_true(slice_find_text(str_slice(&f.p.text), SLICE_LIT("…")) <
	            f.p.text.n);
	str_clear(&long_text);
	while (long_text.n < READER_TEXT_MAX)
		str_add_z(&long_text, "가나다라마바사아자차카타파하\n");
	assert_true(pane_reader_open_text(&f.p, "text/plain", SLICE_LIT("x"),
	                                  str_slice(&long_text)));
	draw(&f);
	pane_reader_last(&f.p);
	draw(&f);
	assert_true(row_of(&f, "This mail is too long") >= 0);
	pane_reader_set_mode(&f.p, READER_RAW);
	draw(&f);
	pane_reader_last(&f.p);
	draw(&f);
	assert_true(row_of(&f, "This mail is too long") >= 0);
	str_release(&long_text);
	finish(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_styles),
		cmocka_unit_test(test_signatures_are_dim),
		cmocka_unit_test(test_lines_break_at_words),
		cmocka_unit_test(test_messages_on_top),
		cmocka_unit_test(test_cut_is_said),
	};

	(void)setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
