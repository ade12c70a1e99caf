# SPDX-License-Identifier: GPL-3.0-or-later
"""The story of "pabal serve": a client reads all, deletes some, comes again."""

import poplib
import re
import signal
import subprocess
import time

from crash import WALL, PABAL, Fetch, check_run, environment, sha, sure, whole

# poplib's own limit is for lines of text.
poplib._MAXLINE = 1 << 20
GONE = ('letter 1', 'letter 2')


class Served:
    """A server of story's home; at.port once it is there."""

    def __init__(self, story, env=(), before=(), options=()):
        self.log = story.folder + '/serve.log'
        with open(self.log, 'wb') as f:
            self.child = subprocess.Popen(
                [*before, PABAL, '--home', story.folder, '--json', 'serve',
                 '--listen', '127.0.0.1:0', *options], env=environment(env),
                stdin=subprocess.PIPE, stdout=f, stderr=subprocess.STDOUT)
        self.port = None
        limit = time.monotonic() + WALL
        while self.port is None and time.monotonic() < limit:
            found = re.search(r'"port":(\d+)', self.said())
            if found:
                self.port = int(found[1])
            elif self.child.poll() is not None:
                break
            else:
                time.sleep(0.02)

    def said(self):
        with open(self.log, errors='backslashreplace') as f:
            return f.read()

    def end(self, wall=WALL, ask=True):
        """(status, output), as run() gives it; ask it to end, or wait."""
        self.child.stdin.close()
        if ask and self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
        try:
            status = self.child.wait(wall)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
            status = None
        return status, self.said()


def password_of(story):
    got = story.pabal('--quiet', 'serve', '--new-password')
    sure(got[0] == 0, str(got))
    return got[1].strip()


def enter(served, password, user='pabal'):
    box = poplib.POP3('127.0.0.1', served.port, timeout=WALL)
    box.user(user)
    box.pass_(password)
    return box


def uidls(box):
    return [line.split()[1].decode() for line in box.uidl()[1]]


def read(box, i):
    return b''.join(line + b'\r\n' for line in box.retr(i)[1])


def subject(text):
    return re.search(rb'(?im)^Subject: *(.*?)\r?$', text)[1].decode()


class Serve(Fetch):
    """Mail that was fetched is given out."""

    def __init__(self, n=5):
        super().__init__(n, 'yes')
        got = self.pabal('fetch')
        sure(got[0] == 0, got[1])
        self.password = password_of(self)
        self.known = {}
        self.promised = False

    def visit(self, served):
        """One session; what came is looked at."""
        box = enter(served, self.password)
        listed = uidls(box)
        gone = []
        for i, uidl in enumerate(listed, 1):
            text = read(box, i)
            sure(sha(whole(text)) in self.all, 'not what was fetched')
            sure(self.known.setdefault(uidl, text) == text,
                 'a UIDL of another message')
            if subject(text) in GONE:
                gone.append(i)
        for i in gone:
            box.dele(i)
        box.quit()
        self.promised = True

    def tell(self, env=(), before=(), wall=WALL):
        served = Served(self, env, before)
        try:
            if served.port:
                self.visit(served)
                self.visit(served)
        except (poplib.error_proto, OSError):
            pass  # what was promised before holds all the same
        return served.end(wall)

    def inbox(self):
        return [f for f in self.home.files('kim') if '/Inbox/' in f]

    def check_after_fault(self, got, killed):
        check_run(got, killed_ok=killed)
        sure(sorted(self.home.stored('kim')) == self.all,
             'lost, cut or doubled: ' + got[1])
        if self.promised:
            sure(len(self.inbox()) == len(self.all) - len(GONE),
                 'the client was told that it is deleted')

    def again(self):
        got = self.tell()
        check_run(got)
        sure(got[0] == 0 and self.promised, f'the next run: {got}')

    def check_end(self):
        self.check_after_fault((0, ''), False)
        sure(len(self.known) == len(self.all), f'UIDLs: {len(self.known)}')
        self.check_index('kim')
        sure(not self.tmp_files(), 'left in tmp')
        left = len(self.server.box)
        sure(left == len(self.all), f'{left} on the server it came from')
