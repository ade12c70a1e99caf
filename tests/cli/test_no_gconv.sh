#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Without the modules of iconv (a chroot, a small container) Korean, UTF-8 and
# Western mail reads as with them, and other mail is still shown.
skip() {
	echo "skipped: $1"
	[ -n "$PABAL_CI" ] && exit 1
	exit 77
}

# The program finds its modules in one of these.
modules=
for folder in /usr/lib/*/gconv /usr/lib64/gconv /usr/lib/gconv; do
	[ -d "$folder" ] && modules="$modules $folder"
done
[ -n "$modules" ] || skip 'this iconv has no folder of modules'
unshare -rm true 2>/dev/null || skip 'no name spaces here to hide them in'

case ${PABAL:=./pabal} in
/*) ;;
*) PABAL=$PWD/$PABAL ;;
esac
T=$(mktemp -d "${TMPDIR:-/tmp}/pabal-gconv-XXXXXX") || exit 1
trap 'rm -rf "$T"' EXIT
trap 'exit 1' HUP INT TERM
passed=0
failed=0

# hidden COMMAND ...: run it where the modules are gone.
hidden() {
	# shellcheck disable=SC2016,SC2086
	unshare -rm sh -c 'for folder in $1; do
			mount -t tmpfs none "$folder" || exit 99
		done
		shift
		exec "$@"' - "$modules" "$@"
}

# reads NAME LABEL BYTES TEXT: a mail of that label, its subject as raw bytes
# and its text, reads as TEXT; BYTES and TEXT are formats of printf.  A fifth
# argument: the subject is not looked at.
reads() {
	mail=$T/mail.eml
	: >"$T/shown"
	# shellcheck disable=SC2059
	{
		printf 'From: a@b.kr\nSubject: '
		printf "$3"
		printf '\nContent-Type: text/plain; charset=%s\n\n' "$2"
		printf "$3"
		printf '\n'
	} >"$mail"
	# shellcheck disable=SC2059
	printf "$4" >"$T/want"
	want=$(cat "$T/want")
	if hidden "$PABAL" show --json --file "$mail" >"$T/json" &&
		grep -qF "\"text\":\"$want\"" "$T/json" &&
		{ [ -n "$5" ] || grep -qF "\"subject\":\"$want\"" "$T/json"; } &&
		hidden "$PABAL" show --file "$mail" >"$T/shown" &&
		grep -qF "$want" "$T/shown"; then
		passed=$((passed + 1))
	else
		echo "FAIL $1"
		cat "$T/json" "$T/shown"
		failed=$((failed + 1))
	fi
}

# They are hidden indeed: the tool that uses them finds none.
if command -v iconv >/dev/null 2>&1 &&
	hidden iconv -f SHIFT_JIS -t UTF-8 </dev/null 2>/dev/null; then
	skip 'the modules cannot be hidden'
fi

bad='\357\277\275'
reads 'EUC-KR' euc-kr '\307\321\261\333 abc' '한글 abc'
reads 'CP949' ks_c_5601-1987 '\214\143\271\346\260\242\307\317' '똠방각하'
reads 'A2E8' cp949 '\277\354\242\350\306\355' '우㉾편'
reads 'C1' euc-kr '\307\321\261\333\23331m' "한글${bad}31m" text
reads 'ISO-2022-KR' iso-2022-kr '\033$)C\016GQ1[\017 abc' '한글 abc'
reads 'Johab' johab '\320\145\213\151 x' '한글 x' text
reads 'UTF-8' utf-8 '한글 é' '한글 é'
reads 'Latin' iso-8859-1 'caf\351 \223x\224' 'café “x”'
reads 'UTF-7' utf-7 '+1VyuAA-' '한글' text
reads 'UTF-16' utf-16be '\325\134\256\000\000' '한글' text
# What only iconv knows: ASCII is read, the rest is replaced, nothing fails.
reads 'Shift_JIS' shift_jis 'a \223\372 b' "a ${bad}${bad} b" text

# Words of headers and names of files come by the same decoders.
cat >"$T/mail.eml" <<'END'
From: =?ks_c_5601-1987?B?yKux5rW/?= <hong@example.kr>
Subject: =?euc-kr?B?sPjB9iCMY7nmsKLHzw==?= =?iso-2022-kr?B?DkdRMVsP?=
Content-Type: application/octet-stream
Content-Disposition: attachment; filename*=euc-kr''%B0%DF%C0%FB.hwp

x
END
if hidden "$PABAL" show --json --file "$T/mail.eml" >"$T/json" &&
	grep -qF '"name":"홍길동"' "$T/json" &&
	grep -qF '"subject":"공지 똠방각하한글"' "$T/json" &&
	grep -qF '"filename":"견적.hwp"' "$T/json"; then
	passed=$((passed + 1))
else
	echo 'FAIL headers'
	cat "$T/json"
	failed=$((failed + 1))
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
