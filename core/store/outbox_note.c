/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Notes of the outbox's journal as bytes.
 *
 *    "pbj1"  length of what follows the sum (4)  sum (8)
 *    kind (1)  START: text | BEGUN: id (8) take (8)
 *            | OVER: id take state (1) tries (4) doubts (4) not_before (8)
 *              error (text) recipients (4), each: fate (1) words (text)
 *    text: length (4), bytes; the length of NULL is all ones
 *
 * Numbers begin with their least byte.  A note counts when its sum is right, so
 * one that was torn by a full disk or a power cut is none, and hides none behind
 * it: reading goes on at the next mark.
 */
#include <stdlib.h>

#include "store/outbox_journal.h"
#include "util/digest.h"
#include "util/xalloc.h"

#include "util/banned.h"

#define MARK      "pbj1"
#define MARK_SIZE 4
#define HEAD_SIZE 16
#define SEED      UINT64_C(0x6f7574626f78)
#define NO_TEXT   UINT32_MAX
/* The last of enum smtp_fate. */
#define FATE_LAST 3

/* ---- writing ---- */

static void
add_number(struct str *out, uint64_t v, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		str_add_c(out, (char)(unsigned char)(v >> (8 * i)));
}

static void
add_text(struct str *out, const char *text)
{
	struct slice s = slice_of(text);

	add_number(out, text != NULL ? s.n : NO_TEXT, 4);
	str_add_slice(out, s);
}

/* Room for the head of a note; its place. */
static size_t
begin(struct str *out, enum outbox_note_kind kind)
{
	size_t at = out->n;

	str_add(out, MARK "            ", HEAD_SIZE);
	add_number(out, kind, 1);
	return at;
}

static void
put_number(char *p, uint64_t v, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		p[i] = (char)(unsigned char)(v >> (8 * i));
}

static void
end(struct str *out, size_t at)
{
	struct slice body = slice_from(str_slice(out), at + HEAD_SIZE);

	if (out->full)
		return; /* the caller sees it */
	put_number(out->p + at + MARK_SIZE, body.n, 4);
	put_number(out->p + at + 8, digest_hash64(body, SEED), 8);
}

void
outbox_note_start(struct slice boot, struct str *out)
{
	size_t at = begin(out, OUTBOX_NOTE_START);

	add_number(out, boot.n, 4);
	str_add_slice(out, boot);
	end(out, at);
}

static void
add_row(const struct outbox_row *row, struct str *out)
{
	add_number(out, (uint64_t)row->id, 8);
	add_number(out, (uint64_t)row->take, 8);
}

void
outbox_note_begun(const struct outbox_row *row, struct str *out)
{
	size_t at = begin(out, OUTBOX_NOTE_BEGUN);

	add_row(row, out);
	end(out, at);
}

void
outbox_note_over(const struct outbox_row *row, struct str *out)
{
	size_t at = begin(out, OUTBOX_NOTE_OVER);

	add_row(row, out);
	add_number(out, row->state, 1);
	add_number(out, (uint64_t)row->tries, 4);
	add_number(out, (uint64_t)row->doubts, 4);
	add_number(out, (uint64_t)row->not_before, 8);
	add_text(out, row->error);
	add_number(out, row->rcpt_count, 4);
	for (size_t i = 0; i < row->rcpt_count; i++) {
		add_number(out, (uint64_t)row->rcpts[i].fate, 1);
		add_text(out, row->rcpts[i].words);
	}
	end(out, at);
}

/* ---- reading ---- */

/* The bytes are there: all of a note's were written. */
static uint64_t
take_number(struct slice *rest, size_t bytes, bool *bad)
{
	uint64_t v = 0;

	if (rest->n < bytes) {
		*bad = true;
		return 0;
	}
	for (size_t i = 0; i < bytes; i++)
		v |= (uint64_t)(unsigned char)rest->p[i] << (8 * i);
	*rest = slice_from(*rest, bytes);
	return v;
}

/* p is NULL for NULL. */
static struct slice
take_text(struct slice *rest, bool *bad)
{
	uint64_t n = take_number(rest, 4, bad);
	struct slice text;

	if (*bad || n == NO_TEXT)
		return SLICE_NONE;
	if (n > rest->n) {
		*bad = true;
		return SLICE_NONE;
	}
	text = slice_head(*rest, (size_t)n);
	*rest = slice_from(*rest, (size_t)n);
	return text;
}

/* The body of the note that rest begins with; empty: it is no whole one. */
static struct slice
whole_note(struct slice rest)
{
	struct slice head = slice_from(slice_head(rest, HEAD_SIZE), MARK_SIZE);
	bool bad = false;
	uint64_t n = take_number(&head, 4, &bad);
	uint64_t sum = take_number(&head, 8, &bad);
	struct slice body = slice_from(rest, HEAD_SIZE);

	if (bad || !slice_starts(rest, MARK) || n == 0 || n > body.n)
		return SLICE_NONE;
	body = slice_head(body, (size_t)n);
	return digest_hash64(body, SEED) == sum ? body : SLICE_NONE;
}

static bool
read_body(struct slice body, struct outbox_note *note)
{
	bool bad = false;
	uint64_t kind = take_number(&body, 1, &bad);

	*note = (struct outbox_note){ 0 };
	switch (kind) {
	case OUTBOX_NOTE_START:
		note->kind = OUTBOX_NOTE_START;
		note->boot = take_text(&body, &bad);
		return !bad;
	case OUTBOX_NOTE_BEGUN:
	case OUTBOX_NOTE_OVER:
		note->kind = kind == OUTBOX_NOTE_OVER ? OUTBOX_NOTE_OVER
		                                      : OUTBOX_NOTE_BEGUN;
		note->id = (int64_t)take_number(&body, 8, &bad);
		note->take = (int64_t)take_number(&body, 8, &bad);
		note->fate = body;
		return !bad;
	default:
		return false;
	}
}

bool
outbox_note_next(struct slice *rest, struct outbox_note *note_r)
{
	while (rest->n > 0) {
		struct slice body = whole_note(*rest);

		if (body.n == 0) {
			struct slice behind = slice_from(*rest, 1);

			*rest = slice_from(behind,
			                   slice_find_text(behind,
			                                   SLICE_LIT(MARK)));
			continue;
		}
		*rest = slice_from(*rest, HEAD_SIZE + body.n);
		if (read_body(body, note_r))
			return true;
	}
	return false;
}

static void
release_rcpts(struct outbox_rcpt *rcpts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(rcpts[i].words);
	free(rcpts);
}

static char *
dup_text(struct slice text)
{
	return text.p != NULL ? slice_dup(text) : NULL;
}

/* May a row that was being sent be that? */
static bool
is_outcome(uint64_t state)
{
	return state == OUTBOX_QUEUED || state == OUTBOX_RETRY ||
	       state == OUTBOX_SENT || state == OUTBOX_FAILED ||
	       state == OUTBOX_UNKNOWN;
}

/* Fates and words of n recipients; owned, NULL when they are not there. */
static struct outbox_rcpt *
read_rcpts(struct slice *rest, size_t n)
{
	struct outbox_rcpt *rcpts;
	bool bad = take_number(rest, 4, &(bool){ false }) != n;

	/* Each has five bytes at least. */
	if (bad || n > rest->n / 5)
		return NULL;
	rcpts = xcalloc(n + 1, sizeof *rcpts);
	for (size_t i = 0; i < n && !bad; i++) {
		uint64_t fate = take_number(rest, 1, &bad);

		rcpts[i].fate = (int)fate;
		rcpts[i].words = dup_text(take_text(rest, &bad));
		bad |= fate > FATE_LAST;
	}
	if (!bad && rest->n == 0)
		return rcpts;
	release_rcpts(rcpts, n);
	return NULL;
}

static void
take_fates(struct outbox_row *row, struct outbox_rcpt *rcpts)
{
	for (size_t i = 0; i < row->rcpt_count; i++) {
		row->rcpts[i].fate = rcpts[i].fate;
		free(row->rcpts[i].words);
		row->rcpts[i].words = rcpts[i].words;
	}
	free(rcpts);
}

bool
outbox_note_apply(const struct outbox_note *note, struct outbox_row *row)
{
	struct slice rest = note->fate;
	bool bad = false;
	uint64_t state = take_number(&rest, 1, &bad);
	uint64_t tries = take_number(&rest, 4, &bad);
	uint64_t doubts = take_number(&rest, 4, &bad);
	uint64_t not_before = take_number(&rest, 8, &bad);
	struct slice error = take_text(&rest, &bad);
	struct outbox_rcpt *rcpts;

	if (bad || note->kind != OUTBOX_NOTE_OVER || note->id != row->id ||
	    note->take != row->take || !is_outcome(state) ||
	    tries > INT32_MAX || doubts > INT32_MAX)
		return false;
	rcpts = read_rcpts(&rest, row->rcpt_count);
	if (rcpts == NULL)
		return false;
	take_fates(row, rcpts);
	row->state = (enum outbox_state)state;
	row->tries = (int)tries;
	row->doubts = (int)doubts;
	row->not_before = (int64_t)not_before;
	free(row->error);
	row->error = dup_text(error);
	return true;
}
