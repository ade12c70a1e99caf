/* SPDX-License-Identifier: GPL-3.0-or-later */
/* search: form, words, expressions, full text. */
#include "lib/store_test.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "store/db_words.h"
#include "store/search_form.h"
#include "store/sender_charset.h"
#include "store/store_impl.h"
#include "util/fsx.h"
#include "util/xalloc.h"

static int
set_up(void **state)
{
	struct store_test *t = xcalloc(1, sizeof *t);

	store_test_init(t);
	*state = t;
	return 0;
}

static int
tear_down(void **state)
{
	struct store_test *t = *state;

	store_test_release(t);
	free(t);
	return 0;
}

static int64_t
add(struct store_test *t, const char *uidl, const char *subject,
    const char *body)
{
	char *m = store_test_message(uidl, subject, "", body);
	int64_t id = store_test_add(t, t->a, uidl, FOLDER_INBOX, 0, m);

	free(m);
	return id;
}

static void
index_all(struct store_test *t)
{
	uint64_t left = 1;

	while (left != 0)
		assert_ok(t, store_index_text(t->s, 3, &left, &t->err));
}

/* Ids found by a compiled search, newest first, as "3 1". */
static void
assert_found(struct store_test *t, const char *search, const char *ids)
{
	struct store_view view = { .folder = FOLDER_ANY, .search = search };
	struct store_rows rows;
	struct str got;
	uint64_t total, unread;
	size_t i;

	assert_ok(t, store_list(t->s, &view, NULL, false, 100, &rows, &t->err));
	str_init(&got, 1000);
	for (i = 0; i < rows.n; i++)
		str_printf(&got, i == 0 ? "%lld" : " %lld",
		           (long long)rows.v[i].id);
	if (strcmp(got.p, ids) != 0)
		fail_msg("%s: found \"%s\", not \"%s\"", search, got.p, ids);
	assert_ok(t, store_count(t->s, &view, &total, &unread, &t->err));
	assert_int_equal(total, rows.n);
	store_rows_release(&rows);
	str_release(&got);
}

/* Words are found as the user reads them. */
static void
test_chosen_charset(void **state)
{
	static const char raw[] =
		"From: kim@example.kr\nSubject: x\n"
		"Content-Type: text/plain; charset=iso-8859-1\n\n"
		"\xbe\xc8\xb3\xe7\xc7\xcf\xbc\xbc\xbf\xe4\n";
	struct store_test *t = *state;
	struct message m;

	message_parse(&m, slice_of(raw));
	assert_ok(t, sender_charset_choose(t->s, &m, CHARSET_CP949, &t->err));
	message_release(&m);
	(void)store_test_add(t, t->a, "1", FOLDER_INBOX, 0, raw);
	index_all(t);
	assert_found(t, "word=안녕하세요\n", "1");
}

/* Choosing a charset renews what is there of that sender, and of no other. */
static void
test_chosen_later(void **state)
{
#define LABELLED(from)                                            \
 "From: " from "\nSubject: \xbe\xc8\xb3\xe7\nContent-Type: text/" \
 "plain; charset=iso-8859-1\n\n\xc7\xcf\xbc\xbc\xbf\xe4\n"
	static const char kim[] = LABELLED("Kim@example.kr");
	static const char lee[] = LABELLED("lee@example.kr");
	struct store_test *t = *state;
	struct store_rows rows;
	struct message m;

	(void)store_test_add(t, t->a, "1", FOLDER_INBOX, 0, kim);
	(void)store_test_add(t, t->a, "2", FOLDER_INBOX, 0, lee);
	index_all(t);
	(void)store_test_add(t, t->b, "3", FOLDER_INBOX, 0, kim);
	message_parse(&m, slice_of(kim));
	assert_ok(t, sender_charset_choose(t->s, &m, CHARSET_JOHAB, &t->err));
	assert_found(t, "word=하세요\n", "");
	assert_ok(t, sender_charset_choose(t->s, &m, CHARSET_CP949, &t->err));
	message_release(&m);
	index_all(t);
	assert_found(t, "subject=안녕\n", "3 1");
	assert_found(t, "word=하세요\n", "3 1");
	assert_found(t, "-word=하세요\n", "2");
	/* by what it was read as before nothing is found any more */
	assert_found(t, "word=çï¼¼¿ä\n", "2");
	assert_found(t, "-word=çï¼¼¿ä\n", "3 1");
	assert_ok(t, store_row(t->s, 1, &rows, &t->err));
	assert_string_equal(rows.v[0].subject, "안녕");
	store_rows_release(&rows);
	assert_ok(t, store_row(t->s, 2, &rows, &t->err));
	assert_string_not_equal(rows.v[0].subject, "안녕");
	store_rows_release(&rows);
	store_test_sane(t);
}

static void
test_form_there_and_back(void **state)
{
	struct search_form f = { .folder = FOLDER_ANY,
		                 .unread = 1,
		                 .flagged = -1,
		                 .attachment = 1,
		                 .after = 1767193200,
		                 .before = -5 };
	struct search_form g;
	struct err err = { 0 };
	struct str text;
	int i;

	(void)state;
	for (i = 0; i < 10; i++) {
		struct search_term *term = &f.terms[f.term_count++];

		term->field = (enum search_field)(i % 5);
		term->text = SLICE_LIT("a=\"b\" \n-c");
		term->negated = i % 2 != 0;
		term->phrase = i > 5;
	}
	f.label = SLICE_LIT("업무");
	f.has_folder = true;
	f.folder = FOLDER_SPAM;
	str_init(&text, SEARCH_FORM_MAX);
	search_form_write(&f, &text);
	assert_int_equal(search_form_read(str_slice(&text), &g, &err), 0);
	assert_int_equal(g.term_count, 10);
	for (i = 0; i < 10; i++) {
		assert_int_equal(g.terms[i].field, f.terms[i].field);
		assert_int_equal(g.terms[i].negated, f.terms[i].negated);
		assert_int_equal(g.terms[i].phrase, f.terms[i].phrase);
		assert_slice(g.terms[i].text, "a=\"b\"  -c");
	}
	assert_int_equal(g.unread, 1);
	assert_int_equal(g.flagged, -1);
	assert_int_equal(g.attachment, 1);
	assert_int_equal(g.after, 1767193200);
	assert_int_equal(g.before, -5);
	assert_int_equal(g.folder, FOLDER_SPAM);
	assert_slice(g.label, "업무");
	str_release(&text);
}

static void
test_form_refuses(void **state)
{
	static const char *const bad[] = {
		"word",
		"word=",
		"nonsense=1",
		"unread=2",
		"folder=x",
		"after=1x",
		"-unread=1",
		"=",
		"after=-",
		"label=",
		"before=99999999999999999999",
	};
	struct search_form g;
	struct str many;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct err err = { 0 };

		if (search_form_read(slice_of(bad[i]), &g, &err) != -1)
			fail_msg("%s", bad[i]);
		assert_int_equal(err.code, ERR_USAGE);
	}
	str_init(&many, 10000);
	for (i = 0; i <= SEARCH_FORM_TERMS; i++)
		str_add_z(&many, "word=x\n");
	assert_int_equal(search_form_read(str_slice(&many), &g, NULL), -1);
	str_release(&many);
	assert_int_equal(search_form_read(SLICE_NONE, &g, NULL), 0);
}

static void
assert_words(const char *text, bool query, const char *expected)
{
	struct word_token token;
	struct str got;
	size_t at = 0;

	str_init(&got, 1000);
	while (words_next(slice_of(text), query, &at, &token)) {
		assert_true(token.start < token.end &&
		            token.end <= strlen(text));
		str_add(&got, text + token.start, token.end - token.start);
		str_add_c(&got, '|');
	}
	assert_string_equal(got.p, expected);
	str_release(&got);
}

static void
test_words(void **state)
{
	(void)state;
	assert_words("", false, "");
	assert_words("주간회의는", false, "주간|간회|회의|의는|는|");
	assert_words("주간회의는", true, "주간|간회|회의|의는|");
	assert_words("회", true, "회|");
	assert_words("주간 회의", true, "주간|간|회의|");
	assert_words("a1-b2_c@d.kr", false, "a1|b2|c|d|kr|");
	assert_words("3분기 report!", false, "3|분기|기|report|");
	assert_words("été…\xff\xfe漢字", false, "été|漢字|字|");
	assert_words("가\xea\xb0", false, "가|");
}

/* Cut anywhere, the tokenizer stays inside and moves on. */
static void
test_words_cut(void **state)
{
	static const char text[] = "회의 a가나b\xff漢 ㅋㅋ\xf0\x9f\x98\x80 é1";
	size_t n;

	(void)state;
	for (n = 0; n < sizeof text; n++) {
		char *copy = xmemdup0(text, n);
		struct word_token token;
		size_t at = 0;
		size_t before = 0;

		while (words_next(slice_make(copy, n), n % 2 != 0, &at,
		                  &token)) {
			assert_true(token.end <= n && at > before);
			before = at;
		}
		free(copy);
	}
}

static void
test_finds_korean(void **state)
{
	struct store_test *t = *state;
	int64_t one = add(t, "1", "주간회의는 화요일", "예산 이야기");
	int64_t two = add(t, "2", "네이버페이 결제", "회의실 예약");
	char *a = xasprintf("%lld", (long long)one);
	char *b = xasprintf("%lld", (long long)two);
	char *both = xasprintf("%lld %lld", (long long)two, (long long)one);

	index_all(t);
	assert_found(t, "word=회의\n", both);
	assert_found(t, "subject=회의\n", a);
	assert_found(t, "body=회의\n", b);
	assert_found(t, "word=이버\n", b);
	assert_found(t, "word=회\n", both);
	assert_found(t, "word=회의\nword=예산\n", a);
	assert_found(t, "word=회의\n-word=예산\n", b);
	assert_found(t, "-word=예산\n", b);
	assert_found(t, "word=ㅈㄱㅎㅇ\n", a);
	assert_found(t, "subject=ㄴㅇㅂ\n", b);
	assert_found(t, "from=ㄱㅎㄴ\n", both);
	assert_found(t, "from=김하늘\n", both);
	assert_found(t, "body=ㅈㄱㅎㅇ\n", "");
	assert_found(t, "word=하의\n", "");
	assert_found(t, "phrase=주간회의는 화요일\n", a);
	assert_found(t, "phrase=화요일 주간\n", "");
	/* NFD, as some programs type it. */
	assert_found(t,
	             "word=\xe1\x84\x92\xe1\x85\xac\xe1\x84\x8b\xe1\x85\xb4\n",
	             both);
	free(a);
	free(b);
	free(both);
}

static void
test_finds_latin_and_conditions(void **state)
{
	struct store_test *t = *state;
	int64_t one = add(t, "1", "Quarterly REPORT", "see the numbers");
	int64_t two = add(t, "2", "invoice", "report of kim@example.org");
	char *a = xasprintf("%lld", (long long)one);
	char *both = xasprintf("%lld %lld", (long long)two, (long long)one);
	char *b = xasprintf("%lld", (long long)two);
	int64_t undo;

	index_all(t);
	assert_found(t, "word=report\n", both);
	assert_found(t, "word=rep\n", both);
	assert_found(t, "phrase=rep\n", "");
	assert_found(t, "subject=Report\n", a);
	assert_found(t, "phrase=quarterly report\n", a);
	assert_found(t, "to=me@example.net\n", both);
	assert_ok(t, store_flags(t->s, &one, 1, STORE_SEEN, 0, &undo, &t->err));
	assert_found(t, "unread=1\n", b);
	assert_found(t, "unread=0\nword=report\n", a);
	assert_found(t, "after=1794787920\n", both);
	assert_found(t, "before=1794787920\n", "");
	assert_found(t, "attachment=1\n", "");
	assert_ok(t, store_move(t->s, &one, 1, FOLDER_SPAM, &undo, &t->err));
	assert_found(t, "word=report\n", b);
	assert_found(t, "folder=Spam\nword=report\n", a);
	assert_found(t, "folder=*\nword=report\n", both);
	assert_ok(t, store_label(t->s, &two, 1, "x", true, &undo, &t->err));
	assert_found(t, "label=x\n", b);
	assert_ok(t, store_delete(t->s, &two, 1, &t->err));
	assert_found(t, "folder=*\nword=report\n", a);
	free(a);
	free(b);
	free(both);
}

static void
test_no_syntax_gets_through(void **state)
{
	static const char *const odd[] = {
		"word=\"\n",          "word=a\"b\n",
		"word=*\n",           "word=\"*)(\n",
		"word=NEAR(\n",       "word=a AND\n",
		"word=subject : x\n", "word=NULL\n",
		"phrase=\"\"\"\n",    "word=');DROP TABLE words;--\n",
		"word=^a\n",          "-word=\"\n",
		"word=\xff\xfe\n",    "word=-\n",
		"from={a b} : c\n",   "word=a + b\n",
	};
	struct store_test *t = *state;
	size_t i;

	(void)add(t, "1", "x", "y");
	index_all(t);
	for (i = 0; i < sizeof odd / sizeof odd[0]; i++) {
		struct store_view view = { .folder = FOLDER_ANY,
			                   .search = odd[i] };
		struct store_rows rows;

		assert_ok(t, store_list(t->s, &view, NULL, false, 10, &rows,
		                        &t->err));
		store_rows_release(&rows);
	}
}

static void
test_index_goes_both_ways(void **state)
{
	struct store_test *t = *state;
	uint64_t left = 0;
	int i;

	for (i = 0; i < 5; i++) {
		char *uidl = xasprintf("%d", i);

		(void)add(t, uidl, "word", "");
		free(uidl);
	}
	assert_ok(t, store_index_text(t->s, 2, &left, &t->err));
	assert_int_equal(left, 3);
	assert_found(t, "word=word\n", "5 4"); /* newest first */
	(void)add(t, "new", "word", "");
	assert_ok(t, store_index_text(t->s, 1, &left, &t->err));
	assert_int_equal(left, 3);
	assert_found(t, "word=word\n", "6 5 4");
	index_all(t);
	assert_found(t, "word=word\n", "6 5 4 3 2 1");
	assert_ok(t, store_index_text(t->s, 10, &left, &t->err));
	assert_int_equal(left, 0);
}

static void
test_damaged_index_is_made_anew(void **state)
{
	struct store_test *t = *state;
	char *path = fsx_join(t->cache, "search.db");
	int fd;

	(void)add(t, "1", "word", "");
	index_all(t);
	store_close(&t->s);
	fd = open(path, O_WRONLY | O_TRUNC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "this is no database at all, is it?", 34),
	                 34);
	close(fd);
	store_test_reopen(t);
	index_all(t);
	assert_found(t, "word=word\n", "1");
	free(path);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_form_there_and_back),
		cmocka_unit_test(test_form_refuses),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_words_cut),
		T(test_finds_korean),
		T(test_finds_latin_and_conditions),
		T(test_no_syntax_gets_through),
		T(test_index_goes_both_ways),
		T(test_damaged_index_is_made_anew),
		T(test_chosen_charset),
		T(test_chosen_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
