/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Growable bytes with a mandatory maximum. */
#include "util/str.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/utf8.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* What p points to while nothing is allocated; never written but with NUL. */
static char empty_text[1];

void
str_init(struct str *s, size_t max)
{
	assert(max < SIZE_MAX / 2);
	s->p = empty_text;
	s->n = 0;
	s->cap = 0;
	s->max = max;
	s->full = false;
}

void
str_release(struct str *s)
{
	if (s == NULL)
		return;
	if (s->cap != 0)
		free(s->p);
	memset(s, 0, sizeof *s);
	s->p = empty_text;
}

void
str_clear(struct str *s)
{
	s->n = 0;
	s->full = false;
	if (s->cap != 0)
		s->p[0] = '\0';
}

char *
str_take(struct str *s)
{
	char *p = s->cap != 0 ? s->p : xstrdup("");

	s->p = empty_text;
	s->n = 0;
	s->cap = 0;
	return p;
}

struct slice
str_slice(const struct str *s)
{
	return slice_make(s->p, s->n);
}

static void
grow(struct str *s, size_t need)
{
	size_t cap = s->cap != 0 ? s->cap : 64;

	if (need < s->cap)
		return;
	/* Short texts by few steps, long ones with little waste. */
	while (cap <= need)
		cap += cap < 4096 ? cap : cap / 2;
	if (cap > s->max + 1)
		cap = s->max + 1;
	s->p = xrealloc(s->cap != 0 ? s->p : NULL, cap);
	s->cap = cap;
	s->p[s->n] = '\0';
}

size_t
str_reserve(struct str *s, size_t n)
{
	if (n > s->max - s->n)
		n = s->max - s->n;
	if (n > 0)
		grow(s, s->n + n);
	return n;
}

void
str_added(struct str *s, size_t n)
{
	assert(n == 0 || s->n + n < s->cap);
	s->n += n;
	if (n != 0)
		s->p[s->n] = '\0';
}

void
str_truncate(struct str *s, size_t n)
{
	assert(n <= s->n);
	s->n = n;
	if (s->cap != 0)
		s->p[n] = '\0';
}

void
str_remove(struct str *s, size_t at, size_t n)
{
	assert(at <= s->n && n <= s->n - at);
	if (n == 0)
		return;
	memmove(s->p + at, s->p + at + n, s->n - at - n);
	str_truncate(s, s->n - n);
}

void
str_insert(struct str *s, size_t at, struct slice what)
{
	size_t room;

	assert(at <= s->n);
	room = str_reserve(s, what.n);
	if (room < what.n)
		s->full = true;
	if (room == 0)
		return;
	memmove(s->p + at + room, s->p + at, s->n - at);
	memcpy(s->p + at, what.p, room);
	str_added(s, room);
}

void
str_add(struct str *s, const char *p, size_t n)
{
	size_t room;

	if (n == 0)
		return;
	if (s->n < s->cap && n < s->cap - s->n) {
		memcpy(s->p + s->n, p, n);
		s->n += n;
		s->p[s->n] = '\0';
		return;
	}
	room = str_reserve(s, n);
	if (room < n)
		s->full = true;
	if (room == 0)
		return;
	memcpy(s->p + s->n, p, room);
	str_added(s, room);
}

void
str_add_z(struct str *s, const char *z)
{
	str_add(s, z, strlen(z));
}

void
str_add_slice(struct str *s, struct slice what)
{
	str_add(s, what.p, what.n);
}

void
str_add_c(struct str *s, char c)
{
	if (s->n + 1 >= s->cap) {
		str_add(s, &c, 1);
		return;
	}
	s->p[s->n++] = c;
	s->p[s->n] = '\0';
}

void
str_add_u64(struct str *s, uint64_t v)
{
	char digits[20];
	size_t n = sizeof digits;

	do {
		digits[--n] = (char)('0' + v % 10);
		v /= 10;
	} while (v != 0);
	str_add(s, digits + n, sizeof digits - n);
}

void
str_add_size(struct str *s, uint64_t bytes)
{
	static const char *const units[] = { "KB", "MB", "GB", "TB", "PB" };
	uint64_t tenths = bytes * 10 / 1024;
	size_t i = 0;

	if (bytes < 1024 || bytes > UINT64_MAX / 10) {
		str_printf(s, "%llu B", (unsigned long long)bytes);
		return;
	}
	while (tenths >= 10240 && i + 1 < sizeof units / sizeof units[0]) {
		tenths /= 1024;
		i++;
	}
	str_printf(s, "%llu.%llu %s", (unsigned long long)(tenths / 10),
	           (unsigned long long)(tenths % 10), units[i]);
}

void
str_add_seconds(struct str *s, int64_t ms)
{
	ms = ms > 0 ? ms : 0;
	if (ms < 10000)
		str_printf(s, "%d.%d", (int)(ms / 1000),
		           (int)(ms % 1000 / 100));
	else
		str_printf(s, "%lld", (long long)(ms / 1000));
}

void
str_add_codepoint(struct str *s, uint32_t c)
{
	char bytes[4];

	str_add(s, bytes, utf8_encode(c, bytes));
}

void
str_vprintf(struct str *s, const char *fmt, va_list ap)
{
	char *text = NULL;
	int n = vasprintf(&text, fmt, ap);

	/* Nobody looks whether a command or a file name is complete. */
	if (n < 0)
		xalloc_end();
	str_add(s, text, (size_t)n);
	free(text);
}

void
str_printf(struct str *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	str_vprintf(s, fmt, ap);
	va_end(ap);
}
