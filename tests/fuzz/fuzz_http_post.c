/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever a server answers to a POST: success only after a 2xx, words safe. */
#include <assert.h>
#include <stdint.h>

#include "fuzz/bytes_stream.h"
#include "proto/http_post.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_post post = { .host = "h.example",
		                  .port = 443,
		                  .target = "/",
		                  .body = "List-Unsubscribe=One-Click",
		                  .timeout_ms = 1000 };
	struct stream *s = bytes_stream(slice_make((const char *)data, size),
	                                size > 0 && (data[0] & 1) != 0, NULL);
	struct err err = { 0 };
	int status = -1;
	int rc = http_post(s, &post, &status, &err);

	assert((rc == 0) == (err.code == ERR_NONE));
	assert((rc == 0) == (status >= 200 && status < 300) || rc != 0);
	for (const char *p = err.server; *p != '\0'; p++)
		assert((unsigned char)*p >= 0x20 && *p != 0x7f);
	stream_close(&s);
	return 0;
}
