/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which delivery reports are wanted, as people write it. */
#include "conf/dsn.h"

#include "util/i18n.h"

#include "util/banned.h"

static const struct {
	const char *name;
	unsigned bit;
} names[] = {
	{ "success", DSN_SUCCESS }, { "failure", DSN_FAILURE },
	{ "delay", DSN_DELAY },     { "never", DSN_NEVER },
	{ "full", DSN_FULL },       { "hdrs", DSN_HEADER },
};

#define COUNT (sizeof names / sizeof names[0])

int
dsn_parse(struct slice text, unsigned *dsn_r, struct err *err)
{
	unsigned when = DSN_SUCCESS | DSN_FAILURE | DSN_DELAY;
	struct slice rest = text;
	unsigned dsn = *dsn_r;
	struct slice word;
	size_t i = 0;

	while (i < COUNT && slice_split(&rest, ',', &word)) {
		for (i = 0; i < COUNT; i++)
			if (slice_ieq_z(slice_trim(word), names[i].name))
				break;
		if (i < COUNT)
			dsn |= names[i].bit;
	}
	if (i == COUNT || text.n == 0 ||
	    ((dsn & DSN_NEVER) != 0 && (dsn & when) != 0))
		return err_set(err, ERR_USAGE,
		               _("'%.*s' is no delivery report"),
		               SLICE_ARG(slice_head(text, 80)));
	if ((dsn & (when | DSN_NEVER)) == 0)
		dsn |= DSN_FAILURE | DSN_DELAY;
	*dsn_r = dsn;
	return 0;
}

void
dsn_show(unsigned dsn, struct str *out)
{
	const char *lead = "";

	for (size_t i = 0; i < COUNT; i++)
		if ((dsn & names[i].bit) != 0) {
			str_printf(out, "%s%s", lead, names[i].name);
			lead = ",";
		}
}
