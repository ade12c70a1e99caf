/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each kind of text looks like: colours, or attributes without colours. */
#ifndef TUI_THEME_H
#define TUI_THEME_H

#include <stdbool.h>

/* Kinds of text; panes know nothing of colours. */
enum style {
	STYLE_TEXT,
	STYLE_TITLE,  /* top bar */
	STYLE_STATUS, /* message line */
	STYLE_OK,
	STYLE_WARN,
	STYLE_ERROR,
	STYLE_DIM,
	STYLE_RULE, /* lines between panes */
	STYLE_CURSOR,
	STYLE_CURSOR_IDLE, /* selected row of a pane without focus */
	STYLE_CURSOR_UNREAD,
	STYLE_UNREAD,
	STYLE_MARK, /* tags, flags */
	STYLE_LABEL,
	STYLE_DATE,
	STYLE_HEADER_NAME,
	STYLE_HEADER,
	STYLE_SUBJECT,
	STYLE_QUOTE1,
	STYLE_QUOTE2,
	STYLE_QUOTE3,
	STYLE_SIGNATURE,
	STYLE_LINK,
	STYLE_MATCH,
	STYLE_FIELD, /* input */
	STYLE_FIELD_ACTIVE,
	STYLE_HINT_KEY,
	STYLE_HINT,
	STYLE_PROGRESS,
	STYLE_PROGRESS_REST,
	STYLE_POPUP,
	STYLE_POPUP_CURSOR,
	STYLE_COUNT,
};

enum theme_attr {
	THEME_BOLD = 1,
	THEME_DIM = 2,
	THEME_UNDERLINE = 4,
	THEME_REVERSE = 8,
};

/* Colours are palette numbers, -1 the terminal's own. */
struct theme_look {
	short fg, bg;
	unsigned attr; /* enum theme_attr */
};

enum theme_depth {
	THEME_MONO, /* NO_COLOR, or a terminal without */
	THEME_8,
	THEME_256,
};

/* name: "dark" (or NULL) or "light"; an unknown one is "dark". */
struct theme_look theme_look(const char *name, enum theme_depth depth,
                             enum style st);
/* Is there a theme of that name? */
bool theme_known(const char *name);

#endif
