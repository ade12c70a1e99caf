/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Allocation that ends the program when memory runs out. */
#include "util/xalloc.h"

#ifdef HAVE_MALLOC_H
# include <malloc.h>
#endif
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "util/banned.h"

static void (*exit_hook)(void);

void
xalloc_set_exit_hook(void (*hook)(void))
{
	exit_hook = hook;
}

_Noreturn void
xalloc_end_with(const char *text, int status)
{
	void (*hook)(void) = exit_hook;

	exit_hook = NULL;
	if (hook != NULL)
		hook();
	if (write(STDERR_FILENO, text, strlen(text)) < 0)
		_exit(EX_OSERR);
	_exit(status);
}

_Noreturn void
xalloc_end(void)
{
	xalloc_end_with("pabal: out of memory\n", EX_TEMPFAIL);
}

void
xalloc_share_heap(int heaps)
{
#ifdef M_ARENA_MAX
	(void)mallopt(M_ARENA_MAX, heaps); /* else it is only slower */
#else
	(void)heaps;
#endif
}

void *
xmalloc(size_t size)
{
	void *p = malloc(size != 0 ? size : 1);

	if (p == NULL)
		xalloc_end();
	return p;
}

void *
xcalloc(size_t n, size_t size)
{
	void *p = calloc(n != 0 ? n : 1, size != 0 ? size : 1);

	if (p == NULL)
		xalloc_end();
	return p;
}

void *
xrealloc(void *p, size_t size)
{
	void *q = realloc(p, size != 0 ? size : 1);

	if (q == NULL)
		xalloc_end();
	return q;
}

void *
xreallocarray(void *p, size_t n, size_t size)
{
	if (size != 0 && n > SIZE_MAX / size)
		xalloc_end();
	return xrealloc(p, n * size);
}

char *
xmemdup0(const void *p, size_t n)
{
	char *s;

	if (n == SIZE_MAX)
		xalloc_end();
	s = xmalloc(n + 1);
	if (n != 0)
		memcpy(s, p, n);
	s[n] = '\0';
	return s;
}

char *
xstrdup(const char *s)
{
	return xmemdup0(s, strlen(s));
}

char *
xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *s = NULL;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&s, fmt, ap);
	va_end(ap);
	if (n < 0)
		xalloc_end();
	return s;
}
