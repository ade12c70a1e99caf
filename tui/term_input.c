/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The terminal's input: keys, the mouse, what is pasted. */
#include "tui/term_priv.h"

#include <string.h>
#include <wchar.h>

#define NCURSES_WIDECHAR 1
#include <curses.h>

#include "tui/key.h"
#include "tui/term.h"
#include "util/utf8.h"

#include "util/banned.h"

/* A paste beyond this is cut: nobody reads that much into a field. */
#define PASTE_MAX   ((size_t)4 * 1024 * 1024)
#define PASTE_BEGIN (KEY_MAX + 1)
#define PASTE_END   (KEY_MAX + 2)

static struct {
	struct str paste;
	bool pasting;
	wint_t ungot; /* read behind an Esc, 0: none */
	int ungot_code;
	char part[4]; /* a character that has not come whole yet */
	size_t part_n;
	bool progress;
} input;

void
term_input_open(void)
{
	str_init(&input.paste, PASTE_MAX);
	(void)define_key("\033[200~", PASTE_BEGIN);
	(void)define_key("\033[201~", PASTE_END);
}

void
term_input_close(void)
{
	str_release(&input.paste);
}

static uint32_t
special_key(wint_t code)
{
	static const struct {
		wint_t code;
		uint32_t key;
	} keys[] = {
		{ KEY_UP, K_UP },
		{ KEY_DOWN, K_DOWN },
		{ KEY_LEFT, K_LEFT },
		{ KEY_RIGHT, K_RIGHT },
		{ KEY_HOME, K_HOME },
		{ KEY_FIND, K_HOME },
		{ KEY_END, K_END },
		{ KEY_SELECT, K_END },
		{ KEY_PPAGE, K_PGUP },
		{ KEY_NPAGE, K_PGDN },
		{ KEY_BACKSPACE, K_BACKSPACE },
		{ KEY_DC, K_DELETE },
		{ KEY_IC, K_INSERT },
		{ KEY_BTAB, K_BACKTAB },
		{ KEY_ENTER, K_ENTER },
	};

	size_t i;

	for (i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (keys[i].code == code)
			return keys[i].key;
	if (code >= KEY_F(1) && code <= KEY_F(12))
		return K_F1 + (uint32_t)(code - KEY_F(1));
	return K_NONE;
}

static uint32_t
char_key(wint_t c)
{
	switch (c) {
	case 0:
		return K_NONE;
	case 8:
	case 127:
		return K_BACKSPACE;
	case '\t':
		return K_TAB;
	case '\r':
		return K_ENTER;
	case 27:
		return K_ESC;
	default:
		break;
	}
	if (c < 27)
		return K_CTRL_(c + 'a' - 1);
	if (c < 32)
		return K_CTRL_(c + '@');
	return (uint32_t)c;
}

/* The next character of input.part; false: it is not whole yet. */
static bool
take_part(wint_t *c_r)
{
	uint32_t c;
	size_t n;

	if (utf8_cut(input.part, input.part_n) == 0)
		return false;
	n = utf8_decode(input.part, input.part_n, &c);
	input.part_n -= n;
	memmove(input.part, input.part + n, input.part_n);
	*c_r = (wint_t)c;
	return true;
}

/* Bytes are put together here: get_wch() drops what it has read of a character
 * whose rest comes later, and all behind a byte that is no character. */
static int
get_char(wint_t *c_r)
{
	int c;

	while (!take_part(c_r)) {
		c = getch();
		if (c == ERR)
			return ERR;
		input.progress = true;
		if (c > 0xff) {
			input.part_n = 0;
			*c_r = (wint_t)c;
			return KEY_CODE_YES;
		}
		input.part[input.part_n++] = (char)c;
	}
	return OK;
}

static int
get_input(wint_t *c_r)
{
	if (input.ungot != 0) {
		*c_r = input.ungot;
		input.ungot = 0;
		return input.ungot_code;
	}
	return get_char(c_r);
}

static void
unget(int rc, wint_t c)
{
	if (rc == ERR)
		return;
	input.ungot = c;
	input.ungot_code = rc;
}

/* The rest of a sequence curses does not know (ECMA-48, 5.4), such as Ctrl with
 * an arrow: its letters are no commands.  first: '[' or 'O'. */
static uint32_t
skip_sequence(wint_t first)
{
	wint_t c = 0;
	int rc = get_char(&c);

	if (rc != OK) {
		unget(rc, c);
		return K_ALT | first;
	}
	while (rc == OK && first == '[' && c >= 0x20 && c < 0x40)
		rc = get_char(&c);
	if (rc != OK || c < 0x40 || c > 0x7e)
		unget(rc, c);
	return K_NONE;
}

/* An Esc with something right behind it is Alt with that key. */
static uint32_t
after_escape(void)
{
	wint_t c;
	int rc = get_char(&c);

	if (rc == ERR)
		return K_ESC;
	if (rc == OK && (c == '[' || c == 'O'))
		return skip_sequence(c);
	if (rc == OK && c != 27 && char_key(c) != K_NONE)
		return K_ALT | char_key(c);
	unget(rc, c);
	return K_ESC;
}

static bool
mouse_event(struct term_event *e)
{
	MEVENT m;

	if (getmouse(&m) != OK)
		return false;
	e->row = m.y;
	e->col = m.x;
	if (m.bstate & (BUTTON4_PRESSED | BUTTON5_PRESSED)) {
		e->kind = TERM_WHEEL;
		e->delta = m.bstate & BUTTON4_PRESSED ? -1 : 1;
		return true;
	}
	e->kind = TERM_CLICK;
	return (m.bstate & BUTTON1_PRESSED) != 0;
}

static void
paste_char(wint_t c)
{
	if (c == '\r')
		c = '\n';
	if (c == '\t' || c == '\n' || utf8_is_joining((uint32_t)c) ||
	    (c >= 0x20 && !utf8_is_unsafe(c)))
		str_add_codepoint(&input.paste, (uint32_t)c);
}

static bool
code_event(wint_t code, struct term_event *e)
{
	e->kind = TERM_KEY;
	switch (code) {
	case KEY_RESIZE:
		e->kind = TERM_RESIZE;
		return true;
	case KEY_MOUSE:
		return mouse_event(e);
	case PASTE_BEGIN:
		str_clear(&input.paste);
		input.pasting = true;
		return false;
	case PASTE_END:
		e->kind = TERM_PASTE;
		e->text = str_slice(&input.paste);
		input.pasting = false;
		return true;
	default:
		e->key = special_key(code);
		return e->key != K_NONE;
	}
}

bool
term_next(struct term_event *event_r)
{
	wint_t c;
	int rc;

	memset(event_r, 0, sizeof *event_r);
	if (!term_is_taken())
		return false;
	while ((rc = get_input(&c)) != ERR) {
		if (rc == KEY_CODE_YES) {
			if (code_event(c, event_r))
				return true;
			continue;
		}
		if (input.pasting) {
			paste_char(c);
			continue;
		}
		event_r->kind = TERM_KEY;
		event_r->key = c == 27 ? after_escape() : char_key(c);
		if (event_r->key != K_NONE)
			return true;
	}
	return false;
}

bool
term_progress(void)
{
	bool progress = input.progress;

	input.progress = false;
	return progress;
}
