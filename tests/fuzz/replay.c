/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs a fuzz target over files and folders of seeds, each whole, cut at every
 * offset (small ones) and with single bytes changed. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "util/fsx.h"
#include "util/xalloc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Seeds up to this are also cut at every offset. */
#define REPLAY_CUT 2048

static size_t runs;

static void
run(const char *p, size_t n)
{
	/* A copy of exactly n bytes, so that ASan sees one too far. */
	uint8_t *copy = malloc(n != 0 ? n : 1);

	if (copy == NULL)
		abort();
	if (n != 0)
		memcpy(copy, p, n);
	LLVMFuzzerTestOneInput(copy, n);
	free(copy);
	runs++;
}

static void
run_changed(struct slice data)
{
	static const char bytes[] = { 0, '\n', '=', (char)0x80, (char)0xff };
	char *copy = xmemdup0(data.p, data.n);
	size_t step = data.n / 64 + 1;

	for (size_t i = 0; i < data.n; i += step) {
		char was = copy[i];

		copy[i] = bytes[i % sizeof bytes];
		run(copy, data.n);
		copy[i] = was;
	}
	free(copy);
}

static void
run_file(const char *path)
{
	struct fsx_map map;
	struct err err = { 0 };

	if (fsx_map_open(path, &map, &err) != 0) {
		fprintf(stderr, "%s\n", err.text);
		exit(1);
	}
	run(map.data.p, map.data.n);
	if (map.data.n <= REPLAY_CUT)
		for (size_t n = 0; n < map.data.n; n++)
			run(map.data.p, n);
	run_changed(map.data);
	fsx_map_close(&map);
}

static void
run_folder(const char *path)
{
	struct dirent **names;
	int n = scandir(path, &names, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		char *file = fsx_join(path, names[i]->d_name);

		if (names[i]->d_name[0] != '.')
			run_file(file);
		free(file);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
}

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		struct stat st;

		if (stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode))
			run_folder(argv[i]);
		else
			run_file(argv[i]);
	}
	printf("%zu inputs\n", runs);
	return runs > 0 ? 0 : 1;
}
