#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every fault that tests/net/hostile_parts.py knows of a SMTP server.
#
# What is tried, and by which parts (SMTP in hostile_parts.py):
#
#   TLS: what came before it, refused, left out,    tls-injected -refused
#     in clear, silent, old, lies, not wanted       -stripped -plaintext -stall
#                                                   -old -capa-changes -unwanted
#   certificates                                    cert-expired ... cert-sha1
#   greeting: 421, 554, none, hung up, many lines,  greeting-...
#     two codes, another protocol
#   EHLO: unknown, 421, without end                 ehlo-...
#   replies: long, nonsense, two codes, bare LF,    reply-... slow segments
#     a byte at a time                              controls
#   MAIL, RCPT, DATA: 4xx and 5xx                   mail- rcpt- data-451 -550
#   some recipients refused; greylisting            rcpt-some greylist
#   DATA answered by 250                            data-250
#   the dot: 4xx, 5xx, two codes, lost, slow        dot-...
#   cut, reset or not read within the text          text-cut -reset -unread
#   QUIT: cut, not answered                         quit-lost -stall
#   replies before their command, before the dot    early-replies -taken
#   SIZE, no 8BITMIME, no SMTPUTF8                  size-... no-...
#   AUTH: 535, 454, none we know, 530, nonsense     auth-...
#   several mails, one connection: all extensions,  many-...
#     CHUNKING that is a lie, 421 after some, cut,
#     answer lost, one refused
#
# And elsewhere:
#
#   no field or command can be injected   test_smtp.sh, unit/test_mime_build,
#                                         unit/test_proto_smtp_send
#   no end of text but ours (smuggling)   every part here: see LETTER
#   Bcc is never sent                     cli/test_send.sh
#   killed at each write, full disk       crash/sweep.py: send, send-many,
#                                         send-piped
#   cut at each byte                      unit/test_proto_smtp_send, _feed
#   nothing told of host and program      unit/test_proto_smtp_client (EHLO)
#   dots, long lines, 8-bit, bare CR      check_sent of hostile_run.py
#   forwarding never goes round           unit/test_engine_forward
for program in python3 openssl; do
	command -v "$program" >/dev/null 2>&1 && continue
	echo "skipped: $program is not installed"
	[ -n "$PABAL_CI" ] && exit 1
	exit 77
done
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
exec python3 "${srcdir:-.}/tests/net/hostile_run.py" smtp "$@"
