/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dial: loopback only; refused, cancelled, names that cannot be. */
#include "lib/test.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/dial.h"

/* A listening socket on 127.0.0.1; its port. */
static int
listen_somewhere(int *port_r)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(listen(fd, 5), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &size), 0);
	*port_r = ntohs(a.sin_port);
	return fd;
}

static void
test_connects_by_address_and_name(void **state)
{
	static const char *const hosts[] = { "127.0.0.1", "localhost" };
	int port;
	int fd = listen_somewhere(&port);

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct dial_opts opts = { .host = hosts[i],
			                  .port = port,
			                  .cancel_fd = -1 };
		struct err err = { 0 };
		struct slice line;
		struct stream *s = dial(&opts, &err);
		int peer;

		if (s == NULL)
			fail_msg("%s: %s", hosts[i], err.text);
		peer = accept(fd, NULL, NULL);
		assert_true(peer >= 0);
		assert_int_equal(write(peer, "+OK\r\n", 5), 5);
		assert_int_equal(stream_read_line(s, 10, &line, &err), 1);
		assert_slice(line, "+OK");
		(void)close(peer);
		stream_close(&s);
	}
	(void)close(fd);
}

static bool
is_listed(const struct dial_addresses *found, const char *text, bool v6)
{
	for (size_t i = 0; i < found->n; i++)
		if (strcmp(found->v[i].text, text) == 0 && found->v[i].v6 == v6)
			return true;
	return false;
}

static void
test_addresses_of_a_name(void **state)
{
	struct dial_opts opts = { .host = "localhost",
		                  .port = 995,
		                  .cancel_fd = -1 };
	struct dial_addresses found;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(dial_look_up(&opts, &found, &err), 0);
	assert_true(is_listed(&found, "127.0.0.1", false) ||
	            is_listed(&found, "::1", true));
	opts.host = "::1";
	assert_int_equal(dial_look_up(&opts, &found, &err), 0);
	assert_int_equal(found.n, 1);
	assert_true(is_listed(&found, "::1", true));
	opts.host = "192.0.2.1";
	assert_int_equal(dial_look_up(&opts, &found, &err), 0);
	assert_int_equal(found.n, 1);
	assert_true(is_listed(&found, "192.0.2.1", false));
	opts.host = "\xff\xfe";
	assert_int_equal(dial_look_up(&opts, &found, &err), -1);
	assert_int_equal(err.code, ERR_NOHOST);
	assert_int_equal(found.n, 0);
}

static void
test_refused_and_cancelled(void **state)
{
	struct dial_opts opts = { .host = "127.0.0.1", .cancel_fd = -1 };
	struct err err = { 0 };
	int cancel[2];
	int fd = listen_somewhere(&opts.port);

	(void)state;
	(void)close(fd);
	assert_null(dial(&opts, &err));
	assert_int_equal(err.code, ERR_RETRY);
	assert_non_null(strstr(err.text, "127.0.0.1"));
	assert_int_equal(pipe(cancel), 0);
	assert_int_equal(write(cancel[1], "", 1), 1);
	opts.cancel_fd = cancel[0];
	opts.host = "localhost";
	assert_null(dial(&opts, &err));
	assert_int_equal(err.code, ERR_CANCELLED);
	(void)close(cancel[0]);
	(void)close(cancel[1]);
}

static void
test_host_names(void **state)
{
	struct err err = { 0 };
	char *ascii = dial_ascii_host("pop.example.kr", &err);

	(void)state;
	assert_string_equal(ascii, "pop.example.kr");
	free(ascii);
	ascii = dial_ascii_host("메일.한국", &err);
#ifdef HAVE_LIBIDN2
	assert_string_equal(ascii, "xn--h32bq4v.xn--3e0b707e");
#else
	assert_null(ascii);
	assert_int_equal(err.code, ERR_NOHOST);
#endif
	free(ascii);
	assert_null(dial_ascii_host("\xff\xfe", &err));
	assert_int_equal(err.code, ERR_NOHOST);
	assert_true(dial_is_loopback("127.1.2.3"));
	assert_true(dial_is_loopback("::1"));
	assert_true(dial_is_loopback("LocalHost"));
	assert_false(dial_is_loopback("localhost.example.com"));
	assert_false(dial_is_loopback("192.0.2.1"));
	assert_true(dial_is_address("2001:db8::1"));
	assert_false(dial_is_address("1.2.3.4.example"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_connects_by_address_and_name),
		cmocka_unit_test(test_addresses_of_a_name),
		cmocka_unit_test(test_refused_and_cancelled),
		cmocka_unit_test(test_host_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
