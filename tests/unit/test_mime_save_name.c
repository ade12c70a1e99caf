/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names to save parts under: no path, no tricks, never empty. */
#include "lib/test.h"

#include "mime/message.h"
#include "util/utf8.h"

static void
save_name(const char *name, struct str *out)
{
	struct part p = { .filename = slice_of(name),
		          .type = SLICE_LIT("application/pdf"),
		          .path = SLICE_LIT("2.1") };

	part_save_name(&p, out);
}

static void
assert_saved(const char *name, const char *want)
{
	struct str out;

	str_init(&out, 10000);
	save_name(name, &out);
	assert_string_equal(out.p, want);
	str_release(&out);
}

static void
test_names(void **state)
{
	(void)state;
	assert_saved("보고서.hwp", "보고서.hwp");
	assert_saved("../../.ssh/비밀 키", "비밀 키");
	assert_saved("/etc/passwd", "passwd");
	assert_saved("C:\\Documents\\견적서.hwp", "견적서.hwp");
	assert_saved(".bashrc", "bashrc");
	assert_saved("-rf", "rf");
	assert_saved("a:b*c?.txt", "a_b_c_.txt");
	assert_saved("trailing. . ", "trailing");
	assert_saved("con", "_con");
	assert_saved("COM1.txt", "_COM1.txt");
	assert_saved("company.txt", "company.txt");
	/* Decomposed by macOS. */
	assert_saved("\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab.txt", "한.txt");
}

static void
test_nothing_left(void **state)
{
	(void)state;
	assert_saved("", "part-2.1.pdf");
	assert_saved(".", "part-2.1.pdf");
	assert_saved("..", "part-2.1.pdf");
	assert_saved("../", "part-2.1.pdf");
	assert_saved(" - ", "part-2.1.pdf");
}

static void
test_nothing_unsafe(void **state)
{
	struct str out;

	(void)state;
	str_init(&out, 1000);
	save_name("a\x1b]0;x\x07\nb\xe2\x80\xaegpj.exe", &out);
	for (size_t i = 0; i < out.n;) {
		uint32_t c;

		i += utf8_decode(out.p + i, out.n - i, &c);
		assert_false(utf8_is_unsafe(c));
	}
	str_release(&out);
}

static void
test_long(void **state)
{
	struct str in;
	struct str out;

	(void)state;
	str_init(&in, 1000);
	str_init(&out, 1000);
	for (int i = 0; i < 120; i++)
		str_add_z(&in, "가");
	str_add_z(&in, ".hwp");
	save_name(in.p, &out);
	assert_true(out.n <= 255 && out.n > 250);
	assert_true(utf8_valid(out.p, out.n));
	assert_true(slice_ends(str_slice(&out), "가.hwp"));
	str_release(&out);
	str_release(&in);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_nothing_left),
		cmocka_unit_test(test_nothing_unsafe),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
