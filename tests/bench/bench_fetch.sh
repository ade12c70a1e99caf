#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Fetching over TLS from a private Dovecot: pabal, the durable limit, mpop; then
# the same from far away (BENCH_FAR messages, 100 ms there and back).
. "${srcdir:-.}/tests/net/lib.sh"
net_begin bench-fetch
. "$net/../bench/lib.sh"

# The mailbox that is fetched, and where.
reader=kim
port=
: "${BENCH_FAR:=1000}"

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
