/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All messages below a path: a file, an mbox, a Maildir, a folder of those. */
#include "cli/mail_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "util/fsx.h"
#include "util/i18n.h"

#include "util/banned.h"

/* Folders within folders. */
#define DEPTH_MAX 20

static const char from_line[] = "From ";

static bool
is_cancelled(const struct mail_files *f, struct err *err)
{
	if (f->cancelled == NULL || !f->cancelled())
		return false;
	(void)err_set(err, ERR_CANCELLED, _("cancelled"));
	return true;
}

static int
give(const struct mail_files *f, struct slice text, struct err *err)
{
	struct message m;
	int rc;

	message_parse(&m, text);
	rc = f->message(f->ctx, &m, err);
	message_release(&m);
	return rc;
}

/* The next message of an mbox: *rest begins with a "From " line; the next one
 * stands behind an empty line. */
static struct slice
take_mbox(struct slice *rest)
{
	struct slice line, all;
	bool empty = false;

	(void)slice_line(rest, &line);
	all = *rest;
	while (rest->n > 0) {
		struct slice here = *rest;

		if (empty && slice_starts(here, from_line))
			break;
		(void)slice_line(rest, &line);
		empty = line.n == 0;
	}
	return slice_head(all, all.n - rest->n);
}

static int
read_file(const struct mail_files *f, const char *path, struct err *err)
{
	struct fsx_map map;
	struct slice rest;
	int rc = fsx_map_open(path, &map, err);

	if (rc != 0)
		return -1;
	rest = map.data;
	if (!slice_starts(rest, from_line))
		rc = give(f, rest, err);
	else
		while (rc == 0 && rest.n > 0)
			rc = is_cancelled(f, err)
			             ? -1
			             : give(f, take_mbox(&rest), err);
	fsx_map_close(&map);
	return rc;
}

static int
is_wanted(const struct dirent *e)
{
	if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
	    strcmp(e->d_name, "tmp") == 0)
		return 0;
	/* Folders of Maildir++ begin with a dot, mail does not. */
	return e->d_name[0] != '.' || e->d_type == DT_DIR;
}

static int read_below(const struct mail_files *f, const char *path, int depth,
                      struct err *err);

static int
read_entry(const struct mail_files *f, const char *path, int depth,
           struct err *err)
{
	struct stat st;

	if (is_cancelled(f, err))
		return -1;
	if (lstat(path, &st) != 0)
		return errno == ENOENT ? 0 : err_sys(err, errno, "%s", path);
	if (S_ISDIR(st.st_mode))
		return read_below(f, path, depth + 1, err);
	return S_ISREG(st.st_mode) && st.st_size > 0 ? read_file(f, path, err)
	                                             : 0;
}

static int
read_below(const struct mail_files *f, const char *path, int depth,
           struct err *err)
{
	struct dirent **list = NULL;
	int n, i, rc = 0;

	if (depth > DEPTH_MAX)
		return 0;
	n = scandir(path, &list, is_wanted, alphasort);
	if (n < 0)
		return err_sys(err, errno, _("cannot read folder '%s'"), path);
	for (i = 0; i < n; i++) {
		char *name = fsx_join(path, list[i]->d_name);

		if (rc == 0)
			rc = read_entry(f, name, depth, err);
		free(name);
		free(list[i]);
	}
	free(list);
	return rc;
}

int
mail_files_each(const struct mail_files *f, const char *path, struct err *err)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return err_sys(err, errno, _("cannot open '%s'"), path);
	return S_ISDIR(st.st_mode) ? read_below(f, path, 0, err)
	                           : read_file(f, path, err);
}
