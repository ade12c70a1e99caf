/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pane of accounts and folders. */
#include "tui/pane_folders.h"

#include <stdlib.h>
#include <string.h>

#include "tui/text_fmt.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

void
pane_folders_init(struct pane_folders *p, const struct model *m)
{
	memset(p, 0, sizeof *p);
	p->model = m;
}

static void
clear(struct pane_folders *p)
{
	struct folder_row *f;

	array_foreach(&p->rows, f)
		free(f->name);
	p->rows.n = 0;
}

void
pane_folders_release(struct pane_folders *p)
{
	if (p == NULL)
		return;
	clear(p);
	array_release(&p->rows);
}

/* Takes name. */
static int
add(struct pane_folders *p, char *name, int64_t account, enum folder folder,
    struct err *err)
{
	struct folder_row f = { .name = name,
		                .account = account,
		                .folder = folder };
	struct store_view view = { .account = account, .folder = folder };
	int rc = 0;

	if (name != NULL)
		rc = p->model->count(p->model->ctx, &view, &f.total, &f.unread,
		                     err);
	array_add(&p->rows, f);
	return rc;
}

int
pane_folders_load(struct pane_folders *p, const int64_t *accounts, size_t n,
                  int64_t scope, struct err *err)
{
	static const enum folder folders[] = { FOLDER_SENT, FOLDER_DRAFTS,
		                               FOLDER_ARCHIVE, FOLDER_SPAM,
		                               FOLDER_TRASH };

	size_t i;
	int rc;

	clear(p);
	rc = add(p, xstrdup(_("All")), 0, FOLDER_INBOX, err);
	for (i = 0; i < n && rc == 0; i++) {
		char *name = p->model->account_name(p->model->ctx, accounts[i]);

		rc = add(p, name != NULL ? name : xstrdup("?"), accounts[i],
		         FOLDER_INBOX, err);
	}
	if (rc == 0)
		rc = add(p, NULL, 0, FOLDER_INBOX, err);
	for (i = 0; i < sizeof folders / sizeof folders[0] && rc == 0; i++) {
		rc = add(p, xstrdup(fmt_folder(folders[i])), scope, folders[i],
		         err);
		p->rows.v[p->rows.n - 1].is_folder = true;
	}
	if (p->selected >= p->rows.n)
		p->selected = 0;
	return rc;
}

void
pane_folders_move(struct pane_folders *p, int n)
{
	int step = n > 0 ? 1 : -1;

	for (; n != 0; n -= step) {
		size_t at = p->selected;

		do {
			if (step < 0 ? at == 0 : at + 1 >= p->rows.n)
				return;
			at = step > 0 ? at + 1 : at - 1;
		} while (p->rows.v[at].name == NULL);
		p->selected = at;
	}
}

void
pane_folders_select(struct pane_folders *p, int64_t account, enum folder folder)
{
	size_t i;

	for (i = 0; i < p->rows.n; i++) {
		const struct folder_row *f = &p->rows.v[i];

		if (f->name != NULL && f->folder == folder &&
		    f->account == account)
			p->selected = i;
	}
}

const struct folder_row *
pane_folders_get(const struct pane_folders *p)
{
	return p->selected < p->rows.n ? &p->rows.v[p->selected] : NULL;
}

static void
draw_row(const struct pane_folders *p, struct grid *g, const struct rect *r,
         int row, size_t at, bool focus)
{
	const struct folder_row *f = &p->rows.v[at];
	enum style st = f->unread > 0 ? STYLE_UNREAD : STYLE_TEXT;
	bool account = !f->is_folder && f->account != 0;
	/* drafts are counted, whether read or not */
	uint64_t n = f->folder == FOLDER_DRAFTS ? f->total : f->unread;
	struct str count;
	int col = 0;

	if (at == p->selected)
		st = focus ? STYLE_CURSOR : STYLE_CURSOR_IDLE;
	str_init(&count, 32);
	if (n > 0)
		fmt_count(n, &count);
	grid_fill_row(g, r, row, 0, st);
	col = grid_put_z(g, r, row, 0, st,
	                 account        ? "   "
	                 : f->is_folder ? " "
	                                : " ▾ ");
	(void)grid_field(g, r, row, col, r->cols - col - 8, st,
	                 slice_of(f->name));
	(void)grid_field_right(g, r, row, r->cols - 8, 7, st,
	                       str_slice(&count));
	str_release(&count);
}

static void
draw_rule(struct grid *g, const struct rect *r, int row)
{
	int col;

	for (col = 1; col < r->cols - 1; col++)
		(void)grid_put_z(g, r, row, col, STYLE_RULE, "─");
}

void
pane_folders_draw(struct pane_folders *p, struct grid *g, const struct rect *r,
                  bool focus)
{
	int row;

	if (r->rows <= 0)
		return;
	grid_fill(g, r, STYLE_TEXT);
	if (p->selected < p->top)
		p->top = p->selected;
	if (p->selected >= p->top + (size_t)r->rows)
		p->top = p->selected - (size_t)r->rows + 1;
	for (row = 0; row < r->rows; row++) {
		size_t at = p->top + (size_t)row;

		if (at >= p->rows.n)
			break;
		if (p->rows.v[at].name == NULL)
			draw_rule(g, r, row);
		else
			draw_row(p, g, r, row, at, focus);
	}
	if (focus)
		grid_cursor(g, r, (int)(p->selected - p->top), 0);
}

bool
pane_folders_click(struct pane_folders *p, int row)
{
	size_t at = p->top + (size_t)row;

	if (row < 0 || at >= p->rows.n || p->rows.v[at].name == NULL)
		return false;
	p->selected = at;
	return true;
}
