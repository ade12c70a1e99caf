/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of charset labels; see charset.h for looking one up. */
#ifndef TEXT_CHARSET_ALIAS_H
#define TEXT_CHARSET_ALIAS_H

#include <stddef.h>

#include "text/charset.h"

/* Charsets that iconv decodes, in the order of charset_alias.c. */
#define CHARSET_OTHER_COUNT 43U
/* Two of them are looked after by name. */
#define CHARSET_EUC_JP      ((enum charset)(CHARSET_OTHER_FIRST + 1))
#define CHARSET_ISO_2022_JP ((enum charset)(CHARSET_OTHER_FIRST + 2))

struct charset_other {
	const char *name;     /* preferred, for users */
	const char *iconv[2]; /* names to try; the second may be NULL */
};

/* NULL when cs is not below CHARSET_OTHER_FIRST + CHARSET_OTHER_COUNT. */
const struct charset_other *charset_other(enum charset cs);

#endif
