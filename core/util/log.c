/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Diagnostics for --verbose and the log file; refuses secrets. */
#include "util/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "util/array.h"
#include "util/clock.h"
#include "util/str.h"
#include "util/utf8.h"

#include "util/banned.h"

/* Longest line; the rest is cut. */
#define LOG_LINE 4096
/* What it may become in another charset. */
#define LOG_CONVERTED ((size_t)8 * (LOG_LINE + 1))
/* Shorter secrets would redact ordinary words. */
#define LOG_SECRET_MIN 4

static struct {
	pthread_mutex_t lock;
	int fd;
	enum log_level level;
	void (*convert)(int fd, struct slice text, struct str *out);
	ARRAY(struct secret) hidden;
} log_state = { .lock = PTHREAD_MUTEX_INITIALIZER, .fd = -1 };

void
log_open(int fd, enum log_level level)
{
	pthread_mutex_lock(&log_state.lock);
	log_state.fd = fd;
	log_state.level = level;
	pthread_mutex_unlock(&log_state.lock);
}

void
log_convert(void (*convert)(int fd, struct slice text, struct str *out))
{
	pthread_mutex_lock(&log_state.lock);
	log_state.convert = convert;
	pthread_mutex_unlock(&log_state.lock);
}

bool
log_wants(enum log_level level)
{
	bool wants;

	pthread_mutex_lock(&log_state.lock);
	wants = log_state.fd >= 0 && level <= log_state.level;
	pthread_mutex_unlock(&log_state.lock);
	return wants;
}

/* Holds log_state.lock. */
static bool
is_hidden_locked(const struct secret *secret)
{
	const struct secret *s;

	array_foreach(&log_state.hidden, s)
		if (slice_eq(secret_get(s), secret_get(secret)))
			return true;
	return false;
}

void
log_hide(const struct secret *s)
{
	struct secret copy = { 0 };

	if (s->n < LOG_SECRET_MIN)
		return;
	pthread_mutex_lock(&log_state.lock);
	/* Each login tells its own; locked memory is scarce. */
	if (!is_hidden_locked(s)) {
		secret_set(&copy, s->p, s->n);
		array_add(&log_state.hidden, copy);
	}
	pthread_mutex_unlock(&log_state.lock);
}

size_t
log_hidden_count(void)
{
	size_t n;

	pthread_mutex_lock(&log_state.lock);
	n = log_state.hidden.n;
	pthread_mutex_unlock(&log_state.lock);
	return n;
}

/* Holds log_state.lock. */
static void
redact_locked(struct str *line)
{
	const struct secret *s;

	array_foreach(&log_state.hidden, s) {
		size_t at;

		while ((at = slice_find_text(str_slice(line), secret_get(s))) <
		       line->n) {
			str_remove(line, at, s->n);
			str_insert(line, at, SLICE_LIT("***"));
		}
	}
}

void
log_redact(struct str *text)
{
	pthread_mutex_lock(&log_state.lock);
	redact_locked(text);
	pthread_mutex_unlock(&log_state.lock);
}

/* Holds log_state.lock. */
static void
write_line_locked(struct slice line)
{
	char safe[LOG_LINE + 1];
	size_t n = utf8_clean_line(line.p, line.n, safe, LOG_LINE);
	struct slice text = slice_make(safe, n + 1);
	struct str out;
	ssize_t written;

	safe[n] = '\n';
	str_init(&out, LOG_CONVERTED);
	if (log_state.convert != NULL) {
		log_state.convert(log_state.fd, text, &out);
		text = str_slice(&out);
	}
	written = write(log_state.fd, text.p, text.n);
	/* There is nowhere to report a log that cannot be written. */
	(void)written;
	str_release(&out);
}

void
log_line(enum log_level level, const char *fmt, ...)
{
	struct str line;
	struct tm tm;
	va_list ap;

	if (!log_wants(level))
		return;
	str_init(&line, LOG_LINE);
	clock_utc(clock_now(), &tm);
	str_printf(&line, "%02d:%02d:%02d %s", tm.tm_hour, tm.tm_min, tm.tm_sec,
	           level == LOG_ERROR ? "error: " : "");
	va_start(ap, fmt);
	str_vprintf(&line, fmt, ap);
	va_end(ap);
	pthread_mutex_lock(&log_state.lock);
	redact_locked(&line);
	write_line_locked(str_slice(&line));
	pthread_mutex_unlock(&log_state.lock);
	str_release(&line);
}

void
log_close(void)
{
	struct secret *s;

	pthread_mutex_lock(&log_state.lock);
	array_foreach(&log_state.hidden, s)
		secret_release(s);
	array_release(&log_state.hidden);
	log_state.fd = -1;
	log_state.convert = NULL;
	pthread_mutex_unlock(&log_state.lock);
}
