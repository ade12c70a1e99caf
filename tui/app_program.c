/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Programs that get a part of a message, and what they print. */
#include "tui/app_priv.h"

#include <stdlib.h>

#include "mime/limits.h"
#include "mime/part.h"
#include "text/charset.h"
#include "text/detect.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* What a command may print. */
#define OUTPUT_MAX ((size_t)1024 * 1024)
/* Output of so many bytes in one line stands in the status line. */
#define OUTPUT_LINE 200

/* A viewer that prints, or a command that was typed. */
struct program_work {
	struct app_work w;
	struct attachment_view view; /* argv NULL: command */
	char *command;
	struct str input, output;
	int status;
	int64_t message; /* that was read */
};

static void
program_free(struct engine_work *work)
{
	struct program_work *w = (struct program_work *)work;

	attachment_view_release(&w->view);
	free(w->command);
	str_release(&w->input);
	str_release(&w->output);
	free(w);
}

static int
program_run(struct engine_work *work, int cancel_fd, struct err *err)
{
	struct program_work *w = (struct program_work *)work;

	if (w->command != NULL)
		return attachment_pipe(str_slice(&w->input), w->command,
		                       cancel_fd, &w->output, &w->status, err);
	return attachment_view_run(&w->view, cancel_fd, &w->output, &w->status,
	                           err);
}

/* One line below the screen, more in the reader if that has not gone on. */
static void
printed(struct app *a, struct app_work *work)
{
	struct program_work *w = (struct program_work *)work;
	const char *name = w->command != NULL ? w->command : w->view.argv[0];
	struct slice text = slice_trim(str_slice(&w->output));
	struct detect_hint hint = { 0 };
	struct str utf8;
	bool line;

	str_init(&utf8, 4 * OUTPUT_MAX);
	charset_decode(detect_body(text, &hint, NULL), text, &utf8, NULL);
	text = str_slice(&utf8);
	line = text.n <= OUTPUT_LINE && slice_find(text, '\n') == text.n;
	if (!line && a->screen == APP_MAIL && a->reader.id == w->message)
		app_show_part_text(a, "text/plain", name, text);
	if (w->status != 0)
		app_say(a, STYLE_ERROR, _("'%s' ended with status %d"), name,
		        w->status);
	else if (text.n == 0)
		app_say(a, STYLE_OK, _("'%s' is done and printed nothing"),
		        name);
	else if (line)
		app_say(a, STYLE_OK, "%.*s", SLICE_ARG(text));
	str_release(&utf8);
}

static struct program_work *
new_work(const struct app *a)
{
	struct program_work *w = xcalloc(1, sizeof *w);

	w->w.work.run = program_run;
	w->w.work.free = program_free;
	w->w.done = printed;
	w->message = a->reader.id;
	str_init(&w->input, MIME_BODY_MAX);
	str_init(&w->output, OUTPUT_MAX);
	return w;
}

/* One that has the terminal, or windows of its own. */
static void
run_here(struct app *a, struct attachment_view *v)
{
	bool terminal = v->how == ATTACHMENT_TERMINAL;
	struct err err = { 0 };
	int status = 0;
	int rc;

	if (terminal)
		term_leave();
	rc = attachment_view_run(v, -1, NULL, &status, &err);
	if (terminal)
		term_enter();
	if (rc != 0)
		app_say_err(a, &err);
	else if (status != 0)
		app_say(a, STYLE_ERROR, _("'%s' ended with status %d"),
		        v->argv[0], status);
	else
		app_say(a, STYLE_OK, _("opened with %s"), v->argv[0]);
	if (v->how == ATTACHMENT_WINDOW)
		array_add(&a->opened, *v); /* it may still be read */
	else
		attachment_view_release(v);
}

void
app_run_view(struct app *a, struct attachment_view *v)
{
	struct program_work *w;

	a->dirty = true;
	if (v->how != ATTACHMENT_PRINTS) {
		run_here(a, v);
		return;
	}
	w = new_work(a);
	w->view = *v;
	(void)app_work_start(a, &w->w, w->view.argv[0]);
}

void
app_pipe_part(struct app *a, struct slice command)
{
	const struct part *p = app_wanted_part(a);
	struct program_work *w;

	command = slice_trim(command);
	if (p == NULL || command.n == 0)
		return;
	w = new_work(a);
	w->command = slice_dup(command);
	part_bytes(p, &w->input);
	(void)app_work_start(a, &w->w, w->command);
}
