#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every text of the sources is translated, none of them doubtfully, and the
# formats of the translations fit; needs GNU gettext.
top=${srcdir:-$(dirname "$0")/../..}
for tool in xgettext msgcmp msgfmt; do
	command -v $tool >/dev/null || exit 77
done
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT

(cd "$top" && xgettext --from-code=UTF-8 --keyword=_ --keyword=N_ \
	--keyword=N_N:1,2 -o - core/*/*.[ch] tui/*.[ch]) \
	>"$dir/pabal.pot" || exit 1
test -s "$dir/pabal.pot" || exit 1
status=0
for po in "$top"/po/*.po; do
	msgcmp "$po" "$dir/pabal.pot" || status=1
	msgfmt --check -o "$dir/pabal.mo" "$po" || status=1
done
exit $status
