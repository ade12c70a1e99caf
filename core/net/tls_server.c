/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The other side of TLS, and certificates made by ourselves: demo, serve, tests. */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "net/dial.h"
#include "net/tls_priv.h"
#include "util/fsx.h"
#include "util/i18n.h"
#include "util/str.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* The demo lives shorter; one year as the browsers' limit. */
#define TEST_DAYS   365
#define SECONDS_DAY 86400
/* A PEM file of ours is about 2 KB. */
#define PEM_MAX 65536

struct tls_server {
	SSL_CTX *ctx;
};

struct tls_server *
tls_server_new(const char *cert_file, const char *key_file, struct err *err)
{
	struct tls_server *t = xcalloc(1, sizeof *t);
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	t->ctx = ctx;
	if (ctx == NULL ||
	    SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1 ||
	    SSL_CTX_use_certificate_chain_file(ctx, cert_file) != 1 ||
	    SSL_CTX_use_PrivateKey_file(ctx, key_file, SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_check_private_key(ctx) != 1) {
		ERR_clear_error();
		(void)err_set(err, ERR_CONFIG,
		              _("'%s' and '%s' are not a certificate and its "
		                "key"),
		              cert_file, key_file);
		tls_server_free(&t);
		return NULL;
	}
	(void)SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION |
	                                       SSL_OP_NO_COMPRESSION);
	(void)SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_read_ahead(ctx, 1);
	/* No tickets: nobody comes back, and a client that hangs up at once
	 * would reset us while we write them. */
	(void)SSL_CTX_set_num_tickets(ctx, 0);
	return t;
}

void
tls_server_free(struct tls_server **tp)
{
	if (*tp == NULL)
		return;
	SSL_CTX_free((*tp)->ctx);
	free(*tp);
	*tp = NULL;
}

int
tls_accept(struct stream *s, struct tls_server *server, int timeout_ms,
           struct err *err)
{
	struct tls *t = tls_attach(s, server->ctx, err);

	if (t == NULL)
		return -1;
	return tls_handshake(t, SSL_accept, timeout_ms, err);
}

/* Certificates of our own */

static int
set_name(X509_NAME *name, const char *common)
{
	return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
	                                  (const unsigned char *)common, -1, -1,
	                                  0);
}

static int
add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *ext;
	int ok;

	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	ext = X509V3_EXT_nconf_nid(NULL, &ctx, nid, value);
	if (ext == NULL)
		return 0;
	ok = X509_add_ext(cert, ext, -1);
	X509_EXTENSION_free(ext);
	return ok;
}

/* A DNS name of any bytes, as only a liar writes it. */
static int
add_raw_name(X509 *cert, struct slice raw)
{
	GENERAL_NAMES *names = GENERAL_NAMES_new();
	GENERAL_NAME *name = GENERAL_NAME_new();
	ASN1_IA5STRING *text = ASN1_IA5STRING_new();
	int ok = 0;

	if (names != NULL && name != NULL && text != NULL &&
	    ASN1_STRING_set(text, raw.p, (int)raw.n) == 1) {
		GENERAL_NAME_set0_value(name, GEN_DNS, text);
		text = NULL;
		if (sk_GENERAL_NAME_push(names, name) > 0)
			name = NULL;
		ok = name == NULL &&
		     X509_add1_ext_i2d(cert, NID_subject_alt_name, names, 0,
		                       0) == 1;
	}
	ASN1_IA5STRING_free(text);
	GENERAL_NAME_free(name);
	GENERAL_NAMES_free(names);
	return ok;
}

static int
set_serial(X509 *cert)
{
	unsigned char bytes[8];
	BIGNUM *number = NULL;
	int ok = 0;

	if (RAND_bytes(bytes, sizeof bytes) == 1) {
		bytes[0] = (unsigned char)((bytes[0] & 0x7f) | 1);
		number = BN_bin2bn(bytes, sizeof bytes, NULL);
	}
	if (number != NULL)
		ok = BN_to_ASN1_INTEGER(number, X509_get_serialNumber(cert)) !=
		     NULL;
	BN_free(number);
	return ok;
}

/* A certificate without extensions and signature.  NULL: no memory. */
static X509 *
bare_cert(EVP_PKEY *key, const char *common, const struct tls_test_cert *want)
{
	X509 *cert = X509_new();

	if (cert != NULL && X509_set_version(cert, X509_VERSION_3) == 1 &&
	    set_serial(cert) &&
	    X509_gmtime_adj(X509_getm_notBefore(cert),
	                    (long)want->first_day * SECONDS_DAY) != NULL &&
	    X509_gmtime_adj(X509_getm_notAfter(cert),
	                    (long)want->last_day * SECONDS_DAY) != NULL &&
	    X509_set_pubkey(cert, key) == 1 &&
	    set_name(X509_get_subject_name(cert), common) == 1)
		return cert;
	X509_free(cert);
	return NULL;
}

static X509 *
make_ca(EVP_PKEY *key)
{
	struct tls_test_cert want = { .first_day = -2, .last_day = TEST_DAYS };
	X509 *ca = bare_cert(key, "pabal test root", &want);

	if (ca != NULL &&
	    X509_set_issuer_name(ca, X509_get_subject_name(ca)) == 1 &&
	    add_extension(ca, ca, NID_basic_constraints, "critical,CA:TRUE") &&
	    add_extension(ca, ca, NID_key_usage,
	                  "critical,keyCertSign,cRLSign") &&
	    add_extension(ca, ca, NID_subject_key_identifier, "hash") &&
	    X509_sign(ca, key, EVP_sha256()) > 0)
		return ca;
	X509_free(ca);
	return NULL;
}

static int
add_host(X509 *cert, X509 *issuer, const struct tls_test_cert *want)
{
	char *alt;
	int ok;

	if (want->raw.n > 0)
		return add_raw_name(cert, want->raw);
	if (want->host[0] == '\0')
		return 1;
	alt = xasprintf("%s:%s", dial_is_address(want->host) ? "IP" : "DNS",
	                want->host);
	ok = add_extension(cert, issuer, NID_subject_alt_name, alt);
	free(alt);
	return ok;
}

/* ca NULL: signed with its own key. */
static X509 *
make_leaf(EVP_PKEY *key, X509 *ca, EVP_PKEY *ca_key,
          const struct tls_test_cert *want)
{
	X509 *cert = bare_cert(
		key, want->name != NULL ? want->name : want->host, want);
	X509 *issuer = ca != NULL ? ca : cert;
	bool ok =
		cert != NULL &&
		X509_set_issuer_name(cert, X509_get_subject_name(issuer)) ==
			1 &&
		add_extension(cert, issuer, NID_basic_constraints,
	                      "critical,CA:FALSE") &&
		add_extension(cert, issuer, NID_ext_key_usage, "serverAuth") &&
		add_host(cert, issuer, want) &&
		X509_sign(cert, ca != NULL ? ca_key : key, EVP_sha256()) > 0;

	if (ok)
		return cert;
	X509_free(cert);
	return NULL;
}

/* Write what is in bio to folder/name, readable by us only. */
static int
save_pem(const char *folder, const char *name, BIO *bio, struct err *err)
{
	char *path = fsx_join(folder, name);
	char *p = NULL;
	long n = BIO_get_mem_data(bio, &p);
	int rc = fsx_write_atomic(path, slice_make(p, (size_t)n), err);

	free(path);
	return rc;
}

static int
save_cert(const char *folder, const char *name, X509 *cert, struct err *err)
{
	BIO *bio = BIO_new(BIO_s_mem());
	int rc = -1;

	if (bio != NULL && PEM_write_bio_X509(bio, cert) == 1)
		rc = save_pem(folder, name, bio, err);
	else
		(void)err_set(err, ERR_IO, _("OpenSSL cannot be used"));
	(void)BIO_free(bio);
	return rc;
}

static int
save_key(const char *folder, const char *name, EVP_PKEY *key, struct err *err)
{
	BIO *bio = BIO_new(BIO_s_secmem());
	int rc = -1;

	if (bio != NULL &&
	    PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1)
		rc = save_pem(folder, name, bio, err);
	else
		(void)err_set(err, ERR_IO, _("OpenSSL cannot be used"));
	(void)BIO_free(bio);
	return rc;
}

int
tls_make_test_cert(const char *folder, const struct tls_test_cert *want,
                   struct err *err)
{
	EVP_PKEY *ca_key = EVP_EC_gen("P-256");
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *ca = ca_key != NULL ? make_ca(ca_key) : NULL;
	X509 *cert = NULL;
	int rc = -1;

	if (ca != NULL && key != NULL)
		cert = make_leaf(key, want->self_signed ? NULL : ca, ca_key,
		                 want);
	if (cert == NULL) {
		ERR_clear_error();
		(void)err_set(err, ERR_IO,
		              _("no certificate could be made for '%s'"),
		              want->host);
		goto out;
	}
	if (save_cert(folder, "ca.pem", ca, err) == 0 &&
	    save_cert(folder, "cert.pem", cert, err) == 0 &&
	    save_key(folder, "key.pem", key, err) == 0)
		rc = 0;
out:
	X509_free(cert);
	X509_free(ca);
	EVP_PKEY_free(key);
	EVP_PKEY_free(ca_key);
	return rc;
}

int
tls_make_test_ca(const char *folder, const char *host, struct err *err)
{
	struct tls_test_cert want = {
		.host = host,
		.first_day = -1,
		.last_day = TEST_DAYS,
	};

	return tls_make_test_cert(folder, &want, err);
}
