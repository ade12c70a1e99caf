/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pabal send and sendmail: into the outbox, then off it goes. */
/*
 * The message is durable in the outbox before anything is said or sent; what
 * cannot be delivered now stays there and is tried again.  send then ends with
 * 75; sendmail with 0, because mail programs that call it would send again.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli/args.h"
#include "cli/cmd.h"
#include "cli/compose.h"
#include "cli/out.h"
#include "cli/outbox_run.h"
#include "conf/dsn.h"
#include "engine/engine.h"
#include "mail/account_match.h"
#include "mail/mbox.h"
#include "mime/resent.h"
#include "util/clock.h"
#include "util/fsx.h"
#include "util/i18n.h"
#include "util/when.h"
#include "util/xalloc.h"

#include "util/banned.h"

enum {
	SEND_TO_HEADER,
	SEND_ATTACH,
	SEND_AT,
	SEND_DSN,
	SEND_MBOX
};

static const struct cli_opt send_opts[] = {
	[SEND_TO_HEADER] = { "to-header", 't', false },
	[SEND_ATTACH] = { "attach", 'A', true },
	[SEND_AT] = { "at", 0, true },
	[SEND_DSN] = { "dsn", 0, true },
	[SEND_MBOX] = { "mbox", 0, false },
	{ NULL, 0, false },
};

/* A message as it goes out. */
struct letter {
	struct compose_out out;
	const struct account *account;
	char *sender; /* address of ours in From, or NULL */
	char *shown;  /* the address in From, whoever's it is, or NULL */
};

struct send {
	struct cli *cli;
	struct conf conf;
	struct compose_in in;
	struct str message;    /* what standard input gave */
	ARRAY(char *) words;   /* recipients, NULL at the end */
	ARRAY(char *) files;   /* attachments, NULL at the end */
	const char *envelope;  /* -f, or NULL */
	const char *full_name; /* -F, or NULL */
	const char *notify;    /* -N, or NULL */
	const char *give_back; /* -R, or NULL */
	unsigned dsn;          /* delivery reports that are wanted */
	int64_t at;            /* send no earlier; 0: now */
	bool dot_ends;         /* as a last line "." */
	bool as_sendmail;
	bool mbox; /* it is many of them */
	ARRAY(struct letter) letters;
	struct providers *providers; /* NULL: nothing is known of them */
	struct send_as *from;        /* of each letter */
};

static int
read_input(struct str *out, struct err *err)
{
	for (;;) {
		size_t room = str_reserve(out, 65536);
		ssize_t n;

		if (room == 0)
			return err_set(err, ERR_LIMIT,
			               _("the message is larger than %zu "
			                 "bytes"),
			               BUILD_MAX);
		n = read(STDIN_FILENO, out->p + out->n, room);
		if (n < 0 && errno != EINTR)
			return err_sys(err, errno,
			               _("cannot read standard input"));
		if (n == 0)
			return 0;
		if (n > 0)
			str_added(out, (size_t)n);
	}
}

/* A last line that is a dot alone is the end of the message and no part of it.
 * Other programs drop what follows such a line anywhere: who forgot -i would lose
 * the rest of what was written. */
static void
cut_last_dot(struct str *message)
{
	struct slice rest = str_slice(message);
	struct slice line = SLICE_NONE;

	while (slice_line(&rest, &line))
		if (rest.n == 0 && slice_eq_z(line, "."))
			str_truncate(message, (size_t)(line.p - message->p));
}

/* The address of the field that says who sends it: From, or Resent-From in a
 * message that is sent on.  Owned, NULL: there is none. */
static char *
sender_of(const struct message *m)
{
	struct arena arena = { 0 };
	struct addr_list from = { 0 };
	struct resent resent;
	char *spec;

	if (resent_find(m, &resent))
		addr_parse(&arena, m, resent_field(m, &resent, "Resent-From"),
		           &from);
	else
		message_addrs(m, "From", &arena, &from);
	spec = from.n > 0 ? slice_dup(from.v[0].spec) : NULL;
	arena_release(&arena);
	return spec;
}

/* The account whose address that field bears; *spec_r: that address, owned. */
static const struct account *
account_of_from(const struct conf *c, struct slice message, char **spec_r)
{
	const struct account *a = NULL;
	struct message m;
	char *spec;

	message_parse(&m, message);
	spec = sender_of(&m);
	if (spec != NULL)
		a = account_of_address(c, slice_of(spec));
	if (a != NULL)
		*spec_r = spec;
	else
		free(spec);
	message_release(&m);
	return a;
}

/* -a, then -f, then the From field, then the default, then the first. */
static const struct account *
choose(struct send *s, struct slice message, char **sender_r, struct err *err)
{
	const struct account *a = NULL;
	size_t i;

	if (s->cli->account_count > 0)
		return account_match(&s->conf, s->cli->accounts[0], err);
	if (s->envelope != NULL)
		a = account_of_address(&s->conf, slice_of(s->envelope));
	if (a == NULL)
		a = account_of_from(&s->conf, message, sender_r);
	if (a == NULL && s->conf.default_account != NULL)
		a = conf_account(&s->conf, s->conf.default_account);
	for (i = 0; a == NULL && i < s->conf.account_count; i++)
		if (s->conf.accounts[i].smtp.host != NULL)
			a = &s->conf.accounts[i];
	if (a == NULL)
		err_set(err, ERR_CONFIG,
		        _("there is no account that can send"));
	return a;
}

/* Make one of them ready; it goes into s->letters either way. */
static int
add_letter(struct send *s, struct slice message, struct err *err)
{
	struct letter *l = array_add_new(&s->letters);

	l->account = choose(s, message, &l->sender, err);
	if (l->account == NULL)
		return -1;
	s->in.message = message;
	s->in.words = s->words.v;
	s->in.files = s->files.v;
	s->in.from = slice_of(l->account->address);
	if (s->as_sendmail)
		s->in.local = s->in.from;
	s->in.legacy = l->account->legacy;
	s->in.full_name = slice_of(
		s->full_name != NULL ? s->full_name : l->account->full_name);
	return compose(&s->in, &l->out, err);
}

/* Each with its own recipients (-t), or all to the same. */
static int
add_mbox(struct send *s, struct err *err)
{
	struct mbox_item item;
	struct mbox mbox;
	struct str text;
	int rc = 0;

	if (!mbox_is(str_slice(&s->message)))
		return err_set(err, ERR_USAGE, _("this is no mbox"));
	mbox_init(&mbox, str_slice(&s->message), MBOX_AUTO);
	str_init(&text, BUILD_MAX);
	while (rc == 0 && mbox_next(&mbox, &item)) {
		if (item.hidden || item.deleted)
			continue;
		str_clear(&text);
		mbox_message(&mbox, &item, &text);
		if (text.full)
			rc = err_set(err, ERR_LIMIT,
			             _("the message is larger than %zu bytes"),
			             BUILD_MAX);
		else
			rc = add_letter(s, str_slice(&text), err);
		if (rc != 0)
			err_wrap(err, _("message %zu"), s->letters.n);
	}
	str_release(&text);
	if (rc == 0 && s->letters.n == 0)
		rc = err_set(err, ERR_USAGE, _("this is no mbox"));
	return rc;
}

static void
address(const struct send *s, const struct letter *l, struct engine_mail *mail)
{
	mail->account = l->account;
	mail->from = s->envelope != NULL ? s->envelope
	             : l->sender != NULL ? l->sender
	                                 : l->account->address;
	mail->rcpts = l->out.rcpts.v;
	mail->rcpt_count = l->out.rcpts.n;
	mail->message = str_slice(&l->out.message);
	mail->subject = l->out.subject;
	mail->not_before = s->at;
	mail->dsn = s->dsn != 0 ? s->dsn : l->account->dsn;
}

/* The address that those who get it see in From; owned. */
static char *
shown_from(struct slice message)
{
	struct arena arena = { 0 };
	struct addr_list from = { 0 };
	struct message m;
	char *spec;

	message_parse(&m, message);
	message_addrs(&m, "From", &arena, &from);
	spec = from.n > 0 ? slice_dup(from.v[0].spec) : NULL;
	message_release(&m);
	arena_release(&arena);
	return spec;
}

/* Was the same said of a letter before this one? */
static bool
was_said(const struct send *s, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (s->from[i].does == s->from[at].does &&
		    addr_same(slice_of(s->letters.v[i].shown),
		              slice_of(s->letters.v[at].shown)))
			return true;
	return false;
}

/* What the provider will do to an address in From that is not the login's. */
static void
say_from(struct send *s)
{
	struct err ignored = { 0 }; /* then nothing is known of any */
	struct str words;

	s->providers = providers_load(&s->cli->paths, &ignored);
	s->from = xcalloc(s->letters.n, sizeof *s->from);
	str_init(&words, 1024);
	for (size_t i = 0; i < s->letters.n; i++) {
		struct letter *l = &s->letters.v[i];
		struct slice shown;

		l->shown = shown_from(str_slice(&l->out.message));
		shown = slice_of(l->shown != NULL ? l->shown : "");
		send_as_find(&s->conf, s->providers, l->account, shown,
		             &s->from[i]);
		str_clear(&words);
		send_as_say(&s->from[i], shown, &words);
		if (words.n > 0 && !s->cli->quiet && !was_said(s, i))
			out_note(s->cli, "%s", words.p);
	}
	str_release(&words);
}

/* Into the outbox: all or none. */
static int
submit(struct send *s, struct engine *e, struct store *store, int64_t *ids_r,
       struct err *err)
{
	size_t n = s->letters.n;
	struct engine_mail *mails = xcalloc(n, sizeof *mails);
	int rc;

	for (size_t i = 0; i < n; i++)
		address(s, &s->letters.v[i], &mails[i]);
	rc = n == 1 ? engine_submit(e, store, mails, ids_r, err)
	            : engine_submit_many(e, store, mails, n, ids_r, err);
	free(mails);
	return rc;
}

/* It is safe, but not its time. */
static int
say_when(struct send *s, int64_t id, const struct send_as *from)
{
	struct str date;
	struct json j;

	if (s->cli->json) {
		out_json_begin(&j, &date);
		json_key(&j, "id");
		json_int(&j, id);
		json_key(&j, "state");
		json_string_z(&j, outbox_state_name(OUTBOX_HELD));
		json_key(&j, "error");
		json_string_z(&j, NULL);
		json_key(&j, "not_before");
		json_int(&j, s->at);
		outbox_from_json(&j, from);
		out_json_end(&j, &date);
		return EX_OK;
	}
	str_init(&date, 200);
	when_say(s->at, clock_now(), &date);
	if (!s->cli->quiet)
		out_line(_("kept in the outbox as %lld, to be sent %s"),
		         (long long)id, date.p);
	str_release(&date);
	return EX_OK;
}

static int
say_all_when(struct send *s, const int64_t *ids)
{
	for (size_t i = 0; i < s->letters.n; i++)
		(void)say_when(s, ids[i], &s->from[i]);
	return EX_OK;
}

static int
queue_and_send(struct send *s, struct err *err)
{
	struct engine *e = engine_new(&s->cli->paths, &s->conf, err);
	struct store *store = e != NULL ? cli_store(s->cli, err) : NULL;
	int64_t *ids = xcalloc(s->letters.n, sizeof *ids);
	int status = -1;

	if (store != NULL && submit(s, e, store, ids, err) == 0) {
		say_from(s);
		status = s->at != 0 ? say_all_when(s, ids)
		                    : outbox_run(s->cli, e, store, ids,
		                                 s->letters.n, s->from);
	}
	engine_free(&e);
	store_close(&store);
	free(ids);
	if (s->as_sendmail && status == EX_TEMPFAIL)
		status = EX_OK;
	return status;
}

static void
release(struct send *s)
{
	struct letter *l;

	array_foreach(&s->letters, l) {
		compose_release(&l->out);
		free(l->sender);
		free(l->shown);
	}
	free(s->from);
	providers_free(&s->providers);
	array_release(&s->letters);
	conf_release(&s->conf);
	str_release(&s->message);
	array_release(&s->words);
	array_release(&s->files);
}

static int
run(struct send *s)
{
	struct err err = { 0 };
	struct tm tm;
	int status = -1;

	array_add(&s->words, (char *)NULL);
	array_add(&s->files, (char *)NULL);
	str_init(&s->message, BUILD_MAX);
	s->in.now = s->at != 0 ? s->at : clock_now();
	clock_local(s->in.now, &tm, &s->in.zone);
	if (cli_conf(s->cli, &s->conf, &err) == 0 &&
	    read_input(&s->message, &err) == 0) {
		if (s->dot_ends)
			cut_last_dot(&s->message);
		if ((s->mbox ? add_mbox(s, &err)
		             : add_letter(s, str_slice(&s->message), &err)) ==
		    0)
			status = queue_and_send(s, &err);
	}
	if (status < 0)
		status = cli_fail(s->cli, &err);
	release(s);
	return status;
}

int
cmd_send(struct cli *cli, int argc, char **argv)
{
	struct send s = { .cli = cli };
	struct err err = { 0 };
	struct args args;
	const char *value;
	bool bad = false;
	int opt;

	(void)argc;
	args_init(&args, cli, send_opts, argv);
	while ((opt = args_next(&args, &value, &err)) >= ARGS_WORD) {
		if (opt == SEND_TO_HEADER)
			s.in.from_header = true;
		else if (opt == SEND_ATTACH)
			array_add(&s.files, argv[args.at - 1]);
		else if (opt == SEND_AT)
			bad |= when_parse(slice_of(value), clock_now(), &s.at,
			                  &err) != 0;
		else if (opt == SEND_MBOX)
			s.mbox = true;
		else if (opt == SEND_DSN)
			bad |= dsn_parse(slice_of(value), &s.dsn, &err) != 0;
		else
			array_add(&s.words, argv[args.at - 1]);
	}
	if (opt == ARGS_END && !bad && (s.in.from_header || s.words.n > 0))
		return run(&s);
	if (opt == ARGS_END && !bad)
		err_set(&err, ERR_USAGE,
		        _("there is nobody to send it to: name recipients or "
		          "use -t"));
	array_release(&s.words);
	array_release(&s.files);
	if (opt != ARGS_HELP)
		return cli_usage(cli, "send", &err);
	cli_command_help(cli_find("send"));
	return EX_OK;
}

/* "-xVALUE" or "-x VALUE". */
static const char *
sendmail_value(char **argv, int *at)
{
	if (argv[*at][2] != '\0')
		return argv[*at] + 2;
	if (argv[*at + 1] == NULL)
		return NULL;
	return argv[++*at];
}

/* One option of sendmail's.  0, or -1 with ERR_USAGE. */
static int
sendmail_option(struct send *s, char **argv, int *at, struct err *err)
{
	const char *word = argv[*at];
	const char **to = NULL;

	if (strcmp(word, "-t") == 0) {
		s->in.from_header = true;
	} else if (strcmp(word, "-i") == 0 || strcmp(word, "-oi") == 0) {
		s->dot_ends = false;
	} else if (word[1] == 'f' || word[1] == 'r') {
		to = &s->envelope;
	} else if (word[1] == 'F') {
		to = &s->full_name;
	} else if (strcmp(word, "-bm") == 0 || word[1] == 'o' ||
	           strcmp(word, "-em") == 0 || strcmp(word, "-v") == 0 ||
	           strcmp(word, "-B8BITMIME") == 0) {
		/* The default, or nothing we do otherwise. */
		if (strcmp(word, "-o") == 0)
			(void)sendmail_value(argv, at);
	} else if (word[1] == 'N' || word[1] == 'R') {
		to = word[1] == 'N' ? &s->notify : &s->give_back;
	} else {
		return err_set(err, ERR_USAGE, _("unknown option '%s'"), word);
	}
	if (to != NULL) {
		*to = sendmail_value(argv, at);
		if (*to == NULL)
			return err_set(err, ERR_USAGE,
			               _("option '%s' needs a value"), word);
	}
	return 0;
}

int
cmd_sendmail(struct cli *cli, int argc, char **argv)
{
	struct send s = { .cli = cli, .dot_ends = true, .as_sendmail = true };
	struct err err = { 0 };
	int rc = 0;
	int i;

	for (i = 1; i < argc && rc == 0; i++) {
		if (strcmp(argv[i], "--") == 0) {
			i++;
			break;
		}
		if (argv[i][0] != '-' || argv[i][1] == '\0')
			break;
		if (strcmp(argv[i], "--help") == 0) {
			cli_command_help(cli_find("sendmail"));
			return EX_OK;
		}
		rc = sendmail_option(&s, argv, &i, &err);
	}
	for (; i < argc && rc == 0; i++)
		array_add(&s.words, argv[i]);
	if (rc == 0 && s.envelope != NULL &&
	    !addr_spec_ok(slice_of(s.envelope)))
		rc = err_set(&err, ERR_USAGE, _("'%s' is not an address"),
		             s.envelope);
	if (rc == 0 && s.notify != NULL)
		rc = dsn_parse(slice_of(s.notify), &s.dsn, &err);
	if (rc == 0 && s.give_back != NULL)
		rc = dsn_parse(slice_of(s.give_back), &s.dsn, &err);
	if (rc == 0 && (s.in.from_header || s.words.n > 0))
		return run(&s);
	if (rc == 0)
		err_set(&err, ERR_USAGE, _("there is nobody to send it to"));
	array_release(&s.words);
	return cli_usage(cli, "sendmail", &err);
}
