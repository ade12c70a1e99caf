/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the measuring programs share: reading a folder of mail, the figures. */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

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

/* Map each file of a folder and hand it over. */
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
		struct stat st;
		void *p;

		if (fd < 0)
			continue;
		if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
		    st.st_size > 0) {
			size_t n = (size_t)st.st_size;

			p = mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0);
			if (p != MAP_FAILED) {
				total->out += one(p, n);
				total->messages++;
				total->bytes += n;
				(void)munmap(p, n);
			}
		}
		close(fd); /* was only read */
	}
	closedir(dir);
	return 0;
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
	printf("%zu %zu %zu %.4f %ld\n", total.messages, total.bytes, total.out,
	       bench_cpu() - start, usage.ru_maxrss);
	return 0;
}

#endif
