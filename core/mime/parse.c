/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A message: the tree of its bytes (tree.c), what is encoded in it opened. */
#include "mime/parse.h"

#include <string.h>

#include "mime/cte.h"
#include "mime/limits.h"
#include "mime/part.h"
#include "mime/tree.h"

#include "util/banned.h"

/* Messages inside that are encoded: they need their bytes decoded first. */
static void
parse_encoded(struct message *m, size_t *parts)
{
	size_t left = MIME_ENCODED_MESSAGES_MAX;

	for (struct part *p = m->root; p != NULL && left > 0;
	     p = part_walk(p)) {
		struct slice body = p->body;
		struct str bytes;

		if (!p->is_message || p->child != NULL ||
		    p->cte == CTE_IDENTITY || *parts >= MIME_PARTS_MAX)
			continue;
		left--;
		str_init(&bytes, MIME_BODY_MAX);
		cte_decode(p->cte, body, &bytes);
		body = arena_slice(&m->arena, str_slice(&bytes));
		str_release(&bytes);
		tree_build(m, body, p, parts);
		p->body = body;
		p->cte = CTE_IDENTITY;
	}
}

/* Charset of the first text, then the file names, which may need it. */
static void
finish(struct message *m)
{
	for (struct part *p = m->root; p != NULL; p = part_walk(p))
		if (part_is_text(p) && p->charset.n > 0 &&
		    m->text_charset == CHARSET_UNKNOWN)
			m->text_charset = charset_lookup(p->charset);
	for (struct part *p = m->root; p != NULL; p = part_walk(p))
		part_read_filename(m, p);
}

static void
parse(struct message *m, struct slice raw, bool mapped)
{
	size_t parts = 0;

	memset(m, 0, sizeof *m);
	m->mapped = mapped;
	if (raw.p == NULL)
		raw = SLICE_LIT("");
	m->raw = raw;
	tree_build(m, raw, NULL, &parts);
	parse_encoded(m, &parts);
	finish(m);
}

void
message_parse(struct message *m, struct slice raw)
{
	parse(m, raw, false);
}

void
message_parse_map(struct message *m, struct slice raw)
{
	parse(m, raw, raw.p != NULL);
}

void
message_release(struct message *m)
{
	if (m == NULL)
		return;
	arena_release(&m->arena);
	memset(m, 0, sizeof *m);
}
