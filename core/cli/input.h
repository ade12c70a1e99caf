/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A word of the command line that is a file or the number of a message. */
#ifndef CLI_INPUT_H
#define CLI_INPUT_H

#include "cli/cli.h"
#include "mail/origin.h"
#include "mime/parse.h"
#include "util/err.h"
#include "util/fsx.h"

struct store;

struct input {
	struct fsx_map map;
	struct message m;
	int64_t id; /* 0: a file */
};

/*
 * A decimal number is a stored message (unless a file of that name lies in the
 * current folder), anything else a file.
 *
 * store_r  opened when first needed; the caller closes it.
 */
int input_open(struct cli *cli, const char *word, struct store **store_r,
               struct input *in_r, struct err *err);
/* The provider of the account that a stored message came through, or of the one
 * named with -a; else of nobody.  s may be NULL. */
void input_hosts(struct cli *cli, const struct conf *c, struct store *s,
                 const struct input *in, struct origin_hosts *h_r);
void input_close(struct input *in);

#endif
