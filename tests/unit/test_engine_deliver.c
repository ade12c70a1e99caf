/* SPDX-License-Identifier: GPL-3.0-or-later */
/* deliver: own sent mail that comes back is not new. */
#include "lib/test.h"

#include "engine/deliver.h"
#include "lib/temp.h"
#include "store/outbox_rows.h"
#include "util/fsx.h"
#include "util/xalloc.h"

struct world {
	char *home;
	struct paths paths;
	struct account account;
	struct deliver d;
	struct err err;
};

/* Where the account's provider got it. */
#define WAY "Received: from b.example by mx.x.example; x\r\n"

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
	/* Its provider is asked for when the filter is opened. */
	w->account.trust_filter = true;
	if (deliver_open(&w->d, &w->paths, &w->account, NULL, NULL, &w->err) !=
	    0)
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

/* The flags of a message as it is fetched, and where it went. */
static unsigned
fetched_to(struct world *w, const char *uidl, const char *text,
           enum folder *folder_r)
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
	*folder_r = rows.v[0].folder;
	flags = rows.v[0].flags;
	store_rows_release(&rows);
	free(ids);
	return flags;
}

static unsigned
fetched(struct world *w, const char *uidl, const char *text)
{
	enum folder folder;
	unsigned flags = fetched_to(w, uidl, text, &folder);

	assert_int_equal(folder, FOLDER_INBOX);
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

static void
test_the_filter_of_the_provider_is_trusted_when_wanted(void **state)
{
	static const char *const spam[] = {
		"X-Spam-Flag: YES",
		"X-Spam-Status: Yes, score=7.1 required=5.0",
		"X-Bogosity: Spam, tests=bogofilter",
		"X-MS-Exchange-Organization-SCL: 6",
		"X-Spamd-Result: default: True [19.00 / 15.00]",
	};
	static const char *const good[] = {
		"X-Spam-Flag: NO",
		"X-Spam-Status: No, score=-1",
		"X-Spam-Status: Yesterday",
		"X-Bogosity: Ham",
		"X-MS-Exchange-Organization-SCL: -1",
		"X-MS-Exchange-Organization-SCL: 51",
		"X-Spamd-Result: default: False [1.00 / 15.00]",
		"X-Other: yes",
	};
	struct world *w = *state;
	enum folder folder;
	int n = 0;

	for (int trust = 0; trust < 2; trust++) {
		w->account.trust_filter = trust != 0;
		for (size_t i = 0; i < sizeof spam / sizeof *spam; i++) {
			char *uidl = xasprintf("t%d", n++);
			char *text =
				xasprintf("%s\r\n" WAY "From: a@b.example\r\n"
			                  "Message-ID: <%s@x>\r\n\r\n"
			                  "x\r\n",
			                  spam[i], uidl);

			(void)fetched_to(w, uidl, text, &folder);
			assert_int_equal(folder, trust != 0 ? FOLDER_SPAM
			                                    : FOLDER_INBOX);
			free(text);
			free(uidl);
		}
	}
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		char *uidl = xasprintf("t%d", n++);
		char *text = xasprintf(
			"%s\r\n" WAY "From: a@b.example\r\n\r\nx\r\n", good[i]);

		(void)fetched(w, uidl, text);
		free(text);
		free(uidl);
	}
	/* Whom the user wrote to stays. */
	assert_int_equal(
		contact_used(w->d.store, "", "a@b.example", 1, &w->err), 0);
	(void)fetched(w, "known",
	              "X-Spam-Flag: YES\r\n" WAY
	              "From: a@b.example\r\n\r\nx\r\n");
	/* Not who only calls himself so, by what the provider found. */
	(void)fetched_to(
		w, "forged",
		"X-Spam-Flag: YES\r\n"
		"Authentication-Results: mx.x.example; dmarc=fail\r\n" WAY
		"From: a@b.example\r\n\r\ny\r\n",
		&folder);
	assert_int_equal(folder, FOLDER_SPAM);
	(void)fetched(w, "slandered",
	              "X-Spam-Flag: YES\r\n" WAY
	              "Received: from c by d.example; x\r\n"
	              "Authentication-Results: mx.x.example; dmarc=fail\r\n"
	              "From: a@b.example\r\n\r\nz\r\n");
	/* A field of somebody else's filter. */
	(void)fetched(w, "else",
	              WAY "Received: from c by d.example; x\r\n"
	                  "X-Spam-Flag: YES\r\n"
	                  "From: e@b.example\r\n\r\nz\r\n");
}

/* The four choices that an account has. */
static void
test_choices_of_an_account(void **state)
{
	static const char mail[] = WAY "From: a@b.example\r\nSubject: %s\r\n"
				       "Message-ID: <%d@x>\r\n\r\nx\r\n";
	struct world *w = *state;
	char *rules = fsx_join(w->paths.config, "rules");

	assert_int_equal(fsx_write_atomic(rules,
	                                  SLICE_LIT("if subject rule then "
	                                            "delete\n"),
	                                  &w->err),
	                 0);
	for (int n = 0; n < 16; n++) {
		const char *subject = n % 2 == 0 ? "rule"
		                                 : "온라인카지노 "
		                                   "무직자대출 급등주";
		char *text = xasprintf(mail, subject, n);
		char *uidl = xasprintf("c%d", n);
		enum folder folder, want = FOLDER_INBOX;
		bool rule = (n & 2) != 0, spam = (n & 4) != 0;

		w->account.skip_inbox = (n & 8) != 0;
		w->account.rules = rule;
		w->account.spam_filter = spam;
		deliver_release(&w->d);
		assert_int_equal(deliver_open(&w->d, &w->paths, &w->account,
		                              NULL, NULL, &w->err),
		                 0);
		(void)fetched_to(w, uidl, text, &folder);
		if (w->account.skip_inbox)
			want = FOLDER_ARCHIVE;
		if (n % 2 == 0 && rule)
			want = FOLDER_TRASH;
		if (n % 2 == 1 && spam)
			want = FOLDER_SPAM;
		assert_int_equal(folder, want);
		free(uidl);
		free(text);
	}
	free(rules);
}

static void
hear(void *ctx, const char *text)
{
	str_add_z(ctx, text);
}

static void
do_later(struct deliver *d, size_t at, const char *text)
{
	const struct deliver_after after = { at, NULL, xstrdup(text) };

	array_add(&d->after, after);
	d->arriving++;
}

/* Two batches at once: what is to be done after each is done after it. */
static void
test_afterwards_of_two_batches(void **state)
{
	static const int64_t ids[] = { 1, 2 };
	struct world *w = *state;
	struct str said;

	str_init(&said, 100);
	do_later(&w->d, 0, "a");
	do_later(&w->d, 1, "b");
	deliver_hold(&w->d);
	do_later(&w->d, 0, "c");
	deliver_arrived(&w->d, true);
	deliver_after(&w->d, ids, 2, hear, &said);
	assert_string_equal(said.p, "ab");
	assert_int_equal(w->d.arrived, 2);
	assert_int_equal(w->d.arriving, 1);
	deliver_hold(&w->d);
	do_later(&w->d, 0, "d");
	deliver_arrived(&w->d, true);
	deliver_after(&w->d, ids, 1, hear, &said);
	assert_string_equal(said.p, "abc");
	assert_int_equal(w->d.arrived, 3);
	deliver_hold(&w->d);
	do_later(&w->d, 0, "e");
	deliver_forget(&w->d);
	deliver_arrived(&w->d, true);
	deliver_after(&w->d, ids, 2, hear, &said);
	assert_string_equal(said.p, "abc");
	assert_int_equal(w->d.arrived, 3);
	str_release(&said);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_the_filter_of_the_provider_is_trusted_when_wanted,
			start, end),
		cmocka_unit_test_setup_teardown(test_own_mail_coming_back,
		                                start, end),
		cmocka_unit_test_setup_teardown(test_afterwards_of_two_batches,
		                                start, end),
		cmocka_unit_test_setup_teardown(test_choices_of_an_account,
		                                start, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
