/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An account: one mailbox elsewhere, how to fetch it and send as it. */
#include "conf/account.h"

#include <stdlib.h>
#include <string.h>

#include "conf/identity.h"
#include "util/i18n.h"
#include "util/utf8.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* The longest account name: it is a folder name with room to spare. */
#define NAME_MAX_BYTES 64
/* Longest host name in DNS (RFC 1035, 2.3.4). */
#define HOST_MAX 253
/* A pause that burdens no server that sets no other. */
#define INTERVAL_DEFAULT 10
/* More a day is a loop or a mistake in a rule; free providers stop at 500. */
#define FORWARD_DEFAULT 200

void
account_init(struct account *a)
{
	memset(a, 0, sizeof *a);
	a->interval_min = INTERVAL_DEFAULT;
	a->forward_limit = FORWARD_DEFAULT;
	a->spam_filter = true;
	a->rules = true;
}

void
account_server_release(struct account_server *s)
{
	free(s->host);
	memset(s, 0, sizeof *s);
}

/* The strings of an account, so that no function forgets one. */
static size_t
strings(struct account *a, char ***v)
{
	char **all[] = { &a->name,          &a->address,
		         &a->full_name,     &a->pop.host,
		         &a->smtp.host,     &a->user,
		         &a->smtp_user,     &a->password_command,
		         &a->password_file, &a->ca_file,
		         &a->pop_pin,       &a->smtp_pin,
		         &a->provider,      &a->label,
		         &a->signature,     &a->reply_to };

	memcpy(v, all, sizeof all);
	return sizeof all / sizeof all[0];
}

#define STRING_COUNT 16

void
account_clear_identities(struct account *a)
{
	size_t i;

	for (i = 0; i < a->identity_count; i++)
		identity_release(&a->identities[i]);
	free(a->identities);
	a->identities = NULL;
	a->identity_count = 0;
}

void
account_release(struct account *a)
{
	char **v[STRING_COUNT];
	size_t n;
	size_t i;

	if (a == NULL)
		return;
	n = strings(a, v);
	for (i = 0; i < n; i++)
		free(*v[i]);
	account_clear_identities(a);
	memset(a, 0, sizeof *a);
}

void
account_add_identity(struct account *a, struct account_identity id)
{
	a->identities = xreallocarray(a->identities, a->identity_count + 1,
	                              sizeof a->identities[0]);
	a->identities[a->identity_count++] = id;
}

static char *
dup_or_null(const char *s)
{
	return s != NULL ? xstrdup(s) : NULL;
}

static struct account_identity
copy_identity(const struct account_identity *from)
{
	struct account_identity id = {
		.name = dup_or_null(from->name),
		.address = xstrdup(from->address),
		.reply_to = dup_or_null(from->reply_to),
		.via = dup_or_null(from->via),
		.signature = dup_or_null(from->signature),
	};

	return id;
}

void
account_copy(struct account *to, const struct account *from)
{
	char **v[STRING_COUNT];
	size_t n;
	size_t i;

	*to = *from;
	n = strings(to, v);
	for (i = 0; i < n; i++)
		if (*v[i] != NULL)
			*v[i] = xstrdup(*v[i]);
	to->identities = NULL;
	to->identity_count = 0;
	for (i = 0; i < from->identity_count; i++)
		account_add_identity(to, copy_identity(&from->identities[i]));
}

bool
account_name_ok(struct slice name)
{
	size_t i = 0;

	if (name.n == 0 || name.n > NAME_MAX_BYTES || name.p[0] == '.' ||
	    name.p[0] == '-' || !utf8_valid(name.p, name.n))
		return false;
	while (i < name.n) {
		uint32_t c;

		i += utf8_decode(name.p + i, name.n - i, &c);
		if (c < 0x80 && (byte_is_alnum((char)c) || c == '-' ||
		                 c == '_' || c == '.'))
			continue;
		/* Whole syllables and the letters a keyboard makes. */
		if ((c < 0xac00 || c > 0xd7a3) && (c < 0x3131 || c > 0x318e))
			return false;
	}
	return true;
}

static bool
host_ok(struct slice host)
{
	size_t i;

	if (host.n == 0 || host.n > HOST_MAX || host.p[0] == '-' ||
	    host.p[0] == '.' || !utf8_valid(host.p, host.n))
		return false;
	for (i = 0; i < host.n; i++) {
		char c = host.p[i];

		if (!byte_is_alnum(c) && c != '-' && c != '.' && c != ':' &&
		    c != '%' && c != '_' && ((unsigned char)c & 0x80) == 0)
			return false;
	}
	return true;
}

/* HOST or [V6] off the front of *rest, which then begins with ':' . */
static int
take_host(struct slice *rest, struct slice *host_r)
{
	size_t n;

	if (rest->n > 0 && rest->p[0] == '[') {
		n = slice_find(*rest, ']');
		if (n == rest->n)
			return -1;
		*host_r = slice_make(rest->p + 1, n - 1);
		*rest = slice_from(*rest, n + 1);
	} else {
		n = slice_find(*rest, ':');
		*host_r = slice_head(*rest, n);
		*rest = slice_from(*rest, n);
		if (slice_find(*host_r, '%') < host_r->n)
			return -1;
	}
	return rest->n > 0 && rest->p[0] == ':' ? 0 : -1;
}

static int
parse_tls(struct slice word, enum account_tls *tls_r)
{
	if (slice_ieq_z(word, "tls") || slice_ieq_z(word, "ssl"))
		*tls_r = ACCOUNT_TLS_IMPLICIT;
	else if (slice_ieq_z(word, "stls") || slice_ieq_z(word, "starttls"))
		*tls_r = ACCOUNT_TLS_START;
	else if (slice_ieq_z(word, "plain"))
		*tls_r = ACCOUNT_TLS_NONE;
	else
		return -1;
	return 0;
}

int
account_parse_server(struct slice text, struct account_server *server_r,
                     struct err *err)
{
	struct slice rest = slice_trim(text);
	struct slice host;
	struct slice port;
	enum account_tls tls;
	uint64_t n;

	if (slice_ieq_z(rest, "none")) {
		memset(server_r, 0, sizeof *server_r);
		return 0;
	}
	if (take_host(&rest, &host) != 0)
		goto bad;
	rest = slice_from(rest, 1);
	if (!slice_split(&rest, ':', &port) || rest.p == NULL ||
	    !host_ok(host) || slice_u64(port, &n) != 0 || n == 0 || n > 65535 ||
	    parse_tls(rest, &tls) != 0)
		goto bad;
	server_r->host = slice_dup(host);
	server_r->port = (int)n;
	server_r->tls = tls;
	return 0;
bad:
	return err_set(err, ERR_CONFIG,
	               _("'%.*s' is no server: expected HOST:PORT:tls, "
	                 "HOST:PORT:stls or HOST:PORT:plain"),
	               SLICE_ARG(slice_head(text, 100)));
}

void
account_show_server(const struct account_server *s, const char *start_word,
                    struct str *out)
{
	bool v6;

	if (s->host == NULL) {
		str_add_z(out, "none");
		return;
	}
	v6 = strchr(s->host, ':') != NULL;
	str_printf(out, "%s%s%s:%d:", v6 ? "[" : "", s->host, v6 ? "]" : "",
	           s->port);
	switch (s->tls) {
	case ACCOUNT_TLS_IMPLICIT:
		str_add_z(out, "tls");
		break;
	case ACCOUNT_TLS_START:
		str_add_z(out, start_word);
		break;
	case ACCOUNT_TLS_NONE:
		str_add_z(out, "plain");
		break;
	}
}

bool
account_address_ok(struct slice address)
{
	size_t at = slice_rfind(address, '@');
	size_t i;

	/* RFC 5321, 4.5.3.1.3: a path has 256 bytes with its brackets. */
	if (at == 0 || at + 1 >= address.n || address.n > 254 ||
	    address.p[0] == '-' || !utf8_valid(address.p, address.n))
		return false;
	for (i = 0; i < address.n; i++) {
		char c = address.p[i];

		if ((unsigned char)c <= 0x20 || c == 0x7f || c == '<' ||
		    c == '>' || c == ',' || c == ';' || c == '"' ||
		    (c == '@' && i != at))
			return false;
	}
	return host_ok(slice_from(address, at + 1));
}

bool
account_is_recent(const struct account *a)
{
	return slice_istarts(slice_of(a->user), "recent:");
}

bool
account_has_token(const struct account *a)
{
	return a->auth == ACCOUNT_AUTH_XOAUTH2 ||
	       a->auth == ACCOUNT_AUTH_OAUTHBEARER;
}

int
account_check(const struct account *a, struct err *err)
{
	const char *name = a->name != NULL ? a->name : "";
	size_t i;

	if (!account_name_ok(slice_of(name)))
		return err_set(err, ERR_CONFIG,
		               _("'%s' cannot name an account: letters, "
		                 "digits, '-', '_', '.' and Hangul only"),
		               name);
	if (a->address == NULL)
		return err_set(err, ERR_CONFIG,
		               _("account '%s' has no address"), name);
	if (!account_address_ok(slice_of(a->address)))
		return err_set(err, ERR_CONFIG, _("'%s' is no mail address"),
		               a->address);
	for (i = 0; i < a->identity_count; i++)
		if (!account_address_ok(slice_of(a->identities[i].address)))
			return err_set(err, ERR_CONFIG,
			               _("'%s' is no mail address"),
			               a->identities[i].address);
	if (a->reply_to != NULL && !account_address_ok(slice_of(a->reply_to)))
		return err_set(err, ERR_CONFIG, _("'%s' is no mail address"),
		               a->reply_to);
	if (a->pop.host == NULL && a->smtp.host == NULL)
		return err_set(err, ERR_CONFIG, _("account '%s' has no server"),
		               name);
	if (a->password_command != NULL && a->password_file != NULL)
		return err_set(err, ERR_CONFIG,
		               _("account '%s' has both password_command and "
		                 "password_file"),
		               name);
	if (a->keep == ACCOUNT_DELETE_AFTER && a->keep_days < 1)
		return err_set(err, ERR_CONFIG,
		               _("account '%s': keep needs a number of days "
		                 "above 0"),
		               name);
	return 0;
}
