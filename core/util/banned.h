/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Turns the functions that CONVENTIONS bans into compile errors; include last. */
#ifndef UTIL_BANNED_H
#define UTIL_BANNED_H

#define PABAL_BANNED(name) sorry_##name##_is_banned_see_CONVENTIONS

#undef strcpy
#define strcpy(a, b) PABAL_BANNED(strcpy)
#undef strcat
#define strcat(a, b) PABAL_BANNED(strcat)
#undef strncpy
#define strncpy(a, b, c) PABAL_BANNED(strncpy)
#undef strncat
#define strncat(a, b, c) PABAL_BANNED(strncat)
#undef strtok
#define strtok(a, b) PABAL_BANNED(strtok)
#undef sprintf
#define sprintf(...) PABAL_BANNED(sprintf)
#undef vsprintf
#define vsprintf(...) PABAL_BANNED(vsprintf)
#undef sscanf
#define sscanf(...) PABAL_BANNED(sscanf)
#undef atoi
#define atoi(a) PABAL_BANNED(atoi)
#undef atol
#define atol(a) PABAL_BANNED(atol)
#undef gmtime
#define gmtime(a) PABAL_BANNED(gmtime)
#undef localtime
#define localtime(a) PABAL_BANNED(localtime)
#undef rand
#define rand() PABAL_BANNED(rand)
#undef system
#define system(a) PABAL_BANNED(system)
#undef popen
#define popen(a, b) PABAL_BANNED(popen)

#endif
