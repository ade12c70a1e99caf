#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# show --parts, --part, --save: parts listed, written out and saved.
case ${PABAL:=./pabal} in
/*) ;;
*) PABAL=$PWD/$PABAL ;;
esac
T=$(mktemp -d "${TMPDIR:-/tmp}/pabal-parts-XXXXXX") || exit 1
trap 'chmod -R u+rwX "$T"; rm -rf "$T"' EXIT
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
pabal() { "$PABAL" --home "$T/home" "$@" >"$T/said" 2>&1 </dev/null; }
status() { # WANTED COMMAND...
	wanted=$1
	shift
	"$@"
	got=$?
	[ "$got" -eq "$wanted" ]
}

part() { # TYPE NAME-PARAMETER TEXT
	printf -- '--b\nContent-Type: %s\nContent-Disposition: attachment; ' "$1"
	printf '%s\n\n%s\n' "$2" "$3"
}
{
	printf 'From: a@example.org\nSubject: parts\nMIME-Version: 1.0\n'
	printf 'Content-Type: multipart/mixed; boundary=b\n\n--b\n\nlook\n'
	part text/x 'filename="$(touch x);.txt"' one
	part text/x 'filename="../../x"' two
	part text/x 'filename=con' three
	part text/x 'filename=.bashrc' four
	part text/x 'filename=-rf' five
	part text/x "filename*=utf-8''a%0Ab" six
	# 300 bytes of Hangul, decomposed
	name=$(for _ in $(seq 34); do
		printf '%%E1%%84%%80%%E1%%85%%A1%%E1%%86%%A8'
	done)
	part text/x "filename*=utf-8''$name.hwp" seven
	printf -- '--b--\n'
} >"$T/mail.eml"

show() { pabal show "$@" --file "$T/mail.eml"; }
mkdir "$T/out"
check 'lists' show --parts
check 'one line a part' test "$(wc -l <"$T/said")" = 8
check 'path, type, size' grep -q '^2  *text/x, 3 B  *\$(touch x);.txt$' "$T/said"
check 'one part' show --part 2
check 'its bytes' test "$(cat "$T/said")" = one
check 'no such part' status 66 show --part 9.9
check 'says how to find it' grep -q -- '--parts' "$T/said"

check 'saves all' show --save "$T/out"
check 'says where' test "$(grep -c "^saved as $T/out/" "$T/said")" = 7
check 'seven files' test "$(ls -A "$T/out" | wc -l)" = 7
check 'no shell' test -f "$T/out/\$(touch x);.txt"
check 'no path' test -f "$T/out/x"
check 'no device' test -f "$T/out/_con"
check 'not hidden' test -f "$T/out/bashrc"
check 'no option' test -f "$T/out/rf"
check 'one line' test -f "$T/out/a b"
# composed: a third of the bytes, and whole
long=$(for _ in $(seq 34); do printf 각; done).hwp
check 'composed' test -f "$T/out/$long"
check 'private' test -z "$(find "$T/out" -type f -perm /077)"
check 'again' show --save "$T/out"
check 'never over a file' test "$(ls -A "$T/out" | wc -l)" = 14
check 'numbered' test -f "$T/out/x-2"

mkdir "$T/one"
check 'one of them' show --part 3 --save "$T/one"
check 'only that' test "$(ls "$T/one")" = x
check 'as JSON' show --json --part 3 --save "$T/one"
check 'names the file' grep -q "{\"saved\":\[\"$T/one/x-2\"\]" "$T/said"

check 'no folder' status 73 show --save "$T/none"
check 'made none' test ! -e "$T/none"
ln -s "$T/one" "$T/link"
check 'through a link to a folder' show --part 3 --save "$T/link"
check 'there' test -f "$T/one/x-3"
if [ "$(id -u)" -ne 0 ]; then
	chmod 500 "$T/one"
	check 'read-only' status 73 show --part 3 --save "$T/one"
	chmod 700 "$T/one"
fi

[ "$failed" -eq 0 ]
