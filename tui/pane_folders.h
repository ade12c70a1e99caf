/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pane of accounts and folders. */
#ifndef TUI_PANE_FOLDERS_H
#define TUI_PANE_FOLDERS_H

#include "tui/grid.h"
#include "tui/model.h"
#include "util/array.h"

struct folder_row {
	char *name;      /* owned; NULL: a rule */
	int64_t account; /* 0: all */
	enum folder folder;
	bool is_folder; /* of the account in scope, below the rule */
	uint64_t unread, total;
};

struct pane_folders {
	const struct model *model;
	ARRAY(struct folder_row) rows;
	size_t selected, top;
};

void pane_folders_init(struct pane_folders *p, const struct model *m);
void pane_folders_release(struct pane_folders *p);
/* Build rows anew: accounts are n numbers; folders are those of scope (0:
 * all).  Keeps the selection where it is. */
int pane_folders_load(struct pane_folders *p, const int64_t *accounts, size_t n,
                      int64_t scope, struct err *err);
/* Move by n rows, over the rule. */
void pane_folders_move(struct pane_folders *p, int n);
/* Select what shows that account and folder. */
void pane_folders_select(struct pane_folders *p, int64_t account,
                         enum folder folder);
const struct folder_row *pane_folders_get(const struct pane_folders *p);
void pane_folders_draw(struct pane_folders *p, struct grid *g,
                       const struct rect *r, bool focus);
/* Select the row that is drawn there; false: none. */
bool pane_folders_click(struct pane_folders *p, int row);

#endif
