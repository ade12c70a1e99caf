/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pabal rules: what the rules would do with stored mail, and doing it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "cli/args.h"
#include "cli/cmd.h"
#include "cli/input.h"
#include "cli/out.h"
#include "mail/rule.h"
#include "store/store.h"
#include "util/array.h"
#include "util/fsx.h"
#include "util/i18n.h"

#include "util/banned.h"

/* Rows asked of the store at once. */
#define RULES_WINDOW 200
/* Warnings about a file of rules. */
#define WARNINGS_MAX 65536

static const struct cli_opt no_opts[] = { { NULL, 0, false } };

struct rules_run {
	struct cli *cli;
	struct store *store;
	struct rules *rules;
	bool apply;
	uint64_t looked, changed;
};

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
	if (a->forward_to != NULL)
		str_printf(out, _(" forward to %s"), a->forward_to);
	if (a->verdict == SPAM_SPAM)
		str_add_z(out, _(" spam"));
	if (a->verdict == SPAM_HAM)
		str_add_z(out, _(" not spam"));
}

static void
report(const struct rules_run *r, const char *which, const struct message *m,
       const struct str *what)
{
	struct str subject;
	struct json j;
	struct str text;

	str_init(&subject, MESSAGE_FIELD_MAX);
	(void)message_subject(m, &subject); /* absent: empty */
	if (r->cli->json) {
		out_json_begin(&j, &text);
		json_key(&j, "message");
		json_string_z(&j, which);
		json_key(&j, "subject");
		json_string(&j, str_slice(&subject));
		json_key(&j, "actions");
		json_string(&j, slice_trim(str_slice(what)));
		out_json_end(&j, &text);
	} else if (!r->cli->quiet) {
		out_line("%s:%s  (%s)", which, what->p, subject.p);
	}
	str_release(&subject);
}

static int
label_all(struct rules_run *r, int64_t id, const char *labels, struct err *err)
{
	struct slice rest = slice_of(labels);
	struct slice one;
	int64_t undo;
	int rc = 0;

	while (rc == 0 && slice_split(&rest, ',', &one)) {
		char *label = slice_dup(slice_trim(one));

		if (label[0] != '\0')
			rc = store_label(r->store, &id, 1, label, true, &undo,
			                 err);
		free(label);
	}
	return rc;
}

/* Mail that is stored already is not forwarded: it may be years old. */
static int
apply(struct rules_run *r, int64_t id, const struct rule_actions *a,
      struct err *err)
{
	enum folder folder = a->folder;
	int64_t undo;

	if (folder == FOLDER_ANY && a->verdict == SPAM_SPAM)
		folder = FOLDER_SPAM;
	if (a->flags != 0 &&
	    store_flags(r->store, &id, 1, a->flags, 0, &undo, err) != 0)
		return -1;
	if (a->labels != NULL && label_all(r, id, a->labels, err) != 0)
		return -1;
	if (folder != FOLDER_ANY)
		return store_move(r->store, &id, 1, folder, &undo, err);
	return 0;
}

static int
look(struct rules_run *r, const char *which, int64_t id,
     const struct rule_input *in, struct err *err)
{
	struct rule_actions a = { .folder = FOLDER_ANY };
	struct str what;
	int rc = 0;

	r->looked++;
	str_init(&what, WARNINGS_MAX);
	rules_apply_to(r->rules, in, &a);
	describe(&a, &what);
	if (what.n > 0) {
		r->changed++;
		report(r, which, in->m, &what);
		if (r->apply && id != 0)
			rc = apply(r, id, &a, err);
	}
	rule_actions_release(&a);
	str_release(&what);
	return rc;
}

static int
look_stored(struct rules_run *r, const struct store_row *row, struct err *err)
{
	char *name = store_account_name(r->store, row->account);
	struct rule_input in = { .account = name != NULL ? name : "",
		                 .verdict = row->verdict };
	char which[32];
	struct fsx_map map;
	struct message m;
	int rc;

	(void)snprintf(which, sizeof which, "%lld", (long long)row->id);
	rc = store_map(r->store, row->id, &map, err);
	if (rc == 0) {
		message_parse(&m, map.data);
		in.m = &m;
		rc = look(r, which, row->id, &in, err);
		message_release(&m);
		fsx_map_close(&map);
	}
	free(name);
	return rc;
}

static int
look_inbox(struct rules_run *r, struct err *err)
{
	struct store_view view = { .folder = FOLDER_INBOX };
	struct store_key key;
	const struct store_key *from = NULL;
	int rc = 0;
	bool last = false;

	r->store = cli_store_now(r->cli, err);
	if (r->store == NULL)
		return -1;
	while (rc == 0 && !last) {
		struct store_rows rows = { 0 };
		size_t i;

		rc = store_list(r->store, &view, from, false, RULES_WINDOW,
		                &rows, err);
		for (i = 0; rc == 0 && i < rows.n; i++) {
			rc = look_stored(r, &rows.v[i], err);
			key.date = rows.v[i].date;
			key.id = rows.v[i].id;
			from = &key;
		}
		last = rows.n < RULES_WINDOW ||
		       (r->cli->cancelled != NULL && r->cli->cancelled());
		store_rows_release(&rows);
	}
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
		struct rule_input file = { .m = &in.m, .account = "" };

		rc = look(r, word, 0, &file, err);
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

static int
run(struct rules_run *r, char **words, int count)
{
	struct err err = { 0 };
	int status = load(r, &err);
	int rc = status < 0 ? -1 : 0;
	int i;

	if (rc == 0 && count == 0)
		rc = look_inbox(r, &err);
	for (i = 0; rc == 0 && i < count; i++)
		rc = look_word(r, words[i], &err);
	if (rc != 0)
		status = cli_fail(r->cli, &err);
	else if (!r->cli->json && !r->cli->quiet)
		out_line(_("%llu messages looked at, rules fit %llu"),
		         (unsigned long long)r->looked,
		         (unsigned long long)r->changed);
	rules_free(&r->rules);
	store_close(&r->store);
	return status;
}

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
	args_init(&args, cli, no_opts, argv);
	while ((opt = args_next(&args, &value, &err)) == ARGS_WORD)
		argv[words++] = argv[args.at - 1];
	if (opt == ARGS_HELP) {
		cli_command_help(cli_find("rules"));
		return EX_OK;
	}
	if (opt == ARGS_ERROR || words == 0 ||
	    (strcmp(argv[0], "test") != 0 && strcmp(argv[0], "run") != 0))
		return cli_usage(cli, "rules", &err);
	r.apply = strcmp(argv[0], "run") == 0;
	return run(&r, argv + 1, words - 1);
}
