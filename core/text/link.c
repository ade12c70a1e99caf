/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where links lead, and those that look as if they led elsewhere. */
#include "text/link.h"

#include <stdint.h>

#include "text/script.h"
#include "text/unicode.h"
#include "util/i18n.h"
#include "util/utf8.h"

#include "util/banned.h"

/* Warnings of one text: who has read ten of them knows. */
#define WARNINGS_MAX 10
/* Bytes shown of an address. */
#define SHOWN_MAX 100
/* Bytes looked at of one: browsers take some more, people see less. */
#define LINK_MAX 2048
/* DNS names have 253 bytes at most; in UTF-8 they are longer. */
#define HOST_MAX 2048

static size_t
scheme_size(struct slice s)
{
	if (slice_istarts(s, "http://"))
		return 7;
	return slice_istarts(s, "https://") ? 8 : 0;
}

/* What stands between "//" and the path, with user and port. */
static struct slice
authority(struct slice target)
{
	struct slice s = slice_from(target, slice_find(target, ':') + 1);
	size_t n = 0;

	while (s.n > 0 && (s.p[0] == '/' || s.p[0] == '\\'))
		s = slice_from(s, 1);
	while (n < s.n && s.p[n] != '/' && s.p[n] != '?' && s.p[n] != '#' &&
	       s.p[n] != '\\')
		n++;
	return slice_head(s, n);
}

struct slice
link_host(struct slice target)
{
	struct slice s;
	size_t at;

	if (slice_istarts(target, "mailto:")) {
		s = slice_from(target, 7);
		s = slice_head(s, slice_find(s, '?'));
		return slice_from(s, slice_rfind(s, '@') + 1);
	}
	s = authority(target);
	at = slice_rfind(s, '@');
	if (at < s.n)
		s = slice_from(s, at + 1);
	if (s.n > 0 && s.p[0] != '[')
		s = slice_head(s, slice_find(s, ':'));
	return s;
}

bool
link_hides(struct slice target, struct str *host_out)
{
	struct slice whole = authority(target);
	struct slice host = link_host(target);
	struct str shown;
	bool hides;

	if (!slice_istarts(target, "http:") && !slice_istarts(target, "https:"))
		return false;
	str_init(&shown, HOST_MAX);
	hides = script_add_host(host, &shown);
	/* Something to read before the "@", be it encoded. */
	hides = hides || slice_rfind(whole, '@') < whole.n;
	if (hides)
		unicode_clean_line(str_slice(&shown), host_out);
	str_release(&shown);
	return hides;
}

/* The address at the head of s: to a blank, a control or what encloses it. */
static struct slice
take_link(struct slice s)
{
	size_t i = scheme_size(s);

	while (i < s.n && i < LINK_MAX) {
		uint32_t c;
		size_t n = utf8_decode(s.p + i, s.n - i, &c);

		if (c <= ' ' || c == '<' || c == '>' || c == '"' || c == 0xa0 ||
		    c == 0x3000 || c == 0x2028 || c == 0x2029)
			break;
		i += n;
	}
	while (i > 0 && (s.p[i - 1] == '.' || s.p[i - 1] == ',' ||
	                 s.p[i - 1] == ')' || s.p[i - 1] == '\''))
		i--;
	return slice_head(s, i);
}

static void
add_warning(struct slice link, struct slice host, struct str *out)
{
	struct str clean;

	str_init(&clean, 4 * SHOWN_MAX);
	unicode_clean_line(slice_head(link,
	                              utf8_cut(link.p, link.n < SHOWN_MAX
	                                                       ? link.n
	                                                       : SHOWN_MAX)),
	                   &clean);
	str_add_z(out, "(!) ");
	str_printf(out, _("%s leads to %.*s"), clean.p, SLICE_ARG(host));
	str_add_c(out, '\n');
	str_release(&clean);
}

void
link_warnings(struct slice text, struct str *out)
{
	size_t warned = 0;
	size_t at;

	while (warned < WARNINGS_MAX &&
	       (at = slice_find_text(text, SLICE_LIT("://"))) < text.n) {
		size_t back = at < 5 ? at : 5;
		struct slice link;
		struct str host;

		while (back > 0 &&
		       scheme_size(slice_from(text, at - back)) != back + 3)
			back--;
		link = back > 0 ? take_link(slice_from(text, at - back))
		                : SLICE_NONE;
		text = slice_from(text, link.n > back + 3 ? at - back + link.n
		                                          : at + 3);
		str_init(&host, 4 * HOST_MAX);
		if (link.n > 0 && link_hides(link, &host)) {
			add_warning(link, str_slice(&host), out);
			warned++;
		}
		str_release(&host);
	}
}
