/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the provider will do with the sender's address. */
#include "tui/app_priv.h"

#include "mail/account_match.h"
#include "util/i18n.h"

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

static const struct provider *
provider_of(struct app *a, const struct account *carrier)
{
	struct providers *all = app_providers(a);

	if (all == NULL)
		return NULL;
	if (carrier->provider != NULL)
		return provider_by_id(all, carrier->provider);
	return carrier->address != NULL
	               ? provider_for(all, slice_of(carrier->address))
	               : NULL;
}

void
app_say_from(struct app *a)
{
	const struct compose *c = a->compose;
	const struct compose_from *f =
		c != NULL && c->from < c->froms.n ? &c->froms.v[c->from] : NULL;
	const struct account *acc =
		f != NULL ? conf_account(&a->conf, f->account) : NULL;
	const struct account *carrier;
	const struct provider *p;
	const char *name;

	if (acc == NULL)
		return;
	carrier = account_carrier(a->conf.accounts, a->conf.account_count, acc,
	                          slice_of(f->address), NULL);
	if (carrier == NULL || carrier->address == NULL ||
	    addr_same(slice_of(carrier->address), slice_of(f->address)))
		return;
	p = provider_of(a, carrier);
	if (p == NULL || p->from == PROVIDER_FROM_ANY)
		return;
	name = provider_say(p->name_ko, p->name_en);
	if (p->from == PROVIDER_FROM_OWN)
		app_say(a, STYLE_WARN,
		        _("%s refuses mail from %s unless it is an alias "
		          "there"),
		        name != NULL ? name : p->id, f->address);
	else
		app_say(a, STYLE_WARN,
		        _("%s puts %s in From unless \"send mail as\" is set "
		          "up there"),
		        name != NULL ? name : p->id, carrier->address);
}
