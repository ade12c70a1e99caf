/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Points in time as people say them, in Korean and English. */
#ifndef UTIL_WHEN_H
#define UTIL_WHEN_H

#include <stdint.h>

#include "util/err.h"
#include "util/slice.h"
#include "util/str.h"

/*
 * "내일 9시", "다음 주 월요일 오후 3시 반", "30분 뒤", "tomorrow 9:00",
 * "next fri 2pm", "in 2 hours", "9월 21일 14:00", "2026-09-21 14:00",
 * "2026-09-21T14:00:00+09:00"; without a zone in local time.
 *
 * A time alone is the next such time; a day alone means nine in the morning;
 * hours without 오전, 오후, am or pm count from 0 to 23.
 *
 * now  seconds since the epoch; what is not after it is refused.
 *
 * Returns 0, or -1 with ERR_USAGE.
 */
int when_parse(struct slice text, int64_t now, int64_t *at_r, struct err *err);
/* at as it is said now, to the minute: "tomorrow 9:00", "내일 오전 9시"; a day of
 * the next six by its name.  when_parse understands it. */
void when_say(int64_t at, int64_t now, struct str *out);

#endif
