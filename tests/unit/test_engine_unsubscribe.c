/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Leaving a list: one request over verified TLS, to nobody else. */
#include "lib/test.h"

#include <stdatomic.h>

#include "engine/engine.h"
#include "engine/listener.h"
#include "lib/temp.h"
#include "net/tls.h"
#include "util/fsx.h"
#include "util/xalloc.h"

#define MS 20000

/* A server of lists: what it was asked, what it answers. */
struct host {
	char *folder, *ca;
	struct tls_server *tls;
	struct listener *listener;
	const char *answer; /* NULL: none, it waits */
	struct str asked;
	_Atomic int sessions; /* that got through TLS */
	_Atomic bool hangs;
};

static void
serve(void *ctx, struct stream *s, const char *peer)
{
	struct host *h = ctx;
	struct err err = { 0 };
	struct slice line, data;
	bool head = true;

	(void)peer;
	if (tls_accept(s, h->tls, MS, &err) != 0)
		return;
	h->sessions++;
	while (head && stream_read_line(s, 8192, &line, &err) == 1) {
		str_add_slice(&h->asked, line);
		str_add_z(&h->asked, "\n");
		head = line.n > 0;
	}
	if (stream_peek(s, &data, &err) == 1) {
		str_add_slice(&h->asked, data);
		stream_consume(s, data.n);
	}
	if (h->answer != NULL && stream_printf(s, &err, "%s", h->answer) == 0)
		(void)stream_flush(s, &err);
	h->hangs = h->answer == NULL;
	/* Until the other side has gone. */
	(void)stream_peek(s, &data, &err);
}

static void
host_start(struct host *h, const char *answer)
{
	struct err err = { 0 };
	char *cert, *key;

	*h = (struct host){ .answer = answer };
	h->folder = temp_make();
	assert_int_equal(tls_make_test_ca(h->folder, "localhost", &err), 0);
	h->ca = fsx_join(h->folder, "ca.pem");
	cert = fsx_join(h->folder, "cert.pem");
	key = fsx_join(h->folder, "key.pem");
	str_init(&h->asked, 65536);
	h->tls = tls_server_new(cert, key, &err);
	assert_non_null(h->tls);
	h->listener = listener_start(serve, h, &err);
	assert_non_null(h->listener);
	free(cert);
	free(key);
}

static void
host_stop(struct host *h)
{
	listener_stop(&h->listener);
	tls_server_free(&h->tls);
	str_release(&h->asked);
	temp_remove(h->folder);
	free(h->ca);
}

struct run {
	struct paths paths;
	struct conf conf;
	struct engine *engine;
	struct account account;
};

static void
run_start(struct run *r, const struct host *h, bool trusts)
{
	struct err err = { 0 };

	*r = (struct run){ 0 };
	assert_int_equal(paths_init(&r->paths, h->folder, &err), 0);
	r->engine = engine_new(&r->paths, &r->conf, &err);
	assert_non_null(r->engine);
	account_init(&r->account);
	if (trusts)
		r->account.ca_file = xstrdup(h->ca);
}

static int64_t
leave(struct run *r, const struct host *h, const char *name)
{
	char address[] = "me@home.example";
	struct account a = { .address = address };
	struct origin_hosts hosts;
	char *text = xasprintf("Authentication-Results: mx.home.example; "
	                       "dkim=pass header.d=l.example\n"
	                       "Received: from l.example by mx.home.example; "
	                       "Thu, 1 Jan 2026 00:00:00 +0000\n"
	                       "DKIM-Signature: d=l.example; h=list-unsubscribe"
	                       ":list-unsubscribe-post\n"
	                       "List-Unsubscribe: <https://%s:%d/u?id=7>\n"
	                       "List-Unsubscribe-Post: "
	                       "List-Unsubscribe=One-Click\n\nx\n",
	                       name, listener_port(h->listener));
	struct unsubscribe u;
	struct message m;
	struct err err = { 0 };
	int64_t job;

	message_parse(&m, slice_of(text));
	origin_hosts_of(&a, NULL, &hosts);
	unsubscribe_of(&m, &hosts, &u);
	origin_hosts_release(&hosts);
	assert_int_equal(u.way, UNSUBSCRIBE_POST);
	job = engine_unsubscribe(r->engine, &u, &r->account, &err);
	assert_true(job > 0);
	unsubscribe_release(&u);
	message_release(&m);
	free(text);
	return job;
}

/* The final event's error. */
static struct err
finish(struct run *r)
{
	struct event *e = engine_wait(r->engine, MS);
	struct err err;

	assert_non_null(e);
	assert_int_equal(e->kind, EVENT_UNSUBSCRIBED);
	assert_string_equal(e->text, "localhost");
	err = e->err;
	event_free(&e);
	engine_free(&r->engine);
	account_release(&r->account);
	paths_release(&r->paths);
	return err;
}

static struct err
play(struct host *h, const char *answer, bool trusts)
{
	struct run r;

	host_start(h, answer);
	run_start(&r, h, trusts);
	(void)leave(&r, h, "localhost");
	return finish(&r);
}

static void
test_one_request_and_no_more(void **state)
{
	struct host h;
	struct err err = play(&h, "HTTP/1.1 200 OK\r\n\r\n", true);
	char *want = xasprintf(
		"POST /u?id=7 HTTP/1.1\nHost: localhost:%d\n"
		"Content-Type: application/x-www-form-urlencoded\n"
		"Content-Length: 26\nAccept: */*\nConnection: close\n\n"
		"List-Unsubscribe=One-Click",
		listener_port(h.listener));

	(void)state;
	assert_string_equal(err.text, "");
	assert_int_equal(err.code, ERR_NONE);
	assert_string_equal(h.asked.p, want);
	assert_int_equal(h.sessions, 1);
	free(want);
	host_stop(&h);
}

static void
test_a_server_that_is_not_verified_hears_nothing(void **state)
{
	struct host h;
	struct err err = play(&h, "HTTP/1.1 200 OK\r\n\r\n", false);

	(void)state;
	assert_int_equal(err.code, ERR_CERT);
	listener_stop(&h.listener);
	assert_int_equal(h.asked.n, 0);
	host_stop(&h);
}

static void
test_a_redirect_ends_it(void **state)
{
	struct host h;
	char *answer;
	struct err err;
	struct run r;

	(void)state;
	host_start(&h, "");
	answer = xasprintf("HTTP/1.1 307 x\r\nLocation: "
	                   "https://localhost:%d/other\r\n\r\n",
	                   listener_port(h.listener));
	h.answer = answer;
	run_start(&r, &h, true);
	(void)leave(&r, &h, "localhost");
	err = finish(&r);
	assert_int_equal(err.code, ERR_REFUSED);
	assert_int_equal(h.sessions, 1);
	host_stop(&h);
	free(answer);
}

static void
test_it_can_be_cancelled(void **state)
{
	struct host h;
	struct run r;
	int64_t job;

	(void)state;
	host_start(&h, NULL);
	run_start(&r, &h, true);
	job = leave(&r, &h, "localhost");
	while (!h.hangs)
		(void)engine_wait(r.engine, 10);
	engine_cancel_job(r.engine, job);
	assert_int_equal(finish(&r).code, ERR_CANCELLED);
	host_stop(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_request_and_no_more),
		cmocka_unit_test(
			test_a_server_that_is_not_verified_hears_nothing),
		cmocka_unit_test(test_a_redirect_ends_it),
		cmocka_unit_test(test_it_can_be_cancelled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
