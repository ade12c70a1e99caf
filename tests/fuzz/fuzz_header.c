/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Header blocks: fields lie inside, in order, and the body begins behind. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mime/header.h"
#include "mime/message.h"
#include "util/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_fields(const struct message *m)
{
	const char *at = m->raw.p;

	for (size_t i = 0; i < m->root->field_count; i++) {
		const struct header_field *f = &m->root->fields[i];

		assert(f->name.n > 0 && f->name.p >= at);
		assert(f->value.p > f->name.p);
		at = f->value.p + f->value.n;
		assert(at <= m->raw.p + m->raw.n);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "Subject", "From", "To" };
	struct arena a = { NULL };
	struct addr_list list;
	struct message m;
	struct slice *ids;
	struct str s;
	int64_t t;
	size_t n;

	message_parse(&m, slice_make((const char *)data, size));
	check_fields(&m);
	str_init(&s, MESSAGE_FIELD_MAX);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		(void)message_text_field(&m, m.root, names[i], &s);
	message_addrs(&m, "From", &a, &list);
	(void)message_date(&m, &t);
	(void)message_id(&m);
	message_references(&m, &a, &ids, &n);
	assert(n <= size);
	str_release(&s);
	message_release(&m);
	arena_release(&a);
	return 0;
}
