/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of pabal doctor share. */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include "cli/cli.h"
#include "cli/progress.h"
#include "conf/provider.h"
#include "engine/finding.h"
#include "util/json.h"
#include "util/str.h"

struct doctor {
	struct cli *cli;
	struct conf conf;
	struct providers *providers; /* or NULL */
	struct progress progress;
	enum err_code worst; /* of what is bad */
	unsigned long bad, notes;
	uint64_t looked; /* checks of this machine begun */
};

/* Was Ctrl-C pressed? */
bool doctor_cancelled(const struct doctor *d);
/* Print a finding; a: of which account, or NULL. */
void doctor_say(struct doctor *d, const struct account *a,
                const struct finding *f);

/* A finding about this machine while it is made. */
struct machine_note {
	struct doctor *d;
	const char *check;
	const char *advice_of; /* another check's is the right one, or NULL */
	struct str text;
	struct str values;
	struct json json; /* into values; an object is open */
	struct err err;
};

void machine_begin(struct machine_note *n, struct doctor *d, const char *check);
/* Print it; state is what it is when err has a code. */
void machine_end(struct machine_note *n, enum finding_state state);

void doctor_locale(struct doctor *d);
void doctor_terminal(struct doctor *d);
void doctor_charsets(struct doctor *d);
void doctor_machine_clock(struct doctor *d);
void doctor_disk(struct doctor *d);
void doctor_store(struct doctor *d);

/* The name of a check for people; never NULL. */
const char *doctor_title(const char *check);
/* What to do about it; never NULL. */
const char *doctor_advice(const char *server, const char *check,
                          enum err_code code);
/* Of two findings the one that says how the program ends. */
enum err_code doctor_worse(enum err_code a, enum err_code b);

#endif
