/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the index keeps of a message, derived from its bytes. */
#include <string.h>

#include "mime/date.h"
#include "mime/message.h"
#include "store/store_impl.h"
#include "text/unicode.h"
#include "util/digest.h"
#include "util/utf8.h"

#include "util/banned.h"

/* Conversations of more are held together by the younger ids. */
#define REFS_MAX 50
/* Bytes of a map that are read before they are forgotten. */
#define MAP_STRETCH (4 << 20)

static struct slice
line_dup(struct arena *a, struct slice s)
{
	char buf[FACTS_LINE_MAX];

	return arena_slice(
		a, slice_make(buf, utf8_clean_line(s.p, s.n, buf, sizeof buf)));
}

/* The same for words of people: what shows as nothing is made to be seen. */
static struct slice
words_dup(struct arena *a, struct slice s)
{
	struct str clean;
	struct slice line;

	str_init(&clean, FACTS_LINE_MAX);
	unicode_clean_line(s, &clean);
	line = line_dup(a, str_slice(&clean));
	str_release(&clean);
	return line;
}

static void
add_people(const struct message *m, struct arena *a, struct facts *f)
{
	struct addr_list list = { 0 };
	struct str text;
	size_t i;

	str_init(&text, FACTS_LINE_MAX);
	message_addrs(m, "From", a, &list);
	if (list.n != 0) {
		addr_show_short(&list.v[0], &text);
		f->from_name = line_dup(a, str_slice(&text));
		f->from_addr = line_dup(a, list.v[0].spec);
	}
	str_clear(&text);
	message_addrs(m, "To", a, &list);
	for (i = 0; i < list.n && !text.full; i++) {
		if (i != 0)
			str_add_z(&text, ", ");
		addr_show_short(&list.v[i], &text);
	}
	f->to = line_dup(a, str_slice(&text));
	str_release(&text);
}

/* Bytes without blanks: servers fold and unfold, LF becomes CRLF. */
static void
add_without_blanks(struct digest *d, struct slice s)
{
	size_t start = 0;
	size_t i;

	for (i = 0; i < s.n; i++) {
		if (!byte_is_blank(s.p[i]))
			continue;
		digest_add(d, s.p + start, i - start);
		start = i + 1;
	}
	digest_add(d, s.p + start, s.n - start);
}

/* The body without CR and without blank lines at its end. */
static void
add_body(struct digest *d, struct slice s, bool mapped)
{
	const char *kept = s.p;

	s = slice_rtrim(s);
	while (s.n != 0) {
		if (mapped && s.p - kept > MAP_STRETCH) {
			fsx_map_forget(kept, (size_t)(s.p - kept));
			kept = s.p;
		}
		size_t n = slice_find(s, '\r');

		digest_add(d, s.p, n);
		s = slice_from(s, n < s.n ? n + 1 : n);
	}
}

/* What it covers must not change: served.c makes UIDLs of it. */
static void
add_hash(const struct message *m, struct facts *f)
{
	static const char *const names[] = { "From",    "To",   "Cc",
		                             "Subject", "Date", "Message-ID" };
	unsigned char all[DIGEST_SHA256_SIZE];
	struct digest *d = digest_new(DIGEST_SHA256);
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		digest_add(d, "\n", 1);
		add_without_blanks(d, part_field(m->root, names[i], 0));
	}
	digest_add(d, "\n", 1);
	add_body(d, m->root->body, m->mapped);
	digest_finish(d, all);
	digest_free(&d);
	memcpy(f->hash, all, sizeof f->hash);
}

int64_t
facts_head(const struct message *m)
{
	static const char *const names[] = { "From", "Subject", "Date",
		                             "Message-ID" };
	unsigned char all[DIGEST_SHA256_SIZE];
	struct digest *d = digest_new(DIGEST_SHA256);
	bool any = false;
	int64_t n;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct slice field = part_field(m->root, names[i], 0);

		any |= field.n != 0;
		digest_add(d, "\n", 1);
		add_without_blanks(d, field);
	}
	digest_finish(d, all);
	digest_free(&d);
	memcpy(&n, all, sizeof n);
	return any ? n | 1 : 0;
}

struct slice
facts_hash(const struct facts *f)
{
	return slice_make((const char *)f->hash, sizeof f->hash);
}

static int64_t
ref_number(struct slice id)
{
	unsigned char bytes[DIGEST_SHA256_SIZE];
	int64_t n;

	digest_bytes(DIGEST_SHA256, id, bytes);
	memcpy(&n, bytes, sizeof n);
	return n;
}

static void
add_refs(const struct message *m, struct arena *a, struct facts *f)
{
	struct slice own = message_id(m);
	struct slice *ids = NULL;
	size_t n = 0;
	size_t i;

	message_references(m, a, &ids, &n);
	/* The oldest holds a conversation together, then the youngest. */
	f->refs = arena_calloc(a, REFS_MAX + 1, sizeof *f->refs);
	if (own.n != 0)
		f->refs[f->ref_count++] = ref_number(own);
	for (i = 0; i < n; i++) {
		if (i == 0 || i + REFS_MAX > n)
			f->refs[f->ref_count++] = ref_number(ids[i]);
	}
}

struct slice
facts_list(const struct message *m, struct arena *a)
{
	struct slice id = SLICE_NONE;
	struct str text, folded;
	size_t open;

	str_init(&text, MESSAGE_FIELD_MAX);
	str_init(&folded, FACTS_LINE_MAX);
	if (message_text_field(m, m->root, "List-Id", &text)) {
		id = str_slice(&text);
		open = slice_rfind(id, '<');
		if (open < id.n)
			id = slice_from(id, open + 1);
		id = slice_trim(slice_head(id, slice_find(id, '>')));
		unicode_fold(id, &folded);
		id = line_dup(a, str_slice(&folded));
	}
	str_release(&folded);
	str_release(&text);
	return id;
}

/* When it came to the provider, by the uppermost Received: behind its last ";". */
static bool
came(const struct message *m, int64_t *t_r)
{
	struct slice raw = part_field(m->root, "Received", 0);
	size_t at = slice_rfind(raw, ';');

	return at < raw.n && date_parse(slice_from(raw, at + 1), t_r);
}

void
facts_of(const struct message *m, int64_t fallback, struct arena *a,
         struct facts *f_r)
{
	struct facts f = { .date = fallback, .size = m->raw.n };
	struct str text;
	int64_t date;

	/* A date that has not come yet would stay on top for ever. */
	if ((message_date(m, &date) && date <= fallback + 86400) ||
	    (came(m, &date) && date <= fallback))
		f.date = date;
	add_people(m, a, &f);
	str_init(&text, MESSAGE_FIELD_MAX);
	(void)message_subject(m, &text); /* none is empty */
	f.subject = words_dup(a, str_slice(&text));
	str_release(&text);
	f.message_id = line_dup(a, message_id(m));
	f.list = facts_list(m, a);
	add_hash(m, &f);
	f.head = facts_head(m);
	f.stub = stub_of(m);
	f.attachment = message_next_attachment(m, NULL) != NULL;
	add_refs(m, a, &f);
	*f_r = f;
}
