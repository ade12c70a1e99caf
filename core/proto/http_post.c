/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One small HTTP POST.
 *
 * 1. One request, one connection: nothing is left over that a second answer
 *    could stand in.
 * 2. Only the status line is used.  Header fields are read after an interim
 *    answer (1xx) alone, to find the next one, and are bounded; a body is never
 *    read.
 * 3. A redirect is an answer like any other: what the sender signed is this
 *    address and no other (RFC 8058, 3.1 and 6).
 */
#include "proto/http_post.h"

#include <string.h>

#include "util/clock.h"
#include "util/i18n.h"

#include "util/banned.h"

/* Bytes of one line of an answer, and lines before its final status. */
#define LINE_MAX  8192
#define LINES_MAX 200

bool
http_target_ok(struct slice target)
{
	size_t i;

	if (target.n == 0 || target.p[0] != '/')
		return false;
	for (i = 0; i < target.n; i++)
		if (!byte_is_print(target.p[i]) || target.p[i] == ' ')
			return false;
	return true;
}

static int
send_request(struct stream *s, const struct http_post *post, struct err *err)
{
	if (stream_printf(s, err, "POST %s HTTP/1.1\r\nHost: %s", post->target,
	                  post->host) != 0)
		return -1;
	if (post->port != 443 && stream_printf(s, err, ":%d", post->port) != 0)
		return -1;
	if (stream_printf(s, err,
	                  "\r\nContent-Type: application/"
	                  "x-www-form-urlencoded\r\nContent-Length: %zu\r\n"
	                  "Accept: */*\r\nConnection: close\r\n\r\n%s",
	                  strlen(post->body), post->body) != 0)
		return -1;
	return stream_flush(s, err);
}

/* "HTTP/1.1 200 OK".  false: it is none. */
static bool
parse_status(struct slice line, int *status_r, struct slice *words_r)
{
	size_t i;

	if (line.n < 12 || !slice_starts(line, "HTTP/1.") ||
	    !byte_is_digit(line.p[7]) || line.p[8] != ' ')
		return false;
	*status_r = 0;
	for (i = 9; i < 12; i++) {
		if (!byte_is_digit(line.p[i]))
			return false;
		*status_r = *status_r * 10 + (line.p[i] - '0');
	}
	if (*status_r < 100 || (line.n > 12 && line.p[12] != ' '))
		return false;
	*words_r = slice_from(line, 9);
	return true;
}

static int
next_line(struct stream *s, int64_t end_ms, struct slice *line_r,
          struct err *err)
{
	int rc;

	if (clock_mono_ms() >= end_ms)
		return err_set(err, ERR_RETRY, _("the server is too slow"));
	rc = stream_read_line(s, LINE_MAX, line_r, err);
	if (rc == 0)
		return err_set(err, ERR_RETRY,
		               _("the server closed the connection"));
	return rc < 0 ? -1 : 0;
}

/* The final status, what is said in between passed over. */
static int
read_status(struct stream *s, int64_t end_ms, int *status_r, struct err *err)
{
	struct slice line, words;
	size_t lines = 0;
	bool fields = false; /* of an interim answer */

	while (lines++ < LINES_MAX) {
		if (next_line(s, end_ms, &line, err) != 0)
			return -1;
		if (fields) {
			fields = line.n > 0;
			continue;
		}
		if (!parse_status(line, status_r, &words)) {
			(void)err_set(err, ERR_PROTO,
			              _("the server does not speak HTTP"));
			err_set_server(err, line.p, line.n);
			return -1;
		}
		if (*status_r >= 200) {
			err_set_server(err, words.p, words.n);
			return 0;
		}
		fields = true;
	}
	return err_set(err, ERR_LIMIT, _("the server's answer is too long"));
}

/* What a status that is no success means for the user; err has its words. */
static int
refuse(int status, struct err *err)
{
	struct err said = *err;

	if (status < 400)
		(void)err_set(err, ERR_REFUSED,
		              _("the server names another address, which is "
		                "not asked"));
	else
		(void)err_set(err, status < 500 ? ERR_REFUSED : ERR_RETRY,
		              _("the server refused it"));
	memcpy(err->server, said.server, sizeof err->server);
	return -1;
}

int
http_post(struct stream *s, const struct http_post *post, int *status_r,
          struct err *err)
{
	int64_t end_ms = clock_mono_ms() + post->timeout_ms;
	struct err said = { 0 };
	int rc;

	*status_r = 0;
	stream_set_timeout(s, post->timeout_ms, 0);
	rc = send_request(s, post, &said);
	if (rc == 0)
		rc = read_status(s, end_ms, status_r, &said);
	if (rc == 0 && *status_r >= 300)
		rc = refuse(*status_r, &said);
	if (rc != 0)
		*err = said;
	return rc;
}
