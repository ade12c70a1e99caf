/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Run a program: "wall cpu peak" (seconds, seconds, kilobytes) on the standard
 * error.  A small parent, because a child's peak begins with its parent's. */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
seconds(const struct timeval *t)
{
	return (double)t->tv_sec + (double)t->tv_usec / 1e6;
}

int
main(int argc, char **argv)
{
	struct rusage usage;
	double start = now();
	int status = 0;
	pid_t child;

	if (argc < 2)
		return 2;
	child = fork();
	if (child == 0) {
		(void)execvp(argv[1], argv + 1);
		_exit(127);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
		fprintf(stderr, "%s: status %d\n", argv[1], status);
		return 1;
	}
	(void)getrusage(RUSAGE_CHILDREN, &usage);
	fprintf(stderr, "%.4f %.4f %ld\n", now() - start,
	        seconds(&usage.ru_utime) + seconds(&usage.ru_stime),
	        usage.ru_maxrss);
	return 0;
}
