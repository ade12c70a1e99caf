/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A store in a folder of its own, and messages to put into it. */
#ifndef TESTS_LIB_STORE_TEST_H
#define TESTS_LIB_STORE_TEST_H

#include "lib/test.h"

#include "store/store.h"

/* Everything below dir goes with store_test_release. */
struct store_test {
	char dir[64];
	char *data;
	char *cache;
	struct store *s;
	int64_t a, b; /* accounts "naver" and "회사" */
	struct err err;
};

/* Fails the test when something is not as it must be. */
#define assert_ok(t, expression)                   \
 do {                                              \
  if ((expression) != 0)                           \
   fail_msg("%s: %s", #expression, (t)->err.text); \
 } while (0)

void store_test_init(struct store_test *t);
/* Make the index what the program of that version of the schema (2 or later) would
 * have of these rows; what it did not keep is lost.  Reopening migrates it. */
void store_test_back_to(struct store_test *t, int version);
/* Close and open again. */
void store_test_reopen(struct store_test *t);
void store_test_release(struct store_test *t);
/* A message: From 김하늘, To me, Message-ID <tag@example.org>, given date. */
char *store_test_message(const char *tag, const char *subject,
                         const char *more_headers, const char *body);
/* Deliver one; its id. */
int64_t store_test_add(struct store_test *t, int64_t account, const char *uidl,
                       enum folder folder, unsigned flags, const char *message);
/* How many rows a folder of an account lists (account 0: all). */
size_t store_test_listed(struct store_test *t, int64_t account,
                         enum folder folder);
/* Message files in new and cur of all folders; tmp files when tmp is set. */
size_t store_test_files(struct store_test *t, bool tmp);
/* Counters agree with rows, rows with files, keys are unique. */
void store_test_sane(struct store_test *t);
/* Path of "mail/ACCOUNT/FOLDER/SUB/NAME" (NAME may be ""), owned. */
char *store_test_path(struct store_test *t, const char *account,
                      enum folder folder, const char *sub, const char *name);
/* The one file of that folder's new or cur; owned path. */
char *store_test_only_file(struct store_test *t, const char *account,
                           enum folder folder, const char *sub);

#endif
