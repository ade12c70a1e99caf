#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What a server answered is known after kill -9; the rest is said to be in doubt.
. "${srcdir:-.}/tests/crash/lib.sh"
exec python3 "$crash/answered.py" "$@"
