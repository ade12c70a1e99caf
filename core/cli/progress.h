/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A progress bar on the terminal's last line. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/str.h"

struct progress {
	bool on;     /* there is a terminal to draw on */
	bool drawn;  /* something stands there */
	bool blocks; /* the locale has block elements */
};

/* wanted: false keeps it off, whatever the terminal. */
void progress_init(struct progress *p, bool wanted);
/* label: who is at it, UTF-8, safe. */
void progress_draw(struct progress *p, const char *label, uint64_t done,
                   uint64_t total);
/* Take the bar away, before a line is printed and at the end. */
void progress_erase(struct progress *p);
/* The bar's line in at most cells cells, without control sequences. */
void progress_line(struct str *out, const char *label, uint64_t done,
                   uint64_t total, size_t cells, bool blocks);

#endif
