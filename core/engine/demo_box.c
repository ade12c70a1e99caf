/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mailboxes of the demo's servers, shared by their threads. */
#include "engine/demo_box.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mime/date.h"
#include "util/clock.h"
#include "util/fsx.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Sample mail is small; what a user of the demo sends has this much room. */
#define DEMO_MAIL_MAX ((size_t)64 * 1024 * 1024)

void
demo_box_init(struct demo_box *b, const char *name, const char *title,
              const char *address)
{
	*b = (struct demo_box){ .name = name,
		                .title = title,
		                .address = address,
		                .password = "pabal-demo" };
	pthread_mutex_init(&b->lock, NULL);
}

void
demo_box_release(struct demo_box *b)
{
	struct demo_mail *m;

	array_foreach(&b->mails, m)
		free(m->bytes);
	array_release(&b->mails);
	pthread_mutex_destroy(&b->lock);
}

/* "@DATE-N@" at the start of s: its length and date; 0 when it is not one. */
static size_t
date_mark(struct slice s, struct str *date)
{
	uint64_t minutes;
	size_t end;

	if (!slice_starts(s, "@DATE-"))
		return 0;
	end = slice_find(slice_from(s, 6), '@');
	if (slice_u64(slice_head(slice_from(s, 6), end), &minutes) != 0)
		return 0;
	date_format(clock_now() - (int64_t)minutes * 60, 9 * 3600, date);
	return 6 + end + 1;
}

static void
put_line(struct slice line, struct str *out)
{
	while (line.n > 0) {
		size_t at = slice_find(line, '@');
		size_t mark;

		str_add(out, line.p, at);
		line = slice_from(line, at);
		if (line.n == 0)
			break;
		mark = date_mark(line, out);
		if (mark == 0) {
			str_add_c(out, '@');
			mark = 1;
		}
		line = slice_from(line, mark);
	}
	str_add_z(out, "\r\n");
}

void
demo_box_add(struct demo_box *b, struct slice bytes)
{
	struct demo_mail mail = { 0 };
	struct slice line;
	struct str out;

	str_init(&out, DEMO_MAIL_MAX);
	while (slice_line(&bytes, &line))
		put_line(line, &out);
	mail.n = out.n;
	mail.bytes = str_take(&out);
	pthread_mutex_lock(&b->lock);
	mail.serial = ++b->serials;
	array_add(&b->mails, mail);
	pthread_mutex_unlock(&b->lock);
}

static int
compare_names(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

int
demo_box_fill(struct demo_box *b, const char *folder, struct err *err)
{
	char *ending = xasprintf("-%s.eml", b->name);
	struct dirent **names = NULL;
	int n = scandir(folder, &names, NULL, compare_names);
	int rc = 0;

	if (n < 0)
		rc = err_sys(err, errno, _("cannot read '%s'"), folder);
	for (int i = 0; i < n; i++) {
		char *path = fsx_join(folder, names[i]->d_name);
		struct fsx_map map = { 0 };

		if (rc == 0 && slice_ends(slice_of(path), ending)) {
			rc = fsx_map_open(path, &map, err);
			if (rc == 0)
				demo_box_add(b, map.data);
			fsx_map_close(&map);
		}
		free(path);
		free(names[i]);
	}
	free(names);
	free(ending);
	if (rc == 0 && b->mails.n == 0)
		rc = err_set(err, ERR_NOTFOUND,
		             _("there is no sample mail in '%s'"), folder);
	return rc;
}

/* ---- the maildrop: mails[0 .. count) as they were at login ---- */

static enum pop3_login
drop_login(void *ctx, struct slice user, struct slice password)
{
	struct demo_session *s = ctx;

	for (size_t i = 0; i < s->n; i++) {
		struct demo_box *b = &s->boxes[i];
		enum pop3_login rc = POP3_LOGIN_YES;

		if (!slice_eq_z(user, b->address))
			continue;
		if (!slice_eq_z(password, b->password))
			return POP3_LOGIN_WRONG;
		pthread_mutex_lock(&b->lock);
		if (b->busy) {
			rc = POP3_LOGIN_BUSY;
		} else {
			b->busy = true;
			s->open = b;
			s->count = b->mails.n;
		}
		pthread_mutex_unlock(&b->lock);
		return rc;
	}
	return POP3_LOGIN_WRONG;
}

static size_t
drop_count(void *ctx)
{
	const struct demo_session *s = ctx;

	return s->count;
}

static struct demo_mail
mail_at(struct demo_session *s, size_t i)
{
	struct demo_mail m;

	pthread_mutex_lock(&s->open->lock);
	m = s->open->mails.v[i];
	pthread_mutex_unlock(&s->open->lock);
	return m;
}

static uint64_t
drop_size(void *ctx, size_t i)
{
	return mail_at(ctx, i).n;
}

static int
drop_uidl(void *ctx, size_t i, struct str *out)
{
	str_printf(out, "demo-%u", mail_at(ctx, i).serial);
	return 0;
}

static int
drop_open(void *ctx, size_t i)
{
	struct demo_session *s = ctx;
	struct demo_mail m = mail_at(s, i);

	/* The bytes live until this session's commit: it has the box. */
	s->reading = slice_make(m.bytes, m.n);
	return 0;
}

static ssize_t
drop_read(void *ctx, char *p, size_t n)
{
	struct demo_session *s = ctx;
	struct slice piece = slice_head(s->reading, n);

	if (piece.n > 0)
		memcpy(p, piece.p, piece.n);
	s->reading = slice_from(s->reading, piece.n);
	return (ssize_t)piece.n;
}

static void
drop_close(void *ctx)
{
	struct demo_session *s = ctx;

	s->reading = SLICE_NONE;
}

static int
drop_commit(void *ctx, const bool *gone)
{
	struct demo_session *s = ctx;
	struct demo_box *b = s->open;
	size_t kept = 0;

	pthread_mutex_lock(&b->lock);
	for (size_t i = 0; i < b->mails.n; i++) {
		if (i < s->count && gone[i])
			free(b->mails.v[i].bytes);
		else
			b->mails.v[kept++] = b->mails.v[i];
	}
	b->mails.n = kept;
	pthread_mutex_unlock(&b->lock);
	return 0;
}

static void
drop_logout(void *ctx)
{
	struct demo_session *s = ctx;

	if (s->open == NULL)
		return;
	pthread_mutex_lock(&s->open->lock);
	s->open->busy = false;
	pthread_mutex_unlock(&s->open->lock);
	s->open = NULL;
}

const struct maildrop_ops demo_maildrop = {
	.login = drop_login,
	.count = drop_count,
	.size = drop_size,
	.uidl = drop_uidl,
	.open = drop_open,
	.read = drop_read,
	.close = drop_close,
	.commit = drop_commit,
	.logout = drop_logout,
};
