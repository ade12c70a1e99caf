/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wizard's screen: draws the steps, turns keys into answers. */
#include "tui/wizard.h"

#include "text/unicode.h"
#include "text/wrap.h"
#include "tui/key.h"
#include "util/i18n.h"

#include "util/banned.h"

#define FORM_CELLS  74
#define LABEL_CELLS 18

static const char *const field_labels[WIZARD_F_COUNT] = {
	[WIZARD_F_ADDRESS] = N_("Mail address"),
	[WIZARD_F_NAME] = N_("Your name"),
	[WIZARD_F_POP] = N_("Fetch (POP3)"),
	[WIZARD_F_SMTP] = N_("Send (SMTP)"),
	[WIZARD_F_USER] = N_("User name"),
	[WIZARD_F_PASSWORD] = N_("Password"),
	[WIZARD_F_COMMAND] = N_("Token command"),
	[WIZARD_F_DAYS] = N_("How much"),
	[WIZARD_F_KEEP] = N_("On the server"),
};

/* Where the form is being drawn. */
struct form {
	struct grid *g;
	struct rect r;
	int row;
};

enum wizard_effect
wizard_key(struct wizard_steps *w, uint32_t key)
{
	if (key == K_ESC || key == K_CTRL_('c'))
		return wizard_back(w);
	if (key == K_F1 + 1) {
		wizard_manual(w);
		return WIZARD_NOTHING;
	}
	if (key == K_F1 + 2)
		return wizard_trust(w);
	if (key == K_F1 + 3)
		return wizard_can_take(w) ? WIZARD_TAKE_PASSWORD
		                          : WIZARD_NOTHING;
	if (key == K_ENTER)
		return wizard_enter(w);
	if (key == K_TAB || key == K_DOWN || key == K_CTRL_('n')) {
		wizard_focus_next(w, 1);
	} else if (key == K_BACKTAB || key == K_UP || key == K_CTRL_('p')) {
		wizard_focus_next(w, -1);
	} else if (w->step == WIZARD_FOUND) {
		/* the jamo is on the same key */
		if (key == ' ' || key == 'a' || key == 0x3141)
			wizard_choose_found(w, key != ' ');
	} else if (wizard_is_choice(w->focus)) {
		wizard_choose(w, key == K_LEFT                  ? -1
		                 : key == K_RIGHT || key == ' ' ? 1
		                                                : 0);
	} else if (w->step != WIZARD_TEST &&
	           w_line_key(&w->fields[w->focus], key)) {
		wizard_changed(w);
	}
	return WIZARD_NOTHING;
}

void
wizard_paste(struct wizard_steps *w, struct slice text)
{
	if (w->step == WIZARD_TEST || w->step == WIZARD_FOUND ||
	    wizard_is_choice(w->focus))
		return;
	w_line_paste(&w->fields[w->focus], text);
	wizard_changed(w);
}

/* ---- drawing ---- */

static void
text_block(struct form *f, int indent, enum style st, const char *text)
{
	struct slice all = slice_of(text);
	struct slice line, piece;

	while (slice_line(&all, &line))
		while (wrap_next(&line, (size_t)(f->r.cols - indent), &piece))
			(void)grid_put(f->g, &f->r, f->row++, indent, st,
			               piece);
}

static void
draw_field(struct wizard_steps *w, struct form *f, enum wizard_field field)
{
	bool focus = w->focus == field && w->step != WIZARD_TEST;

	(void)grid_field(f->g, &f->r, f->row, 0, LABEL_CELLS,
	                 focus ? STYLE_SUBJECT : STYLE_HEADER_NAME,
	                 slice_of(_(field_labels[field])));
	w_line_draw(&w->fields[field], f->g, &f->r, f->row, LABEL_CELLS + 1,
	            f->r.cols - LABEL_CELLS - 1, focus);
	f->row += 2;
}

static void
draw_choice(struct wizard_steps *w, struct form *f, enum wizard_field field)
{
	static const char *const days[] = {
		N_("the last 30 days"), N_("everything"),
		N_("everything, of large mails the headers first")
	};
	static const char *const keep[] = { N_("keep a copy"),
		                            N_("delete after 14 days"),
		                            N_("delete when fetched"),
		                            N_("delete what I delete for "
		                               "good here") };
	bool focus = w->focus == field;
	int n = field == WIZARD_F_DAYS ? 3 : 4;
	int chosen = field == WIZARD_F_DAYS ? w->days : w->keep;
	int i;

	(void)grid_field(f->g, &f->r, f->row, 0, LABEL_CELLS,
	                 focus ? STYLE_SUBJECT : STYLE_HEADER_NAME,
	                 slice_of(_(field_labels[field])));
	for (i = 0; i < n; i++, f->row++) {
		const char *label = field == WIZARD_F_DAYS ? days[i] : keep[i];
		enum style st = i != chosen ? STYLE_DIM
		                : focus     ? STYLE_CURSOR
		                            : STYLE_TEXT;
		int col = grid_put_z(f->g, &f->r, f->row, LABEL_CELLS + 1, st,
		                     i == chosen ? "(•) " : "( ) ");

		(void)grid_put_z(f->g, &f->r, f->row, col, st, _(label));
		if (focus && i == chosen)
			grid_cursor(f->g, &f->r, f->row, LABEL_CELLS + 2);
	}
	f->row++;
}

static const char *
pick(bool korean, const char *ko, const char *en)
{
	if (korean && ko != NULL)
		return ko;
	return en != NULL ? en : ko;
}

/* What the provider wants people to do first. */
static void
draw_card(const struct wizard_steps *w, struct form *f, bool korean)
{
	const struct provider *p = w->provider;
	const char *texts[3];
	size_t i;

	if (p == NULL)
		return;
	texts[0] = pick(korean, p->reason_ko, p->reason_en);
	texts[1] = pick(korean, p->enable_ko, p->enable_en);
	texts[2] = pick(korean, p->secret_ko, p->secret_en);
	(void)grid_put_z(f->g, &f->r, f->row, 0, STYLE_RULE, "┌ ");
	(void)grid_put_z(f->g, &f->r, f->row++, 2, STYLE_SUBJECT,
	                 pick(korean, p->name_ko, p->name_en));
	for (i = 0; i < 3; i++) {
		int from = f->row;

		if (texts[i] == NULL)
			continue;
		text_block(f, 2, i == 0 ? STYLE_WARN : STYLE_TEXT, texts[i]);
		for (; from < f->row; from++)
			(void)grid_put_z(f->g, &f->r, from, 0, STYLE_RULE, "│");
	}
	if (p->url != NULL) {
		(void)grid_put_z(f->g, &f->r, f->row, 0, STYLE_RULE, "│");
		text_block(f, 2, STYLE_LINK, p->url);
	}
	(void)grid_put_z(f->g, &f->r, f->row, 0, STYLE_RULE, "└");
	f->row += 2;
}

static void
draw_lines(const struct wizard_steps *w, struct form *f)
{
	size_t i;

	for (i = 0; i < w->lines.n; i++) {
		/* a failure belongs to what was tried last */
		bool failed = w->error.code != ERR_NONE && i + 1 == w->lines.n;

		(void)grid_put_z(f->g, &f->r, f->row, 0,
		                 failed ? STYLE_ERROR : STYLE_OK,
		                 failed ? "✗" : "✓");
		text_block(f, 2, STYLE_TEXT, w->lines.v[i]);
	}
	if (w->lines.n > 0)
		f->row++;
}

static void
draw_error(const struct wizard_steps *w, struct form *f, bool korean)
{
	const char *advice = NULL;

	(void)korean;
	if (w->error.code == ERR_NONE)
		return;
	(void)grid_put_z(f->g, &f->r, f->row, 0, STYLE_ERROR, "✗");
	text_block(f, 2, STYLE_ERROR, w->error.text);
	if (w->error.server[0] != '\0') {
		(void)grid_put_z(f->g, &f->r, f->row, 2, STYLE_DIM,
		                 _("the server said:"));
		f->row++;
		text_block(f, 4, STYLE_DIM, w->error.server);
		if (w->provider != NULL)
			advice = provider_explain(w->provider, &w->error);
	}
	if (advice != NULL)
		text_block(f, 2, STYLE_WARN, advice);
	if (wizard_can_trust(w)) {
		text_block(f, 2, STYLE_DIM, w->error.pin);
		text_block(f, 2, STYLE_WARN,
		           _("If this is the fingerprint of your server, F3 "
		             "trusts exactly this certificate."));
	}
	f->row++;
}

static void
draw_title(const struct wizard_steps *w, struct form *f)
{
	static const char *const titles[] = {
		[WIZARD_FOUND] = N_("Take over an account?"),
		[WIZARD_ADDRESS] = N_("Which mail address?"),
		[WIZARD_SERVERS] = N_("Which servers?"),
		[WIZARD_PASSWORD] = N_("Which password?"),
		[WIZARD_TEST] = N_("Trying it …"),
		[WIZARD_AMOUNT] = N_("It works. How much shall I fetch?"),
		[WIZARD_DONE] = N_("Done."),
	};
	struct str s;

	str_init(&s, 256);
	str_printf(&s, "%d/4  %s", wizard_step_number(w), _(titles[w->step]));
	(void)grid_put(f->g, &f->r, f->row, 0, STYLE_SUBJECT, str_slice(&s));
	f->row += 2;
	str_release(&s);
}

static void
draw_found_line(const struct wizard_steps *w, struct form *f, size_t at)
{
	const struct foreign *one = at < w->found.n ? &w->found.v[at] : NULL;
	enum style st = at == w->found_at ? STYLE_CURSOR : STYLE_TEXT;
	struct str s;

	str_init(&s, 1024);
	if (one == NULL)
		str_printf(&s, "    %s", _("another address"));
	else
		str_printf(&s, "[%c] %s  %s  (%s)", one->chosen ? 'x' : ' ',
		           one->account.address, one->account.pop.host,
		           foreign_name(one->kind));
	(void)grid_field(f->g, &f->r, f->row, 0, f->r.cols, st, str_slice(&s));
	if (at == w->found_at)
		grid_cursor(f->g, &f->r, f->row, one == NULL ? 4 : 1);
	f->row++;
	str_release(&s);
}

static size_t
rows_left(const struct form *f)
{
	return f->r.rows > f->row + 1 ? (size_t)(f->r.rows - f->row) : 1;
}

/* What other programs know, then the way on without them. */
static void
draw_found(const struct wizard_steps *w, struct form *f)
{
	size_t shown;
	size_t from;
	size_t i;

	text_block(f, 0, STYLE_DIM,
	           _("Other mail programs have these accounts. Their files "
	             "are only read; a password is taken over only if you "
	             "say so."));
	f->row++;
	shown = rows_left(f) < w->found.n + 1 ? rows_left(f) : w->found.n + 1;
	from = w->found_at < shown ? 0 : w->found_at - shown + 1;
	for (i = from; i < from + shown; i++)
		draw_found_line(w, f, i);
}

/* That others will follow. */
static void
draw_more(const struct wizard_steps *w, struct form *f)
{
	size_t n = wizard_chosen(w);
	struct str s;

	if (!w->from_found || !w->found.v[w->found_at].chosen || n < 2)
		return;
	str_init(&s, 256);
	str_printf(&s, N_N("then %zu more", "then %zu more", n - 1), n - 1);
	(void)grid_put(f->g, &f->r, f->row - 1, 0, STYLE_DIM, str_slice(&s));
	f->row++;
	str_release(&s);
}

static struct form
place(struct grid *g, const struct rect *r)
{
	struct form f = { .g = g, .r = *r };

	f.r.cols = r->cols - 4 < FORM_CELLS ? r->cols - 4 : FORM_CELLS;
	f.r.col = r->col + (r->cols - f.r.cols) / 2;
	if (r->rows > 28) {
		f.r.row = r->row + (r->rows - 24) / 3;
		f.r.rows = r->rows - (f.r.row - r->row);
	} else if (r->rows > 14) {
		f.r.row++;
		f.r.rows--;
	}
	return f;
}

void
wizard_draw(struct wizard_steps *w, struct grid *g, const struct rect *r,
            bool korean)
{
	enum wizard_field fields[WIZARD_F_COUNT];
	size_t i, n = wizard_fields(w, fields);
	struct form f = place(g, r);

	grid_fill(g, r, STYLE_TEXT);
	draw_title(w, &f);
	if (w->step == WIZARD_FOUND)
		draw_found(w, &f);
	if (w->step == WIZARD_PASSWORD || w->step == WIZARD_TEST) {
		text_block(&f, 0, STYLE_DIM,
		           w_line_get(&w->fields[WIZARD_F_ADDRESS]).p);
		f.row++;
		draw_more(w, &f);
	}
	for (i = 0; i < n; i++) {
		if (wizard_is_choice(fields[i]))
			draw_choice(w, &f, fields[i]);
		else
			draw_field(w, &f, fields[i]);
	}
	if (wizard_can_take(w)) {
		const struct foreign *one = &w->found.v[w->found_at];
		struct str s;

		str_init(&s, 1024);
		str_printf(&s, _("F4 takes the password over from %s"),
		           one->secret_file != NULL ? one->secret_file
		                                    : one->file);
		text_block(&f, 0, STYLE_DIM, s.p);
		f.row++;
		str_release(&s);
	}
	if (w->step == WIZARD_SERVERS)
		text_block(&f, 0, STYLE_DIM,
		           _("HOST:PORT:tls, or stls, starttls, plain behind "
		             "the port"));
	draw_lines(w, &f);
	draw_error(w, &f, korean);
	if (w->step == WIZARD_ADDRESS || w->step == WIZARD_PASSWORD)
		draw_card(w, &f, korean);
	if (w->step == WIZARD_ADDRESS && w->provider == NULL &&
	    w->error.code == ERR_NONE)
		text_block(&f, 0, STYLE_DIM,
		           _("pabal fetches your mail from anywhere into one "
		             "mailbox of your own. Type the address; for "
		             "known providers everything else is filled in."));
	if (w->step == WIZARD_TEST)
		(void)grid_put_z(g, &f.r, f.row, 0, STYLE_DIM,
		                 _("one moment …"));
}

void
wizard_draw_hints(const struct wizard_steps *w, struct grid *g,
                  const struct rect *r)
{
	struct w_hint hints[6];
	size_t n = 0;

	if (w->step != WIZARD_TEST)
		hints[n++] = (struct w_hint){ "Enter", _("Go on") };
	hints[n++] = (struct w_hint){ "Esc", _("Back") };
	if (w->step == WIZARD_AMOUNT) {
		hints[n++] = (struct w_hint){ "← →", _("Choose") };
		hints[n++] = (struct w_hint){ "Tab", _("Next field") };
	} else if (w->step != WIZARD_TEST) {
		hints[n++] = (struct w_hint){ "Tab", _("Next field") };
		if (w->step != WIZARD_FOUND)
			hints[n++] =
				(struct w_hint){ "F2",
				                 _("Enter servers by hand") };
		if (w->step == WIZARD_FOUND && w->found.n > 1) {
			hints[n++] = (struct w_hint){ "Space", _("Choose") };
			hints[n++] = (struct w_hint){ "a", _("All") };
		}
		if (wizard_can_take(w))
			hints[n++] =
				(struct w_hint){ "F4", _("Take password") };
		if (wizard_can_trust(w))
			hints[n++] = (struct w_hint){ "F3", _("Trust it") };
	}
	w_hints_fixed(g, r, hints, n);
}
