/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One message's way into the store: parse, verdict, rules, folder. */
#include "engine/deliver.h"

#include <stdlib.h>
#include <string.h>

#include "engine/outgo.h"
#include "mail/account_match.h"
#include "mail/origin.h"
#include "store/outbox_rows.h"
#include "util/clock.h"
#include "util/fsx.h"
#include "util/i18n.h"
#include "util/log.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Warnings about a rules file. */
#define DELIVER_WARNINGS 4096
/* Sender or subject, to be told. */
#define NOTE_MAX 1024
/* Reasons of one verdict. */
#define DELIVER_REASONS 65536
/* Labels of one message, comma separated. */
#define DELIVER_LABELS 1024

static int
load_rules(struct deliver *d, const struct paths *paths, struct err *err)
{
	char *path = fsx_join(paths->config, "rules");
	struct str warnings;

	str_init(&warnings, DELIVER_WARNINGS);
	d->rules = rules_load(path, &warnings, err);
	if (warnings.n != 0)
		log_line(LOG_ERROR, "%s", warnings.p);
	str_release(&warnings);
	free(path);
	return d->rules != NULL ? 0 : -1;
}

int
deliver_open(struct deliver *d, const struct paths *paths,
             const struct account *account, struct together *together,
             struct store *s, struct err *err)
{
	*d = (struct deliver){ .account = account, .paths = paths, .store = s };
	if (s == NULL)
		d->store = store_open_with(paths->data, paths->cache, together,
		                           err);
	if (d->store == NULL)
		return -1;
	if (store_account(d->store, account->name, &d->account_id, err) != 0)
		return -1;
	if (account->spam_filter || account->trust_filter || account->rules)
		origin_hosts_load(paths, account, &d->hosts);
	if (account->rules && load_rules(d, paths, err) != 0)
		return -1;
	if (account->spam_filter) {
		d->spam = spam_open(paths->data, err);
		if (d->spam == NULL)
			return -1;
		spam_user_rules(d->spam, paths);
	}
	return 0;
}

void
deliver_release(struct deliver *d)
{
	outgo_release(d);
	origin_hosts_release(&d->hosts);
	free(d->from);
	free(d->subject);
	spam_close(&d->spam);
	rules_free(&d->rules);
	store_close(&d->store);
}

bool
deliver_known_sender(struct store *s, const struct message *m)
{
	struct arena arena = { 0 };
	struct addr_list from;
	bool known = false;

	message_addrs(m, "From", &arena, &from);
	if (from.n == 1) {
		char *spec = slice_dup(from.v[0].spec);
		struct err ignored = { 0 };

		/* Not knowing is the cautious answer. */
		if (contact_known(s, spec, &known, &ignored) != 0)
			known = false;
		free(spec);
	}
	arena_release(&arena);
	return known;
}

static void
add_label(struct str *labels, const char *label)
{
	if (label == NULL || *label == '\0')
		return;
	if (labels->n != 0)
		str_add_c(labels, ',');
	str_add_z(labels, label);
}

static bool
has_own(const struct deliver *d, const struct message *m, const char *field)
{
	struct arena arena = { 0 };
	struct addr_list list;
	bool own = false;

	message_addrs(m, field, &arena, &list);
	for (size_t i = 0; i < list.n && !own; i++)
		own = account_has_address(d->account, list.v[i].spec, NULL);
	arena_release(&arena);
	return own;
}

/* What was sent from here comes back (Gmail shows sent mail too, lists send it
 * to all): it is in Sent, so it is not new.  What people send to themselves is. */
static bool
is_own_copy(const struct deliver *d, const struct message *m)
{
	struct err ignored = { 0 };
	bool sent = false;

	/* Not knowing means new. */
	return has_own(d, m, "From") && !has_own(d, m, "To") &&
	       !has_own(d, m, "Cc") &&
	       store_was_sent(d->store, message_id(m), &sent, &ignored) == 0 &&
	       sent;
}

static enum folder
choose_folder(const struct deliver *d, const struct store_new *info,
              const struct rule_actions *wish)
{
	if (wish->folder != FOLDER_ANY)
		return wish->folder;
	if (info->verdict == SPAM_SPAM)
		return FOLDER_SPAM;
	return d->account->skip_inbox ? FOLDER_ARCHIVE : FOLDER_INBOX;
}

/* Remember whom to name when it is told. */
static void
note_arrival(struct deliver *d, const struct message *m)
{
	struct arena arena = { 0 };
	struct addr_list from = { 0 };
	struct str text;

	d->arriving++;
	str_init(&text, NOTE_MAX);
	message_addrs(m, "From", &arena, &from);
	if (from.n > 0)
		addr_show_short(&from.v[0], &text);
	free(d->from);
	d->from = xstrdup(text.p);
	str_clear(&text);
	(void)message_subject(m, &text); /* none is empty */
	free(d->subject);
	d->subject = xstrdup(text.p);
	str_release(&text);
	arena_release(&arena);
}

void
deliver_hold(struct deliver *d)
{
	d->holding = true;
	d->held = d->arriving;
	d->held_after = d->after.n;
	d->arriving = 0;
}

void
deliver_arrived(struct deliver *d, bool safe)
{
	uint64_t *n = d->holding ? &d->held : &d->arriving;

	if (safe)
		d->arrived += *n;
	*n = 0;
}

void
deliver_forget(struct deliver *d)
{
	d->arriving = d->held = 0;
	outgo_forget(d);
}

/* The reason goes first: it decided. */
static void
add_origin(struct store_new *info, struct str *reasons)
{
	str_printf(reasons, "%s\n%.*s",
	           _("the filter of the account's provider called it spam"),
	           SLICE_ARG(info->spam_reasons));
	info->spam_reasons = str_slice(reasons);
}

/* Whom the user wrote to is safe from others' filters, but for those who only
 * call themselves so. */
static bool
is_safe(const struct deliver *d, const struct message *m)
{
	struct origin o;
	bool safe;

	if (!deliver_known_sender(d->store, m))
		return false;
	origin_of(m, &d->hosts, &o);
	safe = !origin_refutes(&o, m);
	origin_release(&o);
	return safe;
}

/* How m's verdict, labels and wishes come about; info says what is known. */
static void
judge(struct deliver *d, const struct message *m, const struct store_new *info,
      struct deliver_judged *j)
{
	*j = (struct deliver_judged){ .info = *info,
		                      .wish = { .folder = FOLDER_ANY } };
	str_init(&j->labels, DELIVER_LABELS);
	str_init(&j->reasons, DELIVER_REASONS);
	add_label(&j->labels, d->account->label);
	if (d->spam != NULL) {
		struct spam_input in = { m, deliver_known_sender(d->store, m),
			                 &d->hosts };

		spam_score(d->spam, &in, &j->spam);
		j->info.verdict = j->spam.verdict;
		j->info.spam_score = j->spam.score;
		j->info.spam_reasons = str_slice(&j->spam.reasons);
		if (j->spam.advertisement)
			add_label(&j->labels, "광고");
	}
	if (d->account->trust_filter && origin_calls_spam(m, &d->hosts) &&
	    !is_safe(d, m)) {
		j->info.verdict = SPAM_SPAM;
		add_origin(&j->info, &j->reasons);
	}
}

/* After that, when it is known whose word counts. */
static void
ask_rules(struct deliver *d, const struct message *m, struct deliver_judged *j)
{
	if (d->rules != NULL) {
		struct rule_input in = { .m = m,
			                 .account = d->account->name,
			                 .verdict = j->info.verdict,
			                 .labels = j->labels.p,
			                 .date = j->info.received };

		rules_apply_to(d->rules, &in, &j->wish);
	}
	add_label(&j->labels, j->wish.labels);
}

void
deliver_judged_release(struct deliver_judged *j)
{
	rule_actions_release(&j->wish);
	spam_result_release(&j->spam);
	str_release(&j->reasons);
	str_release(&j->labels);
}

/* It was not delivered: nothing is to be done because of it. */
static void
take_back(struct outgo *out)
{
	struct deliver *d = out->d;

	store_batch_take_back(out->batch);
	d->sent_today -= (int64_t)(out->allowed + out->shown);
	while (d->after.n > 0 &&
	       d->after.v[d->after.n - 1].at >= store_batch_count(out->batch))
		free(d->after.v[--d->after.n].text);
}

/* With the batch's message: plan, then put, then queue.  One without what is to
 * go out because of it must not stay: it would never come again. */
static int
settle(struct outgo *out, struct deliver_judged *j,
       int (*put)(struct store_batch *, const struct message *,
                  const struct store_new *, struct err *),
       struct err *err)
{
	int rc = outgo_plan(out, &j->info, &j->labels, err);

	j->info.labels = j->labels.p;
	if (rc == 0)
		rc = put(out->batch, out->m, &j->info, err);
	if (rc == 0 && outgo_queue(out, err) != 0) {
		take_back(out);
		rc = -1;
	}
	return rc;
}

int
deliver_message(struct deliver *d, struct store_batch *b, struct slice raw,
                const struct deliver_name *name, struct err *err)
{
	struct store_new info = { .uidl = name->uidl,
		                  .listed_size = name->size,
		                  .match_content = name->match_content,
		                  .stub = name->stub,
		                  .received = clock_now() };
	struct deliver_judged j;
	struct message m = { 0 };
	struct outgo out = { d, b, &m, &j.wish, name->uidl, 0, 0, false };
	int rc;

	if (name->mapped)
		message_parse_map(&m, raw);
	else
		message_parse(&m, raw);
	judge(d, &m, &info, &j);
	ask_rules(d, &m, &j);
	/* Nobody is sent half a message: deliver_whole does that. */
	if (name->stub != 0)
		j.wish.out_count = j.wish.command_count = 0;
	if (j.wish.verdict != SPAM_NONE)
		j.info.verdict = j.wish.verdict;
	j.info.flags = j.wish.flags | (is_own_copy(d, &m) ? STORE_SEEN : 0);
	j.info.folder = choose_folder(d, &j.info, &j.wish);
	rc = settle(&out, &j, store_batch_add, err);
	if (rc == 0 && j.info.folder == FOLDER_INBOX &&
	    (j.info.flags & STORE_SEEN) == 0)
		note_arrival(d, &m);
	deliver_judged_release(&j);
	message_release(&m);
	return rc;
}

/* ---- the whole of a header ---- */

static bool
user_said(const struct store_row *row)
{
	return row->verdict != SPAM_NONE &&
	       (row->spam_score >= DELIVER_USER_SCORE ||
	        row->spam_score <= -DELIVER_USER_SCORE);
}

static int
expect(struct store_batch *b, const struct message *m,
       const struct store_new *info, struct err *err)
{
	(void)m;
	(void)info;
	(void)err;
	store_batch_expect(b);
	return 0;
}

int
deliver_whole(struct deliver *d, struct store_batch *b, const struct message *m,
              const struct store_row *row, const char *uidl,
              struct deliver_judged *j, struct err *err)
{
	const struct store_new known = { .received = clock_now(),
		                         .verdict = row->verdict };
	const struct rule_actions none = { .folder = FOLDER_ANY };
	struct outgo out = { d, b, m, &j->wish, uidl, 0, 0, false };
	bool said = user_said(row);

	judge(d, m, &known, j);
	if (said) {
		j->info.verdict = row->verdict;
		j->info.spam_score = row->spam_score;
		str_clear(&j->reasons);
		if (store_spam_reasons(d->store, row->id, &j->reasons, err) !=
		    0)
			return -1;
		j->info.spam_reasons = str_slice(&j->reasons);
	}
	ask_rules(d, m, j);
	if (!said && j->wish.verdict != SPAM_NONE)
		j->info.verdict = j->wish.verdict;
	j->info.flags = j->wish.flags;
	/* Whoever moved it knew why. */
	j->info.folder = said || row->folder != choose_folder(d, &known, &none)
	                         ? row->folder
	                         : choose_folder(d, &j->info, &j->wish);
	return settle(&out, j, expect, err);
}
