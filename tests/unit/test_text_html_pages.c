/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whole pages of tests/corpus/html as people send them: NAME.html gives
 * NAME.80 and NAME.60 at that many cells, and what was left out.
 */
#include "lib/test.h"

#include <dirent.h>
#include <stdio.h>

#include "text/html.h"
#include "text/unicode.h"
#include "util/utf8.h"

/* Far above what we put there. */
#define FILE_MAX 200000
#define PAGES    28

static void
read_whole(const char *name, struct str *out)
{
	struct str path;
	FILE *f;
	char block[4096];
	size_t n;

	str_init(&path, 4096);
	str_printf(&path, "%s/%s", TEST_PAGES, name);
	f = fopen(path.p, "rb");
	if (f == NULL)
		fail_msg("cannot read %s", path.p);
	while ((n = fread(block, 1, sizeof block, f)) > 0)
		str_add(out, block, n);
	assert_int_equal(fclose(f), 0);
	str_release(&path);
}

static void
render(struct slice html, size_t cells, struct str *out)
{
	struct html_opts opts = { .link_numbers = true,
		                  .link_list = true,
		                  .cells = cells };
	struct html_text t;

	html_to_text(html, &opts, &t);
	assert_true(utf8_valid(t.text.p, t.text.n));
	str_add_slice(out, str_slice(&t.text));
	str_printf(out, "= hidden %zu, pixels %zu%s\n", t.hidden_count,
	           t.pixel_count, t.cut ? ", cut" : "");
	html_text_release(&t);
}

/* Only an address may be longer than the line, or what is preformatted. */
static void
check_width(struct slice text, size_t cells, const char *name)
{
	struct slice line;

	while (slice_line(&text, &line))
		if (unicode_cells(line) > cells &&
		    slice_find_text(line, SLICE_LIT("://")) == line.n)
			fail_msg("%s: too wide: %.*s", name, SLICE_ARG(line));
}

static void
compare(struct slice stem, struct slice html, size_t cells)
{
	struct str name;
	struct str want;
	struct str got;

	str_init(&name, 256);
	str_init(&want, FILE_MAX);
	str_init(&got, FILE_MAX);
	str_printf(&name, "%.*s.%zu", SLICE_ARG(stem), cells);
	read_whole(name.p, &want);
	render(html, cells, &got);
	if (!slice_eq(str_slice(&got), str_slice(&want)))
		fail_msg("%s:\n%s", name.p, got.p);
	check_width(str_slice(&got), cells, name.p);
	str_release(&got);
	str_release(&want);
	str_release(&name);
}

/* Call one for each page of the folder. */
static void
each_page(void (*one)(struct slice stem, struct slice html))
{
	DIR *d = opendir(TEST_PAGES);
	struct dirent *e;
	size_t n = 0;

	assert_non_null(d);
	while ((e = readdir(d)) != NULL) {
		struct slice name = slice_of(e->d_name);
		struct str html;

		if (!slice_ends(name, ".html"))
			continue;
		str_init(&html, FILE_MAX);
		read_whole(e->d_name, &html);
		one(slice_head(name, name.n - 5), str_slice(&html));
		str_release(&html);
		n++;
	}
	assert_int_equal(closedir(d), 0);
	assert_true(n >= PAGES);
}

static void
compare_both(struct slice stem, struct slice html)
{
	compare(stem, html, 80);
	compare(stem, html, 60);
}

static void
test_pages(void **state)
{
	(void)state;
	each_page(compare_both);
}

/* Cut off, at every seventh byte, and narrow: nothing bad happens. */
static void
cut_everywhere(struct slice stem, struct slice html)
{
	(void)stem;
	for (size_t n = 0; n < html.n; n += 7) {
		struct str got;

		str_init(&got, FILE_MAX);
		render(slice_head(html, n), n % 40 + 1, &got);
		str_release(&got);
	}
}

static void
test_cut_pages(void **state)
{
	(void)state;
	each_page(cut_everywhere);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_cut_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
