/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A whole SMTP session: the server's side is the input, the first byte chooses
 * how we behave. */
#include <assert.h>
#include <stdint.h>

#include "fuzz/bytes_stream.h"
#include "proto/smtp_client.h"
#include "util/secret.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
send_mail(struct smtp *c)
{
	struct smtp_recipient rcpt[3] = { { .spec = "a@b.kr" },
		                          { .spec = "c@d.kr" },
		                          { .spec = "e@f.kr" } };
	struct err err = { 0 };
	bool in_doubt = false;
	int rc = smtp_send(c, "me@a.kr", rcpt, 3,
	                   slice_of("Subject: x\n\n.hello\n"), &in_doubt, &err);

	assert((rc == 0) == (err.code == ERR_NONE));
	for (size_t i = 0; i < 3; i++) {
		/* An answer for all, or doubt, or none was sent. */
		if (rc == 0)
			assert(rcpt[i].fate != SMTP_FATE_UNKNOWN);
		else
			assert(rcpt[i].fate != SMTP_FATE_SENT);
		if (rc != 0 && rcpt[i].fate == SMTP_FATE_UNKNOWN)
			assert(in_doubt || err.code == ERR_REFUSED);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct secret secret = { 0 };
	unsigned how = size > 0 ? data[0] : 0;
	struct smtp_opts opts = {
		.host = "mx.test",
		.port = 25,
		.tls = (how & 1) != 0 ? SMTP_TLS_STARTTLS : SMTP_TLS_NONE,
		.mech = (how & 2) != 0 ? (enum sasl_mech)(how >> 4 & 7)
		                       : SASL_NONE,
		.timeout_ms = 1000,
		.cancel_fd = -1,
	};
	struct err err = { 0 };
	struct smtp *c;

	if (size == 0)
		return 0;
	secret_set(&secret, "secret", 6);
	if ((how & 4) != 0) {
		opts.user = "kim";
		opts.secret = &secret;
	}
	c = smtp_open_stream(
		bytes_stream(slice_make((const char *)data + 1, size - 1),
	                     (how & 8) == 0, NULL),
		&opts, &err);
	assert((c == NULL) == (err.code != ERR_NONE));
	if (c != NULL) {
		send_mail(c);
		send_mail(c);
	}
	smtp_close(&c);
	secret_release(&secret);
	return 0;
}
