/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dot: unstuffing in any pieces, stuffing of any line ends. */
#include "lib/test.h"

#include "lib/script_stream.h"
#include "net/dot.h"
#include "util/str.h"

static const struct {
	const char *wire;
	const char *text;
	const char *rest; /* NULL: the end is not in it */
} cases[] = {
	{ ".\r\n", "", "" },
	{ ".\r\n+OK\r\n", "", "+OK\r\n" },
	{ "\r\n.\r\n", "\r\n", "" },
	{ "a\r\n.\r\n.\r\n", "a\r\n", ".\r\n" },
	{ "a\r\n..\r\n.\r\n", "a\r\n.\r\n", "" },
	{ "..\r\n.\r\n", ".\r\n", "" },
	{ "...\r\n...x\r\n.\r\n", "..\r\n..x\r\n", "" },
	{ ".x\r\n.\r\n", "x\r\n", "" },
	{ "a\n.\n.\r\n..b\r.\r\r\n.\r\n", "a\n.\n.\r\n.b\r.\r\r\n", "" },
	{ "a\n..\n..b\n...\n\n..\r\n.\r\n", "a\n.\n.b\n..\n\n.\r\n", "" },
	{ "\n..x..\n.x\r\n..\n.\r\n.\r\n", "\n.x..\n.x\r\n.\n.\r\n", "" },
	{ "a\n.\r\nb\r\n.\r\n", "a\n.\r\nb\r\n", "" },
	{ "a\r.\r\nb\r\n.\r\n", "a\r.\r\nb\r\n", "" },
	{ "\r\n.\n\r\n.\r\n", "\r\n\n\r\n", "" },
	{ "a\r\n.\r\r\n.\r\n", "a\r\n\r\r\n", "" },
	{ "a\r\n.\rb\r\n.\r\n", "a\r\n\rb\r\n", "" },
	{ "no end\r\n", "no end\r\n", NULL },
	{ "no end\r\n.", "no end\r\n", NULL },
	{ "no end\r\n.\r", "no end\r\n", NULL },
	{ "no.end.\r\n\r", "no.end.\r\n\r", NULL },
};

static void
test_reads_whole_and_in_pieces(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct slice wire = slice_of(cases[i].wire);

		for (size_t piece = 1; piece <= wire.n; piece++) {
			struct dot_reader d = { 0 };
			struct slice left = wire;
			struct slice in = SLICE_NONE;
			struct slice run;
			struct str text;

			str_init(&text, 1000);
			while (left.n > 0 && d.state != DOT_END) {
				in = slice_head(left, piece);
				left = slice_from(left, in.n);
				while (dot_next(&d, &in, &run)) {
					assert_true(run.n > 0);
					str_add_slice(&text, run);
				}
			}
			assert_string_equal(text.p, cases[i].text);
			assert_int_equal(d.state == DOT_END,
			                 cases[i].rest != NULL);
			if (cases[i].rest != NULL)
				assert_int_equal(in.n + left.n,
				                 strlen(cases[i].rest));
			str_release(&text);
		}
	}
}

static void
assert_written(const char *text, const char *transcript)
{
	struct err err = { 0 };
	struct script *script;
	struct stream *s = script_stream_new(transcript, NULL, &script);

	assert_int_equal(dot_write(s, slice_of(text), &err), 0);
	assert_int_equal(stream_flush(s, &err), 0);
	assert_null(script_problem(script));
	assert_true(script_done(script));
	stream_close(&s);
	script_free(&script);
}

static void
test_writes_any_line_ends(void **state)
{
	(void)state;
	assert_written("", "C: .\n");
	assert_written("a", "C: a\nC: .\n");
	assert_written("a\r\n", "C: a\nC: .\n");
	assert_written("a\nb\rc\r\r\n", "C: a\nC: b\nC: c\nC: \nC: .\n");
	assert_written(".\n.\r.\r\n..x\n",
	               "C: ..\nC: ..\nC: ..\nC: ...x\nC: .\n");
	assert_written("\n\n", "C: \nC: \nC: .\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_whole_and_in_pieces),
		cmocka_unit_test(test_writes_any_line_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
