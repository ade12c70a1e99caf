/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Typed growable array. */
#include "util/array.h"

#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

#include "util/banned.h"

void *
array_grow_(void *v, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return v;
	*cap = *cap != 0 ? *cap * 2 : 8;
	return xreallocarray(v, *cap, size);
}

void
array_zero_(void *v, size_t at, size_t size)
{
	memset((char *)v + at * size, 0, size);
}

void
array_release_(void **v, size_t *n, size_t *cap)
{
	free(*v);
	*v = NULL;
	*n = 0;
	*cap = 0;
}
