/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A word of the command line that is a file or the number of a message. */
#include "cli/input.h"

#include <string.h>

#include "cli/cmd.h"
#include "mail/account_match.h"
#include "store/store.h"

#include "util/banned.h"

int
input_open(struct cli *cli, const char *word, struct store **store_r,
           struct input *in_r, struct err *err)
{
	int rc;

	memset(in_r, 0, sizeof *in_r);
	if (fsx_exists(word) || cli_parse_id(word, &in_r->id) != 0) {
		in_r->id = 0;
		rc = fsx_map_open(word, &in_r->map, err);
	} else {
		if (*store_r == NULL)
			*store_r = cli_store_reading(cli, err);
		rc = *store_r != NULL
		             ? store_map(*store_r, in_r->id, &in_r->map, err)
		             : -1;
	}
	if (rc == 0)
		message_parse(&in_r->m, in_r->map.data);
	return rc;
}

void
input_hosts(struct cli *cli, const struct conf *c, struct store *s,
            const struct input *in, struct origin_hosts *h_r)
{
	struct err ignored = { 0 }; /* nobody's, then */
	const struct account *a = NULL;

	*h_r = (struct origin_hosts){ 0 };
	if (in->id != 0 && s != NULL) {
		origin_hosts_stored(&cli->paths, c, s, in->id, h_r);
		return;
	}
	if (cli->account_count > 0)
		a = account_match(c, cli->accounts[0], &ignored);
	if (a != NULL)
		origin_hosts_load(&cli->paths, a, h_r);
}

void
input_close(struct input *in)
{
	message_release(&in->m);
	fsx_map_close(&in->map);
	memset(in, 0, sizeof *in);
}
