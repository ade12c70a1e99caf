/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The folders of one account on disk: mail/<account>/<Folder>/{new,cur,tmp}. */
#include "store/maildir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/maildir_name.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

#define FOLDER_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

static const char *const subs[MAILDIR_SUB_COUNT] = {
	[MAILDIR_NEW] = "new",
	[MAILDIR_CUR] = "cur",
	[MAILDIR_TMP] = "tmp",
};

void
maildir_open(struct maildir *m, int mail_fd, const char *dir)
{
	int f, sub;

	m->mail_fd = mail_fd;
	m->dir = xstrdup(dir);
	for (f = 0; f < FOLDER_COUNT; f++) {
		for (sub = 0; sub < MAILDIR_SUB_COUNT; sub++)
			m->fds[f][sub] = -1;
	}
}

void
maildir_close(struct maildir *m)
{
	int f, sub;

	if (m == NULL || m->dir == NULL)
		return;
	for (f = 0; f < FOLDER_COUNT; f++) {
		for (sub = 0; sub < MAILDIR_SUB_COUNT; sub++) {
			if (m->fds[f][sub] >= 0)
				close(m->fds[f][sub]); /* only a folder */
		}
	}
	free(m->dir);
	memset(m, 0, sizeof *m);
}

/* Open a folder below parent; made durably when it is missing. */
static int
open_below(int parent, const char *name, struct err *err)
{
	int fd = openat(parent, name, FOLDER_FLAGS);

	if (fd < 0 && errno == ENOENT) {
		if (mkdirat(parent, name, 0700) != 0 && errno != EEXIST)
			return err_sys(err, errno, _("cannot make folder '%s'"),
			               name);
		if (fsx_fsync(parent, name, err) != 0)
			return -1;
		fd = openat(parent, name, FOLDER_FLAGS);
	}
	if (fd < 0)
		return err_sys(err, errno, _("cannot open folder '%s'"), name);
	return fd;
}

int
maildir_fd(struct maildir *m, enum folder folder, enum maildir_sub sub,
           struct err *err)
{
	int *fd = &m->fds[folder][sub];
	int account, parent;

	if (*fd >= 0)
		return *fd;
	account = open_below(m->mail_fd, m->dir, err);
	if (account < 0)
		return -1;
	parent = open_below(account, folder_name(folder), err);
	if (parent >= 0) {
		*fd = open_below(parent, subs[sub], err);
		close(parent);
	}
	close(account);
	return *fd;
}

int
maildir_make(struct maildir *m, struct err *err)
{
	int f, sub;

	for (f = 0; f < FOLDER_COUNT; f++) {
		for (sub = 0; sub < MAILDIR_SUB_COUNT; sub++) {
			if (maildir_fd(m, (enum folder)f, (enum maildir_sub)sub,
			               err) < 0)
				return -1;
		}
	}
	return 0;
}

static char *
file_name(const struct maildir_place *p)
{
	return xasprintf("%.*s%.*s", SLICE_ARG(p->base), SLICE_ARG(p->info));
}

static enum maildir_sub
sub_of(const struct maildir_place *p)
{
	return p->cur ? MAILDIR_CUR : MAILDIR_NEW;
}

int
maildir_read(struct maildir *m, const struct maildir_place *place,
             struct err *err)
{
	int folder = maildir_fd(m, place->folder, sub_of(place), err);
	char *name;
	int fd, error;

	if (folder < 0) {
		errno = EIO;
		return -1;
	}
	name = file_name(place);
	/* O_NONBLOCK: a FIFO that somebody put there must not stop us. */
	fd = openat(folder, name,
	            O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	error = errno;
	if (fd < 0)
		(void)err_sys(err, error, _("cannot open message '%s'"), name);
	free(name);
	errno = error;
	return fd;
}

int
maildir_move(struct maildir *m, const struct maildir_place *from,
             const struct maildir_place *to, struct err *err)
{
	int from_fd = maildir_fd(m, from->folder, sub_of(from), err);
	int to_fd = maildir_fd(m, to->folder, sub_of(to), err);
	char *old, *fresh;
	int rc = 0;

	if (from_fd < 0 || to_fd < 0)
		return -1;
	old = file_name(from);
	fresh = file_name(to);
	if (renameat(from_fd, old, to_fd, fresh) != 0) {
		rc = errno == ENOENT ? 1 : -1;
		if (rc < 0)
			(void)err_sys(err, errno,
			              _("cannot rename message '%s'"), old);
	}
	free(old);
	free(fresh);
	return rc;
}

int
maildir_remove(struct maildir *m, const struct maildir_place *place,
               struct err *err)
{
	int folder = maildir_fd(m, place->folder, sub_of(place), err);
	char *name;
	int rc = 0;

	if (folder < 0)
		return -1;
	name = file_name(place);
	if (unlinkat(folder, name, 0) != 0 && errno != ENOENT)
		rc = err_sys(err, errno, _("cannot remove message '%s'"), name);
	free(name);
	return rc;
}

bool
maildir_place_same(const struct maildir_place *a, const struct maildir_place *b)
{
	return a->folder == b->folder && a->cur == b->cur &&
	       slice_eq(a->base, b->base) && slice_eq(a->info, b->info);
}

bool
maildir_has(struct maildir *m, const struct maildir_place *place)
{
	struct err ignored = { 0 };
	int folder = maildir_fd(m, place->folder, sub_of(place), &ignored);
	char *name = file_name(place);
	struct stat st;
	bool has = folder >= 0 &&
	           fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	           S_ISREG(st.st_mode);

	free(name);
	return has;
}

int
maildir_mtime(struct maildir *m, enum folder folder, enum maildir_sub sub,
              int64_t *ns_r, struct err *err)
{
	int fd = maildir_fd(m, folder, sub, err);
	struct stat st;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) != 0)
		return err_sys(err, errno, _("cannot read folder '%s'"),
		               folder_name(folder));
	*ns_r = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
	return 0;
}

static int
scan_fd(DIR *dir, int (*found)(void *, const char *), void *context)
{
	struct dirent *e;

	for (errno = 0; (e = readdir(dir)) != NULL; errno = 0) {
		if (e->d_name[0] == '.')
			continue;
		if (found(context, e->d_name) != 0) {
			errno = 0;
			return -1;
		}
	}
	return errno != 0 ? -1 : 0;
}

int
maildir_scan(struct maildir *m, enum folder folder, enum maildir_sub sub,
             int (*found)(void *context, const char *name), void *context,
             struct err *err)
{
	int fd = maildir_fd(m, folder, sub, err);
	int own = fd < 0 ? -1 : openat(fd, ".", FOLDER_FLAGS);
	DIR *dir = own < 0 ? NULL : fdopendir(own);
	int rc;

	if (fd < 0)
		return -1;
	if (dir == NULL) {
		rc = err_sys(err, errno, _("cannot read folder '%s'"),
		             folder_name(folder));
		if (own >= 0)
			close(own);
		return rc;
	}
	rc = scan_fd(dir, found, context);
	if (rc != 0 && errno != 0)
		(void)err_sys(err, errno, _("cannot read folder '%s'"),
		              folder_name(folder));
	closedir(dir);
	return rc;
}

static int
clean_one(void *context, const char *name)
{
	const int *fd = context;

	/* One that cannot be removed now is tried at the next start. */
	if (slice_ends(slice_of(name), ".pabal"))
		(void)unlinkat(*fd, name, 0);
	return 0;
}

int
maildir_clean_tmp(struct maildir *m, struct err *err)
{
	int fd = maildir_fd(m, FOLDER_INBOX, MAILDIR_TMP, err);

	if (fd < 0)
		return -1;
	return maildir_scan(m, FOLDER_INBOX, MAILDIR_TMP, clean_one, &fd, err);
}
