/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a text must have in it for a pattern to match. */
/*
 * Rules are many and nearly all of them have nothing to say of a message.  To try
 * each on each text costs more than all the rest of a message's way into the
 * store, and a look for the words that a pattern cannot do without costs little.
 *
 * 1. A need is a tree: a word (WORD), all of some (ALL) or one of some (ANY).
 *    What cannot be told is left out of ALL and makes ANY useless; so a need asks
 *    for less than the pattern does and never for more.
 * 2. Words are of ASCII in small letters and of Hangul syllables: in a folded text
 *    nothing else equals these without regard to case.
 * 3. Letters, small classes and groups of nothing but words that stand side by side
 *    are words of all their letters, as many as there are ways to spell them
 *    (struct re_spellings): the longer a word, the less often it is there by chance.
 * 4. Shorter words than RE_NEED_LEAST are not asked for.
 * 5. Syntax that is not understood ends the analysis, and there is no need.
 *
 * re_index.c looks for the words.
 */
#include "text/re_need.h"

#include <stdlib.h>
#include <string.h>

#include "text/re.h"
#include "text/re_spell.h"
#include "util/utf8.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Letters of a class that counts as so many ways. */
#define CLASS_MAX 8
/* Groups in groups; PCRE2's own limit is higher. */
#define DEPTH_MAX 40

struct reader {
	struct re_need *need;
	struct slice in;         /* what is left */
	struct re_spellings run; /* of what stands side by side, to here */
	bool broken;             /* something else stood before it */
	unsigned depth;
	bool failed;
};

static bool
next_is(const struct reader *r, const char *text)
{
	return slice_starts(r->in, text);
}

static void
skip(struct reader *r, size_t n)
{
	r->in = slice_from(r->in, n);
}

static size_t
open_node(struct reader *r, enum re_need_kind kind)
{
	struct re_need_node *n = array_add_new(&r->need->nodes);

	n->kind = kind;
	return r->need->nodes.n - 1;
}

/* The node ends here; what is below it may be nothing. */
static void
close_node(struct reader *r, size_t at)
{
	r->need->nodes.v[at].end = (uint32_t)r->need->nodes.n;
}

static void
forget_from(struct reader *r, size_t at)
{
	r->need->nodes.n = at;
}

static bool
has_children(const struct reader *r, size_t at)
{
	return r->need->nodes.n > at + 1;
}

static void
add_word(struct reader *r, const struct re_spelling *word)
{
	size_t at = open_node(r, RE_NEED_WORD_IS);
	struct re_need_node *n = &r->need->nodes.v[at];

	n->n = word->n;
	memcpy(n->word, word->p, word->n);
	close_node(r, at);
}

/* The run is over: one of its spellings is needed, if all are long enough. */
static void
end_run(struct reader *r)
{
	bool usable = true;
	size_t at, i;

	for (i = 0; i < r->run.n; i++)
		usable = usable && r->run.v[i].n >= RE_NEED_LEAST;
	if (usable && r->run.n == 1) {
		add_word(r, &r->run.v[0]);
	} else if (usable) {
		at = open_node(r, RE_NEED_ANY);
		for (i = 0; i < r->run.n; i++)
			add_word(r, &r->run.v[i]);
		close_node(r, at);
	}
	re_spell_start(&r->run);
	r->broken = true;
}

/* The run goes on with one of next, if that does not become too much. */
static void
extend_run(struct reader *r, const struct re_spellings *next)
{
	if (!re_spell_fits(&r->run, next))
		end_run(r);
	re_spell_extend(&r->run, next);
}

static void
extend_run_by(struct reader *r, struct slice letter)
{
	if (r->run.longest + letter.n > RE_SPELL_BYTES)
		end_run(r);
	re_spell_extend_by(&r->run, letter);
}

/* Length of a quantifier in braces, 0 when these are letters.  Newer versions of
 * PCRE2 allow blanks in it, and "{,3}": what may be one counts as one. */
static size_t
braces(struct slice s)
{
	size_t i;

	if (!slice_starts(s, "{"))
		return 0;
	for (i = 1; i < s.n && s.p[i] != '}'; i++)
		if (!byte_is_digit(s.p[i]) && strchr(", \t", s.p[i]) == NULL)
			return 0;
	return i < s.n && i > 1 ? i + 1 : 0;
}

/* A quantifier, if one comes: 0 if it may be none at all, else 1; 1 without.  One
 * more may follow, of what both make together. */
static unsigned
take_quantifier(struct reader *r, bool *there_r)
{
	unsigned least = 1;
	size_t n;

	*there_r = true;
	if (next_is(r, "*") || next_is(r, "?")) {
		least = 0;
		skip(r, 1);
	} else if (next_is(r, "+")) {
		skip(r, 1);
	} else if ((n = braces(r->in)) > 0) {
		/* "{0,3}" and what may be 0 by another spelling. */
		least = r->in.p[1] >= '1' && r->in.p[1] <= '9';
		skip(r, n);
	} else {
		*there_r = false;
		return least;
	}
	if (next_is(r, "?") || next_is(r, "+"))
		skip(r, 1);
	while ((n = braces(r->in)) > 0) {
		least = 0;
		skip(r, n);
		if (next_is(r, "?") || next_is(r, "+"))
			skip(r, 1);
	}
	return least;
}

/* "?" and no second quantifier? */
static bool
is_once_or_not(struct slice s)
{
	size_t n = slice_starts(s, "??") || slice_starts(s, "?+") ? 2 : 1;

	return slice_starts(s, "?") && braces(slice_from(s, n)) == 0;
}

/* Something that is no certain letter. */
static void
take_other(struct reader *r)
{
	bool there;

	end_run(r);
	(void)take_quantifier(r, &there);
}

/* Something that is spelled in one of these ways, and its quantifier. */
static void
take_spellings(struct reader *r, struct re_spellings *ways)
{
	bool maybe = ways->n < RE_SPELL_MAX && is_once_or_not(r->in), there;
	unsigned least = take_quantifier(r, &there);

	if (maybe)
		re_spell_add(ways, SLICE_NONE);
	if (least == 0 && !maybe) {
		end_run(r);
		return;
	}
	if (ways->n == 1)
		extend_run_by(r, re_spell_at(ways, 0));
	else
		extend_run(r, ways);
	if (there && !maybe)
		end_run(r);
}

/* One character that stands for itself. */
static void
take_letter(struct reader *r, uint32_t c, size_t n)
{
	char lower = byte_lower(r->in.p[0]);
	bool usable = c < 0x80 || (c >= 0xac00 && c <= 0xd7a3);
	struct slice letter = slice_head(r->in, n);
	struct re_spellings ways;

	if (c < 0x80)
		letter = slice_make(&lower, 1);
	skip(r, n);
	if (!usable) {
		take_other(r);
		return;
	}
	re_spell_none(&ways);
	re_spell_add(&ways, letter);
	take_spellings(r, &ways);
}

static void
take_escape(struct reader *r)
{
	char c = r->in.n > 1 ? r->in.p[1] : '\0';
	size_t end = slice_find(r->in, '}');

	if (!byte_is_alnum(c) && byte_is_print(c)) {
		skip(r, 1);
		take_letter(r, (unsigned char)c, 1);
	} else if (strchr("sSdDwWbBAzZhHvVRntrf", c) != NULL && c != '\0') {
		skip(r, 2);
		take_other(r);
	} else if ((c == 'p' || c == 'P') && r->in.n > 2 && r->in.p[2] == '{' &&
	           end < r->in.n) {
		skip(r, end + 1);
		take_other(r);
	} else {
		r->failed = true;
	}
}

/* "[i1!]": a few letters, each a way to spell it. */
static bool
take_small_class(struct reader *r)
{
	size_t end = slice_find(r->in, ']'), i;
	struct re_spellings ways;

	re_spell_none(&ways);
	if (end < 2 || end > CLASS_MAX + 1)
		return false;
	for (i = 1; i < end; i++) {
		char c = byte_lower(r->in.p[i]);

		if (!byte_is_print(c) || strchr("\\[^-", c) != NULL)
			return false;
		re_spell_add(&ways, slice_make(&c, 1));
	}
	skip(r, end + 1);
	take_spellings(r, &ways);
	return true;
}

static void
take_class(struct reader *r)
{
	size_t i = 1;

	if (take_small_class(r))
		return;

	if (i < r->in.n && r->in.p[i] == '^')
		i++;
	if (i < r->in.n && r->in.p[i] == ']')
		i++;
	while (i < r->in.n && r->in.p[i] != ']') {
		/* "[:alpha:]" has a bracket of its own, \Q has any, and \E
		 * is nothing, so that a bracket behind it may be a letter. */
		if (r->in.p[i] == '[' && i + 1 < r->in.n &&
		    strchr(":.=", r->in.p[i + 1]) != NULL)
			r->failed = true;
		if (r->in.p[i] == '\\' && i + 1 < r->in.n &&
		    strchr("QE", r->in.p[++i]) != NULL)
			r->failed = true;
		i++;
	}
	if (i >= r->in.n)
		r->failed = true;
	skip(r, i + 1);
	take_other(r);
}

/* What stands behind "(": 1 to be read as a need, 0 to be read past, -1 not
 * understood. */
static int
take_group_kind(struct reader *r)
{
	static const char *const around[] = { "?=", "?!", "?<=", "?<!" };
	static const char *const plain[] = { "?:", "?>", "?|" };

	for (size_t i = 0; i < sizeof around / sizeof around[0]; i++)
		if (next_is(r, around[i])) {
			skip(r, strlen(around[i]));
			return 0;
		}
	for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
		if (next_is(r, plain[i])) {
			skip(r, strlen(plain[i]));
			return 1;
		}
	return next_is(r, "?") || next_is(r, "*") ? -1 : 1;
}

static bool take_any(struct reader *r, struct re_spellings *ways_r);

/* The inside of a group, of the kind that take_group_kind says. */
static void
take_inside(struct reader *r, int kind)
{
	size_t at = r->need->nodes.n;
	struct re_spellings before = r->run, ways;
	bool broken = r->broken, words, there;

	words = take_any(r, &ways) && kind == 1;
	if (!next_is(r, ")"))
		r->failed = true;
	skip(r, 1);
	r->run = before;
	r->broken = broken;
	if (words) {
		forget_from(r, at);
		take_spellings(r, &ways);
		return;
	}
	if (take_quantifier(r, &there) == 0 || kind == 0)
		forget_from(r, at);
	end_run(r);
}

static void
take_group(struct reader *r)
{
	int kind;

	skip(r, 1);
	if (next_is(r, "?-i)")) {
		end_run(r);
		skip(r, 4);
		return;
	}
	kind = take_group_kind(r);
	if (kind < 0 || ++r->depth > DEPTH_MAX) {
		r->failed = true;
		return;
	}
	take_inside(r, kind);
	r->depth--;
}

static void
take_one(struct reader *r)
{
	uint32_t c;
	size_t n = utf8_decode(r->in.p, r->in.n, &c);

	switch (r->in.p[0]) {
	case '\\':
		take_escape(r);
		break;
	case '[':
		take_class(r);
		break;
	case '(':
		take_group(r);
		break;
	case '.':
	case '^':
	case '$':
		skip(r, 1);
		take_other(r);
		break;
	case '*':
	case '+':
	case '?':
		r->failed = true;
		break;
	default:
		take_letter(r, c, n);
		break;
	}
}

/* One after the other, until "|" or ")".  Is it nothing but words?  Then they
 * are added to ways. */
static bool
take_all(struct reader *r, struct re_spellings *ways)
{
	size_t at = open_node(r, RE_NEED_ALL), i;
	bool words;

	re_spell_start(&r->run);
	r->broken = false;
	while (r->in.n > 0 && !r->failed && !next_is(r, "|") &&
	       !next_is(r, ")"))
		take_one(r);
	words = !r->broken && ways->n + r->run.n <= RE_SPELL_MAX;
	for (i = 0; words && i < r->run.n; i++)
		re_spell_add(ways, re_spell_at(&r->run, i));
	end_run(r);
	close_node(r, at);
	return words;
}

/* Alternatives; those after one that needs nothing are read past.  Are all
 * nothing but words?  Then ways_r is complete. */
static bool
take_any(struct reader *r, struct re_spellings *ways_r)
{
	size_t at = open_node(r, RE_NEED_ANY);
	bool useless = false, words = true;

	re_spell_none(ways_r);
	for (;;) {
		size_t branch = r->need->nodes.n;

		words = take_all(r, ways_r) && words;
		if (!has_children(r, branch))
			useless = true;
		if (r->failed || !next_is(r, "|"))
			break;
		skip(r, 1);
	}
	if (useless)
		forget_from(r, at);
	else
		close_node(r, at);
	return words;
}

/* Plain words; with wildcards "*" and "?" part them. */
static void
take_words(struct reader *r, bool wild)
{
	size_t at = open_node(r, RE_NEED_ALL);

	while (r->in.n > 0) {
		uint32_t c;
		size_t n = utf8_decode(r->in.p, r->in.n, &c);
		char lower = byte_lower(r->in.p[0]);

		if (wild && (c == '*' || c == '?'))
			end_run(r);
		else if (c < 0x80)
			extend_run_by(r, slice_make(&lower, 1));
		else if (c >= 0xac00 && c <= 0xd7a3)
			extend_run_by(r, slice_head(r->in, n));
		else
			end_run(r);
		skip(r, n);
	}
	end_run(r);
	close_node(r, at);
	if (!has_children(r, at))
		forget_from(r, at);
}

struct re_need *
re_need_new(struct slice pattern, unsigned flags)
{
	struct re_need *need = xcalloc(1, sizeof *need);
	struct reader r = { .need = need, .in = pattern };
	struct re_spellings ways;

	re_spell_start(&r.run);
	if ((flags & (RE_LITERAL | RE_WILDCARD)) != 0)
		take_words(&r, (flags & RE_WILDCARD) != 0);
	else
		(void)take_any(&r, &ways);
	if (r.failed || r.in.n > 0 || need->nodes.n == 0)
		re_need_free(&need);
	return need;
}

void
re_need_free(struct re_need **need)
{
	if (*need == NULL)
		return;
	array_release(&(*need)->nodes);
	free(*need);
	*need = NULL;
}
