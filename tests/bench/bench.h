/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the measuring programs share: reading a folder of mail, the figures. */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "util/fsx.h"
#ifdef BENCH_COUNT
# include "bench/bench_alloc.h"
#endif

struct bench_total {
	size_t messages, bytes, out;
};

/* CPU seconds of this process. */
static inline double
bench_cpu(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Hand over each file of a folder, read as the program reads mail. */
static inline int
bench_folder(const char *path, size_t (*one)(const char *p, size_t n),
             struct bench_total *total)
{
	DIR *dir = opendir(path);
	struct dirent *e;

	if (dir == NULL) {
		perror(path);
		return -1;
	}
	while ((e = readdir(dir)) != NULL) {
		int fd = openat(dirfd(dir), e->d_name, O_RDONLY | O_CLOEXEC);
		struct fsx_map map;

		if (fd < 0)
			continue;
		if (fsx_map_fd(fd, &map, NULL) == 0 && map.data.n > 0) {
			total->out += one(map.data.p, map.data.n);
			total->messages++;
			total->bytes += map.data.n;
		}
		fsx_map_close(&map);
		close(fd); /* was only read */
	}
	closedir(dir);
	return 0;
}

/* " allocations bytes-allocated", in programs that count. */
static inline void
bench_print_alloc(void)
{
#ifdef BENCH_COUNT
	struct bench_alloc alloc = bench_alloc();

	printf(" %zu %zu", alloc.calls, alloc.bytes);
#endif
}

/* "messages bytes out cpu-seconds peak-kilobytes" of reading the folder. */
static inline int
bench_main(int argc, char **argv, size_t (*one)(const char *p, size_t n))
{
	struct bench_total total = { 0 };
	struct rusage usage;
	double start = bench_cpu();

	for (int i = 1; i < argc; i++)
		if (bench_folder(argv[i], one, &total) != 0)
			return 1;
	(void)getrusage(RUSAGE_SELF, &usage);
	printf("%zu %zu %zu %.4f %ld", total.messages, total.bytes, total.out,
	       bench_cpu() - start, usage.ru_maxrss);
	bench_print_alloc();
	putchar('\n');
	return 0;
}

#endif
