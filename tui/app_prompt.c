/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions in the status line and boxes to choose from. */
#include "tui/app_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/wrap.h"
#include "tui/key.h"
#include "tui/text_fmt.h"
#include "util/clock.h"
#include "util/i18n.h"

#include "util/banned.h"

const char *
app_prompt_label(enum app_prompt prompt)
{
	switch (prompt) {
	case PROMPT_SEARCH:
		return _("Search all mail:");
	case PROMPT_LIMIT:
		return _("Show only:");
	case PROMPT_FIND:
	case PROMPT_ED_FIND:
		return _("Find:");
	case PROMPT_COMMAND:
		return ":";
	case PROMPT_SAVE:
		return _("Save as:");
	case PROMPT_SAVE_ALL:
		return _("Save all in folder:");
	case PROMPT_PIPE:
		return _("Command:");
	case PROMPT_REDIRECT:
		return _("Redirect to:");
	case PROMPT_CHARSET:
		return _("Character set (empty: detect):");
	case PROMPT_RULE:
		return _("Rule, Tab suggests:");
	case PROMPT_BULK_LABEL:
		return _("Label:");
	case PROMPT_WHEN:
		return _("Send when (tomorrow 9:00, in 2 hours; empty: now):");
	case PROMPT_SPELL:
		return _("Otherwise:");
	case PROMPT_NONE:
		break;
	}
	return "";
}

void
app_ask(struct app *a, enum app_prompt prompt, struct slice text)
{
	a->prompt = prompt;
	str_clear(&a->message);
	w_line_set(&a->line, text);
	a->dirty = true;
}

static void
run_command(struct app *a, struct slice text)
{
	struct slice rest = text;
	struct slice word, arg;
	const struct action *act;
	enum folder folder;

	if (!slice_word(&rest, &word))
		return;
	arg = slice_trim(rest);
	act = action_lookup(word);
	if (act == NULL) {
		app_say(a, STYLE_WARN, _("no command '%.*s'; ? shows them all"),
		        SLICE_ARG(word));
	} else if (arg.n == 0) {
		app_act(a, act->id);
	} else if (act->id == ACTION_SEARCH || act->id == ACTION_LIMIT) {
		app_search(a, arg, act->id == ACTION_SEARCH);
	} else if (act->id == ACTION_CHARSET) {
		app_set_charset(a, arg);
	} else if (act->id == ACTION_MOVE && folder_lookup(arg, &folder) == 0) {
		app_move(a, folder);
	} else {
		app_say(a, STYLE_WARN, _("'%s' cannot take '%.*s'"), act->name,
		        SLICE_ARG(arg));
	}
}

static void
done(struct app *a, enum app_prompt prompt, struct slice text)
{
	switch (prompt) {
	case PROMPT_SEARCH:
	case PROMPT_LIMIT:
		app_search(a, text, prompt == PROMPT_SEARCH);
		break;
	case PROMPT_FIND:
		if (!pane_reader_find(&a->reader, text, false))
			app_say(a, STYLE_DIM, _("not found"));
		break;
	case PROMPT_ED_FIND:
		if (a->compose != NULL &&
		    !editor_find(a->compose->editor, text))
			app_say(a, STYLE_DIM, _("not found"));
		break;
	case PROMPT_COMMAND:
		run_command(a, text);
		break;
	case PROMPT_SAVE:
		app_save_part(a, text);
		break;
	case PROMPT_SAVE_ALL:
		app_save_all(a, text);
		break;
	case PROMPT_PIPE:
		app_pipe_part(a, text);
		break;
	case PROMPT_REDIRECT:
		app_redirect(a, text);
		break;
	case PROMPT_CHARSET:
		app_set_charset(a, text);
		break;
	case PROMPT_WHEN:
		app_send_at(a, text);
		break;
	case PROMPT_SPELL:
		app_spell_replace(a, text);
		break;
	case PROMPT_BULK_LABEL:
		app_bulk_label(a, text);
		break;
	case PROMPT_RULE:
		app_rule_typed(a, text);
		break;
	case PROMPT_NONE:
		break;
	}
}

/* Tab completes a command's name. */
static void
complete_command(struct app *a)
{
	const struct action *act = action_lookup(w_line_get(&a->line));
	struct str s;

	if (act == NULL)
		return;
	str_init(&s, 128);
	str_printf(&s, "%s ", act->name);
	w_line_set(&a->line, str_slice(&s));
	str_release(&s);
}

void
app_prompt_key(struct app *a, uint32_t key)
{
	enum app_prompt prompt = a->prompt;

	a->dirty = true;
	if (key == K_ESC || key == K_CTRL_('c') || key == K_CTRL_('g')) {
		a->prompt = PROMPT_NONE;
	} else if (key == K_ENTER) {
		char *text = slice_dup(w_line_get(&a->line));

		a->prompt = PROMPT_NONE;
		done(a, prompt, slice_of(text));
		free(text);
	} else if (key == K_TAB && prompt == PROMPT_COMMAND) {
		complete_command(a);
	} else if (key == K_TAB && prompt == PROMPT_RULE) {
		app_rule_next(a);
	} else {
		(void)w_line_key(&a->line, key);
	}
}

/* ---- boxes ---- */

void
app_pick_start(struct app *a, enum app_pick pick, const char *title)
{
	w_pick_release(&a->picker);
	w_pick_init(&a->picker, title);
	a->pick = pick;
	a->dirty = true;
}

void
app_pick_folder(struct app *a)
{
	int f;

	if (model_list_get(&a->list.list) == NULL)
		return;
	app_pick_start(a, PICK_MOVE, _("Move to"));
	for (f = 0; f < FOLDER_COUNT; f++) {
		const char *shown = fmt_folder((enum folder)f);
		const char *name = folder_name((enum folder)f);

		/* the name on disk helps those who type without Hangul */
		w_pick_add(&a->picker, shown,
		           strcmp(shown, name) != 0 ? name : NULL, f);
	}
}

void
app_pick_account(struct app *a)
{
	size_t i;

	app_pick_start(a, PICK_ACCOUNT, _("Account"));
	w_pick_add(&a->picker, _("All"), NULL, 0);
	for (i = 0; i < a->conf.account_count && i < a->accounts.n; i++)
		w_pick_add(&a->picker, a->conf.accounts[i].name,
		           a->conf.accounts[i].address, a->accounts.v[i]);
}

/* A text to read, wrapped. */
void
app_show_text(struct app *a, const char *title, struct slice text)
{
	int width = a->grid.cols - 10 < 90 ? a->grid.cols - 10 : 90;
	struct slice line, piece;

	app_pick_start(a, PICK_TEXT, title);
	while (slice_line(&text, &line)) {
		while (wrap_next(&line, width > 10 ? (size_t)width : 10,
		                 &piece)) {
			char *z = slice_dup(piece);

			w_pick_add(&a->picker, z, NULL, 0);
			free(z);
		}
	}
}

static void
chosen(struct app *a, enum app_pick pick, int64_t value)
{
	switch (pick) {
	case PICK_MOVE:
		app_move(a, (enum folder)value);
		break;
	case PICK_ACCOUNT:
		app_open_view(a, value, FOLDER_INBOX);
		break;
	case PICK_LINK:
		if ((size_t)value < a->links.n)
			app_open_link(a, a->links.v[value]);
		break;
	case PICK_ATTACHMENT:
		app_pick_part(a, value);
		break;
	case PICK_PART:
		app_part_chosen(a, value);
		break;
	case PICK_CHARSET:
		app_charset_chosen(a, value);
		break;
	case PICK_OUTBOX:
		app_pick_outgoing(a, value);
		break;
	case PICK_OUTGOING:
		app_outgoing(a, value);
		break;
	case PICK_DETACH:
		app_detach(a, value);
		break;
	case PICK_TEMPLATE:
		app_template_chosen(a, value);
		break;
	case PICK_SPELL:
		app_spell_chosen(a, value);
		break;
	case PICK_BULK:
		app_bulk_chosen(a, value);
		break;
	case PICK_RULE:
		app_rule_chosen(a, value);
		break;
	case PICK_BULK_ACT:
		app_bulk_act(a, value);
		break;
	case PICK_FILES: /* app_files_done */
	case PICK_TEXT:
	case PICK_NONE:
		break;
	}
}

void
app_pick_done(struct app *a, enum w_pick_result r)
{
	enum app_pick pick = a->pick;
	const struct w_pick_item *it;
	int64_t value;

	a->dirty = true;
	if (r == W_PICK_GO_ON)
		return;
	it = w_pick_get(&a->picker);
	value = it != NULL ? it->value : 0;
	a->pick = PICK_NONE;
	w_pick_release(&a->picker);
	if (r == W_PICK_CHOSEN && it != NULL)
		chosen(a, pick, value);
}

void
app_pick_key(struct app *a, uint32_t key)
{
	if (a->pick == PICK_FILES)
		app_files_done(a, w_files_key(&a->files, key));
	else
		app_pick_done(a, w_pick_key(&a->picker, key));
}
