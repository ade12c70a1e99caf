/* SPDX-License-Identifier: GPL-3.0-or-later */
/* doctor: something to do about whatever is found, and how the program ends. */
#include "lib/test.h"

#include "cli/doctor.h"

static const char *const checks[] = {
	"pabal",    "locale", "terminal",   "charsets",  "clock",   "config",
	"disk",     "store",  "account",    "password",  "dns",     "tcp",
	"greeting", "tls",    "capa",       "ehlo",      "methods", "login",
	"uidl",     "top",    "pipelining", "providers",
};

static void
test_there_is_always_something_to_do(void **state)
{
	static const char *const servers[] = { "pop3", "smtp", NULL };

	(void)state;
	for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
		assert_true(strlen(doctor_title(checks[i])) > 0);
		for (int code = ERR_RETRY; code <= ERR_CANCELLED; code++)
			for (size_t s = 0; s < 3; s++)
				assert_true(strlen(doctor_advice(
						    servers[s], checks[i],
						    (enum err_code)code)) > 10);
	}
	/* Each server its own ports, each fault its own words. */
	assert_non_null(strstr(doctor_advice("pop3", "tcp", ERR_RETRY), "995"));
	assert_non_null(strstr(doctor_advice("smtp", "tcp", ERR_RETRY), "465"));
	assert_non_null(
		strstr(doctor_advice("pop3", "login", ERR_AUTH), "password"));
	assert_non_null(
		strstr(doctor_advice("pop3", "login", ERR_RETRY), "wait"));
	assert_non_null(
		strstr(doctor_advice(NULL, "store", ERR_IO), "pabal index"));
	assert_non_null(
		strstr(doctor_advice("pop3", "what", ERR_NOHOST), "spelt"));
}

static void
test_the_worst_says_how_it_ends(void **state)
{
	(void)state;
	assert_int_equal(doctor_worse(ERR_NONE, ERR_NONE), ERR_NONE);
	assert_int_equal(doctor_worse(ERR_NONE, ERR_RETRY), ERR_RETRY);
	assert_int_equal(doctor_worse(ERR_RETRY, ERR_AUTH), ERR_AUTH);
	assert_int_equal(doctor_worse(ERR_AUTH, ERR_RETRY), ERR_AUTH);
	assert_int_equal(doctor_worse(ERR_IO, ERR_AUTH), ERR_IO);
	assert_int_equal(doctor_worse(ERR_CERT, ERR_CONFIG), ERR_CONFIG);
	assert_int_equal(doctor_worse(ERR_CANCELLED, ERR_NOHOST), ERR_NOHOST);
	assert_int_equal(doctor_worse(ERR_CANCELLED, ERR_NONE), ERR_CANCELLED);
	/* None is lost. */
	for (int a = ERR_RETRY; a <= ERR_CANCELLED; a++)
		for (int b = ERR_RETRY; b <= ERR_CANCELLED; b++) {
			enum err_code w = doctor_worse((enum err_code)a,
			                               (enum err_code)b);

			assert_true((int)w == a || (int)w == b);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_is_always_something_to_do),
		cmocka_unit_test(test_the_worst_says_how_it_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
