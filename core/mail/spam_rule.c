/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rules of the spam filter.
 *
 * 1. The texts that rules look at are made once per message and only when a rule
 *    wants them (texts_get).
 * 2. A pattern is tried only where the words stand that it cannot do without
 *    (re_need.h), in texts that are folded.
 * 3. The patterns of a rule share 50 ms (re_match_within); one that reaches a
 *    limit has not matched.  What all patterns together take is bounded by TRY_US;
 *    it is known from their own clock, most rules run none.
 * 4. Reading never fails: a rule is complete at the next "[" or the end, and is
 *    dropped with a warning when anything in it is wrong.
 */
#include "mail/spam_rule.h"

#include <stdlib.h>
#include <string.h>

#include "mail/spam_sign.h"
#include "text/re.h"
#include "text/unicode.h"
#include "util/array.h"
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
/* All rules on one message; past it the rest is not tried. */
#define TRY_US 250000

enum where {
	WHERE_SUBJECT,
	WHERE_BODY,
	WHERE_FROM,
	WHERE_TO,
	WHERE_LINKS,
	WHERE_ATTACHMENTS,
	WHERE_COUNT,
};

static const char *const where_names[WHERE_COUNT] = {
	[WHERE_SUBJECT] = "subject", [WHERE_BODY] = "body",
	[WHERE_FROM] = "from",       [WHERE_TO] = "to",
	[WHERE_LINKS] = "links",     [WHERE_ATTACHMENTS] = "attachments",
};

struct rule {
	char *name;
	unsigned where;        /* bits of enum where */
	ARRAY(char *) headers; /* lower case */
	ARRAY(char *) origins; /* the same, of the provider */
	ARRAY(struct re *) matches;
	const struct spam_sign *sign;
	double score;
	char *en, *ko;
	size_t line;
	bool has_score;
};

struct spam_rules {
	ARRAY(struct rule) rules;
};

static void
rule_release(struct rule *r)
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
	return xcalloc(1, sizeof(struct spam_rules));
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
	struct rule rule; /* being read; name NULL: none */
	bool bad;         /* it was warned about */
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
	const struct rule *r = &rd->rule;
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
		for (i = 0; i < WHERE_COUNT; i++)
			if (slice_ieq_z(word, where_names[i]))
				break;
		if (i == WHERE_COUNT)
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

/* ---- trying ---- */

/* The texts of one message, made when first wanted. */
struct texts {
	const struct spam_view *v;
	const struct message *m;
	struct arena *arena;
	struct slice of[WHERE_COUNT];
	struct re_grams grams[WHERE_COUNT]; /* of the folded ones */
	bool made[WHERE_COUNT];
	int64_t left_us; /* of the rule that is tried */
};

/* Blanks that are none in ASCII have become spaces: one is enough. */
static void
squeeze(struct str *s)
{
	size_t i, n = 0;

	for (i = 0; i < s->n; i++)
		if (s->p[i] != ' ' || n == 0 || s->p[n - 1] != ' ')
			s->p[n++] = s->p[i];
	str_truncate(s, n);
}

/* Folded: what cannot be seen is gone. */
static struct slice
fold(struct arena *a, struct slice s)
{
	struct str folded;
	struct slice kept;

	str_init(&folded, s.n * 4 + 16);
	unicode_fold(s, &folded);
	if (utf8_has_8bit(s.p, s.n))
		squeeze(&folded);
	kept = arena_slice(a, str_slice(&folded));
	str_release(&folded);
	return kept;
}

static struct slice
attachment_names(struct texts *t)
{
	const struct part *p = NULL;
	struct str names;
	struct slice kept;

	str_init(&names, SPAM_TEXT_MAX);
	while ((p = message_next_attachment(t->m, p)) != NULL) {
		str_add_slice(&names, p->filename);
		str_add_c(&names, '\n');
	}
	kept = fold(t->arena, str_slice(&names));
	str_release(&names);
	return kept;
}

static struct slice
texts_make(struct texts *t, enum where w)
{
	const struct spam_view *v = t->v;

	switch (w) {
	case WHERE_SUBJECT:
		return fold(t->arena, v->subject);
	case WHERE_BODY:
		return fold(t->arena, v->text);
	case WHERE_FROM:
		return fold(t->arena, spam_view_header(v, "from"));
	case WHERE_TO:
		return fold(t->arena, spam_view_header(v, "to"));
	case WHERE_LINKS:
		return v->links;
	case WHERE_ATTACHMENTS:
		return attachment_names(t);
	case WHERE_COUNT:
		break;
	}
	return SLICE_NONE;
}

static struct slice
texts_get(struct texts *t, enum where w)
{
	if (!t->made[w]) {
		t->of[w] = texts_make(t, w);
		/* Links are as they were written. */
		if (w != WHERE_LINKS)
			re_grams_make(&t->grams[w], t->of[w]);
	}
	t->made[w] = true;
	return t->of[w];
}

static void
texts_release(struct texts *t)
{
	for (int w = 0; w < WHERE_COUNT; w++)
		re_grams_release(&t->grams[w]);
}

/* grams: of the text, when it is folded; else NULL. */
static bool
any_match(const struct rule *r, struct texts *t, struct slice text,
          const struct re_grams *grams, struct slice *seen_r)
{
	size_t i;

	if (text.n == 0)
		return false;
	for (i = 0; i < r->matches.n; i++) {
		const struct re *re = r->matches.v[i];

		if ((grams == NULL || re_may_match(re, grams)) &&
		    re_match_within(re, text, &t->left_us, seen_r) == 1)
			return true;
	}
	return false;
}

static bool
text_matches(const struct rule *r, struct texts *t, enum where w,
             struct slice *seen_r)
{
	struct slice text = texts_get(t, w);

	return any_match(r, t, text,
	                 t->grams[w].bits != NULL ? &t->grams[w] : NULL,
	                 seen_r);
}

/* Most names differ in their first letter. */
static bool
is_named(const struct spam_header *h, const char *name)
{
	return h->name.n > 0 && h->name.p[0] == name[0] &&
	       slice_eq_z(h->name, name);
}

static bool
is_wanted(const struct rule *r, const struct spam_header *h)
{
	enum origin_trust need = r->score < 0 ? ORIGIN_SURE : ORIGIN_LIKELY;
	size_t i;

	for (i = 0; i < r->headers.n; i++)
		if (is_named(h, r->headers.v[i]))
			return true;
	for (i = 0; h->trust >= need && i < r->origins.n; i++)
		if (is_named(h, r->origins.v[i]))
			return true;
	return false;
}

static bool
header_matches(const struct rule *r, struct texts *t, struct slice *seen_r)
{
	size_t i;

	if (r->headers.n + r->origins.n == 0)
		return false;
	for (i = 0; i < t->v->header_count; i++)
		if (is_wanted(r, &t->v->headers[i]) &&
		    any_match(r, t, t->v->headers[i].value, NULL, seen_r))
			return true;
	return false;
}

static bool
sign_shows(const struct rule *r, struct texts *t, struct slice *seen_r)
{
	struct str evidence;
	bool shows;

	str_init(&evidence, 512);
	shows = spam_sign_shows(r->sign, t->v, t->m, &evidence);
	*seen_r = arena_slice(t->arena, str_slice(&evidence));
	str_release(&evidence);
	return shows;
}

static bool
rule_speaks(const struct rule *r, struct texts *t, struct slice *seen_r)
{
	int w;

	if (r->sign != NULL)
		return sign_shows(r, t, seen_r);
	if (header_matches(r, t, seen_r))
		return true;
	for (w = 0; w < WHERE_COUNT; w++)
		if ((r->where >> w & 1) != 0 &&
		    text_matches(r, t, (enum where)w, seen_r))
			return true;
	return false;
}

static const char *
reason_of(const struct rule *r)
{
	/* TRANSLATORS: the code of your language, "language:ko" for Korean. */
	bool korean = strcmp(_("language:en"), "language:ko") == 0;

	return korean && r->ko != NULL ? r->ko : r->en;
}

void
spam_rules_try(const struct spam_rules *r, const struct spam_view *v,
               const struct message *m, struct spam_hits *hits_r)
{
	int64_t left_us = TRY_US;
	struct texts t = { .v = v, .m = m };
	size_t i;

	memset(hits_r, 0, sizeof *hits_r);
	t.arena = &hits_r->arena;
	hits_r->v =
		arena_calloc(&hits_r->arena, r->rules.n + 1, sizeof *hits_r->v);
	for (i = 0; i < r->rules.n && left_us > 0; i++) {
		const struct rule *rule = &r->rules.v[i];
		struct slice seen = SLICE_NONE;
		bool speaks;

		if (!(rule->score * rule->score > 0))
			continue;
		t.left_us = RE_TIME_US;
		speaks = rule_speaks(rule, &t, &seen);
		left_us -= RE_TIME_US - t.left_us;
		if (!speaks)
			continue;
		hits_r->v[hits_r->n++] =
			(struct spam_hit){ rule->name, reason_of(rule), seen,
			                   rule->score };
		hits_r->score += rule->score;
	}
	texts_release(&t);
}

void
spam_hits_release(struct spam_hits *h)
{
	arena_release(&h->arena);
	memset(h, 0, sizeof *h);
}
