/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Certificates for people: names, dates, what is wrong with them. */
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "net/tls_priv.h"
#include "util/clock.h"
#include "util/codec.h"
#include "util/i18n.h"
#include "util/str.h"
#include "util/utf8.h"

#include "util/banned.h"

#define PIN_PREFIX "sha256:"
/* Enough names to see the mistake; some certificates have hundreds. */
#define NAMES_SHOWN 4
#define NAMES_MAX   200
#define SECONDS_DAY 86400

void
tls_cert_pin(X509 *cert, char out[static 80])
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned int n = 0;
	struct str text;

	str_init(&text, 79);
	if (X509_digest(cert, EVP_sha256(), sum, &n) == 1) {
		str_add_z(&text, PIN_PREFIX);
		codec_hex_encode(sum, n, &text);
	}
	memcpy(out, text.p, text.n + 1);
	str_release(&text);
}

/* One attribute as clean UTF-8; "" when it is not there. */
static void
name_attribute(const X509_NAME *name, int nid, char *out, size_t size)
{
	int at = X509_NAME_get_index_by_NID(name, nid, -1);
	const X509_NAME_ENTRY *entry =
		at >= 0 ? X509_NAME_get_entry(name, at) : NULL;
	unsigned char *text = NULL;
	int n = -1;

	out[0] = '\0';
	if (entry != NULL)
		n = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(entry));
	if (n >= 0) {
		size_t used = utf8_clean_line((const char *)text, (size_t)n,
		                              out, size - 1);

		out[used] = '\0';
		OPENSSL_free(text);
	}
}

/* A certificate's subject or issuer in a few words. */
static void
name_words(const X509_NAME *name, char *out, size_t size)
{
	name_attribute(name, NID_commonName, out, size);
	if (out[0] == '\0')
		name_attribute(name, NID_organizationName, out, size);
	if (out[0] == '\0')
		(void)snprintf(out, size, "?");
}

static void
add_alt_name(struct str *list, const GENERAL_NAME *g)
{
	int type = 0;
	const ASN1_STRING *value = GENERAL_NAME_get0_value(g, &type);

	if (type != GEN_DNS && type != GEN_IPADD)
		return;
	if (list->n > 0)
		str_add_z(list, ", ");
	if (type == GEN_DNS)
		str_add(list, (const char *)ASN1_STRING_get0_data(value),
		        (size_t)ASN1_STRING_length(value));
	else if (ASN1_STRING_length(value) == 4)
		str_printf(list, "%d.%d.%d.%d", ASN1_STRING_get0_data(value)[0],
		           ASN1_STRING_get0_data(value)[1],
		           ASN1_STRING_get0_data(value)[2],
		           ASN1_STRING_get0_data(value)[3]);
	else
		str_add_z(list, "IPv6");
}

/* The names a certificate is for: "a.example, b.example, ..." */
static void
alt_names(X509 *cert, struct str *list)
{
	GENERAL_NAMES *names =
		X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	int n = names != NULL ? sk_GENERAL_NAME_num(names) : 0;

	for (int i = 0; i < n && i < NAMES_SHOWN; i++)
		add_alt_name(list, sk_GENERAL_NAME_value(names, i));
	if (n > NAMES_SHOWN)
		str_add_z(list, ", ...");
	GENERAL_NAMES_free(names);
	/* A NUL would hide the rest of a name that pretends. */
	for (size_t i = 0; i < list->n; i++)
		if (!byte_is_print(list->p[i]))
			list->p[i] = '?';
}

static void
date_words(const ASN1_TIME *when, char *out, size_t size)
{
	struct tm tm = { 0 };

	if (ASN1_TIME_to_tm(when, &tm) == 1)
		(void)snprintf(out, size, "%04d-%02d-%02d", tm.tm_year + 1900,
		               tm.tm_mon + 1, tm.tm_mday);
	else
		(void)snprintf(out, size, "?");
}

/* 0: it is no time. */
static int64_t
seconds_of(const ASN1_TIME *when)
{
	struct tm tm = { 0 };

	if (ASN1_TIME_to_tm(when, &tm) != 1)
		return 0;
	return clock_from_utc(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
	                      tm.tm_hour, tm.tm_min, tm.tm_sec);
}

void
tls_cert_describe(X509 *cert, struct tls_info *info_r)
{
	int64_t end = seconds_of(X509_get0_notAfter(cert));
	struct str names;

	str_init(&names, NAMES_MAX);
	alt_names(cert, &names);
	if (names.n > 0)
		info_r->name[utf8_clean_line(names.p, names.n, info_r->name,
		                             sizeof info_r->name - 1)] = '\0';
	else
		name_words(X509_get_subject_name(cert), info_r->name,
		           sizeof info_r->name);
	str_release(&names);
	name_words(X509_get_issuer_name(cert), info_r->issuer,
	           sizeof info_r->issuer);
	tls_cert_pin(cert, info_r->pin);
	if (end != 0)
		info_r->days_left = (int)((end - clock_now()) / SECONDS_DAY);
	info_r->valid_from = seconds_of(X509_get0_notBefore(cert));
}

static int
wrong_host(X509 *cert, const char *host, struct err *err)
{
	struct str names;

	str_init(&names, NAMES_MAX);
	alt_names(cert, &names);
	if (names.n > 0)
		(void)err_set(err, ERR_CERT,
		              _("the certificate is for %s, not for '%s'; "
		                "check the name of the server"),
		              names.p, host);
	else
		(void)err_set(err, ERR_CERT,
		              _("the certificate names no server, so it does "
		                "not prove to be '%s'; ask who runs it"),
		              host);
	str_release(&names);
	return -1;
}

static int
wrong_date(X509 *cert, int code, const char *host, struct err *err)
{
	char date[32];

	if (code == X509_V_ERR_CERT_HAS_EXPIRED) {
		date_words(X509_get0_notAfter(cert), date, sizeof date);
		return err_set(err, ERR_CERT,
		               _("the certificate of '%s' expired on %s; check "
		                 "the date of this computer, or ask who runs "
		                 "the server"),
		               host, date);
	}
	date_words(X509_get0_notBefore(cert), date, sizeof date);
	return err_set(err, ERR_CERT,
	               _("the certificate of '%s' is valid only from %s on; "
	                 "check the date of this computer"),
	               host, date);
}

int
tls_fault_err(const struct tls_fault *fault, const char *host, struct err *err)
{
	char issuer[256];

	name_words(X509_get_issuer_name(fault->cert), issuer, sizeof issuer);
	switch (fault->code) {
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		return wrong_host(fault->cert, host, err);
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return wrong_date(fault->cert, fault->code, host, err);
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
		return err_set(err, ERR_CERT,
		               _("the certificate of '%s' is signed by nobody "
		                 "but itself; if this server is yours, pin it "
		                 "or name it in ca-file"),
		               host);
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		return err_set(err, ERR_CERT,
		               _("the certificate of '%s' was issued by '%s', "
		                 "which is not trusted here; name its root in "
		                 "ca-file if it should be"),
		               host, issuer);
	case X509_V_ERR_EE_KEY_TOO_SMALL:
	case X509_V_ERR_CA_KEY_TOO_SMALL:
	case X509_V_ERR_CA_MD_TOO_WEAK:
		return err_set(
			err, ERR_CERT,
			_("the certificate of '%s' has too weak a key or "
		          "signature; ask who runs the server"),
			host);
	default:
		return err_set(err, ERR_CERT,
		               _("the certificate of '%s' is not good: %s"),
		               host,
		               X509_verify_cert_error_string(fault->code));
	}
}
