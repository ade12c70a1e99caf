#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Bad input and bad surroundings: a clear error each time, and nothing is lost.
for program in python3 openssl timeout; do
	command -v "$program" >/dev/null 2>&1 && continue
	echo "skipped: $program is not installed"
	[ -n "$PABAL_CI" ] && exit 1
	exit 77
done
case ${PABAL:=./pabal} in
/*) ;;
*) PABAL=$PWD/$PABAL ;;
esac
here=$(cd "${srcdir:-.}/tests/cli" && pwd)
PYTHONDONTWRITEBYTECODE=1
PABAL_TEST_TIMEOUT_MS=10000
export PYTHONDONTWRITEBYTECODE PABAL_TEST_TIMEOUT_MS
marker=geheim-7f3a
T=$(mktemp -d "${TMPDIR:-/tmp}/pabal-bad-XXXXXX") || exit 1
server=
passed=0
failed=0

cleanup() {
	status=$?
	[ -n "$server" ] && kill "$server" 2>/dev/null
	chmod -R u+rwX "$T"
	rm -rf "$T"
	exit "$status"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM

# serve PART: a server of tests/net/hostile_parts.py on $port.
serve() {
	[ -n "$server" ] && kill "$server" 2>/dev/null
	: >"$T/port"
	python3 "$here/../net/hostile_server.py" --certs "$T/certs" \
		--log "$T/log" "pop3/$1" >"$T/port" &
	server=$!
	for _ in $(seq 200); do
		[ -s "$T/port" ] && break
		sleep 0.05
	done
	port=$(cat "$T/port")
}

# A home with the account bad at localhost:$port, TLS as $1, more lines in $2.
home() {
	H=$T/home
	chmod -R u+rwX "$H" 2>/dev/null
	rm -rf "$H"
	mkdir -p "$H/config"
	chmod 700 "$H" "$H/config"
	printf '%s' "$marker" >"$H/password"
	chmod 600 "$H/password"
	cat >"$H/config/accounts" <<-END
		[bad]
		address = bad@example.kr
		pop = ${host:-localhost}:${port:-1}:${1:-plain}
		smtp = none
		password_file = $H/password
		ca_file = $T/certs/ca.pem
		$2
	END
	chmod 600 "$H/config/accounts"
}

pabal() {
	timeout 60 "$PABAL" --home "$H" "$@"
}

stored() {
	find "$H" -path '*/mail/bad/*' -type f \
		\( -path '*/cur/*' -o -path '*/new/*' \) | wc -l | tr -d ' '
}

no_leftovers() {
	left=$(find "$H/data/mail" -path "$H"'/*/tmp/*' -type f)
	[ -z "$left" ] || {
		echo "left over: $left"
		return 1
	}
}

# says STATUS WORDS COMMAND...: it ends so and says so, in one line that a user
# can read, and no sanitizer says anything.
says() {
	want=$1
	words=$2
	shift 2
	"$@" >"$T/said" 2>&1 </dev/null
	got=$?
	cat "$T/said"
	[ "$got" -eq "$want" ] || {
		echo "exit status $got, not $want"
		return 1
	}
	grep -qF -- "$words" "$T/said" || {
		echo "does not say: $words"
		return 1
	}
	! grep -q 'Sanitizer\|runtime error:' "$T/said"
}

has() {
	[ "$(stored)" -eq "$1" ] || {
		echo "$(stored) messages stored, not $1"
		return 1
	}
}

case_of() {
	what=$1
	shift
	if "$@" >"$T/out" 2>&1; then
		echo "ok: $what"
		passed=$((passed + 1))
	else
		echo "FAILED: $what"
		sed 's/^/    /' "$T/out" | tail -n 20
		failed=$((failed + 1))
	fi
}

wrong_password() {
	serve login-wrong
	home
	says 77 'wrong password' pabal fetch && has 0
}

unknown_host() {
	host=no-such-host.invalid home
	says 68 no-such-host.invalid pabal fetch && has 0
}

certificate() {
	serve "cert-$1"
	home tls
	says 69 "$2" pabal fetch && has 0 && ! grep -q 'PASS' "$T/log"
}

goes_away() {
	serve retr-cut
	home plain 'keep = no'
	says 75 'closed the connection' pabal fetch || return 1
	says 0 new pabal fetch && has 3 && says 0 '0 new' pabal fetch && has 3
}

broken_config() {
	home plain 'colour = blue'
	says 78 'config/accounts:7' pabal fetch
}

unreadable_config() {
	home
	rm "$H/config/accounts"
	mkdir "$H/config/accounts"
	says 78 config/accounts pabal fetch || says 74 config/accounts pabal fetch
}

shared_secret() {
	serve good
	home
	chmod 644 "$H/password"
	says 78 "$H/password" pabal fetch && has 0 &&
		! grep -q 'PASS' "$T/log" && chmod 600 "$H/password" &&
		says 0 '3 new' pabal fetch
}

secret_in_config() {
	home plain 'password = secret'
	says 78 'config/accounts:7' pabal fetch
}

# A file may have 500 KB; the message has 6 MB.
file_limit() {
	serve large
	home plain 'keep = no'
	says 74 'too large' sh -c 'ulimit -f 1000; exec "$@"' - \
		timeout 60 "$PABAL" --home "$H" fetch || return 1
	! grep -q '"dropped"' "$T/log" || return 1
	no_leftovers || return 1
	says 0 new pabal fetch && has 2 && says 0 '0 new' pabal fetch && has 2
}

# The same on a file system of its own, which is full.
full_disk() {
	serve large
	home plain 'keep = no'
	# shellcheck disable=SC2016
	unshare -rm sh -c 'mkdir -p "$2/data" &&
		mount -t tmpfs -o size=4m none "$2/data" || exit 99
		timeout 60 "$1" --home "$2" fetch
		echo "status $?"
		find "$2/data" -path "*/cur/*" -o -path "*/new/*" |
			wc -l' - "$PABAL" "$H" >"$T/said" 2>&1
	cat "$T/said"
	grep -q 'status 74' "$T/said" && grep -q 'disk is full' "$T/said" &&
		! grep -q 'Sanitizer' "$T/said" && has 0 || return 1
	says 0 new pabal fetch && has 2
}

read_only_home() {
	serve good
	home
	pabal fetch || return 1
	if [ "$(id -u)" -eq 0 ]; then
		# shellcheck disable=SC2016
		says 74 'ead-only' unshare -m sh -c 'mount --bind "$2" "$2" &&
			mount -o remount,bind,ro "$2" || exit 99
			exec timeout 60 "$1" --home "$2" fetch' - \
			"$PABAL" "$H" || return 1
	else
		chmod -R a-w "$H"
		says 74 'ermission' pabal fetch || return 1
		chmod -R u+w "$H"
	fi
	has 3 && says 0 '0 new' pabal fetch
}

in_locale() {
	serve good
	home
	if [ -n "$1" ]; then
		says 0 '3 new' env LC_ALL="$1" "$PABAL" --home "$H" fetch
	else
		says 0 '3 new' env -u LC_ALL -u LANG -u LC_CTYPE "$PABAL" \
			--home "$H" fetch
	fi && says 0 'letter 3' env LC_ALL="${1:-C}" "$PABAL" --home "$H" list
}

# on_screen COLUMNS ROWS TERM STATUS WORDS KEYS: the screen of a home with mail.
on_screen() {
	python3 "$here/in_terminal.py" "$1" "$2" "$5" "$6" \
		env TERM="$3" LC_ALL="${7:-C.UTF-8}" "$PABAL" --home "$H" \
		>"$T/said" 2>&1
	got=$?
	cat -v "$T/said" | tail -n 5
	[ "$got" -eq "$4" ] || {
		echo "exit status $got, not $4"
		return 1
	}
	! grep -q 'Sanitizer\|runtime error:' "$T/said"
}

screen_home() {
	serve good
	home plain 'interval = 0'
	pabal fetch
}

no_terminal() {
	screen_home && says 64 terminal pabal
}

term_unset() {
	screen_home || return 1
	python3 "$here/in_terminal.py" 80 24 '' '' env -u TERM "$PABAL" --home "$H" \
		>"$T/said" 2>&1
	got=$?
	cat -v "$T/said"
	[ "$got" -ne 0 ] && [ "$got" -lt 124 ] && grep -q TERM "$T/said"
}

term_unknown() {
	screen_home && on_screen 80 24 "$1" "$2" "$3" q && grep -q TERM "$T/said"
}

tiny() {
	screen_home && on_screen "$1" "$2" xterm-256color 0 '' 'q'
}

screen_in_c() {
	screen_home && on_screen 80 24 xterm 0 'letter 3' q C
}

closed() {
	serve good
	home
	"$PABAL" --home "$H" fetch <&- >"$T/said" 2>&1 && has 3 || return 1
	home
	"$PABAL" --home "$H" fetch >&- 2>"$T/said" </dev/null
	status=$?
	cat "$T/said"
	[ "$status" -lt 100 ] && has 3 || return 1
	home
	"$PABAL" --home "$H" fetch <&- >&- 2>&-
	status=$?
	echo "status $status"
	[ "$status" -lt 100 ] && has 3 || return 1
	"$PABAL" --home "$H" list >/dev/full 2>"$T/said" </dev/null
	status=$?
	cat "$T/said"
	[ "$status" -eq 74 ] || return 1
	says 74 'standard input' sh -c '"$1" --home "$2" spam batch </' - \
		"$PABAL" "$H"
}

# What to do about it is said, and is right.
damaged() {
	serve good
	home
	says 0 new pabal fetch && has 3 || return 1
	head -c 12288 /dev/zero | tr '\0' x | dd of="$H/data/pabal.db" \
		conv=notrunc 2>/dev/null || return 1
	says 74 "'pabal index'" pabal list &&
		says 0 '3 messages' pabal index && says 0 'letter 3' pabal list
}

# Pressed while a message is half here.
interrupted() {
	serve retr-stall
	home plain 'keep = no'
	PABAL_TEST_TIMEOUT_MS=30000 "$PABAL" --home "$H" -v fetch \
		>"$T/said" 2>&1 &
	job=$!
	for _ in $(seq 200); do
		grep -q '"stall"' "$T/log" && break
		sleep 0.05
	done
	tr '\0' '\n' <"/proc/$job/cmdline" >"$T/ps"
	tr '\0' '\n' <"/proc/$job/environ" >>"$T/ps"
	kill -INT "$job"
	wait "$job"
	got=$?
	cat "$T/said"
	[ "$got" -eq 75 ] || {
		echo "exit status $got, not 75"
		return 1
	}
	[ -s "$T/ps" ] && ! grep -q "$marker" "$T/ps" "$T/said" || return 1
	! grep -q '"dropped"' "$T/log" || return 1
	no_leftovers || return 1
	says 0 new pabal fetch && has 3 && says 0 '0 new' pabal fetch && has 3
}

secret_stays() {
	serve good
	home
	pabal -v fetch >"$T/said" 2>&1 && has 3 || return 1
	! grep -r "$marker" "$T/said" "$H/config" "$H/data" "$H/state" "$H/cache"
}

# Whatever the umask says, mail is the user's own.
private() {
	serve good
	home
	(umask 000 && pabal fetch) && has 3 || return 1
	printf 'Subject: x\n\nx\n' >"$T/letter"
	(umask 000 && pabal list && pabal index) || return 1
	find "$H/data" "$H/state" "$H/cache" "$H/config" \
		\( -type f ! -perm 600 -o -type d ! -perm 700 \) \
		-exec ls -ld {} + >"$T/open"
	cat "$T/open"
	[ ! -s "$T/open" ]
}

case_of 'wrong password' wrong_password
case_of 'unknown host' unknown_host
case_of 'expired certificate' certificate expired expired
case_of 'certificate of another host' certificate elsewhere localhost
case_of 'unknown authority' certificate stranger certificate
case_of 'server goes away in RETR' goes_away
case_of 'mistake in the configuration' broken_config
case_of 'unreadable configuration' unreadable_config
case_of 'password file readable by others' shared_secret
case_of 'password in the configuration' secret_in_config
case_of 'file size limit' file_limit
if unshare -rm true 2>/dev/null; then
	case_of 'full disk' full_disk
else
	echo 'skipped: full disk: no name spaces here'
fi
if [ "$(id -u)" -ne 0 ] || unshare -rm true 2>/dev/null; then
	case_of 'read-only home' read_only_home
else
	echo 'skipped: read-only home: no name spaces here'
fi
case_of 'locale C' in_locale C
case_of 'locale POSIX' in_locale POSIX
case_of 'locale that does not exist' in_locale xx_XX.UTF-8
case_of 'no locale' in_locale ''
case_of 'screen in locale C' screen_in_c
case_of 'screen without terminal' no_terminal
case_of 'TERM unset' term_unset
case_of 'TERM unknown' term_unknown nonsense 78 ''
case_of 'TERM dumb' term_unknown dumb 78 ''
case_of 'terminal of 20x5' tiny 20 5
case_of 'terminal of 1x1' tiny 1 1
case_of 'terminal of 400x100' tiny 400 100
case_of 'closed input and output' closed
case_of 'damaged index' damaged
case_of 'Ctrl-C while fetching' interrupted
case_of 'the password stays secret' secret_stays
case_of 'umask 000' private
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
