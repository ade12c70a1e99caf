/* SPDX-License-Identifier: GPL-3.0-or-later */
/* People from the address books of other programs. */
#include "cli/import_people.h"

#include <stdlib.h>

#include "cli/cmd.h"
#include "mail/people.h"
#include "store/outbox_rows.h"
#include "util/array.h"
#include "util/fsx.h"
#include "util/i18n.h"

#include "util/banned.h"

struct book {
	ARRAY(struct contact) people;
};

static void
add(void *ctx, struct slice name, struct slice address)
{
	struct book *b = ctx;
	struct contact *c = array_add_new(&b->people);

	c->name = slice_dup(name);
	c->address = slice_dup(address);
}

static int
read_book(const char *path, struct book *b, struct err *err)
{
	enum people_kind kind;
	struct str text;
	int rc;

	str_init(&text, IMPORT_PEOPLE_MAX);
	rc = fsx_read(path, IMPORT_PEOPLE_MAX, &text, err);
	if (rc == 0) {
		kind = people_kind(str_slice(&text));
		if (kind == PEOPLE_UNKNOWN)
			rc = err_set(err, ERR_USAGE,
			             _("'%s' is no address book (vCard, abook, "
			               "aliases of mutt)"),
			             path);
		else
			people_read(str_slice(&text), kind, add, b);
	}
	str_release(&text);
	return rc;
}

int
import_people(struct cli *cli, const char *const *files, size_t n,
              struct import_result *sum_r, struct err *err)
{
	struct store *s = cli_store(cli, err);
	int rc = s != NULL ? 0 : -1;

	for (size_t i = 0; rc == 0 && i < n; i++) {
		struct book b = { 0 };
		size_t added = 0;

		rc = read_book(files[i], &b, err);
		if (rc == 0)
			rc = contact_add_all(s, b.people.v, b.people.n, &added,
			                     err);
		if (rc == 0) {
			sum_r->messages += added;
			sum_r->known += b.people.n - added;
		}
		contacts_free(&b.people.v, b.people.n);
	}
	store_close(&s);
	return rc;
}
