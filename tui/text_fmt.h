/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dates, sizes and folder names as people read them. */
#ifndef TUI_TEXT_FMT_H
#define TUI_TEXT_FMT_H

#include <stdint.h>

#include "store/store.h"
#include "util/str.h"

/* For lists, at most 9 cells: time today, "Yesterday", month and day this year,
 * else year and month. */
void fmt_date_short(int64_t t, int64_t now, struct str *out);
/* For the reader: "2026-11-23 (Mon) 09:12". */
void fmt_date_long(int64_t t, struct str *out);
/* "1,204". */
void fmt_count(uint64_t n, struct str *out);
/* A folder's name in the user's language; static. */
const char *fmt_folder(enum folder f);

#endif
