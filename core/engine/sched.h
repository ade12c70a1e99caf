/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When an account is fetched by itself: decided from its last attempts; pure. */
#ifndef ENGINE_SCHED_H
#define ENGINE_SCHED_H

#include <stdbool.h>
#include <stdint.h>

#include "util/err.h"
#include "util/slice.h"
#include "util/str.h"

/*
 * Rules:
 * 1. A password that was rejected is not shown to the server again by itself:
 *    automatic fetches wait until the user asks, or until password or settings
 *    were changed.
 * 2. Two logins are never nearer than the server's LOGIN-DELAY and the
 *    provider's minimum, whatever went wrong.
 * 3. A temporary failure is tried again after one minute, then two, four, ...
 *    up to an hour or the interval, whichever is longer; one that is there to
 *    stay after an hour.
 * 4. A clock that was set back delays nothing: an attempt of the future counts
 *    as none.
 */

/* What is known of the attempts at an account; zeroed: none.  Durable. */
struct sched_state {
	int64_t attempted; /* when the last one began */
	int code;          /* enum err_code it ended with */
	int failures;      /* in a row */
	int rejected;      /* logins in a row */
	int delay;         /* seconds between logins that the server wants */
	int64_t changed;   /* sched_rule.changed at that time */
};

/* What the configuration says. */
struct sched_rule {
	int64_t interval; /* seconds; 0: never by itself */
	int64_t minimum;  /* seconds; the provider's, 0: none */
	int64_t changed;  /* when password or settings were last written */
};

/* Rejected logins after which also an unattended "pabal fetch" keeps away. */
#define SCHED_REJECTED_MAX 2

/* Is it rule 1 that holds it? */
bool sched_paused(const struct sched_state *s, const struct sched_rule *r);
/* Time of the next automatic fetch, at or before now when it is due; 0: none
 * by itself. */
int64_t sched_next(const struct sched_state *s, const struct sched_rule *r,
                   int64_t now);
/* An attempt begins. */
void sched_began(struct sched_state *s, int64_t now);
/* It ended with that code; delay: LOGIN-DELAY of CAPA or of a refusal, 0 when
 * none was told; one of a refusal replaces only shorter ones. */
void sched_ended(struct sched_state *s, enum err_code code, int delay,
                 int64_t changed);

/* As a line of text, and back; what cannot be read counts as zeroed. */
void sched_write(const struct sched_state *s, struct str *out);
void sched_read(struct slice text, struct sched_state *s_r);

#endif
