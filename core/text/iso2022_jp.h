/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ISO-2022-JP as mail programs write it. */
#ifndef TEXT_ISO2022_JP_H
#define TEXT_ISO2022_JP_H

#include <stdbool.h>

#include "util/slice.h"
#include "util/str.h"

/* What a text needs that iconv does not do by itself. */
enum iso2022_jp {
	ISO2022_JP_REGULAR, /* nothing seen */
	ISO2022_JP_OPEN,    /* a line ends in another set than ASCII */
	ISO2022_JP_OTHER,   /* designates a set that EUC-JP does not have */
};

/*
 * Append in as EUC-JP (RFC 1468, with the JIS X 0212 and half-width Katakana of
 * mailers).  Each line begins in ASCII, whatever the line before it left.
 */
enum iso2022_jp iso2022_jp_to_euc(struct slice in, struct str *euc);

#endif
