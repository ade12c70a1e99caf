/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mail that only its owner's key opens (RFC 3156, 8551): what it is, what to do. */
#include "mime/display.h"

#include "mime/param.h"
#include "mime/part.h"
#include "util/arena.h"
#include "util/i18n.h"

#include "util/banned.h"

/* A parameter of the part's Content-Type, in the arena or the message. */
static struct slice
type_param(const struct part *p, struct arena *a, const char *name)
{
	struct param_want want = { .name = name };
	struct slice value = part_field(p, "Content-Type", 0);
	struct slice token;

	param_collect(slice_from(value, slice_find(value, ';')), &want, 1);
	token = param_token(a, &want);
	param_want_release(&want);
	return token;
}

static bool
is_smime(const struct part *p)
{
	return slice_eq_z(p->type, "application/pkcs7-mime") ||
	       slice_eq_z(p->type, "application/x-pkcs7-mime");
}

const char *
display_sealed(const struct part *p)
{
	struct arena a = { 0 };
	const char *how = NULL;

	if (slice_eq_z(p->type, "multipart/encrypted"))
		how = slice_ieq(type_param(p, &a, "protocol"),
		                SLICE_LIT("application/pgp-encrypted"))
		              ? _("encrypted with OpenPGP; save the attachment "
		                  "and read it with: gpg --decrypt FILE")
		              : _("encrypted; its own program is needed to "
		                  "read it");
	else if (is_smime(p))
		how = slice_ieq(type_param(p, &a, "smime-type"),
		                SLICE_LIT("signed-data"))
		              ? _("signed with S/MIME; save the attachment and "
		                  "read it with: openssl cms -verify -noverify "
		                  "-inform DER -in FILE")
		              : _("encrypted with S/MIME; save the attachment "
		                  "and read it with: openssl cms -decrypt "
		                  "-inform DER -in FILE -inkey KEY");
	arena_release(&a);
	return how;
}

bool
display_is_seal(const struct part *p)
{
	return p->parent != NULL &&
	       slice_eq_z(p->parent->type, "multipart/encrypted") &&
	       slice_eq_z(p->type, "application/pgp-encrypted");
}
