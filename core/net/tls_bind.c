/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Channel bindings of a TLS connection (RFC 5929, RFC 9266). */
#include "net/tls_bind.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include "net/tls_priv.h"

#include "util/banned.h"

/* RFC 9266, 2. */
#define EXPORTER_LABEL "EXPORTER-Channel-Binding"
#define EXPORTER_BYTES 32

static bool
bind_exporter(SSL *ssl, struct sasl_binding *b)
{
	b->n = EXPORTER_BYTES;
	b->type = "tls-exporter";
	return SSL_export_keying_material(ssl, b->data, b->n, EXPORTER_LABEL,
	                                  sizeof EXPORTER_LABEL - 1, NULL, 0,
	                                  0) == 1;
}

/* The first Finished message of the handshake: the client's, in a full one. */
static bool
bind_unique(const SSL *ssl, struct sasl_binding *b)
{
	bool ours = (SSL_is_server(ssl) == 1) == (SSL_session_reused(ssl) == 1);

	b->n = ours ? SSL_get_finished(ssl, b->data, sizeof b->data)
	            : SSL_get_peer_finished(ssl, b->data, sizeof b->data);
	b->type = "tls-unique";
	return b->n > 0 && b->n <= sizeof b->data;
}

/* The certificate's digest, by the algorithm it is signed with. */
static bool
bind_end_point(const SSL *ssl, struct sasl_binding *b)
{
	X509 *cert = SSL_is_server(ssl) ? SSL_get_certificate(ssl)
	                                : SSL_get0_peer_certificate(ssl);
	const EVP_MD *md;
	unsigned n = 0;
	int nid = NID_undef;

	if (cert == NULL ||
	    X509_get_signature_info(cert, &nid, NULL, NULL, NULL) != 1)
		return false;
	if (nid == NID_md5 || nid == NID_sha1)
		nid = NID_sha256;
	/* Ed25519 and its like have none that could be used. */
	md = EVP_get_digestbynid(nid);
	if (md == NULL || EVP_MD_get_size(md) > SASL_BINDING_MAX ||
	    X509_digest(cert, md, b->data, &n) != 1)
		return false;
	b->n = n;
	b->type = "tls-server-end-point";
	return true;
}

int
tls_bind(const struct stream *s, struct sasl_binding *binding_r)
{
	struct tls *t = tls_get(s);
	bool bound = false;

	*binding_r = (struct sasl_binding){ 0 };
	if (t == NULL || !SSL_is_init_finished(t->ssl))
		return -1;
	if (SSL_version(t->ssl) >= TLS1_3_VERSION)
		bound = bind_exporter(t->ssl, binding_r);
	else if (SSL_get_extms_support(t->ssl) == 1)
		bound = bind_unique(t->ssl, binding_r);
	else
		bound = bind_end_point(t->ssl, binding_r);
	ERR_clear_error();
	if (bound)
		return 0;
	*binding_r = (struct sasl_binding){ 0 };
	return -1;
}
