/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is being written is saved by itself against every accident. */
#include "tui/app_priv.h"

#include <stdlib.h>
#include <unistd.h>

#include "engine/lock.h"
#include "mail/account_match.h"
#include "util/clock.h"
#include "util/fsx.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

/*
 * 1. Several programs may be writing at once: each has a file of its own, and a
 *    lock on its number for as long as it lives.
 * 2. A file whose number nobody has locked is what a crash left behind.
 */

/* Milliseconds between a change and its being saved: a few keystrokes. */
#define AUTOSAVE_MS 1000
/* Bytes of attachments that make it a millisecond more: they are written each
 * time, and typing must not wait for that too often. */
#define AUTOSAVE_BYTES_PER_MS 10000
/* Programs that may be writing at the same time. */
#define AUTOSAVE_SLOTS 16

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
	    app_store_draft(a, str_slice(&text),
	                    account_of(a, str_slice(&text)), err) == 0) {
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
