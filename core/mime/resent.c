/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A message that is sent on as it is (RFC 5322, 3.6.6). */
#include "mime/build.h"

#include "util/banned.h"

/* What stays behind: who got it in secret, and what the last server writes
 * (RFC 5321, 4.4). */
static bool
stays_behind(struct slice line)
{
	static const char *const names[] = { "Return-Path", "Bcc",
		                             "Resent-Bcc" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct slice name = slice_of(names[i]);
		struct slice rest = slice_from(line, name.n);

		if (!slice_istarts(line, names[i]))
			continue;
		rest = slice_trim(rest);
		if (rest.n > 0 && rest.p[0] == ':')
			return true;
	}
	return false;
}

void
build_resent(struct slice raw, struct str *out)
{
	struct slice line;
	bool header = true;
	bool skip = false;

	while (slice_line(&raw, &line)) {
		header = header && line.n > 0;
		if (!header)
			skip = false;
		else if (!byte_is_blank(line.p[0]))
			skip = stays_behind(line);
		if (skip)
			continue;
		str_add_slice(out, line);
		str_add_z(out, "\r\n");
	}
}
