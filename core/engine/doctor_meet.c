/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Check-up: greeting, encryption, what a server offers, ways to log in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/doctor_priv.h"
#include "mime/date.h"
#include "util/clock.h"
#include "util/i18n.h"
#include "util/log.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Certificates are renewed weeks before. */
#define DAYS_FEW 7
/* Mail takes minutes; certificates and deleting after days bear as much. */
#define CLOCK_NOTE 300
#define CLOCK_BAD  3600

/* Clocks */

void
doctor_clock(struct checkup *c, int64_t theirs, const char *by, bool at_least)
{
	int64_t off = theirs - clock_now();
	struct err err = { 0 };
	int64_t by_how_much = off < 0 ? -off : off;
	struct note n;

	if (at_least && off <= CLOCK_NOTE)
		off = by_how_much = 0;
	note_begin(&n, c, "clock");
	json_key(&n.json, "seconds_off");
	json_int(&n.json, off);
	if (by_how_much <= CLOCK_NOTE)
		str_printf(&n.text, _("agrees with %s"), by);
	else if (off > 0)
		(void)err_set(&err, ERR_CONFIG,
		              _("by %s this computer's clock is %lld seconds "
		                "behind"),
		              by, (long long)by_how_much);
	else
		(void)err_set(&err, ERR_CONFIG,
		              _("by %s this computer's clock is %lld seconds "
		                "ahead"),
		              by, (long long)by_how_much);
	note_end_by(&n, by_how_much > CLOCK_BAD ? FINDING_BAD : FINDING_NOTE,
	            &err);
}

/* Sendmail, Exchange and their like say what time it is. */
static void
greeting_clock(struct checkup *c, struct slice text)
{
	struct slice rest = text;
	struct slice line;
	int64_t t;

	if (!slice_line(&rest, &line))
		return;
	for (size_t i = 0; i + 1 < line.n; i++) {
		struct slice from = slice_from(line, i);

		if (byte_is_digit(line.p[i]) || line.p[i] == ' ' ||
		    (i > 0 && line.p[i - 1] != ' ' && line.p[i - 1] != ';'))
			continue;
		if (slice_find(from, ',') == 3 && date_parse(from, &t)) {
			doctor_clock(c, t, _("the server's greeting"), false);
			return;
		}
	}
}

/* Encryption */

static void
add_certificate(struct note *n, const struct tls_info *tls)
{
	str_printf(&n->text, _("%s; certificate for %s, issued by %s, "),
	           tls->version, tls->name, tls->issuer);
	if (tls->days_left >= 0)
		str_printf(&n->text,
		           N_N("%d day left", "%d days left",
		               (unsigned long)tls->days_left),
		           tls->days_left);
	else
		str_add_z(&n->text, _("expired"));
	str_printf(
		&n->text, "; %s; %s; %s",
		tls->chain_ok ? _("chain verified") : _("chain NOT verified"),
		tls->name_ok ? _("name matches") : _("name does NOT match"),
		tls->date_ok ? _("dates are good") : _("dates are NOT good"));
	str_printf(&n->text, "; %s", tls->pin);
}

static void
certificate_values(struct json *j, const struct tls_info *tls)
{
	json_key(j, "version");
	json_string_z(j, tls->version);
	json_key(j, "name");
	json_string_z(j, tls->name);
	json_key(j, "issuer");
	json_string_z(j, tls->issuer);
	json_key(j, "fingerprint");
	json_string_z(j, tls->pin);
	json_key(j, "valid_from");
	json_int(j, tls->valid_from);
	json_key(j, "days_left");
	json_int(j, tls->days_left);
	json_key(j, "chain_ok");
	json_bool(j, tls->chain_ok);
	json_key(j, "name_ok");
	json_bool(j, tls->name_ok);
	json_key(j, "date_ok");
	json_bool(j, tls->date_ok);
	json_key(j, "pinned");
	json_bool(j, tls->pinned);
}

static void
saw_tls(struct checkup *c, const struct tls_info *tls)
{
	bool good = tls->chain_ok && tls->name_ok && tls->date_ok;
	struct err err = { 0 };
	struct note n;

	c->met = true;
	c->encrypted = good || tls->pinned;
	note_begin(&n, c, "tls");
	add_certificate(&n, tls);
	certificate_values(&n.json, tls);
	if (tls->pinned)
		str_printf(&n.text, "; %s", _("it is the pinned one"));
	if (!c->encrypted) { /* why comes with the end of the connection */
		json_end_object(&n.json);
		c->tls_bad.text = xstrdup(n.text.p);
		c->tls_bad.values = xstrdup(n.values.p);
		str_release(&n.text);
		str_release(&n.values);
		return;
	}
	if (good && tls->days_left < DAYS_FEW)
		(void)err_set(&err, ERR_CERT,
		              _("the certificate of '%s' ends soon"),
		              c->at->host);
	note_end_by(&n, FINDING_NOTE, &err);
}

/* What it offers */

static void
add_list(struct note *n, struct slice lines)
{
	struct slice line;
	size_t count = 0;

	json_key(&n->json, "offers");
	json_array(&n->json);
	while (slice_line(&lines, &line)) {
		json_string(&n->json, line);
		if (count++ > 0)
			str_add_z(&n->text, ", ");
		str_add_slice(&n->text, line);
	}
	json_end_array(&n->json);
}

static void
saw_offer(struct checkup *c, struct slice lines)
{
	bool pop3 = strcmp(c->server, "pop3") == 0;
	struct err err = { 0 };
	struct note n;

	c->offered = true;
	str_clear(&c->offer);
	str_add_slice(&c->offer, lines);
	note_begin(&n, c, pop3 ? "capa" : "ehlo");
	json_key(&n.json, "encrypted");
	json_bool(&n.json, c->encrypted);
	str_add_z(&n.text,
	          c->encrypted ? _("encrypted: ") : _("not encrypted: "));
	add_list(&n, lines);
	if (lines.n == 0) {
		str_clear(&n.text);
		(void)err_set(&err, ERR_PROTO,
		              pop3 ? _("the server does not know CAPA")
		                   : _("the server does not know EHLO"));
	}
	note_end_by(&n, FINDING_NOTE, &err);
}

void
doctor_saw(void *ctx, enum watch_what what, struct slice text,
           const struct tls_info *tls)
{
	struct checkup *c = ctx;
	bool again = c->way[0] != '\0'; /* with a fresh token: known already */

	switch (what) {
	case WATCH_GREETING:
		c->greeted = true;
		c->apop = slice_find(text, '<') < text.n;
		if (!again && strcmp(c->server, "smtp") == 0)
			greeting_clock(c, text);
		break;
	case WATCH_TLS:
		if (!again)
			saw_tls(c, tls);
		break;
	case WATCH_OFFER:
		if (!again)
			saw_offer(c, text);
		break;
	case WATCH_WAY:
		(void)snprintf(c->way, sizeof c->way, "%.*s", SLICE_ARG(text));
		break;
	case WATCH_IN:
		c->let_in = true;
		break;
	}
}

/* Ways to log in */

static void
add_way(struct note *n, size_t *count, struct slice way)
{
	if ((*count)++ > 0)
		str_add_c(&n->text, ' ');
	str_add_slice(&n->text, way);
	json_string(&n->json, way);
}

/* From "SASL ..." and USER, or "AUTH ..." (and "AUTH=..." of old). */
static size_t
add_ways(struct checkup *c, struct note *n)
{
	bool pop3 = strcmp(c->server, "pop3") == 0;
	struct slice rest = str_slice(&c->offer);
	size_t count = 0;
	struct slice line;
	struct slice word;

	json_key(&n->json, "offered");
	json_array(&n->json);
	if (pop3 && c->offer.n == 0)
		add_way(n, &count, SLICE_LIT("USER/PASS"));
	if (pop3 && c->apop)
		add_way(n, &count, SLICE_LIT("APOP"));
	while (slice_line(&rest, &line)) {
		if (!slice_word(&line, &word))
			continue;
		if (pop3 && slice_ieq_z(word, "USER"))
			add_way(n, &count, SLICE_LIT("USER/PASS"));
		if (!slice_ieq_z(word, pop3 ? "SASL" : "AUTH"))
			continue;
		while (slice_word(&line, &word))
			add_way(n, &count, word);
	}
	json_end_array(&n->json);
	return count;
}

static const char *
why(const struct checkup *c)
{
	if (c->set_way != NULL)
		return _("the account asks for it");
	if (strstr(c->way, "-PLUS") != NULL)
		return _("it is bound to this connection: nobody in between "
		         "can use it");
	if (!c->encrypted &&
	    (strstr(c->way, "SCRAM") != NULL || strstr(c->way, "CRAM") != NULL))
		return _("it does not show the password, and the connection "
		         "is not encrypted");
	if (c->encrypted)
		return _("the connection is encrypted, and it works with every "
		         "kind of password store");
	return _("there is nothing better");
}

void
doctor_say_ways(struct checkup *c)
{
	struct err err = { 0 };
	struct note n;
	size_t count;

	note_begin(&n, c, "methods");
	str_add_z(&n.text, _("offered: "));
	count = add_ways(c, &n);
	if (count == 0)
		str_add_z(&n.text, _("none"));
	json_key(&n.json, "used");
	json_string_z(&n.json, c->way[0] != '\0' ? c->way : NULL);
	json_key(&n.json, "encrypted");
	json_bool(&n.json, c->encrypted);
	if (c->way[0] != '\0')
		str_printf(&n.text, _("; used: %s (%s)"), c->way, why(c));
	else
		(void)err_set(&err, ERR_REFUSED,
		              _("the server offers no way to log in that the "
		                "account can use"));
	if (err.code == ERR_NONE && !c->encrypted)
		(void)err_set(&err, ERR_CERT,
		              _("the connection is not encrypted"));
	note_end_by(&n, c->way[0] != '\0' ? FINDING_NOTE : FINDING_BAD, &err);
}

/* When it went wrong */

/* The step that the connection did not get past. */
static const char *
failed_at(const struct checkup *c)
{
	bool wants_tls = c->at->tls != ACCOUNT_TLS_NONE;

	if (c->way[0] != '\0')
		return "login";
	if (wants_tls && !c->encrypted && (c->greeted || !c->starts_tls))
		return "tls";
	if (!c->greeted)
		return "greeting";
	if (!c->offered)
		return strcmp(c->server, "pop3") == 0 ? "capa" : "ehlo";
	return "methods";
}

void
doctor_failed(struct checkup *c, const struct err *err)
{
	const char *check = failed_at(c);
	struct note n;

	if (strcmp(check, "login") == 0)
		doctor_say_ways(c);
	note_begin(&n, c, check);
	if (strcmp(check, "tls") == 0 && c->tls_bad.text != NULL) {
		str_add_z(&n.text, c->tls_bad.text);
		str_clear(&n.values);
		str_add_z(&n.values, c->tls_bad.values);
		str_truncate(&n.values, n.values.n - 1); /* its end comes */
	}
	note_end(&n, FINDING_BAD, err);
}
