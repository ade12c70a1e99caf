/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How an HTML element looks, as far as it decides what can be read. */
#ifndef TEXT_HTML_STYLE_H
#define TEXT_HTML_STYLE_H

#include <stdint.h>

#include "text/html_scan.h"

enum html_look_flag {
	HTML_LOOK_HIDDEN = 1, /* and nothing inside can show again */
	HTML_LOOK_TINY = 2,   /* font size nearly 0 */
	HTML_LOOK_SIZED = 4,  /* a readable font size */
	HTML_LOOK_PIXEL = 8,  /* at most 1 pixel wide or high */
	HTML_LOOK_STRUCK = 16,
	HTML_LOOK_PRE = 32,    /* white-space: pre and its kin */
	HTML_LOOK_FLOW = 64,   /* white-space: normal */
	HTML_LOOK_ROOMY = 128, /* space above or below, as a paragraph has */
	HTML_LOOK_TIGHT = 256, /* no such space */
	HTML_LOOK_SHOWN = 512, /* a display or visibility that shows */
};

/* Those that matter for what is inside, not for the element alone. */
#define HTML_LOOK_DEEP \
 (~(unsigned)(HTML_LOOK_ROOMY | HTML_LOOK_TIGHT | HTML_LOOK_SHOWN))

/* Colours: 0 means not said, HTML_COLOR | 0xrrggbb, or one of these. */
#define HTML_COLOR       0x1000000U
#define HTML_COLOR_CLEAR 0x2000000U /* transparent */
#define HTML_COLOR_OTHER 0x3000000U /* a picture, or not understood */

struct html_look {
	uint32_t fore;
	uint32_t back;
	unsigned flags;
};

/* What the attributes of a start tag say; linear, allocates nothing. */
void html_look_of(const struct html_token *t, struct html_look *look_r);
/* What declarations, as in the attribute style, say; look_r is zero before. */
void html_look_declared(struct slice style, struct html_look *look_r);
/* Can text of one colour not be told from the other as its background? */
bool html_color_hides(uint32_t fore, uint32_t back);

#endif
