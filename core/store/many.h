/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes of many messages, made in pieces and taken back as one. */
#ifndef STORE_MANY_H
#define STORE_MANY_H

#include "store/store.h"
#include "util/array.h"

/* Messages a piece: others get the store in between. */
#define STORE_PIECE 200

/* One change: one of these. */
struct store_wish {
	enum folder folder; /* FOLDER_ANY: none */
	unsigned flags;     /* to be set */
	const char *label;  /* to be added; NULL: none */
	unsigned clear;     /* flags to be cleared */
};

/* Changes that belong together.  Zeroed is ready. */
struct store_many {
	int64_t undo; /* takes all of them back; 0: none was made */
	int64_t moves, flags;

	struct store_many_label {
		char *label;
		int64_t token;
	} * labels;

	size_t label_count;
};

/* One piece, whole or not at all; what was done before stays.  n: any. */
int store_many_change(struct store *s, struct store_many *m,
                      const struct store_wish *w, const int64_t *ids, size_t n,
                      struct err *err);
void store_many_release(struct store_many *m);

/* The ids of all that a view shows, the newest first; owned, NULL for none. */
int store_view_ids(struct store *s, const struct store_view *view,
                   int64_t **ids_r, size_t *n_r, struct err *err);
/* How many changes of messages a token takes back. */
int store_undo_size(struct store *s, int64_t token, uint64_t *n_r,
                    struct err *err);
/* Take back up to n changes of a token, the last ones first; the rest can be
 * taken back as before.  *left_r: is there a rest? */
int store_undo_piece(struct store *s, int64_t token, size_t n, bool *left_r,
                     struct err *err);

#endif
