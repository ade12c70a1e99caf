/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hosts that look like those of a brand and are not. */
#include "mail/spam_brand.h"

#include <string.h>

#include "util/banned.h"

/* Hosts that phishing likes to look like: label and the rest of the domain. */
static const struct brand {
	const char *label;
	const char *rest;
} brands[] = {
	{ "naver", ".com" },       { "daum", ".net" },
	{ "kakao", ".com" },       { "hanmail", ".net" },
	{ "google", ".com" },      { "paypal", ".com" },
	{ "apple", ".com" },       { "microsoft", ".com" },
	{ "amazon", ".com" },      { "coupang", ".com" },
	{ "kbstar", ".com" },      { "shinhan", ".com" },
	{ "wooribank", ".com" },   { "nonghyup", ".com" },
	{ "hanabank", ".com" },    { "tossbank", ".com" },
	{ "netflix", ".com" },     { "facebook", ".com" },
	{ "instagram", ".com" },   { "cjlogistics", ".com" },
	{ "hometax", ".go.kr" },   { "epost", ".go.kr" },
	{ "ems", ".epost.go.kr" }, { "hiworks", ".com" },
};

/* Letters that look alike come down to one; returns the length. */
static size_t
plain_letters(struct slice s, char *out, size_t max)
{
	size_t i, n = 0;

	for (i = 0; i < s.n && n < max; i++) {
		char c = byte_lower(s.p[i]);

		if (c == '0')
			c = 'o';
		else if (c == '1' || c == '|' || c == 'i')
			c = 'l';
		else if (c == '5')
			c = 's';
		else if (c == 'v' && i + 1 < s.n && s.p[i + 1] == 'v')
			c = 'w', i++;
		else if (c == 'r' && i + 1 < s.n && s.p[i + 1] == 'n')
			c = 'm', i++;
		out[n++] = c;
	}
	return n;
}

static bool
same_plain(struct slice a, struct slice b)
{
	char x[64], y[64];
	size_t n = plain_letters(a, x, sizeof x);

	return n == plain_letters(b, y, sizeof y) && memcmp(x, y, n) == 0;
}

/* "naver-login", "secure-naver": the name with a word of trust. */
static bool
has_trust_word(struct slice label, struct slice brand)
{
	static const char *const words[] = { "login",   "secure",  "security",
		                             "account", "verify",  "help",
		                             "center",  "support", "team",
		                             "service", "signin",  "com" };
	struct slice rest = label, piece;
	bool named = false, trust = false;
	size_t i;

	if (slice_find(label, '-') == label.n)
		return false;
	while (slice_split(&rest, '-', &piece)) {
		named = named || slice_ieq(piece, brand);
		for (i = 0; i < sizeof words / sizeof *words; i++)
			trust = trust || slice_ieq_z(piece, words[i]);
	}
	return named && trust;
}

/* The host is the brand's or below it, or the brand's in another country. */
static bool
is_brand_host(struct slice host, const struct brand *b)
{
	struct slice label = slice_of(b->label), rest;
	size_t at = 0;

	for (;;) {
		rest = slice_from(host, at);
		if (slice_istarts(rest, b->label)) {
			rest = slice_from(rest, label.n);
			if (slice_ieq_z(rest, b->rest))
				return true;
			/* google.co.kr, amazon.com.br, apple.de */
			if (rest.n > 0 && rest.p[0] == '.' && rest.n <= 7 &&
			    rest.n - slice_rfind(rest, '.') <= 3)
				return true;
		}
		at += slice_find(slice_from(host, at), '.') + 1;
		if (at >= host.n)
			return false;
	}
}

/* One label of a host against one brand. */
static bool
label_looks_like(struct slice label, struct slice after, const struct brand *b)
{
	struct slice brand = slice_of(b->label);

	if (slice_ieq(label, brand))
		/* naver.com.example.net */
		return slice_istarts(after, b->rest) &&
		       after.n > strlen(b->rest) &&
		       after.p[strlen(b->rest)] == '.';
	if (brand.n >= 5 && label.n >= 5 && same_plain(label, brand))
		return true;
	return has_trust_word(label, brand);
}

/* plain_letters, of the first one alone. */
static inline char
first_letter(const char *p, size_t n)
{
	char c = n > 0 ? byte_lower(p[0]) : '\0';
	char next = n > 1 ? p[1] : '\0';

	switch (c) {
	case '0':
		return 'o';
	case '1':
	case '|':
	case 'i':
		return 'l';
	case '5':
		return 's';
	case 'v':
		return next == 'v' ? 'w' : 'v';
	case 'r':
		return next == 'n' ? 'm' : 'r';
	default:
		return c;
	}
}

static bool
label_deceives(struct slice label, struct slice host)
{
	struct slice after =
		slice_from(host, (size_t)(label.p - host.p) + label.n);
	bool words = slice_find(label, '-') < label.n;
	char first = first_letter(label.p, label.n);
	size_t i;

	for (i = 0; i < sizeof brands / sizeof *brands; i++) {
		const struct brand *b = &brands[i];

		if ((words || first == first_letter(b->label, 2)) &&
		    label_looks_like(label, after, b) &&
		    !is_brand_host(host, b))
			return true;
	}
	return false;
}

bool
spam_brand_like(struct slice host)
{
	struct slice rest = host, label;

	while (slice_split(&rest, '.', &label))
		if (label_deceives(label, host))
			return true;
	return false;
}
