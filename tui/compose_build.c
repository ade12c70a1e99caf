/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mail that what is being written becomes. */
#include "tui/compose.h"

#include "util/clock.h"
#include "util/i18n.h"

#include "util/banned.h"

void
compose_rcpts_release(struct compose_rcpts *r)
{
	if (r == NULL)
		return;
	arena_release(&r->arena);
	r->v = NULL;
	r->n = 0;
}

/* Fields of drafts that only we read: what no mail has room for. */
static const char *const draft_fields[COMPOSE_FIELDS] = {
	[COMPOSE_TO] = "X-Pabal-To",
	[COMPOSE_CC] = "X-Pabal-Cc",
	[COMPOSE_BCC] = "X-Pabal-Bcc",
};

const char *
compose_draft_field(enum compose_field f)
{
	return draft_fields[f];
}

/* To, Cc, Bcc and four Message-IDs. */
#define EXTRAS_MAX 7

/* Lines of people that are not addresses yet are kept as they were typed. */
static void
fill_extras(const struct compose *c, struct arena *a, struct build_draft *d)
{
	const struct {
		const char *name, *id;
	} ids[] = {
		{ COMPOSE_FORWARDED, c->forwarded },
		{ COMPOSE_REPLACES, c->replaces },
		{ COMPOSE_SENDING, c->sending },
		{ COMPOSE_UNSENT, c->unsent },
	};
	struct build_extra *v = arena_calloc(a, EXTRAS_MAX, sizeof *v);
	int f;

	d->extras = v;
	for (f = COMPOSE_TO; f <= COMPOSE_BCC; f++) {
		struct slice text = slice_trim(w_line_get(&c->lines[f]));
		struct addr_list list = { NULL, 0 };

		if (text.n > 0 && addr_parse_typed(a, text, &list, NULL) != 0)
			v[d->extra_count++] =
				(struct build_extra){ draft_fields[f], text };
	}
	for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
		if (ids[i].id != NULL)
			v[d->extra_count++] =
				(struct build_extra){ ids[i].name,
				                      slice_of(ids[i].id) };
}

static int
typed(const struct compose *c, enum compose_field f, bool draft,
      struct arena *a, struct addr_list *list_r, struct err *err)
{
	struct slice text = slice_trim(w_line_get(&c->lines[f]));
	size_t i, kept = 0;

	*list_r = (struct addr_list){ NULL, 0 };
	/* a comma left behind by completion is no address */
	while (text.n > 0 && text.p[text.n - 1] == ',')
		text = slice_rtrim(slice_head(text, text.n - 1));
	if (text.n == 0)
		return 0;
	if (addr_parse_typed(a, text, list_r, draft ? NULL : err) == 0)
		return 0;
	if (!draft)
		return -1;
	addr_parse(a, NULL, text, list_r);
	for (i = 0; i < list_r->n; i++)
		if (addr_spec_ok(list_r->v[i].spec))
			list_r->v[kept++] = list_r->v[i];
	list_r->n = kept;
	return 0;
}

static void
collect(struct compose_rcpts *r, const struct addr_list *list)
{
	size_t i, k;

	for (i = 0; i < list->n; i++) {
		for (k = 0; k < r->n; k++)
			if (addr_same(slice_of(r->v[k]), list->v[i].spec))
				break;
		if (k == r->n)
			r->v[r->n++] = arena_dup(&r->arena, list->v[i].spec.p,
			                         list->v[i].spec.n);
	}
}

static int
fill_addresses(const struct compose *c, bool draft, struct arena *a,
               struct build_draft *d, enum compose_field *wrong_r,
               struct err *err)
{
	static const enum compose_field fields[] = { COMPOSE_TO, COMPOSE_CC,
		                                     COMPOSE_BCC };
	struct addr_list *lists[] = { &d->to, &d->cc, &d->bcc };
	size_t i;

	for (i = 0; i < 3; i++) {
		*wrong_r = fields[i];
		if (typed(c, fields[i], draft, a, lists[i], err) != 0)
			return -1;
	}
	*wrong_r = COMPOSE_TO;
	if (!draft && d->to.n + d->cc.n + d->bcc.n == 0)
		return err_set(err, ERR_USAGE,
		               _("nobody to send to: To is empty"));
	return 0;
}

static void
fill_rest(const struct compose *c, struct arena *a, struct build_draft *d)
{
	struct slice *refs = arena_calloc(a, c->references.n + 1, sizeof *refs);
	struct build_attachment *files =
		arena_calloc(a, c->files.n + 1, sizeof *files);
	struct tm tm;
	size_t i;

	for (i = 0; i < c->references.n; i++)
		refs[i] = slice_of(c->references.v[i]);
	for (i = 0; i < c->files.n; i++) {
		const struct compose_file *f = &c->files.v[i];

		files[i].name = slice_of(f->name);
		files[i].type = slice_of(f->type);
		files[i].data = slice_make(f->data, f->size);
	}
	d->subject = slice_trim(w_line_get(&c->lines[COMPOSE_SUBJECT]));
	d->in_reply_to = slice_of(c->in_reply_to);
	d->references = refs;
	d->reference_count = c->references.n;
	d->attachments = files;
	d->attachment_count = c->files.n;
	d->date = c->at != 0 ? c->at : clock_now();
	clock_local(d->date, &tm, &d->zone);
}

int
compose_build(const struct compose *c, bool draft, struct str *out,
              struct compose_rcpts *rcpts_r, enum compose_field *wrong_r,
              struct err *err)
{
	struct arena a = { NULL };
	struct build_draft d = { .keep_bcc = draft };
	struct addr reply_to = { SLICE_NONE, SLICE_NONE };
	struct str text;
	int rc = -1;

	*wrong_r = COMPOSE_FROM;
	if (c->from >= c->froms.n)
		return err_set(err, ERR_CONFIG,
		               _("there is no account to send from"));
	str_init(&text, COMPOSE_TEXT_MAX);
	d.legacy = c->froms.v[c->from].legacy && !draft;
	d.from.name = slice_of(c->froms.v[c->from].name);
	d.from.spec = slice_of(c->froms.v[c->from].address);
	reply_to.spec = slice_of(c->froms.v[c->from].reply_to);
	if (reply_to.spec.n > 0)
		d.reply_to = (struct addr_list){ &reply_to, 1 };
	if (fill_addresses(c, draft, &a, &d, wrong_r, err) != 0)
		goto out;
	fill_rest(c, &a, &d);
	if (draft)
		fill_extras(c, &a, &d);
	editor_text(c->editor, &text);
	d.text = str_slice(&text);
	d.message_id =
		slice_of(draft || c->sending == NULL ? c->key : c->sending);
	*wrong_r = COMPOSE_SUBJECT;
	if (build_message(&d, out, err) != 0)
		goto out;
	if (rcpts_r != NULL) {
		rcpts_r->v = arena_calloc(&rcpts_r->arena,
		                          d.to.n + d.cc.n + d.bcc.n + 1,
		                          sizeof *rcpts_r->v);
		collect(rcpts_r, &d.to);
		collect(rcpts_r, &d.cc);
		collect(rcpts_r, &d.bcc);
	}
	rc = 0;
out:
	str_release(&text);
	arena_release(&a);
	return rc;
}
