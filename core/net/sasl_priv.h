/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of SASL share. */
#ifndef NET_SASL_PRIV_H
#define NET_SASL_PRIV_H

#include "net/sasl.h"

bool sasl_is_scram(enum sasl_mech mech);
/* A name with "," and "=" written as RFC 5802, 5.1 wants. */
void sasl_add_name(struct str *out, struct slice name);
int sasl_scram_step(struct sasl *s, struct slice challenge,
                    struct str *response, struct err *err);
/* Has the server shown that it knows the password? */
bool sasl_scram_proved(const struct sasl *s);
void sasl_scram_release(struct sasl *s);

#endif
