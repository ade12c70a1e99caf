/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What workers tell the screen and the command line. */
#include "engine/event.h"

#include <stdlib.h>

#include "util/xalloc.h"

#include "util/banned.h"

struct event *
event_new(enum event_kind kind, const char *account)
{
	struct event *e = xcalloc(1, sizeof *e);

	e->kind = kind;
	e->account = account != NULL ? xstrdup(account) : NULL;
	return e;
}

void
event_free(struct event **e)
{
	if (e == NULL || *e == NULL)
		return;
	free((*e)->account);
	free((*e)->text);
	free((*e)->note);
	finding_free(&(*e)->finding);
	if ((*e)->work != NULL)
		(*e)->work->free((*e)->work);
	free(*e);
	*e = NULL;
}
