/* SPDX-License-Identifier: GPL-3.0-or-later */
/* format=flowed: undoing it loses no word, what we make reads back. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "mime/flowed.h"
#include "text/unicode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Bytes that are no blank, line end or mark of a quote. */
static size_t
letters(struct slice s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += !byte_is_blank(s.p[i]) && s.p[i] != '>';
	return n;
}

/* What stands behind the quote marks and the blanks after them. */
static struct slice
behind_marks(struct slice line)
{
	while (line.n > 0 && line.p[0] == '>')
		line = slice_from(line, 1);
	for (int i = 0; i < 2 && line.n > 0 && line.p[0] == ' '; i++)
		line = slice_from(line, 1);
	return line;
}

/* Only a word that cannot be broken makes a line too long. */
static void
check_lines(struct slice text)
{
	struct slice line;

	while (slice_line(&text, &line)) {
		struct slice words = behind_marks(line);

		assert(line.n <= 998 || slice_find(words, ' ') + 1 >= words.n);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text;
	struct str decoded;
	struct str made;
	struct str again;

	if (size == 0)
		return 0;
	text = slice_make((const char *)data + 1, size - 1);
	str_init(&decoded, 8 * size + 64);
	str_init(&made, 16 * size + 64);
	str_init(&again, 16 * size + 64);
	flowed_decode(text, (data[0] & 1) != 0, &decoded);
	assert(letters(str_slice(&decoded)) == letters(text));
	assert(decoded.n <= 2 * size + 64);
	flowed_encode(str_slice(&decoded), &made);
	assert(letters(str_slice(&made)) == letters(str_slice(&decoded)));
	check_lines(str_slice(&made));
	flowed_decode(str_slice(&made), false, &again);
	assert(letters(str_slice(&again)) == letters(str_slice(&decoded)));
	str_release(&again);
	str_release(&made);
	str_release(&decoded);
	return 0;
}
