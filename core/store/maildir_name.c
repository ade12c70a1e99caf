/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of files in a Maildir: "base:2,FLAGS". */
#include "store/maildir_name.h"

#include <inttypes.h>

#include "store/store.h"
#include "util/clock.h"
#include "util/codec.h"
#include "util/digest.h"

#include "util/banned.h"

/* 128 bits: no two messages of anyone meet. */
#define DIGEST_USED 16
#define SUFFIX      ".pabal"

struct letter {
	char letter;
	unsigned flag;
};

/* In the order that Maildir asks for. */
static const struct letter letters[] = {
	{ 'D', STORE_DRAFT },     { 'F', STORE_FLAGGED },
	{ 'P', STORE_FORWARDED }, { 'R', STORE_ANSWERED },
	{ 'S', STORE_SEEN },
};

#define LETTER_COUNT (sizeof letters / sizeof letters[0])

static unsigned
flag_of(char c)
{
	size_t i;

	for (i = 0; i < LETTER_COUNT; i++) {
		if (letters[i].letter == c)
			return letters[i].flag;
	}
	return 0;
}

bool
maildir_name_parse(struct slice file, struct maildir_name *name_r)
{
	struct maildir_name name = { 0 };
	size_t colon = slice_rfind(file, ':');
	size_t i;

	if (file.n == 0 || file.p[0] == '.' || colon == 0)
		return false;
	name.base = slice_head(file, colon);
	name.info = slice_from(file, colon);
	if (slice_starts(name.info, ":2,")) {
		for (i = 3; i < name.info.n; i++)
			name.flags |= flag_of(name.info.p[i]);
	}
	*name_r = name;
	return true;
}

void
maildir_name_info(unsigned flags, struct slice old, struct str *out)
{
	unsigned char c;

	old = slice_starts(old, ":2,") ? slice_from(old, 3) : SLICE_NONE;
	str_add_z(out, ":2,");
	/* Ascending order of all letters, ours and theirs. */
	for (c = '0'; c <= 'z'; c++) {
		unsigned ours = flag_of((char)c);

		if ((ours != 0 && (flags & ours) != 0) ||
		    (ours == 0 && byte_is_alnum((char)c) &&
		     slice_find(old, (char)c) < old.n))
			str_add_c(out, (char)c);
	}
}

void
maildir_name_fetched(struct slice account, struct slice uidl, struct slice more,
                     struct str *out)
{
	unsigned char bytes[DIGEST_SHA256_SIZE];
	struct digest *d = digest_new(DIGEST_SHA256);
	uint64_t sizes[2] = { account.n, uidl.n };
	size_t i;

	/* Lengths first, in a fixed order of bytes, so that parts cannot be
	 * shifted into each other. */
	for (i = 0; i < sizeof sizes; i++) {
		unsigned char byte =
			(unsigned char)(sizes[i / 8] >> (i % 8 * 8));

		digest_add(d, &byte, 1);
	}
	digest_add(d, account.p, account.n);
	digest_add(d, uidl.p, uidl.n);
	digest_add(d, more.p, more.n);
	digest_finish(d, bytes);
	digest_free(&d);
	codec_hex_encode(bytes, DIGEST_USED, out);
	str_add_z(out, SUFFIX);
}

void
maildir_name_unique(struct str *out)
{
	unsigned char bytes[8];

	digest_random(bytes, sizeof bytes);
	str_printf(out, "%" PRId64 ".", clock_now());
	codec_hex_encode(bytes, sizeof bytes, out);
	str_add_z(out, SUFFIX);
}

bool
maildir_name_is_fetched(struct slice base)
{
	size_t i;

	if (base.n != DIGEST_USED * 2 + sizeof SUFFIX - 1 ||
	    !slice_ends(base, SUFFIX))
		return false;
	for (i = 0; i < (size_t)DIGEST_USED * 2; i++) {
		if (byte_hex(base.p[i]) < 0)
			return false;
	}
	return true;
}
