/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Taking back what was done to the fields and attachments of a message. */
#include "tui/compose.h"

#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

#include "util/banned.h"

/*
 * 1. The text has an undo of its own (edit_buf).
 * 2. A change holds what is not there at the moment: the other text of a line, or
 *    a file that was taken away (nothing, when taking back means to take it
 *    away).  Undo and redo are the same swap.
 * 3. What is typed into a line in one go is taken back in one go.
 */

/* Changes kept; more than one message has. */
#define CHANGES_MAX 1000

static void
change_free(struct compose_change *ch)
{
	free(ch->text);
	compose_file_free(&ch->file);
}

static void
cut(struct compose *c, size_t n)
{
	while (c->changes.n > n)
		change_free(&c->changes.v[--c->changes.n]);
	if (c->done > n)
		c->done = n;
}

void
compose_forget_changes(struct compose *c)
{
	cut(c, 0);
	array_release(&c->changes);
	c->changes_join = false;
}

static struct compose_change *
add(struct compose *c, enum compose_field f)
{
	struct compose_change *ch;

	cut(c, c->done);
	if (c->changes.n == CHANGES_MAX)
		cut(c, 0);
	ch = array_add_new(&c->changes);
	ch->field = f;
	c->done = c->changes.n;
	return ch;
}

void
compose_note_line(struct compose *c, enum compose_field f, struct slice before,
                  size_t cursor, bool typed)
{
	struct compose_change *last =
		c->done > 0 ? &c->changes.v[c->done - 1] : NULL;
	bool join = typed && c->changes_join && last != NULL &&
	            last->field == f && c->done == c->changes.n;

	if (!join) {
		struct compose_change *ch = add(c, f);

		ch->text = slice_dup(before);
		ch->cursor = cursor;
	}
	c->changes_join = typed;
	c->touched = true;
}

void
compose_note_file(struct compose *c, size_t at, struct compose_file *file)
{
	struct compose_change *ch = add(c, COMPOSE_FILES);

	ch->at = at;
	if (file != NULL)
		ch->file = *file;
	c->changes_join = false;
}

static void
swap_line(struct compose *c, struct compose_change *ch)
{
	struct w_line *w = &c->lines[ch->field];
	char *now = slice_dup(w_line_get(w));
	size_t cursor = w->cursor;

	w_line_set(w, slice_of(ch->text));
	w->cursor = ch->cursor < w->text.n ? ch->cursor : w->text.n;
	free(ch->text);
	ch->text = now;
	ch->cursor = cursor;
	c->focus = ch->field;
}

static void
swap_file(struct compose *c, struct compose_change *ch)
{
	struct compose_file none = { 0 };

	if (ch->file.name == NULL) {
		ch->file = c->files.v[ch->at];
		c->files.n--;
		memmove(c->files.v + ch->at, c->files.v + ch->at + 1,
		        (c->files.n - ch->at) * sizeof none);
	} else {
		array_add(&c->files, none);
		memmove(c->files.v + ch->at + 1, c->files.v + ch->at,
		        (c->files.n - 1 - ch->at) * sizeof none);
		c->files.v[ch->at] = ch->file;
		ch->file = none;
	}
	if (c->focus == COMPOSE_FILES && c->files.n == 0)
		c->focus = COMPOSE_SUBJECT;
}

bool
compose_undo(struct compose *c, bool again)
{
	struct compose_change *ch;

	if (again ? c->done == c->changes.n : c->done == 0)
		return false;
	ch = &c->changes.v[again ? c->done++ : --c->done];
	if (ch->field == COMPOSE_FILES)
		swap_file(c, ch);
	else
		swap_line(c, ch);
	c->changes_join = false;
	c->touched = true;
	return true;
}
