/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pabal doctor: names of the checks, what to do about what was found. */
#include <string.h>

#include "cli/doctor.h"
#include "util/i18n.h"

#include "util/banned.h"

static const struct {
	const char *check;
	const char *title;
} titles[] = {
	{ "pabal", "pabal" },
	{ "locale", N_("locale") },
	{ "terminal", N_("terminal") },
	{ "charsets", N_("charsets") },
	{ "clock", N_("clock") },
	{ "config", N_("configuration") },
	{ "providers", N_("providers") },
	{ "disk", N_("disk") },
	{ "store", N_("store") },
	{ "account", N_("account") },
	{ "password", N_("password") },
	{ "dns", N_("name") },
	{ "tcp", N_("connection") },
	{ "greeting", N_("greeting") },
	{ "tls", N_("encryption") },
	{ "capa", N_("CAPA") },
	{ "ehlo", N_("EHLO") },
	{ "methods", N_("ways to log in") },
	{ "login", N_("login") },
	{ "uidl", N_("UIDL") },
	{ "top", N_("TOP") },
	{ "pipelining", N_("PIPELINING") },
};

const char *
doctor_title(const char *check)
{
	for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++)
		if (strcmp(titles[i].check, check) == 0)
			return _(titles[i].title);
	return check;
}

/* code ERR_NONE: any; server NULL: either, or none. */
static const struct {
	const char *check;
	enum err_code code;
	const char *server;
	const char *advice;
} table[] = {
	{ "locale", ERR_NONE, NULL,
	  N_("set one with UTF-8 that is installed, as LANG=ko_KR.UTF-8 or "
	     "LANG=C.UTF-8 ('locale -a' lists them)") },
	{ "terminal", ERR_NONE, NULL,
	  N_("say TERM=xterm-256color and LC_ALL=C.UTF-8 in a terminal that "
	     "shows UTF-8; the commands work in any") },
	{ "charsets", ERR_NONE, NULL,
	  N_("install the C library's conversions (gconv modules; Fedora has "
	     "them in glibc-gconv-extra); UTF-8 and Korean work without") },
	{ "clock", ERR_NONE, NULL,
	  N_("set the date and the time zone of this computer, best by NTP "
	     "(timedatectl)") },
	{ "config", ERR_IO, NULL,
	  N_("make the folder yours and writable, or choose another with "
	     "--home") },
	{ "config", ERR_NONE, NULL,
	  N_("correct the line in a text editor; pabal(1) lists the keys") },
	{ "providers", ERR_NONE, NULL,
	  N_("correct the file of yours, or install pabal again") },
	{ "disk", ERR_NONE, NULL,
	  N_("make room there, and let the folder be yours and writable; nothing "
	     "is fetched meanwhile, and nothing is deleted on servers") },
	{ "store", ERR_CONFIG, NULL,
	  N_("use the newer pabal that made it, or keep it apart with --home") },
	{ "store", ERR_RETRY, NULL,
	  N_("end the other program that holds it, then try again") },
	{ "store", ERR_CANCELLED, NULL,
	  N_("let it come to its end: in a large mailbox it takes minutes") },
	{ "store", ERR_NONE, NULL,
	  N_("'pabal index' makes the index anew from the mail files, which are "
	     "as they were") },
	{ "account", ERR_NONE, NULL,
	  N_("set it right with 'pabal account edit'") },
	{ "password", ERR_CONFIG, NULL,
	  N_("set it right with 'pabal account edit'") },
	{ "password", ERR_NONE, NULL,
	  N_("run the password_command by hand, or store a password: pabal "
	     "account edit NAME") },
	{ "dns", ERR_NOHOST, NULL,
	  N_("check how the server's name is spelt ('pabal account edit'), and "
	     "whether this computer is in a network where it is known") },
	{ "dns", ERR_NONE, NULL,
	  N_("check the network, and the name servers in /etc/resolv.conf") },
	{ "tcp", ERR_NONE, "pop3",
	  N_("check the network and the port (995 with TLS, 110 with STLS); a "
	     "firewall may hold it back; an address that is dead beside one "
	     "that answers costs a moment only") },
	{ "tcp", ERR_NONE, "smtp",
	  N_("check the network and the port (465 with TLS, 587 with STARTTLS); "
	     "many providers hold back 25; an address that is dead beside one "
	     "that answers costs a moment only") },
	{ "greeting", ERR_RETRY, NULL,
	  N_("try again later; if it stays so, the port is not the right one or "
	     "the server is out of order") },
	{ "tls", ERR_CERT, NULL,
	  N_("nothing was sent there; ask who runs the server about the "
	     "certificate before it is trusted (ca_file, pop_pin, smtp_pin "
	     "in pabal(1))") },
	{ "tls", ERR_NONE, NULL,
	  N_("check the port and the kind of encryption: tls from the beginning, "
	     "or stls and starttls after it") },
	{ "capa", ERR_NONE, NULL,
	  N_("nothing to do: what the server can do is found out by trying") },
	{ "ehlo", ERR_NONE, NULL,
	  N_("check that this is the server for sending and not another; without "
	     "EHLO there is no login") },
	{ "methods", ERR_CERT, NULL,
	  N_("everybody on the way can read the mail and perhaps the password: "
	     "use tls or stls if the server has it") },
	{ "methods", ERR_NONE, NULL,
	  N_("set 'auth' to a way that the server offers, or to password: pabal "
	     "account edit NAME --auth password") },
	{ "login", ERR_AUTH, NULL,
	  N_("check user name and password; many providers want a password made "
	     "for programs, and POP3 and SMTP switched on in their settings") },
	{ "login", ERR_RETRY, NULL,
	  N_("wait some minutes, end other programs that use the mailbox, try "
	     "again") },
	{ "login", ERR_NONE, NULL,
	  N_("look at the settings of the mailbox at the provider; what the "
	     "server said is to be shown to its support") },
	{ "uidl", ERR_NONE, NULL,
	  N_("nothing to do: these messages are told apart by what is in them, "
	     "which takes longer") },
	{ "top", ERR_NONE, NULL,
	  N_("nothing to do as long as mail comes whole; leave headers_above and "
	     "quota unset") },
	{ "pipelining", ERR_NONE, NULL,
	  N_("nothing to do: it is slower, no more") },
};

/* By what went wrong, whatever the check. */
static const char *
by_code(enum err_code code)
{
	switch (code) {
	case ERR_RETRY:
	case ERR_CANCELLED:
		return _("try again later");
	case ERR_AUTH:
		return _("check user name and password");
	case ERR_CERT:
		return _("ask who runs the server; nothing was sent there");
	case ERR_CONFIG:
	case ERR_USAGE:
	case ERR_NOTFOUND:
		return _("set it right with 'pabal account edit'");
	case ERR_NOHOST:
		return _("check how the server's name is spelt");
	case ERR_IO:
		return _("look after the disk and the rights of the files");
	case ERR_REFUSED:
	case ERR_PROTO:
	case ERR_LIMIT:
	case ERR_NONE:
		break;
	}
	return _("check the server's name and port; show what it said to its "
	         "support");
}

const char *
doctor_advice(const char *server, const char *check, enum err_code code)
{
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		if (strcmp(table[i].check, check) != 0)
			continue;
		if (table[i].code != ERR_NONE && table[i].code != code)
			continue;
		if (table[i].server != NULL && server != NULL &&
		    strcmp(table[i].server, server) != 0)
			continue;
		return _(table[i].advice);
	}
	return by_code(code);
}

enum err_code
doctor_worse(enum err_code a, enum err_code b)
{
	/* What may lose mail, what the user must do, what passes by itself. */
	static const enum err_code order[] = {
		ERR_IO,      ERR_CONFIG, ERR_AUTH,     ERR_CERT,
		ERR_REFUSED, ERR_PROTO,  ERR_LIMIT,    ERR_NOHOST,
		ERR_RETRY,   ERR_USAGE,  ERR_NOTFOUND, ERR_CANCELLED,
	};

	for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return ERR_NONE;
}
