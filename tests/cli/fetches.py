#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fetches as cron, a timer and a user see them: quiet, told of, remembered.

  fetches.py [NAME...]        $PABAL is the program
"""

import fcntl
import json
import os
import pty
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'net'))
from hostile_server import PASSWORD, Pop3, Server, letter, say

PABAL = os.path.abspath(os.environ.get('PABAL', './pabal'))
UNITS = os.path.join(HERE, '..', '..', 'data', 'systemd')
TESTS = []


class Bad(Exception):
    pass


def sure(truth, text):
    if not truth:
        raise Bad(text)


def test(function):
    TESTS.append(function)
    return function


class Home:
    def __init__(self, folder):
        self.folder = tempfile.mkdtemp(dir=folder)
        self.server = Server(Pop3, {'capabilities': [
            'USER', 'UIDL', 'TOP', 'PIPELINING']}).start()
        self.write('password', PASSWORD)
        self.write('config/accounts', (
            '[work]\naddress = kim@example.kr\nsmtp = none\n'
            f'pop = localhost:{self.server.port}:plain\n'
            f'password_file = {self.folder}/password\nmax_size = 300000\n'))

    def write(self, name, text, mode=0o600):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with open(path, 'w', opener=lambda p, f: os.open(p, f, mode)) as f:
            f.write(text)
        return path

    def environment(self):
        return dict(os.environ, LC_ALL='C.UTF-8', LANGUAGE='en',
                    TERM='xterm', PABAL_TEST_TIMEOUT_MS='5000')

    def run(self, *words, status=0):
        done = subprocess.run([PABAL, '--home', self.folder, *words],
                              env=self.environment(), capture_output=True,
                              text=True, timeout=60)
        sure(done.returncode == status,
             f'{words}: {done.returncode}: {done.stdout}{done.stderr}')
        sure('Sanitizer' not in done.stderr, done.stderr)
        return done.stdout, done.stderr

    def notify(self, more=''):
        """A command for new mail that writes each word on a line."""
        command = self.write('notify.sh', (
            '#!/bin/sh\nfor word; do printf "[%s]\\n" "$word"; done >>'
            f' "{self.folder}/told"\n{more}\n'), 0o700)
        self.write('config/config',
                   f'notify = {command} "%n from %f" %s %a %% --help\n'
                   'bell = yes\n')

    def told(self):
        path = self.folder + '/told'
        if not os.path.exists(path):
            return ''
        with open(path) as f:
            return f.read()


@test
def quiet_for_cron(home):
    """No word when all is well, one when it is not."""
    sure(home.run('fetch', '--quiet') == ('', ''), 'says something')
    sure(home.run('fetch', '--quiet') == ('', ''), 'says something')
    home.server.part['PASS'] = say('-ERR [IN-USE] busy')
    out, errors = home.run('fetch', '--quiet', status=75)
    sure(out == '' and 'in use by another program' in errors, out + errors)


@test
def rejected_password_is_left_alone(home):
    """Nobody is at the terminal: two tries, no more, until it is changed."""
    home.server.part['PASS'] = say('-ERR [AUTH] no')
    for _ in range(4):
        home.run('fetch', '--quiet', status=77)
    tries = [e for e in home.server.log
             if e.get('text', '').startswith('PASS')]
    sure(len(tries) == 2, f'{len(tries)} tries')
    out, _ = home.run('account', 'show')
    sure('the server rejected this one' in out, out)
    del home.server.part['PASS']
    # Another file, though with the same word in it, is a change.
    os.utime(home.write('password', PASSWORD), (1, 1))
    home.run('fetch', '--quiet')


@test
def command_for_new_mail(home):
    home.notify('echo noise; echo noise >&2')
    out, errors = home.run('fetch')
    sure(home.told() == '[3 from Sender 1]\n[letter 1]\n[work]\n[%]\n[--help]\n',
         home.told())
    sure('noise' not in out + errors, out + errors)
    home.run('fetch')
    sure(home.told().count('from') == 1, 'told of nothing')
    evil = letter(9).replace(b'letter 9', b'$(id) "; rm -rf / `x` %s\x1b[2J')
    home.server.box.append(('evil', evil))
    home.run('fetch')
    told = home.told().splitlines()[5:]
    sure(told[0] == '[1 from Sender 9]' and
         told[1].startswith('[$(id) "; rm -rf / `x` %s') and
         '\x1b' not in told[1] and len(told) == 5, str(told))


@test
def command_that_fails(home):
    home.notify('echo no display >&2; exit 3')
    out, errors = home.run('fetch')
    sure('3 new' in out, out)
    sure('status is 3: no display' in errors, errors)
    home.write('config/config', 'notify = /nonexistent/program %s\n')
    home.server.box.append(('more', letter(9)))
    out, errors = home.run('fetch')
    sure('1 new' in out and 'nonexistent' in errors, out + errors)


@test
def history(home):
    home.run('fetch')
    home.server.box.append(('large', letter(9, b'x' * 400000)))
    home.server.box.append(('small', letter(10)))
    home.run('fetch')
    home.server.part['PASS'] = say('-ERR [IN-USE] busy')
    home.run('fetch', status=75)
    home.server.stop()
    out, _ = home.run('account', 'show')
    lines = out.partition('last fetches:')[2].strip().splitlines()
    sure(len(lines) == 3, out)
    sure(all(re.search(r', \d\.\d s(:|$)', line) for line in lines), out)
    sure('0 new' in lines[0] and 'in use by another program' in lines[0], out)
    sure('1 new, 1 skipped (larger than the account allows)' in lines[1] or
         ('1 new, 1 skipped (' in lines[1] and 'limit' in lines[1]), out)
    sure('3 new' in lines[2], out)
    sure('failed 1 time' in out, out)
    sure('next fetch: 20' in out, out)
    out, _ = home.run('--lang', 'ko', 'account', 'show')
    sure('지난 가져오기:' in out and '1통 건너뜀' in out, out)
    found = json.loads(home.run('--json', 'account', 'show')[0])
    rows = found['history']
    sure([(r['new'], r['skipped'], r['error'] is None) for r in rows] ==
         [(0, 0, False), (1, 1, True), (3, 0, True)], str(rows))
    sure(all(r['ended'] >= r['started'] > 0 for r in rows), str(rows))
    sure(all(0 < r['seconds'] < 30 for r in rows), str(rows))
    sure(rows[1]['skipped_why'] and rows[1]['bytes'] == len(letter(10)),
         str(rows))
    sure(found['schedule']['failures'] == 1 and found['schedule']['next'] >
         found['schedule']['last'], str(found['schedule']))


@test
def one_is_silent(home):
    """The others' mail is here and told of meanwhile; Ctrl-C ends it."""
    with socket.create_server(('127.0.0.1', 0)) as silent:
        home.write('config/accounts', (
            '[dead]\naddress = lee@example.kr\nsmtp = none\n'
            f'pop = localhost:{silent.getsockname()[1]}:plain\n'
            f'password_file = {home.folder}/password\n'
            '[work]\naddress = kim@example.kr\nsmtp = none\n'
            f'pop = localhost:{home.server.port}:plain\n'
            f'password_file = {home.folder}/password\n'))
        fetch = subprocess.Popen(
            [PABAL, '--home', home.folder, 'fetch'], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
            env=dict(home.environment(), PABAL_TEST_TIMEOUT_MS='600000'))
        try:
            ready, _, _ = select.select([fetch.stdout], [], [], 60)
            sure(ready, 'it says nothing while one is silent')
            line = fetch.stdout.readline()
            sure('work: 3 new' in line, line)
            sure(home.run('list')[0].count('letter') == 3, 'not here yet')
            fetch.send_signal(signal.SIGINT)
            out, errors = fetch.communicate(timeout=60)
            sure(fetch.returncode == 75 and 'dead: cancelled' in errors,
                 f'{fetch.returncode}: {out}{errors}')
        finally:
            fetch.kill()
            fetch.communicate()


# ---- on the screen ----

class Screen:
    def __init__(self, home, **env):
        sized = os.pipe()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.close(sized[1])
            os.read(sized[0], 1)  # its end: the size is set
            os.close(sized[0])
            os.execve(PABAL, [PABAL, '--home', home.folder],
                      dict(home.environment(), **env))
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ,
                    struct.pack('HHHH', 30, 100, 0, 0))
        os.close(sized[0])
        os.close(sized[1])
        self.shown = b''

    def wait(self, words):
        """Until it is shown; what came since the last time."""
        end = time.monotonic() + 30
        since = b''
        while True:
            plain = re.sub(rb'\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]', b'',
                           since)
            if words.encode() in plain:
                return since.decode(errors='replace')
            sure(time.monotonic() < end, f'no "{words}": {plain[-1500:]}')
            if not select.select([self.fd], [], [], 0.2)[0]:
                continue
            try:
                since += os.read(self.fd, 65536)
            except OSError:
                raise Bad(f'ends without "{words}": {plain[-1500:]}')

    def keys(self, keys):
        os.write(self.fd, keys.encode())

    def end(self):
        """Out of the pane, and out."""
        self.keys('\x1b')
        self.wait('Attachments')
        self.keys('q')
        self.ended()

    def ended(self):
        end = time.monotonic() + 30
        while time.monotonic() < end:
            try:
                if select.select([self.fd], [], [], 0.2)[0] and \
                        not os.read(self.fd, 65536):
                    break
            except OSError:
                break
        else:
            os.kill(self.pid, signal.SIGKILL)
        _, status = os.waitpid(self.pid, 0)
        os.close(self.fd)
        sure(status == 0, f'status {status}')


@test
def told_on_the_screen(home):
    home.notify('echo noise; echo noise >&2')
    home.run('fetch')
    screen = Screen(home)
    screen.wait('letter 3')
    home.server.box.append(('new', letter(9)))
    screen.keys('G')
    shown = screen.wait('\a')
    screen.keys('gf')
    shown += screen.wait('work: next at')
    sure(shown.count('\a') == 1, f'{shown.count(chr(7))} bells')
    sure('noise' not in shown, 'the command writes on the screen')
    sure('[1 from Sender 9]' in home.told(), home.told())
    screen.end()
    home.write('config/config', '')
    screen = Screen(home)
    screen.wait('letter 9')
    home.server.box.append(('newer', letter(10)))
    screen.keys('G')
    shown = screen.wait('letter 10')
    screen.keys('gf')
    shown += screen.wait('work: next at')
    sure('\a' not in shown, 'a bell')
    screen.end()


# ---- left open ----

class Clock:
    """The clock of a program that runs."""

    def __init__(self, home):
        self.path = home.folder + '/clock'
        self.now = int(time.time())
        self.add(0)

    def add(self, minutes):
        self.now += minutes * 60
        with open(self.path + '.new', 'w') as f:
            f.write(str(self.now))
        os.rename(self.path + '.new', self.path)


def used(pid):
    """Descriptors and threads."""
    return (len(os.listdir(f'/proc/{pid}/fd')),
            len(os.listdir(f'/proc/{pid}/task')))


@test
def left_open_for_days(home):
    """It goes on fetching: by and by, behind a sleep, a clock set back."""
    clock = Clock(home)
    letters = iter(range(20, 90))

    def next_one():
        n = next(letters)
        home.server.box.append((f'l{n}', letter(n)))
        return f'Sender {n}'

    def logins():
        return sum(e.get('text', '').startswith('PASS')
                   for e in home.server.log)

    screen = Screen(home, PABAL_TEST_NOW='@' + clock.path)
    screen.wait('letter 3')
    many = None
    # By and by; suspended for a night; the clock was wrong by a day.
    for minutes in (11, 11, 11, 9 * 60, 11, -24 * 60, 11, 3 * 24 * 60, 11, 11):
        before = logins()
        sender = next_one()
        clock.add(minutes)
        screen.wait(sender)
        sure(logins() == before + 1, f'{logins() - before} logins')
        if many is None:
            many = used(screen.pid)
    # Other programs' mail is seen with a clock that was set back, too.
    clock.add(-48 * 60)
    path = home.folder + '/data/mail/work/Inbox/new/1700000000.M1.other'
    with open(path, 'w') as f:
        f.write('From: other@example.kr\nSubject: other program\n'
                'Date: Tue, 4 Mar 2025 09:30:00 +0900\n\nx\n')
    screen.wait('other program')
    # What is at work now ends; what is lost stays.
    end = time.monotonic() + 30
    while True:
        fds, threads = used(screen.pid)
        if fds <= many[0] + 2 and threads <= many[1] + 2:
            break
        sure(time.monotonic() < end, f'{many} became {fds, threads}')
        time.sleep(0.1)
    screen.keys('q')
    screen.ended()


# ---- units ----

@test
def units(home):
    """The user's units are sound, and what they start works."""
    with open(UNITS + '/pabal-fetch.service.in') as f:
        service = f.read().replace('@bindir@/pabal', PABAL)
    start = re.search(r'^ExecStart=(\S+) (.*)$', service, re.M)
    sure(start.group(1) == PABAL, service)
    sure('SuccessExitStatus=75\n' in service, service)
    sure(home.run(*start.group(2).split()) == ('', ''), 'fetch')
    with open(UNITS + '/pabal-fetch.timer') as f:
        timer = f.read()
    sure('OnUnitInactiveSec=15min' in timer and
         'WantedBy=timers.target' in timer, timer)
    if shutil.which('systemd-analyze') is None:
        return
    folder = tempfile.mkdtemp(dir=home.folder)
    os.chmod(folder, 0o700)
    for name in os.listdir(UNITS):
        with open(f'{UNITS}/{name}') as f, \
                open(f'{folder}/{name.removesuffix(".in")}', 'w') as to:
            to.write(f.read().replace('@bindir@/pabal', PABAL))
    done = subprocess.run(
        ['systemd-analyze', '--user', '--man=no', 'verify',
         *(f'{folder}/{n}' for n in os.listdir(folder))],
        env=dict(os.environ, XDG_RUNTIME_DIR=folder), capture_output=True,
        text=True)
    sure(done.returncode == 0 and 'pabal' not in done.stderr, done.stderr)


def main():
    failed = 0
    wanted = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix='pabal-fetches-') as folder:
        for one in TESTS:
            if wanted and one.__name__ not in wanted:
                continue
            home = Home(folder)
            try:
                one(home)
                print('ok:', one.__name__, flush=True)
            except Bad as error:
                failed += 1
                print('FAILED:', one.__name__, str(error)[:3000], flush=True)
            finally:
                home.server.stop()
    print(f'{len(TESTS)} tests, {failed} failed')
    sys.exit(failed != 0)


if __name__ == '__main__':
    main()
