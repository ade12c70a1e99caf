#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mail comes from the files of other programs and goes out to such files.

  boxes.py            each story killed at each step (util/step.h), then again;
                      and what no fault is: Ctrl-C, files that are odd

What must hold: nothing doubled, nothing lost, the bytes right; the other
program's files as they were; no half file under a name that one uses.
"""

import glob
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time

from crash import (PABAL, STORIES, Bad, Story, check_run, environment, sha,
                   sure)

DATE = b'Tue Mar  4 09:00:00 2025'
# Lines that one quoting or the other has to do something with.
HARD = (b'\nFrom here it is 12:34 o\'clock\n>> From\n', b'\n\nFrom a@b ' + DATE +
        b'\n\n', b'.\n..\n\nFrom\nFromage\n')
HARDER = HARD + (b'>From one 12:34\n>>From two\n', b'\n>From a@b ' + DATE + b'\n')


def make(n, hard):
    out = []
    for i in range(1, n + 1):
        head = (f'From: x@example.kr\nTo: kim@example.kr\nSubject: letter {i}\n'
                f'Date: Tue, 4 Mar 2025 09:00:{i:02} +0900\n'
                f'Message-ID: <{i}@boxes>\n\n').encode()
        out.append(head + b'line\n' * i + hard[i % len(hard)] + b'end %d\n' % i)
    return out


def quoted(kind, body):
    if kind == 'mboxo':
        return re.sub(rb'(?m)^From ', rb'>From ', body)
    return body if kind == 'mboxcl2' else re.sub(rb'(?m)^(>*From )', rb'>\1',
                                                 body)


def as_mbox(kind, mail):
    out = b''
    for one in mail:
        head, _, body = one.partition(b'\n\n')
        body = quoted(kind, body)
        if kind in ('mboxcl', 'mboxcl2'):
            head += b'\nContent-Length: %d' % len(body)
        out += b'From x@example.kr ' + DATE + b'\n' + head + b'\n\n' + body + b'\n'
    return out


def crlf(data):
    return data.replace(b'\n', b'\r\n')


def put(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'wb') as f:
        f.write(data)


def snapshot(folder):
    out = {}
    for where, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(where, name)
            status = os.stat(path)
            with open(path, 'rb') as f:
                out[path] = (sha(f.read()), status.st_mode, status.st_mtime_ns)
    return out


class Box(Story):
    """Mail of another program is taken in."""

    def __init__(self, kind, n=6):
        super().__init__()
        self.home.account('kim', 'pop = localhost:1:plain\nsmtp = none\n')
        self.mail = make(n, HARD if kind == 'mboxo' else HARDER)
        self.all = sorted(sha(crlf(one)) for one in self.mail)
        self.foreign = self.folder + '/foreign'
        path = self.foreign + '/box'
        option = ()
        if kind.startswith('mbox'):
            put(path, as_mbox(kind, self.mail))
            option = ('--mbox', kind)
        elif kind == 'auto':
            put(path, as_mbox('mboxcl2', self.mail))
        else:
            getattr(self, 'make_' + kind)(path)
        self.words = ('import', '-a', 'kim', *option, path)
        self.before = snapshot(self.foreign)

    def make_maildir(self, path, tree=('',)):
        for i, one in enumerate(self.mail):
            folder = path + '/' + tree[i % len(tree)]
            for sub in ('cur', 'new', 'tmp'):
                os.makedirs(f'{folder}/{sub}', exist_ok=True)
            put(f'{folder}/cur/{i}.a.b:2,S' if i % 2 else
                f'{folder}/new/{i}.a.b', one)

    def make_tree(self, path):
        self.make_maildir(path, ('', '.Sent', '.Work', '.Work.2024'))

    def make_single(self, path):
        for i, one in enumerate(self.mail):
            put(f'{path}/{i}.eml', one)

    def check_after_fault(self, got, killed):
        check_run(got, killed_ok=killed)
        for one in self.home.stored('kim'):
            sure(one in self.all, 'a file that is no whole message')
        if got[0] == 0:
            sure(sorted(self.home.stored('kim')) == self.all,
                 'says all is well: ' + got[1])
        elif got[0] > 0:
            sure('pabal: ' in got[1], 'fails without a word')

    def check_end(self):
        stored = sorted(self.home.stored('kim'))
        sure(stored == self.all, f'{len(stored)} of {len(self.all)} messages, '
             f'{len(set(stored))} different')
        got = self.pabal('--json', *self.words)
        sure(json.loads(got[1]) == {
            'imported': 0, 'known': len(self.all), 'skipped': 0,
            'error': None}, f'once more: {got}')
        sure(sorted(self.home.stored('kim')) == self.all, 'doubled')
        sure(snapshot(self.foreign) == self.before, 'the files were changed')
        sure(not self.tmp_files(), 'left in tmp')
        self.check_index('kim')


class Export(Story):
    """Mail goes out to a Maildir or an mbox."""

    def __init__(self, kind, n=5):
        super().__init__()
        for name in ('kim', 'lee'):
            self.home.account(name, 'pop = localhost:1:plain\nsmtp = none\n')
        self.mail = make(n, HARDER)
        self.mbox = kind == 'mbox'
        put(self.folder + '/in', as_mbox('mboxrd', self.mail))
        got = self.pabal('import', '-a', 'kim', self.folder + '/in')
        sure(got[0] == 0, got[1])
        self.all = sorted(self.home.stored('kim'))
        sure(self.all == sorted(sha(crlf(one)) for one in self.mail),
             'imported wrongly')
        self.to = self.folder + '/out/box'
        os.makedirs(self.folder + '/out')
        self.words = ('export', '-a', 'kim', '--folder', 'Inbox', '--format',
                      kind, self.to)

    def there(self):
        """What stands under the names that one uses."""
        if self.mbox:
            if not os.path.exists(self.to):
                return []
            with open(self.to, 'rb') as f:
                parts = re.split(rb'(?m)^From .*\n', f.read())[1:]
            return [re.sub(rb'(?m)^>(>*From )', rb'\1', one[:-1])
                    for one in parts]
        out = []
        for path in glob.glob(self.to + '/cur/*') + glob.glob(
                self.to + '/new/*'):
            with open(path, 'rb') as f:
                out.append(f.read())
        return out

    def check_there(self, complete):
        found = self.there()
        for one in found:
            sure(one in self.mail, f'a half message: {one!r}')
        sure(len(set(found)) == len(found), 'doubled')
        if complete or (self.mbox and found):
            sure(len(found) == len(self.mail), f'{len(found)} messages')

    def check_after_fault(self, got, killed):
        check_run(got, killed_ok=killed)
        self.check_there(got[0] == 0)
        if got[0] > 0:
            sure('pabal: ' in got[1], 'fails without a word')

    def again(self):
        got = self.tell()
        check_run(got)
        done = self.mbox and os.path.exists(self.to) and got[0] == 64
        sure(got[0] == 0 or done, f'the next run ends with {got[0]}: {got[1]}')

    def check_end(self):
        self.check_there(True)
        left = glob.glob(self.to + '*.part') + glob.glob(self.to + '/tmp/*')
        sure(not left, f'left: {left}')
        got = self.pabal('import', '-a', 'lee', self.to)
        sure(got[0] == 0, got[1])
        sure(sorted(self.home.stored('lee')) == self.all,
             'comes back otherwise')
        sure(sorted(self.home.stored('kim')) == self.all, 'the store changed')


KINDS = ('mboxo', 'mboxrd', 'mboxcl', 'mboxcl2', 'auto', 'maildir', 'tree',
         'single')
BOXES = {'import-' + kind: lambda kind=kind: Box(kind) for kind in KINDS}
BOXES.update({'export-' + kind: lambda kind=kind: Export(kind)
              for kind in ('maildir', 'mbox')})
STORIES.update(BOXES)


def steps_of(name):
    told = BOXES[name]()
    try:
        log = told.folder + '/steps'
        got = told.tell({'PABAL_TEST_STEP': 'count:' + log})
        sure(got[0] == 0, f'without fault: {got}')
        told.check_end()
        with open(log) as f:
            return len(f.read().split())
    finally:
        told.close()


def kill_at(name, number):
    told = BOXES[name]()
    try:
        got = told.tell({'PABAL_TEST_STEP': str(number)})
        sure(got[0] == -signal.SIGKILL, f'not killed: {got}')
        told.check_after_fault(got, True)
        told.again()
        told.check_end()
    finally:
        told.close()


def kill_everywhere(name):
    total = steps_of(name)
    sure(total >= 5, f'only {total} steps')
    for number in range(1, total + 1):
        try:
            kill_at(name, number)
        except Bad as e:
            raise Bad(f'killed at step {number}: {e}') from None


def open_once(child, fifo):
    """Let the child go on where it waits there, to the next time it does.

    Each try has a fifo of its own: whoever is let go meets another one, however
    long this process takes to close the first.
    """
    while child.poll() is None:
        os.link(fifo, fifo + '.old')
        os.mkfifo(fifo + '.new')
        os.rename(fifo + '.new', fifo)
        try:
            os.close(os.open(fifo + '.old', os.O_WRONLY | os.O_NONBLOCK))
            return
        except OSError:
            time.sleep(0.01)  # it is not there yet
        finally:
            os.unlink(fifo + '.old')


def open_for(child, fifo):
    """The same each time, until it ends."""
    while child.poll() is None:
        open_once(child, fifo)


def interrupt(child):
    """Ctrl-C to a child that waits at a gate: over when it has done with it."""
    bit = 1 << (signal.SIGINT - 1)
    child.send_signal(signal.SIGINT)
    while child.poll() is None:
        try:
            with open(f'/proc/{child.pid}/status') as f:
                text = f.read()
            tasks = []
            for path in glob.glob(f'/proc/{child.pid}/task/*/stat'):
                with open(path) as f:
                    tasks.append(f.read().rpartition(')')[2].split()[0])
        except OSError:
            continue  # a thread has ended meanwhile
        waiting = re.findall(r'(?m)^S[ih][gd]Pnd:\s*(\w+)', text)
        # Who has taken the signal runs until it sleeps again.
        if not any(int(one, 16) & bit for one in waiting) and \
                set(tasks) == {'S'}:
            return
        time.sleep(0.01)


def interrupted():
    """Ctrl-C between two messages: what came is kept, the rest comes later."""
    for name, step in (('import-mboxrd', 'written'), ('import-tree', 'written'),
                       ('export-maildir', 'export-written'),
                       ('export-mbox', 'export-written')):
        told = BOXES[name]()
        fifo = told.folder + '/fifo'
        os.mkfifo(fifo)
        child = subprocess.Popen(
            [PABAL, '--home', told.folder, *told.words],
            env=environment({'PABAL_TEST_STEP': f'{step}@{fifo}'}),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        timer = threading.Timer(60, child.kill)
        timer.start()
        try:
            # It waits there for each message until somebody opens.
            open_once(child, fifo)
            interrupt(child)
            open_for(child, fifo)
            text = child.communicate()[0].decode()
            sure(child.returncode == 75 and 'cancelled' in text, f'{name}: {child.returncode} {text}')
            told.check_after_fault((child.returncode, text), False)
            sure(len(told.home.stored('kim')) < len(told.all) or
                 name.startswith('export') and len(told.there()) <
                 len(told.all), f'{name}: did not stop')
            told.again()
            told.check_end()
        finally:
            timer.cancel()
            told.close()


def odd_files():
    """Cut, empty, unreadable, without line ends, with one very long line."""
    told = Story()
    told.home.account('kim', 'pop = localhost:1:plain\nsmtp = none\n')
    head = b'From: x@example.kr\nMessage-ID: <%d@odd>\n\n'
    line = b'From x@example.kr ' + DATE + b'\n'
    long = b'x' * 3000000
    cases = (
        # name, the file, messages that come of it (None: it is refused)
        ('nothing', b'', []),
        ('blank', b'\n\n', None),
        ('picture', b'\x89PNG\n\x00\n', None),
        ('from-alone', line, []),
        ('crlf', crlf(line + head % 1 + b'a\n\n' + line + head % 2 + b'b\n'),
         [crlf(head % 1 + b'a\n'), crlf(head % 2 + b'b\n')]),
        ('no-line-end', line + head % 3 + b'no end', [crlf(head % 3) + b'no end']),
        ('cut', line + head % 4 + b'a\n\n' + line + b'From: x@exa',
         [crlf(head % 4 + b'a\n'), b'From: x@exa']),
        ('zeros', line + head % 5 + b'a\x00b\n\n' + b'\x00' * 5000 + b'\n',
         [crlf(head % 5 + b'a\x00b\n\n' + b'\x00' * 5000 + b'\n')]),
        ('long', line + head % 6 + long + b'\n\n' + line + head % 7 + b'c\n',
         [crlf(head % 6 + long + b'\n'), crlf(head % 7 + b'c\n')]),
        ('length-lies', line + b'Content-Length: 99999999999999999999\n' +
         head % 8 + b'd\n\n' + line + b'Content-Length: 3\n' + head % 9 +
         b'efgh\n', [crlf(head % 8 + b'd\n'), crlf(head % 9 + b'efgh\n')]),
    )
    want = []
    try:
        for name, data, mail in cases:
            path = f'{told.folder}/odd/{name}'
            put(path, data)
            for again in (False, True):
                got = told.pabal('--json', 'import', '-a', 'kim', path)
                check_run(got)
                sure((got[0] == 0) == (mail is not None), f'{name}: {got}')
                if mail is None:
                    sure('neither a mailbox nor a message' in got[1], got[1])
                    continue
                want += [] if again else [sha(one) for one in mail]
                told_so = json.loads(got[1])
                sure(told_so['known' if again else 'imported'] == len(mail) and
                     told_so['imported' if again else 'known'] == 0,
                     f'{name}: {got[1]}')
                sure(sorted(told.home.stored('kim')) == sorted(want),
                     f'{name}: other bytes')
        told.check_index('kim')
        unreadable(told, line + head % 10 + b'x\n')
    finally:
        told.close()


def unreadable(told, data):
    """What cannot be read is said and keeps nothing else back."""
    folder = told.folder + '/some'
    count = len(told.home.stored('kim'))
    put(folder + '/a.mbox', data)
    put(folder + '/b.mbox', data.replace(b'<10@', b'<11@'))
    put(folder + '/c.mbox', data.replace(b'<10@', b'<12@'))
    put(folder + '/d/cur/1.a', data.partition(b'\n')[2].replace(b'<10@', b'<13@'))
    os.makedirs(folder + '/d/new')
    os.chmod(folder + '/b.mbox', 0)
    os.chmod(folder + '/d/new', 0)
    before = ()
    if os.getuid() == 0:  # who can read everything
        before = ('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups')
        subprocess.run(['chown', '-R', '65534:65534', told.folder], check=True)
        if shutil.which('setpriv') is None or \
                told.pabal('--version', before=before)[0] != 0:
            print('note: as root nothing is unreadable')
            return
    got = told.pabal('import', '-a', 'kim', folder, before=before)
    check_run(got)
    sure(got[0] == 74 and 'cannot open' in got[1], f'not said: {got}')
    sure(len(told.home.stored('kim')) == count + 3, f'kept back: {got}')
    os.chmod(folder + '/b.mbox', 0o600)
    os.chmod(folder + '/d/new', 0o700)
    got = told.pabal('--json', 'import', '-a', 'kim', folder)
    sure(json.loads(got[1])['imported'] == 1, f'not later: {got}')


def two_exports():
    """Of two at once into the same file one is refused; the file is whole."""
    told = BOXES['export-mbox']()
    fifo = told.folder + '/fifo'
    os.mkfifo(fifo)
    child = subprocess.Popen(
        [PABAL, '--home', told.folder, *told.words],
        env=environment({'PABAL_TEST_STEP': 'export-synced@' + fifo}),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    timer = threading.Timer(60, child.kill)
    timer.start()
    try:
        while not os.path.exists(told.to + '.part'):
            sure(child.poll() is None, 'ended early')
            time.sleep(0.01)
        got = told.tell()
        sure(got[0] == 74 and '.part' in got[1], f'not refused: {got}')
        open_once(child, fifo)
        child.communicate()
        sure(child.returncode == 0, f'ends with {child.returncode}')
        told.check_end()
    finally:
        timer.cancel()
        told.close()


def main():
    failed = 0
    tests = {name: lambda name=name: kill_everywhere(name) for name in BOXES}
    tests.update(interrupted=interrupted, odd_files=odd_files,
                 two_exports=two_exports)
    for name in sys.argv[1:] or tests:
        try:
            tests[name]()
            print(f'ok: {name}', flush=True)
        except Bad as e:
            failed += 1
            print(f'FAILED: {name}: {e}', flush=True)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
