/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Going through the words that a speller does not know. */
#include "tui/app_priv.h"

#include <stdlib.h>

#include "text/unicode.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

/*
 * 1. The text is checked once; a->spell.words are places in it as it was then.
 *    Nothing but this changes it meanwhile: a->spell_shift is what the words
 *    replaced so far made it longer.
 * 2. The cursor stands on the word that is asked about.
 */

/* Items of the box that are no suggestion. */
enum spell_act {
	SPELL_LEAVE = -1,
	SPELL_LEAVE_ALL = -2,
	SPELL_WRITE = -3,
	SPELL_LEARN = -4,
};

/* Cells of the text shown on each side of a word. */
#define CONTEXT_CELLS 16
/* Bytes of them. */
#define CONTEXT_BYTES 64

static size_t
place(const struct app *a)
{
	return (size_t)((int64_t)a->spell.words.v[a->spell_at].at +
	                a->spell_shift);
}

/* The word asked about, appended. */
static void
word_text(const struct app *a, size_t i, struct str *out)
{
	const struct spelling_word *w = &a->spell.words.v[i];
	size_t at = (size_t)((int64_t)w->at + a->spell_shift);

	edit_buf_copy(editor_buf(a->compose->editor), at, at + w->n, out);
}

/* "… before WORD after …" */
static void
add_context(const struct app *a, struct str *out)
{
	struct edit_buf *b = editor_buf(a->compose->editor);
	size_t n = a->spell.words.v[a->spell_at].n;
	size_t at = place(a), from = at;
	size_t low = edit_buf_line_start(b, at);
	size_t to = edit_buf_line_end(b, at);
	size_t cells = 0;
	struct str tail;

	while (from > low && at - from < CONTEXT_BYTES &&
	       cells < CONTEXT_CELLS) {
		from = edit_buf_prev(b, from);
		cells++;
	}
	str_add_z(out, from > low ? "…" : "");
	edit_buf_copy(b, from, at, out);
	str_add_z(out, "[");
	edit_buf_copy(b, at, at + n, out);
	str_add_z(out, "]");
	str_init(&tail, COMPOSE_TEXT_MAX);
	edit_buf_copy(b, at + n,
	              to < at + n + CONTEXT_BYTES ? to : at + n + CONTEXT_BYTES,
	              &tail);
	str_add_slice(out, unicode_fit(str_slice(&tail), CONTEXT_CELLS, NULL));
	str_release(&tail);
}

static void
ask(struct app *a)
{
	const struct spelling_word *w = &a->spell.words.v[a->spell_at];
	struct str s;
	size_t i;

	editor_set_cursor(a->compose->editor, place(a));
	a->compose->focus = COMPOSE_BODY;
	str_init(&s, 1024);
	add_context(a, &s);
	str_printf(&s, "  %zu/%zu", a->spell_at + 1, a->spell.words.n);
	app_pick_start(a, PICK_SPELL, s.p);
	str_release(&s);
	for (i = 0; i < w->suggestion_count; i++)
		w_pick_add(&a->picker, w->suggestions[i], NULL, (int64_t)i);
	w_pick_add(&a->picker, _("Leave it"), NULL, SPELL_LEAVE);
	w_pick_add(&a->picker, _("Leave it everywhere"), NULL, SPELL_LEAVE_ALL);
	w_pick_add(&a->picker, _("Write it otherwise"), NULL, SPELL_WRITE);
	w_pick_add(&a->picker, _("Add it to the dictionary"), NULL,
	           SPELL_LEARN);
}

static void
finish(struct app *a)
{
	app_say(a, STYLE_OK,
	        N_N("spelling checked, %zu word changed",
	            "spelling checked, %zu words changed", a->spell_changed),
	        a->spell_changed);
	spelling_release(&a->spell);
}

static void
next(struct app *a)
{
	a->spell_at++;
	if (a->spell_at < a->spell.words.n)
		ask(a);
	else
		finish(a);
}

/* ---- the program, in a worker ---- */

/* A text to check, or a word to learn. */
struct spell_work {
	struct app_work w;
	char *command;
	char *key;        /* of the message */
	unsigned version; /* of its text */
	struct str text;
	struct spelling found;
};

static void
spell_free(struct engine_work *work)
{
	struct spell_work *w = (struct spell_work *)work;

	free(w->command);
	free(w->key);
	str_release(&w->text);
	spelling_release(&w->found);
	free(w);
}

static int
check_run(struct engine_work *work, int cancel_fd, struct err *err)
{
	struct spell_work *w = (struct spell_work *)work;

	return spelling_check(w->command, str_slice(&w->text), cancel_fd,
	                      &w->found, err);
}

static int
learn_run(struct engine_work *work, int cancel_fd, struct err *err)
{
	struct spell_work *w = (struct spell_work *)work;

	return spelling_learn(w->command, str_slice(&w->text), cancel_fd, err);
}

static void
checked(struct app *a, struct app_work *work)
{
	struct spell_work *w = (struct spell_work *)work;

	if (!app_composes(a, w->key) ||
	    edit_buf_version(editor_buf(a->compose->editor)) != w->version) {
		app_say(a, STYLE_WARN,
		        _("the text was changed meanwhile: check again"));
		return;
	}
	spelling_release(&a->spell);
	a->spell = w->found;
	w->found = (struct spelling){ 0 };
	a->spell_at = a->spell_changed = 0;
	a->spell_shift = 0;
	if (a->spell.words.n == 0)
		app_say(a, STYLE_OK, _("no mistakes found"));
	else
		ask(a);
}

static struct spell_work *
new_work(const struct app *a,
         int (*run)(struct engine_work *, int, struct err *))
{
	struct spell_work *w = xcalloc(1, sizeof *w);

	w->w.work.run = run;
	w->w.work.free = spell_free;
	w->command = a->conf.speller != NULL ? xstrdup(a->conf.speller) : NULL;
	w->key = app_compose_key_dup(a);
	w->version = edit_buf_version(editor_buf(a->compose->editor));
	str_init(&w->text, COMPOSE_TEXT_MAX);
	return w;
}

void
app_spell(struct app *a)
{
	struct spell_work *w = new_work(a, check_run);

	w->w.done = checked;
	editor_text(a->compose->editor, &w->text);
	(void)app_work_start(a, &w->w, _("checking the spelling"));
}

void
app_spell_replace(struct app *a, struct slice with)
{
	const struct spelling_word *w;

	if (a->compose == NULL || a->spell_at >= a->spell.words.n)
		return;
	w = &a->spell.words.v[a->spell_at];
	edit_buf_replace(editor_buf(a->compose->editor), place(a), w->n, with);
	editor_set_cursor(a->compose->editor, place(a) + with.n);
	a->spell_shift += (int64_t)with.n - (int64_t)w->n;
	a->spell_changed++;
	next(a);
}

/* The same word is not asked about again. */
static void
leave_all(struct app *a)
{
	struct str word, other;
	size_t i, kept = a->spell_at + 1;

	str_init(&word, COMPOSE_TEXT_MAX);
	str_init(&other, COMPOSE_TEXT_MAX);
	word_text(a, a->spell_at, &word);
	for (i = a->spell_at + 1; i < a->spell.words.n; i++) {
		str_clear(&other);
		word_text(a, i, &other);
		if (!slice_eq(str_slice(&word), str_slice(&other)))
			a->spell.words.v[kept++] = a->spell.words.v[i];
	}
	a->spell.words.n = kept;
	str_release(&other);
	str_release(&word);
	next(a);
}

static void
learn(struct app *a)
{
	struct spell_work *w = new_work(a, learn_run);
	struct err err = { 0 };

	word_text(a, a->spell_at, &w->text);
	/* nobody waits for it; what goes wrong is said */
	if (engine_work(a->engine, &w->w.work, &err) < 0)
		app_say_err(a, &err);
	leave_all(a);
}

void
app_spell_chosen(struct app *a, int64_t what)
{
	struct str word;

	if (a->compose == NULL || a->spell_at >= a->spell.words.n)
		return;
	if (what >= 0) {
		app_spell_replace(a, slice_of(a->spell.words.v[a->spell_at]
		                                      .suggestions[what]));
	} else if (what == SPELL_WRITE) {
		str_init(&word, COMPOSE_TEXT_MAX);
		word_text(a, a->spell_at, &word);
		app_ask(a, PROMPT_SPELL, str_slice(&word));
		str_release(&word);
	} else if (what == SPELL_LEARN) {
		learn(a);
	} else if (what == SPELL_LEAVE_ALL) {
		leave_all(a);
	} else {
		next(a);
	}
}
