/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The names of files in a zip that is attached. */
#ifndef MAIL_SPAM_ZIP_H
#define MAIL_SPAM_ZIP_H

#include <stdbool.h>

#include "util/slice.h"

/*
 * The next name in the first bytes of a zip, whole or cut; *rest is all of it at
 * first.  Nothing is unpacked: the headers before each file and
 * those at the end are enough, wherever they stand.  Linear; false at the end.
 */
bool spam_zip_next(struct slice *rest, struct slice *name_r);
/* Is that the name of a program? */
bool spam_zip_program(struct slice name);

#endif
