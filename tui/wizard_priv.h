/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files wizard_*.c share. */
#ifndef TUI_WIZARD_PRIV_H
#define TUI_WIZARD_PRIV_H

#include "tui/wizard_steps.h"

/* wizard_steps.c */
/* What stands in a field, trimmed unless it is the password; borrowed until it
 * changes. */
struct slice wizard_text(const struct wizard_steps *w, enum wizard_field f);
/* The part behind the last @; slice of address. */
struct slice wizard_domain(struct slice address);

/* To a step, its first field in focus. */
void wizard_go(struct wizard_steps *w, enum wizard_step step);
/* Is there a command instead of a password? */
bool wizard_wants_token(const struct wizard_steps *w);

/* wizard_found.c */
/* The account of another program that is being set up, or NULL. */
const struct account *wizard_found_account(const struct wizard_steps *w);
/* Go on with those that were chosen, or with the one under the cursor. */
enum wizard_effect wizard_enter_found(struct wizard_steps *w);
void wizard_found_next(struct wizard_steps *w, int direction);

/* wizard_server.c */
/* Fill the server fields: those of the provider, else a guess that is often
 * right. */
void wizard_propose_servers(struct wizard_steps *w);
/* Show s; one without TLS is offered with STARTTLS. */
void wizard_show_safe(const struct account_server *s, bool pop,
                      struct w_line *field);
/* What field f says, completed, into to, whose host is freed; no SMTP server is
 * fine.  -1: w->error is set and the field has the focus. */
int wizard_take_server(struct wizard_steps *w, enum wizard_field f,
                       struct account_server *to);

#endif
