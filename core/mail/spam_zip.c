/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The names of files in a zip that is attached. */
#include "mail/spam_zip.h"

#include "util/banned.h"

/* APPNOTE.TXT 4.3.7 and 4.3.12: where the length of the name stands, and the
 * name, from the signature on. */
#define LOCAL_LENGTH   26
#define LOCAL_NAME     30
#define CENTRAL_LENGTH 28
#define CENTRAL_NAME   46
/* Paths are not longer. */
#define NAME_MAX_BYTES 1024

static size_t
number16(struct slice s, size_t at)
{
	return (size_t)(unsigned char)s.p[at] |
	       (size_t)(unsigned char)s.p[at + 1] << 8;
}

/* The name of the header that s begins with; empty when it has none. */
static struct slice
name_at(struct slice s)
{
	bool local = s.n > 3 && s.p[2] == 3 && s.p[3] == 4;
	bool central = s.n > 3 && s.p[2] == 1 && s.p[3] == 2;
	size_t begin = local ? LOCAL_NAME : CENTRAL_NAME;
	size_t n;

	if ((!local && !central) || s.n < begin)
		return SLICE_NONE;
	n = number16(s, local ? LOCAL_LENGTH : CENTRAL_LENGTH);
	if (n == 0 || n > NAME_MAX_BYTES || n > s.n - begin)
		return SLICE_NONE;
	return slice_make(s.p + begin, n);
}

bool
spam_zip_next(struct slice *rest, struct slice *name_r)
{
	static const struct slice mark = { "PK", 2 };

	for (;;) {
		*rest = slice_from(*rest, slice_find_text(*rest, mark));
		if (rest->n == 0)
			return false;
		*name_r = name_at(*rest);
		*rest = slice_from(*rest, mark.n);
		if (name_r->n > 0)
			return true;
	}
}

bool
spam_zip_program(struct slice name)
{
	static const char *const ends[] = {
		".exe", ".scr", ".pif", ".com", ".bat", ".cmd", ".vbs", ".vbe",
		".js",  ".jse", ".wsf", ".hta", ".lnk", ".jar", ".msi", ".cpl",
		".ps1", ".reg", ".chm", ".iso", ".img", ".vhd",
	};
	size_t i;

	name = slice_rtrim(name);
	for (i = 0; i < sizeof ends / sizeof *ends; i++)
		if (slice_iends(name, ends[i]))
			return true;
	return false;
}
