/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Named points where tests kill the program. */
#ifndef UTIL_STEP_H
#define UTIL_STEP_H

/*
 * Each arrow of the order that survives a crash is one step().  Does nothing
 * unless PABAL_TEST_STEP is set: "N" kills (SIGKILL) at the N-th step of the
 * process, "name" at the first step of that name, "name#N" at the N-th,
 * "count:FILE" appends each step's name to FILE; "name@FIFO" lets the thread wait there until somebody
 * opens FIFO for writing.
 */
void step(const char *name);

#endif
