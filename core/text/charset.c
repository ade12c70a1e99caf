/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Decoding to UTF-8; the owner of iconv.
 *
 * 1. iconv sees only names of our table and converts only to UTF-8.  Korean,
 *    the forms of Unicode and Latin are decoded by ourselves.
 * 2. Open converters are kept per thread and reset before each text.
 * 3. Every call of the loop either consumes input or ends, whatever iconv does
 *    with the numbers it returns: glibc's CP949 family is known to consume
 *    a pair and still call it an error.
 * 4. After a bad byte the converter keeps its shift state (ISO-2022-JP goes on
 *    in Kanji); glibc and libiconv both leave it valid.
 * 5. ISO-2022-JP that iconv cannot read as it stands (rows of other makers, a
 *    line that does not return to ASCII) is given to it as EUC-JP.
 * 6. Replacement is ours: //TRANSLIT and //IGNORE count wrongly.
 */
#include "text/charset.h"

#include <errno.h>
#include <iconv.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "text/charset_alias.h"
#include "text/charset_utf.h"
#include "text/cp949.h"
#include "text/iso2022_jp.h"
#include "text/sink.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* One thread's converters; opened when first needed. */
struct converters {
	iconv_t cd[CHARSET_OTHER_COUNT];
	bool open[CHARSET_OTHER_COUNT];
	bool missing[CHARSET_OTHER_COUNT]; /* iconv does not know it */
};

static pthread_once_t key_once = PTHREAD_ONCE_INIT;
static pthread_key_t key;

static void
free_converters(void *p)
{
	struct converters *c = p;

	if (c == NULL)
		return;
	for (size_t i = 0; i < CHARSET_OTHER_COUNT; i++)
		if (c->open[i])
			(void)iconv_close(c->cd[i]); /* nothing to lose */
	free(c);
}

static void
make_key(void)
{
	if (pthread_key_create(&key, free_converters) != 0)
		abort(); /* no key left: a broken system */
}

static struct converters *
own_converters(void)
{
	struct converters *c;

	(void)pthread_once(&key_once, make_key); /* cannot fail */
	c = pthread_getspecific(key);
	if (c != NULL)
		return c;
	c = xcalloc(1, sizeof *c);
	if (pthread_setspecific(key, c) != 0)
		abort(); /* out of memory */
	return c;
}

void
charset_release_thread(void)
{
	(void)pthread_once(&key_once, make_key);
	free_converters(pthread_getspecific(key));
	(void)pthread_setspecific(key, NULL); /* storing NULL needs nothing */
}

/* The converter, ready for a new text; NULL when iconv has none. */
static iconv_t *
open_converter(enum charset cs)
{
	const struct charset_other *other = charset_other(cs);
	struct converters *c = own_converters();
	size_t i = (size_t)cs - CHARSET_OTHER_FIRST;

	if (other == NULL || c->missing[i])
		return NULL;
	for (size_t k = 0; k < 2 && !c->open[i]; k++) {
		if (other->iconv[k] == NULL)
			break;
		c->cd[i] = iconv_open("UTF-8", other->iconv[k]);
		c->open[i] = (intptr_t)c->cd[i] != -1;
		if (!c->open[i] && errno == ENOMEM)
			xalloc_end();
	}
	if (!c->open[i]) {
		c->missing[i] = true;
		return NULL;
	}
	(void)iconv(c->cd[i], NULL, NULL, NULL, NULL);
	return &c->cd[i];
}

/* Without a converter only ASCII can be read. */
static void
decode_ascii(struct slice in, struct sink *out)
{
	for (size_t i = 0; i < in.n; i++)
		if ((in.p[i] & 0x80) != 0)
			sink_bad(out);
		else
			sink_put(out, (unsigned char)in.p[i]);
}

static void
decode_iconv(enum charset cs, struct slice in, struct sink *out)
{
	iconv_t *cd = open_converter(cs);
	char *p = (char *)(uintptr_t)in.p; /* iconv does not write there */
	size_t left = in.n;
	bool flushed = false;

	if (cd == NULL) {
		decode_ascii(in, out);
		return;
	}
	while (!flushed) {
		char buf[4096];
		char *w = buf;
		size_t room = sizeof buf;
		const char *before = p;
		bool flush = left == 0;
		size_t rc = iconv(*cd, flush ? NULL : &p, &left, &w, &room);
		int why = rc == (size_t)-1 ? errno : 0;
		bool stuck = p == before && w == buf;

		charset_utf8(slice_make(buf, (size_t)(w - buf)), out);
		if (why == E2BIG && !stuck)
			continue;
		if (why != 0)
			sink_bad(out);
		flushed = flush || why == EINVAL;
		if (left > 0 && (why != 0 || stuck)) {
			p++;
			left--;
		}
	}
}

/* HZ (RFC 1843): "~{" and "~}" around pairs of 7-bit GB 2312. */
static void
decode_hz(struct slice in, struct sink *out)
{
	struct str gb;
	bool shifted = false;

	str_init(&gb, in.n);
	for (size_t i = 0; i < in.n; i++) {
		char c = in.p[i];
		char next = i + 1 < in.n ? in.p[i + 1] : '\0';

		if (c == '~' && (next == '{' || next == '}')) {
			shifted = next == '{';
			i++;
		} else if (c == '~' && !shifted &&
		           (next == '~' || next == '\n')) {
			i++;
			if (next == '~')
				str_add_c(&gb, '~');
		} else if (shifted && c > ' ' && next > ' ') {
			str_add_c(&gb, (char)(c | 0x80));
			str_add_c(&gb, (char)(next | 0x80));
			i++;
		} else {
			shifted = shifted && c != '\n';
			str_add_c(&gb, c);
		}
	}
	decode_iconv(charset_lookup(SLICE_LIT("gb18030")), str_slice(&gb), out);
	str_release(&gb);
}

/* Append in to text; returns how much was not understood: replacements, and
 * escape sequences that came through. */
static size_t
try_iconv(enum charset cs, struct slice in, struct str *text, size_t *bad_r)
{
	struct sink s;
	size_t escapes = 0;

	sink_begin(&s, text, in.n);
	decode_iconv(cs, in, &s);
	sink_end(&s);
	*bad_r = s.bad;
	for (size_t i = 0; i < text->n; i++)
		escapes += text->p[i] == '\033';
	return s.bad + escapes;
}

static void
decode_iso2022_jp(struct slice in, struct sink *out)
{
	struct str euc;
	struct str text[2];
	enum iso2022_jp found;
	size_t wrong[2] = { SIZE_MAX, SIZE_MAX };
	size_t bad[2] = { 0, 0 };
	size_t best;

	str_init(&euc, 3 * in.n);
	/* A wrong Katakana byte is two wrong bytes of EUC-JP. */
	str_init(&text[0], 6 * in.n + 16);
	str_init(&text[1], 6 * in.n + 16);
	found = iso2022_jp_to_euc(in, &euc);
	if (found != ISO2022_JP_OPEN)
		wrong[0] =
			try_iconv(CHARSET_ISO_2022_JP, in, &text[0], &bad[0]);
	if (found != ISO2022_JP_OTHER && wrong[0] > 0)
		wrong[1] = try_iconv(CHARSET_EUC_JP, str_slice(&euc), &text[1],
		                     &bad[1]);
	best = wrong[1] < wrong[0] ? 1 : 0;
	sink_copy(out, text[best].p, text[best].n);
	out->bad += bad[best];
	str_release(&text[1]);
	str_release(&text[0]);
	str_release(&euc);
}

/* Which way round UTF-16 without a mark is: the way that has more ASCII; big
 * endian when that does not tell (RFC 2781 4.3). */
static bool
looks_little(struct slice in)
{
	size_t little = 0;
	size_t big = 0;

	for (size_t i = 0; i + 1 < in.n && i < 4096; i += 2) {
		big += in.p[i] == '\0' && in.p[i + 1] != '\0';
		little += in.p[i] != '\0' && in.p[i + 1] == '\0';
	}
	return little > big;
}

static void
decode_utf16(enum charset cs, struct slice in, struct sink *out)
{
	bool little = cs == CHARSET_UTF16LE;

	if (cs == CHARSET_UTF16 && in.n >= 2) {
		little = memcmp(in.p, "\xff\xfe", 2) == 0;
		if (little || memcmp(in.p, "\xfe\xff", 2) == 0)
			in = slice_from(in, 2);
		else
			little = looks_little(in);
	}
	charset_utf16(in, little, out);
}

static void
decode(enum charset cs, struct slice in, struct sink *out)
{
	switch (cs) {
	case CHARSET_UTF8:
		charset_utf8(in, out);
		break;
	case CHARSET_CP949:
		cp949_decode(in, out);
		break;
	case CHARSET_ISO_2022_KR:
		iso2022kr_decode(in, out);
		break;
	case CHARSET_JOHAB:
		johab_decode(in, out);
		break;
	case CHARSET_UNKNOWN:
	case CHARSET_ASCII:
	case CHARSET_WINDOWS_1252:
		charset_windows_1252(in, out);
		break;
	case CHARSET_UTF7:
		charset_utf7(in, out);
		break;
	case CHARSET_UTF16:
	case CHARSET_UTF16LE:
	case CHARSET_UTF16BE:
		decode_utf16(cs, in, out);
		break;
	case CHARSET_HZ:
		decode_hz(in, out);
		break;
	case CHARSET_OTHER_FIRST:
	default: /* the values beyond the enum: our table of others */
		if (cs == CHARSET_ISO_2022_JP)
			decode_iso2022_jp(in, out);
		else
			decode_iconv(cs, in, out);
	}
}

/* Is a pure 7-bit text of it the same text in ASCII? */
static bool
is_ascii_superset(enum charset cs)
{
	return cs <= CHARSET_CP949 || cs == CHARSET_WINDOWS_1252 ||
	       cs == CHARSET_JOHAB;
}

void
charset_decode(enum charset cs, struct slice in, struct str *out, size_t *bad_r)
{
	struct sink sink;

	if (in.n == 0 ||
	    (is_ascii_superset(cs) && !utf8_has_8bit(in.p, in.n))) {
		str_add_slice(out, in);
		if (bad_r != NULL)
			*bad_r = 0;
		return;
	}
	sink_begin(&sink, out, in.n);
	decode(cs, in, &sink);
	sink_end(&sink);
	if (bad_r != NULL)
		*bad_r = sink.bad;
}

bool
charset_try(enum charset cs, struct slice in, struct str *out)
{
	size_t before = out->n;
	bool full = out->full;
	size_t bad;

	if ((out->max - out->n) / CHARSET_GROWTH < in.n)
		return false;
	charset_decode(cs, in, out, &bad);
	if (bad == 0)
		return true;
	str_truncate(out, before);
	out->full = full;
	return false;
}
