#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# pabal doctor before a real Dovecot and a real Postfix with TLS.
. "${srcdir:-.}/tests/net/lib.sh"

add() {
	who=$1
	shift
	pabal account add --name "$who" --address "$who@pabal.test" \
		--user "$who" --ca-file "$CA" --no-test \
		--password-file "$T/password" "$@"
}

# finds STATUS ACCOUNT WORDS: doctor ends so, and WORDS, a Python expression
# over f(server, check), the finding of that name, is true.
finds() {
	pabal --json doctor -a "$2" >"$T/found" 2>"$T/errors"
	status=$?
	[ "$status" -eq "$1" ] || {
		cat "$T/found" "$T/errors"
		echo "exit status $status, not $1"
		return 1
	}
	python3 -c '
import json, sys
found = [json.loads(line) for line in open(sys.argv[1])]
def f(server, check):
    return [x for x in found if (x["server"], x["check"]) == (server, check)][-1]
def v(server, check):
    return f(server, check)["values"]
good = all(x["state"] == "ok" for x in found)
if not eval("(" + sys.argv[2] + ")"):
    print(json.dumps(found, indent=1))
    sys.exit(1)' "$T/found" "$3"
}

# Nothing of the secret or the name, however it is asked.
keeps_quiet() {
	for options in '' -v --json '--lang ko'; do
		# shellcheck disable=SC2086
		pabal $options doctor -a "$1"
	done >"$T/said" 2>&1
	! grep -e 'pa ss' -e '암호 ' -e '@pabal.test' -e wrong "$T/said"
}

nothing_happened() {
	[ "$(count_on_server kim)" -eq 200 ] || return 1
	[ -z "$(find "$T/mail/lee" -name '*.M*' -type f)" ] || return 1
	! grep -q 'from=<' "$T/postfix/log"
}

net_begin doctor
dovecot_start
postfix_start
python3 "$net/make_mail.py" "$T/made" 200 || exit 1
fill_mailbox kim "$T/made"
add kim --pop "localhost:$POPS_PORT:tls" \
	--smtp "localhost:$SMTP_PORT:starttls" >/dev/null 2>&1
add lee --pop "localhost:$POP_PORT:stls" \
	--smtp "127.0.0.1:$SMTPS_PORT:tls" >/dev/null 2>&1
ok "all is well over TLS" finds 0 kim 'good
	and v("pop3", "tls")["version"] == "TLSv1.3"
	and v("pop3", "tls")["chain_ok"] and v("pop3", "tls")["name_ok"]
	and 27 <= v("pop3", "tls")["days_left"] <= 30
	and v("pop3", "login")["messages"] == 200
	and v("pop3", "uidl") == {"messages": 200, "repeated": 0, "empty": 0,
		"unusable": 0, "known": True}
	and v("pop3", "top")["answered"] == 3
	and v("pop3", "pipelining")["offered"]
	and "SCRAM-SHA-256" in v("pop3", "methods")["offered"]
	and v("smtp", "login")["size_limit"] == 20000000
	and v("smtp", "ehlo")["encrypted"]'
ok "all is well over STLS" finds 0 lee 'good
	and v("pop3", "tls")["name_ok"] and v("smtp", "tls")["name_ok"]
	and v("pop3", "login")["messages"] == 0
	and v("smtp", "methods")["used"] == "PLAIN"'
ok "the mailbox and the queue are as before" nothing_happened
for way in plain login cram-md5 scram-sha-1 scram-sha-256 apop; do
	pabal account edit kim --auth "$way" --no-test >/dev/null 2>&1
	ok "login by $way" finds 0 kim "good and
		v('pop3', 'methods')['used'] == '$way'.upper()"
done
pabal account edit kim --auth password --no-test >/dev/null 2>&1
ok "neither password nor name is told" keeps_quiet kim
cp "$T/password" "$T/saved"
cp "$T/wrong" "$T/password"
ok "the password is wrong" finds 77 kim '
	f("pop3", "login")["error"]["code"] == "auth"
	and f("pop3", "login")["error"]["advice"]
	and f("smtp", "login")["error"]["code"] == "auth"'
ok "nor a wrong one" keeps_quiet kim
cp "$T/saved" "$T/password"
for at in '2 chain_ok' '3 date_ok' '4 name_ok'; do
	pabal account edit lee --pop "127.0.0.${at% *}:$POP_PORT:stls" \
		--no-test >/dev/null 2>&1
	ok "certificate without ${at#* }" finds 69 lee "
		f('pop3', 'tls')['state'] == 'bad'
		and not v('pop3', 'tls')['${at#* }']"
done
pabal account edit lee --pop "localhost:$POP_PORT:stls" --no-test \
	>/dev/null 2>&1
dovecot_stop
ok "Dovecot is away" finds 75 lee 'f("pop3", "tcp")["state"] == "bad"'
net_end
