/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the filter of an account's provider said of a message. */
#include "mail/origin.h"

#include "util/banned.h"

/* Does the first field of that name begin with one of the words? */
static bool
says(const struct message *m, const char *field, const char *a, const char *b)
{
	struct slice rest = part_field(m->root, field, 0);
	struct slice word;

	if (!slice_word(&rest, &word))
		return false;
	word = slice_head(word, slice_find(word, ','));
	word = slice_head(word, slice_find(word, ';'));
	return slice_ieq_z(word, a) || slice_ieq_z(word, b);
}

/* Exchange counts from -1 to 9; from 5 on it is spam. */
static bool
level_is_spam(const struct message *m)
{
	struct slice s = slice_trim(
		part_field(m->root, "X-MS-Exchange-Organization-SCL", 0));

	return s.n == 1 && s.p[0] >= '5' && s.p[0] <= '9';
}

static bool
rspamd_is_spam(const struct message *m)
{
	struct slice s = slice_trim(part_field(m->root, "X-Spamd-Result", 0));

	return slice_istarts(s, "default: true");
}

bool
origin_calls_spam(const struct message *m)
{
	return says(m, "X-Spam-Flag", "yes", "true") ||
	       says(m, "X-Spam-Status", "yes", "yes") ||
	       says(m, "X-Bogosity", "spam", "yes") || level_is_spam(m) ||
	       rspamd_is_spam(m);
}
