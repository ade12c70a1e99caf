/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The daily copy of what the mail files cannot tell. */
#ifndef STORE_COPY_H
#define STORE_COPY_H

#include "store/store.h"

/* Take back accounts, UIDLs and contacts from the newest sound copy when it is
 * of another pabal.db; index: labels and verdicts too (the rows of messages are
 * there).  A copy that cannot be read is passed over.  0 or -1. */
int copy_restore(struct store *s, bool index, struct err *err);
/* pabal.db is new while mail files are there: their names tell UIDLs. */
int copy_names_lost(struct store *s, struct err *err);
/* Was one lost ever? */
bool copy_was_lost(struct store *s);

#endif
