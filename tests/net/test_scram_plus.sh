#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Logins bound to their TLS connection, TLS 1.2 and 1.3, and somebody in between.
for program in python3 openssl; do
	command -v "$program" >/dev/null 2>&1 && continue
	echo "skipped: $program is not installed"
	[ -n "$PABAL_CI" ] && exit 1
	exit 77
done
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
exec python3 "${srcdir:-.}/tests/net/scram_plus.py"
