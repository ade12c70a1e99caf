/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rules of the spam filter, and how they are read.
 *
 * Reading never fails: a rule is complete at the next "[" or the end, and is
 * dropped with a warning when anything in it is wrong.
 */
#include "mail/spam_rule.h"

#include <stdlib.h>
#include <string.h>

#include "mail/spam_rule_priv.h"
#include "util/fsx.h"
#include "util/i18n.h"
#include "util/utf8.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* A rules file is written by hand. */
#define FILE_MAX    ((size_t)1024 * 1024)
#define RULES_MAX   1000
#define MATCHES_MAX 32
/* More than this never decides alone. */
#define SCORE_MAX 100.0

static const char *const where_names[SPAM_WHERE_COUNT] = {
	[SPAM_WHERE_SUBJECT] = "subject",
	[SPAM_WHERE_BODY] = "body",
	[SPAM_WHERE_FROM] = "from",
	[SPAM_WHERE_TO] = "to",
	[SPAM_WHERE_LINKS] = "links",
	[SPAM_WHERE_ATTACHMENTS] = "attachments",
};

static void
rule_release(struct spam_rule *r)
{
	size_t i;

	free(r->name);
	for (i = 0; i < r->headers.n; i++)
		free(r->headers.v[i]);
	array_release(&r->headers);
	for (i = 0; i < r->origins.n; i++)
		free(r->origins.v[i]);
	array_release(&r->origins);
	for (i = 0; i < r->matches.n; i++)
		re_free(&r->matches.v[i]);
	array_release(&r->matches);
	free(r->en);
	free(r->ko);
	memset(r, 0, sizeof *r);
}

struct spam_rules *
spam_rules_new(void)
{
	struct spam_rules *r = xcalloc(1, sizeof *r);

	r->index = re_index_new();
	return r;
}

void
spam_rules_free(struct spam_rules **r)
{
	size_t i;

	if (*r == NULL)
		return;
	for (i = 0; i < (*r)->rules.n; i++)
		rule_release(&(*r)->rules.v[i]);
	array_release(&(*r)->rules);
	re_index_free(&(*r)->index);
	free(*r);
	*r = NULL;
}

size_t
spam_rules_count(const struct spam_rules *r)
{
	return r->rules.n;
}

/* ---- reading ---- */

struct reader {
	struct spam_rules *rules;
	const char *name; /* of the file */
	size_t line;
	struct str *warnings;
	struct spam_rule rule; /* being read; name NULL: none */
	bool bad;              /* it was warned about */
	size_t added;
};

static void
warn(struct reader *rd, size_t line, const char *why)
{
	str_printf(rd->warnings, "%s:%zu: %s\n", rd->name, line, why);
	rd->bad = true;
}

static bool
rule_is_whole(struct reader *rd)
{
	const struct spam_rule *r = &rd->rule;
	bool looks = r->matches.n > 0 &&
	             (r->where != 0 || r->headers.n > 0 || r->origins.n > 0);
	bool off = r->has_score && !(r->score * r->score > 0);

	if (rd->bad)
		return false;
	if (!r->has_score)
		warn(rd, r->line, _("the rule has no score"));
	else if (r->sign == NULL && !looks && !off)
		warn(rd, r->line,
		     _("the rule has nothing to match, or not where"));
	else if (r->en == NULL && !off)
		warn(rd, r->line, _("the rule has no reason (en)"));
	return !rd->bad;
}

/* The rule that was read goes in, in place of one of its name. */
static void
finish(struct reader *rd)
{
	struct spam_rules *rules = rd->rules;
	size_t i;

	if (rd->rule.name == NULL)
		return;
	if (!rule_is_whole(rd)) {
		rule_release(&rd->rule);
		return;
	}
	for (i = 0; i < rules->rules.n; i++)
		if (strcmp(rules->rules.v[i].name, rd->rule.name) == 0)
			break;
	if (i < rules->rules.n) {
		rule_release(&rules->rules.v[i]);
		rules->rules.v[i] = rd->rule;
		rd->added++;
	} else if (rules->rules.n < RULES_MAX) {
		array_add(&rules->rules, rd->rule);
		rd->added++;
	} else {
		warn(rd, rd->rule.line, _("too many rules"));
		rule_release(&rd->rule);
	}
	memset(&rd->rule, 0, sizeof rd->rule);
}

static void
begin(struct reader *rd, struct slice line)
{
	struct slice name;

	finish(rd);
	rd->bad = false;
	memset(&rd->rule, 0, sizeof rd->rule);
	rd->rule.line = rd->line;
	name = slice_trim(slice_make(line.p + 1, line.n - 2));
	rd->rule.name = slice_dup(name);
	if (name.n == 0)
		warn(rd, rd->line, _("the rule has no name"));
}

static char *
lower(struct slice s)
{
	char *z = slice_dup(s);

	for (char *p = z; *p != '\0'; p++)
		*p = byte_lower(*p);
	return z;
}

static void
read_where(struct reader *rd, struct slice value)
{
	struct slice word;
	size_t i;

	while (slice_word(&value, &word)) {
		if (slice_istarts(word, "header:") && word.n > 7) {
			array_add(&rd->rule.headers,
			          lower(slice_from(word, 7)));
			continue;
		}
		if (slice_istarts(word, "origin:") && word.n > 7) {
			array_add(&rd->rule.origins,
			          lower(slice_from(word, 7)));
			continue;
		}
		for (i = 0; i < SPAM_WHERE_COUNT; i++)
			if (slice_ieq_z(word, where_names[i]))
				break;
		if (i == SPAM_WHERE_COUNT)
			warn(rd, rd->line, _("nothing is called that here"));
		else
			rd->rule.where |= 1u << i;
	}
}

/* Words with * and ? match anywhere, as other patterns do. */
static struct re *
re_new_anywhere(struct slice value, unsigned flags, struct err *err)
{
	struct str text;
	struct re *re;

	if ((flags & RE_LITERAL) == 0 || (slice_find(value, '*') == value.n &&
	                                  slice_find(value, '?') == value.n))
		return re_new(value, flags, err);
	str_init(&text, value.n + 2);
	str_printf(&text, "*%.*s*", SLICE_ARG(value));
	re = re_new(str_slice(&text), RE_ICASE | RE_WILDCARD, err);
	str_release(&text);
	return re;
}

static void
read_match(struct reader *rd, struct slice value)
{
	unsigned flags = RE_ICASE | RE_LITERAL;
	struct err err = { 0 };
	struct re *re;

	if (value.n >= 2 && value.p[0] == '/' && slice_ends(value, "/")) {
		value = slice_make(value.p + 1, value.n - 2);
		flags = RE_ICASE;
	}
	if (value.n == 0 || rd->rule.matches.n == MATCHES_MAX) {
		warn(rd, rd->line, _("the pattern is empty, or one too many"));
		return;
	}
	re = re_new_anywhere(value, flags, &err);
	if (re == NULL)
		warn(rd, rd->line, err.text);
	else
		array_add(&rd->rule.matches, re);
}

static void
read_score(struct reader *rd, struct slice value)
{
	char *text = slice_dup(value), *end;
	double score = strtod(text, &end);

	if (end == text || *end != '\0' ||
	    !(score >= -SCORE_MAX && score <= SCORE_MAX))
		warn(rd, rd->line,
		     _("the score is no number from -100 to 100"));
	else
		rd->rule.score = score;
	rd->rule.has_score = true;
	free(text);
}

static void
set_text(struct reader *rd, char **field, struct slice value)
{
	free(*field);
	*field = slice_dup(value);
	if (!utf8_valid(value.p, value.n))
		warn(rd, rd->line, _("the reason is not UTF-8"));
}

static void
read_setting(struct reader *rd, struct slice line)
{
	size_t at = slice_find(line, '=');
	struct slice key = slice_trim(slice_head(line, at));
	struct slice value = slice_trim(slice_from(line, at + 1));

	if (at == line.n || rd->rule.name == NULL) {
		warn(rd, rd->line, _("expected '[name]' or 'key = value'"));
	} else if (slice_eq_z(key, "where")) {
		read_where(rd, value);
	} else if (slice_eq_z(key, "match")) {
		read_match(rd, value);
	} else if (slice_eq_z(key, "score")) {
		read_score(rd, value);
	} else if (slice_eq_z(key, "en")) {
		set_text(rd, &rd->rule.en, value);
	} else if (slice_eq_z(key, "ko")) {
		set_text(rd, &rd->rule.ko, value);
	} else if (slice_eq_z(key, "sign")) {
		rd->rule.sign = spam_sign_find(value);
		if (rd->rule.sign == NULL)
			warn(rd, rd->line, _("there is no such sign"));
	} else {
		warn(rd, rd->line, _("unknown key"));
	}
}

/* What the patterns need that are tried on more than header fields. */
static void
index_rules(struct spam_rules *rules)
{
	size_t i, k;

	re_index_free(&rules->index);
	rules->index = re_index_new();
	for (i = 0; i < rules->rules.n; i++) {
		struct spam_rule *r = &rules->rules.v[i];

		for (k = 0; r->where != 0 && k < r->matches.n; k++) {
			size_t n = re_index_add(rules->index,
			                        re_need_of(r->matches.v[k]));

			if (k == 0)
				r->first = n;
		}
	}
}

size_t
spam_rules_add(struct spam_rules *r, const char *name, struct slice text,
               struct str *warnings)
{
	struct reader rd = { .rules = r, .name = name, .warnings = warnings };
	struct slice line;

	while (slice_line(&text, &line)) {
		rd.line++;
		line = slice_trim(line);
		if (line.n == 0 || line.p[0] == '#')
			continue;
		if (line.n >= 2 && line.p[0] == '[' && slice_ends(line, "]"))
			begin(&rd, line);
		else
			read_setting(&rd, line);
	}
	finish(&rd);
	index_rules(r);
	return rd.added;
}

int
spam_rules_load(struct spam_rules *r, const char *path, struct str *warnings,
                struct err *err)
{
	const char *slash = strrchr(path, '/');
	struct err why = { 0 };
	struct str text;
	int rc;

	str_init(&text, FILE_MAX);
	rc = fsx_read(path, FILE_MAX, &text, &why);
	if (rc == 0)
		spam_rules_add(r, slash != NULL ? slash + 1 : path,
		               str_slice(&text), warnings);
	else if (why.code == ERR_NOTFOUND)
		rc = 0;
	else if (err != NULL)
		*err = why;
	str_release(&text);
	return rc;
}
