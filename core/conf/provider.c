/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Presets: which row is for an address, and what it says. */
#include "conf/provider.h"

#include <stdlib.h>
#include <string.h>

#include "conf/provider_table.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Exact, or "*.example.com" for every name below it; case folded. */
static bool
domain_matches(const char *pattern, struct slice domain)
{
	if (pattern[0] == '*' && pattern[1] == '.')
		return domain.n > strlen(pattern + 1) &&
		       slice_iends(domain, pattern + 1);
	return slice_ieq_z(domain, pattern);
}

static bool
any_matches(char **patterns, struct slice domain)
{
	if (patterns == NULL || domain.n == 0)
		return false;
	for (; *patterns != NULL; patterns++)
		if (domain_matches(*patterns, domain))
			return true;
	return false;
}

const struct provider *
provider_for(const struct providers *p, struct slice address)
{
	size_t at = slice_rfind(address, '@');
	struct slice domain = slice_trim(slice_from(address, at + 1));
	size_t i;

	if (at == address.n)
		return NULL;
	for (i = p->rows.n; i > 0; i--)
		if (any_matches(p->rows.v[i - 1]->domains, domain))
			return p->rows.v[i - 1];
	return NULL;
}

const struct provider *
provider_for_mx(const struct providers *p, struct slice mx_host)
{
	size_t i;

	if (mx_host.n > 0 && mx_host.p[mx_host.n - 1] == '.')
		mx_host.n--;
	for (i = p->rows.n; i > 0; i--)
		if (any_matches(p->rows.v[i - 1]->mx, mx_host))
			return p->rows.v[i - 1];
	return NULL;
}

const struct provider *
provider_by_id(const struct providers *p, const char *id)
{
	size_t i;

	for (i = 0; i < p->rows.n; i++)
		if (strcmp(p->rows.v[i]->id, id) == 0)
			return p->rows.v[i];
	return NULL;
}

size_t
providers_count(const struct providers *p)
{
	return p->rows.n;
}

const struct provider *
providers_at(const struct providers *p, size_t i)
{
	return i < p->rows.n ? p->rows.v[i] : NULL;
}

const struct provider *
providers_generic(const struct providers *p)
{
	return p->generic;
}

const char *
provider_say(const char *ko, const char *en)
{
	/* TRANSLATORS: the code of your language, "language:ko" for Korean.
	 * It chooses among the texts that data files bring along. */
	bool korean = strcmp(_("language:en"), "language:ko") == 0;

	if (ko == NULL || en == NULL)
		return ko != NULL ? ko : en;
	return korean ? ko : en;
}

const char *
provider_advice(const struct provider *p, const char *server_words)
{
	struct slice words = slice_of(server_words);
	size_t i;

	if (p == NULL || words.n == 0)
		return NULL;
	for (i = 0; i < p->hint_count; i++) {
		const struct provider_hint *h = &p->hints[i];

		if (slice_ifind_text(words, slice_of(h->words)) < words.n)
			return provider_say(h->ko, h->en);
	}
	return NULL;
}

const char *
provider_explain(const struct provider *p, const struct err *err)
{
	bool spoke = err->server[0] != '\0';
	const char *advice;

	advice = provider_advice(p, spoke ? err->server : err->text);
	if (advice != NULL || p == NULL)
		return advice;
	/* Without words it was not the server: there is no password. */
	if (err->code != ERR_AUTH || !spoke)
		return NULL;
	return provider_say(p->login_ko, p->login_en);
}

static void
copy_server(struct account_server *to, const struct account_server *from)
{
	account_server_release(to);
	*to = *from;
	if (from->host != NULL)
		to->host = xstrdup(from->host);
}

void
provider_apply(const struct provider *p, struct account *a)
{
	struct slice address = slice_of(a->address);

	copy_server(&a->pop, &p->pop);
	copy_server(&a->smtp, &p->smtp);
	free(a->user);
	a->user = NULL;
	if (p->user == PROVIDER_USER_LOCAL)
		a->user = slice_dup(
			slice_head(address, slice_rfind(address, '@')));
	a->auth = p->auth;
	if (p->interval_min > 0)
		a->interval_min = p->interval_min;
	free(a->provider);
	a->provider = xstrdup(p->id);
}

void
providers_free(struct providers **p)
{
	if (*p == NULL)
		return;
	array_release(&(*p)->rows);
	arena_release(&(*p)->arena);
	free(*p);
	*p = NULL;
}
