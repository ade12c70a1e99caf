/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parse a folder of mail: all header fields decoded, all text as UTF-8. */
#include "bench/bench.h"
#include "mime/lex.h"
#include "mime/message.h"
#include "mime/part.h"
#include "mime/word.h"

/* Longer than any text of the folder. */
#define TEXT_MAX ((size_t)64 << 20)

static size_t
fields(const struct message *m, const struct part *p, struct str *out)
{
	struct detect_hint hint = word_hint(m);
	size_t n = 0;

	for (size_t i = 0; i < p->field_count; i++) {
		str_clear(out);
		word_decode(&hint, p->fields[i].value, out);
		n += out->n;
	}
	return n;
}

static size_t
people(const struct message *m)
{
	struct arena arena = { 0 };
	struct addr_list list;
	int64_t date = 0;
	size_t n;

	message_addrs(m, "From", &arena, &list);
	n = list.n > 0 ? list.v[0].spec.n : 0;
	n += message_date(m, &date) ? 1 : 0;
	arena_release(&arena);
	return n;
}

static size_t
one(const char *p, size_t n)
{
	struct message m;
	struct str out;
	size_t total;

	message_parse(&m, slice_make(p, n));
	str_init(&out, TEXT_MAX);
	total = people(&m);
	for (const struct part *part = m.root; part != NULL;
	     part = part_walk(part)) {
		total += fields(&m, part, &out);
		if (part->child != NULL || !part_is_text(part))
			continue;
		str_clear(&out);
		part_text(&m, part, &out, NULL);
		total += out.n;
	}
	str_release(&out);
	message_release(&m);
	return total;
}

int
main(int argc, char **argv)
{
	return bench_main(argc, argv, one);
}
