/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rules tried on a message.
 *
 * 1. The texts that rules look at are made once per message and only when a rule
 *    wants them (texts_get).
 * 2. A pattern is tried only where the words stand that it cannot do without
 *    (re_index.h), in texts that are folded.
 * 3. The patterns of a rule share 50 ms (re_match_within); one that reaches a
 *    limit has not matched.  What all patterns together take is bounded by TRY_US;
 *    it is known from their own clock, most rules run none.
 */
#include "mail/spam_rule.h"

#include <string.h>

#include "mail/spam_rule_priv.h"
#include "text/re_index.h"
#include "text/unicode.h"
#include "util/i18n.h"
#include "util/utf8.h"

#include "util/banned.h"

/* All rules on one message; past it the rest is not tried. */
#define TRY_US 250000

/* The texts of one message, made when first wanted. */
struct texts {
	const struct re_index *index;
	const struct spam_view *v;
	const struct message *m;
	struct arena *arena;
	struct slice of[SPAM_WHERE_COUNT];
	/* Patterns that may match, of the folded ones; else NULL: all. */
	uint64_t *may[SPAM_WHERE_COUNT];
	bool made[SPAM_WHERE_COUNT];
	int64_t left_us; /* of the rule that is tried */
};

/* Blanks that are none in ASCII have become spaces: one is enough. */
static void
squeeze(struct str *s)
{
	size_t i, n = 0;

	for (i = 0; i < s->n; i++)
		if (s->p[i] != ' ' || n == 0 || s->p[n - 1] != ' ')
			s->p[n++] = s->p[i];
	str_truncate(s, n);
}

/* Folded: what cannot be seen is gone. */
static struct slice
fold(struct arena *a, struct slice s)
{
	struct str folded;
	struct slice kept;

	if (unicode_folds_simply(s)) {
		char *p = arena_dup(a, s.p, s.n);

		bytes_lower(p, p, s.n);
		return slice_make(p, s.n);
	}
	str_init(&folded, s.n * 4 + 16);
	unicode_fold(s, &folded);
	squeeze(&folded);
	kept = arena_slice(a, str_slice(&folded));
	str_release(&folded);
	return kept;
}

static struct slice
attachment_names(struct texts *t)
{
	const struct part *p = NULL;
	struct str names;
	struct slice kept;

	str_init(&names, SPAM_TEXT_MAX);
	while ((p = message_next_attachment(t->m, p)) != NULL) {
		str_add_slice(&names, p->filename);
		str_add_c(&names, '\n');
	}
	kept = fold(t->arena, str_slice(&names));
	str_release(&names);
	return kept;
}

static struct slice
texts_make(struct texts *t, enum spam_where w)
{
	const struct spam_view *v = t->v;

	switch (w) {
	case SPAM_WHERE_SUBJECT:
		return fold(t->arena, v->subject);
	case SPAM_WHERE_BODY:
		return fold(t->arena, v->text);
	case SPAM_WHERE_FROM:
		return fold(t->arena, spam_view_header(v, "from"));
	case SPAM_WHERE_TO:
		return fold(t->arena, spam_view_header(v, "to"));
	case SPAM_WHERE_LINKS:
		return v->links;
	case SPAM_WHERE_ATTACHMENTS:
		return attachment_names(t);
	case SPAM_WHERE_COUNT:
		break;
	}
	return SLICE_NONE;
}

static struct slice
texts_get(struct texts *t, enum spam_where w)
{
	struct slice *of = &t->of[w];

	if (t->made[w])
		return *of;
	t->made[w] = true;
	*of = texts_make(t, w);
	/* Links are as they were written but for ASCII. */
	if (w == SPAM_WHERE_LINKS && utf8_has_8bit(of->p, of->n))
		return *of;
	t->may[w] = arena_calloc(t->arena, re_index_size(t->index) + 1,
	                         sizeof *t->may[w]);
	re_index_look(t->index, *of, t->may[w]);
	return *of;
}

/* may: which patterns can match the text; NULL: any. */
static bool
any_match(const struct spam_rule *r, struct texts *t, struct slice text,
          const uint64_t *may, struct slice *seen_r)
{
	size_t i;

	if (text.n == 0)
		return false;
	for (i = 0; i < r->matches.n; i++)
		if ((may == NULL || re_index_bit(may, r->first + i)) &&
		    re_match_within(r->matches.v[i], text, &t->left_us,
		                    seen_r) == 1)
			return true;
	return false;
}

static bool
text_matches(const struct spam_rule *r, struct texts *t, enum spam_where w,
             struct slice *seen_r)
{
	struct slice text = texts_get(t, w);

	return any_match(r, t, text, t->may[w], seen_r);
}

/* Most names differ in their first letter. */
static bool
is_named(const struct spam_header *h, const char *name)
{
	return h->name.n > 0 && h->name.p[0] == name[0] &&
	       slice_eq_z(h->name, name);
}

static bool
is_wanted(const struct spam_rule *r, const struct spam_header *h)
{
	enum origin_trust need = r->score < 0 ? ORIGIN_SURE : ORIGIN_LIKELY;
	size_t i;

	for (i = 0; i < r->headers.n; i++)
		if (is_named(h, r->headers.v[i]))
			return true;
	for (i = 0; h->trust >= need && i < r->origins.n; i++)
		if (is_named(h, r->origins.v[i]))
			return true;
	return false;
}

static bool
header_matches(const struct spam_rule *r, struct texts *t, struct slice *seen_r)
{
	size_t i;

	if (r->headers.n + r->origins.n == 0)
		return false;
	for (i = 0; i < t->v->header_count; i++)
		if (is_wanted(r, &t->v->headers[i]) &&
		    any_match(r, t, t->v->headers[i].value, NULL, seen_r))
			return true;
	return false;
}

static bool
sign_shows(const struct spam_rule *r, struct texts *t, struct slice *seen_r)
{
	struct str evidence;
	bool shows;

	str_init(&evidence, 512);
	shows = spam_sign_shows(r->sign, t->v, t->m, &evidence);
	*seen_r = arena_slice(t->arena, str_slice(&evidence));
	str_release(&evidence);
	return shows;
}

static bool
rule_speaks(const struct spam_rule *r, struct texts *t, struct slice *seen_r)
{
	unsigned left;

	if (r->sign != NULL)
		return sign_shows(r, t, seen_r);
	if (header_matches(r, t, seen_r))
		return true;
	for (left = r->where; left != 0; left &= left - 1) {
		int w = __builtin_ctz(left);

		if (text_matches(r, t, (enum spam_where)w, seen_r))
			return true;
	}
	return false;
}

static const char *
reason_of(const struct spam_rule *r)
{
	/* TRANSLATORS: the code of your language, "language:ko" for Korean. */
	bool korean = strcmp(_("language:en"), "language:ko") == 0;

	return korean && r->ko != NULL ? r->ko : r->en;
}

void
spam_rules_try(const struct spam_rules *r, const struct spam_view *v,
               const struct message *m, struct spam_hits *hits_r)
{
	int64_t left_us = TRY_US;
	struct texts t = { .index = r->index, .v = v, .m = m };
	size_t i;

	memset(hits_r, 0, sizeof *hits_r);
	t.arena = &hits_r->arena;
	hits_r->v =
		arena_calloc(&hits_r->arena, r->rules.n + 1, sizeof *hits_r->v);
	for (i = 0; i < r->rules.n && left_us > 0; i++) {
		const struct spam_rule *rule = &r->rules.v[i];
		struct slice seen = SLICE_NONE;
		bool speaks;

		if (!(rule->score * rule->score > 0))
			continue;
		t.left_us = RE_TIME_US;
		speaks = rule_speaks(rule, &t, &seen);
		left_us -= RE_TIME_US - t.left_us;
		if (!speaks)
			continue;
		hits_r->v[hits_r->n++] =
			(struct spam_hit){ rule->name, reason_of(rule), seen,
			                   rule->score };
		hits_r->score += rule->score;
	}
}

void
spam_hits_release(struct spam_hits *h)
{
	arena_release(&h->arena);
	memset(h, 0, sizeof *h);
}
