/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON (RFC 8259): a writer. */
#include "util/json.h"

#include <math.h>

#include "util/utf8.h"

#include "util/banned.h"

void
json_init(struct json *j, struct str *out)
{
	j->out = out;
	j->depth = 0;
	j->comma = false;
}

static void
before_value(struct json *j)
{
	if (j->comma)
		str_add_c(j->out, ',');
	j->comma = true;
}

static void
open_with(struct json *j, char c)
{
	before_value(j);
	str_add_c(j->out, c);
	j->depth++;
	j->comma = false;
}

static void
close_with(struct json *j, char c)
{
	str_add_c(j->out, c);
	j->depth--;
	j->comma = true;
}

void
json_object(struct json *j)
{
	open_with(j, '{');
}

void
json_array(struct json *j)
{
	open_with(j, '[');
}

void
json_end_object(struct json *j)
{
	close_with(j, '}');
}

void
json_end_array(struct json *j)
{
	close_with(j, ']');
}

/* Append the run of plain characters at p; returns its length. */
static size_t
plain_run(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && p[i] >= 0x20 && p[i] != '"' && p[i] != '\\' &&
	       p[i] != 0x7f)
		i++;
	return i;
}

static void
escape(struct str *out, uint32_t c)
{
	switch (c) {
	case '"':
		str_add_z(out, "\\\"");
		break;
	case '\\':
		str_add_z(out, "\\\\");
		break;
	case '\n':
		str_add_z(out, "\\n");
		break;
	case '\r':
		str_add_z(out, "\\r");
		break;
	case '\t':
		str_add_z(out, "\\t");
		break;
	default:
		if (c < 0x10000 && utf8_is_unsafe(c))
			str_printf(out, "\\u%04x", (unsigned)c);
		else if (utf8_is_unsafe(c)) /* tags: two surrogates */
			str_printf(out, "\\u%04x\\u%04x",
			           0xd800 + (unsigned)((c - 0x10000) >> 10),
			           0xdc00 + (unsigned)(c & 0x3ff));
		else
			str_add_codepoint(out, c);
	}
}

static void
add_quoted(struct str *out, struct slice s)
{
	str_add_c(out, '"');
	while (s.n > 0) {
		size_t run = plain_run(s.p, s.n);
		uint32_t c;

		str_add(out, s.p, run);
		s = slice_from(s, run);
		if (s.n == 0)
			break;
		s = slice_from(s, utf8_decode(s.p, s.n, &c));
		escape(out, c);
	}
	str_add_c(out, '"');
}

void
json_key(struct json *j, const char *key)
{
	before_value(j);
	add_quoted(j->out, slice_of(key));
	str_add_c(j->out, ':');
	j->comma = false;
}

void
json_string(struct json *j, struct slice s)
{
	before_value(j);
	add_quoted(j->out, s);
}

void
json_string_z(struct json *j, const char *z)
{
	if (z != NULL)
		json_string(j, slice_of(z));
	else
		json_null(j);
}

void
json_int(struct json *j, int64_t v)
{
	before_value(j);
	str_printf(j->out, "%lld", (long long)v);
}

void
json_real(struct json *j, double v)
{
	if (!isfinite(v)) {
		json_null(j);
		return;
	}
	before_value(j);
	str_printf(j->out, "%.6g", v);
}

void
json_bool(struct json *j, bool v)
{
	before_value(j);
	str_add_z(j->out, v ? "true" : "false");
}

void
json_null(struct json *j)
{
	before_value(j);
	str_add_z(j->out, "null");
}

void
json_raw(struct json *j, struct slice s)
{
	before_value(j);
	str_add_slice(j->out, s);
}
