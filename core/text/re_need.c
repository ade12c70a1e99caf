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
 * 3. A word is there when each of its runs of three bytes is; the text's runs are
 *    a set of bits by hash.  Shorter words are not asked for.
 * 4. Syntax that is not understood ends the analysis, and there is no need.
 *
 * Rejected: one automaton of all words (more to build at each start than it saves
 * with a few messages).
 */
#include "text/re_need.h"

#include <stdlib.h>
#include <string.h>

#include "text/re.h"
#include "util/array.h"
#include "util/str.h"
#include "util/utf8.h"
#include "util/xalloc.h"

#include "util/banned.h"

#define GRAM 3
/* Words longer than this are asked for by their beginning. */
#define WORD_MAX 48
/* Groups in groups; PCRE2's own limit is higher. */
#define DEPTH_MAX 40
/* 64 bits a byte of text: one of eight is set by chance in the worst case. */
#define BITS_MIN 12
#define BITS_MAX 18

enum kind {
	WORD,
	ALL,
	ANY
};

/* Nodes stand in one array, parents before their children. */
struct node {
	enum kind kind;
	uint32_t end; /* index behind the last node below this one */
	uint8_t n;    /* WORD */
	char word[WORD_MAX];
};

struct re_need {
	ARRAY(struct node) nodes;
};

/* ---- taking a pattern apart ---- */

struct reader {
	struct re_need *need;
	struct slice in; /* what is left */
	struct str run;  /* letters that stand side by side */
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
open_node(struct reader *r, enum kind kind)
{
	struct node *n = array_add_new(&r->need->nodes);

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

/* The run is over: its letters are a word, if there are enough. */
static void
end_run(struct reader *r)
{
	if (r->run.n >= GRAM) {
		size_t at = open_node(r, WORD);
		struct node *n = &r->need->nodes.v[at];

		n->n = (uint8_t)(r->run.n < WORD_MAX ? r->run.n : WORD_MAX);
		memcpy(n->word, r->run.p, n->n);
		close_node(r, at);
	}
	str_clear(&r->run);
}

/* A quantifier, if one comes: the least number of times; 1 without. */
static unsigned
take_quantifier(struct reader *r, bool *there_r)
{
	unsigned least = 1;
	size_t end = slice_find(r->in, '}');

	*there_r = true;
	if (next_is(r, "*") || next_is(r, "?")) {
		least = 0;
		skip(r, 1);
	} else if (next_is(r, "+")) {
		skip(r, 1);
	} else if (next_is(r, "{") && end < r->in.n && end > 1 &&
	           (byte_is_digit(r->in.p[1]) || r->in.p[1] == ',')) {
		/* "{0,3}" and what may be 0 by another spelling. */
		least = r->in.p[1] >= '1' && r->in.p[1] <= '9';
		skip(r, end + 1);
	} else {
		*there_r = false;
	}
	if (*there_r && (next_is(r, "?") || next_is(r, "+")))
		skip(r, 1);
	return least;
}

/* One character that stands for itself. */
static void
take_letter(struct reader *r, uint32_t c, size_t n)
{
	char lower = byte_lower(r->in.p[0]);
	bool usable = c < 0x80 || (c >= 0xac00 && c <= 0xd7a3);
	struct slice letter = slice_head(r->in, n);
	bool there;
	unsigned least;

	if (c < 0x80)
		letter = slice_make(&lower, 1);
	skip(r, n);
	least = take_quantifier(r, &there);
	if (!usable || least == 0) {
		end_run(r);
		return;
	}
	str_add_slice(&r->run, letter);
	if (there)
		end_run(r);
}

/* Something that is no certain letter. */
static void
take_other(struct reader *r)
{
	bool there;

	end_run(r);
	(void)take_quantifier(r, &there);
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

static void
take_class(struct reader *r)
{
	size_t i = 1;

	if (i < r->in.n && r->in.p[i] == '^')
		i++;
	if (i < r->in.n && r->in.p[i] == ']')
		i++;
	while (i < r->in.n && r->in.p[i] != ']') {
		/* "[:alpha:]" has a bracket of its own, \Q has any. */
		if (r->in.p[i] == '[' && i + 1 < r->in.n &&
		    strchr(":.=", r->in.p[i + 1]) != NULL)
			r->failed = true;
		if (r->in.p[i] == '\\' && i + 1 < r->in.n &&
		    r->in.p[++i] == 'Q')
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

static void take_any(struct reader *r);

static void
take_group(struct reader *r)
{
	size_t at = r->need->nodes.n;
	unsigned least;
	bool there;
	int kind;

	end_run(r);
	skip(r, 1);
	if (next_is(r, "?-i)")) {
		skip(r, 4);
		return;
	}
	kind = take_group_kind(r);
	if (kind < 0 || ++r->depth > DEPTH_MAX) {
		r->failed = true;
		return;
	}
	take_any(r);
	r->depth--;
	if (!next_is(r, ")"))
		r->failed = true;
	skip(r, 1);
	least = take_quantifier(r, &there);
	if (least == 0 || kind == 0)
		forget_from(r, at);
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

/* One after the other, until "|" or ")". */
static void
take_all(struct reader *r)
{
	size_t at = open_node(r, ALL);

	while (r->in.n > 0 && !r->failed && !next_is(r, "|") &&
	       !next_is(r, ")"))
		take_one(r);
	end_run(r);
	close_node(r, at);
}

/* Alternatives; those after one that needs nothing are read past. */
static void
take_any(struct reader *r)
{
	size_t at = open_node(r, ANY);
	bool useless = false;

	for (;;) {
		size_t branch = r->need->nodes.n;

		take_all(r);
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
}

/* Plain words; with wildcards "*" and "?" part them. */
static void
take_words(struct reader *r, bool wild)
{
	size_t at = open_node(r, ALL);

	while (r->in.n > 0) {
		uint32_t c;
		size_t n = utf8_decode(r->in.p, r->in.n, &c);
		char lower = byte_lower(r->in.p[0]);

		if (wild && (c == '*' || c == '?'))
			end_run(r);
		else if (c < 0x80)
			str_add_c(&r->run, lower);
		else if (c >= 0xac00 && c <= 0xd7a3)
			str_add(&r->run, r->in.p, n);
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

	str_init(&r.run, pattern.n);
	if ((flags & (RE_LITERAL | RE_WILDCARD)) != 0)
		take_words(&r, (flags & RE_WILDCARD) != 0);
	else
		take_any(&r);
	str_release(&r.run);
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

/* ---- texts ---- */

static uint32_t
gram_at(const char *p)
{
	uint32_t three = (uint32_t)(unsigned char)p[0] |
	                 (uint32_t)(unsigned char)p[1] << 8 |
	                 (uint32_t)(unsigned char)p[2] << 16;

	return three * 0x9e3779b1U >> (32 - BITS_MAX);
}

void
re_grams_make(struct re_grams *g, struct slice text)
{
	unsigned bits = BITS_MIN;

	while (bits < BITS_MAX && (size_t)1 << bits < text.n * 16)
		bits++;
	re_grams_release(g);
	g->mask = (1U << bits) - 1;
	g->bits = xcalloc(((size_t)g->mask + 1) / 64, sizeof *g->bits);
	for (size_t i = 0; i + GRAM <= text.n; i++) {
		uint32_t at = gram_at(text.p + i) & g->mask;

		g->bits[at / 64] |= (uint64_t)1 << at % 64;
	}
}

void
re_grams_release(struct re_grams *g)
{
	free(g->bits);
	*g = (struct re_grams){ 0 };
}

static bool
word_may_be_in(const struct node *n, const struct re_grams *g)
{
	for (unsigned i = 0; i + GRAM <= n->n; i++) {
		uint32_t at = gram_at(n->word + i) & g->mask;

		if ((g->bits[at / 64] >> at % 64 & 1) == 0)
			return false;
	}
	return true;
}

static bool
is_met(const struct re_need *need, size_t at, const struct re_grams *g)
{
	const struct node *n = &need->nodes.v[at];
	bool any = n->kind == ANY;

	if (n->kind == WORD)
		return word_may_be_in(n, g);
	for (size_t i = at + 1; i < n->end; i = need->nodes.v[i].end)
		if (is_met(need, i, g) == any)
			return any;
	return !any;
}

bool
re_need_met(const struct re_need *need, const struct re_grams *g)
{
	return need == NULL || is_met(need, 0, g);
}
