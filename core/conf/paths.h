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

/* home: --home; NULL: PABAL_HOME, else XDG.  Makes no folder. */
int paths_init(struct paths *p, const char *home, struct err *err);
/* Make the four folders, 0700.  0, or -1 with ERR_IO. */
int paths_make(const struct paths *p, struct err *err);
void paths_release(struct paths *p);
/* A shipped data file ("providers/korea.conf"): beside the program when run
 * from its build, else the installed one; PABAL_DATADIR in the environment
 * comes before both.  Owned; NULL when absent. */
char *paths_shipped(const char *name);
/* The folder that the running program lies in; owned, NULL when unknown. */
char *paths_program_folder(void);

#endif
