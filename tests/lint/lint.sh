#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The rules of the house; needs python3.
top=${srcdir:-$(dirname "$0")/../..}
command -v python3 >/dev/null || exit 77
exec python3 "$top/tests/lint/lint.py" "$top" "${CC:-cc}"
