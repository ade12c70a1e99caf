/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program: options, then a command or the screen. */
#include <stdio.h>

int
main(void)
{
	puts("pabal " PACKAGE_VERSION);
	return 0;
}
