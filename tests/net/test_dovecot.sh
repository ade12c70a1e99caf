#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Fetching from a real Dovecot: everything once, over verified TLS.
. "${srcdir:-.}/tests/net/lib.sh"

# add NAME POP [OPTION...]: an account of user NAME, the login tested.
add() {
	who=$1
	pop=$2
	shift 2
	pabal account add --name "$who" --address "$who@pabal.test" \
		--user "$who" --pop "$pop" --smtp none --ca-file "$CA" \
		--password-file "$T/password" "$@"
}

# The add must fail with status $1 and leave no account behind.
add_fails() {
	expected=$1
	shift
	add "$@"
	got=$?
	[ "$got" -eq "$expected" ] || {
		echo "exit status $got, not $expected"
		return 1
	}
	! pabal account show "$1"
}

# Everything stored for account $1 is what was made, once.
stored_as_made() {
	find "$T/home" -type f -path "*/mail/$1/*" \
		\( -path '*/cur/*' -o -path '*/new/*' \) >"$T/files"
	# shellcheck disable=SC2046
	pabal show --json --file $(cat "$T/files") |
		python3 "$net/compare_mail.py" "$2.json" "$3"
}

server_has() {
	[ "$(count_on_server "$1")" -eq "$2" ] || {
		echo "the server has $(count_on_server "$1"), not $2"
		return 1
	}
}

# Connections came there, and none of them said who it was.
no_login_at() {
	grep -q "lip=$1" "$T/dovecot/log" || {
		echo "nobody connected"
		return 1
	}
	! grep "user=<[^>][^>]*>.*lip=$1" "$T/dovecot/log"
}

large_mail() {
	python3 -c '
import os, sys
os.makedirs(sys.argv[1])
for i in range(20):
    with open("%s/18000000%02d.M%dP1.large" % (sys.argv[1], i, i), "w") as f:
        f.write("Subject: large %d\nMessage-ID: <large.%d@example.kr>\n"
                "From: a@example.kr\n\n" % (i, i))
        f.write("가나다라마바사아자차카타파하 0123456789\n" * 20000)' "$1"
}

# The server is killed while it sends, comes back, and nothing is missing or
# there twice.
dies_while_sending() {
	pabal fetch -a park >"$T/dies" 2>&1 &
	job=$!
	sleep 0.3
	dovecot_kill
	wait "$job"
	dovecot_start
	pabal fetch -a park || return 1
	pabal fetch -a park || return 1
	find "$T/home" -type f -path '*/mail/park/*' \
		\( -path '*/cur/*' -o -path '*/new/*' \) \
		-exec grep -h '^Message-ID: <large' {} + | tr -d '\r' |
		sort >"$T/ids"
	[ "$(wc -l <"$T/ids")" -eq 20 ] && [ "$(uniq <"$T/ids" | wc -l)" -eq 20 ]
}

net_begin dovecot
dovecot_start
python3 "$net/make_mail.py" "$T/made" 200 || exit 1
python3 "$net/make_mail.py" "$T/few" 30 || exit 1
fill_mailbox kim "$T/made"
fill_mailbox lee "$T/few"

ok "account over TLS" add kim "localhost:$POPS_PORT:tls"
ok "fetch brings all 200" fetches kim 200
ok "fetch again brings none" fetches kim 0
ok "the server keeps them" server_has kim 200
ok "each is shown as it was made" stored_as_made kim "$T/made" 200

ok "account over STLS" add lee "localhost:$POP_PORT:stls" --keep no
ok "fetch brings all 30" fetches lee 30
ok "the server has none left" server_has lee 0
ok "fetch from the empty mailbox" fetches lee 0
ok "each of them is as it was made" stored_as_made lee "$T/few" 30

ok "wrong password is refused" \
	add_fails 77 park "localhost:$POPS_PORT:tls" --password-file "$T/wrong"
ok "foreign authority is refused" add_fails 69 park "127.0.0.2:$POPS_PORT:tls"
ok "expired certificate is refused" \
	add_fails 69 park "127.0.0.3:$POPS_PORT:tls"
ok "certificate of another host is refused" \
	add_fails 69 park "127.0.0.4:$POPS_PORT:tls"
ok "the same over STLS" add_fails 69 park "127.0.0.4:$POP_PORT:stls"
ok "no name was sent there" no_login_at '127\.0\.0\.[234]'

# Each way to log in, with a password typed where syllables are taken apart.
logs_in_by() {
	pabal account edit kim --auth "$1" --no-test && pabal fetch -a kim &&
		grep -q "user=<kim>, method=$2" "$T/dovecot/log"
}

rejects_by() {
	pabal account edit kim --auth "$1" --no-test && pabal_fails 77 fetch -a kim
}

cp "$T/password" "$T/saved"
printf 'pa ss \341\204\213\341\205\241\341\206\267\341\204\222\341\205\251' \
	>"$T/password"
for way in plain login cram-md5 scram-sha-1 scram-sha-256 apop; do
	ok "login by $way" logs_in_by "$way" \
		"$(echo "$way" | tr '[:lower:]' '[:upper:]')"
done
cp "$T/wrong" "$T/password"
for way in plain cram-md5 scram-sha-256 apop; do
	ok "wrong password by $way" rejects_by "$way"
done
cp "$T/saved" "$T/password"
ok "the way is chosen again" pabal account edit kim --auth password --no-test

large_mail "$T/large"
fill_mailbox park "$T/large"
ok "account with large mail" add park "127.0.0.1:$POPS_PORT:tls"
ok "server dies while it sends" dies_while_sending

dovecot_stop
ok "server away: try later" pabal_fails 75 fetch -a kim
dovecot_start
ok "server back: nothing twice" fetches kim 0
cp "$T/password" "$T/saved"
cp "$T/wrong" "$T/password"
ok "password changed: login needed" pabal_fails 77 fetch -a kim
cp "$T/saved" "$T/password"
ok "all accounts at once" pabal fetch
net_end
