/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing in an editor of the user's. */
#include "tui/app_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/fsx.h"
#include "util/i18n.h"
#include "util/proc.h"
#include "util/xalloc.h"

#include "util/banned.h"

static const char *
editor_command(const struct app *a)
{
	const char *e = a->conf.editor;

	if (e == NULL || e[0] == '\0')
		e = getenv("VISUAL");
	if (e == NULL || e[0] == '\0')
		e = getenv("EDITOR");
	return e == NULL || e[0] == '\0' ? "vi" : e;
}

static struct slice
file_name(struct slice path)
{
	size_t at = slice_rfind(path, '/');

	return at < path.n ? slice_from(path, at + 1) : path;
}

static bool
is_vim(struct slice name)
{
	return slice_starts(name, "vim") || slice_starts(name, "nvim") ||
	       slice_starts(name, "gvim");
}

/* The file that a program of that name is, links followed; owned, "" none. */
static char *
program_file(const char *program)
{
	struct slice rest = slice_of(getenv("PATH")), folder;
	char *found = NULL;

	if (slice_rfind(slice_of(program), '/') < strlen(program))
		found = realpath(program, NULL);
	else
		while (found == NULL && slice_split(&rest, ':', &folder)) {
			char *dir = slice_dup(folder);
			char *path = fsx_join(dir, program);

			if (access(path, X_OK) == 0)
				found = realpath(path, NULL);
			free(path);
			free(dir);
		}
	return found != NULL ? found : xstrdup("");
}

/* vim and its like obey lines of the text ("vim: set ..."), and a quoted text may
 * have such lines.  "vi" is often one of them; where it is another program, that
 * would not know how to be told. */
static bool
obeys_modelines(const char *program)
{
	char *file;
	bool vim = is_vim(file_name(slice_of(program)));

	if (!vim) {
		file = program_file(program);
		vim = is_vim(file_name(slice_of(file)));
		free(file);
	}
	return vim;
}

static int
run_editor(struct app *a, const char *path, struct err *err)
{
	struct proc_opts opts = { .inherit_tty = true,
		                  .timeout_ms = INT32_MAX,
		                  .cancel_fd = -1 };
	/* read before the file is */
	static char no_command[] = "--cmd";
	static char no_modelines[] = "set nomodeline";
	char **words = NULL;
	char **argv;
	size_t n = 0, at = 1;
	int status = 0, rc;

	if (proc_split(editor_command(a), &words, err) != 0)
		return -1;
	while (words[n] != NULL)
		n++;
	argv = xcalloc(n + 4, sizeof *argv);
	argv[0] = words[0];
	if (obeys_modelines(words[0])) {
		argv[1] = no_command;
		argv[2] = no_modelines;
		at = 3;
	}
	memcpy(argv + at, words + 1, (n - 1) * sizeof *argv);
	at += n - 1;
	argv[at] = xstrdup(path);
	term_leave();
	rc = proc_run(argv, &opts, NULL, &status, err);
	term_enter();
	if (rc == 0 && status != 0)
		rc = err_set(err, ERR_IO, _("the editor failed, text kept"));
	free(argv[at]);
	free(argv);
	proc_free_argv(words);
	return rc;
}

/* All of it in one, which can be undone. */
static void
take_text(struct editor *e, struct slice text)
{
	size_t at = editor_cursor(e);

	edit_buf_replace(editor_buf(e), 0, edit_buf_size(editor_buf(e)), text);
	editor_set_cursor(e, at);
}

void
app_external_editor(struct app *a)
{
	/* another pabal may have its editor open */
	char *name = xasprintf("edit-%ld.txt", (long)getpid());
	char *path = fsx_join(a->cli->paths.state, name);
	struct err err = { 0 };
	struct str text;

	str_init(&text, COMPOSE_TEXT_MAX);
	editor_text(a->compose->editor, &text);
	if (fsx_write_atomic(path, str_slice(&text), &err) != 0 ||
	    run_editor(a, path, &err) != 0 ||
	    (str_clear(&text), fsx_read(path, COMPOSE_TEXT_MAX, &text, &err)) !=
	            0) {
		app_say_err(a, &err);
	} else {
		take_text(a->compose->editor, str_slice(&text));
		a->compose->touched = true;
	}
	if (unlink(path) != 0 && errno != ENOENT)
		app_say(a, STYLE_WARN, _("'%s' could not be removed"), path);
	str_release(&text);
	free(path);
	free(name);
	a->dirty = true;
}
