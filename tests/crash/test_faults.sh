#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Faults of the surroundings.  The long ones, too: tests/crash/faults.py --all
. "${srcdir:-.}/tests/crash/lib.sh"
exec python3 "$crash/faults.py" "$@"
