/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any text leaves as CRLF lines with dots stuffed: no end of mail inside, and
 * exactly the announced size. */
#include <assert.h>
#include <stdint.h>

#include "fuzz/bytes_stream.h"
#include "proto/smtp_address.h"
#include "proto/smtp_body.h"
#include "util/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t
check_lines(struct slice text, size_t longest)
{
	size_t stuffed = 0;

	while (text.n > 0) {
		size_t end = slice_find_text(text, SLICE_LIT("\r\n"));
		struct slice line = slice_head(text, end);

		assert(end < text.n);
		assert(slice_find(line, '\r') == line.n);
		assert(slice_find(line, '\n') == line.n);
		assert(!slice_eq_z(line, "."));
		if (slice_starts(line, ".")) {
			assert(line.p[1] == '.' || line.n > 1);
			stuffed++;
			line.n--;
		}
		assert(line.n <= longest);
		text = slice_from(text, end + 2);
	}
	return stuffed;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_make((const char *)data, size);
	struct smtp_body facts = smtp_body_scan(text);
	struct err err = { 0 };
	struct stream *s;
	struct str out;
	int rc;

	str_init(&out, size * 3 + 16);
	s = bytes_stream(SLICE_NONE, false, &out);
	rc = smtp_body_write(s, text, &err);
	assert(rc == 0);
	rc = stream_flush(s, &err);
	assert(rc == 0 && !out.full);
	stream_close(&s);
	assert(out.n ==
	       facts.size + check_lines(str_slice(&out), facts.longest));
	str_release(&out);
	if (smtp_address_check(text) != SMTP_ADDRESS_BAD)
		assert(slice_find(text, '\n') == size &&
		       slice_find(text, '\r') == size &&
		       slice_find(text, '>') == size &&
		       slice_find(text, ' ') == size);
	return 0;
}
