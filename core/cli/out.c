/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What commands print. */
#include "cli/out.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli/terminal.h"
#include "text/charset_encode.h"
#include "text/unicode.h"
#include "util/clock.h"
#include "util/i18n.h"
#include "util/utf8.h"

#include "util/banned.h"

/* A line for people; longer ones are cut. */
#define LINE_MAX_BYTES 65536
#define WIDTH_DEFAULT  80

/* stdio keeps its own error state: out_flush looks at it. */
static void
write_to(FILE *f, struct slice s)
{
	char charset[TERMINAL_CHARSET_MAX];
	struct str converted;

	if (s.n == 0)
		return;
	if (!utf8_has_8bit(s.p, s.n) || !terminal_is_old(fileno(f), charset)) {
		(void)fwrite(s.p, 1, s.n, f);
		return;
	}
	str_init(&converted, s.n * CHARSET_ENCODE_GROWTH);
	charset_encode(charset, s, &converted);
	(void)fwrite(converted.p, 1, converted.n, f);
	str_release(&converted);
}

/* What a mail holds must not begin a line that looks like ours. */
static void
add_one_line(struct slice s, struct str *out)
{
	size_t at = out->n;

	unicode_clean_body(s, out);
	for (; at < out->n; at++)
		if (out->p[at] == '\n')
			out->p[at] = ' ';
}

static void clean_line(struct str *out, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

static void
clean_line(struct str *out, const char *fmt, va_list ap)
{
	struct str raw;

	str_init(&raw, LINE_MAX_BYTES);
	str_vprintf(&raw, fmt, ap);
	add_one_line(str_slice(&raw), out);
	str_release(&raw);
}

void
out_line(const char *fmt, ...)
{
	struct str line;
	va_list ap;

	str_init(&line, LINE_MAX_BYTES * 3);
	va_start(ap, fmt);
	clean_line(&line, fmt, ap);
	va_end(ap);
	str_add_c(&line, '\n');
	write_to(stdout, str_slice(&line));
	str_release(&line);
}

void
out_note(const struct cli *cli, const char *fmt, ...)
{
	struct str line;
	va_list ap;

	(void)fflush(stdout); /* keeps the order; out_flush reports errors */
	str_init(&line, LINE_MAX_BYTES * 3);
	str_printf(&line,
	           "%s: ", cli->program != NULL ? cli->program : "pabal");
	va_start(ap, fmt);
	clean_line(&line, fmt, ap);
	va_end(ap);
	str_add_c(&line, '\n');
	write_to(stderr, str_slice(&line));
	str_release(&line);
}

void
out_raw(struct slice bytes)
{
	struct str line;
	struct slice one;

	if (isatty(STDOUT_FILENO) == 0) {
		write_to(stdout, bytes);
		return;
	}
	while (slice_line(&bytes, &one)) {
		/* A byte becomes at most a replacement character. */
		str_init(&line, one.n * 3 + 2);
		add_one_line(one, &line);
		str_add_c(&line, '\n');
		write_to(stdout, str_slice(&line));
		str_release(&line);
	}
}

void
out_bar(struct slice bar)
{
	write_to(stderr, bar);
}

void
out_text(struct slice text)
{
	write_to(stdout, text);
	if (text.n > 0 && text.p[text.n - 1] != '\n')
		write_to(stdout, SLICE_LIT("\n"));
}

void
out_column(struct str *out, const char *text, size_t cells)
{
	struct slice s = slice_of(text);
	size_t used = 0;

	str_add_slice(out, unicode_fit(s, cells, &used));
	for (; used < cells; used++)
		str_add_c(out, ' ');
}

void
out_date(struct str *out, int64_t t)
{
	struct tm tm;

	clock_local(t, &tm, NULL);
	str_printf(out, "%04d-%02d-%02d %02d:%02d", tm.tm_year + 1900,
	           tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min);
}

void
out_date_zone(struct str *out, int64_t t)
{
	struct tm tm;
	int offset;

	out_date(out, t);
	clock_local(t, &tm, &offset);
	str_printf(out, " %c%02d%02d", offset < 0 ? '-' : '+',
	           abs(offset) / 3600, abs(offset) / 60 % 60);
}

size_t
out_width(int fd)
{
	struct winsize size;

	if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return WIDTH_DEFAULT;
	return size.ws_col;
}

void
out_json_begin(struct json *j, struct str *text)
{
	str_init(text, OUT_JSON_MAX);
	json_init(j, text);
	json_object(j);
}

void
out_json_end(struct json *j, struct str *text)
{
	json_end_object(j);
	str_add_c(text, '\n');
	write_to(stdout, str_slice(text));
	str_release(text);
}

void
out_json_error(struct json *j, const struct err *err, const char *advice)
{
	json_key(j, "error");
	if (err->code == ERR_NONE) {
		json_null(j);
		return;
	}
	json_object(j);
	json_key(j, "code");
	json_string_z(j, err_code_name(err->code));
	json_key(j, "text");
	json_string_z(j, err->text);
	json_key(j, "server");
	json_string_z(j, err->server[0] != '\0' ? err->server : NULL);
	json_key(j, "advice");
	json_string_z(j, advice);
	json_end_object(j);
}

int
out_flush(const struct cli *cli)
{
	if (fflush(stdout) == 0 && ferror(stdout) == 0)
		return EX_OK;
	if (errno != EPIPE)
		out_note(cli, _("cannot write to standard output"));
	return EX_IOERR;
}
