/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Work on many messages at once, in a thread of its own.
 *
 * 1. A piece of STORE_PIECE messages at a time; between them it is told how far
 *    it is and looked whether it goes on.
 * 2. What was done when it ends, however it ends, one undo takes back; the rule
 *    is added last.
 * 3. The thread has a store and a spam model of its own; the engine's model reads
 *    what was learnt when it is used next.
 */
#include "engine/chore.h"

#include <stdlib.h>
#include <string.h>

#include "engine/engine_private.h"
#include "mail/rule_scan.h"
#include "util/fsx.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

#define WARNINGS_MAX 16384

void
chore_free(struct chore_job **c)
{
	if (*c == NULL)
		return;
	free((*c)->rule);
	free((*c)->key);
	free((*c)->label);
	free((*c)->ids);
	mark_release(&(*c)->mark);
	free(*c);
	*c = NULL;
}

/* ---- in the thread ---- */

struct run {
	struct job *job;
	struct store *store;
	struct event *final;
	uint64_t total;
};

static bool
goes_on(void *ctx, uint64_t done, uint64_t total)
{
	struct run *r = ctx;
	struct event *e = event_new(EVENT_CHORE, NULL);

	e->job = r->job->id;
	e->done = done;
	e->total = total;
	queue_post(r->job->queue, e);
	return !job_cancelled(r->job);
}

static bool
scan_goes_on(void *ctx, uint64_t looked)
{
	struct run *r = ctx;

	return goes_on(r, looked, r->total);
}

static int
stopped(struct err *err)
{
	return err_set(err, ERR_CANCELLED, _("cancelled"));
}

static struct rules *
read_rule(const char *text, struct err *err)
{
	struct str warnings;
	struct rules *rules;

	str_init(&warnings, WARNINGS_MAX);
	rules = rules_read(_("the rule"), slice_of(text), &warnings);
	if (warnings.n > 0)
		(void)err_set(err, ERR_CONFIG, "%.*s",
		              SLICE_ARG(slice_rtrim(str_slice(&warnings))));
	else if (rules_count(rules) != 1)
		(void)err_set(err, ERR_CONFIG, _("this is not one rule"));
	if (err->code != ERR_NONE)
		rules_free(&rules);
	str_release(&warnings);
	return rules;
}

static int
scan(struct run *r, const struct rules *rules, struct store_many *many,
     struct err *err)
{
	struct store_view all = { .folder = FOLDER_ANY };
	struct rule_scan scan = { .rules = rules,
		                  .folder = FOLDER_ANY,
		                  .last = r->job->chore->last,
		                  .many = many,
		                  .go_on = scan_goes_on,
		                  .ctx = r };
	uint64_t unread;
	int rc = store_count(r->store, &all, &r->total, &unread, err);

	if (scan.last != 0 && r->total > scan.last)
		r->total = scan.last;
	if (rc == 0)
		rc = rule_scan(&scan, r->store, err);
	r->final->done = scan.fit;
	r->final->total = scan.looked;
	return rc == 0 && scan.stopped ? stopped(err) : rc;
}

static int
add_rule(struct run *r, const char *rule, struct err *err)
{
	char *path = fsx_join(r->job->paths->config, "rules");
	int rc = rules_add(path, slice_of(rule), err);

	if (rc == 0)
		r->final->text = xstrdup(rule);
	free(path);
	return rc;
}

static int
run_rule(struct run *r, bool apply, struct err *err)
{
	const char *text = r->job->chore->rule;
	struct rules *rules = read_rule(text, err);
	struct store_many many = { 0 };
	struct err ignored = { 0 }; /* the first is the one to tell */
	int rc = rules != NULL ? 0 : -1;

	if (rc == 0)
		rc = scan(r, rules, apply ? &many : NULL, err);
	if (rc == 0 && apply)
		rc = add_rule(r, text, err);
	r->final->id = many.undo;
	if (rc != 0 && err->code != ERR_CANCELLED && many.undo != 0 &&
	    store_undo(r->store, many.undo, &ignored) == 0)
		r->final->id = 0;
	store_many_release(&many);
	rules_free(&rules);
	return rc;
}

static int
run_bulk(struct run *r, struct err *err)
{
	const struct chore_job *c = r->job->chore;
	char *path = fsx_join(r->job->paths->config, "rules");
	struct bulk_go go = { goes_on, r };
	struct bulk what = { .key = c->key,
		             .list = c->list,
		             .act = c->act,
		             .label = c->label,
		             .rules = path };
	struct bulk_done done = { 0 };
	int rc = bulk_all(r->store, &what, &go, &done, err);

	r->final->done = r->final->total = done.n;
	r->final->id = done.undo;
	r->final->text = done.rule;
	free(path);
	return rc == 0 && done.stopped ? stopped(err) : rc;
}

static int
run_mark(struct run *r, struct err *err)
{
	struct chore_job *c = r->job->chore;
	struct bulk_go go = { goes_on, r };
	struct spam *spam = spam_open(r->job->paths->data, err);
	int rc = -1;

	if (spam != NULL)
		rc = mark_teach(spam, r->store, c->ids, c->n, c->spam, &go,
		                &c->mark, err);
	r->final->done = c->mark.n;
	r->final->total = c->n;
	r->final->id = c->mark.token;
	spam_close(&spam);
	return rc;
}

static int
run_change(struct run *r, struct err *err)
{
	const struct chore_job *c = r->job->chore;
	struct store_many many = { 0 };
	size_t at = 0;
	int rc = 0;

	while (rc == 0 && at < c->n) {
		size_t piece = c->n - at;

		if (!goes_on(r, at, c->n)) {
			rc = stopped(err);
			break;
		}
		if (piece > STORE_PIECE)
			piece = STORE_PIECE;
		rc = store_many_change(r->store, &many, &c->wish, c->ids + at,
		                       piece, err);
		if (rc == 0)
			at += piece;
	}
	r->final->done = at;
	r->final->total = c->n;
	r->final->id = many.undo;
	store_many_release(&many);
	return rc;
}

static int
run_undo(struct run *r, struct err *err)
{
	struct chore_job *c = r->job->chore;
	struct bulk_go go = { goes_on, r };
	struct spam *spam = NULL;
	int rc;

	if (c->mark.token != 0) {
		spam = spam_open(r->job->paths->data, err);
		if (spam == NULL)
			return -1;
	}
	rc = mark_take_back(spam, r->store, c->token, &c->mark, &go, err);
	/* The rest can be taken back yet. */
	r->final->id = rc != 0 ? c->token : 0;
	spam_close(&spam);
	return rc;
}

void
chore_run(struct job *job)
{
	struct run r = { .job = job,
		         .final = event_new(EVENT_CHORE_DONE, NULL) };
	struct err err = { 0 };

	r.final->job = job->id;
	r.store = store_open(job->paths->data, job->paths->cache, &err);
	if (r.store != NULL) {
		switch (job->chore->kind) {
		case CHORE_TRY:
		case CHORE_RULE:
			(void)run_rule(&r, job->chore->kind == CHORE_RULE,
			               &err);
			break;
		case CHORE_BULK:
			(void)run_bulk(&r, &err);
			break;
		case CHORE_MARK:
			(void)run_mark(&r, &err);
			break;
		case CHORE_CHANGE:
			(void)run_change(&r, &err);
			break;
		case CHORE_UNDO:
			(void)run_undo(&r, &err);
			break;
		}
	}
	store_close(&r.store);
	r.final->err = err;
	job->final = r.final;
}

/* ---- in the main thread ---- */

static char *
dup_or_null(const char *s)
{
	return s != NULL ? xstrdup(s) : NULL;
}

static struct chore_job *
copy(const struct chore *c)
{
	struct chore_job *to = xcalloc(1, sizeof *to);

	to->kind = c->kind;
	to->rule = dup_or_null(c->rule);
	to->last = c->last;
	to->key = dup_or_null(c->bulk.key);
	to->list = c->bulk.list;
	to->act = c->bulk.act;
	to->label = dup_or_null(c->bulk.label);
	to->n = c->n;
	to->spam = c->spam;
	to->wish = c->wish;
	to->wish.label = NULL;
	to->token = c->token;
	if (c->n > 0) {
		to->ids = xreallocarray(NULL, c->n, sizeof *to->ids);
		memcpy(to->ids, c->ids, c->n * sizeof *to->ids);
	}
	return to;
}

int64_t
engine_chore(struct engine *e, const struct chore *c, struct err *err)
{
	struct job *job;

	if (engine_find_job(e, JOB_CHORE, NULL) != NULL)
		return err_set(err, ERR_RETRY,
		               _("still busy with other messages; Esc stops"));
	job = engine_add_job(e, JOB_CHORE);
	if (job == NULL)
		return err_set(err, ERR_RETRY, _("cannot start a worker"));
	job->chore = copy(c);
	if (c->kind == CHORE_UNDO)
		(void)mark_find(e, c->token, &job->chore->mark);
	engine_start_job(e, job);
	return job->id;
}
