/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A list of messages as a window that moves over any number of them. */
#ifndef TUI_MODEL_LIST_H
#define TUI_MODEL_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/model.h"
#include "util/array.h"

/* Rows held on each side of the selected one. */
#define MODEL_LIST_SIDE 150

/*
 * 1. rows is a contiguous part of the view, newest first; at_start and at_end
 *    tell whether it touches the ends.
 * 2. selected is an index into rows, 0 when there are none.
 * 3. Moving near an edge loads around the selection; the whole folder is
 *    never read.
 */
struct model_list {
	const struct model *model;
	struct store_view view; /* strings owned */
	char *label, *search;
	struct store_rows rows;
	size_t selected;
	bool at_start, at_end;
	uint64_t total, unread;
	ARRAY(int64_t) tagged; /* ids, in no order */
};

void model_list_init(struct model_list *l, const struct model *m);
void model_list_release(struct model_list *l);
/* Show another view from its top; tags are forgotten.  view is copied. */
int model_list_open(struct model_list *l, const struct store_view *view,
                    struct err *err);
/* Read again; the selected message stays selected, or the one that moved up
 * into its place. */
int model_list_reload(struct model_list *l, struct err *err);
const struct store_row *model_list_get(const struct model_list *l);
/* Move by n rows; returns how far it went. */
int model_list_move(struct model_list *l, int n, struct err *err);
int model_list_first(struct model_list *l, struct err *err);
int model_list_last(struct model_list *l, struct err *err);
/* Select the next (or, before, previous) unread one, round the end. 1 found, 0
 * none, -1. */
int model_list_unread(struct model_list *l, bool before, struct err *err);
/* Select a message of the window by id; false when it is not in it. */
bool model_list_select(struct model_list *l, int64_t id);

bool model_list_tagged(const struct model_list *l, int64_t id);
void model_list_tag(struct model_list *l, int64_t id, bool on);
/* All of these and no others; takes ids. */
void model_list_tag_all(struct model_list *l, int64_t *ids, size_t n);
void model_list_untag(struct model_list *l);
/* What a command works on: the tagged ones, else the selected one.  Owned
 * array, NULL when there is none. */
int64_t *model_list_targets(const struct model_list *l, size_t *n_r);

#endif
