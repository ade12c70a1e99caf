/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The folders of an account by name. */
#include "store/store.h"

#include "util/banned.h"

/* On disk and on the command line; never translated. */
static const char *const names[FOLDER_COUNT] = {
	[FOLDER_INBOX] = "Inbox", [FOLDER_ARCHIVE] = "Archive",
	[FOLDER_SENT] = "Sent",   [FOLDER_DRAFTS] = "Drafts",
	[FOLDER_SPAM] = "Spam",   [FOLDER_TRASH] = "Trash",
};

const char *
folder_name(enum folder f)
{
	return f >= 0 && f < FOLDER_COUNT ? names[f] : "";
}

int
folder_lookup(struct slice name, enum folder *f_r)
{
	int i;

	for (i = 0; i < FOLDER_COUNT; i++) {
		if (slice_ieq_z(name, names[i])) {
			*f_r = (enum folder)i;
			return 0;
		}
	}
	return -1;
}
