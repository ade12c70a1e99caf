/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Check-up: what a POP3 mailbox can do, and what its UIDLs are worth. */
#include <stdlib.h>
#include <string.h>

#include "engine/doctor_priv.h"
#include "mime/date.h"
#include "mime/parse.h"
#include "util/array.h"
#include "util/i18n.h"

#include "util/banned.h"

/* Headers that are asked for at once. */
#define HEADS 3
/* Of one; the field we want comes first. */
#define HEAD_BYTES 65536

static void
say_login(struct checkup *c, const struct pop3 *pop3)
{
	struct note n;
	uint64_t count;
	uint64_t bytes;

	pop3_stat(pop3, &count, &bytes);
	note_begin(&n, c, "login");
	str_printf(&n.text,
	           N_N("logged in; %llu message, ",
	               "logged in; %llu messages, ", count),
	           (unsigned long long)count);
	str_add_size(&n.text, bytes);
	json_key(&n.json, "messages");
	json_int(&n.json, count <= INT64_MAX ? (int64_t)count : INT64_MAX);
	json_key(&n.json, "bytes");
	json_int(&n.json, bytes <= INT64_MAX ? (int64_t)bytes : INT64_MAX);
	note_end(&n, FINDING_WELL, NULL);
}

/* UIDL */

static int
compare_text(const void *a, const void *b)
{
	const char *const *x = a;
	const char *const *y = b;

	return strcmp(*x, *y);
}

/* How many messages have the UIDL of one before them. */
static size_t
repeated(const struct pop3_listing *l)
{
	ARRAY(const char *) all = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].uidl != NULL)
			array_add(&all, l->v[i].uidl);
	if (all.n > 0)
		qsort(all.v, all.n, sizeof all.v[0], compare_text);
	for (size_t i = 1; i < all.n; i++)
		n += strcmp(all.v[i - 1], all.v[i]) == 0;
	array_release(&all);
	return n;
}

static void
json_size(struct json *j, const char *key, size_t n)
{
	json_key(j, key);
	json_int(j, (int64_t)n);
}

static void
judge_uidl(struct note *n, const struct pop3_listing *l, struct err *err)
{
	size_t twice = repeated(l);

	json_size(&n->json, "messages", l->n);
	json_size(&n->json, "repeated", twice);
	json_size(&n->json, "empty", l->uidl_empty);
	json_size(&n->json, "unusable", l->uidl_odd);
	json_key(&n->json, "known");
	json_bool(&n->json, !l->no_uidl);
	str_printf(&n->text,
	           N_N("%zu message listed", "%zu messages listed", l->n),
	           l->n);
	if (l->no_uidl)
		(void)err_set(err, ERR_PROTO,
		              _("the server has no UIDL: messages are told "
		                "apart by their headers"));
	else if (twice + l->uidl_empty + l->uidl_odd > 0)
		(void)err_set(err, ERR_PROTO,
		              _("UIDLs that are no good: %zu the same as "
		                "another, %zu empty, %zu too long or with "
		                "characters that may not be in one"),
		              twice, l->uidl_empty, l->uidl_odd);
	else if (l->n > 0)
		str_add_z(&n->text, _("; each has a UIDL of its own"));
}

static int
say_uidl(struct checkup *c, struct pop3 *pop3, struct pop3_listing *l)
{
	struct err err = { 0 };
	struct note n;
	int rc;

	note_begin(&n, c, "uidl");
	rc = pop3_list(pop3, l, &err);
	if (rc == 0)
		judge_uidl(&n, l, &err);
	note_end_by(&n, rc == 0 ? FINDING_NOTE : FINDING_BAD, &err);
	return rc;
}

/* TOP, several at once */

struct heads {
	size_t good;
	struct str last; /* the newest one's */
	struct err why;
};

static int
head_begin(void *ctx, size_t index, struct err *err)
{
	struct heads *h = ctx;

	(void)index;
	(void)err;
	str_clear(&h->last);
	return 0;
}

static int
head_data(void *ctx, const char *p, size_t n, struct err *err)
{
	struct heads *h = ctx;

	(void)err;
	str_add(&h->last, p, n); /* what is beyond its maximum is not needed */
	return 0;
}

static int
head_end(void *ctx, size_t index, bool ok, const struct err *why,
         struct err *err)
{
	struct heads *h = ctx;

	(void)index;
	(void)err;
	h->good += ok;
	if (!ok && h->why.code == ERR_NONE && why != NULL)
		h->why = *why;
	return 0;
}

static void
say_top(struct checkup *c, const struct heads *h, size_t asked,
        const struct err *broken)
{
	struct err err = *broken;
	struct note n;

	note_begin(&n, c, "top");
	json_size(&n.json, "asked", asked);
	json_size(&n.json, "answered", h->good);
	if (asked == 0)
		str_add_z(&n.text, _("not tried: the mailbox is empty"));
	else
		str_printf(&n.text,
		           N_N("header of %zu message read",
		               "headers of %zu messages read", h->good),
		           h->good);
	if (err.code == ERR_NONE && h->good < asked) {
		err = h->why;
		(void)err_set(&err, ERR_PROTO,
		              _("the server does not give headers alone"));
	}
	note_end_by(&n, broken->code != ERR_NONE ? FINDING_BAD : FINDING_NOTE,
	            &err);
}

static void
say_pipelining(struct checkup *c, bool offered, const struct heads *h,
               size_t asked, const struct err *broken)
{
	struct err err = { 0 };
	struct note n;

	note_begin(&n, c, "pipelining");
	json_key(&n.json, "offered");
	json_bool(&n.json, offered);
	if (!offered) {
		(void)err_set(&err, ERR_PROTO,
		              _("the server does not take several commands at "
		                "once: fetching much takes longer"));
	} else if (broken->code != ERR_NONE) {
		err = *broken;
	} else if (asked > 1 && h->good == asked) {
		str_printf(&n.text,
		           _("offered, and %zu commands at once were "
		             "answered in their order"),
		           asked);
	} else {
		str_add_z(&n.text, _("offered"));
	}
	note_end_by(&n, offered ? FINDING_BAD : FINDING_NOTE, &err);
}

/* When the newest mail came there: it is at least so late. */
static void
say_clock(struct checkup *c, const struct heads *h)
{
	struct slice value;
	struct message m;
	int64_t t;
	size_t at;

	if (h->good == 0 || h->last.n == 0)
		return;
	message_parse(&m, str_slice(&h->last));
	value = part_field(m.root, "Received", 0);
	at = slice_rfind(value, ';');
	if (at < value.n && date_parse(slice_from(value, at + 1), &t))
		doctor_clock(c, t, _("the newest mail"), true);
	message_release(&m);
}

static void
say_heads(struct checkup *c, struct pop3 *pop3, const struct pop3_listing *l)
{
	struct heads h = { 0 };
	struct pop3_sink sink = { head_begin, head_data, head_end, &h, NULL };
	bool offered = (pop3_capa(pop3) & POP3_CAPA_PIPELINING) != 0;
	uint32_t numbers[HEADS];
	struct err err = { 0 };
	size_t n = l->n < HEADS ? l->n : HEADS;

	for (size_t i = 0; i < n; i++)
		numbers[i] = l->v[l->n - n + i].number;
	str_init(&h.last, HEAD_BYTES);
	if (n > 0)
		(void)pop3_heads(pop3, numbers, n, HEAD_BYTES, &sink, &err);
	say_top(c, &h, n, &err);
	say_pipelining(c, offered, &h, n, &err);
	if (err.code == ERR_NONE)
		say_clock(c, &h);
	str_release(&h.last);
}

void
doctor_box(struct checkup *c, struct pop3 *pop3)
{
	struct pop3_listing listing = { 0 };

	say_login(c, pop3);
	if (say_uidl(c, pop3, &listing) == 0)
		say_heads(c, pop3, &listing);
	pop3_listing_release(&listing);
}
