/* SPDX-License-Identifier: GPL-3.0-or-later */
/* conf, conf_save, credential: files on disk. */
#include "lib/test.h"

#include <sys/stat.h>

#include "conf/conf.h"
#include "lib/temp.h"
#include "util/fsx.h"

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
assert_file(const struct home *h, const char *name, const char *text)
{
	char *path = fsx_join(h->paths.config, name);
	struct str out;

	str_init(&out, 100000);
	assert_int_equal(fsx_read(path, 100000, &out, NULL), 0);
	assert_string_equal(out.p, text);
	str_release(&out);
	free(path);
}

static void
test_empty_home(void **state)
{
	struct home *h = *state;
	struct conf c;

	assert_int_equal(conf_load(&h->paths, &c, NULL), 0);
	assert_int_equal(c.account_count, 0);
	assert_int_equal(c.undo_seconds, 5);
	assert_int_equal(c.ambiguous_cells, 1);
	conf_release(&c);
	conf_release(&c);
}

static void
test_loads(void **state)
{
	struct home *h = *state;
	struct conf c;
	struct err err = { 0 };

	put(h, "config",
	    "# mine\nlanguage = ko\nmouse = no\nkeys = gmail\n"
	    "undo_seconds = 9\neditor = vi -n\n");
	put(h, "accounts",
	    "[네이버]\naddress = me@naver.com\npop = p:995:tls\n"
	    "identity = a@b\nidentity = B <b@c>\n"
	    "[b]\naddress = me@example.com\nsmtp = s:465:tls\n");
	if (conf_load(&h->paths, &c, &err) != 0)
		fail_msg("%s", err.text);
	assert_string_equal(c.language, "ko");
	assert_string_equal(c.editor, "vi -n");
	assert_false(c.mouse);
	assert_int_equal(c.undo_seconds, 9);
	assert_int_equal(c.account_count, 2);
	assert_non_null(conf_account(&c, "네이버"));
	assert_null(conf_account(&c, "네"));
	assert_int_equal(c.accounts[0].identity_count, 2);
	assert_string_equal(c.accounts[0].identities[1].name, "B");
	assert_true(c.accounts[1].spam_filter);
	conf_release(&c);
}

static void
test_names_file_and_line(void **state)
{
	static const struct {
		const char *file;
		const char *text;
		const char *says;
	} bad[] = {
		{ "config", "\nnope = 1\n", "config:2: " },
		{ "config", "language = fr\n", "config:1: " },
		{ "config", "undo_seconds = -3\n", "config:1: " },
		{ "config", "ambiguous_cells = 3\n", "config:1: " },
		{ "config", "mouse = maybe\n", "config:1: " },
		{ "config", "# a\n[keys]\n", "config:2: " },
		{ "accounts", "address = a@b\n", "accounts:1: " },
		{ "accounts", "[x]\npassword = secret\n", "accounts:2: " },
		{ "accounts", "[x]\npop = p:1:tls\nadress = a\n",
		  "accounts:3: " },
		{ "accounts", "[x]\naddress = a@b\naddress = c@d\n",
		  "accounts:3: " },
		{ "accounts", "[x]\naddress = a@b\npop = p:tls\n",
		  "accounts:3: " },
		{ "accounts", "#\n\n[x]\naddress = a@b\n", "accounts:3: " },
		{ "accounts", "[../x]\naddress = a@b\npop = p:1:tls\n",
		  "accounts:1: " },
	};
	struct home *h = *state;
	struct conf c;
	size_t i;

	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct err err = { 0 };

		put(h, "config", "");
		put(h, "accounts", "");
		put(h, bad[i].file, bad[i].text);
		assert_int_equal(conf_load(&h->paths, &c, &err), -1);
		assert_int_equal(err.code, ERR_CONFIG);
		if (strstr(err.text, bad[i].says) == NULL)
			fail_msg("'%s' lacks '%s'", err.text, bad[i].says);
		assert_null(strstr(err.text, "secret"));
	}
}

static void
test_saves_and_keeps_the_rest(void **state)
{
	struct home *h = *state;
	struct account a;
	struct conf c;
	struct err err = { 0 };

	put(h, "accounts",
	    "# my accounts\n\n# work\n[b]\n"
	    "address = me@example.com # not a comment\n"
	    "smtp = s:465:tls\n");
	assert_int_equal(conf_load(&h->paths, &c, NULL), -1);
	put(h, "accounts",
	    "# my accounts\n\n# work\n[b]\n"
	    "address =  me@example.com\nrules = yes\n"
	    "smtp = s:465:tls\n");
	account_init(&a);
	a.name = strdup("n");
	a.address = strdup("me@naver.com");
	a.pop.host = strdup("p");
	a.pop.port = 995;
	a.signature = strdup("--\n나");
	if (conf_save_account(&h->paths, &a, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(conf_load(&h->paths, &c, NULL), 0);
	assert_int_equal(c.account_count, 2);
	c.accounts[0].keep = ACCOUNT_DELETE;
	c.accounts[0].rules = false;
	assert_int_equal(conf_save_account(&h->paths, &c.accounts[0], NULL), 0);
	conf_release(&c);
	assert_file(h, "accounts",
	            "# my accounts\n\n# work\n[b]\n"
	            "address =  me@example.com\nrules = no\n"
	            "smtp = s:465:tls\nkeep = no\n\n[n]\n"
	            "address = me@naver.com\npop = p:995:tls\n"
	            "signature = \"--\\n나\"\n");
	assert_int_equal(conf_remove_account(&h->paths, "b", NULL), 0);
	assert_int_equal(conf_remove_account(&h->paths, "b", &err), -1);
	assert_int_equal(err.code, ERR_NOTFOUND);
	assert_file(h, "accounts",
	            "# my accounts\n\n[n]\naddress = me@naver.com\n"
	            "pop = p:995:tls\nsignature = \"--\\n나\"\n");
	account_release(&a);
}

static void
test_refuses_to_save_nonsense(void **state)
{
	struct home *h = *state;
	struct account a;
	struct err err = { 0 };

	account_init(&a);
	a.name = strdup("x]\n[y");
	a.address = strdup("me@naver.com");
	a.pop.host = strdup("p");
	assert_int_equal(conf_save_account(&h->paths, &a, &err), -1);
	assert_int_equal(err.code, ERR_CONFIG);
	account_release(&a);
}

static void
test_sets_one_setting(void **state)
{
	struct home *h = *state;
	struct err err = { 0 };

	put(h, "config", "# c\nkeys = mutt\n");
	assert_int_equal(conf_set(&h->paths, "language", "ko", NULL), 0);
	assert_int_equal(conf_set(&h->paths, "keys", "alpine", NULL), 0);
	assert_file(h, "config", "# c\nkeys = alpine\nlanguage = ko\n");
	assert_int_equal(conf_set(&h->paths, "keys", NULL, NULL), 0);
	assert_file(h, "config", "# c\nlanguage = ko\n");
	assert_int_equal(conf_set(&h->paths, "language", "fr", &err), -1);
	assert_int_equal(err.code, ERR_CONFIG);
	assert_int_equal(conf_set(&h->paths, "none", "1", NULL), -1);
}

static void
assert_secret(const struct home *h, const struct account *a, const char *text)
{
	struct secret s = { 0 };
	struct err err = { 0 };

	if (credential_get(&h->paths, a, &s, &err) != 0)
		fail_msg("%s", err.text);
	assert_slice(secret_get(&s), text);
	secret_release(&s);
}

static void
assert_no_secret(const struct home *h, const struct account *a,
                 enum err_code code)
{
	struct secret s = { 0 };
	struct err err = { 0 };

	assert_int_equal(credential_get(&h->paths, a, &s, &err), -1);
	assert_int_equal(err.code, code);
	assert_null(strstr(err.text, "s3cret"));
	secret_release(&s);
}

static void
test_stored_secret(void **state)
{
	struct home *h = *state;
	struct account a;
	struct secret s = { 0 };
	struct stat st;
	char *path = fsx_join(h->paths.config, "secrets/회사");

	account_init(&a);
	a.name = strdup("회사");
	assert_no_secret(h, &a, ERR_AUTH);
	secret_set(&s, "s3cret \xea\xb0\x80", 10);
	assert_int_equal(credential_store(&h->paths, a.name, &s, NULL), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_secret(h, &a, "s3cret \xea\xb0\x80");
	assert_int_equal(chmod(path, 0640), 0);
	assert_no_secret(h, &a, ERR_CONFIG);
	assert_int_equal(credential_remove(&h->paths, a.name, NULL), 0);
	assert_int_equal(credential_remove(&h->paths, a.name, NULL), 0);
	assert_no_secret(h, &a, ERR_AUTH);
	assert_int_equal(credential_store(&h->paths, "../x", &s, NULL), -1);
	secret_release(&s);
	account_release(&a);
	free(path);
}

static void
test_secret_file(void **state)
{
	struct home *h = *state;
	struct account a;

	account_init(&a);
	a.name = strdup("x");
	a.password_file = fsx_join(h->paths.config, "pw");
	assert_no_secret(h, &a, ERR_CONFIG);
	put(h, "pw", "s3cret\r\nnote\n");
	assert_secret(h, &a, "s3cret");
	put(h, "pw", "");
	assert_no_secret(h, &a, ERR_AUTH);
	put(h, "pw", "s3cret");
	assert_int_equal(chmod(a.password_file, 0604), 0);
	assert_no_secret(h, &a, ERR_CONFIG);
	account_release(&a);
}

static void
test_secret_command(void **state)
{
	struct home *h = *state;
	struct account a;

	account_init(&a);
	a.name = strdup("x");
	a.password_command = strdup("printf 's3cret %s\\nnote' '$HOME;x'");
	assert_secret(h, &a, "s3cret $HOME;x");
	free(a.password_command);
	a.password_command = strdup("false");
	assert_no_secret(h, &a, ERR_AUTH);
	free(a.password_command);
	a.password_command = strdup("true");
	assert_no_secret(h, &a, ERR_AUTH);
	free(a.password_command);
	a.password_command = strdup("echo 'open");
	assert_no_secret(h, &a, ERR_CONFIG);
	account_release(&a);
}

static void
test_paths(void **state)
{
	struct home *h = *state;
	struct paths p;
	struct stat st;

	assert_int_equal(stat(h->paths.data, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(setenv("HOME", "/h", 1), 0);
	assert_int_equal(setenv("XDG_DATA_HOME", "/d", 1), 0);
	assert_int_equal(setenv("XDG_CACHE_HOME", "relative", 1), 0);
	assert_int_equal(unsetenv("XDG_CONFIG_HOME"), 0);
	assert_int_equal(unsetenv("PABAL_HOME"), 0);
	assert_int_equal(paths_init(&p, NULL, NULL), 0);
	assert_string_equal(p.config, "/h/.config/pabal");
	assert_string_equal(p.data, "/d/pabal");
	assert_string_equal(p.cache, "/h/.cache/pabal");
	paths_release(&p);
	assert_int_equal(setenv("PABAL_HOME", "/ph", 1), 0);
	assert_int_equal(paths_init(&p, NULL, NULL), 0);
	assert_string_equal(p.state, "/ph/state");
	paths_release(&p);
	paths_release(&p);
	assert_int_equal(unsetenv("PABAL_HOME"), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_empty_home),
		TEST(test_loads),
		TEST(test_names_file_and_line),
		TEST(test_saves_and_keeps_the_rest),
		TEST(test_refuses_to_save_nonsense),
		TEST(test_sets_one_setting),
		TEST(test_stored_secret),
		TEST(test_secret_file),
		TEST(test_secret_command),
		TEST(test_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
