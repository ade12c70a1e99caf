/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The composer's screen: fields, completion of people, the text. */
#ifndef TUI_PANE_COMPOSE_H
#define TUI_PANE_COMPOSE_H

#include "store/outbox_rows.h"
#include "tui/compose.h"
#include "tui/grid.h"

#define PANE_COMPOSE_MATCHES 6

struct pane_compose {
	struct contact *people; /* by use; owned */
	size_t people_n;
	size_t matches[PANE_COMPOSE_MATCHES];
	size_t match_n, match; /* match_n 0: no box */
	struct rect body;      /* as last drawn */
	int field_rows[COMPOSE_FIELDS];
};

void pane_compose_release(struct pane_compose *p);
/* Takes people (from contact_all). */
void pane_compose_set_people(struct pane_compose *p, struct contact *people,
                             size_t n);
/* What is typed of a person and is no address yet; empty: nothing, or another
 * field. */
struct slice pane_compose_person(const struct compose *c);
/* Offer people found elsewhere for it, before those known; takes their strings.
 * false: none of them matches. */
bool pane_compose_offer(struct pane_compose *p, const struct compose *c,
                        const struct contact *found, size_t n);
/* Type into the focused field.  false: the key means nothing there. */
bool pane_compose_key(struct pane_compose *p, struct compose *c, uint32_t key);
/* Keys of the completion box: choose, accept, close.  false: there is none or
 * the key is for the field. */
bool pane_compose_box_key(struct pane_compose *p, struct compose *c,
                          uint32_t key);
void pane_compose_paste(struct pane_compose *p, struct compose *c,
                        struct slice text);
void pane_compose_focus(struct pane_compose *p, struct compose *c,
                        int direction);
void pane_compose_click(struct pane_compose *p, struct compose *c, int row,
                        int col);
void pane_compose_draw(struct pane_compose *p, struct compose *c,
                       struct grid *g, const struct rect *r);

#endif
