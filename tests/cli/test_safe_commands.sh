#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every command on hostile mail, with hostile servers and hostile names.
for program in python3; do
	command -v "$program" >/dev/null 2>&1 && continue
	echo "skipped: $program is not installed"
	[ -n "$PABAL_CI" ] && exit 1
	exit 77
done
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
exec python3 "${srcdir:-.}/tests/cli/safe_commands.py"
