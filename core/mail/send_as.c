/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a provider does with a sender's address that is not the login's. */
#include "mail/send_as.h"

#include <string.h>

#include "mail/account_match.h"
#include "mime/addr.h"
#include "util/i18n.h"

#include "util/banned.h"

void
send_as_find(const struct conf *c, const struct providers *all,
             const struct account *a, struct slice address,
             struct send_as *as_r)
{
	const struct account *carrier = account_carrier(
		c->accounts, c->account_count, a, address, NULL);

	memset(as_r, 0, sizeof *as_r);
	if (all == NULL || carrier == NULL || carrier->address == NULL ||
	    address.n == 0 || addr_same(slice_of(carrier->address), address))
		return;
	as_r->provider =
		carrier->provider != NULL
			? provider_by_id(all, carrier->provider)
			: provider_for(all, slice_of(carrier->address));
	if (as_r->provider != NULL)
		as_r->does = as_r->provider->from;
	as_r->login = carrier->address;
}

void
send_as_say(const struct send_as *as, struct slice address, struct str *out)
{
	const struct provider *p = as->provider;
	const char *name;

	if (as->does == PROVIDER_FROM_ANY)
		return;
	name = provider_say(p->name_ko, p->name_en);
	if (name == NULL)
		name = p->id;
	if (as->does == PROVIDER_FROM_OWN)
		str_printf(out,
		           _("%s refuses mail from %.*s unless it is an alias "
		             "there"),
		           name, SLICE_ARG(address));
	else
		str_printf(out,
		           _("%s puts %s in From unless \"send mail as\" is "
		             "set up there"),
		           name, as->login);
}

const char *
send_as_name(const struct send_as *as)
{
	switch (as->does) {
	case PROVIDER_FROM_OWN:
		return "own";
	case PROVIDER_FROM_REWRITTEN:
		return "rewritten";
	case PROVIDER_FROM_ANY:
		break;
	}
	return NULL;
}
