/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Links and character sets of the message shown. */
#include "tui/app_priv.h"

#include <stdlib.h>
#include <string.h>

#include "store/sender_charset.h"
#include "text/link.h"
#include "util/i18n.h"
#include "util/proc.h"
#include "util/utf8.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Milliseconds that opening a link may take before it counts as running. */
#define BROWSER_MS 5000

/* Bytes of the words beside a link that looks as if it led elsewhere. */
#define WARNING_MAX 512

/* ---- links ---- */

static void
add_link(void *ctx, struct slice url, struct slice warning)
{
	struct app *a = ctx;
	struct str words;
	struct str host;

	str_init(&words, WARNING_MAX);
	str_init(&host, WARNING_MAX / 2);
	if (warning.n > 0) {
		str_add_slice(
			&words,
			slice_head(warning,
		                   utf8_cut(warning.p, warning.n < WARNING_MAX
		                                               ? warning.n
		                                               : WARNING_MAX)));
	} else if (link_hides(url, &host)) {
		str_add_z(&words, "(!) ");
		str_add_slice(&words, str_slice(&host));
	}
	array_add(&a->links, slice_dup(url));
	w_pick_add(&a->picker, a->links.v[a->links.n - 1],
	           words.n > 0 ? words.p : NULL, (int64_t)a->links.n - 1);
	str_release(&host);
	str_release(&words);
}

void
app_pick_link(struct app *a)
{
	if (!app_need_reader(a))
		return;
	while (a->links.n > 0)
		free(a->links.v[--a->links.n]);
	app_pick_start(a, PICK_LINK, _("Links: Enter opens"));
	pane_reader_links(&a->reader, add_link, a);
	if (a->links.n == 0) {
		a->pick = PICK_NONE;
		w_pick_release(&a->picker);
		app_say(a, STYLE_DIM, _("no links"));
	}
}

void
app_open_link(struct app *a, const char *url)
{
	const char *browser =
		a->conf.browser != NULL ? a->conf.browser : "xdg-open";
	struct proc_opts opts = { .timeout_ms = BROWSER_MS,
		                  .cancel_fd = -1,
		                  .errors_too = true };
	struct err err = { 0 };
	char **words = NULL;
	char **argv;
	size_t n = 0;
	int status = 0;

	if (slice_istarts(slice_of(url), "mailto:")) {
		app_write_mailto(a, url);
		return;
	}
	if (proc_split(browser, &words, &err) != 0) {
		app_say_err(a, &err);
		return;
	}
	while (words[n] != NULL)
		n++;
	argv = xcalloc(n + 2, sizeof *argv);
	memcpy(argv, words, n * sizeof *argv);
	argv[n] = xstrdup(url);
	if (n == 0 || proc_run(argv, &opts, NULL, &status, &err) != 0)
		app_say_err(a, &err);
	else if (status != 0)
		app_say(a, STYLE_ERROR, _("'%s' could not open the link"),
		        browser);
	else
		app_say(a, STYLE_OK, _("opened %s"), url);
	free(argv[n]);
	free(argv);
	proc_free_argv(words);
}

/* ---- character sets ---- */

/* Those that mail in Korea comes in, by label and as people call them. */
static const char *const charsets[][2] = {
	{ "utf-8", "UTF-8" },
	{ "euc-kr", N_("Korean (EUC-KR, CP949)") },
	{ "iso-2022-kr", N_("Korean (ISO-2022-KR)") },
	{ "johab", N_("Korean (Johab)") },
	{ "windows-1252", N_("Western (Windows-1252)") },
	{ "shift_jis", N_("Japanese (Shift_JIS)") },
	{ "euc-jp", N_("Japanese (EUC-JP)") },
	{ "iso-2022-jp", N_("Japanese (ISO-2022-JP)") },
	{ "gb18030", N_("Chinese (GB18030)") },
	{ "big5", N_("Chinese (Big5)") },
	{ "koi8-r", N_("Cyrillic (KOI8-R)") },
	{ "windows-1251", N_("Cyrillic (Windows-1251)") },
};

enum {
	CHARSET_CHOICES = sizeof charsets / sizeof *charsets,
	CHOICE_DETECT,
	CHOICE_OTHER,
};

void
app_pick_charset(struct app *a)
{
	int64_t i;

	if (!app_need_reader(a))
		return;
	app_pick_start(a, PICK_CHARSET, _("Read again as"));
	w_pick_add(&a->picker, _("Detect it"), NULL, CHOICE_DETECT);
	for (i = 0; i < CHARSET_CHOICES; i++)
		w_pick_add(&a->picker, _(charsets[i][1]), NULL, i);
	w_pick_add(&a->picker, _("Another one"), NULL, CHOICE_OTHER);
}

void
app_charset_chosen(struct app *a, int64_t n)
{
	if (n == CHOICE_OTHER)
		app_ask(a, PROMPT_CHARSET, SLICE_NONE);
	else
		app_set_charset(a, n == CHOICE_DETECT
		                           ? SLICE_NONE
		                           : slice_of(charsets[n][0]));
}

void
app_set_charset(struct app *a, struct slice label)
{
	enum charset cs = charset_lookup(label);
	struct err err = { 0 };

	if (a->reader.id == 0)
		return;
	if (slice_trim(label).n > 0 && cs == CHARSET_UNKNOWN) {
		app_say(a, STYLE_WARN, _("unknown character set '%.*s'"),
		        SLICE_ARG(label));
		return;
	}
	pane_reader_set_charset(&a->reader, cs);
	if (sender_charset_choose(a->store, &a->reader.message, cs, &err) !=
	    0) {
		app_say_err(a, &err);
		return;
	}
	app_reload(a);
	app_say(a, STYLE_STATUS,
	        cs == CHARSET_UNKNOWN ? _("character set detected again")
	                              : _("read as %s"),
	        charset_name(cs));
}
