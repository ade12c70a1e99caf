/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules tried on mail that is stored. */
#include "mail/rule_scan.h"

#include <stdlib.h>

#include "util/fsx.h"

#include "util/banned.h"

/* Rows asked of the store at once. */
#define WINDOW 200
/* Bytes in which a header ends; one that does not is read whole. */
#define HEAD_MAX ((size_t)256 * 1024)

/* The header with the blank line behind it. */
static struct slice
head_of(struct slice raw)
{
	struct slice head = slice_head(raw, HEAD_MAX);
	size_t lf = slice_find_text(head, SLICE_LIT("\n\n"));
	size_t crlf =
		slice_find_text(slice_head(head, lf + 1), SLICE_LIT("\n\r\n"));

	if (crlf < lf && crlf + 3 <= head.n)
		return slice_head(head, crlf + 3);
	return lf < head.n ? slice_head(head, lf + 2) : raw;
}

int
rule_try_stored(const struct rules *r, struct store *s,
                const struct store_row *row, struct rule_actions *actions_r,
                struct err *err)
{
	char *name = store_account_name(s, row->account);
	struct message m;
	struct rule_input in = { .m = &m,
		                 .account = name != NULL ? name : "",
		                 .verdict = row->verdict,
		                 .labels = row->labels,
		                 .date = row->date };
	struct fsx_map map;
	int rc = store_map(s, row->id, &map, err);

	if (rc == 0) {
		in.size = map.data.n;
		message_parse(&m, rules_read_body(r) ? map.data
		                                     : head_of(map.data));
		rules_apply_to(r, &in, actions_r);
		message_release(&m);
		fsx_map_close(&map);
	}
	free(name);
	return rc;
}

static int
look(struct rule_scan *scan, struct store *s, const struct store_row *row,
     struct rule_apply *todo, struct err *err)
{
	struct rule_actions a = { .folder = FOLDER_ANY };
	struct err gone = { 0 };
	bool changes;

	scan->looked++;
	if (rule_try_stored(scan->rules, s, row, &a, &gone) != 0) {
		/* Somebody deleted it meanwhile. */
		if (gone.code == ERR_NOTFOUND)
			return 0;
		*err = gone;
		return -1;
	}
	changes = rule_apply_add(todo, row, &a);
	scan->fit += changes;
	if (scan->tell != NULL)
		scan->tell(scan->ctx, row, &a, changes);
	rule_actions_release(&a);
	return 0;
}

/* The rows of one window; what they are to become is done or forgotten. */
static int
look_at_window(struct rule_scan *scan, struct store *s,
               const struct store_rows *rows, struct err *err)
{
	struct rule_apply todo = { 0 };
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < rows->n; i++)
		rc = look(scan, s, &rows->v[i], &todo, err);
	if (rc == 0 && scan->many != NULL)
		rc = rule_apply_do(&todo, s, scan->many, err);
	rule_apply_release(&todo);
	return rc;
}

static bool
goes_on(struct rule_scan *scan)
{
	scan->stopped =
		scan->go_on != NULL && !scan->go_on(scan->ctx, scan->looked);
	return !scan->stopped;
}

int
rule_scan(struct rule_scan *scan, struct store *s, struct err *err)
{
	struct store_view view = { .folder = scan->folder };
	const struct store_key *from = NULL;
	struct store_key key;
	bool more = true;
	int rc = 0;

	while (rc == 0 && more && goes_on(scan)) {
		struct store_rows rows = { 0 };
		uint64_t left =
			scan->last != 0 ? scan->last - scan->looked : WINDOW;
		size_t want = left < WINDOW ? (size_t)left : WINDOW;

		if (want == 0)
			break;
		rc = store_list(s, &view, from, false, want, &rows, err);
		more = rc == 0 && rows.n == want;
		if (rc == 0 && rows.n > 0) {
			key.date = rows.v[rows.n - 1].date;
			key.id = rows.v[rows.n - 1].id;
			from = &key;
			rc = look_at_window(scan, s, &rows, err);
		}
		store_rows_release(&rows);
	}
	return rc;
}
