/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The checkpoint of the spam filter's memory, mapped (rule 1 of spam_model.c). */
#include "mail/spam_model_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/i18n.h"
#include "util/log.h"

#include "util/banned.h"

/* The last digit rises with each other layout or meaning of the slots. */
#define MODEL_MAGIC "pabalSM2"
/* Bytes of both that all of them begin with. */
#define MAGIC_SAME 7
_Static_assert(sizeof(struct model_head) <= HEAD_SIZE, "header is too large");

static void
set_weights(struct spam_model *m)
{
	char *p = m->map + HEAD_SIZE;

	m->weights.tally = &spam_model_head(m)->tally;
	m->weights.weight[0] = (float *)(void *)p;
	m->weights.square[0] = (float *)(void *)(p += CONTENT_SIZE);
	m->weights.weight[1] = (float *)(void *)(p += CONTENT_SIZE);
	m->weights.square[1] = (float *)(void *)(p += HEADER_SIZE);
	m->weights.sparse = (unsigned char *)(p + HEADER_SIZE);
}

static bool
head_is_good(const struct model_head *h)
{
	return memcmp(h->magic, MODEL_MAGIC, sizeof h->magic) == 0 &&
	       h->order == SPAM_BYTE_ORDER && h->size == sizeof *h;
}

/* Why a checkpoint is not used. */
static void
say_unusable(const char *path, const char *magic)
{
	if (memcmp(magic, MODEL_MAGIC, MAGIC_SAME) != 0 ||
	    magic[MAGIC_SAME] == MODEL_MAGIC[MAGIC_SAME])
		log_line(LOG_ERROR, "%s is damaged: starting from the journal",
		         path);
	else
		log_line(LOG_ERROR,
		         "%s was made by another version of the spam filter, "
		         "which begins anew: teach it with \"pabal spam ham\" "
		         "and \"pabal spam spam\"",
		         path);
}

/* Map the checkpoint privately; NULL when there is none that can be used. */
static char *
map_checkpoint(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char magic[8];
	struct stat st;
	void *p = MAP_FAILED;

	if (fd < 0)
		return NULL;
	if (pread(fd, magic, sizeof magic, 0) != (ssize_t)sizeof magic ||
	    fstat(fd, &st) < 0)
		goto out;
	if (st.st_size == (off_t)SPAM_MODEL_SIZE)
		p = mmap(NULL, SPAM_MODEL_SIZE, PROT_READ | PROT_WRITE,
		         MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED || !head_is_good(p)) {
		say_unusable(path, magic);
		if (p != MAP_FAILED)
			munmap(p, SPAM_MODEL_SIZE);
		p = MAP_FAILED;
	}
out:
	(void)close(fd); /* read only: nothing can be lost */
	return p == MAP_FAILED ? NULL : p;
}

int
spam_model_map(struct spam_model *m, struct err *err)
{
	void *p = map_checkpoint(m->model_path);

	spam_model_unmap(m);
	if (p == NULL) {
		p = mmap(NULL, SPAM_MODEL_SIZE, PROT_READ | PROT_WRITE,
		         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (p == MAP_FAILED)
			return err_sys(err, errno,
			               _("no memory for the spam "
			                 "filter"));
	}
	m->map = p;
	memcpy(spam_model_head(m)->magic, MODEL_MAGIC,
	       sizeof spam_model_head(m)->magic);
	spam_model_head(m)->order = SPAM_BYTE_ORDER;
	spam_model_head(m)->size = sizeof(struct model_head);
	set_weights(m);
	m->seq = spam_model_head(m)->seq;
	return 0;
}

void
spam_model_unmap(struct spam_model *m)
{
	if (m->map != NULL)
		munmap(m->map, SPAM_MODEL_SIZE);
	m->map = NULL;
}
