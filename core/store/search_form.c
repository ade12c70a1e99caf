/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The compiled form of a search, to text and back. */
#include "store/search_form.h"

#include <string.h>

#include "util/i18n.h"

#include "util/banned.h"

static const char *const field_keys[] = {
	[SEARCH_ANYWHERE] = "word", [SEARCH_FROM] = "from",
	[SEARCH_TO] = "to",         [SEARCH_SUBJECT] = "subject",
	[SEARCH_BODY] = "body",
};

#define FIELD_COUNT (sizeof field_keys / sizeof field_keys[0])

static void
add_line(struct str *out, const char *key, struct slice value)
{
	size_t i;

	str_add_z(out, key);
	str_add_c(out, '=');
	for (i = 0; i < value.n; i++) {
		unsigned char c = (unsigned char)value.p[i];

		str_add_c(out, c < 0x20 || c == 0x7f ? ' ' : value.p[i]);
	}
	str_add_c(out, '\n');
}

static void
add_term(struct str *out, const struct search_term *t)
{
	if (t->negated)
		str_add_c(out, '-');
	/* A phrase in a field: the field's key doubled with a quote mark. */
	if (t->phrase && t->field == SEARCH_ANYWHERE) {
		add_line(out, "phrase", t->text);
		return;
	}
	if (t->phrase)
		str_add_c(out, '"');
	add_line(out, field_keys[t->field], t->text);
}

static void
add_choice(struct str *out, const char *key, int choice)
{
	if (choice != 0)
		add_line(out, key, slice_of(choice > 0 ? "1" : "0"));
}

static void
add_time(struct str *out, const char *key, int64_t t)
{
	if (t != 0)
		str_printf(out, "%s=%lld\n", key, (long long)t);
}

void
search_form_write(const struct search_form *f, struct str *out)
{
	size_t i;

	for (i = 0; i < f->term_count; i++)
		add_term(out, &f->terms[i]);
	add_choice(out, "unread", f->unread);
	add_choice(out, "flagged", f->flagged);
	add_choice(out, "attachment", f->attachment);
	if (f->has_folder)
		add_line(out, "folder",
		         slice_of(f->folder == FOLDER_ANY
		                          ? "*"
		                          : folder_name(f->folder)));
	if (f->label.n != 0)
		add_line(out, "label", f->label);
	if (f->list.n != 0)
		add_line(out, "list", f->list);
	add_time(out, "after", f->after);
	add_time(out, "before", f->before);
}

/* A word condition: 1 read, 0 it is another kind of line, -1 too many. */
static int
read_term(struct slice key, struct slice value, struct search_form *f)
{
	struct search_term t = { .text = value };
	size_t i;

	if (slice_starts(key, "-")) {
		t.negated = true;
		key = slice_from(key, 1);
	}
	if (slice_starts(key, "\"")) {
		t.phrase = true;
		key = slice_from(key, 1);
	}
	if (slice_eq_z(key, "phrase")) {
		t.phrase = true;
		key = slice_of("word");
	}
	for (i = 0; i < FIELD_COUNT; i++) {
		if (!slice_eq_z(key, field_keys[i]))
			continue;
		if (f->term_count == SEARCH_FORM_TERMS)
			return -1;
		t.field = (enum search_field)i;
		f->terms[f->term_count++] = t;
		return 1;
	}
	return 0;
}

static int
read_time(struct slice value, int64_t *t_r)
{
	bool minus = slice_starts(value, "-");
	uint64_t n;

	if (slice_u64(slice_from(value, minus ? 1 : 0), &n) != 0 ||
	    n > INT64_MAX)
		return -1;
	*t_r = minus ? -(int64_t)n : (int64_t)n;
	return 0;
}

static int
read_choice(struct slice value, int *choice_r)
{
	if (!slice_eq_z(value, "1") && !slice_eq_z(value, "0"))
		return -1;
	*choice_r = value.p[0] == '1' ? 1 : -1;
	return 0;
}

static int
read_folder(struct slice value, struct search_form *f)
{
	f->has_folder = true;
	if (slice_eq_z(value, "*")) {
		f->folder = FOLDER_ANY;
		return 0;
	}
	return folder_lookup(value, &f->folder);
}

static int
read_condition(struct slice key, struct slice value, struct search_form *f)
{
	int rc = value.n != 0 ? read_term(key, value, f) : -1;

	if (rc != 0)
		return rc > 0 ? 0 : -1;
	if (slice_eq_z(key, "unread"))
		return read_choice(value, &f->unread);
	if (slice_eq_z(key, "flagged"))
		return read_choice(value, &f->flagged);
	if (slice_eq_z(key, "attachment"))
		return read_choice(value, &f->attachment);
	if (slice_eq_z(key, "folder"))
		return read_folder(value, f);
	if (slice_eq_z(key, "after"))
		return read_time(value, &f->after);
	if (slice_eq_z(key, "before"))
		return read_time(value, &f->before);
	if (slice_eq_z(key, "list")) {
		f->list = value;
		return 0;
	}
	if (!slice_eq_z(key, "label"))
		return -1;
	f->label = value;
	return 0;
}

int
search_form_read(struct slice text, struct search_form *f_r, struct err *err)
{
	struct search_form f = { .folder = FOLDER_ANY };
	struct slice line;

	while (slice_line(&text, &line)) {
		size_t at = slice_find(line, '=');

		if (line.n == 0)
			continue;
		if (at == line.n ||
		    read_condition(slice_head(line, at),
		                   slice_from(line, at + 1), &f) != 0)
			return err_set(err, ERR_USAGE,
			               _("the search cannot be understood"));
	}
	*f_r = f;
	return 0;
}
