/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accounts in the settings of other mail programs. */
#include "conf/foreign.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "conf/foreign_priv.h"
#include "util/fsx.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

#define PORT_MAX 65535

static const struct {
	const char *path; /* below the home folder */
	enum foreign_kind kind;
} files[] = {
	{ ".fetchmailrc", FOREIGN_FETCHMAIL },
	{ ".mpoprc", FOREIGN_MPOP },
	{ ".config/mpop/config", FOREIGN_MPOP },
	{ ".msmtprc", FOREIGN_MSMTP },
	{ ".config/msmtp/config", FOREIGN_MSMTP },
	{ ".muttrc", FOREIGN_MUTT },
	{ ".mutt/muttrc", FOREIGN_MUTT },
	{ ".config/mutt/muttrc", FOREIGN_MUTT },
	{ ".neomuttrc", FOREIGN_MUTT },
	{ ".config/neomutt/neomuttrc", FOREIGN_MUTT },
	{ ".netrc", FOREIGN_NETRC },
};

#define FILE_COUNT (sizeof files / sizeof files[0])

/* Each file there is an account of getmail's, whatever its name. */
static const char *const getmail_folders[] = { ".getmail", ".config/getmail" };

/* Files of such a folder that are looked at. */
#define FOLDER_FILES_MAX 200

const char *
foreign_name(enum foreign_kind kind)
{
	static const char *const names[FOREIGN_COUNT] = {
		"fetchmail", "getmail", "mpop", "msmtp", "mutt", "netrc",
	};

	return names[kind];
}

/* ---- for the parsers ---- */

struct foreign *
foreign_add(struct foreign_file *f)
{
	struct foreign *one;

	if (f->list->n >= FOREIGN_MAX)
		return NULL;
	one = array_add_new(f->list);
	account_init(&one->account);
	one->kind = f->kind;
	one->file = xstrdup(f->file);
	one->wanted = f->list->want_passwords;
	return one;
}

void
foreign_release(struct foreign *one)
{
	account_release(&one->account);
	secret_release(&one->password);
	free(one->file);
	free(one->secret_file);
}

void
foreign_has_password(struct foreign *one, struct slice value)
{
	one->has_password = true;
	if (one->wanted)
		secret_set(&one->password, value.p, value.n);
}

void
foreign_take_back(struct foreign_file *f)
{
	foreign_release(&f->list->v[--f->list->n]);
}

static void
skip_gap(struct slice *rest, const char *separators, bool comments)
{
	while (rest->n > 0) {
		char c = rest->p[0];

		if (c == '#' && comments)
			*rest = slice_from(*rest, slice_find(*rest, '\n'));
		else if (byte_is_blank(c) ||
		         (c != '\0' && strchr(separators, c) != NULL))
			*rest = slice_from(*rest, 1);
		else
			return;
	}
}

static bool
take_word(struct slice *rest, const char *separators, bool comments,
          struct str *word)
{
	char quote = '\0';

	str_clear(word);
	skip_gap(rest, separators, comments);
	if (rest->n == 0)
		return false;
	for (; rest->n > 0; *rest = slice_from(*rest, 1)) {
		char c = rest->p[0];

		if (quote == '\0' && (c == '"' || c == '\'')) {
			quote = c;
		} else if (c == quote && quote != '\0') {
			quote = '\0';
		} else if (c == '\\' && quote != '\'' && rest->n > 1) {
			*rest = slice_from(*rest, 1);
			str_add_c(word, rest->p[0]);
		} else if (quote == '\0' &&
		           (byte_is_blank(c) ||
		            (c != '\0' && strchr(separators, c) != NULL))) {
			break;
		} else {
			str_add_c(word, c);
		}
	}
	return true;
}

bool
foreign_word(struct slice *rest, const char *separators, struct str *word)
{
	return take_word(rest, separators, true, word);
}

bool
foreign_value(struct slice *rest, const char *separators, struct str *word)
{
	return take_word(rest, separators, false, word);
}

void
foreign_set(char **to, struct slice value)
{
	free(*to);
	*to = value.n > 0 ? slice_dup(value) : NULL;
}

int
foreign_port(struct slice value)
{
	uint64_t n;

	if (slice_ieq_z(value, "pop3s"))
		return 995;
	if (slice_ieq_z(value, "pop3"))
		return 110;
	return slice_u64(value, &n) == 0 && n <= PORT_MAX ? (int)n : 0;
}

char *
foreign_command(struct slice command)
{
	bool shell = false;
	struct str out;

	for (size_t i = 0; i < command.n; i++)
		shell |= command.p[i] != '\0' &&
		         strchr("|&;<>$`~*?(){}!\\\n", command.p[i]) != NULL;
	if (!shell)
		return slice_dup(command);
	str_init(&out, 2 * FOREIGN_WORD_MAX + 100);
	str_add_z(&out, "sh -c \"");
	for (size_t i = 0; i < command.n; i++) {
		if (command.p[i] == '"' || command.p[i] == '\\')
			str_add_c(&out, '\\');
		str_add_c(&out, command.p[i]);
	}
	str_add_c(&out, '"');
	return str_take(&out);
}

void
foreign_parse(enum foreign_kind kind, const char *file, struct slice text,
              struct foreign_list *list)
{
	struct foreign_file f = { kind, file, list };

	switch (kind) {
	case FOREIGN_FETCHMAIL:
		foreign_fetchmail(&f, text);
		break;
	case FOREIGN_GETMAIL:
		foreign_getmail(&f, text);
		break;
	case FOREIGN_MPOP:
	case FOREIGN_MSMTP:
		foreign_msmtp(&f, text);
		break;
	case FOREIGN_MUTT:
		foreign_mutt(&f, text);
		break;
	case FOREIGN_NETRC:
		foreign_netrc(&f, text);
		break;
	case FOREIGN_COUNT:
		break;
	}
}

void
foreign_list_release(struct foreign_list *list)
{
	if (list == NULL)
		return;
	while (list->n > 0)
		foreign_release(&list->v[--list->n]);
	array_release(list);
}

/* ---- files ---- */

int
foreign_text_of(const char *path, struct str *text, struct err *err)
{
	if (fsx_check_regular(path, err) != 0)
		return -1;
	return fsx_read(path, FOREIGN_FILE_MAX, text, err);
}

void
foreign_text_release(struct str *text)
{
	if (text->p != NULL)
		secret_wipe(text->p, text->n);
	str_release(text);
}

static int
read_as(enum foreign_kind kind, const char *path, struct foreign_list *list,
        struct err *err)
{
	struct str text;
	int rc;

	str_init(&text, FOREIGN_FILE_MAX);
	rc = foreign_text_of(path, &text, err);
	if (rc == 0)
		foreign_parse(kind, path, str_slice(&text), list);
	foreign_text_release(&text);
	return rc;
}

/* Another file's half of the account, or its entry in .netrc. */
static bool
is_of_login(const struct account *part, const struct account *whole)
{
	const char *host =
		part->pop.host != NULL ? part->pop.host : part->smtp.host;
	const char *user = part->user != NULL ? part->user : part->address;

	return (foreign_same_text(host, whole->pop.host) ||
	        foreign_same_text(host, whole->smtp.host)) &&
	       (foreign_same_text(user, whole->user) ||
	        foreign_same_text(user, whole->smtp_user) ||
	        foreign_same_text(user, whole->address));
}

int
foreign_password(const struct foreign *one, struct secret *secret_r,
                 struct err *err)
{
	struct foreign_list list = { .want_passwords = true };
	const char *file =
		one->secret_file != NULL ? one->secret_file : one->file;
	int rc =
		read_as(one->secret_file != NULL ? one->secret_kind : one->kind,
	                file, &list, err);
	bool found = false;

	for (size_t i = 0; rc == 0 && !found && i < list.n; i++) {
		const struct foreign *f = &list.v[i];

		found = f->password.n > 0 &&
		        (foreign_same(&f->account, &one->account) ||
		         is_of_login(&f->account, &one->account));
		if (found)
			secret_set(secret_r, f->password.p, f->password.n);
	}
	foreign_list_release(&list);
	if (rc == 0 && !found)
		rc = err_set(err, ERR_NOTFOUND,
		             _("there is no password of this account in '%s'"),
		             file);
	return rc;
}

int
foreign_read(const char *path, struct foreign_list *list, struct err *err)
{
	static const struct {
		const char *word;
		enum foreign_kind kind;
	} words[] = {
		{ "fetchmail", FOREIGN_FETCHMAIL },
		{ "getmail", FOREIGN_GETMAIL },
		{ "mpop", FOREIGN_MPOP },
		{ "msmtp", FOREIGN_MSMTP },
		{ "mutt", FOREIGN_MUTT },
		{ "netrc", FOREIGN_NETRC },
	};
	struct slice s = slice_of(path);

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (slice_find_text(s, slice_of(words[i].word)) < s.n)
			return read_as(words[i].kind, path, list, err);
	return err_set(err, ERR_USAGE,
	               _("the name of '%s' tells none of fetchmail, getmail, "
	                 "mpop, msmtp, mutt, netrc"),
	               path);
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Without what getmail keeps there for itself. */
static void
read_folder(const char *folder, struct foreign_list *list)
{
	ARRAY(char *) names = { 0 };
	DIR *dir = opendir(folder);
	const struct dirent *e;
	char **name;

	while (dir != NULL && names.n < FOLDER_FILES_MAX &&
	       (e = readdir(dir)) != NULL)
		if (e->d_name[0] != '.' &&
		    !slice_starts(slice_of(e->d_name), "oldmail-"))
			array_add(&names, xstrdup(e->d_name));
	if (dir != NULL)
		(void)closedir(dir); /* was only read */
	if (names.n > 1)
		qsort(names.v, names.n, sizeof names.v[0], compare_names);
	array_foreach(&names, name) {
		char *path = fsx_join(folder, *name);
		struct err ignored = { 0 };

		(void)read_as(FOREIGN_GETMAIL, path, list, &ignored);
		free(path);
		free(*name);
	}
	array_release(&names);
}

void
conf_find_foreign(const struct conf *conf, struct foreign_list *list_r)
{
	const char *home = getenv("HOME");

	*list_r = (struct foreign_list){ 0 };
	for (size_t i = 0; home != NULL && i < 2; i++) {
		char *path = fsx_join(home, getmail_folders[i]);

		read_folder(path, list_r);
		free(path);
	}
	for (size_t i = 0; home != NULL && i < FILE_COUNT; i++) {
		char *path = fsx_join(home, files[i].path);
		struct err ignored = { 0 };

		/* What cannot be read offers nothing. */
		(void)read_as(files[i].kind, path, list_r, &ignored);
		free(path);
	}
	foreign_finish(list_r);
	foreign_drop_known(list_r, conf);
}
