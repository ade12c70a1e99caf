/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Korean two-byte charsets by our own table: CP949, ISO-2022-KR, Johab. */
#ifndef TEXT_CP949_H
#define TEXT_CP949_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text/sink.h"
#include "util/slice.h"

#define CP949_ROWS 94U
/* KS X 1001 without its offsets: [row * CP949_ROWS + cell], 0: nothing. */
extern const uint16_t cp949_ksx1001[CP949_ROWS * CP949_ROWS];

/* The character of two bytes of CP949; 0 when there is none. */
uint32_t cp949_char(unsigned char lead, unsigned char trail);
void cp949_decode(struct slice in, struct sink *out);

/* What CP949 would make of bytes; nothing is stored. */
struct cp949_count {
	size_t bad;    /* bytes or pairs without a character */
	size_t hangul; /* syllables, and jamo that are written alone */
	size_t others; /* further characters that are not ASCII, but no signs */
};

void cp949_count(struct slice in, struct cp949_count *count_r);

/* RFC 1557, leniently: the designator may be missing or stand anywhere, a line
 * end ends the shift, 8-bit pairs are read as CP949. */
void iso2022kr_decode(struct slice in, struct sink *out);
void johab_decode(struct slice in, struct sink *out);

/* Append s (UTF-8) in EUC-KR; false, with out as it was, when KS X 1001 of 1992
 * lacks one of its characters. */
bool euckr_encode(struct slice s, struct str *out);

#endif
