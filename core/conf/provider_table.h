/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What provider_load makes and provider looks up. */
#ifndef CONF_PROVIDER_TABLE_H
#define CONF_PROVIDER_TABLE_H

#include "conf/provider.h"
#include "util/arena.h"
#include "util/array.h"

struct providers {
	struct arena arena; /* all rows and their strings */
	ARRAY(struct provider *) rows;
	struct provider *generic; /* section [*], or NULL */
};

#endif
