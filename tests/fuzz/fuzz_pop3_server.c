/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A whole session of the POP3 server over a maildrop of three messages, one of
 * which cannot be read. */
#include <assert.h>
#include <stdint.h>

#include "fuzz/bytes_stream.h"
#include "proto/pop3_server.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const texts[] = {
	"Subject: a\r\n\r\n.\r\n..b\r\n",
	".x\n.\n\r\n.",
	"never",
};

struct drop {
	int in;
	int out;
	int commits;
	bool open;
	struct slice left; /* of the open message */
	size_t piece;
};

static enum pop3_login
drop_login(void *ctx, struct slice user, struct slice password)
{
	struct drop *d = ctx;

	if (slice_eq_z(user, "busy"))
		return POP3_LOGIN_BUSY;
	if (slice_eq_z(user, "later"))
		return POP3_LOGIN_NOT_NOW;
	d->in += password.n == 1;
	return password.n == 1 ? POP3_LOGIN_YES : POP3_LOGIN_WRONG;
}

static size_t
drop_count(void *ctx)
{
	(void)ctx;
	return 3;
}

static uint64_t
drop_size(void *ctx, size_t i)
{
	(void)ctx;
	assert(i < 3);
	return strlen(texts[i]);
}

static int
drop_uidl(void *ctx, size_t i, struct str *out)
{
	(void)ctx;
	assert(i < 3);
	str_printf(out, "u%zu", i);
	return 0;
}

static int
drop_open(void *ctx, size_t i)
{
	struct drop *d = ctx;

	assert(i < 3 && !d->open);
	d->open = i != 2;
	d->left = slice_of(texts[i]);
	return d->open ? 0 : -1;
}

static ssize_t
drop_read(void *ctx, char *p, size_t n)
{
	struct drop *d = ctx;
	struct slice piece = slice_head(d->left, d->piece < n ? d->piece : n);

	assert(d->open);
	if (piece.n > 0)
		memcpy(p, piece.p, piece.n);
	d->left = slice_from(d->left, piece.n);
	return (ssize_t)piece.n;
}

static void
drop_close(void *ctx)
{
	struct drop *d = ctx;

	assert(d->open);
	d->open = false;
}

static int
drop_commit(void *ctx, const bool *gone)
{
	struct drop *d = ctx;

	assert(gone[0] || gone[1] || gone[2]);
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
	struct drop d = { 0 };
	struct pop3_server_opts opts = { .ops = &ops,
		                         .ctx = &d,
		                         .login_delay_ms = -1 };
	struct err err = { 0 };
	struct stream *s;
	int rc;

	if (size == 0)
		return 0;
	d.piece = 1 + (data[0] >> 1) % 16;
	s = bytes_stream(slice_make((const char *)data + 1, size - 1),
	                 (data[0] & 1) != 0, NULL);
	rc = pop3_server_run(s, &opts, &err);
	assert((rc != 0) == (err.code != ERR_NONE));
	assert(d.in <= 1 && d.in == d.out && d.commits <= d.in && !d.open);
	stream_close(&s);
	return 0;
}
