/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An engine in a process of its own: the test program started once more.  A
 * fork of a program with threads may wait for ever for a lock that one of them
 * held. */
#ifndef TESTS_LIB_ENGINE_CHILD_H
#define TESTS_LIB_ENGINE_CHILD_H

#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/engine.h"
#include "lib/test.h"
#include "util/clock.h"
#include "util/xalloc.h"

#define ENGINE_CHILD "--engine-child"

/*
 * Start a child that fetches account, or with NULL sends what is due, in the
 * home that paths_init gets, and then ends.
 *
 * step    what PABAL_TEST_STEP says to it: where it is killed; NULL nowhere
 * frozen  what clock_freeze says to it
 */
static inline pid_t
engine_child_start(char *home, const char *account, const char *step,
                   int64_t frozen)
{
	static char word[] = ENGINE_CHILD;
	char name[64], time[32], variable[128];
	char *argv[] = { word, word, home, name, time, NULL };
	char **env;
	size_t n = 0, kept = 0;
	pid_t pid;

	(void)snprintf(name, sizeof name, "%s", account != NULL ? account : "");
	(void)snprintf(time, sizeof time, "%jd", (intmax_t)frozen);
	(void)snprintf(variable, sizeof variable, "PABAL_TEST_STEP=%s",
	               step != NULL ? step : "");
	while (environ[n] != NULL)
		n++;
	env = xcalloc(n + 2, sizeof *env);
	for (size_t i = 0; i < n; i++)
		if (strncmp(environ[i], "PABAL_TEST_STEP=", 16) != 0)
			env[kept++] = environ[i];
	if (step != NULL)
		env[kept++] = variable;
	assert_int_equal(
		posix_spawn(&pid, "/proc/self/exe", NULL, NULL, argv, env), 0);
	free(env);
	return pid;
}

/* Whether it was killed; anything but that or a clean end fails the test. */
static inline bool
engine_child_killed(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
	return WIFSIGNALED(status);
}

/* For main: do what a child is for, and end, when this is one. */
static inline void
engine_child(int argc, char **argv)
{
	struct err err = { 0 };
	struct paths paths;
	struct conf conf;
	struct engine *e;
	struct event *event;

	if (argc != 5 || strcmp(argv[1], ENGINE_CHILD) != 0)
		return;
	clock_freeze(strtoll(argv[4], NULL, 10));
	if (paths_init(&paths, argv[2], &err) != 0 ||
	    conf_load(&paths, &conf, &err) != 0 ||
	    (e = engine_new(&paths, &conf, &err)) == NULL) {
		(void)fprintf(stderr, "child: %s\n", err.text);
		_exit(1);
	}
	if (*argv[3] != '\0')
		engine_fetch(e, argv[3]);
	else
		(void)engine_send_due(e);
	while ((event = engine_wait(e, 20000)) != NULL)
		event_free(&event);
	engine_free(&e);
	_exit(0);
}

#endif
