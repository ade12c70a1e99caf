/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An account as keys and values. */
#include "conf/account_keys.h"

#include <stdlib.h>
#include <string.h>

#include "conf/conf_parse.h"
#include "conf/dsn.h"
#include "conf/identity.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* A hundred years: beyond it is a slip of the keyboard. */
#define DAYS_MAX 36500
/* Providers stop long before. */
#define FORWARDS_MAX 100000
/* A week; less often than that is not automatic. */
#define MINUTES_MAX 10080

enum key_kind {
	KEY_TEXT,
	KEY_SERVER,
	KEY_BOOL,
	KEY_INT,
	KEY_AUTH,
	KEY_KEEP,
	KEY_SIZE,
	KEY_DSN,
	KEY_IDENTITY
};

struct key {
	const char *name;
	enum key_kind kind;
	size_t offset;
	int max; /* for KEY_INT */
};

#define AT(field) offsetof(struct account, field)

static const struct key keys[] = {
	{ "address", KEY_TEXT, AT(address), 0 },
	{ "full_name", KEY_TEXT, AT(full_name), 0 },
	{ "reply_to", KEY_TEXT, AT(reply_to), 0 },
	{ "identity", KEY_IDENTITY, 0, 0 },
	{ "provider", KEY_TEXT, AT(provider), 0 },
	{ "pop", KEY_SERVER, AT(pop), 0 },
	{ "smtp", KEY_SERVER, AT(smtp), 0 },
	{ "user", KEY_TEXT, AT(user), 0 },
	{ "smtp_user", KEY_TEXT, AT(smtp_user), 0 },
	{ "auth", KEY_AUTH, 0, 0 },
	{ "password_command", KEY_TEXT, AT(password_command), 0 },
	{ "password_file", KEY_TEXT, AT(password_file), 0 },
	{ "ca_file", KEY_TEXT, AT(ca_file), 0 },
	{ "pop_pin", KEY_TEXT, AT(pop_pin), 0 },
	{ "smtp_pin", KEY_TEXT, AT(smtp_pin), 0 },
	{ "keep", KEY_KEEP, 0, 0 },
	{ "first_days", KEY_INT, AT(first_days), DAYS_MAX },
	{ "interval", KEY_INT, AT(interval_min), MINUTES_MAX },
	{ "max_size", KEY_SIZE, AT(max_size), 0 },
	{ "headers_above", KEY_SIZE, AT(headers_above), 0 },
	{ "quota", KEY_SIZE, AT(quota), 0 },
	{ "label", KEY_TEXT, AT(label), 0 },
	{ "signature", KEY_TEXT, AT(signature), 0 },
	{ "dsn", KEY_DSN, 0, 0 },
	{ "legacy", KEY_BOOL, AT(legacy), 0 },
	{ "skip_inbox", KEY_BOOL, AT(skip_inbox), 0 },
	{ "spam_filter", KEY_BOOL, AT(spam_filter), 0 },
	{ "trust_filter", KEY_BOOL, AT(trust_filter), 0 },
	{ "rules", KEY_BOOL, AT(rules), 0 },
	{ "forward_limit", KEY_INT, AT(forward_limit), FORWARDS_MAX },
};

static const char *const auth_names[] = {
	[ACCOUNT_AUTH_PASSWORD] = "password",
	[ACCOUNT_AUTH_XOAUTH2] = "xoauth2",
	[ACCOUNT_AUTH_OAUTHBEARER] = "oauthbearer",
	[ACCOUNT_AUTH_PLAIN] = "plain",
	[ACCOUNT_AUTH_LOGIN] = "login",
	[ACCOUNT_AUTH_CRAM_MD5] = "cram-md5",
	[ACCOUNT_AUTH_SCRAM_SHA_1] = "scram-sha-1",
	[ACCOUNT_AUTH_SCRAM_SHA_256] = "scram-sha-256",
	[ACCOUNT_AUTH_APOP] = "apop",
};

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

const char *
account_key(size_t i)
{
	return i < COUNT(keys) ? keys[i].name : NULL;
}

static const struct key *
find(struct slice name)
{
	size_t i;

	for (i = 0; i < COUNT(keys); i++)
		if (conf_name_same(name, keys[i].name))
			return &keys[i];
	return NULL;
}

const char *
account_key_find(struct slice name)
{
	const struct key *k = find(name);

	return k != NULL ? k->name : NULL;
}

bool
account_key_repeats(const char *key)
{
	return strcmp(key, "identity") == 0;
}

static void *
field(struct account *a, const struct key *k)
{
	return (char *)a + k->offset;
}

static const void *
field_const(const struct account *a, const struct key *k)
{
	return (const char *)a + k->offset;
}

static int
set_text(char **to, struct slice value)
{
	free(*to);
	*to = value.n > 0 ? slice_dup(value) : NULL;
	return 0;
}

static int
set_server(struct account_server *to, struct slice value, struct err *err)
{
	struct account_server s = { 0 };

	if (value.n > 0 && account_parse_server(value, &s, err) != 0)
		return -1;
	account_server_release(to);
	*to = s;
	return 0;
}

static int
set_bool(bool *to, struct slice v, struct err *err)
{
	if (slice_ieq_z(v, "yes") || slice_ieq_z(v, "true") ||
	    slice_ieq_z(v, "on"))
		*to = true;
	else if (slice_ieq_z(v, "no") || slice_ieq_z(v, "false") ||
	         slice_ieq_z(v, "off"))
		*to = false;
	else
		return err_set(err, ERR_CONFIG,
		               _("'%.*s' is neither yes nor no"),
		               SLICE_ARG(slice_head(v, 40)));
	return 0;
}

static int
set_int(int *to, struct slice v, int max, struct err *err)
{
	uint64_t n;

	if (slice_u64(v, &n) != 0 || n > (uint64_t)max)
		return err_set(err, ERR_CONFIG,
		               _("'%.*s' is no number from 0 to %d"),
		               SLICE_ARG(slice_head(v, 40)), max);
	*to = (int)n;
	return 0;
}

static int
set_dsn(struct account *a, struct slice v, struct err *err)
{
	unsigned dsn = 0;

	if (v.n > 0 && dsn_parse(v, &dsn, err) != 0) {
		err->code = ERR_CONFIG;
		return -1;
	}
	a->dsn = dsn;
	return 0;
}

static int
set_auth(struct account *a, struct slice v, struct err *err)
{
	size_t i;

	for (i = 0; i < COUNT(auth_names); i++)
		if (slice_ieq_z(v, auth_names[i])) {
			a->auth = (enum account_auth)i;
			return 0;
		}
	return err_set(err, ERR_CONFIG,
	               _("'%.*s' is no way to log in: expected password, "
	                 "xoauth2, oauthbearer, or one of plain, login, "
	                 "cram-md5, scram-sha-1, scram-sha-256, apop"),
	               SLICE_ARG(slice_head(v, 40)));
}

static int
set_keep(struct account *a, struct slice v, struct err *err)
{
	uint64_t n;

	a->keep_days = 0;
	if (slice_ieq_z(v, "yes")) {
		a->keep = ACCOUNT_KEEP;
	} else if (slice_ieq_z(v, "no")) {
		a->keep = ACCOUNT_DELETE;
	} else if (slice_ieq_z(v, "here")) {
		a->keep = ACCOUNT_AS_HERE;
	} else if (slice_u64(v, &n) == 0 && n > 0 && n <= DAYS_MAX) {
		a->keep = ACCOUNT_DELETE_AFTER;
		a->keep_days = (int)n;
	} else {
		return err_set(err, ERR_CONFIG,
		               _("'%.*s' is none of yes, no, here or a number "
		                 "of days"),
		               SLICE_ARG(slice_head(v, 40)));
	}
	return 0;
}

static int
set_size(uint64_t *to, struct slice v, struct err *err)
{
	static const char units[] = "KMG";
	struct slice digits = v;
	unsigned shift = 0;
	const char *u;
	uint64_t n;

	if (v.n > 0) {
		u = strchr(units, byte_upper(v.p[v.n - 1]));
		if (u != NULL && *u != '\0') {
			shift = 10 * (unsigned)(u - units + 1);
			digits.n--;
		}
	}
	if (slice_u64(slice_trim(digits), &n) != 0 || n > UINT64_MAX >> shift)
		return err_set(err, ERR_CONFIG,
		               _("'%.*s' is no size; examples: 500K, 20M"),
		               SLICE_ARG(slice_head(v, 40)));
	*to = n << shift;
	return 0;
}

static int
add_identity(struct account *a, struct slice v, struct err *err)
{
	struct account_identity id;

	if (identity_parse(v, &id, err) != 0)
		return -1;
	account_add_identity(a, id);
	return 0;
}

int
account_key_set(struct account *a, const char *key, struct slice value,
                struct err *err)
{
	const struct key *k = find(slice_of(key));

	if (k == NULL)
		return err_set(err, ERR_CONFIG, _("unknown key '%s'"), key);
	switch (k->kind) {
	case KEY_TEXT:
		return set_text(field(a, k), value);
	case KEY_SERVER:
		return set_server(field(a, k), value, err);
	case KEY_BOOL:
		return set_bool(field(a, k), value, err);
	case KEY_INT:
		return set_int(field(a, k), value, k->max, err);
	case KEY_AUTH:
		return set_auth(a, value, err);
	case KEY_KEEP:
		return set_keep(a, value, err);
	case KEY_SIZE:
		return set_size(field(a, k), value, err);
	case KEY_DSN:
		return set_dsn(a, value, err);
	case KEY_IDENTITY:
		return add_identity(a, value, err);
	}
	return -1;
}

static void
get_size(uint64_t size, struct str *out)
{
	static const char units[] = "KMG";
	int i = -1;

	while (size != 0 && size % 1024 == 0 && i < 2) {
		size /= 1024;
		i++;
	}
	str_add_u64(out, size);
	if (i >= 0)
		str_add_c(out, units[i]);
}

static void
get_keep(const struct account *a, struct str *out)
{
	switch (a->keep) {
	case ACCOUNT_KEEP:
		str_add_z(out, "yes");
		break;
	case ACCOUNT_DELETE:
		str_add_z(out, "no");
		break;
	case ACCOUNT_DELETE_AFTER:
		str_printf(out, "%d", a->keep_days);
		break;
	case ACCOUNT_AS_HERE:
		str_add_z(out, "here");
		break;
	}
}

/* Append the value; false: there is none. */
static bool
get(const struct account *a, const struct key *k, size_t n, struct str *out)
{
	const struct account_server *server;
	char *const *text;

	switch (k->kind) {
	case KEY_TEXT:
		text = field_const(a, k);
		if (*text != NULL)
			str_add_z(out, *text);
		return *text != NULL;
	case KEY_SERVER:
		server = field_const(a, k);
		account_show_server(
			server,
			strcmp(k->name, "pop") == 0 ? "stls" : "starttls", out);
		return true;
	case KEY_BOOL:
		str_add_z(out, *(const bool *)field_const(a, k) ? "yes" : "no");
		return true;
	case KEY_INT:
		str_printf(out, "%d", *(const int *)field_const(a, k));
		return true;
	case KEY_AUTH:
		str_add_z(out, auth_names[a->auth]);
		return true;
	case KEY_KEEP:
		get_keep(a, out);
		return true;
	case KEY_SIZE:
		get_size(*(const uint64_t *)field_const(a, k), out);
		return true;
	case KEY_DSN:
		dsn_show(a->dsn, out);
		return a->dsn != 0;
	case KEY_IDENTITY:
		if (n < a->identity_count)
			identity_show(&a->identities[n], out);
		return n < a->identity_count;
	}
	return false;
}

int
account_key_get(const struct account *a, const char *key, size_t n,
                struct str *out)
{
	const struct key *k = find(slice_of(key));
	struct account fresh;
	struct str usual;
	size_t start = out->n;
	int rc = 1;

	if (k == NULL || (n > 0 && k->kind != KEY_IDENTITY) ||
	    !get(a, k, n, out))
		return 0;
	account_init(&fresh);
	str_init(&usual, CONF_LINE_MAX);
	if (k->kind != KEY_IDENTITY && get(&fresh, k, n, &usual) &&
	    slice_eq(slice_from(str_slice(out), start), str_slice(&usual)))
		rc = 2;
	str_release(&usual);
	account_release(&fresh);
	return rc;
}
