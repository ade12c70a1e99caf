/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one table of actions: keys, help, hints and the command line come from it. */
#ifndef TUI_ACTION_H
#define TUI_ACTION_H

#include <stddef.h>

#include "util/slice.h"

/* Where a key is pressed. */
enum context {
	CTX_LIST = 1,
	CTX_FOLDERS = 2,
	CTX_READER = 4,
	CTX_COMPOSE = 8, /* header fields of the composer */
	CTX_BODY = 16,   /* its text */
	CTX_WIZARD = 32,
	CTX_HELP = 64,
	CTX_STUB = 128, /* a reader that shows a header alone */
};

#define CTX_MAIL (CTX_LIST | CTX_READER)
#define CTX_MAIN (CTX_LIST | CTX_FOLDERS | CTX_READER)
#define CTX_EDIT (CTX_COMPOSE | CTX_BODY)

enum action_id {
	ACTION_NONE,
	/* moving */
	ACTION_OPEN,
	ACTION_NEXT,
	ACTION_PREV,
	ACTION_PAGE_DOWN,
	ACTION_PAGE_UP,
	ACTION_FIRST,
	ACTION_LAST,
	ACTION_SCROLL_DOWN,
	ACTION_SCROLL_UP,
	ACTION_NEXT_UNREAD,
	ACTION_NEXT_MATCH,
	ACTION_PREV_MATCH,
	ACTION_FOCUS_LEFT,
	ACTION_FOCUS_RIGHT,
	ACTION_BACK,
	/* writing */
	ACTION_COMPOSE,
	ACTION_REPLY,
	ACTION_REPLY_ALL,
	ACTION_REPLY_LIST,
	ACTION_FORWARD,
	ACTION_FORWARD_ATTACHED,
	ACTION_REDIRECT,
	ACTION_EDIT_NEW,
	/* sorting */
	ACTION_ARCHIVE,
	ACTION_DELETE,
	ACTION_SPAM,
	ACTION_MOVE,
	ACTION_UNDO,
	ACTION_SELECT,
	ACTION_SELECT_ALL,
	ACTION_SELECT_NONE,
	ACTION_FLAG,
	ACTION_UNREAD,
	ACTION_WHY,
	ACTION_RULE,
	ACTION_BULK,
	ACTION_BULK_THIS,
	/* finding */
	ACTION_SEARCH,
	ACTION_LIMIT,
	ACTION_THREAD,
	ACTION_GO_INBOX,
	ACTION_GO_SENT,
	ACTION_GO_DRAFTS,
	ACTION_GO_ARCHIVE,
	ACTION_GO_SPAM,
	ACTION_GO_TRASH,
	ACTION_GO_FLAGGED,
	ACTION_GO_UNREAD,
	ACTION_GO_ACCOUNT,
	ACTION_NEXT_ACCOUNT,
	ACTION_PREV_ACCOUNT,
	/* reading */
	ACTION_ATTACHMENTS,
	ACTION_LINKS,
	ACTION_HEADERS,
	ACTION_RAW,
	ACTION_CHARSET,
	ACTION_FILL,
	/* the program */
	ACTION_FETCH,
	ACTION_OUTBOX,
	ACTION_FETCHES,
	ACTION_EMPTY_TRASH,
	ACTION_CANCEL,
	ACTION_ADD_ACCOUNT,
	ACTION_COMMAND,
	ACTION_HELP,
	ACTION_REDRAW,
	ACTION_SUSPEND,
	ACTION_QUIT,
	/* composer */
	ACTION_SEND,
	ACTION_POSTPONE,
	ACTION_DISCARD,
	ACTION_ATTACH,
	ACTION_DETACH,
	ACTION_IDENTITY,
	ACTION_EDITOR,
	ACTION_SEND_LATER,
	ACTION_REPORT,
	ACTION_SPELL,
	ACTION_TEMPLATE,
	ACTION_FIELD_NEXT,
	ACTION_FIELD_PREV,
	/* editor */
	ACTION_ED_CUT,
	ACTION_ED_PASTE,
	ACTION_ED_FIND,
	ACTION_ED_UNDO,
	ACTION_ED_REDO,
	ACTION_ED_UP,
	ACTION_ED_DOWN,
	ACTION_ED_LEFT,
	ACTION_ED_RIGHT,
	ACTION_ED_WORD_LEFT,
	ACTION_ED_WORD_RIGHT,
	ACTION_ED_HOME,
	ACTION_ED_END,
	ACTION_ED_PAGE_UP,
	ACTION_ED_PAGE_DOWN,
	ACTION_ED_TOP,
	ACTION_ED_BOTTOM,
	ACTION_ED_BACKSPACE,
	ACTION_ED_DELETE,
	ACTION_ED_REFLOW,
	ACTION_COUNT,
};

enum preset {
	PRESET_MUTT,
	PRESET_ALPINE,
	PRESET_GMAIL,
	PRESET_COUNT,
};

struct action {
	enum action_id id;
	const char *name; /* for ":" and the keys file */
	unsigned contexts;
	/* Per preset; words are alternatives, a word of several keys is a
	 * sequence; NULL: as the first preset. */
	const char *keys[PRESET_COUNT];
	const char *hint; /* N_(); NULL: not in the hint rows */
	const char *help; /* N_() */
};

/* The table, in the order in which hints and help show it. */
const struct action *action_table(size_t *n_r);
const struct action *action_find(enum action_id id);
/* What the hint rows of a context show first, ACTION_NONE at the end; the rest
 * of the table follows. */
const enum action_id *action_hint_order(unsigned context);
/* By name; NULL when there is none.  A unique beginning will do. */
const struct action *action_lookup(struct slice name);
/* "mutt", "alpine", "gmail"; NULL or unknown: mutt. */
enum preset action_preset(const char *name);

#endif
