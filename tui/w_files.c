/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Choosing files: folders to walk through, typing narrows, any number marked. */
#include "tui/w_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text/unicode.h"
#include "tui/key.h"
#include "util/fsx.h"
#include "util/i18n.h"
#include "util/proc.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Names of one folder that are shown: nobody looks through more. */
#define ENTRIES_MAX 20000
/* Bytes of a path and of the line that shows it. */
#define PATH_BYTES 4096
/* Cells of the box. */
#define BOX_CELLS 72

/* ---- paths ---- */

static char *
parent_of(const char *folder)
{
	size_t at = slice_rfind(slice_of(folder), '/');

	return slice_dup(slice_make(folder, at > 0 ? at : 1));
}

static bool
is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool
is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* "~", "..", absolute or below folder; without "/" at the end.  Owned. */
static char *
resolve(const char *folder, struct slice typed)
{
	char *home, *path;

	while (typed.n > 1 && typed.p[typed.n - 1] == '/')
		typed = slice_head(typed, typed.n - 1);
	if (slice_eq_z(typed, ".."))
		return parent_of(folder);
	if (slice_eq_z(typed, ".") || typed.n == 0)
		return xstrdup(folder);
	home = fsx_expand_home(typed);
	path = home[0] == '/' ? xstrdup(home) : fsx_join(folder, home);
	free(home);
	return path;
}

/* ---- the list ---- */

static void
clear_entries(struct w_files *f)
{
	struct w_files_entry *e;

	array_foreach(&f->entries, e) {
		free(e->name);
		free(e->key);
	}
	f->entries.n = 0;
}

static int
by_name(const void *a, const void *b)
{
	const struct w_files_entry *x = a, *y = b;

	if (x->folder != y->folder)
		return x->folder ? -1 : 1;
	return strcmp(x->key, y->key);
}

static char *
sort_key(const char *name)
{
	struct str s;

	str_init(&s, PATH_BYTES);
	unicode_fold(slice_of(name), &s);
	return str_take(&s);
}

/* What can be attached or gone into: no sockets, devices or pipes. */
static void
add_entry(struct w_files *f, DIR *dir, const char *name)
{
	struct w_files_entry *e;
	struct stat st;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
	    fstatat(dirfd(dir), name, &st, 0) != 0 ||
	    !(S_ISDIR(st.st_mode) || S_ISREG(st.st_mode)))
		return;
	e = array_add_new(&f->entries);
	e->name = xstrdup(name);
	e->key = sort_key(name);
	e->folder = S_ISDIR(st.st_mode);
	e->size = (uint64_t)st.st_size;
}

static bool
is_marked(const struct w_files *f, const char *path)
{
	size_t i;

	for (i = 0; i < f->marked.n; i++)
		if (strcmp(f->marked.v[i], path) == 0)
			return true;
	return false;
}

/* The parent comes first, as number -1. */
#define UP (-1)

static void
fill(struct w_files *f)
{
	size_t i;

	w_pick_clear(&f->pick);
	if (strcmp(f->folder, "/") != 0)
		w_pick_add(&f->pick, "../", NULL, UP);
	for (i = 0; i < f->entries.n; i++) {
		const struct w_files_entry *e = &f->entries.v[i];
		struct str text, size;
		char *path;

		if (e->name[0] == '.' && !f->hidden)
			continue;
		str_init(&text, PATH_BYTES);
		str_init(&size, 64);
		str_printf(&text, "%s%s", e->name, e->folder ? "/" : "");
		if (!e->folder)
			str_add_size(&size, e->size);
		w_pick_add(&f->pick, text.p, size.p, (int64_t)i);
		path = fsx_join(f->folder, e->name);
		f->pick.items.v[f->pick.items.n - 1].marked =
			is_marked(f, path);
		free(path);
		str_release(&size);
		str_release(&text);
	}
}

/* Takes path.  A folder that cannot be read is not gone into. */
static bool
open_folder(struct w_files *f, char *path)
{
	DIR *dir = opendir(path);
	struct dirent *d;

	if (dir == NULL) {
		str_printf(&f->note, _("cannot open '%s': %s"), path,
		           strerror(errno));
		free(path);
		return false;
	}
	clear_entries(f);
	free(f->folder);
	f->folder = path;
	while (f->entries.n < ENTRIES_MAX && (d = readdir(dir)) != NULL)
		add_entry(f, dir, d->d_name);
	if (f->entries.n == ENTRIES_MAX)
		str_printf(&f->note, _("only %d names are shown"), ENTRIES_MAX);
	(void)closedir(dir); /* nothing was written */
	if (f->entries.n > 0)
		qsort(f->entries.v, f->entries.n, sizeof *f->entries.v,
		      by_name);
	f->hidden = false;
	w_line_set(&f->pick.filter, SLICE_NONE);
	fill(f);
	return true;
}

void
w_files_init(struct w_files *f, const char *title, const char *folder)
{
	char *here = folder != NULL ? xstrdup(folder) : getcwd(NULL, 0);

	memset(f, 0, sizeof *f);
	w_pick_init(&f->pick, title);
	f->pick.cols = BOX_CELLS;
	str_init(&f->note, PATH_BYTES);
	f->folder = xstrdup("/");
	if (here == NULL || !open_folder(f, here))
		(void)open_folder(f, fsx_expand_home(SLICE_LIT("~")));
}

void
w_files_release(struct w_files *f)
{
	if (f == NULL || f->folder == NULL)
		return;
	clear_entries(f);
	array_release(&f->entries);
	while (f->marked.n > 0)
		free(f->marked.v[--f->marked.n]);
	array_release(&f->marked);
	w_pick_release(&f->pick);
	str_release(&f->note);
	free(f->folder);
	memset(f, 0, sizeof *f);
}

/* ---- keys ---- */

static const struct w_files_entry *
selected(const struct w_files *f, bool *up_r)
{
	const struct w_pick_item *it = w_pick_get(&f->pick);

	*up_r = it != NULL && it->value == UP;
	return it == NULL || *up_r ? NULL : &f->entries.v[it->value];
}

static void
go_up(struct w_files *f)
{
	/* the folder left is the one selected */
	char *left = xstrdup(f->folder);
	size_t i;

	if (open_folder(f, parent_of(left)))
		for (i = 0; i < f->pick.shown.n; i++) {
			const struct w_pick_item *it = &f->pick.items.v[i];
			char *path =
				it->value == UP
					? NULL
					: fsx_join(
						  f->folder,
						  f->entries.v[it->value].name);

			if (path != NULL && strcmp(path, left) == 0)
				f->pick.selected = i;
			free(path);
		}
	free(left);
}

/* Takes path. */
static void
toggle(struct w_files *f, char *path)
{
	size_t i;

	for (i = 0; i < f->marked.n; i++) {
		if (strcmp(f->marked.v[i], path) != 0)
			continue;
		free(f->marked.v[i]);
		memmove(f->marked.v + i, f->marked.v + i + 1,
		        (f->marked.n - i - 1) * sizeof *f->marked.v);
		f->marked.n--;
		free(path);
		return;
	}
	array_add(&f->marked, path);
}

static void
mark_selected(struct w_files *f)
{
	bool up;
	const struct w_files_entry *e = selected(f, &up);

	if (up) {
		go_up(f);
	} else if (e != NULL && e->folder) {
		(void)open_folder(f, fsx_join(f->folder, e->name));
	} else if (e != NULL) {
		struct w_pick_item *it =
			&f->pick.items.v[f->pick.shown.v[f->pick.selected]];

		toggle(f, fsx_join(f->folder, e->name));
		it->marked = !it->marked;
		(void)w_pick_key(&f->pick, K_DOWN);
	}
}

/* What was typed is a path: follow it. */
static enum w_pick_result
follow_typed(struct w_files *f)
{
	char *path = resolve(f->folder, w_line_get(&f->pick.filter));

	if (is_folder(path)) {
		(void)open_folder(f, path);
		return W_PICK_GO_ON;
	}
	if (is_file(path)) {
		if (is_marked(f, path))
			free(path);
		else
			array_add(&f->marked, path);
		return W_PICK_CHOSEN;
	}
	str_printf(&f->note, _("there is no '%s'"), path);
	free(path);
	return W_PICK_GO_ON;
}

static enum w_pick_result
choose(struct w_files *f)
{
	bool up;
	const struct w_files_entry *e = selected(f, &up);

	if (e == NULL && !up)
		return w_line_get(&f->pick.filter).n > 0 ? follow_typed(f)
		       : f->marked.n > 0                 ? W_PICK_CHOSEN
		                                         : W_PICK_GO_ON;
	if (up) {
		go_up(f);
	} else if (e->folder) {
		(void)open_folder(f, fsx_join(f->folder, e->name));
	} else {
		if (f->marked.n == 0)
			array_add(&f->marked, fsx_join(f->folder, e->name));
		return W_PICK_CHOSEN;
	}
	return W_PICK_GO_ON;
}

/* "/" behind a folder's name, or the only one that matches. */
static bool
slash(struct w_files *f)
{
	struct slice typed = w_line_get(&f->pick.filter);
	bool up;
	const struct w_files_entry *e;
	char *path;

	if (f->pick.filter.cursor < typed.n)
		return false;
	path = typed.n > 0 ? resolve(f->folder, typed) : xstrdup("/");
	if (is_folder(path))
		return open_folder(f, path);
	free(path);
	e = selected(f, &up);
	return e != NULL && e->folder && f->pick.shown.n == 1 &&
	       open_folder(f, fsx_join(f->folder, e->name));
}

static void
typed_key(struct w_files *f, uint32_t key)
{
	bool dot;

	(void)w_pick_key(&f->pick, key);
	dot = slice_starts(w_line_get(&f->pick.filter), ".");
	if (dot != f->hidden) {
		f->hidden = dot;
		fill(f);
		w_pick_narrow(&f->pick);
	}
}

enum w_pick_result
w_files_key(struct w_files *f, uint32_t key)
{
	bool empty = w_line_get(&f->pick.filter).n == 0;

	str_clear(&f->note);
	if (key == K_ENTER)
		return choose(f);
	if (key == K_CTRL_('x'))
		return f->marked.n > 0 ? W_PICK_CHOSEN : choose(f);
	if (key == K_ESC || key == K_CTRL_('c') || key == K_CTRL_('g'))
		return W_PICK_CANCELLED;
	if (key == K_TAB || key == K_INSERT)
		mark_selected(f);
	else if (empty && (key == K_LEFT || key == K_BACKSPACE))
		go_up(f);
	else if (empty && key == K_RIGHT) {
		bool up;
		const struct w_files_entry *e = selected(f, &up);

		if (e != NULL && e->folder)
			(void)open_folder(f, fsx_join(f->folder, e->name));
	} else if (key != '/' || !slash(f))
		typed_key(f, key);
	return W_PICK_GO_ON;
}

enum w_pick_result
w_files_click(struct w_files *f, int row, int col)
{
	size_t before = f->pick.selected;
	enum w_pick_result r = w_pick_click(&f->pick, row, col);
	bool up;
	const struct w_files_entry *e = selected(f, &up);

	str_clear(&f->note);
	if (r != W_PICK_CHOSEN)
		return r;
	/* the first click only selects a file, the second takes it */
	if (e != NULL && !e->folder && before != f->pick.selected)
		return W_PICK_GO_ON;
	return choose(f);
}

/* All words are files: 'a b.pdf' /home/kim/c.hwp. */
static bool
mark_words(struct w_files *f, const char *text)
{
	char **words = NULL;
	size_t i, n = 0;

	if (proc_split(text, &words, NULL) != 0)
		return false;
	while (words[n] != NULL && words[n][0] == '/' && is_file(words[n]))
		n++;
	if (n == 0 || words[n] != NULL) {
		proc_free_argv(words);
		return false;
	}
	for (i = 0; i < n; i++)
		if (!is_marked(f, words[i]))
			array_add(&f->marked, xstrdup(words[i]));
	proc_free_argv(words);
	fill(f);
	w_pick_narrow(&f->pick);
	return true;
}

void
w_files_paste(struct w_files *f, struct slice text)
{
	char *words = slice_dup(slice_trim(text));

	str_clear(&f->note);
	if (!mark_words(f, words)) {
		w_line_paste(&f->pick.filter, text);
		typed_key(f, K_END);
	}
	free(words);
}

/* ---- drawing ---- */

/* "Attach: …/where/it/is": the end of a long path says more. */
static void
draw_title(const struct w_files *f, struct grid *g)
{
	const struct rect *r = &f->pick.box;
	const char *home = getenv("HOME");
	struct slice path = slice_of(f->folder);
	struct slice rest = path;
	size_t max;
	struct str s, shown;

	str_init(&s, PATH_BYTES);
	str_init(&shown, PATH_BYTES);
	str_printf(&s, "%s: ", f->pick.title);
	if (home != NULL && home[0] == '/' && slice_starts(path, home) &&
	    (path.n == strlen(home) || path.p[strlen(home)] == '/')) {
		str_add_c(&shown, '~');
		rest = slice_from(path, strlen(home));
	}
	unicode_clean_line(rest, &shown);
	rest = str_slice(&shown);
	max = (size_t)(r->cols - 5) - unicode_cells(str_slice(&s));
	if (unicode_cells(rest) > max) {
		str_add_z(&s, "…");
		while (unicode_cells(rest) > max - 1)
			rest = slice_from(rest, unicode_cluster(rest));
	}
	str_add_slice(&s, rest);
	grid_fill_row(g, r, 0, 0, STYLE_TITLE);
	(void)grid_field(g, r, 0, 2, r->cols - 4, STYLE_TITLE, str_slice(&s));
	str_release(&shown);
	str_release(&s);
}

void
w_files_draw(struct w_files *f, struct grid *g)
{
	const struct rect *r = &f->pick.box;
	struct str s;

	w_pick_draw(&f->pick, g);
	if (r->cols < 24 || r->rows < 4)
		return;
	draw_title(f, g);
	str_init(&s, PATH_BYTES);
	if (f->note.n > 0)
		unicode_clean_line(str_slice(&f->note), &s);
	else if (f->marked.n > 0)
		str_printf(&s,
		           N_N("%zu file marked", "%zu files marked",
		               f->marked.n),
		           f->marked.n);
	(void)grid_field(g, r, r->rows - 1, 2, r->cols - 4,
	                 f->note.n > 0 ? STYLE_WARN : STYLE_POPUP,
	                 str_slice(&s));
	str_release(&s);
}
