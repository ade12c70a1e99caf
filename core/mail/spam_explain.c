/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why the filter thinks so: the strongest features in words of the mail. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "mail/spam_state.h"
#include "text/hangul.h"
#include "text/unicode.h"
#include "util/array.h"
#include "util/i18n.h"
#include "util/utf8.h"

#include "util/banned.h"

/* Words shown for each side. */
#define SHOWN 15
/* Below this a word says nothing. */
#define WORTH    0.005
#define LINE_MAX 200
/* Bytes of a word that is shown whole. */
#define WHOLE_MAX 60

struct word {
	double weight;
	struct spam_feature_name name;
};

static int
compare_words(const void *a, const void *b)
{
	const struct word *x = a, *y = b;
	double p = fabs(x->weight), q = fabs(y->weight);

	return p > q ? -1 : p < q;
}

static int
compare_names(const void *a, const void *b)
{
	const struct spam_feature_name *x = &((const struct word *)a)->name;
	const struct spam_feature_name *y = &((const struct word *)b)->name;
	int order = slice_cmp(x->first, y->first);

	if (order == 0)
		order = slice_cmp(x->second, y->second);
	return order != 0 ? order : slice_cmp(x->head, y->head);
}

/* ---- whole words ---- */

/* Letters that are written without blanks and learnt in pieces. */
static bool
is_piece(uint32_t c)
{
	return hangul_is(c) || (c >= 0x3400 && c <= 0x9fff) ||
	       (c >= 0x3040 && c <= 0x30ff);
}

static size_t
letters_behind(struct slice s)
{
	size_t n = 0;

	while (n < s.n) {
		uint32_t c;
		size_t len = utf8_decode(s.p + n, s.n - n, &c);

		if (!is_piece(c))
			break;
		n += len;
	}
	return n;
}

static size_t
letters_before(struct slice s)
{
	size_t n = 0;

	while (n < s.n) {
		size_t at = s.n - n - 1;
		uint32_t c;

		while (at > 0 && ((unsigned char)s.p[at] & 0xc0) == 0x80)
			at--;
		(void)utf8_decode(s.p + at, s.n - n - at, &c);
		if (!is_piece(c))
			break;
		n = s.n - at;
	}
	return n;
}

static bool
lies_in(struct slice piece, struct slice text)
{
	uintptr_t p = (uintptr_t)piece.p, t = (uintptr_t)text.p;

	return text.n > 0 && p >= t && p + piece.n <= t + text.n;
}

/* A piece of a word as the word of the mail that it is of. */
static struct slice
whole_word(const struct spam_view *v, struct slice piece)
{
	struct slice text = lies_in(piece, v->subject) ? v->subject : v->text;
	size_t at, before, n;

	if (!lies_in(piece, text) || letters_behind(piece) != piece.n ||
	    piece.n == 0)
		return piece;
	at = (size_t)(piece.p - text.p);
	before = letters_before(slice_head(text, at));
	n = before + piece.n + letters_behind(slice_from(text, at + piece.n));
	/* A run without blanks is no word. */
	return n <= WHOLE_MAX ? slice_make(piece.p - before, n) : piece;
}

/* Two pieces of one word are that word. */
static void
make_whole(const struct spam_view *v, struct spam_feature_name *name)
{
	name->first = whole_word(v, name->first);
	name->second = whole_word(v, name->second);
	if (slice_eq(name->first, name->second))
		name->second = SLICE_NONE;
}

/* Several learners know the same word: one line for all.  Returns how many are
 * left. */
static size_t
merge_words(struct word *v, size_t n)
{
	size_t i, kept = 0;

	qsort(v, n, sizeof *v, compare_names);
	for (i = 0; i < n; i++)
		if (kept > 0 && compare_names(&v[kept - 1], &v[i]) == 0)
			v[kept - 1].weight += v[i].weight;
		else
			v[kept++] = v[i];
	qsort(v, kept, sizeof *v, compare_words);
	return kept;
}

static void
show_name(const struct spam_feature_name *n, struct str *out)
{
	struct str line;

	str_init(&line, LINE_MAX);
	if (n->head.n > 0) {
		str_add_slice(&line, n->head);
		str_add_z(&line, ": ");
	}
	str_add_slice(&line, n->first);
	if (n->second.n > 0) {
		str_add_z(&line, " … ");
		str_add_slice(&line, n->second);
	}
	unicode_clean_line(str_slice(&line), out);
	str_release(&line);
}

static void
show_word(const struct word *w, struct str *out)
{
	str_printf(out, "  %+.2f  ", w->weight);
	show_name(&w->name, out);
	str_add_c(out, '\n');
}

static void
show_side(const struct word *v, size_t n, bool is_spam, struct str *out)
{
	size_t i, shown = 0;

	str_add_z(out,
	          is_spam ? _("speaks for spam:") : _("speaks against spam:"));
	str_add_c(out, '\n');
	for (i = 0; i < n && shown < SHOWN; i++)
		if ((v[i].weight > 0) == is_spam) {
			show_word(&v[i], out);
			shown++;
		}
	if (shown == 0)
		str_printf(out, "  %s\n", _("nothing"));
}

static void
show_features(const struct spam *s, const struct spam_view *v,
              const struct spam_features *f, double share, struct str *out)
{
	ARRAY(struct word) words = { NULL, 0, 0 };
	size_t i;
	int set;

	for (set = 0; set < SPAM_SETS; set++)
		for (i = 0; i < f->set[set].n; i++) {
			struct word w = {
				share * spam_weigh_one(&s->model.weights, f,
				                       (enum spam_set)set, i),
				f->set[set].names[i]
			};

			if (w.name.first.n == 0 || fabs(w.weight) <= WORTH)
				continue;
			if (w.name.head.n == 0)
				make_whole(v, &w.name);
			array_add(&words, w);
		}
	if (words.n > 0)
		words.n = merge_words(words.v, words.n);
	show_side(words.v, words.n, true, out);
	show_side(words.v, words.n, false, out);
	array_release(&words);
}

static const char *
verdict_word(enum spam_verdict v)
{
	switch (v) {
	case SPAM_NONE:
	case SPAM_HAM:
		break;
	case SPAM_UNSURE:
		return _("unsure");
	case SPAM_SPAM:
		return _("spam");
	}
	return _("no spam");
}

/* Nothing is certain, least of all what is called unsure. */
static double
percent(double probability)
{
	return fmin(fmax(100 * probability, 1), 99);
}

void
spam_explain(struct spam *s, const struct spam_input *in, struct str *out)
{
	struct spam_features f;
	struct spam_judgement j;

	spam_features_init(&f, true);
	spam_judge(s, &f, in, &j);
	str_printf(out,
	           j.enough ? _("%s: score %+.1f, spam from %+.1f on, "
	                        "probability %.0f %%")
	                    : _("%s: rules %+.1f, spam from %+.1f on, "
	                        "probability %.0f %%"),
	           verdict_word(j.verdict), spam_deciding(&j), j.threshold,
	           percent(spam_probability_of(s, j.score)));
	str_add_c(out, '\n');
	spam_judgement_reasons(s, &j, out);
	if (fabs(j.learnt) > 0)
		show_features(s, &j.view, &f, j.learnt / j.sums.sum, out);
	spam_judgement_release(&j);
	spam_features_release(&f);
}
