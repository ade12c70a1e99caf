#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Mail made to exhaust a reader: each is shown with a small stack and in no more
# than 4 times its size and 32 MB of memory, and what a limit cut off is said.
# Time is tested by counting steps (tests/unit/test_mime_steps.c).
command -v python3 >/dev/null 2>&1 || {
	echo "skipped: python3 is not installed"
	[ -n "$PABAL_CI" ] && exit 1
	exit 77
}
PABAL=${PABAL:-./pabal} exec python3 - <<'PYTHON'
import os, resource, shutil, sys, tempfile

PABAL = os.environ['PABAL']
STACK = 256 * 1024
HEAD = (b'From: a@b.kr\r\nTo: c@d.kr\r\nDate: Tue, 04 Mar 2025 09:30:00 +0900'
        b'\r\nSubject: %s\r\n')
HTML = b'Content-Type: text/html\r\n\r\n'
MIXED = b'Content-Type: multipart/mixed; boundary=b\r\n\r\n'
DEEP = b'parts too deep inside each other are shown as one text'
MANY = b'this message has more parts than are shown'
FIELDS = b'this message has more header fields than are read'

# What stands behind the head and what must be shown.  Made one by one: a child
# begins with the memory that we have.
MAILS = {
    'deep-multipart': lambda: (b''.join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n'
        % (i, i) for i in range(10000)) + b'\r\ndeep\r\n', [DEEP]),
    'deep-message': lambda: (b'Content-Type: message/rfc822\r\n\r\nSubject: x\r\n'
                     * 10000 + b'\r\ndeep\r\n', [DEEP]),
    'same-boundary': lambda: (MIXED + (b'--b\r\n' + MIXED) * 10000 + b'--b--\r\n', []),
    'parts': lambda: (MIXED + b'--b\r\n\r\n' * 100000 + b'--b--\r\n', [MANY]),
    'fields': lambda: (b''.join(b'X-%d: y\r\n' % i for i in range(60000)) +
               b'\r\nbody\r\n', [FIELDS]),
    'fold': lambda: (b'X: a\r\n' + b' b\r\n' * 200000 + b'\r\nbody\r\n', [b'body']),
    'references': lambda: (b'References:' + b''.join(
        b' <%d@x>\r\n' % i for i in range(50000)) + b'\r\nbody\r\n',
        [b'body']),
    'addresses': lambda: (b'Cc: ' + b',\r\n '.join(
        b'"u %d" <u%d@x>' % (i, i) for i in range(50000)) +
        b'\r\n\r\nbody\r\n', [b'body']),
    'no-commas': lambda: (b'Cc: ' + b'x <a@b>' * 60000 + b'\r\n\r\nbody\r\n',
                  [b'body']),
    'semicolons': lambda: (b'Cc: ' + b';' * 1000000 + b'\r\n\r\nbody\r\n', [b'body']),
    'comments': lambda: (b'Cc: ' + b'(' * 500000 + b'\r\n\r\nbody\r\n', [b'body']),
    'quotes': lambda: (b'Cc: "' + b'a <' * 200000 + b'\r\n\r\nbody\r\n', [b'body']),
    'sections': lambda: (b'Content-Type: text/plain;\r\n' + b''.join(
        b" name*%d*=utf-8''%%41;\r\n" % i for i in range(30000, 0, -1)) +
        b' x=y\r\n\r\nbody\r\n', [b'body']),
    'words': lambda: (b'X-Y: z\r\nSubject: ' + b'=?euc-kr?B?sKE=?= ' * 50000 +
              b'\r\n\r\nbody\r\n', [b'body']),
    'broken-words': lambda: (b'Cc: ' + b'=?utf-8?Q?' * 100000 + b'\r\n\r\nbody\r\n',
                     [b'body']),
    'padding': lambda: (b'Content-Transfer-Encoding: base64\r\n\r\n' +
                b'Ym9keSA=' * 100000 + b'\r\n', [b'body']),
    'uuencode': lambda: (b'Content-Transfer-Encoding: x-uuencode\r\n\r\n'
                 b'begin 644 x\r\nM!\r\n`\r\nM\r\nend\r\n', []),
    'line': lambda: (b'\r\n' + b'a' * 2000000 + b'\r\n', [b'aaaa']),
    'marks': lambda: (b'Content-Type: text/plain; charset=utf-8\r\n\r\nbody ' +
              '\u0301'.encode() * 500000 + b'\r\n', [b'body']),
    'shifts': lambda: (b'Content-Type: text/plain; charset=iso-2022-kr\r\n\r\nbody ' +
               b'\x0eGQ\n' * 200000, [b'body', '한'.encode()]),
    'flowed': lambda: (b'Content-Type: text/plain; format=flowed; delsp=yes\r\n\r\n' +
               (b'>' * 1000 + b' body \r\n') * 500, [b'body']),
    'html-boxes': lambda: (HTML + b'<div>' * 200000 + b'body', []),
    'html-tables': lambda: (HTML + b'<p>body' + b'<table><tr><td>' * 50000, []),
    'html-attribute': lambda: (HTML + b'<p>body</p><a ' + b'a="' * 200000, [b'body']),
    'html-entities': lambda: (HTML + b'body &#x1b;]0;pwn&#7;&#155;31m&#0;&#x110000;' +
                      b'&' * 300000, [b'body']),
    'html-styles': lambda: (HTML + b'<style>p{color:red}</style>' * 1536 + b'<p>body',
                    [b'body']),
    'html-links': lambda: (HTML + b'body ' + b''.join(
        b'<a href="http://h%d.kr/">g</a> ' % i for i in range(20000)),
        [b'body']),
    'html-cells': lambda: (HTML + b'<p>body</p><table>' + (
        b'<tr>' + b'<td>x</td>' * 500 + b'</tr>') * 100, [b'body']),
    'date': lambda: (b'Date: Tue, 99 Foo 99999999999999 99:99:99 +9999999999 ' +
             b'(' * 100000 + b'\r\n\r\nbody\r\n', [b'body']),
    'lengths': lambda: (b'Content-Length: 18446744073709551615\r\nLines: -1\r\n\r\n'
                b'body\r\n', [b'body']),
    'no-boundary': lambda: (b'Content-Type: multipart/mixed; boundary=""\r\n\r\n'
                    b'--\r\n\r\nbody\r\n----\r\n', [b'body']),
    'half-a-header': lambda: (b'X-Y: z', []),
    # The last one, because it is large.
    'boundaries-and-lines': lambda: (b''.join(
        b'Content-Type: multipart/mixed; boundary="%s%05d"\r\n\r\n--%s%05d\r\n'
        % (b'q' * 60, i, b'q' * 60, i) for i in range(500)) +
        b'\r\n' + (b'--' + b'q' * 60 + b'zzzzz\r\n') * 200000, [DEEP]),
}


def is_sanitized():
    with open(PABAL, 'rb') as f:
        return b'__asan_init' in f.read()


def run(out, *args):
    """Status and megabytes of memory."""
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_STACK, (STACK, STACK))
        fd = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(fd, 1)
        os.dup2(fd, 2)
        os.execv(PABAL, [PABAL, '--lang', 'en', *args])
    _, status, usage = os.wait4(child, 0)
    return os.waitstatus_to_exitcode(status), usage.ru_maxrss / 1024


folder = tempfile.mkdtemp(prefix='pabal-stress-')
failures = 0
sanitized = is_sanitized()
if sanitized:
    # Memory that is freed is kept from use for a while, and has shadows.
    os.environ['ASAN_OPTIONS'] = ('quarantine_size_mb=1:malloc_context_size=0:'
                                  + os.environ.get('ASAN_OPTIONS', ''))
times, extra = (12, 160) if sanitized else (4, 32)
try:
    home = os.path.join(folder, 'home')
    box = os.path.join(folder, 'box')
    for sub in ('cur', 'new', 'tmp'):
        os.makedirs(os.path.join(box, sub))
    os.makedirs(os.path.join(home, 'config'), 0o700)
    os.chmod(home, 0o700)
    with open(os.open(os.path.join(home, 'config', 'accounts'),
                      os.O_WRONLY | os.O_CREAT, 0o600), 'w') as f:
        f.write('[x]\naddress = c@d.kr\npop = localhost:1:plain\nuser = c\n')
    largest = 0
    for name, make in MAILS.items():
        data, notes = make()
        data = HEAD % name.encode() + data
        path = os.path.join(box, 'cur', name + ':2,')
        out = os.path.join(folder, 'out')
        with open(path, 'wb') as f:
            f.write(data)
        size = len(data) / 1048576
        largest = max(largest, size)
        del data
        for args in (['show', '--file', path], ['show', '--json', '--file',
                                                path]):
            status, memory = run(out, *args)
            with open(out, 'rb') as f:
                said = f.read()
            wanted = notes if args[1] == '--file' else []
            missing = [n for n in wanted if n not in said]
            if status != 0 or memory > times * size + extra or missing:
                failures += 1
                print('FAIL %s %s: status %d, %d MB for %.1f MB, without %s: '
                      '%s' % (name, args[1], status, memory, size, missing,
                              said[-300:]))
    for args in (['import', box], ['search', 'body'], ['index']):
        status, memory = run(os.path.join(folder, 'out'), '--home', home,
                             *args)
        with open(os.path.join(folder, 'out'), 'rb') as f:
            said = f.read()
        if (status != 0 or memory > times * largest + extra + 32 or
                (args[0] == 'search' and
                 not all(n in said for n in (b' fold', b' no-commas',
                                             b' html-entities')))):
            failures += 1
            print('FAIL %s: status %d, %d MB: %s'
                  % (args[0], status, memory, said[-500:]))
finally:
    shutil.rmtree(folder)
print('%d messages, %d failures' % (len(MAILS), failures))
sys.exit(failures > 0)
PYTHON
