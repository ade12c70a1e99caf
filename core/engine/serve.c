/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stored mail given out to other programs over POP3: doors and sessions. */
/*
 * 1. A door is an address we listen on, with its own thread; each connection
 *    has a thread and a store of its own.  The protocol is pop3_server.c's, what
 *    it shows serve_drop.c's.
 * 2. A password never goes in clear over a network: a door that others can reach
 *    needs a certificate, and there nobody logs in before TLS has begun.  What
 *    counts is the address that was really bound, not how it is written.
 * 3. Everything a stranger can use up is bounded: connections (VISITS_MAX), the
 *    time until the login, wrong logins of a connection (each slower than the
 *    one before, slower still while others fail), one password at a time.
 * 4. The certificate is read by each connection: a renewed one is used from then
 *    on.
 */
#include "engine/serve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/serve_priv.h"
#include "net/tls.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Programs of one user, with room for several machines. */
#define VISITS_MAX 32
#define FULL       "-ERR [SYS/TEMP] Too many connections\r\n"
/* Persons who type take less. */
#define LOGIN_TIMEOUT_MS 120000
#define LOGIN_DELAY_MS   1000
/* The first wrong login of a connection waits 8 seconds at most. */
#define LOGIN_DOUBLINGS_MAX 3

/* ---- a session ---- */

/* The longer the more logins went wrong lately, whoever tried. */
static int
login_delay(const struct serve *v)
{
	unsigned wrong = atomic_load(&v->wrong) / 3;

	if (v->login_delay_ms != 0)
		return v->login_delay_ms;
	return LOGIN_DELAY_MS
	       << (wrong < LOGIN_DOUBLINGS_MAX ? wrong : LOGIN_DOUBLINGS_MAX);
}

static void
tell(const struct serve_session *x, const struct stream *s, const char *peer,
     const struct err *err)
{
	struct serve *v = x->v;
	struct serve_report r = { .peer = peer,
		                  .user = x->user != NULL ? x->user : "",
		                  .wrong = x->wrong,
		                  .messages = x->n,
		                  .given = x->given,
		                  .deleted = x->deleted,
		                  .bytes = stream_written(s),
		                  .err = err };

	if (v->report == NULL)
		return;
	(void)pthread_mutex_lock(&v->telling); /* cannot fail */
	v->report(v->ctx, &r);
	(void)pthread_mutex_unlock(&v->telling);
}

static void
converse(struct serve_door *door, struct stream *s, struct tls_server *tls,
         struct serve_session *x, struct err *err)
{
	const struct pop3_server_opts opts = {
		.ops = &serve_maildrop,
		.ctx = x,
		.tls = tls,
		.implicit_tls = door->tls == SERVE_TLS_IMPLICIT,
		.stls = door->tls == SERVE_TLS_START,
		.require_tls = !listener_is_loopback(door->listener),
		.login_timeout_ms = LOGIN_TIMEOUT_MS,
		.login_delay_ms = login_delay(x->v),
	};

	(void)pop3_server_run(s, &opts, err);
}

static void
serve_one(void *ctx, struct stream *s, const char *peer)
{
	struct serve_door *door = ctx;
	struct serve *v = door->v;
	struct serve_session x = { .v = v,
		                   .locks = { -1, -1 },
		                   .text = { .fd = -1 } };
	struct tls_server *tls = NULL;
	struct err err = { 0 };

	if (door->tls != SERVE_TLS_NONE)
		tls = tls_server_new(v->cert, v->key, &err);
	if (door->tls == SERVE_TLS_NONE || tls != NULL)
		converse(door, s, tls, &x, &err);
	tell(&x, s, peer, &err);
	tls_server_free(&tls);
	free(x.user);
}

/* ---- doors ---- */

static int
open_door(struct serve *v, const struct serve_listen *l, struct err *err)
{
	struct serve_door *door = xcalloc(1, sizeof *door);
	struct listener_opts opts = { .host = l->host,
		                      .port = l->port,
		                      .serve = serve_one,
		                      .ctx = door,
		                      .visits_max = VISITS_MAX };

	array_add(&v->doors, door);
	door->v = v;
	door->host = xstrdup(l->host);
	door->tls = l->tls;
	if (door->tls == SERVE_TLS_ANY)
		door->tls = v->cert != NULL ? SERVE_TLS_START : SERVE_TLS_NONE;
	if (door->tls != SERVE_TLS_NONE && v->cert == NULL)
		return err_set(err, ERR_CONFIG,
		               _("TLS needs a certificate: tls_cert and "
		                 "tls_key"));
	/* Inside TLS nobody would understand it. */
	opts.full = door->tls != SERVE_TLS_IMPLICIT ? FULL : NULL;
	door->listener = listener_open(&opts, err);
	if (door->listener == NULL)
		return -1;
	if (door->tls == SERVE_TLS_NONE &&
	    !listener_is_loopback(door->listener))
		return err_set(err, ERR_CONFIG,
		               _("others can reach %s: without tls_cert and "
		                 "tls_key mail is served on 127.0.0.1 only"),
		               l->host);
	return 0;
}

static int
open_doors(struct serve *v, const struct serve_conf *c, struct err *err)
{
	struct slice rest =
		slice_of(c->listen != NULL ? c->listen : SERVE_LISTEN_DEFAULT);
	struct serve_listen l;
	int rc;

	while ((rc = serve_listen_next(&rest, &l, err)) == 1) {
		rc = open_door(v, &l, err);
		serve_listen_release(&l);
		if (rc != 0)
			return -1;
	}
	/* All or none. */
	for (size_t i = 0; rc == 0 && i < v->doors.n; i++)
		rc = listener_go(v->doors.v[i]->listener, err);
	return rc;
}

static int
choose_folder(struct serve *v, const char *name, struct err *err)
{
	enum folder f = FOLDER_INBOX;

	if (name != NULL && strcmp(name, "all") == 0) {
		v->folders = 1U << FOLDER_INBOX | 1U << FOLDER_ARCHIVE;
		return 0;
	}
	if (name != NULL && folder_lookup(slice_of(name), &f) != 0)
		return err_set(err, ERR_CONFIG, _("there is no folder '%s'"),
		               name);
	if (f == FOLDER_SPAM || f == FOLDER_TRASH)
		return err_set(err, ERR_CONFIG,
		               _("Spam and Trash are not served"));
	v->folders = 1U << f;
	return 0;
}

static int
choose_folders(struct serve *v, const char *name, struct err *err)
{
	if (choose_folder(v, name, err) != 0)
		return -1;
	/* A client would get it again and again. */
	if (v->on_delete == SERVE_DELETE_ARCHIVE &&
	    (v->folders & 1U << FOLDER_ARCHIVE) != 0)
		return err_set(err, ERR_CONFIG,
		               _("on_delete = archive does not go with a "
		                 "folder that shows the archive"));
	return 0;
}

/* A certificate is tried before anybody comes. */
static int
check_certificate(struct serve *v, const struct serve_conf *c, struct err *err)
{
	struct tls_server *tls;

	if ((c->tls_cert == NULL) != (c->tls_key == NULL))
		return err_set(err, ERR_CONFIG,
		               _("tls_cert and tls_key go together"));
	if (c->tls_cert == NULL)
		return 0;
	v->cert = xstrdup(c->tls_cert);
	v->key = xstrdup(c->tls_key);
	tls = tls_server_new(v->cert, v->key, err);
	if (tls == NULL)
		return -1;
	tls_server_free(&tls);
	return 0;
}

/* Now, while somebody reads what we say. */
static int
check_store(const struct serve *v, struct err *err)
{
	struct store *s =
		store_open_reading(v->paths.data, v->paths.cache, err);

	if (s == NULL)
		return -1;
	store_close(&s);
	return 0;
}

static struct serve *
make(const struct serve_opts *o)
{
	struct serve *v = xcalloc(1, sizeof *v);

	v->paths = (struct paths){ .config = xstrdup(o->paths->config),
		                   .data = xstrdup(o->paths->data),
		                   .state = xstrdup(o->paths->state),
		                   .cache = xstrdup(o->paths->cache) };
	v->user = xstrdup(o->conf->user != NULL ? o->conf->user
	                                        : SERVE_USER_DEFAULT);
	v->days = o->conf->days;
	v->on_delete = o->conf->on_delete;
	v->password = *o->password;
	for (size_t i = 0; i < o->account_count; i++)
		array_add(&v->accounts, xstrdup(o->accounts[i]));
	v->report = o->report;
	v->ctx = o->ctx;
	v->login_delay_ms = o->login_delay_ms;
	(void)pthread_mutex_init(&v->telling, NULL); /* cannot fail on Linux */
	(void)pthread_mutex_init(&v->looking, NULL);
	(void)pthread_mutex_init(&v->lock, NULL);
	return v;
}

struct serve *
serve_start(const struct serve_opts *opts, struct err *err)
{
	struct serve *v = make(opts);

	if (choose_folders(v, opts->conf->folder, err) != 0 ||
	    check_certificate(v, opts->conf, err) != 0 ||
	    check_store(v, err) != 0 || open_doors(v, opts->conf, err) != 0)
		serve_stop(&v);
	return v;
}

void
serve_stop(struct serve **vp)
{
	struct serve *v;

	if (vp == NULL || *vp == NULL)
		return;
	v = *vp;
	for (size_t i = 0; i < v->doors.n; i++) {
		struct serve_door *door = v->doors.v[i];

		listener_stop(&door->listener);
		free(door->host);
		free(door);
	}
	array_release(&v->doors);
	for (size_t i = 0; i < v->accounts.n; i++)
		free(v->accounts.v[i]);
	array_release(&v->accounts);
	(void)pthread_mutex_destroy(&v->telling); /* nobody waits */
	(void)pthread_mutex_destroy(&v->looking);
	(void)pthread_mutex_destroy(&v->lock);
	secret_wipe(&v->password, sizeof v->password);
	paths_release(&v->paths);
	free(v->user);
	free(v->cert);
	free(v->key);
	free(v);
	*vp = NULL;
}

int
serve_address(const struct serve *v, size_t i, struct serve_address *a_r)
{
	const struct serve_door *door;

	if (i >= v->doors.n)
		return -1;
	door = v->doors.v[i];
	*a_r = (struct serve_address){
		.host = door->host,
		.port = listener_port(door->listener),
		.tls = door->tls,
		.loopback = listener_is_loopback(door->listener),
	};
	return 0;
}
