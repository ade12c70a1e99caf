/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stored mail as a maildrop: what one session of the server sees. */
/*
 *  1. Login takes the mailbox (3), opens a store of the session's own and lists
 *     the messages: an id, a size and a UIDL each, nothing else is kept in
 *     memory.  What comes later is seen by the next session.
 *  2. A message is looked up by its id when it is read.  One that another
 *     program moved is still given; one that is gone is an error of its own.
 *     Ids are never used again (schema.c), so no other mail can take its place.
 *  3. One session at a time has a mailbox (RFC 1939, section 4).  Everything:
 *     serve.lock is held alone.  One account: serve.lock is shared and that of
 *     the account held alone; so accounts do not wait for each other, but for
 *     everything.  The kernel lets go of a lock whatever ends the process.
 *     Where no file can be made for it, this process keeps order by itself.
 *  4. Deleting is done at QUIT: messages go to Trash (or Archive), never off the
 *     disk, and never off the server they came from; that happens when the user
 *     empties the trash and the account says so.  A client that deletes what it
 *     has read gets what it asked for, and a wrong one can be undone.
 *  5. Nothing has to be written before QUIT: a disk that is full keeps nobody
 *     from reading.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "conf/account.h"
#include "engine/lock.h"
#include "engine/serve_priv.h"
#include "text/saslprep.h"
#include "util/clock.h"
#include "util/codec.h"
#include "util/fsx.h"
#include "util/log.h"
#include "util/xalloc.h"

#include "util/banned.h"

#define RECENT      "recent:"
#define RECENT_DAYS 30
#define DAY         86400

/* ---- who is it, and which mailbox ---- */

/* What a user name asks for. */
struct wish {
	struct slice account; /* empty: everything */
	bool recent;
};

/* "[recent:]USER[+ACCOUNT]": false when it is not our user. */
static bool
read_wish(const struct serve *v, struct slice name, struct wish *w_r)
{
	size_t n = strlen(v->user);

	*w_r = (struct wish){ 0 };
	if (slice_istarts(name, RECENT)) {
		w_r->recent = true;
		name = slice_from(name, strlen(RECENT));
	}
	if (!slice_starts(name, v->user) ||
	    (name.n > n && (name.p[n] != '+' || name.n == n + 1)))
		return false;
	w_r->account = slice_from(name, n + 1);
	/* It becomes part of a file's name. */
	return w_r->account.n == 0 || account_name_ok(w_r->account);
}

static bool
is_right(struct serve *v, struct slice password)
{
	bool right;

	(void)pthread_mutex_lock(&v->looking); /* cannot fail */
	right = serve_password_right(&v->password, password, saslprep);
	(void)pthread_mutex_unlock(&v->looking);
	return right;
}

/* ---- taking the mailbox ---- */

static enum pop3_login
take_busy(struct serve_session *x)
{
	bool taken;

	(void)pthread_mutex_lock(&x->v->lock); /* cannot fail */
	taken = x->v->busy;
	x->v->busy = true;
	(void)pthread_mutex_unlock(&x->v->lock);
	x->has_busy = !taken;
	return taken ? POP3_LOGIN_BUSY : POP3_LOGIN_YES;
}

static enum pop3_login
take_mailbox(struct serve_session *x, struct slice account)
{
	struct err err = { 0 };
	char *name = slice_dup(account);
	bool all = account.n == 0;

	x->locks[0] = all ? lock_take(&x->v->paths, "serve", "all", &err)
	                  : lock_share(&x->v->paths, "serve", "all", &err);
	if (x->locks[0] >= 0 && !all)
		x->locks[1] = lock_take(&x->v->paths, "serve-of", name, &err);
	free(name);
	if (x->locks[0] >= 0 && (all || x->locks[1] >= 0))
		return POP3_LOGIN_YES;
	if (err.code == ERR_RETRY)
		return POP3_LOGIN_BUSY;
	log_line(LOG_ERROR, "%s", err.text);
	return take_busy(x);
}

static void
give_back(struct serve_session *x)
{
	for (int i = 0; i < 2; i++) {
		if (x->locks[i] >= 0)
			close(x->locks[i]); /* nothing was written */
		x->locks[i] = -1;
	}
	if (!x->has_busy)
		return;
	(void)pthread_mutex_lock(&x->v->lock); /* cannot fail */
	x->v->busy = false;
	(void)pthread_mutex_unlock(&x->v->lock);
	x->has_busy = false;
}

/* ---- what is in it ---- */

static bool
is_allowed(const struct serve *v, struct slice account)
{
	if (v->accounts.n == 0)
		return true;
	for (size_t i = 0; i < v->accounts.n; i++)
		if (slice_eq_z(account, v->accounts.v[i]))
			return true;
	return false;
}

/* Accounts of the view, owned; 1, 0 there is none of that name, -1. */
static int
find_accounts(struct serve_session *x, const struct wish *w,
              struct served_view *view, int64_t **ids_r, struct err *err)
{
	const struct serve *v = x->v;
	size_t n = w->account.n > 0 ? 1 : v->accounts.n;
	int64_t *ids = xcalloc(n + 1, sizeof *ids);
	int rc = 1;

	*ids_r = ids;
	view->accounts = ids;
	for (size_t i = 0; i < n && rc >= 0; i++) {
		char *name = w->account.n > 0 ? slice_dup(w->account)
		                              : xstrdup(v->accounts.v[i]);

		rc = store_find_account(x->store, name,
		                        &ids[view->account_count], err);
		/* One that never had mail adds nothing. */
		view->account_count += rc == 1;
		free(name);
	}
	if (rc < 0)
		return -1;
	/* None of those of -a has mail yet: nothing is shown, not everything. */
	if (n > 0 && view->account_count == 0)
		view->account_count = 1;
	return w->account.n == 0 || ids[0] != 0;
}

static int64_t
oldest(const struct serve *v, const struct wish *w)
{
	int days = v->days;

	if (w->recent && (days == 0 || days > RECENT_DAYS))
		days = RECENT_DAYS;
	return days > 0 ? clock_now() - (int64_t)days * DAY : 0;
}

/* As find_accounts. */
static int
list_mail(struct serve_session *x, const struct wish *w, struct err *err)
{
	struct served_view view = { .folders = x->v->folders,
		                    .since = oldest(x->v, w) };
	int64_t *ids = NULL;
	int rc = find_accounts(x, w, &view, &ids, err);

	if (rc == 1 && served_list(x->store, &view, &x->list, &x->n, err) != 0)
		rc = -1;
	free(ids);
	return rc;
}

/* 1, 0 there is no such account, -1. */
static int
open_mailbox(struct serve_session *x, const struct wish *w, struct err *err)
{
	const struct paths *paths = &x->v->paths;
	struct err ignored = { 0 };

	x->store = store_open_reading(paths->data, paths->cache, err);
	if (x->store == NULL)
		return -1;
	/* What other programs put into the Maildir; if it cannot be told now,
	 * it is the next time. */
	if (store_read_only(x->store) == NULL &&
	    store_reconcile(x->store, NULL, &ignored) != 0)
		log_line(LOG_ERROR, "%s", ignored.text);
	return list_mail(x, w, err);
}

/* ---- the maildrop ---- */

static void
drop_logout(void *ctx)
{
	struct serve_session *x = ctx;

	serve_text_close(&x->text);
	free(x->list);
	x->list = NULL;
	store_close(&x->store);
	give_back(x);
}

static enum pop3_login
wrong(struct serve_session *x)
{
	x->wrong++;
	(void)atomic_fetch_add(&x->v->wrong, 1);
	return POP3_LOGIN_WRONG;
}

static enum pop3_login
enter(struct serve_session *x, const struct wish *w)
{
	struct err err = { 0 };
	enum pop3_login got = take_mailbox(x, w->account);
	int rc;

	if (got != POP3_LOGIN_YES)
		return got;
	rc = open_mailbox(x, w, &err);
	if (rc < 0)
		log_line(LOG_ERROR, "%s", err.text);
	if (rc != 1)
		return rc == 0 ? wrong(x) : POP3_LOGIN_NOT_NOW;
	return got;
}

static enum pop3_login
drop_login(void *ctx, struct slice user, struct slice password)
{
	struct serve_session *x = ctx;
	struct wish w;
	bool ours = read_wish(x->v, user, &w);
	enum pop3_login got;

	/* Looked at whatever the name is: it takes its time. */
	if (!is_right(x->v, password) || !ours ||
	    (w.account.n > 0 && !is_allowed(x->v, w.account)))
		return wrong(x);
	atomic_store(&x->v->wrong, 0);
	got = enter(x, &w);
	if (got != POP3_LOGIN_YES) {
		drop_logout(x);
		return got;
	}
	x->user = slice_dup(user);
	return got;
}

static size_t
drop_count(void *ctx)
{
	const struct serve_session *x = ctx;

	return x->n;
}

/* What another program put there is counted when it is asked for, once. */
static uint64_t
drop_size(void *ctx, size_t i)
{
	struct serve_session *x = ctx;
	struct served *m = &x->list[i];
	struct err ignored = { 0 };
	struct serve_text text;
	int fd;

	if (!m->foreign || m->counted)
		return m->size;
	fd = served_open(x->store, m->id, &ignored);
	if (fd >= 0 && serve_text_open(&text, fd, true, &ignored) == 0) {
		if (serve_text_size(&text, &m->size, &ignored) == 0)
			m->counted = true;
		serve_text_close(&text);
	}
	return m->size;
}

static int
drop_uidl(void *ctx, size_t i, struct str *out)
{
	const struct serve_session *x = ctx;

	codec_hex_encode(x->list[i].uid, sizeof x->list[i].uid, out);
	return 0;
}

static int
drop_open(void *ctx, size_t i)
{
	struct serve_session *x = ctx;
	const struct served *m = &x->list[i];
	struct err err = { 0 };
	int fd = served_open(x->store, m->id, &err);

	if (fd >= 0 && serve_text_open(&x->text, fd, m->foreign, &err) == 0) {
		x->given++;
		return 0;
	}
	log_line(LOG_INFO, "%s", err.text);
	return -1;
}

static ssize_t
drop_read(void *ctx, char *p, size_t n)
{
	struct serve_session *x = ctx;
	struct err err = { 0 };
	ssize_t got = serve_text_read(&x->text, p, n, &err);

	if (got < 0)
		log_line(LOG_ERROR, "%s", err.text);
	return got;
}

static void
drop_close(void *ctx)
{
	struct serve_session *x = ctx;

	serve_text_close(&x->text);
}

static int
drop_commit(void *ctx, const bool *gone)
{
	struct serve_session *x = ctx;
	const struct serve *v = x->v;
	enum folder to = v->on_delete == SERVE_DELETE_ARCHIVE ? FOLDER_ARCHIVE
	                                                      : FOLDER_TRASH;
	struct err err = { 0 };
	int64_t *ids;
	size_t n = 0;
	int rc;

	if (v->on_delete == SERVE_DELETE_KEEP)
		return 0;
	ids = xcalloc(x->n + 1, sizeof *ids);
	for (size_t i = 0; i < x->n; i++)
		if (gone[i])
			ids[n++] = x->list[i].id;
	/* There may be room by now. */
	(void)store_retry(x->store);
	rc = served_move(x->store, ids, n, v->folders & ~(1U << to), to, &err);
	free(ids);
	if (rc == 0)
		x->deleted = n;
	else
		log_line(LOG_ERROR, "%s", err.text);
	return rc;
}

const struct maildrop_ops serve_maildrop = {
	.login = drop_login,
	.count = drop_count,
	.size = drop_size,
	.uidl = drop_uidl,
	.open = drop_open,
	.read = drop_read,
	.close = drop_close,
	.commit = drop_commit,
	.logout = drop_logout,
};
