/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wizard's fields of servers: proposed, completed, understood. */
#include "tui/wizard_priv.h"

#include <stdlib.h>

#include "util/banned.h"

static void
show_server(const struct account_server *s, bool pop, struct w_line *field)
{
	static const char *const kinds[] = { "tls", "starttls", "plain" };
	struct str out;

	str_init(&out, W_LINE_MAX);
	if (s->host != NULL)
		str_printf(&out,
		           slice_find(slice_of(s->host), ':') <
		                           slice_of(s->host).n
		                   ? "[%s]:%d:%s"
		                   : "%s:%d:%s",
		           s->host, s->port,
		           pop && s->tls == ACCOUNT_TLS_START ? "stls"
		                                              : kinds[s->tls]);
	w_line_set(field, str_slice(&out));
	str_release(&out);
}

/* Servers of the provider, else a guess that is often right. */
void
wizard_propose_servers(struct wizard_steps *w)
{
	struct slice d = wizard_domain(wizard_text(w, WIZARD_F_ADDRESS));
	struct str s;

	if (w->provider != NULL && w->provider->pop.host != NULL) {
		show_server(&w->provider->pop, true, &w->fields[WIZARD_F_POP]);
		show_server(&w->provider->smtp, false,
		            &w->fields[WIZARD_F_SMTP]);
		return;
	}
	str_init(&s, W_LINE_MAX);
	str_printf(&s, "pop.%.*s:995:tls", SLICE_ARG(d));
	w_line_set(&w->fields[WIZARD_F_POP], str_slice(&s));
	str_clear(&s);
	str_printf(&s, "smtp.%.*s:465:tls", SLICE_ARG(d));
	w_line_set(&w->fields[WIZARD_F_SMTP], str_slice(&s));
	str_release(&s);
}

/* "pop.example.kr" and "pop.example.kr:110" leave the rest to us; never plain.
 * The field shows what that comes to. */
static void
complete_server(struct wizard_steps *w, enum wizard_field f)
{
	bool pop = f == WIZARD_F_POP;
	struct slice s = wizard_text(w, f);
	size_t colon = slice_find(s, ':');
	struct slice port = slice_from(s, colon + 1);
	struct str full;

	if (s.n == 0 || s.p[0] == '[' || slice_find(port, ':') < port.n ||
	    (colon == s.n && slice_find(s, '.') == s.n))
		return;
	str_init(&full, W_LINE_MAX);
	str_add_slice(&full, s);
	if (colon == s.n)
		str_add_z(&full, pop ? ":995:tls" : ":465:tls");
	else if (pop)
		str_add_z(&full, slice_eq_z(port, "110") ? ":stls" : ":tls");
	else
		str_add_z(&full,
		          slice_eq_z(port, "587") || slice_eq_z(port, "25")
		                  ? ":starttls"
		                  : ":tls");
	w_line_set(&w->fields[f], str_slice(&full));
	str_release(&full);
}

int
wizard_take_server(struct wizard_steps *w, enum wizard_field f,
                   struct account_server *to)
{
	struct account_server server = { 0 };
	struct slice s;

	complete_server(w, f);
	s = wizard_text(w, f);

	if (s.n == 0 && f == WIZARD_F_SMTP) {
		free(to->host);
		to->host = NULL;
		return 0;
	}
	if (account_parse_server(s, &server, &w->error) != 0) {
		w->focus = f;
		return -1;
	}
	free(to->host);
	*to = server;
	return 0;
}

/* Whoever went without TLS before does not so silently. */
void
wizard_show_safe(const struct account_server *s, bool pop, struct w_line *field)
{
	struct account_server safe = *s;

	if (safe.tls == ACCOUNT_TLS_NONE)
		safe.tls = ACCOUNT_TLS_START;
	show_server(&safe, pop, field);
}
