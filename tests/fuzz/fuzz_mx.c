/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers of DNS: whatever comes, lines of names or an error. */
#include <assert.h>
#include <stdint.h>

#include "conf/mx.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str hosts;
	int rc;

	str_init(&hosts, 1000000);
	rc = mx_parse(data, size, &hosts, NULL);
	assert(rc == 0 || hosts.n == 0);
	assert(hosts.n == 0 || hosts.p[hosts.n - 1] == '\n');
	str_release(&hosts);
	return 0;
}
