/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dates of mail (RFC 5322 3.3 and what mailers write instead). */
#ifndef MIME_DATE_H
#define MIME_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "util/slice.h"
#include "util/str.h"

/* Seconds since the epoch; false when it cannot be understood. */
bool date_parse(struct slice raw, int64_t *t_r);
/* Append "Tue, 4 Mar 2025 09:30:00 +0900"; zone in seconds east of UTC. */
void date_format(int64_t t, int zone, struct str *out);

#endif
