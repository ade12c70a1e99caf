/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Locks that hold across processes: one fetch per account, one sender. */
#include "engine/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "util/fsx.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

static int
lock_file(const struct paths *paths, const char *kind, const char *name,
          int how, struct err *err)
{
	char *file = xasprintf("%s-%s.lock", kind, name);
	char *path = fsx_join(paths->state, file);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0) {
		err_sys(err, errno, _("cannot open '%s'"), path);
	} else if (fsx_lock(fd, how | LOCK_NB) != 0) {
		if (errno == EWOULDBLOCK)
			err_set(err, ERR_RETRY,
			        _("another pabal is already doing this"));
		else
			err_sys(err, errno, _("cannot lock '%s'"), path);
		close(fd);
		fd = -1;
	}
	free(path);
	free(file);
	return fd;
}

int
lock_take(const struct paths *paths, const char *kind, const char *name,
          struct err *err)
{
	return lock_file(paths, kind, name, LOCK_EX, err);
}

int
lock_share(const struct paths *paths, const char *kind, const char *name,
           struct err *err)
{
	return lock_file(paths, kind, name, LOCK_SH, err);
}
