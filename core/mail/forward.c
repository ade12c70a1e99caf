/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mail that rules send: whether it may go, and how it is made.
 *
 * 1. All that goes out bears FORWARD_MARK with the address of the account that
 *    sent it.  What bears an address of ours is never sent on again: two
 *    accounts that forward to each other stop after the first way.
 * 2. A redirected message keeps its bytes, so that its signatures stay good;
 *    only Bcc is left out, and Return-Path, which the last server has to
 *    write (RFC 5321 4.4), and what is ours stands before the rest.
 * 3. Answers follow RFC 3834: never to what is automatic or bulk, nor to what
 *    was not sent to us by name; Auto-Submitted says what they are.
 *
 * Refusing whatever has our own Delivered-To would refuse all mail: the server
 * writes it when it delivers to us.  Two of them mean that it came back.
 */
#include "mail/forward.h"

#include <stdlib.h>
#include <string.h>

#include "mime/build.h"
#include "mime/date.h"
#include "util/digest.h"
#include "util/i18n.h"

#include "util/banned.h"

#define FORWARD_MARK "X-Pabal-Forwarded"
/* RFC 5321 6.3 asks for at least 100 servers on a way; ours is the end of one,
 * and no honest mail passes half of them before. */
#define RECEIVED_MAX 50
/* Hex digits of a message id. */
#define ID_DIGITS 32

/* ---- may it go ---- */

const struct account *
forward_identity(const struct conf *c, const char *address, const char **name_r)
{
	size_t i, k;

	for (i = 0; i < c->account_count; i++) {
		const struct account *a = &c->accounts[i];

		if (name_r != NULL)
			*name_r = a->full_name;
		if (addr_same(slice_of(a->address), slice_of(address)))
			return a;
		for (k = 0; k < a->identity_count; k++) {
			if (!addr_same(slice_of(a->identities[k].address),
			               slice_of(address)))
				continue;
			if (name_r != NULL && a->identities[k].name != NULL)
				*name_r = a->identities[k].name;
			return a;
		}
	}
	return NULL;
}

static bool
is_own(const struct forward_as *as, struct slice address)
{
	char *z = slice_dup(slice_trim(address));
	bool own = forward_identity(as->conf, z, NULL) != NULL ||
	           addr_same(slice_of(as->account->address), slice_of(z));

	free(z);
	return own;
}

/* How many fields of that name hold just this address; address NULL: any of
 * ours. */
static size_t
count_address(const struct message *m, const char *field,
              const struct forward_as *as, const char *address)
{
	size_t n = 0;
	size_t i;

	for (i = 0;; i++) {
		struct slice value = part_field(m->root, field, i);

		if (value.p == NULL)
			return n;
		value = slice_trim(value);
		if (address != NULL ? addr_same(value, slice_of(address))
		                    : is_own(as, value))
			n++;
	}
}

/* Does any field of that name say that?  Each program on the way may have added
 * its own. */
static bool
field_is(const struct message *m, const char *field, const char *word)
{
	struct slice v;
	size_t i;

	for (i = 0; (v = part_field(m->root, field, i)).p != NULL; i++)
		if (slice_ieq_z(slice_trim(v), word))
			return true;
	return false;
}

static bool
is_automatic(const struct message *m)
{
	struct slice v;
	size_t i;

	for (i = 0; (v = part_field(m->root, "Auto-Submitted", i)).p != NULL;
	     i++) {
		v = slice_trim(v);
		/* Parameters may follow the word. */
		v = slice_trim(slice_head(v, slice_find(v, ';')));
		if (v.n > 0 && !slice_ieq_z(v, "no"))
			return true;
	}
	return false;
}

static bool
is_bulk(const struct message *m)
{
	return field_is(m, "Precedence", "bulk") ||
	       field_is(m, "Precedence", "list") ||
	       field_is(m, "Precedence", "junk") ||
	       part_field(m->root, "List-Id", 0).p != NULL;
}

/* Nobody waits for an answer to what is sent to many (RFC 5230, 4.6). */
static bool
has_list_field(const struct message *m)
{
	static const char *const fields[] = {
		"List-Help",  "List-Post",    "List-Subscribe",
		"List-Owner", "List-Archive", "List-Unsubscribe"
	};
	size_t i;

	for (i = 0; i < sizeof fields / sizeof *fields; i++)
		if (part_field(m->root, fields[i], 0).p != NULL)
			return true;
	return false;
}

/* Our address stands in To or Cc (RFC 3834, 2). */
static bool
is_to_us(const struct message *m, const struct forward_as *as)
{
	static const char *const fields[] = { "To", "Cc" };
	struct arena arena = { 0 };
	bool found = false;
	size_t i, k;

	for (i = 0; i < 2 && !found; i++) {
		struct addr_list list = { 0 };

		message_addrs(m, fields[i], &arena, &list);
		for (k = 0; k < list.n && !found; k++)
			found = is_own(as, list.v[k].spec);
	}
	arena_release(&arena);
	return found;
}

struct slice
forward_reply_to(const struct message *m, struct arena *a)
{
	static const char *const fields[] = { "Return-Path", "From" };
	size_t i;

	for (i = 0; i < 2; i++) {
		struct addr_list list = { 0 };

		message_addrs(m, fields[i], a, &list);
		if (list.n == 1 && addr_spec_ok(list.v[0].spec))
			return list.v[0].spec;
	}
	return SLICE_NONE;
}

/* Nobody there to read an answer. */
static bool
is_nobody(struct slice address)
{
	struct slice local = slice_head(address, slice_rfind(address, '@'));

	return address.n == 0 || slice_istarts(local, "mailer-daemon") ||
	       slice_istarts(local, "no-reply") ||
	       slice_istarts(local, "noreply") ||
	       slice_istarts(local, "do-not-reply") ||
	       slice_istarts(local, "donotreply") ||
	       slice_istarts(local, "postmaster") ||
	       slice_istarts(local, "owner-") || slice_iends(local, "-request");
}

/* Whose name is borrowed did not write and is not answered. */
static bool
is_borrowed(const struct message *m, const struct forward_as *as)
{
	struct origin o;
	bool refuted;

	origin_of(m, as->hosts, &o);
	refuted = origin_refutes(&o, m);
	origin_release(&o);
	return refuted;
}

static const char *
reply_refused(const struct message *m, const struct forward_as *as)
{
	struct arena arena = { 0 };
	struct slice to = forward_reply_to(m, &arena);
	const char *why = NULL;

	if (is_nobody(to))
		why = _("there is nobody to answer");
	else if (is_own(as, to))
		why = _("it is from one of your own addresses");
	else if (!is_to_us(m, as))
		why = _("it was not sent to you by name");
	else if (has_list_field(m))
		why = _("it is from a mailing list");
	else if (is_borrowed(m, as))
		why = _("its sender is somebody else");
	arena_release(&arena);
	return why;
}

const char *
forward_refused(const struct message *m, const struct rule_out *what,
                const struct forward_as *as)
{
	/* X-Loop is what other programs write. */
	if (count_address(m, FORWARD_MARK, as, NULL) > 0 ||
	    count_address(m, "X-Loop", as, NULL) > 0)
		return _("it was sent on from here before");
	if (message_field_count(m, "Received") > RECEIVED_MAX)
		return _("it has passed too many servers");
	if (field_is(m, "Return-Path", "<>"))
		return _("it is a report on mail that was not delivered");
	if (is_automatic(m))
		return _("it was sent by a program");
	if (is_bulk(m))
		return _("it is from a mailing list");
	if (count_address(m, "Delivered-To", as, as->account->address) > 1)
		return _("it was delivered here before");
	if (what->kind == RULE_REPLY)
		return reply_refused(m, as);
	if (addr_same(slice_of(what->to), slice_of(as->account->address)))
		return _("it would come back");
	if (count_address(m, "Delivered-To", as, what->to) > 0)
		return _("it was delivered to that address before");
	return NULL;
}

/* ---- how it is made ---- */

/* ID of the new message: the same key gives the same. */
static void
add_id(const struct forward_in *in, struct str *out)
{
	struct slice address = slice_of(in->as->address);
	struct str hex;

	str_init(&hex, 2 * DIGEST_SHA256_SIZE);
	digest_sha256_hex(slice_of(in->key), &hex);
	str_add_slice(out, slice_head(str_slice(&hex), ID_DIGITS));
	str_add_c(out, '@');
	str_add_slice(out, slice_from(address, slice_rfind(address, '@') + 1));
	str_release(&hex);
}

static void
add_mark(const struct forward_in *in, struct str *out)
{
	str_printf(out, FORWARD_MARK ": %s\r\n", in->as->account->address);
}

static void
make_redirect(const struct forward_in *in, struct str *out)
{
	str_printf(out, "Resent-From: %s\r\n", in->as->address);
	str_printf(out, "Resent-To: %s\r\n", in->what->to);
	str_add_z(out, "Resent-Date: ");
	date_format(in->now, in->zone, out);
	str_add_z(out, "\r\nResent-Message-ID: <");
	add_id(in, out);
	str_add_z(out, ">\r\n");
	add_mark(in, out);
	build_resent(in->m->raw, out);
}

/* What both kinds of new messages have. */
static void
begin_draft(const struct forward_in *in, struct build_draft *d, struct addr *to,
            struct str *id)
{
	d->from.name = slice_of(in->as->name);
	d->from.spec = slice_of(in->as->address);
	to->spec =
		in->what->kind == RULE_REPLY ? in->to : slice_of(in->what->to);
	d->to = (struct addr_list){ to, 1 };
	add_id(in, id);
	d->message_id = str_slice(id);
	d->date = in->now;
	d->zone = in->zone;
}

static int
make_attached(const struct forward_in *in, struct build_draft *d,
              struct str *out, struct err *err)
{
	struct build_attachment original = {
		.name = SLICE_LIT("forwarded.eml"),
		.type = SLICE_LIT("message/rfc822"),
		.data = in->m->raw,
	};
	struct str old, subject;
	int rc;

	str_init(&old, MESSAGE_FIELD_MAX);
	str_init(&subject, MESSAGE_FIELD_MAX);
	(void)message_subject(in->m, &old); /* absent: empty */
	build_forward_subject(str_slice(&old), &subject);
	d->subject = str_slice(&subject);
	d->text = slice_of(_("This message was forwarded automatically.\n"));
	d->attachments = &original;
	d->attachment_count = 1;
	str_add_z(out, "Auto-Submitted: auto-generated\r\n");
	add_mark(in, out);
	rc = build_message(d, out, err);
	str_release(&old);
	str_release(&subject);
	return rc;
}

/* A first line "Subject: ..." of the template gives the subject. */
static struct slice
take_subject(struct slice *text)
{
	static const char name[] = "Subject:";
	struct slice rest = *text, first, line;

	if (!slice_line(&rest, &first) || !slice_istarts(first, name))
		return SLICE_NONE;
	*text = rest;
	if (slice_line(&rest, &line) && slice_trim(line).n == 0)
		*text = rest;
	return slice_trim(slice_from(first, sizeof name - 1));
}

static int
make_reply(const struct forward_in *in, struct build_draft *d, struct str *out,
           struct err *err)
{
	struct arena arena = { 0 };
	struct slice text = in->template;
	struct slice wanted = take_subject(&text);
	struct slice *refs = NULL;
	struct slice *all;
	struct slice own = message_id(in->m);
	struct str old, subject;
	size_t n = 0;
	int rc;

	str_init(&old, MESSAGE_FIELD_MAX);
	str_init(&subject, MESSAGE_FIELD_MAX);
	(void)message_subject(in->m, &old); /* absent: empty */
	build_reply_subject(str_slice(&old), &subject);
	message_references(in->m, &arena, &refs, &n);
	all = arena_calloc(&arena, n + 1, sizeof *all);
	if (n > 0)
		memcpy(all, refs, n * sizeof *all);
	if (own.n > 0)
		all[n++] = own;
	d->references = all;
	d->reference_count = n;
	d->in_reply_to = own;
	d->subject = wanted.n > 0 ? wanted : str_slice(&subject);
	d->text = text;
	str_add_z(out, "Auto-Submitted: auto-replied\r\n");
	add_mark(in, out);
	rc = build_message(d, out, err);
	arena_release(&arena);
	str_release(&old);
	str_release(&subject);
	return rc;
}

int
forward_make(const struct forward_in *in, struct str *out, struct err *err)
{
	struct build_draft d = { 0 };
	struct addr to = { SLICE_NONE, SLICE_NONE };
	struct str id;
	int rc = 0;

	str_init(&id, MESSAGE_FIELD_MAX);
	begin_draft(in, &d, &to, &id);
	switch (in->what->kind) {
	case RULE_REDIRECT:
		make_redirect(in, out);
		break;
	case RULE_FORWARD:
		rc = make_attached(in, &d, out, err);
		break;
	case RULE_REPLY:
		rc = make_reply(in, &d, out, err);
		break;
	}
	str_release(&id);
	if (rc == 0 && out->full)
		rc = err_set(err, ERR_LIMIT, _("the message is too large"));
	return rc;
}
