/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a folder of another program goes, by its name. */
#include "engine/import.h"
#include "util/codec.h"
#include "util/utf8.h"

#include "util/banned.h"

static const struct {
	const char *name;
	enum folder folder;
} names[] = {
	{ "inbox", FOLDER_INBOX },
	{ "mbox", FOLDER_INBOX },
	{ "받은편지함", FOLDER_INBOX },
	{ "받은 편지함", FOLDER_INBOX },
	{ "받은메일함", FOLDER_INBOX },
	{ "archive", FOLDER_ARCHIVE },
	{ "archives", FOLDER_ARCHIVE },
	{ "all mail", FOLDER_ARCHIVE },
	{ "보관함", FOLDER_ARCHIVE },
	{ "보관", FOLDER_ARCHIVE },
	{ "sent", FOLDER_SENT },
	{ "sent items", FOLDER_SENT },
	{ "sent messages", FOLDER_SENT },
	{ "sent mail", FOLDER_SENT },
	{ "sent-mail", FOLDER_SENT },
	{ "outbox", FOLDER_SENT },
	{ "보낸편지함", FOLDER_SENT },
	{ "보낸 편지함", FOLDER_SENT },
	{ "보낸메일함", FOLDER_SENT },
	{ "drafts", FOLDER_DRAFTS },
	{ "draft", FOLDER_DRAFTS },
	{ "postponed", FOLDER_DRAFTS },
	{ "postponed-msgs", FOLDER_DRAFTS },
	{ "임시보관함", FOLDER_DRAFTS },
	{ "임시편지함", FOLDER_DRAFTS },
	{ "spam", FOLDER_SPAM },
	{ "junk", FOLDER_SPAM },
	{ "junk e-mail", FOLDER_SPAM },
	{ "bulk mail", FOLDER_SPAM },
	{ "스팸메일함", FOLDER_SPAM },
	{ "스팸", FOLDER_SPAM },
	{ "정크 메일", FOLDER_SPAM },
	{ "trash", FOLDER_TRASH },
	{ "deleted items", FOLDER_TRASH },
	{ "deleted messages", FOLDER_TRASH },
	{ "휴지통", FOLDER_TRASH },
	{ "지운편지함", FOLDER_TRASH },
};

/* Longest name of a label made so. */
#define NAME_MAX_BYTES 200

/* One "&...-" of modified UTF-7 (RFC 3501, 5.1.3); false: it is none. */
static bool
add_shifted(struct slice text, struct str *out)
{
	struct str base64;
	struct str utf16;
	bool ok;

	str_init(&base64, NAME_MAX_BYTES * 2);
	str_init(&utf16, NAME_MAX_BYTES * 2);
	for (size_t i = 0; i < text.n; i++)
		str_add_c(&base64, text.p[i] == ',' ? '/' : text.p[i]);
	while (base64.n % 4 != 0 && !base64.full)
		str_add_c(&base64, '=');
	ok = codec_base64_decode(str_slice(&base64), &utf16) == 0 &&
	     utf16.n % 2 == 0;
	for (size_t i = 0; ok && i + 1 < utf16.n; i += 2) {
		const unsigned char *p = (const unsigned char *)utf16.p + i;
		uint32_t c = (uint32_t)p[0] << 8 | p[1];

		if (c >= 0xd800 && c < 0xdc00 && i + 3 < utf16.n) {
			c = 0x10000 + ((c & 0x3ff) << 10) +
			    (((uint32_t)p[2] << 8 | p[3]) & 0x3ff);
			i += 2;
		}
		if (c < 0x20 || (c >= 0xd800 && c < 0xe000))
			c = 0xfffd;
		str_add_codepoint(out, c);
	}
	str_release(&base64);
	str_release(&utf16);
	return ok;
}

static void
decode(struct slice name, struct str *out)
{
	size_t at = 0;

	while (at < name.n) {
		struct slice rest = slice_from(name, at + 1);
		size_t end = slice_find(rest, '-');

		if (name.p[at] == '&' && end == 0) {
			str_add_c(out, '&');
			at += 2;
		} else if (name.p[at] == '&' && end < rest.n &&
		           add_shifted(slice_head(rest, end), out)) {
			at += end + 2;
		} else {
			str_add_c(out, name.p[at++]);
		}
	}
}

/* Without what programs put around a folder's name. */
static struct slice
bare_name(struct slice name)
{
	static const char *const suffixes[] = { ".mbox", ".mbx", ".sbd",
		                                ".eml" };

	while (slice_starts(name, "."))
		name = slice_from(name, 1);
	if (slice_istarts(name, "INBOX.") && name.n > 6 &&
	    !slice_ieq_z(slice_from(name, 5), ".mbox"))
		name = slice_from(name, 6);
	for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
		if (slice_iends(name, suffixes[i]))
			name.n -= slice_of(suffixes[i]).n;
	return name;
}

enum folder
import_folder(struct slice name, bool top, struct str *label)
{
	struct str text;
	char clean[NAME_MAX_BYTES + 1];
	enum folder folder = top ? FOLDER_INBOX : FOLDER_ARCHIVE;
	bool known = false;
	size_t n;

	str_init(&text, NAME_MAX_BYTES);
	decode(bare_name(name), &text);
	for (size_t i = 0; !known && i < sizeof names / sizeof names[0]; i++) {
		known = slice_ieq_z(str_slice(&text), names[i].name);
		if (known)
			folder = names[i].folder;
	}
	if (!known && !top) {
		for (size_t i = 0; i < text.n; i++)
			if (text.p[i] == ',' || text.p[i] == '.')
				text.p[i] = text.p[i] == ',' ? ' ' : '/';
		n = utf8_clean_line(text.p, text.n, clean, sizeof clean);
		str_add(label, clean, n);
	}
	str_release(&text);
	return folder;
}
