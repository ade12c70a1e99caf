/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Waiting until the peer's system has taken what was sent. */
#include "proto/smtp_drain.h"

#include <poll.h>
#include <sys/ioctl.h>

#include "util/clock.h"
#include "util/i18n.h"

#include "util/banned.h"

/* Between two looks; begins short for the near and the quick. */
#define FIRST_WAIT_MS 1
#define LAST_WAIT_MS  100

/* Bytes sent and not acknowledged; 0 where the system does not tell. */
static int
unsent(const struct stream *s)
{
	int n = 0;

#ifdef TIOCOUTQ
	if (stream_fd(s) < 0 || ioctl(stream_fd(s), TIOCOUTQ, &n) != 0)
		return 0;
#else
	(void)s;
#endif
	return n;
}

int
smtp_drain(const struct stream *s, int timeout_ms, struct err *err)
{
	struct pollfd cancel = { .fd = stream_cancel_fd(s), .events = POLLIN };
	int64_t deadline_ms = clock_mono_ms() + timeout_ms;
	int wait_ms = FIRST_WAIT_MS;
	int last = unsent(s);
	int now;

	for (now = last; now > 0; now = unsent(s)) {
		if (now < last)
			deadline_ms = clock_mono_ms() + timeout_ms;
		else if (clock_mono_ms() > deadline_ms)
			return err_set(err, ERR_RETRY,
			               _("the server takes no more data"));
		last = now;
		if (poll(&cancel, 1, wait_ms) > 0)
			return err_set(err, ERR_CANCELLED, _("cancelled"));
		if (wait_ms < LAST_WAIT_MS)
			wait_ms *= 2;
	}
	return 0;
}
