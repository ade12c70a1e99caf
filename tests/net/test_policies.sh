#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What stays on a real Dovecot, and what comes, day by day, as each account wants
# it.  The days are those of the program's clock.
. "${srcdir:-.}/tests/net/lib.sh"

today=$(date +%s)

# day N COMMAND...: N days from now.
day() {
	days=$1
	shift
	(
		PABAL_TEST_NOW=$((today + days * 86400))
		export PABAL_TEST_NOW
		"$@"
	)
}

# account NAME USER [OPTION...]: one that starts with an empty mailbox.
account() {
	who=$1
	user=$2
	shift 2
	box=$(mailbox "$user")
	rm -rf "$box"
	mkdir -p "$box/new" "$box/cur" "$box/tmp"
	chown -R "$mail_uid:$mail_gid" "$T/mail/$user"
	pabal -q account add --name "$who" --address "$who@pabal.test" \
		--user "$user" --pop "localhost:$POPS_PORT:tls" --smtp none \
		--ca-file "$CA" --password-file "$T/password" --no-test "$@"
}

# comes USER ID [BYTES [DAYS]]: a message reaches the server, written DAYS ago.
comes() {
	serial=$((${serial:-0} + 1))
	python3 -c '
import email.utils, sys
path, tag, size, when = sys.argv[1:]
text = ("Message-ID: <%s@pabal.test>\nFrom: Han <han@pabal.test>\n"
        "To: kim@pabal.test\nSubject: %s\nDate: %s\n\n" %
        (tag, tag, email.utils.formatdate(int(when))))
line = "0123456789abcdefghijklmnopqrstuvwxyz 0123456789 0123456789 012\n"
with open(path, "w") as f:
    f.write(text + line * (int(size) // len(line) + 1))' \
		"$T/comes" "$2" "${3:-100}" "$((today - ${4:-0} * 86400))"
	to=$(mailbox "$1")/new/$((1700000000 + serial)).M${serial}P1.test
	mv "$T/comes" "$to"
	chown "$mail_uid:$mail_gid" "$to"
}

server_has() {
	[ "$(count_on_server "$1")" -eq "$2" ] || {
		echo "the server has $(count_on_server "$1"), not $2"
		return 1
	}
}

on_server() { # USER ID
	grep -rqs "^Subject: $2\$" "$(mailbox "$1")"
}

# Each of them is here, once, as a whole: ACCOUNT ID...
here() {
	who=$1
	shift
	for id; do
		n=$(grep -rl "^Subject: $id.\{0,1\}\$" \
			"$T/home/data/mail/$who" | wc -l)
		[ "$n" -eq 1 ] || {
			echo "$id is here $n times"
			return 1
		}
	done
}

# The file of a message of ours.
file_of() { # ACCOUNT ID
	grep -rl "^Subject: $2.\{0,1\}\$" "$T/home/data/mail/$1"
}

# Another program moves it to the trash, or from there.
moves() { # ACCOUNT ID FOLDER
	from=$(file_of "$1" "$2")
	name=${from##*/}
	case $name in
	*:2,*) ;;
	*) name=$name:2, ;;
	esac
	mv "$from" "$T/home/data/mail/$1/$3/cur/$name" &&
		pabal list >/dev/null
}

listed() { # PYTHON EXPRESSION of rows
	pabal --json list --folder "$1" -n 100 >"$T/rows" || return 1
	python3 -c '
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1]) if line.strip()]
print([(r["id"], r["subject"]) for r in rows])
sys.exit(not eval(sys.argv[2].replace("\n", " "), {"rows": rows}))' "$T/rows" "$2"
}

net_begin policies
dovecot_start

# ---- delete three days after it was fetched ----
account days kim --keep 3
comes kim a1
comes kim a2
ok "days: two come" day 0 fetches days 2
comes kim a3
ok "days: one more the next day" day 1 fetches days 1
ok "days: nothing leaves before its day" day 2 fetches days 0
ok "days: all are there" server_has kim 3
ok "days: on the third day" day 3 fetches days 0
ok "days: the two leave" server_has kim 1
ok "days: the third one waits for its own" on_server kim a3
ok "days: a clock that goes back" day -30 fetches days 0
ok "days: deletes nothing" server_has kim 1
ok "days: a day later" day 4 fetches days 0
ok "days: none is left" server_has kim 0
ok "days: each is here once" here days a1 a2 a3

# ---- deleted here for good: there, too ----
account here lee --keep here
for id in b1 b2 b3 b4; do comes lee "$id"; done
ok "here: four come" day 0 fetches here 4
ok "here: two into the trash" eval 'moves here b1 Trash && moves here b2 Trash'
ok "here: fetch" day 1 fetches here 0
ok "here: what can be taken back stays there" server_has lee 4
ok "here: one is taken back" moves here b2 Inbox
ok "here: the trash is emptied" pabal trash empty
ok "here: fetch again" day 1 fetches here 0
ok "here: it is gone there" eval '! on_server lee b1'
ok "here: no other is" server_has lee 3
ok "here: and never comes back" day 2 fetches here 0
ok "here: the others are here" here here b2 b3 b4

# ---- a mailbox that is kept small ----
account quota park --quota 60K
comes park c1 30000
comes park c2 50000
comes park c3 10000
ok "quota: all come" day 0 fetches quota 3
ok "quota: nothing left untold" server_has park 3
ok "quota: it was told" grep -q 'next fetch deletes 1 message' "$T/fetch.json"
pabal account show quota >"$T/show"
ok "quota: which one" grep -q '49\.[0-9] KB .* c2$' "$T/show"
ok "quota: the next one" day 1 fetches quota 0
ok "quota: deletes the largest" eval '! on_server park c2'
ok "quota: and no more than it takes" server_has park 2
ok "quota: all are here" here quota c1 c2 c3
comes park c4 200000
ok "quota: larger than all of it" day 2 fetches quota 1
ok "quota: told again" server_has park 3
ok "quota: and gone the day after" day 3 fetches quota 0
ok "quota: it alone" eval 'server_has park 2 && ! on_server park c4'

# ---- what is too large, and headers first ----
account size kim --max-size 100K
comes kim d1 1000
comes kim d2 200000
ok "size: the small one comes" day 0 fetches size 1
ok "size: why the other did not" grep -q '"skipped":1' "$T/fetch.json"
ok "size: it stays" server_has kim 2
ok "size: with another limit" pabal account edit size --max-size 1M --no-test
ok "size: it comes" day 0 fetches size 1
ok "size: whole" here size d1 d2
account headers kim --headers-above 100K
comes kim e1 1000
comes kim e2 200000
ok "headers: both are listed" day 0 fetches headers 2
ok "headers: one is a header" listed inbox \
	'[r["subject"] for r in rows if r["on_server"] > 200000] == ["e2"]'
ok "headers: and no more" eval \
	'[ "$(wc -c <"$(file_of headers e2)")" -lt 2000 ]'
ok "headers: the whole stays there" server_has kim 2
ok "headers: even when all is deleted" eval \
	'pabal account edit headers --keep no --no-test && day 0 fetches headers 0'
ok "headers: what is here leaves, the header's whole stays" eval \
	'server_has kim 1 && on_server kim e2'

# ---- the first fetch: the last 30 days, the newest first ----
account first lee --first-days 30
comes lee f1 100 100
comes lee f2 100 35
comes lee f3 100 20
comes lee f4 100 1
ok "first: the last 30 days" day 0 fetches first 2
ok "first: these" here first f3 f4
ok "first: the newest came first" listed inbox \
	'{r["subject"]: r["id"] for r in rows}["f4"] <
	{r["subject"]: r["id"] for r in rows}["f3"]'
comes lee f5 100 60
ok "first: later old mail is new mail" day 1 fetches first 1
ok "first: the old stays away" day 40 fetches first 0
ok "first: and where it is" server_has lee 5

# ---- one mail through two accounts, and one's own coming back ----
account one kim
account two lee
comes kim g1
cp "$(mailbox kim)"/new/* "$(mailbox lee)/new/"
chown -R "$mail_uid:$mail_gid" "$T/mail/lee"
ok "twice: through one" day 0 fetches one 1
ok "twice: through the other" day 0 fetches two 1
ok "twice: one row, x2" listed inbox \
	'[r["copies"] for r in rows if r["subject"] == "g1"] == [2]'
comes kim h1
cp "$(mailbox kim)/new/$((1700000000 + serial)).M${serial}P1.test" "$T/own.eml"
ok "own: it was sent" pabal import -a one --folder sent "$T/own.eml"
day 0 pabal fetch -a one >/dev/null
ok "own: it is no news" listed inbox \
	'"h1" not in [r["subject"] for r in rows]'
ok "own: it is here once" here one h1
ok "own: among what was sent" listed sent \
	'[r["subject"] for r in rows] == ["h1"]'
net_end
