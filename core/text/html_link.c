/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Links of an HTML text: targets that may be opened, and those that deceive. */
#include "text/html_render.h"

#include <stdlib.h>
#include <string.h>

#include "text/link.h"
#include "text/script.h"
#include "text/unicode.h"
#include "util/i18n.h"
#include "util/utf8.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* More links than a reader would follow. */
#define LINKS_MAX 5000U
/* Texts of links are headings at most. */
#define LINK_TEXT_MAX 300U

bool
html_link_target(struct slice href, struct str *out)
{
	size_t start = out->n;
	struct slice target;

	href = slice_trim(href);
	if (!slice_istarts(href, "http:") && !slice_istarts(href, "https:") &&
	    !slice_istarts(href, "mailto:"))
		return false;
	for (size_t i = 0; i < href.n;) {
		uint32_t c;
		size_t len = utf8_decode(href.p + i, href.n - i, &c);

		/* Browsers drop line ends inside; so do we. */
		if (c == ' ')
			str_add_z(out, "%20");
		else if (!utf8_is_unsafe(c) && c != UTF8_REPLACEMENT)
			str_add(out, href.p + i, len);
		i += len;
	}
	target = slice_from(str_slice(out), start);
	if (out->full || target.n > HTML_TARGET_MAX ||
	    link_host(target).n == 0) {
		str_truncate(out, start);
		return false;
	}
	return true;
}

/* Is b the host a, or one of its subdomains? */
static bool
is_within(struct slice b, struct slice a)
{
	if (b.n < a.n || !slice_ieq(slice_from(b, b.n - a.n), a))
		return false;
	return b.n == a.n || b.p[b.n - a.n - 1] == '.';
}

static struct slice
without_www(struct slice host)
{
	return slice_istarts(host, "www.") ? slice_from(host, 4) : host;
}

static bool
is_host_byte(char c)
{
	return byte_is_alnum(c) || c == '-' || c == '.' || (c & 0x80) != 0;
}

/* Does a word without a scheme look like a host: "bank.co.kr/login"? */
static bool
looks_like_host(struct slice host)
{
	size_t dot = slice_rfind(host, '.');

	for (size_t i = 0; i < host.n; i++)
		if (!is_host_byte(host.p[i]))
			return false;
	if (dot == host.n || dot == 0 || host.n - dot < 3)
		return false;
	for (size_t i = dot + 1; i < host.n; i++)
		if (!byte_is_alpha(host.p[i]))
			return false;
	return true;
}

/* File names that look like hosts. */
static bool
is_file_name(struct slice s)
{
	static const char *const endings[] = {
		".pdf",  ".html", ".htm",  ".doc", ".hwp",  ".xls",
		".zip",  ".jpg",  ".png",  ".txt", ".docx", ".xlsx",
		".hwpx", ".exe",  ".pptx", ".gif"
	};

	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
		if (slice_iends(s, endings[i]))
			return true;
	return false;
}

/* The host that a word claims; empty: it claims none. */
static struct slice
claimed_host(struct slice word)
{
	struct slice host;

	while (word.n > 0 && strchr("<([{\"'", word.p[0]) != NULL)
		word = slice_from(word, 1);
	while (word.n > 0 &&
	       strchr(">)]}\"'.,;:!?", word.p[word.n - 1]) != NULL)
		word.n--;
	if (slice_istarts(word, "http://") || slice_istarts(word, "https://"))
		return link_host(word);
	if (slice_find(word, '@') < word.n)
		host = slice_from(word, slice_rfind(word, '@') + 1);
	else
		host = slice_head(word, slice_find(word, '/'));
	host = slice_head(host, slice_find(host, ':'));
	return looks_like_host(host) && !is_file_name(host) ? host : SLICE_NONE;
}

bool
html_link_deceives(struct slice text, struct slice target)
{
	struct slice real = without_www(link_host(target));
	struct slice word;

	while (slice_word(&text, &word)) {
		struct slice claimed = without_www(claimed_host(word));

		if (claimed.n > 0 && !is_within(real, claimed) &&
		    !is_within(claimed, real))
			return true;
	}
	return false;
}

static char *
clean_text(struct slice text)
{
	struct str s;
	char *owned;

	str_init(&s, LINK_TEXT_MAX);
	unicode_clean_line(slice_head(text, 4 * LINK_TEXT_MAX), &s);
	owned = str_take(&s);
	return owned;
}

size_t
html_link_add(struct render *r, struct slice target, struct slice text,
              bool *deceives_r)
{
	struct html_text *t = r->result;
	char *words = clean_text(text);
	bool deceives = html_link_deceives(slice_of(words), target);
	const void *known = map_get(&r->numbers, target);
	size_t number = (size_t)(uintptr_t)known;
	struct html_link *link;

	*deceives_r = deceives;
	if (number != 0) {
		link = &t->links[number - 1];
		link->deceives = link->deceives || deceives;
		if (link->text[0] != '\0' && !deceives) {
			free(words);
			return number;
		}
		free(link->text);
		link->text = words;
		return number;
	}
	if (t->link_count == LINKS_MAX) {
		t->cut = true;
		free(words);
		return 0;
	}
	if (t->link_count == r->link_cap) {
		r->link_cap = r->link_cap * 2 + 16;
		t->links =
			xreallocarray(t->links, r->link_cap, sizeof *t->links);
	}
	link = &t->links[t->link_count++];
	link->target = slice_dup(target);
	link->text = words;
	link->deceives = deceives;
	(void)map_set(&r->numbers, target, (void *)(uintptr_t)t->link_count);
	return t->link_count;
}

/* The target, with its host in the form that cannot be taken for another. */
static void
add_target(struct slice target, struct str *out)
{
	struct slice host = link_host(target);
	size_t at = host.n > 0 ? (size_t)(host.p - target.p) : target.n;

	str_add_slice(out, slice_head(target, at));
	(void)script_add_host(host, out);
	str_add_slice(out, slice_from(target, at + host.n));
}

void
html_link_list(struct render *r)
{
	struct str *text = &r->result->text;

	if (r->result->link_count == 0)
		return;
	str_add_c(text, '\n');
	for (size_t i = 0; i < r->result->link_count; i++) {
		const struct html_link *link = &r->result->links[i];
		struct str host;

		str_printf(text, "[%zu] ", i + 1);
		add_target(slice_of(link->target), text);
		if (link->deceives)
			str_printf(text, "  (!) %s",
			           _("the text names another place"));
		str_init(&host, HTML_TARGET_MAX);
		if (link_hides(slice_of(link->target), &host))
			str_printf(text, "  (!) %s", host.p);
		str_release(&host);
		str_add_c(text, '\n');
	}
}
