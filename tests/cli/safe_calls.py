#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the program asks of the system while mail is read: nothing it should not.

  safe_calls.py               $PABAL is the program; strace is needed

 1  reading mail, in commands and on the screen, connects to nothing and runs
    nothing, whatever the mail refers to
 2  no receipt is sent and nothing is unsubscribed from by reading
 3  what is opened gets each word of a mail as one argument, never by a shell
 4  with umask 000 and killed in the middle, nothing can be read by others
"""

import fcntl
import os
import pty
import re
import select
import signal
import stat
import struct
import subprocess
import sys
import tempfile
import termios
import time

PABAL = os.path.abspath(os.environ.get('PABAL', './pabal'))
URL = 'http://127.0.0.1:9/'
NAME = '$(touch pwn);`id`|& -rf.txt'
HEAD = (f'From: Shop <shop@x.example>\nTo: kim@example.kr\n'
        f'Disposition-Notification-To: <spy@x.example>\n'
        f'Return-Receipt-To: <spy@x.example>\n'
        f'List-Unsubscribe: <{URL}u>, <mailto:u@x.example>\n'
        f'List-Unsubscribe-Post: List-Unsubscribe=One-Click\n'
        f'List-Help: <{URL}>\nX-Face: {URL}\nFace: {URL}\n')
HTML = f'''<html><head><base href="{URL}"><link rel=stylesheet href="{URL}c">
<link rel=prefetch href="{URL}p"><link rel=dns-prefetch href="//x.invalid">
<meta http-equiv=refresh content="0;url={URL}r"><style>@import "{URL}i";
body {{ background: url({URL}b) }}</style><script src="{URL}s"></script></head>
<body background="{URL}g">html-words<img src="{URL}1.png" width=1 height=1>
<img srcset="{URL}2 2x"><iframe src="{URL}f"></iframe><object data="{URL}o">
</object><video src="{URL}v" poster="{URL}w"></video><input type=image src="{URL}t">
<svg><image href="{URL}x"/></svg><a href="{URL}$(touch%20pwn);x" ping="{URL}y">in</a>
<form action="{URL}"><img src="cid:{URL}"></form></body></html>'''
MAILS = [
    HEAD + 'Subject: one\nContent-Type: text/html\n\n' + HTML,
    HEAD + 'Subject: two\nContent-Type: message/external-body; '
    f'access-type=URL;\n URL="{URL}e"\n\nContent-Type: text/html\n\n',
    HEAD + 'Subject: three\nContent-Type: text/calendar\n\nBEGIN:VCALENDAR\n'
    f'METHOD:REQUEST\nBEGIN:VEVENT\nATTACH:{URL}a\nURL:{URL}\nSUMMARY:x\n'
    'END:VEVENT\nEND:VCALENDAR\n',
    HEAD + 'Subject: four\nContent-Type: multipart/encrypted; boundary=b\n\n'
    f'--b\nContent-Type: text/html\n\n<img src="{URL}\n--b\n\nsecret\n--b\n\n'
    '">\n--b--\n',
    HEAD + 'Subject: five\nContent-Type: multipart/mixed; boundary=b\n\n--b\n'
    f'\nfive-words {URL}$(touch%20pwn);x\n--b\nContent-Type: text/x;id\n'
    f'Content-Disposition: attachment; filename="{NAME}"\n\nx\n--b--\n',
]
# What talks to others or starts them.
CALLS = 'connect,sendto,sendmsg,sendmmsg,execve,execveat'
failed = 0


def check(truth, text):
    global failed
    if not truth:
        failed += 1
        print('failed:', text)


class Home:
    def __init__(self, folder):
        self.folder = folder
        self.log = folder + '/calls'
        self.tmp = folder + '/tmp'
        self.bin = folder + '/bin'
        for one in (folder + '/config', self.tmp, self.bin):
            os.makedirs(one, mode=0o700)
        # They read their arguments, and that is all.
        for tool in ('xdg-open', 'vim'):
            os.symlink('/bin/true', f'{self.bin}/{tool}')
        self.env = dict(
            os.environ, LC_ALL='C.UTF-8', LANGUAGE='en', TERM='xterm',
            TMPDIR=self.tmp, HOME=folder, VISUAL='vim -f',
            PATH=f'{self.bin}:{os.environ["PATH"]}')
        # strace and the search for leaks do not go together
        self.env['ASAN_OPTIONS'] = 'detect_leaks=0'
        self.env.pop('XDG_RUNTIME_DIR', None)
        self.write('.mailcap', 'text/*; xdg-open %s\n')
        self.write('config/accounts',
                   '[kim]\naddress = kim@example.kr\ninterval = 0\n'
                   'pop = 127.0.0.1:9:tls\nsmtp = 127.0.0.1:9:tls\n')

    def write(self, name, text):
        path = f'{self.folder}/{name}'
        with open(path, 'w', opener=lambda p, f: os.open(p, f, 0o600)) as f:
            f.write(text)
        return path

    def traced(self, *words):
        return ['strace', '-f', '-qq', '-s', '4096', '-e', 'trace=' + CALLS,
                '-e', 'signal=none', '-o', self.log, PABAL, '--home',
                self.folder, *words]

    def run(self, *words):
        done = subprocess.run(self.traced(*words), env=self.env,
                              stdin=subprocess.DEVNULL, capture_output=True,
                              text=True)
        return done.stdout

    def calls(self):
        """The calls but for the start of the program itself."""
        with open(self.log, errors='replace') as f:
            lines = [line.split(' ', 1)[1].strip() for line in f]
        check(any('execve' in line and 'pabal' in line for line in lines),
              'nothing was traced')
        return [line for line in lines if 'pabal"' not in line and
                not line.startswith(('<...', '+++', '---'))]


class Screen:
    """The screen, traced, in a terminal; words are waited for in what it
    draws anew after each key."""

    def __init__(self, home):
        self.shown = b''
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.umask(0)
            words = home.traced()
            os.execvpe(words[0], words, home.env)
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ,
                    struct.pack('HHHH', 40, 100, 0, 0))

    def wait(self, words):
        end = time.monotonic() + 60
        while time.monotonic() < end:
            plain = re.sub(rb'\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]', b'',
                           self.shown)
            if words.encode() in plain:
                return
            if not select.select([self.terminal], [], [], 0.2)[0]:
                continue
            try:
                self.shown += os.read(self.terminal, 65536)
            except OSError:
                break
        check(False, f'"{words}" was never shown: {self.shown[-600:]}')

    def press(self, keys, words):
        """^L draws all of the screen again: every word comes whole."""
        self.shown = b''
        os.write(self.terminal, keys.encode())
        self.redraw(words)

    def redraw(self, words):
        end = time.monotonic() + 60
        while time.monotonic() < end and not self.has(words):
            self.shown = b''
            os.write(self.terminal, b'\x0c')
            quiet = time.monotonic() + 0.5
            while time.monotonic() < quiet and not self.has(words):
                if select.select([self.terminal], [], [], 0.1)[0]:
                    self.shown += os.read(self.terminal, 65536)
        check(self.has(words), f'"{words}" is not shown')

    def press_until_run(self, keys, home, tool, times):
        os.write(self.terminal, keys.encode())
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if select.select([self.terminal], [], [], 0.1)[0]:
                self.shown = os.read(self.terminal, 65536)
            with open(home.log, errors='replace') as f:
                log = re.findall(rf'execve\("[^"]*/bin/{tool}", .* = 0', f.read())
            if len(log) >= times:
                return
        check(False, f'{tool} was not run')

    def has(self, words):
        plain = re.sub(rb'\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]', b'',
                       self.shown)
        return words.encode() in plain

    def kill(self, home):
        """As a crash would: the program, not only what watches it."""
        for pid in children(self.pid):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.terminal)


def children(pid):
    with open(f'/proc/{pid}/task/{pid}/children') as f:
        return [int(word) for word in f.read().split()]


def only_reading(home, what):
    for call in home.calls():
        check(False, f'{what}: {call[:300]}')


def commands(home):
    folder = home.folder + '/in'
    os.mkdir(folder)
    for i, one in enumerate(MAILS):
        home.write(f'in/{i}', one)
    home.run('import', folder)
    only_reading(home, 'import')
    ids = [line.split()[0] for line in home.run('list').splitlines()]
    check(len(ids) == len(MAILS), f'{len(ids)} messages')
    for words in (['show', *ids], ['--json', 'show', *ids], ['search', 'one'],
                  ['spam', 'explain', *ids], ['rules', 'test', *ids],
                  ['spam', 'ham', ids[0]], ['bulk'], ['index'],
                  ['export', home.folder + '/out']):
        text = home.run(*words)
        only_reading(home, ' '.join(words))
        check('show' not in words or 'html-words' in text, 'show is empty')
    check(home.run('outbox', 'list') == '', 'something is on its way out')


def reading(home):
    s = Screen(home)
    s.wait('All inboxes')
    s.press('\r', 'Subject')
    for i in range(len(MAILS)):
        s.press('h', 'Disposition-Notification')
        s.press('hJ' if i < len(MAILS) - 1 else 'h', 'Subject')
    s.press('v', 'o')
    s.kill(home)
    only_reading(home, 'the screen')
    check(home.run('outbox', 'list') == '', 'reading sent something')


def argv(call):
    words = re.search(r'execve\("(?:[^"\\]|\\.)*", \[(.*)\], 0x', call)
    return re.findall(r'"((?:[^"\\]|\\.)*)"', words.group(1)) if words else []


def opening(home):
    s = Screen(home)
    s.wait('All inboxes')
    s.press('/five\r', 'five')
    s.press('\r', 'five-words')
    s.press('o', 'Links: Enter')
    s.press_until_run('\r', home, 'xdg-open', 1)
    s.press('v', 'Attachments')
    s.press('\r', 'Pipe to a command')
    s.press_until_run('\r', home, 'xdg-open', 2)
    s.press('r', 'Cut line')
    s.press_until_run('\x1be', home, 'vim', 1)
    s.kill(home)
    ran = [argv(call) for call in home.calls() if ' = 0' in call]
    names = {}
    for words in ran:
        names.setdefault(os.path.basename(words[0]) if words else '', []
                         ).append(words)
        check(words and words[0] not in ('sh', '/bin/sh', 'bash'),
              f'a shell: {words}')
    opened = names.get('xdg-open', [])
    check([URL + '$(touch%20pwn);x'] in [w[1:] for w in opened],
          f'the link is one word: {ran}')
    check(any(len(w) == 2 and w[1].startswith(home.tmp) and
              os.path.basename(w[1]).startswith('$(touch pwn);`id`')
              for w in opened), f'the file is one word: {ran}')
    # The text quoted may hold lines for the editor.
    check(any(w[:4] == ['vim', '--cmd', 'set nomodeline', '-f'] and
              len(w) == 5 and w[4].startswith(home.folder)
              for w in names.get('vim', [])), f'the editor: {ran}')
    check(set(names) <= {'xdg-open', 'vim'}, f'ran {set(names)}')
    for folder, _, files in os.walk(home.folder):
        check('pwn' not in files, 'a mail ran a command')


def private(home):
    """After being killed with umask 000, with an attachment open."""
    found = 0
    for folder in ('data', 'state', 'cache', 'tmp'):
        for at, folders, files in os.walk(f'{home.folder}/{folder}'):
            for one in folders + files:
                found += 1
                path = os.path.join(at, one)
                mode = stat.S_IMODE(os.lstat(path).st_mode)
                check(mode & 0o077 == 0 or stat.S_ISLNK(os.lstat(path).st_mode),
                      f'{path} has mode {mode:o}')
    check(found > 10, f'{found} files looked at')
    check(any(os.scandir(home.tmp)), 'no attachment was open')


def main():
    with tempfile.TemporaryDirectory(prefix='pabal-calls-') as folder:
        home = Home(folder + '/home')
        commands(home)
        reading(home)
        opening(home)
        private(home)
    print(f'{failed} failed')
    sys.exit(failed != 0)


if __name__ == '__main__':
    main()
