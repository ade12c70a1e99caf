/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A home of its own with the demo's servers, an engine and a store on it. */
#ifndef TESTS_LIB_DEMO_WORLD_H
#define TESTS_LIB_DEMO_WORLD_H

#include <unistd.h>

#include "engine/demo.h"
#include "engine/engine.h"
#include "lib/temp.h"
#include "lib/test.h"
#include "util/xalloc.h"

struct demo_world {
	char *home;
	struct paths paths;
	struct conf conf;
	struct demo *demo;
	struct engine *engine;
	struct store *store;
};

/*
 * Start the servers and read the accounts they stand for, which change() may
 * alter before the engine and the store see them (NULL: nothing).
 * demo_world_close() ends it.
 */
static inline void
demo_world_open(struct demo_world *w, void (*change)(struct conf *))
{
	struct err err = { 0 };

	w->home = temp_make();
	assert_non_null(w->home);
	assert_int_equal(paths_init(&w->paths, w->home, &err), 0);
	w->demo = demo_start(&w->paths, &err);
	if (w->demo == NULL)
		fail_msg("%s", err.text);
	assert_int_equal(conf_load(&w->paths, &w->conf, &err), 0);
	assert_int_equal(w->conf.account_count, 3);
	if (change != NULL)
		change(&w->conf);
	w->engine = engine_new(&w->paths, &w->conf, &err);
	assert_non_null(w->engine);
	w->store = store_open(w->paths.data, w->paths.cache, &err);
	if (w->store == NULL)
		fail_msg("%s", err.text);
}

static inline void
demo_world_close(struct demo_world *w)
{
	store_close(&w->store);
	engine_free(&w->engine);
	conf_release(&w->conf);
	demo_stop(&w->demo);
	paths_release(&w->paths);
	temp_remove(w->home);
}

/* What a user does after a crash: fetch until the lock of the dead program is
 * gone and all is there. */
static inline void
demo_world_fetch_until_it_works(struct demo_world *w, const char *account)
{
	bool ok = false;

	for (int tries = 0; tries < 100 && !ok; tries++) {
		struct event *e;

		engine_fetch(w->engine, account);
		while ((e = engine_wait(w->engine, 20000)) != NULL) {
			if (e->kind == EVENT_FETCH_DONE)
				ok = e->err.code == ERR_NONE;
			event_free(&e);
		}
		if (!ok)
			usleep(20000);
	}
	assert_true(ok);
}

#endif
