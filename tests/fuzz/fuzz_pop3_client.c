/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A whole POP3 session: the server's side is the input, the first byte chooses
 * how we behave. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "fuzz/bytes_stream.h"
#include "proto/pop3_client.h"
#include "util/secret.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MESSAGE_MAX 4096
#define FETCH_MAX   64

struct seen {
	size_t next; /* index that must begin */
	bool open;
	uint64_t size;
};

static int
on_begin(void *ctx, size_t index, struct err *err)
{
	struct seen *seen = ctx;

	(void)err;
	assert(!seen->open && index == seen->next);
	seen->open = true;
	seen->size = 0;
	return 0;
}

static int
on_data(void *ctx, const char *p, size_t n, struct err *err)
{
	struct seen *seen = ctx;

	(void)err;
	assert(seen->open && n > 0 && p != NULL);
	seen->size += n;
	assert(seen->size <= MESSAGE_MAX);
	return 0;
}

static int
on_end(void *ctx, size_t index, bool ok, const struct err *why, struct err *err)
{
	struct seen *seen = ctx;

	(void)err;
	assert(seen->open && index == seen->next);
	assert(ok == (why == NULL));
	assert(ok || why->code != ERR_NONE);
	seen->open = false;
	seen->next++;
	return 0;
}

static void
check_listing(const struct pop3_listing *l)
{
	for (size_t i = 0; i < l->n; i++) {
		const char *uidl = l->v[i].uidl;

		assert(l->v[i].number > 0);
		assert(i == 0 || l->v[i - 1].number < l->v[i].number);
		for (size_t k = 0; uidl != NULL && uidl[k] != '\0'; k++)
			assert(uidl[k] > ' ' && uidl[k] < 0x7f);
	}
}

static void
run_session(struct pop3 *p, unsigned how)
{
	struct pop3_listing l;
	struct err err = { 0 };
	uint32_t numbers[FETCH_MAX];
	struct seen seen = { 0 };
	const struct pop3_sink sink = { on_begin, on_data, on_end, &seen,
		                        NULL };
	size_t refused = 0;
	size_t n = 0;

	if (pop3_list(p, &l, &err) < 0) {
		assert(err.code != ERR_NONE && l.n == 0);
		return;
	}
	check_listing(&l);
	for (; n < l.n && n < FETCH_MAX; n++)
		numbers[n] = l.v[n].number;
	pop3_listing_release(&l);
	if ((how & 64) != 0) {
		struct str out;

		str_init(&out, MESSAGE_MAX);
		(void)pop3_top(p, 1, 0, &out, &err);
		str_release(&out);
	}
	if (pop3_retr(p, numbers, n, MESSAGE_MAX, &sink, &err) == 0)
		assert(seen.next == n && !seen.open);
	if (pop3_dele(p, numbers, n, &refused, &err) == 0)
		assert(refused <= n);
	(void)pop3_quit(p, &err);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct secret secret = { 0 };
	unsigned how = size > 0 ? data[0] : 0;
	struct pop3_opts opts = {
		.host = "mx.test",
		.port = 110,
		.tls = (how & 1) != 0 ? POP3_TLS_STLS : POP3_TLS_NONE,
		.user = "me@a.kr",
		.secret = &secret,
		.mech = (how & 2) != 0 ? (enum sasl_mech)(how >> 3 & 7)
		                       : SASL_NONE,
		.timeout_ms = 1000,
		.cancel_fd = -1,
	};
	struct err err = { 0 };
	struct slice said = slice_from(slice_make((const char *)data, size), 1);
	struct pop3 *p;

	secret_set(&secret, "secret", 6);
	p = pop3_open_stream(bytes_stream(said, (how & 4) != 0, NULL), &opts,
	                     &err);
	assert((p == NULL) == (err.code != ERR_NONE));
	if (p != NULL)
		run_session(p, how);
	pop3_close(&p);
	secret_release(&secret);
	return 0;
}
