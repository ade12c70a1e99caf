/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tree of parts: shapes, broken shapes, limits. */
#include "lib/test.h"

#include <stdio.h>

#include "mime/limits.h"
#include "mime/parse.h"
#include "mime/part.h"
#include "util/fsx.h"
#include "util/str.h"

/* "path type body; ..." of all leaves, line ends of bodies as "|". */
static void
describe(const struct message *m, struct str *s)
{
	for (struct part *p = message_next_leaf(m, NULL); p != NULL;
	     p = message_next_leaf(m, p)) {
		str_printf(s, "%s%.*s %.*s", s->n > 0 ? "; " : "",
		           SLICE_ARG(p->path), SLICE_ARG(p->type));
		if (p->is_message)
			continue;
		str_add_c(s, ' ');
		for (size_t i = 0; i < p->body.n; i++)
			if (p->body.p[i] != '\r')
				str_add_c(s, p->body.p[i] == '\n'
				                     ? '|'
				                     : p->body.p[i]);
	}
}

/* Every part lies inside its parent and the tree hangs together. */
static void
assert_sane(const struct message *m)
{
	for (const struct part *p = m->root; p != NULL; p = part_walk(p)) {
		assert_true(p->type.n > 0);
		assert_true(p->body.n == 0 || p->body.p != NULL);
		for (const struct part *c = p->child; c != NULL; c = c->next)
			assert_ptr_equal(c->parent, p);
		assert_true(p->child == NULL || part_is_multipart(p) ||
		            p->is_message);
	}
}

static void
assert_tree(const char *raw, const char *want)
{
	struct message m;
	struct str s;

	str_init(&s, 100000);
	message_parse(&m, slice_of(raw));
	assert_sane(&m);
	describe(&m, &s);
	if (!slice_eq_z(str_slice(&s), want))
		fail_msg("\"%s\", not \"%s\"", s.p, want);
	str_release(&s);
	message_release(&m);
}

#define MIXED "Content-Type: multipart/mixed; boundary=b\n\n"

static void
assert_lost(const char *raw, const char *want)
{
	struct message m;

	message_parse(&m, slice_of(raw));
	assert_slice(m.root->lost, want);
	message_release(&m);
}

static void
test_single(void **state)
{
	(void)state;
	assert_tree("", "1 text/plain ");
	assert_tree("\n", "1 text/plain ");
	assert_tree("Subject: x\n\nbody\n", "1 text/plain body|");
	assert_tree("Subject: x\r\n\r\nbody\r\n", "1 text/plain body|");
	assert_tree("Content-Type: Text/HTML; charset=x\n\n<p>",
	            "1 text/html <p>");
	assert_tree("Content-Type: nonsense\n\nx", "1 text/plain x");
	assert_tree("just text\n\nand more\n",
	            "1 text/plain just text||and more|");
	assert_tree("Content-Type: text/plain>; charset=x\n\nx",
	            "1 text/plain> x");
	assert_tree("Content-Type: <html>\n\nx", "1 text/plain x");
	assert_tree("Subject: only", "1 text/plain ");
}

static void
test_multipart(void **state)
{
	(void)state;
	assert_tree(MIXED "pre\n--b\n\none\n--b\n\ntwo\n\n--b--\nepilogue\n",
	            "1 text/plain one; 2 text/plain two|");
	assert_tree(MIXED "--b\r\n\r\none\r\n--b  \r\n\r\ntwo\r\n--b--",
	            "1 text/plain one; 2 text/plain two");
	/* No close, no body, header ended by a delimiter. */
	assert_tree(MIXED "--b\n\none", "1 text/plain one");
	assert_tree(MIXED "--b\nContent-Type: image/png\n--b\n\nx\n--b--\n",
	            "1 image/png ; 2 text/plain x");
	/* Lines that only look alike. */
	assert_tree(MIXED "--b\n\n--bb\n-b\n --b\nx--b\n--b-\n--b--\n",
	            "1 text/plain --bb|-b| --b|x--b|--b-");
	/* After the close nothing counts. */
	assert_tree(MIXED "--b\n\none\n--b--\n--b\n\ntwo\n",
	            "1 text/plain one");
}

static void
test_nested(void **state)
{
	(void)state;
	assert_tree(MIXED "--b\nContent-Type: multipart/alternative; "
	                  "boundary=\"c\"\n\n--c\n\none\n--c\nContent-Type: "
	                  "text/html\n\ntwo\n--c--\n\n--b\n\nthree\n--b--\n",
	            "1.1 text/plain one; 1.2 text/html two; "
	            "2 text/plain three");
	/* The outer delimiter ends an inner part that was not closed. */
	assert_tree(MIXED "--b\nContent-Type: multipart/mixed; boundary=c\n\n"
	                  "--c\n\none\n--b\n\ntwo\n--b--\n",
	            "1.1 text/plain one; 2 text/plain two");
	/* The same boundary inside: the inner one takes it. */
	assert_tree(MIXED "--b\nContent-Type: multipart/mixed; boundary=b\n\n"
	                  "--b\n\none\n--b--\n--b--\n",
	            "1.1 text/plain one");
}

static void
test_messages(void **state)
{
	(void)state;
	assert_tree("Content-Type: message/rfc822\n\nSubject: in\n\nbody",
	            "1 message/rfc822; 1.1 text/plain body");
	assert_tree(MIXED "--b\nContent-Type: message/rfc822\n\n"
	                  "Content-Type: multipart/mixed; boundary=c\n\n"
	                  "--c\n\none\n--c\n\ntwo\n--c--\n--b--\n",
	            "1 message/rfc822; 1.1 text/plain one; "
	            "1.2 text/plain two");
	assert_tree("Content-Type: multipart/digest; boundary=b\n\n"
	            "--b\n\nSubject: a\n\none\n--b--\n",
	            "1 message/rfc822; 1.1 text/plain one");
}

static void
test_encoded_message(void **state)
{
	(void)state;
	/* "Subject: in\n\nbody" */
	assert_tree("Content-Type: message/rfc822\n"
	            "Content-Transfer-Encoding: base64\n\n"
	            "U3ViamVjdDogaW4KCmJvZHk=\n",
	            "1 message/rfc822; 1.1 text/plain body");
}

static void
test_no_delimiter(void **state)
{
	(void)state;
	assert_tree(MIXED "some text\n", "1 text/plain some text|");
	assert_tree("Content-Type: multipart/mixed\n\nx", "1 text/plain x");
	assert_tree("Content-Type: multipart/mixed; boundary=\"\"\n\n--\nx",
	            "1 text/plain --|x");
	assert_tree(MIXED "--b\nContent-Type: multipart/mixed; boundary=c\n\n"
	                  "in\n--b\n\ntwo\n--b--\n",
	            "1 text/plain in; 2 text/plain two");
}

static void
test_empty_parts(void **state)
{
	(void)state;
	assert_tree(MIXED "--b\n--b\n\n\n--b\n\none\n--b--\n",
	            "1 text/plain ; 2 text/plain one");
	assert_tree(MIXED "--b\n--b\n\none\n--b--\n", "1 text/plain one");
	assert_tree(MIXED "--b\n\n--b--\n", "1 text/plain ");
	/* A delimiter and no part: no leaf, but the preamble is kept. */
	assert_tree(MIXED "--b\n--b", "");
	assert_tree(MIXED "pre\n--b--\nepilogue\n", "");
	assert_lost(MIXED "pre\n--b--\nepilogue\n", "pre");
	assert_tree(MIXED "--b\n\none\n--b\nContent-Type: multipart/mixed; "
	                  "boundary=c\n\nin\n--c--\n--b--\n",
	            "1 text/plain one");
	/* An empty message has no part, one inside a multipart an empty one. */
	assert_tree("Content-Type: message/rfc822\n\n", "1 message/rfc822");
	assert_tree(MIXED "--b\nContent-Type: message/rfc822\n\n--b--\n",
	            "1 message/rfc822; 1.1 text/plain ");
}

/* The delimiters are there, their name is not. */
static void
test_no_boundary(void **state)
{
#define NAMELESS "Content-Type: multipart/mixed\n\n"
	(void)state;
	assert_tree(NAMELESS
	            "pre\n--x_1 \nContent-Type: text/html\n\n<b>\n"
	            "--x_1\ncontent-type: text/plain\n\ntwo\n--x_1--\n",
	            "1 text/html <b>; 2 text/plain two");
	/* what only looks a little like it is text */
	assert_tree(NAMELESS "--\nKim\n", "1 text/plain --|Kim|");
	assert_tree(NAMELESS "--x\n\none\n--x--\n",
	            "1 text/plain --x||one|--x--|");
	assert_tree(NAMELESS "--a b\nContent-Type: text/html\n\n<b>\n",
	            "1 text/plain --a b|Content-Type: text/html||<b>|");
	assert_tree(NAMELESS "\n <!DOCTYPE HTML>\n<p>a",
	            "1 text/html | <!DOCTYPE "
	            "HTML>|<p>a");
	assert_tree("Content-Type: multipart/alternative; boundary=b\n\n"
	            "<html>a",
	            "1 text/html <html>a");
}

static void
test_boundaries(void **state)
{
	(void)state;
	/* Blanks at the end of a quoted boundary are part of it. */
	assert_tree("Content-Type: multipart/mixed; boundary=\"b  \"\n\n"
	            "--b  \n\none\n--b \nmore\n--b  --\nepilogue",
	            "1 text/plain one|--b |more");
	assert_tree("Content-Type: multipart/mixed; boundary=b  \n\n"
	            "--b\n\none\n--b--\n",
	            "1 text/plain one");
	/* A close with something behind it closes, unless it opens another. */
	assert_tree(MIXED "--b\n\none\n--b-->\nepilogue\n", "1 text/plain one");
	assert_tree("Content-Type: multipart/mixed; boundary=\"b--c\"\n\n"
	            "--b--c\nContent-Type: multipart/mixed; boundary=b\n\n"
	            "--b\n\none\n--b--c\n\ntwo\n--b--c--\n",
	            "1.1 text/plain one; 2 text/plain two");
}

static void
test_junk_in_header(void **state)
{
	struct message m;

	(void)state;
	message_parse(&m, SLICE_LIT("A: 1\njunk line\nB : 2\n 3\n"
	                            "n\xc3\xa4me: x\n\nbody"));
	assert_int_equal(m.root->field_count, 2);
	assert_slice(part_field(m.root, "b", 0), " 2\n 3");
	assert_slice(m.root->body, "body");
	message_release(&m);
	/* A header that never ends: no body, but what is no header is kept. */
	assert_tree("Subject: x\nthis text has no empty line before it\n",
	            "1 text/plain ");
	assert_lost("Subject: x\nthis text has no empty line before it\n",
	            "this text has no empty line before it");
	assert_tree("just text\nand more\n",
	            "1 text/plain just text|and more|");
	assert_tree(MIXED "--b\nContent-Type: message/rfc822\n\n"
	                  "[the message]\n\n--b--\n",
	            "1 message/rfc822; 1.1 text/plain ");
}

static void
test_lost_empty_line(void **state)
{
	(void)state;
	assert_tree("Content-Type: multipart/mixed; boundary=b\n \n--b\n"
	            "Content-Type: text/html\n\none\n--b--\n",
	            "1 text/html one");
}

/* Lines that were converted to CRLF twice. */
static void
test_two_returns(void **state)
{
	(void)state;
	assert_tree("Content-Type: multipart/mixed; boundary=b\r\r\n\r\r\n"
	            "--b\r\r\nContent-Type: text/html\r\r\n\r\r\none\r\n"
	            "--b--\r\r\n",
	            "1 text/html one");
}

static void
test_before_header(void **state)
{
	struct message m;
	static const char *const starts[] = { "From me Mon Jan  1\n",
		                              ">From me\n", "\xef\xbb\xbf",
		                              "  " };

	(void)state;
	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
		struct str s;

		str_init(&s, 1000);
		str_printf(&s, "%sSubject: x\n\nbody", starts[i]);
		message_parse(&m, str_slice(&s));
		assert_slice(part_field(m.root, "Subject", 0), " x");
		assert_slice(m.root->body, "body");
		message_release(&m);
		str_release(&s);
	}
}

static void
test_what_the_fields_say(void **state)
{
	struct message m;
	struct part *p;

	(void)state;
	message_parse(&m,
	              SLICE_LIT(MIXED
	                        "--b\nContent-Type: text/plain; "
	                        "charset='EUC-KR'; format=Flowed; delsp=yes\n"
	                        "Content-ID: <x@y>\n\na\n--b\n"
	                        "Content-Type: application/pdf; name=a.pdf\n"
	                        "Content-Transfer-Encoding: BASE64\n"
	                        "Content-Disposition: inline; "
	                        "filename*=utf-8''%ED%95%9C.pdf\n\nYQ==\n--b\n"
	                        "Content-Disposition: attachment\n\nx\n--b--"));
	p = message_find_path(&m, SLICE_LIT("1"));
	assert_slice(p->charset, "euc-kr");
	assert_slice(p->content_id, "x@y");
	assert_true(p->flowed && p->delsp && !p->attachment);
	p = message_find_path(&m, SLICE_LIT("2"));
	assert_int_equal(p->cte, CTE_BASE64);
	assert_true(p->inline_ && !p->attachment);
	assert_slice(p->filename, "한.pdf");
	p = message_find_path(&m, SLICE_LIT("3"));
	assert_true(p->attachment && p->filename.n == 0);
	assert_null(message_find_path(&m, SLICE_LIT("4")));
	assert_int_equal(m.text_charset, CHARSET_CP949);
	message_release(&m);
}

static size_t
count_parts(const struct message *m, size_t *depth_r)
{
	size_t n = 0;

	*depth_r = 0;
	for (const struct part *p = m->root; p != NULL; p = part_walk(p)) {
		size_t depth = 0;

		for (const struct part *q = p; q != NULL; q = q->parent)
			depth++;
		if (depth > *depth_r)
			*depth_r = depth;
		n++;
	}
	return n;
}

static void
assert_limited(const char *piece, size_t times, unsigned cut)
{
	struct message m;
	struct str s;
	size_t depth;

	str_init(&s, 100000000);
	str_add_z(&s, MIXED);
	for (size_t i = 0; i < times; i++)
		str_add_z(&s, piece);
	str_add_z(&s, "\n\nlast words\n");
	message_parse(&m, str_slice(&s));
	assert_sane(&m);
	assert_int_equal(m.cut & cut, cut);
	assert_true(count_parts(&m, &depth) <= MIME_PARTS_MAX);
	assert_true(depth <= MIME_DEPTH_MAX + 1);
	message_release(&m);
	str_release(&s);
}

static void
test_limits(void **state)
{
	(void)state;
	assert_limited("--b\n" MIXED, 10000, MESSAGE_CUT_DEPTH);
	assert_limited("--b\nContent-Type: message/rfc822\n\n", 10000, 0);
	assert_limited("Content-Type: message/rfc822\n\n", 10000, 0);
	assert_limited("--b\n\n", 100000, 0);
	assert_limited("--b\n\nx\n", 100000, MESSAGE_CUT_PARTS);
	assert_limited("--b\nA: b\n", 100000, MESSAGE_CUT_PARTS);
	assert_limited("--b\nA: b\n B\n\n--b\n\n", 30000, MESSAGE_CUT_PARTS);
	assert_limited("-", 1000000, 0);
}

static void
test_many_fields(void **state)
{
	struct message m;
	struct str s;

	(void)state;
	str_init(&s, 10000000);
	for (int i = 0; i < 200000; i++)
		str_add_z(&s, "X: y\n");
	str_add_z(&s, "\nbody");
	message_parse(&m, str_slice(&s));
	assert_int_equal(m.cut, MESSAGE_CUT_HEADER);
	assert_int_equal(m.root->field_count, MIME_FIELDS_MAX);
	assert_slice(m.root->body, "body");
	message_release(&m);
	str_release(&s);
}

/* Cut at every offset, each copy in memory of exactly its size. */
static void
test_every_cut_is_safe(void **state)
{
	static const char whole[] =
		"Subject: =?utf-8?B?7ZWc?=\r\n" MIXED
		"--b\r\nContent-Type: message/rfc822\r\n\r\nA: b\r\n\r\nx\r\n"
		"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n"
		"--c\r\nContent-Disposition: attachment; filename=\"a\"\r\n"
		"\r\ny\r\n--c--\r\n--b--\r\n";

	(void)state;
	for (size_t i = 0; i < sizeof whole; i++) {
		struct message m;
		char *copy = malloc(i + 1);

		memcpy(copy, whole, i);
		copy = realloc(copy, i > 0 ? i : 1);
		message_parse(&m, slice_make(copy, i));
		assert_sane(&m);
		message_release(&m);
		free(copy);
	}
}

/* A large file that is forgotten while it is read has the same tree. */
static void
test_map_is_read_the_same(void **state)
{
	struct message mapped = { 0 };
	struct message plain = { 0 };
	FILE *file = tmpfile();
	struct err err = { 0 };
	struct fsx_map map;
	struct str raw;

	(void)state;
	assert_non_null(file);
	str_init(&raw, 4 * MIME_MAP_STRETCH);
	str_add_z(&raw, "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n");
	while (raw.n < 2 * MIME_MAP_STRETCH)
		str_add_z(&raw, "no hyphen in this line of the first part\n");
	str_add_z(&raw, "--b\nContent-Type: text/html\n\n");
	while (raw.n < 3 * MIME_MAP_STRETCH)
		str_add_z(&raw, "-- hyphens - in -- each line\n");
	str_add_z(&raw, "--b--\n");
	assert_int_equal(fwrite(raw.p, 1, raw.n, file), raw.n);
	assert_int_equal(fflush(file), 0);
	assert_int_equal(fsx_map_fd(fileno(file), &map, &err), 0);
	message_parse_map(&mapped, map.data);
	message_parse(&plain, str_slice(&raw));
	for (struct part *a = mapped.root, *b = plain.root; b != NULL;
	     a = part_walk(a), b = part_walk(b)) {
		assert_non_null(a);
		assert_true(slice_eq(a->type, b->type));
		assert_true(slice_eq(a->path, b->path));
		assert_true(slice_eq(a->body, b->body));
	}
	message_release(&plain);
	message_release(&mapped);
	fsx_map_close(&map);
	str_release(&raw);
	fclose(file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_single),
		cmocka_unit_test(test_multipart),
		cmocka_unit_test(test_nested),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_encoded_message),
		cmocka_unit_test(test_no_delimiter),
		cmocka_unit_test(test_empty_parts),
		cmocka_unit_test(test_no_boundary),
		cmocka_unit_test(test_boundaries),
		cmocka_unit_test(test_junk_in_header),
		cmocka_unit_test(test_lost_empty_line),
		cmocka_unit_test(test_two_returns),
		cmocka_unit_test(test_before_header),
		cmocka_unit_test(test_what_the_fields_say),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_many_fields),
		cmocka_unit_test(test_map_is_read_the_same),
		cmocka_unit_test(test_every_cut_is_safe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
