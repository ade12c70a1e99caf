/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Spam or not: moving, teaching, and taking it back. */
#include <stdlib.h>
#include <string.h>

#include "engine/deliver.h"
#include "engine/engine_private.h"
#include "mime/message.h"
#include "store/outbox_rows.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

#define MARK_UNDO_MAX 100
#define MARK_REASONS  8192

static struct spam *
open_spam(struct engine *e, struct err *err)
{
	if (e->spam == NULL) {
		e->spam = spam_open(e->paths->data, err);
		if (e->spam != NULL)
			spam_user_rules(e->spam, e->paths);
	} else if (spam_refresh(e->spam, err) != 0) {
		return NULL;
	}
	return e->spam;
}

/* What a message teaches: LEARN_UNDO takes back what it taught. */
enum learn {
	LEARN_HAM,
	LEARN_SPAM,
	LEARN_UNDO
};

static int
learn(struct spam *spam, struct store *s, struct mark_before *b,
      enum learn what, struct err *err)
{
	struct fsx_map map;
	struct message m = { 0 };
	int rc;

	if (store_map(s, b->id, &map, err) != 0)
		return -1;
	message_parse(&m, map.data);
	rc = what == LEARN_UNDO
	             ? spam_take_back(spam, &m, str_slice(&b->taught), err)
	             : spam_correct(spam, &m, what == LEARN_SPAM, &b->taught,
	                            err);
	message_release(&m);
	fsx_map_close(&map);
	return rc;
}

static void
before_release(struct mark_before *b)
{
	free(b->reasons);
	str_release(&b->taught);
}

void
mark_release(struct mark *m)
{
	for (size_t i = 0; i < m->n; i++)
		before_release(&m->before[i]);
	free(m->before);
	*m = (struct mark){ 0 };
}

void
mark_keep(struct engine *e, struct mark *m)
{
	if (m->token == 0)
		return;
	if (e->marks.n == MARK_UNDO_MAX) {
		mark_release(&e->marks.v[0]);
		memmove(e->marks.v, e->marks.v + 1,
		        (e->marks.n - 1) * sizeof *e->marks.v);
		e->marks.n--;
	}
	array_add(&e->marks, *m);
	*m = (struct mark){ 0 };
}

bool
mark_find(struct engine *e, int64_t token, struct mark *m_r)
{
	for (size_t i = 0; i < e->marks.n; i++) {
		if (e->marks.v[i].token != token)
			continue;
		*m_r = e->marks.v[i];
		memmove(&e->marks.v[i], &e->marks.v[i + 1],
		        (e->marks.n - i - 1) * sizeof *m_r);
		e->marks.n--;
		return true;
	}
	return false;
}

/* ---- marking ---- */

/* Remember what the messages' verdicts were; before[] has room. */
static int
remember(struct store *s, const int64_t *ids, size_t n, struct mark *m,
         struct err *err)
{
	struct str reasons;
	int rc = 0;

	str_init(&reasons, MARK_REASONS);
	for (size_t i = 0; i < n && rc == 0; i++) {
		struct mark_before *b = &m->before[m->n];
		struct store_rows rows = { 0 };

		str_clear(&reasons);
		rc = store_row(s, ids[i], &rows, err);
		if (rc == 0)
			rc = store_spam_reasons(s, ids[i], &reasons, err);
		if (rc == 0) {
			b->id = ids[i];
			b->verdict = rows.v[0].verdict;
			b->score = rows.v[0].spam_score;
			b->reasons = xstrdup(reasons.p);
			str_init(&b->taught, SPAM_BEFORE_MAX);
			m->n++;
		}
		store_rows_release(&rows);
	}
	str_release(&reasons);
	return rc;
}

/* From the at-th that is remembered on. */
static int
teach(struct spam *spam, struct store *s, const struct mark *m, size_t at,
      bool is_spam, struct err *err)
{
	const char *reason = is_spam ? _("you marked it as spam")
	                             : _("you marked it as not spam");
	int rc = 0;

	for (size_t i = at; i < m->n && rc == 0; i++) {
		int64_t id = m->before[i].id;

		rc = learn(spam, s, &m->before[i],
		           is_spam ? LEARN_SPAM : LEARN_HAM, err);
		if (rc == 0)
			rc = store_set_verdict(s, id,
			                       is_spam ? SPAM_SPAM : SPAM_HAM,
			                       is_spam ? DELIVER_USER_SCORE
			                               : -DELIVER_USER_SCORE,
			                       slice_of(reason), err);
	}
	return rc;
}

static int
stopped(struct err *err)
{
	return err_set(err, ERR_CANCELLED, _("cancelled"));
}

int
mark_teach(struct spam *spam, struct store *s, const int64_t *ids, size_t n,
           bool is_spam, const struct bulk_go *go, struct mark *m_r,
           struct err *err)
{
	struct store_wish wish = { is_spam ? FOLDER_SPAM : FOLDER_INBOX, 0,
		                   NULL, 0 };
	struct store_many many = { 0 };
	int rc = 0;

	*m_r = (struct mark){ 0 };
	m_r->before = xcalloc(n, sizeof *m_r->before);
	for (size_t at = 0; rc == 0 && at < n; at += STORE_PIECE) {
		size_t piece = n - at < STORE_PIECE ? n - at : STORE_PIECE;
		size_t before = m_r->n;

		if (go != NULL && !go->on(go->ctx, at, n)) {
			rc = stopped(err);
			break;
		}
		rc = remember(s, ids + at, piece, m_r, err);
		if (rc == 0)
			rc = store_many_change(s, &many, &wish, ids + at, piece,
			                       err);
		if (rc == 0)
			rc = teach(spam, s, m_r, before, is_spam, err);
	}
	m_r->token = many.undo;
	store_many_release(&many);
	/* What was learnt is kept, however it ended. */
	if (spam_flush(spam, rc == 0 ? err : &(struct err){ 0 }) != 0)
		rc = -1;
	return rc;
}

int
engine_mark_spam(struct engine *e, struct store *s, const int64_t *ids,
                 size_t n, bool spam, int64_t *undo_r, struct err *err)
{
	struct mark m = { 0 };
	int rc = -1;

	if (open_spam(e, err) != NULL)
		rc = mark_teach(e->spam, s, ids, n, spam, NULL, &m, err);
	if (undo_r != NULL)
		*undo_r = m.token;
	mark_keep(e, &m);
	mark_release(&m);
	return rc;
}

/* ---- taking it back ---- */

static int
undo_moves(struct store *s, int64_t token, uint64_t n, uint64_t total,
           const struct bulk_go *go, struct err *err)
{
	uint64_t done = 0;
	bool left = true;
	int rc = 0;

	while (rc == 0 && left) {
		if (go != NULL && !go->on(go->ctx, done, total))
			return stopped(err);
		rc = store_undo_piece(s, token, STORE_PIECE, &left, err);
		done += STORE_PIECE;
		if (done > n)
			done = n;
	}
	return rc;
}

/* The last one; what is deleted or was learnt too long ago has nothing to give
 * back. */
static int
unteach(struct spam *spam, struct store *s, struct mark *m, struct err *err)
{
	struct mark_before *b = &m->before[m->n - 1];
	struct err gone = { 0 };
	int rc = learn(spam, s, b, LEARN_UNDO, &gone);

	if (rc == 0 || gone.code == ERR_NOTFOUND)
		rc = store_set_verdict(s, b->id, b->verdict, b->score,
		                       slice_of(b->reasons), err);
	else
		*err = gone;
	if (rc == 0) {
		before_release(b);
		m->n--;
	}
	return rc;
}

int
mark_take_back(struct spam *spam, struct store *s, int64_t token,
               struct mark *m, const struct bulk_go *go, struct err *err)
{
	uint64_t n = 0, all = m->n;
	int rc = store_undo_size(s, token, &n, err);

	/* Stopped between the two, all that is left is the learning. */
	if (rc == 0 && (n > 0 || m->token == 0))
		rc = undo_moves(s, token, n, n + all, go, err);
	while (rc == 0 && m->n > 0) {
		if (go != NULL && m->n % STORE_PIECE == 0 &&
		    !go->on(go->ctx, n + all - m->n, n + all))
			rc = stopped(err);
		else
			rc = unteach(spam, s, m, err);
	}
	if (rc == 0)
		mark_release(m);
	if (spam != NULL &&
	    spam_flush(spam, rc == 0 ? err : &(struct err){ 0 }) != 0)
		rc = -1;
	return rc;
}

int
engine_undo(struct engine *e, struct store *s, int64_t token, struct err *err)
{
	struct mark m = { 0 };
	int rc;

	if (!mark_find(e, token, &m))
		return store_undo(s, token, err);
	rc = open_spam(e, err) != NULL
	             ? mark_take_back(e->spam, s, token, &m, NULL, err)
	             : -1;
	mark_keep(e, &m);
	mark_release(&m);
	return rc;
}

int
engine_explain(struct engine *e, struct store *s, int64_t id, struct str *out,
               struct err *err)
{
	struct spam_input in = { 0 };
	struct origin_hosts hosts;
	struct fsx_map map;
	struct message m = { 0 };

	if (open_spam(e, err) == NULL || store_map(s, id, &map, err) != 0)
		return -1;
	message_parse(&m, map.data);
	in.m = &m;
	in.known_sender = deliver_known_sender(s, &m);
	origin_hosts_stored(e->paths, e->conf, s, id, &hosts);
	in.hosts = &hosts;
	spam_explain(e->spam, &in, out);
	origin_hosts_release(&hosts);
	message_release(&m);
	fsx_map_close(&map);
	return 0;
}
