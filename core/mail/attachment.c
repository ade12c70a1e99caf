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

/* Write p to the new file name of folder dir; no half of it stays. */
static int
fill_file(int dir, const char *name, int fd, const struct part *p,
          struct err *err)
{
	int rc = write_part(fd, p, err);

	if (rc == 0)
		rc = fsx_fsync(fd, name, err);
	if (close(fd) != 0 && rc == 0)
		rc = err_sys(err, errno, _("cannot write '%s'"), name);
	if (rc != 0)
		(void)unlinkat(dir, name, 0); /* rc says it already */
	return rc;
}

static int
save_in(int dir, const struct part *p, struct str *name, struct err *err)
{
	struct str wanted;
	int fd;

	str_init(&wanted, MIME_NAME_MAX);
	part_save_name(p, &wanted);
	fd = create(dir, str_slice(&wanted), name, err);
	str_release(&wanted);
	return fd < 0 ? -1 : fill_file(dir, name->p, fd, p, err);
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

static bool
is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Is there a folder for this file? */
static int
check_folder_of(const char *file, struct err *err)
{
	struct slice s = slice_of(file);
	size_t slash = slice_rfind(s, '/');
	char *folder = slash == s.n ? xstrdup(".")
	                            : slice_dup(slice_head(s, slash + 1));
	int rc = 0;

	if (!is_folder(folder))
		rc = err_set(err, ERR_IO,
		             _("there is no folder '%s', nothing saved"),
		             folder);
	free(folder);
	return rc;
}

int
attachment_save_as(const struct part *p, struct slice path, char **path_r,
                   struct err *err)
{
	char *file = fsx_expand_home(path);
	struct stat st;
	int rc = -1;
	int fd;

	if (is_folder(file)) {
		rc = attachment_save(p, file, path_r, err);
	} else if (lstat(file, &st) == 0) {
		(void)err_set(err, ERR_IO,
		              _("'%s' is there already, nothing saved"), file);
	} else if (check_folder_of(file, err) == 0) {
		fd = fsx_create_at(AT_FDCWD, file, err);
		rc = fd < 0 ? -1 : fill_file(AT_FDCWD, file, fd, p, err);
		if (rc == 0 && path_r != NULL)
			*path_r = xstrdup(file);
	}
	free(file);
	return rc;
}

int
attachment_save_all(const struct message *m, struct slice folder,
                    size_t *saved_r, struct err *err)
{
	char *path = fsx_expand_home(folder);
	int rc = 0;

	*saved_r = 0;
	if (!is_folder(path))
		rc = err_set(err, ERR_IO,
		             _("there is no folder '%s', nothing saved"), path);
	for (const struct part *p = message_next_attachment(m, NULL);
	     rc == 0 && p != NULL; p = message_next_attachment(m, p)) {
		rc = attachment_save(p, path, NULL, err);
		*saved_r += rc == 0;
	}
	free(path);
	return rc;
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

/* The name that the program goes by.  The folder is ours and has nothing else. */
static bool
name_it(struct mailcap_found *found, struct attachment_view *v)
{
	if (found->path == NULL)
		return true;
	if (rename(v->path, found->path) != 0)
		return false;
	free(v->path);
	v->path = found->path;
	found->path = NULL;
	return true;
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
	if (fsx_check_regular(file, &err) == 0 &&
	    fsx_read(file, MAILCAP_MAX, &text, &err) == 0)
		any = mailcap_find(str_slice(&text), p->type, v->path, NULL,
		                   &found);
	str_release(&text);
	if (any && !name_it(&found, v)) {
		mailcap_release(&found);
		any = false;
	}
	if (any) {
		v->argv = found.argv;
		v->input = found.input;
		v->how = found.prints     ? ATTACHMENT_PRINTS
		         : found.terminal ? ATTACHMENT_TERMINAL
		                          : ATTACHMENT_WINDOW;
	}
	return any;
}

static bool
has_windows(void)
{
	static const char *const names[] = { "DISPLAY", "WAYLAND_DISPLAY" };

	for (size_t i = 0; i < 2; i++) {
		const char *value = getenv(names[i]);

		if (value != NULL && value[0] != '\0')
			return true;
	}
	return false;
}

static void
find_program(const struct part *p, struct attachment_view *v)
{
	const char *files = getenv("MAILCAPS"); /* RFC 1524, appendix A */
	struct slice rest = slice_of(files != NULL && files[0] != '\0'
	                                     ? files
	                                     : "~/.mailcap:/etc/mailcap");
	struct slice one;
	bool found = false;

	while (!found && slice_split(&rest, ':', &one)) {
		char *file = fsx_expand_home(one);

		found = file[0] == '/' && look_in(file, p, v);
		free(file);
	}
	if (!found && has_windows()) {
		v->argv = xcalloc(3, sizeof *v->argv);
		v->argv[0] = xstrdup("xdg-open");
		v->argv[1] = xstrdup(v->path);
		v->how = ATTACHMENT_WINDOW;
	}
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
attachment_view_run(const struct attachment_view *v, int cancel_fd,
                    struct str *output, int *status_r, struct err *err)
{
	struct proc_opts opts = {
		.input_file = v->input ? v->path : NULL,
		.output_max = OUTPUT_MAX,
		.cancel_fd = cancel_fd,
		.inherit_tty = v->how == ATTACHMENT_TERMINAL,
		.errors_too = v->how == ATTACHMENT_PRINTS,
	};

	*status_r = 0;
	if (v->argv == NULL)
		return err_set(err, ERR_CONFIG,
		               _("no program opens this: name one in "
		                 "~/.mailcap, or save it"));
	if (v->how == ATTACHMENT_WINDOW)
		return proc_start(v->argv, opts.input_file, err);
	if (opts.inherit_tty)
		opts.timeout_ms = INT32_MAX; /* as long as people read */
	return proc_run(v->argv, &opts, output, status_r, err);
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

/* Signs that only a shell understands. */
static bool
needs_shell(const char *command)
{
	return strpbrk(command, "|&;<>()$`*?[]~#!{}") != NULL;
}

/* The words of the user's command, owned; NULL: it cannot be split. */
static char **
command_words(const char *command, struct err *err)
{
	char **argv = NULL;

	if (!needs_shell(command))
		return proc_split(command, &argv, err) == 0 ? argv : NULL;
	argv = xcalloc(4, sizeof *argv);
	argv[0] = xstrdup("/bin/sh");
	argv[1] = xstrdup("-c");
	argv[2] = xstrdup(command);
	return argv;
}

int
attachment_pipe(struct slice bytes, const char *command, int cancel_fd,
                struct str *output, int *status_r, struct err *err)
{
	struct proc_opts opts = { .input = bytes,
		                  .output_max = OUTPUT_MAX,
		                  .cancel_fd = cancel_fd,
		                  .errors_too = true };
	char **argv = command_words(command, err);
	struct err why = { 0 };
	int rc;

	if (argv == NULL)
		return -1;
	rc = proc_run(argv, &opts, output, status_r, &why);
	/* The shell says itself which command it did not find. */
	if (rc != 0 && why.code == ERR_CONFIG && needs_shell(command))
		rc = 0;
	if (rc != 0)
		*err = why;
	proc_free_argv(argv);
	return rc;
}
