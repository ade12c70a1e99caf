/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the provider will do with the sender's address. */
#include "tui/app_priv.h"

#include "mail/send_as.h"

#include "util/banned.h"

struct providers *
app_providers(struct app *a)
{
	struct err err = { 0 };

	if (a->providers == NULL)
		a->providers = providers_load(&a->cli->paths, &err);
	if (a->providers == NULL)
		app_say_err(a, &err);
	return a->providers;
}

void
app_say_from(struct app *a)
{
	const struct compose *c = a->compose;
	const struct compose_from *f =
		c != NULL && c->from < c->froms.n ? &c->froms.v[c->from] : NULL;
	const struct account *acc =
		f != NULL ? conf_account(&a->conf, f->account) : NULL;
	struct send_as as;
	struct str words;

	if (acc == NULL)
		return;
	send_as_find(&a->conf, app_providers(a), acc, slice_of(f->address),
	             &as);
	if (as.does == PROVIDER_FROM_ANY)
		return;
	str_init(&words, 1024);
	send_as_say(&as, slice_of(f->address), &words);
	app_say(a, STYLE_WARN, "%s", words.p);
	str_release(&words);
}
