/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An invitation as people read one (RFC 5545, 5546): what, when, where, who.
 *
 * Four lines an event; what asks, answers or cancels is said in them.  Alarms
 * and everything else inside of an event are passed over.
 */
#include "mime/calendar.h"

#include "mime/display.h"
#include "mime/limits.h"
#include "mime/message.h"
#include "text/unicode.h"
#include "util/i18n.h"

#include "util/banned.h"

/* Events shown; a calendar file may hold a whole year. */
#define EVENTS_MAX 10
/* Bytes of one value that are shown. */
#define VALUE_BYTES 1000

struct event {
	struct ics_line summary, start, end, duration, place, organiser, rule;
	struct ics_line guest; /* the first one */
	size_t guests;
	bool cancelled, any;
};

struct calendar {
	struct ics_zones zones;
	struct slice method;
	struct event event;
	int depth; /* 0 outside of events, 1 in one, 2 in an alarm in it */
	size_t shown, left;
};

/* Undo line folding (3.1): a line end and one blank. */
static void
unfold(struct slice s, struct str *out)
{
	struct slice line;
	bool first = true;

	while (slice_line(&s, &line)) {
		bool fold =
			line.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t');

		if (!first && !fold)
			str_add_c(out, '\n');
		str_add_slice(out, slice_from(line, fold));
		first = false;
	}
}

/* Undo the escapes of TEXT (3.3.11). */
static void
add_value(struct slice v, struct str *out)
{
	struct str plain;

	str_init(&plain, VALUE_BYTES);
	v = slice_head(v, VALUE_BYTES);
	for (size_t i = 0; i < v.n; i++) {
		bool escape = v.p[i] == '\\' && i + 1 < v.n;

		if (escape)
			i++;
		str_add_c(&plain,
		          escape && byte_lower(v.p[i]) == 'n' ? ' ' : v.p[i]);
	}
	unicode_clean_line(str_slice(&plain), out);
	str_release(&plain);
}

/* "Name <address>" or what there is of it. */
static void
add_person(const struct ics_line *l, bool address, struct str *out)
{
	struct slice name = ics_param(l->params, "CN");
	struct slice spec = l->value;

	if (slice_istarts(spec, "mailto:"))
		spec = slice_from(spec, 7);
	if (name.n == 0 || slice_ieq(name, spec)) {
		add_value(spec, out);
		return;
	}
	add_value(name, out);
	if (address && spec.n > 0) {
		str_add_z(out, " <");
		add_value(spec, out);
		str_add_c(out, '>');
	}
}

static void
begin_line(const char *label, struct str *out)
{
	str_add_z(out, label);
	str_add_z(out, ": ");
}

static void
add_when(const struct calendar *c, const struct event *e, struct str *out)
{
	struct ics_time start, end;
	bool ends = ics_time_read(&c->zones, &e->end, &end);
	int64_t seconds;

	if (e->start.value.n == 0)
		return;
	begin_line(_("When"), out);
	if (!ics_time_read(&c->zones, &e->start, &start)) {
		add_value(e->start.value, out);
		str_add_c(out, '\n');
		return;
	}
	seconds = ics_duration(e->duration.value);
	if (!ends && seconds > 0) {
		end = start;
		end.wall += seconds;
		end.utc += seconds;
		ends = true;
	}
	ics_add_times(&start, ends ? &end : NULL, out);
	ics_add_rule(e->rule.value, out);
	str_add_c(out, '\n');
}

/* What the one who answers says (PARTSTAT). */
static const char *
answer(struct slice status)
{
	if (slice_ieq_z(status, "ACCEPTED"))
		return _("comes");
	if (slice_ieq_z(status, "DECLINED"))
		return _("does not come");
	if (slice_ieq_z(status, "TENTATIVE"))
		return _("comes perhaps");
	return _("has not decided");
}

static void
add_people(const struct calendar *c, const struct event *e, struct str *out)
{
	bool reply = slice_ieq_z(c->method, "REPLY") ||
	             slice_ieq_z(c->method, "COUNTER");

	if (reply && e->guests == 1) {
		begin_line(_("Answer"), out);
		add_person(&e->guest, false, out);
		str_add_z(out, ": ");
		str_add_z(out, answer(ics_param(e->guest.params, "PARTSTAT")));
		str_add_c(out, '\n');
		return;
	}
	if (e->organiser.value.n == 0)
		return;
	begin_line(_("Organiser"), out);
	add_person(&e->organiser, true, out);
	if (e->guests > 0) {
		str_add_z(out, ", ");
		str_printf(out,
		           N_N("%zu invited", "%zu invited",
		               (unsigned long)e->guests),
		           e->guests);
	}
	str_add_c(out, '\n');
}

static void
end_event(struct calendar *c, struct str *out)
{
	const struct event *e = &c->event;
	bool cancelled = e->cancelled || slice_ieq_z(c->method, "CANCEL");

	c->depth = 0;
	if (!e->any)
		return;
	if (c->shown == EVENTS_MAX) {
		c->left++;
		return;
	}
	if (c->shown++ > 0)
		str_add_c(out, '\n');
	begin_line(cancelled ? _("Cancelled") : _("Event"), out);
	if (e->summary.value.n > 0)
		add_value(e->summary.value, out);
	else
		str_add_z(out, _("(no subject)"));
	str_add_c(out, '\n');
	add_when(c, e, out);
	if (e->place.value.n > 0) {
		begin_line(_("Place"), out);
		add_value(e->place.value, out);
		str_add_c(out, '\n');
	}
	add_people(c, e, out);
}

static void
event_line(struct event *e, const struct ics_line *l)
{
	const struct {
		const char *name;
		struct ics_line *place;
	} fields[] = {
		{ "SUMMARY", &e->summary },     { "DTSTART", &e->start },
		{ "DTEND", &e->end },           { "DURATION", &e->duration },
		{ "LOCATION", &e->place },      { "RRULE", &e->rule },
		{ "ORGANIZER", &e->organiser },
	};

	e->any = true;
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (slice_ieq_z(l->name, fields[i].name))
			*fields[i].place = *l;
	if (slice_ieq_z(l->name, "STATUS"))
		e->cancelled = slice_ieq_z(l->value, "CANCELLED");
	if (slice_ieq_z(l->name, "ATTENDEE") && e->guests++ == 0)
		e->guest = *l;
}

static void
calendar_line(struct calendar *c, const struct ics_line *l, struct str *out)
{
	bool begin = slice_ieq_z(l->name, "BEGIN");
	bool end = slice_ieq_z(l->name, "END");

	if (begin && slice_ieq_z(l->value, "VEVENT")) {
		if (c->depth > 0)
			end_event(c, out);
		c->event = (struct event){ 0 };
		c->depth = 1;
	} else if (end && slice_ieq_z(l->value, "VEVENT")) {
		if (c->depth > 0)
			end_event(c, out);
	} else if (c->depth > 0 && (begin || end)) {
		c->depth = begin ? 2 : 1;
	} else if (c->depth == 1) {
		event_line(&c->event, l);
	} else if (c->depth == 0 && slice_ieq_z(l->name, "METHOD")) {
		c->method = l->value;
	}
}

void
display_calendar(const struct message *m, const struct part *p, struct str *out)
{
	struct calendar c = { 0 };
	struct str text;
	struct str lines;
	struct slice rest;
	struct slice line;

	str_init(&text, MIME_BODY_MAX);
	str_init(&lines, MIME_BODY_MAX);
	part_text(m, p, &text, NULL);
	unfold(str_slice(&text), &lines);
	/* Zones first: some stand behind what needs them. */
	for (int pass = 0; pass < 2; pass++) {
		rest = str_slice(&lines);
		while (slice_line(&rest, &line)) {
			struct ics_line l = ics_line_read(line);

			if (pass == 0)
				(void)ics_zones_line(&c.zones, &l);
			else
				calendar_line(&c, &l, out);
		}
	}
	if (c.depth > 0)
		end_event(&c, out);
	if (c.left > 0) {
		str_printf(out,
		           N_N("[%zu more event is not shown]\n",
		               "[%zu more events are not shown]\n",
		               (unsigned long)c.left),
		           c.left);
	}
	ics_zones_release(&c.zones);
	str_release(&lines);
	str_release(&text);
}
