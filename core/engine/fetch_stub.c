/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Large messages whose header is enough for now (headers_above). */
#include <stdlib.h>

#include "engine/fetch_priv.h"
#include "mime/message.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* A longer header is no header: then the whole message comes. */
#define HEAD_MAX ((size_t)256 * 1024)
/* Headers that share a sync; the first are few so that mail shows early. */
#define HEADS_FIRST 25
#define HEADS_MAX   500

struct stubs {
	struct fetch *f;
	const size_t *entries;
	struct str head;
};

static int
begin(void *ctx, size_t index, struct err *err)
{
	struct stubs *s = ctx;

	(void)index;
	(void)err;
	str_clear(&s->head);
	return 0;
}

static int
data(void *ctx, const char *p, size_t n, struct err *err)
{
	struct stubs *s = ctx;

	(void)err;
	s->f->bytes += n;
	str_add(&s->head, p, n);
	return 0;
}

/* Servers that cannot count to 0 send more than the header. */
static struct slice
header_only(struct slice head)
{
	struct message m = { 0 };
	struct slice header;

	message_parse(&m, head);
	header =
		slice_make(head.p, m.root->field_count == 0
	                                   ? 0
	                                   : (size_t)(m.root->body.p - head.p));
	message_release(&m);
	return header;
}

/* Is it here under another name (fetch_known.c, 3)?  1, 0, -1. */
static int
is_here(struct fetch *f, size_t entry, struct slice header, struct err *err)
{
	struct uidl_alias alias = { f->keys[entry], 0,
		                    f->listing.v[entry].size };
	struct message m = { 0 };
	int rc;

	if (!f->match_content)
		return 0;
	message_parse(&m, header);
	rc = store_find_head(f->deliver.store, f->deliver.account_id, 0, &m,
	                     alias.size, &alias.message, err);
	message_release(&m);
	if (rc == 1 && store_uidl_alias(f->deliver.store, f->deliver.account_id,
	                                &alias, 1, err) != 0)
		return -1;
	return rc;
}

static int
store_header(struct fetch *f, size_t entry, struct slice header,
             struct err *err)
{
	struct deliver_name name = { .uidl = f->keys[entry],
		                     .size = f->listing.v[entry].size,
		                     .stub = f->listing.v[entry].size };
	struct str text;
	int fd;
	int rc;

	str_init(&text, HEAD_MAX + 1024);
	store_stub_mark(name.stub, &text);
	str_add_slice(&text, header);
	rc = store_batch_file(f->batch, &fd, err);
	if (rc == 0)
		rc = fsx_write_all(fd, text.p, text.n, err);
	if (rc == 0)
		rc = deliver_message(&f->deliver, f->batch, str_slice(&text),
		                     &name, err);
	str_release(&text);
	if (rc == 0)
		f->done++;
	return rc;
}

static int
end(void *ctx, size_t index, bool ok, const struct err *why, struct err *err)
{
	struct stubs *s = ctx;
	struct fetch *f = s->f;
	size_t entry = s->entries[index];
	struct slice header = SLICE_NONE;
	int rc;

	(void)why; /* the whole message will tell */
	if (ok && s->head.n < HEAD_MAX)
		header = header_only(str_slice(&s->head));
	if (header.n == 0) {
		f->plan.fetch[f->plan.fetch_count++] = entry;
		return 0;
	}
	rc = is_here(f, entry, header, err);
	if (rc == 0)
		rc = store_header(f, entry, header, err);
	fetch_tell_progress(f, false);
	return rc < 0 ? -1 : 0;
}

static int
get_heads(struct fetch *f, const size_t *entries, size_t n, struct err *err)
{
	struct stubs s = { .f = f, .entries = entries };
	struct pop3_check check;
	struct pop3_sink sink = { begin, data, end, &s, NULL };
	uint32_t *numbers = xcalloc(n, sizeof *numbers);
	int rc;

	for (size_t i = 0; i < n; i++)
		numbers[i] = f->listing.v[entries[i]].number;
	if (fetch_choose_check(f, &check))
		sink.check = &check;
	str_init(&s.head, HEAD_MAX);
	rc = pop3_heads(f->pop3, numbers, n, HEAD_MAX, &sink, err);
	str_release(&s.head);
	free(numbers);
	if (rc == 0 && sink.check != NULL && !check.same &&
	    fetch_look_again(f, entries, n, err) != 0) {
		store_batch_abort(&f->batch);
		rc = -1;
	}
	return rc;
}

static int
get_batch(struct fetch *f, const size_t *entries, size_t n, struct err *err)
{
	struct err why = { 0 };
	int rc;

	f->batch =
		store_batch_begin(f->deliver.store, f->deliver.account_id, err);
	if (f->batch == NULL)
		return -1;
	rc = get_heads(f, entries, n, &why);
	if (rc != 0)
		*err = why;
	if (f->batch == NULL)
		return -1;
	store_batch_drop(f->batch);
	if (rc != 0) /* the numbers were not checked */
		store_batch_doubt(f->batch);
	if (fetch_commit(f, rc == 0 ? err : NULL) != 0)
		return -1;
	return rc;
}

int
fetch_stubs(struct fetch *f, struct err *err)
{
	struct fetch_plan *p = &f->plan;
	unsigned capa = pop3_capa(f->pop3);
	size_t n = 0;

	if ((capa & POP3_CAPA_ASKED) != 0 && (capa & POP3_CAPA_TOP) == 0) {
		for (size_t i = 0; i < p->head_count; i++)
			p->fetch[p->fetch_count++] = p->heads[i];
		p->head_count = 0;
	}
	for (size_t at = 0; at < p->head_count; at += n) {
		n = p->head_count - at;
		if (n > (at == 0 ? HEADS_FIRST : HEADS_MAX))
			n = at == 0 ? HEADS_FIRST : HEADS_MAX;
		if (get_batch(f, p->heads + at, n, err) != 0)
			return -1;
	}
	return 0;
}
