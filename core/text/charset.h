/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charsets of mail: a whitelist of labels, decoding to UTF-8. */
#ifndef TEXT_CHARSET_H
#define TEXT_CHARSET_H

#include <stdbool.h>
#include <stddef.h>

#include "util/slice.h"
#include "util/str.h"

/* The decoders we have; many labels lead to one (charset_alias.c). */
enum charset {
	CHARSET_UNKNOWN, /* no label, or one that means nothing */
	CHARSET_ASCII,
	CHARSET_UTF8,
	CHARSET_CP949,       /* every Korean EUC-style label */
	CHARSET_ISO_2022_KR, /* own lenient decoder */
	CHARSET_JOHAB,
	CHARSET_WINDOWS_1252, /* iso-8859-1 too */
	CHARSET_UTF7,
	CHARSET_UTF16, /* by BOM, else big endian */
	CHARSET_UTF16LE,
	CHARSET_UTF16BE,
	CHARSET_HZ,          /* own decoder */
	CHARSET_OTHER_FIRST, /* the table goes on: Shift_JIS, GB18030, ... */
};

/* A byte becomes at most so many bytes of UTF-8. */
#define CHARSET_GROWTH 4

/* The decoder of a label as it stands in a mail: quotes, blanks, comments,
 * ";", an RFC 2231 "*lang" suffix are taken off.  Compares without case. */
enum charset charset_lookup(struct slice label);
/* Preferred name for users; static, "" for CHARSET_UNKNOWN. */
const char *charset_name(enum charset cs);
/*
 * Append in, decoded to UTF-8, to out.  Never fails: what cannot be decoded
 * becomes U+FFFD (resynchronising as WHATWG Encoding does), C1 controls too.
 * bad_r (may be NULL): number of replacements.  Safe from any thread.
 */
void charset_decode(enum charset cs, struct slice in, struct str *out,
                    size_t *bad_r);
/* Append in, decoded, when every byte can be decoded and there is room in any
 * case; otherwise out is as before and the answer false. */
bool charset_try(enum charset cs, struct slice in, struct str *out);
/* Free what the calling thread's open converters hold. */
void charset_release_thread(void);

#endif
