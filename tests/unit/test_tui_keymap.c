/* SPDX-License-Identifier: GPL-3.0-or-later */
/* keymap: presets, sequences, the user's bindings, keys typed in Hangul. */
#include "lib/test.h"

#include "tui/key.h"
#include "tui/keymap.h"

static void
assert_action(struct keymap *k, unsigned context, uint32_t key,
              enum action_id want)
{
	enum action_id id;

	assert_int_equal(keymap_feed(k, context, key, &id), KEYMAP_ACTION);
	assert_int_equal(id, want);
}

static void
test_names_round_trip(void **state)
{
	static const char *const names[] = { "x",    "^X",   "M-e", "<Enter>",
		                             "<F5>", "<lt>", "가" };
	static const char *const shown[] = { "x",  "^X", "Alt-e", "Enter",
		                             "F5", "<",  "가" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct slice rest = slice_of(names[i]);
		uint32_t key;
		struct str s;

		assert_int_equal(key_parse(&rest, &key), 0);
		assert_int_equal(rest.n, 0);
		str_init(&s, 64);
		key_show(key, &s);
		assert_string_equal(s.p, shown[i]);
		str_release(&s);
	}
}

static void
test_broken_names_are_refused(void **state)
{
	static const char *const names[] = { "",       "<Nokey>", "<F13>",
		                             "<Enter", "M-",      "<>" };
	size_t i, refused = 0;

	(void)state;
	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct slice rest = slice_of(names[i]);
		uint32_t key;

		while (rest.n > 0 && key_parse(&rest, &key) == 0)
			;
		refused += rest.n > 0 || names[i][0] == '\0';
	}
	/* "M-" is the two keys M and - */
	assert_int_equal(refused, 5);
}

static void
test_sequences(void **state)
{
	struct keymap *k = keymap_new(PRESET_MUTT);
	enum action_id id;
	struct str s;

	(void)state;
	assert_int_equal(keymap_feed(k, CTX_LIST, 'g', &id), KEYMAP_PENDING);
	str_init(&s, 64);
	keymap_pending(k, &s);
	assert_string_equal(s.p, "g");
	str_release(&s);
	assert_action(k, CTX_LIST, 'i', ACTION_GO_INBOX);
	assert_action(k, CTX_LIST, 'r', ACTION_REPLY);
	assert_int_equal(keymap_feed(k, CTX_LIST, 'g', &id), KEYMAP_PENDING);
	assert_int_equal(keymap_feed(k, CTX_LIST, 'Q', &id), KEYMAP_NONE);
	assert_action(k, CTX_LIST, 'd', ACTION_DELETE);
	keymap_free(&k);
}

static void
test_context_decides(void **state)
{
	struct keymap *k = keymap_new(PRESET_MUTT);

	(void)state;
	assert_action(k, CTX_LIST, 'j', ACTION_NEXT);
	assert_action(k, CTX_READER, K_DOWN, ACTION_SCROLL_DOWN);
	assert_action(k, CTX_READER, 'q', ACTION_BACK);
	assert_action(k, CTX_LIST, 'q', ACTION_QUIT);
	assert_action(k, CTX_BODY, K_CTRL_('x'), ACTION_SEND);
	assert_action(k, CTX_BODY, K_CTRL_('k'), ACTION_ED_CUT);
	keymap_free(&k);
}

static void
test_hangul_keys_work(void **state)
{
	struct keymap *k = keymap_new(PRESET_MUTT);
	uint32_t keys[KEYMAP_EXPAND];

	(void)state;
	assert_int_equal(keymap_expand(0x3153, keys), 1); /* ㅓ */
	assert_action(k, CTX_LIST, keys[0], ACTION_NEXT);
	assert_int_equal(keymap_expand(0xba38, keys), 2); /* 머 */
	assert_int_equal(keys[0], 'a');
	assert_int_equal(keys[1], 'j');
	assert_int_equal(keymap_expand(0x3132, keys), 1); /* ㄲ */
	assert_action(k, CTX_LIST, keys[0], ACTION_REPLY_ALL);
	assert_int_equal(keymap_expand('x', keys), 1);
	assert_int_equal(keymap_expand(K_F1, keys), 1);
	assert_int_equal(keys[0], K_F1);
	keymap_free(&k);
}

static void
test_user_bindings_win(void **state)
{
	struct keymap *k = keymap_new(PRESET_MUTT);
	struct err err = { 0 };
	enum action_id id;
	struct str s;

	(void)state;
	assert_int_equal(keymap_read(k,
	                             SLICE_LIT("# mine\n\nlist d archive\n"
	                                       "mail gx spam\nall m none\n"),
	                             "keys", &err),
	                 0);
	assert_action(k, CTX_LIST, 'd', ACTION_ARCHIVE);
	assert_action(k, CTX_READER, 'd', ACTION_DELETE);
	assert_int_equal(keymap_feed(k, CTX_LIST, 'g', &id), KEYMAP_PENDING);
	assert_action(k, CTX_LIST, 'x', ACTION_SPAM);
	assert_int_equal(keymap_feed(k, CTX_LIST, 'm', &id), KEYMAP_NONE);
	str_init(&s, 64);
	keymap_all_names(k, CTX_LIST, ACTION_ARCHIVE, &s);
	assert_string_equal(s.p, "e, d");
	str_release(&s);
	keymap_free(&k);
}

static void
test_bad_binding_is_named(void **state)
{
	static const char *const bad[] = { "list d",
		                           "nowhere d archive",
		                           "list d nothing",
		                           "list <Foo> archive",
		                           "list abcde archive",
		                           "list d archive more" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct keymap *k = keymap_new(PRESET_MUTT);
		struct err err = { 0 };
		struct str s;

		str_init(&s, 256);
		str_printf(&s, "\n%s\n", bad[i]);
		assert_int_equal(keymap_read(k, str_slice(&s), "keys", &err),
		                 -1);
		assert_int_equal(err.code, ERR_CONFIG);
		assert_non_null(strstr(err.text, "keys, line 2"));
		str_release(&s);
		keymap_free(&k);
	}
}

/* Whatever key the table names can be parsed, and no action hides another. */
static void
test_table_is_sound(void **state)
{
	size_t i, n, p;
	const struct action *t = action_table(&n);

	(void)state;
	for (i = 0; i < n; i++) {
		assert_ptr_equal(action_lookup(slice_of(t[i].name)),
		                 action_find(t[i].id));
		for (p = 0; p < PRESET_COUNT; p++) {
			struct keymap *k = keymap_new((enum preset)p);
			struct str s;

			str_init(&s, 256);
			assert_true(keymap_name(k, t[i].contexts, t[i].id, &s));
			str_release(&s);
			keymap_free(&k);
		}
	}
}

/* Two actions must not have the same key in the same place. */
static void
test_no_key_means_two_things(void **state)
{
	static const unsigned contexts[] = { CTX_LIST,   CTX_FOLDERS,
		                             CTX_READER, CTX_COMPOSE,
		                             CTX_BODY,   CTX_HELP };
	size_t c, i, n, p;
	const struct action *t = action_table(&n);

	(void)state;
	for (p = 0; p < PRESET_COUNT; p++) {
		struct keymap *k = keymap_new((enum preset)p);

		for (c = 0; c < sizeof contexts / sizeof contexts[0]; c++) {
			for (i = 0; i < n; i++) {
				struct slice rest = slice_of(
					t[i].keys[p] != NULL ? t[i].keys[p]
							     : t[i].keys[0]);
				struct slice word;

				if ((t[i].contexts & contexts[c]) == 0)
					continue;
				while (slice_word(&rest, &word)) {
					enum action_id id = ACTION_NONE;
					uint32_t key;

					keymap_reset(k);
					while (word.n > 0 &&
					       key_parse(&word, &key) == 0)
						(void)keymap_feed(k,
						                  contexts[c],
						                  key, &id);
					if (id != t[i].id)
						print_error("%zu %u %s\n", p,
						            contexts[c],
						            t[i].name);
					assert_int_equal(id, t[i].id);
				}
			}
		}
		keymap_free(&k);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_round_trip),
		cmocka_unit_test(test_broken_names_are_refused),
		cmocka_unit_test(test_sequences),
		cmocka_unit_test(test_context_decides),
		cmocka_unit_test(test_hangul_keys_work),
		cmocka_unit_test(test_user_bindings_win),
		cmocka_unit_test(test_bad_binding_is_named),
		cmocka_unit_test(test_table_is_sound),
		cmocka_unit_test(test_no_key_means_two_things),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
