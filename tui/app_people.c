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

/* Milliseconds an answer may take: the screen waits for it. */
#define ASK_MS 5000
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

/* The command with what was typed as its last word; no shell. */
static int
run(const char *command, struct slice typed, struct str *out, struct err *err)
{
	struct proc_opts opts = { .output_max = ANSWER_MAX,
		                  .timeout_ms = ASK_MS,
		                  .cancel_fd = -1 };
	char **words = NULL, **argv;
	size_t n = 0;
	int status = 0, rc;

	if (proc_split(command, &words, err) != 0)
		return -1;
	while (words[n] != NULL)
		n++;
	argv = xcalloc(n + 2, sizeof *argv);
	memcpy(argv, words, n * sizeof *argv);
	argv[n] = slice_dup(typed);
	/* its status only says whether somebody was found */
	rc = proc_run(argv, &opts, out, &status, err);
	free(argv[n]);
	free(argv);
	proc_free_argv(words);
	return rc;
}

bool
app_find_people(struct app *a)
{
	struct slice typed = pane_compose_person(a->compose);
	struct found f = { 0 };
	struct err err = { 0 };
	struct str out;

	/* what begins with "-" would be an option */
	if (a->conf.people_command == NULL || typed.n == 0 ||
	    slice_starts(typed, "-"))
		return false;
	str_init(&out, ANSWER_MAX);
	if (run(a->conf.people_command, typed, &out, &err) != 0) {
		app_say_err(a, &err);
	} else {
		people_read(str_slice(&out), PEOPLE_LINES, add, &f);
		if (!pane_compose_offer(&a->pane_compose, a->compose,
		                        f.people.v, f.people.n))
			app_say(a, STYLE_DIM, _("nobody found for '%.*s'"),
			        SLICE_ARG(typed));
	}
	array_release(&f.people); /* the strings are the pane's */
	str_release(&out);
	return true;
}
