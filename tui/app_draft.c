/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drafts: kept on request, and saved by itself against every accident. */
#include "tui/app_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/clock.h"
#include "util/fsx.h"
#include "util/i18n.h"
#include "util/proc.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Milliseconds between a change and its being saved. */
#define AUTOSAVE_MS 5000
#define AUTOSAVE    "unsent.eml"

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
	a->compose = NULL;
	leave(a);
	if (!empty)
		app_say(a, STYLE_STATUS,
		        _("left without sending; z brings it back"));
}

/* ---- autosave ---- */

static char *
autosave_path(const struct app *a)
{
	return fsx_join(a->cli->paths.state, AUTOSAVE);
}

void
app_autosave_forget(struct app *a)
{
	char *path = autosave_path(a);

	/* it need not be there */
	(void)unlink(path);
	free(path);
	a->autosave_at = 0;
}

/* Called each turn of the loop; now: at once. */
void
app_autosave(struct app *a, bool now)
{
	enum compose_field wrong;
	struct err err = { 0 };
	struct str out;
	char *path;

	if (a->compose == NULL || !compose_changed(a->compose))
		return;
	if (a->autosave_at == 0)
		a->autosave_at = clock_mono_ms() + AUTOSAVE_MS;
	if (!now && clock_mono_ms() < a->autosave_at)
		return;
	path = autosave_path(a);
	str_init(&out, BUILD_MAX);
	if (compose_build(a->compose, true, &out, NULL, &wrong, &err) != 0 ||
	    fsx_write_atomic(path, str_slice(&out), &err) != 0)
		app_say_err(a, &err);
	str_release(&out);
	free(path);
	compose_set_saved(a->compose);
	a->autosave_at = 0;
}

/* What a crash left behind goes to Drafts. */
void
app_autosave_recover(struct app *a)
{
	char *path = autosave_path(a);
	struct err err = { 0 };
	struct str text;

	str_init(&text, BUILD_MAX);
	if (fsx_exists(path) && a->conf.account_count > 0) {
		if (fsx_read(path, BUILD_MAX, &text, &err) != 0 ||
		    store_draft(a, str_slice(&text), a->conf.accounts[0].name,
		                &err) != 0) {
			app_say_err(a, &err);
		} else {
			app_autosave_forget(a);
			app_say(a, STYLE_WARN,
			        _("an unsent message was saved: see Drafts "
			          "(g d)"));
		}
	}
	str_release(&text);
	free(path);
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

static int
run_editor(struct app *a, const char *path, struct err *err)
{
	struct proc_opts opts = { .inherit_tty = true,
		                  .timeout_ms = INT32_MAX,
		                  .cancel_fd = -1 };
	char **words = NULL;
	char **argv;
	size_t n = 0;
	int status = 0, rc;

	if (proc_split(editor_command(a), &words, err) != 0)
		return -1;
	while (words[n] != NULL)
		n++;
	argv = xcalloc(n + 2, sizeof *argv);
	memcpy(argv, words, n * sizeof *argv);
	argv[n] = xstrdup(path);
	term_leave();
	rc = proc_run(argv, &opts, NULL, &status, err);
	term_enter();
	if (rc == 0 && status != 0)
		rc = err_set(err, ERR_IO, _("the editor failed, text kept"));
	free(argv[n]);
	free(argv);
	proc_free_argv(words);
	return rc;
}

void
app_external_editor(struct app *a)
{
	char *path = fsx_join(a->cli->paths.state, "edit.txt");
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
	a->dirty = true;
}
