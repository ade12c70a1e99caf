/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One mail on its way through an SMTP connection: commands out, replies in. */
#ifndef PROTO_SMTP_FLIGHT_H
#define PROTO_SMTP_FLIGHT_H

#include "proto/smtp_body.h"
#include "proto/smtp_client_priv.h"

/*
 * The commands of a mail, counted from 0: RSET when the server may still be in
 * another one, MAIL, RCPT for each recipient; then the text by DATA or BDAT,
 * which is the driver's.
 */
struct flight {
	struct smtp_mail *mail;
	struct smtp_body body;
	bool utf8;
	bool reset; /* it begins with RSET */
	bool mail_refused;
	bool text_refused;
	bool ended;      /* the server answered for the message itself */
	size_t accepted; /* recipients with 2xx */
	size_t asked;    /* commands written, those of the text included */
	size_t answered; /* replies read */
	uint64_t end;    /* stream_written() behind its text; 0: not all is */
};

/*
 * Begin with a mail: its fates and outcome are made blank, and what cannot be
 * sent right is found.  Returns 0, or -1 ERR_REFUSED in mail->err.
 */
int flight_begin(struct smtp *c, struct flight *f, struct smtp_mail *mail);

/* How many commands stand before those of the text. */
size_t flight_commands(const struct flight *f);

/* Write the next of those commands.  0, or -1: connection lost. */
int flight_write_command(struct smtp *c, struct flight *f);

/*
 * Learn from the reply just read, which is to command f->answered; counts it.
 * Not for those of the text.  0, or -1 when there is no going on: the connection
 * is broken and mail->err says why.
 */
int flight_learn(struct smtp *c, struct flight *f);

/* Is anybody to get the message, as far as the replies tell? */
bool flight_wanted(const struct flight *f);

/* The reply just read is the message's: all that were accepted share it. */
void flight_settle(struct smtp *c, struct flight *f);
/* It says no to the message: so they share that. */
void flight_refuse(struct smtp *c, struct flight *f);

/* The connection is over; why may be the mail's own error.  Decides what is in
 * doubt and fills the outcome. */
void flight_lose(struct smtp *c, struct flight *f, const struct err *why);

/* A reply that cannot be one to this command.  -1, broken. */
int flight_not_expected(struct smtp *c, struct err *err);

#endif
