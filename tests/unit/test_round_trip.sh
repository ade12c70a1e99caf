#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What we build, read by Python's email (round_trip.py).
command -v python3 >/dev/null 2>&1 || {
	echo 'skipped: python3 is not installed'
	[ -z "$PABAL_CI" ] || exit 1
	exit 77
}
T=$(mktemp -d) || exit 1
trap 'rm -rf "$T"' EXIT
trap 'exit 1' HUP INT TERM
tests/unit/test_mime_round_trip "$T" &&
	python3 "${srcdir:-.}/tests/unit/round_trip.py" "$T"
