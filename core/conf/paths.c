/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where configuration, mail, state and cache lie. */
#include "conf/paths.h"

#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/fsx.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* The user's home folder; owned, NULL when there is none. */
static char *
home_folder(void)
{
	const char *home = getenv("HOME");
	const struct passwd *pw;

	if (home != NULL && home[0] == '/')
		return xstrdup(home);
	pw = getpwuid(getuid());
	return pw != NULL && pw->pw_dir[0] == '/' ? xstrdup(pw->pw_dir) : NULL;
}

/* XDG base directory specification: a relative value counts as none. */
static char *
xdg_folder(const char *variable, const char *home, const char *below_home)
{
	const char *value = getenv(variable);

	if (value != NULL && value[0] == '/')
		return fsx_join(value, "pabal");
	return xasprintf("%s/%s/pabal", home, below_home);
}

static int
init_xdg(struct paths *p, struct err *err)
{
	char *home = home_folder();

	if (home == NULL)
		return err_set(err, ERR_CONFIG,
		               _("there is no home folder; give one with "
		                 "--home or set HOME"));
	p->config = xdg_folder("XDG_CONFIG_HOME", home, ".config");
	p->data = xdg_folder("XDG_DATA_HOME", home, ".local/share");
	p->state = xdg_folder("XDG_STATE_HOME", home, ".local/state");
	p->cache = xdg_folder("XDG_CACHE_HOME", home, ".cache");
	free(home);
	return 0;
}

/* Absolute, so that a later chdir changes nothing. */
static char *
absolute(const char *path)
{
	char cwd[PATH_MAX];

	if (path[0] == '/' || getcwd(cwd, sizeof cwd) == NULL)
		return xstrdup(path);
	return fsx_join(cwd, path);
}

int
paths_init(struct paths *p, const char *home, struct err *err)
{
	memset(p, 0, sizeof *p);
	if (home == NULL || home[0] == '\0')
		home = getenv("PABAL_HOME");
	if (home == NULL || home[0] == '\0')
		return init_xdg(p, err);
	p->home = absolute(home);
	p->config = fsx_join(p->home, "config");
	p->data = fsx_join(p->home, "data");
	p->state = fsx_join(p->home, "state");
	p->cache = fsx_join(p->home, "cache");
	return 0;
}

int
paths_make(const struct paths *p, struct err *err)
{
	if (fsx_mkdirs(p->config, err) != 0 || fsx_mkdirs(p->data, err) != 0 ||
	    fsx_mkdirs(p->state, err) != 0)
		return -1;
	return fsx_mkdirs(p->cache, err);
}

void
paths_release(struct paths *p)
{
	if (p == NULL)
		return;
	free(p->config);
	free(p->data);
	free(p->state);
	free(p->cache);
	free(p->home);
	memset(p, 0, sizeof *p);
}

char *
paths_program_folder(void)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
	size_t slash;

	if (n <= 0)
		return NULL;
	slash = slice_rfind(slice_make(path, (size_t)n), '/');
	return slash < (size_t)n ? xmemdup0(path, slash) : NULL;
}

/* folder/middle/name when it is there; owned. */
static char *
existing(const char *folder, const char *middle, const char *name)
{
	char *path = xasprintf("%s%s/%s", folder, middle, name);

	if (fsx_exists(path))
		return path;
	free(path);
	return NULL;
}

char *
paths_shipped(const char *name)
{
	const char *override = getenv("PABAL_DATADIR");
	char *program;
	char *path = NULL;

	if (override != NULL && override[0] == '/')
		return existing(override, "", name);
	program = paths_program_folder();
	if (program != NULL)
		path = existing(program, "/share", name);
	free(program);
	return path != NULL ? path : existing(PABAL_DATADIR, "", name);
}
