/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sending a message on to others as it is (RFC 5322, section 3.6.6). */
#include "tui/app_priv.h"

#include <time.h>

#include "mime/build.h"
#include "util/arena.h"
#include "util/clock.h"
#include "util/i18n.h"

#include "util/banned.h"

static void
resent_block(const struct account *acc, const struct addr_list *to,
             struct str *out)
{
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr",
		                              "May", "Jun", "Jul", "Aug",
		                              "Sep", "Oct", "Nov", "Dec" };
	struct tm tm;
	size_t i;

	clock_utc(clock_now(), &tm);
	str_printf(out, "Resent-From: %s\r\n", acc->address);
	for (i = 0; i < to->n; i++)
		str_printf(out, "%s%.*s", i == 0 ? "Resent-To: " : ",\r\n ",
		           SLICE_ARG(to->v[i].spec));
	str_printf(out,
	           "\r\nResent-Date: %d %s %d %02d:%02d:%02d +0000\r\n"
	           "Resent-Message-ID: <",
	           tm.tm_mday, months[tm.tm_mon % 12], tm.tm_year + 1900,
	           tm.tm_hour, tm.tm_min, tm.tm_sec);
	build_message_id(slice_of(acc->address), out);
	str_add_z(out, ">\r\n");
}

/* Of what is sent on: it may stand inside of the one in the list. */
static void
subject_of(struct slice raw, struct str *out)
{
	struct message m;

	message_parse(&m, raw);
	(void)message_subject(&m, out); /* none: empty */
	message_release(&m);
}

static int
redirect(struct app *a, struct slice raw, int64_t id,
         const struct addr_list *to, struct err *err)
{
	const struct store_row *r = model_list_get(&a->list.list);
	const struct account *acc =
		r != NULL ? app_account(a, r->account) : NULL;
	struct arena arena = { NULL };
	const char **rcpts = arena_calloc(&arena, to->n + 1, sizeof *rcpts);
	struct str out, subject;
	size_t i;
	int rc;

	if (acc == NULL)
		acc = &a->conf.accounts[0];
	for (i = 0; i < to->n; i++)
		rcpts[i] = arena_dup(&arena, to->v[i].spec.p, to->v[i].spec.n);
	str_init(&out, BUILD_MAX);
	str_init(&subject, MESSAGE_FIELD_MAX);
	subject_of(raw, &subject);
	resent_block(acc, to, &out);
	build_resent(raw, &out);
	if (acc->smtp.host == NULL) {
		rc = err_set(err, ERR_CONFIG,
		             _("account '%s' has no server to send by"),
		             acc->name);
	} else {
		struct engine_mail mail = {
			.account = acc,
			.from = acc->address,
			.rcpts = rcpts,
			.rcpt_count = to->n,
			.message = str_slice(&out),
			.subject = subject.p,
			.hold = a->conf.undo_seconds,
			.reply_to = id,
			.reply_flag = STORE_FORWARDED,
		};
		int64_t outbox;

		rc = engine_submit(a->engine, a->store, &mail, &outbox, err);
	}
	str_release(&subject);
	str_release(&out);
	arena_release(&arena);
	return rc;
}

void
app_redirect(struct app *a, struct slice to)
{
	struct arena arena = { NULL };
	struct addr_list list;
	struct err err = { 0 };
	struct fsx_map map;
	struct slice raw;
	int64_t id;

	if (slice_trim(to).n == 0 || !app_map_selected(a, &map, &id))
		return;
	raw = app_raw_of(a, map.data, &id);
	if (addr_parse_typed(&arena, slice_trim(to), &list, &err) != 0 ||
	    redirect(a, raw, id, &list, &err) != 0)
		app_say_err(a, &err);
	else
		app_say(a, STYLE_OK, _("redirected; go shows the outbox"));
	fsx_map_close(&map);
	arena_release(&arena);
}
