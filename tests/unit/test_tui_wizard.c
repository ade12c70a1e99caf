/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wizard: its steps, where failures lead, what is kept. */
#include "lib/test.h"

#include <stdio.h>

#include "mail/mailto.h"
#include "tui/key.h"
#include "tui/layout.h"
#include "tui/wizard.h"

static char id[] = "example";
static char host[] = "pop.example.kr";
static char smtp_host[] = "smtp.example.kr";

static const struct provider *
lookup(void *ctx, struct slice address)
{
	const struct provider *p = ctx;

	return slice_ends(address, "@example.kr") ? p : NULL;
}

static bool
taken(void *ctx, const char *name)
{
	(void)ctx;
	return strcmp(name, "example") == 0;
}

static void
start(struct wizard_steps *w, struct provider *p)
{
	struct wizard_world world = { p, lookup, taken };

	*p = (struct provider){ .id = id };
	p->pop = (struct account_server){ host, 995, ACCOUNT_TLS_IMPLICIT };
	p->smtp =
		(struct account_server){ smtp_host, 465, ACCOUNT_TLS_IMPLICIT };
	wizard_init(w, &world);
}

static void
type(struct wizard_steps *w, const char *text)
{
	wizard_paste(w, slice_of(text));
}

static void
test_enter_enter_enter(void **state)
{
	struct wizard_steps w;
	struct provider p;
	struct err ok = { 0 };

	(void)state;
	start(&w, &p);
	assert_int_equal(w.focus, WIZARD_F_ADDRESS);
	type(&w, "hong@example.kr");
	assert_int_equal(wizard_key(&w, K_ENTER), WIZARD_NOTHING);
	assert_int_equal(w.step, WIZARD_PASSWORD);
	type(&w, "secret");
	assert_int_equal(wizard_key(&w, K_ENTER), WIZARD_START_TEST);
	assert_string_equal(w.account.address, "hong@example.kr");
	assert_string_equal(w.account.pop.host, host);
	assert_string_equal(w.account.name, "example-hong");
	wizard_test_line(&w, "logged in");
	wizard_test_done(&w, &ok);
	assert_int_equal(w.step, WIZARD_AMOUNT);
	assert_int_equal(wizard_key(&w, K_ENTER), WIZARD_SAVE);
	assert_int_equal(w.account.first_days, 30);
	assert_int_equal(w.account.keep, ACCOUNT_KEEP);
	wizard_release(&w);
}

static void
test_wrong_password_keeps_answers(void **state)
{
	struct wizard_steps w;
	struct provider p;
	struct err err = { 0 };

	(void)state;
	start(&w, &p);
	type(&w, "hong@example.kr");
	(void)wizard_key(&w, K_ENTER);
	type(&w, "wrong");
	(void)wizard_key(&w, K_ENTER);
	(void)err_set(&err, ERR_AUTH, "the password was rejected");
	wizard_test_done(&w, &err);
	assert_int_equal(w.step, WIZARD_PASSWORD);
	assert_int_equal(w.focus, WIZARD_F_PASSWORD);
	assert_int_equal(w.error.code, ERR_AUTH);
	assert_slice(w_line_get(&w.fields[WIZARD_F_PASSWORD]), "wrong");
	assert_slice(w_line_get(&w.fields[WIZARD_F_ADDRESS]),
	             "hong@example.kr");
	type(&w, "2");
	assert_int_equal(w.error.code, ERR_NONE);
	wizard_release(&w);
}

static void
test_unknown_domain_asks_for_servers(void **state)
{
	struct wizard_steps w;
	struct provider p;
	struct err err = { 0 };

	(void)state;
	start(&w, &p);
	type(&w, "me@else.org");
	(void)wizard_key(&w, K_ENTER);
	assert_int_equal(w.step, WIZARD_SERVERS);
	assert_slice(w_line_get(&w.fields[WIZARD_F_POP]),
	             "pop.else.org:995:tls");
	(void)wizard_key(&w, K_ENTER);
	type(&w, "pw");
	assert_int_equal(wizard_key(&w, K_ENTER), WIZARD_START_TEST);
	assert_string_equal(w.account.pop.host, "pop.else.org");
	(void)err_set(&err, ERR_NOHOST, "'smtp.else.org' does not exist");
	wizard_test_done(&w, &err);
	assert_int_equal(w.step, WIZARD_SERVERS);
	assert_int_equal(w.focus, WIZARD_F_SMTP);
	wizard_release(&w);
}

static void
test_bad_input_stays(void **state)
{
	struct wizard_steps w;
	struct provider p;

	(void)state;
	start(&w, &p);
	type(&w, "nonsense");
	(void)wizard_key(&w, K_ENTER);
	assert_int_equal(w.step, WIZARD_ADDRESS);
	assert_int_equal(w.error.code, ERR_USAGE);
	type(&w, "@else.org");
	(void)wizard_key(&w, K_ENTER);
	assert_int_equal(w.step, WIZARD_SERVERS);
	type(&w, ":nonsense");
	(void)wizard_key(&w, K_ENTER);
	assert_int_equal(w.step, WIZARD_SERVERS);
	assert_int_equal(w.focus, WIZARD_F_POP);
	(void)wizard_key(&w, K_ESC);
	assert_int_equal(w.step, WIZARD_ADDRESS);
	assert_int_equal(wizard_key(&w, K_ESC), WIZARD_LEAVE);
	wizard_release(&w);
}

static void
test_servers_may_be_given_in_short(void **state)
{
	static const struct {
		const char *pop, *smtp;
		int pop_port, smtp_port;
		enum account_tls pop_tls, smtp_tls;
	} given[] = {
		{ "mail.x.kr", "mail.x.kr", 995, 465, ACCOUNT_TLS_IMPLICIT,
		  ACCOUNT_TLS_IMPLICIT },
		{ "mail.x.kr:110", "mail.x.kr:587", 110, 587, ACCOUNT_TLS_START,
		  ACCOUNT_TLS_START },
		{ "mail.x.kr:2995", "[::1]:25:starttls", 2995, 25,
		  ACCOUNT_TLS_IMPLICIT, ACCOUNT_TLS_START },
	};
	struct wizard_steps w;
	struct provider p;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof given / sizeof given[0]; i++) {
		start(&w, &p);
		type(&w, "hong@x.kr");
		(void)wizard_key(&w, K_ENTER);
		w_line_set(&w.fields[WIZARD_F_POP], slice_of(given[i].pop));
		w_line_set(&w.fields[WIZARD_F_SMTP], slice_of(given[i].smtp));
		(void)wizard_key(&w, K_ENTER);
		assert_int_equal(w.step, WIZARD_PASSWORD);
		assert_int_equal(w.account.pop.port, given[i].pop_port);
		assert_int_equal(w.account.pop.tls, given[i].pop_tls);
		assert_int_equal(w.account.smtp.port, given[i].smtp_port);
		assert_int_equal(w.account.smtp.tls, given[i].smtp_tls);
		wizard_release(&w);
	}
}

static void
fails_with(struct wizard_steps *w, const char *text, const char *pin)
{
	struct err err = { 0 };

	(void)err_set(&err, ERR_CERT, "%s", text);
	(void)snprintf(err.pin, sizeof err.pin, "%s", pin);
	wizard_test_done(w, &err);
}

static void
test_trusts_one_certificate(void **state)
{
	struct wizard_steps w;
	struct provider p;

	(void)state;
	start(&w, &p);
	type(&w, "hong@else.org");
	(void)wizard_key(&w, K_ENTER);
	(void)wizard_key(&w, K_ENTER);
	type(&w, "secret");
	(void)wizard_key(&w, K_ENTER);
	fails_with(&w, "POP3: signed by nobody", "sha256:aa");
	assert_int_equal(wizard_key(&w, K_F1 + 2), WIZARD_START_TEST);
	assert_string_equal(w.account.pop_pin, "sha256:aa");
	assert_null(w.account.smtp_pin);
	fails_with(&w, "SMTP: signed by nobody", "sha256:bb");
	assert_int_equal(w.focus, WIZARD_F_SMTP);
	assert_int_equal(wizard_key(&w, K_F1 + 2), WIZARD_START_TEST);
	assert_string_equal(w.account.pop_pin, "sha256:aa");
	assert_string_equal(w.account.smtp_pin, "sha256:bb");
	/* another server: trust does not move over */
	fails_with(&w, "POP3: signed by nobody", "sha256:aa");
	assert_int_equal(w.step, WIZARD_SERVERS);
	type(&w, "x");
	(void)wizard_key(&w, K_ENTER);
	assert_false(wizard_can_trust(&w));
	assert_string_equal(w.pop_pin, "");
	wizard_release(&w);
}

static void
test_known_provider_is_never_excused(void **state)
{
	struct wizard_steps w;
	struct provider p;

	(void)state;
	start(&w, &p);
	type(&w, "hong@example.kr");
	(void)wizard_key(&w, K_ENTER);
	type(&w, "secret");
	(void)wizard_key(&w, K_ENTER);
	fails_with(&w, "POP3: signed by nobody", "sha256:aa");
	assert_int_equal(wizard_key(&w, K_F1 + 2), WIZARD_NOTHING);
	assert_string_equal(w.pop_pin, "");
	wizard_release(&w);
}

/* What failed must not turn into a success when the error goes away. */
static void
test_lines_of_a_test_go_with_its_error(void **state)
{
	struct wizard_steps w;
	struct provider p;
	struct err err = { 0 };
	int i;

	(void)state;
	for (i = 0; i < 3; i++) {
		start(&w, &p);
		type(&w, "hong@example.kr");
		(void)wizard_key(&w, K_ENTER);
		type(&w, "wrong");
		(void)wizard_key(&w, K_ENTER);
		wizard_test_line(&w, "POP3 pop.example.kr:995");
		(void)err_set(&err, ERR_AUTH, "no");
		wizard_test_done(&w, &err);
		assert_int_equal(w.lines.n, 1);
		if (i == 0)
			(void)wizard_key(&w, 'x');
		else
			(void)wizard_key(&w, i == 1 ? K_ESC : K_F1 + 1);
		assert_int_equal(w.error.code, ERR_NONE);
		assert_int_equal(w.lines.n, 0);
		wizard_release(&w);
	}
}

static void
test_no_pop3_is_said_and_f2_goes_on(void **state)
{
	struct wizard_steps w;
	struct provider p;

	(void)state;
	start(&w, &p);
	p.pop.host = NULL;
	type(&w, "hong@example.kr");
	(void)wizard_key(&w, K_ENTER);
	assert_int_equal(w.step, WIZARD_ADDRESS);
	assert_int_equal(w.error.code, ERR_CONFIG);
	(void)wizard_key(&w, K_F1 + 1);
	assert_int_equal(w.step, WIZARD_SERVERS);
	wizard_release(&w);
}

static void
test_draws_at_any_size(void **state)
{
	struct wizard_steps w;
	struct provider p;
	int rows, step;

	(void)state;
	start(&w, &p);
	type(&w, "hong@example.kr");
	for (step = WIZARD_ADDRESS; step <= WIZARD_DONE; step++) {
		w.step = (enum wizard_step)step;
		for (rows = 1; rows < 40; rows += 6) {
			struct grid g;
			struct rect r;

			grid_init(&g);
			grid_resize(&g, rows, rows * 3);
			r = grid_rect(&g);
			wizard_draw(&w, &g, &r, true);
			wizard_draw_hints(&w, &g, &r);
			grid_release(&g);
		}
	}
	wizard_release(&w);
}

static void
test_layout_is_inside(void **state)
{
	int rows, cols, focus;

	(void)state;
	for (rows = 1; rows < 80; rows += 3) {
		for (cols = 1; cols < 220; cols += 7) {
			for (focus = 0; focus < 6; focus++) {
				struct layout l =
					layout_make(rows, cols,
				                    (enum pane_id)(focus / 2),
				                    focus % 2);
				struct rect all[] = { l.title, l.status,
					              l.hints, l.folders,
					              l.list,  l.reader,
					              l.vrule, l.hrule };
				size_t i;

				for (i = 0; i < 8; i++) {
					assert_true(all[i].rows >= 0);
					assert_true(all[i].cols >= 0);
					assert_true(all[i].row + all[i].rows <=
					            rows);
					assert_true(all[i].col + all[i].cols <=
					            cols);
				}
			}
		}
	}
	assert_true(layout_make(5, 20, PANE_LIST, false).too_small);
	assert_false(layout_make(24, 80, PANE_LIST, false).wide);
	assert_int_equal(layout_make(24, 80, PANE_LIST, false).list.rows, 20);
	assert_true(layout_make(60, 200, PANE_LIST, true).wide);
}

static void
test_mailto_takes_only_safe_fields(void **state)
{
	struct mailto m;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(
		mailto_parse(SLICE_LIT("mailto:a@b.kr?attach=/etc/passwd"
	                               "&bcc=x@y&body=%0D%0ABcc:z%00"
	                               "&subject=a%0Ab%1B&from=q@q&cc=c@d"),
	                     &m, &err),
		0);
	assert_string_equal(m.to.p, "a@b.kr");
	assert_string_equal(m.cc.p, "c@d");
	assert_string_equal(m.body.p, "\nBcc:z");
	assert_null(strchr(m.subject.p, '\n'));
	assert_null(strchr(m.subject.p, '\033'));
	mailto_release(&m);
	assert_int_equal(mailto_parse(SLICE_LIT("http://a"), &m, &err), -1);
	mailto_release(&m);
}

/* Cut anywhere, a link is parsed without harm. */
static void
test_mailto_cut_anywhere(void **state)
{
	static const char uri[] =
		"mailto:%ED%99%8D@b?subject=%EA%B0%80&body=%&&=&to=%zz#x";
	size_t n;

	(void)state;
	for (n = 0; n < sizeof uri; n++) {
		struct err err = { 0 };
		struct mailto m;

		(void)mailto_parse(slice_make(uri, n), &m, &err);
		mailto_release(&m);
	}
}

static void
offer(struct wizard_steps *w, const char *text)
{
	struct foreign_list list = { 0 };

	foreign_parse(FOREIGN_FETCHMAIL, "/none/.fetchmailrc", slice_of(text),
	              &list);
	foreign_finish(&list);
	wizard_offer(w, &list);
	assert_int_equal(list.n, 0);
}

static const char two[] =
	"poll pop.one.kr proto pop3 user kim@one.kr pass \"se cret\" ssl\n"
	"poll pop.two.kr proto pop3 user lee@two.kr\n";

static void
test_accounts_of_other_programs_come_first(void **state)
{
	struct wizard_steps w;
	struct provider p;
	struct secret secret = { 0 };

	(void)state;
	start(&w, &p);
	offer(&w, "");
	assert_int_equal(w.step, WIZARD_ADDRESS);
	offer(&w, two);
	assert_int_equal(w.step, WIZARD_FOUND);
	type(&w, "x"); /* there is no field yet */
	(void)wizard_key(&w, 'y');
	assert_int_equal(wizard_key(&w, K_F1 + 3), WIZARD_NOTHING);
	assert_int_equal(wizard_key(&w, K_ENTER), WIZARD_NOTHING);
	assert_int_equal(w.step, WIZARD_PASSWORD);
	assert_slice(w_line_get(&w.fields[WIZARD_F_ADDRESS]), "kim@one.kr");
	assert_slice(w_line_get(&w.fields[WIZARD_F_POP]), "pop.one.kr:995:tls");
	/* The password is not here before it is asked for. */
	assert_slice(w_line_get(&w.fields[WIZARD_F_PASSWORD]), "");
	assert_int_equal(wizard_key(&w, K_F1 + 3), WIZARD_TAKE_PASSWORD);
	secret_set(&secret, "se cret", 7);
	wizard_password(&w, &secret);
	secret_release(&secret);
	assert_int_equal(wizard_key(&w, K_ENTER), WIZARD_START_TEST);
	assert_string_equal(w.account.address, "kim@one.kr");
	assert_string_equal(w.account.user, "kim@one.kr");
	assert_string_equal(w.account.pop.host, "pop.one.kr");
	assert_int_equal(w.account.keep, ACCOUNT_KEEP);
	wizard_release(&w);
}

static void
test_going_without_them(void **state)
{
	struct wizard_steps w;
	struct provider p;

	(void)state;
	start(&w, &p);
	offer(&w, two);
	(void)wizard_key(&w, K_DOWN);
	(void)wizard_key(&w, K_ENTER);
	/* Without TLS before: never silently again. */
	assert_slice(w_line_get(&w.fields[WIZARD_F_POP]),
	             "pop.two.kr:110:stls");
	assert_false(wizard_can_take(&w));
	assert_int_equal(wizard_key(&w, K_ESC), WIZARD_NOTHING);
	assert_int_equal(w.step, WIZARD_FOUND);
	(void)wizard_key(&w, K_UP);
	(void)wizard_key(&w, K_UP);
	(void)wizard_key(&w, K_ENTER);
	assert_int_equal(w.step, WIZARD_ADDRESS);
	assert_int_equal(wizard_key(&w, K_ESC), WIZARD_NOTHING);
	assert_int_equal(w.step, WIZARD_FOUND);
	assert_int_equal(wizard_key(&w, K_ESC), WIZARD_LEAVE);
	wizard_release(&w);
}

/* All, one of them given up on the way. */
static void
test_several_one_after_another(void **state)
{
	static const char three[] =
		"poll pop.one.kr proto pop3 user kim@one.kr\n"
		"poll pop.two.kr proto pop3 user lee@two.kr\n"
		"poll pop.six.kr proto pop3 user han@six.kr\n";
	static const struct err ok = { 0 };
	struct wizard_steps w;
	struct provider p;

	(void)state;
	start(&w, &p);
	offer(&w, three);
	(void)wizard_key(&w, 'a');
	assert_int_equal(wizard_chosen(&w), 3);
	(void)wizard_key(&w, 'a');
	assert_int_equal(wizard_chosen(&w), 0);
	(void)wizard_key(&w, 0x3141); /* the jamo of that key */
	assert_int_equal(wizard_chosen(&w), 3);
	(void)wizard_key(&w, K_ENTER);
	type(&w, "first");
	assert_int_equal(wizard_key(&w, K_ENTER), WIZARD_START_TEST);
	assert_string_equal(w.account.address, "kim@one.kr");
	wizard_test_done(&w, &ok);
	assert_int_equal(wizard_key(&w, K_ENTER), WIZARD_SAVE);
	assert_true(wizard_saved(&w));
	assert_int_equal(w.step, WIZARD_PASSWORD);
	assert_slice(w_line_get(&w.fields[WIZARD_F_ADDRESS]), "lee@two.kr");
	assert_slice(w_line_get(&w.fields[WIZARD_F_PASSWORD]), "");
	/* Not this one after all. */
	(void)wizard_key(&w, K_ESC);
	assert_int_equal(w.step, WIZARD_FOUND);
	assert_int_equal(w.found.n, 2);
	(void)wizard_key(&w, ' ');
	assert_int_equal(wizard_chosen(&w), 1);
	(void)wizard_key(&w, K_ENTER);
	assert_slice(w_line_get(&w.fields[WIZARD_F_ADDRESS]), "han@six.kr");
	type(&w, "third");
	(void)wizard_key(&w, K_ENTER);
	assert_string_equal(w.account.address, "han@six.kr");
	wizard_test_done(&w, &ok);
	assert_int_equal(wizard_key(&w, K_ENTER), WIZARD_SAVE);
	assert_false(wizard_saved(&w));
	wizard_release(&w);
}

/* A token stays a token. */
static void
test_a_token_command_is_taken_over(void **state)
{
	struct wizard_steps w;
	struct provider p;
	struct foreign_list list = { 0 };

	(void)state;
	start(&w, &p);
	foreign_parse(FOREIGN_MPOP, "f",
	              SLICE_LIT("account a\nhost pop.one.kr\nuser kim@one.kr\n"
	                        "tls on\ntls_starttls off\nauth xoauth2\n"
	                        "passwordeval token kim\n"),
	              &list);
	foreign_finish(&list);
	wizard_offer(&w, &list);
	(void)wizard_key(&w, K_ENTER);
	assert_int_equal(wizard_key(&w, K_ENTER), WIZARD_START_TEST);
	assert_int_equal(w.account.auth, ACCOUNT_AUTH_XOAUTH2);
	wizard_release(&w);
}

static void
test_a_command_comes_in_place_of_a_password(void **state)
{
	struct wizard_steps w;
	struct provider p;
	struct foreign_list list = { 0 };

	(void)state;
	start(&w, &p);
	foreign_parse(FOREIGN_MPOP, "f",
	              SLICE_LIT("account a\nhost pop.one.kr\nuser kim@one.kr\n"
	                        "tls on\ntls_starttls off\n"
	                        "passwordeval pass show mail\n"),
	              &list);
	foreign_finish(&list);
	wizard_offer(&w, &list);
	(void)wizard_key(&w, K_ENTER);
	assert_int_equal(w.focus, WIZARD_F_COMMAND);
	assert_int_equal(wizard_key(&w, K_ENTER), WIZARD_START_TEST);
	assert_string_equal(w.account.password_command, "pass show mail");
	wizard_release(&w);
}

static void
test_how_much(void **state)
{
	struct wizard_steps w;
	struct provider p;
	struct err ok = { 0 };
	int i;

	(void)state;
	for (i = 0; i < 3; i++) {
		start(&w, &p);
		p.window = true;
		type(&w, "hong@example.kr");
		(void)wizard_key(&w, K_ENTER);
		type(&w, "secret");
		(void)wizard_key(&w, K_ENTER);
		wizard_test_done(&w, &ok);
		for (int n = 0; n < i; n++)
			(void)wizard_key(&w, K_RIGHT);
		assert_int_equal(wizard_key(&w, K_ENTER), WIZARD_SAVE);
		assert_int_equal(w.account.first_days, i == 0 ? 30 : 0);
		assert_int_equal(account_is_recent(&w.account), i == 0);
		assert_int_equal(w.account.headers_above,
		                 i == 2 ? 100 * 1024 : 0);
		wizard_release(&w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_enter_enter_enter),
		cmocka_unit_test(test_wrong_password_keeps_answers),
		cmocka_unit_test(test_unknown_domain_asks_for_servers),
		cmocka_unit_test(test_bad_input_stays),
		cmocka_unit_test(test_servers_may_be_given_in_short),
		cmocka_unit_test(test_trusts_one_certificate),
		cmocka_unit_test(test_known_provider_is_never_excused),
		cmocka_unit_test(test_lines_of_a_test_go_with_its_error),
		cmocka_unit_test(test_no_pop3_is_said_and_f2_goes_on),
		cmocka_unit_test(test_accounts_of_other_programs_come_first),
		cmocka_unit_test(test_going_without_them),
		cmocka_unit_test(test_several_one_after_another),
		cmocka_unit_test(test_a_token_command_is_taken_over),
		cmocka_unit_test(test_a_command_comes_in_place_of_a_password),
		cmocka_unit_test(test_how_much),
		cmocka_unit_test(test_draws_at_any_size),
		cmocka_unit_test(test_layout_is_inside),
		cmocka_unit_test(test_mailto_takes_only_safe_fields),
		cmocka_unit_test(test_mailto_cut_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
