#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing a mail, a server or a name holds reaches the terminal raw.

  safe_commands.py            $PABAL is the program

A mailbox full of hostile mail, hostile servers, hostile file names: then every
command of the program, as text and as JSON, into a pipe and on a terminal.
Every character that comes out is looked at, and so is every line: a mail must
not write lines that look like the program's own.
"""

import os
import pty
import select
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..', 'net'))
from hostile_server import PASSWORD, Pop3, Server, Smtp, hang_up, say

PABAL = os.path.abspath(os.environ.get('PABAL', './pabal'))

# What no output may hold (bidi, lines, C0, C1, invisible, tags).
BAD = (set(range(0, 9)) | set(range(11, 32)) | set(range(0x7f, 0xa0)) |
       {0x200b, 0x200e, 0x200f, 0x2060, 0x61c, 0x2028, 0x2029, 0xfeff} |
       set(range(0x202a, 0x202f)) | set(range(0x2066, 0x206a)) |
       set(range(0xe0000, 0xe0080)))
# What the program itself sends to a terminal: the progress bar.
OWN = ('\r\x1b[K', '\r\n', '\r', '\x1b[K')

# A line of ours that a mail might want to write.
FORGED = 'forged by a mail'
ESC = '\x1b]0;pwn\x07\x1b[2J\x9b31m'
BIDI = '\u202e\u2066\u200b\u200f\u061c\u2060\ufeff\U000e0041\U000e007f'
LINES = f'\u2028{FORGED}\u2029{FORGED}\x85{FORGED}\v{FORGED}\f{FORGED}'
EVIL = (ESC + BIDI + LINES).encode()
RAW = b'\x9b31m\x9d0;pwn\x9c\x1b$)C\x1bc\x0e\x0f\x08\x7f'
WORD = (b'=?utf-8?Q?=1B]0;pwn=07=1B[2J=C2=9B31m=E2=80=AE=E2=81=A6=E2=80=8B'
        b'=E2=80=A8forged by a mail=C2=85=0A=0Dforged by a mail=00'
        b'=F3=A0=81=81?= =?euc-kr?B?mzMxbRtbMkqbMzFt?=')
FIELDS = {
    'Subject': WORD + b' ' + EVIL, 'From': WORD + b' <a@x.example>',
    'To': WORD + b' <b@y.example>, "' + RAW + b'" <c@z.example>',
    'Cc': EVIL + b' <d@y.example>', 'Date': b'Mon, 1 Jan 2024 09:00 +0900',
    'Message-ID': b'<id' + EVIL + b'@x>', 'List-Id': b'<list' + EVIL + b'.x>',
    'Content-Type': b'text/plain; charset=utf-8',
}


def mail(body=b'text', **fields):
    """Fields of FIELDS, changed; "Content_Type" is "Content-Type"."""
    given = {k.replace('_', '-'): v for k, v in fields.items()}
    return b''.join(k.encode() + b': ' + v + b'\n' for k, v in {
        **FIELDS, **given}.items() if v is not None) + b'\n' + body + b'\n'


def part(kind, more=b''):
    return mail(b'--b\nContent-Type: ' + kind + b'\n' + more +
                b'\nx ' + EVIL + b'\n--b--',
                Content_Type=b'multipart/mixed; boundary=b')


NAME = b'Content-Disposition: attachment; filename="a' + EVIL + RAW + b'.txt"\n'
HTML = (b'<title>' + EVIL + b'</title><p>&#27;]0;pwn&#7;&#x9b;31m&#155;&#8238;'
        b'&#8232;forged by a mail' + EVIL + b'<a href="http://a' + EVIL +
        b'.example/&#27;">b' + EVIL + b'</a><img src=x alt="' + EVIL + b'">')
MAILS = [
    mail(), mail(EVIL + RAW), mail(From=EVIL + b' <a@x.example>'),
    mail(From=b'"' + RAW + b'" <a' + ESC.encode() + b'@x.example>'),
    mail(From=b'<a@x' + EVIL + b'.example>'), mail(From=EVIL, To=EVIL),
    mail(Subject=EVIL), mail(Subject=RAW), mail(Subject=b'%n%s%n %x'),
    mail(Date=EVIL), mail(Date=b'Mon, 1 Jan 99999999999 09:00 +9999999'),
    mail(Message_ID=RAW, List_Id=RAW), mail(Reply_To=WORD + b' <r@x.example>'),
    mail(Received=EVIL, X_Mailer=EVIL, Authentication_Results=EVIL),
    mail(List_Id=b'a\xe2\x80\xa8# forged by a mail <l\n .x>',
         List_Unsubscribe=b'<http://x/' + EVIL + b'>'),
    mail(EVIL, Content_Type=b'text/plain; charset="x' + EVIL + b'"'),
    mail(EVIL, Content_Type=b'text/plain; charset=iso-8859-1'),
    mail(b'+ABs-[2J+AJs-31m+IC4-', Content_Type=b'text/plain; charset=utf-7'),
    mail(EVIL, Content_Type=b'text/plain; format=flowed'),
    mail(HTML, Content_Type=b'text/html; charset=utf-8'),
    mail(b'--b\n\nx', Content_Type=b'multipart/mixed; boundary="b' + EVIL +
         b'"'),
    mail(b'BEGIN:VEVENT\nSUMMARY:' + EVIL + b'\nDTSTART:' + EVIL +
         b'\nEND:VEVENT', Content_Type=b'text/calendar'),
    part(b'text/plain; charset=utf-8', NAME), part(b'a/b' + EVIL, NAME),
    part(b'application/octet-stream; name="' + WORD + b'"'),
    part(b'application/octet-stream; name*=utf-8\'\'%1B%5B2J%E2%80%AE%0A'),
    part(b'message/rfc822', b'\nSubject: ' + WORD + b'\nFrom: ' + EVIL + b'\n'),
    b'From: ' + EVIL + b' <a@x.example>\n' + mail(), EVIL, b'',
]
failed = 0
looked = 0


def look(what, text, terminal):
    global failed, looked
    looked += 1
    if os.environ.get('TIMES'):
        print(time.time(), what, file=sys.stderr)
    text = text.decode('utf-8', 'surrogateescape')
    if terminal:
        for own in OWN:
            text = text.replace(own, '\n' if '\r' in own else '')
    bad = {hex(ord(c)) for c in text if ord(c) in BAD or
           0xdc80 <= ord(c) < 0xdd00}
    if 'show' in what:  # a body may write lines
        text = '' if "'--part'" in what else text.partition('\n\n')[0]
    forged = [line for line in text.split('\n') if line.startswith(FORGED)]
    if bad or forged:
        failed += 1
        at = next((i for i, c in enumerate(text) if hex(ord(c)) in bad), 0)
        print(f'{what}: {" ".join(sorted(bad))} {forged[:1]}',
              ascii(text[max(at - 60, 0):at + 60]))


def on_terminal(words, env):
    """What the program writes with a terminal as its output and errors."""
    child, terminal = pty.fork()
    if child == 0:
        os.execvpe(words[0], words, env)
    shown = b''
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            data = os.read(terminal, 65536)
        except OSError:
            break
        shown += data
    else:
        os.kill(child, 9)
    os.waitpid(child, 0)
    os.close(terminal)
    return shown


class Home:
    def __init__(self, folder):
        self.folder = folder
        self.env = dict(os.environ, LC_ALL='C.UTF-8', LANGUAGE='en',
                        PABAL_TEST_TIMEOUT_MS='3000', TERM='xterm')

    def run(self, *words, stdin=b''):
        """Text and JSON, pipe and terminal."""
        words = [PABAL, '--home', self.folder, *words]
        shown = ' '.join(map(ascii, words[3:]))[:60]
        for more in ([], ['-v'], ['--json']):
            done = subprocess.run(words[:3] + more + words[3:], input=stdin,
                                  env=self.env, capture_output=True)
            # --raw gives the bytes, that is what it is for.
            if '--raw' not in words and '--part' not in words:
                look(shown, done.stdout, False)
            look(shown + ' (errors)', done.stderr, False)
            if done.returncode < 0:
                look(shown + ' (crashed)', b'\0', False)
        if not stdin and words[3] != 'send':
            for more in ([], ['--json']):
                look(shown + ' (terminal)', on_terminal(
                    words[:3] + more + words[3:], self.env), True)

    def write(self, name, data):
        path = os.path.join(os.fsencode(self.folder), name)
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with open(path, 'wb', opener=lambda p, f: os.open(p, f, 0o600)) as f:
            f.write(data)
        return path


def numbers(home, folder='inbox'):
    done = subprocess.run([PABAL, '--home', home.folder, 'list', '-n', '999',
                           '--folder', folder], env=home.env,
                          capture_output=True, text=True)
    return [line.split()[0] for line in done.stdout.split('\n') if line.strip()]


RULES = (b'"from ' + FORGED.encode() + b'": subject contains "pwn" -> label '
         b'"seen", notify\nif broken \x1b[2J\xe2\x80\xae rule\n')


def hostile_pop3():
    text = b'-ERR ' + EVIL + RAW
    box = [(f'uid{i}', m.replace(b'\n', b'\r\n')) for i, m in
           enumerate(MAILS[:3])]
    yield {'greeting': say(text)}
    yield {'greeting': say(b'+OK ' + EVIL + RAW), 'box': box}
    yield {'PASS': say(text)}
    yield {'PASS': say(b'-ERR [' + EVIL + b'] ' + RAW)}
    yield {'STAT': say(text)}
    yield {'UIDL': say(text)}
    yield {'RETR': say(text), 'box': box}
    yield {'box': box, 'uid': lambda s, i: f'{i}{ESC}{BIDI}\u2028'}
    yield {'QUIT': say(text), 'box': box}
    yield {'CAPA': lambda s, a: s.lines('+OK', [EVIL.decode(), 'USER'])}
    yield {'greeting': say(EVIL)}


def hostile_smtp():
    text = EVIL.replace(b'\n', b' ') + RAW
    yield {'greeting': say(b'554 ' + text)}
    yield {'EHLO': say(b'550-' + text + b'\r\n550 ' + text)}
    yield {'MAIL': say(b'550 5.1.0 ' + text)}
    yield {'RCPT': say(b'550 5.1.1 ' + text)}
    yield {'DATA': say(b'451 ' + text)}
    yield {'AUTH': say(b'535 5.7.8 ' + text)}
    yield {'greeting': say(text)}


def account(home, pop, smtp):
    home.write(b'password', PASSWORD.encode())
    home.write(b'config/accounts', (
        f'[kim]\naddress = kim@example.kr\nfull_name = K\u202ei\u200bm\n'
        f'pop = 127.0.0.1:{pop}:plain\nsmtp = 127.0.0.1:{smtp}:plain\n'
        f'password_file = {home.folder}/password\n').encode())


def stored(home):
    """Commands on what is stored."""
    home.write(b'config/rules', RULES)
    for i, one in enumerate(MAILS):
        path = home.write(b'in/%d' % i, one)
        if i % 8 == 0:
            home.run('show', '--file', path)
            home.run('show', '--raw', '--file', path)
    home.write(b'in/\x1b]0;pwn\x07\xe2\x80\xae.eml', MAILS[0])
    home.run('import', os.path.join(home.folder, 'in'))
    ids = numbers(home)
    home.run('show', *ids)
    home.run('show', '--raw', *ids)
    home.run('show', '--parts', *ids)
    for one in ids[::4]:
        home.run('show', '--part', '1', one)
        home.run('show', '--part', '2', one)
        home.run('show', '--save', home.folder, one)
    home.run('show', '--part', '\x1b[2J\u2028' + FORGED, ids[0])
    home.run('show', '--save', '/\x1b[2J\u202e\u2028' + FORGED, ids[0])
    home.run('list', '-n', '999')
    home.run('search', 'pwn')
    home.run('search', '"\x1b[2J\u202e" from:\x07')
    home.run('spam', 'score', *ids)
    home.run('spam', 'explain', *ids)
    home.run('spam', 'batch', stdin=b'C /\x1b[2J\nS \xe2\x80\xae\nX\x07\nQ\n')
    home.run('spam', 'spam', *ids[:2])
    home.run('list', '--folder', 'spam')
    home.run('rules', 'test', *ids)
    home.run('rules', 'run')
    home.run('rules', 'add', 'x \x1b[2J\u202e')
    home.run('rules', 'undo', '1')
    for one in ids[::3]:
        home.run('rules', 'suggest', one)
    home.run('rules', 'always', ids[0], 'flag')
    home.run('bulk')
    home.run('index')
    home.run('export', os.path.join(home.folder, 'out\x1b[2J\u202e'))
    home.run('import', '--settings', home.write(
        b'muttrc', b'set from="' + EVIL + b'@x"\nset realname="' + EVIL +
        b'"\nset pop_host="pop://' + EVIL + b'@h"\n'))
    home.run('account', 'show', 'kim')
    home.run('account', 'list')
    home.run('account', 'edit', 'kim', '--name', 'a\x1b[2J\u202e')


def named(home):
    """Words of the command line come back in errors."""
    odd = '\x1b]0;pwn\x07\u202e\u2028' + FORGED + '\x9b'
    for words in (['show', odd], ['show', '--file', odd], [odd], ['--' + odd],
                  ['list', odd], ['list', '--folder', odd], ['spam', odd],
                  ['spam', 'score', odd], ['rules', odd],
                  ['rules', 'suggest', odd], ['import', odd], ['export', odd],
                  ['outbox', odd], ['outbox', 'retry', odd],
                  ['account', 'show', odd], ['account', 'add', '--address',
                                             odd], ['fetch', '-a', odd],
                  ['-a', odd, 'list'], ['spam', 'import', odd],
                  ['import', '--settings', odd], ['import', '--mbox', odd],
                  ['search', 'before:' + odd], ['doctor', '-a', odd],
                  ['send', odd], ['send', '--attach', odd, 'a@b.example'],
                  ['send', '--at', odd, 'a@b.example'], ['--lang', odd]):
        home.run(*words)


def served(folder):
    """What servers say, while mail is fetched and sent."""
    certs = None
    for i, pop in enumerate(hostile_pop3()):
        home = Home(f'{folder}/pop{i}')
        server = Server(Pop3, {'capabilities': ['USER', 'UIDL', 'TOP'],
                               **pop}, certs).start()
        account(home, server.port, 9)
        home.run('fetch')
        if i in (0, 2):
            home.run('account', 'test', 'kim')
        # What greets, refuses, and offers.
        if i in (0, 1, 2, 9):
            home.run('doctor')
        server.stop()
    for i, smtp in enumerate(hostile_smtp()):
        home = Home(f'{folder}/smtp{i}')
        server = Server(Smtp, {'extensions': ['8BITMIME', 'AUTH PLAIN'],
                               **smtp}, certs).start()
        account(home, 9, server.port)
        if i in (0, 1, 5):
            home.run('doctor')
        home.run('send', '-t', stdin=b'From: kim@example.kr\nTo: ' + WORD +
                 b' <a@b.example>\nSubject: ' + WORD + EVIL + b'\n\nx\n')
        home.run('sendmail', 'a@b.example', stdin=EVIL)
        home.run('outbox', 'list')
        home.run('outbox', 'retry', 'all')
        home.run('outbox', 'cancel', 'all')
        server.stop()


def main():
    with tempfile.TemporaryDirectory(prefix='pabal-safe-') as folder:
        home = Home(folder + '/home')
        account(home, 9, 9)
        stored(home)
        named(home)
        served(folder)
    print(f'{looked} outputs, {failed} failed')
    sys.exit(failed != 0)


if __name__ == '__main__':
    main()
