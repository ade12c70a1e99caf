/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An account's secret: from a command, a file, or stored by us. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/conf.h"
#include "util/fsx.h"
#include "util/i18n.h"
#include "util/proc.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* A password manager may ask for a key first. */
#define COMMAND_TIMEOUT_MS 60000

/* The first line is the secret: pass prints notes below it. */
static int
take_first_line(const struct str *text, struct secret *secret_r)
{
	struct slice rest = str_slice(text);
	struct slice line;

	if (!slice_line(&rest, &line) || line.n == 0)
		return -1;
	secret_set(secret_r, line.p, line.n);
	return 0;
}

/* Room for all at once: growing would leave copies behind. */
static void
text_init(struct str *text)
{
	str_init(text, SECRET_MAX);
	(void)str_reserve(text, SECRET_MAX);
}

static void
text_wipe(struct str *text)
{
	secret_wipe(text->p, text->n);
	str_release(text);
}

static int
run_command(const struct account *a, char *const argv[],
            struct secret *secret_r, struct err *err)
{
	struct proc_opts opts = { .output_max = SECRET_MAX,
		                  .timeout_ms = COMMAND_TIMEOUT_MS };
	struct str text;
	int status = 0;
	int rc;

	text_init(&text);
	rc = proc_run(argv, &opts, &text, &status, err);
	if (rc != 0)
		(void)err_wrap(err, _("password_command of '%s'"), a->name);
	else if (status != 0)
		rc = err_set(err, ERR_AUTH,
		             _("the password_command of '%s' failed "
		               "(status %d)"),
		             a->name, status);
	else if (take_first_line(&text, secret_r) != 0)
		rc = err_set(err, ERR_AUTH,
		             _("the password_command of '%s' printed nothing"),
		             a->name);
	text_wipe(&text);
	return rc;
}

static int
from_command(const struct account *a, struct secret *secret_r, struct err *err)
{
	char **argv;
	int rc;

	if (proc_split(a->password_command, &argv, err) != 0)
		return err_wrap(err, _("password_command of '%s'"), a->name);
	rc = run_command(a, argv, secret_r, err);
	proc_free_argv(argv);
	return rc;
}

/* argv with "env PABAL_TOKEN_REJECTED=yes" in front; the words are borrowed. */
static char **
with_variable(char *const argv[], char *env, char *variable)
{
	size_t n = 0;
	char **all;

	while (argv[n] != NULL)
		n++;
	all = xcalloc(n + 3, sizeof *all);
	all[0] = env;
	all[1] = variable;
	memcpy(&all[2], argv, n * sizeof *all);
	return all;
}

int
credential_fresh(const struct account *a, const struct secret *rejected,
                 struct secret *secret_r, struct err *err)
{
	char env[] = "env";
	char variable[] = "PABAL_TOKEN_REJECTED=yes";
	char **argv;
	char **all;
	int rc;

	if (a->password_command == NULL || !account_has_token(a))
		return 0;
	if (proc_split(a->password_command, &argv, err) != 0)
		return err_wrap(err, _("password_command of '%s'"), a->name);
	all = with_variable(argv, env, variable);
	rc = run_command(a, all, secret_r, err);
	free(all);
	proc_free_argv(argv);
	if (rc != 0)
		return -1;
	if (!slice_eq(secret_get(secret_r), secret_get(rejected)))
		return 1;
	secret_release(secret_r);
	return 0;
}

static int
from_file(const char *path, struct secret *secret_r, struct err *err)
{
	struct str text;
	int rc;

	if (fsx_exists(path) && fsx_check_private(path, err) != 0) {
		if (err != NULL && err->code == ERR_CONFIG)
			return -1;
		return err_set(err, ERR_CONFIG,
		               _("'%s' can be read by others; make it private: "
		                 "chmod 600 '%s'"),
		               path, path);
	}
	text_init(&text);
	rc = fsx_read(path, SECRET_MAX, &text, err);
	if (rc != 0 && err != NULL)
		err->code = ERR_CONFIG;
	else if (rc == 0 && take_first_line(&text, secret_r) != 0)
		rc = err_set(err, ERR_AUTH, _("'%s' holds no password"), path);
	text_wipe(&text);
	return rc;
}

/* "~/" is the user's home. */
static char *
expand_home(const char *path)
{
	const char *home = getenv("HOME");

	if (path[0] != '~' || path[1] != '/' || home == NULL)
		return xstrdup(path);
	return fsx_join(home, path + 2);
}

/* config/secrets/NAME; NULL for what cannot be a name. */
static char *
stored_path(const struct paths *paths, const char *name)
{
	char *folder;
	char *path;

	if (!account_name_ok(slice_of(name)))
		return NULL;
	folder = fsx_join(paths->config, "secrets");
	path = fsx_join(folder, name);
	free(folder);
	return path;
}

static int
from_store(const struct paths *paths, const struct account *a,
           struct secret *secret_r, struct err *err)
{
	char *path = stored_path(paths, a->name != NULL ? a->name : "");
	int rc;

	if (path == NULL || !fsx_exists(path))
		rc = err_set(err, ERR_AUTH, _("no password is known for '%s'"),
		             a->name != NULL ? a->name : "");
	else
		rc = from_file(path, secret_r, err);
	free(path);
	return rc;
}

int
credential_get(const struct paths *paths, const struct account *a,
               struct secret *secret_r, struct err *err)
{
	char *path;
	int rc;

	if (a->password_command != NULL)
		return from_command(a, secret_r, err);
	if (a->password_file == NULL)
		return from_store(paths, a, secret_r, err);
	path = expand_home(a->password_file);
	rc = from_file(path, secret_r, err);
	free(path);
	return rc;
}

int
credential_store(const struct paths *paths, const char *account_name,
                 const struct secret *secret, struct err *err)
{
	char *folder = fsx_join(paths->config, "secrets");
	char *path = stored_path(paths, account_name);
	int rc = -1;

	if (path == NULL)
		(void)err_set(err, ERR_CONFIG,
		              _("'%s' cannot name an account: letters, "
		                "digits, '-', '_', '.' and Hangul only"),
		              account_name);
	else if (fsx_mkdirs(folder, err) == 0)
		rc = fsx_write_atomic(path, secret_get(secret), err);
	free(folder);
	free(path);
	return rc;
}

int
credential_remove(const struct paths *paths, const char *account_name,
                  struct err *err)
{
	char *path = stored_path(paths, account_name);
	int rc = 0;

	if (path != NULL && fsx_exists(path) && unlink(path) != 0)
		rc = err_sys(err, errno, _("cannot remove '%s'"), path);
	free(path);
	return rc;
}

static void
add_time(int64_t *sum, const char *path)
{
	struct stat st;

	if (path != NULL && stat(path, &st) == 0)
		*sum += (int64_t)st.st_mtim.tv_sec * 1000 +
		        st.st_mtim.tv_nsec / 1000000;
}

int64_t
credential_changed(const struct paths *paths, const struct account *a)
{
	char *accounts = fsx_join(paths->config, "accounts");
	char *stored = stored_path(paths, a->name != NULL ? a->name : "");
	char *file =
		a->password_file != NULL ? expand_home(a->password_file) : NULL;
	int64_t sum = 0;

	add_time(&sum, accounts);
	add_time(&sum, stored);
	add_time(&sum, file);
	free(accounts);
	free(stored);
	free(file);
	return sum;
}
