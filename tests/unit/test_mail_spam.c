/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The spam filter: cold start, learning, taking back, reasons, batch. */
#include "lib/spam_test.h"

#include <math.h>

#include "mail/spam_view.h"

#define PLAIN                                        \
 "From: Lee <lee@b.example>\nTo: kim@home.example\n" \
 "Date: Wed, 31 Dec 2025 10:00:00 +0900\n"

static void
test_cold_start_is_careful(void **state)
{
	struct spam_test *t = *state;
	double score;

	assert_int_equal(spam_test_score(t->spam,
	                                 PLAIN "Subject: lunch\n\nat noon?\n",
	                                 false, &score),
	                 SPAM_HAM);
	/* One sign alone, however clear: unsure. */
	assert_int_equal(spam_test_score(t->spam,
	                                 PLAIN "Subject: [광.고] 봄\n\n안녕\n",
	                                 false, &score),
	                 SPAM_UNSURE);
	assert_true(score > 0);
	/* Several: spam without having learnt anything. */
	assert_int_equal(
		spam_test_score(t->spam,
	                        PLAIN "Subject: [광.고] 먹튀 없는 카지노사이트"
	                              "\n\n무직자 대출 가능\n",
	                        false, NULL),
		SPAM_SPAM);
}

static void
test_one_class_alone_decides_nothing(void **state)
{
	struct spam_test *t = *state;
	unsigned n;

	for (n = 1; n < 60; n += 2) {
		char *raw = spam_test_mail(true, n);

		assert_int_equal(spam_test_learn(t->spam, raw, true), 0);
		free(raw);
	}
	for (n = 1000; n < 1060; n++) {
		char *raw = spam_test_mail(n % 2 == 1, n);

		assert_int_not_equal(spam_test_score(t->spam, raw, false, NULL),
		                     SPAM_SPAM);
		free(raw);
	}
}

/* Who corrects only what is wrong or unsure teaches both classes, soon. */
static void
test_corrections_alone_are_enough(void **state)
{
	struct spam_test *t = *state;
	unsigned n;
	uint64_t ham, spam;

	for (n = 0; n < 400; n++) {
		bool is_spam = n % 2 == 1;
		char *raw = spam_test_mail(is_spam, n);
		enum spam_verdict v =
			spam_test_score(t->spam, raw, false, NULL);

		assert_true(v != SPAM_SPAM || is_spam);
		assert_true(n < 100 || v != SPAM_HAM || !is_spam);
		if (v != (is_spam ? SPAM_SPAM : SPAM_HAM))
			assert_int_equal(spam_test_learn(t->spam, raw, is_spam),
			                 0);
		free(raw);
	}
	spam_counts(t->spam, &ham, &spam);
	assert_in_range(ham, 10, 150);
	assert_in_range(spam, 10, 200);
}

static void
test_ten_corrections_move_it(void **state)
{
	struct spam_test *t = *state;
	char *bad = spam_test_mail(true, 999),
	     *good = spam_test_mail(false, 998);
	double bad_before, bad_after, good_before, good_after;

	spam_test_score(t->spam, bad, false, &bad_before);
	spam_test_score(t->spam, good, false, &good_before);
	spam_test_teach(t->spam, 0, 10);
	spam_test_score(t->spam, bad, false, &bad_after);
	spam_test_score(t->spam, good, false, &good_after);
	assert_true(bad_after > bad_before + 1);
	assert_true(good_after < good_before - 1);
	free(bad);
	free(good);
}

static void
test_it_learns_to_tell_them_apart(void **state)
{
	struct spam_test *t = *state;
	unsigned n;

	spam_test_teach(t->spam, 0, 120);
	for (n = 500; n < 540; n++) {
		char *raw = spam_test_mail(n % 2 == 1, n);

		assert_int_equal(spam_test_score(t->spam, raw, false, NULL),
		                 n % 2 == 1 ? SPAM_SPAM : SPAM_HAM);
		free(raw);
	}
}

static void
test_unlearning_takes_out_what_went_in(void **state)
{
	struct spam_test *t = *state;
	char *probe = spam_test_mail(true, 301),
	     *other = spam_test_mail(false, 4);
	char *wrong = spam_test_mail(true, 303);
	double before, learnt, after;

	spam_test_teach(t->spam, 0, 30);
	spam_test_score(t->spam, probe, false, &before);
	assert_int_equal(spam_test_learn(t->spam, wrong, false), 0);
	spam_test_score(t->spam, probe, false, &learnt);
	assert_true(learnt < before - 0.1);
	assert_int_equal(spam_test_count(t->spam), 31);
	/* After a restart too. */
	spam_test_reopen(t);
	assert_int_equal(spam_test_unlearn(t->spam, wrong, NULL), 0);
	spam_test_score(t->spam, probe, false, &after);
	assert_true(fabs(after - before) < 1e-3);
	assert_int_equal(spam_test_count(t->spam), 30);
	free(probe);
	free(other);
	free(wrong);
}

static void
test_unlearning_needs_a_learnt_message(void **state)
{
	struct spam_test *t = *state;
	struct err err = { 0 };
	char *raw = spam_test_mail(true, 1);

	assert_int_equal(spam_test_unlearn(t->spam, raw, &err), -1);
	assert_int_equal(err.code, ERR_NOTFOUND);
	assert_int_equal(spam_test_learn(t->spam, raw, true), 0);
	assert_int_equal(spam_test_unlearn(t->spam, raw, NULL), 0);
	assert_int_equal(spam_test_unlearn(t->spam, raw, &err), -1);
	assert_int_equal(spam_test_count(t->spam), 0);
	free(raw);
}

static void
test_a_message_has_one_class(void **state)
{
	struct spam_test *t = *state;
	char *raw = spam_test_mail(true, 1);
	double once, twice, turned, direct;
	uint64_t ham, spam;

	assert_int_equal(spam_test_learn(t->spam, raw, false), 0);
	spam_test_score(t->spam, raw, false, &direct);
	assert_int_equal(spam_test_unlearn(t->spam, raw, NULL), 0);
	assert_int_equal(spam_test_learn(t->spam, raw, true), 0);
	spam_test_score(t->spam, raw, false, &once);
	assert_int_equal(spam_test_learn(t->spam, raw, true), 0);
	spam_test_score(t->spam, raw, false, &twice);
	assert_true(fabs(once - twice) < 1e-9);
	assert_int_equal(spam_test_learn(t->spam, raw, false), 0);
	spam_test_score(t->spam, raw, false, &turned);
	assert_true(fabs(turned - direct) < 1e-3);
	spam_counts(t->spam, &ham, &spam);
	assert_int_equal(ham, 1);
	assert_int_equal(spam, 0);
	free(raw);
}

static int
correct(struct spam *s, const char *raw, bool is_spam, struct str *before)
{
	struct message m;
	int rc;

	message_parse(&m, slice_of(raw));
	str_init(before, SPAM_BEFORE_MAX);
	rc = spam_correct(s, &m, is_spam, before, NULL);
	message_release(&m);
	return rc;
}

static int
take_back(struct spam *s, const char *raw, struct str *before, struct err *err)
{
	struct message m;
	int rc;

	message_parse(&m, slice_of(raw));
	rc = spam_take_back(s, &m, str_slice(before), err);
	message_release(&m);
	str_release(before);
	return rc;
}

/* Whatever it taught before, taking a correction back leaves that. */
static void
test_a_correction_is_taken_back(void **state)
{
	struct spam_test *t = *state;
	char *raw = spam_test_mail(false, 8),
	     *probe = spam_test_mail(true, 301);
	struct str first, second;
	struct err err = { 0 };
	double as_ham, as_spam, again, of_probe, of_probe_again;

	spam_test_teach(t->spam, 0, 30);
	spam_test_score(t->spam, raw, false, &as_ham);
	spam_test_score(t->spam, probe, false, &of_probe);
	/* The same once more, and back. */
	assert_int_equal(correct(t->spam, raw, false, &first), 0);
	assert_true(first.n > 0);
	assert_int_equal(take_back(t->spam, raw, &first, NULL), 0);
	spam_test_score(t->spam, raw, false, &again);
	assert_true(fabs(again - as_ham) < 1e-9);
	assert_int_equal(spam_test_count(t->spam), 30);
	/* To the other class and back to the first, then both undone. */
	assert_int_equal(correct(t->spam, raw, true, &first), 0);
	assert_int_equal(correct(t->spam, raw, false, &second), 0);
	spam_test_reopen(t);
	assert_int_equal(take_back(t->spam, raw, &second, NULL), 0);
	spam_test_score(t->spam, raw, false, &as_spam);
	assert_true(as_spam > as_ham + 0.1);
	assert_int_equal(take_back(t->spam, raw, &first, NULL), 0);
	spam_test_score(t->spam, raw, false, &again);
	spam_test_score(t->spam, probe, false, &of_probe_again);
	assert_true(fabs(again - as_ham) < 1e-6);
	assert_true(fabs(of_probe_again - of_probe) < 1e-6);
	assert_int_equal(spam_test_count(t->spam), 30);
	/* What is not known any more is not learnt by taking it back. */
	assert_int_equal(correct(t->spam, raw, true, &first), 0);
	assert_int_equal(spam_test_unlearn(t->spam, raw, NULL), 0);
	assert_int_equal(take_back(t->spam, raw, &first, &err), -1);
	assert_int_equal(err.code, ERR_NOTFOUND);
	assert_int_equal(spam_test_count(t->spam), 29);
	free(raw);
	free(probe);
}

static void
test_line_ends_make_no_other_message(void **state)
{
	struct spam_test *t = *state;

	assert_int_equal(spam_test_learn(t->spam, "Subject: a\n\nb\nc\n", true),
	                 0);
	assert_int_equal(spam_test_unlearn(
				 t->spam, "Subject: a\r\n\r\nb\r\nc\r\n", NULL),
	                 0);
}

static void
test_known_senders_are_safe(void **state)
{
	struct spam_test *t = *state;
	static const char way[] =
		"Received: from p by mx.home.example; Wed, 31 Dec 2025 "
		"10:00:00 +0900\n";
	char *raw = spam_test_mail(true, 501), *forged;
	double known, forged_score, stranger;

	spam_test_teach(t->spam, 0, 120);
	assert_int_equal(spam_test_score(t->spam, raw, false, &stranger),
	                 SPAM_SPAM);
	spam_test_score(t->spam, raw, true, &known);
	assert_true(known < stranger - 3);
	/* However bad it looks, the user is asked. */
	forged = xasprintf("%sSubject: 카지노사이트 무직자 대출 급등주 v1agra\n"
	                   "X-1: a\n%s",
	                   way, raw);
	assert_int_equal(spam_test_score(t->spam, forged, false, NULL),
	                 SPAM_SPAM);
	assert_int_equal(spam_test_score(t->spam, forged, true, NULL),
	                 SPAM_UNSURE);
	free(forged);
	/* What anybody else writes of the sender counts for nothing. */
	forged = xasprintf("Authentication-Results: mx.example; dmarc=fail\n%s"
	                   "Authentication-Results: mx.example; dmarc=fail\n%s",
	                   way, raw);
	assert_int_not_equal(spam_test_score(t->spam, forged, true,
	                                     &forged_score),
	                     SPAM_SPAM);
	free(forged);
	forged = xasprintf("Authentication-Results: mx.home.example; dmarc=fail"
	                   "\n%s%s",
	                   way, raw);
	assert_int_equal(spam_test_score(t->spam, forged, true, &forged_score),
	                 SPAM_SPAM);
	assert_true(forged_score > known + 3);
	free(forged);
	free(raw);
}

static void
test_advertisement_is_a_label(void **state)
{
	struct spam_test *t = *state;
	struct spam_result r;
	struct message m;
	struct spam_input in = { .m = &m };

	message_parse(&m, slice_of(PLAIN "Subject: =?utf-8?B?"
	                                 "KOq0keqzoCkg67SE?=\n\nhi\n"));
	spam_score(t->spam, &in, &r);
	assert_true(r.advertisement);
	assert_int_equal(r.verdict, SPAM_HAM);
	assert_non_null(strstr(r.reasons.p, "still learning"));
	spam_result_release(&r);
	spam_result_release(&r);
	message_release(&m);
}

static void
test_explains_in_words_of_the_mail(void **state)
{
	struct spam_test *t = *state;
	char *raw = spam_test_mail(true, 512);
	struct message m;
	struct spam_input in = { .m = &m };
	const char *word;
	struct str out;

	str_init(&out, 100000);
	message_parse(&m, slice_of(raw));
	/* Who knows nothing says what the rules count and need. */
	spam_explain(t->spam, &in, &out);
	assert_non_null(strstr(out.p, ": rules "));
	assert_non_null(strstr(out.p, "spam from +6.0 on"));
	str_clear(&out);
	spam_test_teach(t->spam, 0, 120);
	spam_explain(t->spam, &in, &out);
	assert_non_null(strstr(out.p, ": score "));
	/* However high the score is: nothing is certain. */
	assert_non_null(strstr(out.p, "probability 99 %"));
	assert_non_null(strstr(out.p, "speaks for spam:\n  +"));
	assert_non_null(strstr(out.p, "from: promo.example"));
	assert_null(strstr(out.p, "\x1b"));
	/* Learnt in pieces, shown as the word of the mail, once. */
	word = strstr(out.p, "투자금\n");
	assert_non_null(word);
	assert_null(strstr(word + 1, "투자금\n"));
	assert_null(strstr(out.p, "  자금\n"));
	assert_null(strstr(out.p, "투자 … 자금"));
	message_release(&m);
	str_release(&out);
	free(raw);
}

static void
assert_same_text(const char *a, const char *b)
{
	struct spam_view x, y;
	struct message m, n;

	message_parse(&m, slice_of(a));
	message_parse(&n, slice_of(b));
	spam_view_init(&x, &m);
	spam_view_init(&y, &n);
	assert_true(x.text.n > 0);
	assert_true(slice_eq(x.text, y.text));
	assert_true(slice_eq(x.subject, y.subject));
	spam_view_release(&x);
	spam_view_release(&y);
	message_release(&m);
	message_release(&n);
}

static void
test_spelling_on_the_wire_does_not_matter(void **state)
{
	static const char utf8[] =
		"Subject: 대출\nContent-Type: text/plain; charset=utf-8\n\n"
		"무료 대출\n";

	(void)state;
	assert_same_text(utf8, "Subject: =?euc-kr?B?tOvD4g==?=\nContent-Type: "
	                       "text/plain; charset=ks_c_5601-1987\n\n"
	                       "\xb9\xab\xb7\xe1 \xb4\xeb\xc3\xe2\n");
	assert_same_text(utf8, "Subject: =?utf-8?Q?=EB=8C=80=EC=B6=9C?=\n"
	                       "Content-Type: text/html; charset=utf-8\n"
	                       "Content-Transfer-Encoding: base64\n\n"
	                       "PHA+66y066OMIOuMgOy2nDwvcD4K\n");
}

static void
test_the_users_rules_count(void **state)
{
	static const char rules[] = "[mine]\nwhere = subject\nmatch = 파발\n"
				    "score = 7\nen = my own reason\n";
	struct spam_test *t = *state;
	struct paths paths = { .config = t->folder };
	char *path = fsx_join(t->folder, "spam-rules.conf");

	assert_int_equal(fsx_write_atomic(path, slice_of(rules), NULL), 0);
	spam_user_rules(t->spam, &paths);
	assert_int_equal(spam_test_score(t->spam, PLAIN "Subject: 파발\n\nx\n",
	                                 false, NULL),
	                 SPAM_SPAM);
	assert_int_equal(unlink(path), 0);
	free(path);
}

static void
test_batch_lines(void **state)
{
	struct spam_test *t = *state;
	char *path = fsx_join(t->folder, "mail"), *line;
	static const char verbs[] = "CHSC";
	struct str reply;
	double score, p;
	size_t i;

	str_init(&reply, 10000);
	assert_int_equal(
		fsx_write_atomic(path, SLICE_LIT(PLAIN "\nhi\n"), NULL), 0);
	for (i = 0; verbs[i] != '\0'; i++) {
		line = xasprintf("%c %s", verbs[i], path);
		assert_true(spam_batch_line(t->spam, slice_of(line), &reply));
		free(line);
	}
	assert_int_equal(sscanf(reply.p, "ham %lf %lf\n", &score, &p), 2);
	assert_true(p > 0 && p < 0.9 && isfinite(score));
	assert_non_null(strstr(reply.p, "\nok\nok\n"));
	str_clear(&reply);
	assert_true(spam_batch_line(t->spam, SLICE_LIT("F"), &reply));
	assert_string_equal(reply.p, "ok\n");
	str_clear(&reply);
	assert_true(
		spam_batch_line(t->spam, SLICE_LIT("C /nonexistent"), &reply));
	assert_true(slice_starts(str_slice(&reply), "error "));
	str_clear(&reply);
	assert_true(spam_batch_line(t->spam, SLICE_LIT("what"), &reply));
	assert_true(slice_starts(str_slice(&reply), "error "));
	assert_false(spam_batch_line(t->spam, SLICE_LIT("Q\n"), &reply));
	str_release(&reply);
	free(path);
}

#define CASE(f) \
 cmocka_unit_test_setup_teardown(f, spam_test_setup, spam_test_teardown)

static void
test_a_word_list_is_a_start(void **state)
{
	struct spam_test *t = *state;
	static const char list[] =
		".ENCODING 2 0 20261123\n.MSG_COUNT 60 80 20261123\n"
		"특가 20 0 20261123\n무료 25 1 20261123\n당첨 18 0 20261123\n"
		"클릭 30 2 20261123\n수익 15 0 20261123\n쿠폰 22 1 20261123\n"
		"winner 20 0 20261123\nbonus 22 0 20261123\n"
		"subj:이벤트 20 1 20261123\nfrom:promo 30 0 20261123\n"
		"회의 1 30 20261123\n보고서 0 25 20261123\n"
		"견적 0 22 20261123\n일정 1 28 20261123\n검토 0 24 20261123\n"
		"subj:분기 0 20 20261123\npatch 0 20 20261123\n"
		"meeting 0 26 20261123\nfrom:office 0 40 20261123\n"
		"안녕하세요 30 40 20261123\nhead:x 50 0 20261123\n"
		"rare 1 0 20261123\n<b@d> 9 0 20261123\n\xff\xfe 9 0 2\n";
	struct err err = { 0 };
	unsigned right = 0, n = 0;
	uint64_t ham, spam;
	size_t words = 0;

	if (spam_import(t->spam, slice_of(list), &words, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(words, 21);
	for (n = 0; n < 100; n++) {
		char *text = spam_test_mail(n % 2 == 0, n);
		struct spam_result r = { 0 };
		struct message m;
		struct spam_input in = { .m = &m };

		message_parse(&m, slice_of(text));
		spam_score(t->spam, &in, &r);
		right += (r.score > 0) == (n % 2 == 0);
		spam_result_release(&r);
		message_release(&m);
		free(text);
	}
	assert_true(right >= 90);
	/* Once more changes nothing. */
	spam_counts(t->spam, &ham, &spam);
	assert_true(ham >= 50 && spam >= 40);
	assert_int_equal(spam_import(t->spam, slice_of(list), &words, &err), 0);
	spam_counts(t->spam, &ham, &spam);
	assert_true(ham <= 80 && spam <= 60);
}

static void
test_what_is_no_word_list_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"hello",
		"hello world x 1\n",
		"a 1 2\n",
		"a 1 2 x\n",
		"a 1 2 3\n",
		".MSG_COUNT 1 0 3\na 1 0 3\n",
		"a 1 99999999999999999999 3\n",
	};
	struct spam_test *t = *state;
	size_t i, words;

	for (i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct err err = { 0 };

		assert_int_equal(spam_import(t->spam, slice_of(bad[i]), &words,
		                             &err),
		                 -1);
		assert_int_equal(err.code, ERR_CONFIG);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_cold_start_is_careful),
		CASE(test_one_class_alone_decides_nothing),
		CASE(test_corrections_alone_are_enough),
		CASE(test_ten_corrections_move_it),
		CASE(test_it_learns_to_tell_them_apart),
		CASE(test_unlearning_takes_out_what_went_in),
		CASE(test_unlearning_needs_a_learnt_message),
		CASE(test_a_correction_is_taken_back),
		CASE(test_a_message_has_one_class),
		CASE(test_line_ends_make_no_other_message),
		CASE(test_known_senders_are_safe),
		CASE(test_advertisement_is_a_label),
		CASE(test_a_word_list_is_a_start),
		CASE(test_what_is_no_word_list_is_refused),
		CASE(test_explains_in_words_of_the_mail),
		CASE(test_spelling_on_the_wire_does_not_matter),
		CASE(test_the_users_rules_count),
		CASE(test_batch_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
