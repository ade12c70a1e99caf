/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one table of actions: keys, help, hints and the command line come from it. */
#include "tui/action.h"

#include "util/i18n.h"

#include "util/banned.h"

#define A(id, name, ctx, mutt, alpine, gmail, hint, help)      \
 {                                                             \
  ACTION_##id, name, ctx, { mutt, alpine, gmail }, hint, help, \
 }

/* clang-format off */
static const struct action table[] = {
/* writing and sorting come first: these are the hints people look for */
A(OPEN, "open", CTX_LIST | CTX_FOLDERS, "<Enter>", "<Enter> v >", "<Enter> o",
  N_("Read"), N_("read the message, open the folder")),
A(COMPOSE, "compose", CTX_MAIN, "m c", "c m", "c m",
  N_("Write"), N_("write a message")),
A(REPLY, "reply", CTX_MAIL, "r", NULL, NULL,
  N_("Reply"), N_("reply to the sender, from the address written to")),
A(REPLY_ALL, "reply-all", CTX_MAIL, "R", NULL, "a R",
  N_("Reply all"), N_("reply to everybody")),
A(FORWARD, "forward", CTX_MAIL, "f", NULL, NULL,
  N_("Forward"), N_("forward, text quoted and attachments kept")),
A(ARCHIVE, "archive", CTX_MAIL, "e", NULL, "e y",
  N_("Archive"), N_("move to Archive")),
A(DELETE, "delete", CTX_MAIL, "d <Del>", "d <Del>", "# d <Del>",
  N_("Delete"), N_("move to Trash")),
A(SPAM, "spam", CTX_MAIL, "!", NULL, NULL,
  N_("Spam"), N_("spam, or in Spam: not spam; the filter learns it")),
A(MOVE, "move", CTX_MAIL, "s", NULL, "v s",
  N_("Move"), N_("move to a folder")),
A(SEARCH, "search", CTX_MAIN, "/", "w /", "/",
  N_("Search"), N_("search all mail; in a message: search its text")),
A(UNDO, "undo", CTX_MAIN, "z u", NULL, "z",
  N_("Undo"), N_("take back the last change or the message just sent")),
A(FETCH, "fetch", CTX_MAIN, "G <F5>", NULL, NULL,
  N_("Fetch"), N_("fetch mail from all accounts")),
A(NEXT_UNREAD, "next-unread", CTX_MAIL, "<Tab>", NULL, NULL,
  N_("Next unread"), N_("go to the next unread message")),
A(LIMIT, "limit", CTX_LIST, "l", "; l", "l",
  N_("Limit"), N_("show only what matches, in this folder")),
A(ATTACHMENTS, "attachments", CTX_MAIL, "v", "V", "V",
  N_("Attachments"), N_("list the parts: open, save, pipe to a command")),
A(SELECT, "select", CTX_LIST, "x", ": x", "x",
  N_("Select"), N_("select or deselect for the next command")),
A(GO_ACCOUNT, "account", CTX_MAIN, "ga", NULL, NULL,
  N_("Account"), N_("choose an account")),
A(COMMAND, "command", CTX_MAIN, ":", "|", ":",
  N_("Command"), N_("type a command by its name")),
A(HELP, "help", CTX_MAIN, "? <F1>", NULL, NULL,
  N_("Help"), N_("this page")),
A(HELP, "help", CTX_EDIT, "^G <F1>", NULL, NULL,
  N_("Help"), N_("this page")),
A(BACK, "back", CTX_READER | CTX_HELP, "q <Esc> i", "< q <Esc>", "u q <Esc>",
  N_("Back"), N_("leave this pane")),
A(BACK, "back", CTX_FOLDERS, "<Esc>", "<Esc>", "<Esc>",
  NULL, N_("leave this pane")),
A(QUIT, "quit", CTX_LIST | CTX_FOLDERS, "q", NULL, NULL,
  N_("Quit"), N_("leave a search, or the program")),

A(NEXT, "next", CTX_LIST | CTX_FOLDERS | CTX_HELP, "j <Down> ^N", "n j <Down> ^N", NULL,
  NULL, N_("next line")),
A(PREV, "prev", CTX_LIST | CTX_FOLDERS | CTX_HELP, "k <Up> ^P", "p k <Up> ^P", NULL,
  NULL, N_("previous line")),
A(NEXT, "next", CTX_READER, "j J", "n j J", "j",
  N_("Next"), N_("next message")),
A(PREV, "prev", CTX_READER, "k K", "p k K", "k",
  N_("Previous"), N_("previous message")),
A(SCROLL_DOWN, "scroll-down", CTX_READER, "<Down> <Enter> ^N", NULL, NULL,
  NULL, N_("scroll down a line")),
A(SCROLL_UP, "scroll-up", CTX_READER, "<Up> <Bksp> ^P", NULL, NULL,
  NULL, N_("scroll up a line")),
A(PAGE_DOWN, "page-down", CTX_MAIN | CTX_HELP, "<Space> <PgDn> ^V", NULL, NULL,
  NULL, N_("scroll down a page; in a message, then the next one")),
A(PAGE_UP, "page-up", CTX_MAIN | CTX_HELP, "- <PgUp> ^Y b", "- <PgUp> ^Y", NULL,
  NULL, N_("scroll up a page")),
A(FIRST, "first", CTX_MAIN | CTX_HELP, "<Home> gg", NULL, NULL,
  NULL, N_("first line")),
A(LAST, "last", CTX_MAIN | CTX_HELP, "<End> ge", NULL, NULL,
  NULL, N_("last line")),
A(NEXT_MATCH, "next-match", CTX_MAIL, "n", "^W", "n",
  NULL, N_("next match; without a search the next message")),
A(PREV_MATCH, "prev-match", CTX_MAIL, "N", "N", "N p",
  NULL, N_("previous match; without a search the previous message")),
A(FOCUS_LEFT, "focus-left", CTX_MAIN, "<Left> <Shift-Tab>", NULL, NULL,
  NULL, N_("go to the pane on the left")),
A(FOCUS_RIGHT, "focus-right", CTX_MAIN, "<Right>", NULL, NULL,
  NULL, N_("go to the pane on the right")),

A(REPLY_LIST, "reply-list", CTX_MAIL, "L", NULL, NULL,
  NULL, N_("reply to the mailing list")),
A(FORWARD_ATTACHED, "forward-attached", CTX_MAIL, "M-f", NULL, NULL,
  NULL, N_("forward as an attachment, unchanged")),
A(REDIRECT, "redirect", CTX_MAIL, "B", NULL, NULL,
  NULL, N_("redirect: send on as it came")),
A(EDIT_NEW, "edit-as-new", CTX_MAIL, "M-e", NULL, NULL,
  NULL, N_("write a new message like this one")),
A(FLAG, "flag", CTX_MAIL, "F *", NULL, "F *",
  NULL, N_("flag or unflag")),
A(UNREAD, "unread", CTX_MAIL, "U", NULL, NULL,
  NULL, N_("mark unread or read")),
A(SELECT_ALL, "select-all", CTX_LIST, "gx", NULL, NULL,
  NULL, N_("select all that the list shows")),
A(SELECT_NONE, "select-none", CTX_LIST, "X", NULL, NULL,
  NULL, N_("deselect all")),
A(WHY, "why", CTX_MAIL, "W", NULL, NULL,
  NULL, N_("why the spam filter judged as it did")),
A(RULE, "rule", CTX_MAIL, "E", NULL, NULL,
  NULL, N_("make a rule from this message, and see what it would do")),
A(BULK_THIS, "bulk-this", CTX_MAIL, "Q", NULL, NULL,
  NULL, N_("all mail of this list or sender: unsubscribe, archive, delete")),
A(BULK, "bulk", CTX_MAIN, "gb", NULL, NULL,
  NULL, N_("who sends bulk mail, and leaving it")),
A(THREAD, "thread", CTX_MAIL, "T", NULL, NULL,
  NULL, N_("show the whole conversation")),

A(GO_INBOX, "inbox", CTX_MAIN, "gi", NULL, NULL,
  NULL, N_("go to the inbox of all accounts")),
A(GO_SENT, "sent", CTX_MAIN, "gs", NULL, NULL, NULL, N_("go to Sent")),
A(GO_DRAFTS, "drafts", CTX_MAIN, "gd", NULL, NULL, NULL, N_("go to Drafts")),
A(GO_ARCHIVE, "go-archive", CTX_MAIN, "gr", NULL, NULL,
  NULL, N_("go to Archive")),
A(GO_SPAM, "go-spam", CTX_MAIN, "g!", NULL, NULL, NULL, N_("go to Spam")),
A(GO_TRASH, "trash", CTX_MAIN, "gt", NULL, NULL, NULL, N_("go to Trash")),
A(GO_FLAGGED, "flagged", CTX_MAIN, "g*", NULL, NULL,
  NULL, N_("show flagged mail")),
A(GO_UNREAD, "unread-only", CTX_MAIN, "gu", NULL, NULL,
  NULL, N_("show unread mail only, or all again")),
A(NEXT_ACCOUNT, "next-account", CTX_MAIN, "}", NULL, NULL,
  NULL, N_("next account")),
A(PREV_ACCOUNT, "prev-account", CTX_MAIN, "{", NULL, NULL,
  NULL, N_("previous account")),

A(LINKS, "links", CTX_READER, "o", NULL, NULL,
  N_("Links"), N_("list the links of a message and open one")),
A(HEADERS, "headers", CTX_READER, "h", NULL, NULL,
  N_("Headers"), N_("show all headers, or the short ones")),
A(RAW, "raw", CTX_READER, "H", NULL, NULL,
  NULL, N_("show the message as it came")),
A(CHARSET, "charset", CTX_READER, "C", NULL, NULL,
  NULL, N_("read the message again in another character set")),

/* behind scroll-down: the later one of two has the key */
A(FILL, "fetch-message", CTX_STUB, "<Enter>", NULL, NULL,
  N_("Fetch it"), N_("of a header alone: fetch the whole message")),

A(OUTBOX, "outbox", CTX_MAIN, "go", NULL, NULL,
  NULL, N_("what is still to be sent")),
A(FETCHES, "fetches", CTX_MAIN, "gf", NULL, NULL,
  NULL, N_("what was fetched, and when it is fetched next")),
A(EMPTY_TRASH, "empty-trash", CTX_MAIN, "gT", NULL, NULL,
  NULL, N_("in Trash: delete all of it for good")),
A(CANCEL, "cancel", CTX_LIST, "<Esc> ^C", NULL, NULL,
  NULL, N_("stop fetching; leave a search")),
A(ADD_ACCOUNT, "add-account", CTX_MAIN, "g+", NULL, NULL,
  NULL, N_("add an account")),
A(REDRAW, "redraw", CTX_MAIN | CTX_EDIT | CTX_HELP | CTX_WIZARD, "^L", NULL, NULL,
  NULL, N_("draw the screen anew")),
A(SUSPEND, "suspend", CTX_MAIN | CTX_EDIT | CTX_HELP | CTX_WIZARD, "^Z", NULL, NULL,
  NULL, N_("suspend the program")),

A(SEND, "send", CTX_EDIT, "^X", NULL, NULL,
  N_("Send"), N_("send the message")),
A(DISCARD, "discard", CTX_EDIT, "^C", NULL, NULL,
  N_("Cancel"), N_("leave without sending")),
A(POSTPONE, "postpone", CTX_EDIT, "^O", NULL, NULL,
  N_("Postpone"), N_("keep as a draft")),
A(ATTACH, "attach", CTX_EDIT, "^J", NULL, NULL,
  N_("Attach"), N_("attach a file")),
A(IDENTITY, "identity", CTX_EDIT, "^F", NULL, NULL,
  N_("From"), N_("send from the next of your addresses")),
A(EDITOR, "editor", CTX_EDIT, "M-e", NULL, NULL,
  N_("Editor"), N_("write in your own editor")),
A(SEND_LATER, "send-later", CTX_EDIT, "^T", NULL, NULL,
  N_("Later"), N_("send the message at a time you say")),
A(REPORT, "report", CTX_EDIT, "M-n", NULL, NULL,
  NULL, N_("ask for a report when the message is delivered, or do not")),
A(SPELL, "spell", CTX_EDIT, "M-s", NULL, NULL,
  N_("Spelling"), N_("check the spelling of what you wrote")),
A(TEMPLATE, "template", CTX_EDIT, "M-t", NULL, NULL,
  N_("Template"), N_("put in a text kept in the folder templates")),
A(ED_CUT, "cut", CTX_BODY, "^K", NULL, NULL,
  N_("Cut line"), N_("cut the line")),
A(ED_PASTE, "paste", CTX_BODY, "^U", NULL, NULL,
  N_("Paste"), N_("paste the lines that were cut")),
A(ED_FIND, "find", CTX_BODY, "^W", NULL, NULL,
  N_("Find"), N_("find text")),
A(ED_UNDO, "edit-undo", CTX_EDIT, "M-u ^_", NULL, NULL,
  N_("Undo"), N_("undo typing, and what was attached or detached")),
A(DETACH, "detach", CTX_COMPOSE, "^D", NULL, NULL,
  N_("Detach"), N_("remove an attachment")),
A(FIELD_NEXT, "field-next", CTX_COMPOSE, "<Tab> <Down> <Enter> ^N", NULL, NULL,
  N_("Next field"), N_("next field")),
A(FIELD_PREV, "field-prev", CTX_EDIT, "<Shift-Tab>", NULL, NULL,
  NULL, N_("previous field")),
A(FIELD_PREV, "field-prev", CTX_COMPOSE, "<Up> ^P", NULL, NULL,
  NULL, N_("previous field")),
A(ED_REDO, "edit-redo", CTX_EDIT, "M-r", NULL, NULL,
  NULL, N_("do again what was undone")),
A(ED_UP, "up", CTX_BODY, "<Up> ^P", NULL, NULL, NULL, N_("up")),
A(ED_DOWN, "down", CTX_BODY, "<Down> ^N", NULL, NULL, NULL, N_("down")),
A(ED_LEFT, "left", CTX_BODY, "<Left> ^B", NULL, NULL, NULL, N_("left")),
A(ED_RIGHT, "right", CTX_BODY, "<Right>", NULL, NULL, NULL, N_("right")),
A(ED_WORD_LEFT, "word-left", CTX_BODY, "M-b", NULL, NULL,
  NULL, N_("a word to the left")),
A(ED_WORD_RIGHT, "word-right", CTX_BODY, "M-f", NULL, NULL,
  NULL, N_("a word to the right")),
A(ED_HOME, "line-start", CTX_BODY, "<Home> ^A", NULL, NULL,
  NULL, N_("start of the line")),
A(ED_END, "line-end", CTX_BODY, "<End> ^E", NULL, NULL,
  NULL, N_("end of the line")),
A(ED_PAGE_UP, "editor-page-up", CTX_BODY, "<PgUp> ^Y", NULL, NULL,
  NULL, N_("a page up")),
A(ED_PAGE_DOWN, "editor-page-down", CTX_BODY, "<PgDn> ^V", NULL, NULL,
  NULL, N_("a page down")),
A(ED_TOP, "text-start", CTX_BODY, "M-\\", NULL, NULL,
  NULL, N_("start of the text")),
A(ED_BOTTOM, "text-end", CTX_BODY, "M-/", NULL, NULL,
  NULL, N_("end of the text")),
A(ED_BACKSPACE, "backspace", CTX_BODY, "<Bksp> ^H", NULL, NULL,
  NULL, N_("delete to the left")),
A(ED_DELETE, "delete-right", CTX_BODY, "<Del> ^D", NULL, NULL,
  NULL, N_("delete to the right")),
A(ED_REFLOW, "reflow", CTX_BODY, "M-q", NULL, NULL,
  NULL, N_("fill the paragraph's lines anew, quoted ones too")),
};
/* clang-format on */

#define TABLE_COUNT (sizeof table / sizeof table[0])

const struct action *
action_table(size_t *n_r)
{
	*n_r = TABLE_COUNT;
	return table;
}

const struct action *
action_find(enum action_id id)
{
	size_t i;

	for (i = 0; i < TABLE_COUNT; i++)
		if (table[i].id == id)
			return &table[i];
	return NULL;
}

const enum action_id *
action_hint_order(unsigned context)
{
	static const enum action_id list[] = {
		ACTION_OPEN,   ACTION_COMPOSE, ACTION_REPLY, ACTION_ARCHIVE,
		ACTION_DELETE, ACTION_SPAM,    ACTION_FETCH, ACTION_NEXT_UNREAD,
		ACTION_SEARCH, ACTION_MOVE,    ACTION_UNDO,  ACTION_HELP,
		ACTION_NONE,
	};

	static const enum action_id reader[] = {
		ACTION_FILL,        ACTION_BACK,    ACTION_REPLY,
		ACTION_REPLY_ALL,   ACTION_FORWARD, ACTION_ARCHIVE,
		ACTION_DELETE,      ACTION_SPAM,    ACTION_NEXT_UNREAD,
		ACTION_ATTACHMENTS, ACTION_LINKS,   ACTION_UNDO,
		ACTION_HELP,        ACTION_NONE,
	};

	static const enum action_id edit[] = {
		ACTION_SEND,     ACTION_DISCARD, ACTION_POSTPONE, ACTION_ATTACH,
		ACTION_IDENTITY, ACTION_HELP,    ACTION_NONE,
	};

	if (context & CTX_READER)
		return reader;
	return context & CTX_EDIT ? edit : list;
}

const struct action *
action_lookup(struct slice name)
{
	const struct action *found = NULL;
	size_t i;

	if (name.n == 0)
		return NULL;
	for (i = 0; i < TABLE_COUNT; i++) {
		struct slice full = slice_of(table[i].name);

		if (slice_eq(full, name))
			return &table[i];
		if (!slice_eq(slice_head(full, name.n), name))
			continue;
		if (found != NULL && found->id != table[i].id)
			return NULL;
		found = &table[i];
	}
	return found;
}

enum preset
action_preset(const char *name)
{
	if (slice_eq_z(slice_of(name), "alpine"))
		return PRESET_ALPINE;
	if (slice_eq_z(slice_of(name), "gmail"))
		return PRESET_GMAIL;
	return PRESET_MUTT;
}
