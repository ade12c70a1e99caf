/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SASL: the first byte is the mechanism, the lines after it are challenges. */
#include <assert.h>
#include <stdint.h>

#include "net/sasl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum sasl_mech mech = size > 0
	                              ? (enum sasl_mech)((data[0] & 15) %
	                                                 (SASL_OAUTHBEARER + 1))
	                              : SASL_PLAIN;
	struct slice rest = slice_from(slice_make((const char *)data, size), 1);
	struct secret secret = { 0 };
	const struct sasl_binding binding = { .type = "tls-unique", .n = 12 };
	const struct sasl_login login = { .user = "user",
		                          .secret = &secret,
		                          .host = "mx.test",
		                          .port = 995,
		                          .binding = &binding };
	struct err err = { 0 };
	struct slice challenge;
	struct str response;
	struct sasl s;
	int steps = 0;

	secret_set(&secret, "pencil", 6);
	sasl_init(&s, mech, &login);
	if (mech == SASL_SCRAM_SHA_1 || mech == SASL_SCRAM_SHA_256 ||
	    sasl_is_plus(mech))
		sasl_set_nonce(&s, "fyko+d2lbbFgONRv9qkxdawL");
	str_init(&response, 65536);
	while (slice_line(&rest, &challenge)) {
		str_clear(&response);
		if (sasl_step(&s, challenge, &response, &err) < 0) {
			assert(err.code != ERR_NONE);
			break;
		}
		assert(++steps <= 3);
	}
	err = (struct err){ 0 };
	if (sasl_finish(&s, &err) < 0)
		assert(err.code != ERR_NONE);
	str_release(&response);
	sasl_release(&s);
	secret_release(&secret);
	return 0;
}
