#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# From exec to a drawn list, with few and with many messages stored.
. "${srcdir:-.}/tests/net/lib.sh"
net_begin bench-start
. "$net/../bench/lib.sh"

# stored COUNT: a home with that many messages, indexed.
stored() {
	home=$T/home-$1
	box=$home/data/mail/kim/Inbox
	mkdir -p "$box/new" "$box/tmp"
	corpus --small "$box/cur" "$1" || exit 1
	"$PABAL" --home "$home" -q account add --no-test --name kim \
		--address kim@pabal.test --user kim --pop localhost:1:tls \
		--smtp none --password-file "$T/password" --interval 0 \
		>/dev/null || exit 1
	"$PABAL" --home "$home" -q index
}

echo "start: exec to a drawn list of messages"
for count in 10 "$BENCH_STORED"; do
	stored "$count"
	measure --screen '20[0-9][0-9]/[0-9][0-9].*Quit' --times 9 \
		"$T/start" "pabal-$count" \
		"$PABAL" --home "$T/home-$count"
done
table "$T/start" pabal-10 1
