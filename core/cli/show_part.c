/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pabal show: the parts of a message listed, written out, saved. */
#include "cli/show_part.h"

#include <stdlib.h>

#include "cli/out.h"
#include "mail/attachment.h"
#include "mime/limits.h"
#include "util/i18n.h"

#include "util/banned.h"

/* Cells of the first two columns. */
#define PATH_CELLS 8
#define TYPE_CELLS 40

static void
print_part(const struct part *p)
{
	struct str line, what, name;
	char *path = slice_dup(p->path);

	str_init(&line, 4096);
	str_init(&what, 1024);
	str_init(&name, 1024);
	str_add_slice(&what, slice_head(p->type, 200));
	str_add_z(&what, ", ");
	str_add_size(&what, part_size_estimate(p));
	part_save_name(p, &name);
	out_column(&line, path, PATH_CELLS);
	str_add_c(&line, ' ');
	out_column(&line, what.p, TYPE_CELLS);
	str_add_c(&line, ' ');
	str_add_slice(&line, str_slice(&name));
	out_line("%s", line.p);
	str_release(&name);
	str_release(&what);
	str_release(&line);
	free(path);
}

void
show_parts(const struct message *m)
{
	for (const struct part *p = message_next_leaf(m, NULL); p != NULL;
	     p = message_next_leaf(m, p))
		print_part(p);
}

static const struct part *
find(const struct message *m, const char *path, struct err *err)
{
	const struct part *p = message_find_path(m, slice_of(path));

	if (p == NULL)
		(void)err_set(err, ERR_NOTFOUND,
		              _("there is no part '%s'; --parts lists them"),
		              path);
	return p;
}

int
show_part(const struct message *m, const char *path, struct err *err)
{
	const struct part *p = find(m, path, err);
	struct str bytes;

	if (p == NULL)
		return -1;
	str_init(&bytes, MIME_BODY_MAX);
	part_bytes(p, &bytes);
	out_raw(str_slice(&bytes));
	str_release(&bytes);
	return 0;
}

static int
save_one(const struct cli *cli, const struct part *p, const char *folder,
         struct json *j, struct err *err)
{
	char *path = NULL;

	if (attachment_save(p, folder, &path, err) != 0)
		return -1;
	if (j != NULL)
		json_string_z(j, path);
	else if (!cli->quiet)
		out_line(_("saved as %s"), path);
	free(path);
	return 0;
}

static int
save_all(const struct cli *cli, const struct message *m, const char *folder,
         struct json *j, struct err *err)
{
	const struct part *p = NULL;
	int rc = 0;

	while (rc == 0 && (p = message_next_attachment(m, p)) != NULL)
		rc = save_one(cli, p, folder, j, err);
	return rc;
}

int
show_save(const struct cli *cli, const struct message *m, const char *path,
          const char *folder, struct err *err)
{
	const struct part *p = path != NULL ? find(m, path, err) : NULL;
	struct json j;
	struct json *out = cli->json ? &j : NULL;
	struct str text;
	int rc;

	if (path != NULL && p == NULL)
		return -1;
	if (out != NULL) {
		out_json_begin(&j, &text);
		json_key(&j, "saved");
		json_array(&j);
	}
	rc = p != NULL ? save_one(cli, p, folder, out, err)
	               : save_all(cli, m, folder, out, err);
	if (out != NULL) {
		json_end_array(&j);
		out_json_error(&j, err, NULL);
		out_json_end(&j, &text);
	}
	return rc;
}
