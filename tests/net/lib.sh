# SPDX-License-Identifier: GPL-3.0-or-later
# Private mail servers for tests: sourced, not run.  Everything lives in one
# folder below /tmp and on free ports of the loopback; nothing of the system
# is read or changed.
#
#   net_begin NAME            make the folder $T, the certificates, the traps
#   net_need PROGRAM...       skip (exit 77) when one is missing
#   dovecot_start             POP3 on $POP_PORT (STLS) and $POPS_PORT (TLS)
#   postfix_start             SMTP on $SMTP_PORT (STARTTLS) and $SMTPS_PORT (TLS)
#   mailbox USER              the Maildir of USER
#   pabal ...                 the program, with its home below $T
#   ok NAME COMMAND...        one check: the command must succeed
#   net_end                   the figures and the exit status
#
# Users are kim, lee and park at pabal.test; the password is "pa ss 암호".

exec 3>&1 # said even inside a check
net_password='pa ss 암호'
passed=0
failed=0
dovecot_pid=
postfix_running=

# Without the server nothing can be said; where nothing may be skipped that is a
# failure.
net_skip() {
	echo "skipped: $*" >&3
	[ -n "$PABAL_CI" ] && exit 1
	exit 77
}

net_need() {
	for program; do
		command -v "$program" >/dev/null 2>&1 ||
			net_skip "$program is not installed"
	done
}

net_stop() {
	[ -n "$postfix_running" ] && postfix_stop
	[ -n "$dovecot_pid" ] && dovecot_stop
}

net_cleanup() {
	status=$?
	net_stop
	if [ -n "$T" ] && [ -z "$KEEP" ]; then
		rm -rf "$T"
	fi
	exit "$status"
}

net_begin() {
	PATH=$PATH:/usr/sbin:/sbin:/usr/local/sbin
	name=$1
	net_need openssl python3 timeout
	[ -x "${PABAL:=./pabal}" ] || net_skip "$PABAL is not built"
	case $PABAL in
	/*) ;;
	*) PABAL=$PWD/$PABAL ;;
	esac
	net=$(cd "${srcdir:-.}/tests/net" && pwd)
	[ -n "$PABAL_DATADIR" ] ||
		PABAL_DATADIR=$(cd "${srcdir:-.}/data" && pwd)
	export PABAL_DATADIR
	# Not $TMPDIR: it may be too deep for sockets or too small for mail.
	T=$(mktemp -d "${NET_FOLDER:-/tmp}/pabal-$name-XXXXXX") || exit 1
	chmod 711 "$T"
	trap net_cleanup EXIT
	trap 'exit 1' HUP INT TERM
	# Servers that start as root give up to this user.
	if [ "$(id -u)" -eq 0 ]; then
		mail_user=nobody
	else
		mail_user=$(id -un)
	fi
	mail_uid=$(id -u "$mail_user")
	mail_gid=$(id -g "$mail_user")
	mkdir "$T/mail" "$T/home"
	chown "$mail_uid:$mail_gid" "$T/mail"
	printf '%s' "$net_password" >"$T/password"
	printf 'wrong' >"$T/wrong"
	chmod 600 "$T/password" "$T/wrong"
	make_certificates
}

net_end() {
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
	exit
}

ok() {
	what=$1
	shift
	if "$@" >"$T/out" 2>&1; then
		echo "ok: $what"
		passed=$((passed + 1))
	else
		echo "FAILED: $what (status $?)"
		sed 's/^/    /' "$T/out" | tail -n 30
		failed=$((failed + 1))
	fi
}

# N ports that nobody listens on.
free_ports() {
	python3 -c '
import socket, sys
held = [socket.socket() for _ in range(int(sys.argv[1]))]
for s in held:
    s.bind(("127.0.0.1", 0))
print(*(s.getsockname()[1] for s in held))' "$1"
}

# Wait until somebody listens on port $1 of address $2 (default 127.0.0.1).
wait_port() {
	python3 -c '
import socket, sys, time
for _ in range(100):
    try:
        socket.create_connection((sys.argv[2], int(sys.argv[1])), 1).close()
        sys.exit(0)
    except OSError:
        time.sleep(0.1)
sys.exit(1)' "$1" "${2:-127.0.0.1}"
}

# certificate NAME CA SUBJECT-ALT-NAME FROM TO (YYMMDDhhmmssZ): $T/tls/NAME.*
certificate() {
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
		-nodes -subj "/CN=$1" -keyout "$T/tls/$1.key" \
		-out "$T/tls/$1.csr" 2>/dev/null
	: >"$T/tls/index.txt"
	cat >"$T/tls/$1.cnf" <<-END
		[ca]
		default_ca = own
		[own]
		database = $T/tls/index.txt
		new_certs_dir = $T/tls
		rand_serial = yes
		default_md = sha256
		policy = any
		x509_extensions = leaf
		[any]
		commonName = supplied
		[leaf]
		basicConstraints = CA:FALSE
		subjectAltName = $3
	END
	openssl ca -batch -notext -config "$T/tls/$1.cnf" \
		-cert "$T/tls/$2.pem" -keyfile "$T/tls/$2.key" \
		-startdate "$4" -enddate "$5" -in "$T/tls/$1.csr" \
		-out "$T/tls/$1.pem" >"$T/tls/log" 2>&1 || {
		cat "$T/tls/log"
		exit 1
	}
}

authority() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
		-nodes -days 30 -subj "/CN=$1" -keyout "$T/tls/$1.key" \
		-out "$T/tls/$1.pem" 2>/dev/null
}

make_certificates() {
	mkdir "$T/tls"
	authority ca
	authority other
	since=$(date -u -d '1 day ago' +%y%m%d%H%M%SZ 2>/dev/null ||
		date -u -v-1d +%y%m%d%H%M%SZ)
	until=$(date -u -d '30 days' +%y%m%d%H%M%SZ 2>/dev/null ||
		date -u -v+30d +%y%m%d%H%M%SZ)
	certificate good ca 'DNS:localhost,IP:127.0.0.1' "$since" "$until"
	certificate foreign other 'IP:127.0.0.2' "$since" "$until"
	certificate expired ca 'IP:127.0.0.3' 200101000000Z 210101000000Z
	certificate elsewhere ca 'DNS:mail.example' "$since" "$until"
	CA=$T/tls/ca.pem
}

# Dovecot: 127.0.0.1 has the good certificate; 127.0.0.2 one of a foreign
# authority, 127.0.0.3 an expired one, 127.0.0.4 one for another host.
dovecot_start() {
	net_need dovecot ps
	[ -n "$POP_PORT" ] || {
		# shellcheck disable=SC2046
		set -- $(free_ports 2)
		POP_PORT=$1
		POPS_PORT=$2
	}
	mkdir -p "$T/dovecot/run"
	for user in kim lee park; do
		printf '%s:{PLAIN}%s:%s:%s::%s::\n' "$user" "$net_password" \
			"$mail_uid" "$mail_gid" "$T/mail/$user"
	done >"$T/dovecot/users"
	dovecot_config >"$T/dovecot/dovecot.conf"
	for _ in 1 2 3; do
		dovecot -F -c "$T/dovecot/dovecot.conf" \
			2>>"$T/dovecot/stderr" &
		dovecot_pid=$!
		if wait_port "$POP_PORT" && wait_port "$POPS_PORT"; then
			return
		fi
		dovecot_kill
	done
	cat "$T/dovecot/stderr" "$T/dovecot/log" >&3
	net_skip "dovecot did not start"
}

dovecot_config() {
	if [ "$(id -u)" -eq 0 ]; then
		login_user=$(id -un dovenull 2>/dev/null || echo nobody)
		internal_user=$(id -un dovecot 2>/dev/null || echo nobody)
	else
		login_user=$mail_user
		internal_user=$mail_user
	fi
	internal_group=$(id -gn "$internal_user")
	cat <<-END
		base_dir = $T/dovecot/run
		state_dir = $T/dovecot
		log_path = $T/dovecot/log
		auth_verbose = yes
		protocols = pop3
		listen = 127.0.0.1, 127.0.0.2, 127.0.0.3, 127.0.0.4
		default_login_user = $login_user
		default_internal_user = $internal_user
		default_internal_group = $internal_group
		first_valid_uid = 1
		disable_plaintext_auth = yes
		auth_mechanisms = plain login apop cram-md5 scram-sha-1 scram-sha-256
		auth_failure_delay = 0
		auth_username_format = %n
		mail_location = maildir:~/Maildir
		passdb {
		  driver = passwd-file
		  args = $T/dovecot/users
		}
		userdb {
		  driver = passwd-file
		  args = $T/dovecot/users
		}
		ssl = required
		ssl_cert = <$T/tls/good.pem
		ssl_key = <$T/tls/good.key
		local 127.0.0.2 {
		  ssl_cert = <$T/tls/foreign.pem
		  ssl_key = <$T/tls/foreign.key
		}
		local 127.0.0.3 {
		  ssl_cert = <$T/tls/expired.pem
		  ssl_key = <$T/tls/expired.key
		}
		local 127.0.0.4 {
		  ssl_cert = <$T/tls/elsewhere.pem
		  ssl_key = <$T/tls/elsewhere.key
		}
		service pop3-login {
		  chroot =
		  inet_listener pop3 {
		    port = $POP_PORT
		  }
		  inet_listener pop3s {
		    port = $POPS_PORT
		    ssl = yes
		  }
		}
		service anvil {
		  chroot =
		}
		service stats {
		  chroot =
		}
		service auth {
		  unix_listener $T/dovecot/auth {
		    mode = 0666
		  }
		}
		protocol pop3 {
		  pop3_no_flag_updates = yes
		  mail_max_userip_connections = 50
		}
	END
}

# A crash: the master and its children at once.
dovecot_kill() {
	children=$(ps -o pid= --ppid "$dovecot_pid")
	# shellcheck disable=SC2086
	kill -9 "$dovecot_pid" $children 2>/dev/null
	wait "$dovecot_pid" 2>/dev/null
	dovecot_pid=
}

dovecot_stop() {
	kill "$dovecot_pid" 2>/dev/null
	wait "$dovecot_pid" 2>/dev/null
	dovecot_pid=
}

# The service that delivers to the same Maildirs.  Its master wants root.
postfix_start() {
	net_need postfix postconf
	[ "$(id -u)" -eq 0 ] || net_skip "postfix can be started by root only"
	# shellcheck disable=SC2046
	set -- $(free_ports 2)
	SMTP_PORT=$1
	SMTPS_PORT=$2
	mkdir "$T/postfix" "$T/postfix/queue" "$T/postfix/data"
	chown postfix "$T/postfix/data"
	for user in kim lee park; do
		printf '%s@pabal.test %s/Maildir/\n' "$user" "$user"
	done >"$T/postfix/mailboxes"
	postfix_main >"$T/postfix/main.cf"
	postfix_master >"$T/postfix/master.cf"
	postfix -c "$T/postfix" start >"$T/postfix/start" 2>&1 || {
		cat "$T/postfix/start"
		net_skip "postfix did not start"
	}
	postfix_running=yes
	if ! wait_port "$SMTP_PORT" || ! wait_port "$SMTPS_PORT"; then
		cat "$T/postfix/start" "$T/postfix/log"
		net_skip "postfix did not start"
	fi
}

postfix_main() {
	cat <<-END
		compatibility_level = 3.6
		queue_directory = $T/postfix/queue
		data_directory = $T/postfix/data
		maillog_file = $T/postfix/log
		maillog_file_prefixes = $T
		inet_interfaces = 127.0.0.1
		inet_protocols = ipv4
		maximal_backoff_time = 1s
		minimal_backoff_time = 1s
		myhostname = mx.pabal.test
		mydomain = pabal.test
		mydestination =
		mynetworks =
		alias_maps =
		alias_database =
		local_recipient_maps =
		virtual_mailbox_domains = pabal.test
		virtual_mailbox_base = $T/mail
		virtual_mailbox_maps = texthash:$T/postfix/mailboxes
		virtual_uid_maps = static:$mail_uid
		virtual_gid_maps = static:$mail_gid
		virtual_minimum_uid = 1
		virtual_mailbox_limit = 0
		message_size_limit = 20000000
		smtpd_sasl_auth_enable = yes
		smtpd_sasl_type = dovecot
		smtpd_sasl_path = $T/dovecot/auth
		smtpd_sasl_security_options = noanonymous
		smtpd_tls_security_level = may
		smtpd_tls_auth_only = yes
		smtpd_tls_cert_file = $T/tls/good.pem
		smtpd_tls_key_file = $T/tls/good.key
		smtpd_relay_restrictions = permit_sasl_authenticated, reject
		smtpd_recipient_restrictions = reject_unlisted_recipient,
		  permit_sasl_authenticated, reject
		smtpd_forbid_bare_newline = yes
		smtpd_soft_error_limit = 100
		smtpd_hard_error_limit = 100
		bounce_queue_lifetime = 0
		maximal_queue_lifetime = 0
	END
}

postfix_master() {
	cat <<-END
		127.0.0.1:$SMTP_PORT inet n - n - - smtpd
		127.0.0.1:$SMTPS_PORT inet n - n - - smtpd
		  -o smtpd_tls_wrappermode=yes
		cleanup unix n - n - 0 cleanup
		qmgr unix n - n 300 1 qmgr
		rewrite unix - - n - - trivial-rewrite
		bounce unix - - n - 0 bounce
		defer unix - - n - 0 bounce
		trace unix - - n - 0 bounce
		verify unix - - n - 1 verify
		flush unix n - n 1000? 0 flush
		proxymap unix - - n - - proxymap
		tlsmgr unix - - n 1000? 1 tlsmgr
		anvil unix - - n - 1 anvil
		scache unix - - n - 1 scache
		error unix - - n - - error
		retry unix - - n - - error
		discard unix - - n - - discard
		virtual unix - n n - - virtual
		postlog unix-dgram n - n - 1 postlogd
	END
}

postfix_stop() {
	postfix -c "$T/postfix" stop >/dev/null 2>&1
	postfix_running=
}

mailbox() {
	printf '%s' "$T/mail/$1/Maildir"
}

# Put the messages of folder $2 into the mailbox of user $1.
fill_mailbox() {
	box=$(mailbox "$1")
	mkdir -p "$box/cur" "$box/new" "$box/tmp"
	cp "$2"/* "$box/new/"
	chown -R "$mail_uid:$mail_gid" "$T/mail/$1"
}

# How many messages the server has for user $1.
count_on_server() {
	find "$(mailbox "$1")/cur" "$(mailbox "$1")/new" -type f 2>/dev/null |
		wc -l | tr -d ' '
}

# Nothing here takes long; what hangs has failed.
pabal() {
	timeout 120 "$PABAL" --home "$T/home" "$@"
}

# pabal with the exit status that is expected.
pabal_fails() {
	expected=$1
	shift
	pabal "$@"
	got=$?
	[ "$got" -eq "$expected" ] || {
		echo "exit status $got, not $expected"
		return 1
	}
}

# new_of ACCOUNT N: fetch brings exactly N messages.
fetches() {
	pabal --json fetch -a "$1" >"$T/fetch.json" || {
		cat "$T/fetch.json"
		return 1
	}
	python3 -c '
import json, sys
new = sum(json.loads(l)["new"] for l in open(sys.argv[1]) if l.strip())
print(new, "new")
sys.exit(new != int(sys.argv[2]))' "$T/fetch.json" "$2"
}
