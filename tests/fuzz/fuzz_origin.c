/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any header is looked at for what the provider wrote; the way it took, too. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "mail/origin.h"
#include "mail/spam_trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char address[] = "kim@home.example";
	struct account a = { .address = address };
	struct origin_hosts hosts;
	struct spam_view v;
	struct str evidence;
	struct message m;
	struct origin o;

	origin_hosts_of(&a, NULL, &hosts);
	message_parse(&m, slice_make((const char *)data, size));
	origin_of(&m, &hosts, &o);
	(void)origin_refutes(&o, &m);
	(void)origin_calls_spam(&m, &hosts);
	origin_release(&o);
	origin_of(&m, NULL, &o);
	assert(o.dmarc == ORIGIN_SILENT && o.signers.n == 0);
	origin_release(&o);
	spam_view_init(&v, &m);
	spam_view_trust(&v, &m, &hosts);
	str_init(&evidence, 4096);
	(void)spam_trace_forged(&v, &evidence);
	(void)spam_trace_helo(&v, &evidence);
	(void)spam_trace_backwards(&v);
	str_release(&evidence);
	spam_view_release(&v);
	message_release(&m);
	origin_hosts_release(&hosts);
	return 0;
}
