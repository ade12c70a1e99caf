/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A message being written: its fields and questions about it. */
#include "tui/compose.h"

#include <stdlib.h>
#include <string.h>

#include "conf/dsn.h"
#include "conf/identity.h"
#include "mail/account_match.h"
#include "text/unicode.h"
#include "util/xalloc.h"

#include "util/banned.h"

static char *
dup_or_null(const char *s)
{
	return s != NULL ? xstrdup(s) : NULL;
}

/* id: NULL for the account's own address. */
static void
add_from(struct compose *c, const struct account *a,
         const struct account_identity *id, const char *address)
{
	const char *name = a->full_name;
	const char *reply_to = a->reply_to;
	const char *signature = a->signature;
	struct compose_from f = {
		xstrdup(a->name), NULL,  xstrdup(address), NULL, NULL,
		a->legacy,        a->dsn
	};

	if (id != NULL && id->name != NULL)
		name = id->name;
	if (id != NULL && id->reply_to != NULL)
		reply_to = id->reply_to;
	if (id != NULL && id->signature != NULL)
		signature = id->signature;
	f.name = dup_or_null(name);
	f.reply_to = dup_or_null(reply_to);
	f.signature = dup_or_null(signature);
	array_add(&c->froms, f);
}

static void
add_froms(struct compose *c)
{
	size_t i, k;

	for (i = 0; i < c->conf->account_count; i++) {
		const struct account *a = &c->conf->accounts[i];

		if (a->address != NULL)
			add_from(c, a, NULL, a->address);
		for (k = 0; k < a->identity_count; k++)
			if (!identity_is_pattern(&a->identities[k]))
				add_from(c, a, &a->identities[k],
				         a->identities[k].address);
	}
}

bool
compose_is_own(const struct compose *c, struct slice spec)
{
	size_t i;

	for (i = 0; i < c->conf->account_count; i++)
		if (account_has_address(&c->conf->accounts[i], spec, NULL))
			return true;
	return false;
}

/* ---- signature ---- */

/* What stands below the text; nothing without a signature. */
static void
signature_block(const struct compose *c, struct str *out)
{
	const char *sig =
		c->from < c->froms.n ? c->froms.v[c->from].signature : NULL;

	if (sig != NULL && sig[0] != '\0')
		str_printf(out, "\n\n-- \n%s\n", sig);
}

static void
put_signature(struct compose *c)
{
	struct str s;

	str_init(&s, COMPOSE_TEXT_MAX);
	signature_block(c, &s);
	if (s.n > 0)
		editor_set(c->editor, str_slice(&s));
	str_release(&s);
}

/* Send from the index-th address.  Only a signature that stands as it was put
 * there is replaced: what was written over it is the user's. */
static void
switch_from(struct compose *c, size_t index)
{
	struct edit_buf *b = editor_buf(c->editor);
	size_t at = editor_cursor(c->editor);
	size_t size = edit_buf_size(b);
	struct str text, old, now;

	str_init(&text, COMPOSE_TEXT_MAX);
	str_init(&old, COMPOSE_TEXT_MAX);
	str_init(&now, COMPOSE_TEXT_MAX);
	signature_block(c, &old);
	c->from = index;
	signature_block(c, &now);
	editor_text(c->editor, &text);
	if (slice_ends(str_slice(&text), old.p != NULL ? old.p : "") &&
	    !slice_eq(str_slice(&old), str_slice(&now))) {
		edit_buf_replace(b, size - old.n, old.n, str_slice(&now));
		editor_set_cursor(c->editor, at);
	}
	str_release(&now);
	str_release(&old);
	str_release(&text);
}

/* A Message-ID in the domain of From; owned. */
static char *
fresh_id(const struct compose *c)
{
	struct str id;

	str_init(&id, 512);
	build_message_id(c->from < c->froms.n
	                         ? slice_of(c->froms.v[c->from].address)
	                         : SLICE_NONE,
	                 &id);
	return str_take(&id);
}

void
compose_new_id(struct compose *c)
{
	free(c->sending);
	c->sending = fresh_id(c);
}

struct compose *
compose_new(const struct conf *conf, const char *account)
{
	struct compose *c = xcalloc(1, sizeof *c);
	int i;

	for (i = 0; i < COMPOSE_FIELDS; i++)
		w_line_init(&c->lines[i]);
	c->editor = editor_new(COMPOSE_TEXT_MAX);
	c->conf = conf;
	add_froms(c);
	compose_set_from(c, account != NULL ? account : conf->default_account,
	                 NULL);
	put_signature(c);
	c->key = fresh_id(c);
	c->focus = COMPOSE_TO;
	compose_set_start(c);
	return c;
}

void
compose_free(struct compose **cp)
{
	struct compose *c;
	size_t i;

	if (cp == NULL || *cp == NULL)
		return;
	c = *cp;
	for (i = 0; i < c->froms.n; i++) {
		free(c->froms.v[i].account);
		free(c->froms.v[i].name);
		free(c->froms.v[i].address);
		free(c->froms.v[i].reply_to);
		free(c->froms.v[i].signature);
	}
	array_release(&c->froms);
	for (i = 0; i < COMPOSE_FIELDS; i++)
		w_line_release(&c->lines[i]);
	for (i = 0; i < c->files.n; i++)
		compose_file_free(&c->files.v[i]);
	compose_forget_changes(c);
	array_release(&c->files);
	for (i = 0; i < c->references.n; i++)
		free(c->references.v[i]);
	array_release(&c->references);
	free(c->in_reply_to);
	free(c->forwarded);
	free(c->untaken);
	free(c->key);
	free(c->replaces);
	free(c->sending);
	free(c->unsent);
	editor_free(&c->editor);
	free(c);
	*cp = NULL;
}

/* An address that a pattern of the user's fits. */
static void
add_fitting(struct compose *c, const char *account, const char *address)
{
	size_t i;

	for (i = 0; address != NULL && i < c->conf->account_count; i++) {
		const struct account *a = &c->conf->accounts[i];
		const struct account_identity *id;

		if ((account != NULL && strcmp(a->name, account) != 0) ||
		    !account_has_address(a, slice_of(address), &id) ||
		    id == NULL)
			continue;
		add_from(c, a, id, address);
		switch_from(c, c->froms.n - 1);
		return;
	}
}

void
compose_set_from(struct compose *c, const char *account, const char *address)
{
	size_t i;

	for (i = 0; i < c->froms.n; i++) {
		const struct compose_from *f = &c->froms.v[i];

		if (account != NULL && strcmp(f->account, account) != 0)
			continue;
		if (address != NULL &&
		    !addr_same(slice_of(f->address), slice_of(address)))
			continue;
		switch_from(c, i);
		return;
	}
	add_fitting(c, account, address);
}

void
compose_next_from(struct compose *c, int direction)
{
	if (c->froms.n == 0)
		return;
	switch_from(c, (c->from + (direction > 0 ? 1 : c->froms.n - 1)) %
	                       c->froms.n);
	c->touched = true;
}

unsigned
compose_dsn(const struct compose *c)
{
	if (c->dsn_said)
		return c->dsn;
	return c->from < c->froms.n ? c->froms.v[c->from].dsn : 0;
}

void
compose_toggle_report(struct compose *c)
{
	bool asked = (compose_dsn(c) & DSN_SUCCESS) != 0;

	c->dsn = asked ? 0 : DSN_SUCCESS | DSN_FAILURE | DSN_DELAY;
	c->dsn_said = true;
	c->touched = true;
}

void
compose_fill_mailto(struct compose *c, const struct mailto *m)
{
	w_line_set(&c->lines[COMPOSE_TO], str_slice(&m->to));
	w_line_set(&c->lines[COMPOSE_CC], str_slice(&m->cc));
	w_line_set(&c->lines[COMPOSE_SUBJECT], str_slice(&m->subject));
	if (m->body.n > 0)
		editor_set(c->editor, str_slice(&m->body));
	if (m->in_reply_to.n > 0) {
		struct slice id = slice_trim(str_slice(&m->in_reply_to));

		if (slice_starts(id, "<") && slice_ends(id, ">"))
			id = slice_make(id.p + 1, id.n - 2);
		free(c->in_reply_to);
		c->in_reply_to = slice_dup(id);
	}
	c->focus = m->to.n > 0
	                   ? m->subject.n > 0 ? COMPOSE_BODY : COMPOSE_SUBJECT
	                   : COMPOSE_TO;
	compose_set_start(c);
}

/* ---- questions ---- */

bool
compose_is_empty(const struct compose *c)
{
	int f;

	for (f = COMPOSE_TO; f <= COMPOSE_SUBJECT; f++)
		if (slice_trim(w_line_get(&c->lines[f])).n > 0)
			return false;
	return c->files.n == 0 &&
	       edit_buf_version(editor_buf(c->editor)) == c->start;
}

/* Is the line the writer's own: not quoted? */
static bool
promises(struct slice line)
{
	static const char *const words[] = { "첨부", "attach", "enclosed",
		                             "동봉" };
	size_t i;

	if (slice_starts(line, ">"))
		return false;
	for (i = 0; i < sizeof words / sizeof words[0]; i++)
		if (slice_ifind_text(line, slice_of(words[i])) < line.n)
			return true;
	return false;
}

bool
compose_misses_attachment(const struct compose *c)
{
	struct slice rest, line;
	struct str text;
	bool found = false;

	if (c->files.n > 0)
		return false;
	str_init(&text, COMPOSE_TEXT_MAX);
	editor_text(c->editor, &text);
	rest = str_slice(&text);
	while (!found && slice_line(&rest, &line)) {
		if (slice_eq_z(line, "-- "))
			break;
		found = promises(line);
	}
	str_release(&text);
	return found || promises(w_line_get(&c->lines[COMPOSE_SUBJECT]));
}

bool
compose_changed(const struct compose *c)
{
	return c->touched ||
	       edit_buf_version(editor_buf(c->editor)) != c->saved;
}

void
compose_set_saved(struct compose *c)
{
	c->saved = edit_buf_version(editor_buf(c->editor));
	c->touched = false;
}

void
compose_set_start(struct compose *c)
{
	compose_forget_changes(c);
	compose_set_saved(c);
	c->start = c->saved;
}
