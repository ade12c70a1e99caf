/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pabal rules: what the rules would do with stored mail, doing it, undoing it,
 * and adding one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "cli/args.h"
#include "cli/cmd.h"
#include "cli/input.h"
#include "cli/out.h"
#include "cli/progress.h"
#include "mail/rule_apply.h"
#include "mail/rule_scan.h"
#include "store/senders.h"
#include "store/store.h"
#include "util/fsx.h"
#include "util/i18n.h"

#include "util/banned.h"

/* More is the whole mailbox of anybody. */
#define LAST_MAX 100000000
/* Warnings about a file of rules. */
#define WARNINGS_MAX 65536

enum {
	OPT_LAST
};

static const struct cli_opt opts[] = {
	[OPT_LAST] = { "last", 'n', true },
	{ NULL, 0, false },
};

struct rules_run {
	struct cli *cli;
	struct store *store;
	struct rules *rules;
	bool apply;
	long last; /* messages of all folders to look at; 0: the inbox */
	uint64_t looked, changed;
	uint64_t total; /* that are to be looked at */
	struct store_many many;
	struct progress bar;
	bool stopped;
};

static void
describe_out(const struct rule_out *o, struct str *out)
{
	switch (o->kind) {
	case RULE_FORWARD:
		str_printf(out, _(" forward to %s"), o->to);
		break;
	case RULE_REDIRECT:
		str_printf(out, _(" redirect to %s"), o->to);
		break;
	case RULE_REPLY:
		str_printf(out, _(" reply with %s"), o->to);
		break;
	}
}

static void
describe(const struct rule_actions *a, struct str *out)
{
	if (a->folder != FOLDER_ANY)
		str_printf(out, _(" folder %s"), folder_name(a->folder));
	if ((a->flags & STORE_SEEN) != 0)
		str_add_z(out, _(" mark read"));
	if ((a->flags & STORE_FLAGGED) != 0)
		str_add_z(out, _(" flag"));
	if (a->labels != NULL && a->labels[0] != '\0')
		str_printf(out, _(" label %s"), a->labels);
	for (size_t i = 0; i < a->out_count; i++)
		describe_out(&a->outs[i], out);
	for (size_t i = 0; i < a->command_count; i++)
		str_printf(out, _(" run %s"), a->commands[i]);
	if (a->notify)
		str_add_z(out, _(" notify"));
	if (a->verdict == SPAM_SPAM)
		str_add_z(out, _(" spam"));
	if (a->verdict == SPAM_HAM)
		str_add_z(out, _(" not spam"));
}

static void
report(struct rules_run *r, const char *which, const char *subject,
       const struct str *what)
{
	struct json j;
	struct str text;

	if (r->cli->json) {
		out_json_begin(&j, &text);
		json_key(&j, "message");
		json_string_z(&j, which);
		json_key(&j, "subject");
		json_string_z(&j, subject);
		json_key(&j, "actions");
		json_string(&j, slice_trim(str_slice(what)));
		out_json_end(&j, &text);
	} else if (!r->cli->quiet) {
		progress_erase(&r->bar);
		out_line("%s:%s  (%s)", which, what->p, subject);
	}
}

/* changes: it is not as the rules want it already, which is no news of a run. */
static void
look(struct rules_run *r, const char *which, const char *subject,
     const struct rule_actions *a, bool changes)
{
	struct str what;

	r->looked++;
	str_init(&what, WARNINGS_MAX);
	describe(a, &what);
	if (what.n > 0 && (!r->apply || changes)) {
		r->changed++;
		report(r, which, subject, &what);
	}
	str_release(&what);
}

static void
look_row(void *ctx, const struct store_row *row, const struct rule_actions *a,
         bool changes)
{
	char which[32];

	(void)snprintf(which, sizeof which, "%lld", (long long)row->id);
	look(ctx, which, row->subject, a, changes);
}

static int
look_stored(struct rules_run *r, const struct store_row *row, struct err *err)
{
	struct rule_actions a = { .folder = FOLDER_ANY };
	struct rule_apply todo = { 0 };
	int rc = 0;

	if (rule_try_stored(r->rules, r->store, row, &a, err) != 0)
		return -1;
	look_row(r, row, &a, rule_apply_add(&todo, row, &a));
	rule_actions_release(&a);
	if (r->apply)
		rc = rule_apply_do(&todo, r->store, &r->many, err);
	rule_apply_release(&todo);
	return rc;
}

static void
look_file(struct rules_run *r, const char *word, const struct message *m)
{
	struct rule_input in = { .m = m, .account = "" };
	struct rule_actions a = { .folder = FOLDER_ANY };
	struct str subject;

	str_init(&subject, MESSAGE_FIELD_MAX);
	(void)message_subject(m, &subject); /* absent: empty */
	rules_apply_to(r->rules, &in, &a);
	look(r, word, subject.p, &a, false);
	rule_actions_release(&a);
	str_release(&subject);
}

static bool
is_cancelled(const struct rules_run *r)
{
	return r->cli->cancelled != NULL && r->cli->cancelled();
}

static bool
goes_on(void *ctx, uint64_t looked)
{
	struct rules_run *r = ctx;

	progress_draw(&r->bar, _("rules"), looked, r->total);
	return !is_cancelled(r);
}

static int
look_view(struct rules_run *r, struct err *err)
{
	struct store_view view = { .folder = r->last > 0 ? FOLDER_ANY
		                                         : FOLDER_INBOX };
	struct rule_scan scan = { .rules = r->rules,
		                  .folder = view.folder,
		                  .last = (uint64_t)r->last,
		                  .many = r->apply ? &r->many : NULL,
		                  .tell = look_row,
		                  .go_on = goes_on,
		                  .ctx = r };
	uint64_t unread;
	int rc;

	r->store = cli_store_now(r->cli, err);
	if (r->store == NULL ||
	    store_count(r->store, &view, &r->total, &unread, err) != 0)
		return -1;
	if (r->last > 0 && r->total > (uint64_t)r->last)
		r->total = (uint64_t)r->last;
	progress_init(&r->bar, !r->cli->quiet && !r->cli->json);
	rc = rule_scan(&scan, r->store, err);
	progress_erase(&r->bar);
	r->stopped = scan.stopped;
	return rc;
}

static int
look_word(struct rules_run *r, const char *word, struct err *err)
{
	struct store_rows rows = { 0 };
	struct input in;
	int rc;

	if (input_open(r->cli, word, &r->store, &in, err) != 0)
		return -1;
	if (in.id == 0) {
		look_file(r, word, &in.m);
		rc = 0;
	} else {
		rc = store_row(r->store, in.id, &rows, err);
		if (rc == 0 && rows.n > 0)
			rc = look_stored(r, &rows.v[0], err);
		store_rows_release(&rows);
	}
	input_close(&in);
	return rc;
}

/* 0, EX_CONFIG when a rule is wrong, -1 with err. */
static int
load(struct rules_run *r, struct err *err)
{
	char *path = fsx_join(r->cli->paths.config, "rules");
	struct str warnings;
	struct slice rest;
	struct slice line;
	int status = -1;

	str_init(&warnings, WARNINGS_MAX);
	r->rules = rules_load(path, &warnings, err);
	if (r->rules != NULL)
		status = warnings.n > 0 ? EX_CONFIG : EX_OK;
	rest = str_slice(&warnings);
	while (slice_line(&rest, &line))
		if (line.n > 0)
			out_note(r->cli, "%.*s", SLICE_ARG(line));
	if (status == EX_OK && rules_count(r->rules) == 0)
		out_note(r->cli, _("there are no rules in %s"), path);
	str_release(&warnings);
	free(path);
	return status;
}

static void
say_end(const struct rules_run *r)
{
	int64_t undo = r->many.undo;
	struct json j;
	struct str text;

	if (r->cli->json && r->apply) {
		out_json_begin(&j, &text);
		json_key(&j, "changed");
		json_int(&j, (int64_t)r->changed);
		json_key(&j, "undo");
		json_int(&j, undo);
		json_key(&j, "stopped");
		json_bool(&j, r->stopped);
		out_json_end(&j, &text);
	}
	if (r->cli->json || r->cli->quiet)
		return;
	out_line(_("%llu messages looked at, rules fit %llu"),
	         (unsigned long long)r->looked, (unsigned long long)r->changed);
	if (r->stopped && r->apply)
		out_line(_("stopped; the same again goes on from here"));
	if (undo != 0)
		out_line(_("take it back with: pabal rules undo %lld"),
		         (long long)undo);
}

static int
run(struct rules_run *r, char **words, int count)
{
	struct err err = { 0 };
	int status = load(r, &err);
	int rc = status < 0 ? -1 : 0;
	int i;

	if (rc == 0 && count == 0)
		rc = look_view(r, &err);
	for (i = 0; rc == 0 && i < count; i++)
		rc = look_word(r, words[i], &err);
	if (rc != 0)
		status = cli_fail(r->cli, &err);
	/* What was done before it failed can be taken back, too. */
	if (rc == 0 || r->many.undo != 0)
		say_end(r);
	if (rc == 0 && r->stopped)
		status = EX_TEMPFAIL;
	store_many_release(&r->many);
	rules_free(&r->rules);
	store_close(&r->store);
	return status;
}

static int
do_test(struct rules_run *r, char **words, int count)
{
	return run(r, words, count);
}

static int
do_run(struct rules_run *r, char **words, int count)
{
	r->apply = true;
	return run(r, words, count);
}

/* A piece at a time: what is left when it is broken off can be taken back as
 * before. */
static int
undo_all(struct rules_run *r, int64_t token, struct err *err)
{
	uint64_t done = 0;
	bool left = true;
	int rc = store_undo_size(r->store, token, &r->total, err);

	progress_init(&r->bar, !r->cli->quiet && !r->cli->json);
	while (rc == 0 && left) {
		if (is_cancelled(r))
			rc = err_set(err, ERR_CANCELLED, _("cancelled"));
		else
			rc = store_undo_piece(r->store, token, STORE_PIECE,
			                      &left, err);
		done += STORE_PIECE;
		progress_draw(&r->bar, _("rules"),
		              done < r->total ? done : r->total, r->total);
	}
	progress_erase(&r->bar);
	return rc;
}

static int
do_undo(struct rules_run *r, char **words, int count)
{
	struct err err = { 0 };
	int64_t token;
	int rc;

	if (count != 1 || cli_parse_id(words[0], &token) != 0)
		return cli_usage(r->cli, "rules", NULL);
	r->store = cli_store(r->cli, &err);
	rc = r->store != NULL ? undo_all(r, token, &err) : -1;
	store_close(&r->store);
	return rc == 0 ? EX_OK : cli_fail(r->cli, &err);
}

static int
do_add(struct rules_run *r, char **words, int count)
{
	struct err err = { 0 };
	char *path;
	int rc;

	if (count != 1)
		return cli_usage(r->cli, "rules", NULL);
	path = fsx_join(r->cli->paths.config, "rules");
	rc = fsx_mkdirs(r->cli->paths.config, &err);
	if (rc == 0)
		rc = rules_add(path, slice_of(words[0]), &err);
	free(path);
	return rc == 0 ? EX_OK : cli_fail(r->cli, &err);
}

/* A rule from a message, to be changed and given to "add". */
static int
do_suggest(struct rules_run *r, char **words, int count)
{
	struct err err = { 0 };
	struct input in;
	struct str rule;
	int rc;

	if (count != 1)
		return cli_usage(r->cli, "rules", NULL);
	rc = input_open(r->cli, words[0], &r->store, &in, &err);
	if (rc == 0) {
		str_init(&rule, WARNINGS_MAX);
		rule_suggest(&in.m, &rule);
		out_line("%s", rule.p);
		str_release(&rule);
		input_close(&in);
	}
	store_close(&r->store);
	return rc == 0 ? EX_OK : cli_fail(r->cli, &err);
}

/* The rule for a message, of which actions are part; -1 when it has neither list
 * nor sender or the rule is wrong. */
static int
make_rule(struct rules_run *r, const struct input *in, const char *actions,
          struct str *rule, struct err *err)
{
	struct str warnings;

	if (part_field(in->m.root, "List-Id", 0).p == NULL &&
	    part_field(in->m.root, "From", 0).p == NULL)
		return err_set(err, ERR_USAGE,
		               _("the message has neither list nor sender"));
	str_init(&warnings, WARNINGS_MAX);
	rule_suggest_as(&in->m, actions, rule);
	r->rules = rules_read(_("the rule"), str_slice(rule), &warnings);
	if (warnings.n > 0)
		(void)err_set(err, ERR_CONFIG, "%.*s",
		              SLICE_ARG(slice_rtrim(str_slice(&warnings))));
	str_release(&warnings);
	return rules_count(r->rules) == 1 ? 0 : -1;
}

/* The list or the sender that the rule is for, as the index has it; owned. */
static char *
key_of(const struct message *m, bool *list_r)
{
	struct arena a = { 0 };
	struct addr_list from = { 0 };
	struct slice own = store_list_id(m, &a);
	char *key;

	*list_r = own.n > 0;
	if (own.n == 0) {
		message_addrs(m, "From", &a, &from);
		own = from.n > 0 ? from.v[0].spec : SLICE_NONE;
	}
	key = slice_dup(own);
	for (char *p = key; *p != '\0'; p++)
		*p = byte_lower(*p);
	arena_release(&a);
	return key;
}

/* One of the group; what is to be done with it comes to todo. */
static int
look_one(struct rules_run *r, int64_t id, struct rule_apply *todo,
         struct err *err)
{
	struct rule_actions a = { .folder = FOLDER_ANY };
	struct store_rows rows = { 0 };
	int rc = store_row(r->store, id, &rows, err);

	if (rc == 0 && rows.n > 0)
		rc = rule_try_stored(r->rules, r->store, &rows.v[0], &a, err);
	if (rc == 0 && rows.n > 0)
		look_row(r, &rows.v[0], &a,
		         rule_apply_add(todo, &rows.v[0], &a));
	rule_actions_release(&a);
	store_rows_release(&rows);
	return rc;
}

/* Only mail of that list or sender: the rule fits no other. */
static int
look_group(struct rules_run *r, const char *key, bool list, struct err *err)
{
	struct rule_apply todo = { 0 };
	int64_t *ids = NULL;
	size_t n = 0;
	int rc;

	r->store = cli_store_now(r->cli, err);
	if (r->store == NULL)
		return -1;
	rc = store_sender_ids(r->store, key, list, &ids, &n, err);
	progress_init(&r->bar, !r->cli->quiet && !r->cli->json);
	for (size_t i = 0; rc == 0 && i < n && !is_cancelled(r); i++) {
		rc = look_one(r, ids[i], &todo, err);
		if (rc == 0 && ((i + 1) % STORE_PIECE == 0 || i + 1 == n)) {
			progress_draw(&r->bar, _("rules"), i + 1, n);
			rc = rule_apply_do(&todo, r->store, &r->many, err);
		}
	}
	progress_erase(&r->bar);
	rule_apply_release(&todo);
	free(ids);
	return rc;
}

/* Do it, then write it down; what fails leaves nothing behind. */
static int
do_and_add(struct rules_run *r, const char *path, struct slice rule,
           const char *key, bool list, struct err *err)
{
	struct err ignored = { 0 }; /* the first is the one to tell */
	int rc = look_group(r, key, list, err);

	if (rc == 0 && is_cancelled(r))
		rc = err_set(err, ERR_CANCELLED, _("cancelled"));
	if (rc == 0)
		rc = rules_add(path, rule, err);
	if (rc != 0 && r->many.undo != 0)
		(void)store_undo(r->store, r->many.undo, &ignored);
	return rc;
}

/* All of this, past and future: what is stored first, then the file, so that
 * what fails leaves no rule behind. */
static int
do_always(struct rules_run *r, char **words, int count)
{
	char *path = fsx_join(r->cli->paths.config, "rules");
	struct err err = { 0 };
	struct input in;
	struct str rule;
	char *key = NULL;
	bool list = false;
	int rc;

	if (count != 2) {
		free(path);
		return cli_usage(r->cli, "rules", NULL);
	}
	str_init(&rule, WARNINGS_MAX);
	r->apply = true;
	rc = input_open(r->cli, words[0], &r->store, &in, &err);
	if (rc == 0) {
		key = key_of(&in.m, &list);
		rc = make_rule(r, &in, words[1], &rule, &err);
		input_close(&in);
	}
	store_close(&r->store);
	if (rc == 0)
		rc = do_and_add(r, path, str_slice(&rule), key, list, &err);
	if (rc == 0) {
		if (!r->cli->quiet && !r->cli->json)
			out_line(_("added to the rules: %s"), rule.p);
		say_end(r);
	}
	store_many_release(&r->many);
	rules_free(&r->rules);
	store_close(&r->store);
	str_release(&rule);
	free(key);
	free(path);
	return rc == 0 ? EX_OK : cli_fail(r->cli, &err);
}

static const struct {
	const char *name;
	int (*run)(struct rules_run *r, char **words, int count);
} actions[] = {
	{ "test", do_test }, { "run", do_run },         { "undo", do_undo },
	{ "add", do_add },   { "suggest", do_suggest }, { "always", do_always },
};

int
cmd_rules(struct cli *cli, int argc, char **argv)
{
	struct rules_run r = { .cli = cli };
	struct err err = { 0 };
	struct args args;
	const char *value;
	int words = 0;
	int opt;

	(void)argc;
	args_init(&args, cli, opts, argv);
	while ((opt = args_next(&args, &value, &err)) >= ARGS_WORD) {
		if (opt == ARGS_WORD)
			argv[words++] = argv[args.at - 1];
		else if (args_number(value, 1, LAST_MAX, &r.last, &err) != 0)
			return cli_usage(cli, "rules", &err);
	}
	if (opt == ARGS_HELP) {
		cli_command_help(cli_find("rules"));
		return EX_OK;
	}
	for (size_t i = 0; opt != ARGS_ERROR && words > 0 &&
	                   i < sizeof actions / sizeof actions[0];
	     i++)
		if (strcmp(argv[0], actions[i].name) == 0)
			return actions[i].run(&r, argv + 1, words - 1);
	return cli_usage(cli, "rules", &err);
}
