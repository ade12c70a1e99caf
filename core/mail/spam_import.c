/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The word list of another filter as a start ("bogoutil -d": a word, how many
 * spams and how many good mails had it, a date, a line each).
 *
 * Our learners know no single words with counts: they learn from mails.  So
 * mails are made in which the words occur as often as the list says, and those
 * are learnt like any other; they fade as real mail is learnt.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mail/spam.h"
#include "util/array.h"
#include "util/digest.h"
#include "util/i18n.h"
#include "util/utf8.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Mails made of each class, and words in one: the learners look no further. */
#define MAILS_MAX  300
#define MAIL_WORDS 200
#define MAIL_BYTES 20000
/* A word that is only a little more usual on one side says nothing. */
#define RATIO_LEAST 1.5
#define WORDS_MAX   5000000
/* Longer ones are encoded data. */
#define WORD_BYTES 60

enum place {
	PLACE_BODY,
	PLACE_SUBJECT,
	PLACE_FROM,
	PLACES
};

struct word {
	struct slice text;
	enum place place;
	uint64_t n[2]; /* good mails, spams that had it */
};

struct list {
	ARRAY(struct word) words;
	uint64_t mails[2]; /* good, spam */
};

/* A mail being made. */
struct made {
	struct str part[PLACES];
	size_t words;
};

/* Take the last word off *s; 0 when it is no number. */
static int
take_count(struct slice *s, uint64_t *n_r)
{
	size_t blank = slice_rfind(*s, ' ');

	if (blank == s->n || slice_u64(slice_from(*s, blank + 1), n_r) != 0)
		return -1;
	*s = slice_rtrim(slice_head(*s, blank));
	return 0;
}

static bool
take_place(struct slice *s, enum place *place_r)
{
	static const struct {
		const char *head;
		enum place place;
	} heads[] = { { "subj:", PLACE_SUBJECT }, { "from:", PLACE_FROM } };

	size_t i;

	*place_r = PLACE_BODY;
	for (i = 0; i < sizeof heads / sizeof *heads; i++)
		if (slice_starts(*s, heads[i].head)) {
			*s = slice_from(*s, strlen(heads[i].head));
			*place_r = heads[i].place;
			return true;
		}
	/* Words of other headers are those of other servers. */
	return !slice_starts(*s, "head:") && !slice_starts(*s, "rcvd:") &&
	       !slice_starts(*s, "mime:") && !slice_starts(*s, "rtrn:") &&
	       !slice_starts(*s, "to:");
}

static bool
word_ok(struct slice s)
{
	size_t i;

	if (s.n == 0 || s.n > WORD_BYTES || !utf8_valid(s.p, s.n))
		return false;
	for (i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x21 || s.p[i] == 0x7f ||
		    strchr("<>\"\\(),;@", s.p[i]) != NULL)
			return false;
	return true;
}

static int
read_line(struct list *l, struct slice line, struct err *err)
{
	struct word w = { .text = slice_trim(line) };
	uint64_t date;

	if (w.text.n == 0)
		return 0;
	if (take_count(&w.text, &date) != 0 ||
	    take_count(&w.text, &w.n[0]) != 0 ||
	    take_count(&w.text, &w.n[1]) != 0)
		return err_set(err, ERR_CONFIG,
		               _("this is no word list as \"bogoutil -d\" "
		                 "prints it"));
	if (slice_eq_z(w.text, ".MSG_COUNT")) {
		l->mails[0] = w.n[0];
		l->mails[1] = w.n[1];
	} else if (!slice_starts(w.text, ".") &&
	           take_place(&w.text, &w.place) && word_ok(w.text) &&
	           l->words.n < WORDS_MAX) {
		array_add(&l->words, w);
	}
	return 0;
}

static double
share(const struct list *l, const struct word *w, int side)
{
	double s = (double)w->n[side] / (double)l->mails[side];

	return s < 1 ? s : 1;
}

static bool
tells(const struct list *l, const struct word *w)
{
	double good = share(l, w, 0) + 0.5 / (double)l->mails[0];
	double bad = share(l, w, 1) + 0.5 / (double)l->mails[1];

	return w->n[0] + w->n[1] > 1 &&
	       (bad > good * RATIO_LEAST || good > bad * RATIO_LEAST);
}

/* qsort has no context: the difference of the shares is kept beside. */
struct ranked {
	double worth;
	const struct word *w;
};

static int
compare(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->worth > y->worth || x->worth < y->worth)
		return x->worth > y->worth ? -1 : 1;
	return slice_cmp(x->w->text, y->w->text);
}

/* Put a word into as many of the mails as its share asks for. */
static void
spread(const struct list *l, const struct word *w, int side, struct made *v,
       size_t n)
{
	size_t times = (size_t)lround(share(l, w, side) * (double)n);
	uint64_t start = digest_hash64(w->text, (uint64_t)side + 1);
	size_t i;

	if (times == 0 && share(l, w, side) > share(l, w, !side))
		times = 1;
	for (i = 0; i < times; i++) {
		struct made *m = &v[(start + i * n / times) % n];

		if (m->words == MAIL_WORDS)
			continue;
		m->words++;
		str_add_slice(&m->part[w->place], w->text);
		str_add_c(&m->part[w->place], ' ');
	}
}

static int
learn(struct spam *s, const struct made *made, int side, size_t number,
      struct err *err)
{
	struct message m;
	struct str text;
	int rc;

	str_init(&text, (size_t)4 * MAIL_BYTES);
	str_printf(&text,
	           "From: \"%s\" <%zu@import.invalid>\nSubject: %s\n"
	           "Content-Type: text/plain; charset=utf-8\n"
	           "Content-Transfer-Encoding: 8bit\n\n%s\n",
	           made->part[PLACE_FROM].p, number * 2 + (size_t)side,
	           made->part[PLACE_SUBJECT].p, made->part[PLACE_BODY].p);
	message_parse(&m, str_slice(&text));
	rc = spam_learn(s, &m, side == 1, err);
	message_release(&m);
	str_release(&text);
	return rc;
}

static struct made *
make_mails(const struct list *l, const struct ranked *v, size_t n, int side,
           size_t mails)
{
	struct made *made = xcalloc(mails, sizeof *made);
	size_t i;
	int p;

	for (i = 0; i < mails; i++)
		for (p = 0; p < PLACES; p++)
			str_init(&made[i].part[p], MAIL_BYTES);
	for (i = 0; i < n; i++)
		spread(l, v[i].w, side, made, mails);
	return made;
}

static void
made_free(struct made *v, size_t n)
{
	size_t i;
	int p;

	for (i = 0; i < n; i++)
		for (p = 0; p < PLACES; p++)
			str_release(&v[i].part[p]);
	free(v);
}

/* The words that tell most come first: they get the room there is. */
static struct ranked *
rank(const struct list *l, size_t *n_r)
{
	struct ranked *v = xcalloc(l->words.n + 1, sizeof *v);
	size_t i, n = 0;

	for (i = 0; i < l->words.n; i++) {
		const struct word *w = &l->words.v[i];

		if (!tells(l, w))
			continue;
		v[n].w = w;
		v[n++].worth = fabs(share(l, w, 1) - share(l, w, 0));
	}
	qsort(v, n, sizeof *v, compare);
	*n_r = n;
	return v;
}

static int
learn_all(struct spam *s, const struct list *l, struct err *err)
{
	struct made *made[2];
	size_t mails[2], i, n;
	struct ranked *v = rank(l, &n);
	int side, rc = 0;

	for (side = 0; side < 2; side++) {
		mails[side] =
			l->mails[side] < MAILS_MAX ? l->mails[side] : MAILS_MAX;
		made[side] = make_mails(l, v, n, side, mails[side]);
	}
	for (i = 0; rc == 0 && i < MAILS_MAX; i++)
		for (side = 0; rc == 0 && side < 2; side++)
			if (i < mails[side] && made[side][i].words > 0)
				rc = learn(s, &made[side][i], side, i, err);
	for (side = 0; side < 2; side++)
		made_free(made[side], mails[side]);
	free(v);
	return rc;
}

int
spam_import(struct spam *s, struct slice text, size_t *words_r, struct err *err)
{
	struct list l = { 0 };
	struct slice line;
	int rc = 0;

	while (rc == 0 && slice_line(&text, &line))
		rc = read_line(&l, line, err);
	if (rc == 0 && (l.mails[0] == 0 || l.mails[1] == 0))
		rc = err_set(err, ERR_CONFIG,
		             _("the word list knows no good mail or no spam"));
	if (rc == 0)
		rc = learn_all(s, &l, err);
	*words_r = l.words.n;
	array_release(&l.words);
	return rc;
}
