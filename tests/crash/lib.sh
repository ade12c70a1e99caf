# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by the tests of this folder: what they need, or a skip; where nothing
# may be skipped that is a failure.
for program in python3 openssl; do
	command -v "$program" >/dev/null 2>&1 && continue
	echo "skipped: $program is not installed"
	[ -n "$PABAL_CI" ] && exit 1
	exit 77
done
case ${PABAL:=$PWD/pabal} in
/*) ;;
*) PABAL=$PWD/$PABAL ;;
esac
PYTHONDONTWRITEBYTECODE=1
export PABAL PYTHONDONTWRITEBYTECODE
crash=${srcdir:-.}/tests/crash
