/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A change from the journal is applied as a whole and taken back, or refused. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mail/spam_learn.h"
#include "util/xalloc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice change = slice_make((const char *)data, size);
	struct spam_weights w;
	uint64_t learnt;
	int set;

	memset(&w, 0, sizeof w);
	for (set = 0; set < SPAM_TABLES; set++) {
		size_t n = set == 0 ? SPAM_CONTENT_SLOTS : SPAM_HEADER_SLOTS;

		w.weight[set] = xcalloc(n, sizeof(float));
		w.square[set] = xcalloc(n, sizeof(float));
	}
	w.sparse = xcalloc(SPAM_SPARSE_SLOTS, 2);
	w.tally = xcalloc(1, sizeof *w.tally);
	if (spam_change_apply(&w, change, 1, 7) == 0) {
		learnt = w.tally->learnt[spam_change_is_spam(change)];
		assert(learnt == 1);
		assert(spam_change_apply(&w, change, -1, 7) == 0);
	}
	assert(w.tally->learnt[0] == 0 && w.tally->learnt[1] == 0);
	for (set = 0; set < SPAM_TABLES; set++) {
		free(w.weight[set]);
		free(w.square[set]);
	}
	free(w.sparse);
	free(w.tally);
	return 0;
}
