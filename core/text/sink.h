/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where decoders put characters: UTF-8 straight into the memory of a str. */
#ifndef TEXT_SINK_H
#define TEXT_SINK_H

#include <stddef.h>
#include <stdint.h>

#include "util/slice.h"
#include "util/str.h"
#include "util/utf8.h"

/*
 * Between sink_begin and sink_end nobody else touches out.  When out is full
 * the rest goes nowhere; a character is never cut.
 */
struct sink {
	struct str *out;
	char *w;
	char *end; /* at least 4 bytes of room stand before a write */
	size_t bad;
	char scrap[16]; /* the place to write to when out is full */
};

/* hint: about how many bytes will come. */
void sink_begin(struct sink *s, struct str *out, size_t hint);
void sink_end(struct sink *s);
/* Make room for one character. */
void sink_more(struct sink *s);
/* Well-formed UTF-8, taken as it is. */
void sink_copy(struct sink *s, const char *p, size_t n);
/* A character that is not ASCII; C1 controls count as bad. */
void sink_wide(struct sink *s, uint32_t c);

static inline void
sink_put(struct sink *s, uint32_t c)
{
	if (s->end - s->w < 4)
		sink_more(s);
	if (c < 0x80)
		*s->w++ = (char)c;
	else
		sink_wide(s, c);
}

/* Put the ASCII head of p.  Returns how many bytes that is. */
static inline size_t
sink_ascii(struct sink *s, const char *p, size_t n)
{
	size_t run = utf8_ascii(p, n);

	if (run < 8)
		for (size_t i = 0; i < run; i++)
			sink_put(s, (unsigned char)p[i]);
	else
		sink_copy(s, p, run);
	return run;
}

static inline void
sink_bad(struct sink *s)
{
	s->bad++;
	sink_put(s, UTF8_REPLACEMENT);
}

#endif
