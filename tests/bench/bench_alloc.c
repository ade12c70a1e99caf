/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Counts what a program and its libraries allocate.
 *
 * The functions of the program come before those of the C library, for its
 * shared libraries as well.  glibc gives its own under second names; with another
 * C library, or a sanitizer, which puts its own functions there, nothing is
 * counted.  Only in programs that are not timed.
 */
#include "bench/bench_alloc.h"

#include <errno.h>
#include <stdlib.h>

static struct bench_alloc total;

struct bench_alloc
bench_alloc(void)
{
	return total;
}

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && \
	!defined(__SANITIZE_THREAD__)
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void *__libc_memalign(size_t align, size_t n);

static void
count(size_t n)
{
	total.calls++;
	total.bytes += n;
}

void *
malloc(size_t n)
{
	count(n);
	return __libc_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	count(n * size);
	return __libc_calloc(n, size);
}

void *
realloc(void *p, size_t n)
{
	count(n);
	return __libc_realloc(p, n);
}

void *
aligned_alloc(size_t align, size_t n)
{
	count(n);
	return __libc_memalign(align, n);
}

int
posix_memalign(void **p_r, size_t align, size_t n)
{
	count(n);
	*p_r = __libc_memalign(align, n);
	return *p_r != NULL ? 0 : ENOMEM;
}
#endif
