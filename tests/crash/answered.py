#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server answers for some of the mails and then says nothing; pabal is killed.

  answered.py           as make check has it
  answered.py --all     at every step, with every way of sending

Whatever pabal had heard is known to the next start: those mails came exactly once
and are in Sent.  The others come at most twice, under the same Message-ID, and
those that may come twice are said to be in doubt.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time

from crash import (PABAL, Bad, SendMany, check_run, environment, leave_out,
                   sure)
from hostile_server import DEFAULT, Hangup

MAILS = 6
ANSWERED = 3
BASE = ['SIZE 10000000', '8BITMIME', 'AUTH PLAIN LOGIN']
WAYS = {
    'chunks': [*BASE, 'PIPELINING', 'CHUNKING'],
    'pipelined': [*BASE, 'PIPELINING'],
    'steps': BASE,
}
SENDING = 2  # the state of a row


class Answered(SendMany):
    count = MAILS

    def __init__(self, way):
        self.extensions = WAYS[way]
        self.silent = True
        super().__init__()
        self.server.part['BDAT'] = self.on_text
        self.server.part['DATA'] = self.on_text

    def on_text(self, s, argument):
        """Take the text; for the one after the last answered say nothing."""
        last = argument == '' or argument.endswith(' LAST')
        kept = len([e for e in self.server.log if e['event'] == 'kept'])
        if not self.silent or not last or kept < ANSWERED:
            return DEFAULT
        if argument:
            s.keep(s.chunks + s.read_chunk(argument)[0], stuffed=False)
        else:
            s.line('354 go on')
            s.keep(s.read_text())
        s.log('silent')
        while s.sock.recv(65536):
            pass
        raise Hangup

    def start(self, step):
        env = dict(environment(), PABAL_TEST_STEP=step)
        return subprocess.Popen(
            [PABAL, '--home', self.folder, 'outbox', 'retry', 'all'], env=env,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def silences(self):
        return len([e for e in self.server.log if e['event'] == 'silent'])

    def killed(self, step, settled):
        """Send until that step, or until all that was heard is settled."""
        before = self.silences()
        child = self.start(step)
        end = time.monotonic() + 60
        quiet = None
        while child.poll() is None and time.monotonic() < end:
            time.sleep(0.01)
            if self.silences() > before and settled():
                # It has nothing to do any more but to wait.
                quiet = quiet or time.monotonic()
                if time.monotonic() > quiet + 1:
                    break
        child.kill()
        text = child.communicate()[0].decode('utf-8', 'backslashreplace')
        check_run((child.returncode, text), killed_ok=True)
        sure(child.returncode == -signal.SIGKILL,
             f'ended with {child.returncode}: {text}')
        self.server.wait_until_quiet()

    def settled(self):
        return len(self.ask('SELECT id FROM outbox')) <= MAILS - ANSWERED

    def noted(self):
        """Rows of which the journal says what became of them."""
        try:
            with open(self.folder + '/data/outbox/journal', 'rb') as f:
                data = f.read()
        except FileNotFoundError:
            return set()
        return {int.from_bytes(m[1], 'little') for m in
                re.finditer(rb'pbj1.{12}\x03(.{8})', data, re.S)}

    def look(self):
        """What is known on the disk after a kill."""
        self.in_doubt |= self.doubted()
        rows = self.ask('SELECT id, subject, state FROM outbox')
        noted = self.noted()
        self.open_rows |= {name for i, name, state in rows
                          if state == SENDING and i not in noted}
        self.known |= {str(i) for i in range(MAILS)} - {n for _, n, _ in rows}
        self.known |= {name for i, name, state in rows
                       if i in noted and state == SENDING}
        self.first = self.kept()

    def doubted(self):
        return {name for name, text in
                self.ask('SELECT subject, error FROM outbox WHERE state = 6')
                if 'perhaps it was sent' in text}

    def again(self):
        """The next start, and one by hand for what was in doubt."""
        self.silent = False
        got = self.pabal('outbox', 'retry', 'all')
        check_run(got)
        self.in_doubt |= self.doubted()
        super().again()

    def check_end(self):
        super().check_end()
        kept = self.kept()
        for name, times in kept.items():
            sure(times == 1 or name in self.in_doubt,
                 f'{name} came {times} times, and nobody said so')
            sure(times == 1 or name not in self.known,
                 f'{name} was answered and came {times} times')
        sure(self.in_doubt <= self.open_rows, f'{self.in_doubt} are in doubt,'
             f' nothing is known of {self.open_rows}')
        sure(not os.path.exists(self.folder + '/data/outbox/journal'),
             'the journal is left')


class Template:
    """A home with its mails, made once for each way."""

    def __init__(self, way):
        self.way = way
        self.story = Answered(way)

    def play(self, step, then=None, known=None):
        """Killed at step, perhaps once more at then, and told to the end.
        True: the second kill came."""
        story = Answered.__new__(Answered)
        story.__dict__.update(self.story.__dict__)
        story.folder = self.story.folder + '-copy'
        shutil.copytree(self.story.folder, story.folder)
        story.home.folder = story.folder
        story.silent = True
        story.open_rows, story.known, story.in_doubt = set(), set(), set()
        story.server.log.clear()
        story.server.part['BDAT'] = story.server.part['DATA'] = story.on_text
        again = False
        try:
            story.killed(step, story.settled)
            story.look()
            sure(known is None or len(story.known) >= known,
                 f'{len(story.known)} of {known} answers are known')
            if then:
                story.silent = False
                child = story.start(str(then))
                child.communicate()
                again = child.returncode == -signal.SIGKILL
                story.server.wait_until_quiet()
                story.look()
            story.again()
            story.check_end()
        except Bad as e:
            raise Bad(f'{self.way}, killed at {step}'
                      f'{f" and {then}" if then else ""}: {e}') from e
        finally:
            story.home.folder = self.story.folder
            shutil.rmtree(story.folder)
        return again


def steps_of(template):
    """The steps up to the silence."""
    path = template.story.folder + '/steps'
    template.play('count:' + path)
    with open(path) as f:
        return f.read().split('\n')[:-1]


def sweep(way, every):
    template = Template(way)
    try:
        names = steps_of(template)
        sure(names.count('outbox noted') >= ANSWERED, f'steps: {names}')
        # At the n-th answer: noted, or read and nothing else.
        for n in range(1, ANSWERED + 1):
            template.play(f'outbox noted#{n}', known=n)
            template.play(f'send-answered#{n}', known=n - 1)
        for n in range(1, len(names) + 1, every):
            template.play(str(n))
        # The next start is killed, too.
        n = 1
        while template.play(f'outbox noted#{ANSWERED}', then=n):
            n += every
        print(f'ok: {way}, {len(names)} steps, and {n} of the next start',
              flush=True)
    finally:
        template.story.close()


def main():
    if not os.path.exists(PABAL):
        leave_out(PABAL + ' is not built')
    all_steps = '--all' in sys.argv[1:]
    failed = 0
    for way in WAYS:
        try:
            sweep(way, 1 if all_steps else 5)
        except Bad as e:
            print(f'FAILED: {e}', flush=True)
            failed += 1
    print(f'{len(WAYS) - failed} passed, {failed} failed')
    sys.exit(failed != 0)


if __name__ == '__main__':
    main()
