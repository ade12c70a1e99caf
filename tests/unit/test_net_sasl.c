/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sasl: the RFCs' examples, servers that cheat, answers that must not be. */
#include "lib/test.h"

#include "net/sasl.h"
#include "util/codec.h"

#define RESPONSE_MAX 65536

struct login {
	struct sasl s;
	struct sasl_login login;
	struct sasl_binding binding;
	struct secret secret;
	struct str response;
	struct err err;
};

static void
login_open(struct login *l, enum sasl_mech mech, const char *user,
           const char *secret)
{
	*l = (struct login){ 0 };
	secret_set(&l->secret, secret, strlen(secret));
	l->login = (struct sasl_login){
		.user = user,
		.secret = &l->secret,
		.host = "pop.example.kr",
		.port = 995,
		.binding = &l->binding,
	};
	sasl_init(&l->s, mech, &l->login);
	str_init(&l->response, RESPONSE_MAX);
}

static void
login_close(struct login *l)
{
	sasl_release(&l->s);
	sasl_release(&l->s);
	secret_release(&l->secret);
	str_release(&l->response);
}

static int
step(struct login *l, const char *challenge)
{
	str_clear(&l->response);
	return sasl_step(&l->s, slice_of(challenge), &l->response, &l->err);
}

static void
test_names(void **state)
{
	(void)state;
	assert_int_equal(sasl_lookup(SLICE_LIT("xoauth2")), SASL_XOAUTH2);
	assert_int_equal(sasl_lookup(SLICE_LIT("SCRAM-SHA-1")),
	                 SASL_SCRAM_SHA_1);
	assert_int_equal(sasl_lookup(SLICE_LIT("SCRAM-SHA-1-PLUS")),
	                 SASL_SCRAM_SHA_1_PLUS);
	assert_int_equal(sasl_lookup(SLICE_LIT("SCRAM-SHA-512")), SASL_NONE);
	assert_string_equal(sasl_name(SASL_CRAM_MD5), "CRAM-MD5");
}

static void
test_plain_and_login(void **state)
{
	struct login l;

	(void)state;
	login_open(&l, SASL_PLAIN, "tim", "tanstaaftanstaaf");
	assert_true(sasl_client_first(&l.s));
	assert_int_equal(step(&l, ""), 0);
	assert_int_equal(l.response.n, 21);
	assert_memory_equal(l.response.p, "\0tim\0tanstaaftanstaaf", 21);
	assert_true(l.s.done);
	assert_int_equal(sasl_finish(&l.s, &l.err), 0);
	assert_int_equal(step(&l, "more"), -1);
	assert_int_equal(l.err.code, ERR_PROTO);
	login_close(&l);
	login_open(&l, SASL_LOGIN, "tim", "secret");
	assert_false(sasl_client_first(&l.s));
	assert_int_equal(step(&l, "Username:"), 0);
	assert_string_equal(l.response.p, "tim");
	assert_int_equal(step(&l, "Password:"), 0);
	assert_string_equal(l.response.p, "secret");
	assert_true(l.s.done);
	login_close(&l);
}

/* RFC 2195, section 2. */
static void
test_cram_md5(void **state)
{
	struct login l;

	(void)state;
	login_open(&l, SASL_CRAM_MD5, "tim", "tanstaaftanstaaf");
	assert_int_equal(step(&l, "<1896.697170952@postoffice.reston.mci.net>"),
	                 0);
	assert_string_equal(l.response.p,
	                    "tim b913a602c7eda7a495b4e6e7334d3890");
	login_close(&l);
}

/* RFC 5802, section 5, and RFC 7677, section 3. */
static const struct scram_case {
	enum sasl_mech mech;
	const char *nonce;
	const char *first;
	const char *challenge;
	const char *final;
	const char *signature;
} scram_cases[] = {
	{ SASL_SCRAM_SHA_1, "fyko+d2lbbFgONRv9qkxdawL",
	  "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
	  "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,"
	  "s=QSXCR+Q6sek8bf92,i=4096",
	  "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,"
	  "p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
	  "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=" },
	{ SASL_SCRAM_SHA_256, "rOprNGfwEbeRWgbNEkqO",
	  "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
	  "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
	  "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
	  "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
	  "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
	  "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=" },
};

static void
test_scram(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const struct scram_case *c = &scram_cases[i];
		struct login l;

		login_open(&l, c->mech, "user", "pencil");
		sasl_set_nonce(&l.s, c->nonce);
		assert_int_equal(step(&l, ""), 0);
		assert_string_equal(l.response.p, c->first);
		assert_int_equal(step(&l, c->challenge), 0);
		assert_string_equal(l.response.p, c->final);
		/* A yes before the proof is none. */
		assert_int_equal(sasl_finish(&l.s, &l.err), -1);
		assert_int_equal(l.err.code, ERR_PROTO);
		assert_int_equal(step(&l, c->signature), 0);
		assert_int_equal(l.response.n, 0);
		assert_true(l.s.done);
		assert_int_equal(sasl_finish(&l.s, &l.err), 0);
		login_close(&l);
	}
}

/* What the first message says of channel binding, and the last repeats. */
static void
expect_flag(enum sasl_mech mech, const char *type, unsigned offered,
            const char *first, const char *final)
{
	struct login l;

	login_open(&l, mech, "user", "pencil");
	l.login.offered = offered;
	l.binding.type = type;
	memcpy(l.binding.data, "\x01\x02\x03", 3);
	l.binding.n = 3;
	sasl_set_nonce(&l.s, "abc");
	assert_int_equal(step(&l, ""), 0);
	assert_string_equal(l.response.p, first);
	assert_int_equal(step(&l, "r=abcdef,s=QSXCR+Q6sek8bf92,i=1"), 0);
	assert_true(slice_starts(str_slice(&l.response), final));
	login_close(&l);
}

static void
test_channel_binding(void **state)
{
	const unsigned plus = 1U << SASL_SCRAM_SHA_1_PLUS;
	struct login l;

	(void)state;
	expect_flag(SASL_SCRAM_SHA_1, NULL, 0, "n,,n=user,r=abc",
	            "c=biws,r=abcdef,p=");
	expect_flag(SASL_SCRAM_SHA_1, "tls-exporter", 0, "y,,n=user,r=abc",
	            "c=eSws,r=abcdef,p=");
	/* It is offered, but not used: that is no attack. */
	expect_flag(SASL_SCRAM_SHA_256, "tls-exporter", plus, "n,,n=user,r=abc",
	            "c=biws,r=abcdef,p=");
	expect_flag(SASL_SCRAM_SHA_1_PLUS, "tls-exporter", plus,
	            "p=tls-exporter,,n=user,r=abc",
	            "c=cD10bHMtZXhwb3J0ZXIsLAECAw==,r=abcdef,p=");
	assert_int_equal(sasl_upgrade(SASL_SCRAM_SHA_1, plus, true),
	                 SASL_SCRAM_SHA_1_PLUS);
	assert_int_equal(sasl_upgrade(SASL_SCRAM_SHA_1, plus, false),
	                 SASL_SCRAM_SHA_1);
	assert_int_equal(sasl_upgrade(SASL_SCRAM_SHA_256, plus, true),
	                 SASL_SCRAM_SHA_256);
	assert_int_equal(sasl_upgrade(SASL_PLAIN, plus, true), SASL_PLAIN);
	/* Nothing to bind to. */
	login_open(&l, SASL_SCRAM_SHA_1_PLUS, "user", "pencil");
	assert_int_equal(step(&l, ""), -1);
	assert_int_equal(l.err.code, ERR_CONFIG);
	login_close(&l);
	/* What the server says when another one stands in between. */
	login_open(&l, SASL_SCRAM_SHA_1_PLUS, "user", "pencil");
	l.binding.type = "tls-exporter";
	sasl_set_nonce(&l.s, "abc");
	assert_int_equal(step(&l, ""), 0);
	assert_int_equal(step(&l, "r=abcdef,s=QSXCR+Q6sek8bf92,i=1"), 0);
	assert_int_equal(step(&l, "e=channel-bindings-dont-match"), -1);
	assert_int_equal(l.err.code, ERR_PROTO);
	login_close(&l);
}

/* Made by tests/net/scram_plus.py --vectors, which shares no code with us: byte
 * i of a binding of n bytes is 7 i + n. */
static const struct {
	enum sasl_mech mech;
	const char *type;
	size_t n;
	const char *first;
	const char *challenge;
	const char *final; /* without the proof */
	const char *proof;
	const char *signature;
} plus_cases[] = {
	{ SASL_SCRAM_SHA_1_PLUS, "tls-exporter", 32,
	  "p=tls-exporter,,n=user,r=rOprNGfwEbeRWgbNEkqO",
	  "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=AQIDBAUGBwgJCgsMDQ4PEA==,i=4096",
	  "c=cD10bHMtZXhwb3J0ZXIsLCAnLjU8Q0pRWF9mbXR7gomQl56lrLO6wcjP1t3k6/L5,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,",
	  "p=y0+vFRyl86FljLPzQ/lw3pICqhU=", "v=GNpQAO9WkYr6eZxhfNE06mi1ZOc=" },
	{ SASL_SCRAM_SHA_1_PLUS, "tls-server-end-point", 32,
	  "p=tls-server-end-point,,n=user,r=rOprNGfwEbeRWgbNEkqO",
	  "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=AQIDBAUGBwgJCgsMDQ4PEA==,i=4096",
	  "c=cD10bHMtc2VydmVyLWVuZC1wb2ludCwsICcuNTxDSlFYX2ZtdHuCiZCXnqWss7rByM/W3eTr8vk=,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,",
	  "p=g7UOSy7DjOuYmNta8DVZ17cBUBs=", "v=ePVvzrTBDQbAnBG5UMjZ9n4gt/0=" },
	{ SASL_SCRAM_SHA_1_PLUS, "tls-server-end-point", 48,
	  "p=tls-server-end-point,,n=user,r=rOprNGfwEbeRWgbNEkqO",
	  "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=AQIDBAUGBwgJCgsMDQ4PEA==,i=4096",
	  "c=cD10bHMtc2VydmVyLWVuZC1wb2ludCwsMDc+RUxTWmFob3Z9hIuSmaCnrrW8w8rR2N/m7fT7AgkQFx4lLDM6QUhPVl1ka3J5,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,",
	  "p=F2twT6axAvUubvqi3qAGQzRJe18=", "v=8GuACABCjLmEuK4eWUTd59zaifA=" },
	{ SASL_SCRAM_SHA_1_PLUS, "tls-unique", 12,
	  "p=tls-unique,,n=user,r=rOprNGfwEbeRWgbNEkqO",
	  "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=AQIDBAUGBwgJCgsMDQ4PEA==,i=4096",
	  "c=cD10bHMtdW5pcXVlLCwMExohKC82PURLUlk=,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,",
	  "p=bCU8zbJFzpsSjvfi0HdvVfOcBYM=", "v=+yiG+0rgc0IY5l9ORvQjAOdMudo=" },
	{ SASL_SCRAM_SHA_256_PLUS, "tls-exporter", 32,
	  "p=tls-exporter,,n=user,r=rOprNGfwEbeRWgbNEkqO",
	  "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=AQIDBAUGBwgJCgsMDQ4PEA==,i=4096",
	  "c=cD10bHMtZXhwb3J0ZXIsLCAnLjU8Q0pRWF9mbXR7gomQl56lrLO6wcjP1t3k6/L5,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,",
	  "p=pSXVf3BxiwjUos7SFLpcXz0TSGiaqGJGDlbmcA+527M=",
	  "v=4EgtTmhMYPb78oE7ifXE7Lnb4H0qaK8+iD2wD3tY6G8=" },
	{ SASL_SCRAM_SHA_256_PLUS, "tls-server-end-point", 32,
	  "p=tls-server-end-point,,n=user,r=rOprNGfwEbeRWgbNEkqO",
	  "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=AQIDBAUGBwgJCgsMDQ4PEA==,i=4096",
	  "c=cD10bHMtc2VydmVyLWVuZC1wb2ludCwsICcuNTxDSlFYX2ZtdHuCiZCXnqWss7rByM/W3eTr8vk=,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,",
	  "p=DtCV+QOrDCB/u79ID32lm1WNF8kL7iksvZ41huu5mAI=",
	  "v=KW2pc7aUHkrdJ8zz7y933iFjuLb/oTSi0CywPeMN3KE=" },
	{ SASL_SCRAM_SHA_256_PLUS, "tls-server-end-point", 48,
	  "p=tls-server-end-point,,n=user,r=rOprNGfwEbeRWgbNEkqO",
	  "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=AQIDBAUGBwgJCgsMDQ4PEA==,i=4096",
	  "c=cD10bHMtc2VydmVyLWVuZC1wb2ludCwsMDc+RUxTWmFob3Z9hIuSmaCnrrW8w8rR2N/m7fT7AgkQFx4lLDM6QUhPVl1ka3J5,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,",
	  "p=DIxI3XFhlZ8iu+i5nzemCKw3NyuMB2+HfUL4P0ucQnM=",
	  "v=QSICnMf7SNFLJMNrvfLUJW7fJxeXA7fUmL9VS2o1CwU=" },
	{ SASL_SCRAM_SHA_256_PLUS, "tls-unique", 12,
	  "p=tls-unique,,n=user,r=rOprNGfwEbeRWgbNEkqO",
	  "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=AQIDBAUGBwgJCgsMDQ4PEA==,i=4096",
	  "c=cD10bHMtdW5pcXVlLCwMExohKC82PURLUlk=,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,",
	  "p=c700l/pzcRe+zQmxy5HdBeMi+Y+SBNvraBxbv95sgJ4=",
	  "v=hbXW9BK+c+IqfutBJMR3GMwJOz3lLLnabd7SKhhOQgg=" },
};

static void
test_channel_binding_vectors(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof plus_cases / sizeof plus_cases[0]; i++) {
		struct str final;
		struct login l;

		login_open(&l, plus_cases[i].mech, "user", "pencil");
		l.binding.type = plus_cases[i].type;
		l.binding.n = plus_cases[i].n;
		for (size_t k = 0; k < l.binding.n; k++)
			l.binding.data[k] =
				(unsigned char)(7 * k + l.binding.n);
		sasl_set_nonce(&l.s, "rOprNGfwEbeRWgbNEkqO");
		assert_int_equal(step(&l, ""), 0);
		assert_string_equal(l.response.p, plus_cases[i].first);
		assert_int_equal(step(&l, plus_cases[i].challenge), 0);
		str_init(&final, 1000);
		str_add_z(&final, plus_cases[i].final);
		str_add_z(&final, plus_cases[i].proof);
		assert_string_equal(l.response.p, final.p);
		str_release(&final);
		assert_int_equal(step(&l, plus_cases[i].signature), 0);
		assert_int_equal(sasl_finish(&l.s, &l.err), 0);
		login_close(&l);
	}
}

/* Capitals stand for what is prepared; "?" cannot be. */
static int
prepare(struct slice s, struct str *out)
{
	if (slice_find(s, '?') < s.n)
		return -1;
	for (size_t i = 0; i < s.n; i++)
		str_add_c(out, byte_lower(s.p[i]));
	return 0;
}

static void
test_prepared(void **state)
{
	const struct scram_case *c = &scram_cases[0];
	struct login l;

	(void)state;
	login_open(&l, c->mech, "USER", "PENCIL");
	l.login.prepare = prepare;
	sasl_set_nonce(&l.s, c->nonce);
	assert_int_equal(step(&l, ""), 0);
	assert_string_equal(l.response.p, c->first);
	assert_int_equal(step(&l, c->challenge), 0);
	assert_string_equal(l.response.p, c->final);
	login_close(&l);
	login_open(&l, SASL_SCRAM_SHA_256, "user", "pen?cil");
	l.login.prepare = prepare;
	assert_int_equal(step(&l, ""), -1);
	assert_int_equal(l.err.code, ERR_CONFIG);
	assert_int_equal(l.response.n, 0);
	login_close(&l);
	/* The others send what was typed. */
	login_open(&l, SASL_PLAIN, "User", "Pen?cil");
	l.login.prepare = prepare;
	assert_int_equal(step(&l, ""), 0);
	assert_memory_equal(l.response.p, "\0User\0Pen?cil", 13);
	login_close(&l);
}

static void
test_scram_impostors(void **state)
{
	static const char *const challenges[] = {
		"",
		"r=",
		"r=fyko+d2lbbFgONRv9qkxdawL,s=QSXCR+Q6sek8bf92,i=4096",
		"r=other3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
		"r=fyko+d2lbbFgONRv9qkxdawLx,s=,i=4096",
		"r=fyko+d2lbbFgONRv9qkxdawLx,s=*,i=4096",
		"r=fyko+d2lbbFgONRv9qkxdawLx,s=QSXCR+Q6sek8bf92,i=0",
		"r=fyko+d2lbbFgONRv9qkxdawLx,s=QSXCR+Q6sek8bf92,i=-1",
		"r=fyko+d2lbbFgONRv9qkxdawLx,s=QSXCR+Q6sek8bf92,i=4294967297",
		"r=fyko+d2lbbFgONRv9qkxdawLx,s=QSXCR+Q6sek8bf92",
		"m=x,r=fyko+d2lbbFgONRv9qkxdawLx,s=QSXCR+Q6sek8bf92,i=1",
	};
	const struct scram_case *c = &scram_cases[0];
	struct login l;

	(void)state;
	for (size_t i = 0; i < sizeof challenges / sizeof challenges[0]; i++) {
		login_open(&l, c->mech, "user", "pencil");
		sasl_set_nonce(&l.s, c->nonce);
		assert_int_equal(step(&l, ""), 0);
		assert_int_equal(step(&l, challenges[i]), -1);
		assert_int_equal(l.err.code, ERR_PROTO);
		login_close(&l);
	}
	login_open(&l, c->mech, "user", "pencil");
	sasl_set_nonce(&l.s, c->nonce);
	assert_int_equal(step(&l, ""), 0);
	assert_int_equal(step(&l, c->challenge), 0);
	assert_int_equal(step(&l, "v=cmF9pqV8S7suAoZWja4dJRkFsKQ="), -1);
	assert_int_equal(l.err.code, ERR_PROTO);
	assert_int_equal(sasl_finish(&l.s, &l.err), -1);
	login_close(&l);
	login_open(&l, c->mech, "a,b=c", "pencil");
	sasl_set_nonce(&l.s, c->nonce);
	assert_int_equal(step(&l, ""), 0);
	assert_string_equal(l.response.p,
	                    "n,,n=a=2Cb=3Dc,r=fyko+d2lbbFgONRv9qkxdawL");
	assert_int_equal(step(&l, c->challenge), 0);
	assert_int_equal(step(&l, "e=invalid-proof"), -1);
	assert_int_equal(l.err.code, ERR_AUTH);
	login_close(&l);
	/* Two nonces are two. */
	{
		struct login m;

		login_open(&l, c->mech, "user", "pencil");
		login_open(&m, c->mech, "user", "pencil");
		assert_int_equal(step(&l, ""), 0);
		assert_int_equal(step(&m, ""), 0);
		assert_string_not_equal(l.response.p, m.response.p);
		login_close(&l);
		login_close(&m);
	}
}

static void
test_oauth(void **state)
{
	struct login l;
	struct str encoded;

	(void)state;
	login_open(&l, SASL_XOAUTH2, "user@example.kr", "ya29.TOKEN");
	assert_int_equal(step(&l, ""), 0);
	str_init(&encoded, RESPONSE_MAX);
	codec_base64_encode(l.response.p, l.response.n, &encoded);
	assert_string_equal(encoded.p,
	                    "dXNlcj11c2VyQGV4YW1wbGUua3IBYXV0aD1CZWFyZXIgeWEyO"
	                    "S5UT0tFTgEB");
	str_release(&encoded);
	assert_int_equal(step(&l, "{\"status\":\"401\"}"), 0);
	assert_int_equal(l.response.n, 0);
	assert_int_equal(step(&l, "again"), -1);
	login_close(&l);
	login_open(&l, SASL_OAUTHBEARER, "a,b=c@example.kr", "T");
	assert_int_equal(step(&l, ""), 0);
	assert_string_equal(l.response.p,
	                    "n,a=a=2Cb=3Dc@example.kr,\001host=pop.example.kr"
	                    "\001port=995\001auth=Bearer T\001\001");
	assert_int_equal(step(&l, "{\"status\":\"invalid_token\"}"), 0);
	assert_string_equal(l.response.p, "\001");
	login_close(&l);
}

static void
test_separators_in_secrets(void **state)
{
	struct login l;

	(void)state;
	login_open(&l, SASL_PLAIN, "user", "x");
	secret_set(&l.secret, "a\0b", 3);
	assert_int_equal(step(&l, ""), -1);
	assert_int_equal(l.err.code, ERR_CONFIG);
	login_close(&l);
	login_open(&l, SASL_XOAUTH2, "user", "a\001b");
	assert_int_equal(step(&l, ""), -1);
	assert_int_equal(l.err.code, ERR_CONFIG);
	login_close(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_plain_and_login),
		cmocka_unit_test(test_cram_md5),
		cmocka_unit_test(test_scram),
		cmocka_unit_test(test_channel_binding),
		cmocka_unit_test(test_channel_binding_vectors),
		cmocka_unit_test(test_prepared),
		cmocka_unit_test(test_scram_impostors),
		cmocka_unit_test(test_oauth),
		cmocka_unit_test(test_separators_in_secrets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
