/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading the provider files. */
/*
 * A section is a provider, its name the id.  The shipped files come first, then
 * the user's providers.d; a section of the same id replaces the former row.
 * [*] holds advice only, for every server.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf_parse.h"
#include "conf/provider_table.h"
#include "util/fsx.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* A year of minutes would be a slip of the keyboard. */
#define INTERVAL_MAX 10080

struct loader {
	struct providers *table;
	const struct conf_doc *doc;
	const struct conf_line *line; /* being read */
	struct provider *row;
	struct err *err;
};

static int
bad(const struct loader *l, const char *what)
{
	return conf_doc_error(l->doc, l->line, l->err, "%s", what);
}

static char *
keep(const struct loader *l, struct slice s)
{
	return arena_dup(&l->table->arena, s.p, s.n);
}

/* Words between blanks or commas; NULL at the end. */
static int
read_words(const struct loader *l, char ***to)
{
	struct slice rest = l->line->value;
	struct slice word;
	size_t cap = rest.n / 2 + 2;
	char **v = arena_calloc(&l->table->arena, cap, sizeof *v);
	size_t n = 0;

	while (slice_word(&rest, &word)) {
		while (word.n > 0 && word.p[word.n - 1] == ',')
			word.n--;
		if (word.n > 0)
			v[n++] = keep(l, word);
	}
	*to = v;
	return 0;
}

static int
read_server(const struct loader *l, struct slice text,
            struct account_server *to)
{
	struct account_server s = { 0 };
	struct err e = { 0 };

	if (account_parse_server(text, &s, &e) != 0)
		return bad(l, e.text);
	*to = s;
	if (s.host != NULL)
		to->host = keep(l, slice_of(s.host));
	account_server_release(&s);
	return 0;
}

/* One or two servers between commas. */
static int
read_smtp(const struct loader *l)
{
	struct slice rest = l->line->value;
	struct slice one;

	if (!slice_split(&rest, ',', &one) ||
	    read_server(l, one, &l->row->smtp) != 0)
		return -1;
	return rest.p != NULL ? read_server(l, rest, &l->row->smtp_alt) : 0;
}

static int
read_user(const struct loader *l)
{
	struct slice v = l->line->value;
	struct provider *p = l->row;

	p->user = p->user_alt = PROVIDER_USER_ADDRESS;
	if (slice_eq_z(v, "local") || slice_eq_z(v, "local|address"))
		p->user = PROVIDER_USER_LOCAL;
	if (slice_eq_z(v, "local") || slice_eq_z(v, "address|local"))
		p->user_alt = PROVIDER_USER_LOCAL;
	if (p->user != PROVIDER_USER_LOCAL &&
	    p->user_alt != PROVIDER_USER_LOCAL && !slice_eq_z(v, "address"))
		return bad(l, _("user is address, local, address|local or "
		                "local|address"));
	return 0;
}

static int
read_auth(const struct loader *l)
{
	struct slice v = l->line->value;

	if (slice_eq_z(v, "password"))
		l->row->auth = ACCOUNT_AUTH_PASSWORD;
	else if (slice_eq_z(v, "xoauth2"))
		l->row->auth = ACCOUNT_AUTH_XOAUTH2;
	else if (slice_eq_z(v, "oauthbearer"))
		l->row->auth = ACCOUNT_AUTH_OAUTHBEARER;
	else
		return bad(l, _("auth is password, xoauth2 or oauthbearer"));
	return 0;
}

static int
read_interval(const struct loader *l)
{
	uint64_t n;

	if (slice_u64(l->line->value, &n) != 0 || n == 0 || n > INTERVAL_MAX)
		return bad(l, _("interval is a number of minutes"));
	l->row->interval_min = (int)n;
	return 0;
}

static int
read_bool(const struct loader *l, bool *v_r, const char *problem)
{
	*v_r = slice_eq_z(l->line->value, "yes");
	return *v_r || slice_eq_z(l->line->value, "no") ? 0 : bad(l, problem);
}

static int
read_oauth_only(const struct loader *l)
{
	return read_bool(l, &l->row->oauth_only, _("oauth_only is yes or no"));
}

static int
read_from(const struct loader *l)
{
	static const char *const words[] = {
		[PROVIDER_FROM_ANY] = "any",
		[PROVIDER_FROM_OWN] = "own",
		[PROVIDER_FROM_REWRITTEN] = "rewritten",
	};
	int i;

	for (i = 0; i <= PROVIDER_FROM_REWRITTEN; i++)
		if (slice_eq_z(l->line->value, words[i])) {
			l->row->from = (enum provider_from)i;
			return 0;
		}
	return bad(l, _("from is any, own or rewritten"));
}

static int
read_window(const struct loader *l)
{
	return read_bool(l, &l->row->window, _("window is yes or no"));
}

/* "words | Korean | English" */
static int
read_advice(const struct loader *l)
{
	struct provider *p = l->row;
	struct slice rest = l->line->value;
	struct slice field[3];
	struct provider_hint *grown;
	size_t i;

	for (i = 0; i < 3; i++) {
		if (!slice_split(&rest, '|', &field[i]))
			return bad(l, _("advice is: words | Korean | English"));
		field[i] = slice_trim(field[i]);
		if (field[i].n == 0)
			return bad(l, _("advice is: words | Korean | English"));
	}
	grown = arena_calloc(&l->table->arena, p->hint_count + 1,
	                     sizeof *grown);
	if (p->hint_count > 0)
		memcpy(grown, p->hints, p->hint_count * sizeof *grown);
	grown[p->hint_count].words = keep(l, field[0]);
	grown[p->hint_count].ko = keep(l, field[1]);
	grown[p->hint_count].en = keep(l, field[2]);
	p->hints = grown;
	p->hint_count++;
	return 0;
}

struct text_key {
	const char *name;
	size_t offset;
};

#define AT(field) offsetof(struct provider, field)

/* Keys that are texts taken as they stand. */
static bool
read_text(const struct loader *l)
{
	static const struct text_key texts[] = {
		{ "name_ko", AT(name_ko) },
		{ "name_en", AT(name_en) },
		{ "reason_ko", AT(reason_ko) },
		{ "reason_en", AT(reason_en) },
		{ "enable_ko", AT(enable_ko) },
		{ "enable_en", AT(enable_en) },
		{ "secret_ko", AT(secret_ko) },
		{ "secret_en", AT(secret_en) },
		{ "url", AT(url) },
		{ "secret_shape", AT(secret_shape) },
		{ "historic", AT(historic) },
		{ "checked", AT(checked) },
	};
	size_t i;

	for (i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		char **to;

		if (!conf_name_same(l->line->name, texts[i].name))
			continue;
		to = (char **)(void *)((char *)l->row + texts[i].offset);
		*to = keep(l, l->line->value);
		return true;
	}
	return false;
}

static int
read_key(const struct loader *l)
{
	struct slice name = l->line->name;

	if (read_text(l))
		return 0;
	if (conf_name_same(name, "domains"))
		return read_words(l, &l->row->domains);
	if (conf_name_same(name, "mx"))
		return read_words(l, &l->row->mx);
	if (conf_name_same(name, "authserv"))
		return read_words(l, &l->row->authserv);
	if (conf_name_same(name, "pop"))
		return read_server(l, l->line->value, &l->row->pop);
	if (conf_name_same(name, "smtp"))
		return read_smtp(l);
	if (conf_name_same(name, "user"))
		return read_user(l);
	if (conf_name_same(name, "auth"))
		return read_auth(l);
	if (conf_name_same(name, "interval"))
		return read_interval(l);
	if (conf_name_same(name, "oauth_only"))
		return read_oauth_only(l);
	if (conf_name_same(name, "from"))
		return read_from(l);
	if (conf_name_same(name, "window"))
		return read_window(l);
	if (conf_name_same(name, "advice"))
		return read_advice(l);
	return conf_doc_error(l->doc, l->line, l->err, _("unknown key '%.*s'"),
	                      SLICE_ARG(name));
}

static struct provider *
new_row(struct loader *l, struct slice id)
{
	struct providers *t = l->table;
	struct provider *p = arena_alloc(&t->arena, sizeof *p);
	size_t i;

	p->id = keep(l, id);
	if (slice_eq_z(id, "*")) {
		t->generic = p;
		return p;
	}
	for (i = 0; i < t->rows.n; i++)
		if (strcmp(t->rows.v[i]->id, p->id) == 0)
			break;
	if (i < t->rows.n)
		t->rows.v[i] = p;
	else
		array_add(&t->rows, p);
	return p;
}

static int
read_line(struct loader *l)
{
	switch (l->line->kind) {
	case CONF_LINE_OTHER:
		return 0;
	case CONF_LINE_SECTION:
		l->row = new_row(l, l->line->name);
		return 0;
	case CONF_LINE_KEY:
		if (l->row == NULL)
			return bad(l, _("a [name] must come first"));
		return read_key(l);
	}
	return -1;
}

static int
load_file(struct providers *table, const char *path, struct err *err)
{
	struct conf_doc doc;
	struct loader l = { .table = table, .doc = &doc, .err = err };
	int rc = conf_doc_read(&doc, path, err);
	size_t i;

	for (i = 0; rc == 0 && i < doc.lines.n; i++) {
		l.line = &doc.lines.v[i];
		rc = read_line(&l);
	}
	conf_doc_release(&doc);
	return rc;
}

static int
compare_names(const void *a, const void *b)
{
	char *const *x = a;
	char *const *y = b;

	return strcmp(*x, *y);
}

/* All *.conf of a folder by name; a folder that is absent has none. */
static int
load_folder(struct providers *table, const char *folder, struct err *err)
{
	ARRAY(char *) names = { 0 };
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	size_t i;
	int rc = 0;

	if (dir == NULL)
		return 0;
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.' &&
		    slice_ends(slice_of(entry->d_name), ".conf"))
			array_add(&names, fsx_join(folder, entry->d_name));
	(void)closedir(dir); /* only read */
	if (names.n > 1)
		qsort(names.v, names.n, sizeof names.v[0], compare_names);
	for (i = 0; i < names.n; i++) {
		if (rc == 0)
			rc = load_file(table, names.v[i], err);
		free(names.v[i]);
	}
	array_release(&names);
	return rc;
}

/* What every server says is looked up after what its provider's rows say. */
static void
append_generic(struct providers *t, struct provider *p)
{
	size_t n = t->generic->hint_count;
	struct provider_hint *all =
		arena_calloc(&t->arena, p->hint_count + n + 1, sizeof *all);

	if (p->hint_count > 0)
		memcpy(all, p->hints, p->hint_count * sizeof *all);
	if (n > 0)
		memcpy(all + p->hint_count, t->generic->hints, n * sizeof *all);
	p->hints = all;
	p->hint_count += n;
}

/* "first second"; either may be NULL. */
static char *
join(struct providers *t, const char *first, const char *second)
{
	struct slice a = slice_of(first);
	struct slice b = slice_of(second);
	struct str both;
	char *kept;

	if (a.n + b.n == 0)
		return NULL;
	str_init(&both, a.n + b.n + 1);
	str_add_slice(&both, a);
	if (a.n > 0 && b.n > 0)
		str_add_c(&both, ' ');
	str_add_slice(&both, b);
	kept = arena_dup(&t->arena, both.p, both.n);
	str_release(&both);
	return kept;
}

static void
finish_row(struct providers *t, struct provider *p)
{
	p->login_ko = join(t, p->secret_ko, p->enable_ko);
	p->login_en = join(t, p->secret_en, p->enable_en);
	if (t->generic == NULL || p == t->generic)
		return;
	if (p->login_en == NULL) {
		p->login_ko = t->generic->secret_ko;
		p->login_en = t->generic->secret_en;
	}
	append_generic(t, p);
}

struct providers *
providers_load(const struct paths *paths, struct err *err)
{
	struct providers *t = xcalloc(1, sizeof *t);
	char *shipped = paths_shipped("providers");
	char *own = fsx_join(paths->config, "providers.d");
	int rc = 0;
	size_t i;

	if (shipped == NULL)
		rc = err_set(err, ERR_CONFIG,
		             _("the files on mail providers are missing; "
		               "install pabal again"));
	if (rc == 0)
		rc = load_folder(t, shipped, err);
	if (rc == 0)
		rc = load_folder(t, own, err);
	for (i = 0; rc == 0 && i < t->rows.n; i++)
		finish_row(t, t->rows.v[i]);
	if (rc == 0 && t->generic != NULL)
		finish_row(t, t->generic);
	free(shipped);
	free(own);
	if (rc != 0)
		providers_free(&t);
	return t;
}
