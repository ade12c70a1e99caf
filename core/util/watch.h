/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Did something in these folders change?  For systems with inotify. */
#ifndef UTIL_WATCH_H
#define UTIL_WATCH_H

#include <stdbool.h>

struct watch;

/* NULL where there is no inotify, or no more of it: then look from time to
 * time, which is needed for network file systems anyway. */
struct watch *watch_new(void);
void watch_free(struct watch **w);
/* Names that come, go or change in this folder; one that is watched already, is
 * missing or cannot be watched is passed over.  w may be NULL. */
void watch_add(struct watch *w, const char *folder);
/* Has anything happened since the last call?  Never waits; false for NULL. */
bool watch_take(struct watch *w);

#endif
