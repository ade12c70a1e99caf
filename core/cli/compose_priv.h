/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of compose share. */
#ifndef CLI_COMPOSE_PRIV_H
#define CLI_COMPOSE_PRIV_H

#include "cli/compose.h"
#include "mime/message.h"
#include "mime/resent.h"

struct composer {
	const struct compose_in *in;
	struct compose_out *out;
	struct message m;
	struct resent resent; /* empty unless somebody sends it on */
	struct err *err;
};

static inline bool
composer_sends_on(const struct composer *c)
{
	return c->resent.first < c->resent.end;
}

/* Nobody delivers here: mail for people of this computer goes to whom the account
 * belongs to.  Returns whether there was any. */
bool composer_qualify(struct composer *c, struct addr_list *list);
/* All recipients into c->out.  0, or -1 with c->err set. */
int composer_find_rcpts(struct composer *c);

#endif
