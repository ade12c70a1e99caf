/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Search: a query as people type it. */
#ifndef MAIL_SEARCH_H
#define MAIL_SEARCH_H

#include "store/store.h"

/*
 * Turn a query into what store_view.search takes: words (all must occur), "a
 * phrase", from: to: subject: is:unread is:flagged in:spam has:attachment
 * before:2026-01-31 after:..., -word.  Jamo search 초성.  Appends to out.
 * 0 or -1 ERR_USAGE.
 */
int search_compile(struct slice query, struct str *out, struct err *err);

#endif
