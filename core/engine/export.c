/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stored mail out to a Maildir or an mbox. */
/*
 * 1. The oldest message comes first, as mail programs expect of an mbox; the
 *    store's windows are walked from the end.
 * 2. A Maildir file is written in tmp, synced and renamed into cur (new when it
 *    is unread), under the name base it has here: a second export adds only
 *    what is new.  What failed or was killed leaves at most a file in tmp, which
 *    the next export replaces.
 */
#include "engine/export.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mail/mbox.h"
#include "store/maildir_name.h"
#include "util/i18n.h"
#include "util/map.h"
#include "util/step.h"
#include "util/xalloc.h"

#include "util/banned.h"

#define WINDOW 200
/* A message with each line quoted. */
#define MBOX_MESSAGE_MAX ((size_t)1024 * 1024 * 1024)

struct export
{
	struct store *s;
	const struct export_opts *opts;
	const char *path;
	int file;
	struct map there; /* name bases */
	uint64_t done, total;
	uint64_t *written;
	int (*put)(struct export * x, const struct store_row *row,
	           struct slice message, struct err *err);
};

static int
put_mbox(struct export *x, const struct store_row *row, struct slice message,
         struct err *err)
{
	struct str out;
	int rc;

	str_init(&out, MBOX_MESSAGE_MAX);
	mbox_write(message, row->from_addr != NULL ? row->from_addr : "",
	           row->date, row->flags, &out);
	rc = out.full ? err_set(err, ERR_LIMIT,
	                        _("a message is too large for an mbox"))
	              : fsx_write_all(x->file, out.p, out.n, err);
	step("export-written");
	str_release(&out);
	if (rc == 0)
		(*x->written)++;
	return rc;
}

static void
add_lf(struct slice s, struct str *out)
{
	while (s.n > 0) {
		size_t n = slice_find(s, '\n');
		size_t line =
			n > 0 && n < s.n && s.p[n - 1] == '\r' ? n - 1 : n;

		str_add(out, s.p, line);
		if (n == s.n)
			break;
		str_add_c(out, '\n');
		s = slice_from(s, n + 1);
	}
}

/* A file that is there was left by one that was killed; or another export is
 * writing it, which then fails, for it must not get our half file its name. */
static int
write_file(const char *path, struct slice bytes, struct err *err)
{
	int rc;
	int fd;

	(void)unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	          0600);
	if (fd < 0)
		return err_sys(err, errno, _("cannot make '%s'"), path);
	rc = fsx_write_all(fd, bytes.p, bytes.n, err);
	if (rc == 0)
		rc = fsx_fsync(fd, path, err);
	if (close(fd) != 0 && rc == 0)
		rc = err_sys(err, errno, _("cannot write '%s'"), path);
	step("export-written");
	return rc;
}

/* The file's name without its flags, as it is in the store; owned. */
static char *
base_of(struct export *x, int64_t id, struct err *err)
{
	char *path = store_path(x->s, id, err);
	struct maildir_name name;
	struct slice file;
	char *base = NULL;

	if (path == NULL)
		return NULL;
	file = slice_from(slice_of(path), slice_rfind(slice_of(path), '/') + 1);
	if (maildir_name_parse(file, &name))
		base = slice_dup(name.base);
	else
		(void)err_set(err, ERR_NOTFOUND, _("there is no such message"));
	free(path);
	return base;
}

static int
put_maildir(struct export *x, const struct store_row *row, struct slice message,
            struct err *err)
{
	char *base = base_of(x, row->id, err);
	bool seen = row->flags != 0;
	struct str info;
	struct str text;
	char *tmp;
	char *to;
	int rc = 0;

	if (base == NULL)
		return -1;
	if (map_has(&x->there, slice_of(base))) {
		free(base);
		return 0;
	}
	str_init(&info, MAILDIR_NAME_MAX);
	str_init(&text, MBOX_MESSAGE_MAX);
	if (seen)
		maildir_name_info(row->flags, SLICE_NONE, &info);
	tmp = xasprintf("%s/tmp/%s", x->path, base);
	to = xasprintf("%s/%s/%s%s", x->path, seen ? "cur" : "new", base,
	               info.p);
	add_lf(message, &text);
	rc = write_file(tmp, str_slice(&text), err);
	if (rc == 0 && rename(tmp, to) != 0)
		rc = err_sys(err, errno, _("cannot rename '%s'"), tmp);
	if (rc == 0)
		(*x->written)++;
	else
		(void)unlink(tmp); /* nobody can use it */
	step("export-renamed");
	str_release(&text);
	str_release(&info);
	free(tmp);
	free(to);
	free(base);
	return rc;
}

static int
put_row(struct export *x, const struct store_row *row, struct err *err)
{
	const struct export_opts *o = x->opts;
	struct fsx_map map;
	int rc;

	if (o->cancelled != NULL && o->cancelled())
		return err_set(err, ERR_CANCELLED, _("cancelled"));
	/* A message that another program took away meanwhile is no failure. */
	if (store_map(x->s, row->id, &map, err) != 0)
		return err != NULL && err->code == ERR_NOTFOUND ? 0 : -1;
	rc = x->put(x, row, map.data, err);
	fsx_map_close(&map);
	x->done++;
	if (rc == 0 && o->progress != NULL)
		o->progress(o->ctx, x->done, x->total);
	return rc;
}

static int
walk(struct export *x, const struct store_view *view, struct err *err)
{
	struct store_key key = { INT64_MIN, 0 };
	struct store_rows rows = { 0 };
	uint64_t unread;
	int rc = store_count(x->s, view, &x->total, &unread, err);
	size_t n = 1;

	while (rc == 0 && n > 0) {
		rc = store_list(x->s, view, &key, true, WINDOW, &rows, err);
		n = rc == 0 ? rows.n : 0;
		for (size_t i = n; rc == 0 && i-- > 0;)
			rc = put_row(x, &rows.v[i], err);
		if (n > 0)
			key = (struct store_key){ rows.v[0].date,
				                  rows.v[0].id };
		store_rows_release(&rows);
	}
	return rc;
}

int
export_mbox(struct store *s, const struct store_view *view, int file,
            const struct export_opts *opts, uint64_t *done_r, struct err *err)
{
	struct export x = { .s = s,
		            .opts = opts,
		            .file = file,
		            .written = done_r,
		            .put = put_mbox };

	return walk(&x, view, err);
}

/* The names that are there already. */
static int
read_names(struct export *x, const char *sub, struct err *err)
{
	DIR *dir = opendir(sub);
	const struct dirent *e;
	struct maildir_name name;

	if (dir == NULL)
		return err_sys(err, errno, _("cannot open folder '%s'"), sub);
	while ((e = readdir(dir)) != NULL)
		if (maildir_name_parse(slice_of(e->d_name), &name))
			(void)map_set(&x->there, name.base, NULL);
	closedir(dir);
	return 0;
}

int
export_maildir(struct store *s, const struct store_view *view, const char *path,
               const struct export_opts *opts, uint64_t *done_r,
               struct err *err)
{
	static const char *const subs[] = { "tmp", "new", "cur" };
	struct export x = { .s = s,
		            .opts = opts,
		            .path = path,
		            .written = done_r,
		            .put = put_maildir };
	int rc = 0;

	for (size_t i = 0; i < 3 && rc == 0; i++) {
		char *sub = fsx_join(path, subs[i]);

		rc = fsx_mkdirs(sub, err);
		if (rc == 0 && i > 0)
			rc = read_names(&x, sub, err);
		free(sub);
	}
	if (rc == 0)
		rc = walk(&x, view, err);
	for (size_t i = 1; i < 3 && rc == 0; i++) {
		char *sub = fsx_join(path, subs[i]);

		rc = fsx_fsync_folder(sub, err);
		free(sub);
	}
	map_release(&x.there);
	return rc;
}
