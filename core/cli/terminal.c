/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the terminal that we print to can read.  The program itself runs in a
 * locale with UTF-8; so the environment is asked, not setlocale.
 */
#include "cli/terminal.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "text/charset_encode.h"
#include "util/utf8.h"

#include "util/banned.h"

static struct slice
wanted_locale(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *value = getenv(names[i]);

		if (value != NULL && value[0] != '\0')
			return slice_of(value);
	}
	return SLICE_LIT("C");
}

static void
copy_name(struct slice s, char name_r[TERMINAL_CHARSET_MAX])
{
	s = slice_head(s, TERMINAL_CHARSET_MAX - 1);
	memcpy(name_r, s.p, s.n);
	name_r[s.n] = '\0';
}

static bool
is_utf8(struct slice name)
{
	return slice_ieq_z(name, "UTF-8") || slice_ieq_z(name, "UTF8");
}

/* "ko_KR.eucKR@x": what stands behind the point. */
static struct slice
suffix_of(struct slice locale)
{
	struct slice s = slice_from(locale, slice_find(locale, '.'));

	return slice_head(slice_from(s, 1), slice_find(slice_from(s, 1), '@'));
}

static bool
shows_utf8(int fd)
{
	const char *type = getenv("TERM");
#ifdef IUTF8
	struct termios modes;

	if (tcgetattr(fd, &modes) == 0 && (modes.c_iflag & IUTF8) != 0)
		return true;
#else
	(void)fd;
#endif
	return type == NULL || strncmp(type, "vt", 2) != 0;
}

static bool
is_plain(struct slice locale)
{
	return slice_eq_z(locale, "C") || slice_eq_z(locale, "POSIX");
}

bool
terminal_locale_charset(char name_r[TERMINAL_CHARSET_MAX])
{
	struct slice wanted = wanted_locale();
	struct slice suffix = suffix_of(wanted);
	locale_t locale = (locale_t)0;

	if (is_utf8(suffix))
		copy_name(SLICE_LIT("UTF-8"), name_r);
	else if (is_plain(wanted))
		copy_name(SLICE_LIT("ASCII"), name_r);
	else /* bare names such as "ko_KR" have a charset, too */
		locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
	if (locale != (locale_t)0) {
		copy_name(slice_of(nl_langinfo_l(CODESET, locale)), name_r);
		freelocale(locale);
	} else if (!is_utf8(suffix) && !is_plain(wanted)) {
		copy_name(suffix, name_r);
	}
	return is_utf8(slice_of(name_r));
}

bool
terminal_locale_installed(void)
{
	locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);

	if (locale == (locale_t)0)
		return false;
	freelocale(locale);
	return true;
}

bool
terminal_is_old(int fd, char name_r[TERMINAL_CHARSET_MAX])
{
	if (isatty(fd) == 0 || is_utf8(suffix_of(wanted_locale())))
		return false;
	if (terminal_locale_charset(name_r))
		return false;
	if (is_plain(wanted_locale()))
		return !shows_utf8(fd);
	return name_r[0] != '\0';
}

void
terminal_text(int fd, struct slice text, struct str *out)
{
	char charset[TERMINAL_CHARSET_MAX];

	if (utf8_has_8bit(text.p, text.n) && terminal_is_old(fd, charset))
		charset_encode(charset, text, out);
	else
		str_add_slice(out, text);
}
