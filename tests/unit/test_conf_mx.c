/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mx: answers of DNS, whole, cut and hostile. */
#include "lib/test.h"

#include "conf/mx.h"

/* Question example.com MX; 20 mx2.example.com, 10 aspmx.l.google.com, and a
 * record that is no MX. */
static const unsigned char answer[] =
	"\x12\x34\x81\x80\x00\x01\x00\x03\x00\x00\x00\x00"
	"\x07"
	"example\x03"
	"com\x00\x00\x0f\x00\x01"
	"\xc0\x0c\x00\x0f\x00\x01\x00\x00\x00\x3c\x00\x08\x00\x14\x03"
	"mx2\xc0\x0c"
	"\xc0\x0c\x00\x0f\x00\x01\x00\x00\x00\x3c\x00\x16\x00\x0a\x05"
	"aspmx\x01"
	"l\x06"
	"google\x03"
	"com\x00"
	"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\x7f\x00\x00\x01";

static void
test_answer(void **state)
{
	struct str hosts;

	(void)state;
	str_init(&hosts, 10000);
	assert_int_equal(mx_parse(answer, sizeof answer - 1, &hosts, NULL), 0);
	assert_string_equal(hosts.p, "aspmx.l.google.com\nmx2.example.com\n");
	str_release(&hosts);
}

static void
test_cut_at_every_offset(void **state)
{
	struct str hosts;
	size_t n;

	(void)state;
	for (n = 0; n < sizeof answer - 1; n++) {
		unsigned char *part = malloc(n + 1);

		memcpy(part, answer, n);
		str_init(&hosts, 10000);
		assert_int_equal(mx_parse(part, n, &hosts, NULL), -1);
		assert_int_equal(hosts.n, 0);
		str_release(&hosts);
		free(part);
	}
}

static void
test_every_byte_broken(void **state)
{
	struct str hosts;
	size_t i;
	int value;

	(void)state;
	for (i = 0; i < sizeof answer - 1; i++)
		for (value = 0; value < 256; value += 5) {
			unsigned char *broken = malloc(sizeof answer - 1);

			memcpy(broken, answer, sizeof answer - 1);
			broken[i] = (unsigned char)value;
			str_init(&hosts, 10000);
			(void)mx_parse(broken, sizeof answer - 1, &hosts, NULL);
			str_release(&hosts);
			free(broken);
		}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answer),
		cmocka_unit_test(test_cut_at_every_offset),
		cmocka_unit_test(test_every_byte_broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
