/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is being written is saved by itself against every accident. */
#include "tui/app_priv.h"

#include <stdlib.h>
#include <unistd.h>

#include "engine/lock.h"
#include "util/clock.h"
#include "util/fsx.h"
#include "util/i18n.h"
#include "util/step.h"
#include "util/xalloc.h"

#include "util/banned.h"

/*
 * 1. Several programs may be writing at once: each has a file of its own, and a
 *    lock on its number for as long as it lives.
 * 2. A file whose number nobody has locked is what a crash left behind: see
 *    app_recover.c.
 * 3. The file is the message as a draft, under the Message-ID that each draft of
 *    this writing has.  It is written before anything else becomes of the message
 *    (a draft, a mail in the outbox) and goes after that is safe, so at each
 *    moment one of them is there.
 * 4. What could not be saved counts as changed: it is tried again until it is, and
 *    the screen says so all the time.
 */

/* Milliseconds between a change and its being saved: a few keystrokes. */
#define AUTOSAVE_MS 500
/* Bytes of attachments that make it a millisecond more: they are written each
 * time, and typing must not wait for that too often. */
#define AUTOSAVE_BYTES_PER_MS 10000
/* When to try again what failed: soon after there is room on the disk. */
#define AUTOSAVE_AGAIN_MS 2000

char *
app_autosave_path(const struct app *a, int slot)
{
	char *name = xasprintf("unsent-%d.eml", slot);
	char *path = fsx_join(a->cli->paths.state, name);

	free(name);
	return path;
}

/* The lock of a number: a descriptor, or -1. */
int
app_autosave_lock(const struct app *a, int slot, struct err *err)
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
		char *path = app_autosave_path(a, i);

		fd = fsx_exists(path) ? -1 : app_autosave_lock(a, i, err);
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
	step("unsent forgotten");
	a->autosave_at = 0;
	a->autosave_failed = false;
}

static int64_t
autosave_ms(const struct compose *c)
{
	size_t i, sum = 0;

	for (i = 0; i < c->files.n; i++)
		sum += c->files.v[i].size;
	return AUTOSAVE_MS + (int64_t)(sum / AUTOSAVE_BYTES_PER_MS);
}

int
app_autosave_put(struct app *a, struct slice message, struct err *err)
{
	if (autosave_open(a, err) != 0 ||
	    fsx_write_atomic(a->autosave, message, err) != 0)
		return -1;
	step("unsent written");
	return 0;
}

int
app_autosave_keep(struct app *a, const struct compose *c, struct err *err)
{
	enum compose_field wrong;
	struct str out;
	int rc;

	str_init(&out, BUILD_MAX);
	rc = compose_build(c, true, &out, NULL, &wrong, err);
	if (rc == 0)
		rc = app_autosave_put(a, str_slice(&out), err);
	str_release(&out);
	return rc;
}

/* Called each turn of the loop; now: at once. */
void
app_autosave(struct app *a, bool now)
{
	struct err err = { 0 };

	if (a->compose == NULL || !compose_changed(a->compose)) {
		a->autosave_at = 0;
		a->autosave_failed = false;
		return;
	}
	if (a->autosave_at == 0)
		a->autosave_at = clock_mono_ms() + autosave_ms(a->compose);
	if (!now && clock_mono_ms() < a->autosave_at)
		return;
	if (app_autosave_keep(a, a->compose, &err) == 0) {
		if (a->autosave_failed)
			app_say(a, STYLE_OK,
			        _("what you are writing is saved again"));
		compose_set_saved(a->compose);
		a->autosave_at = 0;
	} else {
		/* each time: a key takes the line away */
		app_say(a, STYLE_ERROR,
		        _("what you are writing is not saved: %s"), err.text);
		a->autosave_at = clock_mono_ms() + AUTOSAVE_AGAIN_MS;
	}
	a->autosave_failed = a->autosave_at != 0;
}
