/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any rules file is read; what was understood can be applied. */
#include <stdint.h>

#include "mail/rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char mail[] =
	"From: Kim <kim@b.example>\nTo: lee@c.example\nSubject: (광고) x\n"
	"List-Id: <l.example>\nX-A: b\n\nhello there\n";

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_make((const char *)data, size);
	struct rule_actions actions;
	struct str warnings;
	struct message m;
	struct rules *r;

	str_init(&warnings, 100000);
	r = rules_read("rules", text, &warnings);
	message_parse(&m, slice_of(mail));
	rules_apply(r, &m, "naver", &actions);
	rule_actions_release(&actions);
	message_release(&m);
	rules_free(&r);
	str_release(&warnings);
	return 0;
}
