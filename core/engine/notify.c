/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Telling the user of new mail with a command of theirs. */
#include "engine/notify.h"

#include <stdlib.h>

#include "text/unicode.h"
#include "util/i18n.h"
#include "util/proc.h"
#include "util/utf8.h"

#include "util/banned.h"

/* A bubble shows less. */
#define TEXT_MAX ((size_t)200)
#define WORD_MAX ((size_t)4096)
#define RUN_MS   10000
/* Of what it says; more ends it. */
#define OUTPUT_MAX ((size_t)65536)

static void
add_text(struct str *out, const char *text)
{
	struct slice s = slice_of(text);
	struct str clean;

	str_init(&clean, 2 * TEXT_MAX);
	unicode_clean_line(slice_head(s, TEXT_MAX), &clean);
	str_add(out, clean.p,
	        utf8_cut(clean.p, clean.n < TEXT_MAX ? clean.n : TEXT_MAX));
	str_release(&clean);
}

static void
add_field(struct str *out, char c, const struct notify *n)
{
	switch (c) {
	case 'n':
		str_add_u64(out, n->count);
		break;
	case 'a':
		add_text(out, n->account);
		break;
	case 'f':
		add_text(out, n->from);
		break;
	case 's':
		add_text(out, n->subject);
		break;
	case '%':
		str_add_c(out, '%');
		break;
	default: /* of no meaning: as it stands */
		str_add_c(out, '%');
		str_add_c(out, c);
		break;
	}
}

static char *
fill_word(const char *word, const struct notify *n)
{
	struct str out;
	const char *p;

	str_init(&out, WORD_MAX);
	for (p = word; *p != '\0'; p++) {
		if (*p == '%' && p[1] != '\0')
			add_field(&out, *++p, n);
		else
			str_add_c(&out, *p);
	}
	/* A subject "--help" is no option of the command. */
	if (out.n > 0 && out.p[0] == '-' && word[0] != '-') {
		struct str safe;

		str_init(&safe, WORD_MAX + 1);
		str_add_c(&safe, ' ');
		str_add_slice(&safe, str_slice(&out));
		str_release(&out);
		return str_take(&safe);
	}
	return str_take(&out);
}

int
notify_argv(const char *command, const struct notify *n, char ***argv_r,
            struct err *err)
{
	char **argv = NULL;

	if (proc_split(command, &argv, err) != 0)
		return -1;
	for (size_t i = 0; argv[i] != NULL; i++) {
		char *word = fill_word(argv[i], n);

		free(argv[i]);
		argv[i] = word;
	}
	*argv_r = argv;
	return 0;
}

int
notify_run(const char *command, const struct notify *n, struct err *err)
{
	/* What it says would stand on the screen; a player of sounds may go on
	 * when it has ended. */
	struct proc_opts opts = { .timeout_ms = RUN_MS,
		                  .cancel_fd = -1,
		                  .output_max = OUTPUT_MAX,
		                  .until_exit = true,
		                  .errors_too = true };
	struct slice words;
	struct str said;
	char **argv = NULL;
	int status = 0;
	int rc;

	if (notify_argv(command, n, &argv, err) != 0)
		return -1;
	str_init(&said, OUTPUT_MAX);
	rc = proc_run(argv, &opts, &said, &status, err);
	proc_free_argv(argv);
	if (rc == 0 && status != 0) {
		rc = err_set(err, ERR_IO, _("its status is %d"), status);
		words = slice_trim(str_slice(&said));
		err_set_server(err, words.p, words.n);
	}
	str_release(&said);
	return rc;
}
