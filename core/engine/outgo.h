/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What rules send, run and say because of a message that comes in. */
#ifndef ENGINE_OUTGO_H
#define ENGINE_OUTGO_H

#include "engine/deliver.h"

/* One message being delivered. */
struct outgo {
	struct deliver *d;
	struct store_batch *batch;
	const struct message *m;
	const struct rule_actions *wish;
	const char *uidl;
	size_t allowed; /* of wish's mails: how many the day's limit leaves */
	size_t shown; /* and one more, to show in the outbox that it is reached */
	bool may;     /* mail may go because of it: neither spam nor trash */
};

/* Decide how many mails may go; what the limit keeps is said by a label. */
int outgo_plan(struct outgo *o, const struct store_new *info,
               struct str *labels, struct err *err);
/* Queue them, with the message that was added to the batch last. */
int outgo_queue(struct outgo *o, struct err *err);
/* What was to be done afterwards is not done. */
void outgo_forget(struct deliver *d);
void outgo_release(struct deliver *d);

#endif
