/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SASLprep: names and passwords as both sides compare them (RFC 4013). */
#ifndef TEXT_SASLPREP_H
#define TEXT_SASLPREP_H

#include "util/slice.h"
#include "util/str.h"

/*
 * Append s prepared by SASLprep.
 *
 * Returns 0, or -1 with out unchanged: s is not UTF-8, or has characters that a
 * name or password must not have, or mixes the directions of writing.
 *
 * Characters that Unicode 3.2 did not know yet are let through, as RFC 8265
 * does: refusing them would lock out people whose server took them.
 */
int saslprep(struct slice s, struct str *out);

#endif
