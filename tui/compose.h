/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A message being written: its fields, and building it. */
#ifndef TUI_COMPOSE_H
#define TUI_COMPOSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"
#include "mail/mailto.h"
#include "mime/build.h"
#include "mime/message.h"
#include "store/outbox_rows.h"
#include "tui/editor.h"
#include "tui/w_line.h"
#include "util/array.h"

/* Bytes of text one message may have; far more than anybody types. */
#define COMPOSE_TEXT_MAX ((size_t)16 * 1024 * 1024)
/* Bytes of all attachments: providers refuse more than 25 to 50 MB. */
#define COMPOSE_ATTACH_MAX ((size_t)100 * 1024 * 1024)

enum compose_field {
	COMPOSE_FROM,
	COMPOSE_TO,
	COMPOSE_CC,
	COMPOSE_BCC,
	COMPOSE_SUBJECT,
	COMPOSE_FILES,
	COMPOSE_BODY,
	COMPOSE_FIELDS,
};

/* An address of the user's to send from; strings owned. */
struct compose_from {
	char *account;
	char *name;
	char *address;
	char *reply_to;
	char *signature;
	bool legacy;  /* of the account */
	unsigned dsn; /* enum dsn, of the account */
};

struct compose_file {
	char *name;
	char *type;
	char *data;
	size_t size;
};

/* One that can be taken back, see compose_undo.c. */
struct compose_change {
	enum compose_field field;
	char *text; /* of a line */
	size_t cursor;
	struct compose_file file;
	size_t at; /* among the files */
};

struct compose {
	ARRAY(struct compose_from) froms;
	const struct conf *conf; /* borrowed: lives longer */
	size_t from;
	struct w_line lines[COMPOSE_FIELDS]; /* To, Cc, Bcc, Subject */
	ARRAY(struct compose_file) files;
	struct editor *editor;
	enum compose_field focus;
	bool crowded; /* some addresses had no room in their field */
	char *untaken; /* an address of the other mail that none can be sent to */
	/* what it answers */
	int64_t reply_to;
	unsigned reply_flag;
	char *in_reply_to; /* without <> */
	char *forwarded;   /* Message-ID of what is forwarded, without <> */
	ARRAY(char *) references;
	/* Message-IDs without <>, for what a crash leaves behind */
	char *key;      /* of each draft that this becomes */
	char *replaces; /* of the draft it came from, or NULL */
	char *sending;  /* it goes under, once it was sent; or NULL */
	char *unsent;   /* of what was taken out of the outbox, or NULL */
	int64_t draft;  /* message it came from, 0 */
	int64_t outbox; /* row it came from, 0 */
	bool waited;    /* opened in the outbox: who leaves it keeps a draft */
	int64_t at;     /* to be sent then; 0: now */
	unsigned dsn;   /* enum dsn, when the user said: */
	bool dsn_said;  /* else it is the account's */
	unsigned start; /* editor version before the user wrote anything */
	unsigned saved; /* the one that was saved last */
	bool touched;   /* something was changed since */
	bool warned;    /* of a missing attachment */
	bool blanks;    /* a template has words that are not known yet */
	ARRAY(struct compose_change) changes;
	size_t done; /* so many of them are in force */
	bool changes_join;
};

enum compose_reply {
	COMPOSE_REPLY,
	COMPOSE_REPLY_ALL,
	COMPOSE_REPLY_LIST,
};

/* An empty message from account (NULL: the default one). */
struct compose *compose_new(const struct conf *conf, const char *account);
void compose_free(struct compose **c);
/* Send from this account and address, when the user has them; the signature
 * goes with it, unless the user changed it. */
void compose_set_from(struct compose *c, const char *account,
                      const char *address);
void compose_next_from(struct compose *c, int direction);
/* The delivery reports to ask for; enum dsn. */
unsigned compose_dsn(const struct compose *c);
/* Ask for a report on delivery, too, or for none. */
void compose_toggle_report(struct compose *c);
/* Is it an address of the user's? */
bool compose_is_own(const struct compose *c, struct slice spec);
/* Does m name the address of its mailing list?  Else an answer to the list is one
 * to the sender. */
bool compose_has_list(const struct message *m);
/* Fill in as an answer to m (stored as id). */
void compose_fill_reply(struct compose *c, const struct message *m, int64_t id,
                        enum compose_reply how);
/* inline: text quoted below a heading and attachments taken over; else the
 * whole message becomes an attachment. */
int compose_fill_forward(struct compose *c, const struct message *m, int64_t id,
                         bool as_attachment, struct err *err);
/* Go on with a draft stored as id. */
void compose_fill_draft(struct compose *c, const struct message *m, int64_t id);
/* Go on with what waited in the outbox or was refused: those who have it
 * already are left out. */
void compose_fill_outbox(struct compose *c, const struct message *m,
                         const struct outbox_row *row);
/* A new message with the people, text and attachments of m.  own: it was written
 * here, what cannot be seen in its text stays. */
void compose_fill_again(struct compose *c, const struct message *m, bool own);
void compose_fill_mailto(struct compose *c, const struct mailto *m);
int compose_attach_file(struct compose *c, const char *path, struct err *err);
int compose_attach(struct compose *c, struct slice name, struct slice type,
                   struct slice data, struct err *err);
void compose_detach(struct compose *c, size_t at);

void compose_file_free(struct compose_file *f);
/* A line was changed, before is what it was; typed: it joins what was typed
 * into it just before. */
void compose_note_line(struct compose *c, enum compose_field f,
                       struct slice before, size_t cursor, bool typed);
/* A file came to that place (NULL), or was taken from there: it is taken. */
void compose_note_file(struct compose *c, size_t at, struct compose_file *file);
/* Take back the last change of fields or attachments, or do it again; focus goes
 * there.  false: there is none. */
bool compose_undo(struct compose *c, bool again);
void compose_forget_changes(struct compose *c);

/* Recipients of a built message. */
struct compose_rcpts {
	struct arena arena;
	const char **v;
	size_t n;
};

void compose_rcpts_release(struct compose_rcpts *r);
/*
 * Build the message.  draft: addresses may be unfinished (they are kept as they
 * were typed), Bcc is kept and what is forwarded is named; else every address is checked and at least one is
 * needed.  *wrong_r: the field an error belongs to.  rcpts_r NULL for drafts.
 */
int compose_build(const struct compose *c, bool draft, struct str *out,
                  struct compose_rcpts *rcpts_r, enum compose_field *wrong_r,
                  struct err *err);
/* Its Message-ID when it is sent: another one for each try. */
void compose_new_id(struct compose *c);
/* The field of a draft that has a line as it was typed. */
const char *compose_draft_field(enum compose_field f);
/* The one that names what is forwarded. */
#define COMPOSE_FORWARDED "X-Pabal-Forwarded"
/* And those of what a crash would leave, see struct compose. */
#define COMPOSE_REPLACES "X-Pabal-Replaces"
#define COMPOSE_SENDING  "X-Pabal-Sending"
#define COMPOSE_UNSENT   "X-Pabal-Unsent"
/* Is nothing in it worth keeping? */
bool compose_is_empty(const struct compose *c);
/* Does the text promise an attachment that is not there? */
bool compose_misses_attachment(const struct compose *c);
bool compose_changed(const struct compose *c);
void compose_set_saved(struct compose *c);
/* The user begins here. */
void compose_set_start(struct compose *c);

#endif
