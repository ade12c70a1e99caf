/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files and folders: atomic, private (0600 and 0700), never through a symlink. */
#ifndef UTIL_FSX_H
#define UTIL_FSX_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "util/err.h"
#include "util/slice.h"
#include "util/str.h"

/* "a/b"; owned.  Either may be empty. */
char *fsx_join(const char *folder, const char *name);
/* "~" and "~/..." as the shell has them, anything else as it is; owned. */
char *fsx_expand_home(struct slice path);
/* Make a folder and its parents, mode 0700.  0 or -1 (ERR_IO). */
int fsx_mkdirs(const char *path, struct err *err);
/* The whole file, at most max bytes (more: ERR_LIMIT).  ENOENT: ERR_NOTFOUND. */
int fsx_read(const char *path, size_t max, struct str *out_r, struct err *err);
/* Replace the file's content: tmp file 0600, write, fsync, rename, fsync of the
 * folder.  The old content stays when anything fails. */
int fsx_write_atomic(const char *path, struct slice data, struct err *err);
/* write(2) until all is written. */
int fsx_write_all(int fd, const void *p, size_t n, struct err *err);
/* flock(2), whatever signals come.  0, or -1 with errno. */
int fsx_lock(int fd, int how);
/* A byte into a pipe or out of it.  0, or -1 with errno. */
int fsx_pipe_put(int fd);
int fsx_pipe_take(int fd);
int fsx_fsync(int fd, const char *name, struct err *err);
int fsx_fsync_folder(const char *path, struct err *err);
/* All that was written to the file system of fd since it was opened.  0; 1 there
 * is no such call; -1. */
int fsx_sync_all(int fd, struct err *err);
/* A new file in folder dirfd: O_CREAT|O_EXCL|O_NOFOLLOW, 0600.  fd or -1. */
int fsx_create_at(int dirfd, const char *name, struct err *err);
/* Is the file readable by group or others, or not ours? 0: it is private. */
int fsx_check_private(const char *path, struct err *err);
bool fsx_exists(const char *path);
/* -1 (ERR_IO) when there is something at path that is no regular file: reading
 * a pipe would wait for ever. */
int fsx_check_regular(const char *path, struct err *err);

/*
 * The bytes of a file, read-only; data may be empty.  A large file is mapped.  A
 * small one is copied: that costs less than a map and its page faults, and
 * nobody who cuts the file meanwhile can hurt us.
 */
struct fsx_map {
	struct slice data;
	void *addr; /* of the map, or NULL */
	char *copy; /* of a small file, or NULL */
};

/* Files up to this many bytes are copied; measured: a map takes longer up to
 * twice that.  Less than anyone hands to fsx_map_forget at a time. */
#define FSX_MAP_COPIED (256 << 10)

int fsx_map_open(const char *path, struct fsx_map *map_r, struct err *err);
int fsx_map_fd(int fd, struct fsx_map *map_r, struct err *err);
void fsx_map_close(struct fsx_map *map);
/* These bytes of a map were read: they need not stay in memory (who reads them
 * again gets them from the file).  More than FSX_MAP_COPIED at a time: never for
 * memory that is no map. */
void fsx_map_forget(const char *p, size_t n);

#endif
