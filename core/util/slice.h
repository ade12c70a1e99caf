/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Borrowed text: a pointer and a length, may hold any byte. */
#ifndef UTIL_SLICE_H
#define UTIL_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Never freed through; valid as long as what it points into.  p may be NULL
 * when n is 0. */
struct slice {
	const char *p;
	size_t n;
};

#define SLICE_LIT(s) ((struct slice){ (s), sizeof(s) - 1 })
#define SLICE_NONE   ((struct slice){ NULL, 0 })
/* For printf("%.*s", SLICE_ARG(s)). */
#define SLICE_ARG(s) (int)((s).n), ((s).p != NULL ? (s).p : "")

/* The smallest are here, so that what is constant is known to the compiler. */

static inline struct slice
slice_make(const char *p, size_t n)
{
	struct slice s = { p, n };

	return s;
}

/* s may be NULL: empty. */
static inline struct slice
slice_of(const char *s)
{
	return slice_make(s, s != NULL ? strlen(s) : 0);
}

/* From offset on; beyond the end gives the empty slice at the end. */
static inline struct slice
slice_from(struct slice s, size_t offset)
{
	if (offset > s.n)
		offset = s.n;
	if (offset == 0)
		return s; /* p may be NULL */
	return slice_make(s.p + offset, s.n - offset);
}

static inline struct slice
slice_head(struct slice s, size_t n)
{
	if (n < s.n)
		s.n = n;
	return s;
}

static inline bool
slice_eq(struct slice a, struct slice b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool
slice_eq_z(struct slice a, const char *z)
{
	return slice_eq(a, slice_of(z));
}

static inline bool
slice_starts(struct slice s, const char *prefix)
{
	return slice_eq(slice_head(s, strlen(prefix)), slice_of(prefix));
}

/* Index of the byte; s.n when it is not there. */
static inline size_t
slice_find(struct slice s, char c)
{
	const char *p = s.n != 0 ? (const char *)memchr(s.p, c, s.n) : NULL;

	return p != NULL ? (size_t)(p - s.p) : s.n;
}

/* The same n bytes, ASCII case folded? */
bool bytes_ieq(const char *a, const char *b, size_t n);

static inline bool
slice_ieq(struct slice a, struct slice b)
{
	return a.n == b.n && bytes_ieq(a.p, b.p, a.n);
}

static inline bool
slice_ieq_z(struct slice a, const char *z)
{
	return slice_ieq(a, slice_of(z));
}

/* Blanks (space, tab, CR, LF) taken off both ends, or one. */
struct slice slice_trim(struct slice s);
struct slice slice_rtrim(struct slice s);
bool slice_istarts(struct slice s, const char *prefix);
bool slice_ends(struct slice s, const char *suffix);
bool slice_iends(struct slice s, const char *suffix);
int slice_cmp(struct slice a, struct slice b);
/* Index of the byte or text; s.n when it is not there. */
size_t slice_rfind(struct slice s, char c);
size_t slice_find_text(struct slice s, struct slice what);
size_t slice_ifind_text(struct slice s, struct slice what);
/*
 * Take the piece of *rest before the next sep and move *rest behind it.
 * Returns false when *rest was used up (p == NULL).  "a,,b" gives three pieces.
 */
bool slice_split(struct slice *rest, char sep, struct slice *piece_r);
/* Take the next line without LF or CRLF.  false at the end. */
bool slice_line(struct slice *rest, struct slice *line_r);
/* The next word between blanks; false when there is none. */
bool slice_word(struct slice *rest, struct slice *word_r);
/* Decimal number, the whole slice, no sign; 0, or -1 on garbage/overflow. */
int slice_u64(struct slice s, uint64_t *value_r);
char *slice_dup(struct slice s); /* owned, NUL added */

/* Bytes classed as ASCII, whatever the locale. */
static inline bool
byte_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static inline bool
byte_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
byte_is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool
byte_is_alnum(char c)
{
	return byte_is_digit(c) || byte_is_alpha(c);
}

static inline bool
byte_is_print(char c)
{
	return c >= 0x20 && c < 0x7f;
}

static inline char
byte_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* Of n bytes; to may be from. */
void bytes_lower(char *to, const char *from, size_t n);

static inline char
byte_upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}

/* 0 to 15, or -1. */
static inline int
byte_hex(char c)
{
	if (byte_is_digit(c))
		return c - '0';
	c = byte_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

#endif
