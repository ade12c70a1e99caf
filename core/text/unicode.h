/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Unicode: normal forms, grapheme clusters, cell widths, safe text (libunistring). */
#ifndef TEXT_UNICODE_H
#define TEXT_UNICODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/slice.h"
#include "util/str.h"

/* Append s in NFC.  Input is UTF-8; ill-formed bytes become U+FFFD. */
void unicode_nfc(struct slice s, struct str *out);
/* Is s in NFC for sure?  false may be said of other text that is. */
bool unicode_is_nfc(struct slice s);
/* NFKC, as unicode_nfc; for what is compared by rules of others, not for search. */
void unicode_nfkc(struct slice s, struct str *out);
/* Which way c is written: 1 from left to right, -1 from right to left, 0 as what
 * stands around it. */
int unicode_direction(uint32_t c);
/* Search key: NFKC, case folded, width folded. */
void unicode_fold(struct slice s, struct str *out);
/* Does it only make small letters of ASCII ones (bytes_lower)?  As above, false
 * may be wrong. */
bool unicode_folds_simply(struct slice s);
/* Length in bytes of the first extended grapheme cluster; 0 when s is empty. */
size_t unicode_cluster(struct slice s);
/* Length of the last cluster before s.n; 0 when s is empty. */
size_t unicode_cluster_back(struct slice s);
/* Cells of a code point: 0, 1 or 2, never -1. */
int unicode_char_cells(uint32_t c);
/* Cells of one cluster, as terminals draw it: at most 2. */
int unicode_cluster_cells(struct slice cluster);
/* Both at once: length of the first cluster of s, and its cells. */
size_t unicode_next(struct slice s, int *cells_r);
/* Cells of a line of text; TAB counts as one, so expand it before. */
size_t unicode_cells(struct slice s);
/* The longest head of s, cut at a cluster, that fills at most max cells.
 * cells_r (may be NULL): how many it fills. */
struct slice unicode_fit(struct slice s, size_t max, size_t *cells_r);
/* 1 (default) or 2 cells for East Asian Ambiguous; set once at start. */
void unicode_set_ambiguous(int cells);

/*
 * Safe text for one line: headers, names, file names.  Blanks squeezed to one
 * space, trimmed, NFC; controls replaced, bidi and zero-width taken out, Hangul
 * fillers made U+FFFD.
 */
void unicode_clean_line(struct slice s, struct str *out);
/* Safe text of a body: LF and TAB stay, CR dropped, other controls U+FFFD,
 * bidi controls made visible, zero-width ones dropped, ZWJ/ZWNJ stay; NFC is not applied. */
void unicode_clean_body(struct slice s, struct str *out);

#endif
