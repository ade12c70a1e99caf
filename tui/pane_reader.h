/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pane that shows a message. */
#ifndef TUI_PANE_READER_H
#define TUI_PANE_READER_H

#include <stdbool.h>

#include "mime/message.h"
#include "tui/grid.h"
#include "tui/model.h"
#include "util/array.h"

enum reader_mode {
	READER_SHORT, /* the headers people want */
	READER_FULL,  /* all headers */
	READER_RAW,   /* as it came */
};

/* One line as drawn: [from, from+n) of text behind a prefix. */
struct reader_line {
	size_t from, n;
	size_t prefix, prefix_n; /* quote signs */
	const char *label;       /* header name, translated; NULL: none */
	int indent;              /* cells left of the text */
	enum style style;
};

/* A message that waits below the part of it that is being read. */
struct reader_level {
	struct message message;
	struct str bytes; /* that it was made of; not of the first one */
	size_t top;
	bool made; /* from a text of ours */
};

struct pane_reader {
	const struct model *model;
	int64_t id; /* 0: nothing open */
	struct fsx_map map;
	struct message message; /* the one that is shown */
	ARRAY(struct reader_level) outer;
	struct str bytes; /* of the message shown, when it is a part */
	bool made;        /* the message shown is none: a text of ours */
	enum reader_mode mode;
	struct str text;
	ARRAY(struct reader_line) lines;
	bool cut; /* a limit of reader_text.h was reached */
	int cols; /* lines were made for; 0: make them */
	size_t top;
	int rows;
	struct str find;
	size_t found; /* line of the last match */
	enum spam_verdict verdict;
	uint64_t stub; /* bytes of the whole, when only the header is here */
};

void pane_reader_init(struct pane_reader *p, const struct model *m);
void pane_reader_release(struct pane_reader *p);
/* Show a message of the store. */
int pane_reader_open(struct pane_reader *p, const struct store_row *row,
                     struct err *err);
void pane_reader_close(struct pane_reader *p);
/* Show the message inside of a part of the one shown, on top of it.  false: too
 * many are open. */
bool pane_reader_open_part(struct pane_reader *p, const struct part *part);
/* Show a text (UTF-8, any bytes) in the same way.  type is "text/plain",
 * "text/html" or "text/calendar". */
bool pane_reader_open_text(struct pane_reader *p, const char *type,
                           struct slice title, struct slice text);
/* Back to the message below; false when there is none. */
bool pane_reader_leave_part(struct pane_reader *p);
/* Is a message being read that is part of another? */
bool pane_reader_in_message(const struct pane_reader *p);
void pane_reader_set_mode(struct pane_reader *p, enum reader_mode mode);
/* Decode again as cs; CHARSET_UNKNOWN: detect. */
void pane_reader_set_charset(struct pane_reader *p, enum charset cs);
/* Scroll by n lines; false when it could not move at all. */
bool pane_reader_scroll(struct pane_reader *p, int n);
bool pane_reader_page(struct pane_reader *p, int direction);
void pane_reader_first(struct pane_reader *p);
void pane_reader_last(struct pane_reader *p);
/* Search the shown text; what empty: the last one again.  false: no match. */
bool pane_reader_find(struct pane_reader *p, struct slice what, bool back);
/* warning: "(!) ..." when the message shows one for that link, else empty. */
typedef void pane_reader_link_fn(void *ctx, struct slice url,
                                 struct slice warning);
/* Call fn for each link of the shown text, in order, each once. */
void pane_reader_links(const struct pane_reader *p, pane_reader_link_fn *fn,
                       void *ctx);
void pane_reader_draw(struct pane_reader *p, struct grid *g,
                      const struct rect *r, bool focus);
/* How far down, in percent. */
int pane_reader_percent(const struct pane_reader *p);

#endif
