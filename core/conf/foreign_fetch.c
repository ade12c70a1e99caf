/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accounts in .fetchmailrc, getmailrc, .netrc. */
#include <stdlib.h>
#include <string.h>

#include "conf/foreign_priv.h"
#include "util/xalloc.h"

#include "util/banned.h"

static bool
is_one_of(struct slice word, const char *const *list)
{
	for (; *list != NULL; list++)
		if (slice_ieq_z(word, *list))
			return true;
	return false;
}

/* ---- fetchmail: free words; what follows "poll" holds for its users ---- */

/* What "defaults" or a server says for the users that come. */
struct fetchmail_server {
	int port;
	bool tls, other; /* other: no POP3 */
	enum account_keep keep;
};

struct fetchmail {
	struct foreign_file *f;
	struct str word;
	char *host, *via;
	struct fetchmail_server defaults;
	struct fetchmail_server server;
	struct fetchmail_server now; /* of the last "user" */
	struct foreign *user;        /* of the last "user" */
	bool no;                     /* the word before was "no" */
};

/* A backslash is as in C; one that is not is dropped. */
static void
add_escape(struct slice *rest, struct str *word)
{
	static const char from[] = "ntrbafv";
	static const char to[] = "\n\t\r\b\a\f\v";
	char c = rest->p[0];
	const char *known = c != '\0' ? strchr(from, c) : NULL;
	size_t n = 0;
	int v = 0;

	if (byte_lower(c) == 'x') {
		for (n = 1; n < 3 && n < rest->n && byte_hex(rest->p[n]) >= 0;)
			v = v << 4 | byte_hex(rest->p[n++]);
	} else {
		for (; n < 3 && n < rest->n && rest->p[n] >= '0' &&
		       rest->p[n] <= '7';)
			v = v << 3 | (rest->p[n++] - '0');
	}
	if (n > 0 && v > 0 && v < 256)
		str_add_c(word, (char)v);
	else if (n == 0)
		str_add_c(word, known != NULL ? to[known - from] : c);
	*rest = slice_from(*rest, n > 0 ? n : 1);
}

/* fetchmail's words: both kinds of quotes have escapes, a comment begins where
 * a word could. */
static bool
fetchmail_word(struct slice *rest, struct str *word)
{
	static const char parts[] = ",;:=";
	char quote = '\0';

	str_clear(word);
	while (rest->n > 0) {
		char c = rest->p[0];

		if (c == '#')
			*rest = slice_from(*rest, slice_find(*rest, '\n'));
		else if (byte_is_blank(c) || (c != '\0' && strchr(parts, c)))
			*rest = slice_from(*rest, 1);
		else
			break;
	}
	if (rest->n == 0)
		return false;
	while (rest->n > 0) {
		char c = rest->p[0];

		if (quote == '\0' && word->n > 0 &&
		    (byte_is_blank(c) || (c != '\0' && strchr(parts, c))))
			break;
		*rest = slice_from(*rest, 1);
		if (c == '\\' && rest->n > 0)
			add_escape(rest, word);
		else if (quote == '\0' && (c == '"' || c == '\''))
			quote = c;
		else if (quote != '\0' && c == quote)
			break;
		else
			str_add_c(word, c);
	}
	return true;
}

static void
finish_user(struct fetchmail *m)
{
	struct account *a;

	if (m->user == NULL)
		return;
	a = &m->user->account;
	foreign_set(&a->pop.host, slice_of(m->via != NULL ? m->via : m->host));
	a->pop.tls = m->now.tls || m->now.port == 995 ? ACCOUNT_TLS_IMPLICIT
	                                              : ACCOUNT_TLS_START;
	a->pop.port = m->now.port != 0                     ? m->now.port
	              : a->pop.tls == ACCOUNT_TLS_IMPLICIT ? 995
	                                                   : 110;
	a->keep = m->now.keep;
	if (m->now.other || a->pop.host == NULL)
		foreign_take_back(m->f);
	m->user = NULL;
}

static void
begin_server(struct fetchmail *m)
{
	finish_user(m);
	foreign_set(&m->host, str_slice(&m->word));
	foreign_set(&m->via, SLICE_NONE);
	m->server = m->defaults;
}

static void
begin_defaults(struct fetchmail *m)
{
	finish_user(m);
	foreign_set(&m->host, SLICE_NONE);
	/* fetchmail deletes when nothing is said; we do when it is said. */
	m->defaults = (struct fetchmail_server){ .keep = ACCOUNT_KEEP };
	m->server = m->defaults;
}

/* Where the options that come belong. */
static struct fetchmail_server *
options_of(struct fetchmail *m)
{
	return m->user != NULL   ? &m->now
	       : m->host != NULL ? &m->server
	                         : &m->defaults;
}

static bool
is_no_pop(struct slice protocol)
{
	return slice_istarts(protocol, "imap") ||
	       slice_ieq_z(protocol, "etrn") || slice_ieq_z(protocol, "odmr");
}

/* A keyword with a value, now in m->word. */
static void
fetchmail_value(struct fetchmail *m, struct slice key)
{
	static const char *const servers[] = { "poll", "server", "skip", NULL };
	static const char *const users[] = { "user", "username", NULL };
	static const char *const ports[] = { "port", "service", NULL };
	static const char *const protocols[] = { "proto", "protocol", NULL };
	static const char *const secrets[] = { "pass", "password", NULL };
	struct slice value = str_slice(&m->word);

	if (is_one_of(key, servers)) {
		begin_server(m);
	} else if (slice_ieq_z(key, "via")) {
		foreign_set(&m->via, value);
	} else if (is_one_of(key, ports)) {
		options_of(m)->port = foreign_port(value);
	} else if (is_one_of(key, protocols)) {
		options_of(m)->other = is_no_pop(value);
	} else if (is_one_of(key, users)) {
		finish_user(m);
		m->user = m->host != NULL ? foreign_add(m->f) : NULL;
		m->now = m->server;
		if (m->user != NULL)
			foreign_set(&m->user->account.user, value);
	} else if (is_one_of(key, secrets) && m->user != NULL) {
		foreign_has_password(m->user, value);
	}
}

/* A word that stands for itself. */
static void
fetchmail_flag(struct fetchmail *m, struct slice key)
{
	bool no = m->no;

	m->no = slice_ieq_z(key, "no");
	if (slice_ieq_z(key, "ssl"))
		options_of(m)->tls = !no;
	else if (slice_ieq_z(key, "keep"))
		options_of(m)->keep = no ? ACCOUNT_DELETE : ACCOUNT_KEEP;
	else if (slice_ieq_z(key, "nokeep"))
		options_of(m)->keep = ACCOUNT_DELETE;
	else if (slice_ieq_z(key, "defaults"))
		begin_defaults(m);
}

void
foreign_fetchmail(struct foreign_file *f, struct slice text)
{
	/* What takes a value, so that none of them is read as a word. */
	static const char *const valued[] = { "poll",
		                              "server",
		                              "skip",
		                              "user",
		                              "username",
		                              "via",
		                              "port",
		                              "service",
		                              "proto",
		                              "protocol",
		                              "pass",
		                              "password",
		                              "sslproto",
		                              "is",
		                              "to",
		                              "mda",
		                              "folder",
		                              "auth",
		                              "authenticate",
		                              "plugin",
		                              "plugout",
		                              "preconnect",
		                              "postconnect",
		                              "sslcert",
		                              "sslkey",
		                              "sslcertfile",
		                              "sslcertpath",
		                              "sslcommonname",
		                              "sslfingerprint",
		                              "principal",
		                              "interface",
		                              "monitor",
		                              "envelope",
		                              "qvirtual",
		                              "smtphost",
		                              "smtpaddress",
		                              "smtpname",
		                              "bsmtp",
		                              "properties",
		                              "postmaster",
		                              "logfile",
		                              "idfile",
		                              "pidfile",
		                              "esmtpname",
		                              "esmtppassword",
		                              "badheader",
		                              "bad-header",
		                              "timeout",
		                              "interval",
		                              NULL };
	struct fetchmail m = { .f = f };
	struct str key;

	str_init(&m.word, FOREIGN_WORD_MAX);
	str_init(&key, FOREIGN_WORD_MAX);
	begin_defaults(&m);
	while (fetchmail_word(&text, &key)) {
		struct slice k = str_slice(&key);

		if (!is_one_of(k, valued))
			fetchmail_flag(&m, k);
		else if (fetchmail_word(&text, &m.word))
			fetchmail_value(&m, k);
	}
	finish_user(&m);
	free(m.host);
	free(m.via);
	foreign_text_release(&m.word);
	foreign_text_release(&key);
}

/* ---- getmail: sections ---- */

/* ("pass", "mail/naver") as a command. */
static char *
getmail_command(struct slice value)
{
	struct str word;
	struct str out;

	str_init(&word, FOREIGN_WORD_MAX);
	str_init(&out, FOREIGN_WORD_MAX);
	while (foreign_word(&value, "(),", &word)) {
		if (out.n != 0)
			str_add_c(&out, ' ');
		if (slice_find(str_slice(&word), ' ') < word.n)
			str_printf(&out, "\"%s\"", word.p);
		else
			str_add_slice(&out, str_slice(&word));
	}
	str_release(&word);
	return str_take(&out);
}

static void
getmail_retriever(struct foreign *one, struct slice key, struct slice value)
{
	struct account *a = &one->account;

	if (slice_ieq_z(key, "type")) {
		a->pop.tls = slice_ifind_text(value, SLICE_LIT("SSL")) < value.n
		                     ? ACCOUNT_TLS_IMPLICIT
		                     : ACCOUNT_TLS_NONE;
		if (slice_ifind_text(value, SLICE_LIT("IMAP")) < value.n)
			a->pop.port = -1;
	} else if (slice_ieq_z(key, "server")) {
		foreign_set(&a->pop.host, value);
	} else if (slice_ieq_z(key, "port") && a->pop.port >= 0) {
		a->pop.port = foreign_port(value);
	} else if (slice_ieq_z(key, "username")) {
		foreign_set(&a->user, value);
	} else if (slice_ieq_z(key, "password")) {
		foreign_has_password(one, value);
	} else if (slice_ieq_z(key, "password_command")) {
		free(a->password_command);
		a->password_command = getmail_command(value);
	}
}

static void
getmail_option(struct foreign *one, struct slice key, struct slice value)
{
	uint64_t days;

	if (slice_ieq_z(key, "delete") &&
	    (slice_ieq_z(value, "true") || slice_ieq_z(value, "yes"))) {
		one->account.keep = ACCOUNT_DELETE;
	} else if (slice_ieq_z(key, "delete_after") &&
	           slice_u64(value, &days) == 0 && days > 0 && days < 36500) {
		one->account.keep = ACCOUNT_DELETE_AFTER;
		one->account.keep_days = (int)days;
	}
}

void
foreign_getmail(struct foreign_file *f, struct slice text)
{
	struct foreign *one = foreign_add(f);
	struct slice section = SLICE_NONE;
	struct slice line;

	if (one == NULL)
		return;
	one->account.keep = ACCOUNT_KEEP;
	while (slice_line(&text, &line)) {
		size_t equal = slice_find(line, '=');
		size_t colon = slice_find(line, ':');
		size_t eq = colon < equal ? colon : equal;
		struct slice key = slice_trim(slice_head(line, eq));
		struct slice value = slice_trim(slice_from(line, eq + 1));

		if (slice_starts(line, "#") || slice_starts(line, ";"))
			continue;
		if (slice_starts(line, "["))
			section = slice_trim(line);
		else if (eq == line.n)
			continue;
		else if (slice_ieq_z(section, "[retriever]"))
			getmail_retriever(one, key, value);
		else if (slice_ieq_z(section, "[options]"))
			getmail_option(one, key, value);
	}
	if (one->account.pop.host == NULL || one->account.pop.port < 0)
		foreign_take_back(f);
	else if (one->account.pop.port == 0)
		one->account.pop.port =
			one->account.pop.tls == ACCOUNT_TLS_IMPLICIT ? 995
								     : 110;
}

/* ---- netrc: machines; of those whose name does not say that they have POP3 the
 * passwords, for what other programs know of them ---- */

/* The end of a machine: one without a login says nothing. */
static void
end_machine(struct foreign_file *f, struct foreign **one)
{
	if (*one != NULL && (*one)->account.user == NULL)
		foreign_take_back(f);
	*one = NULL;
}

/* A macro ends at an empty line. */
static struct slice
behind_macro(struct slice text)
{
	return slice_from(text, slice_find_text(text, SLICE_LIT("\n\n")) + 2);
}

static void
netrc_value(struct foreign_file *f, struct foreign **one, struct slice key,
            struct slice value)
{
	if (slice_eq_z(key, "machine")) {
		end_machine(f, one);
		*one = foreign_add(f);
		if (*one == NULL)
			return;
		(*one)->only_secret = !slice_istarts(value, "pop");
		foreign_set(&(*one)->account.pop.host, value);
		(*one)->account.pop.tls = ACCOUNT_TLS_IMPLICIT;
		(*one)->account.pop.port = 995;
	} else if (*one != NULL && slice_eq_z(key, "login")) {
		foreign_set(&(*one)->account.user, value);
	} else if (*one != NULL && slice_eq_z(key, "password")) {
		foreign_has_password(*one, value);
	}
}

void
foreign_netrc(struct foreign_file *f, struct slice text)
{
	struct foreign *one = NULL;
	struct str key;
	struct str value;

	str_init(&key, FOREIGN_WORD_MAX);
	str_init(&value, FOREIGN_WORD_MAX);
	while (foreign_word(&text, "", &key)) {
		struct slice k = str_slice(&key);

		if (slice_eq_z(k, "default"))
			end_machine(f, &one);
		else if (slice_eq_z(k, "macdef"))
			text = behind_macro(text);
		else if (foreign_value(&text, "", &value))
			netrc_value(f, &one, k, str_slice(&value));
	}
	end_machine(f, &one);
	foreign_text_release(&key);
	foreign_text_release(&value);
}
