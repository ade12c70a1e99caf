/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pabal account: list, show, edit, remove, test (add has its own file). */
#include "cli/cmd_account.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "cli/account_state.h"
#include "cli/args.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/probe.h"
#include "conf/account_keys.h"
#include "conf/conf_parse.h"
#include "mail/account_match.h"
#include "store/store.h"
#include "util/i18n.h"

#include "util/banned.h"

static const struct cli_opt no_opts[] = { { NULL, 0, false } };

static void
print_server(struct str *out, const struct account_server *s,
             const char *start_word)
{
	str_clear(out);
	account_show_server(s, start_word, out);
}

static void
keys_json(const struct account *a, struct json *j)
{
	size_t i;

	json_key(j, "name");
	json_string_z(j, a->name);
	for (i = 0; account_key(i) != NULL; i++) {
		const char *key = account_key(i);
		struct str value;
		size_t n = 0;

		str_init(&value, CONF_LINE_MAX);
		if (account_key_repeats(key)) {
			json_key(j, key);
			json_array(j);
			for (; account_key_get(a, key, n, &value) != 0; n++) {
				json_string(j, str_slice(&value));
				str_clear(&value);
			}
			json_end_array(j);
		} else if (account_key_get(a, key, 0, &value) != 0) {
			json_key(j, key);
			json_string(j, str_slice(&value));
		}
		str_release(&value);
	}
}

static void
list_json(const struct account *a)
{
	struct json j;
	struct str text;

	out_json_begin(&j, &text);
	keys_json(a, &j);
	out_json_end(&j, &text);
}

static void
list_one(const struct account *a)
{
	struct str line;
	struct str server;

	str_init(&line, CONF_LINE_MAX);
	str_init(&server, CONF_LINE_MAX);
	out_column(&line, a->name, 14);
	str_add_z(&line, "  ");
	out_column(&line, a->address, 30);
	print_server(&server, &a->pop, "stls");
	str_printf(&line, "  %s", server.p);
	out_line("%s", line.p);
	str_release(&line);
	str_release(&server);
}

static int
account_list(struct account_run *r)
{
	size_t i;

	for (i = 0; i < r->conf.account_count; i++) {
		if (r->cli->json)
			list_json(&r->conf.accounts[i]);
		else
			list_one(&r->conf.accounts[i]);
	}
	if (i == 0 && !r->cli->json && !r->cli->quiet)
		out_note(r->cli, _("there is no account yet; make one with: "
		                   "pabal account add --address ADDRESS"));
	return EX_OK;
}

static void
show_one(const struct account *a)
{
	struct str value;
	size_t i;

	out_line("[%s]", a->name);
	str_init(&value, CONF_LINE_MAX);
	for (i = 0; account_key(i) != NULL; i++) {
		size_t n;

		for (n = 0; account_key_get(a, account_key(i), n, &value) != 0;
		     n++) {
			out_line("%s = %s", account_key(i), value.p);
			str_clear(&value);
		}
	}
	str_release(&value);
}

/* The account named by the word or -a; the only one when none is named. */
static const struct account *
choose(struct account_run *r, struct err *err)
{
	const char *name = r->word;

	if (name == NULL && r->cli->account_count > 0)
		name = r->cli->accounts[0];
	if (name != NULL)
		return account_match(&r->conf, name, err);
	if (r->conf.account_count == 1)
		return &r->conf.accounts[0];
	err_set(err, ERR_USAGE, _("which account? give its name"));
	return NULL;
}

static void
show_json(struct account_run *r, const struct account *a)
{
	struct json j;
	struct str text;

	out_json_begin(&j, &text);
	keys_json(a, &j);
	account_state_json(r, a, &j);
	out_json_end(&j, &text);
}

static int
account_show(struct account_run *r)
{
	struct err err = { 0 };
	const struct account *a = choose(r, &err);

	if (a == NULL)
		return cli_fail(r->cli, &err);
	if (r->cli->json) {
		show_json(r, a);
	} else {
		show_one(a);
		account_state_print(r, a);
	}
	return EX_OK;
}

static void
say_removed(struct cli *cli, const char *name)
{
	struct err ignored = { 0 }; /* removed it is, mail or not */
	struct store *s = cli_store_reading(cli, &ignored);
	char *path = s != NULL ? store_account_path(s, name, &ignored) : NULL;

	if (path != NULL)
		out_note(cli,
		         _("account '%s' is removed; its mail stays in %s"),
		         name, path);
	else
		out_note(cli, _("account '%s' is removed"), name);
	free(path);
	store_close(&s);
}

static int
account_remove(struct account_run *r)
{
	struct err err = { 0 };
	const struct account *a = choose(r, &err);

	if (a == NULL || conf_remove_account(&r->cli->paths, a->name, &err) ||
	    credential_remove(&r->cli->paths, a->name, &err) != 0)
		return cli_fail(r->cli, &err);
	if (!r->cli->quiet)
		say_removed(r->cli, a->name);
	return EX_OK;
}

int
account_test(struct account_run *r, const struct account *a,
             const struct secret *secret)
{
	struct err err = { 0 };
	bool silent = r->cli->quiet || r->cli->json;

	if (!silent)
		out_line("%s <%s>", a->name, a->address);
	if (probe_account(r->cli, a, secret,
	                  silent ? account_no_line : probe_print, NULL,
	                  &err) == 0) {
		if (!silent)
			out_line("  %s", _("all is well"));
		return EX_OK;
	}
	r->failure = err;
	return err_exit_status(err.code);
}

void
account_no_line(void *ctx, const char *text)
{
	(void)ctx;
	(void)text;
}

static int
test_one(struct account_run *r, const struct account *a)
{
	struct secret secret = { 0 };
	struct err err = { 0 };
	struct json j;
	struct str text;
	const char *advice;
	int status = EX_OK;

	if (credential_get(&r->cli->paths, a, &secret, &err) == 0) {
		status = account_test(r, a, &secret);
		err = r->failure;
	} else {
		status = err_exit_status(err.code);
	}
	secret_release(&secret);
	advice = cli_advice(r->providers, a, &err);
	if (r->cli->json) {
		out_json_begin(&j, &text);
		json_key(&j, "account");
		json_string_z(&j, a->name);
		out_json_error(&j, &err, advice);
		out_json_end(&j, &text);
	} else if (status != EX_OK) {
		(void)cli_fail_advice(r->cli, &err, advice);
	}
	memset(&r->failure, 0, sizeof r->failure);
	return status;
}

static int
account_test_all(struct account_run *r)
{
	struct err err = { 0 };
	const struct account *a;
	int status = EX_OK;
	size_t i;

	if (r->word != NULL || r->cli->account_count > 0) {
		a = choose(r, &err);
		return a != NULL ? test_one(r, a) : cli_fail(r->cli, &err);
	}
	for (i = 0; i < r->conf.account_count; i++) {
		int one = test_one(r, &r->conf.accounts[i]);

		if (status == EX_OK)
			status = one;
	}
	return status;
}

static const struct {
	const char *name;
	int (*run)(struct account_run *r);
} actions[] = {
	{ "list", account_list },
	{ "show", account_show },
	{ "remove", account_remove },
	{ "test", account_test_all },
};

/* Only globals and one word. */
static int
run_simple(struct account_run *r, size_t action, char **argv)
{
	struct err err = { 0 };
	struct args args;
	const char *value;
	int opt;

	args_init(&args, r->cli, no_opts, argv);
	while ((opt = args_next(&args, &value, &err)) == ARGS_WORD) {
		if (r->word != NULL) {
			err_set(&err, ERR_USAGE, _("'%s' is one word too many"),
			        value);
			opt = ARGS_ERROR;
			break;
		}
		r->word = value;
	}
	if (opt == ARGS_HELP) {
		cli_command_help(cli_find("account"));
		return EX_OK;
	}
	if (opt == ARGS_ERROR)
		return cli_usage(r->cli, "account", &err);
	return actions[action].run(r);
}

static int
dispatch(struct account_run *r, int argc, char **argv)
{
	size_t i;

	if (strcmp(argv[0], "add") == 0)
		return account_add(r, argv);
	if (strcmp(argv[0], "edit") == 0)
		return account_edit(r, argv);
	for (i = 0; i < sizeof actions / sizeof actions[0]; i++)
		if (strcmp(argv[0], actions[i].name) == 0)
			return run_simple(r, i, argv);
	if (strcmp(argv[0], "--help") == 0) {
		cli_command_help(cli_find("account"));
		return EX_OK;
	}
	(void)argc;
	return cli_usage(r->cli, "account", NULL);
}

int
cmd_account(struct cli *cli, int argc, char **argv)
{
	struct account_run r = { .cli = cli };
	struct err err = { 0 };
	int status;

	if (argc < 2)
		return cli_usage(cli, "account", NULL);
	if (cli_conf(cli, &r.conf, &err) != 0)
		return cli_fail(cli, &err);
	r.providers = providers_load(&cli->paths, &err);
	if (r.providers == NULL)
		status = cli_fail(cli, &err);
	else
		status = dispatch(&r, argc - 1, argv + 1);
	providers_free(&r.providers);
	conf_release(&r.conf);
	return status;
}
