/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The demo without a screen: the whole job once, each step checked. */
/*
 * Each step looks at what is really there (store, outbox, the servers' counts)
 * and not at what the step before said of itself.
 */
#include "cli/demo_play.h"

#include <stdlib.h>
#include <string.h>

#include "cli/out.h"
#include "engine/engine.h"
#include "mail/search.h"
#include "mime/build.h"
#include "mime/message.h"
#include "util/clock.h"
#include "util/i18n.h"

#include "util/banned.h"

/* All servers are on this machine. */
#define STEP_TIMEOUT_MS 20000
#define TURN_MS         200
/* More than the sample mailbox holds. */
#define ROWS_MAX 500

struct play {
	struct cli *cli;
	struct demo *demo;
	struct conf conf;
	struct engine *engine;
	struct store *store;
	struct store_rows rows;  /* the inbox */
	struct store_row *reply; /* of rows: the one that is answered */
	struct str sent_id;      /* Message-ID of the answer */
};

/* Wait for the end of all jobs; the sum of new messages. */
static int
wait_jobs(struct play *p, uint64_t *new_r, struct err *err)
{
	int64_t end = clock_mono_ms() + STEP_TIMEOUT_MS;

	*new_r = 0;
	for (;;) {
		struct event *ev = engine_wait(p->engine, TURN_MS);

		if (ev == NULL && engine_jobs(p->engine) == 0)
			return err->code == ERR_NONE ? 0 : -1;
		if (ev != NULL && ev->kind == EVENT_FETCH_DONE)
			*new_r += ev->done;
		if (ev != NULL && ev->err.code != ERR_NONE)
			*err = ev->err;
		event_free(&ev);
		if (p->cli->cancelled != NULL && p->cli->cancelled())
			return err_set(err, ERR_CANCELLED, _("cancelled"));
		if (clock_mono_ms() > end)
			return err_set(err, ERR_RETRY, _("it takes too long"));
	}
}

static int
load_inbox(struct play *p, struct err *err)
{
	struct store_view view = { .folder = FOLDER_INBOX };

	store_rows_release(&p->rows);
	return store_list(p->store, &view, NULL, false, ROWS_MAX, &p->rows,
	                  err);
}

static int
fetch(struct play *p, uint64_t *new_r, struct err *err)
{
	if (engine_fetch(p->engine, NULL) != p->conf.account_count)
		return err_set(err, ERR_CONFIG, _("a fetch did not start"));
	return wait_jobs(p, new_r, err);
}

static int
step_fetch(struct play *p, struct str *said, struct err *err)
{
	uint64_t n;
	uint64_t stored;
	uint64_t unread;
	struct store_view all = { .folder = FOLDER_ANY };
	struct store_view spam = { .folder = FOLDER_SPAM };
	uint64_t in_spam;

	if (fetch(p, &n, err) != 0 ||
	    store_count(p->store, &all, &stored, &unread, err) != 0 ||
	    store_count(p->store, &spam, &in_spam, &unread, err) != 0)
		return -1;
	str_printf(said, _("%llu messages from %zu accounts"),
	           (unsigned long long)n, p->conf.account_count);
	return n > 0 && n == stored + in_spam ? 1 : 0;
}

static int
step_again(struct play *p, struct str *said, struct err *err)
{
	uint64_t n;

	if (fetch(p, &n, err) != 0)
		return -1;
	str_printf(said, _("%llu new: nothing comes twice"),
	           (unsigned long long)n);
	return n == 0;
}

static bool
has_hangul(struct slice s)
{
	size_t i;

	/* U+AC00 to U+D7A3 begin with EA to ED. */
	for (i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0xea &&
		    (unsigned char)s.p[i] <= 0xed)
			return true;
	return false;
}

static int
step_korean(struct play *p, struct str *said, struct err *err)
{
	size_t hangul = 0;
	size_t broken = 0;
	size_t i;

	if (load_inbox(p, err) != 0)
		return -1;
	for (i = 0; i < p->rows.n; i++) {
		struct slice subject = slice_of(p->rows.v[i].subject);

		hangul += has_hangul(subject);
		broken += slice_find_text(subject, SLICE_LIT("\xef\xbf\xbd")) <
		          subject.n;
	}
	str_printf(said, _("%zu Korean subjects in the inbox, %zu unreadable"),
	           hangul, broken);
	return hangul >= 5 && broken == 0;
}

static int
step_read(struct play *p, struct str *said, struct err *err)
{
	struct fsx_map map;
	struct message m;
	struct str text;
	size_t i;
	int rc;

	for (i = 0; i < p->rows.n && p->reply == NULL; i++)
		if (strstr(p->rows.v[i].from_addr, "junho@") != NULL)
			p->reply = &p->rows.v[i];
	if (p->reply == NULL)
		return 0;
	if (store_map(p->store, p->reply->id, &map, err) != 0)
		return -1;
	message_parse(&m, map.data);
	str_init(&text, OUT_JSON_MAX);
	message_display(&m, 78, &text);
	rc = has_hangul(str_slice(&text));
	str_printf(said, "\"%s\", %s", p->reply->subject, p->reply->from_name);
	str_release(&text);
	message_release(&m);
	fsx_map_close(&map);
	return rc;
}

static int
search(struct play *p, const char *query, size_t *n_r, struct err *err)
{
	struct store_view view = { .folder = FOLDER_ANY };
	struct store_rows rows = { 0 };
	struct str compiled;
	uint64_t left = 1;
	int rc = 0;

	while (rc == 0 && left > 0)
		rc = store_index_text(p->store, ROWS_MAX, &left, err);
	str_init(&compiled, OUT_JSON_MAX);
	if (rc == 0)
		rc = search_compile(slice_of(query), &compiled, err);
	view.search = compiled.p;
	if (rc == 0)
		rc = store_list(p->store, &view, NULL, false, ROWS_MAX, &rows,
		                err);
	*n_r = rows.n;
	store_rows_release(&rows);
	str_release(&compiled);
	return rc;
}

static int
step_search(struct play *p, struct str *said, struct err *err)
{
	size_t word;
	size_t initials;

	if (search(p, "보고서", &word, err) != 0 ||
	    search(p, "ㅂㄱㅅ", &initials, err) != 0)
		return -1;
	str_printf(said, _("'보고서' found %zu times, 'ㅂㄱㅅ' %zu times"),
	           word, initials);
	return word > 0 && initials >= word;
}

static int
step_spam(struct play *p, struct str *said, struct err *err)
{
	struct store_rows row = { 0 };
	struct str why;
	int64_t undo;
	int64_t id = 0;
	size_t i;
	int rc;

	for (i = 0; i < p->rows.n && id == 0; i++)
		if (strstr(p->rows.v[i].from_addr, "pills@") != NULL ||
		    strstr(p->rows.v[i].from_addr, "bank-secure") != NULL)
			id = p->rows.v[i].id;
	if (id == 0) {
		str_add_z(said, _("the filter had it already"));
		return 1;
	}
	if (engine_mark_spam(p->engine, p->store, &id, 1, true, &undo, err) !=
	            0 ||
	    store_row(p->store, id, &row, err) != 0)
		return -1;
	str_init(&why, OUT_JSON_MAX);
	rc = engine_explain(p->engine, p->store, id, &why, err) == 0 &&
	     row.n == 1 && row.v[0].folder == FOLDER_SPAM;
	str_printf(said, _("moved to Spam and learnt: %s"),
	           row.n == 1 ? row.v[0].subject : "");
	str_release(&why);
	store_rows_release(&row);
	return rc;
}

/* The answer to p->reply, as the screen would build it. */
static int
build(struct play *p, const struct account *a, struct str *out, struct err *err)
{
	struct build_draft d = { .date = clock_now() };
	struct addr to = { slice_of(p->reply->from_name),
		           slice_of(p->reply->from_addr) };
	struct fsx_map map;
	struct message m;
	struct str subject;
	struct str text;
	int rc;

	if (store_map(p->store, p->reply->id, &map, err) != 0)
		return -1;
	message_parse(&m, map.data);
	str_init(&subject, MESSAGE_FIELD_MAX);
	str_init(&text, OUT_JSON_MAX);
	build_reply_subject(slice_of(p->reply->subject), &subject);
	str_add_z(&text, _("Thank you, I will be there.\n\n"));
	build_quote(&m, &text);
	build_message_id(slice_of(a->address), &p->sent_id);
	d.from.name = slice_of(a->full_name);
	d.from.spec = slice_of(a->address);
	d.to.v = &to;
	d.to.n = 1;
	d.subject = str_slice(&subject);
	d.text = str_slice(&text);
	d.message_id = str_slice(&p->sent_id);
	d.in_reply_to = message_id(&m);
	d.references = &d.in_reply_to;
	d.reference_count = d.in_reply_to.n > 0;
	rc = build_message(&d, out, err);
	str_release(&subject);
	str_release(&text);
	message_release(&m);
	fsx_map_close(&map);
	return rc;
}

static int
step_reply(struct play *p, struct str *said, struct err *err)
{
	char *name = store_account_name(p->store, p->reply->account);
	const struct account *a =
		name != NULL ? conf_account(&p->conf, name) : NULL;
	const char *rcpts[] = { p->reply->from_addr };
	struct engine_mail mail = { .account = a,
		                    .rcpts = rcpts,
		                    .rcpt_count = 1,
		                    .subject = p->reply->subject,
		                    .reply_to = p->reply->id,
		                    .reply_flag = STORE_ANSWERED };
	struct str message;
	uint64_t ignored;
	int64_t id;
	int rc = -1;

	free(name);
	if (a == NULL)
		return 0;
	str_init(&message, BUILD_MAX);
	if (build(p, a, &message, err) == 0) {
		mail.from = a->address;
		mail.message = str_slice(&message);
		rc = engine_submit(p->engine, p->store, &mail, &id, err);
	}
	str_release(&message);
	if (rc != 0)
		return -1;
	(void)engine_send_due(p->engine); /* seen by what arrives */
	if (wait_jobs(p, &ignored, err) != 0)
		return -1;
	str_printf(said, _("sent to %s from %s"), rcpts[0], a->address);
	return demo_wait_sent(p->demo, 1, STEP_TIMEOUT_MS) == 0;
}

static int
step_sent(struct play *p, struct str *said, struct err *err)
{
	struct store_rows row = { 0 };
	struct outbox_row *rows = NULL;
	size_t n = 0;
	int64_t id = 0;
	bool answered;

	if (outbox_list(p->store, &rows, &n, err) != 0)
		return -1;
	outbox_rows_free(&rows, n);
	if (store_find_message_id(p->store, str_slice(&p->sent_id), &id, err) !=
	            0 ||
	    store_row(p->store, p->reply->id, &row, err) != 0)
		return -1;
	answered = row.n == 1 && (row.v[0].flags & STORE_ANSWERED) != 0;
	store_rows_release(&row);
	str_add_z(said, _("the outbox is empty, a copy is in Sent"));
	return n == 0 && id != 0 && answered;
}

/* The colleague's answer carries our Message-ID. */
static int
step_arrives(struct play *p, struct str *said, struct err *err)
{
	uint64_t n;
	size_t i;
	bool found = false;

	if (fetch(p, &n, err) != 0)
		return -1;
	p->reply = NULL; /* belongs to the rows that go now */
	if (load_inbox(p, err) != 0)
		return -1;
	for (i = 0; i < p->rows.n && !found; i++) {
		struct fsx_map map;
		struct message m;

		if (store_map(p->store, p->rows.v[i].id, &map, err) != 0)
			return -1;
		message_parse(&m, map.data);
		found = slice_find_text(part_field(m.root, "In-Reply-To", 0),
		                        str_slice(&p->sent_id)) <
		        part_field(m.root, "In-Reply-To", 0).n;
		if (found)
			str_printf(said, "\"%s\", %s", p->rows.v[i].subject,
			           p->rows.v[i].from_addr);
		message_release(&m);
		fsx_map_close(&map);
	}
	return n == 1 && found;
}

static const struct {
	const char *name;
	/* 1 as expected, 0 not, -1 with err; said: what was found. */
	int (*run)(struct play *p, struct str *said, struct err *err);
} steps[] = {
	{ N_("fetch"), step_fetch },
	{ N_("fetch again"), step_again },
	{ N_("Korean"), step_korean },
	{ N_("read"), step_read },
	{ N_("search"), step_search },
	{ N_("mark as spam"), step_spam },
	{ N_("reply"), step_reply },
	{ N_("sent copy"), step_sent },
	{ N_("the answer arrives"), step_arrives },
};

#define STEP_COUNT (sizeof steps / sizeof steps[0])

static bool
run_step(struct play *p, size_t i)
{
	struct err err = { 0 };
	struct str said;
	int rc;

	str_init(&said, 4096);
	rc = steps[i].run(p, &said, &err);
	if (rc == 1) {
		out_line("%zu. %s: %s", i + 1, _(steps[i].name), said.p);
	} else {
		out_line(_("%zu. %s: NOT as expected: %s%s%s"), i + 1,
		         _(steps[i].name), said.p, rc < 0 ? err.text : "",
		         rc < 0 ? err.server : "");
	}
	str_release(&said);
	return rc == 1;
}

static int
play(struct play *p)
{
	size_t i;

	for (i = 0; i < STEP_COUNT; i++)
		if (!run_step(p, i)) {
			out_line(_("demo: step %zu failed"), i + 1);
			return 1;
		}
	out_line(_("demo: %zu steps, all as expected"), STEP_COUNT);
	return 0;
}

int
demo_play(struct cli *cli, struct demo *demo)
{
	struct play p = { .cli = cli, .demo = demo };
	struct err err = { 0 };
	int status = 1;

	str_init(&p.sent_id, MESSAGE_FIELD_MAX);
	if (conf_load(&cli->paths, &p.conf, &err) == 0)
		p.store = store_open(cli->paths.data, cli->paths.cache, &err);
	if (p.store != NULL)
		p.engine = engine_new(&cli->paths, &p.conf, &err);
	if (p.engine != NULL)
		status = play(&p);
	else
		(void)cli_fail(cli, &err);
	engine_free(&p.engine);
	store_rows_release(&p.rows);
	store_close(&p.store);
	conf_release(&p.conf);
	str_release(&p.sent_id);
	return status;
}
