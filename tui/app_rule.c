/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A rule from the message that is selected: suggested, typed, tried, added. */
#include "tui/app_priv.h"

#include <stdlib.h>

#include "mail/rule.h"
#include "mime/build.h"
#include "text/unicode.h"
#include "util/fsx.h"
#include "util/i18n.h"
#include "util/utf8.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Messages it is tried on. */
#define TRIED    1000
#define RULE_MAX 16384
/* Bytes of a subject in a suggestion. */
#define SUBJECT_MAX 200

enum rule_line {
	RULE_ADD,
	RULE_ADD_AND_DO,
	RULE_CHANGE,
};

static void
forget(struct app_rule *r)
{
	while (r->suggestions.n > 0)
		free(r->suggestions.v[--r->suggestions.n]);
	free(r->text);
	r->text = NULL;
	r->at = 0;
}

void
app_rule_release(struct app *a)
{
	forget(&a->rule);
	array_release(&a->rule.suggestions);
}

/* ---- what could be meant ---- */

/* Shown to be typed on: nothing that is not shown, one line. */
static void
add(struct app_rule *r, struct str *rule)
{
	struct slice s = str_slice(rule);

	if (utf8_valid(s.p, s.n) && slice_find(s, '\n') == s.n && !rule->full)
		array_add(&r->suggestions, slice_dup(s));
	str_clear(rule);
}

static void
add_sender(struct app_rule *r, const struct message *m, struct str *rule)
{
	struct arena arena = { 0 };
	struct addr_list from = { 0 };
	struct slice spec;

	message_addrs(m, "From", &arena, &from);
	spec = from.n > 0 ? from.v[0].spec : SLICE_NONE;
	if (addr_spec_ok(spec)) {
		rule_suggest_for(spec, false, "archive", rule);
		add(r, rule);
		rule_suggest_host(slice_from(spec, slice_rfind(spec, '@') + 1),
		                  "archive", rule);
		add(r, rule);
	}
	arena_release(&arena);
}

static void
add_subject(struct app_rule *r, const struct message *m, struct str *rule)
{
	struct str text, clean;
	struct slice base;

	str_init(&text, MESSAGE_FIELD_MAX);
	str_init(&clean, MESSAGE_FIELD_MAX);
	if (message_subject(m, &text)) {
		unicode_clean_line(str_slice(&text), &clean);
		base = build_base_subject(str_slice(&clean));
		base.n = utf8_cut(base.p,
		                  base.n < SUBJECT_MAX ? base.n : SUBJECT_MAX);
		if (slice_trim(base).n > 0) {
			rule_suggest_subject(slice_trim(base), "star", rule);
			add(r, rule);
		}
	}
	str_release(&clean);
	str_release(&text);
}

static void
suggest(struct app_rule *r, const struct message *m)
{
	struct arena arena = { 0 };
	struct slice list = store_list_id(m, &arena);
	struct str rule;

	str_init(&rule, RULE_MAX);
	if (list.n > 0) {
		rule_suggest_for(list, true, "archive", &rule);
		add(r, &rule);
	}
	add_sender(r, m, &rule);
	add_subject(r, m, &rule);
	str_release(&rule);
	arena_release(&arena);
}

void
app_rule_start(struct app *a)
{
	struct app_rule *r = &a->rule;
	struct fsx_map map;
	struct message m;

	forget(r);
	if (!app_map_selected(a, &map, &r->message))
		return;
	message_parse(&m, map.data);
	suggest(r, &m);
	message_release(&m);
	fsx_map_close(&map);
	app_ask(a, PROMPT_RULE,
	        r->suggestions.n > 0 ? slice_of(r->suggestions.v[0])
	                             : SLICE_LIT("if "));
}

void
app_rule_next(struct app *a)
{
	struct app_rule *r = &a->rule;

	if (r->suggestions.n == 0)
		return;
	r->at = (r->at + 1) % r->suggestions.n;
	w_line_set(&a->line, slice_of(r->suggestions.v[r->at]));
}

/* ---- trying it ---- */

void
app_rule_tried(struct app *a, const struct event *e)
{
	struct str text;

	if (a->rule.text == NULL)
		return;
	/* The user went on to something else meanwhile. */
	if (a->screen != APP_MAIL || a->prompt != PROMPT_NONE ||
	    a->pick != PICK_NONE) {
		app_say(a, STYLE_WARN, _("the rule was tried, but not added"));
		return;
	}
	/* What was typed stays, to be put right. */
	if (e->err.code != ERR_NONE) {
		app_pick_start(a, PICK_RULE, e->err.text);
		w_pick_add(&a->picker, _("Change the rule"), a->rule.text,
		           RULE_CHANGE);
		return;
	}
	str_init(&text, 2048);
	str_printf(&text, _("of the last %llu messages it would change %llu"),
	           (unsigned long long)e->total, (unsigned long long)e->done);
	app_pick_start(a, PICK_RULE, text.p);
	w_pick_add(&a->picker, _("Add it, for mail to come"), NULL, RULE_ADD);
	if (e->done > 0)
		w_pick_add(&a->picker, _("Add it and change those, too"), NULL,
		           RULE_ADD_AND_DO);
	w_pick_add(&a->picker, _("Change the rule"), a->rule.text, RULE_CHANGE);
	str_release(&text);
}

void
app_rule_typed(struct app *a, struct slice text)
{
	struct chore what = { .kind = CHORE_TRY, .last = TRIED };

	text = slice_trim(text);
	if (text.n == 0)
		return;
	free(a->rule.text);
	a->rule.text = slice_dup(text);
	what.rule = a->rule.text;
	(void)app_chore(a, &what, a->rule.message);
}

/* ---- adding it ---- */

static int
add_it(struct app *a, struct err *err)
{
	char *path = fsx_join(a->cli->paths.config, "rules");
	struct app_undo u = { .id = a->rule.message };
	int rc = rules_add(path, slice_of(a->rule.text), err);

	if (rc == 0) {
		u.rule = xstrdup(a->rule.text);
		app_remember(a, u);
	}
	free(path);
	return rc;
}

void
app_rule_chosen(struct app *a, int64_t what)
{
	struct chore all = { .kind = CHORE_RULE,
		             .rule = a->rule.text,
		             .last = TRIED };
	struct err err = { 0 };

	if (what == RULE_CHANGE) {
		app_ask(a, PROMPT_RULE, slice_of(a->rule.text));
	} else if (what == RULE_ADD_AND_DO) {
		if (app_chore(a, &all, a->rule.message))
			forget(&a->rule);
	} else if (add_it(a, &err) != 0) {
		app_say_err(a, &err);
	} else {
		app_say(a, STYLE_STATUS,
		        _("the rule is added; z takes it back"));
		app_reload(a);
		forget(&a->rule);
	}
}
