/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Locks that hold across processes: one fetch per account, one sender. */
#ifndef ENGINE_LOCK_H
#define ENGINE_LOCK_H

#include "conf/paths.h"
#include "util/err.h"

/*
 * Take the lock of that name (letters of an account's name or "send") below the
 * state folder.  The kernel gives it back when the process ends, however it
 * ends.  Returns a descriptor to close when done, or -1: ERR_RETRY when another
 * process holds it, ERR_IO.
 */
int lock_take(const struct paths *paths, const char *kind, const char *name,
              struct err *err);
/* The same, together with others that share it: ERR_RETRY when one took it. */
int lock_share(const struct paths *paths, const char *kind, const char *name,
               struct err *err);

#endif
