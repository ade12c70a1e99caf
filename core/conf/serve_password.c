/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The password of the POP3 server: made, kept as a salted key, compared. */
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/serve.h"
#include "util/codec.h"
#include "util/digest.h"
#include "util/fsx.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Some 30 ms: nothing for a login, long for somebody who has the file and tries
 * words.  Never less in a file that we take. */
#define ROUNDS     100000
#define ROUNDS_MAX 10000000
#define SCHEME     "pbkdf2-sha256"
/* No account's name begins with a dot. */
#define FILE_NAME "secrets/.serve"
#define FILE_MAX  1024
/* Groups of five letters of 32: 25 bits each. */
#define NEW_GROUPS 4
#define NEW_GROUP  5

static void
derive(const struct serve_password *p, struct slice password,
       serve_prepare_fn *prepare, unsigned char *key)
{
	struct slice salt = slice_make((const char *)p->salt, sizeof p->salt);
	struct str ready;

	str_init(&ready, SECRET_MAX);
	(void)str_reserve(&ready, SECRET_MAX); /* no copies by growing */
	if (prepare == NULL || prepare(password, &ready) != 0) {
		str_clear(&ready);
		str_add_slice(&ready, password);
	}
	digest_pbkdf2(DIGEST_SHA256, str_slice(&ready), salt, p->rounds, key);
	secret_wipe(ready.p, ready.n);
	str_release(&ready);
}

void
serve_password_make(struct slice password, serve_prepare_fn *prepare,
                    struct serve_password *p_r)
{
	p_r->rounds = ROUNDS;
	digest_random(p_r->salt, sizeof p_r->salt);
	derive(p_r, password, prepare, p_r->key);
}

bool
serve_password_right(const struct serve_password *p, struct slice password,
                     serve_prepare_fn *prepare)
{
	unsigned char key[SERVE_KEY_SIZE];
	bool right;

	derive(p, password, prepare, key);
	right = digest_same(key, p->key, sizeof key);
	secret_wipe(key, sizeof key);
	return right;
}

void
serve_password_new(struct secret *secret_r)
{
	/* No letter looks like another. */
	static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789";
	unsigned char bytes[NEW_GROUPS * NEW_GROUP];
	char text[sizeof bytes + NEW_GROUPS];
	size_t n = 0;

	_Static_assert(sizeof letters == 33, "a byte is cut to 5 bits");
	digest_random(bytes, sizeof bytes);
	for (size_t i = 0; i < sizeof bytes; i++) {
		if (i > 0 && i % NEW_GROUP == 0)
			text[n++] = '-';
		text[n++] = letters[bytes[i] % 32];
	}
	secret_set(secret_r, text, n);
	secret_wipe(text, sizeof text);
	secret_wipe(bytes, sizeof bytes);
}

int
serve_password_store(const struct paths *paths, const struct serve_password *p,
                     struct err *err)
{
	char *folder = fsx_join(paths->config, "secrets");
	char *path = fsx_join(paths->config, FILE_NAME);
	struct str text;
	int rc = -1;

	str_init(&text, FILE_MAX);
	str_printf(&text, SCHEME " %u ", p->rounds);
	codec_hex_encode(p->salt, sizeof p->salt, &text);
	str_add_c(&text, ' ');
	codec_hex_encode(p->key, sizeof p->key, &text);
	str_add_c(&text, '\n');
	if (fsx_mkdirs(folder, err) == 0)
		rc = fsx_write_atomic(path, str_slice(&text), err);
	str_release(&text);
	free(path);
	free(folder);
	return rc;
}

static int
take_hex(struct slice *rest, unsigned char *out, size_t n)
{
	struct slice word;

	if (!slice_word(rest, &word) || word.n != 2 * n)
		return -1;
	for (size_t i = 0; i < n; i++) {
		int high = byte_hex(word.p[2 * i]);
		int low = byte_hex(word.p[2 * i + 1]);

		if (high < 0 || low < 0)
			return -1;
		out[i] = (unsigned char)(high * 16 + low);
	}
	return 0;
}

static int
parse(struct slice text, struct serve_password *p_r)
{
	struct slice word;
	uint64_t rounds;

	if (!slice_word(&text, &word) || !slice_eq_z(word, SCHEME) ||
	    !slice_word(&text, &word) || slice_u64(word, &rounds) != 0 ||
	    rounds < ROUNDS || rounds > ROUNDS_MAX ||
	    take_hex(&text, p_r->salt, sizeof p_r->salt) != 0 ||
	    take_hex(&text, p_r->key, sizeof p_r->key) != 0 ||
	    slice_word(&text, &word))
		return -1;
	p_r->rounds = (unsigned)rounds;
	return 0;
}

static int
load_stored(const struct paths *paths, struct serve_password *p_r,
            struct err *err)
{
	char *path = fsx_join(paths->config, FILE_NAME);
	struct str text;
	int rc = -1;

	str_init(&text, FILE_MAX);
	if (!fsx_exists(path))
		(void)err_set(err, ERR_CONFIG,
		              _("there is no password yet; make one with: "
		                "pabal serve --new-password"));
	else if (fsx_check_private(path, err) != 0)
		(void)err_set(err, ERR_CONFIG,
		              _("'%s' can be read by others; make it private: "
		                "chmod 600 '%s'"),
		              path, path);
	else if (fsx_read(path, FILE_MAX, &text, err) == 0 &&
	         (rc = parse(str_slice(&text), p_r)) != 0)
		(void)err_set(err, ERR_CONFIG,
		              _("'%s' is damaged; make a new password with: "
		                "pabal serve --new-password"),
		              path);
	str_release(&text);
	free(path);
	return rc;
}

int
serve_password_load(const struct paths *paths, const struct serve_conf *c,
                    serve_prepare_fn *prepare, struct serve_password *p_r,
                    struct err *err)
{
	char name[] = "serve";
	struct account a = { .name = name,
		             .password_command = c->password_command,
		             .password_file = c->password_file };
	struct secret secret = { 0 };
	int rc;

	if (c->password_command == NULL && c->password_file == NULL)
		return load_stored(paths, p_r, err);
	rc = credential_get(paths, &a, &secret, err);
	if (rc == 0)
		serve_password_make(secret_get(&secret), prepare, p_r);
	secret_release(&secret);
	return rc;
}
