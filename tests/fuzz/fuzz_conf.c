/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Configuration files: what parses is written back, and takes a change. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "conf/account_keys.h"
#include "conf/conf_parse.h"
#include "conf/serve.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_values(const struct conf_doc *doc)
{
	struct serve_conf serve = { 0 };
	struct account a;
	size_t i;

	account_init(&a);
	for (i = 0; i < doc->lines.n; i++) {
		const struct conf_line *line = &doc->lines.v[i];
		const char *key = account_key_find(line->name);

		if (line->kind == CONF_LINE_KEY && key != NULL)
			(void)account_key_set(&a, key, line->value, NULL);
		if (line->kind == CONF_LINE_KEY)
			(void)serve_conf_set(&serve, line->name, line->value,
			                     NULL);
	}
	(void)account_check(&a, NULL);
	account_release(&a);
	serve_conf_release(&serve);
}

static void
check_change(struct conf_doc *doc)
{
	static const char *const value = " \"v\"\n";
	struct conf_doc again;
	struct str out;
	int rc;

	rc = conf_doc_set(doc, "some", "key", &value, 1, NULL);
	assert(rc == 0);
	str_init(&out, CONF_FILE_MAX * 2);
	conf_doc_write(doc, &out);
	rc = conf_doc_parse(&again, "f", str_slice(&out), NULL);
	assert(rc == 0 || out.n > CONF_FILE_MAX);
	if (rc == 0)
		assert(slice_eq_z(conf_doc_get(&again, "some", "key"), value));
	conf_doc_release(&again);
	str_release(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_make((const char *)data, size);
	struct conf_doc doc;
	struct str out;

	if (conf_doc_parse(&doc, "f", text, NULL) == 0) {
		str_init(&out, CONF_FILE_MAX);
		conf_doc_write(&doc, &out);
		assert(slice_eq(str_slice(&out), text));
		str_release(&out);
		check_values(&doc);
		check_change(&doc);
		(void)conf_doc_remove_section(&doc, "some");
	}
	conf_doc_release(&doc);
	return 0;
}
