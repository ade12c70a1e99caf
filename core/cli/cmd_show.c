/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pabal show: messages of the store or of files, as text, JSON or bytes. */
#include <sysexits.h>
#include <unistd.h>

#include "cli/args.h"
#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/show_part.h"
#include "mime/message.h"
#include "store/sender_charset.h"
#include "store/store.h"
#include "text/unicode.h"
#include "util/fsx.h"
#include "util/i18n.h"

#include "util/banned.h"

/* Wider lines tire the eye. */
#define SHOW_CELLS_MAX 100
/* A date, or the words in its place. */
#define DATE_BYTES 200

enum {
	SHOW_FILE,
	SHOW_RAW,
	SHOW_PARTS,
	SHOW_PART,
	SHOW_SAVE,
};

static const struct cli_opt show_opts[] = {
	[SHOW_FILE] = { "file", 0, false },   [SHOW_RAW] = { "raw", 0, false },
	[SHOW_PARTS] = { "parts", 0, false }, [SHOW_PART] = { "part", 0, true },
	[SHOW_SAVE] = { "save", 0, true },    { NULL, 0, false },
};

struct show {
	struct cli *cli;
	struct store *store; /* opened for the first id */
	bool files, raw, parts;
	const char *part; /* path of the part that is meant, or NULL */
	const char *save; /* folder, or NULL */
	int status;
};

static void
print_field(const struct message *m, const char *name, const char *shown)
{
	struct str value;
	struct str clean;

	str_init(&value, MESSAGE_FIELD_MAX);
	str_init(&clean, MESSAGE_FIELD_MAX);
	if (message_text_field(m, m->root, name, &value)) {
		unicode_clean_line(str_slice(&value), &clean);
		if (clean.n > 0)
			out_line("%s: %s", shown, clean.p);
	}
	str_release(&clean);
	str_release(&value);
}

/* What it means, in the user's time zone: a field that can be read may hold any
 * words besides.  One that cannot is shown as what it is. */
static void
print_date(const struct message *m)
{
	struct str words;
	struct str s;
	int64_t t;

	str_init(&words, DATE_BYTES);
	str_init(&s, 2 * DATE_BYTES);
	if (message_date(m, &t))
		out_date_zone(&s, t);
	else if (message_odd_date(m, &words))
		str_printf(&s, _("no date can be read in '%s'"), words.p);
	if (s.n > 0)
		out_line("%s: %s", _("Date"), s.p);
	str_release(&s);
	str_release(&words);
}

static void
print_addrs(const struct message *m, const char *name, const char *shown)
{
	struct arena arena = { 0 };
	struct addr_list list;
	struct str value;
	size_t i;

	str_init(&value, MESSAGE_FIELD_MAX);
	message_addrs(m, name, &arena, &list);
	for (i = 0; i < list.n; i++) {
		if (i > 0)
			str_add_z(&value, ", ");
		addr_show(&list.v[i], &value);
	}
	if (value.n > 0)
		out_line("%s: %s%s", shown, value.p, value.full ? "…" : "");
	str_release(&value);
	arena_release(&arena);
}

static void
print_text(const struct message *m)
{
	size_t width = out_width(STDOUT_FILENO);
	struct str text;

	print_addrs(m, "From", _("From"));
	print_addrs(m, "Reply-To", _("Reply to"));
	print_addrs(m, "To", _("To"));
	print_addrs(m, "Cc", _("Cc"));
	print_date(m);
	print_field(m, "Subject", _("Subject"));
	if (message_has_senders(m))
		out_line("%s", _("Several senders are given: this mail may be "
		                 "forged."));
	out_line("%s", "");
	/* Decoding makes text at most a few times longer. */
	str_init(&text, OUT_JSON_MAX);
	message_display(m, width < SHOW_CELLS_MAX ? width : SHOW_CELLS_MAX,
	                &text);
	out_text(str_slice(&text));
	str_release(&text);
}

static void
fail(struct show *s, const struct err *err)
{
	struct json j;
	struct str text;

	if (s->cli->json) {
		out_json_begin(&j, &text);
		json_key(&j, "error");
		json_string_z(&j, err->text);
		out_json_end(&j, &text);
	} else {
		(void)cli_fail(s->cli, err);
	}
	s->status = EX_NOINPUT;
}

/* Say so when there is more of it on the server. */
static void
note_header(const struct show *s, int64_t id)
{
	struct store_rows rows = { 0 };
	struct err ignored = { 0 }; /* opening it will tell */
	struct str size;

	if (store_row(s->store, id, &rows, &ignored) == 0 &&
	    rows.v[0].stub != 0) {
		str_init(&size, 64);
		str_add_size(&size, rows.v[0].stub);
		out_note(s->cli,
		         _("only the header is here; the whole message (%s): "
		           "pabal fetch --message %lld"),
		         size.p, (long long)id);
		str_release(&size);
	}
	store_rows_release(&rows);
}

/* What is wanted of the parts alone. */
static void
print_parts(struct show *s, const struct message *m)
{
	struct err err = { 0 };
	int rc = 0;

	if (s->save != NULL)
		rc = show_save(s->cli, m, s->part, s->save, &err);
	else if (s->part != NULL)
		rc = show_part(m, s->part, &err);
	else
		show_parts(m);
	if (rc == 0)
		return;
	if (!s->cli->json || s->save == NULL || err.code == ERR_NOTFOUND)
		fail(s, &err);
	s->status = err.code == ERR_NOTFOUND ? EX_NOINPUT : EX_CANTCREAT;
}

static void
print_message(struct show *s, const struct message *m)
{
	struct str text;

	if (s->parts || s->part != NULL || s->save != NULL) {
		print_parts(s, m);
	} else if (s->cli->json) {
		str_init(&text, OUT_JSON_MAX);
		message_json(m, &text);
		out_text(str_slice(&text));
		str_release(&text);
	} else {
		print_text(m);
	}
}

static void
print(struct show *s, struct slice bytes)
{
	struct err err = { 0 };
	struct message m;

	if (s->raw) {
		out_raw(bytes);
		return;
	}
	message_parse(&m, bytes);
	/* As the user chose it on the screen. */
	if (s->store != NULL && sender_charset_apply(s->store, &m, &err) != 0)
		out_note(s->cli, "%s", err.text);
	print_message(s, &m);
	message_release(&m);
}

static int
map_stored(struct show *s, const char *word, struct fsx_map *map_r,
           struct err *err)
{
	int64_t id;

	if (cli_parse_id(word, &id) != 0)
		return err_set(err, ERR_USAGE,
		               _("'%s' is no message number; use --file for "
		                 "files"),
		               word);
	if (s->store == NULL)
		s->store = cli_store_reading(s->cli, err);
	if (s->store == NULL)
		return -1;
	if (!s->raw && !s->cli->json)
		note_header(s, id);
	return store_map(s->store, id, map_r, err);
}

static void
show_one(struct show *s, const char *word)
{
	struct fsx_map map = { 0 };
	struct err err = { 0 };
	int rc = s->files ? fsx_map_open(word, &map, &err)
	                  : map_stored(s, word, &map, &err);

	if (rc != 0) {
		fail(s, &err);
		if (err.code == ERR_USAGE)
			s->status = EX_USAGE;
		return;
	}
	print(s, map.data);
	fsx_map_close(&map);
}

int
cmd_show(struct cli *cli, int argc, char **argv)
{
	struct show s = { .cli = cli, .status = EX_OK };
	struct err err = { 0 };
	struct args args;
	const char *value;
	int words = 0;
	int opt;

	(void)argc;
	args_init(&args, cli, show_opts, argv);
	while ((opt = args_next(&args, &value, &err)) >= ARGS_WORD) {
		if (opt == SHOW_FILE)
			s.files = true;
		else if (opt == SHOW_RAW)
			s.raw = true;
		else if (opt == SHOW_PARTS)
			s.parts = true;
		else if (opt == SHOW_PART)
			s.part = value;
		else if (opt == SHOW_SAVE)
			s.save = value;
		else
			argv[words++] = argv[args.at - 1];
	}
	if (opt == ARGS_HELP) {
		cli_command_help(cli_find("show"));
		return EX_OK;
	}
	if (opt == ARGS_ERROR || words == 0)
		return cli_usage(cli, "show", &err);
	for (int i = 0; i < words; i++)
		show_one(&s, argv[i]);
	store_close(&s.store);
	return s.status;
}
