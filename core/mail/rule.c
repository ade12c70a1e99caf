/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The user's rules for mail: reading the file and applying it. */
#include "mail/rule.h"

#include <stdlib.h>
#include <string.h>

#include "mail/rule_parse.h"
#include "util/clock.h"
#include "util/fsx.h"
#include "util/i18n.h"
#include "util/log.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* A rules file is written by hand. */
#define FILE_MAX  ((size_t)1024 * 1024)
#define RULE_MAX  16384
#define RULES_MAX 2000
/* Words of the text that a body pattern sees. */
#define BODY_MAX   ((size_t)64 * 1024)
#define LABELS_MAX 4096

void
rules_free(struct rules **r)
{
	size_t i;

	if (*r == NULL)
		return;
	for (i = 0; i < (*r)->patterns.n; i++)
		re_free(&(*r)->patterns.v[i]);
	for (i = 0; i < (*r)->rules.n; i++)
		rule_release(&(*r)->rules.v[i]);
	array_release(&(*r)->patterns);
	array_release(&(*r)->rules);
	arena_release(&(*r)->arena);
	free(*r);
	*r = NULL;
}

size_t
rules_count(const struct rules *r)
{
	return r->rules.n;
}

/* ---- reading ---- */

struct reader {
	struct rules *rules;
	const char *name;
	struct str *warnings;
	struct str text; /* of the rule, its lines joined */
	size_t line;     /* where it began */
};

static void
finish(struct reader *rd)
{
	struct err err = { 0 };
	struct rule rule;
	int rc;

	if (slice_trim(str_slice(&rd->text)).n == 0)
		return;
	if (rd->text.full || rd->rules->rules.n == RULES_MAX)
		rc = err_set(&err, ERR_CONFIG,
		             _("the rule is too long, or "
		               "there are too many"));
	else
		rc = rule_parse(rd->rules, str_slice(&rd->text), &rule, &err);
	if (rc < 0) {
		str_printf(rd->warnings, "%s:%zu: %s\n", rd->name, rd->line,
		           err.text);
	} else {
		size_t i;

		rule.line = rd->line;
		for (i = 0; i < rule.outs.n; i++)
			rule.outs.v[i].line = rd->line;
		array_add(&rd->rules->rules, rule);
	}
	str_clear(&rd->text);
}

struct rules *
rules_read(const char *name, struct slice text, struct str *warnings)
{
	struct reader rd = { .name = name, .warnings = warnings };
	struct slice line;
	size_t n = 0;

	rd.rules = xcalloc(1, sizeof *rd.rules);
	str_init(&rd.text, RULE_MAX);
	while (slice_line(&text, &line)) {
		struct slice bare = slice_trim(line);

		n++;
		if (bare.n == 0 || bare.p[0] == '#')
			continue;
		if (!byte_is_blank(line.p[0])) {
			finish(&rd);
			rd.line = n;
		}
		str_add_slice(&rd.text, bare);
		str_add_c(&rd.text, ' ');
	}
	finish(&rd);
	str_release(&rd.text);
	return rd.rules;
}

struct rules *
rules_load(const char *path, struct str *warnings, struct err *err)
{
	const char *slash = strrchr(path, '/');
	struct err why = { 0 };
	struct rules *rules = NULL;
	struct str text;

	str_init(&text, FILE_MAX);
	if (fsx_read(path, FILE_MAX, &text, &why) == 0 ||
	    why.code == ERR_NOTFOUND)
		rules = rules_read(slash != NULL ? slash + 1 : path,
		                   str_slice(&text), warnings);
	else if (err != NULL)
		*err = why;
	str_release(&text);
	return rules;
}

/* ---- applying ---- */

/* The message, and what of it was made for the rules so far. */
struct subject {
	const struct rule_input *in;
	struct arena arena;
	struct str text; /* one field at a time */
	struct str body;
	struct str labels; /* those it had and those of the rules so far */
	bool has_body;
	int64_t left_us; /* of the rule that is tried */
	bool late;       /* it reached a limit: nobody knows what it says */
};

static bool
matches(const struct rule_node *n, struct subject *s, struct slice text)
{
	int rc = re_match_within(n->re, text, &s->left_us, NULL);

	s->late = s->late || rc < 0;
	return rc == 1;
}

static bool
any_addr(const struct rule_node *n, struct subject *s, const char *field)
{
	struct addr_list list = { NULL, 0 };
	size_t i;

	message_addrs(s->in->m, field, &s->arena, &list);
	for (i = 0; i < list.n; i++)
		if (matches(n, s, list.v[i].spec) ||
		    matches(n, s, list.v[i].name))
			return true;
	return false;
}

static bool
field_matches(const struct rule_node *n, struct subject *s, const char *name)
{
	str_clear(&s->text);
	return message_text_field(s->in->m, s->in->m->root, name, &s->text) &&
	       matches(n, s, str_slice(&s->text));
}

/* All of the List-Id, or what stands in its <>. */
static bool
list_matches(const struct rule_node *n, struct subject *s)
{
	struct slice id;

	if (field_matches(n, s, "List-Id"))
		return true;
	id = str_slice(&s->text);
	if (slice_rfind(id, '<') == id.n)
		return false;
	id = slice_from(id, slice_rfind(id, '<') + 1);
	return matches(n, s, slice_trim(slice_head(id, slice_find(id, '>'))));
}

static bool
body_matches(const struct rule_node *n, struct subject *s)
{
	if (!s->has_body)
		message_words(s->in->m, BODY_MAX, &s->body);
	s->has_body = true;
	return matches(n, s, str_slice(&s->body));
}

static bool
attachment_matches(const struct rule_node *n, struct subject *s)
{
	const struct part *p = NULL;

	while ((p = message_next_attachment(s->in->m, p)) != NULL)
		if (matches(n, s, p->filename))
			return true;
	return false;
}

static bool
label_matches(const struct rule_node *n, struct subject *s)
{
	struct slice rest = str_slice(&s->labels), one;

	while (slice_split(&rest, ',', &one))
		if (one.n > 0 && matches(n, s, slice_trim(one)))
			return true;
	return false;
}

/* Of the message, as far as it can be believed. */
static int64_t
date_of(const struct subject *s)
{
	int64_t date;

	if (!message_date(s->in->m, &date))
		date = s->in->date;
	return date;
}

static uint64_t
size_of(const struct subject *s)
{
	return s->in->size != 0 ? s->in->size : s->in->m->raw.n;
}

/* Depth is bounded by the parser. */
static bool
reads_body(const struct rule_node *n)
{
	if (n == NULL)
		return false;
	return n->test == RULE_BODY || n->test == RULE_ATTACHMENT ||
	       reads_body(n->left) || reads_body(n->right);
}

bool
rules_read_body(const struct rules *r)
{
	size_t i;

	for (i = 0; i < r->rules.n; i++)
		if (reads_body(r->rules.v[i].condition))
			return true;
	return false;
}

/* Depth is bounded by the parser. */
static bool
holds(const struct rule_node *n, struct subject *s)
{
	switch (n->test) {
	case RULE_FROM:
		return any_addr(n, s, "From");
	case RULE_TO:
		return any_addr(n, s, "To") || any_addr(n, s, "Cc");
	case RULE_SUBJECT:
		return field_matches(n, s, "Subject");
	case RULE_LIST:
		return list_matches(n, s);
	case RULE_HEADER:
		return field_matches(n, s, n->header);
	case RULE_BODY:
		return body_matches(n, s);
	case RULE_ACCOUNT:
		return matches(n, s, slice_of(s->in->account));
	case RULE_ATTACHMENT:
		return attachment_matches(n, s);
	case RULE_SIZE_ABOVE:
		return size_of(s) > n->size;
	case RULE_SIZE_BELOW:
		return size_of(s) < n->size;
	case RULE_VERDICT:
		return s->in->verdict == n->verdict;
	case RULE_LABEL:
		return label_matches(n, s);
	case RULE_DATE_ABOVE:
		return date_of(s) >= n->date;
	case RULE_DATE_BELOW:
		return date_of(s) < n->date;
	case RULE_AGE_ABOVE:
		return clock_now() - date_of(s) > (int64_t)n->size;
	case RULE_AGE_BELOW:
		return clock_now() - date_of(s) < (int64_t)n->size;
	case RULE_AND:
		return holds(n->left, s) && holds(n->right, s);
	case RULE_OR:
		return holds(n->left, s) || holds(n->right, s);
	case RULE_NOT:
		return !holds(n->left, s);
	}
	return false;
}

/* A rule that takes too long does nothing: "not" would turn it around. */
static bool
fits(const struct rule *rule, struct subject *s)
{
	bool held;

	s->left_us = RE_TIME_US;
	s->late = false;
	held = holds(rule->condition, s);
	if (s->late)
		log_line(LOG_ERROR,
		         _("the rule in line %zu takes too long and is "
		           "passed over"),
		         rule->line);
	return held && !s->late;
}

static bool
has_label(const struct str *labels, const char *label)
{
	struct slice rest = str_slice(labels), one;

	while (slice_split(&rest, ',', &one))
		if (slice_eq_z(slice_trim(one), label))
			return true;
	return false;
}

static void
add_label(struct str *labels, const char *label)
{
	if (has_label(labels, label))
		return;
	if (labels->n > 0)
		str_add_c(labels, ',');
	str_add_z(labels, label);
}

/* What the wishes of all rules that fit add up to. */
struct wishes {
	struct rule_actions *actions;
	struct str labels;
	ARRAY(struct rule_out) outs;
	ARRAY(const char *) commands;
};

static bool
has_out(const struct wishes *w, const struct rule_out *out)
{
	size_t i;

	for (i = 0; i < w->outs.n; i++)
		if (w->outs.v[i].kind == out->kind &&
		    strcmp(w->outs.v[i].to, out->to) == 0)
			return true;
	return false;
}

static void
apply_rule(const struct rule *rule, struct subject *s, struct wishes *w)
{
	struct rule_actions *actions = w->actions;
	size_t i;

	if (rule->folder != FOLDER_ANY)
		actions->folder = rule->folder;
	actions->flags |= rule->flags;
	actions->notify |= rule->notify;
	if (rule->verdict != SPAM_NONE)
		actions->verdict = rule->verdict;
	for (i = 0; i < rule->labels.n; i++) {
		add_label(&w->labels, rule->labels.v[i]);
		add_label(&s->labels, rule->labels.v[i]);
	}
	for (i = 0; i < rule->outs.n; i++)
		if (!has_out(w, &rule->outs.v[i]))
			array_add(&w->outs, rule->outs.v[i]);
	for (i = 0; i < rule->commands.n; i++)
		array_add(&w->commands, rule->commands.v[i]);
}

static void
give(struct wishes *w)
{
	struct rule_actions *actions = w->actions;

	if (w->labels.n > 0)
		actions->labels = str_take(&w->labels);
	str_release(&w->labels);
	actions->outs = w->outs.v;
	actions->out_count = w->outs.n;
	actions->commands = w->commands.v;
	actions->command_count = w->commands.n;
}

void
rules_apply_to(const struct rules *r, const struct rule_input *in,
               struct rule_actions *actions_r)
{
	struct subject s = { .in = in };
	struct wishes w = { .actions = actions_r };
	size_t i;

	memset(actions_r, 0, sizeof *actions_r);
	actions_r->folder = FOLDER_ANY;
	str_init(&s.text, MESSAGE_FIELD_MAX);
	str_init(&s.body, BODY_MAX);
	str_init(&s.labels, LABELS_MAX);
	str_init(&w.labels, LABELS_MAX);
	if (in->labels != NULL)
		str_add_z(&s.labels, in->labels);
	for (i = 0; i < r->rules.n; i++) {
		const struct rule *rule = &r->rules.v[i];

		if (!fits(rule, &s))
			continue;
		apply_rule(rule, &s, &w);
		if (in->lines != NULL)
			str_printf(in->lines, "%s%zu",
			           in->lines->n > 0 ? ", " : "", rule->line);
		if (rule->stop)
			break;
	}
	give(&w);
	str_release(&s.text);
	str_release(&s.body);
	str_release(&s.labels);
	arena_release(&s.arena);
}

bool
rules_send(const struct rules *r)
{
	size_t i;

	for (i = 0; i < r->rules.n; i++)
		if (r->rules.v[i].outs.n > 0)
			return true;
	return false;
}

void
rules_apply(const struct rules *r, const struct message *m, const char *account,
            struct rule_actions *actions_r)
{
	struct rule_input in = { .m = m, .account = account };

	rules_apply_to(r, &in, actions_r);
}

void
rule_actions_release(struct rule_actions *a)
{
	free(a->labels);
	free(a->outs);
	free(a->commands);
	memset(a, 0, sizeof *a);
	a->folder = FOLDER_ANY;
}
