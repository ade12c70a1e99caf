/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The words of many patterns.
 *
 * A text is walked once, whatever the number of patterns.
 *
 * 1. Each word is known by one run of three bytes of it (its gram), the one that
 *    is the rarest in common text and begins with a character, as a syllable
 *    does.  A set of bits says of most places of a text that no word's gram stands
 *    there.
 * 2. Where one may, the words of its bucket are compared, their first eight bytes
 *    as one number.  A word that was found is not found again.
 * 3. Only patterns of which a word was found have their need looked at: all
 *    others cannot be met, but for those that are met by nothing, which are known
 *    before.
 *
 * Rejected: one automaton of all words (more to build at each start than it saves
 * with a few messages); a set of the text's own grams in which each pattern looks
 * (five times slower with fifty rules).
 */
#include "text/re_index.h"

#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Bits of the set and of the buckets: both stay in the nearest cache. */
#define SET_BITS    15
#define BUCKET_BITS 10
#define NONE        UINT32_MAX

/* A node of a need; word: its number. */
struct place {
	enum re_need_kind kind;
	uint32_t end; /* index behind the last one below it */
	uint32_t word;
};

struct word {
	uint64_t head, mask; /* the first eight bytes */
	uint32_t next;       /* of the bucket, or NONE */
	uint32_t user;       /* last one added, or NONE */
	uint8_t gram;        /* where its gram begins */
	uint8_t n;
	char p[RE_NEED_WORD];
};

/* A pattern that needs a word. */
struct user {
	uint32_t pattern;
	uint32_t next; /* of the same word, or NONE */
};

struct re_index {
	ARRAY(struct place) places;
	ARRAY(struct word) words;
	ARRAY(struct user) users;
	ARRAY(uint32_t) first;  /* place of each pattern's need, or NONE */
	ARRAY(uint64_t) always; /* patterns that any text may match */
	uint64_t set[(1 << SET_BITS) / 64];
	uint32_t bucket[1 << BUCKET_BITS];
};

struct re_index *
re_index_new(void)
{
	struct re_index *x = xcalloc(1, sizeof *x);

	memset(x->bucket, 0xff, sizeof x->bucket);
	return x;
}

void
re_index_free(struct re_index **x)
{
	if (*x == NULL)
		return;
	array_release(&(*x)->places);
	array_release(&(*x)->words);
	array_release(&(*x)->users);
	array_release(&(*x)->first);
	array_release(&(*x)->always);
	free(*x);
	*x = NULL;
}

static inline uint32_t
gram_hash(uint32_t three)
{
	return three * 0x9e3779b1U >> (32 - SET_BITS);
}

static uint32_t
gram_of(const char *p)
{
	return (uint32_t)(unsigned char)p[0] |
	       (uint32_t)(unsigned char)p[1] << 8 |
	       (uint32_t)(unsigned char)p[2] << 16;
}

/* How often a byte stands in text, roughly. */
static unsigned
commonness(char c)
{
	static const char common[] = " etaoinsrhldcumfpgwyb";
	const char *at = c != '\0' ? strchr(common, c) : NULL;

	return at != NULL ? (unsigned)(sizeof common - (size_t)(at - common))
	                  : 0;
}

/* Inside of a character, where no gram begins? */
static inline bool
is_inside(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

static unsigned
rarest_gram(const char *p, size_t n)
{
	unsigned best = 0, least = UINT32_MAX;
	size_t i;

	for (i = 0; i + RE_NEED_LEAST <= n; i++) {
		unsigned all = commonness(p[i]) + commonness(p[i + 1]) +
		               commonness(p[i + 2]);

		if (all < least && !is_inside((unsigned char)p[i])) {
			least = all;
			best = (unsigned)i;
		}
	}
	return best;
}

static uint64_t
head_of(const char *p, size_t n)
{
	uint64_t head = 0;

	memcpy(&head, p, n < sizeof head ? n : sizeof head);
	return head;
}

static uint32_t
new_word(struct re_index *x, uint32_t hash, const struct re_need_node *n,
         unsigned gram)
{
	uint32_t *bucket = &x->bucket[hash & ((1U << BUCKET_BITS) - 1)];
	struct word *w = array_add_new(&x->words);
	char ones[8];

	memset(ones, 0xff, sizeof ones);
	w->mask = head_of(ones, n->n < sizeof ones ? n->n : sizeof ones);
	w->head = head_of(n->word, n->n);
	w->gram = (uint8_t)gram;
	w->n = n->n;
	memcpy(w->p, n->word, n->n);
	w->user = NONE;
	w->next = *bucket;
	*bucket = (uint32_t)x->words.n - 1;
	x->set[hash / 64] |= (uint64_t)1 << hash % 64;
	return *bucket;
}

static uint32_t
word_number(struct re_index *x, const struct re_need_node *n)
{
	unsigned gram = rarest_gram(n->word, n->n);
	uint32_t hash = gram_hash(gram_of(n->word + gram));
	uint32_t at = x->bucket[hash & ((1U << BUCKET_BITS) - 1)];

	for (; at != NONE; at = x->words.v[at].next)
		if (x->words.v[at].n == n->n &&
		    memcmp(x->words.v[at].p, n->word, n->n) == 0)
			return at;
	return new_word(x, hash, n, gram);
}

static void
add_user(struct re_index *x, uint32_t word, uint32_t pattern)
{
	uint32_t *user = &x->words.v[word].user;

	/* It may need the word more than once. */
	if (*user != NONE && x->users.v[*user].pattern == pattern)
		return;
	array_add(&x->users, ((struct user){ pattern, *user }));
	*user = (uint32_t)x->users.n - 1;
}

/* found: a bit for each word. */
static bool
is_met(const struct re_index *x, size_t at, const uint64_t *found)
{
	const struct place *all = x->places.v;
	bool any = all[at].kind == RE_NEED_ANY;
	size_t i;

	if (all[at].kind == RE_NEED_WORD_IS)
		return re_index_bit(found, all[at].word);
	for (i = at + 1; i < all[at].end; i = all[i].end)
		if (is_met(x, i, found) == any)
			return any;
	return !any;
}

static void
set_bit(uint64_t *bits, size_t n)
{
	bits[n / 64] |= (uint64_t)1 << n % 64;
}

static bool
needs_nothing(const struct re_index *x, size_t first)
{
	uint64_t *none = xcalloc(x->words.n / 64 + 1, sizeof *none);
	bool met = is_met(x, first, none);

	free(none);
	return met;
}

size_t
re_index_add(struct re_index *x, const struct re_need *need)
{
	uint32_t pattern = (uint32_t)x->first.n;
	uint32_t first = (uint32_t)x->places.n;
	size_t i;

	if (pattern / 64 == x->always.n)
		array_add(&x->always, 0);
	for (i = 0; need != NULL && i < need->nodes.n; i++) {
		const struct re_need_node *n = &need->nodes.v[i];
		struct place p = { n->kind, first + n->end, NONE };

		if (n->kind == RE_NEED_WORD_IS) {
			p.word = word_number(x, n);
			add_user(x, p.word, pattern);
		}
		array_add(&x->places, p);
	}
	if (need == NULL || needs_nothing(x, first))
		set_bit(x->always.v, pattern);
	array_add(&x->first, need != NULL ? first : NONE);
	return pattern;
}

size_t
re_index_size(const struct re_index *x)
{
	return x->always.n;
}

/* What was found so far. */
struct look {
	const struct re_index *x;
	struct slice text;
	uint64_t *found; /* words */
	uint64_t *asked; /* patterns of which a word was found */
};

static bool
is_there(const struct word *w, struct slice text, size_t at)
{
	const char *p = text.p + at;
	uint64_t head;

	if (w->n > text.n - at)
		return false;
	if (text.n - at >= sizeof head)
		memcpy(&head, p, sizeof head);
	else
		head = head_of(p, text.n - at);
	return (head & w->mask) == w->head &&
	       (w->n <= sizeof head ||
	        memcmp(p + sizeof head, w->p + sizeof head,
	               w->n - sizeof head) == 0);
}

/* A word's gram may begin at i. */
static void
look_at(const struct look *l, uint32_t hash, size_t i)
{
	const struct re_index *x = l->x;
	uint32_t at = x->bucket[hash & ((1U << BUCKET_BITS) - 1)], user;

	for (; at != NONE; at = x->words.v[at].next) {
		const struct word *w = &x->words.v[at];

		if (i < w->gram || !is_there(w, l->text, i - w->gram) ||
		    re_index_bit(l->found, at))
			continue;
		set_bit(l->found, at);
		for (user = w->user; user != NONE; user = x->users.v[user].next)
			set_bit(l->asked, x->users.v[user].pattern);
	}
}

static void
walk(const struct look *l)
{
	const unsigned char *p = (const unsigned char *)l->text.p;
	const uint64_t *set = l->x->set;
	size_t n = l->text.n, i;

	if (n < RE_NEED_LEAST)
		return;
	for (i = 0; i + RE_NEED_LEAST <= n; i++) {
		uint32_t hash;

		if (is_inside(p[i]))
			continue;
		hash = gram_hash(gram_of((const char *)p + i));
		if (re_index_bit(set, hash))
			look_at(l, hash, i);
	}
}

static void
ask(const struct look *l, uint64_t *may)
{
	const struct re_index *x = l->x;
	size_t i;

	for (i = 0; i < x->always.n; i++) {
		uint64_t left = l->asked[i] & ~may[i];

		while (left != 0) {
			unsigned bit = (unsigned)__builtin_ctzll(left);
			size_t n = i * 64 + bit;

			left &= left - 1;
			if (is_met(x, x->first.v[n], l->found))
				set_bit(may, n);
		}
	}
}

void
re_index_look(const struct re_index *x, struct slice text, uint64_t *may_r)
{
	size_t words = x->words.n / 64 + 1, patterns = x->always.n;
	struct look l = { .x = x, .text = text };

	if (patterns == 0)
		return;
	memcpy(may_r, x->always.v, patterns * sizeof *may_r);
	l.found = xcalloc(words + patterns, sizeof *l.found);
	l.asked = l.found + words;
	walk(&l);
	ask(&l, may_r);
	free(l.found);
}
