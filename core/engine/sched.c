/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When an account is fetched by itself. */
#include "engine/sched.h"

#include "util/banned.h"

#define MINUTE 60
#define HOUR   3600
/* 2^n beyond an hour in any case. */
#define DOUBLINGS_MAX 6
/* A count that went wrong must not overflow. */
#define COUNT_MAX 1000000

bool
sched_paused(const struct sched_state *s, const struct sched_rule *r)
{
	return s->rejected > 0 && s->changed == r->changed;
}

static int64_t
larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t
back_off(const struct sched_state *s, int64_t interval)
{
	int n = s->failures - 1;
	int64_t wait = (int64_t)MINUTE
	               << (n < DOUBLINGS_MAX ? n : DOUBLINGS_MAX);
	int64_t most = larger(interval, HOUR);

	return wait < most ? wait : most;
}

/* Seconds from the last attempt to the next. */
static int64_t
wait_after(const struct sched_state *s, const struct sched_rule *r)
{
	int64_t wait = r->interval;

	switch ((enum err_code)s->code) {
	case ERR_NONE:
	case ERR_CANCELLED:
		break;
	case ERR_AUTH: /* and changed since, else it is paused */
		wait = 0;
		break;
	case ERR_RETRY:
	case ERR_IO:
	case ERR_LIMIT:
	case ERR_NOHOST:
	case ERR_PROTO:
		if (s->failures > 0)
			wait = back_off(s, r->interval);
		break;
	case ERR_CERT:
	case ERR_REFUSED:
	case ERR_CONFIG:
	case ERR_USAGE:
	case ERR_NOTFOUND:
		wait = s->changed == r->changed ? larger(r->interval, HOUR) : 0;
		break;
	}
	return larger(wait, larger(r->minimum, s->delay));
}

int64_t
sched_next(const struct sched_state *s, const struct sched_rule *r, int64_t now)
{
	if (r->interval <= 0 || sched_paused(s, r))
		return 0;
	if (s->attempted == 0 || s->attempted > now)
		return now;
	return s->attempted + wait_after(s, r);
}

void
sched_began(struct sched_state *s, int64_t now)
{
	s->attempted = now;
}

static void
count(int *n)
{
	if (*n < COUNT_MAX)
		(*n)++;
}

void
sched_ended(struct sched_state *s, enum err_code code, int delay,
            int64_t changed)
{
	if (changed != s->changed)
		s->rejected = 0; /* that was another password */
	s->code = (int)code;
	s->changed = changed;
	if (delay > 0 && (code == ERR_NONE || delay > s->delay))
		s->delay = delay;
	else if (code == ERR_NONE && s->delay > HOUR)
		s->delay = 0; /* of a refusal that is over, no rule */
	if (code == ERR_AUTH)
		count(&s->rejected);
	else if (code == ERR_NONE)
		s->rejected = 0;
	if (code == ERR_NONE)
		s->failures = 0;
	else if (code != ERR_CANCELLED)
		count(&s->failures);
}

void
sched_write(const struct sched_state *s, struct str *out)
{
	str_printf(out, "%lld %d %d %d %d %lld", (long long)s->attempted,
	           s->code, s->failures, s->rejected, s->delay,
	           (long long)s->changed);
}

void
sched_read(struct slice text, struct sched_state *s_r)
{
	static const uint64_t max[] = { INT64_MAX, ERR_CANCELLED, COUNT_MAX,
		                        COUNT_MAX, 86400,         INT64_MAX };
	uint64_t v[6];
	struct slice word;

	*s_r = (struct sched_state){ 0 };
	for (size_t i = 0; i < 6; i++)
		if (!slice_word(&text, &word) || slice_u64(word, &v[i]) != 0 ||
		    v[i] > max[i])
			return;
	s_r->attempted = (int64_t)v[0];
	s_r->code = (int)v[1];
	s_r->failures = (int)v[2];
	s_r->rejected = (int)v[3];
	s_r->delay = (int)v[4];
	s_r->changed = (int64_t)v[5];
}
