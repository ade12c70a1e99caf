/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Growable bytes with a mandatory maximum.
 *
 * 1. s.p is never NULL after str_init and s.p[s.n] is always NUL; the content
 *    may hold NULs itself.
 * 2. s.n never exceeds s.max.  What would go beyond is cut off and s.full is
 *    set; it stays set until str_clear.
 * 3. A str owns its memory; str_take gives it away.
 */
#ifndef UTIL_STR_H
#define UTIL_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/slice.h"

struct str {
	char *p;
	size_t n;
	size_t cap; /* allocated; 0 while p is the shared empty text */
	size_t max;
	bool full; /* something was cut off */
};

/* max: bytes; what a caller may need at most, named constant with a reason. */
void str_init(struct str *s, size_t max);
void str_release(struct str *s); /* ready for str_init */
void str_clear(struct str *s);   /* keeps memory and max */
char *str_take(struct str *s);   /* owned by the caller; s is empty after */
struct slice str_slice(const struct str *s); /* valid until s changes */
void str_truncate(struct str *s, size_t n);  /* n <= s->n */
void str_remove(struct str *s, size_t at, size_t n);
void str_insert(struct str *s, size_t at, struct slice what);
/* Room for n more bytes at s->p + s->n; less when max is near: returns how
 * much there is.  Write, then str_added. */
size_t str_reserve(struct str *s, size_t n);
void str_added(struct str *s, size_t n);

void str_add(struct str *s, const char *p, size_t n);
void str_add_z(struct str *s, const char *z);
void str_add_slice(struct str *s, struct slice what);
void str_add_c(struct str *s, char c);
void str_add_u64(struct str *s, uint64_t v);
void str_add_size(struct str *s, uint64_t bytes);  /* "812 B", "3.4 MB" */
void str_add_seconds(struct str *s, int64_t ms);   /* "0.4"; from 10 on "12" */
void str_add_codepoint(struct str *s, uint32_t c); /* as UTF-8 */
void str_printf(struct str *s, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void str_vprintf(struct str *s, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

#endif
