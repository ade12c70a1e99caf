/* SPDX-License-Identifier: GPL-3.0-or-later */
/* People in the address books of other programs. */
#include "mail/people.h"

#include "mail/people_priv.h"
#include "mime/addr.h"
#include "text/detect.h"
#include "text/unicode.h"
#include "util/str.h"
#include "util/utf8.h"

#include "util/banned.h"

/* Bytes of an address as people write it. */
#define ADDRESS_MAX 1024

/* In whatever character set the file is. */
static void
decode_line(struct slice raw, struct str *out)
{
	struct detect_hint none = { 0 };
	struct str text;

	str_init(&text, PEOPLE_LINE_MAX * CHARSET_GROWTH);
	(void)detect_decode_header(raw, &none, &text);
	unicode_clean_line(str_slice(&text), out);
	str_release(&text);
}

void
people_report(people_found found, void *ctx, struct slice name,
              struct slice address)
{
	struct str clean;

	address = slice_trim(address);
	if (slice_istarts(address, "mailto:"))
		address = slice_from(address, 7);
	if (address.n > ADDRESS_MAX || !addr_spec_ok(address))
		return;
	str_init(&clean, PEOPLE_LINE_MAX);
	unicode_clean_line(name, &clean);
	/* a name that only repeats the address says nothing */
	if (slice_ieq(str_slice(&clean), address))
		str_clear(&clean);
	found(ctx, str_slice(&clean), address);
	str_release(&clean);
}

/* ---- abook: an INI file, one section a person ---- */

struct abook {
	struct str name, email;
	people_found found;
	void *ctx;
};

static void
abook_flush(struct abook *a)
{
	struct slice rest = str_slice(&a->email);
	struct slice one;

	for (int i = 0; i < PEOPLE_ADDRESSES && slice_split(&rest, ',', &one);
	     i++)
		people_report(a->found, a->ctx, str_slice(&a->name), one);
	str_clear(&a->name);
	str_clear(&a->email);
}

static void
abook_line(struct abook *a, struct slice line)
{
	line = slice_trim(line);
	if (slice_starts(line, "[")) {
		abook_flush(a);
	} else if (slice_istarts(line, "name=")) {
		str_clear(&a->name);
		decode_line(slice_from(line, 5), &a->name);
	} else if (slice_istarts(line, "email=")) {
		str_clear(&a->email);
		str_add_slice(&a->email, slice_from(line, 6));
	}
}

static void
read_abook(struct slice text, people_found found, void *ctx)
{
	struct abook a = { .found = found, .ctx = ctx };
	struct slice line;

	str_init(&a.name, PEOPLE_LINE_MAX);
	str_init(&a.email, PEOPLE_LINE_MAX);
	while (slice_line(&text, &line))
		abook_line(&a, line);
	abook_flush(&a);
	str_release(&a.email);
	str_release(&a.name);
}

/* ---- mutt: alias [-group NAME]... KEY ADDRESS[, ADDRESS]... ---- */

static void
mutt_alias(struct slice rest, people_found found, void *ctx)
{
	struct arena arena = { NULL };
	struct addr_list list;
	struct slice key;
	struct str text;

	while (slice_word(&rest, &key) && slice_eq_z(key, "-group"))
		if (!slice_word(&rest, &key))
			return;
	str_init(&text, PEOPLE_LINE_MAX);
	decode_line(rest, &text);
	addr_parse(&arena, NULL, str_slice(&text), &list);
	for (size_t i = 0; i < list.n && i < PEOPLE_ADDRESSES; i++) {
		struct slice name = list.v[i].name;

		/* the key is what the user calls a person */
		if (name.n == 0 && list.n == 1)
			name = key;
		people_report(found, ctx, name, list.v[i].spec);
	}
	str_release(&text);
	arena_release(&arena);
}

static void
read_mutt(struct slice text, people_found found, void *ctx)
{
	struct slice line, rest, word;
	struct str whole;

	str_init(&whole, PEOPLE_LINE_MAX);
	while (slice_line(&text, &line)) {
		bool more = slice_ends(line, "\\");

		str_add_slice(&whole,
		              slice_head(line, line.n - (more ? 1 : 0)));
		if (more && text.n > 0)
			continue;
		rest = str_slice(&whole);
		if (slice_word(&rest, &word) && slice_eq_z(word, "alias"))
			mutt_alias(rest, found, ctx);
		str_clear(&whole);
	}
	str_release(&whole);
}

/* ---- lines ---- */

static void
read_lines(struct slice text, people_found found, void *ctx)
{
	struct slice line, address, name;
	struct str clean;

	str_init(&clean, PEOPLE_LINE_MAX);
	while (slice_line(&text, &line)) {
		if (!slice_split(&line, '\t', &address))
			continue;
		if (!slice_split(&line, '\t', &name))
			name = SLICE_NONE;
		str_clear(&clean);
		decode_line(name, &clean);
		people_report(found, ctx, str_slice(&clean), address);
	}
	str_release(&clean);
}

/* ---- all of them ---- */

enum people_kind
people_kind(struct slice text)
{
	enum people_kind kind = PEOPLE_UNKNOWN;
	struct slice line;

	while (slice_line(&text, &line)) {
		if (slice_starts(line, "\xef\xbb\xbf"))
			line = slice_from(line, 3);
		line = slice_trim(line);
		if (slice_ieq_z(line, "BEGIN:VCARD"))
			return PEOPLE_VCARD;
		if (slice_eq_z(line, "program=abook"))
			return PEOPLE_ABOOK;
		if (slice_starts(line, "alias ") ||
		    slice_starts(line, "alias\t"))
			return PEOPLE_MUTT;
		if (slice_find(line, '\t') < line.n &&
		    addr_spec_ok(slice_head(line, slice_find(line, '\t'))))
			kind = PEOPLE_LINES;
	}
	return kind;
}

static void
read_kind(struct slice text, enum people_kind kind, people_found found,
          void *ctx)
{
	switch (kind) {
	case PEOPLE_VCARD:
		vcard_read(text, found, ctx);
		break;
	case PEOPLE_ABOOK:
		read_abook(text, found, ctx);
		break;
	case PEOPLE_MUTT:
		read_mutt(text, found, ctx);
		break;
	case PEOPLE_LINES:
		read_lines(text, found, ctx);
		break;
	case PEOPLE_UNKNOWN:
		break;
	}
}

void
people_read(struct slice text, enum people_kind kind, people_found found,
            void *ctx)
{
	struct detect_hint korean = { .label = CHARSET_CP949 };
	struct str utf8;

	if (slice_starts(text, "\xef\xbb\xbf"))
		text = slice_from(text, 3);
	if (utf8_valid(text.p, text.n) || !detect_is_korean(text)) {
		read_kind(text, kind, found, ctx);
		return;
	}
	/* A name of one syllable does not tell what it is in; all of them do. */
	str_init(&utf8, text.n * CHARSET_GROWTH);
	(void)detect_decode_body(text, &korean, &utf8);
	read_kind(str_slice(&utf8), kind, found, ctx);
	str_release(&utf8);
}
