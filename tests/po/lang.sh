#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# --lang decides the language of all texts, those about a bad option and the
# synopses of the commands included.
[ -e "$(dirname "$PABAL")/po/ko/LC_MESSAGES/pabal.mo" ] || exit 77
home=$(mktemp -d) || exit 99
trap 'rm -rf "$home"' EXIT
status=0

# What a command says, and what must be in it.
says() {
	want=$1
	shift
	"$PABAL" --home "$home" "$@" >"$home/said" 2>&1 </dev/null
	grep -qF -e "$want" "$home/said" && return
	echo "'$*' does not say '$want':"
	cat "$home/said"
	status=1
}

says "알 수 없는 옵션 '--bad'" --lang ko --bad
says "알 수 없는 옵션 '--bad'" --lang=ko list --bad
says "[--folder 폴더]" --lang ko list --bad
says "[--folder 폴더]" --lang ko list --help
says "사용법: pabal [옵션]..." --lang ko --help
says "unknown option '--bad'" --lang en --bad
LC_ALL=ko_KR.UTF-8
says "'nothing' 명령이 없습니다" nothing
says "there is no command 'nothing'" --lang en nothing
exit $status
