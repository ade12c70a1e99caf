/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Header blocks (RFC 5322 2.2): lines, fields, where the body begins. */
#include "mime/header.h"

#include <string.h>

#include "util/banned.h"

/* The colon behind a field name and blanks, or NULL. */
static const char *
find_colon(const char *p, const char *end)
{
	const char *start = p;

	while (p<end && * p> 0x20 && *p < 0x7f && *p != ':')
		p++;
	if (p == start)
		return NULL;
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	return p < end && *p == ':' ? p : NULL;
}

/* Nothing but CR up to the line feed?  More than one: converted twice. */
static bool
only_cr(const char *p, const char *lf)
{
	while (p < lf && *p == '\r')
		p++;
	return p == lf;
}

enum header_line
header_line(const char *p, size_t n, const char **next_r, const char **colon_r)
{
	const char *end = p + n;
	const char *lf = memchr(p, '\n', n);
	const char *colon;

	*next_r = lf != NULL ? lf + 1 : end;
	if (lf != NULL && only_cr(p, lf))
		return HEADER_LINE_END;
	if (*p == ' ' || *p == '\t')
		return HEADER_LINE_FOLD;
	colon = find_colon(p, *next_r);
	if (colon == NULL)
		return HEADER_LINE_OTHER;
	*colon_r = colon;
	return HEADER_LINE_FIELD;
}

struct header_field
header_field_make(const char *p, const char *colon, const char *end)
{
	struct header_field f;
	const char *name_end = colon;

	while (name_end > p && (name_end[-1] == ' ' || name_end[-1] == '\t'))
		name_end--;
	colon++;
	if (end > colon && end[-1] == '\n')
		end--;
	if (end > colon && end[-1] == '\r')
		end--;
	f.name = slice_make(p, (size_t)(name_end - p));
	f.value = slice_make(colon, (size_t)(end - colon));
	return f;
}
