/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done with an attachment chosen: open, save, save all, pipe. */
#include "tui/app_priv.h"

#include <stdlib.h>

#include "mail/attachment.h"
#include "util/i18n.h"
#include "util/proc.h"

#include "util/banned.h"

/* What a command printed, shown in the status line. */
#define PIPE_OUTPUT_MAX ((size_t)1024 * 1024)

enum {
	DO_OPEN,
	DO_SAVE,
	DO_SAVE_ALL,
	DO_PIPE
};

/* The attachment number n of the message shown, from 0. */
static const struct part *
nth_attachment(const struct app *a, int64_t n)
{
	const struct part *p = NULL;

	do
		p = message_next_attachment(&a->reader.message, p);
	while (p != NULL && n-- > 0);
	return p;
}

void
app_pick_part(struct app *a, int64_t number)
{
	const struct part *p = nth_attachment(a, number);
	struct str name;

	if (p == NULL)
		return;
	str_init(&name, 256);
	part_save_name(p, &name);
	a->wanted_number = number;
	app_pick_start(a, PICK_PART, name.p);
	w_pick_add(&a->picker, _("Open"), NULL, DO_OPEN);
	w_pick_add(&a->picker, _("Save"), NULL, DO_SAVE);
	w_pick_add(&a->picker, _("Save all"), NULL, DO_SAVE_ALL);
	w_pick_add(&a->picker, _("Pipe to a command"), NULL, DO_PIPE);
	str_release(&name);
}

static int
run_in_terminal(const struct attachment_view *v, struct err *err)
{
	struct proc_opts opts = { .inherit_tty = true,
		                  .timeout_ms = INT32_MAX,
		                  .cancel_fd = -1 };
	int status;
	int rc;

	term_leave();
	rc = proc_run(v->argv, &opts, NULL, &status, err);
	term_enter();
	return rc;
}

static void
open_part(struct app *a, const struct part *p)
{
	struct attachment_view v;
	struct err err = { 0 };
	int rc;

	if (attachment_view_init(&v, p, &err) != 0) {
		app_say_err(a, &err);
		return;
	}
	rc = v.terminal ? run_in_terminal(&v, &err)
	                : attachment_view_start(&v, &err);
	if (rc != 0)
		app_say_err(a, &err);
	else
		app_say(a, STYLE_OK, _("opened with %s"), v.argv[0]);
	a->dirty = true;
	if (rc != 0 || v.terminal)
		attachment_view_release(&v);
	else
		array_add(&a->opened, v); /* it may still be read */
}

static void
save_all(struct app *a)
{
	char *folder = app_save_folder();
	struct err err = { 0 };
	size_t n;

	if (attachment_save_all(&a->reader.message, folder, &n, &err) != 0)
		app_say_err(a, &err);
	else
		app_say(a, STYLE_OK, _("%zu saved in %s"), n, folder);
	free(folder);
}

void
app_part_chosen(struct app *a, int64_t what)
{
	const struct part *p = nth_attachment(a, a->wanted_number);

	if (p == NULL)
		return;
	switch (what) {
	case DO_OPEN:
		open_part(a, p);
		break;
	case DO_SAVE:
		app_ask_save(a, p);
		break;
	case DO_SAVE_ALL:
		save_all(a);
		break;
	default:
		app_ask(a, PROMPT_PIPE, SLICE_NONE);
		break;
	}
}

void
app_pipe_part(struct app *a, struct slice command)
{
	const struct part *p = nth_attachment(a, a->wanted_number);
	char *line = slice_dup(slice_trim(command));
	struct err err = { 0 };
	struct str output;
	int status = 0;

	str_init(&output, PIPE_OUTPUT_MAX);
	if (p == NULL || line[0] == '\0')
		;
	else if (attachment_pipe(p, line, &output, &status, &err) != 0)
		app_say_err(a, &err);
	else if (status != 0)
		app_say(a, STYLE_ERROR, _("'%s' ended with status %d"), line,
		        status);
	else
		app_say(a, STYLE_OK, "%.*s",
		        SLICE_ARG(slice_head(str_slice(&output), 200)));
	str_release(&output);
	free(line);
}

void
app_close_opened(struct app *a)
{
	for (size_t i = 0; i < a->opened.n; i++)
		attachment_view_release(&a->opened.v[i]);
	array_release(&a->opened);
}
