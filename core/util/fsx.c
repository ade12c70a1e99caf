/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files and folders: atomic, private (0600 and 0700), never through a symlink. */
#include "util/fsx.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/codec.h"
#include "util/digest.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

char *
fsx_join(const char *folder, const char *name)
{
	size_t n = strlen(folder);

	if (n == 0)
		return xstrdup(name);
	if (*name == '\0')
		return xstrdup(folder);
	return xasprintf(folder[n - 1] == '/' ? "%s%s" : "%s/%s", folder, name);
}

/* A folder that a power cut takes back would take all that is in it along. */
static int
sync_parent(const char *path, struct err *err)
{
	size_t slash = slice_rfind(slice_of(path), '/');
	char *parent = slash < strlen(path) && slash != 0
	                       ? xmemdup0(path, slash)
	                       : xstrdup(slash == 0 ? "/" : ".");
	int fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = 0;

	/* One that we may not read, or that knows no sync, is not ours. */
	if (fd >= 0 && fsync(fd) != 0 && errno != EINVAL && errno != EINTR)
		rc = err_sys(err, errno, _("cannot write '%s' to disk"),
		             parent);
	if (fd >= 0)
		close(fd); /* was only synced */
	free(parent);
	return rc;
}

char *
fsx_expand_home(struct slice path)
{
	const char *home = getenv("HOME");
	char *rest;
	char *full;

	if (home == NULL || home[0] == '\0' ||
	    !(slice_eq_z(path, "~") || slice_starts(path, "~/")))
		return slice_dup(path);
	rest = slice_dup(slice_from(path, 2));
	full = rest[0] != '\0' ? fsx_join(home, rest) : xstrdup(home);
	free(rest);
	return full;
}

static int
make_one(const char *path, struct err *err)
{
	struct stat st;
	int errnum;

	if (mkdir(path, 0700) == 0)
		return sync_parent(path, err);
	errnum = errno;
	if (stat(path, &st) != 0)
		return errnum == EEXIST
		               ? err_sys(err, errno,
		                         _("cannot use folder '%s'"), path)
		               : err_sys(err, errnum,
		                         _("cannot make folder '%s'"), path);
	if (!S_ISDIR(st.st_mode))
		return err_set(err, ERR_IO, _("'%s' is not a folder"), path);
	return 0;
}

int
fsx_mkdirs(const char *path, struct err *err)
{
	char *copy;
	int rc = 0;

	if (fsx_exists(path))
		return make_one(path, err);
	copy = xstrdup(path);
	for (char *p = copy + 1; *p != '\0' && rc == 0; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (!fsx_exists(copy))
			rc = make_one(copy, err);
		*p = '/';
	}
	if (rc == 0)
		rc = make_one(copy, err);
	free(copy);
	return rc;
}

static int
read_fd(int fd, size_t max, const char *path, struct str *out, struct err *err)
{
	char buf[8192];

	for (;;) {
		ssize_t n = read(fd, buf, sizeof buf);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, errno, _("cannot read '%s'"), path);
		if (n == 0)
			return 0;
		if ((size_t)n > max)
			return err_set(err, ERR_LIMIT, _("'%s' is too large"),
			               path);
		max -= (size_t)n;
		str_add(out, buf, (size_t)n);
	}
}

int
fsx_read(const char *path, size_t max, struct str *out_r, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int rc;

	if (fd < 0) {
		bool absent = errno == ENOENT || errno == ENOTDIR;

		err_sys(err, errno, _("cannot open '%s'"), path);
		if (absent && err != NULL)
			err->code = ERR_NOTFOUND;
		return -1;
	}
	rc = read_fd(fd, max, path, out_r, err);
	close(fd); /* was only read */
	return rc;
}

int
fsx_write_all(int fd, const void *bytes, size_t n, struct err *err)
{
	const char *p = bytes;

	while (n > 0) {
		ssize_t w = write(fd, p, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return err_sys(err, errno, _("cannot write"));
		p += w;
		n -= (size_t)w;
	}
	return 0;
}

int
fsx_lock(int fd, int how)
{
	int rc;

	do
		rc = flock(fd, how);
	while (rc != 0 && errno == EINTR);
	return rc;
}

int
fsx_pipe_put(int fd)
{
	ssize_t n;

	do
		n = write(fd, "", 1);
	while (n < 0 && errno == EINTR);
	return n == 1 ? 0 : -1;
}

int
fsx_pipe_take(int fd)
{
	char byte;
	ssize_t n;

	do
		n = read(fd, &byte, 1);
	while (n < 0 && errno == EINTR);
	return n == 1 ? 0 : -1;
}

int
fsx_fsync(int fd, const char *name, struct err *err)
{
	int rc;

	do
		rc = fsync(fd);
	while (rc != 0 && errno == EINTR);
	if (rc != 0)
		return err_sys(err, errno, _("cannot write '%s' to disk"),
		               name);
	return 0;
}

int
fsx_fsync_folder(const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc;

	if (fd < 0)
		return err_sys(err, errno, _("cannot open folder '%s'"), path);
	rc = fsx_fsync(fd, path, err);
	close(fd); /* was only synced */
	return rc;
}

int
fsx_sync_all(int fd, struct err *err)
{
#ifdef HAVE_SYNCFS
	int rc;

	do
		rc = syncfs(fd);
	while (rc != 0 && errno == EINTR);
	if (rc != 0)
		return err_sys(err, errno, _("cannot write to disk"));
	return 0;
#else
	(void)fd;
	(void)err;
	return 1;
#endif
}

int
fsx_create_at(int dirfd, const char *name, struct err *err)
{
	int fd = openat(dirfd, name,
	                O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	                0600);

	if (fd < 0)
		return err_sys(err, errno, _("cannot create '%s'"), name);
	return fd;
}

static char *
temporary_name(const char *path)
{
	unsigned char random[8];
	struct str hex;
	char *name;

	digest_random(random, sizeof random);
	str_init(&hex, 2 * sizeof random);
	codec_hex_encode(random, sizeof random, &hex);
	name = xasprintf("%s.%s.tmp", path, hex.p);
	str_release(&hex);
	return name;
}

static char *
folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return xstrdup(".");
	return slash == path ? xstrdup("/")
	                     : xmemdup0(path, (size_t)(slash - path));
}

static int
write_and_sync(const char *path, struct slice data, struct err *err)
{
	int fd = fsx_create_at(AT_FDCWD, path, err);
	int rc;

	if (fd < 0)
		return -1;
	rc = fsx_write_all(fd, data.p, data.n, err);
	if (rc == 0)
		rc = fsx_fsync(fd, path, err);
	if (close(fd) != 0 && rc == 0)
		rc = err_sys(err, errno, _("cannot write '%s'"), path);
	return rc;
}

int
fsx_write_atomic(const char *path, struct slice data, struct err *err)
{
	char *tmp = temporary_name(path);
	char *folder = folder_of(path);
	int rc = write_and_sync(tmp, data, err);

	if (rc == 0 && rename(tmp, path) != 0)
		rc = err_sys(err, errno, _("cannot replace '%s'"), path);
	if (rc != 0)
		(void)unlink(tmp); /* may not have been made */
	else
		rc = fsx_fsync_folder(folder, err);
	free(folder);
	free(tmp);
	return rc;
}

int
fsx_check_private(const char *path, struct err *err)
{
	struct stat st;

	if (stat(path, &st) != 0) {
		bool absent = errno == ENOENT;

		err_sys(err, errno, _("cannot open '%s'"), path);
		if (absent && err != NULL)
			err->code = ERR_NOTFOUND;
		return -1;
	}
	if (st.st_uid != geteuid())
		return err_set(err, ERR_CONFIG,
		               _("'%s' belongs to another user"), path);
	if ((st.st_mode & 077) != 0)
		return err_set(err, ERR_CONFIG,
		               _("'%s' holds a secret but others may read it; "
		                 "run: chmod 600 '%s'"),
		               path, path);
	return 0;
}

bool
fsx_exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0;
}

int
fsx_check_regular(const char *path, struct err *err)
{
	struct stat st;

	if (stat(path, &st) != 0 || S_ISREG(st.st_mode))
		return 0;
	err_set(err, ERR_IO, _("not a regular file"));
	return err_wrap(err, "'%s'", path);
}

/* A small file: the bytes there are now, at most n. */
static int
read_small(int fd, size_t n, struct fsx_map *map_r, struct err *err)
{
	char *p = xmalloc(n);
	size_t have = 0;

	while (have < n) {
		ssize_t some = pread(fd, p + have, n - have, (off_t)have);

		if (some == 0)
			break;
		if (some < 0 && errno == EINTR)
			continue;
		if (some < 0) {
			free(p);
			return err_sys(err, errno, _("cannot read the file"));
		}
		have += (size_t)some;
	}
	map_r->copy = p;
	map_r->data = slice_make(p, have);
	return 0;
}

int
fsx_map_fd(int fd, struct fsx_map *map_r, struct err *err)
{
	struct stat st;
	void *p;

	*map_r = (struct fsx_map){ 0 };
	if (fstat(fd, &st) != 0)
		return err_sys(err, errno, _("cannot read the file"));
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_IO, _("not a regular file"));
	if (st.st_size == 0)
		return 0;
	if (st.st_size <= FSX_MAP_COPIED)
		return read_small(fd, (size_t)st.st_size, map_r, err);
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return err_sys(err, errno, _("cannot read the file"));
	map_r->addr = p;
	map_r->data = slice_make(p, (size_t)st.st_size);
	return 0;
}

int
fsx_map_open(const char *path, struct fsx_map *map_r, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	int rc;

	*map_r = (struct fsx_map){ 0 };
	if (fd < 0) {
		bool absent = errno == ENOENT || errno == ENOTDIR;

		err_sys(err, errno, _("cannot open '%s'"), path);
		if (absent && err != NULL)
			err->code = ERR_NOTFOUND;
		return -1;
	}
	rc = fsx_map_fd(fd, map_r, err);
	if (rc != 0)
		err_wrap(err, "'%s'", path);
	close(fd); /* the mapping stays */
	return rc;
}

void
fsx_map_close(struct fsx_map *map)
{
	if (map == NULL)
		return;
	free(map->copy);
	if (map->addr != NULL)
		munmap(map->addr, map->data.n);
	*map = (struct fsx_map){ 0 };
}

void
fsx_map_forget(const char *p, size_t n)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t first = ((uintptr_t)p + page - 1) / page * page;
	uintptr_t end = ((uintptr_t)p + n) / page * page;

	/* A courtesy to the memory of others: nothing depends on it. */
	if (n > FSX_MAP_COPIED && first < end)
		(void)madvise((void *)first, end - first, MADV_DONTNEED);
}
