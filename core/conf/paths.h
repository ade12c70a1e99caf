/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where configuration, mail, state and cache lie (XDG, or all below one folder). */
#ifndef CONF_PATHS_H
#define CONF_PATHS_H

#include "util/err.h"

struct paths {
	char *config; /* ~/.config/pabal: config, accounts, rules */
	char *data;   /* ~/.local/share/pabal: mail/, pabal.db, spam model */
	char *state;  /* ~/.local/state/pabal: log */
	char *cache;  /* ~/.cache/pabal: search.db */
	char *home;   /* --home, or NULL */
};

/* home: --home or PABAL_HOME, NULL: XDG.  Folders are made 0700 when make. */
int paths_init(struct paths *p, const char *home, struct err *err);
void paths_release(struct paths *p);
/* A shipped data file ("providers/korea.conf"): beside the program when run
 * from its build, else the installed one.  Owned; NULL when absent. */
char *paths_shipped(const char *name);

#endif
