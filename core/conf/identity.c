/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Another address of an account, and what goes with it, as one line of text. */
#include "conf/identity.h"

#include <stdlib.h>
#include <string.h>

#include "util/i18n.h"

#include "util/banned.h"

void
identity_release(struct account_identity *id)
{
	free(id->name);
	free(id->address);
	free(id->reply_to);
	free(id->via);
	free(id->signature);
	memset(id, 0, sizeof *id);
}

/* Only the local part may have a "*", and only one. */
static bool
address_ok(struct slice spec)
{
	size_t star = slice_find(spec, '*');

	return account_address_ok(spec) &&
	       (star == spec.n || (star < slice_rfind(spec, '@') &&
	                           slice_rfind(spec, '*') == star));
}

/* Name and address off the front of text; what follows stays in *rest. */
static int
take_address(struct slice *rest, struct account_identity *id, struct err *err)
{
	struct slice text = *rest;
	size_t end = slice_find(text, ';');
	size_t open = slice_find(text, '<');
	struct slice spec = slice_trim(slice_head(text, end));

	/* A name may hold a semicolon, an address cannot. */
	if (!address_ok(spec) && open < text.n) {
		struct slice behind = slice_from(text, open + 1);
		size_t close = slice_find(behind, '>');

		spec = close < behind.n ? slice_trim(slice_head(behind, close))
		                        : SLICE_NONE;
		end = open + 1 + close + 1;
		id->name = slice_dup(slice_trim(slice_head(text, open)));
		if (id->name[0] == '\0') {
			free(id->name);
			id->name = NULL;
		}
	}
	if (!address_ok(spec))
		return err_set(err, ERR_CONFIG, _("'%.*s' is no mail address"),
		               SLICE_ARG(slice_head(text, 100)));
	id->address = slice_dup(spec);
	*rest = slice_trim(slice_from(text, end));
	return 0;
}

static int
set_option(struct account_identity *id, struct slice name, struct slice value,
           struct err *err)
{
	char **to = NULL;

	if (slice_ieq_z(name, "reply-to") || slice_ieq_z(name, "reply_to"))
		to = &id->reply_to;
	else if (slice_ieq_z(name, "via"))
		to = &id->via;
	else if (slice_ieq_z(name, "signature"))
		to = &id->signature;
	if (to == NULL || *to != NULL)
		return err_set(err, ERR_CONFIG,
		               _("'%.*s' of an identity is none of reply-to, "
		                 "via, signature"),
		               SLICE_ARG(slice_head(name, 40)));
	if (to == &id->reply_to && !account_address_ok(value))
		return err_set(err, ERR_CONFIG, _("'%.*s' is no mail address"),
		               SLICE_ARG(slice_head(value, 100)));
	if (to == &id->via && !account_name_ok(value))
		return err_set(err, ERR_CONFIG, _("'%.*s' is no account"),
		               SLICE_ARG(slice_head(value, 100)));
	*to = slice_dup(value);
	return 0;
}

/* One "; name=value" off the front. */
static int
take_option(struct slice *rest, struct account_identity *id, struct err *err)
{
	struct slice text = slice_trim(slice_from(*rest, 1));
	size_t equals = slice_find(text, '=');
	struct slice name = slice_trim(slice_head(text, equals));
	struct slice value = slice_from(text, equals + (equals < text.n));
	size_t end = slice_ieq_z(name, "signature") ? value.n
	                                            : slice_find(value, ';');

	if (rest->p[0] != ';')
		return err_set(err, ERR_CONFIG,
		               _("a ';' is missing before '%.*s'"),
		               SLICE_ARG(slice_head(*rest, 40)));
	*rest = slice_from(value, end);
	return set_option(id, name, slice_trim(slice_head(value, end)), err);
}

int
identity_parse(struct slice text, struct account_identity *id_r,
               struct err *err)
{
	struct account_identity id = { 0 };
	struct slice rest = slice_trim(text);
	int rc = take_address(&rest, &id, err);

	while (rc == 0 && rest.n > 0)
		rc = take_option(&rest, &id, err);
	if (rc != 0)
		identity_release(&id);
	else
		*id_r = id;
	return rc;
}

void
identity_show(const struct account_identity *id, struct str *out)
{
	if (id->name != NULL)
		str_printf(out, "%s <%s>", id->name, id->address);
	else
		str_add_z(out, id->address);
	if (id->reply_to != NULL)
		str_printf(out, "; reply-to=%s", id->reply_to);
	if (id->via != NULL)
		str_printf(out, "; via=%s", id->via);
	if (id->signature != NULL)
		str_printf(out, "; signature=%s", id->signature);
}

bool
identity_is_pattern(const struct account_identity *id)
{
	return strchr(id->address, '*') != NULL;
}

bool
identity_fits(const struct account_identity *id, struct slice spec)
{
	struct slice pattern = slice_of(id->address);
	size_t star = slice_find(pattern, '*');
	struct slice before = slice_head(pattern, star);
	struct slice after = slice_from(pattern, star + 1);
	size_t i;

	/* What stands for the "*" has one character at least. */
	if (star == pattern.n || spec.n < pattern.n)
		return false;
	for (i = 0; i < before.n; i++)
		if (byte_lower(spec.p[i]) != byte_lower(before.p[i]))
			return false;
	for (i = 0; i < after.n; i++)
		if (byte_lower(spec.p[spec.n - after.n + i]) !=
		    byte_lower(after.p[i]))
			return false;
	return true;
}
