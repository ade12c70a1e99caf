/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accounts in the settings of other mail programs. */
#include "conf/foreign.h"

#include <stdlib.h>
#include <string.h>

#include "conf/foreign_priv.h"
#include "util/fsx.h"
#include "util/i18n.h"
#include "util/utf8.h"
#include "util/xalloc.h"

#include "util/banned.h"

#define FILE_SIZE_MAX ((size_t)1024 * 1024)
/* Of a name that gets a number, so that it still can be one. */
#define NAME_STEM 40
#define PORT_MAX  65535

static const struct {
	const char *path; /* below the home folder */
	enum foreign_kind kind;
} files[] = {
	{ ".fetchmailrc", FOREIGN_FETCHMAIL },
	{ ".getmail/getmailrc", FOREIGN_GETMAIL },
	{ ".config/getmail/getmailrc", FOREIGN_GETMAIL },
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

static void
release_one(struct foreign *one)
{
	account_release(&one->account);
	secret_release(&one->password);
	free(one->file);
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
	release_one(&f->list->v[--f->list->n]);
}

static void
skip_gap(struct slice *rest, const char *separators)
{
	while (rest->n > 0) {
		char c = rest->p[0];

		if (c == '#')
			*rest = slice_from(*rest, slice_find(*rest, '\n'));
		else if (byte_is_blank(c) ||
		         (c != '\0' && strchr(separators, c) != NULL))
			*rest = slice_from(*rest, 1);
		else
			return;
	}
}

bool
foreign_word(struct slice *rest, const char *separators, struct str *word)
{
	char quote = '\0';

	str_clear(word);
	skip_gap(rest, separators);
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

/* ---- putting together ---- */

static bool
same(const char *a, const char *b)
{
	return a != NULL && b != NULL && slice_ieq_z(slice_of(a), b);
}

/* "pop.naver.com" and "smtp.naver.com" are of one domain. */
static struct slice
domain_of(const char *host)
{
	struct slice s = slice_of(host);
	size_t dot = slice_find(s, '.');
	struct slice rest = dot < s.n ? slice_from(s, dot + 1) : s;

	return slice_find(rest, '.') < rest.n ? rest : s;
}

static bool
belong_together(const struct account *pop, const struct account *smtp)
{
	if (pop->pop.host == NULL || pop->smtp.host != NULL ||
	    smtp->smtp.host == NULL || smtp->pop.host != NULL)
		return false;
	return same(pop->user, smtp->user) || same(pop->user, smtp->address) ||
	       (slice_ieq(domain_of(pop->pop.host),
	                  domain_of(smtp->smtp.host)) &&
	        (pop->user == NULL || smtp->user == NULL));
}

void
foreign_list_remove(struct foreign_list *list, size_t i)
{
	release_one(&list->v[i]);
	memmove(&list->v[i], &list->v[i + 1],
	        (list->n - i - 1) * sizeof list->v[0]);
	list->n--;
}

/* Move the sending half of from into to. */
static void
join(struct foreign *to, struct foreign *from)
{
	struct account *a = &to->account;

	a->smtp = from->account.smtp;
	from->account.smtp = (struct account_server){ 0 };
	if (!same(a->user, from->account.user))
		foreign_set(&a->smtp_user, slice_of(from->account.user));
	if (a->address == NULL)
		foreign_set(&a->address, slice_of(from->account.address));
	if (a->full_name == NULL)
		foreign_set(&a->full_name, slice_of(from->account.full_name));
	if (a->password_command == NULL)
		foreign_set(&a->password_command,
		            slice_of(from->account.password_command));
}

static bool
same_account(const struct account *a, const struct account *b)
{
	const struct account_server *x =
		a->pop.host != NULL ? &a->pop : &a->smtp;
	const struct account_server *y =
		b->pop.host != NULL ? &b->pop : &b->smtp;
	const char *u = a->user != NULL ? a->user : a->address;
	const char *v = b->user != NULL ? b->user : b->address;

	return (a->pop.host != NULL) == (b->pop.host != NULL) &&
	       same(x->host, y->host) &&
	       (same(u, v) || (u == NULL && v == NULL));
}

static void
guess_address(struct account *a)
{
	const char *host = a->pop.host != NULL ? a->pop.host : a->smtp.host;
	struct slice domain = domain_of(host);

	if (a->address != NULL || a->user == NULL)
		return;
	if (slice_find(slice_of(a->user), '@') < slice_of(a->user).n)
		a->address = xstrdup(a->user);
	else
		a->address = xasprintf("%s@%.*s", a->user, SLICE_ARG(domain));
}

/* The provider's word, "naver"; with a number when it is taken. */
static void
give_name(struct foreign_list *list, size_t at)
{
	struct account *a = &list->v[at].account;
	const char *host = a->pop.host != NULL ? a->pop.host : a->smtp.host;
	struct slice domain = domain_of(host);
	char *name = slice_dup(slice_head(domain, slice_find(domain, '.')));
	unsigned number = 2;
	bool taken = true;
	size_t room;

	if (a->name != NULL && account_name_ok(slice_of(a->name))) {
		free(name);
		name = xstrdup(a->name);
	} else if (!account_name_ok(slice_of(name))) {
		free(name);
		name = xstrdup("mail");
	}
	free(a->name);
	a->name = xstrdup(name);
	room = strlen(name) < NAME_STEM ? strlen(name)
	                                : utf8_cut(name, NAME_STEM);
	while (taken) {
		taken = false;
		for (size_t i = 0; i < at && !taken; i++)
			taken = same(list->v[i].account.name, a->name);
		if (taken) {
			free(a->name);
			a->name =
				xasprintf("%.*s-%u", (int)room, name, number++);
		}
	}
	free(name);
}

static void
join_all(struct foreign_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		for (size_t j = 0; j < list->n; j++) {
			if (i == j || !belong_together(&list->v[i].account,
			                               &list->v[j].account))
				continue;
			join(&list->v[i], &list->v[j]);
			foreign_list_remove(list, j);
			i -= j < i;
			break;
		}
	}
}

void
foreign_finish(struct foreign_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		size_t j = i + 1;

		while (j < list->n) {
			if (same_account(&list->v[i].account,
			                 &list->v[j].account))
				foreign_list_remove(list, j);
			else
				j++;
		}
	}
	join_all(list);
	for (size_t i = 0; i < list->n; i++) {
		guess_address(&list->v[i].account);
		give_name(list, i);
	}
}

void
foreign_drop_known(struct foreign_list *list, const struct conf *conf)
{
	for (size_t i = list->n; i-- > 0;) {
		bool known = false;

		for (size_t j = 0; j < conf->account_count && !known; j++)
			known = same_account(&list->v[i].account,
			                     &conf->accounts[j]) ||
			        same(list->v[i].account.address,
			             conf->accounts[j].address);
		if (known)
			foreign_list_remove(list, i);
	}
}

void
foreign_list_release(struct foreign_list *list)
{
	if (list == NULL)
		return;
	while (list->n > 0)
		release_one(&list->v[--list->n]);
	array_release(list);
}

/* ---- files ---- */

static int
read_as(enum foreign_kind kind, const char *path, struct foreign_list *list,
        struct err *err)
{
	struct str text;
	int rc;

	str_init(&text, FILE_SIZE_MAX);
	rc = fsx_check_regular(path, err);
	if (rc == 0)
		rc = fsx_read(path, FILE_SIZE_MAX, &text, err);
	if (rc == 0)
		foreign_parse(kind, path, str_slice(&text), list);
	str_release(&text);
	return rc;
}

int
foreign_password(const struct foreign *one, struct secret *secret_r,
                 struct err *err)
{
	struct foreign_list list = { .want_passwords = true };
	int rc = read_as(one->kind, one->file, &list, err);
	bool found = false;

	for (size_t i = 0; rc == 0 && !found && i < list.n; i++) {
		const struct foreign *f = &list.v[i];

		found = f->password.n > 0 &&
		        same_account(&f->account, &one->account);
		if (found)
			secret_set(secret_r, f->password.p, f->password.n);
	}
	foreign_list_release(&list);
	if (rc == 0 && !found)
		rc = err_set(err, ERR_NOTFOUND,
		             _("there is no password of this account in '%s'"),
		             one->file);
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

void
conf_find_foreign(const struct conf *conf, struct foreign_list *list_r)
{
	const char *home = getenv("HOME");

	*list_r = (struct foreign_list){ 0 };
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
