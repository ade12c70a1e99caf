/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Named points where tests kill the program. */
#include "util/step.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/slice.h"

#include "util/banned.h"

static void
append_name(const char *file, const char *name)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	struct slice line = slice_of(name);

	if (fd < 0)
		return;
	if (write(fd, line.p, line.n) < 0 || write(fd, "\n", 1) < 0)
		abort();
	close(fd);
}

/* "name@FIFO" of this name: opening waits for who writes. */
static bool
waits(struct slice wish, const char *name)
{
	size_t at = slice_find(wish, '@');
	char *fifo;
	int fd;

	if (at >= wish.n || !slice_eq_z(slice_head(wish, at), name))
		return false;
	fifo = slice_dup(slice_from(wish, at + 1));
	do
		fd = open(fifo, O_RDONLY | O_CLOEXEC);
	while (fd < 0 && errno == EINTR);
	free(fifo);
	if (fd < 0)
		abort();
	close(fd);
	return true;
}

/* "name#N", and this is the N-th time. */
static bool
is_that_time(struct slice wish, const char *name)
{
	static _Atomic uint64_t counter;
	size_t at = slice_find(wish, '#');
	uint64_t number;

	return at < wish.n && slice_eq_z(slice_head(wish, at), name) &&
	       slice_u64(slice_from(wish, at + 1), &number) == 0 &&
	       atomic_fetch_add(&counter, 1) + 1 == number;
}

void
step(const char *name)
{
	static _Atomic uint64_t counter;
	const char *wish = getenv("PABAL_TEST_STEP");
	uint64_t number;

	if (wish == NULL)
		return;
	number = atomic_fetch_add(&counter, 1) + 1;
	if (slice_starts(slice_of(wish), "count:")) {
		append_name(wish + 6, name);
	} else if (!waits(slice_of(wish), name)) {
		uint64_t at;
		bool here =
			slice_u64(slice_of(wish), &at) == 0
				? at == number
				: strcmp(wish, name) == 0 ||
					  is_that_time(slice_of(wish), name);

		if (here)
			raise(SIGKILL);
	}
}
