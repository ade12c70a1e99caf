/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scheduler's state in the store, for engine_tick and the fetch jobs. */
#ifndef ENGINE_TICK_H
#define ENGINE_TICK_H

#include "conf/conf.h"
#include "engine/sched.h"
#include "store/store.h"

/* What is known of an account's attempts; zeroed when there were none. */
int tick_load(struct store *s, int64_t account, struct sched_state *state_r,
              struct err *err);
/* Was the account's password rejected, as far as can be found out? */
bool tick_rejected(struct store *s, const char *account);
/* durable: it must outlive a power cut (a password was rejected). */
int tick_save(struct store *s, int64_t account, const struct sched_state *state,
              bool durable, struct err *err);

/* How an attempt went. */
struct tick_end {
	enum err_code code; /* ERR_AUTH only when the secret was shown */
	int delay;          /* between two logins, as the server wants it */
	int64_t changed;    /* of the secret, before it was read */
	const struct fetch_record *record; /* written with it; NULL: none */
};

/* An attempt begins and ends, as the fetch job tells; what cannot be written is
 * logged. */
void tick_began(struct store *s, int64_t account);
void tick_ended(struct store *s, int64_t account, const struct tick_end *end);

#endif
