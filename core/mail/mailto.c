/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mailto: links (RFC 6068); only fields that are safe to fill in. */
#include "mail/mailto.h"

#include "text/unicode.h"
#include "util/i18n.h"

#include "util/banned.h"

/* A header field of a link. */
#define FIELD_MAX 8192

/* Undo %XX; %00 and broken escapes are left out. */
static void
decode(struct slice in, struct str *out)
{
	size_t i;

	for (i = 0; i < in.n; i++) {
		int high, low;

		if (in.p[i] != '%') {
			str_add_c(out, in.p[i]);
			continue;
		}
		if (i + 2 >= in.n)
			return;
		high = byte_hex(in.p[i + 1]);
		low = byte_hex(in.p[i + 2]);
		i += 2;
		if (high >= 0 && low >= 0 && high * 16 + low != 0)
			str_add_c(out, (char)(high * 16 + low));
	}
}

static void
add_line(struct slice value, struct str *out)
{
	struct str s;

	str_init(&s, FIELD_MAX);
	decode(value, &s);
	if (out->n > 0 && s.n > 0)
		str_add_z(out, ", ");
	unicode_clean_line(str_slice(&s), out);
	str_release(&s);
}

static void
add_body(struct slice value, struct str *out)
{
	struct str s;

	str_init(&s, MAILTO_BODY_MAX);
	decode(value, &s);
	unicode_clean_body(str_slice(&s), out);
	str_release(&s);
}

static void
take_field(struct mailto *m, struct slice field)
{
	size_t eq = slice_find(field, '=');
	struct slice name = slice_head(field, eq);
	struct slice value = slice_from(field, eq + 1);

	if (slice_ieq_z(name, "to"))
		add_line(value, &m->to);
	else if (slice_ieq_z(name, "cc"))
		add_line(value, &m->cc);
	else if (slice_ieq_z(name, "subject") && m->subject.n == 0)
		add_line(value, &m->subject);
	else if (slice_ieq_z(name, "in-reply-to") && m->in_reply_to.n == 0)
		add_line(value, &m->in_reply_to);
	else if (slice_ieq_z(name, "body"))
		add_body(value, &m->body);
}

int
mailto_parse(struct slice uri, struct mailto *m_r, struct err *err)
{
	struct slice rest, field;
	size_t query;

	str_init(&m_r->to, FIELD_MAX);
	str_init(&m_r->cc, FIELD_MAX);
	str_init(&m_r->subject, FIELD_MAX);
	str_init(&m_r->in_reply_to, FIELD_MAX);
	str_init(&m_r->body, MAILTO_BODY_MAX);
	if (!slice_istarts(uri, "mailto:"))
		return err_set(err, ERR_USAGE, _("not a mailto: link"));
	uri = slice_from(uri, 7);
	query = slice_find(uri, '?');
	add_line(slice_head(uri, query), &m_r->to);
	rest = slice_from(uri, query + 1);
	rest = slice_head(rest, slice_find(rest, '#'));
	while (rest.n > 0 && slice_split(&rest, '&', &field))
		take_field(m_r, field);
	return 0;
}

void
mailto_release(struct mailto *m)
{
	if (m == NULL)
		return;
	str_release(&m->to);
	str_release(&m->cc);
	str_release(&m->subject);
	str_release(&m->in_reply_to);
	str_release(&m->body);
}
