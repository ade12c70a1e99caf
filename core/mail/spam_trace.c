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

/* Clocks and zones of honest servers may be that wrong. */
#define CLOCK_WRONG 86400

static bool
is_below(struct slice host, struct slice domain)
{
	return host.n > 0 && slice_ieq(origin_domain(host), domain);
}

bool
spam_trace_helo(const struct spam_view *v, struct str *evidence)
{
	for (size_t i = 0; i < v->way_count; i++) {
		const struct received *r = &v->way[i];
		struct slice domain = origin_domain(r->by);

		/* Only where the server looked for the real name. */
		if (r->authenticated || received_is_private(r->address) ||
		    (r->name.n == 0 && !r->nameless) ||
		    slice_find(domain, '.') == domain.n ||
		    !is_below(r->helo, domain) || is_below(r->name, domain))
			continue;
		str_printf(evidence, "%.*s [%.*s]", SLICE_ARG(r->helo),
		           SLICE_ARG(r->address));
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
spam_trace_forged(const struct spam_view *v, struct str *evidence)
{
	for (size_t i = 1; v->hosts != NULL && i < v->way_count; i++) {
		if (origin_has(v->hosts, v->way[i].by) &&
		    is_from_outside(&v->way[i - 1], v->hosts)) {
			str_add_slice(evidence, v->way[i].by);
			return true;
		}
	}
	return false;
}

bool
spam_trace_backwards(const struct spam_view *v)
{
	int64_t first = 0;
	bool any = false;

	for (size_t i = 0; i < v->way_count; i++) {
		const struct received *r = &v->way[i];

		if (!r->has_time)
			continue;
		if (any && r->time > first + CLOCK_WRONG)
			return true;
		if (!any || r->time < first)
			first = r->time;
		any = true;
	}
	return false;
}

bool
spam_trace_arrival(const struct spam_view *v, int64_t *time_r)
{
	if (v->way_count == 0 || !v->way[0].has_time)
		return false;
	*time_r = v->way[0].time;
	return true;
}
