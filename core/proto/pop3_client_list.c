/* SPDX-License-Identifier: GPL-3.0-or-later */
/* POP3 client: what is in the mailbox (UIDL and LIST, RFC 1939, 5 and 7). */
/*
 * 1. UIDL is the listing; LIST adds sizes and what UIDL left out.  Neither must
 *    be complete, in order or free of repetitions: each message is found by its
 *    number, and a number counts once, with what was said of it first.
 * 2. A listing that was cut is no listing: -1, and nothing of it is given out.
 * 3. Memory is bounded by LINES_MAX and UIDL_BYTES_MAX, not by what STAT says.
 */
#include <stdlib.h>

#include "proto/pop3_client_priv.h"
#include "util/array.h"
#include "util/i18n.h"

#include "util/banned.h"

/* A mailbox of a million is the largest we promise to bear. */
#define LINES_MAX (1U << 20)
/* With RFC 1939's 70 bytes a half million messages, with usual ones all. */
#define UIDL_BYTES_MAX ((size_t)32 << 20)

struct lister {
	ARRAY(struct pop3_item) items;
	struct arena arena;
	size_t known; /* the first items, in order of number: those of UIDL */
	size_t cursor;
	size_t lines;
	size_t uidl_bytes;
	size_t empty, odd; /* lines of UIDL with none, with an unusable one */
	bool unsorted;
	bool no_uidl; /* UIDL was refused */
};

typedef int line_fn(struct lister *l, struct slice line);

static struct pop3_item *
add_item(struct lister *l, uint32_t number)
{
	struct pop3_item *item;

	if (l->items.n > 0 && l->items.v[l->items.n - 1].number >= number)
		l->unsorted = true;
	item = array_add_new(&l->items);
	item->number = number;
	return item;
}

static size_t
number_length(struct slice line)
{
	struct slice word;

	return slice_word(&line, &word) ? word.n : 0;
}

static int
uidl_line(struct lister *l, struct slice line)
{
	struct slice uidl;
	uint32_t number;
	struct pop3_item *item;

	if (pop3_reply_uidl(line, &number, &uidl) < 0)
		return -1;
	item = add_item(l, number);
	if (uidl.n == 0 && slice_trim(line).n == number_length(line))
		l->empty++;
	else if (uidl.n == 0)
		l->odd++;
	else
		item->uidl = arena_dup(&l->arena, uidl.p, uidl.n);
	l->uidl_bytes += uidl.n;
	return 0;
}

static int
compare_numbers(const void *a, const void *b)
{
	const struct pop3_item *x = a;
	const struct pop3_item *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

static struct pop3_item *
find_item(struct lister *l, uint32_t number)
{
	const struct pop3_item key = { .number = number };

	if (l->known == 0)
		return NULL;
	/* Both listings go the same way, nearly always. */
	if (l->cursor < l->known && l->items.v[l->cursor].number == number)
		return &l->items.v[l->cursor++];
	return bsearch(&key, l->items.v, l->known, sizeof key, compare_numbers);
}

static int
list_line(struct lister *l, struct slice line)
{
	struct pop3_item *item;
	uint32_t number;
	uint64_t size;

	if (pop3_reply_list(line, &number, &size) < 0)
		return -1;
	item = find_item(l, number);
	if (item == NULL)
		item = add_item(l, number);
	if (item->size == 0)
		item->size = size;
	return 0;
}

/* By number, then by where it was said: a stable order for equal numbers. */
static int
compare_items(const void *a, const void *b)
{
	const struct pop3_item *const *x = a;
	const struct pop3_item *const *y = b;
	int order = compare_numbers(*x, *y);

	return order != 0 ? order : (*x > *y) - (*x < *y);
}

/* Order by number and keep the first of each. */
static void
settle(struct lister *l)
{
	ARRAY(struct pop3_item *) order = { 0 };
	ARRAY(struct pop3_item) sorted = { 0 };
	struct pop3_item *item;

	if (!l->unsorted)
		return;
	array_foreach(&l->items, item)
		array_add(&order, item);
	qsort(order.v, order.n, sizeof order.v[0], compare_items);
	for (size_t i = 0; i < order.n; i++)
		if (sorted.n == 0 ||
		    sorted.v[sorted.n - 1].number != order.v[i]->number)
			array_add(&sorted, *order.v[i]);
	array_release(&order);
	array_release(&l->items);
	l->items.v = sorted.v;
	l->items.n = sorted.n;
	l->items.cap = sorted.cap;
	l->unsorted = false;
}

/* The lines of an answer that began with +OK. */
static int
read_lines(struct pop3 *p, struct lister *l, line_fn *fn, struct err *err)
{
	struct slice line;
	int rc;

	l->lines = 0;
	while ((rc = pop3_read_more(p, &line, err)) > 0) {
		if (++l->lines > LINES_MAX || l->uidl_bytes > UIDL_BYTES_MAX) {
			p->broken = true;
			return err_set(err, ERR_LIMIT,
			               _("the server lists more messages than "
			                 "can be handled"));
		}
		if (fn(l, line) < 0) {
			p->broken = true;
			(void)err_set(err, ERR_PROTO,
			              _("the list of messages makes no sense"));
			err_set_server(err, line.p, line.n);
			return -1;
		}
	}
	return rc;
}

/* 1 listed, 0 refused by the server, -1. */
static int
read_listing(struct pop3 *p, struct lister *l, line_fn *fn, struct err *err)
{
	struct err why = { 0 };
	struct pop3_reply reply;

	if (pop3_ask(p, &reply, err) < 0)
		return -1;
	if (reply.ok)
		return read_lines(p, l, fn, err) < 0 ? -1 : 1;
	(void)pop3_refused(&reply, &why, pop3_reply_refusal_code(&reply),
	                   _("the server does not list its messages"));
	if (err != NULL)
		*err = why;
	return 0;
}

static int
read_both(struct pop3 *p, struct lister *l, struct err *err)
{
	bool together = (p->capa & POP3_CAPA_PIPELINING) != 0;
	bool asked = p->listing;
	struct err why = { 0 };
	int uidl;
	int list;

	p->listing = false;
	if (!asked &&
	    (pop3_in_step(p, err) < 0 || pop3_command(p, err, "UIDL") < 0 ||
	     (together && pop3_command(p, err, "LIST") < 0)))
		return -1;
	uidl = read_listing(p, l, uidl_line, &why);
	if (uidl < 0)
		goto failed;
	l->no_uidl = uidl == 0;
	settle(l);
	l->known = l->items.n;
	if (!together &&
	    (pop3_in_step(p, err) < 0 || pop3_command(p, err, "LIST") < 0))
		return -1;
	list = read_listing(p, l, list_line, &why);
	if (list < 0)
		goto failed;
	settle(l);
	if (uidl > 0 || list > 0)
		return 0;
	/* Some answer -ERR when there is nothing to list. */
	if (p->uncounted && (pop3_command(p, err, "STAT") < 0 ||
	                     pop3_read_stat(p, false, err) < 0))
		return -1;
	p->uncounted = false;
	if (p->count == 0)
		return 0;
failed:
	if (err != NULL)
		*err = why;
	return -1;
}

int
pop3_list(struct pop3 *p, struct pop3_listing *listing_r, struct err *err)
{
	struct lister l = { 0 };
	int rc;

	*listing_r = (struct pop3_listing){ 0 };
	if (p->broken)
		return err_set(err, ERR_RETRY, _("the connection was lost"));
	pop3_want_speed(p, true);
	rc = read_both(p, &l, err);
	pop3_want_speed(p, false);
	listing_r->v = l.items.v;
	listing_r->n = l.items.n;
	listing_r->arena = l.arena;
	listing_r->no_uidl = l.no_uidl;
	listing_r->uidl_empty = l.empty;
	listing_r->uidl_odd = l.odd;
	if (rc < 0)
		pop3_listing_release(listing_r);
	return rc;
}

void
pop3_listing_release(struct pop3_listing *l)
{
	free(l->v);
	arena_release(&l->arena);
	*l = (struct pop3_listing){ 0 };
}
