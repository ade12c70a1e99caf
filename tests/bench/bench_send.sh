#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Sending BENCH_LETTERS small messages over one connection: pabal, from its outbox
# to Sent, beside the least time the server's extensions allow (nothing stored);
# from far away (100 ms there and back) and near, beside smtp-source.  Near, the
# disk is half of it: pabal-memory has its home in memory.
. "${srcdir:-.}/tests/net/lib.sh"
net_begin bench-send
. "$net/../bench/lib.sh"
: "${BENCH_LETTERS:=200}"

# letters: a home whose outbox has them all, at $T/home-full.
letters() {
	home=$T/home-full
	"$PABAL" --home "$home" -q account add --no-test --name kim --address kim@pabal.test \
		--pop none --smtp "localhost:1:plain" --ca-file "$CA" \
		--password-file "$T/password" >/dev/null || exit 1
	i=0
	while [ $((i += 1)) -le "$BENCH_LETTERS" ]; do
		"$PABAL" --home "$home" -q send -a kim --at 'in 1 hour' \
			lee@pabal.test <"$T/letter" || exit 1
	done
}

# What was copied before is not to be paid for by the first sync of a run.
settled() {
	sync -f "$T" 2>/dev/null || sync
}

# send FILE NAME PORT TLS [FOLDER]: all of the outbox, from a home in FOLDER.
send() {
	at=${5:-$T}/home
	rm -rf "$at"
	cp -a "$T/home-full" "$at"
	sed -i "s/localhost:1:plain/localhost:$3:$4/" "$at/config/accounts"
	settled
	measure "$T/$1" "$2" "$PABAL" --home "$at" -q outbox retry all
}

# limit FILE NAME PORT CA [FOLDER]
limit() {
	rm -rf "$T/kept"
	settled
	measure "$T/$1" "$2" python3 "$bench/smtp_limit.py" "$3" "$4" \
		"$net_password" "$BENCH_LETTERS" "$T/letter.crlf" \
		kim@pabal.test lee@pabal.test ${5:+"$5"}
}

# begin FILE COMMAND...: a server in the background; its port in $port.
begin() {
	rm -f "$T/port-$1"
	name=$1
	shift
	"$@" >"$T/port-$name" &
	running="$running $!"
	while [ ! -s "$T/port-$name" ]; do sleep 0.1; done
	port=$(cat "$T/port-$name")
}

end_all() {
	# shellcheck disable=SC2086
	kill $running
	running=
}

# far FILE TITLE PORT TLS CA
far() {
	echo "send: $BENCH_LETTERS messages, 100 ms there and back, $2"
	begin far python3 "$bench/delay.py" "$3" 50
	limit "$1" limit "$port" "$5"
	send "$1" pabal "$port" "$4"
	table "$T/$1" limit "$BENCH_LETTERS"
}

sinks() {
	begin sink "$BENCH_BIN/bench_sink"
	far chunking 'CHUNKING and PIPELINING' "$port" plain -
	end_all
	begin sink "$BENCH_BIN/bench_sink" -c
	far pipelining 'PIPELINING' "$port" plain -
	end_all
	[ -n "$BENCH_SLOW" ] || return
	begin sink "$BENCH_BIN/bench_sink" -c -p
	far steps 'neither' "$port" plain -
	end_all
}

# smtp_source FILE PORT [NAME]
smtp_source() {
	have smtp-source && measure "$T/$1" "${3:-smtp-source}" smtp-source -4 -d -s 1 \
		-m "$BENCH_LETTERS" -l "$(wc -c <"$T/letter")" \
		-f kim@pabal.test -t lee@pabal.test "127.0.0.1:$2"
}

# Postfix's own sink, for smtp-source: it answers no login.
postfix_sink() {
	have smtp-sink || return
	drain=$(free_ports 1)
	if [ "$(id -u)" -eq 0 ]; then
		smtp-sink -u "$mail_user" "127.0.0.1:$drain" 100 &
	else
		smtp-sink "127.0.0.1:$drain" 100 &
	fi
	running="$running $!"
	wait_port "$drain"
}

near_goals() {
	goal 'near, beside smtp-source' "$(ratio "$T/near" pabal smtp-source 2)" '<=' 1.0
	goal 'near, beside smtp-source to smtp-sink' \
		"$(ratio "$T/near" pabal source-to-smtp-sink 2)" '<=' 1.0
	goal 'near, without a disk, beside smtp-source' \
		"$(ratio "$T/near" pabal-memory smtp-source 2)" '<=' 1.0
	goal 'near, beside what an outbox needs' \
		"$(ratio "$T/near" pabal limit-durable 2)" '<=' 1.1
}

near() {
	memory=$(mktemp -d /dev/shm/pabal-bench-XXXXXX 2>/dev/null)
	trap '[ -n "$memory" ] && rm -rf "$memory"; net_cleanup' EXIT
	drain=
	postfix_sink
	begin sink "$BENCH_BIN/bench_sink"
	sink=$port
	begin open "$BENCH_BIN/bench_sink" -a
	i=0
	while [ $((i += 1)) -le "$BENCH_TIMES" ]; do
		smtp_source near "$port"
		[ -n "$drain" ] && smtp_source near "$drain" source-to-smtp-sink
		limit near limit "$sink" -
		limit near limit-durable "$sink" - "$T/kept"
		send near pabal "$sink" plain
		[ -n "$memory" ] && send near pabal-memory "$sink" plain "$memory"
		have postfix && {
			smtp_source near-postfix "$SMTP_PORT"
			limit near-postfix limit "$SMTPS_PORT" "$CA"
			limit near-postfix limit-durable "$SMTPS_PORT" "$CA" "$T/kept"
			send near-postfix pabal "$SMTPS_PORT" tls
		}
	done
	end_all
	echo "send: $BENCH_LETTERS messages, near, nothing stored there"
	table "$T/near" limit "$BENCH_LETTERS"
	near_goals
	have postfix || return
	echo "send: $BENCH_LETTERS messages, near, Postfix (smtp-source without TLS)"
	table "$T/near-postfix" limit "$BENCH_LETTERS"
}

running=
{
	printf 'From: kim@pabal.test\nTo: lee@pabal.test\nSubject: 회의 일정\n\n'
	i=0
	while [ $((i += 1)) -le 12 ]; do
		echo '내일 아침 회의 일정을 알려 드립니다. A short line.'
	done
} >"$T/letter"
letters
tr -d '\r' <"$(find "$T/home-full/data/outbox" -name '*.pabal' | head -n 1)" |
	sed "s/\$/$(printf '\r')/" >"$T/letter.crlf"
sinks
if have postfix; then
	dovecot_start
	postfix_start
	postconf -c "$T/postfix" mynetworks=127.0.0.0/8 \
		'smtpd_relay_restrictions=permit_mynetworks,permit_sasl_authenticated,reject' \
		smtpd_recipient_restrictions=permit_mynetworks,permit_sasl_authenticated,reject
	postfix -c "$T/postfix" reload >/dev/null 2>&1
	far far-postfix 'Postfix with TLS' "$SMTPS_PORT" tls "$CA"
	end_all
fi
near
