/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wizard's list of accounts that other programs know. */
#include "tui/wizard_priv.h"

#include "util/banned.h"

const struct account *
wizard_found_account(const struct wizard_steps *w)
{
	return w->from_found ? &w->found.v[w->found_at].account : NULL;
}

void
wizard_offer(struct wizard_steps *w, struct foreign_list *list)
{
	size_t i;

	foreign_list_release(&w->found);
	w->found = *list;
	*list = (struct foreign_list){ 0 };
	/* what only sends is no mailbox */
	for (i = w->found.n; i-- > 0;)
		if (w->found.v[i].account.pop.host == NULL ||
		    w->found.v[i].account.address == NULL)
			foreign_list_remove(&w->found, i);
	if (w->found.n > 0)
		w->step = WIZARD_FOUND;
}

void
wizard_found_next(struct wizard_steps *w, int direction)
{
	size_t n = w->found.n + 1;

	w->found_at = (w->found_at + (direction > 0 ? 1 : n - 1)) % n;
}

void
wizard_choose_found(struct wizard_steps *w, bool all)
{
	bool every = true;
	size_t i;

	if (w->step != WIZARD_FOUND)
		return;
	if (!all) {
		if (w->found_at < w->found.n) {
			struct foreign *one = &w->found.v[w->found_at];

			one->chosen = !one->chosen;
			wizard_found_next(w, 1);
		}
		return;
	}
	for (i = 0; i < w->found.n; i++)
		every = every && w->found.v[i].chosen;
	for (i = 0; i < w->found.n; i++)
		w->found.v[i].chosen = !every;
}

size_t
wizard_chosen(const struct wizard_steps *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->found.n; i++)
		n += w->found.v[i].chosen;
	return n;
}

/* All answers are those of found_at. */
static void
begin(struct wizard_steps *w)
{
	const struct account *a = &w->found.v[w->found_at].account;

	w_line_set(&w->fields[WIZARD_F_ADDRESS], slice_of(a->address));
	w_line_set(&w->fields[WIZARD_F_NAME], slice_of(a->full_name));
	w_line_set(&w->fields[WIZARD_F_USER], slice_of(a->user));
	w_line_set(&w->fields[WIZARD_F_PASSWORD], SLICE_NONE);
	w_line_set(&w->fields[WIZARD_F_COMMAND], slice_of(a->password_command));
	w->step = WIZARD_ADDRESS;
	wizard_changed(w);
	wizard_propose_servers(w);
	wizard_show_safe(&a->pop, true, &w->fields[WIZARD_F_POP]);
	if (a->smtp.host != NULL)
		wizard_show_safe(&a->smtp, false, &w->fields[WIZARD_F_SMTP]);
	w->manual = w->from_found = true;
	wizard_go(w, WIZARD_PASSWORD);
}

/* The first that was chosen; false: none is. */
static bool
begin_chosen(struct wizard_steps *w)
{
	for (size_t i = 0; i < w->found.n; i++)
		if (w->found.v[i].chosen) {
			w->found_at = i;
			begin(w);
			return true;
		}
	return false;
}

enum wizard_effect
wizard_enter_found(struct wizard_steps *w)
{
	if (begin_chosen(w))
		return WIZARD_NOTHING;
	if (w->found_at >= w->found.n)
		wizard_go(w, WIZARD_ADDRESS);
	else
		begin(w);
	return WIZARD_NOTHING;
}

bool
wizard_saved(struct wizard_steps *w)
{
	if (!w->from_found)
		return false;
	w->from_found = false;
	foreign_list_remove(&w->found, w->found_at);
	w->found_at = 0;
	return begin_chosen(w);
}

bool
wizard_can_take(const struct wizard_steps *w)
{
	return w->step == WIZARD_PASSWORD && w->from_found &&
	       w->found.v[w->found_at].has_password && !wizard_wants_token(w);
}

void
wizard_password(struct wizard_steps *w, const struct secret *secret)
{
	w_line_set(&w->fields[WIZARD_F_PASSWORD], secret_get(secret));
	wizard_changed(w);
}
