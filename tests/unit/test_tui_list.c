/* SPDX-License-Identifier: GPL-3.0-or-later */
/* model_list and the panes over a made mailbox of any size. */
#include "lib/test.h"

#include <stdio.h>

#include "tui/pane_folders.h"
#include "tui/pane_list.h"
#include "tui/pane_reader.h"
#include "tui/reader_text.h"
#include "util/xalloc.h"

/* Messages 1 to count, newest has the highest number; date = 60 * id. */
struct box {
	int64_t count;
	int64_t removed;   /* an id that is gone, 0: none */
	int64_t unread;    /* the one that is unread, 0: all are */
	size_t asked;      /* rows given out */
	struct slice mail; /* what is opened; none: the mail below */
};

static bool
wanted(const struct box *b, const struct store_view *v, int64_t id)
{
	if (id == b->removed)
		return false;
	return !v->unread_only || b->unread == 0 || b->unread == id;
}

static void
add_row(struct box *b, struct store_rows *rows, int64_t id)
{
	struct store_row *r;

	rows->v = xreallocarray(rows->v, rows->n + 1, sizeof *rows->v);
	r = &rows->v[rows->n++];
	memset(r, 0, sizeof *r);
	r->id = id;
	r->date = id * 60;
	r->account = 1;
	r->flags = b->unread == 0 || b->unread == id ? 0 : STORE_SEEN;
	r->from_name = xstrdup("홍길동");
	r->subject = xasprintf("제목 %lld", (long long)id);
	b->asked++;
}

/* Is message id above key in the list (newer), by date and id? */
static bool
above(int64_t id, const struct store_key *key)
{
	return id * 60 != key->date ? id * 60 > key->date : id > key->id;
}

/* The lowest id above key. */
static int64_t
first_above(const struct store_key *key)
{
	int64_t id = key->date < 0 ? 0 : key->date / 60;

	while (!above(id, key))
		id++;
	return id < 1 ? 1 : id;
}

static bool
is_key(int64_t id, const struct store_key *key)
{
	return key != NULL && id == key->id && id * 60 == key->date;
}

static int
list(void *ctx, const struct store_view *view, const struct store_key *key,
     bool before, size_t limit, struct store_rows *rows_r, struct err *err)
{
	struct box *b = ctx;
	int64_t id = key == NULL ? b->count + 1 : first_above(key);
	size_t i;

	(void)err;
	*rows_r = (struct store_rows){ NULL, 0 };
	for (; before && id <= b->count && rows_r->n < limit; id++)
		if (wanted(b, view, id))
			add_row(b, rows_r, id);
	for (i = 0; before && i < rows_r->n / 2; i++) {
		struct store_row t = rows_r->v[i];

		rows_r->v[i] = rows_r->v[rows_r->n - 1 - i];
		rows_r->v[rows_r->n - 1 - i] = t;
	}
	for (id--; !before && id >= 1 && rows_r->n < limit; id--)
		if (wanted(b, view, id) && !is_key(id, key))
			add_row(b, rows_r, id);
	return 0;
}

static int
count(void *ctx, const struct store_view *view, uint64_t *total_r,
      uint64_t *unread_r, struct err *err)
{
	const struct box *b = ctx;

	(void)view;
	(void)err;
	*total_r = (uint64_t)b->count;
	*unread_r = b->unread == 0 ? *total_r : 1;
	return 0;
}

static const char mail[] =
	"From: =?UTF-8?B?7ZmN6ri464+Z?= <hong@example.kr>\r\n"
	"To: me@example.kr\r\n"
	"Subject: =?UTF-8?B?7KCc66qp?=\r\n"
	"Date: Mon, 23 Nov 2026 09:12:00 +0900\r\n"
	"Content-Type: text/plain; charset=utf-8\r\n"
	"\r\n"
	"see https://example.org/a?b=c.\r\n"
	"> quoted text that is long enough to be wrapped in a narrow pane\r\n"
	"> > deeper\r\n"
	"-- \r\n"
	"sig\r\n";

static int
map(void *ctx, int64_t id, struct fsx_map *map_r, struct err *err)
{
	const struct box *b = ctx;

	(void)id;
	(void)err;
	*map_r = (struct fsx_map){ .data = b->mail.n > 0 ? b->mail
		                                         : SLICE_LIT(mail) };
	return 0;
}

static char *
account_name(void *ctx, int64_t account)
{
	(void)ctx;
	return xasprintf("계정%lld", (long long)account);
}

static struct model
model_of(struct box *b)
{
	return (struct model){ b, list, count, map, account_name };
}

static void
open_box(struct model_list *l, const struct model *m)
{
	struct store_view view = { .folder = FOLDER_INBOX };
	struct err err = { 0 };

	model_list_init(l, m);
	assert_int_equal(model_list_open(l, &view, &err), 0);
}

static void
assert_at(const struct model_list *l, int64_t id)
{
	assert_non_null(model_list_get(l));
	assert_int_equal(model_list_get(l)->id, id);
}

static void
test_a_large_folder_is_never_read_whole(void **state)
{
	struct box b = { .count = 1000000 };
	struct model m = model_of(&b);
	struct model_list l;
	struct err err = { 0 };

	(void)state;
	open_box(&l, &m);
	assert_at(&l, 1000000);
	assert_true(b.asked <= 1000);
	assert_int_equal(model_list_move(&l, 1000, &err), 1000);
	assert_at(&l, 999000);
	assert_int_equal(model_list_move(&l, -1000, &err), -1000);
	assert_at(&l, 1000000);
	assert_int_equal(model_list_last(&l, &err), 0);
	assert_at(&l, 1);
	assert_int_equal(model_list_move(&l, 1, &err), 0);
	assert_int_equal(model_list_first(&l, &err), 0);
	assert_at(&l, 1000000);
	assert_true(b.asked < 20000);
	model_list_release(&l);
}

static void
test_reload_keeps_the_place(void **state)
{
	struct box b = { .count = 500 };
	struct model m = model_of(&b);
	struct model_list l;
	struct err err = { 0 };

	(void)state;
	open_box(&l, &m);
	(void)model_list_move(&l, 10, &err);
	assert_at(&l, 490);
	b.count = 520;
	assert_int_equal(model_list_reload(&l, &err), 0);
	assert_at(&l, 490);
	assert_int_equal(l.total, 520);
	b.removed = 490;
	assert_int_equal(model_list_reload(&l, &err), 0);
	assert_at(&l, 489);
	model_list_release(&l);
}

static void
test_next_unread_goes_round(void **state)
{
	struct box b = { .count = 5000, .unread = 7 };
	struct model m = model_of(&b);
	struct model_list l;
	struct err err = { 0 };

	(void)state;
	open_box(&l, &m);
	assert_int_equal(model_list_unread(&l, false, &err), 1);
	assert_at(&l, 7);
	b.unread = 4000;
	assert_int_equal(model_list_reload(&l, &err), 0);
	assert_int_equal(model_list_unread(&l, false, &err), 1);
	assert_at(&l, 4000);
	b.unread = -1;
	assert_int_equal(model_list_reload(&l, &err), 0);
	assert_int_equal(model_list_unread(&l, false, &err), 0);
	model_list_release(&l);
}

static void
test_tags_choose_targets(void **state)
{
	struct box b = { .count = 10 };
	struct model m = model_of(&b);
	struct model_list l;
	int64_t *ids;
	size_t n;

	(void)state;
	open_box(&l, &m);
	ids = model_list_targets(&l, &n);
	assert_int_equal(n, 1);
	assert_int_equal(ids[0], 10);
	free(ids);
	model_list_tag(&l, 3, true);
	model_list_tag(&l, 5, true);
	model_list_tag(&l, 3, true);
	ids = model_list_targets(&l, &n);
	assert_int_equal(n, 2);
	free(ids);
	model_list_tag(&l, 3, false);
	assert_false(model_list_tagged(&l, 3));
	assert_true(model_list_tagged(&l, 5));
	model_list_release(&l);
	b.count = 0;
	open_box(&l, &m);
	assert_null(model_list_targets(&l, &n));
	assert_int_equal(n, 0);
	model_list_release(&l);
}

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
test_rows_as_drawn(void **state)
{
	struct box b = { .count = 100, .unread = 99 };
	struct model m = model_of(&b);
	struct store_view view = { .folder = FOLDER_INBOX };
	struct err err = { 0 };
	struct pane_list p;
	struct grid g;
	struct rect r;

	(void)state;
	pane_list_init(&p, &m);
	assert_int_equal(model_list_open(&p.list, &view, &err), 0);
	grid_init(&g);
	grid_resize(&g, 4, 70);
	r = grid_rect(&g);
	pane_list_draw(&p, &g, &r, true, 100 * 60);
	assert_row(&g, 0,
	           "    홍길동         제목 100"
	           "                          계정1       01:40");
	assert_row(&g, 1,
	           " ●  홍길동         제목 99"
	           "                           계정1       01:39");
	assert_int_equal(grid_cell(&g, 0, 5)->style, STYLE_CURSOR);
	assert_int_equal(grid_cell(&g, 1, 5)->style, STYLE_UNREAD);
	assert_int_equal(g.cursor_row, 0);
	(void)model_list_move(&p.list, 5, &err);
	pane_list_draw(&p, &g, &r, true, 100 * 60);
	assert_int_equal(g.cursor_row, 3);
	/* new mail above does not move what one looks at */
	b.count = 110;
	assert_int_equal(model_list_reload(&p.list, &err), 0);
	pane_list_draw(&p, &g, &r, true, 100 * 60);
	assert_int_equal(g.cursor_row, 3);
	assert_at(&p.list, 95);
	grid_release(&g);
	pane_list_release(&p);
}

static void
test_folders_step_over_the_rule(void **state)
{
	static const int64_t accounts[] = { 1, 2 };
	struct box b = { .count = 1234 };
	struct model m = model_of(&b);
	struct err err = { 0 };
	struct pane_folders p;
	struct grid g;
	struct rect r;

	(void)state;
	pane_folders_init(&p, &m);
	assert_int_equal(pane_folders_load(&p, accounts, 2, 0, &err), 0);
	pane_folders_move(&p, 3);
	assert_int_equal(pane_folders_get(&p)->folder, FOLDER_SENT);
	pane_folders_move(&p, -1);
	assert_int_equal(pane_folders_get(&p)->account, 2);
	pane_folders_move(&p, 100);
	assert_int_equal(pane_folders_get(&p)->folder, FOLDER_TRASH);
	grid_init(&g);
	grid_resize(&g, 5, 24);
	r = grid_rect(&g);
	p.selected = 0;
	pane_folders_draw(&p, &g, &r, true);
	assert_row(&g, 0, " ▾ All            1,234");
	assert_row(&g, 1, "   계정1          1,234");
	assert_false(pane_folders_click(&p, 3));
	assert_true(pane_folders_click(&p, 2));
	grid_release(&g);
	pane_folders_release(&p);
}

static void
test_reader_shows_and_styles(void **state)
{
	struct box b = { .count = 1 };
	struct model m = model_of(&b);
	struct store_row row = { .id = 1 };
	struct err err = { 0 };
	struct pane_reader p;
	struct grid g;
	struct rect r;
	int cols;

	(void)state;
	pane_reader_init(&p, &m);
	assert_int_equal(pane_reader_open(&p, &row, &err), 0);
	grid_init(&g);
	grid_resize(&g, 14, 40);
	r = grid_rect(&g);
	pane_reader_draw(&p, &g, &r, true);
	assert_row(&g, 0, " Subject   제목");
	assert_row(&g, 1, " From      홍길동 <hong@example.kr>");
	assert_row(&g, 5, " see https://example.org/a?b=c.");
	assert_int_equal(grid_cell(&g, 5, 5)->style, STYLE_LINK);
	assert_int_equal(grid_cell(&g, 5, 30)->style, STYLE_TEXT);
	assert_row(&g, 6, " > quoted text that is long enough to");
	assert_row(&g, 7, " > be wrapped in a narrow pane");
	assert_int_equal(grid_cell(&g, 7, 3)->style, STYLE_QUOTE1);
	assert_int_equal(grid_cell(&g, 8, 5)->style, STYLE_QUOTE2);
	assert_int_equal(grid_cell(&g, 10, 1)->style, STYLE_SIGNATURE);
	assert_true(pane_reader_find(&p, SLICE_LIT("DEEPER"), false));
	assert_false(pane_reader_find(&p, SLICE_LIT("absent"), false));
	pane_reader_set_mode(&p, READER_RAW);
	pane_reader_draw(&p, &g, &r, true);
	assert_row(&g, 2, " To: me@example.kr");
	for (cols = 1; cols < 12; cols++) {
		grid_resize(&g, 3, cols);
		r = grid_rect(&g);
		pane_reader_set_mode(&p, READER_SHORT);
		pane_reader_draw(&p, &g, &r, true);
		(void)pane_reader_page(&p, 1);
		pane_reader_draw(&p, &g, &r, true);
	}
	grid_release(&g);
	pane_reader_release(&p);
}

/* The last lines of the reader for a mail of head and many times unit. */
static void
assert_end(const char *unit, size_t times, enum reader_mode mode, int row,
           const char *want)
{
	struct box b = { .count = 1 };
	struct model m = model_of(&b);
	struct store_row listed = { .id = 1 };
	struct err err = { 0 };
	struct pane_reader p;
	struct grid g;
	struct rect r;
	struct str s;

	str_init(&s, 64 * times + 100);
	str_add_z(&s, "Subject: x\n\n");
	for (size_t i = 0; i < times; i++)
		str_add_z(&s, unit);
	b.mail = str_slice(&s);
	pane_reader_init(&p, &m);
	assert_int_equal(pane_reader_open(&p, &listed, &err), 0);
	pane_reader_set_mode(&p, mode);
	grid_init(&g);
	grid_resize(&g, 10, 60);
	r = grid_rect(&g);
	pane_reader_draw(&p, &g, &r, true);
	assert_true(p.lines.n <= READER_LINES_MAX);
	pane_reader_last(&p);
	pane_reader_draw(&p, &g, &r, true);
	assert_row(&g, row, want);
	grid_release(&g);
	pane_reader_release(&p);
	str_release(&s);
}

static void
test_reader_says_what_it_cut(void **state)
{
	static const char note[] =
		" This mail is too long, its end is not shown.";

	(void)state;
	assert_end("\n", READER_LINES_MAX + 1000, READER_RAW, 9, note);
	assert_end("가 x\n", READER_LINES_MAX + 1000, READER_SHORT, 9, note);
	assert_end("0123456789abcdef 0123456789abcde\n", 300000, READER_SHORT,
	           9, note);
	assert_end("0123456789abcdef 0123456789abcde\n", 300000, READER_RAW, 9,
	           note);
	assert_end("end\n", 1000, READER_SHORT, 9, " end");
	assert_end("end\n", 1000, READER_RAW, 9, " end");
}

static void
test_links_end_where_they_should(void **state)
{
	static const struct {
		const char *text, *url;
	} cases[] = {
		{ "(https://a.kr/x).", "https://a.kr/x" },
		{ "<http://a.kr>", "http://a.kr" },
		{ "주소http://a.kr입니다", "http://a.kr" },
		{ "javascript:alert(1) mailto:a@b", "mailto:a@b" },
		{ "https://a.kr/x[12].", "https://a.kr/x" },
		{ "https://a.kr[1!]", "https://a.kr" },
		{ "https://[2001:db8::1]/[a]", "https://[2001:db8::1]/[a]" },
		{ "https://", NULL },
		{ "nothing", NULL },
	};

	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct slice url;
		bool found = reader_text_link(slice_of(cases[i].text), 0, &url);

		assert_int_equal(found, cases[i].url != NULL);
		if (found)
			assert_slice(url, cases[i].url);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_large_folder_is_never_read_whole),
		cmocka_unit_test(test_reload_keeps_the_place),
		cmocka_unit_test(test_next_unread_goes_round),
		cmocka_unit_test(test_tags_choose_targets),
		cmocka_unit_test(test_rows_as_drawn),
		cmocka_unit_test(test_folders_step_over_the_rule),
		cmocka_unit_test(test_reader_shows_and_styles),
		cmocka_unit_test(test_reader_says_what_it_cut),
		cmocka_unit_test(test_links_end_where_they_should),
	};

	(void)setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
