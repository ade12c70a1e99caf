/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making encoded words (RFC 2047): UTF-8, B, cut between grapheme clusters. */
#include "mime/word.h"

#include "text/unicode.h"
#include "util/codec.h"
#include "util/utf8.h"

#include "util/banned.h"

/* RFC 2047 2: 75 characters a word, 12 of them are "=?UTF-8?B?" and "?=". */
#define WORD_MAX   75
#define WORD_FRAME 12
/* A line with words in it: 76. */
#define LINE_MAX 76

/* As many bytes of text as fit, whole clusters if possible. */
static size_t
fit(struct slice text, size_t max)
{
	size_t n = 0;

	while (n < text.n) {
		size_t cluster = unicode_cluster(slice_from(text, n));

		if (cluster == 0 || n + cluster > max)
			break;
		n += cluster;
	}
	if (n == 0 && text.n > max)
		n = utf8_cut(text.p, max);
	return n;
}

/* Bytes whose base64 fits behind column. */
static size_t
room(size_t column)
{
	size_t line = column < LINE_MAX ? LINE_MAX - column : 0;

	if (line > WORD_MAX)
		line = WORD_MAX;
	return line > WORD_FRAME ? (line - WORD_FRAME) / 4 * 3 : 0;
}

void
word_encode(struct slice text, size_t column, struct str *out)
{
	size_t n = fit(text, room(column));

	/* A few characters are not worth a word of their own. */
	if (n < text.n && n < 6)
		n = 0;
	while (text.n > 0) {
		if (n == 0) {
			str_add_z(out, "\r\n ");
			n = fit(text, room(1));
		}
		str_add_z(out, "=?UTF-8?B?");
		codec_base64_encode(text.p, n, out);
		str_add_z(out, "?=");
		text = slice_from(text, n);
		n = 0;
	}
}
