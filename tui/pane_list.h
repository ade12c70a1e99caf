/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pane that lists messages. */
#ifndef TUI_PANE_LIST_H
#define TUI_PANE_LIST_H

#include "tui/grid.h"
#include "tui/model_list.h"
#include "util/map.h"

struct pane_list {
	struct model_list list;
	size_t top;        /* index of the first row drawn */
	int64_t top_id;    /* its message, to find it again after a reload */
	bool top_first;    /* it was the first of all */
	int rows;          /* as last drawn */
	struct map names;  /* account number -> label, owned */
	const char *empty; /* sentence for an empty list; NULL: default */
};

void pane_list_init(struct pane_list *p, const struct model *m);
void pane_list_release(struct pane_list *p);
/* Account names may have changed. */
void pane_list_forget_names(struct pane_list *p);
/* now: for dates. */
void pane_list_draw(struct pane_list *p, struct grid *g, const struct rect *r,
                    bool focus, int64_t now);
/* Index into list.rows of a drawn row; false: nothing there. */
bool pane_list_at(const struct pane_list *p, int row, size_t *index_r);
/* Label of an account number; borrowed. */
const char *pane_list_account(struct pane_list *p, int64_t account);

#endif
