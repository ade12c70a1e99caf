/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is decoded in large steps is what is decoded byte by byte: texts of random
 * pieces, good and broken, cut anywhere, beside the plainest decoders that can be
 * written.
 */
#include "lib/test.h"

#include "lib/pieces.h"
#include "mime/cte.h"
#include "mime/message.h"
#include "text/cp949.h"
#include "text/detect.h"
#include "util/utf8.h"

#define PIECE(s)     \
 {                   \
  (s), sizeof(s) - 1 \
 }
#define ROUNDS   4000
#define TEXT_MAX 300
#define OUT_MAX  100000

static const struct slice utf8_pieces[] = {
	PIECE("a"),
	PIECE("Hello, world. "),
	PIECE("\r\n"),
	PIECE("\r"),
	PIECE("\n"),
	PIECE("\xed\x95\x98"), /* U+D558 */
	PIECE("\xea\xb0\x80"),
	PIECE("\xec\x95\x88\xeb\x85\x95 "),
	PIECE("\xed\x9f\xbf"), /* before the surrogates */
	PIECE("\xed\xa0\x80"), /* a surrogate */
	PIECE("\xe0\xa0\x80"),
	PIECE("\xe0\x9f\xbf"), /* too long */
	PIECE("\xef\xbf\xbd"),
	PIECE("\xef\xbb\xbf"),
	PIECE("\xc2\x80"), /* C1 */
	PIECE("\xc2\xa0"),
	PIECE("\xc3\xa9"),
	PIECE("\xc1\xbf"),
	PIECE("\xf0\x9f\x98\x80"),
	PIECE("\xf4\x90\x80\x80"),
	PIECE("\xf0\x8f\xbf\xbf"),
	PIECE("\xff"),
	PIECE("\x80"),
	PIECE("\0"),
	PIECE("\033$)C\016GQ1[\017"),
};

static const struct slice korean_pieces[] = {
	PIECE("a"),        PIECE("Hello, world. "),
	PIECE("\r\n"),     PIECE("\n"),
	PIECE("\xc7\xd1"), PIECE("\xb1\xdb\xc0\xcc "),
	PIECE("\xb0\xa1"), PIECE("\xc8\xfe"),
	PIECE("\x8c\x63"), /* beyond KS X 1001 */
	PIECE("\xa1\xa4"), /* two bytes of UTF-8 */
	PIECE("\xa5\xc1"), PIECE("\xa4\xa1"),
	PIECE("\xa2\xe8"), PIECE("\xf9\xa1"),
	PIECE("\xc9\xa1"), /* nothing */
	PIECE("\xfe\xfe"), PIECE("\xff"),
	PIECE("\x80"),     PIECE("\xb0<"),
	PIECE("\xb0\n"),
};

static const struct slice base64_pieces[] = {
	PIECE("QUJD"),
	PIECE("7ZWc6riA"),
	PIECE("\r\n"),
	PIECE("\n"),
	PIECE("/+/+"),
	PIECE("Q"),
	PIECE("="),
	PIECE("=="),
	PIECE(" "),
	PIECE("-"),
	PIECE("\xff"),
	PIECE("QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9w"
	      "cXJzdHV2d3h5ejAx\r\n"),
};

static const struct slice qp_pieces[] = {
	PIECE("a"),      PIECE("plain text of some length "),
	PIECE("=ED"),    PIECE("=95=98"),
	PIECE("=ea"),    PIECE("=\r\n"),
	PIECE("=\n"),    PIECE("= \t\r\n"),
	PIECE("\r\n"),   PIECE("\n"),
	PIECE(" \t"),    PIECE("="),
	PIECE("=4"),     PIECE("=ZZ"),
	PIECE("==3D"),   PIECE("_"),
	PIECE("\xff\r"), PIECE("    "),
};

static struct slice
make(uint64_t *seed, const struct slice *pieces, size_t bytes)
{
	return pieces_make(seed, pieces, bytes / sizeof *pieces, TEXT_MAX);
}

static void
drop(struct slice s)
{
	free((char *)(uintptr_t)s.p);
}

/* Unicode 15, table 3-7; 0: ill-formed. */
static size_t
plain_utf8(const unsigned char *p, size_t n)
{
	size_t need = p[0] < 0x80                   ? 1
	              : p[0] >= 0xc2 && p[0] < 0xe0 ? 2
	              : p[0] >= 0xe0 && p[0] < 0xf0 ? 3
	              : p[0] >= 0xf0 && p[0] < 0xf5 ? 4
	                                            : 0;

	if (need == 0 || need > n)
		return 0;
	for (size_t i = 1; i < need; i++)
		if (p[i] < 0x80 || p[i] > 0xbf)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return need;
}

static void
test_utf8(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct slice s = make(&seed, utf8_pieces, sizeof utf8_pieces);
		const unsigned char *p = (const unsigned char *)s.p;
		size_t good = s.n;
		size_t ascii = s.n;
		bool valid = true;
		size_t len;

		for (size_t i = s.n; i > 0; i--)
			if (p[i - 1] >= 0x80)
				ascii = i - 1;
		for (size_t i = 0; i < s.n && valid; i += len) {
			len = plain_utf8(p + i, s.n - i);
			valid = len > 0;
			if (good == s.n &&
			    (!valid || (p[i] == 0xc2 && p[i + 1] < 0xa0)))
				good = i;
		}
		assert_int_equal(utf8_good(s.p, s.n), good);
		assert_int_equal(utf8_valid(s.p, s.n), valid);
		assert_int_equal(utf8_ascii(s.p, s.n), ascii);
		assert_int_equal(utf8_has_8bit(s.p, s.n), ascii < s.n);
		drop(s);
	}
}

static const char alphabet[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Behind the padding: is the next line that is not empty all base64? */
static bool
goes_on(struct slice s)
{
	while (s.n > 0 && (s.p[0] == '=' || byte_is_blank(s.p[0])))
		s = slice_from(s, 1);
	s = slice_rtrim(slice_head(s, slice_find(s, '\n')));
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '=' &&
		    (s.p[i] == '\0' || strchr(alphabet, s.p[i]) == NULL))
			return false;
	return true;
}

static void
plain_base64(struct slice s, struct str *out)
{
	unsigned bits = 0;
	int have = 0;

	for (size_t i = 0; i < s.n; i++) {
		const char *at =
			s.p[i] != '\0' ? strchr(alphabet, s.p[i]) : NULL;

		if (s.p[i] == '=') {
			have = 0;
			if (!goes_on(slice_from(s, i + 1)))
				return;
		}
		if (at == NULL)
			continue;
		bits = bits << 6 | (unsigned)(at - alphabet);
		have += 6;
		if (have >= 8) {
			have -= 8;
			str_add_c(out, (char)(bits >> have));
		}
	}
}

static int
hex(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	                              : -1;
}

static void
plain_q(struct slice s, bool underscore, struct str *out)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '=' && i + 2 < s.n && hex(s.p[i + 1]) >= 0 &&
		    hex(s.p[i + 2]) >= 0) {
			str_add_c(out, (char)(hex(s.p[i + 1]) * 16 +
			                      hex(s.p[i + 2])));
			i += 2;
		} else {
			str_add_c(out,
			          underscore && s.p[i] == '_' ? ' ' : s.p[i]);
		}
	}
}

static void
plain_qp(struct slice s, struct str *out)
{
	while (s.n > 0) {
		size_t n = slice_find(s, '\n');
		struct slice line = slice_head(s, n);
		bool ended = n < s.n;
		bool cr = ended && slice_ends(line, "\r");
		struct slice bare;
		bool soft;

		s = slice_from(s, n + 1);
		if (cr)
			line.n--;
		bare = line;
		while (bare.n > 0 && (bare.p[bare.n - 1] == ' ' ||
		                      bare.p[bare.n - 1] == '\t'))
			bare.n--;
		soft = slice_ends(bare, "=");
		if (ended || soft)
			line = bare;
		if (soft)
			line.n--;
		plain_q(line, false, out);
		if (ended && !soft)
			str_add_z(out, cr ? "\r\n" : "\n");
	}
}

static void
test_transfer_encodings(void **state)
{
	uint64_t seed = 2;
	struct str want;
	struct str got;

	(void)state;
	str_init(&want, OUT_MAX);
	str_init(&got, OUT_MAX);
	for (int round = 0; round < ROUNDS; round++) {
		struct slice b =
			make(&seed, base64_pieces, sizeof base64_pieces);
		struct slice q = make(&seed, qp_pieces, sizeof qp_pieces);

		plain_base64(b, &want);
		cte_decode_base64(b, &got);
		assert_true(slice_eq(str_slice(&want), str_slice(&got)));
		plain_qp(q, &want);
		cte_decode_qp(q, &got);
		assert_true(slice_eq(str_slice(&want), str_slice(&got)));
		plain_q(q, true, &want);
		cte_decode_q(q, &got);
		assert_true(slice_eq(str_slice(&want), str_slice(&got)));
		str_clear(&want);
		str_clear(&got);
		drop(b);
		drop(q);
	}
	str_release(&want);
	str_release(&got);
}

/* What does not fit is cut off, however it is decoded. */
static void
test_quoted_printable_without_room(void **state)
{
	const struct slice s = SLICE_LIT("=41=42=43=\r\n=44=45");

	(void)state;
	for (size_t max = 0; max < 8; max++) {
		struct str out;

		str_init(&out, max);
		cte_decode_qp(s, &out);
		assert_true(slice_eq(str_slice(&out),
		                     slice_head(SLICE_LIT("ABCDE"), max)));
		assert_int_equal(out.full, max < 5);
		str_release(&out);
	}
}

static size_t
plain_cp949(struct slice s, struct str *out)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t bad = 0;

	for (size_t i = 0; i < s.n; i++) {
		uint32_t c = p[i] < 0x80    ? p[i]
		             : i + 1 == s.n ? 0
		                            : cp949_char(p[i], p[i + 1]);

		bad += c == 0 && p[i] != 0;
		str_add_codepoint(out,
		                  c == 0 && p[i] != 0 ? UTF8_REPLACEMENT : c);
		if (p[i] > 0x80 && p[i] < 0xff && i + 1 < s.n &&
		    (c != 0 || p[i + 1] >= 0x80))
			i++;
	}
	return bad;
}

static void
test_cp949(void **state)
{
	uint64_t seed = 3;
	struct str want;
	struct str got;

	(void)state;
	str_init(&want, OUT_MAX);
	str_init(&got, OUT_MAX);
	for (int round = 0; round < ROUNDS; round++) {
		struct slice s =
			make(&seed, korean_pieces, sizeof korean_pieces);
		struct cp949_count count;
		size_t bad;

		charset_decode(CHARSET_CP949, s, &got, &bad);
		assert_int_equal(plain_cp949(s, &want), bad);
		assert_true(slice_eq(str_slice(&want), str_slice(&got)));
		cp949_count(s, &count);
		assert_int_equal(count.bad, bad);
		str_clear(&want);
		str_clear(&got);
		drop(s);
	}
	str_release(&want);
	str_release(&got);
}

static const char *const labels[] = {
	"",          "us-ascii",   "utf-8",       "euc-kr", "iso-2022-kr",
	"johab",     "iso-8859-1", "utf-7",       "utf-16", "hz-gb-2312",
	"shift_jis", "gb18030",    "iso-2022-jp", "koi8-r", "x-unknown",
};
#define LABELS (sizeof labels / sizeof *labels)

/* Any of the texts. */
static struct slice
make_any(uint64_t *seed)
{
	return pieces_random(seed) % 2 == 0
	               ? make(seed, utf8_pieces, sizeof utf8_pieces)
	               : make(seed, korean_pieces, sizeof korean_pieces);
}

static void
test_detection_with_decoding(void **state)
{
	uint64_t seed = 4;
	struct str want;
	struct str got;

	(void)state;
	str_init(&want, OUT_MAX);
	str_init(&got, OUT_MAX);
	for (int round = 0; round < ROUNDS * 4; round++) {
		struct detect_hint hint = {
			.label = charset_lookup(slice_of(
				labels[pieces_random(&seed) % LABELS])),
			.sibling = charset_lookup(slice_of(
				labels[pieces_random(&seed) % LABELS])),
		};
		struct slice s = make_any(&seed);
		size_t mark;
		enum charset cs = detect_header(s, &hint);

		charset_decode(cs, s, &want, NULL);
		assert_int_equal(detect_decode_header(s, &hint, &got), cs);
		assert_true(slice_eq(str_slice(&want), str_slice(&got)));
		cs = detect_body(s, &hint, &mark);
		charset_decode(cs, slice_from(s, mark), &want, NULL);
		assert_int_equal(detect_decode_body(s, &hint, &got), cs);
		assert_true(slice_eq(str_slice(&want), str_slice(&got)));
		str_clear(&want);
		str_clear(&got);
		drop(s);
	}
	str_release(&want);
	str_release(&got);
}

/* Only what can be read as a whole is taken, and out is as before else. */
static void
test_try(void **state)
{
	struct str out;

	(void)state;
	str_init(&out, 24);
	str_add_z(&out, "x");
	assert_true(charset_try(CHARSET_CP949, SLICE_LIT("\xc7\xd1"), &out));
	assert_string_equal(out.p, "x\xed\x95\x9c");
	assert_false(
		charset_try(CHARSET_CP949, SLICE_LIT("\xc7\xd1\xff"), &out));
	assert_string_equal(out.p, "x\xed\x95\x9c");
	assert_false(charset_try(CHARSET_CP949,
	                         SLICE_LIT("\xc7\xd1\xc7\xd1\xc7\xd1"), &out));
	assert_string_equal(out.p, "x\xed\x95\x9c");
	assert_false(out.full);
	str_release(&out);
}

static void
plain_lf(struct slice s, struct str *out)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '\r' || i + 1 == s.n || s.p[i + 1] != '\n')
			str_add_c(out, s.p[i]);
}

/* The text of a part, step by step. */
static enum charset
plain_text(struct slice body, enum cte cte, enum charset label,
           enum charset forced, struct str *out)
{
	struct detect_hint hint = { .label = forced, .sibling = label };
	struct str bytes;
	struct str text;
	size_t mark = 0;
	enum charset cs = forced;

	str_init(&bytes, OUT_MAX);
	str_init(&text, OUT_MAX);
	cte_decode(cte, body, &bytes);
	if (forced == CHARSET_UNKNOWN) {
		hint.label = label;
		cs = detect_body(str_slice(&bytes), &hint, &mark);
	}
	charset_decode(cs, slice_from(str_slice(&bytes), mark), &text, NULL);
	plain_lf(str_slice(&text), out);
	str_release(&text);
	str_release(&bytes);
	return cs;
}

static void
check_part_text(struct slice body, const char *cte, const char *label,
                const char *forced)
{
	struct message m;
	struct str raw;
	struct str want;
	struct str got;
	size_t head;
	enum charset cs;

	str_init(&raw, OUT_MAX);
	str_init(&want, OUT_MAX);
	str_init(&got, OUT_MAX);
	str_printf(&raw,
	           "Content-Type: text/plain; charset=\"%s\"\r\n"
	           "Content-Transfer-Encoding: %s\r\n\r\n",
	           label, cte);
	head = raw.n;
	str_add_slice(&raw, body);
	message_parse(&m, str_slice(&raw));
	message_set_charsets(&m, charset_lookup(slice_of(forced)),
	                     CHARSET_UNKNOWN);
	part_text(&m, m.root, &got, &cs);
	assert_int_equal(plain_text(slice_from(str_slice(&raw), head),
	                            m.root->cte,
	                            charset_lookup(slice_of(label)),
	                            charset_lookup(slice_of(forced)), &want),
	                 cs);
	assert_true(slice_eq(str_slice(&want), str_slice(&got)));
	message_release(&m);
	str_release(&got);
	str_release(&want);
	str_release(&raw);
}

static void
test_text_of_parts(void **state)
{
	static const char *const ctes[] = { "8bit", "base64",
		                            "quoted-printable" };
	uint64_t seed = 5;

	(void)state;
	/* A mark is a character where nothing is to be detected. */
	check_part_text(SLICE_LIT("\xef\xbb\xbf\xed\x95\x9c"), "8bit", "", "");
	check_part_text(SLICE_LIT("\xef\xbb\xbf\xed\x95\x9c"), "8bit", "",
	                "utf-8");
	for (int round = 0; round < ROUNDS; round++) {
		struct slice s = make_any(&seed);
		struct str coded;
		size_t how = pieces_random(&seed) % 3;
		const char *label = labels[pieces_random(&seed) % LABELS];
		bool forced = pieces_random(&seed) % 8 == 0;

		str_init(&coded, OUT_MAX);
		if (how == 1)
			cte_encode_base64(s, &coded);
		else
			str_add_slice(&coded, s);
		check_part_text(str_slice(&coded), ctes[how], label,
		                forced ? labels[pieces_random(&seed) % LABELS]
		                       : "");
		str_release(&coded);
		drop(s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_transfer_encodings),
		cmocka_unit_test(test_quoted_printable_without_room),
		cmocka_unit_test(test_cp949),
		cmocka_unit_test(test_detection_with_decoding),
		cmocka_unit_test(test_try),
		cmocka_unit_test(test_text_of_parts),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	charset_release_thread();
	return failed;
}
