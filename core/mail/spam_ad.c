/* SPDX-License-Identifier: GPL-3.0-or-later */
/* (광고) in a subject, and its disguises. */
#include "mail/spam_ad.h"

#include <stdbool.h>
#include <string.h>

#include "text/hangul.h"
#include "util/utf8.h"

#include "util/banned.h"

/* 광고 on a 두벌식 keyboard: syllables, compatibility jamo and conjoining jamo
 * all come down to these keys. */
#define AD_KEYS "rhkdrh"
/* A disguise is short: what is stretched over more is not read as the word. */
#define AD_CHARS_MAX 24

static bool
is_zero_width(uint32_t c)
{
	return (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || c == 0xad ||
	       c == 0x34f || c == 0x115f || c == 0x1160 || c == 0x3164 ||
	       c == 0xffa0 || (c >= 0xfe00 && c <= 0xfe0f);
}

/* Letters or digits of any script; the rest separates or decorates. */
static bool
is_letter(uint32_t c)
{
	if (c < 0x80)
		return byte_is_alnum((char)c);
	return hangul_is(c) || (c >= 0xc0 && c < 0x2000) ||
	       (c >= 0x3040 && c <= 0x30ff) || (c >= 0x3400 && c <= 0x9fff) ||
	       (c >= 0xff10 && c <= 0xff19) || (c >= 0xff21 && c <= 0xff5a) ||
	       (c >= 0xf900 && c <= 0xfaff) || (c >= 0xffa1 && c <= 0xffdc);
}

/* Keys of a letter; Hanja for 광 and 고 count as what they are read as. */
static size_t
letter_keys(uint32_t c, char keys[8])
{
	switch (c) {
	case 0x5ee3: /* 廣 */
	case 0x5e7f: /* 广 */
	case 0x5e83: /* 広 */
		memcpy(keys, "rhkd", 5);
		return 4;
	case 0x544a: /* 告 */
	case 0xf9e4:
		memcpy(keys, "rh", 3);
		return 2;
	default:
		return hangul_keys(c, keys);
	}
}

/* What stands around and between the letters of the word. */
struct ad_scan {
	char keys[16];
	size_t key_count;
	size_t letters;
	bool opened; /* by a bracket or other mark */
	bool parted; /* something between the letters */
	bool hidden; /* something that cannot be seen */
	bool closed;
	bool whole; /* no letter stands right behind it */
};

/* The word itself: returns the bytes read, 0 when it is another word. */
static size_t
scan_word(struct slice s, struct ad_scan *scan)
{
	size_t i = 0, seen = 0;
	char keys[8];

	while (i < s.n && scan->key_count < strlen(AD_KEYS) &&
	       seen++ < AD_CHARS_MAX) {
		uint32_t c;
		size_t len = utf8_decode(s.p + i, s.n - i, &c), n;

		i += len;
		if (is_zero_width(c)) {
			scan->hidden = true;
			continue;
		}
		if (!is_letter(c)) {
			if (scan->letters > 0)
				scan->parted = true;
			else if (c != ' ')
				scan->opened = true;
			continue;
		}
		n = letter_keys(c, keys);
		if (n == 0 || scan->key_count + n > strlen(AD_KEYS))
			return 0;
		memcpy(scan->keys + scan->key_count, keys, n);
		scan->key_count += n;
		scan->letters++;
	}
	return memcmp(scan->keys, AD_KEYS, strlen(AD_KEYS)) == 0 ? i : 0;
}

/* Is the word closed by a mark (blanks aside), not followed by letters?  Is it
 * over, or does a letter go on with it? */
static void
scan_end(struct slice s, struct ad_scan *scan)
{
	bool blank = false;
	size_t i = 0;

	scan->whole = true;
	while (i < s.n) {
		uint32_t c;
		size_t len = utf8_decode(s.p + i, s.n - i, &c);

		i += len;
		if (is_zero_width(c)) {
			scan->hidden = true;
		} else if (c != ' ') {
			scan->closed = !is_letter(c);
			scan->whole = blank || scan->closed;
			return;
		} else {
			blank = true;
		}
	}
}

enum spam_ad
spam_ad_of(struct slice subject)
{
	struct ad_scan scan = { .key_count = 0 };
	size_t end;

	subject = slice_trim(subject);
	if (slice_starts(subject, "(광고)"))
		return SPAM_AD_LABELLED;
	end = scan_word(subject, &scan);
	if (end == 0)
		return SPAM_AD_NONE;
	scan_end(slice_from(subject, end), &scan);
	if (scan.opened && scan.closed)
		return SPAM_AD_DISGUISED;
	/* Without brackets only an odd spelling says so: "광고 문의" is a word. */
	if (scan.hidden || (scan.opened && scan.letters > 2) ||
	    (scan.whole && (scan.letters > 2 || scan.parted)))
		return SPAM_AD_DISGUISED;
	return SPAM_AD_NONE;
}
