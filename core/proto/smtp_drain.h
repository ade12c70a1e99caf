/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Waiting until the peer's system has taken what was sent. */
#ifndef PROTO_SMTP_DRAIN_H
#define PROTO_SMTP_DRAIN_H

#include "net/stream.h"

/*
 * Wait until nothing of s is left in the send buffer of our system.
 *
 * timeout_ms  without any progress.
 *
 * Returns 0, at once where that cannot be asked; or -1: ERR_RETRY, the peer
 * takes nothing any more; ERR_CANCELLED.
 */
int smtp_drain(const struct stream *s, int timeout_ms, struct err *err);

#endif
