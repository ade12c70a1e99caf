/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A whole session of the POP3 server over a maildrop of two messages. */
#include <assert.h>
#include <stdint.h>

#include "fuzz/bytes_stream.h"
#include "proto/pop3_server.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const texts[] = { "Subject: a\r\n\r\n.\r\n..b\r\n", "x" };

struct drop {
	int in;
	int out;
	int commits;
};

static int
drop_login(void *ctx, struct slice user, struct slice password)
{
	struct drop *d = ctx;

	if (slice_eq_z(user, "busy"))
		return -1;
	d->in += password.n == 1;
	return password.n == 1;
}

static size_t
drop_count(void *ctx)
{
	(void)ctx;
	return 2;
}

static uint64_t
drop_size(void *ctx, size_t i)
{
	(void)ctx;
	assert(i < 2);
	return strlen(texts[i]);
}

static int
drop_uidl(void *ctx, size_t i, struct str *out)
{
	(void)ctx;
	assert(i < 2);
	str_printf(out, "u%zu", i);
	return 0;
}

static int
drop_read(void *ctx, size_t i, struct str *out)
{
	(void)ctx;
	assert(i < 2);
	str_add_z(out, texts[i]);
	return 0;
}

static int
drop_commit(void *ctx, const bool *gone)
{
	struct drop *d = ctx;

	assert(gone[0] || gone[1]);
	d->commits++;
	return 0;
}

static void
drop_logout(void *ctx)
{
	struct drop *d = ctx;

	d->out++;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct maildrop_ops ops = {
		drop_login, drop_count,  drop_size,   drop_uidl,
		drop_read,  drop_commit, drop_logout,
	};
	struct drop d = { 0 };
	struct pop3_server_opts opts = { .ops = &ops,
		                         .ctx = &d,
		                         .login_delay_ms = -1 };
	struct err err = { 0 };
	struct stream *s;
	int rc;

	if (size == 0)
		return 0;
	s = bytes_stream(slice_make((const char *)data + 1, size - 1),
	                 (data[0] & 1) != 0, NULL);
	rc = pop3_server_run(s, &opts, &err);
	assert((rc != 0) == (err.code != ERR_NONE));
	assert(d.in <= 1 && d.in == d.out && d.commits <= d.in);
	stream_close(&s);
	return 0;
}
