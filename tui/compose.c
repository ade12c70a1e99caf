/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A message being written: its fields, and building it. */
#include "tui/compose.h"

#include <stdlib.h>
#include <string.h>

#include "conf/identity.h"
#include "mail/account_match.h"
#include "text/unicode.h"
#include "util/clock.h"
#include "util/fsx.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

static char *
dup_or_null(const char *s)
{
	return s != NULL ? xstrdup(s) : NULL;
}

/* id: NULL for the account's own address. */
static void
add_from(struct compose *c, const struct account *a,
         const struct account_identity *id, const char *address)
{
	const char *name = a->full_name;
	const char *reply_to = a->reply_to;
	const char *signature = a->signature;
	struct compose_from f = {
		xstrdup(a->name), NULL, xstrdup(address), NULL, NULL, a->legacy
	};

	if (id != NULL && id->name != NULL)
		name = id->name;
	if (id != NULL && id->reply_to != NULL)
		reply_to = id->reply_to;
	if (id != NULL && id->signature != NULL)
		signature = id->signature;
	f.name = dup_or_null(name);
	f.reply_to = dup_or_null(reply_to);
	f.signature = dup_or_null(signature);
	array_add(&c->froms, f);
}

static void
add_froms(struct compose *c)
{
	size_t i, k;

	for (i = 0; i < c->conf->account_count; i++) {
		const struct account *a = &c->conf->accounts[i];

		if (a->address != NULL)
			add_from(c, a, NULL, a->address);
		for (k = 0; k < a->identity_count; k++)
			if (!identity_is_pattern(&a->identities[k]))
				add_from(c, a, &a->identities[k],
				         a->identities[k].address);
	}
}

bool
compose_is_own(const struct compose *c, struct slice spec)
{
	size_t i;

	for (i = 0; i < c->conf->account_count; i++)
		if (account_has_address(&c->conf->accounts[i], spec, NULL))
			return true;
	return false;
}

/* ---- signature ---- */

/* What stands below the text; nothing without a signature. */
static void
signature_block(const struct compose *c, struct str *out)
{
	const char *sig =
		c->from < c->froms.n ? c->froms.v[c->from].signature : NULL;

	if (sig != NULL && sig[0] != '\0')
		str_printf(out, "\n\n-- \n%s\n", sig);
}

static void
put_signature(struct compose *c)
{
	struct str s;

	str_init(&s, COMPOSE_TEXT_MAX);
	signature_block(c, &s);
	if (s.n > 0)
		editor_set(c->editor, str_slice(&s));
	str_release(&s);
}

/* Send from the index-th address.  Only a signature that stands as it was put
 * there is replaced: what was written over it is the user's. */
static void
switch_from(struct compose *c, size_t index)
{
	struct edit_buf *b = editor_buf(c->editor);
	size_t at = editor_cursor(c->editor);
	size_t size = edit_buf_size(b);
	struct str text, old, now;

	str_init(&text, COMPOSE_TEXT_MAX);
	str_init(&old, COMPOSE_TEXT_MAX);
	str_init(&now, COMPOSE_TEXT_MAX);
	signature_block(c, &old);
	c->from = index;
	signature_block(c, &now);
	editor_text(c->editor, &text);
	if (slice_ends(str_slice(&text), old.p != NULL ? old.p : "") &&
	    !slice_eq(str_slice(&old), str_slice(&now))) {
		edit_buf_replace(b, size - old.n, old.n, str_slice(&now));
		editor_set_cursor(c->editor, at);
	}
	str_release(&now);
	str_release(&old);
	str_release(&text);
}

struct compose *
compose_new(const struct conf *conf, const char *account)
{
	struct compose *c = xcalloc(1, sizeof *c);
	int i;

	for (i = 0; i < COMPOSE_FIELDS; i++)
		w_line_init(&c->lines[i]);
	c->editor = editor_new(COMPOSE_TEXT_MAX);
	c->conf = conf;
	add_froms(c);
	compose_set_from(c, account != NULL ? account : conf->default_account,
	                 NULL);
	put_signature(c);
	c->focus = COMPOSE_TO;
	compose_set_start(c);
	return c;
}

static void
free_file(struct compose_file *f)
{
	free(f->name);
	free(f->type);
	free(f->data);
}

void
compose_free(struct compose **cp)
{
	struct compose *c;
	size_t i;

	if (cp == NULL || *cp == NULL)
		return;
	c = *cp;
	for (i = 0; i < c->froms.n; i++) {
		free(c->froms.v[i].account);
		free(c->froms.v[i].name);
		free(c->froms.v[i].address);
		free(c->froms.v[i].reply_to);
		free(c->froms.v[i].signature);
	}
	array_release(&c->froms);
	for (i = 0; i < COMPOSE_FIELDS; i++)
		w_line_release(&c->lines[i]);
	for (i = 0; i < c->files.n; i++)
		free_file(&c->files.v[i]);
	array_release(&c->files);
	for (i = 0; i < c->references.n; i++)
		free(c->references.v[i]);
	array_release(&c->references);
	free(c->in_reply_to);
	free(c->forwarded);
	editor_free(&c->editor);
	free(c);
	*cp = NULL;
}

/* An address that a pattern of the user's fits. */
static void
add_fitting(struct compose *c, const char *account, const char *address)
{
	size_t i;

	for (i = 0; address != NULL && i < c->conf->account_count; i++) {
		const struct account *a = &c->conf->accounts[i];
		const struct account_identity *id;

		if ((account != NULL && strcmp(a->name, account) != 0) ||
		    !account_has_address(a, slice_of(address), &id) ||
		    id == NULL)
			continue;
		add_from(c, a, id, address);
		switch_from(c, c->froms.n - 1);
		return;
	}
}

void
compose_set_from(struct compose *c, const char *account, const char *address)
{
	size_t i;

	for (i = 0; i < c->froms.n; i++) {
		const struct compose_from *f = &c->froms.v[i];

		if (account != NULL && strcmp(f->account, account) != 0)
			continue;
		if (address != NULL &&
		    !addr_same(slice_of(f->address), slice_of(address)))
			continue;
		switch_from(c, i);
		return;
	}
	add_fitting(c, account, address);
}

void
compose_next_from(struct compose *c, int direction)
{
	if (c->froms.n == 0)
		return;
	switch_from(c, (c->from + (direction > 0 ? 1 : c->froms.n - 1)) %
	                       c->froms.n);
	c->touched = true;
}

void
compose_fill_mailto(struct compose *c, const struct mailto *m)
{
	w_line_set(&c->lines[COMPOSE_TO], str_slice(&m->to));
	w_line_set(&c->lines[COMPOSE_CC], str_slice(&m->cc));
	w_line_set(&c->lines[COMPOSE_SUBJECT], str_slice(&m->subject));
	if (m->body.n > 0)
		editor_set(c->editor, str_slice(&m->body));
	if (m->in_reply_to.n > 0) {
		struct slice id = slice_trim(str_slice(&m->in_reply_to));

		if (slice_starts(id, "<") && slice_ends(id, ">"))
			id = slice_make(id.p + 1, id.n - 2);
		free(c->in_reply_to);
		c->in_reply_to = slice_dup(id);
	}
	c->focus = m->to.n > 0
	                   ? m->subject.n > 0 ? COMPOSE_BODY : COMPOSE_SUBJECT
	                   : COMPOSE_TO;
	compose_set_start(c);
}

/* ---- attachments ---- */

static const char *
type_by_name(struct slice name)
{
	static const struct {
		const char *suffix, *type;
	} types[] = {
		{ ".pdf", "application/pdf" },
		{ ".txt", "text/plain" },
		{ ".png", "image/png" },
		{ ".jpg", "image/jpeg" },
		{ ".jpeg", "image/jpeg" },
		{ ".gif", "image/gif" },
		{ ".webp", "image/webp" },
		{ ".zip", "application/zip" },
		{ ".hwp", "application/x-hwp" },
		{ ".hwpx", "application/hwp+zip" },
		{ ".doc", "application/msword" },
		{ ".xls", "application/vnd.ms-excel" },
		{ ".ppt", "application/vnd.ms-powerpoint" },
		{ ".docx", "application/vnd.openxmlformats-officedocument."
		           "wordprocessingml.document" },
		{ ".xlsx", "application/vnd.openxmlformats-officedocument."
		           "spreadsheetml.sheet" },
		{ ".pptx", "application/vnd.openxmlformats-officedocument."
		           "presentationml.presentation" },
		{ ".csv", "text/csv" },
		{ ".html", "text/html" },
		{ ".eml", "message/rfc822" },
		{ ".ics", "text/calendar" },
		{ ".mp4", "video/mp4" },
		{ ".mp3", "audio/mpeg" },
	};

	size_t i;

	for (i = 0; i < sizeof types / sizeof types[0]; i++)
		if (slice_iends(name, types[i].suffix))
			return types[i].type;
	return "application/octet-stream";
}

int
compose_attach(struct compose *c, struct slice name, struct slice type,
               struct slice data, struct err *err)
{
	struct compose_file f = { 0 };
	size_t i, sum = data.n;
	struct str clean;

	for (i = 0; i < c->files.n; i++)
		sum += c->files.v[i].size;
	if (sum > COMPOSE_ATTACH_MAX)
		return err_set(err, ERR_LIMIT,
		               _("the attachments are larger than 100 MB"));
	str_init(&clean, 255);
	unicode_clean_line(name, &clean);
	f.name = str_take(&clean);
	f.type = slice_dup(type.n > 0 ? type : slice_of(type_by_name(name)));
	f.data = xmemdup0(data.p != NULL ? data.p : "", data.n);
	f.size = data.n;
	array_add(&c->files, f);
	c->touched = true;
	return 0;
}

int
compose_attach_file(struct compose *c, const char *path, struct err *err)
{
	struct slice whole = slice_of(path);
	struct fsx_map map = { 0 };
	int rc;

	if (fsx_map_open(path, &map, err) != 0)
		return -1;
	rc = compose_attach(c,
	                    slice_from(whole,
	                               slice_rfind(whole, '/') < whole.n
	                                       ? slice_rfind(whole, '/') + 1
	                                       : 0),
	                    SLICE_NONE, map.data, err);
	fsx_map_close(&map);
	return rc;
}

void
compose_detach(struct compose *c, size_t at)
{
	if (at >= c->files.n)
		return;
	free_file(&c->files.v[at]);
	memmove(c->files.v + at, c->files.v + at + 1,
	        (c->files.n - at - 1) * sizeof *c->files.v);
	c->files.n--;
	c->touched = true;
}

/* ---- building ---- */

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

/* Lines of people that are not addresses yet are kept as they were typed. */
static void
fill_extras(const struct compose *c, struct arena *a, struct build_draft *d)
{
	struct build_extra *v = arena_calloc(a, COMPOSE_FIELDS, sizeof *v);
	int f;

	d->extras = v;
	for (f = COMPOSE_TO; f <= COMPOSE_BCC; f++) {
		struct slice text = slice_trim(w_line_get(&c->lines[f]));
		struct addr_list list = { NULL, 0 };

		if (text.n > 0 && addr_parse_typed(a, text, &list, NULL) != 0)
			v[d->extra_count++] =
				(struct build_extra){ draft_fields[f], text };
	}
	if (c->forwarded != NULL)
		v[d->extra_count++] =
			(struct build_extra){ COMPOSE_FORWARDED,
			                      slice_of(c->forwarded) };
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
	struct str text, id;
	int rc = -1;

	*wrong_r = COMPOSE_FROM;
	if (c->from >= c->froms.n)
		return err_set(err, ERR_CONFIG,
		               _("there is no account to send from"));
	str_init(&text, COMPOSE_TEXT_MAX);
	str_init(&id, 512);
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
	build_message_id(d.from.spec, &id);
	d.text = str_slice(&text);
	d.message_id = str_slice(&id);
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
	str_release(&id);
	str_release(&text);
	arena_release(&a);
	return rc;
}

/* ---- questions ---- */

bool
compose_is_empty(const struct compose *c)
{
	int f;

	for (f = COMPOSE_TO; f <= COMPOSE_SUBJECT; f++)
		if (slice_trim(w_line_get(&c->lines[f])).n > 0)
			return false;
	return c->files.n == 0 &&
	       edit_buf_version(editor_buf(c->editor)) == c->start;
}

/* Is the line the writer's own: not quoted? */
static bool
promises(struct slice line)
{
	static const char *const words[] = { "첨부", "attach", "enclosed",
		                             "동봉" };
	size_t i;

	if (slice_starts(line, ">"))
		return false;
	for (i = 0; i < sizeof words / sizeof words[0]; i++)
		if (slice_ifind_text(line, slice_of(words[i])) < line.n)
			return true;
	return false;
}

bool
compose_misses_attachment(const struct compose *c)
{
	struct slice rest, line;
	struct str text;
	bool found = false;

	if (c->files.n > 0)
		return false;
	str_init(&text, COMPOSE_TEXT_MAX);
	editor_text(c->editor, &text);
	rest = str_slice(&text);
	while (!found && slice_line(&rest, &line)) {
		if (slice_eq_z(line, "-- "))
			break;
		found = promises(line);
	}
	str_release(&text);
	return found || promises(w_line_get(&c->lines[COMPOSE_SUBJECT]));
}

bool
compose_changed(const struct compose *c)
{
	return c->touched ||
	       edit_buf_version(editor_buf(c->editor)) != c->saved;
}

void
compose_set_saved(struct compose *c)
{
	c->saved = edit_buf_version(editor_buf(c->editor));
	c->touched = false;
}

void
compose_set_start(struct compose *c)
{
	compose_set_saved(c);
	c->start = c->saved;
}
