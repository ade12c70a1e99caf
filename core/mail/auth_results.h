/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One Authentication-Results field (RFC 8601). */
#ifndef MAIL_AUTH_RESULTS_H
#define MAIL_AUTH_RESULTS_H

#include <stdbool.h>

#include "util/slice.h"
#include "util/str.h"

/* All slices point into text. */
struct auth_results {
	struct str text;   /* of the field, without comments and quotes */
	struct slice id;   /* authserv-id; empty when none is written */
	struct slice rest; /* the results to come */
};

struct auth_result {
	struct slice method; /* "dkim", without version */
	struct slice result; /* "pass" */
	struct slice props;  /* "header.d=a.example header.i=@a.example" */
};

/* Take a raw value apart; whatever it is.  auth_results_release. */
void auth_results_init(struct auth_results *r, struct slice value);
void auth_results_release(struct auth_results *r);
/* The next result; false at the end. */
bool auth_results_next(struct auth_results *r, struct auth_result *one_r);
/* The value of a property; empty when it is not there. */
struct slice auth_result_prop(const struct auth_result *one, const char *name);

#endif
