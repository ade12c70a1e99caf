/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The spam filter's memory on disk.
 *
 *  spam.model  checkpoint: header, tally, weights; 15 MB, replaced as a whole
 *  spam.log    journal: what each learnt message changed, kept 30 days
 *  spam.lock   flock: one writer at a time; readers share it while they open
 *
 * 1. The model is mapped privately, so opening costs nothing but the journal's
 *    tail; pages become ours when learning touches them.
 * 2. The truth is checkpoint + journal records with a higher number than the
 *    checkpoint's.  Numbers rise by one; a record that was taken in is skipped.
 * 3. A change is written to the journal first, then applied.  A torn record at
 *    the end (crash) fails its check; the next writer cuts it off.
 * 4. Order of a checkpoint, under the lock: tmp, fsync, rename (fsx), then the
 *    journal's old records are dropped, by rename too.  Killed between: the
 *    journal still holds records that the model has; rule 2 skips them.
 * 5. Another process sees a new journal file (inode) and opens again.
 * 6. A journal that is shorter than the checkpoint says (an older copy, or a disk
 *    that lost what was not synced) goes on behind its own last whole record: a
 *    hole in it would hide all that is learnt later from being taken back.
 *
 * Rejected: weights in SQLite (thousands of rows a message), shared writable
 * mapping (a crash in the middle of an update leaves half a message in it).
 */
#include "mail/spam_model.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mail/spam_model_priv.h"
#include "util/clock.h"
#include "util/digest.h"
#include "util/fsx.h"
#include "util/i18n.h"
#include "util/log.h"
#include "util/step.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* The last digit rises with each other layout or meaning of the slots. */
#define LOG_MAGIC "pabalSJ2"

/* Journal bytes that opening may have to read again (about 3 ms). */
#define TAIL_MAX ((uint64_t)192 * 1024)
/* The journal is bounded: 30 days, and no more than this. */
#define LOG_MAX     ((uint64_t)24 * 1024 * 1024)
#define LOG_KEEP    ((uint64_t)12 * 1024 * 1024)
#define LOG_SECONDS ((int64_t)30 * 24 * 3600)

struct log_head {
	char magic[8];
	uint32_t order;
	uint32_t reserved;
	uint64_t id; /* random: another journal, other offsets */
};

struct record {
	uint64_t check; /* of all that follows */
	uint64_t seq;
	int64_t time;
	uint32_t size; /* of the change behind it */
	int32_t direction;
	struct spam_key key;
};

/* ---- the journal ---- */

static int
log_error(const struct spam_model *m, struct err *err)
{
	return err_sys(err, errno, _("cannot use '%s'"), m->log_path);
}

static void
log_close_file(struct spam_model *m)
{
	if (m->log >= 0)
		(void)close(m->log); /* fsynced where it matters */
	m->log = -1;
	m->offset = m->indexed = sizeof(struct log_head);
	m->tail = 0;
	map_release(&m->index);
}

static bool
log_head_read(int fd, struct log_head *h_r)
{
	return pread(fd, h_r, sizeof *h_r, 0) == (ssize_t)sizeof *h_r &&
	       memcmp(h_r->magic, LOG_MAGIC, sizeof h_r->magic) == 0 &&
	       h_r->order == SPAM_BYTE_ORDER;
}

/* Begin an empty journal; a file that is none is replaced. */
static int
log_create(struct spam_model *m, struct err *err)
{
	struct log_head h = { .order = SPAM_BYTE_ORDER };

	memcpy(h.magic, LOG_MAGIC, sizeof h.magic);
	digest_random(&h.id, sizeof h.id);
	return fsx_write_atomic(m->log_path,
	                        slice_make((const char *)&h, sizeof h), err);
}

/* Open the journal if it is there. */
static int
log_open_file(struct spam_model *m, struct err *err)
{
	int flags = (m->lock >= 0 ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOFOLLOW;
	struct log_head h;
	struct stat st;

	log_close_file(m);
	m->log = open(m->log_path, flags);
	if (m->log < 0)
		return errno == ENOENT ? 0 : log_error(m, err);
	if (fstat(m->log, &st) < 0)
		return log_error(m, err);
	m->log_dev = st.st_dev;
	m->log_ino = st.st_ino;
	if (!log_head_read(m->log, &h))
		log_close_file(m);
	else if (h.id == spam_model_head(m)->log_id &&
	         spam_model_head(m)->log_offset <= (uint64_t)st.st_size)
		m->offset = spam_model_head(m)->log_offset;
	return 0;
}

static uint64_t
record_check(const struct record *r, struct slice change)
{
	const char *p = (const char *)r + sizeof r->check;
	uint64_t h = digest_hash64(slice_make(p, sizeof *r - sizeof r->check),
	                           UINT64_C(0x7061626c));

	return digest_hash64(change, h);
}

/* Read a record's head.  1, 0 when there is none, -1. */
static int
record_head(const struct spam_model *m, uint64_t offset, struct record *r)
{
	ssize_t n = pread(m->log, r, sizeof *r, (off_t)offset);

	if (n < 0)
		return -1;
	return n == (ssize_t)sizeof *r && r->size <= SPAM_CHANGE_MAX &&
	       (r->direction == 1 || r->direction == -1);
}

/* Read the record at offset.  1, 0 when there is no whole record, -1. */
static int
record_read(const struct spam_model *m, uint64_t offset, struct record *r,
            struct str *change)
{
	int rc = record_head(m, offset, r);
	ssize_t n;

	if (rc <= 0)
		return rc;
	str_clear(change);
	if (str_reserve(change, r->size) < r->size)
		return 0;
	n = pread(m->log, change->p, r->size, (off_t)(offset + sizeof *r));
	if (n < 0)
		return -1;
	if ((size_t)n < r->size)
		return 0;
	str_added(change, r->size);
	return record_check(r, str_slice(change)) == r->check;
}

static uint32_t
key_tag(const struct spam_key *key)
{
	uint32_t tag;

	memcpy(&tag, key->b, sizeof tag);
	return tag;
}

static void
record_apply(struct spam_model *m, const struct record *r, struct slice change)
{
	if (r->seq <= m->seq)
		return;
	if (spam_change_apply(&m->weights, change, r->direction,
	                      key_tag(&r->key)) < 0)
		log_line(LOG_ERROR, "%s: record %llu is damaged", m->log_path,
		         (unsigned long long)r->seq);
	m->seq = r->seq;
	m->tail += sizeof *r + r->size;
}

/* Take in all whole records from m->offset on. */
static int
log_replay(struct spam_model *m, struct err *err)
{
	struct record r;
	struct str change;
	int rc = 0;

	if (m->log < 0)
		return 0;
	/* Known ones were checked when they were taken in. */
	while ((rc = record_head(m, m->offset, &r)) == 1 && r.seq <= m->seq)
		m->offset += sizeof r + r.size;
	str_init(&change, SPAM_CHANGE_MAX);
	while ((rc = record_read(m, m->offset, &r, &change)) == 1) {
		record_apply(m, &r, str_slice(&change));
		m->offset += sizeof r + r.size;
	}
	str_release(&change);
	return rc < 0 ? log_error(m, err) : 0;
}

/* ---- opening ---- */

static int
load(struct spam_model *m, struct err *err)
{
	if (spam_model_map(m, err) < 0 || log_open_file(m, err) < 0)
		return -1;
	return log_replay(m, err);
}

static void
lock_set(struct spam_model *m, int how)
{
	if (m->lock < 0 || m->locked)
		return;
	(void)fsx_lock(m->lock, how); /* at worst two write at once */
}

/* Did somebody replace the journal, or begin one? */
static bool
log_was_replaced(const struct spam_model *m)
{
	struct stat st;

	if (lstat(m->log_path, &st) < 0)
		return m->log >= 0;
	return m->log < 0 || st.st_dev != m->log_dev || st.st_ino != m->log_ino;
}

int
spam_model_refresh(struct spam_model *m, struct err *err)
{
	int rc;

	if (!log_was_replaced(m))
		return log_replay(m, err);
	lock_set(m, LOCK_SH);
	rc = load(m, err);
	lock_set(m, LOCK_UN);
	return rc;
}

int
spam_model_open(struct spam_model *m, const char *folder, struct err *err)
{
	char *lock_path = fsx_join(folder, "spam.lock");
	int rc;

	memset(m, 0, sizeof *m);
	m->log = -1;
	m->weights.odds = xcalloc(1, sizeof *m->weights.odds);
	m->model_path = fsx_join(folder, "spam.model");
	m->log_path = fsx_join(folder, "spam.log");
	m->lock = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
	               0600);
	if (m->lock < 0 && errno != EROFS && errno != EACCES) {
		rc = err_sys(err, errno, _("cannot use '%s'"), lock_path);
	} else {
		lock_set(m, LOCK_SH);
		rc = load(m, err);
		lock_set(m, LOCK_UN);
	}
	free(lock_path);
	if (rc < 0)
		spam_model_close(m);
	return rc;
}

void
spam_model_close(struct spam_model *m)
{
	if (m->model_path == NULL)
		return;
	log_close_file(m);
	spam_model_unmap(m);
	if (m->lock >= 0)
		(void)close(m->lock); /* nothing is written to it */
	free(m->model_path);
	free(m->log_path);
	free(m->weights.odds);
	memset(m, 0, sizeof *m);
}

/* ---- learning ---- */

int
spam_model_begin(struct spam_model *m, struct err *err)
{
	if (m->lock < 0)
		return err_set(err, ERR_IO, _("'%s' cannot be written"),
		               m->model_path);
	lock_set(m, LOCK_EX);
	m->locked = true;
	if (spam_model_refresh(m, err) == 0 &&
	    (m->log >= 0 ||
	     (log_create(m, err) == 0 && log_open_file(m, err) == 0)))
		return 0;
	spam_model_end(m);
	return -1;
}

void
spam_model_end(struct spam_model *m)
{
	m->locked = false;
	lock_set(m, LOCK_UN);
}

int
spam_model_append(struct spam_model *m, const struct spam_key *key,
                  struct slice change, int direction, struct err *err)
{
	struct record r = { .seq = m->seq + 1,
		            .time = clock_now(),
		            .size = (uint32_t)change.n,
		            .direction = direction,
		            .key = *key };
	struct str bytes;
	int rc = -1;

	r.check = record_check(&r, change);
	str_init(&bytes, sizeof r + SPAM_CHANGE_MAX);
	str_add(&bytes, (const char *)&r, sizeof r);
	str_add_slice(&bytes, change);
	/* Whatever lies behind the last whole record was torn by a crash. */
	if (ftruncate(m->log, (off_t)m->offset) < 0 ||
	    lseek(m->log, (off_t)m->offset, SEEK_SET) < 0)
		(void)log_error(m, err); /* -1 is returned below */
	else
		rc = fsx_write_all(m->log, bytes.p, bytes.n, err);
	str_release(&bytes);
	step("spam-log");
	if (rc == 0) {
		record_apply(m, &r, change);
		m->offset += sizeof r + r.size;
	}
	return rc;
}

static int
index_journal(struct spam_model *m, struct err *err)
{
	struct record r;
	int rc = 1;

	while (m->indexed < m->offset &&
	       (rc = record_head(m, m->indexed, &r)) == 1) {
		struct slice key =
			slice_make((const char *)r.key.b, SPAM_KEY_SIZE);

		/* 0 is the journal's head: the key counts no more. */
		map_set(&m->index, key,
		        (void *)(uintptr_t)(r.direction > 0 ? m->indexed : 0));
		m->indexed += sizeof r + r.size;
	}
	return rc < 0 ? log_error(m, err) : 0;
}

int
spam_model_find(struct spam_model *m, const struct spam_key *key,
                struct str *change_r, struct err *err)
{
	struct slice k = slice_make((const char *)key->b, SPAM_KEY_SIZE);
	struct record r;
	uint64_t offset;
	void *value;

	if (m->log < 0)
		return 0;
	if (index_journal(m, err) < 0)
		return -1;
	value = map_get(&m->index, k);
	offset = (uint64_t)(uintptr_t)value;
	if (offset == 0)
		return 0;
	return record_read(m, offset, &r, change_r);
}

/* ---- checkpoint ---- */

/* Where the part of the journal begins that is kept. */
static uint64_t
log_keep_from(struct spam_model *m)
{
	int64_t oldest = clock_now() - LOG_SECONDS;
	uint64_t at = sizeof(struct log_head);
	bool long_log = m->offset > LOG_MAX;
	struct record r;

	while (at < m->offset &&
	       pread(m->log, &r, sizeof r, (off_t)at) == (ssize_t)sizeof r) {
		if (r.time >= oldest &&
		    (!long_log || m->offset - at <= LOG_KEEP))
			break;
		at += sizeof r + r.size;
	}
	return at < m->offset ? at : m->offset;
}

/* The journal without its old records; empty: not worth rewriting. */
static int
log_compacted(struct spam_model *m, struct str *kept, struct err *err)
{
	uint64_t from = log_keep_from(m);
	uint64_t cut = from - sizeof(struct log_head);
	struct log_head h;
	struct fsx_map map;

	if (cut == 0 || (from < m->offset && cut < m->offset / 4) ||
	    !log_head_read(m->log, &h))
		return 0;
	if (fsx_map_fd(m->log, &map, err) < 0)
		return -1;
	digest_random(&h.id, sizeof h.id);
	spam_model_head(m)->log_id = h.id;
	str_add(kept, (const char *)&h, sizeof h);
	str_add_slice(kept, slice_from(slice_head(map.data, (size_t)m->offset),
	                               (size_t)from));
	spam_model_head(m)->log_offset = kept->n;
	fsx_map_close(&map);
	return 0;
}

/* A writer that was killed leaves its unfinished file, up to 15 MB each time; who
 * has the lock knows that nobody is at work on one. */
static void
remove_leftovers(const struct spam_model *m)
{
	const char *name = strrchr(m->model_path, '/') + 1;
	size_t n = (size_t)(name - m->model_path);
	char *folder = slice_dup(slice_make(m->model_path, n));
	DIR *d = opendir(folder);
	struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL) {
		struct slice s = slice_of(e->d_name);

		if ((slice_starts(s, "spam.model.") ||
		     slice_starts(s, "spam.log.")) &&
		    slice_ends(s, ".tmp"))
			(void)unlinkat(dirfd(d), e->d_name, 0); /* next time */
	}
	if (d != NULL)
		(void)closedir(d); /* only read */
	free(folder);
}

/* Write model and journal so that the model has all and says so. */
static int
checkpoint_locked(struct spam_model *m, struct str *kept, struct err *err)
{
	struct model_head *head = spam_model_head(m);
	struct log_head h;

	head->seq = m->seq;
	if (log_head_read(m->log, &h)) {
		head->log_id = h.id;
		head->log_offset = m->offset;
	}
	if (log_compacted(m, kept, err) < 0)
		return -1;
	remove_leftovers(m);
	step("spam-checkpoint");
	if (fsx_write_atomic(m->model_path, slice_make(m->map, SPAM_MODEL_SIZE),
	                     err) < 0)
		return -1;
	step("spam-compact");
	if (kept->n > 0 &&
	    fsx_write_atomic(m->log_path, str_slice(kept), err) < 0)
		return -1;
	/* The pages that were ours alone are given back. */
	return load(m, err);
}

static int
checkpoint(struct spam_model *m, struct err *err)
{
	struct str kept;
	int rc;

	if (spam_model_begin(m, err) < 0)
		return -1;
	str_init(&kept, (size_t)LOG_MAX * 2);
	rc = checkpoint_locked(m, &kept, err);
	str_release(&kept);
	spam_model_end(m);
	return rc;
}

int
spam_model_flush(struct spam_model *m, struct err *err)
{
	if (m->log < 0)
		return 0;
	if (m->tail > TAIL_MAX && m->lock >= 0)
		return checkpoint(m, err);
	return m->lock >= 0 ? fsx_fsync(m->log, m->log_path, err) : 0;
}
