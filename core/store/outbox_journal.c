/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The journal of the outbox: data/outbox/journal, while mails are on their way.
 *
 * The index says what became of many mails with one sync.  Until then the answers
 * are here: each is appended before the next one is read, and not synced.  A
 * process that is killed at any point has lost no answer that it had read.
 *
 * 1. A note names the row and which time it was taken (outbox.take), which the
 *    taking made durable.  So a note is true of that try for ever, and says
 *    nothing of any other: it does not matter which of them a power cut leaves,
 *    nor that a file comes back that was removed.
 * 2. A row is noted as begun before the first byte of its mail goes out.  A row
 *    without that note was not touched - if all notes are there, which is so in
 *    the same run of the system only: START names it, and nothing is concluded
 *    where the system has no name for that.
 * 3. Whoever holds the lock of sending has the file alone.  It is made anew for
 *    each run, after the rows of the run before were settled (2 would be wrong of
 *    rows that an older file does not know).
 * 4. A note that cannot be appended whole is taken back, so that the caller can
 *    settle at once what it would have said.
 *
 * Rejected: records in the index without a sync (a page of its journal for each
 * answer, ten times the time, and the lock of all writers); a map of the file (a
 * full disk or a lost one would end the program with SIGBUS); fixed records (what
 * servers say to a refused recipient is to be kept, too).
 */
#include "store/outbox_journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/store_impl.h"
#include "util/i18n.h"
#include "util/step.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Half a million answers: more than one connection gives. */
#define JOURNAL_MAX ((size_t)64 << 20)
/* One note: a thousand recipients with the longest words, and the row's own. */
#define NOTE_MAX ((size_t)1 << 20)
/* Names of a run of the system are 36 bytes on Linux. */
#define BOOT_MAX 128

struct outbox_journal {
	int fd;
	char *path;
	size_t size;
	struct str note;
};

/* The system's name for the time since it was started; empty: it has none. */
static void
name_boot(struct str *out)
{
	struct err ignored = { 0 };

	str_init(out, BOOT_MAX);
	if (fsx_read("/proc/sys/kernel/random/boot_id", BOOT_MAX, out,
	             &ignored) != 0)
		str_clear(out);
}

/* ---- writing ---- */

static int
append(struct outbox_journal *j, struct err *err)
{
	if (j->note.full || j->size + j->note.n > JOURNAL_MAX)
		return err_set(err, ERR_LIMIT, _("'%s' is too large"), j->path);
	if (fsx_write_all(j->fd, j->note.p, j->note.n, err) != 0) {
		/* Half a note is passed over by who reads it. */
		if (ftruncate(j->fd, (off_t)j->size) != 0)
			(void)err_wrap(err, "%s", j->path);
		return -1;
	}
	j->size += j->note.n;
	return 0;
}

int
outbox_journal_begun(struct outbox_journal *j, struct outbox_row *const *rows,
                     size_t n, struct err *err)
{
	str_clear(&j->note);
	for (size_t i = 0; i < n; i++)
		outbox_note_begun(rows[i], &j->note);
	if (append(j, err) != 0)
		return -1;
	step("outbox begun");
	return 0;
}

int
outbox_journal_over(struct outbox_journal *j, const struct outbox_row *row,
                    struct err *err)
{
	str_clear(&j->note);
	outbox_note_over(row, &j->note);
	if (append(j, err) != 0)
		return -1;
	step("outbox noted");
	return 0;
}

/* What is no file has no notes: it may stay, and none are written. */
static int
remove_at(const char *path, struct err *err)
{
	struct stat st;
	int why;

	if (unlink(path) == 0 || errno == ENOENT)
		return 0;
	why = errno;
	if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return 0;
	return err_sys(err, why, _("cannot remove '%s'"), path);
}

int
outbox_journal_remove(struct store *s, struct err *err)
{
	char *path = outbox_path(s, "journal");
	int rc = remove_at(path, err);

	free(path);
	return rc;
}

struct outbox_journal *
outbox_journal_open(struct store *s, struct err *err)
{
	struct outbox_journal *j = xcalloc(1, sizeof *j);
	struct str boot;

	j->path = outbox_path(s, "journal");
	j->fd = -1;
	str_init(&j->note, NOTE_MAX);
	if (remove_at(j->path, err) == 0) {
		j->fd = open(j->path,
		             O_WRONLY | O_CREAT | O_EXCL | O_APPEND |
		                     O_NOFOLLOW | O_CLOEXEC,
		             0600);
		if (j->fd < 0)
			(void)err_sys(err, errno, _("cannot open '%s'"),
			              j->path);
	}
	if (j->fd >= 0) {
		name_boot(&boot);
		outbox_note_start(str_slice(&boot), &j->note);
		str_release(&boot);
		if (append(j, err) == 0)
			return j;
	}
	outbox_journal_close(&j);
	return NULL;
}

void
outbox_journal_close(struct outbox_journal **j)
{
	if (j == NULL || *j == NULL)
		return;
	if ((*j)->fd >= 0)
		close((*j)->fd); /* each write was looked at */
	free((*j)->path);
	str_release(&(*j)->note);
	free(*j);
	*j = NULL;
}

int
outbox_journal_end(struct outbox_journal **j, struct err *err)
{
	int rc = *j != NULL ? remove_at((*j)->path, err) : 0;

	outbox_journal_close(j);
	return rc;
}

/* ---- reading ---- */

/* Is all there that was written? */
static bool
is_this_boot(struct slice boot)
{
	struct str now;
	bool same;

	name_boot(&now);
	same = boot.n > 0 && slice_eq(boot, str_slice(&now));
	str_release(&now);
	return same;
}

static size_t
find_row(const struct outbox_row *rows, size_t n, int64_t id)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (rows[mid].id < id)
			low = mid + 1;
		else
			high = mid;
	}
	return low < n && rows[low].id == id ? low : n;
}

/* The first note is START, and of this run of the system. */
static void
learn_all(struct slice rest, struct outbox_row *rows, size_t n,
          enum outbox_known *known)
{
	struct outbox_note note;
	bool first = true;

	while (outbox_note_next(&rest, &note)) {
		size_t at = find_row(rows, n, note.id);

		if (note.kind == OUTBOX_NOTE_START) {
			bool all = first && is_this_boot(note.boot);

			for (size_t i = 0; all && i < n; i++)
				known[i] = OUTBOX_KNOWN_UNTOUCHED;
		} else if (at < n && note.take == rows[at].take &&
		           rows[at].state == OUTBOX_SENDING) {
			known[at] = outbox_note_apply(&note, &rows[at])
			                    ? OUTBOX_KNOWN_OVER
			                    : OUTBOX_KNOWN_NOTHING;
		}
		first = false;
	}
}

void
outbox_journal_recall(struct store *s, struct outbox_row *rows, size_t n,
                      enum outbox_known *known_r)
{
	char *path = outbox_path(s, "journal");
	struct err ignored = { 0 };
	struct str notes;

	for (size_t i = 0; i < n; i++)
		known_r[i] = OUTBOX_KNOWN_NOTHING;
	str_init(&notes, JOURNAL_MAX);
	if (n > 0 && fsx_read(path, JOURNAL_MAX, &notes, &ignored) == 0)
		learn_all(str_slice(&notes), rows, n, known_r);
	str_release(&notes);
	free(path);
}
