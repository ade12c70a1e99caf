/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The spam filter's memory: journal, checkpoint, crashes, other processes. */
#include "lib/spam_test.h"

#include <fcntl.h>
#include <math.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "mail/spam_tally.h"
#include "util/clock.h"
#include "util/log.h"

#define NOW 1767225600 /* 2026-01-01 */

static char *
path_of(const struct spam_test *t, const char *name)
{
	return fsx_join(t->folder, name);
}

static int64_t
size_of(const struct spam_test *t, const char *name)
{
	char *path = path_of(t, name);
	struct stat st;
	int rc = stat(path, &st);

	free(path);
	return rc == 0 ? (int64_t)st.st_size : -1;
}

static void
read_file(const struct spam_test *t, const char *name, struct str *out)
{
	char *path = path_of(t, name);

	str_init(out, (size_t)64 << 20);
	assert_int_equal(fsx_read(path, (size_t)64 << 20, out, NULL), 0);
	free(path);
}

static void
write_file(const struct spam_test *t, const char *name, struct slice data)
{
	char *path = path_of(t, name);

	assert_int_equal(fsx_write_atomic(path, data, NULL), 0);
	free(path);
}

static void
test_what_was_learnt_is_there_again(void **state)
{
	struct spam_test *t = *state;
	char *probe = spam_test_mail(true, 71);
	double before, after;

	spam_test_teach(t->spam, 0, 20);
	spam_test_score(t->spam, probe, false, &before);
	spam_test_reopen(t);
	spam_test_score(t->spam, probe, false, &after);
	assert_int_equal(spam_test_count(t->spam), 20);
	assert_true(fabs(before - after) < 1e-9);
	free(probe);
}

/* Learnt over and over in the other class: each time is a change. */
static void
make_long_journal(struct spam_test *t)
{
	while (size_of(t, "spam.log") < 300 * 1024) {
		char *raw = spam_test_mail(true, 3);

		spam_test_teach(t->spam, 0, 20);
		assert_int_equal(spam_test_learn(t->spam, raw, false), 0);
		assert_int_equal(spam_test_learn(t->spam, raw, true), 0);
		free(raw);
	}
}

static void
test_a_long_journal_becomes_a_checkpoint(void **state)
{
	struct spam_test *t = *state;
	char *probe = spam_test_mail(true, 71);
	double before, after;

	make_long_journal(t);
	spam_test_score(t->spam, probe, false, &before);
	assert_int_equal(spam_flush(t->spam, NULL), 0);
	assert_true(size_of(t, "spam.model") > 0);
	assert_true(size_of(t, "spam.model") <= 16 << 20);
	spam_test_reopen(t);
	spam_test_score(t->spam, probe, false, &after);
	assert_true(fabs(before - after) < 1e-9);
	assert_int_equal(spam_test_count(t->spam), 20);
	/* The journal still knows how to take it back. */
	free(probe);
	probe = spam_test_mail(true, 3);
	assert_int_equal(spam_test_unlearn(t->spam, probe, NULL), 0);
	free(probe);
}

/* What is learnt behind a journal that was cut can be taken back. */
static void
test_a_journal_shorter_than_the_model_says(void **state)
{
	struct spam_test *t = *state;
	char *raw = spam_test_mail(true, 401);
	int64_t size;
	struct str log;

	make_long_journal(t);
	assert_int_equal(spam_flush(t->spam, NULL), 0);
	spam_close(&t->spam);
	size = size_of(t, "spam.log");
	read_file(t, "spam.log", &log);
	write_file(t, "spam.log",
	           slice_head(str_slice(&log), (size_t)size / 2));
	str_release(&log);
	t->spam = spam_open(t->folder, NULL);
	assert_non_null(t->spam);
	assert_int_equal(spam_test_count(t->spam), 20);
	assert_int_equal(spam_test_learn(t->spam, raw, true), 0);
	assert_int_equal(spam_test_count(t->spam), 21);
	assert_true(size_of(t, "spam.log") < size);
	spam_test_reopen(t);
	assert_int_equal(spam_test_count(t->spam), 21);
	assert_int_equal(spam_test_unlearn(t->spam, raw, NULL), 0);
	assert_int_equal(spam_test_count(t->spam), 20);
	free(raw);
}

/* What a killed writer left does not stay; other files do. */
static void
test_leftovers_are_removed(void **state)
{
	static const char *const names[] = { "spam.model.0123456789abcdef.tmp",
		                             "spam.log.0123456789abcdef.tmp",
		                             "spam.model.mine" };
	struct spam_test *t = *state;
	char *path = path_of(t, names[2]);

	for (size_t i = 0; i < 3; i++)
		write_file(t, names[i], SLICE_LIT("x"));
	make_long_journal(t);
	assert_int_equal(spam_flush(t->spam, NULL), 0);
	assert_true(size_of(t, "spam.model") > 0);
	assert_int_equal(size_of(t, names[0]), -1);
	assert_int_equal(size_of(t, names[1]), -1);
	assert_int_equal(size_of(t, names[2]), 1);
	assert_int_equal(unlink(path), 0);
	free(path);
}

static void
set_digit(const struct spam_test *t, const char *name, char digit)
{
	char *path = path_of(t, name);
	FILE *f = fopen(path, "r+");

	assert_non_null(f);
	assert_int_equal(fseek(f, 7, SEEK_SET), 0);
	assert_int_equal(fputc(digit, f), digit);
	assert_int_equal(fclose(f), 0);
	free(path);
}

/* Slots of another version mean other words: it begins anew and says so. */
static void
test_other_versions_begin_anew(void **state)
{
	struct spam_test *t = *state;
	char *probe = spam_test_mail(true, 3);
	FILE *f = tmpfile();
	char said[2000] = "";
	size_t n;

	make_long_journal(t);
	assert_int_equal(spam_flush(t->spam, NULL), 0);
	spam_close(&t->spam);
	set_digit(t, "spam.model", '1');
	set_digit(t, "spam.log", '1');
	assert_non_null(f);
	log_open(fileno(f), LOG_ERROR);
	spam_test_reopen(t);
	log_open(-1, LOG_ERROR);
	rewind(f);
	n = fread(said, 1, sizeof said - 1, f);
	said[n] = '\0';
	fclose(f);
	assert_non_null(strstr(said, "another version"));
	assert_non_null(strstr(said, "pabal spam ham"));
	assert_int_equal(spam_test_count(t->spam), 0);
	assert_int_equal(spam_test_unlearn(t->spam, probe, NULL), -1);
	spam_test_teach(t->spam, 0, 20);
	assert_int_equal(spam_flush(t->spam, NULL), 0);
	spam_test_reopen(t);
	assert_int_equal(spam_test_count(t->spam), 20);
	free(probe);
}

static void
test_a_torn_record_is_cut_off(void **state)
{
	struct spam_test *t = *state;
	struct str log, torn;
	size_t cut;

	spam_test_teach(t->spam, 0, 4);
	spam_close(&t->spam);
	read_file(t, "spam.log", &log);
	for (cut = 0; cut < log.n; cut += 97) {
		uint64_t n;

		write_file(t, "spam.log", slice_head(str_slice(&log), cut));
		t->spam = spam_open(t->folder, NULL);
		assert_non_null(t->spam);
		n = spam_test_count(t->spam);
		assert_true(n <= 3);
		spam_test_teach(t->spam, 100, 101);
		assert_int_equal(spam_test_count(t->spam), n + 1);
		spam_test_reopen(t);
		assert_int_equal(spam_test_count(t->spam), n + 1);
		spam_close(&t->spam);
	}
	str_init(&torn, log.n + 100);
	str_add_slice(&torn, str_slice(&log));
	str_add_z(&torn,
	          "garbage that a crash left behind, longer than a head");
	write_file(t, "spam.log", str_slice(&torn));
	t->spam = spam_open(t->folder, NULL);
	assert_int_equal(spam_test_count(t->spam), 4);
	str_release(&torn);
	str_release(&log);
}

static void
test_a_damaged_byte_ends_the_journal(void **state)
{
	struct spam_test *t = *state;
	struct str log;
	size_t at;

	spam_test_teach(t->spam, 0, 2);
	spam_close(&t->spam);
	read_file(t, "spam.log", &log);
	for (at = 0; at < log.n; at += 61) {
		log.p[at] = (char)(log.p[at] ^ 0x20);
		write_file(t, "spam.log", str_slice(&log));
		log.p[at] = (char)(log.p[at] ^ 0x20);
		t->spam = spam_open(t->folder, NULL);
		assert_non_null(t->spam);
		assert_true(spam_test_count(t->spam) < 2 || at < 24);
		spam_close(&t->spam);
	}
	str_release(&log);
	t->spam = spam_open(t->folder, NULL);
}

static void
test_a_damaged_model_is_rebuilt_from_the_journal(void **state)
{
	struct spam_test *t = *state;
	char *probe = spam_test_mail(true, 71);
	double before, after;

	spam_test_teach(t->spam, 0, 10);
	spam_test_score(t->spam, probe, false, &before);
	spam_close(&t->spam);
	write_file(t, "spam.model", SLICE_LIT("this is no model"));
	t->spam = spam_open(t->folder, NULL);
	assert_non_null(t->spam);
	spam_test_score(t->spam, probe, false, &after);
	assert_true(fabs(before - after) < 1e-9);
	free(probe);
}

static void
test_another_handle_sees_it_after_refresh(void **state)
{
	struct spam_test *t = *state;
	struct spam *other = spam_open(t->folder, NULL);
	char *probe = spam_test_mail(true, 71);
	double mine, theirs;

	assert_non_null(other);
	spam_test_teach(t->spam, 0, 10);
	assert_int_equal(spam_test_count(other), 0);
	assert_int_equal(spam_refresh(other, NULL), 0);
	assert_int_equal(spam_test_count(other), 10);
	/* Turn by turn, without asking for a refresh. */
	spam_test_teach(other, 10, 15);
	spam_test_teach(t->spam, 15, 20);
	assert_int_equal(spam_refresh(other, NULL), 0);
	spam_test_score(t->spam, probe, false, &mine);
	spam_test_score(other, probe, false, &theirs);
	assert_true(fabs(mine - theirs) < 1e-9);
	assert_int_equal(spam_test_count(other), 20);
	spam_close(&other);
	free(probe);
}

/* Run in a child; its exit status, or 128 and the signal. */
static int
in_child(struct spam_test *t, void (*run)(struct spam_test *, unsigned),
         unsigned n)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		run(t, n);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
	                           : WEXITSTATUS(status);
}

static void
test_two_processes_do_not_lose_a_message(void **state)
{
	struct spam_test *t = *state;
	pid_t pids[2];
	int i, status;

	spam_close(&t->spam);
	for (i = 0; i < 2; i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (pids[i] == 0) {
			struct spam *s = spam_open(t->folder, NULL);
			unsigned from = (unsigned)i * 100;

			if (s == NULL)
				_exit(1);
			spam_test_teach(s, from, from + 40);
			spam_close(&s);
			_exit(0);
		}
	}
	for (i = 0; i < 2; i++) {
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
	t->spam = spam_open(t->folder, NULL);
	assert_int_equal(spam_test_count(t->spam), 80);
}

static void
learn_and_checkpoint(struct spam_test *t, unsigned at)
{
	char number[16];
	struct spam *s = spam_open(t->folder, NULL);
	unsigned n;

	(void)snprintf(number, sizeof number, "%u", at);
	setenv("PABAL_TEST_STEP", number, 1);
	for (n = 0; s != NULL && n < 5; n++) {
		char *raw = spam_test_mail(true, 2000 + n);

		(void)spam_test_learn(s, raw, true);
		free(raw);
	}
	(void)spam_flush(s, NULL);
}

static void
test_killed_at_each_step_it_goes_on(void **state)
{
	struct spam_test *t = *state;
	struct str log;
	unsigned at;
	int rc = -1;

	/* Long enough that the flush writes a checkpoint. */
	while (size_of(t, "spam.log") < 250 * 1024) {
		char *raw = spam_test_mail(true, 3);

		assert_int_equal(spam_test_learn(t->spam, raw, false), 0);
		assert_int_equal(spam_test_learn(t->spam, raw, true), 0);
		free(raw);
	}
	t->spam = (spam_flush(t->spam, NULL), t->spam);
	spam_close(&t->spam);
	read_file(t, "spam.log", &log);
	for (at = 1; at < 40 && rc != 0; at++) {
		char *model = path_of(t, "spam.model");
		uint64_t n;

		/* Without the checkpoint the whole journal is a tail again. */
		(void)unlink(model);
		free(model);
		write_file(t, "spam.log", str_slice(&log));
		rc = in_child(t, learn_and_checkpoint, at);
		assert_true(rc == 0 || rc == 128 + 9);
		t->spam = spam_open(t->folder, NULL);
		assert_non_null(t->spam);
		n = spam_test_count(t->spam);
		assert_true(n >= 1 && n <= 6);
		if (rc == 0)
			assert_int_equal(n, 6);
		spam_test_teach(t->spam, 300, 301);
		assert_int_equal(spam_test_count(t->spam), n + 1);
		spam_close(&t->spam);
	}
	assert_int_equal(rc, 0);
	assert_true(at > 7);
	str_release(&log);
	t->spam = spam_open(t->folder, NULL);
}

static void
test_old_records_are_dropped(void **state)
{
	struct spam_test *t = *state;
	char *old = spam_test_mail(true, 3);
	struct err err = { 0 };
	int64_t before;

	clock_freeze(NOW);
	while (size_of(t, "spam.log") < 300 * 1024) {
		assert_int_equal(spam_test_learn(t->spam, old, false), 0);
		assert_int_equal(spam_test_learn(t->spam, old, true), 0);
	}
	spam_test_reopen(t);
	before = size_of(t, "spam.log");
	clock_freeze(NOW + (int64_t)31 * 86400);
	for (int i = 0; size_of(t, "spam.log") < before + 250 * 1024; i++) {
		char *raw = spam_test_mail(true, 5);

		assert_int_equal(spam_test_learn(t->spam, raw, i % 2 == 0), 0);
		free(raw);
	}
	assert_int_equal(spam_flush(t->spam, NULL), 0);
	assert_true(size_of(t, "spam.log") < before + 100 * 1024);
	assert_int_equal(spam_test_count(t->spam), 2);
	assert_int_equal(spam_test_unlearn(t->spam, old, &err), -1);
	assert_int_equal(err.code, ERR_NOTFOUND);
	spam_test_reopen(t);
	assert_int_equal(spam_test_count(t->spam), 2);
	spam_test_teach(t->spam, 0, 1);
	assert_int_equal(spam_test_count(t->spam), 3);
	clock_freeze(0);
	free(old);
}

static void
test_files_are_private(void **state)
{
	struct spam_test *t = *state;
	char *path = path_of(t, "spam.log");
	struct stat st;

	spam_test_teach(t->spam, 0, 1);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	free(path);
}

#define CASE(f) \
 cmocka_unit_test_setup_teardown(f, spam_test_setup, spam_test_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_what_was_learnt_is_there_again),
		CASE(test_a_long_journal_becomes_a_checkpoint),
		CASE(test_leftovers_are_removed),
		CASE(test_a_journal_shorter_than_the_model_says),
		CASE(test_other_versions_begin_anew),
		CASE(test_a_torn_record_is_cut_off),
		CASE(test_a_damaged_byte_ends_the_journal),
		CASE(test_a_damaged_model_is_rebuilt_from_the_journal),
		CASE(test_another_handle_sees_it_after_refresh),
		CASE(test_two_processes_do_not_lose_a_message),
		CASE(test_killed_at_each_step_it_goes_on),
		CASE(test_old_records_are_dropped),
		CASE(test_files_are_private),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
