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
             const struct account *account, struct err *err)
{
	*d = (struct deliver){ .account = account, .paths = paths };
	d->store = store_open(paths->data, paths->cache, err);
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
deliver_arrived(struct deliver *d, bool safe)
{
	if (safe)
		d->arrived += d->arriving;
	d->arriving = 0;
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

int
deliver_message(struct deliver *d, struct store_batch *b, struct slice raw,
                const struct deliver_name *name, struct err *err)
{
	struct store_new info = { .uidl = name->uidl,
		                  .listed_size = name->size,
		                  .match_content = name->match_content,
		                  .stub = name->stub,
		                  .received = clock_now() };
	struct rule_actions wish = { .folder = FOLDER_ANY };
	struct spam_result spam = { 0 };
	struct message m = { 0 };
	struct outgo out = { d, b, &m, &wish, name->uidl, 0, 0, false };
	struct str labels, reasons;
	int rc;

	str_init(&labels, DELIVER_LABELS);
	str_init(&reasons, DELIVER_REASONS);
	if (name->mapped)
		message_parse_map(&m, raw);
	else
		message_parse(&m, raw);
	add_label(&labels, d->account->label);
	if (d->spam != NULL) {
		struct spam_input in = { &m, deliver_known_sender(d->store, &m),
			                 &d->hosts };

		spam_score(d->spam, &in, &spam);
		info.verdict = spam.verdict;
		info.spam_score = spam.score;
		info.spam_reasons = str_slice(&spam.reasons);
		if (spam.advertisement)
			add_label(&labels, "광고");
	}
	if (d->account->trust_filter && origin_calls_spam(&m, &d->hosts) &&
	    !is_safe(d, &m)) {
		info.verdict = SPAM_SPAM;
		add_origin(&info, &reasons);
	}
	if (d->rules != NULL) {
		struct rule_input in = { .m = &m,
			                 .account = d->account->name,
			                 .verdict = info.verdict,
			                 .labels = labels.p,
			                 .date = info.received };

		rules_apply_to(d->rules, &in, &wish);
	}
	/* Nobody is sent half a message. */
	if (name->stub != 0)
		wish.out_count = wish.command_count = 0;
	if (wish.verdict != SPAM_NONE)
		info.verdict = wish.verdict;
	add_label(&labels, wish.labels);
	info.flags = wish.flags | (is_own_copy(d, &m) ? STORE_SEEN : 0);
	info.folder = choose_folder(d, &info, &wish);
	rc = outgo_plan(&out, &info, &labels, err);
	info.labels = labels.p;
	if (rc == 0)
		rc = store_batch_add(b, &m, &info, err);
	if (rc == 0)
		rc = outgo_queue(&out, err);
	if (rc == 0 && info.folder == FOLDER_INBOX &&
	    (info.flags & STORE_SEEN) == 0)
		note_arrival(d, &m);
	rule_actions_release(&wish);
	if (d->spam != NULL)
		spam_result_release(&spam);
	message_release(&m);
	str_release(&reasons);
	str_release(&labels);
	return rc;
}
