/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The spam filter's memory on disk: a mapped model and a journal. */
#ifndef MAIL_SPAM_MODEL_H
#define MAIL_SPAM_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "mail/spam_learn.h"
#include "util/err.h"
#include "util/map.h"

#define SPAM_KEY_SIZE 16
/* A tail this long is flushed even by a process that goes on learning. */
#define SPAM_TAIL_BUSY ((uint64_t)8 * 1024 * 1024)

/* Names a message: a digest of its first part, line ends aside. */
struct spam_key {
	unsigned char b[SPAM_KEY_SIZE];
};

struct spam_model {
	struct spam_weights weights;
	char *model_path, *log_path;
	char *map; /* private to this handle: checkpoint plus journal */
	int lock;  /* of spam.lock; -1: the folder cannot be written */
	int log;   /* -1: none yet */
	dev_t log_dev;
	ino_t log_ino;
	uint64_t seq;     /* last record taken in */
	uint64_t offset;  /* of the journal, behind that record */
	uint64_t tail;    /* bytes of it that the checkpoint lacks */
	uint64_t indexed; /* the index covers the journal up to here */
	struct map index; /* key: offset of its last record */
	bool locked;
};

/* Open or begin the model in folder.  0, or -1 with ERR_IO. */
int spam_model_open(struct spam_model *m, const char *folder, struct err *err);
void spam_model_close(struct spam_model *m);
/* Take in what others appended.  0 or -1. */
int spam_model_refresh(struct spam_model *m, struct err *err);
/* Lock out other writers and refresh; each 0 needs spam_model_end. */
int spam_model_begin(struct spam_model *m, struct err *err);
void spam_model_end(struct spam_model *m);
/* Between begin and end: write one change to the journal and apply it.
 * direction 1 learns, -1 takes it out again. */
int spam_model_append(struct spam_model *m, const struct spam_key *key,
                      struct slice change, int direction, struct err *err);
/* The change that key was learnt with, if it still counts: 1 found, 0, -1. */
int spam_model_find(struct spam_model *m, const struct spam_key *key,
                    struct str *change_r, struct err *err);
/* All on disk; a long journal goes into the checkpoint. */
int spam_model_flush(struct spam_model *m, struct err *err);

#endif
