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
#include "util/codec.h"
#include "util/str.h"
#include "util/utf8.h"

#include "util/banned.h"

/* Longest line; the rest is cut. */
#define LOG_LINE 4096
/* What it may become in another charset. */
#define LOG_CONVERTED ((size_t)8 * (LOG_LINE + 1))
/* Shorter secrets would redact ordinary words. */
#define LOG_SECRET_MIN 4
/* Tokens come and go: of more, the ones told longest ago are forgotten. */
#define LOG_SECRETS_MAX 512
/* A cut line may end in this much of a secret. */
#define LOG_CUT_MIN    4
#define LOG_CUT_BASE64 16
#define HIDDEN         SLICE_LIT("***")

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

/* Take one out of the list.  Holds log_state.lock. */
static void
forget_locked(size_t at)
{
	secret_release(&log_state.hidden.v[at]);
	log_state.hidden.n--;
	memmove(&log_state.hidden.v[at], &log_state.hidden.v[at + 1],
	        (log_state.hidden.n - at) * sizeof log_state.hidden.v[0]);
}

/* The newest stand last.  Holds log_state.lock. */
static void
make_room_locked(const struct secret *secret)
{
	for (size_t i = 0; i < log_state.hidden.n; i++)
		if (slice_eq(secret_get(&log_state.hidden.v[i]),
		             secret_get(secret))) {
			forget_locked(i);
			return;
		}
	if (log_state.hidden.n >= LOG_SECRETS_MAX)
		forget_locked(0);
}

void
log_hide(const struct secret *s)
{
	struct secret copy = { 0 };

	if (s->n < LOG_SECRET_MIN)
		return;
	pthread_mutex_lock(&log_state.lock);
	/* Each login tells its own; locked memory is scarce. */
	make_room_locked(s);
	secret_set(&copy, s->p, s->n);
	array_add(&log_state.hidden, copy);
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

static void
hide_range(struct str *line, size_t from, size_t to)
{
	str_remove(line, from, to - from);
	str_insert(line, from, HIDDEN);
}

static void
hide_plain(struct str *line, struct slice secret)
{
	size_t at;

	while ((at = slice_find_text(str_slice(line), secret)) < line->n)
		hide_range(line, at, at + secret.n);
	/* What was cut may have been more of it. */
	for (size_t n = secret.n - 1; line->full && n >= LOG_CUT_MIN; n--)
		if (n <= line->n &&
		    memcmp(line->p + line->n - n, secret.p, n) == 0) {
			hide_range(line, line->n - n, line->n);
			return;
		}
}

static bool
is_base64(char c)
{
	return byte_is_alnum(c) || c == '+' || c == '/' || c == '=' ||
	       c == '-' || c == '_';
}

/*
 * AUTH says a secret in base64, by itself or behind a name: then its first byte
 * is the first, second or third of a group, and all but the characters at its
 * ends, which hold neighbours' bits, are known.  The whole run goes.
 */
static void
hide_base64(struct str *line, struct slice secret, size_t before)
{
	size_t skip = (before * 8 + 5) / 6;
	size_t end = (before + secret.n) * 8 / 6;
	struct str encoded;
	struct str bytes;
	struct slice known;
	size_t at;

	str_init(&bytes, SECRET_MAX + 3);
	(void)str_reserve(&bytes, SECRET_MAX + 3);
	str_init(&encoded, (size_t)SECRET_MAX * 2);
	(void)str_reserve(&encoded, (size_t)SECRET_MAX * 2);
	str_add(&bytes, "\0\0", before);
	str_add_slice(&bytes, secret);
	codec_base64_encode(bytes.p, bytes.n, &encoded);
	known = slice_make(encoded.p + skip, end - skip);
	if (line->full) /* the rest may be missing */
		known = slice_head(known, LOG_CUT_BASE64);
	while ((at = slice_find_text(str_slice(line), known)) < line->n) {
		size_t to = at + known.n;

		while (at > 0 && is_base64(line->p[at - 1]))
			at--;
		while (to < line->n && is_base64(line->p[to]))
			to++;
		hide_range(line, at, to);
	}
	secret_wipe(bytes.p, bytes.n);
	secret_wipe(encoded.p, encoded.n);
	str_release(&bytes);
	str_release(&encoded);
}

/* Holds log_state.lock. */
static void
redact_locked(struct str *line)
{
	const struct secret *s;

	array_foreach(&log_state.hidden, s) {
		hide_plain(line, secret_get(s));
		for (size_t before = 0; before < 3; before++)
			hide_base64(line, secret_get(s), before);
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
