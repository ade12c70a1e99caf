/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Allocation that ends the program when memory runs out. */
#ifndef UTIL_XALLOC_H
#define UTIL_XALLOC_H

#include <stddef.h>

/*
 * All return owned memory (free with free()) and never NULL.  A size that
 * overflows or memory that runs out ends the program with status 75 after the
 * hook was called.
 */
void *xmalloc(size_t size) __attribute__((malloc, alloc_size(1)));
void *xcalloc(size_t n, size_t size) __attribute__((malloc, alloc_size(1, 2)));
void *xrealloc(void *p, size_t size) __attribute__((alloc_size(2)));
void *xreallocarray(void *p, size_t n, size_t size)
	__attribute__((alloc_size(2, 3)));
char *xstrdup(const char *s) __attribute__((malloc));
char *xmemdup0(const void *p, size_t n) __attribute__((malloc));
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* So many heaps for all threads that begin after this: one where they seldom
 * allocate at the same time, a few where many do and would wait for each other.
 * Each but the first grows by a page, with a system call each. */
void xalloc_share_heap(int heaps);
/* Called once before the program ends: gives the terminal back. */
void xalloc_set_exit_hook(void (*hook)(void));
/* End the program: for memory that a library could not get. */
_Noreturn void xalloc_end(void);
/* The same with other words and another status: a library cannot go on. */
_Noreturn void xalloc_end_with(const char *text, int status);

#endif
