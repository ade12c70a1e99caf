/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pabal doctor: is all in order?  To be copied and shown to others. */
/*
 * 1. Accounts are looked at at the same time, and told in their order: what
 *    comes of a later one waits, so one that hangs holds up no other.
 * 2. Nothing secret is told: see engine/doctor.c; the user's home folder is "~".
 * 3. What is bad says what to do: by the provider's own texts, else by the table
 *    in doctor_advice.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "cli/args.h"
#include "cli/cmd.h"
#include "cli/doctor.h"
#include "cli/out.h"
#include "engine/engine.h"
#include "mail/account_match.h"
#include "util/clock.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* How often a pressed Ctrl-C is looked for. */
#define TURN_MS 200
/* Findings of an account with both servers: for the bar alone. */
#define FINDINGS_USUAL 18
/* Of this machine. */
#define MACHINE_CHECKS 9
#define TEXT_MAX       16384

static const struct cli_opt no_opts[] = { { NULL, 0, false } };

/* An account being looked at. */
struct patient {
	struct account account; /* a copy */
	int64_t job;
	struct event **waiting; /* findings that are not told yet */
	size_t waiting_n;
	bool done;
};

struct ward {
	struct doctor *d;
	struct engine *engine;
	struct patient *v;
	size_t n;
	size_t now; /* the one being told */
	size_t findings;
	bool cancelled;
};

bool
doctor_cancelled(const struct doctor *d)
{
	return d->cli->cancelled != NULL && d->cli->cancelled();
}

/* Findings */

/* The user's name stands in it. */
static void
hide_home(struct str *text)
{
	struct slice home = slice_of(getenv("HOME"));
	size_t from = 0;

	while (home.n > 1 && from < text->n) {
		struct slice rest = slice_from(str_slice(text), from);
		size_t at = slice_find_text(rest, home);

		if (at >= rest.n)
			return;
		str_remove(text, from + at, home.n);
		str_insert(text, from + at, SLICE_LIT("~"));
		from += at + 1;
	}
}

/* Owned; NULL for NULL. */
static char *
told(const char *text)
{
	struct str s;
	char *owned;

	if (text == NULL)
		return NULL;
	str_init(&s, TEXT_MAX);
	str_add_z(&s, text);
	hide_home(&s);
	owned = xstrdup(s.p);
	str_release(&s);
	return owned;
}

static const char *
advice_on(struct doctor *d, const struct account *a, const struct finding *f)
{
	const char *known = NULL;

	if (f->err.code == ERR_NONE)
		return NULL;
	if (a != NULL && f->state == FINDING_BAD)
		known = cli_advice(d->providers, a, &f->err);
	return known != NULL ? known
	                     : doctor_advice(f->server,
	                                     f->advice_of != NULL ? f->advice_of
	                                                          : f->check,
	                                     f->err.code);
}

static void
say_json(const struct account *a, const struct finding *f, const char *text,
         const struct err *err, const char *advice)
{
	static const char *const states[] = { "ok", "note", "bad" };
	struct json j;
	struct str out;

	out_json_begin(&j, &out);
	json_key(&j, "account");
	json_string_z(&j, a != NULL ? a->name : NULL);
	json_key(&j, "server");
	json_string_z(&j, f->server);
	json_key(&j, "check");
	json_string_z(&j, f->check);
	json_key(&j, "state");
	json_string_z(&j, states[f->state]);
	json_key(&j, "ok");
	json_bool(&j, f->state != FINDING_BAD);
	json_key(&j, "text");
	json_string_z(&j, text);
	json_key(&j, "values");
	if (f->values != NULL)
		json_raw(&j, slice_of(f->values));
	else
		json_null(&j);
	out_json_error(&j, err, advice);
	out_json_end(&j, &out);
}

static void
say_text(const struct finding *f, const char *text, const struct err *err,
         const char *advice)
{
	const char *const marks[] = { _("ok"), _("note"), _("BAD") };
	struct str line;

	str_init(&line, TEXT_MAX * 2);
	str_add_z(&line, "  ");
	out_column(&line, marks[f->state], 6);
	if (f->server != NULL)
		str_printf(&line, "%s ",
		           strcmp(f->server, "pop3") == 0 ? "POP3" : "SMTP");
	str_printf(&line, "%s: ", doctor_title(f->check));
	str_add_z(&line, err->code != ERR_NONE ? err->text : text);
	out_line("%s", line.p);
	str_release(&line);
	if (err->code != ERR_NONE && text != NULL && text[0] != '\0')
		out_line("        %s", text);
	if (err->server[0] != '\0')
		out_line(_("        the server said: %s"), err->server);
	if (advice != NULL)
		out_line(_("        what to do: %s"), advice);
}

void
doctor_say(struct doctor *d, const struct account *a, const struct finding *f)
{
	const char *advice = advice_on(d, a, f);
	struct err err = f->err;
	char *text = told(f->text);
	char *words = told(err.text);

	(void)snprintf(err.text, sizeof err.text, "%s", words);
	d->bad += f->state == FINDING_BAD;
	d->notes += f->state == FINDING_NOTE;
	if (f->state == FINDING_BAD)
		d->worst = doctor_worse(d->worst, err.code);
	progress_erase(&d->progress);
	if (d->cli->json)
		say_json(a, f, text, &err, advice);
	else if (!d->cli->quiet || f->state == FINDING_BAD)
		say_text(f, text, &err, advice);
	(void)fflush(stdout); /* out_flush reports errors at the end */
	free(text);
	free(words);
}

void
machine_begin(struct machine_note *n, struct doctor *d, const char *check)
{
	memset(n, 0, sizeof *n);
	n->d = d;
	n->check = check;
	str_init(&n->text, TEXT_MAX);
	str_init(&n->values, TEXT_MAX);
	json_init(&n->json, &n->values);
	json_object(&n->json);
	/* A large store takes a while. */
	progress_draw(&d->progress, doctor_title(check), d->looked++,
	              MACHINE_CHECKS);
}

void
machine_end(struct machine_note *n, enum finding_state state)
{
	struct finding f = { .check = n->check,
		             .advice_of = n->advice_of,
		             .err = n->err };

	json_end_object(&n->json);
	hide_home(&n->values);
	f.state = n->err.code != ERR_NONE ? state : FINDING_WELL;
	f.text = n->text.n > 0 ? n->text.p : NULL;
	f.values = n->values.p;
	doctor_say(n->d, NULL, &f);
	str_release(&n->text);
	str_release(&n->values);
}

/* Accounts */

static void
say_name(struct ward *w)
{
	const struct patient *p = &w->v[w->now];

	if (w->d->cli->json || w->d->cli->quiet)
		return;
	progress_erase(&w->d->progress);
	out_line("%s", "");
	out_line("%s", p->account.name);
}

static void
tell(struct ward *w, const struct event *e)
{
	doctor_say(w->d, &w->v[w->now].account, e->finding);
}

/* All that is known of those whose turn it is. */
static void
tell_known(struct ward *w)
{
	while (w->now < w->n) {
		struct patient *p = &w->v[w->now];

		for (size_t i = 0; i < p->waiting_n; i++) {
			tell(w, p->waiting[i]);
			event_free(&p->waiting[i]);
		}
		p->waiting_n = 0;
		if (!p->done)
			return;
		if (++w->now < w->n)
			say_name(w);
	}
}

static void
take(struct ward *w, struct event *e)
{
	for (size_t i = 0; i < w->n; i++) {
		struct patient *p = &w->v[i];

		if (p->job != e->job)
			continue;
		if (e->kind == EVENT_DOCTOR_DONE)
			p->done = true;
		if (e->kind != EVENT_FINDING)
			break;
		w->findings++;
		p->waiting = xrealloc(p->waiting,
		                      (p->waiting_n + 1) * sizeof *p->waiting);
		p->waiting[p->waiting_n++] = e;
		return;
	}
	event_free(&e);
}

static void
draw(struct ward *w)
{
	size_t total = w->n * FINDINGS_USUAL;

	if (w->now >= w->n)
		return;
	progress_draw(&w->d->progress, w->v[w->now].account.name,
	              w->findings < total ? w->findings : total - 1, total);
}

static void
cancel_all(struct ward *w)
{
	if (w->cancelled || !doctor_cancelled(w->d))
		return;
	w->cancelled = true;
	for (size_t i = 0; i < w->n; i++)
		engine_cancel_job(w->engine, w->v[i].job);
}

static void
look_at_all(struct ward *w)
{
	struct event *e;

	for (size_t i = 0; i < w->n; i++) {
		w->v[i].job = engine_doctor(w->engine, &w->v[i].account);
		w->v[i].done = w->v[i].job < 0;
	}
	if (w->n > 0)
		say_name(w);
	for (;;) {
		tell_known(w);
		if (w->now >= w->n)
			break;
		draw(w);
		e = engine_wait(w->engine, TURN_MS);
		if (e != NULL)
			take(w, e);
		cancel_all(w);
	}
	progress_erase(&w->d->progress);
}

static void
add_patient(struct ward *w, const struct account *a)
{
	w->v = xrealloc(w->v, (w->n + 1) * sizeof *w->v);
	memset(&w->v[w->n], 0, sizeof w->v[w->n]);
	account_init(&w->v[w->n].account);
	account_copy(&w->v[w->n++].account, a);
}

/* Those named by -a, or all. */
static int
choose(struct ward *w, struct err *err)
{
	struct doctor *d = w->d;

	if (d->cli->account_count == 0)
		for (size_t i = 0; i < d->conf.account_count; i++)
			add_patient(w, &d->conf.accounts[i]);
	for (size_t i = 0; i < d->cli->account_count; i++) {
		const struct account *a =
			account_match(&d->conf, d->cli->accounts[i], err);

		if (a == NULL)
			return -1;
		add_patient(w, a);
	}
	return 0;
}

static void
ward_release(struct ward *w)
{
	for (size_t i = 0; i < w->n; i++) {
		for (size_t k = 0; k < w->v[i].waiting_n; k++)
			event_free(&w->v[i].waiting[k]);
		free(w->v[i].waiting);
		account_release(&w->v[i].account);
	}
	free(w->v);
	engine_free(&w->engine);
}

static void
say_cancelled(struct doctor *d)
{
	d->worst = doctor_worse(d->worst, ERR_CANCELLED);
	if (!d->cli->json)
		out_note(d->cli, "%s", _("cancelled: not all was looked at"));
}

/* 0, or the status of a wrong command line. */
static int
look_at_accounts(struct doctor *d)
{
	struct ward w = { .d = d };
	struct err err = { 0 };
	int status = EX_OK;

	w.engine = engine_new(&d->cli->paths, &d->conf, &err);
	if (w.engine == NULL || choose(&w, &err) != 0) {
		status = cli_fail(d->cli, &err);
	} else {
		look_at_all(&w);
		if (w.cancelled)
			say_cancelled(d);
	}
	ward_release(&w);
	return status;
}

/* All of it */

static void
say_version(struct doctor *d)
{
	struct machine_note n;

	machine_begin(&n, d, "pabal");
	str_add_z(&n.text, PACKAGE_VERSION);
	json_key(&n.json, "version");
	json_string_z(&n.json, PACKAGE_VERSION);
	machine_end(&n, FINDING_WELL);
}

/* 0, or -1: there is no configuration. */
static int
load_configuration(struct doctor *d)
{
	struct machine_note n;
	int rc;

	machine_begin(&n, d, "config");
	rc = cli_conf(d->cli, &d->conf, &n.err);
	str_add_z(&n.text, d->cli->paths.config);
	if (rc == 0)
		str_printf(&n.text,
		           N_N("; %zu account", "; %zu accounts",
		               d->conf.account_count),
		           d->conf.account_count);
	json_key(&n.json, "folder");
	json_string_z(&n.json, d->cli->paths.config);
	json_key(&n.json, "accounts");
	json_int(&n.json, (int64_t)d->conf.account_count);
	machine_end(&n, FINDING_BAD);
	return rc;
}

static void
load_providers(struct doctor *d)
{
	struct machine_note n;

	machine_begin(&n, d, "providers");
	d->providers = providers_load(&d->cli->paths, &n.err);
	if (d->providers != NULL) {
		size_t count = providers_count(d->providers);

		str_printf(&n.text, N_N("%zu is known", "%zu are known", count),
		           count);
		json_key(&n.json, "count");
		json_int(&n.json, (int64_t)count);
	}
	machine_end(&n, FINDING_BAD);
}

static void
say_sum(const struct doctor *d)
{
	if (d->cli->json || d->cli->quiet)
		return;
	out_line("%s", "");
	if (d->bad == 0 && d->worst == ERR_NONE)
		out_line("%s", _("all is well"));
	else
		out_line(N_N("%lu thing is bad", "%lu things are bad", d->bad),
		         d->bad);
}

static int
run(struct doctor *d)
{
	int status = EX_OK;

	progress_init(&d->progress, !d->cli->quiet && !d->cli->json);
	say_version(d);
	doctor_locale(d);
	doctor_terminal(d);
	doctor_charsets(d);
	doctor_machine_clock(d);
	if (load_configuration(d) == 0) {
		load_providers(d);
		doctor_disk(d);
		doctor_store(d);
		if (doctor_cancelled(d))
			say_cancelled(d);
		else
			status = look_at_accounts(d);
	} else {
		doctor_disk(d);
	}
	say_sum(d);
	providers_free(&d->providers);
	conf_release(&d->conf);
	return status != EX_OK ? status : err_exit_status(d->worst);
}

int
cmd_doctor(struct cli *cli, int argc, char **argv)
{
	struct doctor d = { .cli = cli };
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
