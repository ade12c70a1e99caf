#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Rules on stored mail as a user runs them: tried, done, killed in between, done
# again, taken back; mistakes in both files of rules are named with their lines.
for program in python3 timeout; do
	command -v "$program" >/dev/null 2>&1 && continue
	echo "skipped: $program is not installed"
	[ -n "$PABAL_CI" ] && exit 1
	exit 77
done
case ${PABAL:=./pabal} in
/*) ;;
*) PABAL=$PWD/$PABAL ;;
esac
T=$(mktemp -d "${TMPDIR:-/tmp}/pabal-rules-XXXXXX") || exit 1
trap 'rm -rf "$T"' EXIT
trap 'exit 1' HUP INT TERM
H=$T/home
many=450
failed=0

pabal() {
	timeout 120 "$PABAL" --home "$H" "$@"
}

check() {
	what=$1
	shift
	if "$@"; then
		echo "ok: $what"
	else
		echo "FAILED: $what"
		tail -n 5 "$T/out"
		failed=1
	fi
}

listed() {
	[ "$(pabal list --folder "$1" --limit 2000 | wc -l)" -eq "$2" ]
}

says() {
	grep -qF -- "$1" "$T/out"
}

mkdir -p "$H/config"
chmod 700 "$H" "$H/config"
cat >"$H/config/accounts" <<END
[work]
address = me@work.example
pop = 127.0.0.1:1:tls
smtp = none
password_command = true
END
chmod 600 "$H/config/accounts"
python3 - "$many" >"$T/mbox" <<'END'
import sys
for n in range(int(sys.argv[1])):
    print(f'From kim@x.example Mon Nov 16 09:00:00 2026\nFrom: kim@x.example\n'
          f'To: me@work.example\nSubject: number {n}\n'
          f'Date: Mon, 16 Nov 2026 09:00:00 +0900\nMessage-ID: <{n}@x>\n\nx\n')
END
pabal import -a work "$T/mbox" >"$T/out" 2>&1
check 'imported' listed Inbox "$many"
printf '# mine\nif from kim then star\nif subject "sale then label sale\n' \
	>"$H/config/rules"
pabal rules test >"$T/out" 2>&1
check 'an open quotation mark is named with its line' says "rules:3: the \
quotation mark before 'sale then label sale' is not closed: put another one \
behind the text"
printf 'if from kim then archive, label sale, star\nif from nobody then x\n' \
	>"$H/config/rules"
pabal rules test >"$T/out" 2>&1
check 'a mistake ends with 78' [ $? -eq 78 ]
check 'a mistake is named with its line' says 'rules:2: expected an action'
check 'the other rules hold' says "$many messages looked at, rules fit $many"
printf 'if from kim then archive, label sale, star\n' >"$H/config/rules"
pabal rules test -n 300 >"$T/out" 2>&1
check 'only the last are looked at' \
	says '300 messages looked at, rules fit 300'
check 'a test changes nothing' listed Inbox "$many"
for step in 3 100 300 150; do
	PABAL_TEST_STEP=$step pabal rules run >"$T/out" 2>&1
	check "killed at step $step" [ $? -gt 128 ]
done
pabal --json rules run >"$T/out" 2>&1
check 'a run goes on' [ $? -eq 0 ]
check 'and says its undo' says '"stopped":false'
check 'all is done' listed Archive "$many"
check 'nothing is left' listed Inbox 0
pabal --json rules run >"$T/out" 2>&1
check 'once more there is nothing to do' says '"changed":0'
pabal rules run -n 2000 >"$T/out" 2>&1
check 'nor is there in all folders' says 'rules fit 0'
printf 'if label sale then move Inbox, read\n' >"$H/config/rules"
pabal rules run -n 2000 >"$T/out" 2>&1
check 'a label is a condition' listed Inbox "$many"
undo=$(sed -n 's/.*pabal rules undo //p' "$T/out")
pabal rules undo "$undo" >"$T/out" 2>&1
check 'one undo takes all back' listed Archive "$many"
pabal rules undo "$undo" >"$T/out" 2>&1
check 'and only once' says 'cannot be taken back any more'
printf '[mine]\nwhere = subject\nmatch = number\nscore = 9\n\n[bad]\nscore = x\n' \
	>"$H/config/spam-rules.conf"
printf 'From: a@b.example\nSubject: number 1\n\nx\n' >"$T/mail"
pabal spam score "$T/mail" >"$T/out" 2>&1
check 'a mistake of a spam rule is named' \
	says 'spam-rules.conf:1: the rule has no reason (en)'
check 'and the next' says 'spam-rules.conf:7: the score is no number'
printf 'en = my number\n' >"$T/reason"
sed -i '4r '"$T/reason" "$H/config/spam-rules.conf"
pabal spam explain "$T/mail" >"$T/out" 2>&1
check 'a rule of the user counts' says '+9.0 my number: number'
! grep -q 'Sanitizer\|runtime error:' "$T/out" || failed=1
exit $failed
