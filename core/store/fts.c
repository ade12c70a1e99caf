/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The full text: search.db in the cache, derived, filled in the background.
 *
 * 1. Its connection has search.db as main and pabal.db attached for reading, so
 *    that a search joins both and indexing never holds pabal.db's write lock.
 * 2. Everything with low <= id <= high (table mark) is indexed; new messages
 *    come first, then older ones, newest of them first.
 * 3. The table keeps no text (content=''), so rows cannot be deleted; ids are
 *    never used again, so what is left of deleted messages joins with nothing.
 *    What is read anew (in another charset, whole instead of its header) gets a
 *    further row; table renewed says which one counts.
 * 4. Text and queries are folded (unicode_fold) on our side; the tokenizer
 *    (db_words.c) only cuts.  Initial consonants of subject and people have
 *    columns of their own.
 * 5. A damaged search.db is removed and made anew.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mime/message.h"
#include "store/sender_charset.h"
#include "store/store_impl.h"
#include "text/hangul.h"
#include "text/unicode.h"
#include "util/i18n.h"

#include "util/banned.h"

/* Words of one message: a book's chapter. */
#define BODY_MAX ((size_t)256 * 1024)
/* Folding may make text longer (NFKC). */
#define FOLDED_MAX (BODY_MAX * 2)
/* Rows counted exactly; beyond, ids tell well enough. */
#define LEFT_EXACT 10000

static const char tables[] =
	"CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(subject, sender,"
	" recipient, body, subject_initials, people_initials, content='',"
	" columnsize=0, tokenize='pabal');"
	"CREATE TABLE IF NOT EXISTS mark(one INTEGER PRIMARY KEY,"
	" low INTEGER NOT NULL, high INTEGER NOT NULL);"
	"CREATE TABLE IF NOT EXISTS renewed(id INTEGER PRIMARY KEY,"
	" row INTEGER NOT NULL);"
	"PRAGMA user_version=2;";

#define TABLES_VERSION 2

static int
attach(struct store *s, struct db *db, struct err *err)
{
	char *path = fsx_join(s->data, "pabal.db");
	int rc = db_attach(db, path, "box", s->reading, err);

	free(path);
	return rc;
}

/* Make the tables if need be and join with the mailbox; db is taken. */
static int
set_up(struct store *s, struct db *db, struct err *err)
{
	int64_t version = 0;

	if (db_get_int(db, err, &version, "PRAGMA main.user_version", "") < 0 ||
	    (version < TABLES_VERSION && db_script(db, tables, err) != 0) ||
	    attach(s, db, err) != 0) {
		db_close(&db);
		return -1;
	}
	s->search = db;
	return 0;
}

static int
open_search(struct store *s, const char *path, struct err *err)
{
	struct db *db;

	if (db_open(path, true, &db, err) != 0)
		return -1;
	return set_up(s, db, err);
}

/* The cache cannot be written: what it has, or else words in memory. */
static int
open_unwritten(struct store *s, const char *path, struct err *err)
{
	struct err unreadable = { 0 };
	struct db *db;

	if (fsx_exists(path) &&
	    db_open_reading(path, true, &db, &unreadable) == 0 &&
	    set_up(s, db, &unreadable) == 0)
		return 0;
	if (db_open_memory(true, &db, err) != 0)
		return -1;
	return set_up(s, db, err);
}

static void
remove_search(const char *path)
{
	static const char *const suffixes[] = { "", "-wal", "-shm" };
	size_t i;

	for (i = 0; i < 3; i++) {
		struct str name;

		str_init(&name, 4096);
		str_add_z(&name, path);
		str_add_z(&name, suffixes[i]);
		(void)unlink(name.p); /* may not be there */
		str_release(&name);
	}
}

struct db *
store_search(struct store *s, struct err *err)
{
	struct err first = { 0 };
	char *path;

	if (s->search != NULL)
		return s->search;
	path = fsx_join(s->cache, "search.db");
	if (fsx_mkdirs(s->cache, &first) != 0 ||
	    open_search(s, path, &first) != 0) {
		if (db_damaged(&first)) {
			remove_search(path);
			(void)open_search(s, path, err);
		} else if (first.code != ERR_IO ||
		           open_unwritten(s, path, &first) != 0) {
			if (err != NULL)
				*err = first;
		}
	}
	free(path);
	return s->search;
}

int
fts_clear(struct store *s, struct err *err)
{
	char *path = fsx_join(s->cache, "search.db");

	db_close(&s->search);
	remove_search(path);
	free(path);
	return store_search(s, err) != NULL ? 0 : -1;
}

/* ---- one message ---- */

static void
fold_into(struct str *out, struct slice text)
{
	str_init(out, FOLDED_MAX);
	unicode_fold(text, out);
}

static void
people(const struct message *m, const char *const *names, struct str *out)
{
	struct arena a = { 0 };

	for (; *names != NULL; names++) {
		struct addr_list list = { 0 };
		size_t i;

		message_addrs(m, *names, &a, &list);
		for (i = 0; i < list.n; i++) {
			str_add_slice(out, list.v[i].name);
			str_add_c(out, ' ');
			str_add_slice(out, list.v[i].spec);
			str_add_c(out, '\n');
		}
	}
	arena_release(&a);
}

static void
attachment_names(const struct message *m, struct str *out)
{
	struct part *p = NULL;

	while ((p = message_next_attachment(m, p)) != NULL) {
		str_add_c(out, '\n');
		str_add_slice(out, p->filename);
	}
}

/* What is indexed of a message, not folded yet. */
struct words_of {
	struct str subject, sender, recipient, body;
};

static void
collect(const struct message *m, struct words_of *w)
{
	static const char *const from[] = { "From", "Reply-To", NULL };
	static const char *const to[] = { "To", "Cc", "Bcc", NULL };

	str_init(&w->subject, MESSAGE_FIELD_MAX);
	str_init(&w->sender, MESSAGE_FIELD_MAX);
	str_init(&w->recipient, MESSAGE_FIELD_MAX);
	str_init(&w->body, BODY_MAX + MESSAGE_FIELD_MAX);
	(void)message_subject(m, &w->subject); /* none is empty */
	people(m, from, &w->sender);
	people(m, to, &w->recipient);
	message_words(m, BODY_MAX, &w->body);
	attachment_names(m, &w->body);
}

static void
words_release(struct words_of *w)
{
	str_release(&w->subject);
	str_release(&w->sender);
	str_release(&w->recipient);
	str_release(&w->body);
}

static void
initials(struct slice a, struct slice b, struct str *out)
{
	str_init(out, FOLDED_MAX);
	hangul_choseong(a, out);
	str_add_c(out, '\n');
	hangul_choseong(b, out);
}

static int
insert_words(struct db *db, int64_t id, const struct words_of *w,
             struct err *err)
{
	struct str subject, sender, recipient, body, first, second;
	int rc;

	fold_into(&subject, str_slice(&w->subject));
	fold_into(&sender, str_slice(&w->sender));
	fold_into(&recipient, str_slice(&w->recipient));
	fold_into(&body, str_slice(&w->body));
	initials(str_slice(&subject), SLICE_NONE, &first);
	initials(str_slice(&sender), str_slice(&recipient), &second);
	rc = db_run(db, err,
	            "INSERT INTO words(rowid, subject, sender, recipient, body,"
	            " subject_initials, people_initials)"
	            " VALUES(?, ?, ?, ?, ?, ?, ?)",
	            "itttttt", id, str_slice(&subject), str_slice(&sender),
	            str_slice(&recipient), str_slice(&body), str_slice(&first),
	            str_slice(&second));
	str_release(&subject);
	str_release(&sender);
	str_release(&recipient);
	str_release(&body);
	str_release(&first);
	str_release(&second);
	return rc;
}

/* row: id, or a further row of that message. */
static int
index_one(struct store *s, struct db *db, int64_t id, int64_t row,
          struct err *err)
{
	struct err unreadable = { 0 };
	struct fsx_map map = { 0 };
	struct words_of w = { 0 };
	struct message m = { 0 };
	int rc;

	/* What cannot be read now has no words; reconcile takes care of it. */
	if (store_map(s, id, &map, &unreadable) != 0)
		return 0;
	message_parse(&m, map.data);
	rc = sender_charset_apply(s, &m, err);
	collect(&m, &w);
	if (rc == 0)
		rc = insert_words(db, row, &w, err);
	words_release(&w);
	message_release(&m);
	fsx_map_close(&map);
	return rc;
}

/* ---- the watermark ---- */

struct mark {
	int64_t low, high;
};

/* Inside a transaction that writes: the lock is taken by the first statement. */
static int
read_mark(struct db *db, struct mark *mark, struct err *err)
{
	if (db_run(db, err,
	           "INSERT INTO mark SELECT 1, ifnull(max(id), 0) + 1,"
	           " ifnull(max(id), 0) FROM box.message WHERE true"
	           " ON CONFLICT DO UPDATE SET low = low",
	           "") != 0 ||
	    db_get_int(db, err, &mark->low, "SELECT low FROM mark", "") < 0)
		return -1;
	return db_get_int(db, err, &mark->high, "SELECT high FROM mark", "") < 0
	               ? -1
	               : 0;
}

/* The next message that lacks its words: 1, 0 none, -1. */
static int
next_id(struct db *db, struct mark *mark, int64_t *id_r, struct err *err)
{
	int rc = db_get_int(db, err, id_r,
	                    "SELECT id FROM box.message WHERE id > ?"
	                    " ORDER BY id LIMIT 1",
	                    "i", mark->high);

	if (rc == 1)
		mark->high = *id_r;
	if (rc != 0)
		return rc;
	rc = db_get_int(db, err, id_r,
	                "SELECT id FROM box.message WHERE id < ?"
	                " ORDER BY id DESC LIMIT 1",
	                "i", mark->low);
	if (rc == 1)
		mark->low = *id_r;
	return rc;
}

static int
count_left(struct db *db, const struct mark *mark, uint64_t *left_r,
           struct err *err)
{
	int64_t above = 0;
	int64_t below = 0;

	if (db_get_int(db, err, &above,
	               "SELECT count(*) FROM (SELECT 1 FROM box.message"
	               " WHERE id > ? LIMIT ?)",
	               "ii", mark->high, (int64_t)LEFT_EXACT) < 0 ||
	    db_get_int(db, err, &below,
	               "SELECT count(*) FROM (SELECT 1 FROM box.message"
	               " WHERE id < ? LIMIT ?)",
	               "ii", mark->low, (int64_t)LEFT_EXACT) < 0)
		return -1;
	if (below == LEFT_EXACT)
		below = mark->low - 1;
	*left_r = (uint64_t)above + (uint64_t)below;
	return 0;
}

static int
index_some(struct store *s, struct db *db, size_t n, uint64_t *left_r,
           struct err *err)
{
	struct mark mark;
	int64_t id;
	int rc = read_mark(db, &mark, err);

	while (rc == 0 && n-- > 0) {
		int more = next_id(db, &mark, &id, err);

		if (more <= 0) {
			rc = more;
			break;
		}
		rc = index_one(s, db, id, id, err);
	}
	if (rc == 0)
		rc = db_run(db, err, "UPDATE mark SET low = ?, high = ?", "ii",
		            mark.low, mark.high);
	if (rc == 0)
		rc = count_left(db, &mark, left_r, err);
	return rc;
}

int
store_index_text(struct store *s, size_t n, uint64_t *left_r, struct err *err)
{
	struct db *db = store_search(s, err);
	struct err own = { 0 };
	uint64_t left = 0;
	int rc;

	if (db == NULL || db_begin_read(db, err) != 0)
		return -1;
	rc = db_end(db, index_some(s, db, n, &left, &own), &own);
	if (rc != 0 && db_damaged(&own)) {
		left = 1; /* all of it, from the next call on */
		rc = fts_clear(s, err);
	} else if (rc != 0 && err != NULL) {
		*err = own;
	}
	if (rc == 0 && left_r != NULL)
		*left_r = left;
	return rc;
}

/* ---- reading again ---- */

/* A number that no further row has yet, as its upper bits. */
static int
next_round(struct db *db, int64_t *round_r, struct err *err)
{
	if (db_run(db, err, "CREATE TABLE IF NOT EXISTS again(n INTEGER)",
	           "") != 0 ||
	    db_run(db, err, "INSERT INTO again VALUES(1)", "") != 0 ||
	    db_get_int(db, err, round_r, "SELECT count(*) FROM again", "") < 0)
		return -1;
	*round_r <<= WORDS_ID_BITS;
	return 0;
}

static int
index_again(struct store *s, struct db *db, const int64_t *ids, size_t n,
            struct err *err)
{
	struct mark mark;
	int64_t round;

	if (read_mark(db, &mark, err) != 0 || next_round(db, &round, err) != 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		/* The others will have their words soon. */
		if (ids[i] < mark.low || ids[i] > mark.high)
			continue;
		if (index_one(s, db, ids[i], ids[i] | round, err) != 0 ||
		    db_run(db, err,
		           "INSERT OR REPLACE INTO renewed VALUES(?, ?)", "ii",
		           ids[i], ids[i] | round) != 0)
			return -1;
	}
	return 0;
}

int
fts_again(struct store *s, const int64_t *ids, size_t n, struct err *err)
{
	struct db *db = store_search(s, err);
	struct err own = { 0 };
	int rc;

	if (db == NULL || db_begin_read(db, err) != 0)
		return -1;
	rc = db_end(db, index_again(s, db, ids, n, &own), &own);
	if (rc != 0 && db_damaged(&own))
		return fts_clear(s, err);
	if (rc != 0 && err != NULL)
		*err = own;
	return rc;
}
