/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Templates and paragraphs filled anew. */
#include "lib/test.h"

#include "tui/reflow.h"
#include "tui/template.h"

static const struct template_facts facts = {
	.name = { "이준호", 9 },
	.address = { "lee@example.org", 15 },
	.me = { "김하늘", 9 },
	.subject = { "회의", 6 },
	.now = 1795392000, /* 2026-11-23 00:00 UTC */
};

static void
check(const char *template, const char *subject, const char *want,
      size_t cursor)
{
	struct str title, out;
	size_t at;

	str_init(&title, 4096);
	str_init(&out, 4096);
	template_fill(slice_of(template), &facts, &title, &out, &at);
	assert_string_equal(title.p, subject);
	assert_string_equal(out.p, want);
	assert_int_equal(at, cursor);
	str_release(&out);
	str_release(&title);
}

static void
test_template(void **state)
{
	(void)state;
	check("", "", "", 0);
	check("{name} 님께,\n\n{여기}\n\n{me} 드림\n", "",
	      "이준호 님께,\n\n\n\n김하늘 드림\n", 19);
	check("Subject: Re: {제목}, {name}\n\n{ date }: {주소}",
	      "Re: 회의, 이준호", "2026-11-23: lee@example.org", 27);
	/* what is no word stays */
	check("{ {name} {none} {", "", "{ 이준호 {none} {", 20);
	check("Subject: only", "only", "", 0);
}

/* What is not known yet stays, and is found when it is. */
static void
test_blanks(void **state)
{
	struct template_facts f = { .me = { "김", 3 } };
	struct str title, out;
	struct slice value;
	size_t at, n;

	(void)state;
	str_init(&title, 4096);
	str_init(&out, 4096);
	template_fill(
		SLICE_LIT("Subject: {이름}\n\n> {name}\n{me}: {name}, {x}"), &f,
		&title, &out, &at);
	assert_string_equal(title.p, "{이름}");
	assert_string_equal(out.p, "> {name}\n김: {name}, {x}");
	at = 0;
	assert_false(template_next(str_slice(&out), &f, &at, &n, &value));
	f.name = SLICE_LIT("이준호");
	assert_true(template_next(str_slice(&out), &f, &at, &n, &value));
	assert_int_equal(at, 14);
	assert_int_equal(n, 6);
	assert_true(slice_eq_z(value, "이준호"));
	at += n;
	assert_false(template_next(str_slice(&out), &f, &at, &n, &value));
	at = 0;
	assert_false(template_next(SLICE_LIT("}{"), &f, &at, &n, &value));
	assert_false(template_next(SLICE_LIT("{"), &f, &at, &n, &value));
	str_release(&out);
	str_release(&title);
}

/* What a name brings along is no template. */
static void
test_template_is_filled_once(void **state)
{
	struct template_facts f = facts;
	struct str title, out;
	size_t at;

	(void)state;
	f.name = SLICE_LIT("{me}{cursor}");
	str_init(&title, 4096);
	str_init(&out, 4096);
	template_fill(SLICE_LIT("{name}."), &f, &title, &out, &at);
	assert_string_equal(out.p, "{me}{cursor}.");
	assert_int_equal(at, 13);
	str_release(&out);
	str_release(&title);
}

static void
check_reflow(const char *text, size_t at, const char *want)
{
	struct edit_buf *b = edit_buf_new(1 << 20);
	struct str s;
	size_t where;

	str_init(&s, 1 << 20);
	edit_buf_set(b, slice_of(text));
	(void)reflow_paragraph(b, at);
	edit_buf_copy(b, 0, edit_buf_size(b), &s);
	assert_string_equal(s.p, want);
	str_clear(&s);
	if (edit_buf_undo(b, &where))
		edit_buf_copy(b, 0, edit_buf_size(b), &s);
	else
		str_add_z(&s, text);
	assert_string_equal(s.p, text);
	str_release(&s);
	edit_buf_free(&b);
}

static void
test_reflow(void **state)
{
	(void)state;
	check_reflow("one\ntwo  three\n\nfour\n", 0, "one two three\n\nfour\n");
	check_reflow("one\n\n\nfour\n", 4, "one\n\n\nfour\n");
	check_reflow("text\n-- \nsignature\n", 0, "text\n-- \nsignature\n");
	/* quoted lines stay quoted as deep as they were, and fit */
	check_reflow(
		"> 첫 줄입니다\n>둘째 줄은 조금 더 길어서 다시 인용하면 넘칩니다 "
		"그래서 나눕니다 여기서요\n> > 깊은 줄\n내 말\n",
		3,
		"> 첫 줄입니다 둘째 줄은 조금 더 길어서 다시 인용하면 넘칩니다 "
		"그래서\n> 나눕니다 여기서요\n> > 깊은 줄\n내 말\n");
	check_reflow(">> a\n>>b\n> c\n", 0, "> > a b\n> c\n");
	check_reflow("", 0, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_template),
		cmocka_unit_test(test_blanks),
		cmocka_unit_test(test_template_is_filled_once),
		cmocka_unit_test(test_reflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
