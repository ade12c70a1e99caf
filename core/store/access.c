/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a message's id to its file. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/store_impl.h"
#include "util/i18n.h"
#include "util/utf8.h"
#include "util/xalloc.h"

#include "util/banned.h"

static int
not_found(struct err *err)
{
	return err_set(err, ERR_NOTFOUND, _("there is no such message"));
}

int
store_read_in_place(struct store *s, int64_t id, int64_t *account_r,
                    struct err *err)
{
	struct arena a = { 0 };
	struct row row;
	struct maildir *m;
	int fd = -1;
	int error = EIO;
	int rc = row_get(s, id, &a, &row, err);

	if (rc == 0)
		(void)not_found(err);
	if (rc == 1) {
		*account_r = row.account;
		m = store_maildir(s, row.account, err);
		if (m != NULL) {
			fd = maildir_read(m, &row.place, err);
			error = errno;
		}
	}
	arena_release(&a);
	errno = error;
	return fd;
}

int
store_read_fd(struct store *s, int64_t id, struct err *err)
{
	struct err first = { 0 };
	int64_t account = 0;
	uint64_t changed = 0;
	int fd = store_read_in_place(s, id, &account, &first);

	if (fd >= 0)
		return fd;
	if (errno != ENOENT || account == 0 || s->reading) {
		if (err != NULL)
			*err = first;
		return -1;
	}
	/* Another program renamed it, or made the folders anew. */
	if (s->maildir_account == account)
		maildir_close(&s->maildir);
	if (reconcile_account(s, account, true, &changed, err) != 0)
		return -1;
	return store_read_in_place(s, id, &account, err);
}

int
store_map(struct store *s, int64_t id, struct fsx_map *map_r, struct err *err)
{
	int fd = store_read_fd(s, id, err);
	int rc;

	if (fd < 0)
		return -1;
	rc = fsx_map_fd(fd, map_r, err);
	close(fd); /* was only read; the mapping stays */
	return rc;
}

char *
store_path(struct store *s, int64_t id, struct err *err)
{
	struct arena a = { 0 };
	struct row row;
	char *path = NULL;
	char *dir;
	int fd = store_read_fd(s, id, err);
	int rc;

	if (fd < 0)
		return NULL;
	close(fd); /* was only read */
	rc = row_get(s, id, &a, &row, err);
	if (rc == 0)
		(void)not_found(err);
	dir = rc == 1 ? store_account_dir(s, row.account, err) : NULL;
	if (dir != NULL)
		path = xasprintf("%s/mail/%s/%s/%s/%.*s%.*s", s->data, dir,
		                 folder_name(row.place.folder),
		                 row.place.cur ? "cur" : "new",
		                 SLICE_ARG(row.place.base),
		                 SLICE_ARG(row.place.info));
	free(dir);
	arena_release(&a);
	return path;
}

int
store_was_sent(struct store *s, struct slice message_id, bool *sent_r,
               struct err *err)
{
	char buf[FACTS_LINE_MAX];
	struct slice key =
		slice_make(buf, utf8_clean_line(message_id.p, message_id.n, buf,
	                                        sizeof buf));
	int64_t one;
	int rc = 0;

	if (key.n != 0)
		rc = db_get_int(s->db, err, &one,
		                "SELECT 1 FROM message WHERE message_id = ?"
		                " AND message_id != '' AND folder = ?",
		                "ti", key, (int64_t)FOLDER_SENT);
	*sent_r = rc == 1;
	return rc < 0 ? -1 : 0;
}

int
store_find_message_id(struct store *s, struct slice message_id, int64_t *id_r,
                      struct err *err)
{
	char buf[FACTS_LINE_MAX];
	struct slice key =
		slice_make(buf, utf8_clean_line(message_id.p, message_id.n, buf,
	                                        sizeof buf));

	*id_r = 0;
	if (key.n == 0)
		return 0;
	return db_get_int(s->db, err, id_r,
	                  "SELECT id FROM message WHERE message_id = ?"
	                  " AND message_id != '' ORDER BY id LIMIT 1",
	                  "t", key) < 0
	               ? -1
	               : 0;
}

int
store_with_message_id(struct store *s, struct slice message_id,
                      enum folder folder, int64_t **ids_r, size_t *n_r,
                      struct err *err)
{
	ARRAY(int64_t) ids = { 0 };
	char buf[FACTS_LINE_MAX];
	struct slice key =
		slice_make(buf, utf8_clean_line(message_id.p, message_id.n, buf,
	                                        sizeof buf));
	struct db_stmt *st = db_query(s->db, err,
	                              "SELECT id FROM message"
	                              " WHERE message_id = ?"
	                              " AND message_id != '' AND folder = ?"
	                              " ORDER BY id",
	                              "ti", key, (int64_t)folder);
	int rc = -1;

	while (st != NULL && (rc = db_step(st, err)) == 1)
		array_add(&ids, db_int(st, 0));
	db_done(st);
	*ids_r = ids.v;
	*n_r = ids.n;
	return rc < 0 ? -1 : 0;
}
