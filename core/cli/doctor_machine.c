/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pabal doctor: locale, terminal, charsets. */
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/doctor.h"
#include "cli/terminal.h"
#include "text/charset.h"
#include "util/i18n.h"

#include "util/banned.h"

/* Locale: what the user has set, not what we run in */

static void
add_variables(struct machine_note *n)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE",
		                             "LC_MESSAGES", "LANG" };
	bool any = false;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *value = getenv(names[i]);

		json_key(&n->json, names[i]);
		json_string_z(&n->json, value);
		if (value == NULL || value[0] == '\0')
			continue;
		str_printf(&n->text, "%s%s=%s", any ? " " : "", names[i],
		           value);
		any = true;
	}
	if (!any)
		str_add_z(&n->text, _("none is set"));
}

void
doctor_locale(struct doctor *d)
{
	char charset[TERMINAL_CHARSET_MAX];
	struct machine_note n;
	bool utf8 = terminal_locale_charset(charset);
	bool known = terminal_locale_installed();

	machine_begin(&n, d, "locale");
	add_variables(&n);
	str_printf(&n.text, _("; encoding %s"), charset);
	json_key(&n.json, "encoding");
	json_string_z(&n.json, charset);
	json_key(&n.json, "installed");
	json_bool(&n.json, known);
	if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0) {
		err_set(&n.err, ERR_CONFIG,
		        _("this system has no locale with UTF-8"));
		machine_end(&n, FINDING_BAD);
		return;
	}
	if (!known)
		err_set(&n.err, ERR_CONFIG,
		        _("the locale that is set is not installed here; pabal "
		          "uses one with UTF-8 in its place"));
	else if (!utf8)
		err_set(&n.err, ERR_CONFIG,
		        _("the locale's encoding is %s, not UTF-8"), charset);
	machine_end(&n, FINDING_NOTE);
}

/* Terminal */

static bool
find_size(struct winsize *size_r)
{
	for (int fd = 0; fd <= 2; fd++)
		if (isatty(fd) == 1 && ioctl(fd, TIOCGWINSZ, size_r) == 0 &&
		    size_r->ws_col > 0)
			return true;
	return false;
}

static void
add_size(struct machine_note *n)
{
	struct winsize size = { 0 };
	bool found = find_size(&size);

	json_key(&n->json, "columns");
	if (found)
		json_int(&n->json, size.ws_col);
	else
		json_null(&n->json);
	json_key(&n->json, "rows");
	if (found)
		json_int(&n->json, size.ws_row);
	else
		json_null(&n->json);
	if (found)
		str_printf(&n->text, "; %dx%d", size.ws_col, size.ws_row);
	if (found && n->err.code == ERR_NONE &&
	    (size.ws_col < CLI_SCREEN_COLS || size.ws_row < CLI_SCREEN_ROWS))
		err_set(&n->err, ERR_CONFIG,
		        _("the window is too small for the screen: %dx%d, needs "
		          "%dx%d"),
		        size.ws_col, size.ws_row, CLI_SCREEN_COLS,
		        CLI_SCREEN_ROWS);
}

static void
add_colours(struct machine_note *n, int colours)
{
	const char *no = getenv("NO_COLOR");

	json_key(&n->json, "colours");
	json_int(&n->json, colours);
	if (no != NULL && no[0] != '\0')
		str_add_z(&n->text, _("; no colours (NO_COLOR)"));
	else if (colours >= 8)
		str_printf(&n->text, _("; %d colours"), colours);
	else
		str_add_z(&n->text, _("; no colours"));
}

void
doctor_terminal(struct doctor *d)
{
	const char *type = getenv("TERM");
	char charset[TERMINAL_CHARSET_MAX] = "UTF-8";
	struct machine_note n;
	int colours = 0;
	bool old;

	machine_begin(&n, d, "terminal");
	old = terminal_is_old(STDOUT_FILENO, charset);
	str_printf(&n.text, "TERM=%s", type != NULL ? type : "");
	json_key(&n.json, "type");
	json_string_z(&n.json, type);
	if (d->cli->terminal != NULL)
		(void)d->cli->terminal(&colours, &n.err);
	add_colours(&n, colours);
	json_key(&n.json, "encoding");
	json_string_z(&n.json, old ? charset : "UTF-8");
	str_printf(&n.text, "; %s", old ? charset : "UTF-8");
	add_size(&n);
	if (isatty(STDOUT_FILENO) != 1)
		str_add_z(&n.text, _("; this output goes somewhere else"));
	if (n.err.code == ERR_NONE && old)
		err_set(&n.err, ERR_CONFIG,
		        _("the terminal is set to %s: the commands write that, "
		          "the screen needs UTF-8"),
		        charset);
	if (n.err.code == ERR_NONE)
		str_add_z(&n.text, _("; the screen works in it"));
	machine_end(&n, FINDING_NOTE);
}

/* Charsets: our own tables, and those of the C library */

#define BYTES(s)     \
 {                   \
  (s), sizeof(s) - 1 \
 }

static const struct {
	const char *label;
	struct slice bytes;
	const char *text;
	bool own;
} samples[] = {
	{ "utf-8", BYTES("\xed\x95\x9c"), "\xed\x95\x9c", true },
	{ "euc-kr", BYTES("\xc7\xd1\xb1\xdb"), "\xed\x95\x9c\xea\xb8\x80",
	  true },
	{ "cp949", BYTES("\x8c\x63"), "\xeb\x98\xa0", true },
	{ "ks_c_5601-1987", BYTES("\xb0\xa1"), "\xea\xb0\x80", true },
	{ "iso-2022-kr", BYTES("\x1b$)C\x0e\x47\x51\x0f"), "\xed\x95\x9c",
	  true },
	{ "johab", BYTES("\xd0\x65"), "\xed\x95\x9c", true },
	{ "windows-1252", BYTES("\xe9\x80"), "\xc3\xa9\xe2\x82\xac", true },
	{ "iso-2022-jp", BYTES("\x1b$B\x46\x7c\x1b(B"), "\xe6\x97\xa5", false },
	{ "shift_jis", BYTES("\x93\xfa"), "\xe6\x97\xa5", false },
	{ "euc-jp", BYTES("\xc6\xfc"), "\xe6\x97\xa5", false },
	{ "gb18030", BYTES("\xd6\xd0"), "\xe4\xb8\xad", false },
	{ "big5", BYTES("\xa4\xa4"), "\xe4\xb8\xad", false },
	{ "iso-8859-2", BYTES("\xb1"), "\xc4\x85", false },
	{ "koi8-r", BYTES("\xc1"), "\xd0\xb0", false },
	{ "windows-1251", BYTES("\xe0"), "\xd0\xb0", false },
};

static bool
is_read(size_t i)
{
	struct str out;
	bool same;

	str_init(&out, 100);
	charset_decode(charset_lookup(slice_of(samples[i].label)),
	               samples[i].bytes, &out, NULL);
	same = slice_eq_z(str_slice(&out), samples[i].text);
	str_release(&out);
	return same;
}

void
doctor_charsets(struct doctor *d)
{
	struct machine_note n;
	struct str lost;
	bool own_lost = false;
	size_t good = 0;

	str_init(&lost, 1000);
	machine_begin(&n, d, "charsets");
	json_key(&n.json, "unreadable");
	json_array(&n.json);
	for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
		if (is_read(i)) {
			good++;
			continue;
		}
		own_lost = own_lost || samples[i].own;
		str_printf(&lost, "%s%s", lost.n > 0 ? ", " : "",
		           samples[i].label);
		json_string_z(&n.json, samples[i].label);
	}
	json_end_array(&n.json);
	str_printf(&n.text,
	           _("EUC-KR, CP949, ISO-2022-KR, Johab and others: "
	             "%zu of %zu are read"),
	           good, sizeof samples / sizeof samples[0]);
	if (lost.n > 0)
		err_set(&n.err, ERR_CONFIG, _("mail in %s cannot be read"),
		        lost.p);
	str_release(&lost);
	machine_end(&n, own_lost ? FINDING_BAD : FINDING_NOTE);
}
