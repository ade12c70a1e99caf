/* SPDX-License-Identifier: GPL-3.0-or-later */
/* files, children, log, digests, clock, map, secrets, steps. */
#include "lib/test.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/clock.h"
#include "util/codec.h"
#include "util/digest.h"
#include "util/fsx.h"
#include "util/log.h"
#include "util/map.h"
#include "util/proc.h"
#include "util/step.h"
#include "util/xalloc.h"

static char folder[] = "/tmp/pabal-test-XXXXXX";

static int
make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) != NULL ? 0 : -1;
}

static int
remove_folder(void **state)
{
	char *const argv[] = { (char[]){ "rm" }, (char[]){ "-rf" }, folder,
		               NULL };
	struct proc_opts opts = { 0 };
	struct err err = { 0 };
	int status;

	(void)state;
	return proc_run(argv, &opts, NULL, &status, &err);
}

static void
test_atomic_write_is_private_and_whole(void **state)
{
	char *path = fsx_join(folder, "a/b/file");
	char *parent = fsx_join(folder, "a/b");
	struct err err = { 0 };
	struct stat st;
	struct str text;

	(void)state;
	umask(0);
	str_init(&text, 100);
	assert_int_equal(fsx_mkdirs(parent, &err), 0);
	assert_int_equal(fsx_write_atomic(path, SLICE_LIT("one"), &err), 0);
	assert_int_equal(fsx_write_atomic(path, SLICE_LIT("two"), &err), 0);
	assert_int_equal(fsx_read(path, 100, &text, &err), 0);
	assert_string_equal(text.p, "two");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(stat(parent, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(fsx_check_private(path, &err), 0);
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(fsx_check_private(path, &err), -1);
	assert_int_equal(err.code, ERR_CONFIG);
	str_clear(&text);
	assert_int_equal(fsx_read(path, 2, &text, &err), -1);
	assert_int_equal(err.code, ERR_LIMIT);
	str_release(&text);
	free(path);
	free(parent);
}

static void
test_failed_write_leaves_the_old(void **state)
{
	char *path = fsx_join(folder, "kept");
	char *slow = fsx_join(folder, "nowhere/file");
	struct err err = { 0 };
	struct str text;

	(void)state;
	str_init(&text, 100);
	assert_int_equal(fsx_write_atomic(path, SLICE_LIT("old"), &err), 0);
	assert_int_equal(fsx_write_atomic(slow, SLICE_LIT("new"), &err), -1);
	assert_int_equal(err.code, ERR_IO);
	assert_int_equal(fsx_read(path, 100, &text, &err), 0);
	assert_string_equal(text.p, "old");
	assert_int_equal(fsx_read(slow, 100, &text, &err), -1);
	assert_int_equal(err.code, ERR_NOTFOUND);
	str_release(&text);
	free(path);
	free(slow);
}

static void
test_map_of_a_file(void **state)
{
	char *path = fsx_join(folder, "mapped");
	struct err err = { 0 };
	struct fsx_map map;

	(void)state;
	assert_int_equal(fsx_write_atomic(path, SLICE_LIT("bytes"), &err), 0);
	assert_int_equal(fsx_map_open(path, &map, &err), 0);
	assert_slice(map.data, "bytes");
	fsx_map_close(&map);
	fsx_map_close(&map);
	assert_int_equal(fsx_map_open("/dev/zero", &map, &err), -1);
	assert_int_equal(fsx_map_open(folder, &map, &err), -1);
	free(path);
}

/* Copied or mapped: the same bytes; a copy outlives what is done to the file. */
static void
test_map_of_any_size(void **state)
{
	static const size_t sizes[] = { 1, 4096, FSX_MAP_COPIED - 1,
		                        FSX_MAP_COPIED, FSX_MAP_COPIED + 1 };
	char *path = fsx_join(folder, "any-size");
	struct err err = { 0 };
	struct fsx_map map;
	struct str text;

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		str_init(&text, sizes[i]);
		while (!text.full)
			str_add_u64(&text, text.n);
		assert_int_equal(fsx_write_atomic(path, str_slice(&text), &err),
		                 0);
		assert_int_equal(fsx_map_open(path, &map, &err), 0);
		assert_true(slice_eq(map.data, str_slice(&text)));
		assert_int_equal(map.addr == NULL, sizes[i] <= FSX_MAP_COPIED);
		if (map.addr == NULL) {
			fsx_map_forget(map.data.p, map.data.n);
			assert_int_equal(truncate(path, 0), 0);
			assert_true(slice_eq(map.data, str_slice(&text)));
		}
		fsx_map_close(&map);
		str_release(&text);
	}
	free(path);
}

static void
test_map_of_what_cannot_be_read(void **state)
{
	char *path = fsx_join(folder, "write-only");
	int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	struct err err = { 0 };
	struct fsx_map map;

	(void)state;
	assert_int_equal(write(fd, "x", 1), 1);
	assert_int_equal(fsx_map_fd(fd, &map, &err), -1);
	assert_int_equal(err.code, ERR_IO);
	assert_null(map.copy);
	close(fd);
	free(path);
}

static void
test_create_follows_no_link(void **state)
{
	struct err err = { 0 };
	int dir = open(folder, O_RDONLY | O_DIRECTORY);
	int fd;

	(void)state;
	assert_int_equal(symlinkat("/etc/passwd", dir, "link"), 0);
	assert_int_equal(fsx_create_at(dir, "link", &err), -1);
	fd = fsx_create_at(dir, "fresh", &err);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(fsx_create_at(dir, "fresh", &err), -1);
	close(dir);
}

/* Somebody else has laid a link where a draft or the editor's text will be. */
static void
test_links_in_place_of_a_file(void **state)
{
	struct err err = { 0 };
	char *victim = fsx_join(folder, "victim");
	char *name = fsx_join(folder, "edit-1.txt");
	const char *targets[] = { victim, "/nowhere/at/all", "edit-1.txt" };
	struct stat st;
	struct str text;

	(void)state;
	str_init(&text, 100);
	assert_int_equal(fsx_write_atomic(victim, SLICE_LIT("whole"), &err), 0);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(symlink(targets[i], name), 0);
		assert_int_equal(
			fsx_write_atomic(name, SLICE_LIT("draft"), &err), 0);
		assert_int_equal(lstat(name, &st), 0);
		assert_true(S_ISREG(st.st_mode));
		assert_int_equal(st.st_mode & 0777, 0600);
		str_clear(&text);
		assert_int_equal(fsx_read(victim, 100, &text, &err), 0);
		assert_slice(str_slice(&text), "whole");
		assert_int_equal(unlink(name), 0);
	}
	str_release(&text);
	free(name);
	free(victim);
}

static void
test_command_lines_are_split_without_a_shell(void **state)
{
	struct err err = { 0 };
	char **argv;

	(void)state;
	assert_int_equal(proc_split("cat 'a b' \"c\\\"d\" e\\ f $(x);y", &argv,
	                            &err),
	                 0);
	assert_string_equal(argv[0], "cat");
	assert_string_equal(argv[1], "a b");
	assert_string_equal(argv[2], "c\"d");
	assert_string_equal(argv[3], "e f");
	assert_string_equal(argv[4], "$(x);y");
	assert_null(argv[5]);
	proc_free_argv(argv);
	assert_int_equal(proc_split("cat 'open", &argv, &err), -1);
	assert_int_equal(err.code, ERR_CONFIG);
	assert_int_equal(proc_split("  ", &argv, &err), -1);
}

static int
run(const char *command, const struct proc_opts *opts, struct str *out,
    int *status, struct err *err)
{
	char **argv;
	int rc;

	if (proc_split(command, &argv, err) != 0)
		return -1;
	rc = proc_run(argv, opts, out, status, err);
	proc_free_argv(argv);
	return rc;
}

static void
test_children(void **state)
{
	struct proc_opts opts = { .input = SLICE_LIT("to be read"),
		                  .output_max = 100 };
	struct err err = { 0 };
	struct str out;
	int status;

	(void)state;
	str_init(&out, 100);
	assert_int_equal(run("cat", &opts, &out, &status, &err), 0);
	assert_int_equal(status, 0);
	assert_string_equal(out.p, "to be read");
	str_clear(&out);
	opts.errors_too = true;
	assert_int_equal(run("sh -c 'echo a; echo b >&2'", &opts, &out, &status,
	                     &err),
	                 0);
	assert_string_equal(out.p, "a\nb\n");
	str_clear(&out);
	opts.input_file = "/nonexistent";
	assert_int_equal(run("cat", &opts, &out, &status, &err), -1);
	opts.input_file = "/dev/null";
	assert_int_equal(run("cat", &opts, &out, &status, &err), 0);
	assert_string_equal(out.p, "");
	opts.input_file = NULL;
	assert_int_equal(run("false", &opts, NULL, &status, &err), 0);
	assert_int_equal(status, 1);
	assert_int_equal(run("/no/such/program", &opts, NULL, &status, &err),
	                 -1);
	assert_int_equal(err.code, ERR_CONFIG);
	opts.timeout_ms = 100;
	opts.input.n = 0;
	assert_int_equal(run("sleep 30", &opts, &out, &status, &err), -1);
	assert_int_equal(err.code, ERR_RETRY);
	opts.timeout_ms = 0;
	assert_int_equal(run("yes", &opts, &out, &status, &err), -1);
	assert_int_equal(err.code, ERR_LIMIT);
	str_release(&out);
}

static void
test_log_hides_secrets(void **state)
{
	char *path = fsx_join(folder, "log");
	struct secret secret = { 0 };
	struct err err = { 0 };
	struct str text;
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

	(void)state;
	str_init(&text, 1000);
	secret_set(&secret, "hunter2hunter2", 14);
	log_open(fd, LOG_DEBUG);
	log_hide(&secret);
	log_line(LOG_DEBUG, "PASS %s and %s\x1b", secret.p, secret.p);
	log_close();
	log_line(LOG_ERROR, "after it was closed");
	close(fd);
	assert_int_equal(fsx_read(path, 1000, &text, &err), 0);
	assert_non_null(strstr(text.p, "PASS *** and ***"));
	assert_null(strstr(text.p, "hunter2"));
	assert_null(strchr(text.p, 0x1b));
	assert_null(strstr(text.p, "closed"));
	secret_release(&secret);
	str_release(&text);
	free(path);
}

/* A server may say again what it was told. */
static void
test_words_of_servers_hide_secrets(void **state)
{
	struct secret secret = { 0 };
	struct err err = { 0 };

	(void)state;
	secret_set(&secret, "hunter2hunter2", 14);
	for (int i = 0; i < 3; i++)
		log_hide(&secret);
	assert_int_equal(log_hidden_count(), 1);
	err_set(&err, ERR_AUTH, "no");
	err_set_server(&err, "what is PASS hunter2hunter2?", 28);
	assert_string_equal(err.server, "what is PASS ***?");
	log_close();
	assert_int_equal(log_hidden_count(), 0);
	err_set_server(&err, "hunter2hunter2", 14);
	assert_string_equal(err.server, "hunter2hunter2");
	secret_release(&secret);
}

/* Hide the secret, have a server say what the format makes of it. */
static void
check_said(const char *secret, const char *said, const char *want)
{
	struct secret s = { 0 };
	struct err err = { 0 };

	secret_set(&s, secret, strlen(secret));
	log_hide(&s);
	err_set_server(&err, said, strlen(said));
	assert_string_equal(err.server, want);
	log_close();
	secret_release(&s);
}

static void
test_secrets_in_base64_are_hidden(void **state)
{
	static const char *const secrets[] = { "abcd", "pass word",
		                               "hunter2hunter2",
		                               "p\303\244ss" };

	(void)state;
	/* LOGIN, PLAIN with names of each length, XOAUTH2. */
	for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++)
		for (size_t name = 0; name < 7; name++) {
			struct str plain;
			struct str said;

			str_init(&plain, 1000);
			str_init(&said, 1000);
			str_add(&plain, "\0kim.kim", name);
			str_add_z(&plain, secrets[i]);
			if (name == 6)
				str_add_z(&plain, "\x01\x01");
			str_add_z(&said, "535 bad (");
			codec_base64_encode(plain.p, plain.n, &said);
			str_add_z(&said, ") again");
			check_said(secrets[i], said.p, "535 bad (***) again");
			str_release(&plain);
			str_release(&said);
		}
	check_said("hunter2hunter2", "aHVudGVyMkh1bnRlcg== Hunter2",
	           "aHVudGVyMkh1bnRlcg== Hunter2");
}

/* Neither of a secret that stands where a line is cut. */
static void
test_cut_lines_hide_secrets(void **state)
{
	struct secret secret = { 0 };
	struct str line;

	(void)state;
	secret_set(&secret, "hunter2hunter2", 14);
	log_hide(&secret);
	str_init(&line, 15);
	str_add_z(&line, "PASS hunter2hunter2");
	log_redact(&line);
	assert_string_equal(line.p, "PASS ***");
	str_clear(&line);
	str_add_z(&line, "hunter2");
	log_redact(&line);
	assert_string_equal(line.p, "hunter2"); /* was not cut */
	str_release(&line);
	log_close();
	secret_release(&secret);
}

/* A new token each hour for a year. */
static void
test_list_of_secrets_is_bounded(void **state)
{
	struct secret first = { 0 };
	struct secret secret = { 0 };
	struct str line;

	(void)state;
	secret_set(&first, "hunter2hunter2", 14);
	for (int i = 0; i < 24 * 365; i++) {
		char token[40];

		(void)snprintf(token, sizeof token, "token-%d-", i);
		secret_set(&secret, token, strlen(token));
		log_hide(&secret);
		log_hide(&first); /* is used all the time */
	}
	assert_true(log_hidden_count() < 1000);
	str_init(&line, 100);
	str_add_z(&line, "hunter2hunter2 token-8759-");
	log_redact(&line);
	assert_string_equal(line.p, "*** ***");
	str_release(&line);
	log_close();
	secret_release(&secret);
	secret_release(&first);
}

static void
shout(int fd, struct slice text, struct str *out)
{
	assert_true(fd >= 0);
	for (size_t i = 0; i < text.n; i++)
		str_add_c(out, text.p[i] == 'a' ? 'A' : text.p[i]);
}

static void
test_log_is_converted(void **state)
{
	char *path = fsx_join(folder, "log");
	struct secret secret = { 0 };
	struct err err = { 0 };
	struct str text;
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

	(void)state;
	str_init(&text, 1000);
	secret_set(&secret, "banana", 6);
	log_convert(shout);
	log_open(fd, LOG_INFO);
	log_hide(&secret);
	log_line(LOG_INFO, "a\x1b[ma banana %s", "end");
	log_close();
	/* Closing forgets it. */
	log_open(fd, LOG_INFO);
	log_line(LOG_INFO, "as it is");
	log_close();
	close(fd);
	assert_int_equal(fsx_read(path, 1000, &text, &err), 0);
	assert_non_null(strstr(text.p, "mA *** end\n"));
	assert_null(strchr(text.p, 0x1b));
	assert_non_null(strstr(text.p, "as it is\n"));
	secret_release(&secret);
	str_release(&text);
	free(path);
}

static void
test_digests(void **state)
{
	unsigned char out[DIGEST_MAX_SIZE];
	struct str hex;

	(void)state;
	str_init(&hex, 100);
	digest_sha256_hex(SLICE_LIT("abc"), &hex);
	assert_string_equal(hex.p,
	                    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9c"
	                    "b410ff61f20015ad");
	/* RFC 2202, test case 2. */
	digest_hmac(DIGEST_MD5, SLICE_LIT("Jefe"),
	            SLICE_LIT("what do ya want for nothing?"), out);
	assert_memory_equal(out,
	                    "\x75\x0c\x78\x3e\x6a\xb0\xb5\x03\xea\xa8\x6e\x31"
	                    "\x0a\x5d\xb7\x38",
	                    16);
	/* RFC 6070, test case 2. */
	digest_pbkdf2(DIGEST_SHA1, SLICE_LIT("password"), SLICE_LIT("salt"), 2,
	              out);
	assert_memory_equal(out,
	                    "\xea\x6c\x01\x4d\xc7\x2d\x6f\x8c\xcd\x1e\xd9\x2a"
	                    "\xce\x1d\x41\xf0\xd8\xde\x89\x57",
	                    20);
	assert_true(digest_same("ab", "ab", 2));
	assert_false(digest_same("ab", "ac", 2));
	str_release(&hex);
}

static void
test_clock(void **state)
{
	struct tm tm;

	(void)state;
	assert_true(clock_from_utc(1970, 1, 1, 0, 0, 0) == 0);
	assert_true(clock_from_utc(2026, 2, 29, 0, 0, 0) ==
	            clock_from_utc(2026, 3, 1, 0, 0, 0));
	for (int64_t t = -70000000000; t < 70000000000; t += 86399 * 1000) {
		clock_utc(t, &tm);
		assert_true(clock_from_utc(tm.tm_year + 1900LL, tm.tm_mon + 1,
		                           tm.tm_mday, tm.tm_hour, tm.tm_min,
		                           tm.tm_sec) == t);
	}
	clock_freeze(1000);
	assert_true(clock_now() == 1000);
	clock_advance_ms(2500);
	assert_true(clock_now() == 1002 && clock_mono_ms() == 1002500);
	clock_freeze(0);
	assert_true(clock_now() > 1700000000);
}

static void
test_map_keeps_order(void **state)
{
	struct map m = { 0 };
	struct map_entry *e;
	char key[32];
	size_t i = 0;

	(void)state;
	for (size_t k = 0; k < 5000; k++) {
		(void)snprintf(key, sizeof key, "key-%zu", k);
		assert_null(map_set(&m, slice_of(key), (void *)(k + 1)));
	}
	assert_ptr_equal(map_set(&m, SLICE_LIT("key-7"), (void *)99),
	                 (void *)8);
	assert_int_equal(m.n, 5000);
	assert_ptr_equal(map_get(&m, SLICE_LIT("key-7")), (void *)99);
	assert_ptr_equal(map_get(&m, SLICE_LIT("key-4999")), (void *)5000);
	assert_false(map_has(&m, SLICE_LIT("key-5000")));
	map_foreach(&m, e) {
		(void)snprintf(key, sizeof key, "key-%zu", i++);
		assert_slice(e->key, key);
	}
	map_release(&m);
	assert_null(map_get(&m, SLICE_LIT("key-7")));
}

static int
steps_until(const char *wish)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		setenv("PABAL_TEST_STEP", wish, 1);
		step("one");
		step("two");
		step("three");
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void
test_steps_kill(void **state)
{
	(void)state;
	assert_int_equal(steps_until("2"), SIGKILL);
	assert_int_equal(steps_until("three"), SIGKILL);
	assert_int_equal(steps_until("4"), 0);
	assert_int_equal(steps_until("four"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_atomic_write_is_private_and_whole),
		cmocka_unit_test(test_failed_write_leaves_the_old),
		cmocka_unit_test(test_map_of_a_file),
		cmocka_unit_test(test_map_of_any_size),
		cmocka_unit_test(test_map_of_what_cannot_be_read),
		cmocka_unit_test(test_create_follows_no_link),
		cmocka_unit_test(test_links_in_place_of_a_file),
		cmocka_unit_test(test_command_lines_are_split_without_a_shell),
		cmocka_unit_test(test_children),
		cmocka_unit_test(test_log_hides_secrets),
		cmocka_unit_test(test_words_of_servers_hide_secrets),
		cmocka_unit_test(test_secrets_in_base64_are_hidden),
		cmocka_unit_test(test_cut_lines_hide_secrets),
		cmocka_unit_test(test_list_of_secrets_is_bounded),
		cmocka_unit_test(test_log_is_converted),
		cmocka_unit_test(test_digests),
		cmocka_unit_test(test_clock),
		cmocka_unit_test(test_map_keeps_order),
		cmocka_unit_test(test_steps_kill),
	};

	signal(SIGPIPE, SIG_IGN); /* as the program has it */
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
