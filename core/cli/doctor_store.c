/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pabal doctor: clock, disk, store. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "cli/doctor.h"
#include "cli/out.h"
#include "store/store.h"
#include "util/clock.h"
#include "util/fsx.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* 2026-11-01: a clock before the program was made is wrong. */
#define CLOCK_EARLIEST 1793491200
/* 2100-01-01: so is one after its certificates have gone. */
#define CLOCK_LATEST 4102444800
/* Room for a day's mail with attachments, and for the files of it. */
#define DISK_LOW   ((uint64_t)200 * 1024 * 1024)
#define INODES_LOW 2000
/* What is written to try. */
#define TRY_BYTES 4096
/* A sync beyond this is felt with each batch of mail. */
#define SYNC_SLOW_MS 1000

void
doctor_machine_clock(struct doctor *d)
{
	int64_t now = clock_now();
	struct machine_note n;

	machine_begin(&n, d, "clock");
	out_date_zone(&n.text, now);
	json_key(&n.json, "time");
	json_int(&n.json, now);
	if (now < CLOCK_EARLIEST || now > CLOCK_LATEST)
		err_set(&n.err, ERR_CONFIG,
		        _("the clock says %s: certificates cannot be verified"),
		        n.text.p);
	machine_end(&n, FINDING_BAD);
}

/* Disk */

static void
look_at_room(struct machine_note *n, const char *folder)
{
	struct statvfs vfs;
	uint64_t room;

	if (statvfs(folder, &vfs) != 0) {
		(void)err_sys(&n->err, errno, _("cannot look at '%s'"), folder);
		return;
	}
	room = (uint64_t)vfs.f_bavail * vfs.f_frsize;
	str_add_size(&n->text, room);
	str_printf(&n->text, _(" free in %s"), folder);
	json_key(&n->json, "free_bytes");
	json_int(&n->json, room <= INT64_MAX ? (int64_t)room : INT64_MAX);
	/* Some file systems make inodes as they need them and say 0. */
	if (vfs.f_files > 0) {
		str_printf(&n->text, _(", room for %llu files"),
		           (unsigned long long)vfs.f_favail);
		json_key(&n->json, "free_inodes");
		json_int(&n->json, vfs.f_favail <= INT64_MAX
		                           ? (int64_t)vfs.f_favail
		                           : INT64_MAX);
	}
	if (room < DISK_LOW)
		err_set(&n->err, ERR_IO, _("the disk is nearly full"));
	else if (vfs.f_files > 0 && vfs.f_favail < INODES_LOW)
		err_set(&n->err, ERR_IO,
		        _("the disk takes hardly any more files"));
}

/* A file as mail is written: made, synced, gone. */
static int
write_and_sync(int folder, const char *name, int64_t *ms_r, struct err *err)
{
	static const char bytes[TRY_BYTES];
	int64_t start = clock_mono_ms();
	int fd = fsx_create_at(folder, name, err);
	int rc = -1;

	if (fd < 0)
		return -1;
	if (fsx_write_all(fd, bytes, sizeof bytes, err) == 0 &&
	    fsx_fsync(fd, name, err) == 0)
		rc = 0;
	(void)close(fd); /* it is not kept */
	if (unlinkat(folder, name, 0) != 0 && rc == 0)
		rc = err_sys(err, errno, _("cannot remove '%s'"), name);
	*ms_r = clock_mono_ms() - start;
	return rc;
}

static void
look_at_writing(struct machine_note *n, const char *path)
{
	int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char *name = xasprintf(".doctor-%ld", (long)getpid());
	struct err err = { 0 };
	int64_t ms = 0;
	int rc = -1;

	if (folder < 0)
		(void)err_sys(&err, errno, _("cannot open '%s'"), path);
	else
		rc = write_and_sync(folder, name, &ms, &err);
	json_key(&n->json, "sync_ms");
	if (rc == 0)
		json_int(&n->json, ms);
	else
		json_null(&n->json);
	if (rc == 0)
		str_printf(&n->text, _("; written and synced in %lld ms"),
		           (long long)ms);
	else
		n->err = err;
	if (folder >= 0)
		(void)close(folder);
	free(name);
}

void
doctor_disk(struct doctor *d)
{
	struct machine_note n;

	machine_begin(&n, d, "disk");
	look_at_room(&n, d->cli->paths.data);
	look_at_writing(&n, d->cli->paths.data);
	machine_end(&n, FINDING_BAD);
}

/* Store */

static bool
is_there(struct doctor *d)
{
	char *path = fsx_join(d->cli->paths.data, "pabal.db");
	bool there = fsx_exists(path);

	free(path);
	return there;
}

static void
add_health(struct machine_note *n, const struct store_health *h)
{
	str_printf(&n->text,
	           N_N("%llu message, index sound",
	               "%llu messages, index sound", h->rows),
	           (unsigned long long)h->rows);
	json_key(&n->json, "messages");
	json_int(&n->json, (int64_t)h->rows);
	json_key(&n->json, "without_file");
	json_int(&n->json, (int64_t)h->missing);
	json_key(&n->json, "not_indexed");
	json_int(&n->json, (int64_t)h->unknown);
	if (h->missing > 0 || h->unknown > 0)
		str_printf(&n->text,
		           _("; other programs took %llu files away and put "
		             "%llu there, which is seen at the next start"),
		           (unsigned long long)h->missing,
		           (unsigned long long)h->unknown);
	if (!h->counted)
		err_set(&n->err, ERR_IO,
		        _("the index counts the messages wrongly"));
}

/* A large store takes a while; Ctrl-C ends it. */
static bool
show_check(void *ctx, uint64_t done, uint64_t total)
{
	struct doctor *d = ctx;

	progress_draw(&d->progress, doctor_title("store"), done, total);
	return doctor_cancelled(d);
}

void
doctor_store(struct doctor *d)
{
	const struct store_waiter waiter = { show_check, d };
	struct store_health health = { 0 };
	struct machine_note n;
	struct store *s;

	machine_begin(&n, d, "store");
	if (!is_there(d)) {
		str_add_z(&n.text, _("there is none yet"));
		machine_end(&n, FINDING_WELL);
		return;
	}
	s = store_open_reading(d->cli->paths.data, d->cli->paths.cache, &n.err);
	if (s != NULL && store_check(s, &waiter, &health, &n.err) == 0)
		add_health(&n, &health);
	if (s != NULL && store_read_only(s) != NULL && n.err.code == ERR_NONE) {
		err_set(&n.err, ERR_IO, _("nothing can be written: %s"),
		        store_read_only(s));
		n.advice_of = "disk"; /* the index is as it should be */
	}
	store_close(&s);
	machine_end(&n,
	            n.err.code == ERR_CANCELLED ? FINDING_NOTE : FINDING_BAD);
}
