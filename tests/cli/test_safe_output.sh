#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Nothing a mail or a name holds reaches the terminal raw: every byte that is
# printed is looked at.  The other tests of the same promise are listed in
# HACKING, 7.
command -v python3 >/dev/null 2>&1 || {
	echo "skipped: python3 is not installed"
	[ -n "$PABAL_CI" ] && exit 1
	exit 77
}
PABAL=${PABAL:-./pabal} exec python3 - <<'PYTHON'
import os, subprocess, sys, tempfile

ESC = b'\x1b]0;pwn\x07\x1b[2J\xc2\x9b31m'
EVIL = '\u202etxt\u200b\u2066\u2028\x85'.encode() + ESC
WORD = (b'=?utf-8?Q?=1B]0;pwn=07=1B[2J=C2=9B31m=E2=80=AE=E2=81=A6'
        b'=E2=80=8B=0A=0D=00x?=')
RAW = b'\x9b31m\x9d0;pwn\x9c\x1b$)C\x1bc'
# What must not be printed in any form (bidi, lines, C0, C1, tags).
BAD = (set(range(0, 9)) | set(range(11, 32)) | set(range(0x7f, 0xa0)) |
       {0x200b, 0x200e, 0x200f, 0x2060, 0x61c, 0x2028, 0x2029, 0xfeff} |
       set(range(0x202a, 0x202f)) | set(range(0x2066, 0x206a)) |
       set(range(0xe0000, 0xe0080)))


def part(kind, body, more=b''):
    return b'--b\nContent-Type: ' + kind + b'\n' + more + b'\n' + body + b'\n'


def mail(*parts):
    return (b'From: "' + WORD + EVIL + b'" <a' + ESC + b'@x>\nFrom: ' + EVIL +
            b'\nTo: ' + WORD + b' <b@y>\nCc: ' + RAW + b' <c@z>\nReply-To: ' +
            EVIL + b'\nSubject: ' + WORD + EVIL + RAW + b'\nDate: ' + EVIL +
            b'\nContent-Type: multipart/mixed; boundary=b\n\n' +
            b''.join(parts) + b'--b--\n')


NAMED = (b'Content-Disposition: attachment; filename="a' + EVIL + RAW +
         b'.txt"\n')
MAILS = {
    'headers': mail(part(b'text/plain', b'x')),
    'text': mail(part(b'text/plain; charset=utf-8', b'a ' + EVIL)),
    'labels': mail(*[part(b'text/plain; charset=' + c, b'a ' + RAW + EVIL)
                     for c in (b'euc-kr', b'iso-8859-1', b'iso-2022-kr',
                               b'utf-16', b'utf-7', b'johab', b'x' + ESC)]),
    'utf-7': mail(part(b'text/plain; charset=utf-7', b'+ABs-[2J+AJs-31m')),
    'quoted-printable': mail(part(b'text/plain; charset=utf-8',
                                  b'=1B[2J=C2=9B31m=E2=80=AE',
                                  b'Content-Transfer-Encoding: '
                                  b'quoted-printable\n')),
    'html': mail(part(b'text/html', b'<p>&#27;]0;pwn&#7;&#x9b;31m&#155;&#8238;'
                      b'&#8232;&#0;' + EVIL + b'<a href="http://a' + ESC +
                      b'.kr/&#27;&#8238;">b</a><img alt="&#27;&#8238;">')),
    'types': mail(part(b'application/x' + ESC + b'; name="' + WORD + b'"',
                       b'x', NAMED), part(b'a/b' + RAW, b'x', NAMED)),
    'message': mail(part(b'message/rfc822', b'From: ' + EVIL + b'\nSubject: ' +
                         WORD + b'\nDate: ' + ESC + b'\n\n' + EVIL)),
    'calendar': mail(part(b'text/calendar', b'BEGIN:VEVENT\nSUMMARY:' + EVIL +
                          b'\nDTSTART;TZID=' + ESC + b':20260101T100000\n'
                          b'DTEND:' + ESC + b'\nLOCATION:\\n' + EVIL)),
    'lost': b'Subject: x\n' + EVIL + b' no header\n',
    'flowed': mail(part(b'text/plain; format=flowed', b'> ' + EVIL + b' \n>x')),
}


def check(what, args):
    run = subprocess.run([os.environ['PABAL']] + args, capture_output=True)
    for where, said in (('output', run.stdout), ('errors', run.stderr)):
        text = said.decode('utf-8', 'strict')
        bad = sorted({hex(ord(c)) for c in text if ord(c) in BAD})
        if bad:
            print('%s: %s in the %s' % (what, ' '.join(bad), where))
            return 1
    return 0 if run.stdout or run.stderr else 1


failed = 0
with tempfile.TemporaryDirectory() as folder:
    for name, raw in MAILS.items():
        path = os.path.join(folder, name)
        with open(path, 'wb') as f:
            f.write(raw)
        failed += check(name, ['show', '--file', path])
    odd = os.path.join(folder, 'gone\x1b[2J\u202e')
    failed += check('a name', ['show', '--file', odd])
    failed += check('a command', ['\x1b]0;pwn\x07\u202e'])
    failed += check('an option', ['show', '--\x1b[2J'])
print('%d mails and words, %d failed' % (len(MAILS) + 3, failed))
sys.exit(failed != 0)
PYTHON
