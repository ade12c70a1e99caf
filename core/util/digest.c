/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Digests, HMAC and random bytes (the libcrypto part of OpenSSL). */
#include "util/digest.h"

#include <assert.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef HAVE_GETRANDOM
# include <sys/random.h>
#endif
#include <sysexits.h>

#include "util/codec.h"
#include "util/xalloc.h"

#include "util/banned.h"

struct digest {
	EVP_MD_CTX *ctx;
};

/* libcrypto fails only when memory is out or it is broken. */
static void
must(bool ok)
{
	if (ok)
		return;
	xalloc_end_with("pabal: the cryptographic library failed\n",
	                EX_SOFTWARE);
}

static const char *
name_of(enum digest_kind kind)
{
	switch (kind) {
	case DIGEST_MD5:
		return "MD5";
	case DIGEST_SHA1:
		return "SHA1";
	case DIGEST_SHA256:
		break;
	}
	return "SHA256";
}

/* Looked up once: what EVP_sha256() gives is looked up at each use, which takes
 * longer than the digest of a small mail.  Kept until the end. */
static const EVP_MD *
md_of(enum digest_kind kind)
{
	static EVP_MD *_Atomic known[DIGEST_SHA256 + 1];
	EVP_MD *md = atomic_load(&known[kind]);
	EVP_MD *none = NULL;

	if (md != NULL)
		return md;
	md = EVP_MD_fetch(NULL, name_of(kind), NULL);
	must(md != NULL);
	if (atomic_compare_exchange_strong(&known[kind], &none, md))
		return md;
	EVP_MD_free(md); /* another thread was faster */
	return none;
}

size_t
digest_size(enum digest_kind kind)
{
	return kind == DIGEST_MD5 ? 16 : kind == DIGEST_SHA1 ? 20 : 32;
}

void
digest_bytes(enum digest_kind kind, struct slice data, unsigned char *out)
{
	must(EVP_Digest(data.p, data.n, out, NULL, md_of(kind), NULL) == 1);
}

void
digest_hmac(enum digest_kind kind, struct slice key, struct slice data,
            unsigned char *out)
{
	static const unsigned char none[1];
	const void *k = key.n != 0 ? (const void *)key.p : none;
	const void *d = data.n != 0 ? (const void *)data.p : none;

	must(HMAC(md_of(kind), k, (int)key.n, d, data.n, out, NULL) != NULL);
}

void
digest_pbkdf2(enum digest_kind kind, struct slice password, struct slice salt,
              unsigned rounds, unsigned char *out)
{
	must(PKCS5_PBKDF2_HMAC(password.p, (int)password.n,
	                       (const unsigned char *)salt.p, (int)salt.n,
	                       (int)rounds, md_of(kind), (int)digest_size(kind),
	                       out) == 1);
}

void
digest_warm_up(void)
{
	static const enum digest_kind kinds[] = { DIGEST_MD5, DIGEST_SHA1,
		                                  DIGEST_SHA256 };

	unsigned char out[DIGEST_MAX_SIZE];

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		digest_bytes(kinds[i], SLICE_NONE, out);
		digest_hmac(kinds[i], SLICE_NONE, SLICE_NONE, out);
		digest_pbkdf2(kinds[i], slice_of("-"), slice_of("-"), 1, out);
	}
}

void
digest_sha256_hex(struct slice data, struct str *out)
{
	unsigned char bytes[DIGEST_SHA256_SIZE];

	digest_bytes(DIGEST_SHA256, data, bytes);
	codec_hex_encode(bytes, sizeof bytes, out);
}

struct digest *
digest_new(enum digest_kind kind)
{
	struct digest *d = xmalloc(sizeof *d);

	d->ctx = EVP_MD_CTX_new();
	must(d->ctx != NULL);
	must(EVP_DigestInit_ex(d->ctx, md_of(kind), NULL) == 1);
	return d;
}

void
digest_add(struct digest *d, const void *p, size_t n)
{
	must(EVP_DigestUpdate(d->ctx, p, n) == 1);
}

void
digest_finish(struct digest *d, unsigned char *out)
{
	must(EVP_DigestFinal_ex(d->ctx, out, NULL) == 1);
}

void
digest_free(struct digest **d)
{
	if (d == NULL || *d == NULL)
		return;
	EVP_MD_CTX_free((*d)->ctx);
	free(*d);
	*d = NULL;
}

bool
digest_same(const void *a, const void *b, size_t n)
{
	return CRYPTO_memcmp(a, b, n) == 0;
}

/* Tests only: the seed and a counter, hashed. */
static void
seeded_random(const char *seed, unsigned char *p, size_t n)
{
	static _Atomic unsigned counter;
	unsigned char block[DIGEST_SHA256_SIZE];
	char text[128];
	size_t part;

	for (; n > 0; p += part, n -= part) {
		(void)snprintf(text, sizeof text, "%.64s/%u", seed,
		               atomic_fetch_add(&counter, 1)); /* fits */
		digest_bytes(DIGEST_SHA256, slice_of(text), block);
		part = n < sizeof block ? n : sizeof block;
		memcpy(p, block, part);
	}
}

/* The kernel's; false where it has none.  OpenSSL's own crashes when its first
 * use meets memory that has run out. */
static bool
kernel_random(unsigned char *p, size_t n)
{
#ifdef HAVE_GETRANDOM
	while (n > 0) {
		ssize_t got = getrandom(p, n, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		p += got;
		n -= (size_t)got;
	}
	return true;
#else
	(void)p;
	return n == 0;
#endif
}

void
digest_random(void *p, size_t n)
{
	const char *seed = getenv("PABAL_TEST_SEED");

	if (seed != NULL)
		seeded_random(seed, p, n);
	else if (!kernel_random(p, n))
		must(RAND_bytes(p, (int)n) == 1);
}

static uint64_t
mix(uint64_t h)
{
	h ^= h >> 32;
	h *= 0xd6e8feb86659fd93ULL;
	h ^= h >> 32;
	h *= 0xd6e8feb86659fd93ULL;
	return h ^ h >> 32;
}

uint64_t
digest_hash64(struct slice data, uint64_t seed)
{
	uint64_t h = seed ^ (data.n * 0x9e3779b97f4a7c15ULL);
	uint64_t word;

	while (data.n >= sizeof word) {
		memcpy(&word, data.p, sizeof word);
		h = mix(h ^ word) + 0x9e3779b97f4a7c15ULL;
		data = slice_from(data, sizeof word);
	}
	word = 0;
	if (data.n != 0)
		memcpy(&word, data.p, data.n);
	return mix(h ^ word);
}
