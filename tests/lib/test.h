/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmocka with what it needs included before it. */
#ifndef TESTS_LIB_TEST_H
#define TESTS_LIB_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/slice.h"

#define assert_slice(s, z)                          \
 do {                                               \
  struct slice assert_slice_s = (s);                \
  char *assert_slice_z = slice_dup(assert_slice_s); \
  assert_string_equal(assert_slice_z, (z));         \
  assert_int_equal(assert_slice_s.n, strlen(z));    \
  free(assert_slice_z);                             \
 } while (0)

#endif
