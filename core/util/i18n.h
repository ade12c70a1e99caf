/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Marks text that is shown to users, so that it can be translated. */
#ifndef UTIL_I18N_H
#define UTIL_I18N_H

#ifdef ENABLE_NLS
# include <libintl.h>
# define _(text)               gettext(text)
# define N_N(one, many, count) ngettext(one, many, count)
#else
# define _(text)               (text)
# define N_N(one, many, count) ((count) == 1 ? (one) : (many))
#endif
/* In tables: marked here, translated with _() where it is shown. */
#define N_(text) text

#endif
