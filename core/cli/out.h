/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What commands print: safe lines, columns by cells, sizes, JSON lines.  All of
 * it is UTF-8, and on a terminal of another charset that (cli/terminal.h).
 */
#ifndef CLI_OUT_H
#define CLI_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/cli.h"
#include "util/json.h"
#include "util/slice.h"
#include "util/str.h"

/* Largest JSON line: the text of a message with attachments named. */
#define OUT_JSON_MAX ((size_t)1024 * 1024 * 1024)

/* One line on standard output, cleaned of what a terminal would obey; line ends
 * inside become blanks. */
void out_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The same on standard error, with the program's name in front. */
void out_note(const struct cli *cli, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Bytes as they are; on a terminal cleaned line by line. */
void out_raw(struct slice bytes);
/* A progress bar on standard error. */
void out_bar(struct slice bar);
/* Text already safe, with lines. */
void out_text(struct slice text);
/* Append text in exactly cells cells, cut or padded. */
void out_column(struct str *out, const char *text, size_t cells);
/* "2026-11-23 09:12", local time */
void out_date(struct str *out, int64_t t);
/* "2026-11-23 09:12 +0900" */
void out_date_zone(struct str *out, int64_t t);
/* Columns of the terminal at fd; 80 when it is none. */
size_t out_width(int fd);
/* Begin and end a JSON object on a line of its own. */
void out_json_begin(struct json *j, struct str *text);
void out_json_end(struct json *j, struct str *text);
/* The fields of an error: "error": null or {code, text, server, advice}. */
void out_json_error(struct json *j, const struct err *err, const char *advice);
/* Flush standard output: 0 or EX_IOERR, said on standard error. */
int out_flush(const struct cli *cli);

#endif
