/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A list of messages as a window that moves over any number of them. */
#include "tui/model_list.h"

#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

#include "util/banned.h"

/* Reload when the selection comes this near to an edge that is no end. */
#define MARGIN 50

void
model_list_init(struct model_list *l, const struct model *m)
{
	memset(l, 0, sizeof *l);
	l->model = m;
}

void
model_list_release(struct model_list *l)
{
	if (l == NULL)
		return;
	store_rows_release(&l->rows);
	array_release(&l->tagged);
	free(l->label);
	free(l->search);
	l->label = l->search = NULL;
}

/* Put b behind a; b becomes empty. */
static void
append(struct store_rows *a, struct store_rows *b)
{
	if (b->n > 0) {
		a->v = xreallocarray(a->v, a->n + b->n, sizeof *a->v);
		memcpy(a->v + a->n, b->v, b->n * sizeof *a->v);
		a->n += b->n;
	}
	free(b->v);
	*b = (struct store_rows){ NULL, 0 };
}

/* Just before key in list order, so that "after" includes key itself. */
static struct store_key
including(struct store_key key)
{
	if (key.id < INT64_MAX)
		key.id++;
	return key;
}

/* Load the window around key, which need not exist any more. */
static int
load_around(struct model_list *l, struct store_key key, struct err *err)
{
	struct store_key edge = including(key);
	struct store_rows before = { NULL, 0 }, after = { NULL, 0 };
	const struct model *m = l->model;

	if (m->list(m->ctx, &l->view, &edge, true, MODEL_LIST_SIDE, &before,
	            err) != 0)
		return -1;
	if (m->list(m->ctx, &l->view, &edge, false, MODEL_LIST_SIDE, &after,
	            err) != 0) {
		store_rows_release(&before);
		return -1;
	}
	store_rows_release(&l->rows);
	l->at_start = before.n < MODEL_LIST_SIDE;
	l->at_end = after.n < MODEL_LIST_SIDE;
	l->selected = before.n;
	l->rows = before;
	append(&l->rows, &after);
	if (l->selected >= l->rows.n)
		l->selected = l->rows.n > 0 ? l->rows.n - 1 : 0;
	return 0;
}

static int
load_top(struct model_list *l, struct err *err)
{
	struct store_rows rows = { NULL, 0 };

	if (l->model->list(l->model->ctx, &l->view, NULL, false,
	                   2 * MODEL_LIST_SIDE, &rows, err) != 0)
		return -1;
	store_rows_release(&l->rows);
	l->rows = rows;
	l->at_start = true;
	l->at_end = rows.n < 2 * MODEL_LIST_SIDE;
	l->selected = 0;
	return 0;
}

static int
load_count(struct model_list *l, struct err *err)
{
	return l->model->count(l->model->ctx, &l->view, &l->total, &l->unread,
	                       err);
}

int
model_list_open(struct model_list *l, const struct store_view *view,
                struct err *err)
{
	char *label = view->label != NULL ? xstrdup(view->label) : NULL;
	char *search = view->search != NULL ? xstrdup(view->search) : NULL;

	free(l->label);
	free(l->search);
	l->view = *view;
	l->view.label = l->label = label;
	l->view.search = l->search = search;
	model_list_untag(l);
	if (load_top(l, err) != 0)
		return -1;
	return load_count(l, err);
}

static struct store_key
key_of(const struct store_row *r)
{
	return (struct store_key){ r->date, r->id };
}

int
model_list_reload(struct model_list *l, struct err *err)
{
	const struct store_row *r = model_list_get(l);
	int rc = r != NULL ? load_around(l, key_of(r), err) : load_top(l, err);

	return rc == 0 ? load_count(l, err) : -1;
}

const struct store_row *
model_list_get(const struct model_list *l)
{
	return l->selected < l->rows.n ? &l->rows.v[l->selected] : NULL;
}

static int
widen(struct model_list *l, struct err *err)
{
	bool low = l->selected < MARGIN && !l->at_start;
	bool high = l->selected + MARGIN >= l->rows.n && !l->at_end;

	if (l->rows.n == 0 || (!low && !high))
		return 0;
	return load_around(l, key_of(&l->rows.v[l->selected]), err);
}

int
model_list_move(struct model_list *l, int n, struct err *err)
{
	int moved = 0;

	while (moved != n) {
		int step = n > 0 ? 1 : -1;

		if (n < 0 ? l->selected == 0 : l->selected + 1 >= l->rows.n)
			break;
		l->selected = n > 0 ? l->selected + 1 : l->selected - 1;
		moved += step;
		if (widen(l, err) != 0)
			break;
	}
	return moved;
}

int
model_list_first(struct model_list *l, struct err *err)
{
	if (l->at_start) {
		l->selected = 0;
		return 0;
	}
	return load_top(l, err);
}

int
model_list_last(struct model_list *l, struct err *err)
{
	static const struct store_key oldest = { INT64_MIN, INT64_MIN };
	struct store_rows rows = { NULL, 0 };

	if (!l->at_end) {
		if (l->model->list(l->model->ctx, &l->view, &oldest, true,
		                   2 * MODEL_LIST_SIDE, &rows, err) != 0)
			return -1;
		store_rows_release(&l->rows);
		l->rows = rows;
		l->at_end = true;
		l->at_start = rows.n < 2 * MODEL_LIST_SIDE;
	}
	l->selected = l->rows.n > 0 ? l->rows.n - 1 : 0;
	return 0;
}

/* In the window, without loading. */
static bool
unread_in_window(struct model_list *l, bool before)
{
	size_t i = l->selected;

	while (before ? i > 0 : i + 1 < l->rows.n) {
		i = before ? i - 1 : i + 1;
		if ((l->rows.v[i].flags & STORE_SEEN) == 0) {
			l->selected = i;
			return true;
		}
	}
	return false;
}

/* The next unread one anywhere: the store knows. */
static int
unread_beyond(struct model_list *l, const struct store_key *key, bool before,
              struct err *err)
{
	struct store_view view = l->view;
	struct store_rows rows = { NULL, 0 };
	int rc;

	view.unread_only = true;
	if (l->model->list(l->model->ctx, &view, key, before, 1, &rows, err) !=
	    0)
		return -1;
	rc = rows.n > 0;
	if (rc == 1 && load_around(l, key_of(&rows.v[0]), err) != 0)
		rc = -1;
	store_rows_release(&rows);
	return rc;
}

int
model_list_unread(struct model_list *l, bool before, struct err *err)
{
	static const struct store_key oldest = { INT64_MIN, INT64_MIN };
	struct store_key key;
	int rc;

	if (l->rows.n == 0)
		return 0;
	if (unread_in_window(l, before))
		return widen(l, err) == 0 ? 1 : -1;
	key = key_of(&l->rows.v[l->selected]);
	rc = unread_beyond(l, &key, before, err);
	if (rc != 0)
		return rc;
	return unread_beyond(l, before ? &oldest : NULL, before, err);
}

bool
model_list_select(struct model_list *l, int64_t id)
{
	size_t i;

	for (i = 0; i < l->rows.n; i++) {
		if (l->rows.v[i].id == id) {
			l->selected = i;
			return true;
		}
	}
	return false;
}

bool
model_list_tagged(const struct model_list *l, int64_t id)
{
	size_t i;

	for (i = 0; i < l->tagged.n; i++)
		if (l->tagged.v[i] == id)
			return true;
	return false;
}

void
model_list_tag(struct model_list *l, int64_t id, bool on)
{
	size_t i;

	for (i = 0; i < l->tagged.n; i++)
		if (l->tagged.v[i] == id)
			break;
	if (on && i == l->tagged.n)
		array_add(&l->tagged, id);
	else if (!on && i < l->tagged.n)
		l->tagged.v[i] = l->tagged.v[--l->tagged.n];
}

void
model_list_tag_all(struct model_list *l, int64_t *ids, size_t n)
{
	array_release(&l->tagged);
	l->tagged.v = ids;
	l->tagged.n = l->tagged.cap = n;
}

void
model_list_untag(struct model_list *l)
{
	l->tagged.n = 0;
}

int64_t *
model_list_targets(const struct model_list *l, size_t *n_r)
{
	const struct store_row *r = model_list_get(l);
	int64_t *ids;

	*n_r = l->tagged.n > 0 ? l->tagged.n : r != NULL;
	if (*n_r == 0)
		return NULL;
	ids = xcalloc(*n_r, sizeof *ids);
	if (l->tagged.n > 0)
		memcpy(ids, l->tagged.v, *n_r * sizeof *ids);
	else if (r != NULL)
		ids[0] = r->id;
	return ids;
}
