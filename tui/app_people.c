/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asking a command of the user's for people. */
#include "tui/app_priv.h"

#include <stdlib.h>
#include <string.h>

#include "mail/people.h"
#include "util/i18n.h"
#include "util/proc.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Milliseconds an answer may take. */
#define ASK_MS 30000
/* Bytes of it. */
#define ANSWER_MAX ((size_t)1024 * 1024)
/* People of it that are offered. */
#define PEOPLE_MAX 200

struct found {
	ARRAY(struct contact) people;
};

static void
add(void *ctx, struct slice name, struct slice address)
{
	struct found *f = ctx;
	struct contact *c;

	if (f->people.n == PEOPLE_MAX)
		return;
	c = array_add_new(&f->people);
	c->name = slice_dup(name);
	c->address = slice_dup(address);
}

struct people_work {
	struct app_work w;
	char *command;
	char *key;   /* of the message */
	char *typed; /* of a person */
	struct found found;
};

static void
people_free(struct engine_work *work)
{
	struct people_work *w = (struct people_work *)work;

	free(w->command);
	free(w->key);
	free(w->typed);
	for (size_t i = 0; i < w->found.people.n; i++) {
		free(w->found.people.v[i].name);
		free(w->found.people.v[i].address);
	}
	array_release(&w->found.people);
	free(w);
}

/* The command with what was typed as its last word; no shell. */
static int
ask(const struct people_work *w, int cancel_fd, struct str *out,
    struct err *err)
{
	struct proc_opts opts = { .output_max = ANSWER_MAX,
		                  .timeout_ms = ASK_MS,
		                  .cancel_fd = cancel_fd };
	char **words = NULL, **argv;
	size_t n = 0;
	int status = 0, rc;

	if (proc_split(w->command, &words, err) != 0)
		return -1;
	while (words[n] != NULL)
		n++;
	argv = xcalloc(n + 2, sizeof *argv);
	memcpy(argv, words, n * sizeof *argv);
	argv[n] = w->typed;
	/* its status only says whether somebody was found */
	rc = proc_run(argv, &opts, out, &status, err);
	free(argv);
	proc_free_argv(words);
	return rc;
}

static int
people_run(struct engine_work *work, int cancel_fd, struct err *err)
{
	struct people_work *w = (struct people_work *)work;
	struct str out;
	int rc;

	str_init(&out, ANSWER_MAX);
	rc = ask(w, cancel_fd, &out, err);
	if (rc == 0)
		people_read(str_slice(&out), PEOPLE_LINES, add, &w->found);
	str_release(&out);
	return rc;
}

/* Who went on typing knows better by now. */
static void
answered(struct app *a, struct app_work *work)
{
	struct people_work *w = (struct people_work *)work;

	if (!app_composes(a, w->key) ||
	    !slice_eq_z(pane_compose_person(a->compose), w->typed))
		return;
	if (!pane_compose_offer(&a->pane_compose, a->compose, w->found.people.v,
	                        w->found.people.n))
		app_say(a, STYLE_DIM, _("nobody found for '%s'"), w->typed);
	w->found.people.n = 0; /* the strings are the pane's */
}

bool
app_find_people(struct app *a)
{
	struct slice typed = pane_compose_person(a->compose);
	struct people_work *w;

	/* what begins with "-" would be an option */
	if (a->conf.people_command == NULL || typed.n == 0 ||
	    slice_starts(typed, "-"))
		return false;
	w = xcalloc(1, sizeof *w);
	w->w.work.run = people_run;
	w->w.work.free = people_free;
	w->w.done = answered;
	w->command = xstrdup(a->conf.people_command);
	w->key = app_compose_key_dup(a);
	w->typed = slice_dup(typed);
	(void)app_work_start(a, &w->w, _("looking for people"));
	return true;
}
