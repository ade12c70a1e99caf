/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The decoded header fields of a message. */
#include "mime/message.h"

#include <string.h>

#include "mime/date.h"
#include "mime/lex.h"
#include "mime/limits.h"
#include "mime/msgid.h"
#include "mime/word.h"
#include "text/unicode.h"
#include "util/array.h"

#include "util/banned.h"

/* Date fields that are tried; more than two were never seen. */
#define DATES_MAX 4
/* Bytes shown of a date that is none. */
#define ODD_DATE_MAX 60

bool
message_text_field(const struct message *m, const struct part *p,
                   const char *name, struct str *out)
{
	struct slice raw = part_field(p, name, 0);
	struct detect_hint hint;
	struct str decoded;

	if (raw.p == NULL)
		return false;
	hint = word_hint(m);
	str_init(&decoded, MESSAGE_FIELD_MAX);
	word_decode(&hint, raw, &decoded);
	lex_squeeze(str_slice(&decoded), out);
	str_release(&decoded);
	return true;
}

bool
message_subject(const struct message *m, struct str *out)
{
	return message_text_field(m, m->root, "Subject", out);
}

void
message_addrs(const struct message *m, const char *name, struct arena *a,
              struct addr_list *list_r)
{
	struct slice want = slice_of(name);
	struct addr_list some;
	ARRAY(struct addr) all = { NULL, 0, 0 };

	for (size_t i = 0; i < m->root->field_count; i++) {
		if (!slice_ieq(m->root->fields[i].name, want))
			continue;
		addr_parse(a, m, m->root->fields[i].value, &some);
		for (size_t j = 0; j < some.n && all.n < MIME_ADDRS_MAX; j++)
			array_add(&all, some.v[j]);
	}
	list_r->n = all.n;
	list_r->v = arena_calloc(a, all.n, sizeof *list_r->v);
	if (all.n > 0)
		memcpy(list_r->v, all.v, all.n * sizeof *list_r->v);
	array_release(&all);
}

bool
message_date(const struct message *m, int64_t *t_r)
{
	struct slice raw;

	for (size_t n = 0; n < DATES_MAX; n++) {
		raw = part_field(m->root, "Date", n);
		if (raw.p == NULL)
			return false;
		if (date_parse(raw, t_r))
			return true;
	}
	return false;
}

bool
message_odd_date(const struct message *m, struct str *out)
{
	struct str words;
	int64_t t;
	bool odd;

	str_init(&words, MESSAGE_FIELD_MAX);
	odd = !message_date(m, &t) &&
	      message_text_field(m, m->root, "Date", &words);
	if (odd)
		unicode_clean_line(slice_head(str_slice(&words), ODD_DATE_MAX),
		                   out);
	str_release(&words);
	return odd;
}

struct slice
message_id(const struct message *m)
{
	return msgid_parse(part_field(m->root, "Message-ID", 0));
}

void
message_references(const struct message *m, struct arena *a,
                   struct slice **ids_r, size_t *n_r)
{
	static const char *const names[] = { "References", "In-Reply-To" };
	ARRAY(struct slice) ids = { NULL, 0, 0 };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct slice rest = part_field(m->root, names[i], 0);
		struct slice id;

		while (msgid_next(&rest, &id))
			if (i == 0 || ids.n == 0 ||
			    !slice_eq(ids.v[ids.n - 1], id))
				array_add(&ids, id);
	}
	*n_r = ids.n;
	*ids_r = arena_calloc(a, ids.n, sizeof **ids_r);
	if (ids.n > 0)
		memcpy(*ids_r, ids.v, ids.n * sizeof **ids_r);
	array_release(&ids);
}

size_t
message_field_count(const struct message *m, const char *name)
{
	struct slice want = slice_of(name);
	size_t n = 0;

	for (size_t i = 0; i < m->root->field_count; i++)
		n += slice_ieq(m->root->fields[i].name, want);
	return n;
}

bool
message_has_senders(const struct message *m)
{
	struct arena a = { NULL };
	struct addr_list from;
	size_t fields = message_field_count(m, "From");
	bool many = fields > 1;

	if (fields == 1 && part_field(m->root, "Sender", 0).p == NULL) {
		message_addrs(m, "From", &a, &from);
		many = from.n > 1;
	}
	arena_release(&a);
	return many;
}
