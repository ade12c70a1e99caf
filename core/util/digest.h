/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Digests, HMAC and random bytes (the libcrypto part of OpenSSL). */
#ifndef UTIL_DIGEST_H
#define UTIL_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/slice.h"
#include "util/str.h"

#define DIGEST_SHA256_SIZE 32
#define DIGEST_MAX_SIZE    64

enum digest_kind {
	DIGEST_MD5,
	DIGEST_SHA1,
	DIGEST_SHA256
};

/* Use everything once.  The library's first use allocates much and can crash when
 * memory runs out in it (EVP_MD_fetch of OpenSSL 3.0); later uses do not.  Called
 * where nothing can be lost yet. */
void digest_warm_up(void);
/* Bytes of a digest of that kind. */
size_t digest_size(enum digest_kind kind);
/* out has digest_size(kind) bytes. */
void digest_bytes(enum digest_kind kind, struct slice data, unsigned char *out);
void digest_hmac(enum digest_kind kind, struct slice key, struct slice data,
                 unsigned char *out);
/* PBKDF2 (RFC 8018), as SCRAM's Hi(). */
void digest_pbkdf2(enum digest_kind kind, struct slice password,
                   struct slice salt, unsigned rounds, unsigned char *out);
/* Lower-case hex of SHA-256, 64 characters appended. */
void digest_sha256_hex(struct slice data, struct str *out);

/* Incremental SHA-256 for data that comes in pieces. */
struct digest;
struct digest *digest_new(enum digest_kind kind);
void digest_add(struct digest *d, const void *p, size_t n);
void digest_finish(struct digest *d, unsigned char *out);
void digest_free(struct digest **d);

/* Equal, in constant time. */
bool digest_same(const void *a, const void *b, size_t n);
/* Cryptographically random; ends the program when there is none.  Seeded and
 * repeatable only when PABAL_TEST_SEED is set (tests). */
void digest_random(void *p, size_t n);
/* A fast non-cryptographic hash for tables. */
uint64_t digest_hash64(struct slice data, uint64_t seed);

#endif
