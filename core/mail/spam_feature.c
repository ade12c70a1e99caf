/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The features of a mail.
 *
 * 1. A feature is a hash, whose slot spam_set.c finds; which text it stood for is
 *    known only while the message is at hand (names).
 * 2. A slot counts once per message: features are binary.
 * 3. Work is bounded: TEXT_BYTES of content, HEADER_WORDS and SPARSE_WORDS
 *    words, SPAM_FEATURES_MAX slots a set.
 *
 * Each kind of feature has a learner of its own: what one kind knows too well
 * must not keep the others from learning.  Measured: one for all doubles what is
 * ranked wrongly, one for 4-grams and words together costs a quarter of it.
 * Hangul and Han words become overlapping bigrams because an eojeol carries its
 * particles with it and hardly ever comes back as a whole.
 *
 * Rejected, as they gained nothing beside these: jamo and grams across blanks,
 * longer grams, words with their case, 4-grams of header fields.
 */
#include "mail/spam_feature.h"

#include <stdlib.h>
#include <string.h>

#include "mail/spam_shape.h"
#include "util/utf8.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Bytes of subject and text that learner A sees. */
#define TEXT_BYTES 3000
/* Words of the header that learner B sees. */
#define HEADER_WORDS 2500
/* Words of header and text that learner N sees. */
#define SPARSE_WORDS 1000
/* Window of N: a word and the four before it. */
#define WINDOW 5
/* A power of two above it. */
#define WINDOW_RING 8
/* A word is cut here: longer ones are encoded data. */
#define WORD_MAX 40

enum kind {
	KIND_BYTES = 1,
	KIND_CHARS,
	KIND_WORD,
	KIND_PAIR,
	KIND_HEADER,
};

/* A word as the learners see it. */
struct word {
	uint64_t hash;
	struct slice text;
};

/* The words before the current one, in a ring. */
struct window {
	struct word w[WINDOW_RING];
	size_t n; /* of all words so far */
};

/* Where words go. */
struct sink {
	struct spam_feature_list *own, *sparse;
	struct slice head; /* name of the header, or empty */
	uint64_t head_hash;
	struct window window;
	size_t left;         /* words that the set still takes */
	size_t *sparse_left; /* the same for N: never more */
	unsigned near;       /* words whose pairs the set takes */
};

/* The last step of mix is not seen in the half that slots are made of. */
static inline uint64_t
mix_high(uint64_t h)
{
	h ^= h >> 32;
	h *= UINT64_C(0x9e3779b97f4a7c15);
	h ^= h >> 29;
	return h * UINT64_C(0xbf58476d1ce4e5b9);
}

static inline uint64_t
mix(uint64_t h)
{
	h = mix_high(h);
	return h ^ (h >> 32);
}

uint64_t
spam_hash_mix(uint64_t h)
{
	return mix(h);
}

#define HASH_BEGIN UINT64_C(0xcbf29ce484222325)

static inline uint64_t
hash_byte(uint64_t h, unsigned char c)
{
	return (h ^ c) * UINT64_C(0x100000001b3);
}

uint64_t
spam_hash(struct slice s, uint64_t seed)
{
	uint64_t h = HASH_BEGIN ^ seed;
	size_t i;

	for (i = 0; i < s.n; i++)
		h = hash_byte(h, (unsigned char)byte_lower(s.p[i]));
	return mix(h);
}

/* Overlapping 4-grams of ASCII; they have no name, they mean nothing to people.
 * Other characters have grams of their own (add_chars). */
static void
add_bytes(struct spam_feature_list *l, struct slice s)
{
	const unsigned char *p = (const unsigned char *)s.p, *end = p + s.n;
	uint32_t four;

	if (s.n < 4)
		return;
	four = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
	for (p += 3; p < end;) {
		size_t n = (size_t)(end - p);
		uint64_t *w = spam_list_room(l, SPAM_WAITING);
		const unsigned char *stop =
			p + (n < SPAM_WAITING ? n : SPAM_WAITING);

		if (l->names != NULL)
			memset(l->waiting_names, 0,
			       SPAM_WAITING * sizeof *l->waiting_names);
		for (; p < stop; p++) {
			four = four << 8 | *p;
			*w = spam_waiting(
				mix_high(four ^ (uint64_t)KIND_BYTES << 40), 0);
			w += (four & 0x80808080U) == 0;
		}
		spam_list_put(l, w);
	}
}

/* Code-point 1- to 3-grams of each run of non-ASCII characters. */
static void
add_chars(struct spam_feature_list *l, struct slice s)
{
	uint64_t last[3] = { 0, 0, 0 };
	size_t start[3] = { 0, 0, 0 };
	size_t i = 0, run = 0, k;

	while (i < s.n) {
		uint64_t h = KIND_CHARS, *w;
		uint32_t c;
		size_t len;

		if ((s.p[i] & 0x80) == 0) {
			run = 0;
			i += utf8_ascii(s.p + i, s.n - i);
			continue;
		}
		len = utf8_step(s.p + i, s.n - i, &c);
		run++;
		last[2] = last[1], last[1] = last[0], last[0] = c;
		start[2] = start[1], start[1] = start[0], start[0] = i;
		w = spam_list_room(l, 3);
		for (k = 0; k < 3 && k < run; k++) {
			h = mix(h << 21 ^ last[k] ^ (uint64_t)(k + 1) << 56);
			if (l->names != NULL)
				l->waiting_names[w - l->waiting] =
					(struct spam_feature_name){
						.first = slice_make(
							s.p + start[k],
							i + len - start[k])
					};
			*w++ = spam_waiting(h, 0);
		}
		spam_list_put(l, w);
		i += len;
	}
}

/* What the last n features of a list are made of: a word, and its pairs. */
static void
name_pairs(const struct sink *to, struct spam_feature_list *l, size_t n,
           struct slice text)
{
	const struct window *win = &to->window;
	struct spam_feature_name *name = l->waiting_names + l->waits - n;
	size_t d;

	*name++ = (struct spam_feature_name){ to->head, text, SLICE_NONE };
	for (d = 1; d < n; d++)
		*name++ = (struct spam_feature_name){
			to->head, win->w[(win->n - d) % WINDOW_RING].text, text
		};
}

static void
put_named(const struct sink *to, struct spam_feature_list *l,
          const uint64_t *end, struct slice text)
{
	size_t n = (size_t)(end - l->waiting) - l->waits;

	spam_list_put(l, end);
	if (l->names != NULL && n > 0)
		name_pairs(to, l, n, text);
}

static inline uint64_t
pair(const struct window *win, size_t d, uint64_t hash, uint64_t seed)
{
	uint64_t before = win->w[(win->n - d) % WINDOW_RING].hash;

	return spam_waiting(mix_high((before * 3 + hash * 7 + d) ^ seed ^
	                             KIND_PAIR),
	                    (unsigned)d);
}

/* A word, and its pairs with those before it: near ones for the sink's set, with
 * wide all of the window for N. */
static void
add_pairs(struct sink *to, bool wide, struct word w)
{
	uint64_t seed = to->head_hash, h = mix_high(w.hash ^ seed ^ KIND_WORD);
	uint64_t *own = spam_list_room(to->own, WINDOW);
	uint64_t *sparse = spam_list_room(to->sparse, WINDOW);
	struct window *win = &to->window;
	size_t near = to->near < win->n ? to->near : win->n;
	size_t reach = WINDOW - 1 < win->n ? WINDOW - 1 : win->n, d;

	/* One way for all would be shorter, and half as quick. */
	*own = *sparse = spam_waiting(h, 0);
	if (wide && reach == WINDOW - 1) {
		own[1] = sparse[1] = pair(win, 1, w.hash, seed);
		own[2] = sparse[2] = pair(win, 2, w.hash, seed);
		sparse[3] = pair(win, 3, w.hash, seed);
		sparse[4] = pair(win, 4, w.hash, seed);
	} else {
		for (d = 1; d <= near; d++)
			own[d] = pair(win, d, w.hash, seed);
		for (d = 1; wide && d <= reach; d++)
			sparse[d] = pair(win, d, w.hash, seed);
	}
	put_named(to, to->own, own + 1 + near, w.text);
	put_named(to, to->sparse, sparse + (wide ? 1 + reach : 0), w.text);
	win->w[win->n++ % WINDOW_RING] = w;
}

static void
take_word(struct sink *to, struct word w)
{
	if (to->left == 0)
		return;
	to->left--;
	add_pairs(to, *to->sparse_left > 0, w);
	if (*to->sparse_left > 0)
		--*to->sparse_left;
}

static bool
ends_a_sentence(char c)
{
	return c == '.' || c == ':' || c == '/' || c == '\'';
}

/* Hosts and links stay whole; the end of a sentence goes. */
static void
take_ended(struct sink *to, struct word w)
{
	size_t n = w.text.n;

	while (w.text.n > 1 && ends_a_sentence(w.text.p[w.text.n - 1]))
		w.text.n--;
	if (w.text.n < n)
		w.hash = spam_hash(slice_head(w.text, WORD_MAX), 0);
	take_word(to, w);
}

/* Hangul, Han and kana: scripts whose words are taken as bigrams. */
static bool
is_cjk(uint32_t c)
{
	return (c >= 0xac00 && c <= 0xd7a3) || (c >= 0x3400 && c <= 0x9fff) ||
	       (c >= 0x1100 && c <= 0x11ff) || (c >= 0x3040 && c <= 0x318f) ||
	       (c >= 0xf900 && c <= 0xfaff) || (c >= 0x20000 && c <= 0x3ffff);
}

/* Of each ASCII character the byte that stands for it in a word, 0: it is in
 * none.  Words are letters, digits and $'-_!./: */
static const unsigned char word_bytes[128] = {
	['!'] = '!', ['$'] = '$', ['\''] = '\'', ['-'] = '-', ['.'] = '.',
	['/'] = '/', ['0'] = '0', ['1'] = '1',   ['2'] = '2', ['3'] = '3',
	['4'] = '4', ['5'] = '5', ['6'] = '6',   ['7'] = '7', ['8'] = '8',
	['9'] = '9', [':'] = ':', ['_'] = '_',   ['A'] = 'a', ['B'] = 'b',
	['C'] = 'c', ['D'] = 'd', ['E'] = 'e',   ['F'] = 'f', ['G'] = 'g',
	['H'] = 'h', ['I'] = 'i', ['J'] = 'j',   ['K'] = 'k', ['L'] = 'l',
	['M'] = 'm', ['N'] = 'n', ['O'] = 'o',   ['P'] = 'p', ['Q'] = 'q',
	['R'] = 'r', ['S'] = 's', ['T'] = 't',   ['U'] = 'u', ['V'] = 'v',
	['W'] = 'w', ['X'] = 'x', ['Y'] = 'y',   ['Z'] = 'z', ['a'] = 'a',
	['b'] = 'b', ['c'] = 'c', ['d'] = 'd',   ['e'] = 'e', ['f'] = 'f',
	['g'] = 'g', ['h'] = 'h', ['i'] = 'i',   ['j'] = 'j', ['k'] = 'k',
	['l'] = 'l', ['m'] = 'm', ['n'] = 'n',   ['o'] = 'o', ['p'] = 'p',
	['q'] = 'q', ['r'] = 'r', ['s'] = 's',   ['t'] = 't', ['u'] = 'u',
	['v'] = 'v', ['w'] = 'w', ['x'] = 'x',   ['y'] = 'y', ['z'] = 'z',
};

/* The same of all others. */
static bool
is_word(uint32_t c)
{
	return c >= 0xaa && c != UTF8_REPLACEMENT && !is_cjk(c) &&
	       !(c >= 0x2000 && c <= 0x206f) && !(c >= 0x3000 && c <= 0x303f);
}

/* Hash the bytes of one character to the end of both. */
static inline void
hash_char(const char *text, size_t len, uint64_t *one, uint64_t *two)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t k = 0;

	if (len == 3)
		for (; k < 3; k++) {
			*one = hash_byte(*one, p[k]);
			*two = hash_byte(*two, p[k]);
		}
	for (; k < len; k++) {
		*one = hash_byte(*one, p[k]);
		*two = hash_byte(*two, p[k]);
	}
}

/* Bigrams of a run of CJK characters from start on; returns its end. */
static size_t
take_cjk(struct sink *to, struct slice s, size_t start)
{
	size_t i = start, prev = start, n = 0;
	uint64_t one = 0;

	while (i < s.n) {
		uint64_t two = one;
		uint32_t c;
		size_t len = utf8_step(s.p + i, s.n - i, &c);

		if (!is_cjk(c))
			break;
		/* The character begins a pair, and ends another. */
		one = HASH_BEGIN;
		hash_char(s.p + i, len, &one, &two);
		if (n > 0)
			take_word(to,
			          (struct word){ mix(two),
			                         slice_make(s.p + prev,
			                                    i + len - prev) });
		prev = i;
		i += len;
		n++;
	}
	if (n == 1)
		take_word(to, (struct word){ mix(one), slice_make(s.p + start,
		                                                  i - start) });
	return i;
}

/* The word that begins at start, or an empty one. */
static struct word
read_word(struct slice s, size_t start)
{
	uint64_t h = HASH_BEGIN;
	size_t i = start;

	while (i < s.n) {
		unsigned char c = (unsigned char)s.p[i];
		uint32_t wide;
		size_t len = 1, k;

		if (c < 0x80) {
			c = word_bytes[c];
			if (c == 0)
				break;
			if (i - start < WORD_MAX)
				h = hash_byte(h, c);
			i++;
			continue;
		}
		len = utf8_step(s.p + i, s.n - i, &wide);
		if (!is_word(wide))
			break;
		for (k = 0; k < len; k++)
			if (i + k - start < WORD_MAX)
				h = hash_byte(h, (unsigned char)s.p[i + k]);
		i += len;
	}
	return (struct word){ mix(h), slice_make(s.p + start, i - start) };
}

/* Take the word, or the run of CJK characters, that begins at i, if one does.
 * Returns where what comes next begins. */
static size_t
take_next(struct sink *to, struct slice s, size_t i)
{
	struct word w;
	uint32_t c = (unsigned char)s.p[i];
	size_t len = 1;

	if (c >= 0x80) {
		len = utf8_step(s.p + i, s.n - i, &c);
		if (is_cjk(c))
			return take_cjk(to, s, i);
	}
	w = read_word(s, i);
	if (w.text.n == 0)
		return i + len;
	take_ended(to, w);
	return i + w.text.n;
}

static void
take_words(struct sink *to, struct slice s)
{
	size_t i = 0;

	while (i < s.n && to->left > 0) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < 0x80 && word_bytes[c] == 0)
			i++;
		else
			i = take_next(to, s, i);
	}
}

static void
add_headers(const struct spam_view *v, struct sink *to)
{
	size_t i;

	for (i = 0; i < v->header_count; i++) {
		const struct spam_header *h = &v->headers[i];

		if (h->local)
			continue;
		to->head = h->name;
		to->head_hash = spam_hash(h->name, KIND_HEADER);
		to->window.n = 0;
		take_words(to, h->value);
	}
}

static void
add_content(struct spam_features *f, struct slice s, struct sink *to)
{
	add_bytes(&f->set[SPAM_GRAMS], s);
	add_chars(&f->set[SPAM_CONTENT], s);
	take_words(to, s);
}

/* A subject is read first and says most: once more, by itself. */
static void
add_subject(struct spam_features *f, struct slice s)
{
	size_t none = 0;
	struct sink subject = {
		.own = &f->set[SPAM_SUBJECT],
		.sparse = &f->set[SPAM_SPARSE],
		.left = SIZE_MAX,
		.sparse_left = &none,
		.near = 1,
	};

	add_bytes(&f->set[SPAM_SUBJECT], s);
	take_words(&subject, s);
}

void
spam_features_of(struct spam_features *f, const struct spam_view *v)
{
	size_t sparse_left = SPARSE_WORDS;
	struct sink header = { .own = &f->set[SPAM_HEADER],
		               .sparse = &f->set[SPAM_SPARSE],
		               .left = HEADER_WORDS,
		               .sparse_left = &sparse_left,
		               .near = 1 };
	struct sink content = { .own = &f->set[SPAM_CONTENT],
		                .sparse = &f->set[SPAM_SPARSE],
		                .left = SIZE_MAX,
		                .sparse_left = &sparse_left,
		                .near = 2 };
	struct slice text = slice_make(
		v->text.p,
		utf8_cut(v->text.p,
	                 v->text.n < TEXT_BYTES ? v->text.n : TEXT_BYTES));

	spam_features_clear(f);
	add_headers(v, &header);
	add_content(f, v->subject, &content);
	add_content(f, text, &content);
	add_subject(f, v->subject);
	spam_shape_add(f, v);
	spam_features_settle(f);
}
