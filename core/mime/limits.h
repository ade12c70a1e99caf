/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much of a message we take apart; beyond it bytes are kept, not parsed. */
#ifndef MIME_LIMITS_H
#define MIME_LIMITS_H

/* Open multiparts and nested messages; real mail reaches about ten.  Every
 * delimiter line is compared with this many boundaries at most. */
#define MIME_DEPTH_MAX 64
/* Nodes of the tree; mailing list digests reach a few hundred. */
#define MIME_PARTS_MAX 5000
/* Header fields of one message, all parts together; real mail: hundreds. */
#define MIME_FIELDS_MAX 50000
/* Segments of one RFC 2231 parameter; 300 bytes of Hangul need about 20. */
#define MIME_SECTIONS_MAX 1000
/* Decoded file name: far more than any file system keeps. */
#define MIME_NAME_MAX 4096
/* A charset label in an encoded word: the longest registered one has 45. */
#define MIME_LABEL_MAX 80
/* Tokens of a Date field: a full one has 9. */
#define MIME_DATE_TOKENS_MAX 24
/* Messages inside messages that are themselves base64 or quoted-printable
 * (forbidden by RFC 2046 5.2.1, seen in the wild): each needs a copy. */
#define MIME_ENCODED_MESSAGES_MAX 8
/* One body, decoded: what the largest provider accepts, twice. */
#define MIME_BODY_MAX ((size_t)512 * 1024 * 1024)
/* Addresses of one field that are read. */
#define MIME_ADDRS_MAX 100000
/* Bytes of a mapped message that are read before they are forgotten. */
#define MIME_MAP_STRETCH (4 << 20)

#endif
