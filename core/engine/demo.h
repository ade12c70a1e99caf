/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The demo's world: POP3 and SMTP servers on loopback with sample mail. */
#ifndef ENGINE_DEMO_H
#define ENGINE_DEMO_H

#include "conf/conf.h"
#include "util/err.h"

/* Embedded servers in threads: three accounts' mailboxes with made mail. */
struct demo;

/* Starts the servers with TLS (own CA) and writes accounts into paths'
 * configuration (a temporary home).  NULL with err. */
struct demo *demo_start(const struct paths *paths, struct err *err);
void demo_stop(struct demo **d);
/* Mail that the SMTP server took so far. */
size_t demo_sent(const struct demo *d);
/* Wait until n mails were taken, at most ms. */
int demo_wait_sent(struct demo *d, size_t n, int ms);

#endif
