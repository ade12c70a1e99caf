#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# send and sendmail as people, git, mutt and cron call them: what is in the
# outbox afterwards.  Nobody listens where the account sends, so all stays there.
case ${PABAL:=./pabal} in
/*) ;;
*) PABAL=$PWD/$PABAL ;;
esac
T=$(mktemp -d "${TMPDIR:-/tmp}/pabal-send-XXXXXX") || exit 1
trap 'rm -rf "$T"' EXIT
trap 'exit 1' HUP INT TERM
LC_ALL=C.UTF-8 LANGUAGE=en TZ=KST-9
export LC_ALL LANGUAGE TZ
passed=0
failed=0

check() { # NAME COMMAND...
	name=$1
	shift
	if "$@"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "failed: $name"
		cat "$T/out" "$T/err"
	fi
}

fresh() {
	rm -rf "$T/home"
	mkdir -p "$T/home/config"
	cat >"$T/home/config/accounts" <<-END
		[work]
		address = kim@example.org
		smtp = 127.0.0.1:1:tls
		password_file = $T/home/password
		identity = Team <team@example.org>
		identity = *@alias.example
	END
	echo secret >"$T/home/password"
	chmod -R go= "$T/home"
}

# run STDIN ARGUMENT...: status in $status, output in $T/out and $T/err.
run() {
	input=$1
	shift
	printf '%b' "$input" |
		"$PABAL" --home "$T/home" "$@" >"$T/out" 2>"$T/err"
	status=$?
}

# What the outbox says, in JSON.
outbox() { "$PABAL" --home "$T/home" --json outbox list; }
says() { outbox | grep -q -- "$1"; }
holds() { cat "$T/home/data/outbox/"*.pabal | tr -d '\r' | grep -q -- "$1"; }
mail='From: kim@example.org\nTo: a@example.net\nSubject: hi\n\ntext\n'

# Scheduled mail
fresh
PABAL_TEST_NOW=1789089600 run "$mail" send -t --at '내일 9시'
check 'scheduled' test $status = 0
check 'scheduled: says when' grep -q 'to be sent 2026-09-12\|to be sent' "$T/out"
check 'scheduled: held' says '"state":"held"'
check 'scheduled: until' says '"not_before":1789171200'
check 'scheduled: dated then' holds '^Date: Sat, 12 Sep 2026 09:00:00 +0900'
# The words it is said in are understood again
check 'scheduled: in words' grep -q 'to be sent tomorrow 9:00$' "$T/out"
for when in '내일 오전 9시' '오늘 오후 11시 5분' '화요일 오전 12시' \
	'2026년 12월 1일 오후 12시 30분'; do
	fresh
	PABAL_TEST_NOW=1789089600 run "$mail" --lang ko send -t --at "$when"
	check "scheduled: $when" grep -q ". $when에 보냅니다" "$T/out"
done
fresh
run "$mail" send -t --at 'some day'
check 'no time' test $status = 64
check 'no time: says so' grep -q "'some day' is no time" "$T/err"
run "$mail" send -t --at '2020-01-01'
check 'past' test $status = 64
check 'nothing queued' test -z "$(outbox)"

# A long subject does not fill the screen
fresh
long=$(printf '%0300d' 0)
run "To: a@example.net\nSubject: $long\n\nx\n" send -t --at 'in 1 hour'
"$PABAL" --home "$T/home" outbox list >"$T/out"
check 'long subject' test "$(wc -c <"$T/out")" -lt 160
check 'long subject: whole' says "$long"

# What was cancelled is not on its way any more
fresh
run "$mail" send -t --at 'in 1 hour'
run '' outbox cancel 1
check 'cancelled' test $status = 0
check 'cancelled: not listed' test -z "$(outbox)"
run '' --json outbox list all
check 'cancelled: there by its number' grep -q '"state":"cancelled"' "$T/out"

# Cron fetches: what is due goes out then
fresh
PABAL_TEST_NOW=1789089600 run "$mail" send -t --at '내일 9시'
PABAL_TEST_NOW=1789171199 run '' fetch
check 'not due: untouched' says '"tries":0'
PABAL_TEST_NOW=1789171200 run '' fetch
check 'due: fetch tries it' says '"tries":1'

# What will not be sent is said, by cron's quiet fetch, too
PABAL_TEST_NOW=1789271200 run '' --quiet fetch
check 'quiet: nothing of what is tried again' test ! -s "$T/err"
sed 's/^\[work\]/[office]/' "$T/home/config/accounts" >"$T/renamed"
cat "$T/renamed" >"$T/home/config/accounts"
# The last word of a job is heard whenever the job ends.
for at in 1789371200 1789471200 1789571200 1789671200 1789771200; do
	fresh
	PABAL_TEST_NOW=1789089600 run "$mail" send -t --at '내일 9시'
	cat "$T/renamed" >"$T/home/config/accounts"
	PABAL_TEST_NOW=$at run '' --quiet fetch
	check "account gone: failed, $at" says '"state":"failed"'
	check "account gone: said, $at" grep -q \
		"^pabal: work: 'hi': account 'work' is not set up any more$" \
		"$T/err"
done

# The address it is written from
fresh
run 'From: shop-7@ALIAS.example\nTo: a@example.net\n\nx\n' send -t
check 'kept' test $status = 75
check 'alias is the return path' says '"from":"shop-7@ALIAS.example"'

# As mutt calls it: -oem -oi -f ADDRESS -- RECIPIENTS
fresh
run "$mail.\nmore\n" sendmail -oem -oi -f team@example.org -- \
	a@example.net b@example.net
check 'mutt' test $status = 0
check 'mutt: return path' says '"from":"team@example.org"'
check 'mutt: both' says '"recipients":\["a@example.net","b@example.net"\]'
check 'mutt: -oi reads on behind a dot' holds '^more$'

# As cron calls it: -FCronDaemon -i -B8BITMIME -oem NAME, or -t
fresh
run 'From: root@example.org (Cron Daemon)\nTo: a@example.net\nSubject: Cron\n\nout\n' \
	sendmail -FCronDaemon -i -B8BITMIME -oem a@example.net
check 'cron' test $status = 0
check 'cron: to' says '"recipients":\["a@example.net"\]'
check 'cron: the account sends it' says '"from":"kim@example.org"'

# Cron's own mail names people of this computer: they are the account's
fresh
run 'From: root (Cron Daemon)\nTo: root\nSubject: Cron <root@host> date\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\nAuto-Submitted: auto-generated\n\n오늘\n' \
	sendmail -FCronDaemon -i -B8BITMIME -oem root
check 'cron: root' test $status = 0
check 'cron: root is whom it belongs to' says '"recipients":\["kim@example.org"\]'
check 'cron: from' holds '^From: "root" <kim@example.org>$'
check 'cron: to' holds '^To: "root" <kim@example.org>$'
run 'To: root, a@example.net\n\nx\n' sendmail -t
check 'cron: -t' says '"recipients":\["kim@example.org","a@example.net"\]'
run 'To: root\n\nx\n' send -t
check 'send: nobody of this computer' test $status = 64
for wrong in -root 'ro ot' '@' 'root@' '..' '$(id)'; do
	run "$mail" sendmail -i -- "$wrong"
	check "no name: '$wrong'" test $status = 64
done

# As git calls it: -i RECIPIENTS, and Bcc stays out of the message
fresh
run 'From: Team <team@example.org>\nTo: a@example.net\nBcc: c@example.net\nSubject: [PATCH] x\n\ndiff\n' \
	sendmail -i -t
check 'git' test $status = 0
check 'git: Bcc gets it' says 'c@example.net'
hides() { ! holds "$1"; }
check 'git: Bcc is not told' hides 'c@example.net'

# A dot alone, without -i: the end mark goes, what follows one does not
fresh
run "$mail.\nmore\n.\n" sendmail -t
check 'dot' test $status = 0
check 'dot: what follows is sent' holds '^more$'
check 'dot: and that one' test "$(cat "$T/home/data/outbox/"*.pabal |
	tr -d '\r' | grep -c '^\.$')" = 1

# Sent on: the Resent fields say to whom, To and Cc got it before
fresh
run 'Resent-From: team@example.org\nResent-To: r@example.net\nResent-Bcc: s@example.net\nFrom: boss@example.com\nTo: all@example.com\nDate: Mon, 21 Sep 2026 09:00:00 +0900\n\ntext\n' \
	sendmail -t
check 'sent on' test $status = 0
check 'sent on: to' says '"recipients":\["r@example.net","s@example.net"\]'
check 'sent on: from who sends it on' says '"from":"team@example.org"'
check 'sent on: secretly' hides 's@example.net'
check 'sent on: the author stays' holds '^From: boss@example.com$'

# What the provider does to another address in From
fresh
sed -i 's/^smtp.*/&\nprovider = gmail/' "$T/home/config/accounts"
run "$mail" send -t
check 'own address' test $status = 75
says_nothing() { ! grep -q 'Gmail' "$T/err"; }
check 'own address: nothing to say' says_nothing
team='From: team@example.org\nTo: a@example.net\n\ntext\n'
run "$team" send -t
check 'other address' grep -q 'Gmail puts kim@example.org in From' "$T/err"
run "$team" sendmail -t
check 'other address: sendmail' grep -q 'Gmail puts' "$T/err"
run "$team" --quiet send -t
check 'other address: quiet' says_nothing
run "$team" --lang ko send -t
check 'other address: in Korean' grep -q 'Gmail.*kim@example.org' "$T/err"
check 'other address: in Korean only' test "$(grep -c 'puts' "$T/err")" = 0
run "$team" --json send -t
check 'other address: for programs' grep -q \
	'"from":{"provider":"gmail","does":"rewritten","login":"kim@example.org"}' \
	"$T/out"
run "$mail" --json send -t
check 'own address: for programs' grep -q '"from":null' "$T/out"
line='From a Mon Sep 21 09:00:00 2026\n'
run "$line$team\n$line$team" send -t --mbox --at 'in 1 hour'
check 'other address: once' test "$(grep -c 'Gmail puts' "$T/err")" = 1
sed -i 's/gmail/naver/' "$T/home/config/accounts"
run "$team" send -t
check 'other address: refused there' grep -q 'refuses mail from team@example.org' \
	"$T/err"

# A reason is told in the language of who asks, whatever it was when it was kept
fresh
run "$mail" --lang ko send -t
check 'reason: kept' test $status = 75
check 'reason: in Korean' grep -q '연결할 수 없습니다' "$T/err"
check 'reason: for programs' says '"error":"no connection to 127.0.0.1'
run '' --lang ko outbox list
check 'reason: listed in Korean' grep -q '연결할 수 없습니다' "$T/out"
run '' --lang en outbox list
check 'reason: listed in English' grep -q 'no connection to 127.0.0.1' "$T/out"

# Delivery reports
fresh
run "$mail" send -t --dsn success,failure,full
check 'reports' test $status = 75
for wrong in '' sometimes never,delay; do
	run "$mail" send -t --dsn "$wrong"
	check "reports: not '$wrong'" test $status = 64
done
run "$mail" sendmail -N failure,delay -R hdrs -t
check 'reports: by sendmail' test $status = 0

# Many at once: all or none
fresh
mbox="From a Mon Sep 21 09:00:00 2026\\n$mail\\nFrom a Mon Sep 21 09:00:00 2026\\n"
run "$mbox"'From: team@example.org\nTo: b@example.net\nSubject: two\n\n>From here\n' \
	send -t --mbox
check 'mbox' test $status = 75
check 'mbox: two' test "$(outbox | wc -l)" = 2
check 'mbox: from each' says '"from":"team@example.org"'
check 'mbox: unquoted' holds '^From here$'
check 'mbox: no line of the file' test -z "$(cat "$T/home/data/outbox/"*.pabal |
	grep '^From a ')"
fresh
run "$mbox"'From: team@example.org\nSubject: to nobody\n\nx\n' send -t --mbox
check 'mbox: one is wrong' test $status = 64
check 'mbox: says which' grep -q 'message 2' "$T/err"
check 'mbox: none is queued' test -z "$(outbox)"
run "$mail" send -t --mbox
check 'mbox: none' test $status = 64
PABAL_TEST_NOW=1789089600 run "$mbox$mail" send -t --mbox --at '내일 9시'
check 'mbox: scheduled' test $status = 0
check 'mbox: says so of each' test "$(grep -c 'to be sent' "$T/out")" = 2

# Where nothing is set up, or nothing can be kept
rm -rf "$T/home"
run "$mail" sendmail -t
check 'no account' test $status = 78
fresh
mkdir -p "$T/home/data"
: >"$T/home/data/outbox"
run "$mail" sendmail -t
check 'no outbox: not taken' test $status = 74
rm -f "$T/home/data/outbox"

# What it can do
run '' sendmail --help
check 'help' test $status = 0
check 'help: synopsis' grep -q 'sendmail \[-t\]' "$T/out"
check 'help: nothing wrong' test ! -s "$T/err"

# Mistakes
run "$mail" sendmail -X -t
check 'unknown option' test $status = 64
run "$mail" sendmail
check 'nobody' test $status = 64

# git send-email itself
if [ -x "$(git --exec-path 2>/dev/null)/git-send-email" ]; then
	fresh
	(
		HOME=$T
		GIT_CONFIG_NOSYSTEM=1
		export HOME GIT_CONFIG_NOSYSTEM
		git init -q "$T/repo" && cd "$T/repo" || exit 1
		git config user.name '김하늘'
		git config user.email kim@example.org
		echo text >file
		git add file
		git commit -qm '첫 파일' || exit 1
		git send-email --quiet --confirm=never --to a@example.net \
			--bcc c@example.net --suppress-cc=all \
			--sendmail-cmd="'$PABAL' --home '$T/home' sendmail" \
			--root HEAD
	) >"$T/out" 2>"$T/err" </dev/null
	check 'git send-email' test $? = 0
	check 'git send-email: to' says 'a@example.net'
	check 'git send-email: bcc' says 'c@example.net'
	check 'git send-email: the patch' holds '^+text$'
else
	echo 'git send-email is not installed: not tried'
	[ -z "$PABAL_CI" ] || failed=$((failed + 1))
fi

# mutt itself
if command -v mutt >/dev/null 2>&1; then
	fresh
	cat >"$T/muttrc" <<-END
		set sendmail="$PABAL --home $T/home sendmail"
		set from=team@example.org use_envelope_from copy=no
		set realname="김하늘" charset=utf-8
	END
	printf '점 하나\n.\n끝\n' |
		HOME=$T mutt -n -F "$T/muttrc" -s '안녕' -b c@example.net \
			-a "$T/muttrc" -- a@example.net >"$T/out" 2>"$T/err"
	check 'mutt itself' test $? = 0
	check 'mutt itself: return path' says '"from":"team@example.org"'
	check 'mutt itself: to and bcc' \
		says '"recipients":\["a@example.net","c@example.net"\]'
	check 'mutt itself: Bcc is not told' hides 'c@example.net'
	check 'mutt itself: its file' holds 'name="\?muttrc'
	check 'mutt itself: behind the dot' holds '^끝\|64Gd'
else
	echo 'mutt is not installed: not tried'
	[ -z "$PABAL_CI" ] || failed=$((failed + 1))
fi

# Many at once: who calls it ten times has ten in the outbox
fresh
for i in 1 2 3 4 5 6 7 8 9 10; do
	printf '%b' "$mail" | "$PABAL" --home "$T/home" sendmail -t \
		>>"$T/out" 2>>"$T/err" &
done
wait
check 'ten at once' test "$(outbox | wc -l)" = 10

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
