/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One kind of key, from the key to the drawn grid, in a text of some length.
 *
 *   bench_editor KIND LINES TIMES   "seconds" for TIMES keys; LINES 0: one very
 *                                   long paragraph
 *
 * Run twice under a counter of instructions, with different TIMES, the
 * difference is what keys cost without making the text.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tui/editor.h"
#include "tui/key.h"

/* Bytes of the one paragraph: as many as 10,000 lines. */
#define PARAGRAPH 800000

static const char words[] =
	"다음 주 수요일 회의에서 3분기 보고서 초안을 함께 검토하려고 합니다. ";

static void
make_text(struct str *s, int lines)
{
	int i;

	if (lines == 0)
		while (s->n < PARAGRAPH)
			str_add_z(s, words);
	for (i = 0; i < lines; i++)
		str_printf(s, "%d %s\n", i, words);
}

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* false: there is no such kind. */
static bool
press(struct editor *e, const char *kind, int i)
{
	if (strcmp(kind, "type") == 0)
		(void)editor_key(e, i % 7 == 6 ? ' ' : 0xac00 + i % 11172);
	else if (strcmp(kind, "enter") == 0)
		(void)editor_key(e, K_ENTER);
	else if (strcmp(kind, "backspace") == 0)
		(void)editor_act(e, ACTION_ED_BACKSPACE);
	else if (strcmp(kind, "down") == 0)
		(void)editor_act(e, i % 2 == 0 ? ACTION_ED_DOWN : ACTION_ED_UP);
	else if (strcmp(kind, "paste") == 0)
		editor_paste(e, slice_of(words));
	else if (strcmp(kind, "find") == 0)
		(void)editor_find(e, SLICE_LIT("보고서"));
	else
		return strcmp(kind, "resize") == 0;
	return true;
}

static int
number(const char *s)
{
	uint64_t n;

	return slice_u64(slice_of(s), &n) == 0 && n < 10000000 ? (int)n : 0;
}

/* Where a sentence begins. */
static size_t
middle(struct slice text)
{
	size_t half = text.n / 2;

	return half + slice_find(slice_from(text, half), ' ') + 1;
}

int
main(int argc, char **argv)
{
	int lines = argc == 4 ? number(argv[2]) : 0;
	int times = argc == 4 ? number(argv[3]) : 0;
	struct editor *e = editor_new((size_t)64 << 20);
	struct grid g;
	struct rect r;
	struct str text;
	double start;
	int i;

	if (argc != 4 || !press(e, argv[1], 0))
		return 2;
	str_init(&text, (size_t)64 << 20);
	make_text(&text, lines);
	editor_set(e, str_slice(&text));
	editor_set_cursor(e, middle(str_slice(&text)));
	grid_init(&g);
	grid_resize(&g, 24, 80);
	r = grid_rect(&g);
	editor_draw(e, &g, &r, true);
	start = now();
	for (i = 0; i < times; i++) {
		(void)press(e, argv[1], i);
		if (strcmp(argv[1], "resize") == 0)
			r.cols = i % 2 == 0 ? 60 : 80;
		editor_draw(e, &g, &r, true);
	}
	printf("%.6f\n", now() - start);
	grid_release(&g);
	str_release(&text);
	editor_free(&e);
	return 0;
}
