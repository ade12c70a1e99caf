/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finding an account by any part of its name or address. */
#include "mail/account_match.h"

#include <stdlib.h>
#include <string.h>

#include "conf/identity.h"
#include "text/hangul.h"
#include "text/unicode.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Names and addresses are short; what is longer matches nothing. */
#define TEXT_MAX 1024

/* How well a part fits: more is better, 0 not at all. */
enum fit {
	FIT_NONE,
	FIT_PART,
	FIT_START, /* of name or address */
	FIT_WHOLE, /* name or address, case folded */
};

static enum fit
fit_text(const char *text, struct slice part)
{
	struct str folded;
	struct slice s;
	enum fit fit = FIT_NONE;

	if (text == NULL)
		return FIT_NONE;
	str_init(&folded, TEXT_MAX);
	unicode_fold(slice_of(text), &folded);
	s = str_slice(&folded);
	if (slice_eq(s, part))
		fit = FIT_WHOLE;
	else if (part.n < s.n && slice_eq(slice_head(s, part.n), part))
		fit = FIT_START;
	else if (hangul_match(s, part))
		fit = FIT_PART;
	str_release(&folded);
	return fit;
}

static enum fit
better(enum fit a, enum fit b)
{
	return a > b ? a : b;
}

static enum fit
fit_account(const struct account *a, struct slice part)
{
	enum fit fit =
		better(fit_text(a->name, part), fit_text(a->address, part));
	size_t i;

	fit = better(fit, fit_text(a->label, part));
	for (i = 0; i < a->identity_count; i++)
		fit = better(fit, fit_text(a->identities[i].address, part));
	return fit;
}

/* The names of the accounts that fit at least so well, or of all. */
static void
add_names(const struct conf *c, struct slice part, enum fit least,
          struct str *out)
{
	size_t i;

	for (i = 0; i < c->account_count; i++) {
		if (least > FIT_NONE &&
		    fit_account(&c->accounts[i], part) < least)
			continue;
		if (out->n > 0)
			str_add_z(out, ", ");
		str_add_z(out, c->accounts[i].name);
	}
}

static void
explain(const struct conf *c, const char *part, struct slice folded,
        enum fit best, struct err *err)
{
	struct str names;

	str_init(&names, 300);
	add_names(c, folded, best, &names);
	if (c->account_count == 0)
		(void)err_set(err, ERR_NOTFOUND, _("there is no account yet"));
	else if (best == FIT_NONE)
		(void)err_set(err, ERR_NOTFOUND,
		              _("no account fits '%.100s'; there are: %s"),
		              part, names.p);
	else
		(void)err_set(err, ERR_NOTFOUND,
		              _("'%.100s' fits more than one account: %s"),
		              part, names.p);
	str_release(&names);
}

const struct account *
account_match(const struct conf *c, const char *part, struct err *err)
{
	const struct account *found = NULL;
	enum fit best = FIT_NONE;
	struct str folded;
	size_t i, n = 0;

	for (i = 0; i < c->account_count; i++)
		if (strcmp(c->accounts[i].name, part) == 0)
			return &c->accounts[i];
	str_init(&folded, TEXT_MAX);
	unicode_fold(slice_trim(slice_of(part)), &folded);
	for (i = 0; i < c->account_count && folded.n > 0; i++) {
		enum fit fit = fit_account(&c->accounts[i], str_slice(&folded));

		if (fit > best || n == 0) {
			best = fit;
			n = 0;
			found = &c->accounts[i];
		}
		n += fit == best;
	}
	if (best == FIT_NONE || n != 1) {
		explain(c, part, str_slice(&folded), best, err);
		found = NULL;
	}
	str_release(&folded);
	return found;
}

/* ---- addresses ---- */

bool
account_has_address(const struct account *a, struct slice spec,
                    const struct account_identity **identity_r)
{
	const struct account_identity *found = NULL;
	bool own = a->address != NULL && addr_same(slice_of(a->address), spec);
	size_t i;

	for (i = 0; !own && found == NULL && i < a->identity_count; i++)
		if (addr_same(slice_of(a->identities[i].address), spec))
			found = &a->identities[i];
	for (i = 0; !own && found == NULL && i < a->identity_count; i++)
		if (identity_fits(&a->identities[i], spec) &&
		    addr_spec_ok(spec))
			found = &a->identities[i];
	if (identity_r != NULL)
		*identity_r = found;
	return own || found != NULL;
}

const struct account *
account_of_address(const struct conf *c, struct slice spec)
{
	size_t i;

	for (i = 0; i < c->account_count; i++) {
		const struct account *a = &c->accounts[i];

		if (account_has_address(a, spec, NULL) &&
		    account_carrier(c->accounts, c->account_count, a, spec,
		                    NULL) != NULL)
			return a;
	}
	return NULL;
}

const struct account *
account_carrier(const struct account *all, size_t n, const struct account *a,
                struct slice from, struct err *err)
{
	const struct account_identity *id = NULL;
	const struct account *carrier = a;
	size_t i;

	(void)account_has_address(a, from, &id);
	if (id != NULL && id->via != NULL) {
		carrier = NULL;
		for (i = 0; i < n; i++)
			if (strcmp(all[i].name, id->via) == 0)
				carrier = &all[i];
		if (carrier == NULL) {
			err_set(err, ERR_CONFIG,
			        _("'%s' is sent via '%s', but there is no such "
			          "account"),
			        id->address, id->via);
			return NULL;
		}
	}
	if (carrier->smtp.host != NULL)
		return carrier;
	err_set(err, ERR_CONFIG,
	        _("account '%s' has no SMTP server to send with"),
	        carrier->name);
	return NULL;
}

/* ---- replies ---- */

/* spec without "+tag"; in the arena. */
static struct slice
without_tag(struct arena *a, struct slice spec)
{
	size_t at = slice_rfind(spec, '@');
	size_t plus = slice_find(slice_head(spec, at), '+');
	struct str s;
	struct slice kept;

	if (at == spec.n || plus == at || plus == 0)
		return spec;
	str_init(&s, spec.n);
	str_add_slice(&s, slice_head(spec, plus));
	str_add_slice(&s, slice_from(spec, at));
	kept = arena_slice(a, str_slice(&s));
	str_release(&s);
	return kept;
}

static const struct account *
find_address(const struct conf *c, const struct account *first,
             struct slice spec)
{
	size_t i;

	/* Two accounts may have the same identity: the one it came through. */
	if (first != NULL && account_has_address(first, spec, NULL))
		return first;
	for (i = 0; i < c->account_count; i++)
		if (account_has_address(&c->accounts[i], spec, NULL))
			return &c->accounts[i];
	return NULL;
}

/* The address as the user wrote it down; of a pattern as it was written to. */
static char *
own_address(const struct account *a, struct slice spec)
{
	const struct account_identity *id;

	(void)account_has_address(a, spec, &id);
	if (id == NULL)
		return xstrdup(a->address);
	return identity_is_pattern(id) ? slice_dup(spec) : xstrdup(id->address);
}

/* The account one address of the list belongs to. */
static const struct account *
find_in_list(const struct conf *c, const struct addr_list *list,
             const struct account *first, struct arena *arena, char **address_r)
{
	size_t i;

	for (i = 0; i < list->n; i++) {
		struct slice spec = list->v[i].spec;
		const struct account *found = find_address(c, first, spec);

		if (found == NULL) {
			spec = without_tag(arena, spec);
			found = find_address(c, first, spec);
		}
		if (found != NULL) {
			*address_r = own_address(found, spec);
			return found;
		}
	}
	return NULL;
}

const struct account *
account_for_reply(const struct conf *c, const struct message *m,
                  const struct account *fallback, char **address_r)
{
	static const char *const fields[] = { "To", "Cc", "Delivered-To",
		                              "X-Original-To" };
	const struct account *found = NULL;
	struct arena a = { NULL };
	size_t i;

	*address_r = NULL;
	for (i = 0; found == NULL && i < sizeof fields / sizeof *fields; i++) {
		struct addr_list list = { NULL, 0 };

		message_addrs(m, fields[i], &a, &list);
		found = find_in_list(c, &list, fallback, &a, address_r);
	}
	arena_release(&a);
	if (found != NULL)
		return found;
	if (fallback != NULL && fallback->address != NULL)
		*address_r = xstrdup(fallback->address);
	return fallback;
}
