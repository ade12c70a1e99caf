/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mail that is like one single message learnt before.
 *
 * The same text comes to many people many times, with other names in it.  When
 * the first of them was learnt, all its rare features learnt its label, and the
 * next one is believed to be the same as surely as if a hundred had been.  If
 * that one label was wrong, spam lies below all good mail until it is corrected.
 *
 * 1. Features that were counted once, all in the same class, are those of one
 *    message (or of a few that share nothing): of other mail they are a tenth, of
 *    such a twin a third and more.
 * 2. With the second of its kind learnt they are counted twice, and it is no twin
 *    any more: two labels are believed.
 * 3. Only ham is looked for: a ham that is less sure is still a ham, but a spam
 *    that one wrong label holds for a ham is then ranked above most of them.
 * 4. A part of the features is enough.  A word and its pairs are five: with a
 *    stride that five does not divide all distances come in turn.
 *
 * Rejected: letting one message move the sum less (all that is new is learnt more
 * slowly, and as much is lost as is gained); taking out labels that all others
 * contradict (it finds nine wrong ones in ten, but also what is only rare).
 */
#include "mail/spam_twin.h"

#include "util/banned.h"

/* Part of all features that were counted once. */
#define ONCE 0.3
/* Part of those that were counted as ham. */
#define AS_HAM 0.95

bool
spam_twin_of_ham(const unsigned char *sparse, const struct spam_feature_list *l)
{
	size_t stride = 4 + l->n / 1000 * 5;
	size_t all = 0, once = 0, ham = 0, i;

	for (i = 0; i < l->n; i += stride) {
		const unsigned char *n = sparse + (size_t)2 * l->slots[i];
		unsigned both = (unsigned)n[0] + n[1];

		all++;
		once += both == 1;
		ham += both == 1 && n[0] == 1;
	}
	return (double)once > ONCE * (double)all &&
	       (double)ham > AS_HAM * (double)once;
}
