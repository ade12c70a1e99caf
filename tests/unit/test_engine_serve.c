/* SPDX-License-Identifier: GPL-3.0-or-later */
/* serve: sessions over the loopback on a store of its own. */
#include "lib/store_test.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/serve.h"
#include "net/dial.h"
#include "net/tls.h"
#include "store/served.h"
#include "util/fsx.h"
#include "util/xalloc.h"

#define TIMEOUT_MS 20000
#define REPLY_MAX  (1 << 20)
#define PASSWORD   "pa ss 암호"

struct world {
	struct store_test t;
	struct paths paths;
	struct serve_conf conf;
	struct serve_password password;
	struct serve *serve;
	struct serve_address at;
	pthread_mutex_t lock;
	char told[1024]; /* the last report */
	unsigned reports;
	unsigned left; /* sessions */
};

static void
report(void *ctx, const struct serve_report *r)
{
	struct world *w = ctx;

	pthread_mutex_lock(&w->lock);
	(void)snprintf(w->told, sizeof w->told,
	               "%s %s wrong %u, %llu of %llu, deleted %llu, %s",
	               r->peer, r->user, r->wrong, (unsigned long long)r->given,
	               (unsigned long long)r->messages,
	               (unsigned long long)r->deleted,
	               err_code_name(r->err->code));
	w->reports++;
	pthread_mutex_unlock(&w->lock);
}

static int
set_up(void **state)
{
	struct world *w = xcalloc(1, sizeof *w);

	store_test_init(&w->t);
	w->paths = (struct paths){ .config = fsx_join(w->t.dir, "config"),
		                   .data = w->t.data,
		                   .state = fsx_join(w->t.dir, "state"),
		                   .cache = w->t.cache };
	assert_int_equal(paths_make(&w->paths, &w->t.err), 0);
	pthread_mutex_init(&w->lock, NULL);
	serve_password_make(SLICE_LIT(PASSWORD), NULL, &w->password);
	w->conf.listen = xstrdup("127.0.0.1:0");
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	serve_stop(&w->serve);
	serve_conf_release(&w->conf);
	free(w->paths.config);
	free(w->paths.state);
	store_test_release(&w->t);
	pthread_mutex_destroy(&w->lock);
	free(w);
	return 0;
}

static int
try_start(struct world *w, const char *account)
{
	struct serve_opts o = { .paths = &w->paths,
		                .conf = &w->conf,
		                .password = &w->password,
		                .accounts = &account,
		                .account_count = account != NULL,
		                .report = report,
		                .ctx = w,
		                .login_delay_ms = -1 };

	w->t.err = (struct err){ 0 };
	w->serve = serve_start(&o, &w->t.err);
	return w->serve != NULL ? serve_address(w->serve, 0, &w->at) : -1;
}

static void
start(struct world *w)
{
	assert_ok(&w->t, try_start(w, NULL));
}

static int64_t
add(struct world *w, int64_t account, const char *tag, enum folder folder)
{
	char *text = store_test_message(tag, tag, "", tag);
	int64_t id = store_test_add(&w->t, account, tag, folder, 0, text);

	free(text);
	return id;
}

/* ---- a client ---- */

static struct stream *
call(struct world *w)
{
	struct dial_opts o = { .host = "127.0.0.1",
		               .port = w->at.port,
		               .timeout_ms = TIMEOUT_MS,
		               .cancel_fd = -1 };
	struct stream *s = dial(&o, &w->t.err);

	if (s == NULL)
		fail_msg("%s", w->t.err.text);
	stream_set_timeout(s, TIMEOUT_MS, 0);
	return s;
}

static void
expect(struct stream *s, const char *want)
{
	struct err err = { 0 };
	struct slice line;

	if (stream_read_line(s, 4096, &line, &err) != 1)
		fail_msg("no \"%s\": %s", want, err.text);
	if (!slice_starts(line, want))
		fail_msg("\"%.*s\", not \"%s\"", SLICE_ARG(line), want);
}

static void
say(struct stream *s, const char *what, const char *want)
{
	struct err err = { 0 };

	assert_int_equal(stream_printf(s, &err, "%s\r\n", what), 0);
	assert_int_equal(stream_flush(s, &err), 0);
	expect(s, want);
}

static void
try_login(struct stream *s, const char *user, const char *want)
{
	char line[200];

	(void)snprintf(line, sizeof line, "USER %s", user);
	say(s, line, "+OK");
	say(s, "PASS " PASSWORD, want);
}

static struct stream *
log_in(struct world *w, const char *user)
{
	struct stream *s = call(w);

	expect(s, "+OK");
	try_login(s, user, "+OK");
	return s;
}

/* Say goodbye, or not, and wait until the server has told about it.  Sessions
 * end in no other way while a test goes on. */
static void
leave(struct world *w, struct stream **s, const char *how)
{
	unsigned told;

	if (how != NULL)
		say(*s, "QUIT", how);
	stream_close(s);
	w->left++;
	do {
		(void)usleep(1000);
		pthread_mutex_lock(&w->lock);
		told = w->reports;
		pthread_mutex_unlock(&w->lock);
	} while (told < w->left);
}

/* The lines of an answer with CRLF, dots undone. */
static void
ask(struct stream *s, const char *what, struct str *out)
{
	struct err err = { 0 };
	struct slice line;

	say(s, what, "+OK");
	str_clear(out);
	for (;;) {
		assert_int_equal(stream_read_line(s, 4096, &line, &err), 1);
		if (slice_eq_z(line, "."))
			break;
		str_add_slice(out,
		              slice_from(line, line.n > 0 && line.p[0] == '.'));
		str_add_z(out, "\r\n");
	}
}

/* ---- what is seen ---- */

static void
test_everything_and_one_account(void **state)
{
	struct world *w = *state;
	struct stream *s;

	add(w, w->t.a, "one", FOLDER_INBOX);
	add(w, w->t.b, "two", FOLDER_INBOX);
	add(w, w->t.b, "three", FOLDER_INBOX);
	add(w, w->t.a, "four", FOLDER_ARCHIVE);
	add(w, w->t.a, "spam", FOLDER_SPAM);
	start(w);
	s = log_in(w, "pabal");
	say(s, "STAT", "+OK 3 ");
	leave(w, &s, "+OK");
	assert_string_equal(w->told,
	                    "127.0.0.1 pabal wrong 0, 0 of 3, deleted 0, ok");
	s = log_in(w, "pabal+naver");
	say(s, "STAT", "+OK 1 ");
	leave(w, &s, "+OK");
	s = log_in(w, "pabal+회사");
	say(s, "STAT", "+OK 2 ");
	leave(w, &s, "+OK");
	/* All of it is older than 30 days. */
	s = log_in(w, "recent:pabal");
	say(s, "STAT", "+OK 0 0");
	leave(w, &s, "+OK");
	serve_stop(&w->serve);
	assert_int_equal(serve_conf_set(&w->conf, SLICE_LIT("folder"),
	                                SLICE_LIT("all"), &w->t.err),
	                 0);
	assert_ok(&w->t, try_start(w, "naver"));
	s = log_in(w, "pabal");
	say(s, "STAT", "+OK 2 ");
	leave(w, &s, "+OK");
	s = call(w);
	expect(s, "+OK");
	try_login(s, "pabal+회사", "-ERR [AUTH]");
	leave(w, &s, "+OK");
}

/* Who hangs up before anything was said is known all the same. */
static void
test_reset_at_once(void **state)
{
	const struct linger now = { .l_onoff = 1 };
	struct world *w = *state;
	struct stream *s;

	start(w);
	s = call(w);
	assert_int_equal(setsockopt(stream_fd(s), SOL_SOCKET, SO_LINGER, &now,
	                            sizeof now),
	                 0);
	leave(w, &s, NULL);
	if (!slice_starts(slice_of(w->told), "127.0.0.1 "))
		fail_msg("%s", w->told);
}

static void
test_who_may_not(void **state)
{
	static const char *const names[] = { "pabals", "paba",    "pabal+",
		                             "Pabal",  "recent:", "naver" };
	struct world *w = *state;
	struct stream *s;

	start(w);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		s = call(w);
		expect(s, "+OK");
		try_login(s, names[i], "-ERR [AUTH]");
		leave(w, &s, "+OK");
	}
	s = call(w);
	expect(s, "+OK");
	say(s, "USER pabal", "+OK");
	say(s, "PASS pa ss", "-ERR [AUTH]");
	say(s, "PASS " PASSWORD, "-ERR USER first");
	try_login(s, "pabal+../../etc", "-ERR [AUTH]");
	say(s, "AUTH PLAIN AHBhYmFsAHBhIHNz", "-ERR [AUTH]");
	leave(w, &s, NULL);
	assert_string_equal(w->told,
	                    "127.0.0.1  wrong 3, 0 of 0, deleted 0, auth");
	/* NUL pabal NUL the password. */
	s = call(w);
	expect(s, "+OK");
	say(s, "AUTH PLAIN AHBhYmFsAHBhIHNzIOyVlO2YuA==", "+OK");
	leave(w, &s, "+OK");
	/* An account that nobody knows has no mailbox, and holds none. */
	s = call(w);
	expect(s, "+OK");
	try_login(s, "pabal+nobody", "-ERR [AUTH]");
	try_login(s, "pabal", "+OK");
	leave(w, &s, "+OK");
}

/* The password as a keyboard that takes syllables apart sends it. */
static void
test_password_taken_apart(void **state)
{
	struct world *w = *state;
	struct stream *s;

	start(w);
	s = call(w);
	expect(s, "+OK");
	say(s, "USER pabal", "+OK");
	say(s,
	    "PASS pa ss \xe1\x84\x8b\xe1\x85\xa1\xe1\x86\xb7"
	    "\xe1\x84\x92\xe1\x85\xa9",
	    "+OK");
	leave(w, &s, "+OK");
}

static void
put_file(struct world *w, const char *name, const char *text)
{
	char *path = store_test_path(&w->t, "naver", FOLDER_INBOX, "new", name);

	assert_int_equal(fsx_write_atomic(path, slice_of(text), &w->t.err), 0);
	free(path);
}

static void
test_bytes(void **state)
{
	struct world *w = *state;
	char *text = store_test_message("one", "one", "",
	                                ".\r\n..\r\n.a\r\n\r\n.\r\nend");
	struct stream *s;
	struct str got;

	str_init(&got, REPLY_MAX);
	store_test_add(&w->t, w->t.a, "one", FOLDER_INBOX, 0, text);
	start(w);
	/* Another program puts one there, as its system writes lines. */
	put_file(w, "1.2.host", "Subject: lf\n\n.\na\nno end");
	s = log_in(w, "pabal");
	say(s, "STAT", "+OK 2 ");
	ask(s, "RETR 1", &got);
	assert_string_equal(got.p, text);
	ask(s, "RETR 2", &got);
	assert_string_equal(got.p, "Subject: lf\r\n\r\n.\r\na\r\nno end\r\n");
	say(s, "LIST 2", "+OK 2 29");
	ask(s, "TOP 2 1", &got);
	assert_string_equal(got.p, "Subject: lf\r\n\r\n.\r\n");
	leave(w, &s, "+OK");
	assert_string_equal(w->told,
	                    "127.0.0.1 pabal wrong 0, 3 of 2, deleted 0, ok");
	str_release(&got);
	free(text);
}

/* ---- one at a time ---- */

static void
test_one_session_a_mailbox(void **state)
{
	struct world *w = *state;
	struct stream *s;
	struct stream *other;

	add(w, w->t.a, "one", FOLDER_INBOX);
	start(w);
	s = log_in(w, "pabal");
	other = call(w);
	expect(other, "+OK");
	try_login(other, "pabal", "-ERR [IN-USE]");
	try_login(other, "pabal+naver", "-ERR [IN-USE]");
	say(s, "STAT", "+OK 1 ");
	/* Whoever has read the goodbye may come again. */
	say(s, "QUIT", "+OK");
	try_login(other, "pabal+naver", "+OK");
	leave(w, &s, NULL);
	/* Accounts have mailboxes of their own. */
	s = log_in(w, "pabal+회사");
	leave(w, &s, "+OK");
	s = call(w);
	expect(s, "+OK");
	try_login(s, "pabal+naver", "-ERR [IN-USE]");
	try_login(s, "pabal", "-ERR [IN-USE]");
	leave(w, &other, NULL);
	/* One that broke off has let go, too. */
	try_login(s, "pabal", "+OK");
	leave(w, &s, "+OK");
	store_test_sane(&w->t);
}

/* Two programs on one store know of each other. */
static void
test_two_servers(void **state)
{
	struct world *w = *state;
	struct serve *first;
	struct stream *s;
	struct stream *other;

	start(w);
	first = w->serve;
	s = log_in(w, "pabal");
	start(w);
	other = call(w);
	expect(other, "+OK");
	try_login(other, "pabal", "-ERR [IN-USE]");
	leave(w, &s, "+OK");
	try_login(other, "pabal", "+OK");
	leave(w, &other, "+OK");
	serve_stop(&first);
}

static void
test_connections_are_bounded(void **state)
{
	struct world *w = *state;
	struct stream *all[33];

	start(w);
	for (size_t i = 0; i < 32; i++) {
		all[i] = call(w);
		expect(all[i], "+OK");
	}
	all[32] = call(w);
	expect(all[32], "-ERR [SYS/TEMP]");
	stream_close(&all[32]);
	leave(w, &all[0], "+OK");
	all[0] = NULL;
	/* The thread has told, then it ends. */
	for (int tries = 0; all[0] == NULL && tries < 1000; tries++) {
		struct err err = { 0 };
		struct slice line;
		struct stream *s = call(w);

		if (stream_read_line(s, 4096, &line, &err) == 1 &&
		    slice_starts(line, "+OK"))
			all[0] = s;
		else
			stream_close(&s);
	}
	assert_non_null(all[0]);
	for (size_t i = 0; i < 32; i++)
		stream_close(&all[i]);
}

/* ---- deleting, while others work ---- */

static void
test_delete(void **state)
{
	struct world *w = *state;
	struct stream *s;

	add(w, w->t.a, "one", FOLDER_INBOX);
	add(w, w->t.b, "two", FOLDER_INBOX);
	add(w, w->t.b, "three", FOLDER_INBOX);
	start(w);
	/* Without a QUIT nothing goes. */
	s = log_in(w, "pabal");
	say(s, "DELE 1", "+OK");
	leave(w, &s, NULL);
	assert_int_equal(store_test_listed(&w->t, 0, FOLDER_INBOX), 3);
	s = log_in(w, "pabal");
	say(s, "DELE 1", "+OK");
	say(s, "DELE 3", "+OK");
	say(s, "STAT", "+OK 1 ");
	assert_int_equal(store_test_listed(&w->t, 0, FOLDER_INBOX), 3);
	leave(w, &s, "+OK");
	assert_string_equal(w->told,
	                    "127.0.0.1 pabal wrong 0, 0 of 3, deleted 2, ok");
	assert_int_equal(store_test_listed(&w->t, 0, FOLDER_INBOX), 1);
	assert_int_equal(store_test_listed(&w->t, 0, FOLDER_TRASH), 2);
	store_test_sane(&w->t);
}

/* Only in the trash: the server it came from keeps it. */
static void
test_delete_stays_here(void **state)
{
	struct world *w = *state;
	struct uidl_map map;
	struct uidl_row *row;
	struct stream *s;

	add(w, w->t.a, "one", FOLDER_INBOX);
	start(w);
	s = log_in(w, "pabal");
	say(s, "DELE 1", "+OK");
	leave(w, &s, "+OK");
	assert_ok(&w->t, store_uidls(w->t.s, w->t.a, &map, &w->t.err));
	row = map_get(&map.map, SLICE_LIT("one"));
	assert_non_null(row);
	assert_int_equal(row->state, UIDL_STORED);
	uidl_map_release(&map);
}

static void
delete_first(struct world *w, const char *what)
{
	struct stream *s;

	assert_int_equal(serve_conf_set(&w->conf, SLICE_LIT("on_delete"),
	                                slice_of(what), &w->t.err),
	                 0);
	start(w);
	s = log_in(w, "pabal");
	say(s, "DELE 1", "+OK");
	leave(w, &s, "+OK");
	serve_stop(&w->serve);
}

static void
test_delete_archives_or_keeps(void **state)
{
	struct world *w = *state;

	add(w, w->t.a, "one", FOLDER_INBOX);
	delete_first(w, "keep");
	assert_int_equal(store_test_listed(&w->t, 0, FOLDER_INBOX), 1);
	delete_first(w, "archive");
	assert_int_equal(store_test_listed(&w->t, 0, FOLDER_INBOX), 0);
	assert_int_equal(store_test_listed(&w->t, 0, FOLDER_ARCHIVE), 1);
	store_test_sane(&w->t);
}

/* R14: numbers and UIDLs stay those of the login. */
static void
test_fetch_adds_while_a_client_deletes(void **state)
{
	struct world *w = *state;
	struct str before, after;
	struct stream *s;

	str_init(&before, REPLY_MAX);
	str_init(&after, REPLY_MAX);
	add(w, w->t.a, "one", FOLDER_INBOX);
	add(w, w->t.b, "two", FOLDER_INBOX);
	start(w);
	s = log_in(w, "pabal");
	ask(s, "UIDL", &before);
	add(w, w->t.a, "three", FOLDER_INBOX);
	say(s, "STAT", "+OK 2 ");
	ask(s, "UIDL", &after);
	assert_string_equal(after.p, before.p);
	say(s, "RETR 3", "-ERR");
	ask(s, "RETR 2", &after);
	assert_non_null(strstr(after.p, "Subject: two\r\n"));
	say(s, "DELE 2", "+OK");
	add(w, w->t.b, "four", FOLDER_INBOX);
	leave(w, &s, "+OK");
	s = log_in(w, "pabal");
	say(s, "STAT", "+OK 3 ");
	for (int i = 1; i <= 3; i++) {
		static const char *const left[] = { "one", "three", "four" };
		char line[32];

		(void)snprintf(line, sizeof line, "RETR %d", i);
		ask(s, line, &after);
		(void)snprintf(line, sizeof line, "Subject: %s\r\n",
		               left[i - 1]);
		assert_non_null(strstr(after.p, line));
	}
	leave(w, &s, "+OK");
	store_test_sane(&w->t);
	str_release(&before);
	str_release(&after);
}

/* What others take away is missing, and nothing else. */
static void
test_others_take_mail_away(void **state)
{
	struct world *w = *state;
	int64_t one = add(w, w->t.a, "one", FOLDER_INBOX);
	int64_t two = add(w, w->t.a, "two", FOLDER_INBOX);
	int64_t three = add(w, w->t.b, "three", FOLDER_INBOX);
	int64_t four = add(w, w->t.a, "four", FOLDER_INBOX);
	struct stream *s;
	struct str got;
	char *path;
	char *to;

	str_init(&got, REPLY_MAX);
	start(w);
	s = log_in(w, "pabal");
	/* By pabal; a file that was removed, one that was renamed. */
	assert_ok(&w->t, store_delete(w->t.s, &one, 1, &w->t.err));
	path = store_path(w->t.s, two, &w->t.err);
	assert_int_equal(unlink(path), 0);
	free(path);
	path = store_path(w->t.s, three, &w->t.err);
	to = xasprintf("%s:2,S", path);
	assert_int_equal(rename(path, to), 0);
	free(path);
	free(to);
	assert_ok(&w->t, store_move(w->t.s, &four, 1, FOLDER_ARCHIVE, NULL,
	                            &w->t.err));
	say(s, "RETR 1", "-ERR [SYS/TEMP]");
	say(s, "RETR 2", "-ERR [SYS/TEMP]");
	ask(s, "RETR 3", &got);
	assert_non_null(strstr(got.p, "Subject: three\r\n"));
	ask(s, "RETR 4", &got);
	assert_non_null(strstr(got.p, "Subject: four\r\n"));
	for (int i = 1; i <= 4; i++) {
		char line[32];

		(void)snprintf(line, sizeof line, "DELE %d", i);
		say(s, line, "+OK");
	}
	leave(w, &s, "+OK");
	assert_int_equal(store_test_listed(&w->t, 0, FOLDER_TRASH), 1);
	assert_int_equal(store_test_listed(&w->t, 0, FOLDER_ARCHIVE), 1);
	str_release(&got);
}

/* ---- TLS, and where it must be ---- */

static void
make_certificate(struct world *w)
{
	assert_ok(&w->t,
	          tls_make_test_ca(w->paths.config, "localhost", &w->t.err));
	w->conf.tls_cert = fsx_join(w->paths.config, "cert.pem");
	w->conf.tls_key = fsx_join(w->paths.config, "key.pem");
}

static void
encrypt(struct world *w, struct stream *s)
{
	char *ca = fsx_join(w->paths.config, "ca.pem");
	struct tls_opts o = { .host = "localhost",
		              .ca_file = ca,
		              .timeout_ms = TIMEOUT_MS };

	assert_ok(&w->t, tls_start(s, &o, &w->t.err));
	free(ca);
}

static void
listen_at(struct world *w, const char *where)
{
	serve_stop(&w->serve);
	assert_int_equal(serve_conf_set(&w->conf, SLICE_LIT("listen"),
	                                slice_of(where), &w->t.err),
	                 0);
}

static void
test_nothing_in_clear_over_a_network(void **state)
{
	struct world *w = *state;
	struct stream *s;

	listen_at(w, "0.0.0.0:0");
	assert_int_equal(try_start(w, NULL), -1);
	assert_int_equal(w->t.err.code, ERR_CONFIG);
	listen_at(w, "127.0.0.1:0:stls");
	assert_int_equal(try_start(w, NULL), -1);
	assert_int_equal(w->t.err.code, ERR_CONFIG);
	make_certificate(w);
	listen_at(w, "0.0.0.0:0:plain");
	assert_int_equal(try_start(w, NULL), -1);
	listen_at(w, "0.0.0.0:0");
	start(w);
	assert_int_equal(w->at.tls, SERVE_TLS_START);
	assert_false(w->at.loopback);
	s = call(w);
	expect(s, "+OK");
	say(s, "USER pabal", "-ERR [SYS/PERM]");
	say(s, "AUTH PLAIN AHBhYmFsAHBhIHNz", "-ERR [SYS/PERM]");
	say(s, "STLS", "+OK");
	encrypt(w, s);
	try_login(s, "pabal", "+OK");
	leave(w, &s, "+OK");
}

static void
test_tls(void **state)
{
	struct world *w = *state;
	struct serve_address second;
	struct stream *s;
	struct str got;

	str_init(&got, REPLY_MAX);
	make_certificate(w);
	add(w, w->t.a, "one", FOLDER_INBOX);
	listen_at(w, "127.0.0.1:0:tls localhost:0");
	start(w);
	assert_int_equal(serve_address(w->serve, 1, &second), 0);
	assert_int_equal(serve_address(w->serve, 2, &second), -1);
	assert_int_equal(second.tls, SERVE_TLS_START);
	s = call(w);
	encrypt(w, s);
	expect(s, "+OK");
	try_login(s, "pabal", "+OK");
	ask(s, "RETR 1", &got);
	assert_non_null(strstr(got.p, "Subject: one\r\n"));
	leave(w, &s, "+OK");
	str_release(&got);
}

static void
test_settings_that_cannot_be(void **state)
{
	struct world *w = *state;
	struct serve_address taken;
	char where[64];

	w->conf.tls_cert = xstrdup("/nowhere/cert.pem");
	assert_int_equal(try_start(w, NULL), -1);
	assert_int_equal(w->t.err.code, ERR_CONFIG);
	w->conf.tls_key = xstrdup("/nowhere/key.pem");
	assert_int_equal(try_start(w, NULL), -1);
	assert_int_equal(w->t.err.code, ERR_CONFIG);
	free(w->conf.tls_cert);
	free(w->conf.tls_key);
	w->conf.tls_cert = NULL;
	w->conf.tls_key = NULL;
	free(w->conf.folder);
	w->conf.folder = xstrdup("Spam");
	assert_int_equal(try_start(w, NULL), -1);
	free(w->conf.folder);
	w->conf.folder = xstrdup("all");
	w->conf.on_delete = SERVE_DELETE_ARCHIVE;
	assert_int_equal(try_start(w, NULL), -1);
	assert_int_equal(w->t.err.code, ERR_CONFIG);
	w->conf.on_delete = SERVE_DELETE_TRASH;
	free(w->conf.folder);
	w->conf.folder = NULL;
	start(w);
	taken = w->at;
	(void)snprintf(where, sizeof where, "127.0.0.1:0 127.0.0.1:%d",
	               taken.port);
	assert_int_equal(serve_conf_set(&w->conf, SLICE_LIT("listen"),
	                                slice_of(where), &w->t.err),
	                 0);
	{
		struct serve *first = w->serve;

		assert_int_equal(try_start(w, NULL), -1);
		assert_int_equal(w->t.err.code, ERR_IO);
		serve_stop(&first);
	}
	listen_at(w, "no-such-host.invalid:0");
	assert_int_equal(try_start(w, NULL), -1);
	assert_int_equal(w->t.err.code, ERR_NOHOST);
}

/* An end while clients are there deletes nothing. */
static void
test_stop(void **state)
{
	struct world *w = *state;
	struct stream *s;
	struct stream *idle;
	struct slice line;

	add(w, w->t.a, "one", FOLDER_INBOX);
	start(w);
	s = log_in(w, "pabal");
	idle = call(w);
	say(s, "DELE 1", "+OK");
	serve_stop(&w->serve);
	assert_true(stream_read_line(s, 4096, &line, &w->t.err) <= 0);
	stream_close(&s);
	stream_close(&idle);
	assert_int_equal(store_test_listed(&w->t, 0, FOLDER_INBOX), 1);
}

#define WITH_WORLD(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_WORLD(test_everything_and_one_account),
		WITH_WORLD(test_reset_at_once),
		WITH_WORLD(test_who_may_not),
		WITH_WORLD(test_password_taken_apart),
		WITH_WORLD(test_bytes),
		WITH_WORLD(test_one_session_a_mailbox),
		WITH_WORLD(test_two_servers),
		WITH_WORLD(test_connections_are_bounded),
		WITH_WORLD(test_delete),
		WITH_WORLD(test_delete_stays_here),
		WITH_WORLD(test_delete_archives_or_keeps),
		WITH_WORLD(test_fetch_adds_while_a_client_deletes),
		WITH_WORLD(test_others_take_mail_away),
		WITH_WORLD(test_nothing_in_clear_over_a_network),
		WITH_WORLD(test_tls),
		WITH_WORLD(test_settings_that_cannot_be),
		WITH_WORLD(test_stop),
	};

	/* 31 days after the date of the messages. */
	(void)setenv("PABAL_TEST_NOW", "1797500000", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
