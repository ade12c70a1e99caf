/* SPDX-License-Identifier: GPL-3.0-or-later */
/* deliver: own sent mail that comes back is not new. */
#include "lib/test.h"

#include "engine/deliver.h"
#include "lib/temp.h"
#include "util/fsx.h"
#include "util/xalloc.h"

struct world {
	char *home;
	struct paths paths;
	struct account account;
	struct deliver d;
	struct err err;
};

static int
start(void **state)
{
	struct world *w = xcalloc(1, sizeof *w);

	w->home = temp_make();
	assert_non_null(w->home);
	assert_int_equal(paths_init(&w->paths, w->home, &w->err), 0);
	assert_int_equal(paths_make(&w->paths, &w->err), 0);
	account_init(&w->account);
	w->account.name = xstrdup("mine");
	w->account.address = xstrdup("kim@x.example");
	w->account.spam_filter = w->account.rules = false;
	if (deliver_open(&w->d, &w->paths, &w->account, &w->err) != 0)
		fail_msg("%s", w->err.text);
	*state = w;
	return 0;
}

static int
end(void **state)
{
	struct world *w = *state;

	deliver_release(&w->d);
	account_release(&w->account);
	paths_release(&w->paths);
	temp_remove(w->home);
	free(w);
	return 0;
}

static void
put_sent(struct world *w, const char *text)
{
	struct store_new info = { .folder = FOLDER_SENT, .flags = STORE_SEEN };

	assert_int_equal(store_deliver(w->d.store, w->d.account_id,
	                               slice_of(text), &info, NULL, &w->err),
	                 0);
}

/* The flags of a message as it is fetched. */
static unsigned
fetched(struct world *w, const char *uidl, const char *text)
{
	struct store_batch *b =
		store_batch_begin(w->d.store, w->d.account_id, &w->err);
	const struct deliver_name name = { .uidl = uidl };
	struct store_rows rows;
	int64_t *ids = NULL;
	unsigned flags;
	size_t n = 0;
	int fd;

	assert_non_null(b);
	assert_int_equal(store_batch_file(b, &fd, &w->err), 0);
	assert_int_equal(fsx_write_all(fd, text, strlen(text), &w->err), 0);
	assert_int_equal(
		deliver_message(&w->d, b, slice_of(text), &name, &w->err), 0);
	assert_int_equal(store_batch_commit(&b, &ids, &n, &w->err), 0);
	assert_int_equal(n, 1);
	assert_int_equal(store_row(w->d.store, ids[0], &rows, &w->err), 0);
	assert_int_equal(rows.v[0].folder, FOLDER_INBOX);
	flags = rows.v[0].flags;
	store_rows_release(&rows);
	free(ids);
	return flags;
}

static void
test_own_mail_coming_back(void **state)
{
	struct world *w = *state;

	put_sent(w, "From: kim@x.example\r\nTo: list@y.example\r\n"
	            "Message-ID: <1@x>\r\n\r\na\r\n");
	put_sent(w, "From: kim@x.example\r\nTo: kim@x.example\r\n"
	            "Message-ID: <2@x>\r\n\r\na\r\n");
	assert_int_equal(fetched(w, "u1",
	                         "Received: by y\r\nFrom: kim@x.example\r\n"
	                         "To: list@y.example\r\n"
	                         "Message-ID: <1@x>\r\n\r\na\r\n"),
	                 STORE_SEEN);
	/* a note to oneself */
	assert_int_equal(fetched(w, "u2",
	                         "Received: by y\r\nFrom: kim@x.example\r\n"
	                         "To: kim@x.example\r\n"
	                         "Message-ID: <2@x>\r\n\r\na\r\n"),
	                 0);
	/* sent elsewhere, and somebody who borrows the Message-ID */
	assert_int_equal(fetched(w, "u3",
	                         "From: kim@x.example\r\nTo: a@b\r\n"
	                         "Message-ID: <3@x>\r\n\r\na\r\n"),
	                 0);
	assert_int_equal(fetched(w, "u4",
	                         "From: lee@x.example\r\nTo: a@b\r\n"
	                         "Message-ID: <1@x>\r\n\r\nb\r\n"),
	                 0);
	/* here before its copy in Sent, and once more after it */
	assert_int_equal(fetched(w, "u5",
	                         "From: kim@x.example\r\nTo: a@b\r\n"
	                         "Message-ID: <5@x>\r\n\r\na\r\n"),
	                 0);
	put_sent(w, "From: kim@x.example\r\nTo: a@b\r\n"
	            "Message-ID: <5@x>\r\n\r\na\r\n");
	assert_int_equal(fetched(w, "u6",
	                         "Received: by z\r\nFrom: kim@x.example\r\n"
	                         "To: a@b\r\n"
	                         "Message-ID: <5@x>\r\n\r\na\r\n"),
	                 STORE_SEEN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_own_mail_coming_back,
		                                start, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
