#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# How often a fetch waits for its server; what does not change is not looked at.
for program in python3 openssl; do
	command -v "$program" >/dev/null 2>&1 && continue
	echo "skipped: $program is not installed"
	[ -n "$PABAL_CI" ] && exit 1
	exit 77
done
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
exec python3 "${srcdir:-.}/tests/net/round_trips.py" "$@"
