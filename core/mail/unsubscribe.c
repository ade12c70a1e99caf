/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How to leave the list that a message came through. */
#include "mail/unsubscribe.h"

#include <stdlib.h>

#include "mail/account_match.h"
#include "mail/mailto.h"
#include "mime/build.h"
#include "text/script.h"
#include "util/clock.h"
#include "util/i18n.h"
#include "util/utf8.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Addresses of one field; more say nothing new. */
#define LINKS_MAX 20
/* Nobody's link is longer, and a request line must fit everywhere. */
#define URL_MAX    4096
#define HOST_MAX   253
#define HTTPS_PORT 443

/* ---- the URL ---- */

/* Letters, digits, "-", "." and letters beyond ASCII: a name with a dot or
 * "localhost", and no address of numbers. */
static bool
host_ok(struct slice host)
{
	struct slice last = slice_from(host, slice_rfind(host, '.') + 1);
	size_t i;
	bool digits = true;

	if (host.n == 0 || host.n > HOST_MAX || host.p[0] == '.' ||
	    host.p[0] == '-' || host.p[host.n - 1] == '.' ||
	    !utf8_valid(host.p, host.n))
		return false;
	for (i = 0; i < host.n; i++)
		if ((unsigned char)host.p[i] < 0x80 &&
		    !byte_is_alnum(host.p[i]) && host.p[i] != '-' &&
		    host.p[i] != '.')
			return false;
	if (slice_rfind(host, '.') == host.n)
		return slice_ieq_z(host, "localhost");
	for (i = 0; i < last.n; i++)
		digits = digits && byte_is_digit(last.p[i]);
	/* 0x7f.1 and the like are numbers, too. */
	return !digits && !slice_istarts(last, "0x");
}

static bool
take_port(struct slice text, int *port_r)
{
	uint64_t port;

	if (slice_u64(text, &port) != 0 || port == 0 || port > 65535)
		return false;
	*port_r = (int)port;
	return true;
}

/* Path and query as they stand; what cannot be in a request is no URL. */
static bool
take_target(struct slice text, char **target_r)
{
	size_t i;

	text = slice_head(text, slice_find(text, '#'));
	for (i = 0; i < text.n; i++)
		if (!byte_is_print(text.p[i]) || text.p[i] == ' ' ||
		    text.p[i] == '\\')
			return false;
	*target_r = text.n == 0 || text.p[0] != '/'
	                    ? xasprintf("/%.*s", SLICE_ARG(text))
	                    : slice_dup(text);
	return true;
}

static bool
take_url(struct slice url, struct unsubscribe *u)
{
	struct slice rest, host;
	size_t end;

	if (!slice_istarts(url, "https://") || url.n > URL_MAX)
		return false;
	rest = slice_from(url, sizeof "https://" - 1);
	for (end = 0; end < rest.n; end++)
		if (rest.p[end] == '/' || rest.p[end] == '?' ||
		    rest.p[end] == '#')
			break;
	host = slice_head(rest, end);
	u->port = HTTPS_PORT;
	if (slice_find(host, ':') < host.n) {
		struct slice port = slice_from(host, slice_find(host, ':') + 1);

		host = slice_head(host, slice_find(host, ':'));
		if (!take_port(port, &u->port))
			return false;
	}
	if (!host_ok(host) || !take_target(slice_from(rest, end), &u->target))
		return false;
	u->host = slice_dup(host);
	u->url = slice_dup(url);
	return true;
}

/* ---- the fields ---- */

static bool
take_mailto(struct slice link, struct unsubscribe *u)
{
	struct arena arena = { 0 };
	struct addr_list list = { 0 };
	struct mailto m;
	struct err ignored = { 0 }; /* it is none, then */

	if (link.n <= URL_MAX && mailto_parse(link, &m, &ignored) == 0) {
		addr_parse(&arena, NULL, str_slice(&m.to), &list);
		if (list.n == 1 && m.cc.n == 0 &&
		    addr_spec_ok(list.v[0].spec)) {
			u->to = slice_dup(list.v[0].spec);
			u->mailto = slice_dup(link);
		}
		mailto_release(&m);
	}
	arena_release(&arena);
	return u->mailto != NULL;
}

/* "<link>, <link>": the first of each kind. */
static void
take_links(struct slice field, struct unsubscribe *u)
{
	size_t n;

	for (n = 0; n < LINKS_MAX; n++) {
		size_t open = slice_find(field, '<'), close;
		struct slice link;

		if (open == field.n)
			return;
		field = slice_from(field, open + 1);
		close = slice_find(field, '>');
		if (close == field.n)
			return;
		link = slice_trim(slice_head(field, close));
		field = slice_from(field, close + 1);
		if (u->url == NULL)
			(void)take_url(link, u);
		if (u->mailto == NULL)
			(void)take_mailto(link, u);
	}
}

/* A long link is folded at blanks that do not belong to it (RFC 2369, 2). */
static void
without_blanks(struct slice field, struct str *out)
{
	size_t i;

	for (i = 0; i < field.n; i++)
		if (!byte_is_blank(field.p[i]))
			str_add_c(out, field.p[i]);
}

/* ---- the signature ---- */

/* The value of a tag (RFC 6376, 3.2), blanks and all; empty: not there. */
static struct slice
dkim_tag(struct slice signature, const char *name)
{
	struct slice piece;

	while (slice_split(&signature, ';', &piece)) {
		size_t at = slice_find(piece, '=');

		if (at < piece.n &&
		    slice_eq_z(slice_trim(slice_head(piece, at)), name))
			return slice_trim(slice_from(piece, at + 1));
	}
	return SLICE_NONE;
}

static bool
dkim_covers(struct slice signature, const char *field)
{
	struct slice rest = dkim_tag(signature, "h"), name;

	while (slice_split(&rest, ':', &name))
		if (slice_ieq_z(slice_trim(name), field))
			return true;
	return false;
}

/* The provider says that a domain's signature is good: of that domain's all have
 * to cover the fields, as it does not say which one it means. */
static bool
offer_is_signed(const struct message *m, const struct origin *o)
{
	struct slice value;
	bool any = false;

	for (size_t i = 0;; i++) {
		value = part_field(m->root, "DKIM-Signature", i);
		if (value.p == NULL)
			return any;
		if (!origin_signed_by(o, dkim_tag(value, "d")))
			continue;
		any = dkim_covers(value, "List-Unsubscribe") &&
		      dkim_covers(value, "List-Unsubscribe-Post");
		if (!any)
			return false;
	}
}

static bool
offers_one_click(const struct message *m, const struct unsubscribe *u)
{
	struct slice post =
		slice_trim(part_field(m->root, "List-Unsubscribe-Post", 0));

	return u->url != NULL && slice_ieq_z(post, UNSUBSCRIBE_BODY) &&
	       message_field_count(m, "List-Unsubscribe-Post") == 1;
}

void
unsubscribe_of(const struct message *m, const struct origin_hosts *hosts,
               struct unsubscribe *u_r)
{
	struct origin o;
	struct str field;

	*u_r = (struct unsubscribe){ 0 };
	str_init(&field, MESSAGE_FIELD_MAX);
	without_blanks(part_field(m->root, "List-Unsubscribe", 0), &field);
	/* Two of them: which one is the sender's? */
	if (message_field_count(m, "List-Unsubscribe") == 1 && !field.full)
		take_links(str_slice(&field), u_r);
	str_release(&field);
	if (offers_one_click(m, u_r)) {
		origin_of(m, hosts, &o);
		u_r->unsigned_offer = !offer_is_signed(m, &o);
		origin_release(&o);
	}
	if (offers_one_click(m, u_r) && !u_r->unsigned_offer)
		u_r->way = UNSUBSCRIBE_POST;
	else if (u_r->mailto != NULL)
		u_r->way = UNSUBSCRIBE_MAIL;
	else if (u_r->url != NULL)
		u_r->way = UNSUBSCRIBE_WEB;
}

void
unsubscribe_release(struct unsubscribe *u)
{
	if (u == NULL)
		return;
	free(u->url);
	free(u->host);
	free(u->target);
	free(u->mailto);
	free(u->to);
	*u = (struct unsubscribe){ 0 };
}

void
unsubscribe_show_host(const struct unsubscribe *u, struct str *out)
{
	(void)script_add_host(slice_of(u->host), out); /* either form is good */
	if (u->port != HTTPS_PORT)
		str_printf(out, ":%d", u->port);
}

/* ---- by mail ---- */

static int
build(const struct mailto *link, const struct unsubscribe *u,
      struct unsubscribe_mail *mail, struct err *err)
{
	struct addr to = { .spec = slice_of(u->to) };
	struct build_draft d = {
		.from = { slice_of(mail->account->full_name),
		          slice_of(mail->from) },
		.to = { &to, 1 },
		.subject = slice_of(mail->subject),
		.text = link->body.n > 0 ? str_slice(&link->body)
		                         : SLICE_LIT("unsubscribe\n"),
		.date = clock_now(),
	};
	struct str id;
	struct tm tm;
	int rc;

	str_init(&id, MESSAGE_FIELD_MAX);
	build_message_id(d.from.spec, &id);
	d.message_id = str_slice(&id);
	clock_local(d.date, &tm, &d.zone);
	rc = build_message(&d, &mail->message, err);
	str_release(&id);
	return rc;
}

int
unsubscribe_write(const struct unsubscribe *u, const struct message *m,
                  const struct conf *c, const struct account *fallback,
                  struct unsubscribe_mail *mail_r, struct err *err)
{
	struct mailto link;
	int rc;

	*mail_r = (struct unsubscribe_mail){ 0 };
	str_init(&mail_r->message, BUILD_MAX);
	if (u->mailto == NULL)
		return err_set(err, ERR_USAGE,
		               _("the list names no address to write to"));
	mail_r->account = account_for_reply(c, m, fallback, &mail_r->from);
	if (mail_r->account == NULL)
		return err_set(err, ERR_CONFIG,
		               _("no account has an address of yours that the "
		                 "list writes to"));
	if (mail_r->from == NULL)
		mail_r->from = xstrdup(mail_r->account->address);
	rc = mailto_parse(slice_of(u->mailto), &link, err);
	if (rc == 0) {
		mail_r->subject = link.subject.n > 0 ? xstrdup(link.subject.p)
		                                     : xstrdup("unsubscribe");
		rc = build(&link, u, mail_r, err);
	}
	mailto_release(&link);
	return rc;
}

void
unsubscribe_mail_release(struct unsubscribe_mail *m)
{
	if (m == NULL)
		return;
	free(m->from);
	free(m->subject);
	str_release(&m->message);
	*m = (struct unsubscribe_mail){ 0 };
}
