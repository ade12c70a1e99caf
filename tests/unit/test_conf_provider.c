/* SPDX-License-Identifier: GPL-3.0-or-later */
/* provider: the shipped rows are whole, and each address finds its row. */
#include "lib/test.h"

#include <stdio.h>

#include "conf/conf.h"
#include "conf/provider.h"
#include "lib/temp.h"
#include "util/fsx.h"

struct home {
	char *folder;
	struct paths paths;
	struct providers *all;
};

static int
set_up(void **state)
{
	struct home *h = calloc(1, sizeof *h);
	struct err err = { 0 };

	*state = h;
	h->folder = temp_make();
	if (setenv("PABAL_DATADIR", TEST_DATADIR, 1) != 0 ||
	    paths_init(&h->paths, h->folder, NULL) != 0 ||
	    paths_make(&h->paths, NULL) != 0)
		return -1;
	h->all = providers_load(&h->paths, &err);
	if (h->all == NULL)
		fail_msg("%s", err.text);
	return 0;
}

static int
tear_down(void **state)
{
	struct home *h = *state;

	providers_free(&h->all);
	paths_release(&h->paths);
	temp_remove(h->folder);
	free(h);
	return 0;
}

static void
assert_row_is_whole(const struct provider *p)
{
	assert_non_null(p->name_ko);
	assert_non_null(p->name_en);
	assert_non_null(p->checked);
	assert_true(p->domains != NULL || p->mx != NULL);
	assert_int_equal(p->enable_ko != NULL, p->enable_en != NULL);
	assert_int_equal(p->secret_ko != NULL, p->secret_en != NULL);
	assert_int_equal(p->reason_ko != NULL, p->reason_en != NULL);
	/* What cannot be done with a password, or at all, is said. */
	if (p->pop.host == NULL || p->oauth_only)
		assert_non_null(p->reason_en);
	if (p->pop.host != NULL) {
		assert_int_equal(p->pop.tls, ACCOUNT_TLS_IMPLICIT);
		assert_int_equal(p->pop.port, 995);
		assert_true(p->interval_min >= 5);
	}
	if (p->smtp.host != NULL)
		assert_int_equal(p->smtp.port,
		                 p->smtp.tls == ACCOUNT_TLS_IMPLICIT ? 465
		                                                     : 587);
	assert_int_equal(p->oauth_only, p->auth != ACCOUNT_AUTH_PASSWORD);
	if (p->url != NULL)
		assert_memory_equal(p->url, "https://", 8);
}

static void
test_rows_are_whole(void **state)
{
	struct home *h = *state;
	size_t i;

	assert_true(providers_count(h->all) >= 35);
	for (i = 0; i < providers_count(h->all); i++)
		assert_row_is_whole(providers_at(h->all, i));
	assert_null(providers_at(h->all, i));
}

static void
test_every_domain_finds_its_row(void **state)
{
	struct home *h = *state;
	size_t i;
	char **d;

	for (i = 0; i < providers_count(h->all); i++) {
		const struct provider *p = providers_at(h->all, i);
		char address[300];

		assert_ptr_equal(provider_by_id(h->all, p->id), p);
		for (d = p->domains; d != NULL && *d != NULL; d++) {
			(void)snprintf(address, sizeof address, "me@%s",
			               strncmp(*d, "*.", 2) == 0 ? *d + 2 : *d);
			assert_ptr_equal(
				provider_for(h->all, slice_of(address)), p);
		}
		for (d = p->mx; d != NULL && *d != NULL; d++) {
			(void)snprintf(address, sizeof address, "%s%s.",
			               (*d)[0] == '*' ? "mx1" : "",
			               (*d)[0] == '*' ? *d + 1 : *d);
			assert_ptr_equal(
				provider_for_mx(h->all, slice_of(address)), p);
		}
	}
}

static const struct provider *
find(const struct home *h, const char *address)
{
	return provider_for(h->all, slice_of(address));
}

static void
test_known_addresses(void **state)
{
	static const char *const own[] = { "a@naver.com",   "a@daum.net",
		                           "a@hanmail.net", "a@kakao.com",
		                           "a@outlook.com", "a@hotmail.com",
		                           "a@icloud.com",  "a@me.com" };
	static const char *const rows[][2] = {
		{ "a@gmail.com", "gmail" },
		{ "a@NAVER.com", "naver" },
		{ "a@hanmail.net", "daum" },
		{ "a@kakao.com", "kakao" },
		{ "a@nate.com", "nate" },
		{ "a@hotmail.com", "outlook" },
		{ "a@hotmail.co.kr", "outlook" },
		{ "a@icloud.com", "icloud" },
		{ "a@proton.me", "proton" },
		{ "a@163.com", "163" },
		{ "a@dreamwiz.com", "dreamwiz" },
		{ "a@yahoo.co.jp", "yahoo-japan" },
		{ "a@dooray.com", "dooray" },
		{ "a@web.de", "web-de" },
	};
	struct home *h = *state;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct provider *p = find(h, rows[i][0]);

		assert_non_null(p);
		assert_string_equal(p->id, rows[i][1]);
	}
	assert_null(find(h, "a@example.com"));
	assert_null(find(h, "a@evil-gmail.com"));
	assert_null(find(h, "a@gmail.com.evil.example"));
	assert_null(find(h, "gmail.com"));
	assert_null(find(h, "a@"));
	assert_null(find(h, ""));
	assert_null(provider_for_mx(h->all, SLICE_LIT("mail.example.com")));
	assert_null(find(h, "a@nate.com")->pop.host);
	assert_true(find(h, "a@outlook.com")->oauth_only);
	assert_true(find(h, "a@gmail.com")->window);
	assert_false(find(h, "a@naver.com")->window);
	assert_non_null(find(h, "a@dreamwiz.com")->historic);
	for (size_t k = 0; k < sizeof own / sizeof own[0]; k++)
		assert_int_equal(find(h, own[k])->from, PROVIDER_FROM_OWN);
	assert_int_equal(provider_by_id(h->all, "office365")->from,
	                 PROVIDER_FROM_OWN);
	assert_int_equal(find(h, "a@gmail.com")->from, PROVIDER_FROM_REWRITTEN);
	assert_int_equal(provider_by_id(h->all, "google-workspace")->from,
	                 PROVIDER_FROM_REWRITTEN);
	assert_int_equal(find(h, "a@gmx.com")->from, PROVIDER_FROM_ANY);
}

static void
test_advice(void **state)
{
	struct home *h = *state;
	const struct provider *naver = find(h, "a@naver.com");

	assert_non_null(provider_advice(
		naver, "535 5.7.1 Username and Password not accepted"));
	assert_non_null(provider_advice(
		provider_by_id(h->all, "mailplug"),
		"553 sorry, that password allowed relay (#5.7.5)"));
	assert_non_null(
		provider_advice(find(h, "a@gmail.com"),
	                        "-ERR application-SPECIFIC password required"));
	assert_non_null(provider_advice(
		find(h, "a@nate.com"),
		"-ERR POP3 service has been permanently discontinued."));
	assert_non_null(provider_advice(naver, "-ERR [IN-USE] busy"));
	assert_non_null(provider_advice(providers_generic(h->all),
	                                "mailbox already in use"));
	assert_null(provider_advice(naver, "-ERR what"));
	assert_null(provider_advice(naver, ""));
	assert_null(provider_advice(naver, NULL));
	assert_null(provider_advice(NULL, "535"));
}

/*
 * Servers' words as they were seen, or as the standards have them, and what has
 * to be in the advice in each language.
 */
static const struct {
	const char *id; /* of the row; "": no provider is known */
	enum err_code code;
	const char *words;
	const char *ko, *en;
} seen[] = {
	/* The same for a wrong password and for SMTP that is switched off. */
	{ "naver", ERR_AUTH, "535 5.7.1 Username and Password not accepted",
	  "애플리케이션 비밀번호가 맞는지, 네이버 메일 환경설정에서 POP3/SMTP를",
	  "application password" },
	{ "naver", ERR_AUTH, "535 5.7.1 Username and Password not accepted",
	  "해외 로그인 차단", "abroad" },
	{ "naver", ERR_AUTH, "-ERR [AUTH] no", "2단계 인증",
	  "switch it off and on" },
	{ "daum", ERR_AUTH, "-ERR [AUTH] no", "앱 비밀번호", "In Daum Mail" },
	{ "daum", ERR_AUTH, "-ERR authentication failed", "앱 비밀번호",
	  "POP3 is on" },
	{ "kakao", ERR_AUTH, "-ERR [AUTH] no", "카카오메일 설정",
	  "app password" },
	{ "nate", ERR_REFUSED,
	  "-ERR POP3 service has been permanently discontinued.", "전달",
	  "forward" },
	{ "naver-works", ERR_AUTH,
	  "535 5.7.1 Username and Password not accepted", "외부 앱 비밀번호",
	  "external apps" },
	{ "naver-works", ERR_AUTH, "-ERR no", "관리자가 POP를 허용",
	  "administrator must allow POP" },
	{ "hiworks", ERR_AUTH, "-ERR login fail", "계정이 잠기니",
	  "lock the account" },
	{ "hiworks", ERR_AUTH, "-ERR [AUTH] no", "메일 전용 비밀번호",
	  "암호메일" },
	{ "mailplug", ERR_AUTH,
	  "553 sorry, that password allowed relay (#5.7.5)",
	  "비밀번호는 맞지만", "the password is right" },
	{ "gmail", ERR_AUTH,
	  "-ERR [AUTH] Application-specific password required: "
	  "https://support.google.com/accounts/answer/185833",
	  "앱 비밀번호를 만들어", "make an app password" },
	{ "gmail", ERR_AUTH, "-ERR [AUTH] Username and password not accepted.",
	  "POP를 켰는지", "POP is enabled" },
	{ "gmail", ERR_AUTH, "534-5.7.14 Please log in via your web browser",
	  "웹 브라우저로", "web browser" },
	{ "gmail", ERR_AUTH,
	  "-ERR [AUTH] Web login required: "
	  "https://support.google.com/mail/answer/78754",
	  "웹 브라우저로", "web browser" },
	{ "gmail", ERR_RETRY, "-ERR [SYS/TEMP] Temporary system problem.",
	  "일시적인", "temporary" },
	{ "gmail", ERR_RETRY, "-ERR Account exceeded... lockout in sector 4",
	  "막혔습니다", "blocked" },
	{ "google-workspace", ERR_AUTH,
	  "-ERR [AUTH] Username and password not accepted.", "OAuth2",
	  "OAuth2 only" },
	{ "outlook", ERR_AUTH,
	  "-ERR Logon failure: unknown user name or bad password.",
	  "OAuth2 토큰", "OAuth2 token" },
	{ "outlook", ERR_AUTH,
	  "535 5.7.139 Authentication unsuccessful, basic authentication is "
	  "disabled.",
	  "비밀번호를 받지 않습니다", "takes no passwords" },
	{ "office365", ERR_AUTH,
	  "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is "
	  "disabled for the Tenant.",
	  "관리자가 SMTP AUTH를", "administrator" },
	{ "zoho", ERR_RETRY, "-ERR blocked because of excessive usage",
	  "풀어 주십시오", "unblock" },
	/* Codes of RFC 2449 and 3206, at providers and elsewhere. */
	{ "naver", ERR_RETRY, "[IN-USE] mailbox is open", "다른 프로그램",
	  "another program" },
	{ "", ERR_RETRY, "[IN-USE] mailbox is open", "다른 프로그램",
	  "another program" },
	{ "", ERR_RETRY, "[LOGIN-DELAY] wait", "간격", "more often" },
	{ "", ERR_RETRY, "[SYS/TEMP] disk", "일시적인", "temporary" },
	{ "", ERR_REFUSED, "[SYS/PERM] gone", "메일 서비스에 문의",
	  "ask the provider" },
	{ "", ERR_AUTH, "[AUTH] no", "사용자 이름과 비밀번호를",
	  "user name and password" },
	{ "posteo", ERR_AUTH, "[AUTH] no", "사용자 이름과 비밀번호를",
	  "user name and password" },
};

static void
test_what_servers_say(void **state)
{
	struct home *h = *state;

	for (size_t i = 0; i < sizeof seen / sizeof seen[0]; i++) {
		const struct provider *p =
			seen[i].id[0] != '\0'
				? provider_by_id(h->all, seen[i].id)
				: providers_generic(h->all);
		struct err err = { .code = seen[i].code, .text = "refused" };
		const char *advice;
		const char *korean = NULL;

		assert_non_null(p);
		err_set_server(&err, seen[i].words, strlen(seen[i].words));
		advice = provider_explain(p, &err);
		if (advice == NULL || strstr(advice, seen[i].en) == NULL)
			fail_msg("%s, %s: %s", seen[i].id, seen[i].words,
			         advice != NULL ? advice : "nothing");
		/* The tests speak English: the Korean beside it. */
		if (advice == p->login_en)
			korean = p->login_ko;
		for (size_t k = 0; k < p->hint_count; k++)
			if (advice == p->hints[k].en)
				korean = p->hints[k].ko;
		if (korean == NULL || strstr(korean, seen[i].ko) == NULL)
			fail_msg("%s, %s: %s", seen[i].id, seen[i].words,
			         korean != NULL ? korean : "nothing");
	}
}

/* Nothing is made up. */
static void
test_nothing_to_explain(void **state)
{
	struct home *h = *state;
	const struct provider *naver = find(h, "a@naver.com");
	struct err err = { .code = ERR_AUTH, .text = "no password is known" };

	assert_null(provider_explain(naver, &err));
	assert_null(provider_explain(NULL, &err));
	err_set_server(&err, "what", 4);
	assert_non_null(provider_explain(naver, &err));
	assert_null(provider_explain(NULL, &err));
	err.code = ERR_RETRY;
	assert_null(provider_explain(naver, &err));
	for (size_t i = 0; i < providers_count(h->all); i++) {
		const struct provider *p = providers_at(h->all, i);

		assert_non_null(p->login_ko);
		assert_non_null(p->login_en);
	}
}

static void
test_applies(void **state)
{
	struct home *h = *state;
	struct account a;

	account_init(&a);
	a.name = strdup("x");
	a.address = strdup("me@yahoo.co.jp");
	provider_apply(find(h, a.address), &a);
	assert_string_equal(a.pop.host, "pop.mail.yahoo.co.jp");
	assert_string_equal(a.user, "me");
	assert_string_equal(a.provider, "yahoo-japan");
	provider_apply(find(h, "me@gmail.com"), &a);
	assert_null(a.user);
	assert_int_equal(a.interval_min, 15);
	assert_int_equal(account_check(&a, NULL), 0);
	account_release(&a);
}

static struct providers *
load_with(struct home *h, const char *text, struct err *err)
{
	char *folder = fsx_join(h->paths.config, "providers.d");
	char *path = fsx_join(folder, "own.conf");
	struct providers *p;

	assert_int_equal(fsx_mkdirs(folder, NULL), 0);
	assert_int_equal(fsx_write_atomic(path, slice_of(text), NULL), 0);
	p = providers_load(&h->paths, err);
	free(folder);
	free(path);
	return p;
}

static void
test_users_rows_replace(void **state)
{
	struct home *h = *state;
	struct err err = { 0 };
	struct providers *p =
		load_with(h,
	                  "[naver]\ndomains = naver.com\npop = mine:995:tls\n"
	                  "[work]\ndomains = gmail.com *.corp.example\n"
	                  "pop = corp:995:tls\nuser = local\n",
	                  &err);

	if (p == NULL)
		fail_msg("%s", err.text);
	assert_int_equal(providers_count(p), providers_count(h->all) + 1);
	assert_string_equal(provider_by_id(p, "naver")->pop.host, "mine");
	assert_string_equal(provider_for(p, SLICE_LIT("a@gmail.com"))->id,
	                    "work");
	assert_string_equal(provider_for(p, SLICE_LIT("a@x.corp.example"))->id,
	                    "work");
	assert_null(provider_for(p, SLICE_LIT("a@corp.example")));
	providers_free(&p);
	providers_free(&p);
}

static void
test_bad_rows_are_named(void **state)
{
	static const char *const bad[] = {
		"pop = x:1:tls\n",          "[a]\npop = x\n",
		"[a]\nauth = kerberos\n",   "[a]\ninterval = 0\n",
		"[a]\nnonsense = 1\n",      "[a]\nadvice = x | y\n",
		"[a]\nadvice = x || z\n",   "[a]\nuser = both\n",
		"[a]\nwindow = 1\n",        "[a]\noauth_only = 1\n",
		"[a]\nsmtp = a:1:tls, b\n", "[a]\nfrom = mine\n",
	};
	struct home *h = *state;
	size_t i;

	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct err err = { 0 };

		assert_null(load_with(h, bad[i], &err));
		assert_int_equal(err.code, ERR_CONFIG);
		assert_non_null(strstr(err.text, "own.conf:"));
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_rows_are_whole),
		TEST(test_every_domain_finds_its_row),
		TEST(test_known_addresses),
		TEST(test_advice),
		TEST(test_what_servers_say),
		TEST(test_nothing_to_explain),
		TEST(test_applies),
		TEST(test_users_rows_replace),
		TEST(test_bad_rows_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
