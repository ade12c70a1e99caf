#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# account remove: the account goes, and it is said where its mail stays.
case ${PABAL:=./pabal} in
/*) ;;
*) PABAL=$PWD/$PABAL ;;
esac
T=$(mktemp -d "${TMPDIR:-/tmp}/pabal-account-XXXXXX") || exit 1
trap 'rm -rf "$T"' EXIT
trap 'exit 1' HUP INT TERM
LC_ALL=C.UTF-8 LANGUAGE=en
export LC_ALL LANGUAGE
failed=0

check() { # NAME COMMAND...
	name=$1
	shift
	"$@" && return
	echo "failed: $name"
	cat "$T/said"
	failed=1
}
pabal() { "$PABAL" --home "$T" "$@" >"$T/said" 2>&1 </dev/null; }

mkdir -p "$T/config"
for name in work empty; do
	printf '[%s]\naddress = %s@example.org\npop = 127.0.0.1:1:tls\n\n' \
		$name $name
done >"$T/config/accounts"
chmod -R go= "$T/config"
printf 'From: a@example.org\nSubject: hi\n\ntext\n' >"$T/one.eml"
check 'import' pabal import -a work "$T/one.eml"

check 'fetch fails' eval '! pabal fetch -a work'
check 'show' pabal account show work
check 'shows the keys' grep -qx '\[work\]' "$T/said"
check 'shows the schedule' grep -q '^next fetch: ' "$T/said"
check 'shows the failure' grep -q '0 new, .*: no password is known' "$T/said"
check 'show as JSON' pabal --json account show work
check 'JSON is one line' test "$(wc -l <"$T/said")" = 1
check 'JSON has the history' grep -q '"history":\[{"started":' "$T/said"
check 'JSON has the schedule' grep -q '"schedule":{"interval_minutes":10' \
	"$T/said"
check 'trash' pabal trash empty
check 'trash was empty' grep -qx '0 messages deleted for good' "$T/said"
check 'trash wants a word' eval '! pabal trash'

check 'remove' pabal account remove work
check 'names the folder' grep -qxF "pabal: account 'work' is removed; \
its mail stays in $T/data/mail/work" "$T/said"
check 'the mail stays' test -d "$T/data/mail/work"
check 'remove without mail' pabal account remove empty
check 'names no folder' grep -qxF "pabal: account 'empty' is removed" "$T/said"
pabal account show work
check 'gone' test $? != 0

# One that only sends is not told to fetch.
(umask 077 && echo secret >"$T/password")
pabal account add --address only@example.org --pop none \
	--smtp 127.0.0.1:1:tls --password-file "$T/password" --no-test
check "a sender is added" grep -q 'it only sends' "$T/said"
check "nothing to fetch" sh -c "! grep -q fetch '$T/said'"

# What other programs know: some of it, then the rest; their files stay.
HOME=$T/home
export HOME
mkdir -p "$HOME/.getmail"
cat >"$HOME/.fetchmailrc" <<'END'
poll pop.one.example proto pop3 user kim pass 'se cret' ssl
poll pop.two.example proto pop3 user lee ssl
END
cat >"$HOME/.getmail/other" <<'END'
[retriever]
type = SimplePOP3SSLRetriever
server = pop.one.example
username = kim
END
echo 'machine pop.two.example login lee password "pass #2"' >"$HOME/.netrc"
cat >"$HOME/.mpoprc" <<'END'
account three
host pop.three.example
user han
END
chmod 400 "$HOME"/.[fnm]* "$HOME/.getmail/other"
touch -d 2001-01-01 "$HOME"/.[fnm]* "$HOME/.getmail/other"
(cd "$HOME" && find . -type f -exec sha256sum {} + | sort &&
	find . -printf '%p %m %T@\n' | sort) >"$T/before"
check 'settings are shown' pabal import --settings
check 'each once' test "$(grep -c ' from ' "$T/said")" = 3
check 'nothing is made' eval '! grep -q one.example "$T/config/accounts"'
check 'one by its address' pabal import --create --passwords -a lee@two.example
check 'its password' grep -q 'its password is stored' "$T/said"
check 'no other' eval '! grep -q one.example "$T/config/accounts"'
check 'nobody of that name' eval '! pabal import --create -a lee@two.example'
check 'the rest' pabal --json import --settings --passwords
check 'taken' grep -q '"account":"one".*"created":true,"password":"stored"' \
	"$T/said"
check 'none there' grep -q \
	'"account":"three".*"created":true,"password":null' "$T/said"
for word in 'se cret' 'pass #2'; do
	check "stored: $word" grep -rqxF "$word" "$T/config" "$T/data" "$T/state"
	check "private: $word" test -z "$(grep -rlF "$word" "$T/config" \
		"$T/data" "$T/state" | xargs -I% find % -perm /077)"
done
check 'all is known' pabal import --settings
check 'nothing more' grep -q 'no account of another program' "$T/said"
(cd "$HOME" && find . -type f -exec sha256sum {} + | sort &&
	find . -printf '%p %m %T@\n' | sort) >"$T/after"
check 'their files are as they were' cmp "$T/before" "$T/after"

exit $failed
