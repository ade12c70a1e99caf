/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is known of mails on their way before the index says it: notes that
 * outlive the process, not the power. */
#ifndef STORE_OUTBOX_JOURNAL_H
#define STORE_OUTBOX_JOURNAL_H

#include "store/outbox_rows.h"

/* ---- notes ---- */

enum outbox_note_kind {
	OUTBOX_NOTE_START = 1, /* whose notes follow */
	OUTBOX_NOTE_BEGUN = 2, /* a row's mail may be on its way from here on */
	OUTBOX_NOTE_OVER = 3,  /* what became of it */
};

/* One note as it was read; the slice is of what was read. */
struct outbox_note {
	enum outbox_note_kind kind;
	struct slice boot; /* START: the run of the system; may be empty */
	int64_t id,
		take; /* BEGUN, OVER: the row, and which time it was taken */
	struct slice fate; /* OVER: for outbox_note_apply */
};

/* Append a note.  row: state SENDING or what became of it. */
void outbox_note_start(struct slice boot, struct str *out);
void outbox_note_begun(const struct outbox_row *row, struct str *out);
void outbox_note_over(const struct outbox_row *row, struct str *out);
/*
 * The next whole note in *rest, which moves behind it.  What is torn or no note
 * is passed over.  false at the end.
 */
bool outbox_note_next(struct slice *rest, struct outbox_note *note_r);
/* Make the row what an OVER note says.  false: it is none for this row, which
 * stays as it was. */
bool outbox_note_apply(const struct outbox_note *note, struct outbox_row *row);

/* ---- the file ---- */

struct outbox_journal;

/*
 * A new one; what an earlier process left is gone.  The caller holds the lock of
 * sending.  NULL on failure: an old one may be there still.
 */
struct outbox_journal *outbox_journal_open(struct store *s, struct err *err);
/*
 * Note that n rows are begun, or what became of one: when this returns 0 the
 * death of the process does not undo it.  -1: nothing was noted.
 */
int outbox_journal_begun(struct outbox_journal *j,
                         struct outbox_row *const *rows, size_t n,
                         struct err *err);
int outbox_journal_over(struct outbox_journal *j, const struct outbox_row *row,
                        struct err *err);
/* Close it; its file goes, since all in it is in the index. */
int outbox_journal_end(struct outbox_journal **j, struct err *err);
/* Close it and leave the file. */
void outbox_journal_close(struct outbox_journal **j);

/* ---- after a death ---- */

enum outbox_known {
	OUTBOX_KNOWN_NOTHING,   /* it may be on its way, or taken */
	OUTBOX_KNOWN_UNTOUCHED, /* it was not begun */
	OUTBOX_KNOWN_OVER,      /* the row is what became of it */
};

/*
 * What an earlier process noted of those rows, ascending by id, that are in state
 * SENDING.
 *
 * known_r  n of them.
 *
 * Without a file, or with one that cannot be read, nothing is known.
 */
void outbox_journal_recall(struct store *s, struct outbox_row *rows, size_t n,
                           enum outbox_known *known_r);
/* Remove what an earlier process left, when all in it is in the index. */
int outbox_journal_remove(struct store *s, struct err *err);

#endif
