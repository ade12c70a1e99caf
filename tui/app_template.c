/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Choosing a template for the message being written. */
#include "tui/app_priv.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "text/detect.h"
#include "tui/template.h"
#include "util/clock.h"
#include "util/fsx.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

static char *
folder(const struct app *a)
{
	return fsx_join(a->cli->paths.config, "templates");
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names of the files, into a->links: what the editors of people leave behind is
 * left out. */
static void
list_files(struct app *a)
{
	char *path = folder(a);
	DIR *dir = opendir(path);
	struct dirent *d;

	while (a->links.n > 0)
		free(a->links.v[--a->links.n]);
	while (dir != NULL && (d = readdir(dir)) != NULL) {
		struct slice name = slice_of(d->d_name);

		if (!slice_starts(name, ".") && !slice_ends(name, "~"))
			array_add(&a->links, slice_dup(name));
	}
	if (dir != NULL)
		(void)closedir(dir); /* nothing was written */
	if (a->links.n > 0)
		qsort(a->links.v, a->links.n, sizeof *a->links.v, by_name);
	free(path);
}

void
app_pick_template(struct app *a)
{
	char *path = folder(a);
	size_t i;

	list_files(a);
	if (a->links.n == 0) {
		app_say(a, STYLE_DIM, _("no templates: put texts into %s"),
		        path);
	} else {
		app_pick_start(a, PICK_TEMPLATE, _("Templates"));
		for (i = 0; i < a->links.n; i++)
			w_pick_add(&a->picker, a->links.v[i], NULL, (int64_t)i);
	}
	free(path);
}

/* What is known by now; strings live in arena and c. */
static struct template_facts
facts_of(const struct compose *c, struct arena *arena)
{
	const struct compose_from *me =
		c->from < c->froms.n ? &c->froms.v[c->from] : NULL;
	struct template_facts f = { .now = clock_now() };
	struct addr_list to;

	addr_parse(arena, NULL, w_line_get(&c->lines[COMPOSE_TO]), &to);
	if (to.n > 0 && addr_spec_ok(to.v[0].spec)) {
		f.address = to.v[0].spec;
		f.name = to.v[0].name.n > 0
		                 ? to.v[0].name
		                 : slice_head(f.address,
		                              slice_find(f.address, '@'));
	}
	if (me != NULL)
		f.me = slice_of(me->name != NULL ? me->name : me->address);
	f.subject = slice_trim(w_line_get(&c->lines[COMPOSE_SUBJECT]));
	return f;
}

static void
insert(struct compose *c, struct slice text)
{
	struct w_line *subject = &c->lines[COMPOSE_SUBJECT];
	struct arena arena = { NULL };
	struct template_facts f = facts_of(c, &arena);
	struct str filled, title;
	size_t at = editor_cursor(c->editor), cursor;

	str_init(&filled, COMPOSE_TEXT_MAX);
	str_init(&title, W_LINE_MAX);
	template_fill(text, &f, &title, &filled, &cursor);
	if (f.subject.n == 0 && title.n > 0) {
		compose_note_line(c, COMPOSE_SUBJECT, w_line_get(subject),
		                  subject->cursor, false);
		w_line_set(subject, str_slice(&title));
	}
	edit_buf_replace(editor_buf(c->editor), at, 0, str_slice(&filled));
	editor_set_cursor(c->editor, at + cursor);
	c->focus = COMPOSE_BODY;
	c->touched = c->blanks = true;
	str_release(&title);
	str_release(&filled);
	arena_release(&arena);
}

/* One word after another; the cursor stays with the text around it. */
static void
fill_text(struct compose *c, const struct template_facts *f)
{
	struct edit_buf *b = editor_buf(c->editor);
	size_t at = 0, n = 0;
	struct slice value;
	struct str text;

	str_init(&text, COMPOSE_TEXT_MAX);
	editor_text(c->editor, &text);
	while (template_next(str_slice(&text), f, &at, &n, &value)) {
		size_t cursor = editor_cursor(c->editor);

		if (cursor >= at + n)
			cursor = cursor - n + value.n;
		else if (cursor > at)
			cursor = at;
		edit_buf_replace(b, at, n, value);
		editor_set_cursor(c->editor, cursor);
		/* what a name brings along is no template */
		at += value.n;
		str_clear(&text);
		editor_text(c->editor, &text);
	}
	str_release(&text);
}

static void
fill_subject(struct compose *c, struct template_facts f)
{
	struct w_line *line = &c->lines[COMPOSE_SUBJECT];
	struct slice rest = w_line_get(line), value;
	size_t at = 0, n = 0;
	struct str s;

	f.subject = SLICE_NONE; /* it does not stand for itself */
	str_init(&s, W_LINE_MAX);
	while (template_next(rest, &f, &at, &n, &value)) {
		str_add_slice(&s, slice_head(rest, at));
		str_add_slice(&s, value);
		rest = slice_from(rest, at + n);
		at = 0;
	}
	if (s.n > 0) {
		str_add_slice(&s, rest);
		compose_note_line(c, COMPOSE_SUBJECT, w_line_get(line),
		                  line->cursor, false);
		w_line_set(line, str_slice(&s));
	}
	str_release(&s);
}

void
app_fill_blanks(struct compose *c, enum compose_field field)
{
	struct arena arena = { NULL };
	struct template_facts f;

	if (!c->blanks)
		return;
	f = facts_of(c, &arena);
	if (field == COMPOSE_TO)
		f.name = f.address = SLICE_NONE;
	if (field != COMPOSE_SUBJECT)
		fill_subject(c, f);
	f.subject = field != COMPOSE_SUBJECT
	                    ? slice_trim(w_line_get(&c->lines[COMPOSE_SUBJECT]))
	                    : SLICE_NONE;
	fill_text(c, &f);
	arena_release(&arena);
}

void
app_template_chosen(struct app *a, int64_t n)
{
	struct detect_hint none = { 0 };
	struct err err = { 0 };
	struct str raw, text;
	char *path, *dir;

	if (a->compose == NULL || (size_t)n >= a->links.n)
		return;
	dir = folder(a);
	path = fsx_join(dir, a->links.v[n]);
	str_init(&raw, COMPOSE_TEXT_MAX);
	str_init(&text, COMPOSE_TEXT_MAX);
	if (fsx_check_regular(path, &err) != 0 ||
	    fsx_read(path, COMPOSE_TEXT_MAX / CHARSET_GROWTH, &raw, &err) !=
	            0) {
		app_say_err(a, &err);
	} else {
		(void)detect_decode_body(str_slice(&raw), &none, &text);
		insert(a->compose, str_slice(&text));
	}
	str_release(&text);
	str_release(&raw);
	free(path);
	free(dir);
}
