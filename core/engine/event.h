/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What workers tell the screen and the command line. */
#ifndef ENGINE_EVENT_H
#define ENGINE_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/finding.h"
#include "engine/work.h"
#include "util/err.h"

enum event_kind {
	EVENT_FETCH_STATE,    /* account: text says what is going on */
	EVENT_FETCH_PROGRESS, /* done, total, bytes */
	EVENT_FETCH_DONE,     /* final: done (new), skipped, bytes, err */
	EVENT_MAIL,           /* new rows are in the store */
	EVENT_SEND_STATE,     /* outbox row id: text */
	EVENT_SEND_DONE,      /* final for that try: err or none */
	EVENT_PROBE_LINE,     /* account test: a line of what was found */
	EVENT_PROBE_DONE,     /* final */
	EVENT_FINDING,        /* check-up of an account: finding */
	EVENT_DOCTOR_DONE,    /* final: err when it was cancelled */
	EVENT_NOTICE,         /* account: a rule wants this said */
	/* the whole of message id: bytes, total */
	EVENT_FILL_PROGRESS,
	EVENT_FILL_DONE,    /* final: id has become now, or err */
	EVENT_INDEXING,     /* in the background: done, total */
	EVENT_INDEX,        /* final: total (left) */
	EVENT_UNSUBSCRIBED, /* final: text is the host that was asked, err */
	EVENT_CHORE,        /* work on many messages: done, total */
	EVENT_CHORE_DONE,   /* final: see chore.h */
	EVENT_WORK_DONE,    /* final: work, err */
};

struct event {
	struct event *next;
	enum event_kind kind;
	char *account; /* name, or NULL; owned */
	int64_t job;
	int64_t id; /* outbox row, message */
	int64_t now;
	uint64_t unread; /* EVENT_FETCH_DONE: new in the inbox */
	uint64_t done, total, skipped, bytes;
	int64_t elapsed_ms;
	char *text;               /* for people, safe; owned; or NULL */
	struct finding *finding;  /* EVENT_FINDING; owned */
	struct engine_work *work; /* EVENT_WORK_DONE; owned */
	char *note; /* worth knowing though it is no error; owned; or NULL */
	struct err err; /* code ERR_NONE when all is well */
};

struct event *event_new(enum event_kind kind, const char *account);
void event_free(struct event **e);

#endif
