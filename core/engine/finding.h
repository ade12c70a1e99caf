/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thing that was looked at, and what was found. */
#ifndef ENGINE_FINDING_H
#define ENGINE_FINDING_H

#include "util/err.h"

enum finding_state {
	FINDING_WELL,
	FINDING_NOTE, /* works, but is worth knowing: err says what */
	FINDING_BAD,  /* err says what is wrong */
};

struct finding {
	enum finding_state state;
	const char *server; /* "pop3", "smtp"; NULL: neither; static */
	const char *check;  /* "dns", "tls", ...: stable, static */
	const char
		*advice_of; /* the check whose advice it takes; NULL: its own */
	char *text;         /* for people: what was found; owned; or NULL */
	char *values;       /* the same as a JSON object; owned; or NULL */
	struct err err;     /* FINDING_WELL: none */
};

/* Release also what f points to, and f. */
void finding_free(struct finding **f);

#endif
