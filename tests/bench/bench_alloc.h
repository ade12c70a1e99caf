/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counts what a program and its libraries allocate. */
#ifndef TESTS_BENCH_BENCH_ALLOC_H
#define TESTS_BENCH_BENCH_ALLOC_H

#include <stddef.h>

struct bench_alloc {
	size_t calls; /* that gave memory; growing what there is counts too */
	size_t bytes; /* asked for */
};

/* Since the start.  Zero where calls cannot be counted. */
struct bench_alloc bench_alloc(void);

#endif
