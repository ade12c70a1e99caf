/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The language of the user's rules: one rule, by recursive descent. */
#include "mail/rule_parse.h"

#include <string.h>

#include "mime/addr.h"
#include "util/clock.h"
#include "util/i18n.h"
#include "util/proc.h"
#include "util/utf8.h"

#include "util/banned.h"

/* Nothing is older, and it leaves room to count in seconds. */
#define AGE_MAX ((uint64_t)100000 * 86400)
/* Brackets and "not" within each other; a hand-written rule has two or three. */
#define DEPTH_MAX 32
/* Tests of one rule. */
#define NODES_MAX 500

enum token {
	TOKEN_END,
	TOKEN_WORD,
	TOKEN_QUOTED,
	TOKEN_RE,
	TOKEN_MARK, /* ( ) , < > */
};

struct parser {
	struct rules *rules;
	struct slice rest;
	enum token token;  /* the current one */
	struct slice text; /* of it */
	enum token open;   /* what has no mark at its end, or TOKEN_END */
	struct slice rest_of_open;
	unsigned depth;
	unsigned nodes;
	struct err *err;
};

/* Whatever else is wrong follows from that. */
static int
fail_open(struct parser *p)
{
	struct slice text = slice_rtrim(p->rest_of_open);
	int n = (int)utf8_cut(text.p, text.n < 60 ? text.n : 60);

	if (p->open == TOKEN_QUOTED)
		return err_set(p->err, ERR_CONFIG,
		               _("the quotation mark before '%.*s' is not "
		                 "closed: put another one behind the text"),
		               n, text.p);
	return err_set(p->err, ERR_CONFIG,
	               _("the pattern /%.*s has no '/' at its end: add one, or "
	                 "put the text in quotation marks"),
	               n, text.p);
}

static int
fail(struct parser *p, const char *what)
{
	size_t n = p->text.n < 60 ? p->text.n : 60;

	if (p->open != TOKEN_END)
		return fail_open(p);
	if (p->token == TOKEN_END)
		return err_set(p->err, ERR_CONFIG, _("%s at the end"), what);
	return err_set(p->err, ERR_CONFIG, _("%s at '%.*s'"), what,
	               (int)utf8_cut(p->text.p, n), p->text.p);
}

static bool
is_mark(char c)
{
	return c == '(' || c == ')' || c == ',' || c == '<' || c == '>';
}

/* "..." or /.../; that the closing mark is missing is told at the end.  In a
 * pattern \/ is a slash, which PCRE2 reads alike. */
static void
take_between(struct parser *p, enum token token)
{
	char mark = p->rest.p[0];
	size_t n = 1;

	while (n < p->rest.n && p->rest.p[n] != mark)
		n += token == TOKEN_RE && p->rest.p[n] == '\\' ? 2 : 1;
	if (n > p->rest.n)
		n = p->rest.n;
	p->token = token;
	p->text = slice_make(p->rest.p + 1, n - 1);
	if (n == p->rest.n) {
		p->open = token;
		p->rest_of_open = p->text;
	}
	p->rest = slice_from(p->rest, n + 1);
}

static void
next(struct parser *p)
{
	size_t n = 0;

	while (p->rest.n > 0 && byte_is_blank(p->rest.p[0]))
		p->rest = slice_from(p->rest, 1);
	p->text = SLICE_NONE;
	p->token = TOKEN_END;
	if (p->rest.n == 0)
		return;
	if (p->rest.p[0] == '"' || p->rest.p[0] == '/') {
		take_between(p, p->rest.p[0] == '"' ? TOKEN_QUOTED : TOKEN_RE);
		return;
	}
	p->token = is_mark(p->rest.p[0]) ? TOKEN_MARK : TOKEN_WORD;
	if (p->token == TOKEN_MARK)
		n = 1;
	while (p->token == TOKEN_WORD && n < p->rest.n &&
	       !byte_is_blank(p->rest.p[n]) && !is_mark(p->rest.p[n]))
		n++;
	p->text = slice_head(p->rest, n);
	p->rest = slice_from(p->rest, n);
}

/* Is the current token that word or mark?  Then it is taken. */
static bool
take(struct parser *p, const char *word)
{
	if ((p->token != TOKEN_WORD && p->token != TOKEN_MARK) ||
	    !slice_ieq_z(p->text, word))
		return false;
	next(p);
	return true;
}

/* ---- conditions ---- */

static struct rule_node *
node(struct parser *p, enum rule_test test)
{
	struct rule_node *n = arena_alloc(&p->rules->arena, sizeof *n);

	p->nodes++;
	n->test = test;
	return n;
}

static int
take_pattern(struct parser *p, struct rule_node *n)
{
	unsigned flags = RE_ICASE;
	struct err why = { 0 };
	bool whole = take(p, "=");

	if (p->token == TOKEN_END || p->token == TOKEN_MARK || p->text.n == 0)
		return fail(p, _("expected what to look for"));
	if (whole)
		flags |=
			p->token == TOKEN_RE ? RE_WHOLE : RE_WHOLE | RE_LITERAL;
	else if (p->token != TOKEN_RE)
		flags |= slice_find(p->text, '*') < p->text.n ||
		                         slice_find(p->text, '?') < p->text.n
		                 ? RE_WILDCARD
		                 : RE_LITERAL;
	n->re = re_new(p->text, flags, &why);
	if (n->re == NULL)
		return fail(p, why.text);
	array_add(&p->rules->patterns, n->re);
	next(p);
	return 0;
}

static int
take_size(struct parser *p, struct rule_node *n)
{
	uint64_t factor = 1;
	struct slice s;

	if (take(p, ">"))
		n->test = RULE_SIZE_ABOVE;
	else if (take(p, "<"))
		n->test = RULE_SIZE_BELOW;
	else
		return fail(p, _("expected '<' or '>'"));
	s = p->text;
	if (s.n > 1 && byte_lower(s.p[s.n - 1]) == 'k')
		factor = 1024;
	else if (s.n > 1 && byte_lower(s.p[s.n - 1]) == 'm')
		factor = (uint64_t)1024 * 1024;
	if (factor > 1)
		s = slice_head(s, s.n - 1);
	if (p->token != TOKEN_WORD || slice_u64(s, &n->size) < 0 ||
	    n->size > UINT64_MAX / factor)
		return fail(p, _("expected a size"));
	n->size *= factor;
	next(p);
	return 0;
}

/* YYYY-MM-DD, by the clock on the wall: when it begins. */
static bool
day_begin(struct slice s, int64_t *begin_r)
{
	uint64_t part[3] = { 0 };
	struct slice one;
	struct tm tm;
	size_t n = 0;
	int64_t utc;
	int offset;

	while (n < 3 && slice_split(&s, '-', &one))
		if (slice_u64(one, &part[n++]) != 0)
			return false;
	if (n != 3 || s.p != NULL || part[0] < 1970 || part[0] > 9999 ||
	    part[1] < 1 || part[1] > 12 || part[2] < 1 || part[2] > 31)
		return false;
	utc = clock_from_utc((int64_t)part[0], (int)part[1], (int)part[2], 0, 0,
	                     0);
	clock_local(utc, &tm, &offset);
	*begin_r = utc - offset;
	return true;
}

static int
take_date(struct parser *p, struct rule_node *n)
{
	if (take(p, ">"))
		n->test = RULE_DATE_ABOVE;
	else if (!take(p, "<"))
		return fail(p, _("expected '<' or '>'"));
	if (p->token != TOKEN_WORD || !day_begin(p->text, &n->date))
		return fail(p, _("expected a day like 2026-01-31"));
	if (n->test == RULE_DATE_ABOVE)
		n->date += 86400;
	next(p);
	return 0;
}

static int
take_age(struct parser *p, struct rule_node *n)
{
	struct slice digits;
	uint64_t unit = 0;

	if (take(p, ">"))
		n->test = RULE_AGE_ABOVE;
	else if (!take(p, "<"))
		return fail(p, _("expected '<' or '>'"));
	digits = p->text;
	if (digits.n > 1) {
		char c = byte_lower(digits.p[--digits.n]);

		unit = c == 'd' ? 86400 : c == 'h' ? 3600 : 0;
	}
	if (p->token != TOKEN_WORD || unit == 0 ||
	    slice_u64(digits, &n->size) != 0 || n->size > AGE_MAX / unit)
		return fail(p, _("expected an age like 30d or 12h"));
	n->size *= unit;
	next(p);
	return 0;
}

static int
take_verdict(struct parser *p, struct rule_node *n)
{
	if (take(p, "spam"))
		n->verdict = SPAM_SPAM;
	else if (take(p, "unsure"))
		n->verdict = SPAM_UNSURE;
	else if (take(p, "ham"))
		n->verdict = SPAM_HAM;
	else
		return fail(p, _("expected 'spam', 'unsure' or 'ham'"));
	return 0;
}

static const struct {
	const char *name;
	enum rule_test test;
} tests[] = {
	{ "from", RULE_FROM },       { "to", RULE_TO },
	{ "subject", RULE_SUBJECT }, { "list", RULE_LIST },
	{ "header", RULE_HEADER },   { "body", RULE_BODY },
	{ "account", RULE_ACCOUNT }, { "attachment", RULE_ATTACHMENT },
	{ "size", RULE_SIZE_ABOVE }, { "verdict", RULE_VERDICT },
	{ "label", RULE_LABEL },     { "date", RULE_DATE_BELOW },
	{ "age", RULE_AGE_BELOW },
};

static int
take_header(struct parser *p, struct rule_node *n)
{
	if (p->token != TOKEN_WORD)
		return fail(p, _("expected the name of a header"));
	n->header = arena_dup(&p->rules->arena, p->text.p, p->text.n);
	next(p);
	return take_pattern(p, n);
}

/* What a test asks for, behind its name. */
static int
take_operand(struct parser *p, struct rule_node *n)
{
	if (n->test == RULE_SIZE_ABOVE)
		return take_size(p, n);
	if (n->test == RULE_VERDICT)
		return take_verdict(p, n);
	if (n->test == RULE_DATE_BELOW)
		return take_date(p, n);
	if (n->test == RULE_AGE_BELOW)
		return take_age(p, n);
	if (n->test == RULE_HEADER)
		return take_header(p, n);
	return take_pattern(p, n);
}

static struct rule_node *
take_test(struct parser *p)
{
	struct rule_node *n;
	size_t i;

	for (i = 0; i < sizeof tests / sizeof *tests; i++)
		if (take(p, tests[i].name))
			break;
	if (i == sizeof tests / sizeof *tests) {
		(void)fail(p, _("expected a condition (from, subject, ...)"));
		return NULL;
	}
	n = node(p, tests[i].test);
	return take_operand(p, n) == 0 ? n : NULL;
}

static struct rule_node *take_or(struct parser *p);

static struct rule_node *
take_factor(struct parser *p)
{
	struct rule_node *n;

	if (++p->depth > DEPTH_MAX || p->nodes > NODES_MAX) {
		(void)fail(p, _("too many conditions"));
		return NULL;
	}
	if (take(p, "not")) {
		n = node(p, RULE_NOT);
		n->left = take_factor(p);
		if (n->left == NULL)
			n = NULL;
	} else if (take(p, "(")) {
		n = take_or(p);
		if (n != NULL && !take(p, ")")) {
			(void)fail(p, _("expected ')'"));
			n = NULL;
		}
	} else {
		n = take_test(p);
	}
	p->depth--;
	return n;
}

static struct rule_node *
take_and(struct parser *p)
{
	struct rule_node *n = take_factor(p), *both;

	while (n != NULL && take(p, "and")) {
		both = node(p, RULE_AND);
		both->left = n;
		both->right = take_factor(p);
		n = both->right != NULL ? both : NULL;
	}
	return n;
}

static struct rule_node *
take_or(struct parser *p)
{
	struct rule_node *n = take_and(p), *both;

	while (n != NULL && take(p, "or")) {
		both = node(p, RULE_OR);
		both->left = n;
		both->right = take_and(p);
		n = both->right != NULL ? both : NULL;
	}
	return n;
}

/* ---- actions ---- */

static int
take_label(struct parser *p, struct rule *rule)
{
	if ((p->token != TOKEN_WORD && p->token != TOKEN_QUOTED) ||
	    p->text.n == 0 || slice_find(p->text, ',') < p->text.n)
		return fail(p, _("expected a label"));
	array_add(&rule->labels,
	          arena_dup(&p->rules->arena, p->text.p, p->text.n));
	next(p);
	return 0;
}

static int
take_folder(struct parser *p, struct rule *rule)
{
	if ((p->token != TOKEN_WORD && p->token != TOKEN_QUOTED) ||
	    folder_lookup(p->text, &rule->folder) < 0)
		return fail(p, _("expected a folder"));
	next(p);
	return 0;
}

static bool
is_text(const struct parser *p)
{
	return (p->token == TOKEN_WORD || p->token == TOKEN_QUOTED) &&
	       p->text.n > 0;
}

/* The name of a file in the folder of templates, and of nothing else. */
static bool
template_ok(struct slice name)
{
	return name.n <= 200 && name.p[0] != '.' &&
	       slice_find(name, '/') == name.n;
}

static int
take_out(struct parser *p, struct rule *rule, enum rule_out_kind kind)
{
	struct arena *a = &p->rules->arena;
	struct rule_out out = { .kind = kind };

	if (kind == RULE_REPLY && (!is_text(p) || !template_ok(p->text)))
		return fail(p, _("expected the name of a template"));
	if (kind != RULE_REPLY && (!is_text(p) || !addr_spec_ok(p->text)))
		return fail(p, _("expected an address"));
	out.to = arena_dup(a, p->text.p, p->text.n);
	next(p);
	if (take(p, "as")) {
		if (!is_text(p) || !addr_spec_ok(p->text))
			return fail(p, _("expected an address"));
		out.as = arena_dup(a, p->text.p, p->text.n);
		next(p);
	}
	array_add(&rule->outs, out);
	return 0;
}

static int
take_command(struct parser *p, struct rule *rule)
{
	struct err why = { 0 };
	char *command;
	char **argv;

	/* "/" begins a pattern: a path has to be quoted */
	if (!is_text(p))
		return fail(p, _("expected a command in quotation marks"));
	command = arena_dup(&p->rules->arena, p->text.p, p->text.n);
	if (proc_split(command, &argv, &why) != 0)
		return fail(p, why.text);
	proc_free_argv(argv);
	array_add(&rule->commands, command);
	next(p);
	return 0;
}

/* Actions of one word.  false: it is none of them. */
static bool
take_word(struct parser *p, struct rule *rule)
{
	if (take(p, "read"))
		rule->flags |= STORE_SEEN;
	else if (take(p, "star"))
		rule->flags |= STORE_FLAGGED;
	else if (take(p, "spam"))
		rule->verdict = SPAM_SPAM;
	else if (take(p, "archive"))
		rule->folder = FOLDER_ARCHIVE;
	else if (take(p, "delete"))
		rule->folder = FOLDER_TRASH;
	else if (take(p, "notify"))
		rule->notify = true;
	else if (take(p, "stop"))
		rule->stop = true;
	else
		return false;
	return true;
}

static int
take_action(struct parser *p, struct rule *rule)
{
	if (take_word(p, rule))
		return 0;
	if (take(p, "label"))
		return take_label(p, rule);
	if (take(p, "move"))
		return take_folder(p, rule);
	if (take(p, "forward"))
		return take_out(p, rule, RULE_FORWARD);
	if (take(p, "redirect"))
		return take_out(p, rule, RULE_REDIRECT);
	if (take(p, "reply"))
		return take_out(p, rule, RULE_REPLY);
	if (take(p, "run"))
		return take_command(p, rule);
	if (!take(p, "not"))
		return fail(p, _("expected an action (label, move, ...)"));
	if (!take(p, "spam"))
		return fail(p, _("expected 'spam'"));
	rule->verdict = SPAM_HAM;
	return 0;
}

static int
take_rule(struct parser *p, struct rule *rule)
{
	if (!take(p, "if"))
		return fail(p, _("expected 'if'"));
	rule->condition = take_or(p);
	if (rule->condition == NULL)
		return -1;
	if (!take(p, "then"))
		return fail(p, _("expected 'and', 'or' or 'then'"));
	do {
		if (take_action(p, rule) < 0)
			return -1;
	} while (take(p, ","));
	if (p->token == TOKEN_END && p->open == TOKEN_END)
		return 0;
	return fail(p, _("expected ','"));
}

void
rule_release(struct rule *rule)
{
	array_release(&rule->labels);
	array_release(&rule->outs);
	array_release(&rule->commands);
}

int
rule_parse(struct rules *r, struct slice text, struct rule *rule_r,
           struct err *err)
{
	struct parser p = { .rules = r, .rest = text, .err = err };
	int rc;

	memset(rule_r, 0, sizeof *rule_r);
	rule_r->folder = FOLDER_ANY;
	if (!utf8_valid(text.p, text.n))
		return err_set(err, ERR_CONFIG, _("the rule is not UTF-8"));
	next(&p);
	rc = take_rule(&p, rule_r);
	if (rc < 0)
		rule_release(rule_r);
	return rc;
}
