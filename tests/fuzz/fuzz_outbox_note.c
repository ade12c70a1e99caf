/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as the outbox's journal: what is taken from it can be a row. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "store/outbox_journal.h"
#include "util/digest.h"
#include "util/xalloc.h"

#define SEED     UINT64_C(0x6f7574626f78)
#define NOTE_MAX 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
apply(struct outbox_note note)
{
	struct outbox_row *row = xcalloc(1, sizeof *row);

	row->rcpt_count = note.fate.n % 4;
	row->rcpts = xcalloc(row->rcpt_count + 1, sizeof *row->rcpts);
	row->state = OUTBOX_SENDING;
	row->id = note.id;
	row->take = note.take;
	if (outbox_note_apply(&note, row)) {
		assert(row->state != OUTBOX_SENDING && row->tries >= 0 &&
		       row->doubts >= 0);
		for (size_t i = 0; i < row->rcpt_count; i++)
			assert(row->rcpts[i].fate >= 0 &&
			       row->rcpts[i].fate <= 3);
	} else {
		assert(row->state == OUTBOX_SENDING);
	}
	outbox_rows_free(&row, 1);
}

static void
read_all(struct slice rest)
{
	struct outbox_note note;

	while (outbox_note_next(&rest, &note))
		if (note.kind == OUTBOX_NOTE_OVER)
			apply(note);
	assert(rest.n == 0);
}

/* As it is, and as what follows a right sum. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice input = slice_make((const char *)data, size);
	uint64_t sum = digest_hash64(input, SEED);
	struct str whole;

	read_all(input);
	if (size == 0 || size > NOTE_MAX)
		return 0;
	str_init(&whole, NOTE_MAX + 16);
	str_add_z(&whole, "pbj1");
	for (int i = 0; i < 4; i++)
		str_add_c(&whole, (char)(unsigned char)(size >> (8 * i)));
	for (int i = 0; i < 8; i++)
		str_add_c(&whole, (char)(unsigned char)(sum >> (8 * i)));
	str_add_slice(&whole, input);
	read_all(str_slice(&whole));
	str_release(&whole);
	return 0;
}
