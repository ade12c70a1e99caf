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

/* What the user says outweighs every score of the filter. */
#define MARK_SCORE    15.0
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
learn(struct engine *e, struct store *s, int64_t id, enum learn what,
      struct err *err)
{
	struct fsx_map map;
	struct message m = { 0 };
	int rc;

	if (store_map(s, id, &map, err) != 0)
		return -1;
	message_parse(&m, map.data);
	rc = what == LEARN_UNDO
	             ? spam_unlearn(e->spam, &m, err)
	             : spam_learn(e->spam, &m, what == LEARN_SPAM, err);
	message_release(&m);
	fsx_map_close(&map);
	return rc;
}

void
mark_release(struct mark *m)
{
	for (size_t i = 0; i < m->n; i++)
		free(m->before[i].reasons);
	free(m->before);
	*m = (struct mark){ 0 };
}

/* Remember what the messages' verdicts were. */
static int
remember(struct store *s, const int64_t *ids, size_t n, struct mark *m,
         struct err *err)
{
	struct str reasons;
	int rc = 0;

	m->before = xcalloc(n, sizeof *m->before);
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
			m->n++;
		}
		store_rows_release(&rows);
	}
	str_release(&reasons);
	return rc;
}

static void
keep_mark(struct engine *e, struct mark *m)
{
	if (e->marks.n == MARK_UNDO_MAX) {
		mark_release(&e->marks.v[0]);
		memmove(e->marks.v, e->marks.v + 1,
		        (e->marks.n - 1) * sizeof *e->marks.v);
		e->marks.n--;
	}
	array_add(&e->marks, *m);
	*m = (struct mark){ 0 };
}

static int
teach(struct engine *e, struct store *s, const struct mark *m, bool spam,
      struct err *err)
{
	const char *reason = spam ? _("you marked it as spam")
	                          : _("you marked it as not spam");
	int rc = 0;

	for (size_t i = 0; i < m->n && rc == 0; i++) {
		int64_t id = m->before[i].id;

		rc = learn(e, s, id, spam ? LEARN_SPAM : LEARN_HAM, err);
		if (rc == 0)
			rc = store_set_verdict(s, id,
			                       spam ? SPAM_SPAM : SPAM_HAM,
			                       spam ? MARK_SCORE : -MARK_SCORE,
			                       slice_of(reason), err);
	}
	return rc == 0 ? spam_flush(e->spam, err) : rc;
}

int
engine_mark_spam(struct engine *e, struct store *s, const int64_t *ids,
                 size_t n, bool spam, int64_t *undo_r, struct err *err)
{
	struct mark m = { 0 };
	int rc = -1;

	if (open_spam(e, err) != NULL && remember(s, ids, n, &m, err) == 0 &&
	    store_move(s, ids, n, spam ? FOLDER_SPAM : FOLDER_INBOX, &m.token,
	               err) == 0)
		rc = teach(e, s, &m, spam, err);
	if (undo_r != NULL)
		*undo_r = m.token;
	if (m.token != 0)
		keep_mark(e, &m);
	mark_release(&m);
	return rc;
}

static int
take_back(struct engine *e, struct store *s, struct mark *m, struct err *err)
{
	int rc = open_spam(e, err) != NULL ? 0 : -1;

	for (size_t i = 0; i < m->n && rc == 0; i++) {
		const struct mark_before *b = &m->before[i];

		rc = learn(e, s, b->id, LEARN_UNDO, err);
		if (rc == 0)
			rc = store_set_verdict(s, b->id, b->verdict, b->score,
			                       slice_of(b->reasons), err);
	}
	return rc == 0 ? spam_flush(e->spam, err) : rc;
}

int
engine_undo(struct engine *e, struct store *s, int64_t token, struct err *err)
{
	if (store_undo(s, token, err) != 0)
		return -1;
	for (size_t i = 0; i < e->marks.n; i++) {
		struct mark m = e->marks.v[i];
		int rc;

		if (m.token != token)
			continue;
		memmove(&e->marks.v[i], &e->marks.v[i + 1],
		        (e->marks.n - i - 1) * sizeof m);
		e->marks.n--;
		rc = take_back(e, s, &m, err);
		mark_release(&m);
		return rc;
	}
	return 0;
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
