/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A password or token: kept out of logs and dumps, wiped when released. */
#ifndef UTIL_SECRET_H
#define UTIL_SECRET_H

#include <stddef.h>

#include "util/slice.h"

/* Zero-initialised is empty and ready.  The memory is mlocked when possible,
 * excluded from core dumps and wiped before it is freed. */
struct secret {
	char *p; /* NUL added */
	size_t n;
};

/* The largest secret: OAuth tokens of 4 KB exist. */
#define SECRET_MAX 16384

/* Replace the content with a copy; more than SECRET_MAX is cut. */
void secret_set(struct secret *s, const char *p, size_t n);
void secret_release(struct secret *s);
struct slice secret_get(const struct secret *s); /* valid until it changes */
/* Overwrite n bytes in a way the compiler keeps. */
void secret_wipe(void *p, size_t n);

#endif
