/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pabal list and pabal search: stored mail, a line or an object each. */
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli/args.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "mail/account_match.h"
#include "mail/search.h"
#include "store/store.h"
#include "util/i18n.h"

#include "util/banned.h"

/* Rows asked of the store at once. */
#define LIST_WINDOW  200
#define LIMIT_LIST   50
#define LIMIT_SEARCH 200
#define LIMIT_MAX    1000000000L
/* Messages indexed at a time before a search. */
#define INDEX_STEP 200
/* A query as it was typed, and what it becomes. */
#define QUERY_MAX 16384

#define ID_CELLS   7
#define DATE_CELLS 16
#define FROM_CELLS 20

enum {
	LIST_FOLDER,
	LIST_LIMIT,
	LIST_UNREAD
};

static const struct cli_opt list_opts[] = {
	[LIST_FOLDER] = { "folder", 'f', true },
	[LIST_LIMIT] = { "limit", 'n', true },
	[LIST_UNREAD] = { "unread", 'u', false },
	{ NULL, 0, false },
};

struct list {
	struct cli *cli;
	struct store *store;
	struct store_view view;
	long limit;
	struct str query;    /* as typed */
	struct str compiled; /* what view.search borrows */
};

static void
print_json(struct list *l, const struct store_row *row)
{
	char *account = store_account_name(l->store, row->account);
	struct json j;
	struct str text;

	out_json_begin(&j, &text);
	json_key(&j, "id");
	json_int(&j, row->id);
	json_key(&j, "account");
	json_string_z(&j, account);
	json_key(&j, "folder");
	json_string_z(&j, folder_name(row->folder));
	json_key(&j, "date");
	json_int(&j, row->date);
	json_key(&j, "from_name");
	json_string_z(&j, row->from_name);
	json_key(&j, "from");
	json_string_z(&j, row->from_addr);
	json_key(&j, "to");
	json_string_z(&j, row->to);
	json_key(&j, "subject");
	json_string_z(&j, row->subject);
	json_key(&j, "message_id");
	json_string_z(&j, row->message_id);
	json_key(&j, "labels");
	json_string_z(&j, row->labels);
	json_key(&j, "size");
	json_int(&j, (int64_t)row->size);
	json_key(&j, "copies");
	json_int(&j, row->copies);
	json_key(&j, "on_server");
	json_int(&j, (int64_t)row->stub);
	json_key(&j, "seen");
	json_bool(&j, (row->flags & STORE_SEEN) != 0);
	json_key(&j, "flagged");
	json_bool(&j, (row->flags & STORE_FLAGGED) != 0);
	json_key(&j, "answered");
	json_bool(&j, (row->flags & STORE_ANSWERED) != 0);
	json_key(&j, "attachment");
	json_bool(&j, row->has_attachment);
	json_key(&j, "spam");
	json_bool(&j, row->verdict == SPAM_SPAM);
	json_key(&j, "spam_score");
	json_real(&j, row->spam_score);
	out_json_end(&j, &text);
	free(account);
}

static const char *
who(const struct store_row *row)
{
	bool ours = row->folder == FOLDER_SENT || row->folder == FOLDER_DRAFTS;

	if (ours && row->to != NULL)
		return row->to;
	return row->from_name != NULL && row->from_name[0] != '\0'
	               ? row->from_name
	               : row->from_addr;
}

static void
print_row(const struct store_row *row)
{
	struct str line;
	size_t width = out_width(STDOUT_FILENO);
	size_t used = ID_CELLS + 3 + DATE_CELLS + 1 + FROM_CELLS + 1;

	str_init(&line, 65536);
	str_printf(&line, "%*lld %c%c", ID_CELLS, (long long)row->id,
	           (row->flags & STORE_SEEN) != 0 ? ' ' : '*',
	           (row->flags & STORE_FLAGGED) != 0 ? '!' : ' ');
	out_date(&line, row->date);
	str_add_c(&line, ' ');
	out_column(&line, who(row), FROM_CELLS);
	str_add_c(&line, ' ');
	if (isatty(STDOUT_FILENO) == 1)
		out_column(&line, row->subject,
		           width > used + 1 ? width - used - 1 : 1);
	else if (row->subject != NULL)
		str_add_z(&line, row->subject);
	out_line("%s", line.p);
	str_release(&line);
}

static int
print_rows(struct list *l, struct err *err)
{
	struct store_key key = { 0 };
	const struct store_key *from = NULL;
	long left = l->limit;

	while (left > 0) {
		struct store_rows rows = { 0 };
		size_t want = left < LIST_WINDOW ? (size_t)left : LIST_WINDOW;
		size_t i;
		bool last;

		if (store_list(l->store, &l->view, from, false, want, &rows,
		               err) != 0)
			return -1;
		for (i = 0; i < rows.n; i++) {
			if (l->cli->json)
				print_json(l, &rows.v[i]);
			else
				print_row(&rows.v[i]);
		}
		if (rows.n > 0) {
			key.date = rows.v[rows.n - 1].date;
			key.id = rows.v[rows.n - 1].id;
			from = &key;
		}
		left -= (long)rows.n;
		last = rows.n < want;
		store_rows_release(&rows);
		if (last || (l->cli->cancelled != NULL && l->cli->cancelled()))
			break;
	}
	return 0;
}

static int
take_option(struct list *l, int opt, const char *value, struct err *err)
{
	if (opt == LIST_LIMIT)
		return args_number(value, 1, LIMIT_MAX, &l->limit, err);
	if (opt == LIST_UNREAD)
		l->view.unread_only = true;
	else if (folder_lookup(slice_of(value), &l->view.folder) != 0)
		return err_set(err, ERR_USAGE,
		               _("there is no folder '%s'; folders are Inbox, "
		                 "Archive, Sent, Drafts, Spam, Trash"),
		               value);
	return 0;
}

static int
parse(struct list *l, const char *command, char **argv, int *status_r)
{
	struct err err = { 0 };
	struct args args;
	const char *value;
	int opt;

	args_init(&args, l->cli, list_opts, argv);
	while ((opt = args_next(&args, &value, &err)) >= ARGS_WORD) {
		if (opt != ARGS_WORD) {
			if (take_option(l, opt, value, &err) == 0)
				continue;
		} else if (command[0] == 's') {
			if (l->query.n > 0)
				str_add_c(&l->query, ' ');
			str_add_z(&l->query, value);
			continue;
		} else {
			err_set(&err, ERR_USAGE, _("'%s' is one word too many"),
			        value);
		}
		opt = ARGS_ERROR;
		break;
	}
	if (opt == ARGS_HELP) {
		cli_command_help(cli_find(command));
		*status_r = EX_OK;
		return -1;
	}
	if (opt == ARGS_ERROR || (command[0] == 's' && l->query.n == 0)) {
		*status_r = cli_usage(l->cli, command, &err);
		return -1;
	}
	return 0;
}

/* What came since the last search is not in the index yet. */
static int
prepare_search(struct list *l, struct err *err)
{
	struct err why = { 0 };
	uint64_t left = 1;

	if (search_compile(str_slice(&l->query), &l->compiled, err) != 0)
		return -1;
	while (left > 0) {
		if (l->cli->cancelled != NULL && l->cli->cancelled())
			return err_set(err, ERR_CANCELLED, _("cancelled"));
		if (store_index_text(l->store, INDEX_STEP, &left, &why) != 0) {
			if (store_read_only(l->store) == NULL)
				out_note(l->cli,
				         _("the newest mail is not found: %s"),
				         why.text);
			break;
		}
	}
	l->view.search = l->compiled.p;
	return 0;
}

static int
list_account(struct list *l, const char *name, struct err *err)
{
	struct conf conf;
	const struct account *a;
	int rc = -1;

	if (conf_load(&l->cli->paths, &conf, err) != 0)
		return -1;
	a = account_match(&conf, name, err);
	if (a != NULL &&
	    store_account(l->store, a->name, &l->view.account, err) == 0)
		rc = print_rows(l, err);
	conf_release(&conf);
	return rc;
}

static int
run(struct list *l, struct err *err)
{
	size_t i;

	l->store = cli_store_now(l->cli, err);
	if (l->store == NULL || (l->query.n > 0 && prepare_search(l, err) != 0))
		return -1;
	if (l->cli->account_count == 0)
		return print_rows(l, err);
	for (i = 0; i < l->cli->account_count; i++)
		if (list_account(l, l->cli->accounts[i], err) != 0)
			return -1;
	return 0;
}

static int
list(struct cli *cli, const char *command, enum folder folder, long limit,
     char **argv)
{
	struct list l = { .cli = cli, .limit = limit };
	struct err err = { 0 };
	int status = EX_OK;

	l.view.folder = folder;
	str_init(&l.query, QUERY_MAX);
	str_init(&l.compiled, QUERY_MAX * 8);
	if (parse(&l, command, argv, &status) == 0 && run(&l, &err) != 0)
		status = cli_fail(cli, &err);
	store_close(&l.store);
	str_release(&l.query);
	str_release(&l.compiled);
	return status;
}

int
cmd_list(struct cli *cli, int argc, char **argv)
{
	(void)argc;
	return list(cli, "list", FOLDER_INBOX, LIMIT_LIST, argv);
}

int
cmd_search(struct cli *cli, int argc, char **argv)
{
	(void)argc;
	return list(cli, "search", FOLDER_ANY, LIMIT_SEARCH, argv);
}
