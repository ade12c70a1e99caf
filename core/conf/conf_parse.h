/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The format of configuration files: read, change single keys, write back. */
#ifndef CONF_CONF_PARSE_H
#define CONF_CONF_PARSE_H

#include <stdbool.h>
#include <stddef.h>

#include "util/arena.h"
#include "util/array.h"
#include "util/err.h"
#include "util/slice.h"
#include "util/str.h"

/* A file of 1,000 accounts has 300 KB; more is not a configuration. */
#define CONF_FILE_MAX ((size_t)1024 * 1024)
/* A signature is the longest value people write. */
#define CONF_LINE_MAX ((size_t)16 * 1024)
/* Longest key or section name. */
#define CONF_NAME_MAX 64

enum conf_line_kind {
	CONF_LINE_OTHER, /* blank or comment */
	CONF_LINE_SECTION,
	CONF_LINE_KEY
};

/* All slices lie in the document's arena. */
struct conf_line {
	enum conf_line_kind kind;
	struct slice raw;  /* with its line end */
	struct slice name; /* of the section or key */
	struct slice value;
	size_t number; /* from 1; 0: added since */
};

/* Zero-initialised is an empty document. */
struct conf_doc {
	struct arena arena;
	char *file; /* for messages */
	ARRAY(struct conf_line) lines;
};

/*
 * Parse a whole file: "[section]", "key = value", "# comment", blank lines.
 * A value in double quotes may hold \n \t \\ and \"; any other value is taken
 * as it stands.  UTF-8 only, a byte order mark is allowed.
 *
 * file  shown in messages; copied.
 * text  borrowed for the call.
 *
 * Returns 0, or -1: ERR_CONFIG as "FILE:LINE: what is wrong".  doc is to be
 * released in both cases.
 */
int conf_doc_parse(struct conf_doc *doc, const char *file, struct slice text,
                   struct err *err);
/* conf_doc_parse on a file; one that is absent gives an empty document. */
int conf_doc_read(struct conf_doc *doc, const char *path, struct err *err);
void conf_doc_release(struct conf_doc *doc);
/* The text again; what was not changed is the same byte for byte. */
void conf_doc_write(const struct conf_doc *doc, struct str *out);

/* Key names: "-" and "_" are the same. */
bool conf_name_same(struct slice a, const char *b);
/* The first value of key in section ("" for the head of the file); p is NULL
 * when there is none. */
struct slice conf_doc_get(const struct conf_doc *doc, const char *section,
                          const char *key);
bool conf_doc_has_section(const struct conf_doc *doc, const char *section);
/*
 * Give key the n values (a line each) in place of those it has; n == 0 takes
 * the key away.  A section that is absent is added at the end.  Returns 0, or
 * -1 with ERR_USAGE and nothing changed: a value is too long, not UTF-8 or
 * holds controls other than line feed and tab.
 */
int conf_doc_set(struct conf_doc *doc, const char *section, const char *key,
                 const char *const *values, size_t n, struct err *err);
/* With the comment lines directly above it.  false when there is none. */
bool conf_doc_remove_section(struct conf_doc *doc, const char *section);
/* "FILE:LINE: text" as ERR_CONFIG; line may be NULL: the file alone. */
int conf_doc_error(const struct conf_doc *doc, const struct conf_line *line,
                   struct err *err, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

#endif
