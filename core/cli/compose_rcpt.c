/* SPDX-License-Identifier: GPL-3.0-or-later */
/* To whom a message goes that somebody hands in. */
#include "cli/compose_priv.h"

#include <string.h>

#include "util/i18n.h"

#include "util/banned.h"

static int
add_rcpt(struct composer *c, struct slice spec)
{
	size_t i;

	for (i = 0; i < c->out->rcpts.n; i++)
		if (addr_same(slice_of(c->out->rcpts.v[i]), spec))
			return 0;
	if (c->out->rcpts.n == COMPOSE_RCPT_MAX)
		return err_set(c->err, ERR_LIMIT, _("more than %d recipients"),
		               COMPOSE_RCPT_MAX);
	array_add(&c->out->rcpts, arena_dup(&c->out->arena, spec.p, spec.n));
	return 0;
}

/* "root", as programs of this computer name people of it. */
static struct slice
local_name(const struct addr *a)
{
	struct slice name = a->spec.n > 0 ? a->spec : a->name;

	if (name.n == 0 || !byte_is_alnum(name.p[0]))
		return SLICE_NONE;
	for (size_t i = 0; i < name.n; i++)
		if (!byte_is_alnum(name.p[i]) && name.p[i] != '.' &&
		    name.p[i] != '_' && name.p[i] != '-')
			return SLICE_NONE;
	return name;
}

bool
composer_qualify(struct composer *c, struct addr_list *list)
{
	bool any = false;

	for (size_t i = 0; c->in->local.n > 0 && i < list->n; i++) {
		struct addr *a = &list->v[i];
		struct slice name = local_name(a);

		if (name.n == 0)
			continue;
		if (a->name.n == 0 || a->spec.n == 0)
			a->name = name;
		a->spec = c->in->local;
		any = true;
	}
	return any;
}

static int
add_list(struct composer *c, struct addr_list *list)
{
	size_t i;

	(void)composer_qualify(c, list); /* most have none */
	for (i = 0; i < list->n; i++) {
		struct slice spec = list->v[i].spec;

		if (!addr_spec_ok(spec))
			return err_set(c->err, ERR_USAGE,
			               _("'%.*s' is not an address"),
			               SLICE_ARG(slice_head(spec, 100)));
		if (add_rcpt(c, spec) != 0)
			return -1;
	}
	return 0;
}

static int
add_field_rcpts(struct composer *c, const char *name)
{
	struct addr_list list = { 0 };

	message_addrs(&c->m, name, &c->out->arena, &list);
	return add_list(c, &list);
}

static int
add_word(struct composer *c, const char *word)
{
	struct addr_list list = { 0 };

	/* Two lines in one word are a mistake, or somebody's trick. */
	if (word[strcspn(word, "\r\n")] != '\0')
		return err_set(c->err, ERR_USAGE, _("'%s' is no mail address"),
		               word);
	addr_parse(&c->out->arena, NULL, slice_of(word), &list);
	if (!composer_qualify(c, &list) &&
	    addr_parse_typed(&c->out->arena, slice_of(word), &list, c->err) !=
	            0)
		return -1;
	return add_list(c, &list);
}

/* Whom it is sent on to; it may be nobody. */
static int
add_resent_rcpts(struct composer *c)
{
	static const char *const names[] = { "Resent-To", "Resent-Cc",
		                             "Resent-Bcc" };

	for (size_t i = c->resent.first; i < c->resent.end; i++) {
		const struct header_field *f = &c->m.root->fields[i];
		struct addr_list list = { 0 };
		bool names_people = false;

		for (size_t k = 0; k < sizeof names / sizeof *names; k++)
			names_people |= slice_ieq_z(f->name, names[k]);
		if (!names_people)
			continue;
		addr_parse(&c->out->arena, &c->m, f->value, &list);
		if (add_list(c, &list) != 0)
			return -1;
	}
	return 0;
}

/* Who got the message itself has it: they do not get it again. */
static int
add_header_rcpts(struct composer *c)
{
	size_t before = c->out->rcpts.n;

	if (add_resent_rcpts(c) != 0)
		return -1;
	if (c->out->rcpts.n > before)
		return 0;
	return add_field_rcpts(c, "To") != 0 || add_field_rcpts(c, "Cc") != 0 ||
	                       add_field_rcpts(c, "Bcc") != 0
	               ? -1
	               : 0;
}

int
composer_find_rcpts(struct composer *c)
{
	size_t i;

	for (i = 0; c->in->words != NULL && c->in->words[i] != NULL; i++)
		if (add_word(c, c->in->words[i]) != 0)
			return -1;
	if (c->in->from_header && add_header_rcpts(c) != 0)
		return -1;
	if (c->out->rcpts.n == 0)
		return err_set(c->err, ERR_USAGE,
		               _("there is nobody to send it to"));
	return 0;
}
