/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Putting together what other programs know of the same account. */
#include <stdlib.h>
#include <string.h>

#include "conf/foreign_priv.h"
#include "util/utf8.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Of a name that gets a number, so that it still can be one. */
#define NAME_STEM 40

bool
foreign_same_text(const char *a, const char *b)
{
	return a != NULL && b != NULL && slice_ieq_z(slice_of(a), b);
}

/* "pop.naver.com" and "smtp.naver.com" are of one domain. */
static struct slice
domain_of(const char *host)
{
	struct slice s = slice_of(host);
	size_t dot = slice_find(s, '.');
	struct slice rest = dot < s.n ? slice_from(s, dot + 1) : s;

	return slice_find(rest, '.') < rest.n ? rest : s;
}

static bool
belong_together(const struct account *pop, const struct account *smtp)
{
	if (pop->pop.host == NULL || pop->smtp.host != NULL ||
	    smtp->smtp.host == NULL || smtp->pop.host != NULL)
		return false;
	return foreign_same_text(pop->user, smtp->user) ||
	       foreign_same_text(pop->user, smtp->address) ||
	       (slice_ieq(domain_of(pop->pop.host),
	                  domain_of(smtp->smtp.host)) &&
	        (pop->user == NULL || smtp->user == NULL));
}

void
foreign_list_remove(struct foreign_list *list, size_t i)
{
	foreign_release(&list->v[i]);
	memmove(&list->v[i], &list->v[i + 1],
	        (list->n - i - 1) * sizeof list->v[0]);
	list->n--;
}

/* A password that only from's file has. */
static void
share_password(struct foreign *to, const struct foreign *from)
{
	if (to->has_password || !from->has_password ||
	    to->account.password_command != NULL)
		return;
	to->has_password = true;
	to->secret_kind =
		from->secret_file != NULL ? from->secret_kind : from->kind;
	foreign_set(&to->secret_file,
	            slice_of(from->secret_file != NULL ? from->secret_file
	                                               : from->file));
}

/* Move the sending half of from into to. */
static void
join(struct foreign *to, struct foreign *from)
{
	struct account *a = &to->account;

	a->smtp = from->account.smtp;
	from->account.smtp = (struct account_server){ 0 };
	if (!foreign_same_text(a->user, from->account.user))
		foreign_set(&a->smtp_user, slice_of(from->account.user));
	if (a->address == NULL)
		foreign_set(&a->address, slice_of(from->account.address));
	if (a->full_name == NULL)
		foreign_set(&a->full_name, slice_of(from->account.full_name));
	if (a->password_command == NULL)
		foreign_set(&a->password_command,
		            slice_of(from->account.password_command));
	share_password(to, from);
}

bool
foreign_same(const struct account *a, const struct account *b)
{
	const struct account_server *x =
		a->pop.host != NULL ? &a->pop : &a->smtp;
	const struct account_server *y =
		b->pop.host != NULL ? &b->pop : &b->smtp;
	const char *u = a->user != NULL ? a->user : a->address;
	const char *v = b->user != NULL ? b->user : b->address;

	return (a->pop.host != NULL) == (b->pop.host != NULL) &&
	       foreign_same_text(x->host, y->host) &&
	       (foreign_same_text(u, v) || (u == NULL && v == NULL));
}

static void
guess_address(struct account *a)
{
	const char *host = a->pop.host != NULL ? a->pop.host : a->smtp.host;
	struct slice domain = domain_of(host);

	if (a->address != NULL || a->user == NULL)
		return;
	if (slice_find(slice_of(a->user), '@') < slice_of(a->user).n)
		a->address = xstrdup(a->user);
	else
		a->address = xasprintf("%s@%.*s", a->user, SLICE_ARG(domain));
}

/* The provider's word, "naver"; with a number when it is taken. */
static void
give_name(struct foreign_list *list, size_t at)
{
	struct account *a = &list->v[at].account;
	const char *host = a->pop.host != NULL ? a->pop.host : a->smtp.host;
	struct slice domain = domain_of(host);
	char *name = slice_dup(slice_head(domain, slice_find(domain, '.')));
	unsigned number = 2;
	bool taken = true;
	size_t room;

	if (a->name != NULL && account_name_ok(slice_of(a->name))) {
		free(name);
		name = xstrdup(a->name);
	} else if (!account_name_ok(slice_of(name))) {
		free(name);
		name = xstrdup("mail");
	}
	free(a->name);
	a->name = xstrdup(name);
	room = strlen(name) < NAME_STEM ? strlen(name)
	                                : utf8_cut(name, NAME_STEM);
	while (taken) {
		taken = false;
		for (size_t i = 0; i < at && !taken; i++)
			taken = foreign_same_text(list->v[i].account.name,
			                          a->name);
		if (taken) {
			free(a->name);
			a->name =
				xasprintf("%.*s-%u", (int)room, name, number++);
		}
	}
	free(name);
}

static void
join_all(struct foreign_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		for (size_t j = 0; j < list->n; j++) {
			if (i == j || !belong_together(&list->v[i].account,
			                               &list->v[j].account))
				continue;
			join(&list->v[i], &list->v[j]);
			foreign_list_remove(list, j);
			i -= j < i;
			break;
		}
	}
}

static void
fill(char **to, const char *from)
{
	if (*to == NULL)
		foreign_set(to, slice_of(from));
}

/* Both are the same; the first one keeps what it says. */
static void
merge(struct foreign *to, struct foreign *from)
{
	struct account *a = &to->account;
	struct account *b = &from->account;

	if (!to->has_password)
		fill(&a->password_command, b->password_command);
	share_password(to, from);
	fill(&a->address, b->address);
	fill(&a->full_name, b->full_name);
	fill(&a->user, b->user);
	if (a->smtp.host == NULL && b->smtp.host != NULL) {
		a->smtp = b->smtp;
		b->smtp = (struct account_server){ 0 };
		fill(&a->smtp_user, b->smtp_user);
	}
}

/* Programs look their passwords up in .netrc, by host and user. */
static void
ask_netrc(struct foreign_list *list)
{
	struct foreign *one;
	struct foreign *entry;

	array_foreach(list, one) {
		const struct account *a = &one->account;

		array_foreach(list, entry) {
			const struct account *b = &entry->account;

			if (one->kind != FOREIGN_NETRC &&
			    entry->kind == FOREIGN_NETRC &&
			    (foreign_same_text(b->pop.host, a->pop.host) ||
			     foreign_same_text(b->pop.host, a->smtp.host)) &&
			    foreign_same_text(b->user, a->user != NULL
			                                       ? a->user
			                                       : a->address))
				share_password(one, entry);
		}
	}
}

static void
drop_incomplete(struct foreign_list *list)
{
	for (size_t i = list->n; i-- > 0;) {
		const struct foreign *one = &list->v[i];

		if (one->only_secret ||
		    (one->account.user == NULL && one->account.address == NULL))
			foreign_list_remove(list, i);
	}
}

void
foreign_finish(struct foreign_list *list)
{
	ask_netrc(list);
	drop_incomplete(list);
	for (size_t i = 0; i < list->n; i++) {
		size_t j = i + 1;

		while (j < list->n) {
			if (foreign_same(&list->v[i].account,
			                 &list->v[j].account)) {
				merge(&list->v[i], &list->v[j]);
				foreign_list_remove(list, j);
			} else {
				j++;
			}
		}
	}
	join_all(list);
	for (size_t i = 0; i < list->n; i++) {
		guess_address(&list->v[i].account);
		give_name(list, i);
	}
}

void
foreign_drop_known(struct foreign_list *list, const struct conf *conf)
{
	for (size_t i = list->n; i-- > 0;) {
		bool known = false;

		for (size_t j = 0; j < conf->account_count && !known; j++)
			known = foreign_same(&list->v[i].account,
			                     &conf->accounts[j]) ||
			        foreign_same_text(list->v[i].account.address,
			                          conf->accounts[j].address);
		if (known)
			foreign_list_remove(list, i);
	}
}
