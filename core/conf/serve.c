/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the mailbox is given out over POP3: section [serve] of the config file. */
#include "conf/serve.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf_parse.h"
#include "util/fsx.h"
#include "util/i18n.h"

#include "util/banned.h"

/* A year's mail is "all" to any client. */
#define DAYS_MAX 36500
/* Names are sent in a command of bounded length; "+ACCOUNT" comes behind. */
#define USER_MAX 100

void
serve_conf_release(struct serve_conf *c)
{
	free(c->listen);
	free(c->user);
	free(c->folder);
	free(c->tls_cert);
	free(c->tls_key);
	free(c->password_command);
	free(c->password_file);
	*c = (struct serve_conf){ 0 };
}

static int
put(char **to, struct slice value)
{
	free(*to);
	*to = value.n > 0 ? slice_dup(value) : NULL;
	return 0;
}

static int
set_listen(struct serve_conf *c, struct slice value, struct err *err)
{
	struct slice rest = value;
	struct serve_listen l;
	int rc;

	while ((rc = serve_listen_next(&rest, &l, err)) == 1)
		serve_listen_release(&l);
	return rc == 0 ? put(&c->listen, value) : -1;
}

static int
set_user(struct serve_conf *c, struct slice value, struct err *err)
{
	for (size_t i = 0; i < value.n; i++)
		if (!byte_is_print(value.p[i]) || value.p[i] == ' ' ||
		    value.p[i] == '+')
			return err_set(err, ERR_CONFIG,
			               _("a user name has letters, digits and "
			                 "signs but no '+' and no blank"));
	if (value.n > USER_MAX)
		return err_set(err, ERR_CONFIG,
		               _("a user name has at most %d letters"),
		               USER_MAX);
	return put(&c->user, value);
}

static int
set_folder(struct serve_conf *c, struct slice value, struct err *err)
{
	static const char *const names[] = { "Inbox", "Archive", "Sent",
		                             "Drafts", "all" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (slice_ieq_z(value, names[i]))
			return put(&c->folder, slice_of(names[i]));
	if (value.n == 0)
		return put(&c->folder, value);
	return err_set(err, ERR_CONFIG, _("%s is one of: %s"), "folder",
	               "Inbox Archive Sent Drafts all");
}

static int
set_days(struct serve_conf *c, struct slice value, struct err *err)
{
	uint64_t n = 0;

	if (value.n > 0 && (slice_u64(value, &n) != 0 || n > DAYS_MAX))
		return err_set(err, ERR_CONFIG,
		               _("%s is a number from %d to %d"), "days", 0,
		               DAYS_MAX);
	c->days = (int)n;
	return 0;
}

static int
set_delete(struct serve_conf *c, struct slice value, struct err *err)
{
	static const char *const names[] = {
		[SERVE_DELETE_TRASH] = "trash",
		[SERVE_DELETE_ARCHIVE] = "archive",
		[SERVE_DELETE_KEEP] = "keep",
	};

	c->on_delete = SERVE_DELETE_TRASH;
	if (value.n == 0)
		return 0;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (slice_ieq_z(value, names[i])) {
			c->on_delete = (enum serve_delete)i;
			return 0;
		}
	return err_set(err, ERR_CONFIG, _("%s is one of: %s"), "on_delete",
	               "trash archive keep");
}

/* "~/" is the user's home. */
static int
set_file(char **to, struct slice value)
{
	free(*to);
	*to = value.n > 0 ? fsx_expand_home(value) : NULL;
	return 0;
}

int
serve_conf_set(struct serve_conf *c, struct slice key, struct slice value,
               struct err *err)
{
	if (conf_name_same(key, "listen"))
		return set_listen(c, value, err);
	if (conf_name_same(key, "user"))
		return set_user(c, value, err);
	if (conf_name_same(key, "folder"))
		return set_folder(c, value, err);
	if (conf_name_same(key, "days"))
		return set_days(c, value, err);
	if (conf_name_same(key, "on_delete"))
		return set_delete(c, value, err);
	if (conf_name_same(key, "tls_cert"))
		return set_file(&c->tls_cert, value);
	if (conf_name_same(key, "tls_key"))
		return set_file(&c->tls_key, value);
	if (conf_name_same(key, "password_command"))
		return put(&c->password_command, value);
	if (conf_name_same(key, "password_file"))
		return put(&c->password_file, value);
	if (conf_name_same(key, "password"))
		return err_set(err, ERR_CONFIG,
		               _("a password does not belong here; make one "
		                 "with: pabal serve --new-password"));
	return err_set(err, ERR_CONFIG, _("unknown key '%.*s'"),
	               SLICE_ARG(key));
}

/* Take the words for TLS off the end. */
static enum serve_tls
take_tls(struct slice *text)
{
	static const char *const names[] = {
		[SERVE_TLS_NONE] = ":plain",
		[SERVE_TLS_START] = ":stls",
		[SERVE_TLS_IMPLICIT] = ":tls",
	};

	for (size_t i = SERVE_TLS_NONE; i <= SERVE_TLS_IMPLICIT; i++)
		if (slice_iends(*text, names[i])) {
			*text = slice_head(*text, text->n - strlen(names[i]));
			return (enum serve_tls)i;
		}
	return SERVE_TLS_ANY;
}

int
serve_listen_next(struct slice *rest, struct serve_listen *l_r, struct err *err)
{
	struct slice word;
	struct slice host;
	size_t colon;
	uint64_t port;

	*l_r = (struct serve_listen){ 0 };
	if (!slice_word(rest, &word))
		return 0;
	host = word;
	l_r->tls = take_tls(&host);
	colon = slice_rfind(host, ':');
	if (colon == 0 || colon >= host.n ||
	    slice_u64(slice_from(host, colon + 1), &port) != 0 || port > 65535)
		return err_set(err, ERR_CONFIG,
		               _("'%.*s' is no HOST:PORT or "
		                 "HOST:PORT:plain|stls|tls"),
		               SLICE_ARG(word));
	host = slice_head(host, colon);
	if (host.p[0] == '[' && slice_ends(host, "]"))
		host = slice_from(slice_head(host, host.n - 1), 1);
	else if (slice_find(host, ':') < host.n)
		return err_set(err, ERR_CONFIG,
		               _("'%.*s': an IPv6 address stands in []"),
		               SLICE_ARG(word));
	l_r->host = slice_dup(host);
	l_r->port = (int)port;
	return 1;
}

void
serve_listen_release(struct serve_listen *l)
{
	free(l->host);
	*l = (struct serve_listen){ 0 };
}
