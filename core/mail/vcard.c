/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vCard 2.1, 3.0 and 4.0: names and addresses of people. */
#include <stdlib.h>

#include "mail/people_priv.h"
#include "mime/cte.h"
#include "text/detect.h"
#include "text/hangul.h"
#include "util/array.h"
#include "util/str.h"
#include "util/utf8.h"

#include "util/banned.h"

/*
 * 1. A logical line is made of physical ones: a line that begins with a blank
 *    goes on with the one before (RFC 6350 3.2); in 2.1 a quoted-printable value
 *    goes on behind a "=" at the end.
 * 2. Of a card the full name (FN) counts, else the parts of N, else the
 *    nickname, else the organisation.  Addresses are reported at its end, for
 *    the name may come after them.
 * 3. A card inside another one (AGENT) begins a new card.
 */

enum name_rank {
	NAME_NONE,
	NAME_ORG,
	NAME_NICK,
	NAME_PARTS,
	NAME_FULL,
};

struct card {
	struct str name;
	enum name_rank rank;
	ARRAY(char *) addresses;
	people_found found;
	void *ctx;
};

/* What stands before the colon. */
struct property {
	struct slice name;
	bool qp, base64;
	enum charset charset;
};

static void
flush(struct card *c)
{
	for (size_t i = 0; i < c->addresses.n; i++) {
		people_report(c->found, c->ctx, str_slice(&c->name),
		              slice_of(c->addresses.v[i]));
		free(c->addresses.v[i]);
	}
	c->addresses.n = 0;
	str_clear(&c->name);
	c->rank = NAME_NONE;
}

/* "ENCODING=QUOTED-PRINTABLE", in 2.1 also without the name. */
static void
take_param(struct property *p, struct slice param)
{
	size_t at = slice_find(param, '=');
	struct slice name = slice_head(param, at);
	struct slice value = at < param.n ? slice_from(param, at + 1) : param;

	if (slice_ieq_z(name, "CHARSET"))
		p->charset = charset_lookup(value);
	else if (slice_ieq_z(value, "QUOTED-PRINTABLE"))
		p->qp = true;
	else if (slice_ieq_z(value, "BASE64") || slice_ieq_z(value, "B"))
		p->base64 = true;
}

/* Up to the next ";" or ":" that is not quoted. */
static struct slice
take_piece(struct slice *rest)
{
	struct slice piece = *rest;
	bool quoted = false;
	size_t i;

	for (i = 0; i < rest->n; i++) {
		char ch = rest->p[i];

		if (ch == '"')
			quoted = !quoted;
		else if (!quoted && (ch == ';' || ch == ':'))
			break;
	}
	piece = slice_head(piece, i);
	*rest = slice_from(*rest, i);
	return piece;
}

/* "item1.EMAIL;TYPE=home:" taken off line; false: there is no colon. */
static bool
take_property(struct slice *line, struct property *p_r)
{
	struct property p = { 0 };

	p.name = take_piece(line);
	p.name = slice_from(p.name, slice_rfind(p.name, '.') < p.name.n
	                                    ? slice_rfind(p.name, '.') + 1
	                                    : 0);
	while (slice_starts(*line, ";")) {
		*line = slice_from(*line, 1);
		take_param(&p, take_piece(line));
	}
	if (!slice_starts(*line, ":"))
		return false;
	*line = slice_from(*line, 1);
	*p_r = p;
	return true;
}

/* The bytes of a value as UTF-8; still with its backslashes. */
static void
decode_value(const struct property *p, struct slice value, struct str *out)
{
	struct detect_hint hint = { .label = p->charset };
	struct str bytes;

	str_init(&bytes, PEOPLE_LINE_MAX);
	if (p->qp)
		cte_decode_qp(value, &bytes);
	else if (p->base64)
		cte_decode_base64(value, &bytes);
	else
		str_add_slice(&bytes, value);
	(void)detect_decode_header(str_slice(&bytes), &hint, out);
	str_release(&bytes);
}

/* One component: up to a ";" without backslash, the backslashes undone. */
static bool
take_component(struct slice *rest, struct str *out)
{
	size_t i;

	str_clear(out);
	if (rest->p == NULL)
		return false;
	for (i = 0; i < rest->n && rest->p[i] != ';'; i++) {
		if (rest->p[i] == '\\' && i + 1 < rest->n) {
			i++;
			str_add_c(out, rest->p[i] == 'n' || rest->p[i] == 'N'
			                       ? ' '
			                       : rest->p[i]);
		} else {
			str_add_c(out, rest->p[i]);
		}
	}
	*rest = i < rest->n ? slice_from(*rest, i + 1) : SLICE_NONE;
	return true;
}

static bool
is_korean(struct slice s)
{
	uint32_t c;

	return s.n > 0 && utf8_decode(s.p, s.n, &c) > 0 && hangul_is(c);
}

/* "Family;Given;Middle;..." as it is said: 홍길동, Gildong Hong. */
static void
join_name(struct slice value, struct str *out)
{
	struct str family, given;

	str_init(&family, PEOPLE_LINE_MAX);
	str_init(&given, PEOPLE_LINE_MAX);
	(void)take_component(&value, &family);
	(void)take_component(&value, &given);
	if (is_korean(str_slice(&family)) || family.n == 0 || given.n == 0) {
		str_add_slice(out, str_slice(&family));
		str_add_slice(out, str_slice(&given));
	} else {
		str_add_slice(out, str_slice(&given));
		str_add_c(out, ' ');
		str_add_slice(out, str_slice(&family));
	}
	str_release(&given);
	str_release(&family);
}

static void
set_name(struct card *c, enum name_rank rank, struct slice value)
{
	struct str name;

	if (rank <= c->rank)
		return;
	str_init(&name, PEOPLE_LINE_MAX);
	if (rank == NAME_PARTS)
		join_name(value, &name);
	else
		(void)take_component(&value, &name);
	if (slice_trim(str_slice(&name)).n > 0) {
		str_clear(&c->name);
		str_add_slice(&c->name, slice_trim(str_slice(&name)));
		c->rank = rank;
	}
	str_release(&name);
}

static void
take_line(struct card *c, struct slice line)
{
	static const struct {
		const char *name;
		enum name_rank rank;
	} names[] = { { "FN", NAME_FULL },
		      { "N", NAME_PARTS },
		      { "NICKNAME", NAME_NICK },
		      { "ORG", NAME_ORG } };
	struct property p;
	struct str value;

	if (!take_property(&line, &p))
		return;
	str_init(&value, PEOPLE_LINE_MAX);
	if (slice_ieq_z(p.name, "BEGIN") || slice_ieq_z(p.name, "END")) {
		flush(c);
	} else if (slice_ieq_z(p.name, "EMAIL")) {
		decode_value(&p, line, &value);
		if (c->addresses.n < PEOPLE_ADDRESSES)
			array_add(&c->addresses, slice_dup(str_slice(&value)));
	} else {
		for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
			if (!slice_ieq_z(p.name, names[i].name))
				continue;
			decode_value(&p, line, &value);
			set_name(c, names[i].rank, str_slice(&value));
		}
	}
	str_release(&value);
}

/* Is it one whose lines go on behind a "=" at the end? */
static bool
is_qp(struct slice line)
{
	struct property p;

	return take_property(&line, &p) && p.qp;
}

void
vcard_read(struct slice text, people_found found, void *ctx)
{
	struct card c = { .found = found, .ctx = ctx };
	struct slice line;
	struct str whole;
	bool soft = false, qp = false;

	str_init(&c.name, PEOPLE_LINE_MAX);
	str_init(&whole, PEOPLE_LINE_MAX);
	while (slice_line(&text, &line)) {
		bool folded =
			slice_starts(line, " ") || slice_starts(line, "\t");

		if (soft) {
			/* the line end belongs to the encoding */
			str_add_z(&whole, "\r\n");
		} else if (folded) {
			line = slice_from(line, 1);
		} else {
			take_line(&c, str_slice(&whole));
			str_clear(&whole);
			qp = is_qp(line);
		}
		str_add_slice(&whole, line);
		soft = qp && slice_ends(line, "=");
	}
	take_line(&c, str_slice(&whole));
	flush(&c);
	array_release(&c.addresses);
	str_release(&whole);
	str_release(&c.name);
}
