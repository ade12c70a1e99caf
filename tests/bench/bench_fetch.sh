#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Fetching over TLS from a private Dovecot, beside mpop and the durable limit, and
# what is aimed at; BENCH_PARTS says what of it:
#   loopback  BENCH_MESSAGES messages
#   nothing   BENCH_POLLS times nothing new, of 1000 and of BENCH_LISTED messages
#   far       BENCH_FAR messages, 100 ms there and back
#   twenty    accounts at once, far away
#   idle      the same from servers that take no time of the processor
#   alone     without PIPELINING, BENCH_ALONE messages
#   large     the memory that a mail of 40 MB takes
. "${srcdir:-.}/tests/net/lib.sh"
net_begin bench-fetch
. "$net/../bench/lib.sh"

# The mailbox that is fetched, and where.
reader=kim
port=
kind=tls
: "${BENCH_FAR:=1000}" "${BENCH_ALONE:=100}" "${BENCH_POLLS:=15}"
: "${BENCH_LISTED:=50000}"
: "${BENCH_PARTS:=loopback nothing far twenty idle alone large}"

# account HOME NAME: one that has fetched nothing.
account() {
	"$PABAL" --home "$T/home-$1" -q account add --no-test --name "$2" --address kim@pabal.test \
		--user "$reader" --pop "localhost:$port:$kind" --smtp none --ca-file "$CA" \
		--password-file "$T/password" >/dev/null
}

fresh() {
	account "$1" "$1"
}

# Dovecot's own cache is filled before anything is measured.
warm() {
	fresh "warm-$reader"
	timeout 600 "$PABAL" --home "$T/home-warm-$reader" -q fetch || exit 1
}

# A folder for each run: where much was deleted, ext4 looks long for a free inode.
limit() {
	mkdir -p "$T/limit-$1"
	measure "$T/$2" limit "$BENCH_BIN/bench_limit" "$port" "$reader" \
		"$T/password" "$CA" "$T/limit-$1"
}

# mpop_fetch FILE RUN [PIPELINING [COLUMN]]: its password stands in its file, so that
# no other program is counted.
mpop_fetch() {
	have mpop || return 0
	box=$T/mpop-$2
	mkdir -p "$box/cur" "$box/new" "$box/tmp"
	[ "$kind" = tls ] && tls=on || tls=off
	cat >"$box.rc" <<-END
		account default
		host localhost
		port $port
		user $reader
		auth user
		tls $tls
		tls_starttls off
		tls_trust_file $CA
		tls_crl_file
		password "$(cat "$T/password")"
		pipelining ${3:-auto}
		keep on
		uidls_file $box.uidls
		delivery maildir $box
		received_header off
	END
	chmod 600 "$box.rc"
	measure "$1" "${4:-mpop}" mpop -C "$box.rc" -q
}

small_mails() {
	python3 -c '
import sys
for i in range(int(sys.argv[2])):
    with open("%s/%06d" % (sys.argv[1], i), "w") as f:
        f.write("From: S <s@example.kr>\nTo: kim@pabal.test\n"
                "Subject: letter %d\nMessage-ID: <%d@example.kr>\n\n"
                "Text %d\n" % (i, i, i))' "$1" "$2"
}

# user NAME: one more at Dovecot.
user() {
	printf '%s:{PLAIN}%s:%s:%s::%s::\n' "$1" "$net_password" "$mail_uid" \
		"$mail_gid" "$T/mail/$1" >>"$T/dovecot/users"
}

# made MAKER NUMBER: mail for the reader, who has none yet.
made() {
	rm -rf "$T/made"
	mkdir -p "$T/made"
	"$1" "$T/made" "$2" || exit 1
	box=$(mailbox "$reader")
	mkdir -p "$box/cur" "$box/tmp"
	# One name: 50,000 are too many for a command line.
	mv "$T/made" "$box/new"
	chown -R "$mail_uid:$mail_gid" "$T/mail/$reader"
}

# The way to PORT takes 50 ms.
far_from() {
	rm -f "$T/delay"
	python3 "$bench/delay.py" "$1" 50 >"$T/delay" &
	delay=$!
	while [ ! -s "$T/delay" ]; do sleep 0.1; done
	port=$(cat "$T/delay")
}

bench_loopback() {
	echo "fetch: $BENCH_MESSAGES messages, Dovecot on loopback, TLS"
	reader=kim port=$POPS_PORT
	made corpus "$BENCH_MESSAGES"
	warm
	i=0
	while [ $((i += 1)) -le "$BENCH_TIMES" ]; do
		limit "$i" fetch
		fresh "kim$i"
		measure "$T/fetch" pabal "$PABAL" --home "$T/home-kim$i" -q fetch
		mpop_fetch "$T/fetch" "$i"
	done
	table "$T/fetch" limit "$BENCH_MESSAGES"
	goal "time beside the durable limit" "$(ratio "$T/fetch" pabal limit 2)" "<=" 1.25
	goal "mpop's time beside ours" "$(ratio "$T/fetch" mpop pabal 2)" ">=" 2.5
}

nothing_of() {
	reader=$1 port=$POPS_PORT
	user "$1"
	made small_mails "$2"
	fresh "$1"
	timeout 900 "$PABAL" --home "$T/home-$1" -q fetch || exit 1
	"$PABAL" --home "$T/home-$1" -q fetch || exit 1
	mpop_fetch "$T/first-$1" "$1"
	i=0
	while [ $((i += 1)) -le "$BENCH_POLLS" ]; do
		measure "$T/nothing-$1" pabal "$PABAL" --home "$T/home-$1" -q fetch
		mpop_fetch "$T/nothing-$1" "$1"
	done
	echo "nothing new, $2 on the server"
	table "$T/nothing-$1" mpop "$2"
	goal "CPU beside mpop's" "$(ratio "$T/nothing-$1" pabal mpop 3)" "<=" 1.00
}

bench_nothing() {
	nothing_of few 1000
	nothing_of many "$BENCH_LISTED"
}

bench_far() {
	echo "fetch: $BENCH_FAR messages, 100 ms there and back"
	reader=lee port=$POPS_PORT
	made corpus "$BENCH_FAR"
	warm
	far_from "$POPS_PORT"
	i=0
	while [ $((i += 1)) -le "$BENCH_TIMES" ]; do
		limit "lee$i" far
		fresh "lee$i"
		measure "$T/far" pabal "$PABAL" --home "$T/home-lee$i" -q fetch
		measure "$T/far-nothing" pabal "$PABAL" --home "$T/home-lee$i" -q fetch
		mpop_fetch "$T/far" "lee$i"
		mpop_fetch "$T/far-nothing" "lee$i"
	done
	mpop_fetch "$T/far" "lee-alone" off mpop-alone
	kill "$delay"
	table "$T/far" limit "$BENCH_FAR"
	goal "time beside the bytes' own" "$(ratio "$T/far" pabal limit 2)" "<=" 1.3
	goal "times faster than without PIPELINING" \
		"$(ratio "$T/far" mpop-alone pabal 2)" ">=" 20
	echo "nothing new of $BENCH_FAR, 100 ms there and back"
	table "$T/far-nothing" pabal "$BENCH_FAR"
	# Connection, TLS, CAPA, USER and PASS, STAT and listings: five waits.
	goal "seconds" "$(awk '/^pabal/ { print $2 }' "$T/far-nothing" | sort -n |
		head -n 1)" "<=" 0.6
}

# What the server makes of twenty at once.
twenty_mpops() {
	: >"$T/twenty-mpops"
	n=0
	while [ $((n += 1)) -le 20 ]; do
		reader=r$n
		mpop_fetch "$T/first-mpop" "twenty$n"
		echo "mpop -C $T/mpop-twenty$n.rc -q &" >>"$T/twenty-mpops"
	done
	echo wait >>"$T/twenty-mpops"
	i=0
	while [ $((i += 1)) -le "$BENCH_TIMES" ]; do
		measure "$T/again" mpop-x-20 sh "$T/twenty-mpops"
	done
}

bench_twenty() {
	echo "twenty accounts, 100 ms there and back"
	port=$POPS_PORT
	n=0
	while [ $((n += 1)) -le 20 ]; do
		reader=r$n
		user "$reader"
		# The last is the slowest.
		[ "$n" -eq 20 ] && made corpus 300 || made corpus 30
	done
	port=$POPS_PORT reader=r20
	warm
	far_from "$POPS_PORT"
	i=0
	while [ $((i += 1)) -le "$BENCH_TIMES" ]; do
		account "slowest$i" r20
		n=0
		while [ $((n += 1)) -le 20 ]; do
			reader=r$n
			account "twenty$i" "r$n"
		done
		reader=r20
		measure "$T/twenty" slowest "$PABAL" --home "$T/home-slowest$i" -q fetch
		measure "$T/twenty" twenty "$PABAL" --home "$T/home-twenty$i" -q fetch
		measure "$T/again" slowest "$PABAL" --home "$T/home-slowest$i" -q fetch
		measure "$T/again" twenty "$PABAL" --home "$T/home-twenty$i" -q fetch
	done
	have mpop && twenty_mpops
	kill "$delay"
	echo "all is new: 300 messages, and 19 times 30"
	table "$T/twenty" slowest 1
	echo "nothing new"
	table "$T/again" slowest 1
	goal "time beside the slowest's" "$(ratio "$T/again" twenty slowest 2)" "<=" 1.1
}

# What the accounts wait for each other: Dovecot's twenty logins at once take the
# processor from us.
bench_idle() {
	echo "twenty accounts, 100 ms there and back, idle servers, no TLS"
	python3 "$bench/idle_pop3.py" 100 300 30 >"$T/idle" &
	idle=$!
	while [ ! -s "$T/idle" ]; do sleep 0.1; done
	port=$(cat "$T/idle") kind=plain
	i=0
	while [ $((i += 1)) -le "$BENCH_TIMES" ]; do
		reader=r20
		account "idle-slowest$i" r20
		n=0
		while [ $((n += 1)) -le 20 ]; do
			reader=r$n
			account "idle-twenty$i" "r$n"
		done
		for turn in new again; do
			for who in slowest twenty; do
				measure "$T/idle-$turn" "$who" "$PABAL" \
					--home "$T/home-idle-$who$i" -q fetch
			done
		done
	done
	kind=tls
	kill "$idle"
	echo "all is new: 300 messages, and 19 times 30"
	table "$T/idle-new" slowest 1
	goal "time beside the slowest's" "$(ratio "$T/idle-new" twenty slowest 2)" "<=" 1.1
	echo "nothing new"
	table "$T/idle-again" slowest 1
	goal "time beside the slowest's" "$(ratio "$T/idle-again" twenty slowest 2)" "<=" 1.1
}

bench_alone() {
	echo "fetch: $BENCH_ALONE messages, 100 ms there and back, no PIPELINING"
	python3 -c '
import sys, threading
sys.path.insert(0, sys.argv[1])
from hostile_server import PASSWORD, Pop3, Server, letter
box = [("u%d" % i, letter(i)) for i in range(int(sys.argv[2]))]
server = Server(Pop3, {"box": box}).start()
with open(sys.argv[3], "w") as f:
    f.write(PASSWORD)
print(server.port, flush=True)
threading.Event().wait()' "$net" "$BENCH_ALONE" "$T/slow-password" >"$T/slow" &
	slow=$!
	while [ ! -s "$T/slow" ]; do sleep 0.1; done
	far_from "$(cat "$T/slow")"
	reader=kim kind=plain
	cp "$T/password" "$T/kept"
	cp "$T/slow-password" "$T/password"
	i=0
	while [ $((i += 1)) -le "$BENCH_TIMES" ]; do
		fresh "slow$i"
		measure "$T/alone" pabal "$PABAL" --home "$T/home-slow$i" -q fetch
		mpop_fetch "$T/alone" "slow$i" off
	done
	cp "$T/kept" "$T/password"
	kind=tls
	kill "$delay" "$slow"
	table "$T/alone" pabal "$BENCH_ALONE"
	goal "time beside mpop's" "$(ratio "$T/alone" pabal mpop 2)" "<=" 1.00
}

one_large() {
	python3 -c '
print("From: a@b.kr\nSubject: large\nMIME-Version: 1.0\n"
      "Content-Type: application/octet-stream\n"
      "Content-Transfer-Encoding: base64\n")
line = "QUJD" * 19 + "\n"
for _ in range(40 * 1024 * 1024 // len(line)):
    print(line, end="")' >"$1/large"
}

bench_large() {
	echo "fetch: one mail of 40 MB"
	reader=park port=$POPS_PORT
	made one_large 1
	fresh large
	measure "$T/large" pabal "$PABAL" --home "$T/home-large" -q fetch
	mpop_fetch "$T/large" large
	table "$T/large" pabal 1
	goal "MB at its peak" "$(awk '/^pabal/ { print $4 / 1024 }' "$T/large")" "<=" 32
}

dovecot_start
for part in $BENCH_PARTS; do
	"bench_$part"
done
