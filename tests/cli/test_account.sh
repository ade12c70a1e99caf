#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# account remove: the account goes, and it is said where its mail stays.
case ${PABAL:=./pabal} in
/*) ;;
*) PABAL=$PWD/$PABAL ;;
esac
T=$(mktemp -d "${TMPDIR:-/tmp}/pabal-account-XXXXXX") || exit 1
trap 'rm -rf "$T"' EXIT
trap 'exit 1' HUP INT TERM
LC_ALL=C.UTF-8 LANGUAGE=en
export LC_ALL LANGUAGE
failed=0

check() { # NAME COMMAND...
	name=$1
	shift
	"$@" && return
	echo "failed: $name"
	cat "$T/said"
	failed=1
}
pabal() { "$PABAL" --home "$T" "$@" >"$T/said" 2>&1 </dev/null; }

mkdir -p "$T/config"
for name in work empty; do
	printf '[%s]\naddress = %s@example.org\npop = 127.0.0.1:1:tls\n\n' \
		$name $name
done >"$T/config/accounts"
chmod -R go= "$T/config"
printf 'From: a@example.org\nSubject: hi\n\ntext\n' >"$T/one.eml"
check 'import' pabal import -a work "$T/one.eml"

check 'remove' pabal account remove work
check 'names the folder' grep -qxF "pabal: account 'work' is removed; \
its mail stays in $T/data/mail/work" "$T/said"
check 'the mail stays' test -d "$T/data/mail/work"
check 'remove without mail' pabal account remove empty
check 'names no folder' grep -qxF "pabal: account 'empty' is removed" "$T/said"
pabal account show work
check 'gone' test $? != 0
exit $failed
