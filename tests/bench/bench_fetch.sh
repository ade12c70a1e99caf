#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Fetching over TLS from a private Dovecot: pabal, the durable limit, mpop.
. "${srcdir:-.}/tests/net/lib.sh"
net_begin bench-fetch
. "$net/../bench/lib.sh"

# Dovecot's own cache is filled before anything is measured.
fresh() {
	"$PABAL" --home "$T/home-$1" -q account add --name "$1" --address kim@pabal.test --user kim \
		--pop "localhost:$POPS_PORT:tls" --smtp none --ca-file "$CA" \
		--password-file "$T/password" >/dev/null
}

limit() {
	mkdir -p "$T/limit"
	rm -rf "$T/limit"/*
	measure "$T/fetch" limit "$BENCH_BIN/bench_limit" "$POPS_PORT" kim \
		"$T/password" "$CA" "$T/limit"
}

mpop_fetch() {
	mkdir -p "$T/mpop/cur" "$T/mpop/new" "$T/mpop/tmp"
	measure "$1" mpop mpop --file=/dev/null --host=localhost \
		--port="$POPS_PORT" --user=kim --auth=user --tls=on \
		--tls-starttls=off --tls-trust-file="$CA" \
		--tls-crl-file= --passwordeval="cat $T/password" \
		--keep=on --uidls-file="$T/mpop.uidls" \
		--delivery="maildir,$T/mpop" --quiet --received-header=off
}

echo "fetch: $BENCH_MESSAGES messages, Dovecot on loopback, TLS"
dovecot_start
corpus "$T/made" "$BENCH_MESSAGES" || exit 1
fill_mailbox kim "$T/made"
rm -rf "$T/made"
fresh warm
timeout 600 "$PABAL" --home "$T/home-warm" -q fetch || exit 1
rm -rf "$T/home-warm"
i=0
while [ $((i += 1)) -le "$BENCH_TIMES" ]; do
	limit
	fresh "kim$i"
	measure "$T/fetch" pabal "$PABAL" --home "$T/home-kim$i" -q fetch
	measure "$T/nothing" pabal "$PABAL" --home "$T/home-kim$i" -q fetch
	if have mpop; then
		rm -rf "$T/mpop" "$T/mpop.uidls"
		mpop_fetch "$T/fetch"
		mpop_fetch "$T/nothing"
	fi
done
table "$T/fetch" limit "$BENCH_MESSAGES"
echo "nothing new, $BENCH_MESSAGES on the server"
table "$T/nothing" pabal "$BENCH_MESSAGES"
