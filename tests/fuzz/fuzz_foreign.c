/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Settings of other programs: the first byte chooses whose. */
#include <assert.h>
#include <stdint.h>

#include "conf/foreign.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct foreign_list list = { 0 };

	if (size < 1 || size > 20000)
		return 0;
	foreign_parse((enum foreign_kind)(data[0] % FOREIGN_COUNT), "f",
	              slice_make((const char *)data + 1, size - 1), &list);
	foreign_parse(FOREIGN_MSMTP, "g",
	              SLICE_LIT("account a\nhost smtp.x.y\nuser kim\n"), &list);
	foreign_finish(&list);
	for (size_t i = 0; i < list.n; i++) {
		const struct account *a = &list.v[i].account;

		assert(account_name_ok(slice_of(a->name)));
		assert(a->pop.host != NULL || a->smtp.host != NULL);
		(void)account_check(a, NULL);
	}
	foreign_list_release(&list);
	return 0;
}
