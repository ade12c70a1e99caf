/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mailcap files: the first line is the type; the name of the file stays inside
 * of one word, and nothing that needs a shell is found. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "util/mailcap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PATH "/t/$(touch x);`id` '\" %t.txt"

static char *
no_variable(const char *name)
{
	assert(name[0] != '\0');
	return NULL;
}

/* Never really run. */
static bool
no_program(char *const argv[])
{
	assert(argv[0] != NULL);
	return strlen(argv[0]) % 2 == 0;
}

/* What of the path there is in a word, is all of it. */
static void
check_word(const char *word)
{
	const char *at = strstr(word, "$(touch");

	if (at == NULL)
		return;
	assert(at - word >= 3);
	assert(strncmp(at - 3, PATH, strlen(PATH)) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct mailcap_world world = { no_variable, no_program };
	struct slice text = slice_make((const char *)data, size);
	struct mailcap_found found;
	struct slice type;

	if (!slice_line(&text, &type) ||
	    slice_find_text(text, SLICE_LIT("touch")) < text.n)
		return 0;
	if (!mailcap_find(text, type, PATH, &world, &found))
		return 0;
	assert(found.argv[0] != NULL);
	for (char **word = found.argv; *word != NULL; word++)
		check_word(*word);
	/* no template leads out of the folder */
	if (found.path != NULL) {
		assert(strncmp(found.path, "/t/", 3) == 0);
		assert(strchr(found.path + 3, '/') == NULL);
		assert(strlen(found.path) <= 3 + 255);
	}
	mailcap_release(&found);
	return 0;
}
