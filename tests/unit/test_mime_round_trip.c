/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What was written comes back: random subjects, names, texts and file names,
 * built and read again by ourselves and, where it is installed, by GMime.
 *
 *   test_mime_round_trip FOLDER   writes N.eml and N.json for round_trip.py
 *
 * ROUND_TRIPS=20000 in the environment: as many letters.
 */
#include "lib/test.h"

#ifdef WITH_GMIME
# include <gmime/gmime.h>
#endif
#include <stdio.h>
#include <stdlib.h>

#include "mime/build.h"
#include "mime/flowed.h"
#include "mime/message.h"
#include "util/fsx.h"
#include "util/json.h"
#include "util/utf8.h"
#include "util/xalloc.h"

enum {
	PEOPLE = 4,
	FILES = 3
};

struct letter {
	uint64_t random;
	struct str subject;
	struct str text;
	struct str name[PEOPLE]; /* the first is the sender */
	struct str file[FILES];
	struct str data[FILES];
	size_t people;
	size_t files;
	struct str message;
};

static size_t
letters(void)
{
	const char *wish = getenv("ROUND_TRIPS");
	uint64_t n = 0;

	return wish != NULL && slice_u64(slice_of(wish), &n) == 0 && n > 0
	               ? (size_t)n
	               : 150;
}

/* A small generator of our own (xorshift): the same on every system. */
static size_t
pick(struct letter *l, size_t below)
{
	l->random ^= l->random << 13;
	l->random ^= l->random >> 7;
	l->random ^= l->random << 17;
	return (size_t)(l->random >> 11) % below;
}

static void
add_char(struct str *out, uint32_t c)
{
	char bytes[4];

	str_add(out, bytes, utf8_encode(c, bytes));
}

static void
add_word(struct letter *l, struct str *out)
{
	static const char *const odd[] = {
		"👩‍👩‍👧‍👦",
		"🇰🇷",
		"👍🏽",
		"é",
		"=?utf-8?B?7JWI?=",
		"=?",
		"?=",
		"(a)",
		"a,b",
		"a\"q",
		"x=y",
		"ÄÖß",
		"漢字",
		"ㄱㄴㄷ",
		"ㅋㅋㅋ",
		"뷁",
		"100%",
		"~",
		"a\\b",
		"日本語",
		"Ωмега",
		"₩1,000",
		"…",
		"「인용」",
		";",
		"it's",
	};
	size_t n = 1 + pick(l, 12);

	switch (pick(l, 5)) {
	case 0:
	case 1:
		for (size_t i = 0; i < n; i++)
			add_char(out, 0xac00 + (uint32_t)pick(l, 11172));
		break;
	case 2:
		for (size_t i = 0; i < n; i++)
			str_add_c(out, (char)('a' + pick(l, 26)));
		break;
	case 3:
		add_char(out, 0x1f600 + (uint32_t)pick(l, 64));
		break;
	default:
		str_add_z(out, odd[pick(l, sizeof odd / sizeof odd[0])]);
	}
}

static void
add_words(struct letter *l, size_t n, struct str *out)
{
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			str_add_c(out, ' ');
		add_word(l, out);
	}
}

/* Lines with all that flowed text has to take care of. */
static void
add_text(struct letter *l, struct str *out)
{
	static const char *const starts[] = { "",      "",   "> ", ">> ",
		                              "From ", ".",  "..", " ",
		                              "- ",    "\t", "--", "" };
	size_t lines = 1 + pick(l, 30);

	for (size_t i = 0; i < lines; i++) {
		if (pick(l, 6) == 0) {
			str_add_c(out, '\n');
			continue;
		}
		str_add_z(out, starts[pick(l, 12)]);
		add_words(l, 1 + pick(l, pick(l, 8) == 0 ? 200 : 12), out);
		/* One word of a thousand syllables. */
		for (size_t k = pick(l, 40) == 0 ? 1000 : 0; k > 0; k--)
			str_add_z(out, "가");
		str_add_c(out, '\n');
	}
}

static void
make(struct letter *l, uint64_t seed)
{
	*l = (struct letter){ .random = seed * 0x9e3779b97f4a7c15U + 1 };
	str_init(&l->subject, 1 << 20);
	str_init(&l->text, 1 << 22);
	str_init(&l->message, 1 << 24);
	add_words(l, 1 + pick(l, pick(l, 4) == 0 ? 60 : 8), &l->subject);
	add_text(l, &l->text);
	l->people = 2 + pick(l, PEOPLE - 1);
	l->files = pick(l, FILES + 1);
	for (size_t i = 0; i < PEOPLE; i++) {
		str_init(&l->name[i], 1 << 16);
		add_words(l, 1 + pick(l, pick(l, 6) == 0 ? 20 : 3),
		          &l->name[i]);
	}
	for (size_t i = 0; i < FILES; i++) {
		str_init(&l->file[i], 1 << 16);
		str_init(&l->data[i], 1 << 16);
		add_words(l, 1 + pick(l, pick(l, 6) == 0 ? 20 : 4),
		          &l->file[i]);
		str_add_z(&l->file[i], ".bin");
		for (size_t n = pick(l, 3000); n > 0; n--)
			str_add_c(&l->data[i], (char)pick(l, 256));
	}
}

static void
release(struct letter *l)
{
	str_release(&l->subject);
	str_release(&l->text);
	str_release(&l->message);
	for (size_t i = 0; i < PEOPLE; i++)
		str_release(&l->name[i]);
	for (size_t i = 0; i < FILES; i++) {
		str_release(&l->file[i]);
		str_release(&l->data[i]);
	}
}

static void
build(struct letter *l)
{
	struct build_attachment files[FILES] = { 0 };
	struct addr to[PEOPLE] = { 0 };
	struct build_draft d = { .subject = str_slice(&l->subject),
		                 .text = str_slice(&l->text),
		                 .message_id = SLICE_LIT("1@example.kr"),
		                 .date = 1741048200,
		                 .zone = 9 * 3600,
		                 .attachments = files,
		                 .attachment_count = l->files };
	struct err err = { 0 };

	for (size_t i = 0; i < l->files; i++) {
		files[i].name = str_slice(&l->file[i]);
		files[i].data = str_slice(&l->data[i]);
	}
	d.from.name = str_slice(&l->name[0]);
	d.from.spec = SLICE_LIT("me@example.kr");
	for (size_t i = 1; i < l->people; i++) {
		to[i - 1].name = str_slice(&l->name[i]);
		to[i - 1].spec = SLICE_LIT("you@example.kr");
	}
	d.to.v = to;
	d.to.n = l->people - 1;
	if (build_message(&d, &l->message, &err) != 0)
		fail_msg("%s", err.text);
}

static void
same(const char *what, size_t seed, struct slice want, struct slice got)
{
	if (!slice_eq(want, got))
		fail_msg("%s of %zu: '%.*s' came back as '%.*s'", what, seed,
		         SLICE_ARG(want), SLICE_ARG(got));
}

/* ---- by ourselves ---- */

static void
check_names(struct letter *l, size_t seed, const struct message *m)
{
	struct arena arena = { 0 };
	struct addr_list from = { 0 };
	struct addr_list to = { 0 };

	message_addrs(m, "From", &arena, &from);
	message_addrs(m, "To", &arena, &to);
	assert_int_equal(from.n, 1);
	assert_int_equal(to.n, l->people - 1);
	same("sender", seed, str_slice(&l->name[0]), from.v[0].name);
	for (size_t i = 0; i < to.n; i++)
		same("name", seed, str_slice(&l->name[i + 1]), to.v[i].name);
	arena_release(&arena);
}

static void
check_files(struct letter *l, size_t seed, const struct message *m)
{
	struct part *p = NULL;
	size_t i = 0;

	while ((p = message_next_attachment(m, p)) != NULL) {
		struct str bytes;

		assert_true(i < l->files);
		str_init(&bytes, 1 << 20);
		part_bytes(p, &bytes);
		same("file", seed, str_slice(&l->data[i]), str_slice(&bytes));
		same("file name", seed, str_slice(&l->file[i]), p->filename);
		str_release(&bytes);
		i++;
	}
	assert_int_equal(i, l->files);
}

static void
check_text(struct letter *l, size_t seed, struct slice wire)
{
	struct str flat;

	str_init(&flat, 1 << 22);
	flowed_decode(wire, false, &flat);
	same("text", seed, str_slice(&l->text), str_slice(&flat));
	str_release(&flat);
}

static void
test_read_by_ourselves(void **state)
{
	(void)state;
	for (size_t seed = 1; seed <= letters(); seed++) {
		struct letter l;
		struct message m;
		struct str text;
		struct str subject;

		make(&l, seed);
		build(&l);
		message_parse(&m, str_slice(&l.message));
		str_init(&subject, 1 << 20);
		str_init(&text, 1 << 22);
		assert_true(message_subject(&m, &subject));
		same("subject", seed, str_slice(&l.subject),
		     str_slice(&subject));
		part_text(&m, message_plain(&m), &text, NULL);
		check_text(&l, seed, str_slice(&text));
		check_names(&l, seed, &m);
		check_files(&l, seed, &m);
		str_release(&text);
		str_release(&subject);
		message_release(&m);
		release(&l);
	}
}

/* ---- by GMime ---- */

#ifdef WITH_GMIME
static GMimeMessage *
parse(const struct letter *l)
{
	GMimeStream *s =
		g_mime_stream_mem_new_with_buffer(l->message.p, l->message.n);
	GMimeParser *parser = g_mime_parser_new_with_stream(s);
	GMimeMessage *m = g_mime_parser_construct_message(parser, NULL);

	g_object_unref(parser);
	g_object_unref(s);
	assert_non_null(m);
	return m;
}

struct gmime_seen {
	struct letter *l;
	size_t seed;
	size_t files;
	size_t texts;
};

static void
see_text(struct gmime_seen *g, GMimeObject *part)
{
	char *raw = g_mime_text_part_get_text((GMimeTextPart *)part);
	struct str lf;

	assert_non_null(raw);
	str_init(&lf, 1 << 22);
	for (const char *p = raw; *p != '\0'; p++)
		if (*p != '\r')
			str_add_c(&lf, *p);
	check_text(g->l, g->seed, str_slice(&lf));
	str_release(&lf);
	g_free(raw);
	g->texts++;
}

static void
see(GMimeObject *parent, GMimeObject *part, gpointer data)
{
	struct gmime_seen *g = data;

	(void)parent;
	if (GMIME_IS_TEXT_PART(part)) {
		see_text(g, part);
	} else if (GMIME_IS_PART(part)) {
		const char *name = g_mime_part_get_filename((GMimePart *)part);

		assert_true(g->files < g->l->files);
		same("file name", g->seed, str_slice(&g->l->file[g->files]),
		     slice_of(name));
		g->files++;
	}
}

static void
see_names(const struct letter *l, size_t seed, GMimeMessage *m)
{
	InternetAddressList *to = g_mime_message_get_to(m);
	InternetAddress *from = internet_address_list_get_address(
		g_mime_message_get_from(m), 0);

	same("sender", seed, str_slice(&l->name[0]),
	     slice_of(internet_address_get_name(from)));
	assert_int_equal(internet_address_list_length(to), l->people - 1);
	for (size_t i = 1; i < l->people; i++)
		same("name", seed, str_slice(&l->name[i]),
		     slice_of(internet_address_get_name(
			     internet_address_list_get_address(to,
		                                               (int)i - 1))));
}

/* GMime joins the base64 of words that follow each other and stops at a "=" in
 * between; build avoids it where it can, which is nearly everywhere. */
static bool
gmime_loses(const struct letter *l)
{
	return slice_find_text(str_slice(&l->message), slice_of("=?=\r\n =?")) <
	       l->message.n;
}

static void
test_read_by_gmime(void **state)
{
	size_t lost = 0;

	(void)state;
	g_mime_init();
	for (size_t seed = 1; seed <= letters(); seed++) {
		struct gmime_seen g = { .seed = seed };
		struct letter l;
		GMimeMessage *m;

		make(&l, seed);
		build(&l);
		m = parse(&l);
		g.l = &l;
		if (gmime_loses(&l)) {
			lost++;
		} else {
			same("subject", seed, str_slice(&l.subject),
			     slice_of(g_mime_message_get_subject(m)));
			see_names(&l, seed, m);
		}
		g_mime_message_foreach(m, see, &g);
		assert_int_equal(g.files, l.files);
		assert_int_equal(g.texts, 1);
		g_object_unref(m);
		release(&l);
	}
	g_mime_shutdown();
	assert_true(lost < letters() / 2);
}
#endif

/* ---- for Python ---- */

static void
write_file(const char *folder, size_t seed, const char *end, struct slice data)
{
	char *path = xasprintf("%s/%zu.%s", folder, seed, end);
	struct err err = { 0 };

	if (fsx_write_atomic(path, data, &err) != 0)
		fail_msg("%s", err.text);
	free(path);
}

static void
write_one(const char *folder, size_t seed)
{
	struct letter l;
	struct json j;
	struct str text;

	make(&l, seed);
	build(&l);
	str_init(&text, 1 << 24);
	json_init(&j, &text);
	json_object(&j);
	json_key(&j, "subject");
	json_string(&j, str_slice(&l.subject));
	json_key(&j, "text");
	json_string(&j, str_slice(&l.text));
	json_key(&j, "names");
	json_array(&j);
	for (size_t i = 0; i < l.people; i++)
		json_string(&j, str_slice(&l.name[i]));
	json_end_array(&j);
	json_key(&j, "files");
	json_array(&j);
	for (size_t i = 0; i < l.files; i++)
		json_string(&j, str_slice(&l.file[i]));
	json_end_array(&j);
	json_end_object(&j);
	write_file(folder, seed, "json", str_slice(&text));
	write_file(folder, seed, "eml", str_slice(&l.message));
	str_release(&text);
	release(&l);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_by_ourselves),
#ifdef WITH_GMIME
		cmocka_unit_test(test_read_by_gmime),
#endif
	};

	for (size_t seed = 1; argc > 1 && seed <= letters(); seed++)
		write_one(argv[1], seed);
	return argc > 1 ? 0 : cmocka_run_group_tests(tests, NULL, NULL);
}
