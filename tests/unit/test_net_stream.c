/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stream: lines, caps, deadlines, cancel, floors; over scripts and sockets. */
#include "lib/test.h"

#include <sys/socket.h>
#include <unistd.h>

#include "lib/script_stream.h"
#include "net/stream.h"
#include "util/clock.h"
#include "util/xalloc.h"

static void
test_reads_lines_in_any_pieces(void **state)
{
	static const char transcript[] = "S: +OK hello\n"
					 "s: bare\\n\n"
					 "S: \n"
					 "S: with\\0nul\\rinside\\r\n"
					 "C: QUIT\n";

	(void)state;
	for (size_t max_io = 0; max_io < 4; max_io++) {
		struct script_opts opts = { .max_io = max_io };
		struct err err = { 0 };
		struct script *script;
		struct slice line;
		struct stream *s =
			script_stream_new(transcript, &opts, &script);

		assert_int_equal(stream_read_line(s, 100, &line, &err), 1);
		assert_slice(line, "+OK hello");
		assert_int_equal(stream_read_line(s, 100, &line, &err), 1);
		assert_slice(line, "bare");
		assert_int_equal(stream_read_line(s, 100, &line, &err), 1);
		assert_int_equal(line.n, 0);
		assert_int_equal(stream_read_line(s, 100, &line, &err), 1);
		assert_int_equal(line.n, 16);
		assert_memory_equal(line.p, "with\0nul\rinside\r", 16);
		assert_int_equal(stream_printf(s, &err, "%s\r\n", "QUIT"), 0);
		assert_int_equal(stream_flush(s, &err), 0);
		assert_int_equal(stream_read_line(s, 100, &line, &err), 0);
		assert_int_equal(err.code, ERR_NONE);
		assert_null(script_problem(script));
		assert_true(script_done(script));
		stream_close(&s);
		stream_close(&s);
		script_free(&script);
	}
}

static void
test_line_cap(void **state)
{
	struct script_opts opts = { .max_io = 3 };
	struct err err = { 0 };
	struct script *script;
	struct slice line;
	struct stream *s;

	(void)state;
	s = script_stream_new("S: 12345\nS: 123456\n", &opts, &script);
	assert_int_equal(stream_read_line(s, 5, &line, &err), 1);
	assert_int_equal(stream_read_line(s, 5, &line, &err), -1);
	assert_int_equal(err.code, ERR_LIMIT);
	stream_close(&s);
	script_free(&script);
}

static void
test_long_line_within_its_cap(void **state)
{
	enum {
		LENGTH = 200000
	};

	char *transcript = xmalloc(LENGTH + 8);
	struct err err = { 0 };
	struct script *script;
	struct slice line;
	struct stream *s;

	(void)state;
	memcpy(transcript, "S: ", 3);
	memset(transcript + 3, 'x', LENGTH);
	memcpy(transcript + 3 + LENGTH, "\n", 2);
	s = script_stream_new(transcript, NULL, &script);
	assert_int_equal(stream_read_line(s, LENGTH, &line, &err), 1);
	assert_int_equal(line.n, LENGTH);
	stream_close(&s);
	script_free(&script);
	s = script_stream_new(transcript, NULL, &script);
	assert_int_equal(stream_read_line(s, LENGTH - 1, &line, &err), -1);
	assert_int_equal(err.code, ERR_LIMIT);
	stream_close(&s);
	script_free(&script);
	free(transcript);
}

static void
test_cut_at_every_offset(void **state)
{
	static const char transcript[] = "S: one\nS: two\n";

	(void)state;
	for (size_t cut = 1; cut < 10; cut++) {
		struct script_opts opts = { .cut_after = cut };
		struct err err = { 0 };
		struct script *script;
		struct slice line;
		struct stream *s =
			script_stream_new(transcript, &opts, &script);
		int lines = 0;
		int rc;

		while ((rc = stream_read_line(s, 100, &line, &err)) == 1)
			lines++;
		assert_int_equal(lines, cut / 5);
		assert_int_equal(rc, cut % 5 == 0 ? 0 : -1);
		if (rc < 0)
			assert_int_equal(err.code, ERR_RETRY);
		stream_close(&s);
		script_free(&script);
	}
}

static void
test_peek_and_consume(void **state)
{
	struct err err = { 0 };
	struct script *script;
	struct slice data;
	struct stream *s = script_stream_new("S: abc\n", NULL, &script);

	(void)state;
	assert_int_equal(stream_peek(s, &data, &err), 1);
	assert_slice(data, "abc\r\n");
	stream_consume(s, 1);
	assert_int_equal(stream_buffered(s), 4);
	assert_int_equal(stream_peek(s, &data, &err), 1);
	assert_slice(data, "bc\r\n");
	stream_consume(s, 100);
	assert_int_equal(stream_buffered(s), 0);
	assert_int_equal(stream_peek(s, &data, &err), 0);
	assert_int_equal(stream_bytes_in(s), 5);
	stream_close(&s);
	script_free(&script);
}

struct pair {
	struct stream *s;
	int peer;
	int cancel[2];
};

static void
pair_open(struct pair *p)
{
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_int_equal(pipe(p->cancel), 0);
	p->peer = fds[1];
	p->s = stream_new_fd(fds[0], p->cancel[0]);
}

static void
pair_close(struct pair *p)
{
	stream_close(&p->s);
	if (p->peer >= 0)
		(void)close(p->peer);
	(void)close(p->cancel[0]);
	(void)close(p->cancel[1]);
}

static void
test_deadline_and_cancel_on_a_socket(void **state)
{
	struct err err = { 0 };
	struct slice line;
	struct pair p;

	(void)state;
	pair_open(&p);
	stream_set_timeout(p.s, 1, 0);
	assert_int_equal(write(p.peer, "half", 4), 4);
	assert_int_equal(stream_read_line(p.s, 100, &line, &err), -1);
	assert_int_equal(err.code, ERR_RETRY);
	stream_set_timeout(p.s, 60000, 0);
	assert_int_equal(write(p.cancel[1], "", 1), 1);
	assert_int_equal(stream_read_line(p.s, 100, &line, &err), -1);
	assert_int_equal(err.code, ERR_CANCELLED);
	/* Even when there is something to read. */
	assert_int_equal(write(p.peer, "line\r\n", 6), 6);
	assert_int_equal(stream_read_line(p.s, 100, &line, &err), -1);
	assert_int_equal(err.code, ERR_CANCELLED);
	assert_int_equal(stream_write(p.s, "x", 1, &err), 0);
	assert_int_equal(stream_flush(p.s, &err), -1);
	assert_int_equal(err.code, ERR_CANCELLED);
	pair_close(&p);
}

static void
test_a_closed_peer_kills_nobody(void **state)
{
	struct err err = { 0 };
	struct pair p;

	(void)state;
	pair_open(&p);
	(void)close(p.peer);
	p.peer = -1;
	assert_int_equal(stream_write(p.s, "x", 1, &err), 0);
	assert_int_equal(stream_flush(p.s, &err), -1);
	assert_int_equal(err.code, ERR_RETRY);
	pair_close(&p);
}

static void
test_a_peer_that_does_not_read(void **state)
{
	enum {
		SIZE = 4 << 20
	};
	struct err err = { 0 };
	char *big = xcalloc(1, SIZE);
	struct pair p;

	(void)state;
	pair_open(&p);
	stream_set_timeout(p.s, 1, 0);
	assert_int_equal(stream_write(p.s, big, SIZE, &err), -1);
	assert_int_equal(err.code, ERR_RETRY);
	pair_close(&p);
	free(big);
}

/* One byte a second, by the frozen clock. */
static ssize_t
drip_read(void *ctx, void *p, size_t n, int64_t deadline_ms, struct err *err)
{
	int *count = ctx;

	(void)n;
	if (clock_mono_ms() >= deadline_ms)
		return err_set(err, ERR_RETRY, "late");
	clock_advance_ms(1000);
	++*count;
	*(char *)p = 'x';
	return 1;
}

static ssize_t
drip_write(void *ctx, const void *p, size_t n, int64_t deadline_ms,
           struct err *err)
{
	(void)ctx;
	(void)p;
	(void)deadline_ms;
	(void)err;
	return (ssize_t)n;
}

static void
drip_close(void *ctx)
{
	(void)ctx;
}

static const struct stream_ops drip_ops = {
	.read = drip_read,
	.write = drip_write,
	.close = drip_close,
};

static void
test_slow_senders(void **state)
{
	struct err err = { 0 };
	struct slice data;
	struct stream *s;
	int count = 0;

	(void)state;
	clock_freeze(1000000);
	/* Each byte is in time; all together are too slow. */
	s = stream_new(&drip_ops, &count, -1);
	stream_set_timeout(s, 30000, 10);
	while (stream_peek(s, &data, &err) == 1)
		stream_consume(s, data.n);
	assert_int_equal(err.code, ERR_RETRY);
	assert_int_equal(count, 30);
	/* A floor they keep is no hindrance. */
	stream_set_timeout(s, 30000, 1);
	count = 0;
	while (count < 200 && stream_peek(s, &data, &err) == 1)
		stream_consume(s, data.n);
	assert_int_equal(count, 200);
	/* A line has one deadline. */
	stream_set_timeout(s, 30000, 0);
	count = 0;
	assert_int_equal(stream_read_line(s, 1000, &data, &err), -1);
	assert_string_equal(err.text, "late");
	assert_int_equal(count, 30);
	stream_close(&s);
	clock_freeze(0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_lines_in_any_pieces),
		cmocka_unit_test(test_line_cap),
		cmocka_unit_test(test_long_line_within_its_cap),
		cmocka_unit_test(test_cut_at_every_offset),
		cmocka_unit_test(test_peek_and_consume),
		cmocka_unit_test(test_deadline_and_cancel_on_a_socket),
		cmocka_unit_test(test_a_closed_peer_kills_nobody),
		cmocka_unit_test(test_a_peer_that_does_not_read),
		cmocka_unit_test(test_slow_senders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
