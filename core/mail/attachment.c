/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Attachments outside of the mail: saved, opened, piped to a command. */
#include "mail/attachment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mime/limits.h"
#include "util/fsx.h"
#include "util/i18n.h"
#include "util/mailcap.h"
#include "util/proc.h"
#include "util/utf8.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Names tried before giving up. */
#define COPIES_MAX 1000
/* A mailcap file; Debian's with everything installed has 60 KB. */
#define MAILCAP_MAX ((size_t)1024 * 1024)
/* What a command may print. */
#define OUTPUT_MAX ((size_t)1024 * 1024)
/* NAME_MAX of the file systems we meet, in bytes. */
#define NAME_BYTES 255

/* "a.pdf" and 2: "a-2.pdf". */
static void
numbered(struct slice name, int n, struct str *out)
{
	size_t dot = slice_rfind(name, '.');
	char number[16];
	struct slice ending;
	struct slice stem;

	if (dot == 0 || name.n - dot > 16)
		dot = name.n;
	ending = slice_from(name, dot);
	stem = slice_head(name, dot);
	number[0] = '\0';
	if (n > 1)
		(void)snprintf(number, sizeof number, "-%d", n);
	if (stem.n + strlen(number) + ending.n > NAME_BYTES)
		stem.n = utf8_cut(stem.p,
		                  NAME_BYTES - strlen(number) - ending.n);
	str_add_slice(out, stem);
	str_add_z(out, number);
	str_add_slice(out, ending);
}

static int
write_part(int fd, const struct part *p, struct err *err)
{
	struct str bytes;
	int rc;

	str_init(&bytes, MIME_BODY_MAX);
	part_bytes(p, &bytes);
	if (bytes.full)
		rc = err_set(err, ERR_LIMIT, _("the attachment is too large"));
	else
		rc = fsx_write_all(fd, bytes.p, bytes.n, err);
	str_release(&bytes);
	return rc;
}

/* A new file of that name or a numbered one; name holds which. */
static int
create(int dir, struct slice wanted, struct str *name, struct err *err)
{
	for (int n = 1; n < COPIES_MAX; n++) {
		struct err why = { 0 };
		int fd;

		str_clear(name);
		numbered(wanted, n, name);
		fd = fsx_create_at(dir, name->p, &why);
		if (fd >= 0)
			return fd;
		if (faccessat(dir, name->p, F_OK, AT_SYMLINK_NOFOLLOW) != 0) {
			*err = why;
			return -1;
		}
	}
	return err_set(err, ERR_IO, _("'%s' is there already, nothing saved"),
	               name->p);
}

static int
save_in(int dir, const struct part *p, struct str *name, struct err *err)
{
	struct str wanted;
	int fd;
	int rc;

	str_init(&wanted, MIME_NAME_MAX);
	part_save_name(p, &wanted);
	fd = create(dir, str_slice(&wanted), name, err);
	str_release(&wanted);
	if (fd < 0)
		return -1;
	rc = write_part(fd, p, err);
	if (rc == 0)
		rc = fsx_fsync(fd, name->p, err);
	if (close(fd) != 0 && rc == 0)
		rc = err_sys(err, errno, _("cannot write '%s'"), name->p);
	if (rc != 0)
		(void)unlinkat(dir, name->p, 0); /* rc says it already */
	return rc;
}

int
attachment_save(const struct part *p, const char *folder, char **path_r,
                struct err *err)
{
	int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct str name;
	int rc;

	if (dir < 0)
		return err_sys(err, errno, _("cannot open '%s'"), folder);
	str_init(&name, MIME_NAME_MAX);
	rc = save_in(dir, p, &name, err);
	if (rc == 0 && path_r != NULL)
		*path_r = fsx_join(folder, name.p);
	str_release(&name);
	close(dir);
	return rc;
}

int
attachment_save_all(const struct message *m, const char *folder,
                    size_t *saved_r, struct err *err)
{
	*saved_r = 0;
	for (const struct part *p = message_next_attachment(m, NULL); p != NULL;
	     p = message_next_attachment(m, p)) {
		if (attachment_save(p, folder, NULL, err) != 0)
			return -1;
		++*saved_r;
	}
	return 0;
}

static char *
private_folder(struct err *err)
{
	static const char *const names[] = { "XDG_RUNTIME_DIR", "TMPDIR" };
	const char *base = "/tmp";
	char *folder;

	for (size_t i = 2; i > 0; i--) {
		const char *v = getenv(names[i - 1]);

		if (v != NULL && v[0] == '/')
			base = v;
	}
	folder = fsx_join(base, "pabal-XXXXXX");
	if (mkdtemp(folder) == NULL) {
		(void)err_sys(err, errno, _("cannot create '%s'"), folder);
		free(folder);
		return NULL;
	}
	return folder;
}

/* The program of one mailcap file; a file that is not there has none. */
static bool
look_in(const char *file, const struct part *p, struct attachment_view *v)
{
	struct mailcap_found found;
	struct err err = { 0 };
	struct str text;
	bool any = false;

	str_init(&text, MAILCAP_MAX);
	if (fsx_read(file, MAILCAP_MAX, &text, &err) == 0)
		any = mailcap_find(str_slice(&text), p->type, v->path, NULL,
		                   &found);
	str_release(&text);
	if (any) {
		v->argv = found.argv;
		v->terminal = found.terminal;
		v->input = found.input;
	}
	return any;
}

static void
find_program(const struct part *p, struct attachment_view *v)
{
	const char *home = getenv("HOME");
	char *own = home != NULL ? fsx_join(home, ".mailcap") : NULL;

	if (!(own != NULL && look_in(own, p, v)) &&
	    !look_in("/etc/mailcap", p, v)) {
		v->argv = xcalloc(3, sizeof *v->argv);
		v->argv[0] = xstrdup("xdg-open");
		v->argv[1] = xstrdup(v->path);
	}
	free(own);
}

int
attachment_view_init(struct attachment_view *v, const struct part *p,
                     struct err *err)
{
	memset(v, 0, sizeof *v);
	v->folder = private_folder(err);
	if (v->folder == NULL)
		return -1;
	if (attachment_save(p, v->folder, &v->path, err) != 0) {
		attachment_view_release(v);
		return -1;
	}
	find_program(p, v);
	return 0;
}

int
attachment_view_start(const struct attachment_view *v, struct err *err)
{
	return proc_start(v->argv, err);
}

void
attachment_view_release(struct attachment_view *v)
{
	/* Best effort: what is left is ours alone (0600 in 0700). */
	if (v->path != NULL)
		(void)unlink(v->path);
	if (v->folder != NULL)
		(void)rmdir(v->folder);
	proc_free_argv(v->argv);
	free(v->path);
	free(v->folder);
	memset(v, 0, sizeof *v);
}

int
attachment_pipe(const struct part *p, const char *command, struct str *output,
                int *status_r, struct err *err)
{
	struct proc_opts opts = { .output_max = OUTPUT_MAX, .cancel_fd = -1 };
	struct str bytes;
	char **argv = NULL;
	int rc;

	if (proc_split(command, &argv, err) != 0)
		return -1;
	str_init(&bytes, MIME_BODY_MAX);
	part_bytes(p, &bytes);
	opts.input = str_slice(&bytes);
	rc = proc_run(argv, &opts, output, status_r, err);
	str_release(&bytes);
	proc_free_argv(argv);
	return rc;
}
