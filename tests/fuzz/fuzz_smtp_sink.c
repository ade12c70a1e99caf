/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A whole session of the small SMTP server. */
#include <assert.h>
#include <stdint.h>

#include "fuzz/bytes_stream.h"
#include "proto/smtp_sink.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
take(void *ctx, struct slice from, const struct slice *rcpt, size_t rcpt_count,
     struct slice data)
{
	(void)ctx;
	assert(from.n <= 320 && rcpt_count > 0 && rcpt[0].n > 0);
	assert(data.n == 0 || slice_ends(data, "\r\n"));
	return data.n % 2 == 0 ? 0 : -1;
}

static bool
in(void *ctx, struct slice user, struct slice password)
{
	(void)ctx;
	return user.n >= password.n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct smtp_sink_opts opts = { .message = take };
	struct err err = { 0 };
	struct stream *s;
	int rc;

	if (size == 0)
		return 0;
	if ((data[0] & 1) != 0)
		opts.login = in;
	s = bytes_stream(slice_make((const char *)data + 1, size - 1),
	                 (data[0] & 2) != 0, NULL);
	rc = smtp_sink_run(s, &opts, &err);
	assert((rc != 0) == (err.code != ERR_NONE));
	stream_close(&s);
	return 0;
}
