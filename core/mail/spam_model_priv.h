/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files spam_model*.c share. */
#ifndef MAIL_SPAM_MODEL_PRIV_H
#define MAIL_SPAM_MODEL_PRIV_H

#include "mail/spam_model.h"

/* Read back as another number on a machine of the other byte order. */
#define SPAM_BYTE_ORDER 0x01020304U
/* Room of the header and tally before the weights, whole pages. */
#define HEAD_SIZE    ((size_t)81920)
#define CONTENT_SIZE ((size_t)SPAM_CONTENT_SLOTS * sizeof(float))
#define HEADER_SIZE  ((size_t)SPAM_HEADER_SLOTS * sizeof(float))
#define SPARSE_SIZE  ((size_t)SPAM_SPARSE_SLOTS * 2)
#define SPAM_MODEL_SIZE \
 (HEAD_SIZE + 2 * CONTENT_SIZE + 2 * HEADER_SIZE + SPARSE_SIZE)
_Static_assert(SPAM_MODEL_SIZE <= (size_t)16 * 1024 * 1024,
               "model is too large");

struct model_head {
	char magic[8];
	uint32_t order;
	uint32_t size;   /* of this struct: another layout is another model */
	uint64_t seq;    /* last record that is in the weights */
	uint64_t log_id; /* journal that record lies in, and the offset */
	uint64_t log_offset; /* behind it: where reading may begin */
	struct spam_tally tally;
};

static inline struct model_head *
spam_model_head(const struct spam_model *m)
{
	return (struct model_head *)(void *)m->map;
}

/* spam_model_map.c */
/* Map the checkpoint, or an empty model where none can be used, in place of what
 * m has.  0, or -1 with ERR_IO. */
int spam_model_map(struct spam_model *m, struct err *err);
void spam_model_unmap(struct spam_model *m);

#endif
