/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pabal doctor: is all in order? Copyable, without secrets. */
#include <langinfo.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sysexits.h>

#include "cli/args.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/probe.h"
#include "mail/account_match.h"
#include "util/clock.h"
#include "util/i18n.h"

#include "util/banned.h"

/* 2026-11-01: a clock before the program was made is wrong. */
#define CLOCK_EARLIEST 1793491200
/* Room for a day's mail with attachments. */
#define DISK_LOW ((uint64_t)200 * 1024 * 1024)

static const struct cli_opt no_opts[] = { { NULL, 0, false } };

struct doctor {
	struct cli *cli;
	struct conf conf;
	struct providers *providers;
	const char *account; /* being looked at, or NULL */
	int status;
};

/* One finding; err NULL: all is well. */
static void
say(struct doctor *d, const char *what, const char *text, const struct err *err,
    const char *advice)
{
	static const struct err well = { 0 };
	struct json j;
	struct str out;

	if (err != NULL && d->status == EX_OK)
		d->status = err_exit_status(err->code);
	if (d->cli->json) {
		out_json_begin(&j, &out);
		json_key(&j, "account");
		json_string_z(&j, d->account);
		json_key(&j, "check");
		json_string_z(&j, what);
		json_key(&j, "ok");
		json_bool(&j, err == NULL);
		json_key(&j, "text");
		json_string_z(&j, text);
		out_json_error(&j, err != NULL ? err : &well, advice);
		out_json_end(&j, &out);
		return;
	}
	out_line("%s %s: %s", err == NULL ? "  ok " : _("BAD  "), what,
	         err == NULL ? text : err->text);
	if (err != NULL && err->server[0] != '\0')
		out_line("       %s", err->server);
	if (advice != NULL)
		out_line("       %s", advice);
	(void)fflush(stdout); /* out_flush reports errors at the end */
}

static void
check_clock(struct doctor *d)
{
	struct err err = { 0 };
	struct str text;
	int64_t now = clock_now();

	str_init(&text, 100);
	out_date(&text, now);
	if (now < CLOCK_EARLIEST)
		err_set(&err, ERR_CONFIG,
		        _("the clock says %s: certificates cannot be verified"),
		        text.p);
	say(d, _("clock"), text.p, err.code != ERR_NONE ? &err : NULL, NULL);
	str_release(&text);
}

static void
check_disk(struct doctor *d)
{
	struct err err = { 0 };
	struct statvfs vfs;
	struct str text;
	uint64_t free_bytes;

	str_init(&text, 5000);
	if (statvfs(d->cli->paths.data, &vfs) != 0) {
		err_set(&err, ERR_IO, _("cannot look at '%s'"),
		        d->cli->paths.data);
	} else {
		free_bytes = (uint64_t)vfs.f_bavail * vfs.f_frsize;
		str_add_size(&text, free_bytes);
		str_printf(&text, _(" free in %s"), d->cli->paths.data);
		if (free_bytes < DISK_LOW)
			err_set(&err, ERR_IO, _("nearly full: %s"), text.p);
	}
	say(d, _("disk"), text.p, err.code != ERR_NONE ? &err : NULL, NULL);
	str_release(&text);
}

static void
check_locale(struct doctor *d)
{
	struct err err = { 0 };
	const char *codeset = nl_langinfo(CODESET);

	if (strcmp(codeset, "UTF-8") != 0)
		err_set(&err, ERR_CONFIG,
		        _("the locale's encoding is %s, not UTF-8"), codeset);
	say(d, _("locale"), codeset, err.code != ERR_NONE ? &err : NULL, NULL);
}

static void
check_dns(struct doctor *d, const struct account_server *s)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *list = NULL;
	struct err err = { 0 };
	struct str text;
	const struct addrinfo *a;
	char number[100];
	int rc;

	if (s->host == NULL)
		return;
	str_init(&text, 1000);
	str_add_z(&text, s->host);
	rc = getaddrinfo(s->host, NULL, &hints, &list);
	for (a = list; rc == 0 && a != NULL; a = a->ai_next)
		if (getnameinfo(a->ai_addr, a->ai_addrlen, number,
		                sizeof number, NULL, 0, NI_NUMERICHOST) == 0)
			str_printf(&text, " %s", number);
	if (rc != 0)
		err_set(&err, ERR_NOHOST, "%s: %s", s->host, gai_strerror(rc));
	else
		freeaddrinfo(list);
	say(d, _("name"), text.p, rc != 0 ? &err : NULL, NULL);
	str_release(&text);
}

static void
probe_line(void *ctx, const char *text)
{
	struct doctor *d = ctx;

	say(d, _("server"), text, NULL, NULL);
}

static void
check_account(struct doctor *d, const struct account *a)
{
	struct secret secret = { 0 };
	struct err err = { 0 };

	d->account = a->name;
	if (!d->cli->json)
		out_line("%s <%s>", a->name, a->address);
	check_dns(d, &a->pop);
	check_dns(d, &a->smtp);
	if (credential_get(&d->cli->paths, a, &secret, &err) != 0)
		say(d, _("password"), NULL, &err, NULL);
	else if (probe_account(d->cli, a, &secret, probe_line, d, &err) != 0)
		say(d, _("server"), NULL, &err,
		    cli_advice(d->providers, a, &err));
	secret_release(&secret);
	d->account = NULL;
}

static int
check_accounts(struct doctor *d, struct err *err)
{
	size_t i;

	if (d->cli->account_count == 0)
		for (i = 0; i < d->conf.account_count; i++)
			check_account(d, &d->conf.accounts[i]);
	for (i = 0; i < d->cli->account_count; i++) {
		const struct account *a =
			account_match(&d->conf, d->cli->accounts[i], err);

		if (a == NULL)
			return -1;
		check_account(d, a);
	}
	return 0;
}

static int
run(struct doctor *d)
{
	struct err err = { 0 };

	say(d, "pabal", PACKAGE_VERSION, NULL, NULL);
	check_locale(d);
	check_clock(d);
	if (cli_conf(d->cli, &d->conf, &err) != 0) {
		say(d, _("configuration"), NULL, &err, NULL);
		return d->status;
	}
	say(d, _("configuration"), d->cli->paths.config, NULL, NULL);
	check_disk(d);
	d->providers = providers_load(&d->cli->paths, &err);
	if (d->providers == NULL)
		say(d, _("providers"), NULL, &err, NULL);
	memset(&err, 0, sizeof err);
	if (check_accounts(d, &err) != 0)
		d->status = cli_fail(d->cli, &err);
	providers_free(&d->providers);
	conf_release(&d->conf);
	return d->status;
}

int
cmd_doctor(struct cli *cli, int argc, char **argv)
{
	struct doctor d = { .cli = cli, .status = EX_OK };
	struct err err = { 0 };
	struct args args;
	const char *value;
	int opt;

	(void)argc;
	args_init(&args, cli, no_opts, argv);
	opt = args_next(&args, &value, &err);
	if (opt == ARGS_HELP) {
		cli_command_help(cli_find("doctor"));
		return EX_OK;
	}
	return opt == ARGS_END ? run(&d) : cli_usage(cli, "doctor", &err);
}
