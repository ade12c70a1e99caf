/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where decoders put characters: UTF-8 straight into the memory of a str. */
#include "text/sink.h"

#include <string.h>

#include "util/banned.h"

/* How much room is asked for beyond the need, so that it is rarely asked. */
#define SINK_STEP 512

static void
write_to_scrap(struct sink *s)
{
	s->w = s->scrap;
	s->end = s->scrap + sizeof s->scrap;
}

static bool
is_scrap(const struct sink *s)
{
	return s->end == s->scrap + sizeof s->scrap;
}

static void
reserve(struct sink *s, size_t n)
{
	size_t room = str_reserve(s->out, n);

	if (room < 4) {
		s->out->full = true;
		write_to_scrap(s);
		return;
	}
	s->w = s->out->p + s->out->n;
	s->end = s->w + room;
}

static void
commit(struct sink *s)
{
	if (!is_scrap(s))
		str_added(s->out, (size_t)(s->w - (s->out->p + s->out->n)));
}

void
sink_begin(struct sink *s, struct str *out, size_t hint)
{
	s->out = out;
	s->bad = 0;
	reserve(s, hint + SINK_STEP);
}

void
sink_end(struct sink *s)
{
	commit(s);
	write_to_scrap(s);
}

void
sink_more(struct sink *s)
{
	if (is_scrap(s)) {
		s->w = s->scrap;
		return;
	}
	commit(s);
	reserve(s, SINK_STEP + s->out->n / 2);
}

void
sink_copy(struct sink *s, const char *p, size_t n)
{
	if (is_scrap(s))
		return;
	if (n + 4 <= (size_t)(s->end - s->w)) {
		memcpy(s->w, p, n);
		s->w += n;
		return;
	}
	commit(s);
	str_add(s->out, p, n);
	if (s->out->full) {
		str_truncate(s->out, utf8_cut(s->out->p, s->out->n));
		write_to_scrap(s);
		return;
	}
	reserve(s, SINK_STEP);
}

void
sink_wide(struct sink *s, uint32_t c)
{
	if (c < 0x800) {
		if (c < 0xa0) {
			s->bad++;
			c = UTF8_REPLACEMENT;
		} else {
			*s->w++ = (char)(0xc0 | c >> 6);
			*s->w++ = (char)(0x80 | (c & 0x3f));
			return;
		}
	}
	s->w += utf8_encode(c, s->w);
}
