/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people want to know of a message: decoded headers, text, attachments. */
#ifndef MIME_MESSAGE_H
#define MIME_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mime/addr.h"
#include "mime/parse.h"
#include "util/str.h"

/* Largest decoded header field we keep. */
#define MESSAGE_FIELD_MAX 65536

/* Append the decoded value: RFC 2047 undone, raw 8-bit decoded, unfolded,
 * blanks squeezed, controls removed.  false when the field is absent. */
bool message_text_field(const struct message *m, const struct part *p,
                        const char *name, struct str *out);
bool message_subject(const struct message *m, struct str *out);
/* Addresses of all fields of that name of the root; list lives in arena. */
void message_addrs(const struct message *m, const char *name, struct arena *a,
                   struct addr_list *list_r);
/* Of the first Date that can be read; false when there is none. */
bool message_date(const struct message *m, int64_t *t_r);
/* A Date of which message_date makes nothing, safe to show and not long; false
 * when there is no such field. */
bool message_odd_date(const struct message *m, struct str *out);
/* Without <>; empty when absent. */
struct slice message_id(const struct message *m);
/* Ids of References, then In-Reply-To, oldest first, in arena a. */
void message_references(const struct message *m, struct arena *a,
                        struct slice **ids_r, size_t *n_r);
/* From, counted: 2 or more is a spoofing sign. */
size_t message_field_count(const struct message *m, const char *name);
/* More senders than one, and no Sender that says who of them sent it (RFC 5322
 * 3.6.2): forged more often than not. */
bool message_has_senders(const struct message *m);

/* The bytes of a leaf, transfer encoding undone, appended. */
void part_bytes(const struct part *p, struct str *out);
/* About how many bytes that would be, without decoding. */
size_t part_size_estimate(const struct part *p);
/* A text leaf as UTF-8 with LF, as written (not made safe); cs_r may be NULL. */
void part_text(const struct message *m, const struct part *p, struct str *out,
               enum charset *cs_r);
/* First text/plain and text/html that is no attachment; NULL when none. */
struct part *message_plain(const struct message *m);
struct part *message_html(const struct message *m);
/* What a reader shows: best alternative, HTML as text, flowed undone, nested
 * messages and attachments named; safe for a terminal. */
void message_display(const struct message *m, size_t cells, struct str *out);
/* The plain words for filter, search and quoting: text or HTML as text; safe,
 * at most max bytes. */
void message_words(const struct message *m, size_t max, struct str *out);
/* Parts a user would call attachments: iterate with NULL first. */
struct part *message_next_attachment(const struct message *m,
                                     const struct part *p);
/* A safe name to save a part under: never empty, no path, NFC, at most 255
 * bytes cut at a character, not hidden. */
void part_save_name(const struct part *p, struct str *out);
/* The same for what is to be called by a title, as a subject is: the whole of it,
 * separators replaced; stem where nothing is left.  ending: ".eml" or the like. */
void save_name_of_title(struct slice title, const char *stem,
                        const char *ending, struct str *out);
/* One JSON object, as show --json prints it (pabal(1)), without line end. */
void message_json(const struct message *m, struct str *out);

#endif
