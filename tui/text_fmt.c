/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dates, sizes and folder names as people read them. */
#include "tui/text_fmt.h"

#include <stdio.h>

#include "util/clock.h"
#include "util/i18n.h"

#include "util/banned.h"

static int64_t
local_day(const struct tm *tm)
{
	return clock_from_utc((int64_t)tm->tm_year + 1900, tm->tm_mon + 1,
	                      tm->tm_mday, 0, 0, 0) /
	       86400;
}

void
fmt_date_short(int64_t t, int64_t now, struct str *out)
{
	struct tm d, n;
	int64_t days;

	clock_local(t, &d, NULL);
	clock_local(now, &n, NULL);
	days = local_day(&n) - local_day(&d);
	if (days == 0)
		str_printf(out, "%02d:%02d", d.tm_hour, d.tm_min);
	else if (days == 1)
		str_add_z(out, _("Yesterday"));
	else if (d.tm_year == n.tm_year)
		str_printf(out, "%02d/%02d", d.tm_mon + 1, d.tm_mday);
	else
		str_printf(out, "%04d/%02d", d.tm_year + 1900, d.tm_mon + 1);
}

void
fmt_date_long(int64_t t, struct str *out)
{
	static const char *const days[] = { N_("Sun"), N_("Mon"), N_("Tue"),
		                            N_("Wed"), N_("Thu"), N_("Fri"),
		                            N_("Sat") };
	struct tm d;

	clock_local(t, &d, NULL);
	str_printf(out, _("%04d-%02d-%02d (%s) %02d:%02d"), d.tm_year + 1900,
	           d.tm_mon + 1, d.tm_mday,
	           _(days[d.tm_wday >= 0 && d.tm_wday < 7 ? d.tm_wday : 0]),
	           d.tm_hour, d.tm_min);
}

void
fmt_count(uint64_t n, struct str *out)
{
	if (n >= 1000) {
		fmt_count(n / 1000, out);
		str_printf(out, ",%03u", (unsigned)(n % 1000));
	} else {
		str_add_u64(out, n);
	}
}

const char *
fmt_folder(enum folder f)
{
	switch (f) {
	case FOLDER_INBOX:
		return _("Inbox");
	case FOLDER_ARCHIVE:
		return _("Archive");
	case FOLDER_SENT:
		return _("Sent");
	case FOLDER_DRAFTS:
		return _("Drafts");
	case FOLDER_SPAM:
		return _("Spam");
	case FOLDER_TRASH:
		return _("Trash");
	case FOLDER_ANY:
	case FOLDER_COUNT:
		break;
	}
	return _("All mail");
}
