#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A large download is broken off in the middle: Ctrl-C, SIGTERM, Esc.

The server has given a part of a mail of 40 MB and then nothing more, or goes on
giving for ever.  Only being told ends the fetch: nobody waits for a timeout.
Then nothing of the mail may be here, and the next fetch gets it whole.

  cancel.py [STORY...]     $PABAL is the program
"""

import fcntl
import os
import pty
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time

from hostile_run import PABAL, REPORT, Failed, Home, check
from hostile_server import DEFAULT, Pop3, Server, letter, sha256

LINE = b'0123456789' * 7 + b'\r\n'
SIZE = 40 << 20
PART = 8 << 20
PATIENCE = 120  # of the test: whatever takes longer has failed
# What stopping may take: a second, and what a busy machine adds to it.
SOON = 20


class Download:
    """kim's mailbox: a small letter, then the large one, which does not end in
    the first session."""

    def __init__(self, on):
        self.folder = tempfile.mkdtemp(prefix='pabal-cancel-')
        self.under_way = threading.Event()
        self.gone = threading.Event()
        self.on = on  # does it go on giving?
        self.large = letter(2, LINE * (SIZE // len(LINE)))
        box = [('uid-1', letter(1)), ('uid-2', self.large)]
        self.server = Server(Pop3, {'box': box, 'RETR': self.give}).start()
        self.home = Home(self.folder)
        self.home.account('kim', f'pop = localhost:{self.server.port}:plain\n'
                          'smtp = none\nkeep = no\n')
        self.env = dict(os.environ, LC_ALL='C.UTF-8', TERM='xterm',
                        PABAL_TEST_TIMEOUT_MS=str(PATIENCE * 1000))

    def give(self, session, argument):
        if session.number != 1 or argument != '2':
            return DEFAULT
        session.raw(b'+OK\r\n')
        try:
            for _ in range(0, PART, len(LINE) * 1000):
                session.raw(LINE * 1000)
            self.under_way.set()
            while self.on:
                session.raw(LINE * 1000)
            session.sock.recv(1)  # until the other end goes away
        finally:
            self.gone.set()
        return None

    def wait_for_it(self):
        check(6, self.under_way.wait(PATIENCE), 'nothing was asked for')
        end = time.monotonic() + PATIENCE
        while not self.home.files('kim', ('tmp',)):
            check(6, time.monotonic() < end, 'no file in tmp')
            time.sleep(0.01)

    def look_afterwards(self, seconds):
        check(5, seconds < SOON, f'{seconds:.1f} s until it stopped')
        check(3, not self.home.files('kim', ('tmp',)), 'files left in tmp')
        small = sha256(letter(1))
        whole = sha256(self.large)
        check(3, set(self.home.stored('kim')) <= {small},
              'something of the large mail is here')
        check(1, len(self.server.box) == 2, 'deleted on the server')
        got = self.home.run('fetch', timeout_ms=PATIENCE * 1000)
        check(6, got[0] == 0, f'the next one ends with {got[0]}: {got[1]}')
        check(8, not REPORT.search(got[1]), got[1])
        check(1, sorted(self.home.stored('kim')) == sorted([small, whole]),
              f'{len(self.home.stored("kim"))} mails after the next one')
        check(1, not self.server.box, 'not deleted on the server')

    def close(self):
        self.server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def by_signal(number, on):
    d = Download(on)
    try:
        with tempfile.TemporaryFile() as out:
            child = subprocess.Popen(
                [PABAL, '--home', d.folder, 'fetch'], env=d.env, stdout=out,
                stderr=out, stdin=subprocess.DEVNULL)
            d.wait_for_it()
            start = time.monotonic()
            child.send_signal(number)
            try:
                child.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
                raise Failed('5: it never stopped') from None
            seconds = time.monotonic() - start
            out.seek(0)
            text = out.read().decode('utf-8', 'backslashreplace')
        check(6, child.returncode != 0, 'it says that all is well')
        check(8, not REPORT.search(text), text)
        check(6, 'cancel' in text, text)
        d.look_afterwards(seconds)
        return seconds
    finally:
        d.close()


class Screen:
    """The program on a terminal; what it drew."""

    def __init__(self, d):
        self.drawn = b''
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 30, 100, 0,
                                                           0))
            os.execve(PABAL, [PABAL, '--home', d.folder], d.env)

    def shows(self, done):
        end = time.monotonic() + PATIENCE
        while not done():
            check(6, time.monotonic() < end, f'drawn: {self.drawn[-600:]}')
            if select.select([self.fd], [], [], 0.02)[0]:
                self.drawn += os.read(self.fd, 65536)

    def types(self, keys):
        os.write(self.fd, keys)

    def leave(self):
        self.types(b'q')
        try:
            while True:
                os.read(self.fd, 65536)
        except OSError:
            pass
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def by_key(keys, on):
    d = Download(on)
    try:
        screen = Screen(d)
        try:
            # It begins by itself, as the account is new.
            screen.shows(d.under_way.is_set)
            screen.shows(lambda: d.home.files('kim', ('tmp',)))
            start = time.monotonic()
            screen.types(keys)
            screen.shows(d.gone.is_set)
            screen.shows(lambda: not d.home.files('kim', ('tmp',)))
            seconds = time.monotonic() - start
        finally:
            status = screen.leave()
        check(8, status == 0 and not REPORT.search(
            screen.drawn.decode('utf-8', 'replace')),
              f'ends with {status}: {screen.drawn[-2000:]}')
        d.look_afterwards(seconds)
        return seconds
    finally:
        d.close()


STORIES = {
    'sigint': lambda: by_signal(signal.SIGINT, False),
    'sigterm': lambda: by_signal(signal.SIGTERM, False),
    'sigint-flowing': lambda: by_signal(signal.SIGINT, True),
    'escape': lambda: by_key(b'\x1b', False),
    'escape-flowing': lambda: by_key(b'\x1b', True),
    'control-c': lambda: by_key(b'\x03', False),
}


def main():
    names = sys.argv[1:] or list(STORIES)
    failed = 0
    for name in names:
        try:
            print(f'ok: {name}, stopped after {STORIES[name]():.2f} s',
                  flush=True)
        except Failed as e:
            failed += 1
            print(f'FAILED: {name}\n    ' + str(e).replace('\n', '\n    '),
                  flush=True)
    print(f'{len(names) - failed} passed, {failed} failed')
    sys.exit(failed != 0)


if __name__ == '__main__':
    main()
