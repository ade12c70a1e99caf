/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mailcap files: what is found, and that nothing of a mail becomes a command. */
#include "lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/mailcap.h"
#include "util/proc.h"
#include "util/str.h"

static char display[] = ":0";

static char *
fake_getenv(const char *name)
{
	return strcmp(name, "DISPLAY") == 0 ? display : NULL;
}

/* "which view" and "grep": the others are not there. */
static bool
fake_run(char *const argv[])
{
	return (strcmp(argv[0], "which") == 0 && argv[1] != NULL &&
	        strcmp(argv[1], "view") == 0 && argv[2] == NULL) ||
	       (strcmp(argv[0], "test") == 0 && argv[1] != NULL &&
	        strcmp(argv[1], "-r") == 0 && argv[2] != NULL &&
	        strcmp(argv[2], "/t/$(id) a") == 0);
}

static const struct mailcap_world world = { fake_getenv, fake_run };

/* The words of the command with "|" between; "" for none. */
static void
assert_command(const char *text, const char *type, const char *path,
               const char *want)
{
	struct mailcap_found found;
	struct str s;

	str_init(&s, 10000);
	if (mailcap_find(slice_of(text), slice_of(type), path, &world,
	                 &found)) {
		for (char **word = found.argv; *word != NULL; word++)
			str_printf(&s, "%s%s", s.n > 0 ? "|" : "", *word);
		str_add_z(&s, found.terminal ? " terminal" : "");
		str_add_z(&s, found.prints ? " prints" : "");
		str_add_z(&s, found.input ? " input" : "");
		if (found.path != NULL)
			str_printf(&s, " at %s", found.path);
		mailcap_release(&found);
	}
	if (!slice_eq_z(str_slice(&s), want))
		fail_msg("%s: \"%s\", not \"%s\"", text, s.p, want);
	str_release(&s);
}

static void
test_entries(void **state)
{
	static const char file[] =
		"# comment; x\n\n"
		"application/pdf; dump %s; copiousoutput\n"
		"Application/PDF; view --title 'a b' \"%s\"; test=test -n "
		"\"$DISPLAY\"; description=\"a; b\"\n"
		"image/*; show -t %t file://%s >/dev/null 2>&1 &\n"
		"audio; play\n"
		"video/x; \\\n  long \\\n  %s; needsterminal\n"
		"text/plain; less %s; test=test -z \"$DISPLAY\"\n"
		"text/plain; edit %{charset} 100%% %s; test=test -n $DISPLAY";

	(void)state;
	assert_command(file, "application/pdf", "/t/a.pdf",
	               "view|--title|a b|/t/a.pdf");
	assert_command(file, "image/png", "/t/a b.png",
	               "show|-t|image/png|file:///t/a b.png");
	assert_command(file, "audio/ogg", "/t/a", "play input");
	assert_command(file, "video/x", "/t/a", "long|/t/a terminal");
	assert_command(file, "text/plain", "/t/a", "edit||100%|/t/a");
	assert_command(file, "text/html", "/t/a", "");
	assert_command("", "text/html", "/t/a", "");
}

/* RFC 1524: some programs look at the end of a name. */
static void
test_name_templates(void **state)
{
	static const char *const bad[] = {
		"../%s",
		"/tmp/%s",
		"%s/x",
		"%s%s",
		"x",
		"",
		"%t.%s",
		".%s",
		"-%s",
		"%s;id",
		"a b%s",
		"%s`",
		"\"%s.x\"",
		"%s.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	};
	char entry[200], path[400], want[900];

	(void)state;
	assert_command("text/html; w3m -dump %s; nametemplate=%s.html",
	               "text/html", "/t/a", "w3m|-dump|/t/a.html at /t/a.html");
	assert_command(
		"text/html; w3m %s; nametemplate = %s.html ;copiousoutput",
		"text/html", "/t/a b.htm",
		"w3m|/t/a b.htm.html prints at /t/a b.htm.html");
	assert_command("text/html; x; nametemplate=p_%s.h", "text/html",
	               "/t/$(id)", "x input at /t/p_$(id).h");
	/* it has that name already */
	assert_command("text/html; x %s; nametemplate=%s.html", "text/html",
	               "/t/A.HTML", "x|/t/A.HTML");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		(void)snprintf(entry, sizeof entry,
		               "text/x; x %%s; nametemplate=%s", bad[i]);
		assert_command(entry, "text/x", "/t/a", "x|/t/a");
	}
	/* the better entry's template counts */
	assert_command("a/b; y %s; nametemplate=%s.y; copiousoutput\n"
	               "a/b; x %s; nametemplate=%s.x\n",
	               "a/b", "/t/a", "x|/t/a.x at /t/a.x");
	/* a name as long as names can be is cut, at a character */
	memset(path, 0, sizeof path);
	memcpy(path, "/t/", 3);
	for (size_t i = 0; i < 85; i++)
		memcpy(path + 3 + 3 * i, "가", 3);
	(void)snprintf(want, sizeof want, "x|%.252s.html at %.252s.html", path,
	               path);
	assert_command("a/b; x %s; nametemplate=%s.html", "a/b", path, want);
}

static void
test_tests(void **state)
{
	static const char *const right[] = {
		"which view",         "test -n \"$DISPLAY\" && which view",
		"test -n ${DISPLAY}", "test $DISPLAY",
		"test -r %s",         "test -z $NONE",
	};
	static const char *const wrong[] = {
		"which less",
		"which view && which less",
		"which view || true",
		"test -z $DISPLAY",
		"test -n \"$NONE\"",
		"test -n \"a$DISPLAY\"",
		"which view \\; true",
		"which `view`",
		"which view | cat",
		"&&",
		"",
		"which view &&",
		"'which view",
		"test -n $(id)",
		"test -n ${A B}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
		struct str s;

		str_init(&s, 1000);
		str_printf(&s, "text/x; view %%s; test=%s", right[i]);
		assert_command(s.p, "text/x", "/t/$(id) a", "view|/t/$(id) a");
		str_release(&s);
	}
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct str s;

		str_init(&s, 1000);
		str_printf(&s, "text/x; view %%s; test=%s", wrong[i]);
		assert_command(s.p, "text/x", "/t/a", "");
		str_release(&s);
	}
}

/* Programs that only print are the second choice. */
static void
test_printing(void **state)
{
	(void)state;
	assert_command("a/b; dump %s; copiousoutput\na/b; show %s", "a/b", "/f",
	               "show|/f");
	assert_command("a/b; dump %s; copiousoutput\n"
	               "a/b; two; copiousoutput\na/b; x | y",
	               "a/b", "/f", "dump|/f prints");
	assert_command("a/b; show %s\na/b; dump %s; copiousoutput", "a/b", "/f",
	               "show|/f");
}

/* The real thing: run, without a shell. */
static void
test_runs_tests(void **state)
{
	struct mailcap_found found;

	(void)state;
	assert_true(mailcap_find(SLICE_LIT("a/b; x %s; test=sh -c 'exit 0'"),
	                         SLICE_LIT("a/b"), "/f", NULL, &found));
	mailcap_release(&found);
	assert_false(mailcap_find(SLICE_LIT("a/b; x %s; test=sh -c 'exit 1'"),
	                          SLICE_LIT("a/b"), "/f", NULL, &found));
	assert_false(mailcap_find(SLICE_LIT("a/b; x %s; test=no-such-program"),
	                          SLICE_LIT("a/b"), "/f", NULL, &found));
}

/* Names and types of a mail stay one word; a shell is never needed. */
static void
test_hostile(void **state)
{
	static const char evil[] = "/t/$(touch /tmp/pwn);`id` '\" %t.txt";
	static const char *const refused[] = {
		"cat %s | less", "echo `id` %s", "x $(id) %s",  "x > out %s",
		"x 'open",       "x ${A} %s",    "x \"$A\" %s", "",
	};

	(void)state;
	assert_command("text/x; cat %s -- '%s'", "text/x", evil,
	               "cat|/t/$(touch /tmp/pwn);`id` '\" %t.txt|--|"
	               "/t/$(touch /tmp/pwn);`id` '\" %t.txt");
	assert_command("text/*; cat %t", "text/x;id", "/t/a", "");
	assert_command("text/*; cat %t", "text/$(id)", "/t/a", "");
	assert_command("*/*; cat %t", "-rf/x", "/t/a", "");
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		struct str s;

		str_init(&s, 1000);
		str_printf(&s, "text/x; %s", refused[i]);
		assert_command(s.p, "text/x", "/t/a", "");
		str_release(&s);
	}
	assert_command("text/x; cat %s; test=test -e /etc/passwd", "text/x",
	               "/t/a", "");
	assert_command("text/x; cat %s; test=id", "text/x", "/t/a", "");
}

static void
test_every_cut_is_safe(void **state)
{
	static const char whole[] =
		"text/x; a \"%s\" '%t' %{x} \\; b; test=test -n \"$D\"; "
		"needsterminal\\\n x;nametemplate=a%s.b\ntext; y %";

	(void)state;
	for (size_t i = 0; i < sizeof whole; i++) {
		struct mailcap_found found;
		char *copy = malloc(i + 1);

		memcpy(copy, whole, i);
		if (mailcap_find(slice_make(copy, i), SLICE_LIT("text/x"), "/a",
		                 &world, &found))
			mailcap_release(&found);
		free(copy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_name_templates),
		cmocka_unit_test(test_tests),
		cmocka_unit_test(test_printing),
		cmocka_unit_test(test_runs_tests),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_every_cut_is_safe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
