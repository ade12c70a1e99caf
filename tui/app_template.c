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

static void
insert(struct compose *c, struct slice text)
{
	struct w_line *subject = &c->lines[COMPOSE_SUBJECT];
	const struct compose_from *me =
		c->from < c->froms.n ? &c->froms.v[c->from] : NULL;
	struct template_facts f = { .now = clock_now() };
	struct arena arena = { NULL };
	struct addr_list to;
	struct str filled, title;
	size_t at = editor_cursor(c->editor), cursor;

	addr_parse(&arena, NULL, w_line_get(&c->lines[COMPOSE_TO]), &to);
	if (to.n > 0) {
		f.address = to.v[0].spec;
		f.name = to.v[0].name.n > 0
		                 ? to.v[0].name
		                 : slice_head(f.address,
		                              slice_find(f.address, '@'));
	}
	if (me != NULL)
		f.me = slice_of(me->name != NULL ? me->name : me->address);
	f.subject = slice_trim(w_line_get(subject));
	str_init(&filled, COMPOSE_TEXT_MAX);
	str_init(&title, W_LINE_MAX);
	template_fill(text, &f, &title, &filled, &cursor);
	if (f.subject.n == 0 && title.n > 0)
		w_line_set(subject, str_slice(&title));
	edit_buf_replace(editor_buf(c->editor), at, 0, str_slice(&filled));
	editor_set_cursor(c->editor, at + cursor);
	c->focus = COMPOSE_BODY;
	c->touched = true;
	str_release(&title);
	str_release(&filled);
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
