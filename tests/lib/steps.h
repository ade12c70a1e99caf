/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Steps of code that is compiled with -fsanitize-coverage=trace-pc; for one file of
 * a program, which is linked with --wrap of the functions below. */
#ifndef TEST_STEPS_H
#define TEST_STEPS_H

#include <stddef.h>
#include <stdint.h>

static uint64_t steps;

void __sanitizer_cov_trace_pc(void);

void
__sanitizer_cov_trace_pc(void)
{
	steps++;
}

/* What libc looks at, 16 bytes a step. */
void *__real_memchr(const void *p, int c, size_t n);
void *__wrap_memchr(const void *p, int c, size_t n);
void *__real_memcpy(void *to, const void *from, size_t n);
void *__wrap_memcpy(void *to, const void *from, size_t n);
void *__real_memmove(void *to, const void *from, size_t n);
void *__wrap_memmove(void *to, const void *from, size_t n);
void *__real_memset(void *p, int c, size_t n);
void *__wrap_memset(void *p, int c, size_t n);
int __real_memcmp(const void *a, const void *b, size_t n);
int __wrap_memcmp(const void *a, const void *b, size_t n);

void *
__wrap_memchr(const void *p, int c, size_t n)
{
	char *found = __real_memchr(p, c, n);

	steps += 1 +
	         (found != NULL ? (size_t)(found - (const char *)p) : n) / 16;
	return found;
}

void *
__wrap_memcpy(void *to, const void *from, size_t n)
{
	steps += 1 + n / 16;
	return __real_memcpy(to, from, n);
}

void *
__wrap_memmove(void *to, const void *from, size_t n)
{
	steps += 1 + n / 16;
	return __real_memmove(to, from, n);
}

void *
__wrap_memset(void *p, int c, size_t n)
{
	steps += 1 + n / 16;
	return __real_memset(p, c, n);
}

int
__wrap_memcmp(const void *a, const void *b, size_t n)
{
	steps += 1 + n / 16;
	return __real_memcmp(a, b, n);
}

#endif
