/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files app*.c share. */
#ifndef TUI_APP_PRIV_H
#define TUI_APP_PRIV_H

#include "cli/cli.h"
#include "conf/provider.h"
#include "engine/chore.h"
#include "engine/engine.h"
#include "engine/work.h"
#include "mail/attachment.h"
#include "mail/spelling.h"
#include "store/senders.h"
#include "tui/keymap.h"
#include "tui/layout.h"
#include "tui/pane_compose.h"
#include "tui/pane_folders.h"
#include "tui/pane_help.h"
#include "tui/pane_list.h"
#include "tui/pane_reader.h"
#include "tui/term.h"
#include "tui/w_files.h"
#include "tui/w_pick.h"
#include "tui/wizard.h"

/*
 * 1. The main thread only: handlers change state and set dirty; app_draw is the
 *    one place that draws, once per turn of the loop.
 * 2. prompt and pick lie on top of any screen and take all keys while on.
 * 3. held is the message that was just sent, until it can no longer be taken
 *    back; dropped the one that was left without sending.
 */
enum app_screen {
	APP_MAIL,
	APP_COMPOSE,
	APP_WIZARD,
	APP_HELP,
};

enum app_prompt {
	PROMPT_NONE,
	PROMPT_SEARCH,
	PROMPT_LIMIT,
	PROMPT_FIND, /* in the reader */
	PROMPT_COMMAND,
	PROMPT_SAVE,
	PROMPT_SAVE_ALL,
	PROMPT_PIPE,
	PROMPT_REDIRECT,
	PROMPT_CHARSET,
	PROMPT_ED_FIND,
	PROMPT_WHEN,
	PROMPT_SPELL, /* a word otherwise */
	PROMPT_BULK_LABEL,
	PROMPT_RULE,
};

enum app_pick {
	PICK_NONE,
	PICK_MOVE,
	PICK_ACCOUNT,
	PICK_LINK,
	PICK_ATTACHMENT,
	PICK_PART, /* what to do with it */
	PICK_CHARSET,
	PICK_OUTBOX,
	PICK_OUTGOING, /* what to do with one of them */
	PICK_FILES,    /* to attach; in files, not picker */
	PICK_DETACH,
	PICK_TEMPLATE,
	PICK_SPELL,
	PICK_TEXT,     /* only to be read */
	PICK_BULK,     /* senders and lists */
	PICK_BULK_ACT, /* what to do with one of them */
	PICK_RULE,     /* a rule that was typed: what now */
};

struct app_undo {
	int64_t token;
	bool spam;      /* the filter learned */
	int64_t id;     /* message to select again */
	int64_t outbox; /* row that has not left yet; 0: none */
	char *rule;     /* that was added to the file, owned; NULL: none */
};

/* The desk for bulk mail: who sends it, and whose is looked at. */
struct app_bulk {
	struct store_sender *senders;
	size_t n;
	enum store_senders_by by;
	char *key; /* of the one chosen; owned, or NULL */
	bool list; /* key is a List-Id */
	struct unsubscribe way;
	int64_t message; /* that way is from */
	int64_t job;     /* asks a host to take us off, 0 */
};

/* A rule that is being made from a message. */
struct app_rule {
	ARRAY(char *) suggestions; /* owned */
	size_t at;                 /* the one shown */
	char *text;                /* as typed; owned, or NULL */
	int64_t message;
};

/* A fetch that runs. */
struct app_fetch {
	char *account;
	char *text;
	uint64_t done, total;
};

/* What went wrong with an account's last fetch. */
struct app_problem {
	char *account;
	char *server; /* its words, or NULL */
	char *advice; /* what to do, or NULL */
};

struct app {
	struct cli *cli;
	struct conf conf;
	struct store *store;
	struct engine *engine;
	struct providers *providers;
	struct model model;
	struct keymap *keys;
	struct grid grid;
	struct layout layout;
	enum app_screen screen;
	enum pane_id focus;
	bool dirty, quit;
	bool leaving; /* quits when the last message is sent */
	bool moved;   /* the user chose a row since the view was opened */
	int empty;    /* reads of the terminal that gave nothing */
	bool korean;

	struct pane_folders folders;
	struct pane_list list;
	struct pane_reader reader;
	struct pane_help help;
	enum app_screen help_from;
	ARRAY(int64_t) accounts; /* store numbers, as in conf */
	struct store_view view;  /* without search */
	struct str query;        /* as typed; "" none */
	bool query_all;          /* it searches all mail */
	uint64_t version;        /* of the store, as shown */
	int64_t retry_ms;        /* when to try to write again */
	bool stale;              /* mail came: read the lists again */

	struct pane_compose pane_compose;
	struct compose *compose, *held, *dropped;
	size_t dropped_at; /* undo.n when it was left */
	int64_t held_id, held_until;
	int64_t autosave_at;
	bool autosave_failed; /* and autosave_at is when to try again */
	char *autosave;       /* file of ours, NULL: none yet */

	struct wizard_steps wizard;
	bool wizard_on;
	int64_t probe;

	enum app_prompt prompt;
	struct w_line line;
	enum app_pick pick;
	struct w_pick picker;
	struct w_files files;
	ARRAY(struct app_problem) problems;
	char *attach_folder; /* where the last file came from, or NULL */
	int64_t outgoing;    /* row chosen in the outbox */
	ARRAY(char *) links;
	int64_t wanted_number; /* of the part chosen, as listed, from 0 */
	char *save_folder;     /* the last one that was chosen, or NULL */
	ARRAY(struct attachment_view) opened; /* copies others may read */

	enum action_id awaiting;       /* that waits for a search; NONE */
	ARRAY(uint32_t) awaiting_keys; /* typed behind it */

	int64_t work;       /* job of a program that is waited for, 0 */
	char *work_what;    /* what it does */
	int64_t work_since; /* monotonic ms */

	struct spelling spell; /* what was found */
	size_t spell_at, spell_changed;
	int64_t spell_shift;

	struct str message;
	enum style message_style;
	int64_t message_since; /* monotonic ms */
	int64_t message_until; /* 0: stays */
	ARRAY(struct app_undo) undo;
	struct app_bulk bulk;
	struct app_rule rule;
	ARRAY(struct app_fetch) fetches;
	int64_t fill;  /* job that fetches the whole of a message, 0 */
	int64_t chore; /* job that works on many messages, 0 */
	enum chore_kind chore_kind;
	int64_t chore_id; /* message to select again */
	bool chore_spam;  /* CHORE_UNDO: of what the filter learned */
	uint64_t fetched; /* new mail of the fetches that run */
	uint64_t index_done, index_total;
};

/* app.c */
int app_load_conf(struct app *a, struct err *err);
void app_load_accounts(struct app *a);
const struct account *app_account(const struct app *a, int64_t id);
/* app_draw.c */
void app_draw(struct app *a);
unsigned app_context(const struct app *a);
/* Messages for the status line. */
/* Is an error or a warning being shown? */
bool app_says_problem(const struct app *a);
void app_message_seen(struct app *a);
void app_say(struct app *a, enum style st, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void app_say_err(struct app *a, const struct err *err);
/* app_key.c */
void app_term_event(struct app *a, const struct term_event *e);
void app_act(struct app *a, enum action_id id);
/* app_view.c */
void app_open_view(struct app *a, int64_t account, enum folder folder);
void app_reopen(struct app *a);
void app_reload(struct app *a);
/* Only the numbers of unread mail. */
void app_counts(struct app *a);
void app_search(struct app *a, struct slice query, bool all);
bool app_leave_search(struct app *a);
void app_open_folder_row(struct app *a);
void app_next_account(struct app *a, int direction);
void app_toggle_unread(struct app *a);
void app_show_flagged(struct app *a);
void app_show_convo(struct app *a);
/* app_mail.c */
void app_read(struct app *a);
void app_read_next(struct app *a, int direction);
void app_close_reader(struct app *a);
void app_move(struct app *a, enum folder folder);
void app_spam(struct app *a);
void app_toggle_flag(struct app *a, unsigned flag);
void app_undo(struct app *a);
void app_next_unread(struct app *a);
void app_select(struct app *a);
void app_select_all(struct app *a);
void app_why(struct app *a);
bool app_map_selected(struct app *a, struct fsx_map *map_r, int64_t *id_r);
/* Takes u: what z takes back next. */
void app_remember(struct app *a, struct app_undo u);
/* app_bulk.c */
void app_pick_bulk(struct app *a);
/* What can be done with all of the selected message's list or sender. */
void app_bulk_selected(struct app *a);
void app_bulk_chosen(struct app *a, int64_t at);
void app_bulk_act(struct app *a, int64_t what);
void app_bulk_label(struct app *a, struct slice label);
void app_bulk_release(struct app *a);
/* false: there is nothing to cancel. */
bool app_unsubscribe_cancel(struct app *a);
void app_unsubscribed(struct app *a, const struct event *e);
/* app_rule.c */
void app_rule_start(struct app *a);
/* The next suggestion. */
void app_rule_next(struct app *a);
void app_rule_typed(struct app *a, struct slice text);
void app_rule_chosen(struct app *a, int64_t what);
/* It was tried on what is stored: EVENT_CHORE_DONE. */
void app_rule_tried(struct app *a, const struct event *e);
void app_rule_release(struct app *a);
/* Begin work on many messages, of which id is selected when it ends; what cannot
 * begin is said. */
bool app_chore(struct app *a, const struct chore *c, int64_t id);
bool app_is_many(size_t n);
bool app_chore_cancel(struct app *a); /* false: none runs */
void app_chore_progress(struct app *a, const struct event *e);
void app_chore_done(struct app *a, const struct event *e);
/* app_parts.c */
void app_pick_link(struct app *a);
void app_open_link(struct app *a, const char *url);
void app_pick_charset(struct app *a);
void app_charset_chosen(struct app *a, int64_t n);
void app_set_charset(struct app *a, struct slice label);
/* app_open.c */
void app_pick_attachment(struct app *a);
void app_pick_part(struct app *a, int64_t number);
void app_part_chosen(struct app *a, int64_t what);
void app_save_part(struct app *a, struct slice path);
void app_save_all(struct app *a, struct slice folder);
/* The part chosen, NULL: none. */
const struct part *app_wanted_part(const struct app *a);
/* Read a text on top of the message. */
void app_show_part_text(struct app *a, const char *type, const char *title,
                        struct slice text);
/* app_program.c */
/* Run the program of v, which is taken. */
void app_run_view(struct app *a, struct attachment_view *v);
void app_pipe_part(struct app *a, struct slice command);
void app_close_opened(struct app *a);
bool app_need_reader(struct app *a);
/* app_prompt.c */
void app_ask(struct app *a, enum app_prompt prompt, struct slice text);
void app_prompt_key(struct app *a, uint32_t key);
const char *app_prompt_label(enum app_prompt prompt);
void app_pick_start(struct app *a, enum app_pick pick, const char *title);
void app_pick_key(struct app *a, uint32_t key);
void app_pick_done(struct app *a, enum w_pick_result r);
void app_pick_folder(struct app *a);
void app_pick_account(struct app *a);
/* Remember how it ended, for app_show_fetches; what to do about it, owned by a,
 * NULL: nothing is known, or it went well. */
const char *app_fetch_ended(struct app *a, const struct event *e);
void app_free_problems(struct app *a);
void app_show_text(struct app *a, const char *title, struct slice text);
/* app_write.c */
/* The message that keys act on: one inside of the stored one when that is read,
 * then id becomes 0. */
struct slice app_raw_of(const struct app *a, struct slice stored, int64_t *id);
void app_write(struct app *a, enum action_id id);
void app_write_mailto(struct app *a, const char *uri);
void app_edit_draft(struct app *a);
void app_compose_key(struct app *a, uint32_t key);
void app_compose_act(struct app *a, enum action_id id);
bool app_unsend(struct app *a);
/* Take a row out of the outbox to be written on as c; what a crash leaves is one
 * of them.  1, 0 when it is too late, -1. */
int app_take_out(struct app *a, struct compose *c, int64_t row,
                 struct err *err);
/* Send no earlier than the text says. */
void app_send_at(struct app *a, struct slice text);
/* Edit c, which is taken. */
void app_edit(struct app *a, struct compose *c);
/* app_outbox.c */
void app_pick_outbox(struct app *a);
void app_pick_outgoing(struct app *a, int64_t row);
void app_outgoing(struct app *a, int64_t what);
/* app_fetches.c */
void app_show_fetches(struct app *a);
void app_empty_trash(struct app *a);
/* app_fill.c */
void app_fill(struct app *a);
/* Of the message selected or read: is only the header here? */
bool app_header_only(const struct app *a);
/* false: there is nothing to cancel. */
bool app_fill_cancel(struct app *a);
void app_fill_progress(struct app *a, const struct event *e);
void app_fill_done(struct app *a, const struct event *e);
/* app_from.c */
/* NULL: they cannot be read, which is said. */
struct providers *app_providers(struct app *a);
/* A warning when the provider will not take From as it is. */
void app_say_from(struct app *a);
/* app_people.c */
/* false: there is no command to ask, or nothing to ask for. */
bool app_find_people(struct app *a);
/* app_files.c */
void app_pick_files(struct app *a);
void app_pick_detach(struct app *a);
void app_detach(struct app *a, int64_t at);
void app_files_done(struct app *a, enum w_pick_result r);
/* app_redirect.c */
void app_redirect(struct app *a, struct slice to);
/* app_template.c */
void app_pick_template(struct app *a);
void app_template_chosen(struct app *a, int64_t n);
/* Words of a template that could not be known are filled in, but for what
 * is being typed in field. */
void app_fill_blanks(struct compose *c, enum compose_field field);

/* app_key.c */
void app_key(struct app *a, uint32_t key);
/* app_await.c */
/* More than anybody types without looking. */
#define APP_AWAITING_MAX 256
/* Does an action wait for a search?  Then it is kept. */
bool app_await(struct app *a, enum action_id id);
/* false: nothing waits, the key is for others. */
bool app_await_key(struct app *a, uint32_t key);
void app_await_text(const struct app *a, struct str *out);
/* Go on with what waited, if it need not any more. */
void app_await_go_on(struct app *a);

/* app_work.c */
struct app_work {
	struct engine_work work;
	/* It went well; w is freed afterwards. */
	void (*done)(struct app *a, struct app_work *w);
};

/* Wait for w, which is taken; what: "checking the spelling".  false: it cannot be
 * started, which is said. */
bool app_work_start(struct app *a, struct app_work *w, const char *what);
/* false: there is nothing to stop. */
bool app_work_cancel(struct app *a);
void app_work_done(struct app *a, const struct event *e);
void app_work_text(const struct app *a, struct str *out);
/* Which message is being written; owned. */
char *app_compose_key_dup(const struct app *a);
/* Is it still that one, and no box over it? */
bool app_composes(const struct app *a, const char *key);
/* app_spell.c */
void app_spell(struct app *a);
void app_spell_chosen(struct app *a, int64_t what);
void app_spell_replace(struct app *a, struct slice with);
/* app_draft.c */
void app_postpone(struct app *a);
void app_discard(struct app *a);
int app_store_draft(struct app *a, struct slice message, const char *account,
                    struct err *err);
/* Keep c as a draft: what it came from goes. */
int app_save_draft(struct app *a, const struct compose *c, struct err *err);
/* app_autosave.c */
/* Programs that may be writing at the same time. */
#define AUTOSAVE_SLOTS 16
void app_autosave(struct app *a, bool now);
void app_autosave_forget(struct app *a);
/* Save c at once, or what was built of it. */
int app_autosave_keep(struct app *a, const struct compose *c, struct err *err);
int app_autosave_put(struct app *a, struct slice message, struct err *err);
/* Of the file with that number: its path, owned; its lock, a descriptor or -1. */
char *app_autosave_path(const struct app *a, int slot);
int app_autosave_lock(const struct app *a, int slot, struct err *err);
/* app_recover.c */
void app_recover(struct app *a);
/* app_editor.c */
void app_external_editor(struct app *a);
/* app_event.c */
void app_engine_events(struct app *a);
void app_fetch_all(struct app *a);
void app_tick(struct app *a);
int app_timeout(const struct app *a);
/* app_wizard.c */
void app_wizard_start(struct app *a);
void app_wizard_effect(struct app *a, enum wizard_effect effect);
void app_wizard_stop(struct app *a);

#endif
