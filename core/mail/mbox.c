/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading and writing mbox files, in all four ways of quoting. */
#include "mail/mbox.h"

#include <stdio.h>
#include <time.h>

#include "mime/date.h"
#include "store/store.h"
#include "util/clock.h"

#include "util/banned.h"

/* Where the line ends: behind its LF. */
static size_t
line_end(struct slice all, size_t at)
{
	struct slice rest = slice_from(all, at);
	size_t n = slice_find(rest, '\n');

	return n < rest.n ? at + n + 1 : all.n;
}

static struct slice
line_at(struct slice all, size_t at)
{
	size_t end = line_end(all, at);
	struct slice line = slice_make(all.p + at, end - at);

	while (line.n > 0 &&
	       (line.p[line.n - 1] == '\n' || line.p[line.n - 1] == '\r'))
		line.n--;
	return line;
}

/* "12:34" somewhere: prose that begins with "From " has none, as a rule. */
static bool
has_time(struct slice line)
{
	for (size_t i = 0; i + 4 < line.n; i++)
		if (byte_is_digit(line.p[i]) && byte_is_digit(line.p[i + 1]) &&
		    line.p[i + 2] == ':' && byte_is_digit(line.p[i + 3]) &&
		    byte_is_digit(line.p[i + 4]))
			return true;
	return false;
}

static bool
is_from(const struct mbox *m, size_t at)
{
	struct slice line;

	if (!slice_starts(slice_from(m->all, at), "From "))
		return false;
	line = line_at(m->all, at);
	return !m->guessed || has_time(line);
}

bool
mbox_is(struct slice all)
{
	return slice_starts(all, "From ");
}

/* ---- fields ---- */

/* The next line of the header at *at is a field: its name and value; false at
 * the end of the header.  *at moves behind it with its folded lines. */
static bool
next_field(struct slice raw, size_t *at, struct slice *name_r,
           struct slice *value_r)
{
	struct slice line = line_at(raw, *at);
	size_t colon = slice_find(line, ':');
	size_t end;

	if (*at >= raw.n || line.n == 0)
		return false;
	end = line_end(raw, *at);
	while (end < raw.n && (raw.p[end] == ' ' || raw.p[end] == '\t'))
		end = line_end(raw, end);
	*name_r = slice_rtrim(slice_head(line, colon));
	*value_r = slice_trim(
		slice_from(line, colon < line.n ? colon + 1 : line.n));
	*at = end;
	return true;
}

static const char *const own_fields[] = {
	"Status",         "X-Status",         "Content-Length",
	"X-UID",          "X-IMAP",           "X-IMAPbase",
	"X-Keywords",     "X-Mozilla-Status", "X-Mozilla-Status2",
	"X-Mozilla-Keys", "X-Evolution",      "X-Gmail-Labels",
	"X-GM-THRID",
};

static bool
is_own_field(struct slice name)
{
	for (size_t i = 0; i < sizeof own_fields / sizeof own_fields[0]; i++)
		if (slice_ieq_z(name, own_fields[i]))
			return true;
	return false;
}

static void
read_status(struct slice value, struct mbox_item *item)
{
	for (size_t i = 0; i < value.n; i++) {
		switch (value.p[i]) {
		case 'R':
			item->flags |= STORE_SEEN;
			break;
		case 'A':
			item->flags |= STORE_ANSWERED;
			break;
		case 'F':
			item->flags |= STORE_FLAGGED;
			break;
		case 'T':
			item->flags |= STORE_DRAFT;
			break;
		case 'D':
			item->deleted = true;
			break;
		default:
			break;
		}
	}
}

/* Four hexadecimal digits. */
static void
read_mozilla(struct slice value, struct mbox_item *item)
{
	unsigned bits = 0;

	for (size_t i = 0; i < value.n && i < 4; i++) {
		int digit = byte_hex(value.p[i]);

		bits = bits * 16 + (unsigned)(digit < 0 ? 0 : digit);
	}
	item->flags |= (bits & 0x0001) != 0 ? STORE_SEEN : 0;
	item->flags |= (bits & 0x0002) != 0 ? STORE_ANSWERED : 0;
	item->flags |= (bits & 0x0004) != 0 ? STORE_FLAGGED : 0;
	item->flags |= (bits & 0x1000) != 0 ? STORE_FORWARDED : 0;
	item->hidden |= (bits & 0x0008) != 0;
}

static void
read_fields(struct mbox_item *item)
{
	struct slice name;
	struct slice value;
	bool imap = false;
	bool internal = false;
	size_t at = 0;

	while (next_field(item->raw, &at, &name, &value)) {
		if (slice_ieq_z(name, "Status") ||
		    slice_ieq_z(name, "X-Status"))
			read_status(value, item);
		else if (slice_ieq_z(name, "X-Mozilla-Status"))
			read_mozilla(value, item);
		else if (slice_ieq_z(name, "X-IMAP"))
			imap = true;
		else if (slice_ieq_z(name, "Subject"))
			internal = slice_find_text(
					   value,
					   SLICE_LIT("FOLDER INTERNAL DATA")) <
			           value.n;
	}
	item->hidden |= imap && internal;
}

/* ---- frames ---- */

/* The message at start ends where its Content-Length says; 0: it does not. */
static size_t
end_by_length(const struct mbox *m, size_t start)
{
	struct slice rest = slice_from(m->all, start);
	struct slice name;
	struct slice value;
	uint64_t n = 0;
	bool found = false;
	size_t at = 0;

	while (next_field(rest, &at, &name, &value))
		if (slice_ieq_z(name, "Content-Length"))
			found = slice_u64(value, &n) == 0;
	if (!found || at >= rest.n)
		return 0;
	at = line_end(rest, at); /* the empty line */
	if (n > rest.n - at)
		return 0;
	at += (size_t)n;
	if (at == rest.n || is_from(m, start + at))
		return start + at;
	if (line_at(rest, at).n == 0 &&
	    (line_end(rest, at) == rest.n ||
	     is_from(m, start + line_end(rest, at))))
		return start + at;
	return 0;
}

static size_t
end_by_line(const struct mbox *m, size_t start)
{
	size_t at = start;
	bool empty = true; /* a message without any line */

	while (at < m->all.n) {
		if (empty && is_from(m, at))
			break;
		empty = line_at(m->all, at).n == 0;
		at = line_end(m->all, at);
	}
	return at;
}

/* The empty line before the next "From " is not the message's. */
static struct slice
without_separator(struct slice raw)
{
	if (raw.n >= 2 && raw.p[raw.n - 1] == '\n' && raw.p[raw.n - 2] == '\n')
		raw.n--;
	else if (raw.n >= 3 && raw.p[raw.n - 1] == '\n' &&
	         raw.p[raw.n - 2] == '\r' && raw.p[raw.n - 3] == '\n')
		raw.n -= 2;
	return raw;
}

static int64_t
date_of(struct slice line)
{
	struct slice word;
	int64_t t;

	(void)slice_word(&line, &word); /* From */
	(void)slice_word(&line, &word); /* address or "-" */
	return line.p != NULL && date_parse(slice_trim(line), &t) ? t : 0;
}

/* The frame of the next message; *by_length_r: told by Content-Length. */
static bool
next_frame(struct mbox *m, struct slice *from_r, struct slice *raw_r,
           bool *by_length_r)
{
	size_t start;
	size_t end = 0;

	while (m->at < m->all.n && line_at(m->all, m->at).n == 0)
		m->at = line_end(m->all, m->at);
	if (m->at >= m->all.n)
		return false;
	*from_r = SLICE_NONE;
	start = m->at;
	if (slice_starts(slice_from(m->all, start), "From ")) {
		*from_r = line_at(m->all, start);
		start = line_end(m->all, start);
	}
	if (m->kind == MBOX_CL || m->kind == MBOX_CL2 || m->guessed)
		end = end_by_length(m, start);
	*by_length_r = end != 0;
	if (end == 0)
		end = end_by_line(m, start);
	*raw_r = slice_make(m->all.p + start, end - start);
	if (!*by_length_r)
		*raw_r = without_separator(*raw_r);
	m->at = end;
	return true;
}

bool
mbox_next(struct mbox *m, struct mbox_item *item_r)
{
	struct slice from;
	bool by_length;

	*item_r = (struct mbox_item){ 0 };
	if (!next_frame(m, &from, &item_r->raw, &by_length))
		return false;
	item_r->received = date_of(from);
	read_fields(item_r);
	return true;
}

/* A "From " line within what Content-Length frames: nothing is quoted. */
static bool
is_unquoted(struct mbox *m)
{
	struct slice from;
	struct slice raw;
	bool by_length;

	while (next_frame(m, &from, &raw, &by_length)) {
		if (!by_length)
			continue;
		for (size_t at = 0; at < raw.n; at = line_end(raw, at))
			if (slice_starts(slice_from(raw, at), "From "))
				return true;
	}
	return false;
}

void
mbox_init(struct mbox *m, struct slice all, enum mbox_kind kind)
{
	struct mbox look;

	*m = (struct mbox){ .all = all,
		            .kind = kind,
		            .guessed = kind == MBOX_AUTO };
	if (kind != MBOX_AUTO)
		return;
	m->kind = MBOX_RD;
	look = *m;
	if (is_unquoted(&look))
		m->kind = MBOX_CL2;
}

/* ---- unquoting ---- */

static bool
is_quoted(enum mbox_kind kind, struct slice line)
{
	size_t n = 0;

	while (n < line.n && line.p[n] == '>')
		n++;
	if (n == 0 || !slice_starts(slice_from(line, n), "From "))
		return false;
	switch (kind) {
	case MBOX_O:
		return n == 1;
	case MBOX_CL2:
		return false;
	case MBOX_AUTO:
	case MBOX_RD:
	case MBOX_CL:
		return true;
	}
	return false;
}

static void
add_line(struct str *out, struct slice raw, size_t at)
{
	size_t end = line_end(raw, at);

	str_add_slice(out, line_at(raw, at));
	if (end > at && raw.p[end - 1] == '\n')
		str_add_z(out, "\r\n");
}

/* Where the line at at begins without its quoting. */
static size_t
unquoted(const struct mbox *m, struct slice raw, size_t at)
{
	return is_quoted(m->kind, line_at(raw, at)) ? at + 1 : at;
}

void
mbox_message(const struct mbox *m, const struct mbox_item *item,
             struct str *out)
{
	struct slice raw = item->raw;
	struct slice name;
	struct slice value;
	size_t at = 0;
	size_t next = 0;

	for (; next_field(raw, &next, &name, &value); at = next) {
		if (is_own_field(name))
			continue;
		while (at < next) {
			add_line(out, raw, unquoted(m, raw, at));
			at = line_end(raw, at);
		}
	}
	for (; at < raw.n; at = line_end(raw, at))
		add_line(out, raw, unquoted(m, raw, at));
}

/* ---- writing ---- */

static void
add_status(unsigned flags, struct str *out)
{
	if ((flags & STORE_SEEN) != 0)
		str_add_z(out, "Status: RO\n");
	if ((flags & (STORE_ANSWERED | STORE_FLAGGED | STORE_DRAFT)) == 0)
		return;
	str_printf(out, "X-Status: %s%s%s\n",
	           (flags & STORE_ANSWERED) != 0 ? "A" : "",
	           (flags & STORE_FLAGGED) != 0 ? "F" : "",
	           (flags & STORE_DRAFT) != 0 ? "T" : "");
}

void
mbox_write(struct slice message, const char *from, int64_t received,
           unsigned flags, struct str *out)
{
	char date[64] = "";
	struct tm tm;
	bool body = false;

	clock_utc(received, &tm);
	(void)strftime(date, sizeof date, "%a %b %e %H:%M:%S %Y", &tm);
	str_printf(out, "From %s %s\n",
	           from[0] != '\0' ? from : "MAILER-DAEMON", date);
	for (size_t at = 0; at < message.n; at = line_end(message, at)) {
		struct slice line = line_at(message, at);
		struct slice bare = line;

		if (line.n == 0 && !body) {
			add_status(flags, out);
			body = true;
		}
		while (slice_starts(bare, ">"))
			bare = slice_from(bare, 1);
		/* Also in the header: as its first line it would begin
		 * another message. */
		if (slice_starts(bare, "From "))
			str_add_c(out, '>');
		str_add_slice(out, line);
		str_add_c(out, '\n');
	}
	if (!body)
		add_status(flags, out);
	str_add_c(out, '\n');
}
