/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tree of the parts in one buffer, for parse.c only. */
#ifndef MIME_TREE_H
#define MIME_TREE_H

#include <stddef.h>

#include "mime/parse.h"
#include "util/slice.h"

/*
 * Read the parts of raw: as those of inside, a message/rfc822 whose bytes raw
 * are, or with inside NULL as m's root.  Never fails.
 *
 * parts  how many m has, counted on; at most MIME_PARTS_MAX
 */
void tree_build(struct message *m, struct slice raw, struct part *inside,
                size_t *parts);

#endif
