/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One Received field: who gave the message to whom (RFC 5321, 4.4). */
#include "mail/received.h"

#include "mime/date.h"

#include "util/banned.h"

/* Words of one field; more say nothing new. */
#define WORDS_MAX 100

/* The next word or comment; a comment with its brackets. */
static bool
next_token(struct slice *rest, struct slice *token_r)
{
	size_t n = 0, depth = 0;

	*rest = slice_trim(*rest);
	if (rest->n == 0 || rest->p[0] == ';')
		return false;
	for (n = 0; n < rest->n; n++) {
		char c = rest->p[n];

		if (c == '(')
			depth++;
		if (c == ')' && depth > 0 && --depth == 0) {
			n++;
			break;
		}
		if (depth == 0 && n > 0 && (byte_is_blank(c) || c == ';'))
			break;
	}
	*token_r = slice_head(*rest, n);
	*rest = slice_from(*rest, n);
	return true;
}

static struct slice
without_dot(struct slice name)
{
	if (name.n > 0 && name.p[name.n - 1] == '.')
		name.n--;
	return name;
}

static bool
looks_like_address(struct slice s)
{
	bool digits = false;

	for (size_t i = 0; i < s.n; i++) {
		if (byte_hex(s.p[i]) < 0 && s.p[i] != '.' && s.p[i] != ':')
			return false;
		digits = digits || byte_is_digit(s.p[i]);
	}
	return digits && (slice_find(s, '.') < s.n || slice_find(s, ':') < s.n);
}

/* What stands in [], or is an address without them. */
static void
take_address(struct slice word, struct received *r)
{
	size_t open = slice_find(word, '[');
	struct slice s = slice_from(word, open < word.n ? open + 1 : 0);

	s = slice_head(s, slice_find(s, ']'));
	if (slice_istarts(s, "IPv6:"))
		s = slice_from(s, 5);
	if (r->address.n == 0 && looks_like_address(s))
		r->address = s;
}

/* (name [address]), ([address] helo=name), (HELO name), (address). */
static void
take_client(struct slice comment, struct received *r)
{
	struct slice rest = slice_make(comment.p + 1, comment.n - 1), word;
	bool helo = false;

	rest = slice_head(rest, slice_rfind(rest, ')'));
	while (slice_word(&rest, &word)) {
		if (slice_istarts(word, "helo=")) {
			r->name = r->helo;
			r->helo = without_dot(slice_from(word, 5));
		} else if (helo) {
			r->name = r->helo;
			r->helo = without_dot(word);
			helo = false;
		} else if (slice_ieq_z(word, "HELO") ||
		           slice_ieq_z(word, "EHLO")) {
			helo = true;
		} else if (word.p[0] == '[' || looks_like_address(word)) {
			take_address(word, r);
		} else if (slice_ieq_z(word, "unknown")) {
			r->nameless = true;
		} else if (r->name.n == 0 && !r->nameless &&
		           slice_find(word, '.') < word.n &&
		           slice_find(word, '=') == word.n) {
			word = slice_head(word, slice_find(word, '['));
			r->name = without_dot(word);
		}
	}
}

static bool
is_login(struct slice with)
{
	/* RFC 3848: ESMTPA, ESMTPSA, UTF8SMTPSA and the like. */
	return (slice_iends(with, "SMTPA") || slice_iends(with, "SMTPSA") ||
	        slice_ieq_z(with, "HTTP") || slice_ieq_z(with, "HTTPS"));
}

static void
take_word(struct slice last, struct slice word, struct received *r)
{
	if (slice_ieq_z(last, "from") && r->helo.n == 0) {
		r->helo = without_dot(word);
		take_address(word, r);
	} else if (slice_ieq_z(last, "by") && r->by.n == 0) {
		r->by = without_dot(word);
	} else if (slice_ieq_z(last, "with")) {
		r->authenticated = r->authenticated || is_login(word);
	}
}

void
received_parse(struct slice value, struct received *r_r)
{
	struct slice rest = value, token, last = SLICE_NONE;
	size_t n = 0;

	*r_r = (struct received){ 0 };
	while (n++ < WORDS_MAX && next_token(&rest, &token)) {
		if (token.p[0] != '(') {
			take_word(last, token, r_r);
			last = token;
			continue;
		}
		if (r_r->by.n == 0 && r_r->helo.n > 0)
			take_client(token, r_r);
		if (slice_ifind_text(token, SLICE_LIT("authenticated")) <
		    token.n)
			r_r->authenticated = true;
	}
	rest = slice_trim(rest);
	if (rest.n > 1 && rest.p[0] == ';')
		r_r->has_time = date_parse(slice_from(rest, 1), &r_r->time);
}

bool
received_is_private(struct slice a)
{
	static const char *const begins[] = { "10.",      "127.",  "192.168.",
		                              "169.254.", "fe80:", "fc",
		                              "fd",       "::1" };

	if (a.n == 0)
		return true;
	for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
		if (slice_istarts(a, begins[i]) &&
		    (begins[i][0] != 'f' || slice_find(a, ':') < a.n))
			return true;
	/* 172.16.0.0/12 */
	if (slice_starts(a, "172.")) {
		struct slice second = slice_from(a, 4);
		uint64_t v;

		second = slice_head(second, slice_find(second, '.'));
		return slice_u64(second, &v) == 0 && v >= 16 && v <= 31;
	}
	return false;
}
