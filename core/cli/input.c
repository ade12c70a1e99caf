/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A word of the command line that is a file or the number of a message. */
#include "cli/input.h"

#include <string.h>

#include "cli/cmd.h"
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
input_close(struct input *in)
{
	message_release(&in->m);
	fsx_map_close(&in->map);
	memset(in, 0, sizeof *in);
}
