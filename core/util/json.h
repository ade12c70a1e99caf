/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON (RFC 8259): a writer. */
#ifndef UTIL_JSON_H
#define UTIL_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/slice.h"
#include "util/str.h"

/* Writes to out; commas and quoting are its business. */
struct json {
	struct str *out;
	unsigned depth;
	bool comma;
};

void json_init(struct json *j, struct str *out);
void json_object(struct json *j);
void json_array(struct json *j);
void json_end_object(struct json *j);
void json_end_array(struct json *j);
void json_key(struct json *j, const char *key);
/* Ill-formed UTF-8 becomes U+FFFD; controls are escaped. */
void json_string(struct json *j, struct slice s);
void json_string_z(struct json *j, const char *z); /* NULL: null */
void json_int(struct json *j, int64_t v);
void json_real(struct json *j, double v); /* not finite: null */
void json_bool(struct json *j, bool v);
void json_null(struct json *j);
/* A value that is JSON already. */
void json_raw(struct json *j, struct slice s);

#endif
