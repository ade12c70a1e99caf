/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pop3_client: transcripts whole, byte by byte and cut at every offset. */
/*
 * A transcript of tests/proto says in its comments what to do after opening
 * ("# run: list retr dele top quit", "heads=MAX", "check=NUMBER:UIDL" with retr and
 * "marks" after each message;
 * "stls", "max=N", "mech=NAME", "apop", "user=NAME", "secret=WORD", "ahead": STAT
 * and the listing together, "whole": not in pieces) and which lines must come of it ("# want: ...").
 */
#include "lib/test.h"

#include <glob.h>
#include <stdio.h>

#include "lib/script_stream.h"
#include "proto/pop3_client.h"
#include "util/str.h"
#include "util/xalloc.h"

#define TEXT_MAX ((size_t)1 << 20)

struct play {
	struct slice run;
	struct str want;
	struct str got;
	uint64_t max;
	uint32_t *numbers;
	size_t *marks; /* 1, 2 ... n */
	size_t n;
	const char *verb; /* of what is read */
	bool has_data;    /* of the message that has begun */
	struct pop3 *p;
};

static void
read_comments(struct play *play, const char *transcript)
{
	struct slice rest = slice_of(transcript);
	struct slice line;

	while (slice_line(&rest, &line)) {
		if (slice_starts(line, "# run:"))
			play->run = slice_trim(slice_from(line, 6));
		if (slice_starts(line, "# want: ")) {
			str_add_slice(&play->want, slice_from(line, 8));
			str_add_c(&play->want, '\n');
		}
	}
}

static bool
wants(const struct play *play, const char *what, struct slice *value_r)
{
	struct slice rest = play->run;
	struct slice word;

	while (slice_word(&rest, &word))
		if (slice_starts(word, what)) {
			if (value_r != NULL)
				*value_r = slice_from(word, strlen(what));
			return true;
		}
	return false;
}

static int
sink_begin(void *ctx, size_t index, struct err *err)
{
	struct play *play = ctx;

	(void)err;
	play->has_data = false;
	str_printf(&play->got, "%s %zu ", play->verb, index);
	return 0;
}

static void
add_visible(struct str *out, struct slice text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '\r')
			str_add_z(out, "\\r");
		else if (text.p[i] == '\n')
			str_add_z(out, "\\n");
		else
			str_add_c(out, text.p[i]);
}

static int
sink_data(void *ctx, const char *p, size_t n, struct err *err)
{
	struct play *play = ctx;

	(void)err;
	if (!play->has_data)
		str_add_z(&play->got, "ok ");
	play->has_data = true;
	add_visible(&play->got, slice_make(p, n));
	return 0;
}

static int
sink_end(void *ctx, size_t index, bool ok, const struct err *why,
         struct err *err)
{
	struct play *play = ctx;

	(void)err;
	(void)index;
	assert_int_equal(ok, why == NULL);
	if (!ok)
		str_printf(&play->got, "refused %s", err_code_name(why->code));
	else if (!play->has_data)
		str_add_z(&play->got, "ok ");
	str_add_c(&play->got, '\n');
	return 0;
}

static int
outcome(struct play *play, const char *what, int rc, const struct err *err)
{
	if (rc < 0) {
		assert_int_not_equal(err->code, ERR_NONE);
		assert_int_not_equal(err->text[0], '\0');
		str_printf(&play->got, "%s %s\n", what,
		           err_code_name(err->code));
	}
	return rc;
}

static int
run_list(struct play *play)
{
	struct pop3_listing l;
	struct err err = { 0 };

	if (outcome(play, "list", pop3_list(play->p, &l, &err), &err) < 0) {
		assert_int_equal(l.n, 0);
		return -1;
	}
	str_add_z(&play->got, "list");
	play->numbers = xcalloc(l.n + 1, sizeof *play->numbers);
	play->marks = xcalloc(l.n + 1, sizeof *play->marks);
	for (size_t i = 0; i < l.n; i++) {
		play->numbers[play->n++] = l.v[i].number;
		play->marks[i] = i + 1;
		str_printf(&play->got, " %u:%lu:%s", l.v[i].number,
		           (unsigned long)l.v[i].size,
		           l.v[i].uidl != NULL ? l.v[i].uidl : "-");
	}
	str_add_c(&play->got, '\n');
	pop3_listing_release(&l);
	pop3_listing_release(&l);
	return 0;
}

static int
sink_reached(void *ctx, struct err *err)
{
	struct play *play = ctx;

	(void)err;
	str_add_z(&play->got, "mark\n");
	return 0;
}

/* "NUMBER:UIDL" of the transcript. */
static bool
wants_check(const struct play *play, struct pop3_check *check_r, char **uidl_r)
{
	struct slice value;
	struct slice number;
	uint64_t n = 0;

	if (!wants(play, "check=", &value))
		return false;
	assert_true(slice_split(&value, ':', &number));
	assert_int_equal(slice_u64(number, &n), 0);
	*uidl_r = value.n > 0 ? slice_dup(value) : NULL;
	/* It is set, whatever was there. */
	*check_r = (struct pop3_check){ .number = (uint32_t)n,
		                        .uidl = *uidl_r,
		                        .same = true };
	return true;
}

/* What began and was cut has no end: forget it, as a fetch does. */
static int
forget_begun(struct play *play, int rc, const struct err *err)
{
	while (play->got.n > 0 && play->got.p[play->got.n - 1] != '\n')
		str_truncate(&play->got, play->got.n - 1);
	return outcome(play, play->verb, rc, err);
}

static int
run_retr(struct play *play)
{
	struct pop3_sink sink = { sink_begin, sink_data, sink_end, play, NULL };
	struct pop3_check check = { 0 };
	struct err err = { 0 };
	char *uidl = NULL;
	int rc;

	play->verb = "retr";
	if (wants_check(play, &check, &uidl))
		sink.check = &check;
	if (wants(play, "marks", NULL)) {
		check.marks = play->marks;
		check.mark_count = play->n;
		check.reached = sink_reached;
	}
	rc = pop3_retr(play->p, play->numbers, play->n, play->max, &sink, &err);
	free(uidl);
	if (rc < 0)
		return forget_begun(play, rc, &err);
	str_add_z(&play->got, "retr done\n");
	if (sink.check != NULL)
		str_printf(&play->got, "check %s %zu\n",
		           check.same ? "same" : "other", check.answered);
	return 0;
}

static int
run_heads(struct play *play, struct slice max)
{
	const struct pop3_sink sink = { sink_begin, sink_data, sink_end, play,
		                        NULL };
	struct err err = { 0 };
	uint64_t n = 0;
	int rc;

	play->verb = "head";
	assert_int_equal(slice_u64(max, &n), 0);
	rc = pop3_heads(play->p, play->numbers, play->n, (size_t)n, &sink,
	                &err);
	if (rc < 0)
		return forget_begun(play, rc, &err);
	str_add_z(&play->got, "heads done\n");
	return 0;
}

static int
run_dele(struct play *play)
{
	struct err err = { 0 };
	size_t refused = 0;

	if (outcome(play, "dele",
	            pop3_dele(play->p, play->numbers, play->n, &refused, &err),
	            &err) < 0)
		return -1;
	str_printf(&play->got, "dele %zu\n", refused);
	return 0;
}

static void
run_top(struct play *play)
{
	struct err err = { 0 };
	struct str out;

	str_init(&out, 1000);
	if (outcome(play, "top", pop3_top(play->p, 1, 0, &out, &err), &err) ==
	    0) {
		str_add_z(&play->got, "top ok ");
		add_visible(&play->got, str_slice(&out));
		str_add_c(&play->got, '\n');
	}
	str_release(&out);
}

static void
run_session(struct play *play)
{
	struct err err = { 0 };
	struct slice value;
	uint64_t count;
	uint64_t bytes;

	pop3_stat(play->p, &count, &bytes);
	str_printf(&play->got, "open ok %lu %lu\n", (unsigned long)count,
	           (unsigned long)bytes);
	if (wants(play, "list", NULL) && run_list(play) < 0)
		return;
	if (wants(play, "heads=", &value) && run_heads(play, value) < 0)
		return;
	if (wants(play, "retr", NULL))
		(void)run_retr(play);
	if (wants(play, "top", NULL))
		run_top(play);
	if (wants(play, "dele", NULL) && run_dele(play) < 0)
		return;
	if (wants(play, "leave", NULL)) {
		pop3_leave(play->p);
		str_add_z(&play->got, "left\n");
	}
	if (wants(play, "quit", NULL) &&
	    outcome(play, "quit", pop3_quit(play->p, &err), &err) == 0)
		str_add_z(&play->got, "quit ok\n");
}

static void
play_once(struct play *play, const char *transcript,
          const struct script_opts *io, struct script **script_r)
{
	struct secret secret = { 0 };
	struct pop3_opts opts = {
		.host = "pop.example.kr",
		.port = 995,
		.tls = POP3_TLS_NONE,
		.user = "user@example.kr",
		.secret = &secret,
		.timeout_ms = 1000,
		.cancel_fd = -1,
	};
	struct err err = { 0 };
	struct slice value;
	char *user = NULL;
	struct stream *s = script_stream_new(transcript, io, script_r);

	*play = (struct play){ 0 };
	str_init(&play->want, TEXT_MAX);
	str_init(&play->got, TEXT_MAX);
	read_comments(play, transcript);
	if (wants(play, "mech=", &value))
		opts.mech = sasl_lookup(value);
	if (wants(play, "stls", NULL))
		opts.tls = POP3_TLS_STLS;
	if (wants(play, "max=", &value))
		assert_int_equal(slice_u64(value, &play->max), 0);
	opts.apop = wants(play, "apop", NULL);
	opts.list = wants(play, "ahead", NULL);
	if (wants(play, "user=", &value))
		opts.user = user = slice_dup(value);
	value = SLICE_LIT("se cret");
	(void)wants(play, "secret=", &value);
	secret_set(&secret, value.p, value.n);
	play->p = pop3_open_stream(s, &opts, &err);
	free(user);
	if (play->p != NULL)
		run_session(play);
	else
		(void)outcome(play, "open", -1, &err);
	for (size_t i = 0; err.server[i] != '\0'; i++)
		assert_true((unsigned char)err.server[i] >= ' ');
	pop3_close(&play->p);
	pop3_close(&play->p);
	secret_release(&secret);
}

static void
play_release(struct play *play, struct script **script)
{
	free(play->numbers);
	free(play->marks);
	str_release(&play->want);
	str_release(&play->got);
	script_free(script);
}

static void
play_whole(const char *name, const char *transcript, size_t max_io)
{
	struct script_opts io = { .max_io = max_io };
	struct script *script;
	struct play play;

	play_once(&play, transcript, &io, &script);
	if (script_problem(script) != NULL)
		fail_msg("%s: %s", name, script_problem(script));
	if (strcmp(play.got.p, play.want.p) != 0)
		fail_msg("%s: got\n%swanted\n%s", name, play.got.p,
		         play.want.p);
	play_release(&play, &script);
}

/* Cut short, what comes out is a beginning of what should, then one refusal
 * that may come back; never a message more, and never "wrong password". */
static void
play_cut(const char *name, const char *transcript, size_t cut, bool stall)
{
	struct script_opts io = { .cut_after = cut, .cut_stalls = stall };
	struct script *script;
	struct play play;
	struct slice got;
	struct slice line;
	struct slice want;

	play_once(&play, transcript, &io, &script);
	got = str_slice(&play.got);
	want = str_slice(&play.want);
	while (slice_line(&got, &line) && line.n > 0) {
		struct slice wanted = SLICE_NONE;

		(void)slice_line(&want, &wanted);
		if (slice_eq(line, wanted))
			continue;
		if (!slice_ends(line, " retry"))
			fail_msg("%s cut at %zu: %.*s", name, cut,
			         SLICE_ARG(line));
	}
	play_release(&play, &script);
}

static void
each_transcript(void (*fn)(const char *, const char *))
{
	const char *srcdir = getenv("srcdir");
	char *pattern = xasprintf("%s/tests/proto/pop3_*.txt",
	                          srcdir != NULL ? srcdir : ".");
	glob_t found;

	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	assert_true(found.gl_pathc >= 50);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		const char *path = strstr(found.gl_pathv[i], "proto/pop3_");
		char *transcript = script_load(path);

		fn(path, transcript);
		free(transcript);
	}
	globfree(&found);
	free(pattern);
}

static void
whole_and_in_pieces(const char *name, const char *transcript)
{
	bool whole = strstr(transcript, " whole\n") != NULL;

	for (size_t max_io = 0; max_io < (whole ? 1 : 4); max_io++)
		play_whole(name, transcript, max_io);
}

static void
test_transcripts(void **state)
{
	(void)state;
	each_transcript(whole_and_in_pieces);
}

static void
cut_everywhere(const char *name, const char *transcript)
{
	struct script *script;
	struct stream *s = script_stream_new(transcript, NULL, &script);
	size_t n = script_bytes(script);

	stream_close(&s);
	script_free(&script);
	for (size_t cut = 1; cut < n; cut++) {
		play_cut(name, transcript, cut, false);
		play_cut(name, transcript, cut, true);
	}
}

static void
test_transcripts_cut_everywhere(void **state)
{
	(void)state;
	each_transcript(cut_everywhere);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_transcripts),
		cmocka_unit_test(test_transcripts_cut_everywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
