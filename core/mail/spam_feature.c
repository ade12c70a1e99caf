/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The features of a mail.
 *
 * 1. A feature is a 32-bit hash scaled to a slot; which text it stood for is
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

/* Sets that share a table and see the same words need other slots for them:
 * this is what their hashes differ by. */
#define SUBJECT_SALT 0x5bd1e995U

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
	struct spam_features *f;
	struct slice head; /* name of the header, or empty */
	uint64_t head_hash;
	struct window window;
	size_t left;         /* words that the set still takes */
	size_t *sparse_left; /* the same for N: never more */
	enum spam_set set;
};

static uint64_t
mix(uint64_t h)
{
	h ^= h >> 32;
	h *= UINT64_C(0x9e3779b97f4a7c15);
	h ^= h >> 29;
	h *= UINT64_C(0xbf58476d1ce4e5b9);
	return h ^ (h >> 32);
}

uint64_t
spam_hash_mix(uint64_t h)
{
	return mix(h);
}

uint64_t
spam_hash(struct slice s, uint64_t seed)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325) ^ seed;
	size_t i;

	for (i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)byte_lower(s.p[i])) *
		    UINT64_C(0x100000001b3);
	return mix(h);
}

int
spam_set_table(enum spam_set set)
{
	return set == SPAM_HEADER || set == SPAM_SHAPE;
}

uint32_t
spam_set_slots(enum spam_set set)
{
	if (set == SPAM_SPARSE)
		return SPAM_SPARSE_SLOTS;
	return spam_set_table(set) == 0 ? SPAM_CONTENT_SLOTS
	                                : SPAM_HEADER_SLOTS;
}

void
spam_features_init(struct spam_features *f, bool named)
{
	size_t i;

	memset(f, 0, sizeof *f);
	for (i = 0; i < SPAM_SETS; i++) {
		struct spam_feature_list *l = &f->set[i];

		l->slots = xcalloc(SPAM_FEATURES_MAX + 1, sizeof *l->slots);
		l->distance = xcalloc(SPAM_FEATURES_MAX + 1, 1);
		l->limit = spam_set_slots((enum spam_set)i);
		l->salt = i == SPAM_SUBJECT ? SUBJECT_SALT : 0;
		l->seen = xcalloc(l->limit / 8, 1);
		if (named)
			l->names = xcalloc(SPAM_FEATURES_MAX, sizeof *l->names);
	}
}

void
spam_features_release(struct spam_features *f)
{
	size_t i;

	for (i = 0; i < SPAM_SETS; i++) {
		free(f->set[i].slots);
		free(f->set[i].distance);
		free(f->set[i].seen);
		free(f->set[i].names);
	}
	memset(f, 0, sizeof *f);
}

void
spam_features_clear(struct spam_features *f)
{
	size_t i, k;

	for (i = 0; i < SPAM_SETS; i++) {
		struct spam_feature_list *l = &f->set[i];

		for (k = 0; k < l->n; k++)
			l->seen[l->slots[k] / 8] = 0;
		l->n = 0;
	}
}

/* The same as spam_features_add, for the compiler to see through.  Whether a
 * feature is new cannot be foreseen, and a branch taken wrongly costs more than
 * to write it always: behind the last one there is room for one that is not. */
static inline struct spam_feature_name *
add(struct spam_features *f, enum spam_set set, uint64_t hash,
    unsigned distance)
{
	struct spam_feature_list *l = &f->set[set];
	uint64_t high = hash >> 32 ^ l->salt;
	uint32_t slot = (uint32_t)((high * l->limit) >> 32);
	unsigned char *seen = &l->seen[slot / 8], had = *seen;
	unsigned bit = slot % 8;
	size_t n = l->n;
	unsigned fresh = (n < SPAM_FEATURES_MAX) & (~(had >> bit) & 1U);

	l->slots[n] = slot;
	l->distance[n] = (unsigned char)distance;
	*seen = (unsigned char)(had | fresh << bit);
	l->n = n + fresh;
	if (l->names == NULL || !fresh)
		return NULL;
	l->names[n] = (struct spam_feature_name){ .first = SLICE_NONE };
	return &l->names[n];
}

struct spam_feature_name *
spam_features_add(struct spam_features *f, enum spam_set set, uint64_t hash,
                  unsigned distance)
{
	return add(f, set, hash, distance);
}

/* Overlapping 4-grams of ASCII; they have no name, they mean nothing to people.
 * Other characters have grams of their own (add_chars). */
static void
add_bytes(struct spam_features *f, enum spam_set set, struct slice s)
{
	uint32_t four = 0;
	size_t i;

	for (i = 0; i < s.n; i++) {
		four = four << 8 | (unsigned char)s.p[i];
		if (i >= 3 && (four & 0x80808080U) == 0)
			(void)add(f, set,
			          mix(four ^ (uint64_t)KIND_BYTES << 40), 0);
	}
}

/* Code-point 1- to 3-grams of each run of non-ASCII characters. */
static void
add_chars(struct spam_features *f, struct slice s)
{
	uint64_t last[3] = { 0, 0, 0 };
	size_t start[3] = { 0, 0, 0 };
	struct spam_feature_name *name;
	size_t i = 0, run = 0, k;

	while (i < s.n) {
		uint32_t c = (unsigned char)s.p[i];
		uint64_t h = KIND_CHARS;
		size_t len;

		if (c < 0x80) {
			run = 0;
			i++;
			continue;
		}
		len = utf8_decode(s.p + i, s.n - i, &c);
		run++;
		last[2] = last[1], last[1] = last[0], last[0] = c;
		start[2] = start[1], start[1] = start[0], start[0] = i;
		for (k = 0; k < 3 && k < run; k++) {
			h = mix(h << 21 ^ last[k] ^ (uint64_t)(k + 1) << 56);
			name = add(f, SPAM_CONTENT, h, 0);
			if (name != NULL)
				*name = (struct spam_feature_name){
					.first = slice_make(s.p + start[k],
					                    i + len - start[k])
				};
		}
		i += len;
	}
}

static void
add_named(struct sink *to, enum spam_set set, uint64_t hash, unsigned distance,
          struct slice first, struct slice second)
{
	struct spam_feature_name *name = add(to->f, set, hash, distance);

	if (name != NULL)
		*name = (struct spam_feature_name){ to->head, first, second };
}

/* A word, and its pairs with those before it: near ones for the sink's set, with
 * wide all of the window for N. */
static void
add_pairs(struct sink *to, unsigned near, bool wide, struct word w)
{
	uint64_t seed = to->head_hash, h = mix(w.hash ^ seed ^ KIND_WORD);
	struct window *win = &to->window;
	unsigned reach = wide ? WINDOW - 1 : near, d;

	add_named(to, to->set, h, 0, w.text, SLICE_NONE);
	if (wide)
		add_named(to, SPAM_SPARSE, h, 0, w.text, SLICE_NONE);
	for (d = 1; d <= reach && d <= win->n; d++) {
		const struct word *before = &win->w[(win->n - d) % WINDOW_RING];

		h = mix((before->hash * 3 + w.hash * 7 + d) ^ seed ^ KIND_PAIR);
		if (d <= near)
			add_named(to, to->set, h, d, before->text, w.text);
		if (wide)
			add_named(to, SPAM_SPARSE, h, d, before->text, w.text);
	}
	win->w[win->n++ % WINDOW_RING] = w;
}

static bool
ends_a_sentence(char c)
{
	return c == '.' || c == ':' || c == '/' || c == '\'';
}

static void
take_word(struct sink *to, struct slice text)
{
	struct word w;

	/* Hosts and links stay whole; the end of a sentence goes. */
	while (text.n > 1 && ends_a_sentence(text.p[text.n - 1]))
		text.n--;
	w.hash = spam_hash(slice_head(text, WORD_MAX), 0);
	w.text = text;
	if (to->left == 0)
		return;
	to->left--;
	add_pairs(to, to->set == SPAM_CONTENT ? 2 : 1, *to->sparse_left > 0, w);
	if (*to->sparse_left > 0)
		--*to->sparse_left;
}

/* Hangul, Han and kana: scripts whose words are taken as bigrams. */
static bool
is_cjk(uint32_t c)
{
	return (c >= 0x1100 && c <= 0x11ff) || (c >= 0x3040 && c <= 0x318f) ||
	       (c >= 0x3400 && c <= 0x9fff) || (c >= 0xac00 && c <= 0xd7a3) ||
	       (c >= 0xf900 && c <= 0xfaff) || (c >= 0x20000 && c <= 0x3ffff);
}

/* ASCII letters, digits and $'-_!./: as bits. */
static const uint64_t ascii_words[2] = { UINT64_C(0x07ffe09200000000),
	                                 UINT64_C(0x07fffffe87fffffe) };

static bool
is_word(uint32_t c)
{
	if (c < 0x80)
		return (ascii_words[c / 64] >> (c % 64) & 1) != 0;
	return c >= 0xaa && c != UTF8_REPLACEMENT && !is_cjk(c) &&
	       !(c >= 0x2000 && c <= 0x206f) && !(c >= 0x3000 && c <= 0x303f);
}

/* Bigrams of a run of CJK characters from start on; returns its end. */
static size_t
take_cjk(struct sink *to, struct slice s, size_t start)
{
	size_t i = start, prev = start, n = 0;

	while (i < s.n) {
		uint32_t c;
		size_t len = utf8_decode(s.p + i, s.n - i, &c);

		if (!is_cjk(c))
			break;
		if (n > 0)
			take_word(to, slice_make(s.p + prev, i + len - prev));
		prev = i;
		i += len;
		n++;
	}
	if (n == 1)
		take_word(to, slice_make(s.p + start, i - start));
	return i;
}

static void
take_words(struct sink *to, struct slice s)
{
	size_t i = 0, start = 0;

	while (i < s.n && to->left > 0) {
		uint32_t c = (unsigned char)s.p[i];
		size_t len = 1;

		if (c >= 0x80)
			len = utf8_decode(s.p + i, s.n - i, &c);
		if (is_word(c)) {
			i += len;
			continue;
		}
		if (i > start)
			take_word(to, slice_make(s.p + start, i - start));
		i = c >= 0x80 && is_cjk(c) ? take_cjk(to, s, i) : i + len;
		start = i;
	}
	if (i > start)
		take_word(to, slice_make(s.p + start, i - start));
}

/* Fields that a filter or a mail program on this side adds say what somebody
 * thought of the message, not what it is. */
bool
spam_is_local_field(struct slice name)
{
	static const char *const prefixes[] = {
		"x-spam",     "x-bogosity", "x-mozilla", "x-pabal",
		"x-keywords", "x-uid",      "x-imap",    "x-gmail-labels",
	};
	static const char *const whole[] = { "status", "x-status", "lines",
		                             "content-length", "from " };
	size_t i;

	/* Their first letters: most names have others. */
	if (name.n == 0 || strchr("xslcf", byte_lower(name.p[0])) == NULL)
		return false;
	for (i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
		if (slice_istarts(name, prefixes[i]))
			return true;
	for (i = 0; i < sizeof whole / sizeof *whole; i++)
		if (slice_ieq_z(name, whole[i]))
			return true;
	return false;
}

static void
add_headers(const struct spam_view *v, struct sink *to)
{
	size_t i;

	for (i = 0; i < v->header_count; i++) {
		const struct spam_header *h = &v->headers[i];

		if (spam_is_local_field(h->name))
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
	add_bytes(f, SPAM_GRAMS, s);
	add_chars(f, s);
	take_words(to, s);
}

/* A subject is read first and says most: once more, by itself. */
static void
add_subject(struct spam_features *f, struct slice s)
{
	size_t none = 0;
	struct sink subject = {
		.f = f,
		.set = SPAM_SUBJECT,
		.left = SIZE_MAX,
		.sparse_left = &none,
	};

	add_bytes(f, SPAM_SUBJECT, s);
	take_words(&subject, s);
}

void
spam_features_of(struct spam_features *f, const struct spam_view *v)
{
	size_t sparse_left = SPARSE_WORDS;
	struct sink header = { .f = f,
		               .set = SPAM_HEADER,
		               .left = HEADER_WORDS,
		               .sparse_left = &sparse_left };
	struct sink content = { .f = f,
		                .set = SPAM_CONTENT,
		                .left = SIZE_MAX,
		                .sparse_left = &sparse_left };
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
}
