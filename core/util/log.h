/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Diagnostics for --verbose and the log file; refuses secrets. */
#ifndef UTIL_LOG_H
#define UTIL_LOG_H

#include <stdbool.h>

#include "util/secret.h"
#include "util/slice.h"
#include "util/str.h"

enum log_level {
	LOG_ERROR,
	LOG_INFO,
	LOG_DEBUG
};

/* Where lines go: a descriptor (2 for --verbose) or -1 for nowhere. */
void log_open(int fd, enum log_level level);
/* What a line has to become for who reads the descriptor: text is clean UTF-8
 * with its line end, to be appended to out; NULL: as it is.  Called in any
 * thread, one at a time. */
void log_convert(void (*convert)(int fd, struct slice text, struct str *out));
bool log_wants(enum log_level level);
/* One line: time, level, text cleaned of controls.  Every registered secret in
 * it, as it is or in base64, is replaced by "***".  Safe from any thread. */
void log_line(enum log_level level, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Secrets to redact; copied, wiped by log_close; some hundred are kept, the ones
 * told last. */
void log_hide(const struct secret *s);
size_t log_hidden_count(void);
/* Replace every registered secret in text by "***", those in base64 with all the
 * base64 around them; it never gets longer. */
void log_redact(struct str *text);
void log_close(void);

#endif
