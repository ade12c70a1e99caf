#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Fetching over TLS from a private Dovecot: pabal, the durable limit, mpop; then
# the same from far away (BENCH_FAR messages, 100 ms there and back), without
# PIPELINING (BENCH_ALONE messages); last the memory that a mail of 40 MB takes.
. "${srcdir:-.}/tests/net/lib.sh"
net_begin bench-fetch
. "$net/../bench/lib.sh"

# The mailbox that is fetched, and where.
reader=kim
port=
: "${BENCH_FAR:=1000}" "${BENCH_ALONE:=100}"

# fresh NAME: an account that has fetched nothing.
fresh() {
	"$PABAL" --home "$T/home-$1" -q account add --no-test --name "$1" --address kim@pabal.test \
		--user "$reader" --pop "localhost:$port:tls" --smtp none --ca-file "$CA" \
		--password-file "$T/password" >/dev/null
}

# A folder for each run: where much was deleted, ext4 looks long for a free inode.
limit() {
	mkdir -p "$T/limit-$1"
	measure "$T/$2" limit "$BENCH_BIN/bench_limit" "$port" "$reader" \
		"$T/password" "$CA" "$T/limit-$1"
}

# mpop_fetch FILE RUN [OPTION...]
mpop_fetch() {
	file=$1
	box=$T/mpop-$2
	shift 2
	mkdir -p "$box/cur" "$box/new" "$box/tmp"
	measure "$file" mpop mpop --file=/dev/null --host=localhost \
		--port="$port" --user="$reader" --auth=user --tls=on \
		--tls-starttls=off --tls-trust-file="$CA" \
		--tls-crl-file= --passwordeval="cat $T/password" \
		--keep=on --uidls-file="$box.uidls" \
		--delivery="maildir,$box" --quiet --received-header=off "$@"
}

echo "fetch: $BENCH_MESSAGES messages, Dovecot on loopback, TLS"
dovecot_start
port=$POPS_PORT
corpus "$T/made" "$BENCH_MESSAGES" || exit 1
fill_mailbox kim "$T/made"
rm -rf "$T/made"
# Dovecot's own cache is filled before anything is measured.
fresh warm
timeout 600 "$PABAL" --home "$T/home-warm" -q fetch || exit 1
i=0
while [ $((i += 1)) -le "$BENCH_TIMES" ]; do
	limit "$i" fetch
	fresh "kim$i"
	measure "$T/fetch" pabal "$PABAL" --home "$T/home-kim$i" -q fetch
	measure "$T/nothing" pabal "$PABAL" --home "$T/home-kim$i" -q fetch
	if have mpop; then
		mpop_fetch "$T/fetch" "$i"
		mpop_fetch "$T/nothing" "$i"
	fi
done
table "$T/fetch" limit "$BENCH_MESSAGES"
echo "nothing new, $BENCH_MESSAGES on the server"
table "$T/nothing" pabal "$BENCH_MESSAGES"

echo "fetch: $BENCH_FAR messages, 100 ms there and back"
reader=lee
corpus "$T/made" "$BENCH_FAR" || exit 1
fill_mailbox lee "$T/made"
fresh lee-warm
timeout 600 "$PABAL" --home "$T/home-lee-warm" -q fetch || exit 1
python3 "$bench/delay.py" "$POPS_PORT" 50 >"$T/delay" &
delay=$!
while [ ! -s "$T/delay" ]; do sleep 0.1; done
port=$(cat "$T/delay")
i=0
while [ $((i += 1)) -le "$BENCH_TIMES" ]; do
	limit "lee$i" far
	fresh "lee$i"
	measure "$T/far" pabal "$PABAL" --home "$T/home-lee$i" -q fetch
	measure "$T/far-nothing" pabal "$PABAL" --home "$T/home-lee$i" -q fetch
	if have mpop; then
		mpop_fetch "$T/far" "lee$i"
		mpop_fetch "$T/far-nothing" "lee$i"
	fi
done
kill "$delay"
table "$T/far" limit "$BENCH_FAR"
echo "nothing new of $BENCH_FAR, 100 ms there and back"
table "$T/far-nothing" pabal "$BENCH_FAR"

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
chmod 600 "$T/slow-password"
python3 "$bench/delay.py" "$(cat "$T/slow")" 50 >"$T/slow-delay" &
delay=$!
while [ ! -s "$T/slow-delay" ]; do sleep 0.1; done
port=$(cat "$T/slow-delay")
"$PABAL" --home "$T/home-slow" -q account add --no-test --name slow \
	--address kim@pabal.test --user kim --pop "localhost:$port:plain" \
	--smtp none --password-file "$T/slow-password" >/dev/null
measure "$T/alone" pabal "$PABAL" --home "$T/home-slow" -q fetch
if have mpop; then
	box=$T/mpop-slow
	mkdir -p "$box/cur" "$box/new" "$box/tmp"
	measure "$T/alone" mpop mpop --file=/dev/null --host=localhost \
		--port="$port" --user=kim --auth=user --tls=off \
		--pipelining=off --passwordeval="cat $T/slow-password" \
		--keep=on --uidls-file="$box.uidls" \
		--delivery="maildir,$box" --quiet --received-header=off
fi
kill "$delay" "$slow"
table "$T/alone" pabal "$BENCH_ALONE"

echo "fetch: one mail of 40 MB"
rm -rf "$(mailbox lee)" "$T/made"
mkdir "$T/made"
python3 -c '
print("From: a@b.kr\nSubject: large\nMIME-Version: 1.0\n"
      "Content-Type: application/octet-stream\n"
      "Content-Transfer-Encoding: base64\n")
line = "QUJD" * 19 + "\n"
for _ in range(40 * 1024 * 1024 // len(line)):
    print(line, end="")' >"$T/made/large"
fill_mailbox lee "$T/made"
port=$POPS_PORT
fresh large
measure "$T/large" pabal "$PABAL" --home "$T/home-large" -q fetch
have mpop && mpop_fetch "$T/large" large
table "$T/large" pabal 1
