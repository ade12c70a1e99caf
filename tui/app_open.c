/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The parts of the message shown: listed, opened, saved, piped.
 *
 * Attachments come first in the list, then the other parts, so that the page of
 * a mail can be opened in a browser.  What is itself mail or text is shown in
 * the reader, and so is what a program prints: "back" returns to the message.
 */
#include "tui/app_priv.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "mail/attachment.h"
#include "mime/part.h"
#include "store/sender_charset.h"
#include "text/charset.h"
#include "text/detect.h"
#include "tui/reader_text.h"
#include "util/fsx.h"
#include "util/i18n.h"
#include "util/utf8.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* What does not say that it is text is looked at up to this size. */
#define TEXT_GUESS_MAX ((size_t)1024 * 1024)
/* Copies of a name tried before giving up. */
#define COPIES_MAX 1000

enum {
	DO_OPEN,
	DO_SAVE,
	DO_SAVE_ALL,
	DO_PIPE
};

/* Parts of the message shown. */
struct part_list {
	const struct part **v;
	size_t n, cap;
};

bool
app_need_reader(struct app *a)
{
	if (a->reader.id == 0)
		app_read(a);
	return a->reader.id != 0;
}

/* ---- the list ---- */

/* All leaves but the attachments when others is set, in document order. */
static void
collect(const struct message *m, bool others, struct part_list *list)
{
	const struct part *att = message_next_attachment(m, NULL);
	const struct part *p = NULL;

	while ((p = message_next_leaf(m, p)) != NULL) {
		bool is_att = p == att;

		if (is_att != others)
			array_add(list, p);
		if (is_att)
			att = message_next_attachment(m, att);
	}
}

/* The parts in the order of the list; release it. */
static void
list_parts(const struct message *m, struct part_list *list)
{
	*list = (struct part_list){ 0 };
	collect(m, false, list);
	collect(m, true, list);
}

static const struct part *
nth_part(const struct app *a, int64_t n)
{
	const struct part *p;
	struct part_list list;

	if (a->reader.id == 0)
		return NULL;
	list_parts(&a->reader.message, &list);
	p = n >= 0 && (uint64_t)n < list.n ? list.v[n] : NULL;
	array_release(&list);
	return p;
}

/* One plain text and nothing else is what the reader shows anyway. */
static bool
worth_listing(const struct part_list *list)
{
	return list->n > 1 ||
	       (list->n == 1 && (list->v[0]->attachment ||
	                         !slice_eq_z(list->v[0]->type, "text/plain")));
}

static void
add_item(struct app *a, const struct part *p, int64_t n)
{
	struct str name, detail;

	str_init(&name, 1024);
	str_init(&detail, 256);
	/* A message says more by its subject than by a number. */
	if (p->is_message && p->filename.n == 0 && p->child != NULL)
		(void)message_text_field(&a->reader.message, p->child,
		                         "Subject", &name);
	if (name.n == 0)
		part_save_name(p, &name);
	str_add_slice(&detail, slice_head(p->type, 100));
	str_add_z(&detail, ", ");
	str_add_size(&detail, part_size_estimate(p));
	w_pick_add(&a->picker, name.p, detail.p, n);
	str_release(&detail);
	str_release(&name);
}

void
app_pick_attachment(struct app *a)
{
	struct part_list list;
	size_t i;

	if (!app_need_reader(a))
		return;
	list_parts(&a->reader.message, &list);
	if (worth_listing(&list)) {
		app_pick_start(a, PICK_ATTACHMENT, _("Attachments and parts"));
		for (i = 0; i < list.n; i++)
			add_item(a, list.v[i], (int64_t)i);
	} else {
		app_say(a, STYLE_DIM, _("no attachments"));
	}
	array_release(&list);
}

void
app_pick_part(struct app *a, int64_t number)
{
	const struct part *p = nth_part(a, number);
	struct str name;

	if (p == NULL)
		return;
	str_init(&name, 1024);
	part_save_name(p, &name);
	a->wanted_number = number;
	app_pick_start(a, PICK_PART, name.p);
	w_pick_add(&a->picker, _("Open"), NULL, DO_OPEN);
	w_pick_add(&a->picker, _("Save"), NULL, DO_SAVE);
	if (message_next_attachment(&a->reader.message, NULL) != NULL)
		w_pick_add(&a->picker, _("Save all"), NULL, DO_SAVE_ALL);
	w_pick_add(&a->picker, _("Pipe to a command"), NULL, DO_PIPE);
	str_release(&name);
}

/* ---- opening ---- */

/* A message: read it on top of the one it is part of. */
static void
open_message(struct app *a, const struct part *p)
{
	struct err err = { 0 };

	if (!pane_reader_open_part(&a->reader, p)) {
		app_say(a, STYLE_WARN, _("too many messages are open"));
		return;
	}
	if (sender_charset_apply(a->store, &a->reader.message, &err) != 0)
		app_say_err(a, &err);
	a->focus = PANE_READER;
	app_say(a, STYLE_DIM, _("a message inside of another"));
}

void
app_show_part_text(struct app *a, const char *type, const char *title,
                   struct slice text)
{
	if (!pane_reader_open_text(&a->reader, type, slice_of(title), text))
		app_say(a, STYLE_WARN, _("too many messages are open"));
	a->focus = PANE_READER;
}

/* Is it text, whatever it calls itself (JSON, logs)? */
static bool
reads_as_text(const struct part *p)
{
	struct str bytes;
	bool text;

	if (part_is_text(p))
		return true;
	if (part_size_estimate(p) > TEXT_GUESS_MAX)
		return false;
	str_init(&bytes, 2 * TEXT_GUESS_MAX);
	part_bytes(p, &bytes);
	text = bytes.n > 0 && utf8_good(bytes.p, bytes.n) == bytes.n &&
	       memchr(bytes.p, '\0', bytes.n) == NULL;
	str_release(&bytes);
	return text;
}

/* No program opens it, but it can be read here. */
static void
open_text(struct app *a, const struct part *p)
{
	static const char *const types[] = { "text/html", "text/calendar" };
	const char *type = "text/plain";
	struct str name, text;

	for (size_t i = 0; i < 2; i++)
		if (slice_eq_z(p->type, types[i]))
			type = types[i];
	str_init(&name, 1024);
	str_init(&text, READER_TEXT_MAX);
	part_save_name(p, &name);
	part_text(&a->reader.message, p, &text, NULL);
	app_show_part_text(a, type, name.p, str_slice(&text));
	str_release(&text);
	str_release(&name);
}

static void
open_part(struct app *a, const struct part *p)
{
	struct attachment_view v;
	struct err err = { 0 };

	if (p->is_message) {
		open_message(a, p);
		return;
	}
	if (attachment_view_init(&v, p, &err) != 0) {
		app_say_err(a, &err);
		return;
	}
	a->dirty = true;
	if (v.how == ATTACHMENT_NO_PROGRAM && reads_as_text(p)) {
		open_text(a, p);
		attachment_view_release(&v);
	} else {
		app_run_view(a, &v);
	}
}

/* ---- saving ---- */

/* The folder of the last time, ~/Downloads when it is there, else the home
 * folder; owned. */
static char *
save_folder(const struct app *a)
{
	const char *home = getenv("HOME");
	char *downloads;
	struct stat st;

	if (a->save_folder != NULL)
		return xstrdup(a->save_folder);
	if (home == NULL || home[0] == '\0')
		return xstrdup(".");
	downloads = fsx_join(home, "Downloads");
	if (stat(downloads, &st) == 0 && S_ISDIR(st.st_mode))
		return downloads;
	free(downloads);
	return xstrdup(home);
}

static void
remember_folder(struct app *a, struct slice folder)
{
	free(a->save_folder);
	a->save_folder = fsx_expand_home(folder);
}

/* "a.pdf" is there: "a-2.pdf". */
static char *
free_path(const char *path)
{
	struct slice whole = slice_of(path);
	size_t slash = slice_rfind(whole, '/');
	size_t dot = slice_rfind(whole, '.');
	int i;

	if (dot == whole.n || (slash < whole.n && dot <= slash + 1))
		dot = whole.n;
	for (i = 2; i < COPIES_MAX; i++) {
		char *p = xasprintf("%.*s-%d%s", (int)dot, path, i, path + dot);

		if (!fsx_exists(p))
			return p;
		free(p);
	}
	return xstrdup(path);
}

static void
ask_save(struct app *a, const struct part *p)
{
	char *folder = save_folder(a);
	struct str name;
	char *path;

	str_init(&name, 1024);
	part_save_name(p, &name);
	path = fsx_join(folder, name.p);
	if (fsx_exists(path)) {
		char *other = free_path(path);

		free(path);
		path = other;
	}
	app_ask(a, PROMPT_SAVE, slice_of(path));
	free(path);
	free(folder);
	str_release(&name);
}

static void
ask_save_all(struct app *a)
{
	char *folder = save_folder(a);

	app_ask(a, PROMPT_SAVE_ALL, slice_of(folder));
	free(folder);
}

void
app_save_part(struct app *a, struct slice path)
{
	const struct part *p = nth_part(a, a->wanted_number);
	struct err err = { 0 };
	struct slice where;
	size_t slash;
	char *file = NULL;

	path = slice_trim(path);
	if (p == NULL || path.n == 0)
		return;
	if (attachment_save_as(p, path, &file, &err) != 0) {
		app_say_err(a, &err);
		return;
	}
	app_say(a, STYLE_OK, _("saved as %s"), file);
	where = slice_of(file);
	slash = slice_rfind(where, '/');
	if (slash < where.n)
		remember_folder(a, slice_head(where, slash > 0 ? slash : 1));
	free(file);
}

void
app_save_all(struct app *a, struct slice folder)
{
	struct err err = { 0 };
	size_t n = 0;

	folder = slice_trim(folder);
	if (folder.n == 0 || a->reader.id == 0)
		return;
	if (attachment_save_all(&a->reader.message, folder, &n, &err) == 0) {
		app_say(a, STYLE_OK, _("%zu saved in %.*s"), n,
		        SLICE_ARG(folder));
		remember_folder(a, folder);
	} else if (n > 0) {
		app_say(a, STYLE_ERROR, _("%zu saved, then: %s"), n, err.text);
	} else {
		app_say_err(a, &err);
	}
}

/* ---- choices ---- */

void
app_part_chosen(struct app *a, int64_t what)
{
	const struct part *p = nth_part(a, a->wanted_number);

	if (p == NULL)
		return;
	switch (what) {
	case DO_OPEN:
		open_part(a, p);
		break;
	case DO_SAVE:
		ask_save(a, p);
		break;
	case DO_SAVE_ALL:
		ask_save_all(a);
		break;
	default:
		app_ask(a, PROMPT_PIPE, SLICE_NONE);
		break;
	}
}

const struct part *
app_wanted_part(const struct app *a)
{
	return nth_part(a, a->wanted_number);
}

void
app_close_opened(struct app *a)
{
	for (size_t i = 0; i < a->opened.n; i++)
		attachment_view_release(&a->opened.v[i]);
	array_release(&a->opened);
}
