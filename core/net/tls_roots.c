/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The roots of the system, each read when a chain asks for it. */
/*
 * 1. What is trusted is what OpenSSL's default paths hold (SSL_CERT_DIR and
 *    SSL_CERT_FILE, or what it was built with): a folder of files named by the
 *    hash of a subject, and a bundle.
 * 2. OpenSSL looks into the folder by itself, one file a question.  The bundle,
 *    140 roots whose keys it would decode, takes longer than a whole session
 *    with nothing new; so it is read when an issuer is not known by then, and
 *    only roots with the issuer's very name are decoded.
 * 3. A root that was found stays in the store: it is looked for once.
 *
 * Rejected: a lookup method of our own (what it hands out is borrowed from the
 * store by rules that are nowhere written down).
 */
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "net/tls_priv.h"

#include "util/banned.h"

/* What is left of a DER value. */
struct der {
	const unsigned char *p, *end;
};

/* Take the next element; its content is in_r. */
static bool
der_next(struct der *d, struct der *in_r, int *tag_r)
{
	const unsigned char *p = d->p;
	long n = 0;
	int class = 0;
	int rc = ASN1_get_object(&p, &n, tag_r, &class, d->end - d->p);

	/* An error, or a length that is left open, which DER has not. */
	if ((rc & 0x81) != 0 || n < 0 || n > d->end - p)
		return false;
	*in_r = (struct der){ p, p + n };
	d->p = p + n;
	return true;
}

/* The subject of a certificate (RFC 5280, section 4.1); owned, NULL: none. */
static X509_NAME *
subject_of(const unsigned char *data, long n)
{
	struct der cert = { data, data + n };
	struct der all, tbs, field;
	int tag = 0;
	int before = 3; /* signature, issuer, validity */

	if (!der_next(&cert, &all, &tag) || !der_next(&all, &tbs, &tag) ||
	    !der_next(&tbs, &field, &tag))
		return NULL;
	/* [0] is the version, and the serial number comes next. */
	if (tag == 0)
		before++;
	while (before-- > 0)
		if (!der_next(&tbs, &field, &tag))
			return NULL;
	return d2i_X509_NAME(NULL, &tbs.p, tbs.end - tbs.p);
}

static X509 *
decode(const char *kind, const unsigned char *data, long n)
{
	if (strcmp(kind, PEM_STRING_X509_TRUSTED) == 0)
		return d2i_X509_AUX(NULL, &data, n);
	return d2i_X509(NULL, &data, n);
}

/* Is it a root of that name?  Then it comes into the store. */
static bool
take(X509_STORE *store, const X509_NAME *name, const char *kind,
     const unsigned char *data, long n)
{
	X509_NAME *subject;
	X509 *cert = NULL;
	bool taken = false;

	if (strcmp(kind, PEM_STRING_X509) != 0 &&
	    strcmp(kind, PEM_STRING_X509_OLD) != 0 &&
	    strcmp(kind, PEM_STRING_X509_TRUSTED) != 0)
		return false;
	subject = subject_of(data, n);
	if (subject != NULL && X509_NAME_cmp(subject, name) == 0)
		cert = decode(kind, data, n);
	if (cert != NULL)
		taken = X509_STORE_add_cert(store, cert) == 1;
	X509_free(cert);
	X509_NAME_free(subject);
	return taken;
}

/* Look for roots of that name in the bundle.  Were there any? */
static bool
take_all(X509_STORE *store, const X509_NAME *name)
{
	const char *path = getenv(X509_get_default_cert_file_env());
	BIO *bio = BIO_new_file(
		path != NULL ? path : X509_get_default_cert_file(), "r");
	unsigned char *data = NULL;
	char *kind = NULL;
	char *header = NULL;
	bool taken = false;
	long n = 0;

	while (bio != NULL &&
	       PEM_read_bio(bio, &kind, &header, &data, &n) == 1) {
		if (take(store, name, kind, data, n))
			taken = true;
		OPENSSL_free(kind);
		OPENSSL_free(header);
		OPENSSL_free(data);
	}
	(void)BIO_free(bio);
	ERR_clear_error(); /* the end of the file is one */
	return taken;
}

static bool
is_over(const X509 *cert)
{
	return X509_cmp_current_time(X509_get0_notAfter(cert)) < 0;
}

/* As X509_STORE_CTX_get1_issuer; an issuer that is over is better than none. */
static int
get_issuer(X509 **issuer_r, X509_STORE_CTX *ctx, X509 *cert)
{
	X509_STORE *store = X509_STORE_CTX_get0_store(ctx);
	int rc = X509_STORE_CTX_get1_issuer(issuer_r, ctx, cert);

	if (rc < 0 || (rc > 0 && !is_over(*issuer_r)) ||
	    !take_all(store, X509_get_issuer_name(cert)))
		return rc;
	if (rc > 0)
		X509_free(*issuer_r);
	return X509_STORE_CTX_get1_issuer(issuer_r, ctx, cert);
}

void
tls_add_roots(X509_STORE *store)
{
	const char *dir = getenv(X509_get_default_cert_dir_env());

	/* Without roots every chain fails, and the message says so. */
	(void)X509_STORE_load_path(
		store, dir != NULL ? dir : X509_get_default_cert_dir());
	X509_STORE_set_get_issuer(store, get_issuer);
	ERR_clear_error();
}
