#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Sending through a real Postfix and fetching what arrived from Dovecot.
. "${srcdir:-.}/tests/net/lib.sh"

add() {
	who=$1
	smtp=$2
	shift 2
	pabal account add --name "$who" --address "$who@pabal.test" \
		--user "$who" --pop "localhost:$POPS_PORT:tls" \
		--smtp "$smtp" --ca-file "$CA" \
		--password-file "$T/password" "$@"
}

# Postfix delivers on its own time.
arrives() {
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		[ "$(count_on_server "$1")" -ge "$2" ] && break
		sleep 0.5
	done
	[ "$(count_on_server "$1")" -eq "$2" ] || {
		echo "$1 has $(count_on_server "$1") messages, not $2"
		tail -n 20 "$T/postfix/log"
		return 1
	}
}

# Whatever Postfix has taken is where it belongs.
settled() {
	for _ in $(seq 100); do
		[ -z "$(cd "$T/postfix/queue" &&
			find maildrop incoming active -type f)" ] && return
		sleep 0.1
	done
	echo 'Postfix still has mail'
	return 1
}

# The one message of user $1 that has $2 in it, on the server.
delivered() {
	grep -rl "$2" "$(mailbox "$1")/new" "$(mailbox "$1")/cur" 2>/dev/null
}

letter() {
	cat <<-END
		From: kim@pabal.test
		To: lee@pabal.test
		Subject: $1

		$2
	END
}

send_korean() {
	letter '가을 소풍 안내' '내일 아침 열 시에 만나요. 뷁' |
		pabal send -a kim --attach "$T/blob.bin" --attach "$T/한글 이름.txt" \
			lee@pabal.test
}

# Back through the fetch: subject, text and both attachments byte for byte.
came_back() {
	fetches lee 1 || return 1
	find "$T/home" -type f -path '*/mail/lee/*' \
		\( -path '*/cur/*' -o -path '*/new/*' \) >"$T/files"
	# shellcheck disable=SC2046
	pabal show --json --file $(cat "$T/files") >"$T/shown" || return 1
	python3 - "$T" <<-'END'
		import hashlib, json, sys
		folder = sys.argv[1]
		shown = json.loads(open(folder + "/shown").read().split("\n")[0])
		assert shown["subject"] == "가을 소풍 안내", shown["subject"]
		assert shown["text"].rstrip() == \
		    "내일 아침 열 시에 만나요. 뷁", shown["text"]
		parts = {p["filename"]: p for p in shown["parts"] if p["filename"]}
		blob = open(folder + "/blob.bin", "rb").read()
		assert parts["blob.bin"]["sha256"] == \
		    hashlib.sha256(blob).hexdigest(), parts
		assert "한글 이름.txt" in parts, parts
	END
}

# What was fetched is what was sent, behind the lines that servers put before it.
same_bytes() {
	# shellcheck disable=SC2046
	python3 - $(cat "$T/files") "$T/home/data/mail/kim/Sent/cur/"* <<-'END'
		import re, sys
		got, sent = (open(path, "rb").read() for path in sys.argv[1:])
		assert sent.count(b"\r\n") == sent.count(b"\n"), "bare LF"
		assert got.endswith(sent), (got[:2000], sent[:2000])
		trace = re.sub(rb"\r\n[ \t]+", b" ", got[:-len(sent)])
		for line in trace.splitlines():
		    assert line.startswith((b"Return-Path:", b"Delivered-To:",
		                            b"Received:", b"X-Original-To:")), line
	END
}

# Sent has $2 messages with subject $1.
copies() {
	n=$(grep -rl "^Subject: $1" "$T/home/data/mail/kim/Sent" | wc -l)
	[ "$n" -eq "$2" ] || {
		echo "$n copies in Sent, not $2"
		return 1
	}
}

# Who took the message has it once; Sent shows it, also when it is given up.
partly() {
	letter partial hello |
		pabal send -a kim lee@pabal.test nobody@pabal.test \
			park@pabal.test && {
		echo "status 0, though one was refused"
		return 1
	}
	arrives lee 2 && arrives park 1 && copies partial 1 || return 1
	# By hand it is tried again, and only for who was refused.
	pabal_fails 69 outbox retry all || return 1
	settled &&
		arrives lee 2 && arrives park 1 && pabal outbox list >"$T/list" &&
		grep -q nobody@pabal.test "$T/list" &&
		pabal outbox cancel all && copies partial 1
}

blind_copy() {
	printf '%s\n' 'From: kim@pabal.test' 'To: lee@pabal.test' \
		'Bcc: park@pabal.test' 'Subject: blind' '' 'secret copy' |
		pabal send -t -a kim || return 1
	arrives lee 3 && arrives park 2 || return 1
	for user in lee park; do
		file=$(delivered "$user" 'Subject: blind') || return 1
		! grep -i '^bcc' "$file" || return 1
	done
}

# An end of mail hidden in the text: one message, nothing more.
smuggle() {
	printf 'From: kim@pabal.test\nTo: lee@pabal.test\nSubject: one\n\na\n.\r\nMAIL FROM:<x@pabal.test>\r\nRCPT TO:<park@pabal.test>\r\nDATA\r\nSubject: two\r\n\r\nb\n.\nc\r.\rd\n' |
		pabal send -a kim lee@pabal.test || return 1
	arrives lee 4 && settled && arrives park 2
}

# Refused login: the message stays, and goes out once when the login is right.
kept_after_refused_login() {
	cp "$T/wrong" "$T/password"
	letter kept hello | pabal send -a kim lee@pabal.test
	status=$?
	cp "$T/saved" "$T/password"
	[ "$status" -eq 77 ] || {
		echo "exit status $status, not 77"
		return 1
	}
	arrives lee 4 || return 1
	pabal outbox retry all || return 1
	arrives lee 5
}

kept_while_server_is_away() {
	postfix -c "$T/postfix" stop >/dev/null 2>&1
	letter later hello | pabal send -a kim lee@pabal.test
	status=$?
	[ "$status" -eq 75 ] || echo "exit status $status, not 75"
	postfix -c "$T/postfix" start >/dev/null 2>&1
	wait_port "$SMTP_PORT" || return 1
	[ "$status" -eq 75 ] && pabal outbox retry all && arrives lee 6 &&
		pabal outbox retry all && settled && arrives lee 6
}

connections() { grep -c ': connect from ' "$T/postfix/log"; }

# Mail that is due at the same time goes through one connection, and the one of
# an identity through the server of the account that carries it.
one_connection() {
	pabal account edit kim --no-test \
		--identity 'Desk <desk@pabal.test>; via=lee' || return 1
	before=$(connections)
	for i in 1 2 3 4 5; do
		letter "due $i" hello | PABAL_TEST_NOW=1700000000 \
			pabal send -a kim --at 'in 1 hour' lee@pabal.test ||
			return 1
	done
	pabal outbox retry all && arrives lee 11 || return 1
	[ $(($(connections) - before)) -eq 1 ] || return 1
	letter desk hello | sed 's/^From:.*/From: desk@pabal.test/' |
		pabal send -t || return 1
	arrives lee 12 && grep -q 'sasl_username=lee' "$T/postfix/log" &&
		grep -q '^Return-Path: <desk@pabal.test>' \
			"$(delivered lee 'Subject: desk')"
}

# change SETTING...: Postfix goes on with that.  After a reload what was waiting
# for a client may still serve one as before.
change() {
	postconf -c "$T/postfix" "$@" &&
		postfix -c "$T/postfix" stop >/dev/null 2>&1
	postfix -c "$T/postfix" start >/dev/null 2>&1
	wait_port "$SMTP_PORT" && wait_port "$SMTPS_PORT"
}

# Put off, by its own words; sent once when its time has come.
greylisted() {
	echo 'lee@pabal.test 450 4.7.1 Greylisted, come again' >"$T/postfix/grey"
	change "smtpd_recipient_restrictions=check_recipient_access \
		texthash:$T/postfix/grey,permit_sasl_authenticated,reject" || return 1
	letter grey hello | pabal_fails 75 send -a kim lee@pabal.test || return 1
	pabal outbox list >"$T/list" && cat "$T/list"
	grep -q 'retry' "$T/list" &&
		grep -q 'Greylisted, come again' "$T/list" || return 1
	# It is not tried before its time.
	pabal fetch -a kim
	[ "$(grep -c 'NOQUEUE: reject.*Greylisted' "$T/postfix/log")" -eq 1 ] ||
		return 1
	: >"$T/postfix/grey"
	change "smtpd_recipient_restrictions=permit_sasl_authenticated,reject" &&
		pabal outbox retry all && arrives lee 13 && copies grey 1
}

# refused_size: for good, with the reason; neither sent nor lost.
refused_size() {
	letter large hello | pabal_fails 69 send -a kim --attach "$T/blob.bin" \
		lee@pabal.test || return 1
	pabal outbox list >"$T/list" && cat "$T/list"
	grep -q 'failed' "$T/list" && pabal outbox cancel all
}

# The limit that is offered is kept to here; one that is not is told by 552.
too_large() {
	change message_size_limit=100000 || return 1
	refused_size && grep -q 'takes 100000 at most' "$T/list" || return 1
	grep -q 'warning: .*exceeds' "$T/postfix/log" && return 1
	change smtpd_discard_ehlo_keywords=size || return 1
	refused_size && grep -q '5\.3\.4' "$T/list" || return 1
	change message_size_limit=20000000 smtpd_discard_ehlo_keywords= || return 1
	settled && arrives lee 13 && copies large 0
}

# Reports come when they are asked for, and name the mail.
reported() {
	[ "$(count_on_server kim)" -eq 0 ] || return 1
	letter reported hello | pabal send -a kim --dsn success,full lee@pabal.test &&
		arrives lee 14 && arrives kim 1 || return 1
	file=$(delivered kim 'Action: delivered') || return 1
	id=$(sed -n 's/^Message-I[Dd]: <\(.*\)>.*/\1/p' \
		"$(delivered lee 'Subject: reported')" | tr -d '\r')
	[ -n "$id" ] || return 1
	grep -q "Original-Envelope-Id: $id" "$file" &&
		grep -q 'Original-Recipient: rfc822;.*lee@pabal.test' "$file" || {
		cat "$file"
		return 1
	}
	# The account's own wish, of all it sends.
	pabal account edit kim --no-test --dsn success &&
		letter again hello | pabal send -a kim lee@pabal.test &&
		arrives lee 15 && arrives kim 2
}

injected() {
	printf 'Subject: x\n\nx\n' |
		pabal send -a kim "lee@pabal.test> NOTIFY=NEVER" && return 1
	printf 'Subject: x\n\nx\n' |
		pabal send -a kim "lee@pabal.test
RCPT TO:<park@pabal.test>" && return 1
	settled && arrives park 2
}

net_begin smtp
dovecot_start
postfix_start
cp "$T/password" "$T/saved"
head -c 200000 /dev/urandom >"$T/blob.bin"
printf '첨부 파일입니다\n.\n끝\n' >"$T/한글 이름.txt"

ok "account over STARTTLS" add kim "localhost:$SMTP_PORT:starttls"
ok "account over TLS" add lee "localhost:$SMTPS_PORT:tls"
ok "Korean letter with attachments is sent" send_korean
ok "it arrives" arrives lee 1
ok "it comes back byte for byte" came_back
ok "it is what was sent, byte for byte" same_bytes
ok "unknown recipient among good ones" partly
ok "blind copies stay blind" blind_copy
ok "no mail can be smuggled" smuggle
ok "refused login loses nothing" kept_after_refused_login
ok "server away loses nothing" kept_while_server_is_away
ok "recipients inject nothing" injected
ok "several messages, one connection" one_connection
ok "greylisted" greylisted
ok "too large" too_large
ok "delivery reports" reported
net_end
