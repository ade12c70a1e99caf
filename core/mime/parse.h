/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The MIME tree of a message (RFC 5322, 2045-2049), slices of one read-only buffer. */
#ifndef MIME_PARSE_H
#define MIME_PARSE_H

#include <stdbool.h>
#include <stddef.h>

#include "text/charset.h"
#include "util/arena.h"
#include "util/slice.h"

/* A header field as it stands in the message. */
struct header_field {
	struct slice name;  /* without the colon and blanks before it */
	struct slice value; /* raw, folded, without the last line end */
};

enum cte {
	CTE_IDENTITY, /* 7bit, 8bit, binary, unknown */
	CTE_QP,
	CTE_BASE64,
	CTE_UUENCODE,
};

/* A node of the tree.  All slices point into the message or its arena. */
struct part {
	struct part *parent;
	struct part *child; /* first */
	struct part *next;  /* sibling */
	struct header_field *fields;
	size_t field_count;
	struct slice header; /* the raw header block */
	struct slice body;   /* raw, transfer encoding not undone */
	struct slice lost;   /* text the standard gives to no body, raw: of a
	                      * header that never ends, of a multipart without
	                      * parts; or empty */
	struct slice type;   /* "text/plain", lower case */
	struct slice
		charset; /* label as declared, lower case, unquoted; or empty */
	struct slice filename; /* decoded, UTF-8, not made safe; empty: none */
	struct slice content_id; /* without <> */
	struct slice path;       /* IMAP-style: "1", "2.1" */
	enum cte cte;
	bool attachment; /* Content-Disposition: attachment, or a file name */
	bool inline_;    /* Content-Disposition: inline */
	bool flowed;     /* format=flowed */
	bool delsp;
	bool is_message; /* message/rfc822: child is the message inside */
	bool named;      /* a parameter gives a file name */
	bool bare;       /* not even an empty line is in it */
	bool untyped;    /* Content-Type says nothing readable */
};

/* Limits that cut something off (mime/limits.h). */
enum message_cut {
	MESSAGE_CUT_DEPTH = 1,
	MESSAGE_CUT_PARTS = 2,
	MESSAGE_CUT_HEADER = 4,
};

struct message {
	struct arena arena;
	struct slice raw; /* borrowed: the caller keeps it */
	struct part *root;
	bool mapped;           /* raw is a file map: see message_parse_map */
	unsigned cut;          /* enum message_cut */
	enum charset forced;   /* "read again as"; CHARSET_UNKNOWN: detect */
	enum charset fallback; /* the account's default */
	enum charset text_charset; /* declared by the first text part */
};

/* Parse raw, CRLF or LF.  raw must outlive m.  Never fails: what cannot be
 * understood is text/plain.  Release with message_release. */
void message_parse(struct message *m, struct slice raw);
void message_release(struct message *m);
/* The same for a file map: of a large one only a few megabytes are in memory at
 * a time. */
void message_parse_map(struct message *m, struct slice raw);
/* Set what undeclared text is decoded with; file names are decoded again. */
void message_set_charsets(struct message *m, enum charset forced,
                          enum charset fallback);

/* Raw value of the n-th (from 0) field of that name; p == NULL when absent. */
struct slice part_field(const struct part *p, const char *name, size_t n);
/* Next leaf in document order (message/rfc822 itself counts as one, its
 * content follows); NULL at the end.  Start with NULL. */
struct part *message_next_leaf(const struct message *m, const struct part *p);
struct part *message_find_path(const struct message *m, struct slice path);

#endif
