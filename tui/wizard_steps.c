/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The steps of adding an account, without screen and network. */
#include "tui/wizard_steps.h"

#include <stdlib.h>
#include <string.h>

#include "mime/addr.h"
#include "text/hangul.h"
#include "tui/wizard_priv.h"
#include "util/i18n.h"
#include "util/utf8.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Choices of WIZARD_F_DAYS and WIZARD_F_KEEP. */
#define DAYS_RECENT 30
#define KEEP_DAYS   14
/* "Large ones as headers": what a slow line feels. */
#define HEADERS_ABOVE ((uint64_t)100 * 1024)
/* Bytes of an account's name. */
#define NAME_MAX_BYTES 60

void
wizard_init(struct wizard_steps *w, const struct wizard_world *world)
{
	int i;

	memset(w, 0, sizeof *w);
	w->step = WIZARD_ADDRESS;
	w->world = *world;
	for (i = 0; i < WIZARD_F_COUNT; i++)
		w_line_init(&w->fields[i]);
	w->fields[WIZARD_F_PASSWORD].hidden = true;
	account_init(&w->account);
}

static void
clear_lines(struct wizard_steps *w)
{
	while (w->lines.n > 0)
		free(w->lines.v[--w->lines.n]);
}

void
wizard_release(struct wizard_steps *w)
{
	int i;

	if (w == NULL)
		return;
	for (i = 0; i < WIZARD_F_COUNT; i++)
		w_line_release(&w->fields[i]);
	clear_lines(w);
	array_release(&w->lines);
	account_release(&w->account);
	foreign_list_release(&w->found);
}

/* Is there a command instead of a password? */
bool
wizard_wants_token(const struct wizard_steps *w)
{
	const struct account *found = wizard_found_account(w);

	return (w->provider != NULL && w->provider->oauth_only) ||
	       (found != NULL && found->password_command != NULL);
}

size_t
wizard_fields(const struct wizard_steps *w,
              enum wizard_field fields_r[WIZARD_F_COUNT])
{
	size_t n = 0;

	switch (w->step) {
	case WIZARD_FOUND:
		break;
	case WIZARD_ADDRESS:
		fields_r[n++] = WIZARD_F_ADDRESS;
		fields_r[n++] = WIZARD_F_NAME;
		break;
	case WIZARD_SERVERS:
		fields_r[n++] = WIZARD_F_POP;
		fields_r[n++] = WIZARD_F_SMTP;
		fields_r[n++] = WIZARD_F_USER;
		break;
	case WIZARD_PASSWORD:
	case WIZARD_TEST:
		fields_r[n++] = wizard_wants_token(w) ? WIZARD_F_COMMAND
		                                      : WIZARD_F_PASSWORD;
		break;
	case WIZARD_AMOUNT:
		fields_r[n++] = WIZARD_F_DAYS;
		fields_r[n++] = WIZARD_F_KEEP;
		break;
	case WIZARD_DONE:
		break;
	}
	return n;
}

bool
wizard_is_choice(enum wizard_field f)
{
	return f == WIZARD_F_DAYS || f == WIZARD_F_KEEP;
}

int
wizard_step_number(const struct wizard_steps *w)
{
	switch (w->step) {
	case WIZARD_FOUND:
		return 0;
	case WIZARD_ADDRESS:
	case WIZARD_SERVERS:
		return 1;
	case WIZARD_PASSWORD:
		return 2;
	case WIZARD_TEST:
		return 3;
	case WIZARD_AMOUNT:
	case WIZARD_DONE:
		return 4;
	}
	return 0;
}

void
wizard_go(struct wizard_steps *w, enum wizard_step step)
{
	enum wizard_field fields[WIZARD_F_COUNT];

	w->step = step;
	if (wizard_fields(w, fields) > 0)
		w->focus = fields[0];
}

struct slice
wizard_text(const struct wizard_steps *w, enum wizard_field f)
{
	struct slice s = w_line_get(&w->fields[f]);

	/* a password keeps its blanks */
	return f == WIZARD_F_PASSWORD ? s : slice_trim(s);
}

static void
set(char **to, struct slice s)
{
	free(*to);
	*to = s.n > 0 ? slice_dup(s) : NULL;
}

struct slice
wizard_domain(struct slice address)
{
	return slice_from(address, slice_rfind(address, '@') + 1);
}

void
wizard_changed(struct wizard_steps *w)
{
	struct slice address = wizard_text(w, WIZARD_F_ADDRESS);

	w->error.code = ERR_NONE;
	clear_lines(w);
	if (w->step == WIZARD_ADDRESS)
		w->from_found = false;
	/* other servers, other certificates */
	if (w->step == WIZARD_ADDRESS || w->step == WIZARD_SERVERS)
		w->pop_pin[0] = w->smtp_pin[0] = '\0';
	if (w->step != WIZARD_ADDRESS)
		return;
	w->provider = addr_spec_ok(address)
	                      ? w->world.provider(w->world.ctx, address)
	                      : NULL;
}

static void
fail(struct wizard_steps *w, enum wizard_field field)
{
	w->focus = field;
}

/* A name for the account: the provider's, else of the domain. */
static void
name_candidate(const struct wizard_steps *w, int round, struct str *out)
{
	struct slice address = wizard_text(w, WIZARD_F_ADDRESS);
	struct slice d = wizard_domain(address);
	struct slice rest, c;

	if (w->provider != NULL)
		str_add_z(out, w->provider->id);
	else
		str_add_slice(out, slice_head(d, slice_find(d, '.')));
	if (round > 0) {
		str_add_c(out, '-');
		str_add_slice(out,
		              slice_head(address, slice_find(address, '@')));
	}
	if (round > 1)
		str_printf(out, "-%d", round);
	/* what may not stand in a name becomes "-" */
	for (rest = str_slice(out); rest.n > 0; rest = slice_from(rest, c.n)) {
		uint32_t ch;

		c = slice_head(rest, utf8_decode(rest.p, rest.n, &ch));
		if (c.n == 1 && !byte_is_alnum(c.p[0]) && c.p[0] != '-' &&
		    c.p[0] != '_' && c.p[0] != '.')
			out->p[c.p - out->p] = '-';
	}
}

static void
choose_name(struct wizard_steps *w)
{
	struct str s;
	int round = 0;

	str_init(&s, NAME_MAX_BYTES);
	do {
		str_clear(&s);
		name_candidate(w, round++, &s);
	} while (w->world.name_taken(w->world.ctx, s.p) && round < 1000);
	set(&w->account.name, str_slice(&s));
	str_release(&s);
}

static enum wizard_effect
enter_address(struct wizard_steps *w)
{
	struct slice address = wizard_text(w, WIZARD_F_ADDRESS);

	if (!addr_spec_ok(address)) {
		(void)err_set(&w->error, ERR_USAGE,
		              _("this is not a mail address (name@domain)"));
		fail(w, WIZARD_F_ADDRESS);
		return WIZARD_NOTHING;
	}
	wizard_changed(w);
	if (w->provider != NULL && w->provider->pop.host == NULL &&
	    !w->manual) {
		(void)err_set(&w->error, ERR_CONFIG,
		              _("this provider has no POP3; F2 lets you enter "
		                "servers by hand"));
		return WIZARD_NOTHING;
	}
	if (w->manual || w->provider == NULL) {
		if (w_line_get(&w->fields[WIZARD_F_POP]).n == 0)
			wizard_propose_servers(w);
		wizard_go(w, WIZARD_SERVERS);
	} else {
		wizard_go(w, WIZARD_PASSWORD);
	}
	return WIZARD_NOTHING;
}

void
wizard_manual(struct wizard_steps *w)
{
	if (w->step == WIZARD_TEST || w->step == WIZARD_DONE)
		return;
	w->manual = true;
	if (!addr_spec_ok(wizard_text(w, WIZARD_F_ADDRESS))) {
		w->step = WIZARD_ADDRESS;
		(void)enter_address(w);
		return;
	}
	if (w_line_get(&w->fields[WIZARD_F_POP]).n == 0)
		wizard_propose_servers(w);
	w->error.code = ERR_NONE;
	clear_lines(w);
	wizard_go(w, WIZARD_SERVERS);
}

static enum wizard_effect
enter_servers(struct wizard_steps *w)
{
	if (wizard_take_server(w, WIZARD_F_POP, &w->account.pop) != 0 ||
	    wizard_take_server(w, WIZARD_F_SMTP, &w->account.smtp) != 0)
		return WIZARD_NOTHING;
	wizard_go(w, WIZARD_PASSWORD);
	return WIZARD_NOTHING;
}

/* What the other program knows and nobody is asked. */
static void
take_found(const struct wizard_steps *w, struct account *a)
{
	const struct account *found = wizard_found_account(w);

	set(&a->smtp_user, slice_of(found->smtp_user));
	if (account_has_token(found))
		a->auth = found->auth;
}

/* All answers go into a fresh account. */
static int
fill_account(struct wizard_steps *w)
{
	struct account *a = &w->account;

	account_release(a);
	account_init(a);
	set(&a->address, wizard_text(w, WIZARD_F_ADDRESS));
	set(&a->full_name, wizard_text(w, WIZARD_F_NAME));
	if (w->provider != NULL)
		provider_apply(w->provider, a);
	if (w->manual || w->provider == NULL) {
		if (wizard_take_server(w, WIZARD_F_POP, &a->pop) != 0 ||
		    wizard_take_server(w, WIZARD_F_SMTP, &a->smtp) != 0)
			return -1;
		if (wizard_text(w, WIZARD_F_USER).n > 0)
			set(&a->user, wizard_text(w, WIZARD_F_USER));
		if (wizard_found_account(w) != NULL)
			take_found(w, a);
	}
	if (wizard_wants_token(w))
		set(&a->password_command, wizard_text(w, WIZARD_F_COMMAND));
	set(&a->pop_pin, slice_of(w->pop_pin));
	set(&a->smtp_pin, slice_of(w->smtp_pin));
	choose_name(w);
	return 0;
}

static enum wizard_effect
enter_password(struct wizard_steps *w)
{
	enum wizard_field f =
		wizard_wants_token(w) ? WIZARD_F_COMMAND : WIZARD_F_PASSWORD;

	if (wizard_text(w, f).n == 0) {
		(void)err_set(&w->error, ERR_USAGE,
		              f == WIZARD_F_PASSWORD
		                      ? _("the password is missing")
		                      : _("a command that prints a token is "
		                          "needed"));
		fail(w, f);
		return WIZARD_NOTHING;
	}
	if (fill_account(w) != 0) {
		enum wizard_field wrong = w->focus;

		wizard_go(w, WIZARD_SERVERS);
		w->focus = wrong;
		return WIZARD_NOTHING;
	}
	clear_lines(w);
	w->error.code = ERR_NONE;
	w->step = WIZARD_TEST;
	return WIZARD_START_TEST;
}

bool
wizard_can_trust(const struct wizard_steps *w)
{
	return w->error.code == ERR_CERT && w->error.pin[0] != '\0' &&
	       w->provider == NULL;
}

enum wizard_effect
wizard_trust(struct wizard_steps *w)
{
	char *pin;

	if (!wizard_can_trust(w))
		return WIZARD_NOTHING;
	pin = slice_starts(slice_of(w->error.text), "SMTP") ? w->smtp_pin
	                                                    : w->pop_pin;
	memcpy(pin, w->error.pin, sizeof w->pop_pin);
	return enter_password(w);
}

/* How much comes.  Gmail shows its last 30 days under a name of its own. */
static void
enter_amount(struct wizard_steps *w)
{
	struct account *a = &w->account;

	a->first_days = w->days == 0 ? DAYS_RECENT : 0;
	a->headers_above = w->days == 2 ? HEADERS_ABOVE : 0;
	if (w->days == 0 && w->provider != NULL && w->provider->window &&
	    !account_is_recent(a)) {
		char *user = xasprintf("recent:%s",
		                       a->user != NULL ? a->user : a->address);

		set(&a->user, slice_of(user));
		free(user);
	}
}

enum wizard_effect
wizard_enter(struct wizard_steps *w)
{
	static const enum account_keep keeps[] = { ACCOUNT_KEEP,
		                                   ACCOUNT_DELETE_AFTER,
		                                   ACCOUNT_DELETE,
		                                   ACCOUNT_AS_HERE };

	switch (w->step) {
	case WIZARD_FOUND:
		return wizard_enter_found(w);
	case WIZARD_ADDRESS:
		return enter_address(w);
	case WIZARD_SERVERS:
		return enter_servers(w);
	case WIZARD_PASSWORD:
		return enter_password(w);
	case WIZARD_TEST:
		return WIZARD_NOTHING;
	case WIZARD_AMOUNT:
		enter_amount(w);
		w->account.keep = keeps[w->keep];
		w->account.keep_days = w->keep == 1 ? KEEP_DAYS : 0;
		w->step = WIZARD_DONE;
		return WIZARD_SAVE;
	case WIZARD_DONE:
		break;
	}
	return WIZARD_NOTHING;
}

enum wizard_effect
wizard_back(struct wizard_steps *w)
{
	w->error.code = ERR_NONE;
	clear_lines(w);
	switch (w->step) {
	case WIZARD_FOUND:
		return WIZARD_LEAVE;
	case WIZARD_ADDRESS:
		if (w->found.n == 0)
			return WIZARD_LEAVE;
		w->from_found = false;
		w->step = WIZARD_FOUND;
		break;
	case WIZARD_SERVERS:
		w->manual = false;
		wizard_go(w, WIZARD_ADDRESS);
		break;
	case WIZARD_PASSWORD:
		if (w->from_found) {
			w->from_found = w->manual = false;
			w->step = WIZARD_FOUND;
			break;
		}
		wizard_go(w, w->manual || w->provider == NULL ? WIZARD_SERVERS
		                                              : WIZARD_ADDRESS);
		break;
	case WIZARD_TEST:
		wizard_go(w, WIZARD_PASSWORD);
		return WIZARD_STOP_TEST;
	case WIZARD_AMOUNT:
	case WIZARD_DONE:
		wizard_go(w, WIZARD_PASSWORD);
		break;
	}
	return WIZARD_NOTHING;
}

void
wizard_focus_next(struct wizard_steps *w, int direction)
{
	enum wizard_field fields[WIZARD_F_COUNT];
	size_t i, n = wizard_fields(w, fields);

	if (w->step == WIZARD_FOUND) {
		wizard_found_next(w, direction);
		return;
	}
	for (i = 0; i < n; i++) {
		if (fields[i] != w->focus)
			continue;
		w->focus = fields[(i + (direction > 0 ? 1 : n - 1)) % n];
		return;
	}
	if (n > 0)
		w->focus = fields[0];
}

void
wizard_choose(struct wizard_steps *w, int direction)
{
	int *v = w->focus == WIZARD_F_DAYS   ? &w->days
	         : w->focus == WIZARD_F_KEEP ? &w->keep
	                                     : NULL;
	int n = w->focus == WIZARD_F_DAYS ? 3 : 4;

	if (v != NULL)
		*v = (*v + direction + n) % n;
}

void
wizard_test_line(struct wizard_steps *w, const char *line)
{
	if (w->step == WIZARD_TEST)
		array_add(&w->lines, xstrdup(line));
}

/* Which answer is wrong? */
static enum wizard_field
wrong_field(const struct wizard_steps *w, const struct err *err)
{
	struct slice said = slice_of(err->text);
	struct slice smtp = slice_of(w->account.smtp.host);
	struct slice pop = slice_of(w->account.pop.host);

	if (err->code == ERR_AUTH || err->code == ERR_REFUSED)
		return wizard_wants_token(w) ? WIZARD_F_COMMAND
		                             : WIZARD_F_PASSWORD;
	if (slice_starts(said, "SMTP") ||
	    (smtp.n > 0 && !slice_ieq(smtp, pop) &&
	     slice_ifind_text(said, smtp) < said.n))
		return WIZARD_F_SMTP;
	return WIZARD_F_POP;
}

void
wizard_test_done(struct wizard_steps *w, const struct err *err)
{
	enum wizard_field f;

	if (w->step != WIZARD_TEST)
		return;
	if (err->code == ERR_NONE) {
		wizard_go(w, WIZARD_AMOUNT);
		return;
	}
	f = wrong_field(w, err);
	w->error = *err;
	if (f == WIZARD_F_PASSWORD || f == WIZARD_F_COMMAND ||
	    (w->provider != NULL && !w->manual)) {
		wizard_go(w, WIZARD_PASSWORD);
		return;
	}
	wizard_go(w, WIZARD_SERVERS);
	w->focus = f;
}
