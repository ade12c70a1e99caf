/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wizard's screen: draws the steps, turns keys into answers. */
#ifndef TUI_WIZARD_H
#define TUI_WIZARD_H

#include "tui/grid.h"
#include "tui/w_hints.h"
#include "tui/wizard_steps.h"

/* Feed a key; what the caller must do now. */
enum wizard_effect wizard_key(struct wizard_steps *w, uint32_t key);
void wizard_paste(struct wizard_steps *w, struct slice text);
/* korean: texts of providers come in two languages. */
void wizard_draw(struct wizard_steps *w, struct grid *g, const struct rect *r,
                 bool korean);
void wizard_draw_hints(const struct wizard_steps *w, struct grid *g,
                       const struct rect *r);

#endif
