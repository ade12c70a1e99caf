/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accounts from the settings of other mail programs. */
#include "cli/import_settings.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/prompt.h"
#include "conf/foreign.h"
#include "conf/provider.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* A server in words. */
#define SERVER_MAX 512

struct settings_run {
	struct cli *cli;
	const struct conf *conf;
	struct providers *providers;
	struct foreign_list list;
	bool create;
	bool passwords; /* take those that stand there, ask for others */
	int status;
};

/* What came of one. */
struct made {
	bool created;
	bool stored; /* its password, too */
};

/* A server to send with, and how often to fetch, from the provider's row. */
static void
complete(const struct settings_run *r, struct account *a)
{
	const struct provider *p = NULL;
	struct account model;

	if (r->providers != NULL && a->address != NULL)
		p = provider_for(r->providers, slice_of(a->address));
	if (p == NULL)
		return;
	account_init(&model);
	model.address = xstrdup(a->address);
	provider_apply(p, &model);
	if (a->provider == NULL)
		a->provider = xstrdup(p->id);
	if (a->smtp.host == NULL && model.smtp.host != NULL) {
		a->smtp = model.smtp;
		model.smtp.host = NULL;
	}
	a->interval_min = model.interval_min;
	account_release(&model);
}

/* Names that the configuration has are given a number. */
static void
free_name(const struct settings_run *r, struct account *a)
{
	char *name = xstrdup(a->name);

	for (unsigned n = 2; conf_account(r->conf, a->name) != NULL; n++) {
		free(a->name);
		a->name = xasprintf("%s-%u", name, n);
	}
	free(name);
}

static const char *
secret_words(const struct foreign *one, bool stored)
{
	if (stored)
		return _("its password is stored");
	if (one->account.password_command != NULL)
		return _("its password command is taken over");
	if (one->has_password)
		return _("its password is not copied; it needs a "
		         "password_command or will be asked for");
	return _("it needs its password");
}

static void
show_json(const struct foreign *one, const struct str *pop,
          const struct str *smtp, const struct made *made,
          const struct err *err)
{
	struct json j;
	struct str text;

	out_json_begin(&j, &text);
	json_key(&j, "account");
	json_string_z(&j, one->account.name);
	json_key(&j, "address");
	json_string_z(&j, one->account.address);
	json_key(&j, "user");
	json_string_z(&j, one->account.user);
	json_key(&j, "pop");
	json_string_z(&j, pop->p);
	json_key(&j, "smtp");
	json_string_z(&j, smtp->p);
	json_key(&j, "from");
	json_string_z(&j, one->file);
	json_key(&j, "created");
	json_bool(&j, made->created);
	json_key(&j, "password");
	json_string_z(&j, made->stored                            ? "stored"
	                  : one->account.password_command != NULL ? "command"
	                  : one->has_password                     ? "there"
	                                                          : NULL);
	out_json_error(&j, err, NULL);
	out_json_end(&j, &text);
}

static void
show(struct settings_run *r, const struct foreign *one, const struct made *made,
     const struct err *err)
{
	const struct account *a = &one->account;
	struct str pop;
	struct str smtp;

	str_init(&pop, SERVER_MAX);
	str_init(&smtp, SERVER_MAX);
	account_show_server(&a->pop, "stls", &pop);
	account_show_server(&a->smtp, "starttls", &smtp);
	if (r->cli->json) {
		show_json(one, &pop, &smtp, made, err);
	} else if (!r->cli->quiet) {
		out_line("%s <%s>", a->name,
		         a->address != NULL ? a->address : "");
		out_line(_("  from %s (%s)"), one->file,
		         foreign_name(one->kind));
		out_line(_("  POP3 %s, SMTP %s"), pop.p, smtp.p);
		out_line("  %s", secret_words(one, made->stored));
		if (made->created && !made->stored &&
		    one->account.password_command == NULL)
			out_line(_("  saved; to give its password: pabal "
			           "account edit %s --password"),
			         a->name);
	}
	str_release(&pop);
	str_release(&smtp);
}

/* From the other program's file, or from who sits there.  1, 0 none, -1. */
static int
find_password(struct settings_run *r, const struct foreign *one,
              struct secret *secret_r, struct err *err)
{
	struct err none = { 0 };
	char *question;
	int rc;

	if (one->has_password)
		return foreign_password(one, secret_r, err) == 0 ? 1 : -1;
	if (r->cli->json || r->cli->quiet || isatty(STDIN_FILENO) != 1)
		return 0;
	question = xasprintf(_("password of %s (Enter: later): "),
	                     one->account.name);
	rc = prompt_secret(question, r->cli->cancelled, secret_r, &none);
	free(question);
	if (rc == 0)
		return 1;
	if (none.code == ERR_AUTH)
		return 0;
	*err = none;
	return -1;
}

/* Before the account is there: one without its password is no use. */
static int
store_password(struct settings_run *r, const struct foreign *one,
               struct made *made, struct err *err)
{
	struct secret secret = { 0 };
	int rc = find_password(r, one, &secret, err);

	if (rc == 1)
		rc = credential_store(&r->cli->paths, one->account.name,
		                      &secret, err) == 0
		             ? 1
		             : -1;
	secret_release(&secret);
	made->stored = rc == 1;
	return rc < 0 ? -1 : 0;
}

static int
create(struct settings_run *r, const struct foreign *one, struct made *made,
       struct err *err)
{
	if (account_check(&one->account, err) != 0)
		return -1;
	if (r->passwords && one->account.password_command == NULL &&
	    store_password(r, one, made, err) != 0)
		return -1;
	if (conf_save_account(&r->cli->paths, &one->account, err) != 0)
		return -1;
	made->created = true;
	return 0;
}

static void
handle(struct settings_run *r, struct foreign *one)
{
	struct made made = { 0 };
	struct err err = { 0 };

	complete(r, &one->account);
	free_name(r, &one->account);
	if (r->create)
		(void)create(r, one, &made, &err); /* err says it */
	show(r, one, &made, &err);
	if (err.code == ERR_NONE)
		return;
	if (!r->cli->json)
		(void)cli_fail(r->cli, &err);
	r->status = err_exit_status(err.code);
}

/* Those named by -a: by name, or by address. */
static int
keep_named(struct settings_run *r, struct err *err)
{
	for (size_t k = 0; k < r->cli->account_count; k++) {
		const char *name = r->cli->accounts[k];
		bool any = false;

		for (size_t i = 0; i < r->list.n; i++) {
			struct foreign *one = &r->list.v[i];

			if (!slice_ieq_z(slice_of(one->account.name), name) &&
			    !slice_ieq_z(slice_of(one->account.address), name))
				continue;
			any = one->chosen = true;
		}
		if (!any)
			return err_set(err, ERR_NOTFOUND,
			               _("no other program has an account "
			                 "'%s' that is not set up here"),
			               name);
	}
	for (size_t i = r->list.n; r->cli->account_count > 0 && i-- > 0;)
		if (!r->list.v[i].chosen)
			foreign_list_remove(&r->list, i);
	return 0;
}

static int
find(struct settings_run *r, const char *const *files, size_t n,
     struct err *err)
{
	if (n == 0) {
		conf_find_foreign(r->conf, &r->list);
		return keep_named(r, err);
	}
	for (size_t i = 0; i < n; i++)
		if (foreign_read(files[i], &r->list, err) != 0)
			return -1;
	foreign_finish(&r->list);
	foreign_drop_known(&r->list, r->conf);
	return keep_named(r, err);
}

int
import_settings(struct cli *cli, const struct conf *conf,
                const struct import_wish *wish, const char *const *files,
                size_t n)
{
	struct settings_run r = {
		.cli = cli,
		.conf = conf,
		.create = wish->create,
		.passwords = wish->passwords,
		.status = EX_OK,
	};
	struct err err = { 0 };
	struct err ignored = { 0 };

	/* A provider's row is a help: it goes without. */
	r.providers = providers_load(&cli->paths, &ignored);
	if (find(&r, files, n, &err) != 0)
		r.status = cli_fail(cli, &err);
	else if (r.list.n == 0 && !cli->quiet && !cli->json)
		out_line(_("no account of another program was found that is "
		           "not set up here"));
	else
		for (size_t i = 0; i < r.list.n; i++)
			handle(&r, &r.list.v[i]);
	if (r.list.n != 0 && !r.create && !cli->quiet && !cli->json)
		out_line(_("to make these accounts: pabal import --create"));
	foreign_list_release(&r.list);
	providers_free(&r.providers);
	return r.status;
}
