/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two rows of key hints. */
#include "tui/w_hints.h"

#include "text/unicode.h"
#include "util/i18n.h"

#include "util/banned.h"

/* More than fits any terminal. */
#define HINTS_MAX 40
#define KEY_MAX   32
#define GAP       2

struct hints {
	char keys[HINTS_MAX][KEY_MAX];
	const char *labels[HINTS_MAX];
	size_t n;
};

static int
entry_cells(const struct hints *h, size_t i)
{
	if (i >= h->n)
		return 0;
	return (int)(unicode_cells(slice_of(h->keys[i])) +
	             unicode_cells(slice_of(h->labels[i]))) +
	       1;
}

/* Width of a column that holds one entry of each row. */
static int
column_cells(const struct hints *h, size_t columns, size_t i)
{
	int a = entry_cells(h, i);
	int b = entry_cells(h, i + columns);

	return a > b ? a : b;
}

static int
total_cells(const struct hints *h, size_t columns)
{
	int sum = 0;
	size_t i;

	for (i = 0; i < columns; i++)
		sum += column_cells(h, columns, i) + GAP;
	return sum - GAP;
}

static void
draw(struct grid *g, const struct rect *r, const struct hints *h)
{
	size_t columns = (h->n + 1) / 2;
	size_t i, row;
	int col = 1;

	grid_fill(g, r, STYLE_HINT);
	if (r->rows < 2)
		return;
	while (columns > 1 && total_cells(h, columns) > r->cols - 2)
		columns--;
	for (i = 0; i < columns; i++) {
		for (row = 0; row < 2; row++) {
			size_t at = i + row * columns;
			int c;

			if (at >= h->n)
				continue;
			c = grid_put_z(g, r, (int)row, col, STYLE_HINT_KEY,
			               h->keys[at]);
			(void)grid_put_z(g, r, (int)row, c + 1, STYLE_HINT,
			                 h->labels[at]);
		}
		col += column_cells(h, columns, i) + GAP;
	}
}

static void
add(struct hints *h, struct slice key, const char *label)
{
	struct slice head = slice_head(key, KEY_MAX - 1);
	size_t i;

	if (h->n == HINTS_MAX)
		return;
	for (i = 0; i < head.n; i++)
		h->keys[h->n][i] = head.p[i];
	h->keys[h->n][i] = '\0';
	h->labels[h->n++] = label;
}

static void
add_action(struct hints *h, const struct keymap *k, unsigned context,
           const struct action *a)
{
	struct str key;
	size_t i;

	if (a->hint == NULL || (a->contexts & context) == 0)
		return;
	for (i = 0; i < h->n; i++)
		if (h->labels[i] == a->hint)
			return;
	str_init(&key, KEY_MAX);
	if (keymap_name(k, context, a->id, &key))
		add(h, str_slice(&key), a->hint);
	str_release(&key);
}

void
w_hints_draw(struct grid *g, const struct rect *r, const struct keymap *k,
             unsigned context)
{
	struct hints h = { .n = 0 };
	const enum action_id *first = action_hint_order(context);
	size_t i, n;
	const struct action *t = action_table(&n);

	for (; *first != ACTION_NONE; first++)
		for (i = 0; i < n; i++)
			if (t[i].id == *first)
				add_action(&h, k, context, &t[i]);
	for (i = 0; i < n; i++)
		add_action(&h, k, context, &t[i]);
	/* the words themselves told which were there already */
	for (i = 0; i < h.n; i++)
		h.labels[i] = _(h.labels[i]);
	draw(g, r, &h);
}

void
w_hints_fixed(struct grid *g, const struct rect *r, const struct w_hint *hints,
              size_t n)
{
	struct hints h = { .n = 0 };
	size_t i;

	for (i = 0; i < n; i++)
		add(&h, slice_of(hints[i].key), hints[i].label);
	draw(g, r, &h);
}
