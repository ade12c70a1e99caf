/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any message: what it says about leaving its list is a request or nothing. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "mail/unsubscribe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct unsubscribe u;
	struct message m;

	message_parse(&m, slice_make((const char *)data, size));
	unsubscribe_of(&m, NULL, &u);
	assert((u.url != NULL) == (u.host != NULL && u.target != NULL));
	if (u.url != NULL) {
		assert(strncasecmp(u.url, "https://", 8) == 0);
		assert(strpbrk(u.host, " \t\r\n@:/\\") == NULL);
		assert(u.target[0] == '/');
		assert(strpbrk(u.target, " \t\r\n") == NULL);
		assert(u.port > 0 && u.port <= 65535);
	}
	if (u.way == UNSUBSCRIBE_MAIL)
		assert(addr_spec_ok(slice_of(u.to)));
	if (u.way == UNSUBSCRIBE_POST || u.way == UNSUBSCRIBE_WEB)
		assert(u.url != NULL);
	unsubscribe_release(&u);
	message_release(&m);
	return 0;
}
