/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A message that is sent on as it is (RFC 5322, 3.6.6). */
#include "mime/resent.h"

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

bool
resent_is(struct slice name)
{
	return slice_istarts(name, "Resent-");
}

/* A block has one of each of these. */
static unsigned
bit_of(struct slice name)
{
	static const char *const once[] = { "Resent-From", "Resent-Sender",
		                            "Resent-Date",
		                            "Resent-Message-ID" };

	for (size_t i = 0; i < sizeof once / sizeof *once; i++)
		if (slice_ieq_z(name, once[i]))
			return 1u << i;
	return 0;
}

/* What servers put above the block of who sent it on before. */
static bool
is_trace(struct slice name)
{
	return slice_ieq_z(name, "Received") ||
	       slice_ieq_z(name, "Return-Path") ||
	       slice_ieq_z(name, "Delivered-To");
}

bool
resent_find(const struct message *m, struct resent *r)
{
	const struct part *root = m->root;
	unsigned seen = 0;
	size_t i = 0;

	while (i < root->field_count && !resent_is(root->fields[i].name))
		i++;
	r->first = i;
	for (; i < root->field_count; i++) {
		struct slice name = root->fields[i].name;
		unsigned bit = bit_of(name);

		if (is_trace(name) || (seen & bit) != 0)
			break;
		seen |= bit;
	}
	r->end = i;
	return r->first < r->end;
}

struct slice
resent_field(const struct message *m, const struct resent *r, const char *name)
{
	for (size_t i = r->first; i < r->end; i++)
		if (slice_ieq_z(m->root->fields[i].name, name))
			return m->root->fields[i].value;
	return SLICE_NONE;
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
