#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Some points of each fault.  All of them: tests/crash/sweep.py --all
. "${srcdir:-.}/tests/crash/lib.sh"
exec python3 "$crash/sweep.py" --sample 2 "$@"
