/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pabal spam: ask the filter, teach it, a message or any number at once. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli/args.h"
#include "cli/cmd.h"
#include "cli/input.h"
#include "cli/mail_files.h"
#include "cli/out.h"
#include "engine/engine.h"
#include "mail/spam.h"
#include "store/outbox_rows.h"
#include "util/fsx.h"
#include "util/i18n.h"

#include "util/banned.h"

/* An explanation of one message. */
#define EXPLAIN_MAX 65536
/* Lines of a batch that are read at once, and the longest; answers that are kept
 * for as long as there are more of them. */
#define BATCH_LINE    ((size_t)128 * 1024)
#define BATCH_ANSWERS ((size_t)16 * 1024)

static const struct cli_opt no_opts[] = { { NULL, 0, false } };

struct spam_run {
	struct cli *cli;
	struct store *store; /* when a message was named by number */
	struct spam *spam;
	struct engine *engine; /* likewise, for marking */
	struct conf conf;
};

static const char *
verdict_name(enum spam_verdict v)
{
	switch (v) {
	case SPAM_NONE:
	case SPAM_UNSURE:
		return "unsure";
	case SPAM_HAM:
		return "ham";
	case SPAM_SPAM:
		return "spam";
	}
	return "unsure";
}

/* The user wrote to the sender before; only a store that is open knows. */
static bool
known_sender(struct spam_run *r, const struct message *m)
{
	struct arena arena = { 0 };
	struct addr_list from = { 0 };
	struct err ignored = { 0 };
	bool known = false;
	char *spec;

	if (r->store == NULL)
		return false;
	message_addrs(m, "From", &arena, &from);
	if (from.n == 1) {
		spec = slice_dup(from.v[0].spec);
		/* Not knowing is the cautious answer. */
		if (contact_known(r->store, spec, &known, &ignored) != 0)
			known = false;
		free(spec);
	}
	arena_release(&arena);
	return known;
}

static void
score_json(const char *word, const struct spam_result *s)
{
	struct json j;
	struct str text;

	out_json_begin(&j, &text);
	json_key(&j, "message");
	json_string_z(&j, word);
	json_key(&j, "verdict");
	json_string_z(&j, verdict_name(s->verdict));
	json_key(&j, "score");
	json_real(&j, s->score);
	json_key(&j, "probability");
	json_real(&j, s->probability);
	json_key(&j, "advertisement");
	json_bool(&j, s->advertisement);
	json_key(&j, "reasons");
	json_string(&j, str_slice(&s->reasons));
	out_json_end(&j, &text);
}

static int
do_score(struct spam_run *r, const char *word, struct input *in,
         struct err *err)
{
	struct origin_hosts hosts;
	struct spam_input input = { &in->m, known_sender(r, &in->m), &hosts };
	struct spam_result s = { 0 };

	(void)err;
	input_hosts(r->cli, &r->conf, r->store, in, &hosts);
	spam_score(r->spam, &input, &s);
	origin_hosts_release(&hosts);
	if (r->cli->json)
		score_json(word, &s);
	else
		out_line("%s %.3f %s", verdict_name(s.verdict), s.score, word);
	spam_result_release(&s);
	return 0;
}

static int
do_explain(struct spam_run *r, const char *word, struct input *in,
           struct err *err)
{
	struct origin_hosts hosts;
	struct spam_input input = { &in->m, known_sender(r, &in->m), &hosts };
	struct str text;

	if (do_score(r, word, in, err) != 0 || r->cli->json)
		return 0;
	str_init(&text, EXPLAIN_MAX);
	input_hosts(r->cli, &r->conf, r->store, in, &hosts);
	spam_explain(r->spam, &input, &text);
	origin_hosts_release(&hosts);
	out_text(str_slice(&text));
	str_release(&text);
	return 0;
}

/* A stored message moves as well. */
static int
mark(struct spam_run *r, const struct input *in, bool is_spam, struct err *err)
{
	int64_t undo;

	if (in->id == 0)
		return spam_learn(r->spam, &in->m, is_spam, err);
	if (r->engine == NULL)
		r->engine = engine_new(&r->cli->paths, &r->conf, err);
	if (r->engine == NULL)
		return -1;
	return engine_mark_spam(r->engine, r->store, &in->id, 1, is_spam, &undo,
	                        err);
}

static int
do_ham(struct spam_run *r, const char *word, struct input *in, struct err *err)
{
	(void)word;
	return mark(r, in, false, err);
}

static int
do_spam(struct spam_run *r, const char *word, struct input *in, struct err *err)
{
	(void)word;
	return mark(r, in, true, err);
}

/* ---- teaching with folders ---- */

struct teaching {
	struct spam_run *run;
	bool is_spam;
	uint64_t n;
};

static int
teach_one(void *ctx, const struct message *m, struct err *err)
{
	struct teaching *t = ctx;

	t->n++;
	return spam_learn(t->run->spam, m, t->is_spam, err);
}

/* A folder, or a file that is an mbox: all that is in it. */
static int
teach_path(struct spam_run *r, bool is_spam, const char *path)
{
	struct teaching t = { r, is_spam, 0 };
	struct mail_files files = { teach_one, &t, r->cli->cancelled };
	struct err err = { 0 };
	int rc = mail_files_each(&files, path, &err);

	if (!r->cli->quiet && !r->cli->json)
		out_line(is_spam ? _("%s: %llu messages taught as spam")
		                 : _("%s: %llu messages taught as good mail"),
		         path, (unsigned long long)t.n);
	return rc == 0 ? EX_OK : cli_fail(r->cli, &err);
}

/* One of those, and no message with a number or in a file of its own? */
static bool
is_collection(const char *path)
{
	static const char from_line[] = "From ";
	char head[sizeof from_line - 1];
	struct stat st;
	FILE *f;
	bool is;

	if (stat(path, &st) != 0)
		return false;
	if (S_ISDIR(st.st_mode))
		return true;
	f = fopen(path, "re");
	if (f == NULL)
		return false;
	is = fread(head, 1, sizeof head, f) == sizeof head &&
	     memcmp(head, from_line, sizeof head) == 0;
	fclose(f); /* was only read */
	return is;
}

static int
run_import(struct spam_run *r, char **words, int count)
{
	struct err err = { 0 };
	struct fsx_map map;
	size_t n = 0;
	int rc;

	if (count != 1)
		return cli_usage(r->cli, "spam", NULL);
	rc = fsx_map_open(words[0], &map, &err);
	if (rc == 0) {
		rc = spam_import(r->spam, map.data, &n, &err);
		fsx_map_close(&map);
	}
	if (rc != 0)
		return cli_fail(r->cli, &err);
	if (!r->cli->quiet && !r->cli->json)
		out_line(_("%zu words taken in"), n);
	return EX_OK;
}

static const struct action {
	const char *name;
	int (*run)(struct spam_run *r, const char *word, struct input *in,
	           struct err *err);
} actions[] = {
	{ "score", do_score },
	{ "explain", do_explain },
	{ "ham", do_ham },
	{ "spam", do_spam },
};

static int
run_words(struct spam_run *r, const struct action *action, char **words,
          int count)
{
	int status = EX_OK;
	int i;

	for (i = 0; i < count; i++) {
		struct err err = { 0 };
		struct input in;

		if ((action->run == do_ham || action->run == do_spam) &&
		    is_collection(words[i])) {
			int one =
				teach_path(r, action->run == do_spam, words[i]);

			status = one != EX_OK ? one : status;
			continue;
		}
		if (input_open(r->cli, words[i], &r->store, &in, &err) != 0) {
			status = cli_fail(r->cli, &err);
			continue;
		}
		if (action->run(r, words[i], &in, &err) != 0)
			status = cli_fail(r->cli, &err);
		input_close(&in);
	}
	return status;
}

/* Write out the answers; false: nobody reads them any more. */
static bool
say(struct str *reply)
{
	bool good = fwrite(reply->p, 1, reply->n, stdout) == reply->n &&
	            fflush(stdout) == 0;

	str_clear(reply);
	return good;
}

/* Answer the whole lines of in, and take them out; false: no more is wanted. */
static bool
answer(struct spam_run *r, struct str *in, struct str *reply)
{
	struct slice rest = str_slice(in);
	bool more = true;
	size_t end;

	while (more && (end = slice_find(rest, '\n')) < rest.n) {
		more = spam_batch_line(r->spam, slice_head(rest, end), reply);
		rest = slice_from(rest, end + 1);
		if (reply->n > BATCH_ANSWERS)
			more = say(reply) && more;
	}
	str_remove(in, 0, in->n - rest.n);
	return more;
}

/* One line in, one line out: who asked is answered before more is waited for. */
static int
run_batch(struct spam_run *r)
{
	struct str in, reply;
	bool more = true;
	int status = EX_OK;

	str_init(&in, BATCH_LINE);
	str_init(&reply, EXPLAIN_MAX);
	while (more) {
		size_t room = str_reserve(&in, BATCH_LINE / 2);
		ssize_t n =
			room > 0 ? read(STDIN_FILENO, in.p + in.n, room) : 0;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			struct err err = { 0 };

			(void)err_sys(&err, errno,
			              _("cannot read standard input"));
			status = cli_fail(r->cli, &err);
		}
		/* The last line may have no end. */
		if (n <= 0 && in.n > 0)
			(void)spam_batch_line(r->spam, str_slice(&in), &reply);
		else if (n > 0)
			str_added(&in, (size_t)n);
		more = n > 0 && answer(r, &in, &reply);
		more = say(&reply) && more;
	}
	str_release(&in);
	str_release(&reply);
	return status;
}

/* The user's own rules; their mistakes are said where they are asked for. */
static void
use_rules(struct spam_run *r, bool said)
{
	char *path = fsx_join(r->cli->paths.config, "spam-rules.conf");
	struct str warnings;
	struct slice rest, line;
	struct err err = { 0 };

	if (!said) {
		spam_user_rules(r->spam, &r->cli->paths);
		free(path);
		return;
	}
	str_init(&warnings, EXPLAIN_MAX);
	if (spam_add_rules(r->spam, path, &warnings, &err) != 0)
		out_note(r->cli, "%s", err.text);
	rest = str_slice(&warnings);
	while (slice_line(&rest, &line))
		if (line.n > 0)
			out_note(r->cli, "%.*s", SLICE_ARG(line));
	str_release(&warnings);
	free(path);
}

static int
run(struct cli *cli, const char *name, char **words, int count)
{
	struct spam_run r = { .cli = cli };
	struct err err = { 0 };
	const struct action *action = NULL;
	int status = EX_USAGE;
	size_t i;

	for (i = 0; i < sizeof actions / sizeof actions[0]; i++)
		if (strcmp(actions[i].name, name) == 0)
			action = &actions[i];
	if (strcmp(name, "batch") == 0
	            ? count > 0
	            : count == 0 ||
	                      (action == NULL && strcmp(name, "import") != 0))
		return cli_usage(cli, "spam", NULL);
	if (cli_conf(cli, &r.conf, &err) != 0)
		return cli_fail(cli, &err);
	r.spam = spam_open(cli->paths.data, &err);
	if (r.spam != NULL)
		use_rules(&r, action != NULL && (action->run == do_score ||
		                                 action->run == do_explain));
	if (r.spam == NULL)
		status = cli_fail(cli, &err);
	else if (action != NULL)
		status = run_words(&r, action, words, count);
	else if (strcmp(name, "import") == 0)
		status = run_import(&r, words, count);
	else
		status = run_batch(&r);
	if (r.spam != NULL && spam_flush(r.spam, &err) != 0)
		status = cli_fail(cli, &err);
	engine_free(&r.engine);
	spam_close(&r.spam);
	store_close(&r.store);
	conf_release(&r.conf);
	return status;
}

int
cmd_spam(struct cli *cli, int argc, char **argv)
{
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
		cli_command_help(cli_find("spam"));
		return EX_OK;
	}
	if (opt == ARGS_ERROR || words == 0)
		return cli_usage(cli, "spam", &err);
	return run(cli, argv[0], argv + 1, words - 1);
}
