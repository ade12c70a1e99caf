#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# "pabal serve" and real clients: Python's poplib, curl, mpop, and pabal itself.
. "${srcdir:-.}/tests/net/lib.sh"

serve_pid=

# serve_start NAME OPTION...: serve the home $T/NAME; ports in $PORT, $PORT2.
serve_start() {
	which=$1
	shift
	: >"$T/serve.out"
	"$PABAL" --home "$T/$which" --json serve "$@" >"$T/serve.out" \
		2>"$T/serve.err" &
	serve_pid=$!
	for _ in $(seq 300); do
		grep -q '"port"' "$T/serve.out" && break
		kill -0 "$serve_pid" 2>/dev/null || break
		sleep 0.1
	done
	PORT=$(sed -n '1s/.*"port":\([0-9]*\).*/\1/p' "$T/serve.out")
	PORT2=$(sed -n '2s/.*"port":\([0-9]*\).*/\1/p' "$T/serve.out")
	[ -n "$PORT" ] || {
		cat "$T/serve.out" "$T/serve.err"
		exit 1
	}
}

# It ends by itself, and well.
serve_ends() {
	kill -TERM "$serve_pid" 2>/dev/null
	wait "$serve_pid"
	got=$?
	serve_pid=
	cat "$T/serve.err"
	[ "$got" -eq 0 ] && ! grep -q 'Sanitizer\|runtime error' "$T/serve.err"
}

serve_cleanup() {
	status=$?
	[ -n "$serve_pid" ] && kill -9 "$serve_pid" 2>/dev/null
	(exit "$status")
	net_cleanup
}

clients() {
	timeout 300 python3 "$net/serve_clients.py" "$@"
}

box_of() {
	printf '%s' "$T/$1/data/mail/$2/Inbox"
}

count_in() {
	find "$1/cur" "$1/new" -type f | wc -l | tr -d ' '
}

# client HOME POP KEEP [LINE]: a home that fetches from the server.
client() {
	mkdir -p "$T/$1/config"
	printf '%s' "$SECRET" >"$T/$1/password"
	chmod 600 "$T/$1/password"
	cat >"$T/$1/config/accounts" <<-END
		[from]
		address = from@pabal.test
		user = ${4:-pabal}
		pop = $2
		smtp = none
		keep = $3
		spam_filter = no
		ca_file = $CA
		password_file = $T/$1/password
	END
}

brings() {
	timeout 120 "$PABAL" --home "$T/$1" --json fetch >"$T/fetch.json" || {
		cat "$T/fetch.json"
		return 1
	}
	grep -q "\"new\":$2," "$T/fetch.json" || {
		cat "$T/fetch.json"
		return 1
	}
}

by_curl() {
	curl -sS "$@" -o "$T/curl.eml" && [ -s "$T/curl.eml" ] &&
		find "$(box_of home kim)" -type f -size +0 >"$T/names" &&
		while read -r file; do
			cmp -s "$file" "$T/curl.eml" && return 0
		done <"$T/names"
	return 1
}

by_mpop() {
	mkdir -p "$T/mpop/cur" "$T/mpop/new" "$T/mpop/tmp"
	timeout 120 mpop -C /dev/null --host=localhost --user=pabal \
		--passwordeval="cat $T/secret" --uidls-file="$T/uidls" \
		--delivery="maildir,$T/mpop" "$@"
}

mpop_got() {
	[ "$(count_in "$T/mpop")" -eq "$1" ] &&
		clients same "$T/mpop-plain" "$(box_of home kim)"
}

# Without the field that it adds.
mpop_plain() {
	mkdir -p "$T/mpop-plain/cur"
	python3 -c '
import glob, re, sys
for n, path in enumerate(glob.glob(sys.argv[1] + "/[cn]*/*")):
    with open(path, "rb") as f:
        text = f.read()
    # One field with its folded lines.
    text = re.sub(rb"\A(?:Received: (?:.*\n)(?:[ \t].*\n)*)", b"", text, count=1)
    with open("%s/cur/%d" % (sys.argv[2], n), "wb") as f:
        f.write(text)' "$T/mpop" "$T/mpop-plain"
}

net_begin serve
trap serve_cleanup EXIT
mkdir -p "$T/home/config"
for name in kim lee; do
	printf '[%s]\naddress = %s@pabal.test\npop = localhost:1:plain\nsmtp = none\n' \
		"$name" "$name"
done >"$T/home/config/accounts"
python3 "$net/make_mail.py" "$T/made" 120 || exit 1
ok "mail is here" pabal import -a kim "$T"/made/*
n=$(count_in "$(box_of home kim)")

ok "no password, no server" pabal_fails 78 serve --listen 127.0.0.1:0
pabal serve --new-password >"$T/secret" 2>/dev/null
SECRET=$(cat "$T/secret")
ok "the password is not kept" sh -c "! grep -r '$SECRET' '$T/home'"
ok "in clear to this computer only" \
	pabal_fails 78 serve --listen 0.0.0.0:0
ok "an address that is none" pabal_fails 64 serve --listen nowhere

serve_start home --listen 127.0.0.1:0
ok "poplib: every message" clients all "$PORT" "$SECRET" "$(box_of home kim)"
ok "poplib: two at a time" clients two "$PORT" "$SECRET"
ok "all commands at once, and byte by byte" \
	clients pipelined "$PORT" "$SECRET"
if command -v curl >/dev/null 2>&1; then
	ok "curl" by_curl -u "pabal:$SECRET" "pop3://127.0.0.1:$PORT/3"
	ok "curl by AUTH PLAIN" by_curl --login-options AUTH=PLAIN \
		-u "pabal:$SECRET" "pop3://127.0.0.1:$PORT/4"
fi
if command -v mpop >/dev/null 2>&1; then
	ok "mpop" by_mpop --port="$PORT" --tls=off --auth=user --keep=on
	mpop_plain
	ok "mpop has every message" mpop_got "$n"
	ok "mpop again" by_mpop --port="$PORT" --tls=off --auth=plain \
		--keep=on
	ok "mpop knows them all" mpop_got "$n"
fi
client second "127.0.0.1:$PORT:plain" yes
ok "pabal from pabal" brings second "$n"
ok "pabal from pabal: byte for byte" clients same \
	"$(box_of home kim)" "$(box_of second from)"
ok "pabal from pabal: none twice" brings second 0
kill -HUP "$serve_pid"
client third "127.0.0.1:$PORT:plain" no pabal+kim
ok "after SIGHUP, all taken away" brings third "$n"
ok "it is in the trash" [ "$(count_in "$T/home/data/mail/kim/Trash")" -eq "$n" ]
ok "none is left" brings third 0
ok "SIGTERM ends it" serve_ends

# The second home was fetched over the wire: it gives the same on.
"$PABAL" --home "$T/second" serve --new-password >"$T/secret" 2>/dev/null
SECRET=$(cat "$T/secret")
serve_start second --listen "localhost:0:stls" --listen "127.0.0.1:0:tls" \
	--tls-cert "$T/tls/good.pem" --tls-key "$T/tls/good.key"
ok "poplib over STLS" clients all "$PORT" "$SECRET" \
	"$(box_of second from)" stls "$CA"
ok "poplib over TLS" clients all "$PORT2" "$SECRET" \
	"$(box_of second from)" tls "$CA"
if command -v mpop >/dev/null 2>&1; then
	rm -rf "$T/mpop" "$T/uidls"
	ok "mpop over TLS" by_mpop --port="$PORT2" --tls=on --tls-starttls=off \
		--tls-trust-file="$CA" --keep=on
	rm -rf "$T/mpop" "$T/uidls"
	ok "mpop over STLS" by_mpop --port="$PORT" --tls=on \
		--tls-starttls=on --tls-trust-file="$CA" --keep=on
fi
if command -v curl >/dev/null 2>&1; then
	ok "curl over TLS" curl -sS --cacert "$CA" -u "pabal:$SECRET" \
		"pop3s://localhost:$PORT2/1" -o /dev/null
	ok "curl over STLS" curl -sS --ssl-reqd --cacert "$CA" \
		-u "pabal:$SECRET" "pop3://localhost:$PORT/" -o /dev/null
fi
client fourth "localhost:$PORT:stls" yes
ok "pabal from pabal over STLS" brings fourth "$n"
ok "the third copy: byte for byte" clients same \
	"$(box_of third from)" "$(box_of fourth from)"
ok "an end lets clients go" clients dropped "$PORT" "$SECRET" "$serve_pid"
ok "and ends well" serve_ends
ok "nothing was deleted" [ "$(count_in "$(box_of second from)")" -eq "$n" ]

# What it says to people: the address, then a line for each connection.
says_what_each_did() {
	"$PABAL" --home "$T/second" --lang en serve --listen 127.0.0.1:0 \
		>"$T/serve.out" 2>"$T/serve.err" &
	serve_pid=$!
	for _ in $(seq 300); do
		PORT=$(sed -n 's/.*, port \([0-9]*\) (plain)$/\1/p' "$T/serve.out")
		[ -n "$PORT" ] && break
		sleep 0.1
	done
	clients two "$PORT" "$SECRET" && serve_ends &&
		grep -q "^pabal: 127.0.0.1, pabal: 0 of $n given, 0 deleted" \
			"$T/serve.err" &&
		grep -q '^pabal: 127.0.0.1: nobody logged in, 0 wrong' \
			"$T/serve.err"
}
ok "a line for each connection" says_what_each_did

# Neither a large message nor many take memory.
python3 -c '
import os, sys
os.makedirs(sys.argv[1])
with open(sys.argv[1] + "/large", "w") as f:
    f.write("Subject: large\nFrom: a@example.kr\n\n")
    for i in range(40 << 14):
        f.write("%062d.\n" % i)' "$T/large"
ok "a message of 40 MB" \
	timeout 120 "$PABAL" --home "$T/second" import -a from "$T/large/large"
serve_start second --listen 127.0.0.1:0
client fifth "127.0.0.1:$PORT:plain" yes
ok "is served" brings fifth "$((n + 1))"
grep -q __asan_init "$PABAL" || ok "memory stays flat" clients memory \
	"$serve_pid" 24000
ok "and ends" serve_ends
net_end
