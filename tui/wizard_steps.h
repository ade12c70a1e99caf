/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The steps of adding an account, without screen and network. */
#ifndef TUI_WIZARD_STEPS_H
#define TUI_WIZARD_STEPS_H

#include <stdbool.h>

#include "conf/foreign.h"
#include "conf/provider.h"
#include "tui/w_line.h"
#include "util/array.h"
#include "util/err.h"

/*
 * FOUND --enter--> PASSWORD     an account of another program, all filled in: the
 *         first that was chosen, or the one under the cursor
 *       --enter--> ADDRESS      another address
 * ADDRESS --enter--> PASSWORD   a known provider
 *         --enter--> SERVERS    an unknown one, or asked for (wizard_manual)
 * SERVERS --enter--> PASSWORD
 * PASSWORD --enter--> TEST      effect WIZARD_START_TEST
 * TEST --wizard_test_done--> AMOUNT when all is well, else the step and field
 *         that is wrong, every answer kept
 * AMOUNT --enter--> DONE        effect WIZARD_SAVE
 * DONE --wizard_saved--> PASSWORD  the next that was chosen, if there is one
 * Any step --back--> the one before.
 */
enum wizard_step {
	WIZARD_FOUND,
	WIZARD_ADDRESS,
	WIZARD_SERVERS,
	WIZARD_PASSWORD,
	WIZARD_TEST,
	WIZARD_AMOUNT,
	WIZARD_DONE,
};

enum wizard_field {
	WIZARD_F_ADDRESS,
	WIZARD_F_NAME,
	WIZARD_F_POP,
	WIZARD_F_SMTP,
	WIZARD_F_USER,
	WIZARD_F_PASSWORD,
	WIZARD_F_COMMAND, /* prints a token, for OAuth2 */
	WIZARD_F_DAYS,    /* a choice */
	WIZARD_F_KEEP,    /* a choice */
	WIZARD_F_COUNT,
};

enum wizard_effect {
	WIZARD_NOTHING,
	WIZARD_START_TEST, /* account is complete but for its name */
	WIZARD_STOP_TEST,
	WIZARD_TAKE_PASSWORD, /* of found.v[found_at], wizard_password takes it */
	WIZARD_SAVE,
	WIZARD_LEAVE,
};

/* What the wizard asks of the world. */
struct wizard_world {
	void *ctx;
	const struct provider *(*provider)(void *ctx, struct slice address);
	bool (*name_taken)(void *ctx, const char *name);
};

struct wizard_steps {
	struct wizard_world world;
	enum wizard_step step;
	enum wizard_field focus;
	struct w_line fields[WIZARD_F_COUNT]; /* not of the choices */
	const struct provider *provider;      /* of the address, or NULL */
	struct foreign_list found;            /* accounts of other programs */
	size_t found_at;                      /* found.n: none of them */
	bool from_found;                      /* the answers are of found_at */
	bool manual;                          /* server fields are shown */
	int days;                             /* index into choices */
	int keep;
	struct err error; /* shown until the next key that changes something */
	ARRAY(char *) lines; /* what the test found */
	/* certificates the user trusts though nobody vouches for them; "" none */
	char pop_pin[80], smtp_pin[80];
	struct account account;
};

void wizard_init(struct wizard_steps *w, const struct wizard_world *world);
void wizard_release(struct wizard_steps *w);
/* Offer these first, when there are any; takes the list. */
void wizard_offer(struct wizard_steps *w, struct foreign_list *list);
/* Choose the one under the cursor, or all of them; again: no longer. */
void wizard_choose_found(struct wizard_steps *w, bool all);
/* How many of those that wait are chosen. */
size_t wizard_chosen(const struct wizard_steps *w);
/* The account was saved.  true: the next one that was chosen begins. */
bool wizard_saved(struct wizard_steps *w);
/* Is there a password that can be taken over? */
bool wizard_can_take(const struct wizard_steps *w);
void wizard_password(struct wizard_steps *w, const struct secret *secret);
/* Fields of the step, in order; returns how many. */
size_t wizard_fields(const struct wizard_steps *w,
                     enum wizard_field fields_r[WIZARD_F_COUNT]);
bool wizard_is_choice(enum wizard_field f);
enum wizard_effect wizard_enter(struct wizard_steps *w);
enum wizard_effect wizard_back(struct wizard_steps *w);
/*
 * May the user trust the certificate that was refused?  Not with a provider
 * that is known: its certificates are good, whoever shows another is not it.
 */
bool wizard_can_trust(const struct wizard_steps *w);
/* Trust exactly that certificate and try again. */
enum wizard_effect wizard_trust(struct wizard_steps *w);
/* Show the server fields, from any step before the test. */
void wizard_manual(struct wizard_steps *w);
void wizard_focus_next(struct wizard_steps *w, int direction);
/* Choices: left, right. */
void wizard_choose(struct wizard_steps *w, int direction);
/* The text of a field changed: errors go, the provider is looked up. */
void wizard_changed(struct wizard_steps *w);
void wizard_test_line(struct wizard_steps *w, const char *text);
/* err->code ERR_NONE: all is well. */
void wizard_test_done(struct wizard_steps *w, const struct err *err);
/* Number and count of the step for "2/4". */
int wizard_step_number(const struct wizard_steps *w);

#endif
