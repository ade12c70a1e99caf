/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mail of other programs into the store. */
/*
 * The tree is walked twice by the same functions: to know how much there is
 * (counting), then to import.
 *
 * 1. A message's UIDL here is "import:" + SHA-256 of its bytes with CRLF: the
 *    same from Maildir and mbox, now and later, also when its flags changed
 *    there or it was deleted here.
 * 2. Batches are durable; breaking off loses at most the one that is open.
 * 3. Links inside a folder are not followed.
 * 4. What cannot be read in a folder does not keep back the rest: the first such
 *    error is what is told in the end.
 */
#include "engine/import.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "mime/header.h"
#include "store/maildir_name.h"
#include "util/clock.h"
#include "util/digest.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* A batch shares its syncs; more would hold up others too long. */
#define BATCH_MESSAGES 200
#define BATCH_BYTES    ((uint64_t)16 * 1024 * 1024)
/* As the fetch: more is no mail. */
#define MESSAGE_MAX ((size_t)512 * 1024 * 1024)
/* Folders in folders; links are not followed, so this is never met. */
#define DEPTH_MAX 32
#define LABEL_MAX 1024

/* Where messages go. */
struct place {
	enum folder folder;
	struct str label;
};

struct import {
	struct store *s;
	int64_t account;
	const struct import_opts *opts;
	struct import_result *result;
	struct uidl_map known;
	struct store_batch *batch;
	struct str message;
	bool counting;
	struct err unread;    /* why something was passed over */
	uint64_t done, total; /* bytes */
};

/* One message as it was found. */
struct found {
	struct slice bytes;
	unsigned flags;
	int64_t received;
	bool deleted;
};

static int walk_folder(struct import *im, const char *path, unsigned depth,
                       struct place *place, struct err *err);

/* ---- a message ---- */

static int
flush(struct import *im, struct err *err)
{
	return im->batch == NULL
	               ? 0
	               : store_batch_commit(&im->batch, NULL, NULL, err);
}

static int
add_to_batch(struct import *im, const struct found *found,
             const struct place *place, const char *key, struct err *err)
{
	struct store_new info = { .folder = place->folder,
		                  .flags = found->flags,
		                  .uidl = key,
		                  .received = found->received,
		                  .labels = place->label.p,
		                  .match_content = true };
	struct message m = { 0 };
	int fd;
	int rc;

	if (found->deleted)
		info.folder = FOLDER_TRASH;
	if (im->batch == NULL)
		im->batch = store_batch_begin(im->s, im->account, err);
	if (im->batch == NULL || store_batch_file(im->batch, &fd, err) != 0 ||
	    fsx_write_all(fd, found->bytes.p, found->bytes.n, err) != 0)
		return -1;
	message_parse(&m, found->bytes);
	rc = store_batch_add(im->batch, &m, &info, err);
	message_release(&m);
	if (rc != 0)
		return -1;
	im->result->messages++;
	if (store_batch_count(im->batch) >= BATCH_MESSAGES ||
	    store_batch_bytes(im->batch) >= BATCH_BYTES)
		return flush(im, err);
	return 0;
}

static int
import_message(struct import *im, const struct found *found,
               const struct place *place, struct err *err)
{
	struct str key;
	int rc = 0;

	str_init(&key, 100);
	str_add_z(&key, "import:");
	digest_sha256_hex(found->bytes, &key);
	if (map_has(&im->known.map, str_slice(&key))) {
		im->result->known++;
	} else {
		(void)map_set(&im->known.map, str_slice(&key), NULL);
		rc = add_to_batch(im, found, place, key.p, err);
	}
	str_release(&key);
	return rc;
}

static int
check_cancel(const struct import *im, struct err *err)
{
	const struct import_opts *o = im->opts;

	return o->cancelled != NULL && o->cancelled()
	               ? err_set(err, ERR_CANCELLED, _("cancelled"))
	               : 0;
}

/* Something inside a folder cannot be read; what is gone meanwhile is none. */
static int
pass_over(struct import *im, const struct err *why)
{
	if (im->counting || why->code == ERR_NOTFOUND)
		return 0;
	if (im->unread.code == ERR_NONE)
		im->unread = *why;
	im->result->skipped++;
	return 0;
}

/* A part of the work is done. */
static int
advance(struct import *im, uint64_t bytes, struct err *err)
{
	const struct import_opts *o = im->opts;

	if (check_cancel(im, err) != 0)
		return -1;
	im->done += bytes;
	if (o->progress != NULL)
		o->progress(o->ctx, im->done, im->total);
	return 0;
}

/* ---- files ---- */

/* A large mbox is mapped: what its program cuts off meanwhile must not be
 * touched any more. */
static int
check_whole(const char *path, struct slice all, struct err *err)
{
	struct stat st;

	if (stat(path, &st) == 0 && st.st_size >= 0 &&
	    (uint64_t)st.st_size >= all.n)
		return 0;
	return err_set(err, ERR_IO,
	               _("'%s' was cut while it was read; import it again"),
	               path);
}

static int
import_mbox(struct import *im, const char *path, struct slice all,
            const struct place *place, struct err *err)
{
	struct mbox_item item;
	struct mbox mbox;
	size_t before = 0;
	int rc = 0;

	mbox_init(&mbox, all, im->opts->mbox);
	while (rc == 0 && (rc = check_whole(path, all, err)) == 0 &&
	       mbox_next(&mbox, &item)) {
		struct found found = { .flags = item.flags,
			               .received = item.received,
			               .deleted = item.deleted };

		str_clear(&im->message);
		mbox_message(&mbox, &item, &im->message);
		found.bytes = str_slice(&im->message);
		if (item.hidden || found.bytes.n == 0 || im->message.full)
			im->result->skipped++;
		else
			rc = import_message(im, &found, place, err);
		if (rc == 0)
			rc = advance(im, mbox.at - before, err);
		before = mbox.at;
	}
	return rc;
}

/* LF alone becomes CRLF, as a POP3 server would send it. */
static void
add_crlf(struct slice s, struct str *out)
{
	while (s.n > 0) {
		size_t n = slice_find(s, '\n');

		str_add(out, s.p, n);
		if (n == s.n)
			break;
		str_add_z(out, n > 0 && s.p[n - 1] == '\r' ? "\n" : "\r\n");
		s = slice_from(s, n + 1);
	}
}

static int
import_single(struct import *im, struct slice all, struct found *found,
              const struct place *place, struct err *err)
{
	int rc = 0;

	str_clear(&im->message);
	add_crlf(all, &im->message);
	found->bytes = str_slice(&im->message);
	if (all.n == 0 || im->message.full)
		im->result->skipped++;
	else
		rc = import_message(im, found, place, err);
	return rc == 0 ? advance(im, all.n, err) : -1;
}

/* Does a message begin here? */
static bool
is_message(struct slice all)
{
	const char *next;
	const char *colon;

	return all.n > 0 &&
	       header_line(all.p, all.n, &next, &colon) == HEADER_LINE_FIELD;
}

static bool
is_number(struct slice name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!byte_is_digit(name.p[i]))
			return false;
	return name.n > 0;
}

static struct slice
last_name(const char *path)
{
	struct slice s = slice_of(path);
	size_t slash;

	while (s.n > 1 && s.p[s.n - 1] == '/')
		s.n--;
	slash = slice_rfind(s, '/');
	return slash < s.n ? slice_from(s, slash + 1) : s;
}

static void
place_init(struct place *p, const struct import *im, const char *path, bool top)
{
	str_init(&p->label, LABEL_MAX);
	p->folder = import_folder(last_name(path), top, &p->label);
	if (im->opts->folder != FOLDER_ANY)
		p->folder = im->opts->folder;
}

/* A file outside a Maildir: mbox, or a message. */
static int
walk_file(struct import *im, const char *path, const struct stat *st, bool top,
          struct err *err)
{
	struct found found = { .received = (int64_t)st->st_mtime };
	struct place place;
	struct fsx_map map;
	struct err why = { 0 };
	int rc = 0;

	if (fsx_map_open(path, &map, &why) != 0) {
		if (!top)
			return pass_over(im, &why);
		*err = why;
		return -1;
	}
	place_init(&place, im, path, top);
	if (mbox_is(map.data)) {
		im->total += im->counting ? map.data.n : 0;
		if (!im->counting)
			rc = import_mbox(im, path, map.data, &place, err);
	} else if (is_message(map.data) &&
	           (top || slice_iends(slice_of(path), ".eml") ||
	            is_number(last_name(path)))) {
		im->total += im->counting ? map.data.n : 0;
		if (place.label.n != 0 && im->opts->folder == FOLDER_ANY)
			place.folder = FOLDER_INBOX;
		str_clear(&place.label); /* its name is no folder's */
		if (!im->counting)
			rc = import_single(im, map.data, &found, &place, err);
	} else if (top && map.data.n != 0) {
		rc = err_set(err, ERR_USAGE,
		             _("'%s' is neither a mailbox nor a message"),
		             path);
	}
	fsx_map_close(&map);
	str_release(&place.label);
	return rc;
}

/* ---- folders ---- */

static int
maildir_file(struct import *im, const char *path, const char *file,
             const struct place *place, struct err *err)
{
	struct maildir_name name;
	struct found found = { 0 };
	struct stat st;
	struct err why = { 0 };
	struct fsx_map map;
	int rc;

	if (!maildir_name_parse(slice_of(file), &name) ||
	    lstat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return 0;
	if (im->counting) {
		im->total += (uint64_t)st.st_size;
		return check_cancel(im, err);
	}
	if (fsx_map_open(path, &map, &why) != 0) {
		/* Its program renamed it since: the next import brings it. */
		if (why.code == ERR_NOTFOUND)
			im->result->skipped++;
		return pass_over(im, &why);
	}
	found.flags = name.flags;
	found.deleted = slice_starts(name.info, ":2,") &&
	                slice_find(name.info, 'T') < name.info.n;
	found.received = (int64_t)st.st_mtime;
	rc = import_single(im, map.data, &found, place, err);
	fsx_map_close(&map);
	return rc;
}

/* The one that was named must be readable. */
static int
no_folder(struct import *im, const char *path, bool top, struct err *err)
{
	struct err why = { 0 };

	(void)err_sys(&why, errno, _("cannot open folder '%s'"), path);
	if (!top)
		return pass_over(im, &why);
	*err = why;
	return -1;
}

static int
walk_maildir(struct import *im, const char *path, bool top,
             const struct place *place, struct err *err)
{
	static const char *const subs[] = { "new", "cur" };
	int rc = 0;

	for (size_t i = 0; i < 2 && rc == 0; i++) {
		char *sub = fsx_join(path, subs[i]);
		DIR *dir = opendir(sub);
		const struct dirent *e;

		if (dir == NULL)
			rc = no_folder(im, sub, top, err);
		while (dir != NULL && rc == 0 && (e = readdir(dir)) != NULL) {
			char *file = fsx_join(sub, e->d_name);

			rc = maildir_file(im, file, e->d_name, place, err);
			free(file);
		}
		if (dir != NULL)
			closedir(dir);
		free(sub);
	}
	return rc;
}

static bool
is_folder(const char *path, const char *name)
{
	char *full = fsx_join(path, name);
	struct stat st;
	bool yes = lstat(full, &st) == 0 && S_ISDIR(st.st_mode);

	free(full);
	return yes;
}

static int
walk_entry(struct import *im, const char *path, unsigned depth, bool maildir,
           struct err *err)
{
	struct place place;
	struct stat st;
	int rc = 0;

	if (check_cancel(im, err) != 0)
		return -1;
	if (lstat(path, &st) != 0)
		return 0; /* gone meanwhile */
	if (S_ISREG(st.st_mode) && !maildir)
		return walk_file(im, path, &st, false, err);
	if (!S_ISDIR(st.st_mode) || depth >= DEPTH_MAX)
		return 0;
	place_init(&place, im, path, false);
	rc = walk_folder(im, path, depth + 1, &place, err);
	str_release(&place.label);
	return rc;
}

static int
walk_folder(struct import *im, const char *path, unsigned depth,
            struct place *place, struct err *err)
{
	bool maildir = is_folder(path, "cur") && is_folder(path, "new");
	DIR *dir = opendir(path);
	const struct dirent *e;
	int rc = 0;

	if (dir == NULL)
		return no_folder(im, path, depth == 0, err);
	if (maildir)
		rc = walk_maildir(im, path, depth == 0, place, err);
	while (rc == 0 && (e = readdir(dir)) != NULL) {
		const char *name = e->d_name;
		char *child;

		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
		    (maildir &&
		     (strcmp(name, "cur") == 0 || strcmp(name, "new") == 0 ||
		      strcmp(name, "tmp") == 0)))
			continue;
		child = fsx_join(path, name);
		rc = walk_entry(im, child, depth, maildir, err);
		free(child);
	}
	closedir(dir);
	return rc;
}

static int
walk(struct import *im, const char *path, struct err *err)
{
	struct place place;
	struct stat st;
	int rc;

	if (stat(path, &st) != 0)
		return err_set(err, ERR_NOTFOUND, _("there is no '%s'"), path);
	if (S_ISREG(st.st_mode))
		return walk_file(im, path, &st, true, err);
	if (!S_ISDIR(st.st_mode))
		return err_set(err, ERR_USAGE,
		               _("'%s' is neither a mailbox nor a message"),
		               path);
	place_init(&place, im, path, true);
	rc = walk_folder(im, path, 0, &place, err);
	str_release(&place.label);
	return rc;
}

int
import_path(struct store *s, int64_t account, const char *path,
            const struct import_opts *opts, struct import_result *result_r,
            struct err *err)
{
	struct import im = { .s = s,
		             .account = account,
		             .opts = opts,
		             .result = result_r,
		             .counting = true };
	struct err ignored = { 0 };
	int rc;

	*result_r = (struct import_result){ 0 };
	str_init(&im.message, MESSAGE_MAX);
	rc = store_uidls(s, account, &im.known, err);
	if (rc == 0)
		rc = walk(&im, path, err);
	im.counting = false;
	if (rc == 0)
		rc = walk(&im, path, err);
	/* What came before an error is kept; the error is what is told. */
	if (flush(&im, rc == 0 ? err : &ignored) != 0)
		rc = -1;
	if (rc == 0 && im.unread.code != ERR_NONE) {
		*err = im.unread;
		rc = -1;
	}
	store_batch_abort(&im.batch);
	uidl_map_release(&im.known);
	str_release(&im.message);
	return rc;
}
