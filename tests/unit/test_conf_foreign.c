/* SPDX-License-Identifier: GPL-3.0-or-later */
/* foreign: accounts in the settings of other programs. */
#include "lib/test.h"

#include <stdio.h>

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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
