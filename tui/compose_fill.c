/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Filling a message being written from another: replies, forwards, drafts. */
#include "tui/compose.h"

#include <stdlib.h>
#include <string.h>

#include "mime/flowed.h"
#include "text/unicode.h"
#include "tui/text_fmt.h"
#include "util/i18n.h"
#include "util/map.h"
#include "util/xalloc.h"

#include "util/banned.h"

static bool
contains(const struct addr_list *list, struct slice spec)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (addr_same(list->v[i].spec, spec))
			return true;
	return false;
}

/* Is spec new to seen, in any case of its letters?  It is known from now on. */
static bool
is_first(struct map *seen, struct slice spec)
{
	static char known;
	char *key = slice_dup(spec);
	bool first;

	for (char *p = key; *p != '\0'; p++)
		*p = byte_lower(*p);
	first = map_set(seen, slice_of(key), &known) == NULL;
	free(key);
	return first;
}

/* As a user would type it: a name with specials is quoted.  Whole or not at
 * all: a cut address is somebody else's. */
static void
add_typed(struct compose *c, const struct addr *a, struct str *out)
{
	size_t i;
	bool quote = false;

	if (out->n + 2 * a->name.n + a->spec.n + sizeof ", \"\" <>" >
	    W_LINE_MAX) {
		c->crowded = true;
		return;
	}
	if (out->n > 0)
		str_add_z(out, ", ");
	if (a->name.n == 0) {
		str_add_slice(out, a->spec);
		return;
	}
	for (i = 0; i < a->name.n; i++)
		quote = quote || strchr("\"(),:;<>@[\\].", a->name.p[i]);
	if (quote)
		str_add_c(out, '"');
	for (i = 0; i < a->name.n; i++) {
		if (quote && (a->name.p[i] == '"' || a->name.p[i] == '\\'))
			str_add_c(out, '\\');
		str_add_c(out, a->name.p[i]);
	}
	str_add_z(out, quote ? "\" <" : " <");
	str_add_slice(out, a->spec);
	str_add_c(out, '>');
}

/* Nothing can be sent to it, and that has to be said. */
static void
note_untaken(struct compose *c, const struct addr *a)
{
	struct str s;

	if (c->untaken != NULL || a->spec.n == 0 || addr_spec_ok(a->spec))
		return;
	str_init(&s, W_LINE_MAX);
	unicode_clean_line(slice_head(a->spec, 200), &s);
	c->untaken = str_take(&s);
}

/* List into field, leaving out own addresses and those of other. */
static void
fill_list(struct compose *c, enum compose_field f, const struct addr_list *list,
          const struct addr_list *other, bool keep_own)
{
	struct map seen = { 0 };
	struct str s;
	size_t i;

	str_init(&s, W_LINE_MAX);
	str_add_slice(&s, w_line_get(&c->lines[f]));
	for (i = 0; other != NULL && i < other->n; i++)
		(void)is_first(&seen, other->v[i].spec);
	for (i = 0; i < list->n; i++) {
		struct slice spec = list->v[i].spec;

		note_untaken(c, &list->v[i]);
		if (is_first(&seen, spec) && addr_spec_ok(spec) &&
		    (keep_own || !compose_is_own(c, spec)))
			add_typed(c, &list->v[i], &s);
	}
	map_release(&seen);
	w_line_set(&c->lines[f], str_slice(&s));
	str_release(&s);
}

/* "<mailto:list@example.org>" of List-Post. */
static bool
list_address(const struct message *m, struct str *out)
{
	struct str s;
	struct slice all, url;
	size_t at;

	str_init(&s, 4096);
	(void)message_text_field(m, m->root, "List-Post", &s);
	all = str_slice(&s);
	at = slice_ifind_text(all, SLICE_LIT("mailto:"));
	if (at < all.n) {
		url = slice_from(all, at + 7);
		url = slice_head(url, slice_find(url, '>'));
		url = slice_head(url, slice_find(url, '?'));
		if (addr_spec_ok(url))
			str_add_slice(out, url);
	}
	str_release(&s);
	return out->n > 0;
}

bool
compose_has_list(const struct message *m)
{
	struct str s;
	bool found;

	str_init(&s, W_LINE_MAX);
	found = list_address(m, &s);
	str_release(&s);
	return found;
}

static void
fill_thread(struct compose *c, const struct message *m)
{
	struct arena a = { NULL };
	struct slice id = message_id(m);
	struct slice *refs;
	size_t i, n;

	message_references(m, &a, &refs, &n);
	for (i = 0; i < n; i++)
		if (!slice_eq(refs[i], id))
			array_add(&c->references, slice_dup(refs[i]));
	if (id.n > 0) {
		array_add(&c->references, slice_dup(id));
		free(c->in_reply_to);
		c->in_reply_to = slice_dup(id);
	}
	arena_release(&a);
}

static void
fill_people(struct compose *c, const struct message *m, enum compose_reply how)
{
	struct arena a = { NULL };
	struct addr_list sender, to, cc;
	struct str list;

	str_init(&list, W_LINE_MAX);
	/* The first field counts: it is the one that is shown. */
	addr_parse(&a, m, part_field(m->root, "Reply-To", 0), &sender);
	if (sender.n == 0)
		addr_parse(&a, m, part_field(m->root, "From", 0), &sender);
	message_addrs(m, "To", &a, &to);
	message_addrs(m, "Cc", &a, &cc);
	if (how == COMPOSE_REPLY_LIST && list_address(m, &list)) {
		w_line_set(&c->lines[COMPOSE_TO], str_slice(&list));
	} else if (sender.n > 0 && compose_is_own(c, sender.v[0].spec)) {
		/* an answer to one's own mail goes where that went */
		fill_list(c, COMPOSE_TO, &to, NULL, true);
		if (how == COMPOSE_REPLY_ALL)
			fill_list(c, COMPOSE_CC, &cc, &to, false);
	} else {
		fill_list(c, COMPOSE_TO, &sender, NULL, true);
		if (how == COMPOSE_REPLY_ALL) {
			fill_list(c, COMPOSE_CC, &to, &sender, false);
			fill_list(c, COMPOSE_CC, &cc, &sender, false);
		}
	}
	str_release(&list);
	arena_release(&a);
}

static void
fill_subject(struct compose *c, const struct message *m,
             void (*make)(struct slice, struct str *))
{
	struct str subject, made;

	str_init(&subject, W_LINE_MAX);
	str_init(&made, W_LINE_MAX);
	(void)message_subject(m, &subject);
	make(str_slice(&subject), &made);
	w_line_set(&c->lines[COMPOSE_SUBJECT], str_slice(&made));
	str_release(&made);
	str_release(&subject);
}

/* The writer's place on top, then the text, then the signature. */
static void
fill_text(struct compose *c, struct slice below)
{
	struct str s;

	str_init(&s, COMPOSE_TEXT_MAX);
	editor_text(c->editor, &s); /* the signature */
	str_insert(&s, 0, below);
	str_insert(&s, 0, SLICE_LIT("\n\n"));
	editor_set(c->editor, str_slice(&s));
	str_release(&s);
}

void
compose_fill_reply(struct compose *c, const struct message *m, int64_t id,
                   enum compose_reply how)
{
	struct str quote;

	fill_people(c, m, how);
	fill_subject(c, m, build_reply_subject);
	fill_thread(c, m);
	str_init(&quote, COMPOSE_TEXT_MAX / 2);
	build_quote(m, &quote);
	fill_text(c, str_slice(&quote));
	str_release(&quote);
	c->reply_to = id;
	c->reply_flag = STORE_ANSWERED;
	c->focus = COMPOSE_BODY;
	compose_set_start(c);
}

static void
heading_line(struct str *s, const char *label, struct slice value)
{
	if (value.n > 0)
		str_printf(s, "%s: %.*s\n", label, SLICE_ARG(value));
}

static void
heading_people(const struct message *m, const char *field, const char *label,
               struct str *out)
{
	struct arena a = { NULL };
	struct addr_list list;
	struct str s;
	size_t i;

	str_init(&s, W_LINE_MAX);
	message_addrs(m, field, &a, &list);
	for (i = 0; i < list.n; i++) {
		if (i > 0)
			str_add_z(&s, ", ");
		addr_show(&list.v[i], &s);
	}
	heading_line(out, label, str_slice(&s));
	str_release(&s);
	arena_release(&a);
}

static void
forwarded_text(const struct message *m, struct str *out)
{
	struct str s, subject;
	int64_t date;

	str_init(&s, W_LINE_MAX);
	str_printf(out, "---------- %s ----------\n", _("Forwarded message"));
	heading_people(m, "From", _("From"), out);
	if (message_date(m, &date)) {
		fmt_date_long(date, &s);
		heading_line(out, _("Date"), str_slice(&s));
		str_clear(&s);
	}
	(void)message_subject(m, &s);
	str_init(&subject, W_LINE_MAX);
	unicode_clean_line(str_slice(&s), &subject);
	heading_line(out, _("Subject"), str_slice(&subject));
	str_release(&subject);
	heading_people(m, "To", _("To"), out);
	str_add_c(out, '\n');
	message_words(m, COMPOSE_TEXT_MAX / 2, out);
	str_release(&s);
}

static int
take_attachments(struct compose *c, const struct message *m, struct err *err)
{
	struct part *p = NULL;
	int rc = 0;

	while (rc == 0 && (p = message_next_attachment(m, p)) != NULL) {
		struct str name, bytes;

		str_init(&name, 256);
		str_init(&bytes, COMPOSE_ATTACH_MAX);
		part_save_name(p, &name);
		part_bytes(p, &bytes);
		rc = compose_attach(c, str_slice(&name), p->type,
		                    str_slice(&bytes), err);
		str_release(&bytes);
		str_release(&name);
	}
	return rc;
}

int
compose_fill_forward(struct compose *c, const struct message *m, int64_t id,
                     bool as_attachment, struct err *err)
{
	struct str text, name;
	int rc;

	fill_subject(c, m, build_forward_subject);
	c->reply_to = id;
	c->reply_flag = STORE_FORWARDED;
	if (message_id(m).n > 0)
		c->forwarded = slice_dup(message_id(m));
	c->focus = COMPOSE_TO;
	if (as_attachment) {
		str_init(&text, W_LINE_MAX);
		str_init(&name, W_LINE_MAX);
		(void)message_subject(m, &text);
		save_name_of_title(str_slice(&text), "message", ".eml", &name);
		rc = compose_attach(c, str_slice(&name),
		                    SLICE_LIT("message/rfc822"), m->raw, err);
		str_release(&name);
	} else {
		str_init(&text, COMPOSE_TEXT_MAX);
		forwarded_text(m, &text);
		fill_text(c, str_slice(&text));
		rc = take_attachments(c, m, err);
	}
	str_release(&text);
	compose_set_start(c);
	return rc;
}

static void
fill_field(struct compose *c, const struct message *m, const char *name,
           enum compose_field f)
{
	struct arena a = { NULL };
	struct addr_list list;

	message_addrs(m, name, &a, &list);
	fill_list(c, f, &list, NULL, true);
	arena_release(&a);
}

/* The text of a mail written here, to the byte: what is made safe to be read
 * misses what cannot be seen and has words for what turns the writing round. */
static void
add_own_text(const struct message *m, const struct part *plain, struct str *out)
{
	struct str text;

	str_init(&text, COMPOSE_TEXT_MAX);
	part_text(m, plain, &text, NULL);
	if (plain->flowed)
		flowed_decode(str_slice(&text), plain->delsp, out);
	else
		str_add_slice(out, str_slice(&text));
	str_release(&text);
}

/* People, subject, text and attachments.  own: it was written here. */
static void
fill_same(struct compose *c, const struct message *m, bool own)
{
	struct arena a = { NULL };
	struct addr_list from;
	struct part *plain = message_plain(m);
	struct str s;

	message_addrs(m, "From", &a, &from);
	/* the text has its signature already */
	editor_set(c->editor, SLICE_NONE);
	if (from.n > 0) {
		char *spec = slice_dup(from.v[0].spec);

		compose_set_from(c, NULL, spec);
		free(spec);
	}
	fill_field(c, m, "To", COMPOSE_TO);
	fill_field(c, m, "Cc", COMPOSE_CC);
	fill_field(c, m, "Bcc", COMPOSE_BCC);
	str_init(&s, COMPOSE_TEXT_MAX);
	(void)message_subject(m, &s);
	w_line_set(&c->lines[COMPOSE_SUBJECT], str_slice(&s));
	str_clear(&s);
	if (plain != NULL && own && plain->lost.n == 0)
		add_own_text(m, plain, &s);
	else if (plain != NULL)
		message_words(m, COMPOSE_TEXT_MAX, &s);
	editor_set(c->editor, str_slice(&s));
	(void)take_attachments(c, m, NULL);
	c->focus = COMPOSE_BODY;
	str_release(&s);
	arena_release(&a);
}

static void
fill_same_thread(struct compose *c, const struct message *m)
{
	struct arena a = { NULL };
	struct slice *refs;
	size_t i, n;

	message_references(m, &a, &refs, &n);
	for (i = 0; i < n; i++)
		array_add(&c->references, slice_dup(refs[i]));
	if (n > 0)
		c->in_reply_to = slice_dup(refs[n - 1]);
	arena_release(&a);
}

/* What only a draft of ours has. */
static void
fill_draft_fields(struct compose *c, const struct message *m)
{
	struct str s;
	int f;

	str_init(&s, W_LINE_MAX);
	for (f = COMPOSE_TO; f <= COMPOSE_BCC; f++) {
		str_clear(&s);
		if (message_text_field(
			    m, m->root,
			    compose_draft_field((enum compose_field)f), &s)) {
			w_line_set(&c->lines[f], str_slice(&s));
			/* where it was left */
			c->focus = (enum compose_field)f;
		}
	}
	if (slice_trim(w_line_get(&c->lines[COMPOSE_TO])).n == 0)
		c->focus = COMPOSE_TO;
	str_clear(&s);
	if (message_text_field(m, m->root, COMPOSE_FORWARDED, &s) && s.n > 0)
		c->forwarded = slice_dup(str_slice(&s));
	str_release(&s);
}

void
compose_fill_draft(struct compose *c, const struct message *m, int64_t id)
{
	fill_same(c, m, true);
	fill_same_thread(c, m);
	fill_draft_fields(c, m);
	c->draft = id;
	if (message_id(m).n > 0)
		c->replaces = slice_dup(message_id(m));
	compose_set_start(c);
}

static bool
row_has(const struct outbox_row *row, struct slice spec, bool sent)
{
	size_t i;

	for (i = 0; i < row->rcpt_count; i++)
		if (addr_same(slice_of(row->rcpts[i].spec), spec))
			return !sent || row->rcpts[i].fate == OUTBOX_FATE_SENT;
	return false;
}

/* Leave out of a field who has the message, and who was not to have it. */
static void
keep_unsent(struct compose *c, enum compose_field f,
            const struct outbox_row *row)
{
	struct arena a = { NULL };
	struct addr_list list;
	struct str s;
	size_t i;

	str_init(&s, W_LINE_MAX);
	addr_parse(&a, NULL, w_line_get(&c->lines[f]), &list);
	for (i = 0; i < list.n; i++)
		if (row_has(row, list.v[i].spec, false) &&
		    !row_has(row, list.v[i].spec, true))
			add_typed(c, &list.v[i], &s);
	w_line_set(&c->lines[f], str_slice(&s));
	str_release(&s);
	arena_release(&a);
}

static bool
line_has(const struct compose *c, enum compose_field f, struct slice spec)
{
	struct arena a = { NULL };
	struct addr_list list;
	bool found;

	addr_parse(&a, NULL, w_line_get(&c->lines[f]), &list);
	found = contains(&list, spec);
	arena_release(&a);
	return found;
}

/* Bcc is not in the message: those that To and Cc do not name. */
static void
fill_bcc(struct compose *c, const struct outbox_row *row)
{
	struct str s;
	size_t i;

	str_init(&s, W_LINE_MAX);
	for (i = 0; i < row->rcpt_count; i++) {
		struct addr to = { SLICE_NONE, slice_of(row->rcpts[i].spec) };

		if (row->rcpts[i].fate != OUTBOX_FATE_SENT &&
		    !line_has(c, COMPOSE_TO, to.spec) &&
		    !line_has(c, COMPOSE_CC, to.spec))
			add_typed(c, &to, &s);
	}
	w_line_set(&c->lines[COMPOSE_BCC], str_slice(&s));
	str_release(&s);
}

void
compose_fill_outbox(struct compose *c, const struct message *m,
                    const struct outbox_row *row)
{
	fill_same(c, m, true);
	fill_same_thread(c, m);
	keep_unsent(c, COMPOSE_TO, row);
	keep_unsent(c, COMPOSE_CC, row);
	fill_bcc(c, row);
	c->reply_to = row->reply_to;
	c->reply_flag = row->reply_flag;
	c->draft = row->draft;
	c->outbox = row->id;
	c->dsn = row->dsn;
	c->dsn_said = true;
	if (message_id(m).n > 0)
		c->unsent = slice_dup(message_id(m));
	c->focus = COMPOSE_TO;
	compose_set_start(c);
}

void
compose_fill_again(struct compose *c, const struct message *m, bool own)
{
	fill_same(c, m, own);
	c->focus = COMPOSE_TO;
	compose_set_start(c);
}
