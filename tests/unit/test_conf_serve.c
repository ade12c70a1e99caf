/* SPDX-License-Identifier: GPL-3.0-or-later */
/* serve: the keys of [serve], addresses, the password. */
#include "lib/test.h"

#include <sys/stat.h>

#include "conf/conf.h"
#include "lib/temp.h"
#include "util/fsx.h"
#include "util/xalloc.h"

static int
set(struct serve_conf *c, const char *key, const char *value, struct err *err)
{
	*err = (struct err){ 0 };
	return serve_conf_set(c, slice_of(key), slice_of(value), err);
}

static void
test_keys(void **state)
{
	struct serve_conf c = { 0 };
	struct err err;

	(void)state;
	assert_int_equal(c.on_delete, SERVE_DELETE_TRASH);
	assert_int_equal(set(&c, "user", "kim", &err), 0);
	assert_int_equal(set(&c, "folder", "ARCHIVE", &err), 0);
	assert_int_equal(set(&c, "days", "30", &err), 0);
	assert_int_equal(set(&c, "on-delete", "keep", &err), 0);
	assert_int_equal(set(&c, "tls_cert", "/a", &err), 0);
	assert_int_equal(set(&c, "tls-key", "/b", &err), 0);
	assert_int_equal(set(&c, "password_file", "/c", &err), 0);
	assert_int_equal(set(&c, "password_command", "d e", &err), 0);
	assert_int_equal(
		set(&c, "listen", "127.0.0.1:1110 [::1]:995:tls", &err), 0);
	assert_string_equal(c.user, "kim");
	assert_string_equal(c.folder, "Archive");
	assert_int_equal(c.days, 30);
	assert_int_equal(c.on_delete, SERVE_DELETE_KEEP);
	assert_string_equal(c.tls_cert, "/a");
	assert_string_equal(c.tls_key, "/b");
	assert_string_equal(c.password_file, "/c");
	assert_string_equal(c.password_command, "d e");
	assert_string_equal(c.listen, "127.0.0.1:1110 [::1]:995:tls");
	assert_int_equal(set(&c, "user", "", &err), 0);
	assert_null(c.user);
	assert_int_equal(set(&c, "on_delete", "", &err), 0);
	assert_int_equal(c.on_delete, SERVE_DELETE_TRASH);
	serve_conf_release(&c);
}

static void
test_keys_that_are_wrong(void **state)
{
	static const char *const wrong[][2] = {
		{ "user", "a b" },       { "user", "a+b" },
		{ "user", "가" },        { "folder", "Spam" },
		{ "folder", "Trash" },   { "folder", "../Inbox" },
		{ "days", "-1" },        { "days", "36501" },
		{ "days", "x" },         { "on_delete", "delete" },
		{ "listen", "1110" },    { "listen", ":1110" },
		{ "listen", "a:65536" }, { "listen", "a:1:ssl" },
		{ "listen", "::1:110" }, { "listen", "a:1 b" },
		{ "password", "x" },     { "port", "1" },
	};
	struct serve_conf c = { 0 };
	struct err err;

	(void)state;
	assert_int_equal(set(&c, "user", "kim", &err), 0);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		if (set(&c, wrong[i][0], wrong[i][1], &err) != -1)
			fail_msg("%s = %s", wrong[i][0], wrong[i][1]);
		assert_int_equal(err.code, ERR_CONFIG);
	}
	assert_string_equal(c.user, "kim");
	assert_null(c.listen);
	assert_null(c.folder);
	serve_conf_release(&c);
}

static void
test_addresses(void **state)
{
	static const struct {
		const char *host;
		int port;
		enum serve_tls tls;
	} want[] = {
		{ "127.0.0.1", 1110, SERVE_TLS_ANY },
		{ "::1", 995, SERVE_TLS_IMPLICIT },
		{ "*", 110, SERVE_TLS_START },
		{ "localhost", 0, SERVE_TLS_NONE },
	};
	struct slice rest = SLICE_LIT(" 127.0.0.1:1110 [::1]:995:TLS\t"
	                              "*:110:stls localhost:0:plain ");
	struct serve_listen l;
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
		assert_int_equal(serve_listen_next(&rest, &l, &err), 1);
		assert_string_equal(l.host, want[i].host);
		assert_int_equal(l.port, want[i].port);
		assert_int_equal(l.tls, want[i].tls);
		serve_listen_release(&l);
	}
	assert_int_equal(serve_listen_next(&rest, &l, &err), 0);
}

/* ---- files ---- */

struct home {
	char *folder;
	struct paths paths;
};

static int
set_up(void **state)
{
	struct home *h = calloc(1, sizeof *h);

	h->folder = temp_make();
	*state = h;
	return paths_init(&h->paths, h->folder, NULL) == 0 &&
	                       paths_make(&h->paths, NULL) == 0
	               ? 0
	               : -1;
}

static int
tear_down(void **state)
{
	struct home *h = *state;

	paths_release(&h->paths);
	temp_remove(h->folder);
	free(h);
	return 0;
}

static void
put(const struct home *h, const char *name, const char *text)
{
	char *path = fsx_join(h->paths.config, name);

	assert_int_equal(fsx_write_atomic(path, slice_of(text), NULL), 0);
	free(path);
}

static void
test_section(void **state)
{
	struct home *h = *state;
	struct conf c;
	struct err err = { 0 };

	put(h, "config",
	    "theme = dark\n[serve]\nuser = kim\n# more\non_delete = archive\n");
	assert_int_equal(conf_load(&h->paths, &c, &err), 0);
	assert_string_equal(c.theme, "dark");
	assert_string_equal(c.serve.user, "kim");
	assert_int_equal(c.serve.on_delete, SERVE_DELETE_ARCHIVE);
	conf_release(&c);
	/* A setting of the screen is none of the section, and the reverse. */
	put(h, "config", "[serve]\n\ntheme = dark\n");
	assert_int_equal(conf_load(&h->paths, &c, &err), -1);
	assert_int_equal(err.code, ERR_CONFIG);
	assert_non_null(strstr(err.text, "config:3:"));
	put(h, "config", "listen = 127.0.0.1:1\n");
	assert_int_equal(conf_load(&h->paths, &c, &err), -1);
	put(h, "config", "[server]\n");
	assert_int_equal(conf_load(&h->paths, &c, &err), -1);
	/* A key of the head is changed beside the section. */
	put(h, "config", "[serve]\nuser = kim\n");
	assert_int_equal(conf_set(&h->paths, "theme", "dark", &err), 0);
	assert_int_equal(conf_load(&h->paths, &c, &err), 0);
	assert_string_equal(c.theme, "dark");
	assert_string_equal(c.serve.user, "kim");
	conf_release(&c);
}

/* Small letters for large ones, in place of SASLprep. */
static int
prepare(struct slice s, struct str *out)
{
	if (slice_eq_z(s, "no"))
		return -1;
	for (size_t i = 0; i < s.n; i++)
		str_add_c(out, byte_lower(s.p[i]));
	return 0;
}

static void
test_password(void **state)
{
	struct home *h = *state;
	struct serve_conf c = { 0 };
	struct serve_password p, q;
	struct err err = { 0 };
	struct secret secret = { 0 };
	char *path = fsx_join(h->paths.config, "secrets/.serve");
	struct stat st;
	struct str text;

	assert_int_equal(serve_password_load(&h->paths, &c, prepare, &p, &err),
	                 -1);
	assert_int_equal(err.code, ERR_CONFIG);
	serve_password_new(&secret);
	assert_int_equal(secret.n, 23);
	serve_password_make(secret_get(&secret), prepare, &p);
	assert_int_equal(serve_password_store(&h->paths, &p, &err), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	/* Nothing of it stands there, and the same gives another key. */
	str_init(&text, 4096);
	assert_int_equal(fsx_read(path, 4096, &text, &err), 0);
	assert_null(strstr(text.p, secret.p));
	serve_password_make(secret_get(&secret), prepare, &q);
	assert_memory_not_equal(p.key, q.key, sizeof p.key);
	assert_int_equal(serve_password_load(&h->paths, &c, prepare, &q, &err),
	                 0);
	assert_true(serve_password_right(&q, secret_get(&secret), prepare));
	assert_false(serve_password_right(
		&q, slice_head(secret_get(&secret), secret.n - 1), prepare));
	assert_false(serve_password_right(&q, SLICE_NONE, prepare));
	str_release(&text);
	secret_release(&secret);
	free(path);
}

static void
test_password_is_prepared(void **state)
{
	struct serve_password p;

	(void)state;
	serve_password_make(SLICE_LIT("Pa SS"), prepare, &p);
	assert_true(serve_password_right(&p, SLICE_LIT("pA ss"), prepare));
	assert_false(serve_password_right(&p, SLICE_LIT("pa  ss"), prepare));
	/* What cannot be prepared is taken as it is. */
	serve_password_make(SLICE_LIT("no"), prepare, &p);
	assert_true(serve_password_right(&p, SLICE_LIT("no"), prepare));
	assert_false(serve_password_right(&p, SLICE_LIT("yes"), prepare));
}

static void
test_password_files_that_are_wrong(void **state)
{
	static const char key[] = "0123456789abcdef0123456789abcdef"
				  "0123456789abcdef0123456789abcdef";
	static const char *const wrong[] = {
		"",
		"pa ss",
		"pbkdf2-sha256 100000",
		"pbkdf2-sha256 100000 00 00",
		"pbkdf2-sha256 1 %.32s %.64s",
		"pbkdf2-sha256 99999999999 %.32s %.64s",
		"pbkdf2-sha1 100000 %.32s %.64s",
		"pbkdf2-sha256 100000 %.31sx %.64s",
		"pbkdf2-sha256 100000 %.32s %.64s more",
	};
	struct home *h = *state;
	struct serve_conf c = { 0 };
	struct serve_password p;
	struct err err;
	char *path = fsx_join(h->paths.config, "secrets/.serve");
	char *folder = fsx_join(h->paths.config, "secrets");
	char text[512];

	assert_int_equal(fsx_mkdirs(folder, &err), 0);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct str line;

		str_init(&line, 512);
		for (const char *w = wrong[i]; *w != '\0'; w++) {
			int n = 0;

			if (*w != '%') {
				str_add_c(&line, *w);
				continue;
			}
			n = w[2] == '6' ? 64 : w[3] == '1' ? 31 : 32;
			str_add(&line, key, (size_t)n);
			w += 4;
		}
		put(h, "secrets/.serve", line.p);
		str_release(&line);
		err = (struct err){ 0 };
		if (serve_password_load(&h->paths, &c, NULL, &p, &err) != -1)
			fail_msg("%s", wrong[i]);
		assert_int_equal(err.code, ERR_CONFIG);
	}
	(void)snprintf(text, sizeof text, "pbkdf2-sha256 100000 %.32s %.64s\n",
	               key, key);
	put(h, "secrets/.serve", text);
	assert_int_equal(serve_password_load(&h->paths, &c, NULL, &p, &err), 0);
	/* Others may not read it. */
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(serve_password_load(&h->paths, &c, NULL, &p, &err),
	                 -1);
	free(folder);
	free(path);
}

static void
test_password_of_a_command_or_file(void **state)
{
	struct home *h = *state;
	struct serve_conf c = { 0 };
	struct serve_password p;
	struct err err = { 0 };
	char *path = fsx_join(h->paths.config, "password");

	put(h, "password", "of a file\nnotes\n");
	c.password_file = path;
	assert_int_equal(serve_password_load(&h->paths, &c, NULL, &p, &err), 0);
	assert_true(serve_password_right(&p, SLICE_LIT("of a file"), NULL));
	c.password_command = xstrdup("echo of a command");
	assert_int_equal(serve_password_load(&h->paths, &c, NULL, &p, &err), 0);
	assert_true(serve_password_right(&p, SLICE_LIT("of a command"), NULL));
	free(c.password_command);
	c.password_command = xstrdup("false");
	assert_int_equal(serve_password_load(&h->paths, &c, NULL, &p, &err),
	                 -1);
	assert_int_equal(err.code, ERR_AUTH);
	serve_conf_release(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_keys_that_are_wrong),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test_setup_teardown(test_section, set_up,
		                                tear_down),
		cmocka_unit_test_setup_teardown(test_password, set_up,
		                                tear_down),
		cmocka_unit_test(test_password_is_prepared),
		cmocka_unit_test_setup_teardown(
			test_password_files_that_are_wrong, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_password_of_a_command_or_file, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
