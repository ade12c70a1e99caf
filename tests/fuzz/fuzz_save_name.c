/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names to save under: one plain component, whatever the mail says. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "mime/message.h"
#include "util/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const struct str *name)
{
	assert(name->n > 0 && name->n <= 255);
	assert(utf8_valid(name->p, name->n));
	assert(name->p[0] != '.' && name->p[0] != '-' && name->p[0] != ' ');
	for (size_t i = 0; i < name->n;) {
		uint32_t c;

		i += utf8_decode(name->p + i, name->n - i, &c);
		assert(c != '/' && c != '\\' && c != 0 && !utf8_is_unsafe(c));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct part p = { .type = SLICE_LIT("application/pdf") };
	struct message m;
	struct str name;
	struct str raw;

	str_init(&name, 4096);
	p.filename = slice_make((const char *)data, size);
	part_save_name(&p, &name);
	check(&name);
	str_init(&raw, size + 100);
	str_add_z(&raw, "Content-Disposition: attachment; filename");
	str_add_slice(&raw, p.filename);
	message_parse(&m, str_slice(&raw));
	str_clear(&name);
	part_save_name(m.root, &name);
	check(&name);
	message_release(&m);
	str_release(&raw);
	str_release(&name);
	return 0;
}
