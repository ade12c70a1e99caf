/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Typed growable array: ARRAY(struct part *) parts = { 0 };
 * Zero-initialised is ready; array_release frees the memory, not the elements.
 */
#ifndef UTIL_ARRAY_H
#define UTIL_ARRAY_H

#include <stddef.h>

#define ARRAY(type) \
 struct {           \
  type *v;          \
  size_t n;         \
  size_t cap;       \
 }

/* Append a value. */
#define array_add(a, value)                                        \
 do {                                                              \
  (a)->v = array_grow_((a)->v, (a)->n, &(a)->cap, sizeof *(a)->v); \
  (a)->v[(a)->n++] = (value);                                      \
 } while (0)

/* Append a zeroed element and point to it; valid until the next append. */
#define array_add_new(a)                                                     \
 ((a)->v = array_grow_((a)->v, (a)->n, &(a)->cap, sizeof *(a)->v), (a)->n++, \
  array_zero_((a)->v, (a)->n - 1, sizeof *(a)->v), &(a)->v[(a)->n - 1])

#define array_release(a) \
 array_release_((void **)(void *)&(a)->v, &(a)->n, &(a)->cap)
#define array_foreach(a, ptr) \
 for ((ptr) = (a)->v; (ptr) != NULL && (ptr) < (a)->v + (a)->n; (ptr)++)

void *array_grow_(void *v, size_t n, size_t *cap, size_t size);
void array_zero_(void *v, size_t at, size_t size);
void array_release_(void **v, size_t *n, size_t *cap);

#endif
