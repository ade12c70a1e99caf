/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands, and what they share. */
#ifndef CLI_CMD_H
#define CLI_CMD_H

#include <stdint.h>

#include "cli/cli.h"
#include "conf/provider.h"
#include "util/err.h"

struct store;

int cmd_account(struct cli *cli, int argc, char **argv);
int cmd_bulk(struct cli *cli, int argc, char **argv);
int cmd_demo(struct cli *cli, int argc, char **argv);
int cmd_doctor(struct cli *cli, int argc, char **argv);
int cmd_export(struct cli *cli, int argc, char **argv);
int cmd_fetch(struct cli *cli, int argc, char **argv);
int cmd_import(struct cli *cli, int argc, char **argv);
int cmd_index(struct cli *cli, int argc, char **argv);
int cmd_list(struct cli *cli, int argc, char **argv);
int cmd_outbox(struct cli *cli, int argc, char **argv);
int cmd_rules(struct cli *cli, int argc, char **argv);
int cmd_search(struct cli *cli, int argc, char **argv);
int cmd_send(struct cli *cli, int argc, char **argv);
int cmd_sendmail(struct cli *cli, int argc, char **argv);
int cmd_serve(struct cli *cli, int argc, char **argv);
int cmd_show(struct cli *cli, int argc, char **argv);
int cmd_spam(struct cli *cli, int argc, char **argv);
int cmd_trash(struct cli *cli, int argc, char **argv);
int cmd_unsubscribe(struct cli *cli, int argc, char **argv);

/* Say it with advice on the server's words; the status to exit with. */
int cli_fail_advice(const struct cli *cli, const struct err *err,
                    const char *advice);
/* What went wrong with the options, then how to use the command. */
int cli_usage(const struct cli *cli, const char *command,
              const struct err *err);
/* A positive decimal number: the id of a stored message or outbox row. */
int cli_parse_id(const char *text, int64_t *id_r);
/* The folders are made, the configuration read.  0, or -1 with err. */
int cli_conf(struct cli *cli, struct conf *conf_r, struct err *err);
struct store *cli_store(struct cli *cli, struct err *err);
/* The same, or, where nothing can be written, a store to read from; says so. */
struct store *cli_store_reading(struct cli *cli, struct err *err);
/* The same, with what other programs changed in the Maildir taken in. */
struct store *cli_store_now(struct cli *cli, struct err *err);
/* The advice for err, which account a met; providers may be NULL. */
const char *cli_advice(const struct providers *providers,
                       const struct account *a, const struct err *err);

#endif
