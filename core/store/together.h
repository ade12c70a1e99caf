/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stores of several threads that write in one transaction. */
#ifndef STORE_TOGETHER_H
#define STORE_TOGETHER_H

/*
 * What the stores of one data folder share, each a thread's own.  A store that is
 * opened with it (store_open_with) borrows it until it is closed.
 */
struct together;

struct together *together_new(void);
void together_free(struct together **t);

#endif
