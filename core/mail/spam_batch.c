/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line in, one line out: the filter for scripts and for measuring it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "mail/spam.h"
#include "mail/spam_state.h"
#include "util/fsx.h"
#include "util/i18n.h"

#include "util/banned.h"

static void
add_error(struct str *reply, const struct err *err)
{
	str_printf(reply, "error %s\n", err->text);
}

/* The same as "%.6f", which is known for its pains. */
static void
add_millionths(struct str *out, double x)
{
	char digits[7] = { '.' };
	uint64_t n;
	size_t i;

	if (!(fabs(x) < 1e9)) {
		str_printf(out, "%.6f", x);
		return;
	}
	n = (uint64_t)llrint(fabs(x) * 1e6);
	for (i = sizeof digits; --i > 0; n /= 10)
		digits[i] = (char)('0' + n % 10);
	if (signbit(x))
		str_add_c(out, '-');
	str_add_u64(out, n);
	str_add(out, digits, sizeof digits);
}

static void
add_score(struct spam *s, const struct message *m, struct str *reply)
{
	static const char *const names[] = { [SPAM_NONE] = "ham",
		                             [SPAM_HAM] = "ham",
		                             [SPAM_UNSURE] = "unsure",
		                             [SPAM_SPAM] = "spam" };
	struct spam_input in = { .m = m };
	struct spam_judgement j;

	spam_judge(s, &s->features, &in, &j);
	str_add_z(reply, names[j.verdict]);
	str_add_c(reply, ' ');
	add_millionths(reply, j.score);
	str_add_c(reply, ' ');
	add_millionths(reply, spam_probability_of(s, j.score));
	str_add_c(reply, '\n');
	spam_judgement_release(&j);
}

static void
do_file(struct spam *s, char verb, struct slice path, struct str *reply)
{
	char *name = slice_dup(path);
	struct err err = { 0 };
	struct message m;
	struct fsx_map map;

	if (fsx_map_open(name, &map, &err) < 0) {
		add_error(reply, &err);
		free(name);
		return;
	}
	message_parse(&m, map.data);
	if (verb == 'C')
		add_score(s, &m, reply);
	else if (spam_learn(s, &m, verb == 'S', &err) < 0)
		add_error(reply, &err);
	else
		str_add_z(reply, "ok\n");
	message_release(&m);
	fsx_map_close(&map);
	free(name);
}

bool
spam_batch_line(struct spam *s, struct slice line, struct str *reply)
{
	struct err err = { 0 };

	line = slice_rtrim(line);
	if (slice_eq_z(line, "Q"))
		return false;
	if (slice_eq_z(line, "F")) {
		if (spam_flush(s, &err) < 0)
			add_error(reply, &err);
		else
			str_add_z(reply, "ok\n");
	} else if (line.n > 2 && line.p[1] == ' ' &&
	           (line.p[0] == 'C' || line.p[0] == 'H' || line.p[0] == 'S')) {
		do_file(s, line.p[0], slice_from(line, 2), reply);
	} else {
		str_printf(reply, "error %s\n",
		           _("expected 'C PATH', 'H PATH', 'S PATH', 'F' or "
		             "'Q'"));
	}
	return true;
}
