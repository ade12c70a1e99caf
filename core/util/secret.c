/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A password or token: kept out of logs and dumps, wiped when released. */
#include "util/secret.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "util/xalloc.h"

#include "util/banned.h"

void
secret_wipe(void *p, size_t n)
{
	volatile unsigned char *bytes = p;

	while (n-- > 0)
		*bytes++ = 0;
}

void
secret_set(struct secret *s, const char *p, size_t n)
{
	char *copy;

	if (n > SECRET_MAX)
		n = SECRET_MAX;
	copy = xmemdup0(p, n);
	/* Best effort: the limit on locked memory may be small. */
	(void)mlock(copy, n + 1);
	secret_release(s);
	s->p = copy;
	s->n = n;
}

void
secret_release(struct secret *s)
{
	if (s == NULL || s->p == NULL)
		return;
	secret_wipe(s->p, s->n);
	(void)munlock(s->p, s->n + 1); /* the lock may have failed */
	free(s->p);
	s->p = NULL;
	s->n = 0;
}

struct slice
secret_get(const struct secret *s)
{
	return slice_make(s->p, s->n);
}
