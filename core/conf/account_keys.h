/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An account as keys and values: the accounts file, account show and edit. */
#ifndef CONF_ACCOUNT_KEYS_H
#define CONF_ACCOUNT_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/account.h"
#include "util/err.h"
#include "util/slice.h"
#include "util/str.h"

/* Names of the keys in the order they are written; NULL beyond the last. */
const char *account_key(size_t i);
/* The same name with "-" and "_" as one; NULL when there is none. */
const char *account_key_find(struct slice name);
/* May the key be given several times ("identity")? */
bool account_key_repeats(const char *key);
/* Set from text; an empty value takes a text away.  A key that repeats adds.
 * 0, or -1: ERR_CONFIG with what is wrong (no file, no line). */
int account_key_set(struct account *a, const char *key, struct slice value,
                    struct err *err);
/* The n-th value (0 but for keys that repeat) as account_key_set takes it,
 * appended.  Returns 1; 0 when there is no n-th; 2 for a default. */
int account_key_get(const struct account *a, const char *key, size_t n,
                    struct str *out);

#endif
