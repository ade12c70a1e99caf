/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drafts: kept on request, and saved by itself against every accident. */
#include "tui/app_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/lock.h"
#include "mail/account_match.h"
#include "util/clock.h"
#include "util/fsx.h"
#include "util/i18n.h"
#include "util/proc.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Milliseconds between a change and its being saved: a few keystrokes. */
#define AUTOSAVE_MS 1000
/* Bytes of attachments that make it a millisecond more: they are written each
 * time, and typing must not wait for that too often. */
#define AUTOSAVE_BYTES_PER_MS 10000
/* Programs that may be writing at the same time. */
#define AUTOSAVE_SLOTS 16

static int
store_draft(struct app *a, struct slice message, const char *account,
            struct err *err)
{
	struct store_new info = { .folder = FOLDER_DRAFTS,
		                  .flags = STORE_SEEN | STORE_DRAFT,
		                  .received = clock_now() };
	int64_t number, id;

	if (store_account(a->store, account, &number, err) != 0)
		return -1;
	return store_deliver(a->store, number, message, &info, &id, err);
}

static int
save_draft(struct app *a, struct compose *c, struct err *err)
{
	enum compose_field wrong;
	struct str out;
	int rc = -1;

	str_init(&out, BUILD_MAX);
	if (compose_build(c, true, &out, NULL, &wrong, err) == 0 &&
	    store_draft(a, str_slice(&out), c->froms.v[c->from].account, err) ==
	            0)
		rc = 0;
	if (rc == 0 && c->outbox != 0)
		rc = outbox_remove(a->store, c->outbox, err);
	/* the new one is safe: the one it came from may go */
	if (rc == 0 && c->draft != 0)
		rc = store_delete(a->store, &c->draft, 1, err);
	str_release(&out);
	return rc;
}

static void
leave(struct app *a)
{
	a->screen = APP_MAIL;
	a->pane_compose.match_n = 0;
	app_autosave_forget(a);
	app_reload(a);
}

void
app_postpone(struct app *a)
{
	struct err err = { 0 };

	if (save_draft(a, a->compose, &err) != 0) {
		app_say_err(a, &err);
		return;
	}
	compose_free(&a->compose);
	leave(a);
	app_say(a, STYLE_OK, _("kept in Drafts"));
}

void
app_discard(struct app *a)
{
	bool empty = compose_is_empty(a->compose);

	compose_free(&a->dropped);
	if (empty)
		compose_free(&a->compose);
	a->dropped = a->compose;
	a->dropped_at = a->undo.n;
	a->compose = NULL;
	leave(a);
	if (!empty)
		app_say(a, STYLE_STATUS,
		        _("left without sending; z brings it back"));
}

/* ---- autosave ----
 *
 * 1. Several programs may be writing at once: each has a file of its own, and a
 *    lock on its number for as long as it lives.
 * 2. A file whose number nobody has locked is what a crash left behind.
 */

static char *
autosave_path(const struct app *a, int slot)
{
	char *name = xasprintf("unsent-%d.eml", slot);
	char *path = fsx_join(a->cli->paths.state, name);

	free(name);
	return path;
}

/* The lock of a number: a descriptor, or -1. */
static int
autosave_lock(const struct app *a, int slot, struct err *err)
{
	char *name = xasprintf("%d", slot);
	int fd = lock_take(&a->cli->paths, "unsent", name, err);

	free(name);
	return fd;
}

/* Take a number; its lock is held until the program ends. */
static int
autosave_open(struct app *a, struct err *err)
{
	int i, fd;

	for (i = 0; a->autosave == NULL && i < AUTOSAVE_SLOTS; i++) {
		char *path = autosave_path(a, i);

		fd = fsx_exists(path) ? -1 : autosave_lock(a, i, err);
		if (fd >= 0)
			a->autosave = path;
		else
			free(path);
	}
	if (a->autosave != NULL)
		return 0;
	return err->code != ERR_NONE
	               ? -1
	               : err_set(err, ERR_LIMIT, _("too many unsent messages"));
}

void
app_autosave_forget(struct app *a)
{
	/* it need not be there */
	if (a->autosave != NULL)
		(void)unlink(a->autosave);
	a->autosave_at = 0;
}

static int64_t
autosave_ms(const struct compose *c)
{
	size_t i, sum = 0;

	for (i = 0; i < c->files.n; i++)
		sum += c->files.v[i].size;
	return AUTOSAVE_MS + (int64_t)(sum / AUTOSAVE_BYTES_PER_MS);
}

/* Called each turn of the loop; now: at once. */
void
app_autosave(struct app *a, bool now)
{
	enum compose_field wrong;
	struct err err = { 0 };
	struct str out;

	if (a->compose == NULL || !compose_changed(a->compose))
		return;
	if (a->autosave_at == 0)
		a->autosave_at = clock_mono_ms() + autosave_ms(a->compose);
	if (!now && clock_mono_ms() < a->autosave_at)
		return;
	str_init(&out, BUILD_MAX);
	if (autosave_open(a, &err) != 0 ||
	    compose_build(a->compose, true, &out, NULL, &wrong, &err) != 0 ||
	    fsx_write_atomic(a->autosave, str_slice(&out), &err) != 0)
		app_say_err(a, &err);
	str_release(&out);
	compose_set_saved(a->compose);
	a->autosave_at = 0;
}

/* The account it was to be sent from. */
static const char *
account_of(const struct app *a, struct slice text)
{
	const struct account *acc = NULL;
	struct arena arena = { NULL };
	struct addr_list from;
	struct message m;

	message_parse(&m, text);
	message_addrs(&m, "From", &arena, &from);
	if (from.n > 0)
		acc = account_of_address(&a->conf, from.v[0].spec);
	message_release(&m);
	arena_release(&arena);
	return acc != NULL ? acc->name : a->conf.accounts[0].name;
}

/* Returns 1 if a message went to Drafts. */
static int
recover(struct app *a, const char *path, struct err *err)
{
	struct str text;
	int rc = -1;

	if (!fsx_exists(path))
		return 0;
	str_init(&text, BUILD_MAX);
	if (fsx_read(path, BUILD_MAX, &text, err) == 0 &&
	    store_draft(a, str_slice(&text), account_of(a, str_slice(&text)),
	                err) == 0) {
		(void)unlink(path); /* else it comes to Drafts once more */
		rc = 1;
	}
	str_release(&text);
	return rc;
}

/* What a crash left behind goes to Drafts. */
void
app_autosave_recover(struct app *a)
{
	struct err err = { 0 };
	int i, recovered = 0;

	for (i = 0; i < AUTOSAVE_SLOTS && a->conf.account_count > 0; i++) {
		struct err locked = { 0 };
		char *path = autosave_path(a, i);
		int fd = fsx_exists(path) ? autosave_lock(a, i, &locked) : -1;

		if (fd >= 0) {
			recovered |= recover(a, path, &err);
			(void)close(fd);
		}
		free(path);
	}
	if (err.code != ERR_NONE)
		app_say_err(a, &err);
	else if (recovered > 0)
		app_say(a, STYLE_WARN,
		        _("an unsent message was saved: see Drafts (g d)"));
}

/* ---- an editor of the user's ---- */

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
		editor_set(a->compose->editor, str_slice(&text));
		a->compose->touched = true;
	}
	if (unlink(path) != 0 && errno != ENOENT)
		app_say(a, STYLE_WARN, _("'%s' could not be removed"), path);
	str_release(&text);
	free(path);
	free(name);
	a->dirty = true;
}
