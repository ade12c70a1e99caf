/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What tests of screens say: this text comes, that one goes. */
#ifndef TESTS_LIB_SCREEN_TEST_H
#define TESTS_LIB_SCREEN_TEST_H

#include <stdio.h>

#include "lib/screen.h"
#include "lib/test.h"

/* Sanitizers on a busy machine are slow. */
#define LONG_MS 60000
#define MS      30000

/* Fail the test, the whole screen printed. */
static inline void
fail_with(struct screen *s, const char *text)
{
	struct str t;

	str_init(&t, 1 << 21);
	screen_text(s, &t);
	/* print_error cuts what is larger than a kilobyte */
	(void)fprintf(stderr, "not as expected: %s\n%s\n", text, t.p);
	str_release(&t);
	fail();
}

static inline void
shown_in(struct screen *s, const char *text, int ms)
{
	if (!screen_wait(s, text, ms))
		fail_with(s, text);
}

static inline void
shown(struct screen *s, const char *text)
{
	shown_in(s, text, MS);
}

static inline void
gone(struct screen *s, const char *text)
{
	if (!screen_wait_gone(s, text, MS))
		fail_with(s, text);
}

#endif
