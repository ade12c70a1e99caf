/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ways to spell a piece of a pattern. */
#include "text/re_spell.h"

#include <string.h>

#include "util/banned.h"

void
re_spell_none(struct re_spellings *s)
{
	s->n = s->longest = 0;
}

void
re_spell_start(struct re_spellings *s)
{
	re_spell_none(s);
	re_spell_add(s, SLICE_NONE);
}

void
re_spell_add(struct re_spellings *s, struct slice text)
{
	struct re_spelling *one = &s->v[s->n++];

	one->n = (uint8_t)text.n;
	if (text.n > 0)
		memcpy(one->p, text.p, text.n);
	if (text.n > s->longest)
		s->longest = text.n;
}

struct slice
re_spell_at(const struct re_spellings *s, size_t i)
{
	return slice_make(s->v[i].p, s->v[i].n);
}

bool
re_spell_fits(const struct re_spellings *s, const struct re_spellings *next)
{
	return s->n * next->n <= RE_SPELL_MAX &&
	       s->longest + next->longest <= RE_SPELL_BYTES;
}

void
re_spell_extend(struct re_spellings *s, const struct re_spellings *next)
{
	struct re_spellings all;
	size_t i, k;

	re_spell_none(&all);
	for (i = 0; i < s->n; i++)
		for (k = 0; k < next->n; k++) {
			struct re_spelling one = s->v[i];

			memcpy(one.p + one.n, next->v[k].p, next->v[k].n);
			re_spell_add(&all,
			             slice_make(one.p,
			                        (size_t)one.n + next->v[k].n));
		}
	*s = all;
}

void
re_spell_extend_by(struct re_spellings *s, struct slice letter)
{
	size_t i;

	for (i = 0; i < s->n; i++) {
		memcpy(s->v[i].p + s->v[i].n, letter.p, letter.n);
		s->v[i].n = (uint8_t)(s->v[i].n + letter.n);
	}
	s->longest += letter.n;
}
