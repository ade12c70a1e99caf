#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How often a fetch waits for its server, and that nothing is missed by that.

The server answers a flight of commands when all of it has come, so a client
that waits for the answer to the first of them never gets one.  What does not
change between two fetches is not looked at again; each story ends with
something that a fetch must see nevertheless.

  round_trips.py [STORY...]     $PABAL is the program, $LISTED how many mails
"""

import glob
import os
import shutil
import sys
import tempfile
import time

from hostile_parts import throw_away
from hostile_run import Failed, Home, check, check_output, is_sanitized
from hostile_server import (Hangup, Pop3, Server, letter,
                            make_certificates, mail)

LISTED = int(os.environ.get('LISTED', '500'))
PIPELINED = ['TOP', 'UIDL', 'USER', 'PIPELINING']
DAY = 86400
NOW = 1795000000
# How long a server waits for what must come; seconds.
PATIENCE = 30


class Flights(Pop3):
    """From the session on that part['from'] says, flight by flight."""

    def run(self):
        if self.number < self.part['from']:
            super().run()
            return
        try:
            if self.server.tls == 'implicit':
                self.sock = self.server.context.wrap_socket(self.sock,
                                                            server_side=True)
                self.tls = True
            self.do_greeting('')
            for flight in self.part['flights']:
                self.fly(flight)
        except (Hangup, OSError) as e:
            self.log('broken', text=str(e))
        finally:
            self.log('end')
            self.sock.close()

    def fly(self, flight):
        said = [self.read_line() for _ in flight]
        if [s.split()[0].upper() for s in said] != flight or self.buffer:
            self.log('other', said=said, more=repr(self.buffer))
            raise Hangup
        self.log('flight', verbs=flight)
        for text in said:
            if text.startswith(self.part.get('gate', 'none')):
                self.wait_at_gate()
            verb, _, argument = text.partition(' ')
            self.answer(verb.upper(), argument)

    def wait_at_gate(self):
        """The program has come to the step that it waits at: only then is it
        answered, and with the answer it goes on."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                os.close(os.open(self.part['fifo'],
                                 os.O_WRONLY | os.O_NONBLOCK))
                self.log('met')
                return
            except OSError:  # nobody is there
                time.sleep(0.01)
        raise Hangup


class Story:
    def __init__(self, kind=Pop3, n=LISTED, tls='none', certs=None, key='',
                 **part):
        self.folder = tempfile.mkdtemp(prefix='pabal-trips-')
        part.setdefault('box', mail(n))
        self.server = Server(kind, dict(part, tls=tls), certs).start()
        self.home = Home(self.folder)
        word = 'tls' if tls == 'implicit' else 'plain'
        ca = f'ca_file = {certs}/ca.pem\n' if certs else ''
        self.home.account('bad', f'pop = localhost:{self.server.port}:{word}\n'
                          'smtp = none\n' + ca + key)

    def fetch(self, *words, now=NOW, status=0, step=None):
        got = self.home.run('fetch', *words, timeout_ms=20000, step=step,
                            more={'PABAL_TEST_NOW': str(now)})
        check_output(*got, is_sanitized(), {'seconds': 90})
        check(6, got[0] == status, f'ends with {got[0]}: {got[1]}')
        return got[1]

    def wait_for_end(self, session):
        """Nobody waits for the answer to QUIT."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and not any(
                e['event'] == 'end' and e['session'] == session
                for e in self.server.log):
            time.sleep(0.01)

    def fetch_quietly(self, **more):
        """Three times: all, nothing and noted so, nothing and not looked at."""
        for _ in range(3):
            text = self.fetch(**more)
        check(2, ' 0 new' in text, text)

    def stored(self, n):
        got = len(self.home.stored('bad'))
        check(1, got == n, f'{got} stored, not {n}')

    def left(self, n):
        check(1, len(self.server.box) == n,
              f'{len(self.server.box)} left on the server, not {n}')

    def close(self):
        self.server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def fly(capabilities, flights, new=0, step=None, **more):
    """Two fetches as they come, then one in just these flights."""
    story = Story(Flights, capabilities=capabilities, flights=flights,
                  **{'from': 3}, **more)
    try:
        if step:
            fifo = story.folder + '/fifo'
            os.mkfifo(fifo)
            story.server.part['fifo'] = fifo
            step += '@' + fifo
        story.fetch()
        story.fetch()
        story.server.box = story.server.box + [
            (f'new-{i}', letter(90000 + i)) for i in range(new)]
        text = story.fetch(step=step)
        story.wait_for_end(3)
        flown = [e['verbs'] for e in story.server.log
                 if e['event'] == 'flight']
        check(5, flown == flights, f'flown: {flown}; {story.server.log[-4:]}')
        check(2, f' {new} new' in text, text)
        check(5, not step or any(e['event'] == 'met'
                                 for e in story.server.log), 'no gate')
        story.stored(LISTED + new)
    finally:
        story.close()


LOGIN = [['CAPA'], ['USER', 'PASS'], ['STAT', 'UIDL', 'LIST']]
SLOW_LOGIN = [['CAPA'], ['USER'], ['PASS'], ['UIDL'], ['LIST']]
SLOW = ['TOP', 'UIDL', 'USER']


def nothing_new(_):
    """With the connection: five round trips, and not one more for QUIT."""
    fly(PIPELINED, LOGIN + [['QUIT']])


def nothing_new_tls(certs):
    fly(PIPELINED, LOGIN + [['QUIT']], tls='implicit', certs=certs)


def nothing_new_slow(_):
    fly(SLOW, SLOW_LOGIN + [['QUIT']])


def two_new(_):
    fly(PIPELINED, LOGIN + [['RETR', 'RETR', 'UIDL'], ['QUIT']], new=2)


def two_new_slow(_):
    """Without PIPELINING: one more than RFC 1939 asks for, which tells that the
    numbers are those that were listed; neither STAT nor a wait for QUIT."""
    fly(SLOW, SLOW_LOGIN + [['RETR'], ['RETR'], ['UIDL'], ['QUIT']], new=2)


def many_new_slow(_):
    """It is asked ever more rarely."""
    flights = []
    for n in (50, 100, 10):
        flights += [['RETR']] * n + [['UIDL']]
    fly(SLOW, SLOW_LOGIN + flights + [['QUIT']], new=160)


def synced_while_waiting(_):
    """That one is answered when the mail is on its way to disk."""
    fly(SLOW, SLOW_LOGIN + [['RETR'], ['RETR'], ['UIDL'], ['QUIT']], new=2,
        step='syncing', gate='UIDL ')


def listed_while_opening(_):
    """The store is opened when the listing has been asked for."""
    fly(SLOW, SLOW_LOGIN + [['QUIT']], step='opening', gate='LIST')


# What does not change is not looked at, and nothing is missed by that.

def story(**more):
    return Story(n=6, capabilities=PIPELINED, **more)


def then_new(s):
    s.fetch_quietly()
    s.server.box = s.server.box + [('more', letter(90000))]
    s.fetch()
    s.stored(7)
    s.fetch_quietly()


def then_another_size(s):
    """The server gives the name of a mail to another one."""
    s.fetch_quietly()
    s.server.box = [('uid-1', letter(90001, b'Longer than it was.\r\n' * 9)),
                    *s.server.box[1:]]
    s.fetch()
    s.stored(7)


def then_delete(s):
    """The account wants another thing of its server."""
    s.fetch_quietly()
    s.home.change_account('keep = yes', 'keep = no')
    s.fetch()
    s.left(0)
    s.stored(6)


def then_thrown_away(s):
    """Deleted here, deleted there."""
    s.fetch_quietly()
    throw_away(2)(s.home, s.server)
    s.fetch()
    s.left(5)


def then_due(s):
    """Time alone makes them due."""
    s.fetch_quietly()
    s.fetch(now=NOW + 9 * DAY)
    s.left(6)
    s.fetch(now=NOW + 10 * DAY)
    s.left(0)
    s.stored(6)


def then_lost(s):
    """Another program took the file away."""
    s.fetch_quietly()
    for path in s.home.files('bad')[:2]:
        os.unlink(path)
    s.home.rows('bad')
    text = s.fetch()
    check(6, '2 messages on the server were fetched' in text, text)
    s.fetch('--missing')
    s.stored(6)


def then_index_lost(s):
    s.fetch_quietly()
    for path in glob.glob(s.folder + '/data/pabal.db*'):
        os.unlink(path)
    s.fetch()
    s.stored(6)


def then_killed(s):
    """A fetch that ends before its mail is safe leaves no word of it."""
    s.fetch_quietly()
    s.server.box = s.server.box + [('more', letter(90000))]
    s.home.run('fetch', step='renamed', timeout_ms=20000)
    s.fetch()
    s.stored(7)


FLIGHTS = {f.__name__.replace('_', '-'): f for f in (
    nothing_new, nothing_new_tls, nothing_new_slow, two_new, two_new_slow,
    many_new_slow,    synced_while_waiting, listed_while_opening)}
STORIES = {
    'then-new': (then_new, {}),
    'then-another-size': (then_another_size, {}),
    'then-delete': (then_delete, {'key': 'keep = yes\n'}),
    'then-thrown-away': (then_thrown_away, {'key': 'keep = here\n'}),
    'then-due': (then_due, {'key': 'keep = 10\n'}),
    'then-lost': (then_lost, {}),
    'then-index-lost': (then_index_lost, {}),
    'then-killed': (then_killed, {}),
}


def tell(play, more):
    s = story(**more)
    try:
        play(s)
    finally:
        s.close()


def main():
    names = sys.argv[1:] or [*FLIGHTS, *STORIES]
    certs = tempfile.mkdtemp(prefix='pabal-trips-certs-')
    make_certificates(certs)
    failed = 0
    for name in names:
        try:
            if name in FLIGHTS:
                FLIGHTS[name](certs)
            else:
                tell(*STORIES[name])
            print('ok:', name, flush=True)
        except Failed as e:
            failed += 1
            print(f'FAILED: {name}\n    ' + str(e).replace('\n', '\n    '),
                  flush=True)
    shutil.rmtree(certs, ignore_errors=True)
    print(f'{len(names) - failed} passed, {failed} failed')
    sys.exit(failed != 0)


if __name__ == '__main__':
    main()
