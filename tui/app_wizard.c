/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wizard among the panes: its tests, and saving the account. */
#include "tui/app_priv.h"

#include <stdlib.h>

#include "util/clock.h"
#include "util/i18n.h"

#include "util/banned.h"

static const struct provider *
lookup(void *ctx, struct slice address)
{
	const struct app *a = ctx;

	return a->providers != NULL ? provider_for(a->providers, address)
	                            : NULL;
}

static bool
name_taken(void *ctx, const char *name)
{
	const struct app *a = ctx;

	return conf_account(&a->conf, name) != NULL;
}

void
app_wizard_start(struct app *a)
{
	struct wizard_world world = { a, lookup, name_taken };
	struct foreign_list found = { 0 };

	(void)app_providers(a);
	app_wizard_stop(a);
	wizard_init(&a->wizard, &world);
	conf_find_foreign(&a->conf, &found);
	wizard_offer(&a->wizard, &found);
	a->wizard_on = true;
	a->screen = APP_WIZARD;
	a->dirty = true;
}

void
app_wizard_stop(struct app *a)
{
	if (a->wizard_on)
		wizard_release(&a->wizard);
	a->wizard_on = false;
}

static void
start_test(struct app *a)
{
	struct slice password =
		w_line_get(&a->wizard.fields[WIZARD_F_PASSWORD]);
	struct secret secret = { 0 };

	secret_set(&secret, password.p, password.n);
	a->probe = engine_probe(a->engine, &a->wizard.account,
	                        password.n > 0 ? &secret : NULL);
	secret_release(&secret);
}

static void
take_password(struct app *a)
{
	struct wizard_steps *w = &a->wizard;
	struct secret secret = { 0 };
	struct err err = { 0 };

	if (foreign_password(&w->found.v[w->found_at], &secret, &err) == 0)
		wizard_password(w, &secret);
	else
		w->error = err;
	secret_release(&secret);
}

static int
save(struct app *a, struct err *err)
{
	const struct account *acc = &a->wizard.account;
	struct slice password =
		w_line_get(&a->wizard.fields[WIZARD_F_PASSWORD]);
	struct secret secret = { 0 };
	int rc = 0;

	secret_set(&secret, password.p, password.n);
	if (acc->password_command == NULL)
		rc = credential_store(&a->cli->paths, acc->name, &secret, err);
	secret_release(&secret);
	if (rc == 0)
		rc = conf_save_account(&a->cli->paths, acc, err);
	if (rc == 0)
		rc = app_load_conf(a, err);
	return rc;
}

static void
finish(struct app *a)
{
	struct err err = { 0 };
	char *name;

	if (save(a, &err) != 0) {
		a->wizard.step = WIZARD_AMOUNT;
		a->wizard.error = err;
		return;
	}
	name = slice_dup(slice_of(a->wizard.account.name));
	engine_set_conf(a->engine, &a->conf);
	app_load_accounts(a);
	a->fetched = 0;
	(void)engine_fetch(a->engine, name);
	if (!wizard_saved(&a->wizard)) {
		app_wizard_stop(a);
		a->screen = APP_MAIL;
		a->focus = PANE_LIST;
		app_open_view(a, 0, FOLDER_INBOX);
	}
	app_say(a, STYLE_OK, _("account '%s' added, mail is arriving"), name);
	free(name);
}

void
app_wizard_effect(struct app *a, enum wizard_effect effect)
{
	a->dirty = true;
	switch (effect) {
	case WIZARD_NOTHING:
		break;
	case WIZARD_START_TEST:
		start_test(a);
		break;
	case WIZARD_STOP_TEST:
		engine_cancel_job(a->engine, a->probe);
		a->probe = 0;
		break;
	case WIZARD_TAKE_PASSWORD:
		take_password(a);
		break;
	case WIZARD_SAVE:
		finish(a);
		break;
	case WIZARD_LEAVE:
		/* without any account there is nothing to go back to */
		if (a->conf.account_count == 0)
			a->quit = true;
		app_wizard_stop(a);
		a->screen = APP_MAIL;
		break;
	}
}
