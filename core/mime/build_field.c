/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making single header fields: folded, encoded, nothing smuggled in. */
#include "mime/build_field.h"

#include <string.h>

#include "mime/word.h"
#include "text/unicode.h"
#include "util/utf8.h"

#include "util/banned.h"

/* RFC 5322 2.1.1: lines should have 78 characters at most. */
#define LINE_WANT 78
/* Longer words are encoded: then they can be cut; far below the 998 allowed. */
#define BARE_WORD_MAX 76
/* What a decoded name or subject may have. */
#define TEXT_MAX 65536
/* Longer ids do not fit a line of 998; we do not pass them on. */
#define ID_MAX 900

bool
build_field_ok(struct slice text)
{
	for (size_t i = 0; i < text.n;) {
		uint32_t c;

		i += utf8_decode(text.p + i, text.n - i, &c);
		if (c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x2028 ||
		    c == 0x2029)
			return false;
	}
	return true;
}

bool
build_id_ok(struct slice id)
{
	if (id.n == 0 || id.n > ID_MAX)
		return false;
	for (size_t i = 0; i < id.n; i++)
		if (id.p[i] <= 0x20 || id.p[i] >= 0x7f || id.p[i] == '<' ||
		    id.p[i] == '>')
			return false;
	return true;
}

/* How many characters the last line of out has. */
static size_t
column(const struct str *out)
{
	size_t n = out->n;

	while (n > 0 && out->p[n - 1] != '\n')
		n--;
	return out->n - n;
}

static bool
is_ascii(struct slice s)
{
	return !utf8_has_8bit(s.p, s.n);
}

/* ASCII, words short enough to fold, nothing that looks encoded. */
static bool
is_bare(struct slice s)
{
	struct slice rest = s;
	struct slice word;

	if (!is_ascii(s) || slice_find_text(s, SLICE_LIT("=?")) < s.n)
		return false;
	while (slice_word(&rest, &word))
		if (word.n > BARE_WORD_MAX)
			return false;
	return true;
}

static void
add_folded(struct slice text, struct str *out)
{
	struct slice word;

	for (bool first = true; slice_word(&text, &word); first = false) {
		bool fits = column(out) + 1 + word.n <= LINE_WANT;

		if (!first)
			str_add_z(out, fits ? " " : "\r\n ");
		else if (!fits && column(out) > 1)
			str_add_z(out, "\r\n ");
		str_add_slice(out, word);
	}
}

/* NFC, well-formed. */
static struct slice
normal(struct slice text, struct str *keep)
{
	str_init(keep, TEXT_MAX);
	unicode_nfc(text, keep);
	str_truncate(keep, utf8_cut(keep->p, keep->n));
	return slice_trim(str_slice(keep));
}

void
build_text_field(const char *name, struct slice text, bool legacy,
                 struct str *out)
{
	struct str keep;

	text = normal(text, &keep);
	str_printf(out, "%s: ", name);
	if (is_bare(text))
		add_folded(text, out);
	else
		word_encode(text, legacy, column(out), out);
	str_add_z(out, "\r\n");
	str_release(&keep);
}

/* Atoms and spaces only (RFC 5322 3.2.3)? */
static bool
is_phrase(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!byte_is_alnum(s.p[i]) && s.p[i] != ' ' &&
		    strchr("!#$%&'*+-/=?^_`{|}~", s.p[i]) == NULL)
			return false;
	return true;
}

static void
add_quoted(struct slice s, struct str *out)
{
	str_add_c(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			str_add_c(out, '\\');
		str_add_c(out, s.p[i]);
	}
	str_add_c(out, '"');
}

/* Longer names are encoded even when they are ASCII: they have to be folded. */
#define BARE_NAME_MAX 60

static void
add_name(struct slice name, bool legacy, struct str *out)
{
	if (name.n > BARE_NAME_MAX || !is_bare(name))
		word_encode(name, legacy, column(out), out);
	else if (is_phrase(name))
		str_add_slice(out, name);
	else
		add_quoted(name, out);
}

static void
add_mailbox(const struct addr *addr, bool legacy, struct str *out)
{
	struct str keep;
	struct slice name = normal(addr->name, &keep);

	if (name.n == 0) {
		str_add_slice(out, addr->spec);
	} else {
		add_name(name, legacy, out);
		str_add_z(out, column(out) + addr->spec.n + 3 > LINE_WANT
		                       ? "\r\n <"
		                       : " <");
		str_add_slice(out, addr->spec);
		str_add_c(out, '>');
	}
	str_release(&keep);
}

void
build_addr_field(const char *name, const struct addr *addrs, size_t n,
                 bool legacy, struct str *out)
{
	if (n == 0)
		return;
	str_printf(out, "%s: ", name);
	for (size_t i = 0; i < n; i++) {
		size_t length = addrs[i].spec.n + addrs[i].name.n + 4;

		if (i > 0)
			str_add_c(out, ',');
		if (i > 0)
			str_add_z(out, column(out) + length > LINE_WANT
			                       ? "\r\n "
			                       : " ");
		add_mailbox(&addrs[i], legacy, out);
	}
	str_add_z(out, "\r\n");
}

void
build_id_field(const char *name, const struct slice *ids, size_t n,
               struct str *out)
{
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		if (!build_id_ok(ids[i]))
			continue;
		if (!any)
			str_printf(out, "%s:", name);
		if (any && column(out) + ids[i].n + 3 > LINE_WANT)
			str_add_z(out, "\r\n");
		str_add_z(out, " <");
		str_add_slice(out, ids[i]);
		str_add_c(out, '>');
		any = true;
	}
	if (any)
		str_add_z(out, "\r\n");
}

/* attr-char of RFC 2231 7. */
static bool
is_attr(char c)
{
	return byte_is_alnum(c) || c == '-' || c == '.' || c == '_' ||
	       c == '~' || c == '!' || c == '#' || c == '$' || c == '&' ||
	       c == '+' || c == '^' || c == '`' || c == '|';
}

/* filename*0*=UTF-8''...; one section a line, cut anywhere between bytes of
 * percent triplets (RFC 2231 joins before it decodes). */
static void
add_extended(struct slice name, struct str *out)
{
	size_t at = 0;

	for (unsigned section = 0; at < name.n; section++) {
		str_printf(out, ";\r\n filename*%u*=%s", section,
		           section == 0 ? "UTF-8''" : "");
		while (at < name.n && column(out) + 4 <= LINE_WANT) {
			unsigned char c = (unsigned char)name.p[at++];

			if (is_attr((char)c))
				str_add_c(out, (char)c);
			else
				str_printf(out, "%%%02X", c);
		}
	}
}

void
build_named_fields(struct slice type, struct slice name, bool legacy,
                   struct str *out)
{
	struct str keep;
	bool bare;

	name = normal(name, &keep);
	bare = is_ascii(name) && name.n <= BARE_NAME_MAX &&
	       slice_find_text(name, SLICE_LIT("=?")) == name.n;
	str_add_z(out, "Content-Type: ");
	str_add_slice(out, type);
	if (name.n > 0) {
		str_add_z(out, ";\r\n name=");
		if (bare) {
			add_quoted(name, out);
		} else {
			str_add_c(out, '"');
			word_encode(name, legacy, column(out) + 1, out);
			str_add_c(out, '"');
		}
	}
	str_add_z(out, "\r\nContent-Disposition: attachment");
	if (name.n > 0 && bare) {
		str_add_z(out, ";\r\n filename=");
		add_quoted(name, out);
	} else if (name.n > 0) {
		add_extended(name, out);
	}
	str_add_z(out, "\r\n");
	str_release(&keep);
}
