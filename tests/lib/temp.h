/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A folder that lives as long as a test. */
#ifndef TESTS_LIB_TEMP_H
#define TESTS_LIB_TEMP_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Owned path of a new folder, 0700; NULL when it cannot be made. */
static inline char *
temp_make(void)
{
	const char *base = getenv("TMPDIR");
	char path[4096];

	(void)snprintf(path, sizeof path, "%s/pabal-test-XXXXXX",
	               base != NULL ? base : "/tmp");
	return mkdtemp(path) != NULL ? strdup(path) : NULL;
}

static inline int
temp_remove_one(const char *path, const struct stat *st, int flag,
                struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

/* Removes the folder with all in it and frees the path. */
static inline void
temp_remove(char *path)
{
	if (path != NULL)
		(void)nftw(path, temp_remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(path);
}

#endif
