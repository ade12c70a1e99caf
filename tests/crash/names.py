#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that are slow, broken or lead to dead addresses: an own resolver.

  names.py [NAME...]      inside name spaces of its own (see faults.py): users,
                          mounts, network; all but the long one

/etc/resolv.conf and its like are covered by files of ours, and a little name
server plays what stands in ZONE.  tests/crash/faults.py runs this.
"""

import json
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

from crash import PABAL, Bad, Fetch, Send, check_run, environment, sure

SERVFAIL, NXDOMAIN = 2, 3
A, AAAA = 1, 28
SILENCE = 30
# The status when this system does not let us make such surroundings.
NOT_HERE = 99
# name: addresses, an error, or seconds of silence before 127.0.0.1
ZONE = {
    'good.test': ['127.0.0.1'],
    'broken.test': SERVFAIL,
    'nowhere.test': NXDOMAIN,
    'silent.test': None,
    'slow.test': 4.0,
    'very-slow.test': float(SILENCE),
    'six-dead.test': ['::1', '127.0.0.1'],
    'six-without-route.test': ['2001:db9::1', '127.0.0.1'],
    'all-dead.test': ['::1', '2001:db9::1'],
}


class Names:
    """A name server on 127.0.0.1:53 (UDP; that is enough for small answers)."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(('127.0.0.1', 53))
        self.asked = []
        self.came = threading.Condition()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            query, client = self.socket.recvfrom(2000)
            threading.Thread(target=self.answer, args=(query, client),
                             daemon=True).start()

    def answer(self, query, client):
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode())
            at += 1 + query[at]
        name = '.'.join(labels).lower()
        kind = struct.unpack('>H', query[at + 1:at + 3])[0]
        with self.came:
            self.asked.append(name)
            self.came.notify_all()
        found = ZONE.get(name, NXDOMAIN)
        if found is None:
            return
        if isinstance(found, float):
            time.sleep(found)
            found = ['127.0.0.1']
        error = found if isinstance(found, int) else 0
        records = []
        for address in found if isinstance(found, list) else []:
            six = ':' in address
            if kind == (AAAA if six else A):
                data = socket.inet_pton(
                    socket.AF_INET6 if six else socket.AF_INET, address)
                records.append(b'\xc0\x0c' + struct.pack(
                    '>HHIH', kind, 1, 1, len(data)) + data)
        head = query[:2] + struct.pack('>HHHHH', 0x8580 | error, 1,
                                       len(records), 0, 0)
        self.socket.sendto(head + query[12:at + 5] + b''.join(records), client)

    def wait(self, name, wall=60):
        end = time.monotonic() + wall
        with self.came:
            while name not in self.asked:
                left = end - time.monotonic()
                sure(left > 0, f'nobody asks for {name}')
                self.came.wait(left)


class DeadSix:
    """[::1]:PORT takes no connection and says nothing: its queue is full."""

    def __init__(self, port):
        self.listener = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
        self.listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        self.listener.bind(('::1', port))
        self.listener.listen(0)
        self.held = []
        for _ in range(8):
            s = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
            s.settimeout(0.3)
            try:
                s.connect(('::1', port))
            except OSError:
                s.close()
                return
            self.held.append(s)
        raise Bad('the queue does not fill')

    def close(self):
        for s in [*self.held, self.listener]:
            s.close()


TESTS = []
NAMES = None
QUICK = {'PABAL_TEST_TIMEOUT_MS': '6000'}


def test(function):
    TESTS.append(function)
    return function


class Several(Fetch):
    """The account kim at good.test, others elsewhere, all on one server."""

    def __init__(self, *hosts):
        super().__init__(3, 'yes')
        self.home.change_account('pop = localhost', 'pop = good.test')
        for host in hosts:
            self.add(host)

    def add(self, host):
        self.home.account(host.split('.')[0],
                          f'pop = {host}:{self.server.port}:plain\n'
                          'smtp = none\nkeep = yes\n')

    def lines(self, *words, env=QUICK):
        """(status, [(second, line)], seconds) while it goes on."""
        start = time.monotonic()
        child = subprocess.Popen([PABAL, '--home', self.folder, '--json',
                                  *words], env=environment(env),
                                 stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT)
        said = []
        for line in child.stdout:
            line = line.decode(errors='replace')
            said.append((time.monotonic() - start, line))
        status = child.wait(90)
        check_run((status, ''.join(t for _, t in said)))
        return status, said, time.monotonic() - start


def of(said, account):
    """When and what was said of an account."""
    for when, line in said:
        if line.startswith('{'):
            found = json.loads(line)
            if found.get('account') == account:
                return when, found
    raise Bad(f'nothing of {account}: {said}')


@test
def others_go_on():
    story = Several('broken.test', 'nowhere.test', 'silent.test')
    try:
        NAMES.asked.clear()
        status, said, took = story.lines('fetch')
        sure(status != 0, said)
        # Both kinds of address, in both attempts of the resolver, and no more.
        asked = NAMES.asked.count('broken.test')
        sure(asked <= 4, f'asked {asked} times')
        for name, code, words in (
                ('broken', 'retry', 'no name server could tell'),
                ('nowhere', 'nohost', "no host named 'nowhere.test'"),
                ('silent', 'retry', 'could not be looked up in time')):
            _, found = of(said, name)
            sure(found['error']['code'] == code and
                 words in found['error']['text'], str(found))
        when, found = of(said, 'kim')
        sure(found['error'] is None and found['new'] == 3, str(found))
        # It did not wait for the others.
        sure(when < of(said, 'silent')[0], str(said))
        sure(len(story.home.files('kim')) == 3, 'kim')
        sure(took < 40, f'took {took:.0f} s')
    finally:
        story.close()


def slow(host, env):
    story = Several(host)
    try:
        status, said, took = story.lines('fetch', env=env)
        sure(status == 0, str(said))
        name = host.split('.')[0]
        sure(of(said, name)[1]['new'] == 3, str(said))
        sure(of(said, 'kim')[0] < of(said, name)[0], str(said))
        sure(took > ZONE[host], f'took {took:.0f} s')
    finally:
        story.close()


@test
def slow_names_are_waited_for():
    slow('slow.test', {})


def thirty_seconds():
    """Only when it is asked for."""
    slow('very-slow.test', {'PABAL_TEST_TIMEOUT_MS': '60000'})
    story = Several('very-slow.test')
    try:
        _, said, _ = story.lines('fetch')
        sure('in time' in of(said, 'very-slow')[1]['error']['text'], str(said))
    finally:
        story.close()


@test
def cancelled_while_looked_up():
    for words in (('fetch',), ('doctor',), ('account', 'test', 'silent')):
        story = Several('silent.test')
        try:
            NAMES.asked.clear()
            child = subprocess.Popen(
                [PABAL, '--home', story.folder, *words],
                env=environment({'PABAL_TEST_TIMEOUT_MS': '59000'}),
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT)
            NAMES.wait('silent.test')
            start = time.monotonic()
            child.send_signal(signal.SIGINT)
            text = child.communicate(timeout=90)[0].decode(errors='replace')
            check_run((child.returncode, text))
            sure(child.returncode == 75, f'{words}: {child.returncode} {text}')
            took = time.monotonic() - start
            sure(took < 15, f'{words}: took {took:.0f} s')
        finally:
            story.close()


@test
def dead_addresses_come_first():
    for host in ('six-dead.test', 'six-without-route.test'):
        story = Several(host)
        dead = DeadSix(story.server.port)
        try:
            status, said, took = story.lines('fetch')
            sure(status == 0, str(said))
            sure(of(said, host.split('.')[0])[1]['new'] == 3, str(said))
        finally:
            dead.close()
            story.close()


@test
def all_addresses_are_dead():
    story = Several('all-dead.test')
    dead = DeadSix(story.server.port)
    try:
        status, said, _ = story.lines('fetch')
        found = of(said, 'all-dead')[1]
        sure(found['error']['code'] == 'retry' and
             'in time' in found['error']['text'], str(found))
        sure(of(said, 'kim')[1]['new'] == 3, str(said))
    finally:
        dead.close()
        story.close()


@test
def doctor_says_so():
    story = Several(*ZONE)
    story.home.change_account('[very-slow]', '[never]')
    story.home.change_account('very-slow.test', 'good.test')
    dead = DeadSix(story.server.port)
    try:
        status, said, _ = story.lines('doctor', env={
            'PABAL_TEST_TIMEOUT_MS': '10000'})
        found = {}
        for _, line in said:
            one = json.loads(line)
            if one['server'] == 'pop3':
                found[(one['account'], one['check'])] = one
        for name, check, state, words in (
                ('good', 'dns', 'ok', ''),
                ('broken', 'dns', 'bad', 'could not be looked up'),
                ('nowhere', 'dns', 'bad', 'no host named'),
                ('silent', 'dns', 'bad', 'in time'),
                ('slow', 'dns', 'note', 'took 4 seconds'),
                ('six-dead', 'tcp', 'note', 'in time'),
                ('six-without-route', 'tcp', 'note', 'nreachable'),
                ('all-dead', 'tcp', 'bad', '')):
            one = found[(name, check)]
            sure(one['state'] == state and
                 words in (one['error'] or {'text': ''})['text'], str(one))
        one = found[('six-dead', 'tcp')]
        sure([a['ms'] is None for a in one['values']['addresses']] ==
             [True, False], str(one))
        sure('IPv6 ::1 does not answer, IPv4 127.0.0.1 answers' in one['text'],
             str(one))
        sure(found[('six-dead', 'login')]['state'] == 'ok', 'six-dead')
    finally:
        dead.close()
        story.close()


@test
def mail_waits_in_the_outbox():
    story = Send()
    try:
        story.home.change_account('smtp = localhost', 'smtp = broken.test')
        got = story.tell(env=QUICK)
        story.check_after_fault(got, False)
        sure(got[0] == 75, str(got))
        sure(story.taken and not story.kept(), 'is not in the outbox')
        story.home.change_account('smtp = broken.test', 'smtp = good.test')
        story.again()
        story.check_end()
    finally:
        story.close()


def cover(path, text):
    """Another file at path, for us alone."""
    with tempfile.NamedTemporaryFile('w', delete=False) as f:
        f.write(text)
    os.chmod(f.name, 0o644)
    subprocess.run(['mount', '--bind', f.name, path], check=True)
    os.unlink(f.name)


def set_up():
    subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)
    # Not loopback alone: the resolver asks for kinds of addresses we have.
    subprocess.run(['ip', 'addr', 'add', '192.0.2.2/32', 'dev', 'lo'],
                   check=True)
    subprocess.run(['ip', 'addr', 'add', '2001:db8::2/128', 'dev', 'lo',
                    'nodad'], check=True)
    cover('/etc/resolv.conf',
          'nameserver 127.0.0.1\noptions timeout:29 attempts:2\n')
    if os.path.exists('/etc/nsswitch.conf'):
        cover('/etc/nsswitch.conf', 'hosts: files dns\n')
    cover('/etc/hosts', '127.0.0.1 localhost\n')


def main():
    global NAMES
    try:
        set_up()
    except (subprocess.CalledProcessError, OSError) as error:
        print('not here:', error)
        return NOT_HERE
    NAMES = Names()
    failed = 0
    wanted = sys.argv[1:]
    for one in [*TESTS, thirty_seconds]:
        if one.__name__ not in (wanted or [t.__name__ for t in TESTS]):
            continue
        start = time.monotonic()
        try:
            one()
            print(f'ok: {one.__name__} {time.monotonic() - start:.1f} s',
                  flush=True)
        except Bad as error:
            failed += 1
            print(f'FAILED: {one.__name__} {error}', flush=True)
    return failed != 0


if __name__ == '__main__':
    sys.exit(main())
