/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pop3_client logging in over TLS: SCRAM bound to the connection, the words for
 * each kind of refusal, large tokens. */
#include "lib/test.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/script_stream.h"
#include "net/tls_bind.h"
#include "proto/pop3_client.h"
#include "util/codec.h"
#include "util/digest.h"
#include "util/fsx.h"
#include "util/xalloc.h"

#define TIMEOUT_MS 20000
#define LINE       65536
#define ROUNDS     64
#define SALT       "salt of this test"
#define PASSWORD   "pencil"

/* A server that knows SCRAM-SHA-256 and checks every byte of it. */
struct server {
	char home[64];
	char *ca, *cert, *key;
	const char *sasl; /* its SASL line; NULL: no CAPA */
	bool between;     /* its TLS is not the client's */
	struct stream *s;
	struct str auth;     /* mechanism the client asked for */
	struct str header;   /* gs2-header it sent */
	const char *binding; /* type this end has */
	bool accepted;
	pthread_t thread;
};

static bool
take_line(struct server *v, struct str *line_r)
{
	struct err err = { 0 };
	struct slice line;

	str_clear(line_r);
	if (stream_flush(v->s, &err) < 0 ||
	    stream_read_line(v->s, LINE, &line, &err) <= 0)
		return false;
	str_add_slice(line_r, line);
	return true;
}

static void
say(struct server *v, const char *text)
{
	struct err err = { 0 };

	(void)stream_write(v->s, text, strlen(text), &err);
	(void)stream_write(v->s, "\r\n", 2, &err);
}

static void
say_encoded(struct server *v, const char *text)
{
	struct str line;

	str_init(&line, LINE);
	str_add_z(&line, "+ ");
	codec_base64_encode(text, strlen(text), &line);
	say(v, line.p);
	str_release(&line);
}

static bool
take_decoded(struct server *v, struct str *out)
{
	struct str line;
	bool got;

	str_init(&line, LINE);
	str_clear(out);
	got = take_line(v, &line) &&
	      codec_base64_decode(str_slice(&line), out) == 0;
	str_release(&line);
	return got;
}

/* The binding that "c=" has to repeat, header included. */
static void
expected_binding(struct server *v, struct slice header, struct str *out)
{
	struct sasl_binding b;
	struct str raw;

	str_init(&raw, LINE);
	(void)tls_bind(v->s, &b);
	v->binding = b.type;
	if (v->between)
		b.data[0] ^= 1;
	str_add_slice(&raw, header);
	if (slice_starts(header, "p="))
		str_add(&raw, (const char *)b.data, b.n);
	codec_base64_encode(raw.p, raw.n, out);
	str_release(&raw);
}

static struct slice
sum(const unsigned char *p)
{
	return slice_make((const char *)p, DIGEST_SHA256_SIZE);
}

/* Check ClientProof and make ServerSignature (RFC 5802, 3). */
static bool
proof_is_right(struct slice auth, struct slice proof, unsigned char *signature)
{
	unsigned char salted[DIGEST_MAX_SIZE];
	unsigned char key[DIGEST_MAX_SIZE];
	unsigned char stored[DIGEST_MAX_SIZE];
	unsigned char mask[DIGEST_MAX_SIZE];

	digest_pbkdf2(DIGEST_SHA256, SLICE_LIT(PASSWORD), SLICE_LIT(SALT),
	              ROUNDS, salted);
	digest_hmac(DIGEST_SHA256, sum(salted), SLICE_LIT("Client Key"), key);
	digest_bytes(DIGEST_SHA256, sum(key), stored);
	digest_hmac(DIGEST_SHA256, sum(stored), auth, mask);
	digest_hmac(DIGEST_SHA256, sum(salted), SLICE_LIT("Server Key"),
	            stored);
	digest_hmac(DIGEST_SHA256, sum(stored), auth, signature);
	for (size_t i = 0; i < DIGEST_SHA256_SIZE; i++)
		key[i] ^= mask[i];
	return proof.n == DIGEST_SHA256_SIZE &&
	       digest_same(proof.p, key, DIGEST_SHA256_SIZE);
}

/* first: "GS2-HEADER n=user,r=NONCE", taken apart. */
static bool
challenge(struct server *v, struct slice first, struct slice *bare_r,
          struct str *text_r)
{
	struct slice rest = first;
	struct slice piece;

	(void)slice_split(&rest, ',', &piece);
	(void)slice_split(&rest, ',', &piece);
	*bare_r = rest;
	str_add_slice(&v->header, slice_head(first, first.n - rest.n));
	if (!slice_starts(rest, "n=user,r="))
		return false;
	str_add_z(text_r, "r=");
	str_add_slice(text_r, slice_from(rest, 9));
	str_add_z(text_r, "server,s=");
	codec_base64_encode(SALT, sizeof SALT - 1, text_r);
	str_printf(text_r, ",i=%d", ROUNDS);
	return true;
}

static bool
judge(struct server *v, struct slice final, struct str *auth,
      unsigned char *signature)
{
	size_t at = slice_find_text(final, SLICE_LIT(",p="));
	struct str proof;
	struct str want;
	bool right;

	str_init(&proof, LINE);
	str_init(&want, LINE);
	str_add_z(&want, "c=");
	expected_binding(v, str_slice(&v->header), &want);
	str_add_c(auth, ',');
	str_add_slice(auth, slice_head(final, at));
	right = codec_base64_decode(slice_from(final, at + 3), &proof) == 0 &&
	        slice_starts(final, want.p) &&
	        proof_is_right(str_slice(auth), str_slice(&proof), signature);
	str_release(&want);
	str_release(&proof);
	return right;
}

static bool
scram(struct server *v)
{
	unsigned char signature[DIGEST_MAX_SIZE];
	struct str first, text, final, auth;
	struct slice bare;
	bool right = false;

	str_init(&first, LINE);
	str_init(&text, LINE);
	str_init(&final, LINE);
	str_init(&auth, LINE);
	say(v, "+ ");
	if (take_decoded(v, &first) &&
	    challenge(v, str_slice(&first), &bare, &text)) {
		say_encoded(v, text.p);
		str_add_slice(&auth, bare);
		str_add_c(&auth, ',');
		str_add_slice(&auth, str_slice(&text));
		if (take_decoded(v, &final))
			right = judge(v, str_slice(&final), &auth, signature);
	}
	if (right) {
		str_clear(&text);
		str_add_z(&text, "v=");
		codec_base64_encode(signature, DIGEST_SHA256_SIZE, &text);
		say_encoded(v, text.p);
		right = take_decoded(v, &final) && final.n == 0;
	}
	str_release(&first);
	str_release(&text);
	str_release(&final);
	str_release(&auth);
	return right;
}

static void
converse(struct server *v)
{
	struct str line;

	str_init(&line, LINE);
	say(v, "+OK");
	while (take_line(v, &line)) {
		if (slice_eq_z(str_slice(&line), "CAPA")) {
			say(v, v->sasl != NULL ? "+OK\r\nUSER" : "-ERR");
			if (v->sasl != NULL) {
				say(v, v->sasl);
				say(v, ".");
			}
		} else if (slice_starts(str_slice(&line),
		                        "AUTH SCRAM-SHA-256")) {
			str_add_slice(&v->auth,
			              slice_from(str_slice(&line), 5));
			v->accepted = scram(v);
			say(v, v->accepted ? "+OK" : "-ERR [AUTH] no");
		} else if (slice_eq_z(str_slice(&line), "STAT")) {
			say(v, "+OK 0 0");
		} else {
			str_add_z(&v->auth, "|");
			str_add_slice(&v->auth, str_slice(&line));
			say(v, "-ERR");
		}
	}
	str_release(&line);
}

static void *
server_run(void *arg)
{
	struct server *v = arg;
	struct err err = { 0 };
	struct tls_server *t = tls_server_new(v->cert, v->key, &err);

	if (t != NULL && tls_accept(v->s, t, TIMEOUT_MS, &err) == 0)
		converse(v);
	stream_close(&v->s);
	tls_server_free(&t);
	return NULL;
}

static struct stream *
server_open(struct server *v)
{
	struct err err = { 0 };
	int fds[2];

	(void)snprintf(v->home, sizeof v->home, "/tmp/pabal-login-XXXXXX");
	assert_non_null(mkdtemp(v->home));
	assert_int_equal(tls_make_test_ca(v->home, "pop.example.kr", &err), 0);
	v->ca = fsx_join(v->home, "ca.pem");
	v->cert = fsx_join(v->home, "cert.pem");
	v->key = fsx_join(v->home, "key.pem");
	str_init(&v->auth, LINE);
	str_init(&v->header, LINE);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	v->s = stream_new_fd(fds[1], -1);
	assert_int_equal(pthread_create(&v->thread, NULL, server_run, v), 0);
	return stream_new_fd(fds[0], -1);
}

static void
server_join(struct server *v)
{
	assert_int_equal(pthread_join(v->thread, NULL), 0);
	(void)unlink(v->ca);
	(void)unlink(v->cert);
	(void)unlink(v->key);
	assert_int_equal(rmdir(v->home), 0);
	free(v->ca);
	free(v->cert);
	free(v->key);
}

static void
server_release(struct server *v)
{
	str_release(&v->auth);
	str_release(&v->header);
}

/* Log in to v; the error's code. */
static enum err_code
log_in(struct server *v, enum sasl_mech mech, const char *password)
{
	struct secret secret = { 0 };
	struct stream *s = server_open(v);
	struct pop3_opts opts = {
		.host = "pop.example.kr",
		.port = 995,
		.tls = POP3_TLS_IMPLICIT,
		.ca_file = v->ca,
		.user = "user",
		.secret = &secret,
		.mech = mech,
		.timeout_ms = TIMEOUT_MS,
		.cancel_fd = -1,
	};
	struct err err = { 0 };
	struct pop3 *p;

	secret_set(&secret, password, strlen(password));
	p = pop3_open_stream(s, &opts, &err);
	assert_int_equal(p != NULL, err.code == ERR_NONE);
	pop3_close(&p);
	server_join(v);
	secret_release(&secret);
	return err.code;
}

static void
test_bound_to_the_connection(void **state)
{
	struct server v = { .sasl = "SASL PLAIN SCRAM-SHA-256 "
		                    "SCRAM-SHA-256-PLUS" };

	(void)state;
	/* Nobody asked for it: where it is offered it comes first. */
	assert_int_equal(log_in(&v, SASL_NONE, PASSWORD), ERR_NONE);
	assert_string_equal(v.auth.p, "SCRAM-SHA-256-PLUS");
	assert_string_equal(v.header.p, "p=tls-exporter,,");
	assert_string_equal(v.binding, "tls-exporter");
	server_release(&v);
}

static void
test_somebody_in_between(void **state)
{
	struct server v = { .sasl = "SASL PLAIN SCRAM-SHA-256-PLUS",
		            .between = true };

	(void)state;
	assert_int_equal(log_in(&v, SASL_NONE, PASSWORD), ERR_AUTH);
	/* Nothing was tried after it. */
	assert_string_equal(v.auth.p, "SCRAM-SHA-256-PLUS");
	assert_false(v.accepted);
	server_release(&v);
}

static void
test_could_but_is_not_offered(void **state)
{
	struct server v = { .sasl = "SASL SCRAM-SHA-256" };

	(void)state;
	assert_int_equal(log_in(&v, SASL_SCRAM_SHA_256, PASSWORD), ERR_NONE);
	assert_string_equal(v.auth.p, "SCRAM-SHA-256");
	assert_string_equal(v.header.p, "y,,");
	server_release(&v);
}

static void
test_wrong_password_once(void **state)
{
	struct server v = { .sasl = "SASL PLAIN LOGIN SCRAM-SHA-256" };

	(void)state;
	assert_int_equal(log_in(&v, SASL_SCRAM_SHA_256, "crayon"), ERR_AUTH);
	assert_string_equal(v.auth.p, "SCRAM-SHA-256");
	server_release(&v);
}

/* TLS 1.2: OpenSSL reads its configuration once, so in a process of its own. */
static void
test_tls_1_2(void **state)
{
	static const char text[] = "openssl_conf = a\n[a]\nssl_conf = b\n[b]\n"
				   "system_default = c\n[c]\n"
				   "MaxProtocol = TLSv1.2\n";
	char path[] = "/tmp/pabal-openssl-XXXXXX";
	int fd = mkstemp(path);
	int status = 0;
	pid_t child;

	(void)state;
	assert_int_equal(write(fd, text, sizeof text - 1), sizeof text - 1);
	assert_int_equal(close(fd), 0);
	child = fork();
	if (child == 0) {
		struct server v = { .sasl = "SASL SCRAM-SHA-256-PLUS" };

		(void)setenv("OPENSSL_CONF", path, 1);
		_exit(log_in(&v, SASL_NONE, PASSWORD) == ERR_NONE &&
		                      strcmp(v.header.p, "p=tls-unique,,") == 0
		              ? 0
		              : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(status, 0);
}

/* Scripted, in clear */

static struct err
refused_with(const char *answer, int *delay_r)
{
	struct secret secret = { 0 };
	const struct pop3_opts opts = {
		.host = "pop.example.kr",
		.port = 110,
		.tls = POP3_TLS_NONE,
		.user = "user",
		.secret = &secret,
		.timeout_ms = TIMEOUT_MS,
		.cancel_fd = -1,
		.delay_r = delay_r,
	};
	char *transcript = xasprintf("S: +OK\nC: CAPA\nS: -ERR\nC: USER user\n"
	                             "S: +OK\nC: PASS x\nS: %s\n",
	                             answer);
	struct script *script;
	struct stream *s = script_stream_new(transcript, NULL, &script);
	struct err err = { 0 };

	secret_set(&secret, "x", 1);
	assert_null(pop3_open_stream(s, &opts, &err));
	assert_null(script_problem(script));
	script_free(&script);
	secret_release(&secret);
	free(transcript);
	return err;
}

/* Each reason has its code and its own words. */
static void
test_reasons_are_told_apart(void **state)
{
	static const struct {
		const char *answer;
		enum err_code code;
		const char *words;
	} cases[] = {
		{ "-ERR [IN-USE] password", ERR_RETRY, "in use" },
		{ "-ERR [LOGIN-DELAY] password", ERR_RETRY, "longer pause" },
		{ "-ERR [SYS/TEMP] password", ERR_RETRY, "trouble at the" },
		{ "-ERR [SYS/PERM] password", ERR_REFUSED, "will not pass" },
		{ "-ERR [AUTH] try again later", ERR_AUTH, "did not accept" },
		{ "-ERR mailbox is locked", ERR_RETRY, "at the moment" },
		{ "-ERR POP3 is disabled", ERR_REFUSED, "this account" },
		{ "-ERR", ERR_AUTH, "did not accept" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct err err = refused_with(cases[i].answer, NULL);

		assert_int_equal(err.code, cases[i].code);
		if (strstr(err.text, cases[i].words) == NULL)
			fail_msg("%s: %s", cases[i].answer, err.text);
	}
}

/* The pause that a server wants is known though it lets nobody in. */
static void
test_delay_of_a_refusal(void **state)
{
	static const struct {
		const char *answer;
		int delay;
	} cases[] = {
		{ "-ERR [LOGIN-DELAY] wait 37 seconds", 37 },
		{ "-ERR [LOGIN-DELAY] 15-minute limit", 900 },
		{ "-ERR [LOGIN-DELAY] 5분 뒤에 다시 하세요", 300 },
		{ "-ERR [LOGIN-DELAY] 1시간 뒤에", 3600 },
		{ "-ERR [LOGIN-DELAY] 2 Hours", 7200 },
		{ "-ERR [LOGIN-DELAY] 99999999999999999999 m", 86400 },
		{ "-ERR [LOGIN-DELAY] too early", 0 },
		{ "-ERR [LOGIN-DELAY] 60", 60 },
		{ "-ERR [IN-USE] wait 37 seconds", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int delay = -1;

		(void)refused_with(cases[i].answer, &delay);
		if (delay != cases[i].delay)
			fail_msg("%s: %d", cases[i].answer, delay);
	}
}

/* A token of n bytes goes out in one line, behind AUTH's own. */
static void
send_token(size_t n)
{
	struct secret secret = { 0 };
	const struct pop3_opts opts = {
		.host = "pop.example.kr",
		.port = 995,
		.tls = POP3_TLS_NONE,
		.user = "u",
		.secret = &secret,
		.mech = SASL_XOAUTH2,
		.timeout_ms = TIMEOUT_MS,
		.cancel_fd = -1,
	};
	struct str raw;
	struct str transcript;
	struct script *script;
	struct stream *s;
	struct err err = { 0 };
	struct pop3 *p;
	char *token = xcalloc(n + 1, 1);

	memset(token, 'T', n);
	secret_set(&secret, token, n);
	str_init(&raw, LINE);
	str_init(&transcript, LINE);
	str_printf(&raw, "user=u\001auth=Bearer %s\001\001", token);
	str_add_z(&transcript, "S: +OK\nC: CAPA\nS: -ERR\nC: AUTH XOAUTH2\n"
	                       "S: +\nC: ");
	codec_base64_encode(raw.p, raw.n, &transcript);
	str_add_z(&transcript, "\nS: +OK\nC: STAT\nS: +OK 0 0\n");
	s = script_stream_new(transcript.p, NULL, &script);
	p = pop3_open_stream(s, &opts, &err);
	if (script_problem(script) != NULL)
		fail_msg("%zu: %s", n, script_problem(script));
	assert_non_null(p);
	pop3_close(&p);
	script_free(&script);
	str_release(&raw);
	str_release(&transcript);
	secret_release(&secret);
	free(token);
}

static void
test_large_tokens(void **state)
{
	(void)state;
	send_token(4096);
	send_token(SECRET_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		/* First: before OpenSSL is used in this process. */
		cmocka_unit_test(test_tls_1_2),
		cmocka_unit_test(test_bound_to_the_connection),
		cmocka_unit_test(test_somebody_in_between),
		cmocka_unit_test(test_could_but_is_not_offered),
		cmocka_unit_test(test_wrong_password_once),
		cmocka_unit_test(test_reasons_are_told_apart),
		cmocka_unit_test(test_delay_of_a_refusal),
		cmocka_unit_test(test_large_tokens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
