/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making encoded words (RFC 2047): B, cut between grapheme clusters. */
#include "mime/word.h"

#include "text/cp949.h"
#include "text/unicode.h"
#include "util/codec.h"
#include "util/utf8.h"

#include "util/banned.h"

/* RFC 2047 2: 75 characters a word. */
#define WORD_MAX 75
/* A line with words in it: 76. */
#define LINE_MAX 76

/*
 * As many bytes of text as fit, whole clusters if possible.  When more follows,
 * a multiple of three if there is one: its base64 has no "=" at the end, behind
 * which GMime loses the words that follow (it joins their base64 first).
 */
static size_t
fit(struct slice text, size_t max)
{
	size_t n = 0;
	size_t threes = 0;

	while (n < text.n) {
		size_t cluster = unicode_cluster(slice_from(text, n));

		if (cluster == 0 || n + cluster > max)
			break;
		n += cluster;
		if (n % 3 == 0)
			threes = n;
	}
	if (n == 0 && text.n > max)
		n = utf8_cut(text.p, max);
	return n < text.n && threes > 0 ? threes : n;
}

/* Bytes whose base64 fits behind column; frame: what else a word has. */
static size_t
room(size_t column, size_t frame)
{
	size_t line = column < LINE_MAX ? LINE_MAX - column : 0;

	if (line > WORD_MAX)
		line = WORD_MAX;
	return line > frame ? (line - frame) / 4 * 3 : 0;
}

/* The base64 of a piece.  In EUC-KR it is shorter than in UTF-8, so it fits. */
static void
add_piece(struct slice piece, bool euckr, struct str *out)
{
	struct str bytes;

	str_init(&bytes, piece.n);
	if (euckr && euckr_encode(piece, &bytes))
		piece = str_slice(&bytes);
	codec_base64_encode(piece.p, piece.n, out);
	str_release(&bytes);
}

static bool
fits_euckr(struct slice text)
{
	struct str bytes;
	bool fits;

	str_init(&bytes, text.n);
	fits = euckr_encode(text, &bytes);
	str_release(&bytes);
	return fits;
}

void
word_encode(struct slice text, bool legacy, size_t column, struct str *out)
{
	bool euckr = legacy && fits_euckr(text);
	const char *opening = euckr ? "=?EUC-KR?B?" : "=?UTF-8?B?";
	size_t frame = slice_of(opening).n + 2;
	size_t n = fit(text, room(column, frame));

	/* A few characters are not worth a word of their own. */
	if (n < text.n && n < 6)
		n = 0;
	while (text.n > 0) {
		if (n == 0) {
			str_add_z(out, "\r\n ");
			n = fit(text, room(1, frame));
		}
		str_add_z(out, opening);
		add_piece(slice_head(text, n), euckr, out);
		str_add_z(out, "?=");
		text = slice_from(text, n);
		n = 0;
	}
}
