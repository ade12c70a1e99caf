/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Choosing files: folders to walk through, typing narrows, any number marked. */
#ifndef TUI_W_FILES_H
#define TUI_W_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/w_pick.h"
#include "util/array.h"
#include "util/err.h"

struct w_files_entry {
	char *name; /* as on disk */
	char *key;  /* what it is sorted by */
	bool folder;
	uint64_t size;
};

/*
 * Enter goes into a folder or chooses a file; Tab marks a file or goes into a
 * folder; Left or Backspace goes up.  A typed path is followed: "~/", "../",
 * "/etc/".  Names beginning with "." are shown once a "." is typed.
 */
struct w_files {
	struct w_pick pick;
	char *folder; /* absolute */
	ARRAY(struct w_files_entry) entries;
	ARRAY(char *) marked; /* paths */
	bool hidden;          /* names with "." are in the list */
	struct str note;      /* what went wrong last, or "" */
};

/* folder NULL: the one the program was started in. */
void w_files_init(struct w_files *f, const char *title, const char *folder);
void w_files_release(struct w_files *f);
/* W_PICK_CHOSEN: marked has all that were chosen. */
enum w_pick_result w_files_key(struct w_files *f, uint32_t key);
enum w_pick_result w_files_click(struct w_files *f, int row, int col);
/* Paths that a terminal pastes when files are dropped on it are marked; any
 * other text is typed. */
void w_files_paste(struct w_files *f, struct slice text);
void w_files_draw(struct w_files *f, struct grid *g);

#endif
