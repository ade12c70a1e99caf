/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Check-up: the name of a server, its addresses, who of them answers. */
#include <stdlib.h>

#include "engine/doctor_priv.h"
#include "net/dial.h"
#include "util/clock.h"
#include "util/i18n.h"

#include "util/banned.h"

/* A look-up that takes longer is felt at each fetch. */
#define SLOW_MS 2000
/* Addresses that are tried, and how long each: dead ones are one after another. */
#define TRIED_MAX      8
#define TRY_TIMEOUT_MS 5000

static void
add_address(struct note *n, const struct dial_address *a)
{
	if (n->text.n > 0)
		str_add_z(&n->text, ", ");
	str_printf(&n->text, "%s %s", a->v6 ? "IPv6" : "IPv4", a->text);
}

static void
judge_time(struct checkup *c, int64_t ms, struct err *err)
{
	if (ms > SLOW_MS)
		(void)err_set(err, ERR_RETRY,
		              _("looking up '%s' took %lld seconds"),
		              c->at->host, (long long)(ms + 500) / 1000);
}

static int
look_up(struct checkup *c, struct dial_addresses *found)
{
	const struct dial_opts opts = { .host = c->at->host,
		                        .port = c->at->port,
		                        .timeout_ms = c->timeout_ms,
		                        .cancel_fd = c->job->cancel[0] };
	int64_t start = clock_mono_ms();
	struct err err = { 0 };
	struct note n;
	int64_t ms;
	int rc;

	note_begin(&n, c, "dns");
	rc = dial_look_up(&opts, found, &err);
	ms = clock_mono_ms() - start;
	json_key(&n.json, "host");
	json_string_z(&n.json, c->at->host);
	json_key(&n.json, "ms");
	json_int(&n.json, ms);
	json_key(&n.json, "addresses");
	json_array(&n.json);
	for (size_t i = 0; i < found->n; i++) {
		add_address(&n, &found->v[i]);
		json_string_z(&n.json, found->v[i].text);
	}
	json_end_array(&n.json);
	if (rc == 0 && dial_is_address(c->at->host)) {
		str_clear(&n.text);
		str_printf(&n.text, _("%s is an address"), c->at->host);
	} else if (rc == 0) {
		str_printf(&n.text, _(" for %s (%lld ms)"), c->at->host,
		           (long long)ms);
		judge_time(c, ms, &err);
	}
	note_end_by(&n, rc == 0 ? FINDING_NOTE : FINDING_BAD, &err);
	return rc;
}

/* Milliseconds until it was connected, or -1. */
static int64_t
try_address(struct checkup *c, const struct dial_address *a, struct err *err)
{
	const struct dial_opts opts = {
		.host = a->text,
		.port = c->at->port,
		.timeout_ms = c->timeout_ms < TRY_TIMEOUT_MS ? c->timeout_ms
		                                             : TRY_TIMEOUT_MS,
		.cancel_fd = c->job->cancel[0],
	};
	int64_t start = clock_mono_ms();
	struct stream *s = dial(&opts, err);

	if (s == NULL)
		return -1;
	stream_close(&s);
	return clock_mono_ms() - start;
}

static int
try_all(struct checkup *c, const struct dial_addresses *found)
{
	struct err err = { 0 };
	size_t good = 0;
	struct note n;

	note_begin(&n, c, "tcp");
	json_key(&n.json, "port");
	json_int(&n.json, c->at->port);
	json_key(&n.json, "addresses");
	json_array(&n.json);
	for (size_t i = 0; i < found->n && i < TRIED_MAX; i++) {
		int64_t ms = try_address(c, &found->v[i], &err);

		add_address(&n, &found->v[i]);
		if (ms >= 0)
			str_printf(&n.text, _(" answers (%lld ms)"),
			           (long long)ms);
		else
			str_add_z(&n.text, _(" does not answer"));
		good += ms >= 0;
		json_object(&n.json);
		json_key(&n.json, "address");
		json_string_z(&n.json, found->v[i].text);
		json_key(&n.json, "ms");
		if (ms >= 0)
			json_int(&n.json, ms);
		else
			json_null(&n.json);
		json_end_object(&n.json);
	}
	json_end_array(&n.json);
	str_printf(&n.text, _("; port %d"), c->at->port);
	note_end_by(&n, good > 0 ? FINDING_NOTE : FINDING_BAD, &err);
	return good > 0 ? 0 : -1;
}

int
doctor_look_up(struct checkup *c)
{
	struct dial_addresses found = { 0 };

	return look_up(c, &found) == 0 ? try_all(c, &found) : -1;
}
