/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each kind of text looks like: colours, or attributes without colours. */
#include "tui/theme.h"

#include <stddef.h>
#include <string.h>

#include "util/banned.h"

/*
 * Backgrounds are the terminal's own wherever possible, so that both dark and
 * light terminals stay readable; the light theme only changes what would be
 * too pale on white.  The eight basic colours never carry meaning alone: each
 * has an attribute or a sign beside it.
 */
struct entry {
	short fg256, bg256;
	short fg256_light, bg256_light;
	short fg8, bg8;
	unsigned attr; /* with colours */
	unsigned mono; /* without */
};

#define B THEME_BOLD
#define D THEME_DIM
#define U THEME_UNDERLINE
#define R THEME_REVERSE

static const struct entry looks[STYLE_COUNT] = {
	[STYLE_TEXT] = { -1, -1, -1, -1, -1, -1, 0, 0 },
	[STYLE_TITLE] = { 255, 24, 255, 25, 7, 4, B, R },
	[STYLE_STATUS] = { -1, -1, -1, -1, -1, -1, 0, 0 },
	[STYLE_OK] = { 114, -1, 28, -1, 2, -1, 0, 0 },
	[STYLE_WARN] = { 221, -1, 130, -1, 3, -1, B, B },
	[STYLE_ERROR] = { 210, -1, 160, -1, 1, -1, B, B },
	[STYLE_DIM] = { 245, -1, 243, -1, -1, -1, 0, 0 },
	[STYLE_RULE] = { 240, -1, 250, -1, -1, -1, 0, 0 },
	[STYLE_CURSOR] = { 255, 31, 255, 31, 7, 4, 0, R },
	[STYLE_CURSOR_IDLE] = { 254, 239, 16, 252, -1, -1, U, U },
	[STYLE_CURSOR_UNREAD] = { 255, 31, 255, 31, 7, 4, B, R | B },
	[STYLE_UNREAD] = { -1, -1, -1, -1, -1, -1, B, B },
	[STYLE_MARK] = { 221, -1, 130, -1, 3, -1, B, B },
	[STYLE_LABEL] = { 110, -1, 25, -1, 6, -1, 0, 0 },
	[STYLE_DATE] = { 247, -1, 241, -1, -1, -1, 0, 0 },
	[STYLE_HEADER_NAME] = { 245, -1, 243, -1, 6, -1, 0, 0 },
	[STYLE_HEADER] = { -1, -1, -1, -1, -1, -1, 0, 0 },
	[STYLE_SUBJECT] = { -1, -1, -1, -1, -1, -1, B, B },
	[STYLE_QUOTE1] = { 110, -1, 25, -1, 6, -1, 0, 0 },
	[STYLE_QUOTE2] = { 144, -1, 94, -1, 3, -1, 0, 0 },
	[STYLE_QUOTE3] = { 139, -1, 90, -1, 5, -1, 0, 0 },
	[STYLE_SIGNATURE] = { 242, -1, 245, -1, -1, -1, 0, D },
	[STYLE_LINK] = { 75, -1, 26, -1, 6, -1, U, U },
	[STYLE_MATCH] = { 16, 221, 16, 221, 0, 3, 0, R },
	[STYLE_FIELD] = { -1, -1, -1, -1, -1, -1, 0, 0 },
	[STYLE_FIELD_ACTIVE] = { 255, 237, 16, 254, -1, -1, U, U },
	[STYLE_HINT_KEY] = { 153, -1, 25, -1, 6, -1, B, R },
	[STYLE_HINT] = { 247, -1, 241, -1, -1, -1, 0, 0 },
	[STYLE_PROGRESS] = { 255, 31, 255, 31, 7, 6, B, R | B },
	[STYLE_PROGRESS_REST] = { 252, 239, 16, 252, 7, 4, 0, R },
	[STYLE_POPUP] = { 253, 236, 16, 254, 7, 4, 0, R },
	[STYLE_POPUP_CURSOR] = { 255, 31, 255, 31, 0, 6, B, B },
};

#undef B
#undef D
#undef U
#undef R

bool
theme_known(const char *name)
{
	return strcmp(name, "dark") == 0 || strcmp(name, "light") == 0;
}

struct theme_look
theme_look(const char *name, enum theme_depth depth, enum style st)
{
	const struct entry *e = &looks[st];
	bool light = name != NULL && strcmp(name, "light") == 0;

	switch (depth) {
	case THEME_MONO:
		return (struct theme_look){ -1, -1, e->mono };
	case THEME_8:
		/* Eight colours have no grey. */
		return (struct theme_look){ e->fg8, e->bg8,
			                    e->attr | (e->mono & THEME_DIM) };
	case THEME_256:
		break;
	}
	if (light)
		return (struct theme_look){ e->fg256_light, e->bg256_light,
			                    e->attr };
	return (struct theme_look){ e->fg256, e->bg256, e->attr };
}
