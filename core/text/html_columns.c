/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Data tables of an HTML text in columns, or record by record. */
#include "text/html_table.h"

#include <string.h>

#include "text/unicode.h"
#include "text/wrap.h"

#include "util/banned.h"

/* A narrower column cannot be read. */
#define COLUMN_MIN 10U
/* Blanks between columns. */
#define GAP            2U
#define LINE_BYTES_MAX 65536U

/* Width of each column, and whether it holds numbers. */
struct layout {
	size_t width[HTML_COLUMNS_MAX]; /* 0: it is empty and left out */
	bool numbers[HTML_COLUMNS_MAX];
	size_t columns;
};

bool
html_is_number(const char *text)
{
	static const char *const units[] = {
		"원", "₩",  "€",  "£", "¥",   "개",  "건",
		"회", "점", "명", "P", "KRW", "USD", "EA",
	};
	struct slice s = slice_of(text);
	bool digit = false;

	while (s.n > 0) {
		size_t n = 0;

		for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
			if (slice_starts(s, units[i]))
				n = strlen(units[i]);
		if (n == 0 && !byte_is_digit(s.p[0]) &&
		    strchr(digit ? " ,.%$()~\n" : " ,.-+%$()~\n", s.p[0]) ==
		            NULL)
			return false;
		digit = digit || byte_is_digit(s.p[0]);
		s = slice_from(s, n > 0 ? n : 1);
	}
	return digit;
}

/* Are the cells below the first row's cell k numbers, all that have words? */
static bool
numbers_below(const struct html_table *t, size_t k)
{
	size_t numbers = 0;

	for (size_t i = 1; i < t->n; i++) {
		const struct html_row *row = &t->rows[i];

		if (row->n != t->columns || row->cells[k].cells == 0)
			continue;
		if (!html_is_number(row->cells[k].text))
			return false;
		numbers++;
	}
	return numbers > 1;
}

/* Headings that nobody marked: words above numbers. */
static void
find_head(struct html_table *t)
{
	struct html_row *first = &t->rows[0];
	bool above = false;

	if (t->headed || t->n < 3 || t->columns < 3 || first->n != t->columns)
		return;
	for (size_t k = 0; k < first->n; k++) {
		if (first->cells[k].cells == 0 ||
		    html_is_number(first->cells[k].text))
			return;
		above = above || numbers_below(t, k);
	}
	first->head = above;
}

static void
measure(const struct html_table *t, struct layout *l)
{
	memset(l, 0, sizeof *l);
	l->columns = t->columns;
	for (size_t c = 0; c < t->columns; c++)
		l->numbers[c] = true;
	for (size_t i = 0; i < t->n; i++) {
		const struct html_row *row = &t->rows[i];

		for (size_t k = 0; k < row->n; k++) {
			const struct html_cell *cell = &row->cells[k];

			if (cell->span > 1 || cell->cells == 0)
				continue;
			if (cell->cells > l->width[cell->column])
				l->width[cell->column] = cell->cells;
			if (!row->head && !html_is_number(cell->text))
				l->numbers[cell->column] = false;
		}
	}
}

/* Cells from column on, gaps included. */
static size_t
width_of(const struct layout *l, size_t column, size_t span)
{
	size_t total = 0;

	for (size_t c = column; c < column + span && c < l->columns; c++)
		if (l->width[c] > 0)
			total += l->width[c] + (total > 0 ? GAP : 0);
	return total;
}

/* A cell over several columns that needs more room than they have makes the
 * last of them wider. */
static void
widen(const struct html_table *t, struct layout *l)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct html_row *row = &t->rows[i];

		for (size_t k = 0; k < row->n && row->n > 1; k++) {
			const struct html_cell *cell = &row->cells[k];
			size_t width = width_of(l, cell->column, cell->span);
			size_t last = cell->column + cell->span - 1;

			if (cell->span == 1 || cell->cells <= width)
				continue;
			if (l->width[last] == 0 && width > 0)
				width += GAP;
			if (cell->cells > width)
				l->width[last] += cell->cells - width;
		}
	}
}

/* Make the widest columns narrower until all fit.  false: too narrow. */
static bool
shrink(struct layout *l, size_t room)
{
	size_t total = width_of(l, 0, l->columns);

	while (total > room) {
		size_t widest = 0, count = 0, second = 0, cut;

		for (size_t c = 0; c < l->columns; c++)
			if (l->width[c] > widest)
				widest = l->width[c];
		for (size_t c = 0; c < l->columns; c++) {
			count += l->width[c] == widest;
			if (l->width[c] < widest && l->width[c] > second)
				second = l->width[c];
		}
		if (widest <= COLUMN_MIN)
			return false;
		cut = (total - room + count - 1) / count;
		if (second < COLUMN_MIN)
			second = COLUMN_MIN;
		if (cut > widest - second)
			cut = widest > second ? widest - second : 1;
		for (size_t c = 0; c < l->columns; c++)
			if (l->width[c] == widest)
				l->width[c] -= cut;
		total -= cut * count;
	}
	return true;
}

static void
add_spaces(struct str *s, size_t n)
{
	while (n-- > 0)
		str_add_c(s, ' ');
}

static void
write_line(struct render *r, struct str *line)
{
	html_out_break(r->out);
	html_out_plain(r->out, slice_rtrim(str_slice(line)));
	html_out_break(r->out);
	str_clear(line);
}

/* What is left of a cell while its row is written. */
struct left {
	struct slice lines;
	struct slice line;
};

/* The next piece of a cell that fits into width. */
static struct slice
next_piece(struct left *left, size_t width)
{
	struct slice piece = SLICE_NONE;

	if (left->line.n == 0 && !slice_line(&left->lines, &left->line))
		return piece;
	if (!wrap_next(&left->line, width, &piece))
		left->line.n = 0;
	return piece;
}

/* One line of a row.  false: there was none left. */
static bool
add_line(const struct html_row *row, const struct layout *l, struct left *left,
         struct str *line)
{
	bool any = false;

	for (size_t k = 0; k < row->n; k++) {
		const struct html_cell *cell = &row->cells[k];
		size_t width = width_of(l, cell->column, cell->span);
		bool right = cell->span == 1 && l->numbers[cell->column];
		struct slice piece;
		size_t cells, pad;

		if (width == 0)
			continue;
		any = any || left[k].line.n > 0 || left[k].lines.n > 0;
		piece = next_piece(&left[k], width);
		cells = unicode_cells(piece);
		pad = width > cells ? width - cells : 0;
		if (right)
			add_spaces(line, pad);
		str_add_slice(line, piece);
		add_spaces(line, right ? GAP : pad + GAP);
	}
	return any;
}

static void
write_row(struct render *r, const struct html_row *row, const struct layout *l)
{
	struct left left[HTML_COLUMNS_MAX];
	struct str line;

	str_init(&line, LINE_BYTES_MAX);
	for (size_t k = 0; k < row->n; k++)
		left[k] = (struct left){ slice_of(row->cells[k].text),
			                 SLICE_NONE };
	while (add_line(row, l, left, &line))
		write_line(r, &line);
	str_release(&line);
}

static void
write_columns(struct render *r, const struct html_table *t,
              const struct layout *l)
{
	size_t total = width_of(l, 0, l->columns);
	struct str dashes;

	str_init(&dashes, LINE_BYTES_MAX);
	for (size_t i = 0; i < t->n; i++) {
		bool ends_head =
			t->rows[i].head && i + 1 < t->n && !t->rows[i + 1].head;

		write_row(r, &t->rows[i], l);
		if (!ends_head)
			continue;
		for (size_t c = 0; c < total; c++)
			str_add_c(&dashes, '-');
		write_line(r, &dashes);
	}
	str_release(&dashes);
}

/* A cell's lines as one. */
static void
add_joined(const struct html_cell *cell, struct str *line)
{
	struct slice rest = slice_of(cell->text);
	struct slice piece;
	bool first = true;

	while (slice_line(&rest, &piece)) {
		if (!first)
			str_add_z(line, " / ");
		str_add_slice(line, piece);
		first = false;
	}
}

/* "heading: cell" below each other, or cells joined. */
static void
write_record(struct render *r, const struct html_row *head,
             const struct html_row *row)
{
	struct str line;

	str_init(&line, LINE_BYTES_MAX);
	for (size_t k = 0; k < row->n; k++) {
		if (row->cells[k].cells == 0)
			continue;
		if (head != NULL && row->n == head->n &&
		    head->cells[k].cells > 0) {
			add_joined(&head->cells[k], &line);
			str_add_z(&line, ": ");
		} else if (line.n > 0) {
			str_add_z(&line, " | ");
		}
		add_joined(&row->cells[k], &line);
		if (head != NULL)
			write_line(r, &line);
	}
	if (line.n > 0)
		write_line(r, &line);
	str_release(&line);
}

static void
write_records(struct render *r, const struct html_table *t)
{
	const struct html_row *head = &t->rows[0];

	if (!head->head || head->n != t->columns)
		head = NULL;
	for (size_t i = head != NULL ? 1 : 0; i < t->n; i++) {
		write_record(r, head, &t->rows[i]);
		if (head != NULL)
			html_out_gap(r->out);
	}
}

void
html_write_table(struct render *r, struct html_table *t)
{
	struct layout l;
	size_t prefix = r->out->prefix.n;
	size_t room = r->cells > prefix ? r->cells - prefix : 1;

	find_head(t);
	measure(t, &l);
	widen(t, &l);
	if (width_of(&l, 0, l.columns) == 0)
		return;
	html_out_gap(r->out);
	if (shrink(&l, room))
		write_columns(r, t, &l);
	else
		write_records(r, t);
	html_out_gap(r->out);
}
