/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Did something in these folders change?  For systems with inotify. */
#include "util/watch.h"

#include <stdlib.h>
#ifdef HAVE_SYS_INOTIFY_H
# include <sys/inotify.h>
#endif
#include <unistd.h>

#include "util/xalloc.h"

#include "util/banned.h"

struct watch {
	int fd;
};

struct watch *
watch_new(void)
{
#ifdef HAVE_SYS_INOTIFY_H
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	struct watch *w;

	if (fd < 0)
		return NULL;
	w = xcalloc(1, sizeof *w);
	w->fd = fd;
	return w;
#else
	return NULL;
#endif
}

void
watch_free(struct watch **w)
{
	if (w == NULL || *w == NULL)
		return;
	close((*w)->fd); /* nothing was written */
	free(*w);
	*w = NULL;
}

void
watch_add(struct watch *w, const char *folder)
{
#ifdef HAVE_SYS_INOTIFY_H
	/* Without it the next look finds the same. */
	if (w != NULL)
		(void)inotify_add_watch(w->fd, folder,
		                        IN_CREATE | IN_DELETE | IN_MOVED_FROM |
		                                IN_MOVED_TO | IN_CLOSE_WRITE |
		                                IN_ONLYDIR | IN_DONT_FOLLOW);
#else
	(void)w;
	(void)folder;
#endif
}

bool
watch_take(struct watch *w)
{
	char events[4096];
	bool any = false;

	/* What happened does not matter: the folders are compared. */
	while (w != NULL && read(w->fd, events, sizeof events) > 0)
		any = true;
	return any;
}
