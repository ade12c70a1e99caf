/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signs of spam in the way that a message says it took.
 *
 * Only what honest servers do not write counts: their clocks are wrong by hours,
 * they are called differently inside and outside, and they pass mail on between
 * private addresses.
 */
#include "mail/spam_trace.h"

#include "mail/received.h"

#include "util/banned.h"

/* Servers on the way that are looked at, from the last one back. */
#define SERVERS_MAX 20
/* Clocks and zones of honest servers may be that wrong. */
#define CLOCK_WRONG 86400

/* The n-th Received, from the top; false when there is none. */
static bool
received_at(const struct message *m, size_t n, struct received *r_r)
{
	struct slice value = n < SERVERS_MAX
	                             ? part_field(m->root, "Received", n)
	                             : SLICE_NONE;

	if (value.p != NULL)
		received_parse(value, r_r);
	return value.p != NULL;
}

static bool
is_below(struct slice host, struct slice domain)
{
	return host.n > 0 && slice_ieq(origin_domain(host), domain);
}

bool
spam_trace_helo(const struct message *m, struct str *evidence)
{
	struct received r;

	for (size_t i = 0; received_at(m, i, &r); i++) {
		struct slice domain = origin_domain(r.by);

		/* Only where the server looked for the real name. */
		if (r.authenticated || received_is_private(r.address) ||
		    (r.name.n == 0 && !r.nameless) ||
		    slice_find(domain, '.') == domain.n ||
		    !is_below(r.helo, domain) || is_below(r.name, domain))
			continue;
		str_printf(evidence, "%.*s [%.*s]", SLICE_ARG(r.helo),
		           SLICE_ARG(r.address));
		return true;
	}
	return false;
}

/* Did it come from outside of the provider, by name and by address? */
static bool
is_from_outside(const struct received *r, const struct origin_hosts *h)
{
	return r->helo.n > 0 && !received_is_private(r->address) &&
	       !origin_has(h, r->helo) && !origin_has(h, r->name);
}

bool
spam_trace_forged(const struct spam_view *v, const struct message *m,
                  struct str *evidence)
{
	struct received above, r;

	if (v->hosts == NULL || !received_at(m, 0, &above))
		return false;
	for (size_t i = 1; received_at(m, i, &r); i++) {
		if (origin_has(v->hosts, r.by) &&
		    is_from_outside(&above, v->hosts)) {
			str_add_slice(evidence, r.by);
			return true;
		}
		above = r;
	}
	return false;
}

bool
spam_trace_backwards(const struct message *m)
{
	struct received r;
	int64_t first = 0;
	bool any = false;

	for (size_t i = 0; received_at(m, i, &r); i++) {
		if (!r.has_time)
			continue;
		if (any && r.time > first + CLOCK_WRONG)
			return true;
		if (!any || r.time < first)
			first = r.time;
		any = true;
	}
	return false;
}

bool
spam_trace_arrival(const struct message *m, int64_t *time_r)
{
	struct received r;

	if (!received_at(m, 0, &r) || !r.has_time)
		return false;
	*time_r = r.time;
	return true;
}
