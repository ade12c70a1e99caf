/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of pabal account share. */
#ifndef CLI_CMD_ACCOUNT_H
#define CLI_CMD_ACCOUNT_H

#include "cli/cli.h"
#include "conf/provider.h"
#include "util/err.h"
#include "util/secret.h"

struct account_run {
	struct cli *cli;
	struct conf conf;
	struct providers *providers;
	const char *word;   /* the account's name as typed, or NULL */
	struct err failure; /* of account_test */
};

/* argv[0] is "add", "edit". */
int account_add(struct account_run *r, char **argv);
int account_edit(struct account_run *r, char **argv);
/* Log in to the servers, a line for each thing found; the status, with
 * r->failure when it is not EX_OK. */
int account_test(struct account_run *r, const struct account *a,
                 const struct secret *secret);
/* For probe_account: says nothing. */
void account_no_line(void *ctx, const char *text);
/* A name for a new account of that address that no other has; owned. */
char *account_new_name(const struct conf *c, const struct provider *p,
                       struct slice address);

#endif
