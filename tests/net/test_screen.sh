#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The screen as a user has it, on a real Dovecot and a real Postfix: the wizard
# from the first key to the first mail, reading, replying, and the reply's way
# through both servers and back.
. "${srcdir:-.}/tests/net/lib.sh"

# tmux of this test only.
screen() {
	tmux -L "$socket" -f /dev/null "$@"
}

# Wait until the screen shows $1; else say what it shows.
shows() {
	for _ in $(seq 150); do
		screen capture-pane -p >"$T/screen"
		grep -qF -- "$1" "$T/screen" && return 0
		sleep 0.2
	done
	echo "not on the screen: $1"
	cat "$T/screen"
	return 1
}

types() {
	screen send-keys -l -- "$1"
}

presses() {
	screen send-keys "$@"
}

begins() {
	screen -u new-session -d -x 80 -y 24 "SSL_CERT_FILE='$CA' \
		PABAL_DATADIR='$PABAL_DATADIR' LC_ALL=C.UTF-8 \
		'$PABAL' --home '$T/screen-home' --lang ko 2>'$T/errors'" &&
		shows '메일 주소'
}

enters_servers() {
	types 'kim@pabal.test' && presses Enter && shows '서버' &&
		presses C-u && types "localhost:$POPS_PORT:tls" &&
		presses Tab C-u && types "localhost:$SMTP_PORT:starttls" &&
		presses Enter && shows '비밀번호'
}

# The cursor comes back to the password, every answer kept.
mistypes() {
	types 'wrong' && presses Enter && shows '서버의 응답' &&
		shows '비밀번호'
}

logs_in() {
	presses C-u && types "$net_password" && presses Enter &&
		shows '보낼 준비' && presses Enter && shows '가을 소풍'
}

reads() {
	presses Enter && shows '내일 아침 열 시에 만나요'
}

replies() {
	presses r && shows 'lee@pabal.test' && types '네, 꼭 가겠습니다.' &&
		presses C-x && shows '되돌리기' || return 1
	for _ in $(seq 60); do
		[ "$(count_on_server lee)" -ge 1 ] && return 0
		sleep 0.5
	done
	screen capture-pane -p
	return 1
}

# lee's own program fetches the reply.
arrives() {
	pabal account add --name lee --address lee@pabal.test --user lee \
		--pop "localhost:$POPS_PORT:tls" --ca-file "$CA" \
		--password-file "$T/password" && fetches lee 1 &&
		pabal show 1 >"$T/reply" && cat "$T/reply" &&
		grep -q '네, 꼭 가겠습니다.' "$T/reply" &&
		grep -q '> 내일 아침 열 시에 만나요' "$T/reply" &&
		grep -q 'Re: 가을 소풍' "$T/reply"
}

# The first q closes the message, the second the program.
leaves() {
	presses q && shows '가을 소풍' && presses q
	for _ in $(seq 50); do
		screen has-session 2>/dev/null || return 0
		sleep 0.2
	done
	screen capture-pane -p
	return 1
}

# With the exit status that it is called with.
leave() {
	status=$?
	screen kill-server 2>/dev/null
	(exit "$status")
	net_cleanup
}

net_begin screen
net_need tmux
dovecot_start
postfix_start
socket=pabal-$$
trap 'leave' EXIT

mkdir -p "$(mailbox kim)/new" "$(mailbox kim)/cur" "$(mailbox kim)/tmp"
cat >"$(mailbox kim)/new/1.first.test" <<-END
	From: lee@pabal.test
	To: kim@pabal.test
	Subject: =?utf-8?B?6rCA7J2EIOyGjO2SjSDslYjrgrQ=?=
	Date: Mon, 23 Nov 2026 09:00:00 +0900
	Message-ID: <first@pabal.test>
	MIME-Version: 1.0
	Content-Type: text/plain; charset=utf-8
	Content-Transfer-Encoding: 8bit

	내일 아침 열 시에 만나요. 뷁
END
chown -R "$mail_uid:$mail_gid" "$(mailbox kim)"

ok "an empty home starts the wizard" begins
ok "the servers are entered by hand" enters_servers
ok "a wrong password leads back to its field" mistypes
ok "the right one leads to the first mail" logs_in
ok "the mail is read" reads
ok "it is answered" replies
ok "the answer arrives through both servers" arrives
ok "q leaves" leaves
net_end
