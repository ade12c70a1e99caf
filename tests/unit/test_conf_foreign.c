/* SPDX-License-Identifier: GPL-3.0-or-later */
/* foreign: accounts in the settings of other programs. */
#include "lib/test.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/foreign.h"
#include "lib/temp.h"
#include "util/fsx.h"

static struct foreign_list
parse(enum foreign_kind kind, const char *text)
{
	struct foreign_list list = { 0 };

	foreign_parse(kind, "file", slice_of(text), &list);
	return list;
}

static void
check_server(const struct account_server *s, const char *want)
{
	struct str text;

	str_init(&text, 1000);
	account_show_server(s, "start", &text);
	assert_string_equal(text.p, want);
	str_release(&text);
}

static const char fetchmailrc[] =
	"# mine\n"
	"set daemon 300\n"
	"defaults proto pop3\n"
	"poll pop.naver.com with proto POP3 port 995\n"
	"  user 'kim' there with password \"se cret\" is kim here ssl keep\n"
	"  user lee there with pass x is lee here ssl nokeep\n"
	"poll imap.example.com protocol IMAP user \"a\" pass b\n"
	"skip work via mail.work.example proto pop3: username kim@work.example;\n";

static void
test_fetchmail(void **state)
{
	struct foreign_list l = parse(FOREIGN_FETCHMAIL, fetchmailrc);

	(void)state;
	assert_int_equal(l.n, 3);
	assert_string_equal(l.v[0].account.user, "kim");
	assert_true(l.v[0].has_password);
	assert_int_equal(l.v[0].account.keep, ACCOUNT_KEEP);
	check_server(&l.v[0].account.pop, "pop.naver.com:995:tls");
	assert_string_equal(l.v[1].account.user, "lee");
	assert_int_equal(l.v[1].account.keep, ACCOUNT_DELETE);
	assert_string_equal(l.v[2].account.user, "kim@work.example");
	check_server(&l.v[2].account.pop, "mail.work.example:110:start");
	assert_false(l.v[2].has_password);
	foreign_finish(&l);
	assert_string_equal(l.v[0].account.name, "naver");
	assert_string_equal(l.v[0].account.address, "kim@naver.com");
	assert_string_equal(l.v[1].account.name, "naver-2");
	assert_string_equal(l.v[2].account.address, "kim@work.example");
	foreign_list_release(&l);
}

static void
test_getmail(void **state)
{
	struct foreign_list l =
		parse(FOREIGN_GETMAIL,
	              "[retriever]\ntype = SimplePOP3SSLRetriever\n"
	              "server = pop.daum.net\nusername = kim@daum.net\n"
	              "password_command = (\"pass\", \"mail/daum main\")\n"
	              "[destination]\ntype = Maildir\npath = ~/Maildir/\n"
	              "[options]\ndelete = true\ndelete_after = 7\n");

	(void)state;
	assert_int_equal(l.n, 1);
	check_server(&l.v[0].account.pop, "pop.daum.net:995:tls");
	assert_string_equal(l.v[0].account.password_command,
	                    "pass \"mail/daum main\"");
	assert_int_equal(l.v[0].account.keep, ACCOUNT_DELETE_AFTER);
	assert_int_equal(l.v[0].account.keep_days, 7);
	assert_false(l.v[0].has_password);
	foreign_list_release(&l);
	l = parse(FOREIGN_GETMAIL,
	          "[retriever]\ntype = SimpleIMAPSSLRetriever\n"
	          "server = imap.daum.net\n");
	assert_int_equal(l.n, 0);
	foreign_list_release(&l);
}

static const char mpoprc[] = "defaults\ntls on\n"
			     "account work\nhost pop.work.example\n"
			     "tls_starttls off\nuser kim\nkeep on\n"
			     "passwordeval \"gpg -d ~/.pw | head -1\"\n"
			     "account old\nhost pop.old.example\ntls off\n"
			     "port 1110\nuser kim\npassword abc\n"
			     "account default : work\n";
static const char msmtprc[] = "defaults\ntls on\n"
			      "account w\nhost smtp.work.example\n"
			      "from kim@work.example\nuser kim\nport 587\n"
			      "account default : w\n";

static void
test_mpop_and_msmtp_are_joined(void **state)
{
	struct foreign_list l = parse(FOREIGN_MPOP, mpoprc);

	(void)state;
	assert_int_equal(l.n, 2);
	check_server(&l.v[0].account.pop, "pop.work.example:995:tls");
	assert_string_equal(l.v[0].account.password_command,
	                    "sh -c \"gpg -d ~/.pw | head -1\"");
	check_server(&l.v[1].account.pop, "pop.old.example:1110:plain");
	assert_true(l.v[1].has_password);
	foreign_parse(FOREIGN_MSMTP, "msmtprc", slice_of(msmtprc), &l);
	assert_int_equal(l.n, 3);
	check_server(&l.v[2].account.smtp, "smtp.work.example:587:start");
	foreign_finish(&l);
	assert_int_equal(l.n, 2);
	assert_string_equal(l.v[0].account.name, "work");
	assert_string_equal(l.v[0].account.address, "kim@work.example");
	check_server(&l.v[0].account.smtp, "smtp.work.example:587:start");
	assert_null(l.v[1].account.smtp.host);
	foreign_list_release(&l);
}

static void
test_what_only_the_program_knows_is_left_out(void **state)
{
	struct foreign_list l = parse(
		FOREIGN_MUTT,
		"set from=\"윤 하나 <yun@x.example>\"\n"
		"set pop_host=pops://yun@pop.x.example pop_pass=$my_pass\n"
		"set smtp_pass=\"`gpg -d x`\" realname=$name\n");

	(void)state;
	assert_int_equal(l.n, 1);
	assert_string_equal(l.v[0].account.address, "yun@x.example");
	assert_string_equal(l.v[0].account.full_name, "윤 하나");
	assert_false(l.v[0].has_password);
	foreign_list_release(&l);
	l = parse(FOREIGN_NETRC,
	          "machine pop.a.example\nmacdef init\nmachine pop.b.example "
	          "login x\n\nmachine pop.c.example login kim password c\n"
	          "machine pop.d.example password d");
	foreign_finish(&l);
	assert_int_equal(l.n, 1);
	assert_string_equal(l.v[0].account.pop.host, "pop.c.example");
	foreign_list_release(&l);
}

static void
test_mutt_and_netrc(void **state)
{
	struct foreign_list l = parse(
		FOREIGN_MUTT,
		"# set pop_host=no\nset realname = \"김하늘\" from=kim@x.example\n"
		"set pop_host=\"pops://kim:pw@pop.x.example\"\n"
		"set smtp_url = 'smtp://kim@smtp.x.example:2525/'\n"
		"set pop_delete\nbind index x quit\n");

	(void)state;
	assert_int_equal(l.n, 1);
	check_server(&l.v[0].account.pop, "pop.x.example:995:tls");
	check_server(&l.v[0].account.smtp, "smtp.x.example:2525:start");
	assert_string_equal(l.v[0].account.user, "kim");
	assert_string_equal(l.v[0].account.full_name, "김하늘");
	assert_true(l.v[0].has_password);
	assert_int_equal(l.v[0].account.keep, ACCOUNT_DELETE);
	foreign_list_release(&l);
	l = parse(FOREIGN_NETRC,
	          "machine ftp.x.example login a password b\n"
	          "machine pop.x.example login kim\n password c\n"
	          "default login anonymous password d\n");
	foreign_finish(&l);
	assert_int_equal(l.n, 1);
	check_server(&l.v[0].account.pop, "pop.x.example:995:tls");
	assert_string_equal(l.v[0].account.user, "kim");
	assert_true(l.v[0].has_password);
	foreign_list_release(&l);
}

/* No text makes trouble, and no secret is kept. */
static void
test_cut_anywhere(void **state)
{
	static const char *const texts[] = { fetchmailrc, mpoprc, msmtprc };

	(void)state;
	for (size_t t = 0; t < 3; t++) {
		for (size_t n = 0; n <= strlen(texts[t]); n++) {
			struct foreign_list l = { 0 };

			for (int k = 0; k < FOREIGN_COUNT; k++)
				foreign_parse((enum foreign_kind)k, "f",
				              slice_make(texts[t], n), &l);
			foreign_finish(&l);
			foreign_list_release(&l);
		}
	}
}

static void
test_found_in_the_home_folder(void **state)
{
	char *home = temp_make();
	char *path = fsx_join(home, ".fetchmailrc");
	char *other = fsx_join(home, "notes");
	struct conf conf = { 0 };
	struct foreign_list l;
	struct account have;
	struct err err = { 0 };

	(void)state;
	setenv("HOME", home, 1);
	assert_int_equal(fsx_write_atomic(path, slice_of(fetchmailrc), &err),
	                 0);
	conf_find_foreign(&conf, &l);
	assert_int_equal(l.n, 3);
	foreign_list_release(&l);
	account_init(&have);
	have.address = strdup("kim@naver.com");
	have.pop.host = strdup("pop.naver.com");
	conf.accounts = &have;
	conf.account_count = 1;
	conf_find_foreign(&conf, &l);
	assert_int_equal(l.n, 2);
	foreign_list_release(&l);
	l = (struct foreign_list){ 0 };
	assert_int_equal(foreign_read(path, &l, &err), 0);
	assert_int_equal(l.n, 3);
	assert_int_equal(foreign_read(other, &l, &err), -1);
	assert_int_equal(err.code, ERR_USAGE);
	foreign_list_release(&l);
	account_release(&have);
	free(path);
	free(other);
	temp_remove(home);
}

/* Only who asks for it gets it. */
static void
test_password_when_asked_for(void **state)
{
	static const struct {
		const char *name, *text, *want;
	} files[] = {
		{ ".fetchmailrc", fetchmailrc, "se cret" },
		{ ".getmailrc",
		  "[retriever]\ntype = SimplePOP3SSLRetriever\n"
		  "server = pop.a.kr\nusername = kim\npassword = p1 x\n",
		  "p1 x" },
		{ ".mpoprc",
		  "account a\nhost pop.a.kr\nuser kim\npassword p2\n", "p2" },
		{ ".muttrc", "set pop_host = \"pops://kim:p3@pop.a.kr\"\n",
		  "p3" },
		{ ".netrc", "machine pop.a.kr login kim password p4\n", "p4" },
	};

	char *home = temp_make();

	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		char *path = fsx_join(home, files[i].name);
		struct foreign_list l = { 0 };
		struct secret secret = { 0 };
		struct err err = { 0 };

		assert_int_equal(fsx_write_atomic(path, slice_of(files[i].text),
		                                  &err),
		                 0);
		assert_int_equal(foreign_read(path, &l, &err), 0);
		foreign_finish(&l);
		assert_true(l.n > 0);
		assert_true(l.v[0].has_password);
		assert_int_equal(l.v[0].password.n, 0);
		assert_int_equal(foreign_password(&l.v[0], &secret, &err), 0);
		assert_slice(secret_get(&secret), files[i].want);
		secret_release(&secret);
		/* It went meanwhile. */
		assert_int_equal(fsx_write_atomic(path, SLICE_LIT("\n"), &err),
		                 0);
		assert_int_equal(foreign_password(&l.v[0], &secret, &err), -1);
		assert_int_equal(err.code, ERR_NOTFOUND);
		foreign_list_release(&l);
		free(path);
	}
	temp_remove(home);
}

/* ---- what the programs' manuals say about words ---- */

static void
test_fetchmail_words(void **state)
{
	struct foreign_list l = { .want_passwords = true };

	(void)state;
	foreign_parse(
		FOREIGN_FETCHMAIL, "f",
		SLICE_LIT(
			"defaults proto pop3 ssl keep\n"
			"poll pop.a.kr auth password user kim with pass "
			"'it\\'s \\x41\\102 \\\"x\\\"'\n"
			"  user lee pass no#comment no ssl no keep # \"\n"
			"poll pop.b.kr service pop3s user \"a b\" pass \"#x\" "
			"preconnect \"poll pop.c.kr user x\" nokeep\n"
			"defaults proto imap\n"
			"poll imap.b.kr user kim pass x\n"
			"poll pop.d.kr proto pop3 user kim password=\"\"\n"),
		&l);
	assert_int_equal(l.n, 4);
	assert_slice(secret_get(&l.v[0].password), "it's AB \"x\"");
	check_server(&l.v[0].account.pop, "pop.a.kr:995:tls");
	assert_int_equal(l.v[0].account.keep, ACCOUNT_KEEP);
	assert_slice(secret_get(&l.v[1].password), "no#comment");
	check_server(&l.v[1].account.pop, "pop.a.kr:110:start");
	assert_int_equal(l.v[1].account.keep, ACCOUNT_DELETE);
	assert_string_equal(l.v[2].account.user, "a b");
	assert_slice(secret_get(&l.v[2].password), "#x");
	check_server(&l.v[2].account.pop, "pop.b.kr:995:tls");
	assert_int_equal(l.v[2].account.keep, ACCOUNT_DELETE);
	assert_string_equal(l.v[3].account.pop.host, "pop.d.kr");
	check_server(&l.v[3].account.pop, "pop.d.kr:110:start");
	foreign_list_release(&l);
}

static void
test_msmtp_accounts_build_on_others(void **state)
{
	struct foreign_list l =
		parse(FOREIGN_MSMTP,
	              "account provider\nhost smtp.a.kr\nport 465\ntls on\n"
	              "tls_starttls off\n"
	              "account kim : provider\nfrom kim@a.kr\nuser kim\n"
	              "account lee : other, kim\nuser lee\nfrom *@a.kr\n"
	              "password \"a \\ b\"\n");

	(void)state;
	assert_int_equal(l.n, 3);
	foreign_finish(&l);
	/* nobody logs in as the provider */
	assert_int_equal(l.n, 2);
	check_server(&l.v[0].account.smtp, "smtp.a.kr:465:tls");
	assert_string_equal(l.v[0].account.address, "kim@a.kr");
	assert_string_equal(l.v[1].account.user, "lee");
	check_server(&l.v[1].account.smtp, "smtp.a.kr:465:tls");
	assert_true(l.v[1].has_password);
	foreign_list_release(&l);
}

static void
test_mutt_words(void **state)
{
	struct foreign_list l = { .want_passwords = true };

	(void)state;
	setenv("FOREIGN_TEST", "env", 1);
	foreign_parse(
		FOREIGN_MUTT, "f",
		SLICE_LIT("set my_who='kim$x' my_pw=\"a\\\"b\\\\ #c;\" ; set "
	                  "pop_host = pops://${FOREIGN_TEST}.kr:1995; "
	                  "unset x # set pop_user=no\n"
	                  "set pop_user = $my_who realname=\\\n"
	                  "Kim\\ $FOREIGN_TEST \\\n  nopop_delete\n"
	                  "set pop_pass=$my_pw\n"
	                  "macro index x 'set pop_user=lee'\n"
	                  "set smtp_url=smtps://kim%40a.kr:p%3Aw@smtp.a.kr\n"
	                  "set from=`cat ~/.name`\n"),
		&l);
	assert_int_equal(l.n, 1);
	check_server(&l.v[0].account.pop, "env.kr:1995:tls");
	assert_string_equal(l.v[0].account.user, "kim$x");
	assert_string_equal(l.v[0].account.full_name, "Kim env");
	assert_int_equal(l.v[0].account.keep, ACCOUNT_KEEP);
	assert_string_equal(l.v[0].account.smtp_user, "kim@a.kr");
	check_server(&l.v[0].account.smtp, "smtp.a.kr:465:tls");
	assert_null(l.v[0].account.address);
	foreign_list_release(&l);
	/* The first password is that of fetching. */
	l = (struct foreign_list){ .want_passwords = true };
	foreign_parse(FOREIGN_MUTT, "f",
	              SLICE_LIT("set pop_host=pop.a.kr pop_pass=\"a b\"\n"
	                        "set smtp_pass=c\n"),
	              &l);
	assert_slice(secret_get(&l.v[0].password), "a b");
	foreign_list_release(&l);
}

/* A command that prints a password becomes one of ours; none is run. */
static void
test_mutt_commands(void **state)
{
	struct foreign_list l =
		parse(FOREIGN_MUTT,
	              "set my_p=\"`pass mail/kim`\"\n"
	              "set pop_host=pops://kim@pop.a.kr pop_pass=$my_p\n"
	              "source 'touch /tmp/never-made |'\n");

	(void)state;
	assert_int_equal(l.n, 1);
	assert_string_equal(l.v[0].account.password_command, "pass mail/kim");
	assert_false(l.v[0].has_password);
	assert_false(fsx_exists("/tmp/never-made"));
	foreign_list_release(&l);
	/* Only mutt knows what this is. */
	l = parse(FOREIGN_MUTT,
	          "set pop_host=pops://kim@pop.a.kr pop_pass=x`cat y`\n"
	          "set smtp_pass=\"$unknown\"\n");
	assert_null(l.v[0].account.password_command);
	assert_false(l.v[0].has_password);
	foreign_list_release(&l);
	l = parse(FOREIGN_MUTT,
	          "set pop_host=pops://kim@pop.a.kr\n"
	          "set pop_oauth_refresh_command=\"token kim\"\n");
	assert_string_equal(l.v[0].account.password_command, "token kim");
	assert_int_equal(l.v[0].account.auth, ACCOUNT_AUTH_XOAUTH2);
	foreign_list_release(&l);
}

static void
put(const char *home, const char *name, const char *text)
{
	char *path = fsx_join(home, name);
	struct err err = { 0 };

	assert_int_equal(fsx_write_atomic(path, slice_of(text), &err), 0);
	free(path);
}

static void
make(const char *home, const char *name)
{
	char *path = fsx_join(home, name);
	struct err err = { 0 };

	assert_int_equal(fsx_mkdirs(path, &err), 0);
	free(path);
}

static void
test_mutt_files_in_files(void **state)
{
	char *home = temp_make();
	struct conf conf = { 0 };
	struct foreign_list l;
	struct secret secret = { 0 };
	struct err err = { 0 };

	(void)state;
	setenv("HOME", home, 1);
	make(home, ".mutt");
	put(home, ".mutt/muttrc",
	    "source here\nsource \"~/.mutt/circle\"\n"
	    "source .mutt/from-home\nsource ~/.mutt/missing\n"
	    "set pop_pass = $my_secret");
	put(home, ".mutt/here", "set pop_host=pops://kim@pop.a.kr\n");
	put(home, ".mutt/circle", "source circle\nset from=kim@a.kr\n");
	put(home, ".mutt/from-home", "set my_secret='s e'\n");
	conf_find_foreign(&conf, &l);
	assert_int_equal(l.n, 1);
	check_server(&l.v[0].account.pop, "pop.a.kr:995:tls");
	assert_string_equal(l.v[0].account.address, "kim@a.kr");
	assert_int_equal(foreign_password(&l.v[0], &secret, &err), 0);
	assert_slice(secret_get(&secret), "s e");
	secret_release(&secret);
	foreign_list_release(&l);
	temp_remove(home);
}

/* One account in five files: one offer, that has what each of them says. */
static void
test_programs_that_know_the_same(void **state)
{
	char *home = temp_make();
	struct conf conf = { 0 };
	struct foreign_list l;
	struct secret secret = { 0 };
	struct err err = { 0 };

	(void)state;
	setenv("HOME", home, 1);
	make(home, ".getmail");
	put(home, ".getmail/work",
	    "[retriever]\ntype: SimplePOP3SSLRetriever\n"
	    "server: pop.a.kr\nusername: kim\n");
	put(home, ".getmail/oldmail-pop.a.kr-995-kim", "x\0y");
	put(home, ".getmail/zeta",
	    "[retriever]\ntype = SimplePOP3SSLRetriever\n"
	    "server = pop.z.kr\nusername = kim\npassword = #1\n");
	put(home, ".fetchmailrc", "poll pop.a.kr proto pop3 user kim ssl\n");
	put(home, ".msmtprc",
	    "account a\nhost smtp.a.kr\ntls on\nport 587\nuser kim\n"
	    "from kim@a.kr\n");
	put(home, ".muttrc", "set pop_host=pops://kim@pop.a.kr realname=Kim\n");
	put(home, ".netrc",
	    "machine smtp.a.kr login lee password no\n"
	    "machine smtp.a.kr login kim password #s\n");
	conf_find_foreign(&conf, &l);
	assert_int_equal(l.n, 2);
	assert_int_equal(l.v[0].kind, FOREIGN_GETMAIL);
	check_server(&l.v[0].account.pop, "pop.a.kr:995:tls");
	check_server(&l.v[0].account.smtp, "smtp.a.kr:587:start");
	assert_string_equal(l.v[0].account.address, "kim@a.kr");
	assert_string_equal(l.v[0].account.full_name, "Kim");
	assert_true(l.v[0].has_password);
	assert_int_equal(foreign_password(&l.v[0], &secret, &err), 0);
	assert_slice(secret_get(&secret), "#s");
	assert_string_equal(l.v[1].account.pop.host, "pop.z.kr");
	assert_int_equal(foreign_password(&l.v[1], &secret, &err), 0);
	assert_slice(secret_get(&secret), "#1");
	secret_release(&secret);
	foreign_list_release(&l);
	temp_remove(home);
}

/* What cannot be settings offers nothing, takes no time and is left alone. */
static void
test_files_that_are_none(void **state)
{
	char *home = temp_make();
	struct conf conf = { 0 };
	struct foreign_list l;
	char *path = fsx_join(home, ".muttrc");
	char *huge = fsx_join(home, ".fetchmailrc");
	struct err err = { 0 };

	(void)state;
	setenv("HOME", home, 1);
	assert_int_equal(mkfifo(path, 0600), 0);
	put(home, ".netrc", "");
	put(home, ".mpoprc", "\xff\xfe\0\0a\0c\0c\0");
	make(home, ".msmtprc");
	put(home, ".fetchmailrc", "poll pop.a.kr user kim\n");
	assert_int_equal(truncate(huge, 1L << 33), 0);
	conf_find_foreign(&conf, &l);
	assert_int_equal(l.n, 0);
	foreign_list_release(&l);
	l = (struct foreign_list){ 0 };
	assert_int_equal(foreign_read(huge, &l, &err), -1);
	assert_int_equal(err.code, ERR_LIMIT);
	assert_int_equal(foreign_read(path, &l, &err), -1);
	foreign_list_release(&l);
	free(path);
	free(huge);
	temp_remove(home);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fetchmail),
		cmocka_unit_test(test_getmail),
		cmocka_unit_test(test_mpop_and_msmtp_are_joined),
		cmocka_unit_test(test_mutt_and_netrc),
		cmocka_unit_test(test_what_only_the_program_knows_is_left_out),
		cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_found_in_the_home_folder),
		cmocka_unit_test(test_password_when_asked_for),
		cmocka_unit_test(test_fetchmail_words),
		cmocka_unit_test(test_msmtp_accounts_build_on_others),
		cmocka_unit_test(test_mutt_words),
		cmocka_unit_test(test_mutt_commands),
		cmocka_unit_test(test_mutt_files_in_files),
		cmocka_unit_test(test_programs_that_know_the_same),
		cmocka_unit_test(test_files_that_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
