/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the POP3 server share. */
#ifndef PROTO_POP3_SERVER_PRIV_H
#define PROTO_POP3_SERVER_PRIV_H

#include "proto/pop3_server.h"

/* RFC 2449, section 4: 255 octets; tokens of AUTH are longer. */
#define POP3_SERVER_LINE_MAX 12290
/* Bytes of a message read at a time. */
#define POP3_SERVER_PIECE 8192

/* What a command tells the session to do. */
enum pop3_next {
	POP3_NEXT_GO,
	POP3_NEXT_END,  /* said goodbye */
	POP3_NEXT_FAIL, /* err is set */
};

struct pop3_session {
	struct stream *s;
	const struct pop3_server_opts *opts;
	struct str user; /* of USER, until PASS */
	bool has_user;
	bool logged_in;
	size_t count; /* of the maildrop */
	bool *gone;   /* count of them, marked by DELE */
	bool any_gone;
	unsigned bad_commands;
	unsigned bad_logins;
	int64_t login_until; /* clock_mono_ms; 0: no limit */
};

/* "+OK words" or "-ERR words". */
enum pop3_next pop3_server_ok(struct pop3_session *p, const char *words,
                              struct err *err);
enum pop3_next pop3_server_no(struct pop3_session *p, const char *words,
                              struct err *err);
/* The outcome of a stream call as what to do next. */
enum pop3_next pop3_server_wrote(int rc);

/* Commands before login: args is what follows the word, trimmed at the left. */
enum pop3_next pop3_server_user(struct pop3_session *p, struct slice args,
                                struct err *err);
enum pop3_next pop3_server_pass(struct pop3_session *p, struct slice args,
                                struct err *err);
enum pop3_next pop3_server_auth(struct pop3_session *p, struct slice args,
                                struct err *err);
/* May a secret be sent now? */
bool pop3_server_may_login(const struct pop3_session *p);

/* Commands after login. */
enum pop3_next pop3_server_stat(struct pop3_session *p, struct slice args,
                                struct err *err);
enum pop3_next pop3_server_list(struct pop3_session *p, struct slice args,
                                struct err *err);
enum pop3_next pop3_server_uidl(struct pop3_session *p, struct slice args,
                                struct err *err);
enum pop3_next pop3_server_retr(struct pop3_session *p, struct slice args,
                                struct err *err);
enum pop3_next pop3_server_top(struct pop3_session *p, struct slice args,
                               struct err *err);
enum pop3_next pop3_server_dele(struct pop3_session *p, struct slice args,
                                struct err *err);
enum pop3_next pop3_server_rset(struct pop3_session *p, struct slice args,
                                struct err *err);

#endif
