/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A progress bar on the terminal's last line. */
#include "cli/progress.h"

#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/out.h"
#include "cli/terminal.h"
#include "text/unicode.h"

#include "util/banned.h"

#define BAR_MAX        30
#define LINE_MAX_BYTES 4096

void
progress_init(struct progress *p, bool wanted)
{
	const char *term = getenv("TERM");
	char charset[TERMINAL_CHARSET_MAX];

	memset(p, 0, sizeof *p);
	p->on = wanted && isatty(STDERR_FILENO) == 1 && term != NULL &&
	        strcmp(term, "dumb") != 0;
	p->blocks = strcmp(nl_langinfo(CODESET), "UTF-8") == 0 &&
	            !terminal_is_old(STDERR_FILENO, charset);
}

static void
add_bar(struct str *out, uint64_t done, uint64_t total, size_t cells,
        bool blocks)
{
	/* U+258F (one eighth) to U+2588 (full). */
	uint64_t eighths = total > 0 ? done * cells * 8 / total : 0;
	size_t i;

	for (i = 0; i < cells; i++) {
		uint64_t here = eighths > i * 8 ? eighths - i * 8 : 0;

		if (here >= 8)
			str_add_z(out, blocks ? "\xe2\x96\x88" : "#");
		else if (here > 0 && blocks)
			str_add_codepoint(out, 0x2590 - (uint32_t)here);
		else
			str_add_c(out, ' ');
	}
}

void
progress_line(struct str *out, const char *label, uint64_t done, uint64_t total,
              size_t cells, bool blocks)
{
	struct str figures;
	struct str clean;
	size_t used;
	size_t room;

	if (done > total)
		done = total;
	if (total > UINT64_MAX / 1000) /* no such mailbox: keep sums small */
		total = done = 0;
	str_init(&figures, 100);
	str_printf(&figures, " %llu/%llu %3llu%% ", (unsigned long long)done,
	           (unsigned long long)total,
	           (unsigned long long)(total > 0 ? done * 100 / total : 0));
	room = cells > figures.n ? cells - figures.n : 0;
	str_init(&clean, LINE_MAX_BYTES);
	unicode_clean_line(slice_of(label), &clean); /* may be a file's name */
	str_add_slice(out, unicode_fit(str_slice(&clean), room, &used));
	str_release(&clean);
	if (room < figures.n && room == 0) {
		str_release(&figures);
		return;
	}
	str_add_slice(out, str_slice(&figures));
	room -= used;
	add_bar(out, done, total, room < BAR_MAX ? room : BAR_MAX, blocks);
	str_release(&figures);
}

void
progress_draw(struct progress *p, const char *label, uint64_t done,
              uint64_t total)
{
	struct str line;

	if (!p->on)
		return;
	str_init(&line, LINE_MAX_BYTES);
	str_add_z(&line, "\r");
	/* The last column stays free: some terminals wrap there. */
	progress_line(&line, label, done, total, out_width(STDERR_FILENO) - 1,
	              p->blocks);
	str_add_z(&line, "\033[K");
	out_bar(str_slice(&line));
	p->drawn = true;
	str_release(&line);
}

void
progress_erase(struct progress *p)
{
	if (p->drawn)
		(void)fputs("\r\033[K", stderr);
	p->drawn = false;
}
