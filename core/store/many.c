/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Changes of many messages, made in pieces and taken back as one.
 *
 * 1. Each piece is a transaction: killed between two of them, what was done is
 *    done and can be taken back.
 * 2. All moves share one undo token, all flags one, each label one: however many
 *    pieces there are, the undo of other changes is not pushed out.
 * 3. The tokens are known only once their transaction is through.
 */
#include "store/many.h"

#include <stdlib.h>

#include "store/store_impl.h"
#include "util/step.h"
#include "util/xalloc.h"

#include "util/banned.h"

static struct store_many_label *
find_label(struct store_many *m, const char *label)
{
	for (size_t i = 0; i < m->label_count; i++)
		if (slice_eq_z(slice_of(m->labels[i].label), label))
			return &m->labels[i];
	m->labels =
		xreallocarray(m->labels, m->label_count + 1, sizeof *m->labels);
	m->labels[m->label_count] =
		(struct store_many_label){ xstrdup(label), 0 };
	return &m->labels[m->label_count++];
}

/* Where the token of such a change is kept. */
static int64_t *
token_of(struct store_many *m, const struct change *c)
{
	switch (c->kind) {
	case UNDO_MOVE:
		return &m->moves;
	case UNDO_FLAGS:
		return &m->flags;
	case UNDO_LABEL:
	case UNDO_GROUP:
		break;
	}
	return &find_label(m, c->label)->token;
}

int
store_many_change(struct store *s, struct store_many *m,
                  const struct store_wish *w, const int64_t *ids, size_t n,
                  struct err *err)
{
	struct change c = { .kind = w->label != NULL          ? UNDO_LABEL
		                    : w->folder != FOLDER_ANY ? UNDO_MOVE
		                                              : UNDO_FLAGS,
		            .set = w->flags,
		            .clear = w->clear,
		            .folder = w->folder,
		            .label = w->label,
		            .add = true };
	int64_t *token = token_of(m, &c);
	int64_t group = m->undo;

	if (n == 0)
		return 0;
	c.token = *token;
	c.group = &group;
	if (change_all(s, ids, n, &c, err) != 0)
		return -1;
	step("piece");
	*token = c.token;
	m->undo = group;
	return 0;
}

void
store_many_release(struct store_many *m)
{
	for (size_t i = 0; i < m->label_count; i++)
		free(m->labels[i].label);
	free(m->labels);
	*m = (struct store_many){ 0 };
}
