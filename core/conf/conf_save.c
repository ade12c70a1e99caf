/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changing the configuration files: single keys, the rest stays as it is. */
#include <stdlib.h>
#include <string.h>

#include "conf/account_keys.h"
#include "conf/conf.h"
#include "conf/conf_parse.h"
#include "util/array.h"
#include "util/fsx.h"
#include "util/i18n.h"

#include "util/banned.h"

static int
write_doc(const struct paths *paths, const char *path,
          const struct conf_doc *doc, struct err *err)
{
	struct str text;
	int rc = -1;

	/* One byte more than may be read back: seen as too large below. */
	str_init(&text, CONF_FILE_MAX + 1);
	conf_doc_write(doc, &text);
	if (text.n > CONF_FILE_MAX)
		(void)err_set(err, ERR_LIMIT,
		              _("%s would be larger than %zu bytes"), path,
		              CONF_FILE_MAX);
	else if (fsx_mkdirs(paths->config, err) == 0)
		rc = fsx_write_atomic(path, str_slice(&text), err);
	str_release(&text);
	return rc;
}

static void
free_values(char **v, size_t n)
{
	while (n > 0)
		free(v[--n]);
}

/* Put one key of the account; a default is written only over a value. */
static int
put_key(struct conf_doc *doc, const struct account *a, const char *key,
        struct err *err)
{
	ARRAY(char *) values = { 0 };
	struct str text;
	int rc;
	int kind;

	str_init(&text, CONF_LINE_MAX);
	while ((kind = account_key_get(a, key, values.n, &text)) != 0) {
		if (kind == 2 && conf_doc_get(doc, a->name, key).p == NULL)
			break;
		array_add(&values, slice_dup(str_slice(&text)));
		str_clear(&text);
	}
	rc = conf_doc_set(doc, a->name, key,
	                  (const char *const *)(void *)values.v, values.n, err);
	free_values(values.v, values.n);
	array_release(&values);
	str_release(&text);
	return rc;
}

int
conf_save_account(const struct paths *paths, const struct account *a,
                  struct err *err)
{
	char *path = fsx_join(paths->config, "accounts");
	struct conf_doc doc;
	int rc = conf_doc_read(&doc, path, err);
	size_t i;

	if (rc == 0)
		rc = account_check(a, err);
	for (i = 0; rc == 0 && account_key(i) != NULL; i++)
		rc = put_key(&doc, a, account_key(i), err);
	if (rc == 0)
		rc = write_doc(paths, path, &doc, err);
	conf_doc_release(&doc);
	free(path);
	return rc;
}

int
conf_remove_account(const struct paths *paths, const char *name,
                    struct err *err)
{
	char *path = fsx_join(paths->config, "accounts");
	struct conf_doc doc;
	int rc = conf_doc_read(&doc, path, err);

	if (rc == 0 && !conf_doc_remove_section(&doc, name))
		rc = err_set(err, ERR_NOTFOUND, _("there is no account '%s'"),
		             name);
	if (rc == 0)
		rc = write_doc(paths, path, &doc, err);
	conf_doc_release(&doc);
	free(path);
	return rc;
}

/* The file as it would be must load, so that nobody locks himself out. */
static int
check_setting(const char *key, const char *value, struct err *err)
{
	struct conf c = { 0 };
	int rc = conf_setting_set(&c, key, value, err);

	conf_release(&c);
	return rc;
}

int
conf_set(const struct paths *paths, const char *key, const char *value,
         struct err *err)
{
	char *path = fsx_join(paths->config, "config");
	struct conf_doc doc;
	int rc = conf_doc_read(&doc, path, err);

	if (rc == 0 && value != NULL)
		rc = check_setting(key, value, err);
	if (rc == 0)
		rc = conf_doc_set(&doc, "", key, &value, value != NULL, err);
	if (rc == 0)
		rc = write_doc(paths, path, &doc, err);
	conf_doc_release(&doc);
	free(path);
	return rc;
}
