/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Conversations: mails held together by their Message-IDs.
 *
 * 1. Every id that a mail has or refers to belongs to at most one conversation
 *    (table convo), whether or not that mail is here.
 * 2. A mail joins the conversation of any of its ids; when they lead to more
 *    than one, those are merged into the one with the smallest number.
 * 3. A conversation's number is the row id of the mail that began it, so the
 *    order of arrival does not matter but for the number.
 *
 * Rejected: grouping by subject.  "회의" and "주문 확인" say nothing, and a
 * stranger could put mail into any conversation.
 */
#include "store/store_impl.h"

#include "util/banned.h"

static int
merge(struct store *s, int64_t from, int64_t into, struct err *err)
{
	if (db_run(s->db, err, "UPDATE message SET convo = ? WHERE convo = ?",
	           "ii", into, from) != 0)
		return -1;
	return db_run(s->db, err, "UPDATE convo SET convo = ? WHERE convo = ?",
	              "ii", into, from);
}

int
convo_assign(struct store *s, const int64_t *refs, size_t n, int64_t own,
             int64_t *convo_r, struct err *err)
{
	int64_t convo = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		int64_t other = 0;
		int64_t low;

		if (db_get_int(s->db, err, &other,
		               "SELECT convo FROM convo WHERE ref = ?", "i",
		               refs[i]) < 0)
			return -1;
		if (other == 0 || other == convo)
			continue;
		if (convo == 0) {
			convo = other;
			continue;
		}
		low = other < convo ? other : convo;
		if (merge(s, other < convo ? convo : other, low, err) != 0)
			return -1;
		convo = low;
	}
	*convo_r = convo != 0 ? convo : own;
	for (i = 0; i < n; i++) {
		if (db_run(s->db, err,
		           "INSERT OR IGNORE INTO convo VALUES(?, ?)", "ii",
		           refs[i], *convo_r) != 0)
			return -1;
	}
	return 0;
}
