/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Channel bindings of a TLS connection (RFC 5929, RFC 9266). */
#ifndef NET_TLS_BIND_H
#define NET_TLS_BIND_H

#include "net/sasl.h"
#include "net/stream.h"

/*
 * What is the same at both ends of this connection and at no other:
 * tls-exporter from TLS 1.3 on, before it tls-unique where the handshake has the
 * extended master secret (RFC 7627) and tls-server-end-point where not.
 *
 * Both ends may ask.  0, or -1 when s is plain or nothing of these can be had;
 * *binding_r has no type then.
 */
int tls_bind(const struct stream *s, struct sasl_binding *binding_r);

#endif
