/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The user's configuration: settings and accounts. */
#include "conf/conf.h"

#include <stdlib.h>
#include <string.h>

#include "conf/account_keys.h"
#include "conf/conf_parse.h"
#include "util/fsx.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Time to change one's mind after sending. */
#define UNDO_SECONDS_DEFAULT 5
/* An hour: what is held longer should be a draft. */
#define UNDO_SECONDS_MAX 3600

enum setting_kind {
	SETTING_TEXT,
	SETTING_NUMBER,
	SETTING_BOOL
};

struct setting {
	const char *name;
	enum setting_kind kind;
	size_t offset;
	int min, max;        /* of a number */
	const char *choices; /* of a text, between blanks; NULL: any */
};

#define AT(field) offsetof(struct conf, field)

static const struct setting settings[] = {
	{ "language", SETTING_TEXT, AT(language), 0, 0, " auto ko en " },
	{ "editor", SETTING_TEXT, AT(editor), 0, 0, NULL },
	{ "browser", SETTING_TEXT, AT(browser), 0, 0, NULL },
	{ "speller", SETTING_TEXT, AT(speller), 0, 0, NULL },
	{ "people_command", SETTING_TEXT, AT(people_command), 0, 0, NULL },
	{ "keys", SETTING_TEXT, AT(keys), 0, 0, " mutt alpine gmail " },
	{ "theme", SETTING_TEXT, AT(theme), 0, 0, NULL },
	{ "undo_seconds", SETTING_NUMBER, AT(undo_seconds), 0, UNDO_SECONDS_MAX,
	  NULL },
	{ "ambiguous_cells", SETTING_NUMBER, AT(ambiguous_cells), 1, 2, NULL },
	{ "mouse", SETTING_BOOL, AT(mouse), 0, 0, NULL },
	{ "notify", SETTING_TEXT, AT(notify), 0, 0, NULL },
	{ "bell", SETTING_BOOL, AT(bell), 0, 0, NULL },
	{ "default_account", SETTING_TEXT, AT(default_account), 0, 0, NULL },
};

static const struct setting *
find_setting(struct slice name)
{
	size_t i;

	for (i = 0; i < sizeof settings / sizeof settings[0]; i++)
		if (conf_name_same(name, settings[i].name))
			return &settings[i];
	return NULL;
}

static bool
is_choice(const char *choices, struct slice v)
{
	struct slice rest = slice_of(choices);
	struct slice word;

	while (slice_word(&rest, &word))
		if (slice_eq(word, v))
			return true;
	return false;
}

static int
set_text(struct conf *c, const struct setting *s, struct slice v,
         struct err *err)
{
	char **to = (char **)(void *)((char *)c + s->offset);

	if (s->choices != NULL && v.n > 0 && !is_choice(s->choices, v)) {
		struct slice all = slice_trim(slice_of(s->choices));

		return err_set(err, ERR_CONFIG, _("%s is one of: %.*s"),
		               s->name, SLICE_ARG(all));
	}
	free(*to);
	*to = v.n > 0 && !slice_eq_z(v, "auto") ? slice_dup(v) : NULL;
	return 0;
}

static int
set_setting(struct conf *c, const struct setting *s, struct slice v,
            struct err *err)
{
	void *to = (char *)c + s->offset;
	uint64_t n;

	switch (s->kind) {
	case SETTING_TEXT:
		return set_text(c, s, v, err);
	case SETTING_NUMBER:
		if (slice_u64(v, &n) != 0 || n < (uint64_t)s->min ||
		    n > (uint64_t)s->max)
			return err_set(err, ERR_CONFIG,
			               _("%s is a number from %d to %d"),
			               s->name, s->min, s->max);
		*(int *)to = (int)n;
		return 0;
	case SETTING_BOOL:
		if (!slice_ieq_z(v, "yes") && !slice_ieq_z(v, "no"))
			return err_set(err, ERR_CONFIG, _("%s is yes or no"),
			               s->name);
		*(bool *)to = slice_ieq_z(v, "yes");
		return 0;
	}
	return -1;
}

int
conf_setting_set(struct conf *c, const char *key, const char *value,
                 struct err *err)
{
	const struct setting *s = find_setting(slice_of(key));

	if (s == NULL)
		return err_set(err, ERR_CONFIG, _("unknown key '%s'"), key);
	return set_setting(c, s, slice_of(value), err);
}

/* A line of the file is to blame: its place goes in front. */
static int
blame(const struct conf_doc *doc, const struct conf_line *line,
      const struct err *e, struct err *err)
{
	return conf_doc_error(doc, line, err, "%s", e->text);
}

static int
load_setting(const struct conf_doc *doc, const struct conf_line *line,
             struct conf *c, struct err *err)
{
	const struct setting *s;
	struct err e = { 0 };

	s = find_setting(line->name);
	if (s == NULL)
		return conf_doc_error(doc, line, err, _("unknown key '%.*s'"),
		                      SLICE_ARG(line->name));
	if (set_setting(c, s, line->value, &e) != 0)
		return blame(doc, line, &e, err);
	return 0;
}

/* A line of section [serve]. */
static int
load_serve(const struct conf_doc *doc, const struct conf_line *line,
           struct conf *c, struct err *err)
{
	struct err e = { 0 };

	if (serve_conf_set(&c->serve, line->name, line->value, &e) != 0)
		return blame(doc, line, &e, err);
	return 0;
}

static int
load_settings(const char *path, struct conf *c, struct err *err)
{
	struct conf_doc doc;
	int rc = conf_doc_read(&doc, path, err);
	bool serve = false;
	size_t i;

	for (i = 0; rc == 0 && i < doc.lines.n; i++) {
		const struct conf_line *line = &doc.lines.v[i];

		if (line->kind == CONF_LINE_KEY)
			rc = serve ? load_serve(&doc, line, c, err)
			           : load_setting(&doc, line, c, err);
		else if (line->kind == CONF_LINE_SECTION &&
		         !slice_eq_z(line->name, "serve"))
			rc = conf_doc_error(&doc, line, err,
			                    _("unknown section [%.*s]"),
			                    SLICE_ARG(line->name));
		else if (line->kind == CONF_LINE_SECTION)
			serve = true;
	}
	conf_doc_release(&doc);
	return rc;
}

static struct account *
add_account(struct conf *c, struct slice name)
{
	struct account *a;

	c->accounts = xreallocarray(c->accounts, c->account_count + 1,
	                            sizeof c->accounts[0]);
	a = &c->accounts[c->account_count++];
	account_init(a);
	a->name = slice_dup(name);
	return a;
}

/* Was the key already given since the section began at line from? */
static bool
given_before(const struct conf_doc *doc, size_t from, size_t at,
             const char *key)
{
	for (; from < at; from++)
		if (doc->lines.v[from].kind == CONF_LINE_KEY &&
		    conf_name_same(doc->lines.v[from].name, key))
			return true;
	return false;
}

static int
load_account_key(const struct conf_doc *doc, size_t head, size_t at,
                 struct account *a, struct err *err)
{
	const struct conf_line *line = &doc->lines.v[at];
	const char *key = account_key_find(line->name);
	struct err e = { 0 };

	if (conf_name_same(line->name, "password"))
		return conf_doc_error(doc, line, err,
		                      _("a password does not belong here; use "
		                        "password_file or password_command"));
	if (key == NULL)
		return conf_doc_error(doc, line, err, _("unknown key '%.*s'"),
		                      SLICE_ARG(line->name));
	if (!account_key_repeats(key) && given_before(doc, head, at, key))
		return conf_doc_error(doc, line, err, _("'%s' is given twice"),
		                      key);
	if (account_key_set(a, key, line->value, &e) != 0)
		return blame(doc, line, &e, err);
	return 0;
}

/* One section; *at is its head, then the line behind it. */
static int
load_account(const struct conf_doc *doc, size_t *at, struct conf *c,
             struct err *err)
{
	size_t head = (*at)++;
	struct account *a = add_account(c, doc->lines.v[head].name);
	struct err e = { 0 };

	for (; *at < doc->lines.n; (*at)++) {
		const struct conf_line *line = &doc->lines.v[*at];

		if (line->kind == CONF_LINE_SECTION)
			break;
		if (line->kind == CONF_LINE_KEY &&
		    load_account_key(doc, head, *at, a, err) != 0)
			return -1;
	}
	if (account_check(a, &e) != 0)
		return blame(doc, &doc->lines.v[head], &e, err);
	return 0;
}

static int
load_accounts(const char *path, struct conf *c, struct err *err)
{
	struct conf_doc doc;
	int rc = conf_doc_read(&doc, path, err);
	size_t i = 0;

	while (rc == 0 && i < doc.lines.n) {
		const struct conf_line *line = &doc.lines.v[i];

		if (line->kind == CONF_LINE_SECTION)
			rc = load_account(&doc, &i, c, err);
		else if (line->kind == CONF_LINE_KEY)
			rc = conf_doc_error(&doc, line, err,
			                    _("a [name] must come first"));
		else
			i++;
	}
	conf_doc_release(&doc);
	return rc;
}

int
conf_load(const struct paths *paths, struct conf *conf_r, struct err *err)
{
	char *config = fsx_join(paths->config, "config");
	char *accounts = fsx_join(paths->config, "accounts");
	int rc;

	memset(conf_r, 0, sizeof *conf_r);
	conf_r->undo_seconds = UNDO_SECONDS_DEFAULT;
	conf_r->ambiguous_cells = 1;
	conf_r->mouse = true;
	rc = load_settings(config, conf_r, err);
	if (rc == 0)
		rc = load_accounts(accounts, conf_r, err);
	if (rc != 0)
		conf_release(conf_r);
	free(config);
	free(accounts);
	return rc;
}

void
conf_release(struct conf *c)
{
	size_t i;

	if (c == NULL)
		return;
	for (i = 0; i < c->account_count; i++)
		account_release(&c->accounts[i]);
	free(c->accounts);
	free(c->language);
	free(c->editor);
	free(c->keys);
	free(c->browser);
	free(c->speller);
	free(c->people_command);
	free(c->theme);
	free(c->default_account);
	free(c->notify);
	serve_conf_release(&c->serve);
	memset(c, 0, sizeof *c);
}

const struct account *
conf_account(const struct conf *c, const char *name)
{
	size_t i;

	for (i = 0; i < c->account_count; i++)
		if (strcmp(c->accounts[i].name, name) == 0)
			return &c->accounts[i];
	return NULL;
}
