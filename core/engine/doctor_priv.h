/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the check-up share. */
#ifndef ENGINE_DOCTOR_PRIV_H
#define ENGINE_DOCTOR_PRIV_H

#include "engine/finding.h"
#include "engine/job.h"
#include "engine/login.h"
#include "util/json.h"
#include "util/str.h"

/* Longest text of a finding: a list of extensions. */
#define DOCTOR_TEXT_MAX 8192
/* Longest values: the same as JSON. */
#define DOCTOR_VALUES_MAX 65536

/* A server being looked at. */
struct checkup {
	struct job *job;
	const char *server; /* "pop3" or "smtp" */
	const struct account_server *at;
	bool starts_tls;     /* by STLS or STARTTLS */
	const char *pin;     /* or NULL */
	const char *set_way; /* the account names the way to log in; or NULL */
	int timeout_ms;      /* for one step */
	struct str offer;    /* CAPA or EHLO, the last one */
	char way[32];        /* to log in, tried last; "" none yet */
	bool greeted, offered;  /* it has said so much */
	bool met;               /* there is TLS, good or not */
	bool encrypted;         /* and it was good */
	bool let_in;            /* logged in */
	bool apop;              /* the greeting has a timestamp */
	struct finding tls_bad; /* waits for the error of the connection */
};

/* A finding while it is made. */
struct note {
	struct checkup *c;
	const char *check;
	struct str text;
	struct str values;
	struct json json; /* into values; an object is open */
};

void note_begin(struct note *n, struct checkup *c, const char *check);
/* Hand it over.  err: may be NULL, and without a code all is well. */
void note_end(struct note *n, enum finding_state state, const struct err *err);
/* The same, the one state or the other by err. */
void note_end_by(struct note *n, enum finding_state state_of_err,
                 const struct err *err);

/* Names and addresses (doctor_look.c).  0, or -1: there is nobody to talk to. */
int doctor_look_up(struct checkup *c);
/* What a connection tells while it is opened (doctor_meet.c). */
void doctor_saw(void *ctx, enum watch_what what, struct slice text,
                const struct tls_info *tls);
/* It could not be opened, and why. */
void doctor_failed(struct checkup *c, const struct err *err);
/* Which ways there were to log in, which one was used and why. */
void doctor_say_ways(struct checkup *c);
/* A time that the server told us against ours; by: what told it. */
void doctor_clock(struct checkup *c, int64_t theirs, const char *by,
                  bool at_least);
/* What the mailbox can do (doctor_box.c). */
void doctor_box(struct checkup *c, struct pop3 *pop3);

#endif
