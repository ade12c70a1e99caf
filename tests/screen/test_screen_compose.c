/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The composer in a terminal: files, people, templates, spelling. */
#include "lib/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/screen_test.h"
#include "lib/temp.h"
#include "util/fsx.h"

static char program[4096] = "./pabal";
static char *home;

static void
put(const char *name, const char *text)
{
	char *path = fsx_join(home, name);
	struct err err = { 0 };

	assert_int_equal(fsx_write_atomic(path, slice_of(text), &err), 0);
	free(path);
}

static void
make_folder(const char *name)
{
	char *path = fsx_join(home, name);

	assert_int_equal(mkdir(path, 0700), 0);
	free(path);
}

static struct screen *
start(const char *language, const char *first)
{
	static char option[] = "--home", lang[] = "--lang", code[3];
	char *argv[] = { program, option, home, lang, code, NULL };
	char variable[4200];
	const char *env[] = { variable, NULL };
	struct screen *s;

	(void)snprintf(code, sizeof code, "%s", language);
	(void)snprintf(variable, sizeof variable, "HOME=%s", home);
	s = screen_start(24, 80, argv, env);
	shown_in(s, first, LONG_MS);
	return s;
}

static void
test_files(void **state)
{
	struct screen *s = start("en", "All inboxes");

	(void)state;
	screen_type(s, "m\012");
	shown(s, "Attach: ");
	screen_type(s, "~/");
	shown(s, "문서/");
	shown(s, "Attach: ~");
	/* the box leaves the hints to be read */
	shown(s, "Enter Attach  Tab Mark  ← Up");
	/* by 초성, then two of the folder */
	screen_type(s, "ㅁㅅ\r");
	shown(s, "Attach: ~/문서");
	shown(s, "견적서.hwp");
	screen_type(s, "견\t");
	shown(s, "1 file marked");
	shown(s, "✓ 견적서.hwp");
	screen_type(s, "\177사진\t");
	shown(s, "2 files marked");
	screen_type(s, "\r");
	shown(s, "2 files attached");
	shown(s, "견적서.hwp (9 B), 사진.jpg (3 B)");
	/* the folder is remembered; Escape leaves */
	screen_type(s, "\012");
	shown(s, "Attach: ~/문서");
	screen_type(s, "\033");
	gone(s, "Attach: ~");
	shown(s, "견적서.hwp");
	screen_type(s, "\004견적\r");
	shown(s, "'견적서.hwp' is not attached any more");
	gone(s, "9 B");
	shown(s, "사진.jpg (3 B)");
	screen_type(s, "\004");
	gone(s, "3 B");
	/* both come back */
	screen_type(s, "\033u");
	shown(s, "사진.jpg (3 B)");
	screen_type(s, "\033u");
	shown(s, "견적서.hwp (9 B), 사진.jpg (3 B)");
	screen_type(s, "\033r\033r");
	gone(s, "3 B");
	screen_type(s, "\003");
	screen_kill(&s);
}

/* An address book is taken over; its people are found by 초성, and who was written
 * to comes first. */
static void
test_people(void **state)
{
	static char option[] = "--home", import[] = "import",
		    people[] = "--people";
	char *book = fsx_join(home, "book.vcf");
	char *argv[] = { program, option, home, import, people, book, NULL };
	const char *env[] = { "LANGUAGE=en", NULL };
	struct screen *s;

	(void)state;
	put("book.vcf", "BEGIN:VCARD\nFN:홍길동\nEMAIL:hong@example.org\n"
	                "EMAIL:gildong@example.com\nEND:VCARD\n"
	                "BEGIN:VCARD\nFN:한고은\nEMAIL:han@example.org\n"
	                "END:VCARD\n");
	s = screen_start(24, 80, argv, env);
	shown(s, "3 imported");
	screen_kill(&s);
	s = screen_start(24, 80, argv, env);
	shown(s, "0 imported, 3 here already");
	screen_kill(&s);
	/* aliases of mutt in CP949, with a syllable that EUC-KR lacks */
	put("book.vcf",
	    "alias d \x8c\x63\xb9\xe6\xb0\xa2\xc7\xcf <d@example.org>\n");
	s = screen_start(24, 80, argv, env);
	shown(s, "1 imported");
	screen_kill(&s);
	s = start("en", "All inboxes");
	screen_type(s, "mㄸㅂㄱ");
	shown(s, "똠방각하 <d@example.org>");
	screen_type(s, "\033");
	gone(s, "똠방각하");
	screen_type(s, "\025ㅎㄱㄷ");
	shown(s, "홍길동 <hong@example.org>");
	shown(s, "홍길동 <gildong@example.com>");
	screen_type(s, "\033[B\r");
	gone(s, "hong@example.org");
	shown(s, "홍길동\" <gildong@example.com>,");
	screen_type(s, "\003");
	screen_kill(&s);
	free(book);
}

/* In a low terminal the text has the rows, who sends it stays in sight. */
static void
test_low_terminal(void **state)
{
	struct screen *s = start("en", "All inboxes");

	(void)state;
	screen_type(s, "m");
	shown(s, "New message");
	screen_type(s, "a@example.org\t\t\tabout\r1\r2\r3\r4\r5\r6");
	shown(s, " 6");
	shown(s, "Bcc");
	screen_resize(s, 10, 40);
	gone(s, "Bcc");
	shown(s, "From kim@example.org");
	shown(s, "To a@example.org");
	shown(s, "Subject about");
	shown(s, " 6");
	shown(s, " 4");
	/* a question leaves room for its answer */
	screen_type(s, "\024tomorrow 9");
	shown(s, "Send when");
	shown(s, "tomorrow 9");
	screen_type(s, "\033");
	gone(s, "Send when");
	/* all fields are there while one of them is filled in */
	screen_type(s, "\033[Z");
	shown(s, "Bcc");
	screen_type(s, "\r");
	gone(s, "Bcc");
	screen_resize(s, 24, 80);
	shown(s, "Bcc");
	screen_type(s, "\003");
	screen_kill(&s);
}

/* a woman, a joiner, a computer */
#define EMOJI "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb"

/* What is pasted keeps the joiners of its emoji; what turns writing round does
 * not get in, and jamo of macOS become syllables. */
static void
test_paste(void **state)
{
	static char shell[] = "/bin/sh", option[] = "-c";
	char *data = fsx_join(home, "data");
	char command[9000];
	char *argv[] = { shell, option, command, NULL };
	const char *env[] = { NULL };
	struct screen *s = start("en", "All inboxes");

	(void)state;
	screen_type(s, "m");
	shown(s, "New message");
	screen_type(s, "\t\t\t\t\033[200~a\xe2\x80\xae"
	               "b " EMOJI
	               " \xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab end\033[201~");
	shown(s, "end");
	shown(s, "ab ");
	screen_type(s, "\017");
	gone(s, "New message");
	screen_kill(&s);
	/* the joiner is not to be seen: the bytes of the draft */
	(void)snprintf(command, sizeof command,
	               "cd '%s'; for f in mail/*/Drafts/cur/*; do '%s' show "
	               "--file \"$f\"; done | grep '^ab ' | od -An -tx1",
	               data, program);
	s = screen_start(24, 80, argv, env);
	shown(s, "61 62 20 f0 9f 91 a9 e2 80 8d f0 9f 92 bb 20 ed");
	screen_kill(&s);
	free(data);
}

static void
test_templates(void **state)
{
	struct screen *s = start("ko", "받은편지함");

	(void)state;
	screen_type(s, "m\033t");
	shown(s, "config/templates");
	make_folder("config/templates");
	put("config/templates/견적",
	    "Subject: 견적서\n\n{이름} 님께,\n\n{여기}\n");
	put("config/templates/old~", "left by an editor");
	screen_type(s, "\"이준호\" <lee@example.org>\033t");
	shown(s, "서식");
	shown(s, "견적");
	assert_int_equal(screen_find(s, "old~"), -1);
	screen_type(s, "\r");
	shown(s, "이준호 님께,");
	shown(s, "제목 견적서");
	/* whom it goes to is said later */
	screen_type(s, "\003m\033t");
	shown(s, "견적");
	screen_type(s, "\r");
	shown(s, "{이름} 님께,");
	screen_type(s, "\033[Z\033[Z\033[Z\033[Zpark@example.org");
	shown(s, "받는사람 park");
	screen_type(s, "\t\t\t\t");
	shown(s, "park 님께,");
	/* the cursor stands where the text goes on */
	screen_type(s, "여기에 씁니다");
	shown(s, "여기에 씁니다");
	screen_type(s, "\003");
	screen_kill(&s);
}

/* Answers as hunspell does, for one word; of another it does not know what to
 * say until somebody opens the gate. */
static const char speller[] =
	"echo '@(#) International Ispell Version 3.2.06'\n"
	"while IFS= read -r line; do\n"
	"	case $line in\n"
	"	^*puzzle*) read -r word <\"$HOME/gate\"; echo ;;\n"
	"	^*teh*) echo '& teh 2 1: the, ten'; echo ;;\n"
	"	^*) echo ;;\n"
	"	'*'*) echo \"${line#?}\" >>\"$HOME/learnt\" ;;\n"
	"	esac\n"
	"done\n";

static void
test_spelling(void **state)
{
	struct screen *s;
	struct str command;
	char *learnt = fsx_join(home, "learnt");
	int i;

	(void)state;
	put("speller", speller);
	str_init(&command, 8192);
	str_printf(&command,
	           "speller = sh %s/speller\npeople_command = sh %s/people\n",
	           home, home);
	put("config/config", command.p);
	str_release(&command);
	s = start("en", "All inboxes");
	screen_type(s, "m\t\t\tteh\r");
	screen_type(s, "read teh text\rand teh end\rteh\r> teh quoted\r");
	screen_type(s, "\033s");
	shown(s, "read [teh] text");
	shown(s, "1/3");
	shown(s, "the");
	screen_type(s, "\r");
	shown(s, "and [teh] end");
	screen_type(s, "otherwise\r");
	shown(s, "Otherwise:");
	screen_type(s, "\025very\r");
	shown(s, "3/3");
	screen_type(s, "dictionary\r");
	shown(s, "2 words changed");
	shown(s, "read the text");
	shown(s, "and very end");
	shown(s, "> teh quoted");
	for (i = 0; i < MS / 100 && !fsx_exists(learnt); i++)
		(void)screen_wait(s, "never shown", 100);
	assert_true(fsx_exists(learnt));
	/* undone word by word */
	screen_type(s, "\033u");
	shown(s, "and teh end");
	screen_type(s, "\003");
	screen_kill(&s);
	free(learnt);
}

/* Who waits at the gate goes on. */
static void
open_gate(void)
{
	char *path = fsx_join(home, "gate");
	int fd = open(path, O_WRONLY | O_CLOEXEC); /* when it is there */

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "go\n", 3), 3);
	assert_int_equal(close(fd), 0);
	free(path);
}

/* The screen goes on working while a speller thinks; Escape stops it, and what
 * it says of another text is not taken. */
static void
test_slow_speller(void **state)
{
	char *gate = fsx_join(home, "gate");
	struct screen *s = start("en", "All inboxes");

	(void)state;
	assert_int_equal(mkfifo(gate, 0600), 0);
	screen_type(s, "m\t\t\tteh\r");
	screen_type(s, "a puzzle");
	shown(s, "a puzzle");
	screen_type(s, "\033s");
	shown(s, "checking the spelling: ");
	screen_type(s, " goes on");
	shown(s, "a puzzle goes on");
	screen_type(s, "\033s");
	shown(s, "checking the spelling is still at it");
	screen_type(s, "\033");
	shown(s, "stopped");
	screen_type(s, "\033s");
	shown(s, "checking the spelling: ");
	screen_type(s, " and on");
	shown(s, "goes on and on");
	open_gate();
	shown(s, "the text was changed meanwhile");
	screen_type(s, "\033s");
	shown(s, "checking the spelling: ");
	open_gate();
	shown(s, "no mistakes found");
	screen_type(s, "\003");
	screen_kill(&s);
	free(gate);
}

/* A command is asked, which gets what was typed as one word. */
static void
test_people_command(void **state)
{
	struct screen *s;

	(void)state;
	put("people", "case $# in 1) ;; *) exit 1;; esac\n"
	              "case $1 in\n"
	              "'연구 소') echo '1 match'\n"
	              "	printf 'lab@example.org\\t연구소장\\tx\\n' ;;\n"
	              "slow*) read -r word <\"$HOME/gate\"\n"
	              "	printf 'slow@example.org\\tSlow Kim\\tx\\n' ;;\n"
	              "esac\n");
	s = start("en", "All inboxes");
	screen_type(s, "m연구 소\t");
	shown(s, "연구소장 <lab@example.org>");
	screen_type(s, "\r");
	shown(s, "연구소장\" <lab@example.org>,");
	screen_type(s, "$(id)\t");
	shown(s, "nobody found for '$(id)'");
	/* slow: who goes on typing is not disturbed */
	screen_type(s, "\025slow\t");
	shown(s, "looking for people: ");
	screen_type(s, "er");
	shown(s, "To slower");
	open_gate();
	gone(s, "looking for people");
	assert_int_equal(screen_find(s, "slow@example.org"), -1);
	screen_type(s, "\177\177\t");
	shown(s, "looking for people: ");
	open_gate();
	shown(s, "Slow Kim <slow@example.org>");
	screen_type(s, "\033");
	gone(s, "Slow Kim");
	screen_type(s, "\t");
	shown(s, "looking for people: ");
	screen_type(s, "\033");
	shown(s, "stopped");
	screen_type(s, "\003");
	screen_kill(&s);
}

/* A "vi" that is vim is told to obey no line of the text. */
static void
test_editor(void **state)
{
	char path[8300];
	struct screen *s;
	char *from, *to;

	(void)state;
	make_folder("bin");
	put("bin/vim.basic", "#!/bin/sh\n"
	                     "for file; do :; done\n"
	                     "echo \"$1 $2\" >>\"$file\"\n");
	from = fsx_join(home, "bin/vim.basic");
	to = fsx_join(home, "bin/vi");
	assert_int_equal(chmod(from, 0700), 0);
	assert_int_equal(symlink(from, to), 0);
	free(from);
	free(to);
	(void)snprintf(path, sizeof path, "%s/bin:%s", home, getenv("PATH"));
	from = strdup(getenv("PATH"));
	assert_int_equal(setenv("PATH", path, 1), 0);
	assert_int_equal(setenv("VISUAL", "vi", 1), 0);
	s = start("en", "All inboxes");
	screen_type(s, "m\033e");
	shown(s, "--cmd set nomodeline");
	screen_type(s, "\003");
	screen_kill(&s);
	assert_int_equal(setenv("PATH", from, 1), 0);
	assert_int_equal(unsetenv("VISUAL"), 0);
	free(from);
}

/* What the provider does with an address that is not the account's is said. */
static void
test_sender(void **state)
{
	struct screen *s;

	(void)state;
	put("config/accounts", "[naver]\n"
	                       "address = kim@naver.com\n"
	                       "identity = kim@corp.example\n"
	                       "pop = 127.0.0.1:1:tls\n"
	                       "smtp = 127.0.0.1:1:tls\n"
	                       "interval = 0\n"
	                       "[gmail]\n"
	                       "address = kim@gmail.com\n"
	                       "identity = kim@other.example\n"
	                       "identity = kim@third.example; via=naver\n"
	                       "pop = 127.0.0.1:1:tls\n"
	                       "smtp = 127.0.0.1:1:tls\n"
	                       "interval = 0\n");
	s = start("en", "All inboxes");
	screen_type(s, "m");
	shown(s, "kim@naver.com   ◂ 1/5 ▸");
	assert_int_equal(screen_find(s, "refuses"), -1);
	screen_type(s, "\006");
	shown(s, "Naver Mail refuses mail from kim@corp.example");
	screen_type(s, "\006");
	shown(s, "kim@gmail.com   ◂ 3/5 ▸");
	gone(s, "refuses");
	screen_type(s, "\006");
	shown(s, "Gmail puts kim@gmail.com in From");
	screen_type(s, "\006");
	/* by the server it goes through */
	shown(s, "Naver Mail refuses mail from kim@third.example");
	screen_type(s, "\003");
	screen_kill(&s);
}

static int
set_up(void **state)
{
	(void)state;
	home = temp_make();
	if (home == NULL)
		return -1;
	make_folder("config");
	make_folder("문서");
	put("config/accounts", "[work]\n"
	                       "address = kim@example.org\n"
	                       "pop = 127.0.0.1:1:tls\n"
	                       "smtp = 127.0.0.1:1:tls\n"
	                       "interval = 0\n");
	put("문서/견적서.hwp", "some text");
	put("문서/사진.jpg", "jpg");
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_people),
		cmocka_unit_test(test_low_terminal),
		cmocka_unit_test(test_paste),
		cmocka_unit_test(test_templates),
		cmocka_unit_test(test_spelling),
		cmocka_unit_test(test_slow_speller),
		cmocka_unit_test(test_people_command),
		cmocka_unit_test(test_editor),
		cmocka_unit_test(test_sender),
	};
	const char *where = getenv("PABAL");
	int rc;

	if (where != NULL)
		(void)snprintf(program, sizeof program, "%s", where);
	rc = cmocka_run_group_tests(tests, set_up, NULL);
	temp_remove(home);
	return rc;
}
