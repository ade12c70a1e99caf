/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The attachments of a message being written. */
#include "tui/compose.h"

#include <stdlib.h>
#include <string.h>

#include "text/unicode.h"
#include "util/fsx.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

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
	compose_note_file(c, c->files.n - 1, NULL);
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
compose_file_free(struct compose_file *f)
{
	free(f->name);
	free(f->type);
	free(f->data);
}

void
compose_detach(struct compose *c, size_t at)
{
	if (at >= c->files.n)
		return;
	compose_note_file(c, at, &c->files.v[at]);
	memmove(c->files.v + at, c->files.v + at + 1,
	        (c->files.n - at - 1) * sizeof *c->files.v);
	c->files.n--;
	c->touched = true;
}
