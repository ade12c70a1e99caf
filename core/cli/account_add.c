/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pabal account add and edit: the wizard without a screen. */
/*
 * add: options -> the provider's row -> what it needs is said -> secret -> live
 * test -> saved.  The secret is stored before the account, so that no account
 * stands without one; when the account cannot be saved it is taken back.
 * A rejected password is tried again only with the other form of user name that
 * the provider's row gives, once: more would lock accounts.
 */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "cli/args.h"
#include "cli/cmd.h"
#include "cli/cmd_account.h"
#include "cli/out.h"
#include "cli/prompt.h"
#include "conf/account_keys.h"
#include "conf/mx.h"
#include "mail/account_match.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Names of mail exchangers, a line each. */
#define HOSTS_MAX 65536

enum {
	ADD_ADDRESS,
	ADD_NAME,
	ADD_NO_TEST,
	ADD_PASSWORD, /* edit: ask for a new one */
	ADD_KEYS      /* from here on: keys of the account */
};

static const struct cli_opt add_opts[] = {
	[ADD_ADDRESS] = { "address", 0, true },
	[ADD_NAME] = { "name", 0, true },
	[ADD_NO_TEST] = { "no-test", 0, false },
	[ADD_PASSWORD] = { "password", 0, false },
	[ADD_KEYS] = { "pop", 0, true },
	{ "smtp", 0, true },
	{ "user", 0, true },
	{ "smtp-user", 0, true },
	{ "auth", 0, true },
	{ "password-command", 0, true },
	{ "password-file", 0, true },
	{ "ca-file", 0, true },
	{ "pop-pin", 0, true },
	{ "smtp-pin", 0, true },
	{ "full-name", 0, true },
	{ "reply-to", 0, true },
	{ "identity", 0, true },
	{ "provider", 0, true },
	{ "keep", 0, true },
	{ "first-days", 0, true },
	{ "interval", 0, true },
	{ "max-size", 0, true },
	{ "headers-above", 0, true },
	{ "quota", 0, true },
	{ "label", 0, true },
	{ "signature", 0, true },
	{ "skip-inbox", 0, true },
	{ "spam-filter", 0, true },
	{ "trust-filter", 0, true },
	{ "rules", 0, true },
	{ "forward-limit", 0, true },
	{ "dsn", 0, true },
	{ "legacy", 0, true },
	{ NULL, 0, false },
};

/* Identities may be given several times. */
#define ADD_VALUES_MAX 64

/* What was said on the command line. */
struct add {
	const char *address, *name;
	bool no_test, password, user_given;

	struct {
		int opt;
		const char *value;
	} keys[ADD_VALUES_MAX];

	size_t key_count;
};

static int
take_option(struct add *add, int opt, const char *value, struct err *err)
{
	switch (opt) {
	case ADD_ADDRESS:
		add->address = value;
		return 0;
	case ADD_NAME:
		add->name = value;
		return 0;
	case ADD_NO_TEST:
		add->no_test = true;
		return 0;
	case ADD_PASSWORD:
		add->password = true;
		return 0;
	default:
		break;
	}
	if (add->key_count == ADD_VALUES_MAX)
		return err_set(err, ERR_USAGE, _("too many options"));
	add->keys[add->key_count].opt = opt;
	add->keys[add->key_count++].value = value;
	add->user_given |= strcmp(add_opts[opt].name, "user") == 0;
	return 0;
}

/* 0, or -1; *status_r is then what to exit with. */
static int
parse(struct account_run *r, struct add *add, char **argv, int *status_r)
{
	struct err err = { 0 };
	struct args args;
	const char *value;
	int opt;

	memset(add, 0, sizeof *add);
	args_init(&args, r->cli, add_opts, argv);
	while ((opt = args_next(&args, &value, &err)) >= ARGS_WORD) {
		if (opt == ARGS_WORD && r->word != NULL) {
			err_set(&err, ERR_USAGE, _("'%s' is one word too many"),
			        value);
			opt = ARGS_ERROR;
		} else if (opt == ARGS_WORD) {
			r->word = value;
		} else if (take_option(add, opt, value, &err) != 0) {
			opt = ARGS_ERROR;
		}
		if (opt == ARGS_ERROR)
			break;
	}
	if (opt == ARGS_HELP) {
		cli_command_help(cli_find("account"));
		*status_r = EX_OK;
		return -1;
	}
	if (opt != ARGS_ERROR)
		return 0;
	*status_r = cli_usage(r->cli, "account", &err);
	return -1;
}

static int
apply_keys(const struct add *add, struct account *a, struct err *err)
{
	bool cleared = false;
	size_t i;

	for (i = 0; i < add->key_count; i++) {
		const char *name = add_opts[add->keys[i].opt].name;
		const char *key = account_key_find(slice_of(name));

		if (account_key_repeats(key) && !cleared) {
			account_clear_identities(a);
			cleared = true;
		}
		if (account_key_repeats(key) && add->keys[i].value[0] == '\0')
			continue;
		if (account_key_set(a, key, slice_of(add->keys[i].value),
		                    err) != 0) {
			(void)err_wrap(err, "--%s", name);
			err->code = ERR_USAGE;
			return -1;
		}
	}
	return 0;
}

static void
say_hint(const struct cli *cli, const char *ko, const char *en)
{
	const char *text = provider_say(ko, en);

	if (text != NULL)
		out_note(cli, "%s", text);
}

/* The provider's card. */
static void
say_card(const struct cli *cli, const struct provider *p)
{
	if (cli->quiet)
		return;
	out_note(cli, "%s", provider_say(p->name_ko, p->name_en));
	say_hint(cli, p->reason_ko, p->reason_en);
	say_hint(cli, p->enable_ko, p->enable_en);
	say_hint(cli, p->secret_ko, p->secret_en);
	if (p->url != NULL)
		out_note(cli, "%s", p->url);
}

static bool
has_key(const struct add *add, const char *name)
{
	size_t i;

	for (i = 0; i < add->key_count; i++)
		if (strcmp(add_opts[add->keys[i].opt].name, name) == 0)
			return true;
	return false;
}

/* What the provider makes impossible is said before anything is asked. */
static int
check_provider(const struct provider *p, const struct add *add,
               const struct account *a, struct err *err)
{
	const char *reason = provider_say(p->reason_ko, p->reason_en);

	if (reason == NULL)
		reason = _("this provider offers no POP3");
	if (p->pop.host == NULL && !has_key(add, "pop"))
		return err_set(err, ERR_REFUSED,
		               _("%s (to send only, add: --pop none)"), reason);
	if (p->oauth_only && a->password_command == NULL &&
	    a->password_file == NULL)
		return err_set(err, ERR_CONFIG, "%s", reason);
	return 0;
}

char *
account_new_name(const struct conf *c, const struct provider *p,
                 struct slice address)
{
	struct slice domain =
		slice_from(address, slice_rfind(address, '@') + 1);
	struct slice base = slice_head(domain, slice_find(domain, '.'));
	char *name;
	int n;

	if (p != NULL)
		base = slice_of(p->id);
	if (!account_name_ok(base))
		base = SLICE_LIT("mail");
	name = slice_dup(base);
	for (n = 2; conf_account(c, name) != NULL; n++) {
		free(name);
		name = xasprintf("%.*s-%d", SLICE_ARG(base), n);
	}
	return name;
}

/* The row of the domain, else that of the host its MX records name: companies
 * have their mail hosted under their own domain. */
static const struct provider *
find_provider(struct account_run *r, const char *address)
{
	struct slice all = slice_of(address);
	const struct provider *p = provider_for(r->providers, all);
	struct err ignored = { 0 };
	struct slice rest;
	struct slice host;
	struct str hosts;

	if (p != NULL)
		return p;
	str_init(&hosts, HOSTS_MAX);
	/* Without DNS the servers have to be given, which is said. */
	(void)mx_lookup(slice_from(all, slice_rfind(all, '@') + 1), &hosts,
	                &ignored);
	rest = str_slice(&hosts);
	while (p == NULL && slice_line(&rest, &host))
		p = provider_for_mx(r->providers, host);
	str_release(&hosts);
	return p;
}

/* The account as options and provider make it; r's providers know more. */
static int
make(struct account_run *r, const struct add *add, struct account *a,
     const struct provider **provider_r, struct err *err)
{
	const struct provider *p;

	if (add->address == NULL)
		return err_set(err, ERR_USAGE, _("--address is missing"));
	if (!account_address_ok(slice_of(add->address)))
		return err_set(err, ERR_USAGE, _("'%s' is no mail address"),
		               add->address);
	a->address = xstrdup(add->address);
	if (!has_key(add, "pop") && !has_key(add, "smtp"))
		p = find_provider(r, add->address);
	else
		p = provider_for(r->providers, slice_of(add->address));
	*provider_r = p;
	if (p != NULL)
		provider_apply(p, a);
	a->name = add->name != NULL ? xstrdup(add->name)
	                            : account_new_name(&r->conf, p,
	                                               slice_of(add->address));
	if (conf_account(&r->conf, a->name) != NULL)
		return err_set(err, ERR_USAGE,
		               _("there is an account '%s' already"), a->name);
	if (apply_keys(add, a, err) != 0)
		return -1;
	if (p == NULL && a->pop.host == NULL && a->smtp.host == NULL)
		return err_set(err, ERR_USAGE,
		               _("the provider of '%s' is not known; give its "
		                 "servers with --pop and --smtp"),
		               add->address);
	if (p != NULL && check_provider(p, add, a, err) != 0)
		return -1;
	if (p != NULL)
		say_card(r->cli, p);
	return account_check(a, err);
}

static int
ask_secret(struct account_run *r, const struct account *a,
           struct secret *secret_r, struct err *err)
{
	char *question;
	int rc;

	if (a->password_command != NULL || a->password_file != NULL)
		return credential_get(&r->cli->paths, a, secret_r, err);
	question = xasprintf(_("Password of %s (not shown): "), a->address);
	rc = prompt_secret(question, r->cli->cancelled, secret_r, err);
	free(question);
	return rc;
}

/* The other form of the user name, when the provider's row has one. */
static bool
other_user(const struct provider *p, struct account *a)
{
	struct slice address = slice_of(a->address);

	if (p == NULL || p->user == p->user_alt)
		return false;
	free(a->user);
	a->user = NULL;
	if (p->user_alt == PROVIDER_USER_LOCAL)
		a->user = slice_dup(
			slice_head(address, slice_rfind(address, '@')));
	return true;
}

static int
test(struct account_run *r, const struct add *add, struct account *a,
     const struct provider *p, const struct secret *secret)
{
	int status = account_test(r, a, secret);

	if (status == EX_OK || r->failure.code != ERR_AUTH || add->user_given ||
	    !other_user(p, a))
		return status;
	if (!r->cli->quiet)
		out_note(r->cli, _("refused; trying '%s' as user name, once"),
		         a->user != NULL ? a->user : a->address);
	return account_test(r, a, secret);
}

static int
save(struct account_run *r, const struct account *a,
     const struct secret *secret, struct err *err)
{
	bool stored = a->password_command == NULL && a->password_file == NULL;

	if (stored &&
	    credential_store(&r->cli->paths, a->name, secret, err) != 0)
		return -1;
	if (conf_save_account(&r->cli->paths, a, err) == 0)
		return 0;
	if (stored) {
		struct err ignored = { 0 };

		/* The first error is the one to tell. */
		(void)credential_remove(&r->cli->paths, a->name, &ignored);
	}
	return -1;
}

static int
finish_add(struct account_run *r, const struct add *add, struct account *a,
           const struct provider *p)
{
	struct secret secret = { 0 };
	struct err err = { 0 };
	int status = EX_OK;

	if (ask_secret(r, a, &secret, &err) != 0) {
		status = cli_fail(r->cli, &err);
		goto out;
	}
	if (!add->no_test) {
		status = test(r, add, a, p, &secret);
		if (status != EX_OK) {
			(void)cli_fail_advice(r->cli, &r->failure,
			                      cli_advice(r->providers, a,
			                                 &r->failure));
			if (r->failure.pin[0] != '\0')
				out_note(r->cli,
				         _("its fingerprint is %s; if that is "
				           "your server's: --pop-pin or "
				           "--smtp-pin"),
				         r->failure.pin);
			out_note(r->cli, _("nothing was saved; --no-test "
			                   "saves without a test"));
			goto out;
		}
	}
	if (save(r, a, &secret, &err) != 0)
		status = cli_fail(r->cli, &err);
	else if (!r->cli->quiet && a->pop.host == NULL)
		out_note(r->cli, _("account '%s' is saved; it only sends"),
		         a->name);
	else if (!r->cli->quiet)
		out_note(r->cli,
		         _("account '%s' is saved; get its mail with: pabal "
		           "fetch -a %s"),
		         a->name, a->name);
out:
	secret_release(&secret);
	return status;
}

int
account_add(struct account_run *r, char **argv)
{
	const struct provider *p = NULL;
	struct err err = { 0 };
	struct account a;
	struct add add;
	int status = EX_OK;

	if (parse(r, &add, argv, &status) != 0)
		return status;
	if (add.address == NULL)
		add.address = r->word;
	account_init(&a);
	if (make(r, &add, &a, &p, &err) != 0)
		status = err.code == ERR_USAGE && add.address == NULL
		                 ? cli_usage(r->cli, "account", &err)
		                 : cli_fail(r->cli, &err);
	else
		status = finish_add(r, &add, &a, p);
	account_release(&a);
	return status;
}

/* A stored password that a command or file replaces does not stay around. */
static int
save_edited(struct account_run *r, const struct account *a, struct err *err)
{
	if (conf_save_account(&r->cli->paths, a, err) != 0)
		return -1;
	if (a->password_command == NULL && a->password_file == NULL)
		return 0;
	return credential_remove(&r->cli->paths, a->name, err);
}

static int
edit(struct account_run *r, const struct add *add, struct account *a,
     struct err *err)
{
	struct secret secret = { 0 };
	char *question;
	int rc;

	if (add->name != NULL)
		return err_set(err, ERR_USAGE,
		               _("the name of an account stays: its mail lies "
		                 "in a folder of that name"));
	if (add->address != NULL &&
	    account_key_set(a, "address", slice_of(add->address), err) != 0)
		return -1;
	if (apply_keys(add, a, err) != 0 || account_check(a, err) != 0)
		return -1;
	if (!add->password)
		return save_edited(r, a, err);
	question = xasprintf(_("Password of %s (not shown): "), a->address);
	rc = prompt_secret(question, r->cli->cancelled, &secret, err);
	free(question);
	if (rc == 0)
		rc = credential_store(&r->cli->paths, a->name, &secret, err);
	if (rc == 0)
		rc = conf_save_account(&r->cli->paths, a, err);
	secret_release(&secret);
	return rc;
}

int
account_edit(struct account_run *r, char **argv)
{
	const struct account *old;
	struct err err = { 0 };
	struct account a;
	struct add add;
	int status = EX_OK;
	int rc;

	if (parse(r, &add, argv, &status) != 0)
		return status;
	if (r->word == NULL && r->cli->account_count > 0)
		r->word = r->cli->accounts[0];
	if (r->word == NULL)
		return cli_usage(r->cli, "account", NULL);
	old = account_match(&r->conf, r->word, &err);
	if (old == NULL)
		return cli_fail(r->cli, &err);
	account_copy(&a, old);
	rc = edit(r, &add, &a, &err);
	account_release(&a);
	return rc == 0 ? EX_OK : cli_fail(r->cli, &err);
}
