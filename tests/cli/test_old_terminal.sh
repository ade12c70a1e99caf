#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A terminal whose locale is not UTF-8 gets its own charset and none of the bytes
# 80 to 9F, which it would obey; a pipe gets UTF-8.
command -v python3 >/dev/null 2>&1 || {
	echo "skipped: python3 is not installed"
	[ -n "$PABAL_CI" ] && exit 1
	exit 77
}
PABAL=${PABAL:-./pabal} exec python3 - <<'PYTHON'
import os, pty, sys, tempfile, termios

PABAL = os.environ['PABAL']
MAIL = '''From: 김하늘 <a@b.kr>
To: c@d.kr
Subject: 보고서 뷁 €
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

가나다 뷁 … 😀 é e\u0301
'''
failures = 0


def shown(locale, term, utf8, *args):
    """What a terminal gets, and the status."""
    child, fd = pty.fork()
    if child == 0:
        for name in ('LANGUAGE', 'LC_CTYPE', 'LC_MESSAGES', 'LANG'):
            os.environ.pop(name, None)
        os.environ.update(LC_ALL=locale, TERM=term)
        modes = termios.tcgetattr(0)
        modes[0] = modes[0] | 0o40000 if utf8 else modes[0] & ~0o40000
        termios.tcsetattr(0, termios.TCSANOW, modes)
        os.execv(PABAL, [PABAL, *args])
    data = b''
    while True:
        try:
            more = os.read(fd, 65536)
        except OSError:
            break
        if not more:
            break
        data += more
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return data, status


def check(what, good, data):
    global failures
    if not good:
        failures += 1
        print('FAIL %s: %r' % (what, data))


with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, 'mail')
    with open(path, 'w', encoding='utf-8') as f:
        f.write(MAIL)
    show = ('show', '--file', path)

    data, _ = shown('ko_KR.eucKR', 'xterm', False, *show)
    check('EUC-KR', '김하늘'.encode('euc-kr') in data and
          '가나다 ?? … ?? '.encode('euc-kr') in data, data)
    check('EUC-KR: controls', not any(0x7f <= b < 0xa0 for b in data), data)
    data, _ = shown('en_US.ISO-8859-1', 'xterm', False, *show)
    check('Latin-1', b'?????? ?? ' in data and b' \xe9 ' in data and
          not any(0x7f <= b < 0xa0 for b in data), data)
    # The euro of this charset is 80.
    data, _ = shown('en_US.CP1252', 'xterm', False, *show)
    check('CP1252', not any(0x7f <= b < 0xa0 for b in data), data)
    data, _ = shown('xx_XX.no-such', 'xterm', False, *show)
    check('unknown', all(b < 0x7f for b in data) and b'??????' in data, data)
    data, _ = shown('C', 'vt220', False, *show)
    check('vt220', all(b < 0x7f for b in data) and b'??????' in data, data)
    for locale, term, utf8 in (('C', 'vt220', True), ('C', 'xterm', False),
                               ('C.UTF-8', 'vt220', False),
                               ('ko_KR.utf8', 'xterm', False)):
        data, _ = shown(locale, term, utf8, *show)
        check(locale + ' ' + term, '가나다 뷁'.encode() in data, data)
    # What is wrong is said in it, too, and --json keeps to the rule.
    data, _ = shown('ko_KR.eucKR', 'xterm', False, 'show', '--file',
                    folder + '/없다')
    check('errors', '없다'.encode('euc-kr') in data, data)
    data, _ = shown('ko_KR.eucKR', 'xterm', False, 'show', '--json', '--file',
                    path)
    check('JSON', '김하늘'.encode('euc-kr') in data, data)
    data = os.popen("LC_ALL=ko_KR.eucKR '%s' show --file '%s'"
                    % (PABAL, path)).buffer.read()
    check('pipe', '가나다 뷁'.encode() in data, data)
    # What --verbose says of the work.
    os.makedirs(folder + '/home/config', mode=0o700)
    for name, text in (('rules', '이것은뷁 규칙이 아니다\n'), ('accounts', f'''[업무]
address = a@b.kr
pop = 127.0.0.1:1:plain
smtp = none
password_file = {folder}/password
'''), ('../../password', 'x\n')):
        with open(f'{folder}/home/config/{name}', 'w', opener=lambda p, f:
                  os.open(p, f, 0o600)) as f:
            f.write(text)
    for locale, charset in (('ko_KR.eucKR', 'euc-kr'), ('ko_KR.UTF-8', 'utf-8')):
        data, _ = shown(locale, 'xterm', False, '--home', folder + '/home',
                        '-v', 'fetch')
        check('verbose', 'error: '.encode() in data and
              '이것은'.encode(charset) in data and
              (charset == 'utf-8' or b'??' in data and not any(
                  0x7f <= b < 0xa0 for b in data)), data)
    data, status = shown('ko_KR.eucKR', 'xterm', False, '--lang', 'en',
                         '--home', folder + '/home')
    check('screen', status == 78 and b'needs UTF-8' in data and
          b'\x1b' not in data, data)
print('%d failures' % failures)
sys.exit(failures > 0)
PYTHON
