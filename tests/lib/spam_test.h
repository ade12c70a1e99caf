/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A spam filter in a folder of its own, and made mail to teach it. */
#ifndef TESTS_LIB_SPAM_TEST_H
#define TESTS_LIB_SPAM_TEST_H

#include "lib/test.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "mail/spam.h"
#include "util/fsx.h"
#include "util/xalloc.h"

struct spam_test {
	char folder[64];
	struct spam *spam;
};

static inline int
spam_test_setup(void **state)
{
	struct spam_test *t = xcalloc(1, sizeof *t);
	const char *top = getenv("srcdir");
	char *data = fsx_join(top != NULL ? top : ".", "data");
	char *real = realpath(data, NULL);

	assert_non_null(real);
	setenv("PABAL_DATADIR", real, 1);
	free(real);
	free(data);
	memcpy(t->folder, "/tmp/pabal-spam-XXXXXX", 23);
	assert_non_null(mkdtemp(t->folder));
	t->spam = spam_open(t->folder, NULL);
	assert_non_null(t->spam);
	*state = t;
	return 0;
}

static inline int
spam_test_teardown(void **state)
{
	static const char *const names[] = { "spam.model", "spam.log",
		                             "spam.lock", "mail" };
	struct spam_test *t = *state;
	size_t i;

	spam_close(&t->spam);
	for (i = 0; i < sizeof names / sizeof *names; i++) {
		char *path = fsx_join(t->folder, names[i]);

		(void)unlink(path);
		free(path);
	}
	assert_int_equal(rmdir(t->folder), 0);
	free(t);
	return 0;
}

static inline void
spam_test_reopen(struct spam_test *t)
{
	spam_close(&t->spam);
	t->spam = spam_open(t->folder, NULL);
	assert_non_null(t->spam);
}

/* Mail number n: the words of the class and some of both. */
static inline char *
spam_test_mail(bool is_spam, unsigned n)
{
	static const char *const good[] = {
		"회의", "보고서", "견적", "일정",   "검토",  "분기",
		"점심", "자료",   "배포", "릴리스", "patch", "meeting"
	};
	static const char *const bad[] = {
		"특가", "무료",   "당첨", "클릭", "수익",   "투자금",
		"쿠폰", "이벤트", "할인", "대박", "winner", "bonus"
	};
	const char *const *words = is_spam ? bad : good;

	return xasprintf("From: %s%u <p%u@%s.example>\n"
	                 "To: kim@home.example\n"
	                 "Date: Wed, 31 Dec 2025 10:00:%02u +0900\n"
	                 "Message-ID: <%u.%d@x.example>\n"
	                 "Subject: %s %s %u\n"
	                 "Content-Type: text/plain; charset=utf-8\n\n"
	                 "안녕하세요 %s %s에 대해 알려 드립니다 %u. %s %s %s\n",
	                 is_spam ? "행운" : "김", n, n,
	                 is_spam ? "promo" : "office", n % 60, n, is_spam,
	                 words[n % 12], words[(n / 12 + n) % 12], n,
	                 words[(n * 5 + 1) % 12], words[(n * 7 + 3) % 12], n,
	                 words[(n * 3) % 12], words[(n + 4) % 12],
	                 words[(n / 5) % 12]);
}

static inline int
spam_test_learn(struct spam *s, const char *raw, bool is_spam)
{
	struct message m;
	int rc;

	message_parse(&m, slice_of(raw));
	rc = spam_learn(s, &m, is_spam, NULL);
	message_release(&m);
	return rc;
}

static inline void
spam_test_teach(struct spam *s, unsigned from, unsigned to)
{
	for (; from < to; from++) {
		char *raw = spam_test_mail(from % 2 == 1, from);

		assert_int_equal(spam_test_learn(s, raw, from % 2 == 1), 0);
		free(raw);
	}
}

static inline int
spam_test_unlearn(struct spam *s, const char *raw, struct err *err)
{
	struct message m;
	int rc;

	message_parse(&m, slice_of(raw));
	rc = spam_unlearn(s, &m, err);
	message_release(&m);
	return rc;
}

static inline enum spam_verdict
spam_test_score(struct spam *s, const char *raw, bool known, double *score_r)
{
	char address[] = "kim@home.example";
	struct account home = { .address = address };
	struct origin_hosts hosts;
	struct spam_result r;
	struct message m;
	struct spam_input in = { .m = &m,
		                 .known_sender = known,
		                 .hosts = &hosts };
	enum spam_verdict verdict;

	origin_hosts_of(&home, NULL, &hosts);
	message_parse(&m, slice_of(raw));
	spam_score(s, &in, &r);
	verdict = r.verdict;
	if (score_r != NULL)
		*score_r = r.score;
	assert_true(r.probability >= 0 && r.probability <= 1);
	spam_result_release(&r);
	message_release(&m);
	origin_hosts_release(&hosts);
	return verdict;
}

static inline uint64_t
spam_test_count(struct spam *s)
{
	uint64_t ham, spam;

	spam_counts(s, &ham, &spam);
	return ham + spam;
}

#endif
