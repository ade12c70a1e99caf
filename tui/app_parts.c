/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Attachments, links and character sets of the message shown. */
#include "tui/app_priv.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mail/sender_charset.h"
#include "tui/text_fmt.h"
#include "util/fsx.h"
#include "util/i18n.h"
#include "util/proc.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* The largest attachment that is saved. */
#define PART_MAX ((size_t)256 * 1024 * 1024)
/* Copies of a name tried before giving up. */
#define COPIES_MAX 1000
/* Milliseconds that opening a link may take before it counts as running. */
#define BROWSER_MS 5000

static bool
need_reader(struct app *a)
{
	if (a->reader.id == 0)
		app_read(a);
	return a->reader.id != 0;
}

void
app_pick_attachment(struct app *a)
{
	const struct message *m = &a->reader.message;
	struct part *p = NULL;
	int64_t n = 0;

	if (!need_reader(a))
		return;
	app_pick_start(a, PICK_ATTACHMENT, _("Attachments"));
	while ((p = message_next_attachment(m, p)) != NULL) {
		struct str name, bytes, detail;

		str_init(&name, 256);
		str_init(&bytes, PART_MAX);
		str_init(&detail, 256);
		part_save_name(p, &name);
		part_bytes(p, &bytes);
		str_printf(&detail, "%.*s, ", SLICE_ARG(p->type));
		str_add_size(&detail, bytes.n);
		w_pick_add(&a->picker, name.p, detail.p, n++);
		str_release(&detail);
		str_release(&bytes);
		str_release(&name);
	}
	if (n == 0) {
		a->pick = PICK_NONE;
		w_pick_release(&a->picker);
		app_say(a, STYLE_DIM, _("no attachments"));
	}
}

/* ~/Downloads when it is there, else the home folder. */
char *
app_save_folder(void)
{
	const char *home = getenv("HOME");
	char *downloads;
	struct stat st;

	if (home == NULL || home[0] == '\0')
		return xstrdup(".");
	downloads = fsx_join(home, "Downloads");
	if (stat(downloads, &st) == 0 && S_ISDIR(st.st_mode))
		return downloads;
	free(downloads);
	return xstrdup(home);
}

/* "a.pdf" is there: "a-2.pdf". */
static char *
free_path(const char *path)
{
	struct slice whole = slice_of(path);
	size_t slash = slice_rfind(whole, '/');
	size_t dot = slice_rfind(whole, '.');
	int i;

	if (dot == whole.n || (slash < whole.n && dot <= slash + 1))
		dot = whole.n;
	for (i = 2; i < COPIES_MAX; i++) {
		char *p = xasprintf("%.*s-%d%s", (int)dot, path, i, path + dot);

		if (!fsx_exists(p))
			return p;
		free(p);
	}
	return xstrdup(path);
}

void
app_ask_save(struct app *a, const struct part *p)
{
	struct str name;
	char *folder, *path;

	str_clear(&a->wanted_part);
	str_add_slice(&a->wanted_part, p->path);
	str_init(&name, 256);
	part_save_name(p, &name);
	folder = app_save_folder();
	path = fsx_join(folder, name.p);
	if (fsx_exists(path)) {
		char *other = free_path(path);

		free(path);
		path = other;
	}
	app_ask(a, PROMPT_SAVE, slice_of(path));
	free(path);
	free(folder);
	str_release(&name);
}

static char *
expand_home(struct slice path)
{
	const char *home = getenv("HOME");
	char *rest = slice_dup(slice_from(path, 2));
	char *full;

	if (home == NULL || !slice_starts(path, "~/")) {
		free(rest);
		return slice_dup(path);
	}
	full = fsx_join(home, rest);
	free(rest);
	return full;
}

/* A folder is where the file goes under its own name. */
static char *
save_target(const struct part *p, struct slice typed)
{
	char *path = expand_home(typed);
	char *file;
	struct str name;
	struct stat st;

	if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
		return path;
	str_init(&name, 256);
	part_save_name(p, &name);
	file = fsx_join(path, name.p);
	free(path);
	str_release(&name);
	return file;
}

/* Is there a folder for this file?  Says so if not. */
static bool
folder_is_there(struct app *a, const char *file)
{
	struct slice s = slice_of(file);
	size_t slash = slice_rfind(s, '/');
	char *folder = slash == s.n ? xstrdup(".")
	                            : slice_dup(slice_head(s, slash + 1));
	struct stat st;
	bool there = stat(folder, &st) == 0 && S_ISDIR(st.st_mode);

	if (!there)
		app_say(a, STYLE_WARN,
		        _("there is no folder '%s', nothing saved"), folder);
	free(folder);
	return there;
}

void
app_save_part(struct app *a, struct slice path)
{
	const struct part *p = message_find_path(&a->reader.message,
	                                         str_slice(&a->wanted_part));
	struct err err = { 0 };
	struct str bytes;
	char *file;

	path = slice_trim(path);
	if (p == NULL || path.n == 0)
		return;
	file = save_target(p, path);
	if (!folder_is_there(a, file)) {
		free(file);
		return;
	}
	if (fsx_exists(file)) {
		app_say(a, STYLE_WARN,
		        _("'%s' is there already, nothing saved"), file);
		free(file);
		return;
	}
	str_init(&bytes, PART_MAX);
	part_bytes(p, &bytes);
	if (bytes.full)
		app_say(a, STYLE_ERROR, _("the attachment is too large"));
	else if (fsx_write_atomic(file, str_slice(&bytes), &err) != 0)
		app_say_err(a, &err);
	else
		app_say(a, STYLE_OK, _("saved as %s"), file);
	str_release(&bytes);
	free(file);
}

/* ---- links ---- */

static void
add_link(void *ctx, struct slice url)
{
	struct app *a = ctx;

	array_add(&a->links, slice_dup(url));
}

void
app_pick_link(struct app *a)
{
	size_t i;

	if (!need_reader(a))
		return;
	while (a->links.n > 0)
		free(a->links.v[--a->links.n]);
	pane_reader_links(&a->reader, add_link, a);
	if (a->links.n == 0) {
		app_say(a, STYLE_DIM, _("no links"));
		return;
	}
	app_pick_start(a, PICK_LINK, _("Links: Enter opens"));
	for (i = 0; i < a->links.n; i++)
		w_pick_add(&a->picker, a->links.v[i], NULL, (int64_t)i);
}

void
app_open_link(struct app *a, const char *url)
{
	const char *browser =
		a->conf.browser != NULL ? a->conf.browser : "xdg-open";
	struct proc_opts opts = { .timeout_ms = BROWSER_MS, .cancel_fd = -1 };
	struct err err = { 0 };
	char **words = NULL;
	char **argv;
	size_t n = 0;
	int status = 0;

	if (slice_istarts(slice_of(url), "mailto:")) {
		app_write_mailto(a, url);
		return;
	}
	if (proc_split(browser, &words, &err) != 0) {
		app_say_err(a, &err);
		return;
	}
	while (words[n] != NULL)
		n++;
	argv = xcalloc(n + 2, sizeof *argv);
	memcpy(argv, words, n * sizeof *argv);
	argv[n] = xstrdup(url);
	if (n == 0 || proc_run(argv, &opts, NULL, &status, &err) != 0)
		app_say_err(a, &err);
	else if (status != 0)
		app_say(a, STYLE_ERROR, _("'%s' could not open the link"),
		        browser);
	else
		app_say(a, STYLE_OK, _("opened %s"), url);
	free(argv[n]);
	free(argv);
	proc_free_argv(words);
}

void
app_set_charset(struct app *a, struct slice label)
{
	enum charset cs = charset_lookup(label);
	struct err err = { 0 };

	if (a->reader.id == 0)
		return;
	if (slice_trim(label).n > 0 && cs == CHARSET_UNKNOWN) {
		app_say(a, STYLE_WARN, _("unknown character set '%.*s'"),
		        SLICE_ARG(label));
		return;
	}
	pane_reader_set_charset(&a->reader, cs);
	if (sender_charset_choose(a->store, &a->reader.message, cs, &err) !=
	    0) {
		app_say_err(a, &err);
		return;
	}
	app_say(a, STYLE_STATUS,
	        cs == CHARSET_UNKNOWN ? _("character set detected again")
	                              : _("read as %s"),
	        charset_name(cs));
}
