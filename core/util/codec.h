/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Base64 (RFC 4648) and hexadecimal. */
#ifndef UTIL_CODEC_H
#define UTIL_CODEC_H

#include <stddef.h>

#include "util/str.h"

/* Append the encoding of n bytes, without line breaks. */
void codec_base64_encode(const void *p, size_t n, struct str *out);
/* Strict: 0, or -1 when it is not base64 with correct padding. */
int codec_base64_decode(struct slice text, struct str *out);
void codec_hex_encode(const void *p, size_t n, struct str *out);
int codec_hex_decode(struct slice text, struct str *out);

#endif
