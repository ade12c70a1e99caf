/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the spam filter looks at: the decoded headers and first text of a mail. */
#ifndef MAIL_SPAM_VIEW_H
#define MAIL_SPAM_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "mail/origin.h"
#include "mail/received.h"
#include "mime/message.h"

/* Text that rules look at; the learners take less.  Larger bodies say nothing
 * new and would make the filter's cost depend on the sender's wish. */
#define SPAM_TEXT_MAX ((size_t)16 * 1024)
/* Raw bytes of one part that are decoded for it (base64, markup). */
#define SPAM_PART_MAX ((size_t)96 * 1024)
/* Header fields and bytes of one field that are looked at. */
#define SPAM_HEADERS_MAX 200
#define SPAM_FIELD_MAX   2048
/* Servers on the way that are looked at, from the last one back. */
#define SPAM_SERVERS_MAX 20

/* Parts that are counted. */
#define SPAM_PARTS_COUNTED 12

struct spam_header {
	struct slice name;  /* lower case */
	struct slice value; /* decoded, blanks squeezed */
	enum origin_trust trust;
	bool local; /* added by a filter or mail program on this side */
};

/* All slices live in arena. */
struct spam_view {
	struct arena arena;
	struct spam_header *headers;
	size_t header_count;
	struct slice subject;
	struct slice text;  /* UTF-8, NFC, blanks squeezed; link targets kept */
	struct slice links; /* targets, a line each */
	struct slice deceiver; /* "text -> target" of a link that deceives */
	size_t hidden_count;   /* hidden elements in the HTML */
	size_t part_count; /* of the MIME tree, at most SPAM_PARTS_COUNTED */
	size_t size;       /* raw bytes */
	/* of spam_view_trust: */
	const struct origin_hosts *hosts;
	struct received *way; /* Received, the last server first */
	size_t way_count;
	bool dated;
	int64_t date; /* when it is */
};

/* Look at m, which must outlive the view only during this call.  Bounded work
 * whatever the size of the message. */
void spam_view_init(struct spam_view *v, const struct message *m);
/* Say which headers the provider of an account wrote, the way and the date; without
 * it: none.  hosts: borrowed as long as v is used, may be NULL. */
void spam_view_trust(struct spam_view *v, const struct message *m,
                     const struct origin_hosts *hosts);
void spam_view_release(struct spam_view *v);
/* First field of that lower-case name; p == NULL when absent. */
struct slice spam_view_header(const struct spam_view *v, const char *name);

#endif
