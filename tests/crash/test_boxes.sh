#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Import and export, killed at each step; Ctrl-C; odd files.
. "${srcdir:-.}/tests/crash/lib.sh"
exec python3 "$crash/boxes.py" "$@"
