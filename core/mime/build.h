/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making a message (RFC 5322, 2045, 2047, 2231) from what a user wrote. */
#ifndef MIME_BUILD_H
#define MIME_BUILD_H

#include <stddef.h>
#include <stdint.h>

#include "mime/addr.h"
#include "mime/message.h"
#include "util/err.h"
#include "util/str.h"

struct build_attachment {
	struct slice name; /* UTF-8; shown name */
	struct slice type; /* "application/pdf"; empty: octet-stream */
	struct slice data; /* bytes; for message/rfc822 the original */
};

/* A field of our own, text. */
struct build_extra {
	const char *name;
	struct slice value;
};

/* Everything borrowed for the call. */
struct build_draft {
	struct addr from;
	struct addr_list to, cc, bcc, reply_to;
	struct slice subject;
	struct slice text;              /* UTF-8, LF */
	struct slice message_id;        /* without <>; see build_message_id */
	struct slice in_reply_to;       /* without <>, or empty */
	const struct slice *references; /* without <> */
	size_t reference_count;
	const struct build_attachment *attachments;
	size_t attachment_count;
	int64_t date;
	int zone;                         /* seconds east of UTC */
	bool keep_bcc;                    /* drafts only: never on the wire */
	const struct build_extra *extras; /* the same */
	size_t extra_count;
	bool legacy; /* EUC-KR where it has all characters */
};

/* Largest message we build; providers take 25 to 50 MB. */
#define BUILD_MAX ((size_t)256 * 1024 * 1024)

/* Append the message, CRLF line ends.  0 or -1: ERR_USAGE for a header that
 * cannot be sent (control characters), ERR_LIMIT. */
int build_message(const struct build_draft *d, struct str *out,
                  struct err *err);
/* A new unique id "random@domain-of-address", without <>. */
void build_message_id(struct slice address, struct str *out);

/* Replies and forwards, pure: from the original to a draft's fields. */
void build_reply_subject(struct slice subject, struct str *out);
void build_forward_subject(struct slice subject, struct str *out);
/* The subject without "Re:", "Fwd:", "답장:", "[전달]" and the like before it;
 * slice of subject. */
struct slice build_base_subject(struct slice subject);
/* Attribution line and quoted text ("> "), in the user's language. */
void build_quote(const struct message *m, struct str *out);

/* Append a message that is sent on as it is, every line with CRLF: behind the
 * caller's Resent fields, without Return-Path, Bcc and Resent-Bcc. */
void build_resent(struct slice raw, struct str *out);

#endif
