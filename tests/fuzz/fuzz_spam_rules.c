/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any file of the spam filter's rules is read; what was understood is tried. */
#include <stdint.h>

#include "mail/spam_rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char mail[] =
	"From: Kim <kim@b.example>\nTo: lee@c.example\nSubject: (광 고) x\n"
	"X-A: b\nContent-Type: text/html\n\n"
	"<a href=\"http://x.example\">naver.com</a> hello\n";

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_make((const char *)data, size);
	struct spam_rules *r = spam_rules_new();
	struct spam_hits hits;
	struct str warnings;
	struct spam_view v;
	struct message m;

	str_init(&warnings, 100000);
	spam_rules_add(r, "rules", text, &warnings);
	message_parse(&m, slice_of(mail));
	spam_view_init(&v, &m);
	spam_rules_try(r, &v, &m, &hits);
	spam_hits_release(&hits);
	spam_view_release(&v);
	message_release(&m);
	spam_rules_free(&r);
	str_release(&warnings);
	return 0;
}
