/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole messages: the tree is sound, all that is shown is safe. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mime/build.h"
#include "mime/limits.h"
#include "mime/message.h"
#include "mime/part.h"
#include "util/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* More than any input of a few kilobytes can give. */
#define OUT_MAX 10000000

static void
check_tree(const struct message *m)
{
	size_t n = 0;

	for (const struct part *p = m->root; p != NULL; p = part_walk(p)) {
		assert(p->parent == NULL || p->parent->child != NULL);
		assert(p->body.n <= m->raw.n);
		n++;
	}
	assert(n <= MIME_PARTS_MAX + MIME_DEPTH_MAX);
}

static void
check_safe(struct slice s)
{
	for (size_t i = 0; i < s.n;) {
		uint32_t c;

		i += utf8_decode(s.p + i, s.n - i, &c);
		assert(c >= 0x20 || c == '\n' || c == '\t');
		assert(c < 0x7f || c > 0x9f);
	}
}

static void
check_names(const struct message *m)
{
	struct str s;

	str_init(&s, OUT_MAX);
	for (const struct part *p = m->root; p != NULL; p = part_walk(p)) {
		str_clear(&s);
		part_save_name(p, &s);
		assert(s.n > 0 && s.n <= 255 && s.p[0] != '.');
		assert(memchr(s.p, '/', s.n) == NULL);
		check_safe(str_slice(&s));
	}
	str_release(&s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct message m;
	struct str s;

	message_parse(&m, slice_make((const char *)data, size));
	check_tree(&m);
	check_names(&m);
	str_init(&s, OUT_MAX);
	message_display(&m, 80, &s);
	check_safe(str_slice(&s));
	str_clear(&s);
	build_quote(&m, &s);
	check_safe(str_slice(&s));
	str_clear(&s);
	message_words(&m, 200, &s);
	assert(s.n <= 200);
	check_safe(str_slice(&s));
	str_clear(&s);
	message_json(&m, &s);
	assert(utf8_valid(s.p, s.n));
	str_release(&s);
	message_release(&m);
	return 0;
}
