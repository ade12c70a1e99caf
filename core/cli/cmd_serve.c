/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pabal serve: the mailbox for other programs, over POP3. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli/args.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/prompt.h"
#include "engine/serve.h"
#include "mail/account_match.h"
#include "text/saslprep.h"
#include "util/i18n.h"
#include "util/log.h"
#include "util/xalloc.h"

#include "util/banned.h"

enum {
	SERVE_NEW_PASSWORD,
	SERVE_SET_PASSWORD,
	SERVE_SETTING, /* and all behind: keys of [serve] */
};

static const struct cli_opt opts[] = {
	[SERVE_NEW_PASSWORD] = { "new-password", 0, false },
	[SERVE_SET_PASSWORD] = { "set-password", 0, false },
	[SERVE_SETTING] = { "listen", 0, true },
	{ "user", 0, true },
	{ "folder", 0, true },
	{ "days", 0, true },
	{ "on-delete", 0, true },
	{ "tls-cert", 0, true },
	{ "tls-key", 0, true },
	{ "password-command", 0, true },
	{ "password-file", 0, true },
	{ NULL, 0, false },
};

struct serve_run {
	struct cli *cli;
	struct conf conf;
	struct str listen; /* all that were given */
	bool new_password, set_password;
	const char **accounts;
	size_t account_count;
};

/* ---- passwords ---- */

static const char *
user_of(const struct serve_run *r)
{
	return r->conf.serve.user != NULL ? r->conf.serve.user
	                                  : SERVE_USER_DEFAULT;
}

static int
keep_password(struct serve_run *r, const struct secret *secret, struct err *err)
{
	struct serve_password p;
	int rc;

	serve_password_make(secret_get(secret), saslprep, &p);
	rc = serve_password_store(&r->cli->paths, &p, err);
	secret_wipe(&p, sizeof p);
	if (rc == 0 && (r->conf.serve.password_command != NULL ||
	                r->conf.serve.password_file != NULL))
		out_note(r->cli,
		         _("it is not used: password_command or password_file "
		           "is set"));
	return rc;
}

/* The password alone on standard output, for scripts. */
static int
new_password(struct serve_run *r, struct err *err)
{
	struct secret secret = { 0 };
	int rc;

	serve_password_new(&secret);
	rc = keep_password(r, &secret, err);
	if (rc == 0) {
		if (!r->cli->quiet)
			out_note(r->cli,
			         _("user name %s, password (shown this once):"),
			         user_of(r));
		out_line("%s", secret.p);
	}
	secret_release(&secret);
	return rc;
}

static int
set_password(struct serve_run *r, struct err *err)
{
	struct secret secret = { 0 };
	int rc = prompt_secret(_("Password for other programs: "),
	                       r->cli->cancelled, &secret, err);

	if (rc == 0)
		rc = keep_password(r, &secret, err);
	secret_release(&secret);
	return rc;
}

/* ---- what is said ---- */

static const char *
tls_word(enum serve_tls tls)
{
	switch (tls) {
	case SERVE_TLS_START:
		return "stls";
	case SERVE_TLS_IMPLICIT:
		return "tls";
	case SERVE_TLS_ANY:
	case SERVE_TLS_NONE:
		break;
	}
	return "plain";
}

static void
say_addresses(const struct serve_run *r, const struct serve *v)
{
	struct serve_address a;

	for (size_t i = 0; serve_address(v, i, &a) == 0; i++) {
		struct json j;
		struct str text;

		if (!r->cli->json) {
			if (!r->cli->quiet)
				out_line(_("serving at %s, port %d (%s)"),
				         a.host, a.port, tls_word(a.tls));
			continue;
		}
		out_json_begin(&j, &text);
		json_key(&j, "host");
		json_string(&j, slice_of(a.host));
		json_key(&j, "port");
		json_int(&j, a.port);
		json_key(&j, "tls");
		json_string(&j, slice_of(tls_word(a.tls)));
		out_json_end(&j, &text);
	}
	(void)out_flush(r->cli); /* somebody may wait for it */
}

static void
report_json(const struct serve_report *s)
{
	struct json j;
	struct str text;

	out_json_begin(&j, &text);
	json_key(&j, "peer");
	json_string(&j, slice_of(s->peer));
	json_key(&j, "user");
	json_string(&j, slice_of(s->user));
	json_key(&j, "wrong_logins");
	json_int(&j, s->wrong);
	json_key(&j, "messages");
	json_int(&j, (int64_t)s->messages);
	json_key(&j, "given");
	json_int(&j, (int64_t)s->given);
	json_key(&j, "deleted");
	json_int(&j, (int64_t)s->deleted);
	json_key(&j, "bytes");
	json_int(&j, (int64_t)s->bytes);
	out_json_error(&j, s->err, NULL);
	out_json_end(&j, &text);
}

/* A line for each connection. */
static void
report(void *ctx, const struct serve_report *s)
{
	const struct serve_run *r = ctx;
	const char *colon = s->err->code != ERR_NONE ? ": " : "";
	struct str size;

	if (r->cli->json) {
		report_json(s);
		(void)out_flush(r->cli); /* said by itself */
		return;
	}
	if (r->cli->quiet && s->wrong == 0)
		return;
	str_init(&size, 64);
	str_add_size(&size, s->bytes);
	if (s->user[0] != '\0')
		out_note(r->cli,
		         _("%s, %s: %llu of %llu given, %llu deleted, %s%s%s"),
		         s->peer, s->user, (unsigned long long)s->given,
		         (unsigned long long)s->messages,
		         (unsigned long long)s->deleted, size.p, colon,
		         s->err->text);
	else
		out_note(r->cli, _("%s: nobody logged in, %u wrong%s%s"),
		         s->peer, s->wrong, colon, s->err->text);
	str_release(&size);
}

/* ---- serving ---- */

/* Until somebody wants an end; whatever else comes is no reason. */
static void
wait_for_end(const sigset_t *signals)
{
	int number;

	do
		number = sigwaitinfo(signals, NULL);
	while (number != SIGTERM && number != SIGINT);
}

static int
serve(struct serve_run *r, struct err *err)
{
	struct serve_password password;
	struct serve_opts o = { .paths = &r->cli->paths,
		                .conf = &r->conf.serve,
		                .password = &password,
		                .accounts = r->accounts,
		                .account_count = r->account_count,
		                .report = report,
		                .ctx = r };
	struct serve *v;
	sigset_t signals;

	if (serve_password_load(&r->cli->paths, &r->conf.serve, saslprep,
	                        &password, err) != 0)
		return -1;
	/* No thread takes them but this one, which waits for them. */
	(void)sigemptyset(&signals); /* cannot fail */
	(void)sigaddset(&signals, SIGTERM);
	(void)sigaddset(&signals, SIGINT);
	(void)sigaddset(&signals, SIGHUP);
	(void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
	/* Errors of a session are said with it, those of the disk by the log. */
	if (!r->cli->verbose && !r->cli->quiet)
		log_open(STDERR_FILENO, LOG_ERROR);
	v = serve_start(&o, err);
	secret_wipe(&password, sizeof password);
	if (v == NULL)
		return -1;
	say_addresses(r, v);
	wait_for_end(&signals);
	serve_stop(&v);
	return 0;
}

static int
choose_accounts(struct serve_run *r, struct err *err)
{
	r->accounts = xcalloc(r->cli->account_count + 1, sizeof *r->accounts);
	for (size_t i = 0; i < r->cli->account_count; i++) {
		const struct account *a =
			account_match(&r->conf, r->cli->accounts[i], err);

		if (a == NULL)
			return -1;
		r->accounts[r->account_count++] = a->name;
	}
	return 0;
}

static int
run(struct serve_run *r)
{
	struct err err = { 0 };
	int rc;

	if (r->new_password)
		rc = new_password(r, &err);
	else if (r->set_password)
		rc = set_password(r, &err);
	else
		rc = choose_accounts(r, &err) == 0 ? serve(r, &err) : -1;
	free(r->accounts);
	return rc == 0 ? EX_OK : cli_fail(r->cli, &err);
}

/* 0, or -1 with ERR_USAGE. */
static int
take_setting(struct serve_run *r, int opt, const char *value, struct err *err)
{
	const char *key = opts[opt].name;
	struct slice text = slice_of(value);

	/* Any number of addresses. */
	if (opt == SERVE_SETTING) {
		str_printf(&r->listen, "%s%s", r->listen.n > 0 ? " " : "",
		           value);
		text = str_slice(&r->listen);
	}
	if (serve_conf_set(&r->conf.serve, slice_of(key), text, err) == 0)
		return 0;
	err->code = ERR_USAGE;
	return -1;
}

static int
read_options(struct serve_run *r, char **argv, struct err *err)
{
	struct args args;
	const char *value;
	int opt;

	args_init(&args, r->cli, opts, argv);
	while ((opt = args_next(&args, &value, err)) >= 0) {
		if (opt == SERVE_NEW_PASSWORD)
			r->new_password = true;
		else if (opt == SERVE_SET_PASSWORD)
			r->set_password = true;
		else if (take_setting(r, opt, value, err) != 0)
			return ARGS_ERROR;
	}
	if (opt == ARGS_WORD)
		(void)err_set(err, ERR_USAGE, _("'%s' is one word too many"),
		              value);
	if (opt == ARGS_END && r->new_password && r->set_password) {
		(void)err_set(err, ERR_USAGE,
		              _("--new-password and --set-password do not go "
		                "together"));
		return ARGS_ERROR;
	}
	return opt;
}

int
cmd_serve(struct cli *cli, int argc, char **argv)
{
	struct serve_run r = { .cli = cli };
	struct err err = { 0 };
	int status;
	int opt;

	(void)argc;
	if (cli_conf(cli, &r.conf, &err) != 0)
		return cli_fail(cli, &err);
	str_init(&r.listen, 4096);
	opt = read_options(&r, argv, &err);
	if (opt == ARGS_HELP) {
		cli_command_help(cli_find("serve"));
		status = EX_OK;
	} else if (opt != ARGS_END) {
		status = cli_usage(cli, "serve", &err);
	} else {
		status = run(&r);
	}
	str_release(&r.listen);
	conf_release(&r.conf);
	return status;
}
