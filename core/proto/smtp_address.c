/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What may stand between "<" and ">" of MAIL and RCPT. */
#include "proto/smtp_address.h"

#include "util/utf8.h"

#include "util/banned.h"

enum smtp_address
smtp_address_check(struct slice spec)
{
	size_t i = 0;
	bool eight = false;

	if (spec.n == 0 || spec.n > SMTP_ADDRESS_MAX ||
	    !utf8_valid(spec.p, spec.n))
		return SMTP_ADDRESS_BAD;
	while (i < spec.n) {
		uint32_t c;

		i += utf8_decode(spec.p + i, spec.n - i, &c);
		if (c <= ' ' || c == '<' || c == '>' || utf8_is_unsafe(c))
			return SMTP_ADDRESS_BAD;
		eight = eight || c > 0x7f;
	}
	return eight ? SMTP_ADDRESS_8BIT : SMTP_ADDRESS_OK;
}
