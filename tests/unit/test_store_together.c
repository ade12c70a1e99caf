/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stores of several threads that write in one transaction. */
#include "lib/store_test.h"

#include <pthread.h>
#include <sched.h>

#include "store/store_impl.h"
#include "util/xalloc.h"

#define WRITERS   8
#define ROUNDS    10
#define DELIVERED 6

struct world {
	struct store_test t;
	struct together *together;
};

static int
set_up(void **state)
{
	struct world *w = xcalloc(1, sizeof *w);

	store_test_init(&w->t);
	w->together = together_new();
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	together_free(&w->together);
	assert_null(w->together);
	store_test_release(&w->t);
	free(w);
	return 0;
}

/* ---- one that holds the others up until they stand in line ---- */

struct writer {
	struct world *w;
	pthread_t thread;
	struct store *s;
	struct store_write write;
	const char *key;
	struct store *with; /* the store that wrote it, the last time */
	unsigned calls;
	bool broken, ends_transaction;
	bool asks_no_why;
	struct err err;
	int rc;
};

static int
put(struct store *s, void *ctx, struct err *err)
{
	struct writer *own = ctx;

	own->calls++;
	own->with = s;
	if (own->broken)
		return err_set(err, ERR_RETRY, "%s", own->key);
	if (db_run(s->db, err, "REPLACE INTO state VALUES(?, 'x')", "z",
	           own->key) != 0)
		return -1;
	if (own->ends_transaction)
		db_rollback(s->db);
	return 0;
}

static void *
write_one(void *ctx)
{
	struct writer *own = ctx;

	own->rc = store_write(own->s, &own->write,
	                      own->asks_no_why ? NULL : &own->err);
	return NULL;
}

/* Lets the others come, one after the other, then ends. */
struct holder {
	struct world *w;
	struct writer *v;
	size_t n;
	bool failed;
};

static int
hold(struct store *s, void *ctx, struct err *err)
{
	struct holder *h = ctx;

	(void)s;
	(void)err;
	for (size_t i = 0; i < h->n; i++) {
		if (pthread_create(&h->v[i].thread, NULL, write_one,
		                   &h->v[i]) != 0) {
			h->failed = true;
			h->n = i;
			break;
		}
		while (together_waiting(h->w->together) != i + 1)
			(void)sched_yield();
	}
	return 0;
}

static struct store *
open_one(struct world *w)
{
	struct store *s =
		store_open_with(w->t.data, w->t.cache, w->together, &w->t.err);

	if (s == NULL)
		fail_msg("%s", w->t.err.text);
	return s;
}

/* They stand in line when the first of them gets its turn. */
static void
write_in_line(struct world *w, struct writer *v, size_t n)
{
	struct holder h = { .w = w, .v = v, .n = n };
	const struct store_write held = { hold, &h, 1, false };
	struct store *s = open_one(w);

	for (size_t i = 0; i < n; i++) {
		v[i].w = w;
		v[i].s = open_one(w);
		v[i].write.write = put;
		v[i].write.ctx = &v[i];
		if (v[i].write.rows == 0)
			v[i].write.rows = 1;
	}
	assert_ok(&w->t, store_write(s, &held, &w->t.err));
	for (size_t i = 0; i < h.n; i++)
		assert_int_equal(pthread_join(v[i].thread, NULL), 0);
	assert_false(h.failed);
	for (size_t i = 0; i < n; i++)
		store_close(&v[i].s);
	store_close(&s);
}

static bool
is_there(struct world *w, const char *key)
{
	struct str value;
	int rc;

	str_init(&value, 100);
	rc = store_state_get(w->t.s, key, &value, &w->t.err);
	str_release(&value);
	assert_int_not_equal(rc, -1);
	return rc == 1;
}

static void
one_transaction_for_all(void **state)
{
	struct world *w = *state;
	struct writer v[3] = { { .key = "b" }, { .key = "c" }, { .key = "d" } };

	write_in_line(w, v, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(v[i].rc, 0);
		assert_int_equal(v[i].calls, 1);
		assert_ptr_equal(v[i].with, v[0].with);
		assert_true(is_there(w, v[i].key));
	}
}

static void
one_that_fails_is_alone(void **state)
{
	struct world *w = *state;
	struct writer v[3] = { { .key = "b" },
		               { .key = "c", .broken = true },
		               { .key = "d" } };

	write_in_line(w, v, 3);
	assert_int_equal(v[1].rc, -1);
	assert_int_equal(v[1].err.code, ERR_RETRY);
	assert_string_equal(v[1].err.text, "c");
	assert_false(is_there(w, "c"));
	for (size_t i = 0; i < 3; i += 2) {
		assert_int_equal(v[i].rc, 0);
		assert_int_equal(v[i].err.code, ERR_NONE);
		assert_true(is_there(w, v[i].key));
	}
	assert_int_equal(v[0].calls, 2); /* it was taken back once */
}

static void
a_commit_that_fails_is_not_repeated(void **state)
{
	struct world *w = *state;
	struct writer v[3] = { { .key = "b" },
		               { .key = "c", .asks_no_why = true },
		               { .key = "d", .ends_transaction = true } };

	write_in_line(w, v, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(v[i].rc, -1);
		assert_int_equal(v[i].err.code == ERR_NONE, v[i].asks_no_why);
		assert_int_equal(v[i].calls, 1);
		assert_false(is_there(w, v[i].key));
	}
}

static void
a_transaction_is_no_larger_than_a_batch(void **state)
{
	struct world *w = *state;
	struct writer v[3] = { { .key = "b", .write.rows = 400 },
		               { .key = "c", .write.rows = 101 },
		               { .key = "d", .write.rows = 5000 } };

	write_in_line(w, v, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(v[i].rc, 0);
		assert_true(is_there(w, v[i].key));
	}
	assert_ptr_not_equal(v[0].with, v[1].with);
	assert_ptr_not_equal(v[1].with, v[2].with);
}

/* ---- many at once ---- */

struct deliverer {
	struct world *w;
	pthread_t thread;
	unsigned number;
	uint64_t fresh;
	bool failed;
	struct err err;
};

static int
deliver_batch(struct deliverer *d, struct store *s, int64_t account,
              unsigned round)
{
	struct store_batch *b = store_batch_begin(s, account, &d->err);
	int rc = b != NULL ? 0 : -1;

	for (unsigned i = 0; rc == 0 && i < DELIVERED; i++) {
		char *tag = xasprintf("%u-%u-%u", d->number, round, i);
		char *text = store_test_message(tag, tag, "", tag);
		struct store_new info = { .uidl = tag,
			                  .received = 1000,
			                  .folder = FOLDER_INBOX };
		struct message m = { 0 };
		int fd;

		message_parse(&m, slice_of(text));
		rc = store_batch_file(b, &fd, &d->err);
		if (rc == 0)
			rc = fsx_write_all(fd, text, strlen(text), &d->err);
		if (rc == 0)
			rc = store_batch_add(b, &m, &info, &d->err);
		message_release(&m);
		free(text);
		free(tag);
	}
	if (rc == 0)
		return store_batch_commit(&b, NULL, NULL, &d->err);
	store_batch_abort(&b);
	return -1;
}

static void *
deliver_many(void *ctx)
{
	struct deliverer *d = ctx;
	struct store *s = store_open_with(d->w->t.data, d->w->t.cache,
	                                  d->w->together, &d->err);
	char *name = xasprintf("account %u", d->number);
	int64_t account;
	int rc = s != NULL ? store_account(s, name, &account, &d->err) : -1;

	for (unsigned i = 0; rc == 0 && i < ROUNDS; i++) {
		char *key = xasprintf("%u/%u", d->number, i);

		rc = deliver_batch(d, s, account, i);
		if (rc == 0)
			rc = store_state_note(s, key, slice_of("x"), &d->err);
		free(key);
	}
	d->failed = rc != 0;
	if (s != NULL)
		d->fresh = store_fresh(s);
	free(name);
	store_close(&s);
	return NULL;
}

static void
all_deliver_at_once(void **state)
{
	struct world *w = *state;
	struct deliverer v[WRITERS] = { { 0 } };
	uint64_t changed = 0;
	int64_t rows = 0;

	for (unsigned i = 0; i < WRITERS; i++) {
		v[i].w = w;
		v[i].number = i;
		assert_int_equal(pthread_create(&v[i].thread, NULL,
		                                deliver_many, &v[i]),
		                 0);
	}
	for (unsigned i = 0; i < WRITERS; i++)
		assert_int_equal(pthread_join(v[i].thread, NULL), 0);
	for (unsigned i = 0; i < WRITERS; i++) {
		if (v[i].failed)
			fail_msg("%s", v[i].err.text);
		assert_int_equal(v[i].fresh, ROUNDS * DELIVERED);
		for (unsigned k = 0; k < ROUNDS; k++) {
			char *key = xasprintf("%u/%u", i, k);

			assert_true(is_there(w, key));
			free(key);
		}
	}
	/* Each row has its file, or it would not be found. */
	assert_ok(&w->t, store_reconcile(w->t.s, &changed, &w->t.err));
	assert_int_equal(changed, 0);
	assert_int_equal(db_get_int(w->t.s->db, &w->t.err, &rows,
	                            "SELECT count(*) FROM message m JOIN uidl u"
	                            " ON u.message = m.id",
	                            ""),
	                 1);
	assert_int_equal(rows, WRITERS * ROUNDS * DELIVERED);
	store_test_sane(&w->t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_transaction_for_all, set_up,
		                                tear_down),
		cmocka_unit_test_setup_teardown(one_that_fails_is_alone, set_up,
		                                tear_down),
		cmocka_unit_test_setup_teardown(
			a_commit_that_fails_is_not_repeated, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_transaction_is_no_larger_than_a_batch, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(all_deliver_at_once, set_up,
		                                tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
