#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of the surroundings, one test each; FAULTS says which number is where.

  faults.py [NAME...]      those whose names begin so, or all but the long ones
  faults.py --all          the long ones, too (a minute more)
"""

import concurrent.futures
import fcntl
import glob
import os
import pty
import resource
import select
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time

from crash import (HERE, PABAL, REPORT, Bad, Fetch, Send, Upgrade, build_fault,
                   check_run, environment, kept_versions, letter, run, sha,
                   sure, whole)
from hostile_server import DEFAULT, Pop3, say
from serve import GONE, Serve, Served, enter, poplib, read, subject, uidls

SANITIZED = b'__asan_init' in open(PABAL, 'rb').read()
TESTS = {}
LIBRARY = None


class LeaveOut(Exception):
    """Cannot be done here, and why."""


def without(program):
    """It is missing: a failure where nothing may be skipped."""
    raise (Bad if os.environ.get('PABAL_CI') else LeaveOut)(
        program + ' is not installed')


def test(function):
    TESTS[function.__name__] = function
    return function


def told(story, status, words='', killed=False, **how):
    """Tell the story with a fault: the status and what is said."""
    got = story.tell(**how)
    story.check_after_fault(got, killed)
    if status is not None:
        sure(got[0] == status, f'status {got[0]}, not {status}: {got[1]}')
    sure(words in got[1], f'does not say "{words}": {got[1]}')
    return got


def well_again(story):
    story.again()
    story.check_end()


def limited(what, value):
    """Words to put before a program that gets less of something."""
    number = getattr(resource, 'RLIMIT_' + what)
    return [sys.executable, '-c', 'import os, resource, sys;'
            f'resource.setrlimit({int(number)}, ({value}, {value}));'
            'os.execv(sys.argv[1], sys.argv[1:])']


def spaces(*options):
    """Words to put before a program in name spaces of its own."""
    before = ['unshare', '-r', *options]
    if shutil.which('unshare') is None or subprocess.run(
            [*before, 'true'], stderr=subprocess.DEVNULL).returncode != 0:
        raise LeaveOut('no name spaces here')
    return before


def unwritable(story, how):
    return {'LD_PRELOAD': LIBRARY, 'FAULT_AT': '1', 'FAULT_ON': '1',
            'FAULT_DO': how, 'FAULT_BELOW': story.folder, 'FAULT_FILES': '1',
            'FAULT_CALLS': 'mkdir,write,pwrite64,ftruncate' +
            (',openw,create,rename,unlink' if how != 'ENOSPC' else '')}


# ---- reading where nothing can be written ----

def reads(story, env=(), before=()):
    """Everything that only reads works, and says that nothing is kept."""
    for words, there in ((('list',), 'letter 3'), (('show', '1'), 'Subject:'),
                         (('search', 'letter'), 'letter 2'),
                         (('outbox', 'list'), '')):
        got = story.pabal(*words, env=env, before=before)
        check_run(got)
        sure(got[0] == 0, f'{words}: {got}')
        sure(there in got[1], f'{words}: {got}')
        sure('nothing will be kept' in got[1], f'{words}: {got}')


def only_read(how, says):
    story = Fetch(3, 'yes')
    try:
        sure(story.tell()[0] == 0, 'fetch')
        env = unwritable(story, how)
        reads(story, env)
        sure(story.pabal('search', 'letter')[0] == 0, 'search')
        reads(story, env)
        # a new index would be no help, and cannot be written either
        got = story.pabal('doctor', env=env)
        sure(got[0] == 74 and 'make room there' in got[1] and
             'pabal index' not in got[1], f'doctor: {got}')
        before = len(story.commands('PASS'))
        got = told(story, 74, says, env=env)
        sure(len(story.commands('PASS')) == before, 'logged in')
        sure('new' not in got[1], got[1])
        well_again(story)
        got = story.pabal('list')
        sure('nothing will be kept' not in got[1], got[1])
    finally:
        story.close()


@test
def read_only_store():
    only_read('EROFS', 'ead-only file system')


@test
def store_of_another_owner():
    only_read('EACCES', 'ermission denied')


@test
def reading_on_a_full_disk():
    only_read('ENOSPC', 'disk is full')


@test
def store_mounted_read_only():
    """The same with a real mount."""
    before = spaces('-m')
    story = Fetch(3, 'yes')
    try:
        sure(story.tell()[0] == 0, 'fetch')
        mount = [*before, 'sh', '-c', f'mount --bind {story.folder}'
                 f' {story.folder} && mount -o remount,bind,ro'
                 f' {story.folder} || exit 99; exec "$@"', '-']
        if story.pabal('list', before=mount)[0] == 99:
            raise LeaveOut('nothing can be mounted here')
        reads(story, before=mount)
        told(story, 74, 'ead-only file system', before=mount)
        well_again(story)
    finally:
        story.close()


@test
def index_left_by_a_kill_is_read():
    """Where a journal waits its transactions are seen, too."""
    story = Fetch(3, 'yes')
    try:
        got = story.tell(env={'PABAL_TEST_STEP': 'fetch-quit'})
        sure(got[0] == -signal.SIGKILL, str(got))
        sure(os.path.getsize(story.database() + '-wal') > 0, 'no journal')
        reads(story, unwritable(story, 'EROFS'))
        well_again(story)
    finally:
        story.close()


# ---- disks that are full, files that may not grow ----

def on_a_small_disk(options, larger, n, keep='no'):
    """Too little room for n messages, then more."""
    before = spaces('-m')
    story = Fetch(n, keep)
    try:
        script = (f'mkdir -p {story.folder}/data && mount -t tmpfs -o '
                  f'{options} none {story.folder}/data || exit 99\n'
                  '"$@"; echo "status $?"; "$1" "$2" "$3" list >&2;'
                  'echo "reads $?"\n'
                  f'mount -o remount,{larger} none {story.folder}/data\n'
                  '"$@"; echo "then $?"; "$@"; echo "and $?"\n'
                  f'mkdir {story.folder}/kept; cp -a {story.folder}/data/.'
                  f' {story.folder}/kept\n')
        got = story.tell(before=[*before, 'sh', '-c', script, '-'])
        check_run(got)
        if got[0] == 99:
            raise LeaveOut('nothing can be mounted here')
        sure('status 74' in got[1], got[1])
        sure('then 0' in got[1] and 'and 0' in got[1], got[1])
        shutil.rmtree(story.folder + '/data')
        os.rename(story.folder + '/kept', story.folder + '/data')
        story.check_end()
        return got
    finally:
        story.close()


@test
def full_disk():
    got = on_a_small_disk('size=700k', 'size=30m', 20)
    sure('reads 0' in got[1], got[1])


@test
def no_inodes_left():
    got = on_a_small_disk('size=30m,nr_inodes=40', 'nr_inodes=1000', 30)
    sure('reads 0' in got[1] or 'No space' in got[1], got[1])


@test
def files_may_not_grow():
    for size in (0, 100, 1000, 5000, 20000, 60000, 200000):
        story = Fetch(6, 'no')
        try:
            told(story, None, before=limited('FSIZE', size))
            well_again(story)
        finally:
            story.close()


@test
def few_descriptors():
    for n in (*range(4, 20, 3), *range(20, 60, 7)):
        story = Fetch(6, 'no')
        try:
            told(story, None, before=limited('NOFILE', n))
            well_again(story)
        finally:
            story.close()


@test
def little_memory():
    """A message of 100 MB with less memory than it has."""
    if SANITIZED:
        raise LeaveOut('the sanitizer takes all the memory there is')
    story = Fetch(2, 'no')
    try:
        large = letter(9, b'0123456789abcdef' * 4 + b'\r\n')
        large += (b'0123456789abcdef' * 4 + b'\r\n') * (100 << 20 >> 6)
        story.mail[1] = ('large', large)
        story.server.box = list(story.mail)
        story.all = sorted(sha(whole(data)) for _, data in story.mail)
        told(story, None, before=limited('AS', 300 << 20), wall=200)
        for limit in (60 << 20, 100 << 20, 160 << 20):
            got = story.tell(before=limited('AS', limit))
            sure(got[0] is not None and got[0] not in (-11, -6), str(got))
        well_again(story)
    finally:
        story.close()


# ---- the store ----

@test
def folders_are_missing():
    """Of other programs, or of the user."""
    for gone in ('kim/Inbox/new', 'kim/Inbox/tmp', 'kim/Inbox', 'kim', ''):
        story = Fetch(3, 'yes')
        try:
            part, story.server.box = story.server.box[2:], story.server.box[:2]
            sure(story.tell()[0] == 0, 'fetch')
            missing = gone in ('kim/Inbox', 'kim', '', 'kim/Inbox/new')
            shutil.rmtree(f'{story.folder}/data/mail/{gone}')
            got = story.pabal('list')
            check_run(got)
            story.server.box = story.server.box + part
            got = story.tell()
            check_run(got)
            sure(got[0] == 0, f'{gone}: {got}')
            sure(len(story.home.files('kim')) == (1 if missing else 3),
                 f'{gone}: {story.home.files("kim")}')
            story.check_index('kim')
        finally:
            story.close()


def hold(story, seconds, ready):
    """Another program has the index for itself."""
    box = sqlite3.connect(story.database(), isolation_level=None)
    box.execute('BEGIN EXCLUSIVE')
    ready.set()
    time.sleep(seconds)
    box.execute('ROLLBACK')
    box.close()


def while_held(seconds):
    story = Fetch(4, 'no')
    part, story.server.box = story.server.box, []
    sure(story.tell()[0] == 0, 'fetch')
    story.server.box = part
    ready = threading.Event()
    holder = threading.Thread(target=hold, args=(story, seconds, ready))
    holder.start()
    ready.wait()
    return story, holder


@test
def index_is_locked_for_a_while():
    story, holder = while_held(3)
    try:
        told(story, 0)
        holder.join()
        well_again(story)
    finally:
        story.close()


@test
def index_is_locked():
    story, holder = while_held(45)
    try:
        got = told(story, 75, 'in use by another program')
        sure(not story.commands('DELE'), got[1])
        holder.join()
        well_again(story)
    finally:
        story.close()


def spoil(path, where, what):
    with open(path, 'r+b') as f:
        f.seek(where)
        f.write(what)


def damaged(spoil_it, n=4):
    """fetch and list say so and delete nothing; index mends it."""
    story = Fetch(n, 'yes')
    try:
        sure(story.tell()[0] == 0, 'fetch')
        spoil_it(story.database())
        story.keep = 'no'
        accounts = story.folder + '/config/accounts'
        with open(accounts) as f:
            text = f.read()
        with open(accounts, 'w') as f:
            f.write(text.replace('keep = yes', 'keep = no'))
        got = story.tell()
        check_run(got)
        sure(got[0] == 74 and 'damaged' in got[1], str(got))
        sure(not story.commands('DELE'), 'deleted')
        got = story.pabal('index')
        check_run(got)
        sure(got[0] == 0, str(got))
        retrieved = len(story.commands('RETR'))
        well_again(story)
        sure(len(story.commands('RETR')) == retrieved,
             'fetched again: the copy of the UIDLs was not taken')
    finally:
        story.close()


@test
def index_is_noise():
    damaged(lambda path: spoil(path, 0, os.urandom(65536)))


@test
def index_has_no_head():
    damaged(lambda path: spoil(path, 0, b'\0' * 100))


@test
def index_has_noise_inside():
    """Wherever the noise is: nothing is lost, and index mends it."""
    for page in range(1, 44, 6):
        story = Fetch(4, 'yes')
        try:
            sure(story.tell()[0] == 0, 'fetch')
            size = os.path.getsize(story.database())
            if (page + 1) * 4096 > size:
                continue
            spoil(story.database(), page * 4096, b'\xa5' * 4096)
            got = story.tell()
            check_run(got)
            sure(sorted(story.home.stored('kim')) == story.all,
                 f'page {page}: files are missing')
            got = story.pabal('index')
            check_run(got)
            sure(got[0] == 0, f'page {page}: {got}')
            well_again(story)
        finally:
            story.close()


@test
def index_is_empty():
    def cut(path):
        os.truncate(path, 0)
    story = Fetch(4, 'yes')
    try:
        sure(story.tell()[0] == 0, 'fetch')
        cut(story.database())
        sure(story.pabal('list')[0] == 0, 'list')
        well_again(story)
        sure(len(story.commands('RETR')) == 4, 'fetched again')
    finally:
        story.close()


@test
def unsent_mail_outlives_the_index():
    """What waited in the outbox becomes a draft."""
    story = Send({'greeting': say('421 4.3.2 later')})
    try:
        got = story.tell()
        check_run(got)
        sure(got[0] == 75 and story.waiting() == 1, str(got))
        old = glob.glob(story.folder + '/data/outbox/*.pabal')
        sure(len(old) == 1, str(old))
        spoil(story.database(), 0, os.urandom(65536))
        later = {'PABAL_TEST_NOW': str(int(time.time()) + 7200)}
        got = story.pabal('index', env=later)
        check_run(got)
        sure(got[0] == 0, str(got))
        drafts = [f for f in story.home.files('kim') if '/Drafts/' in f]
        sure(len(drafts) == 1, f'{len(drafts)} drafts')
        with open(drafts[0], 'rb') as f:
            sure(b'lee@example.kr' in f.read(), 'another text')
        sure(not os.path.exists(old[0]), 'is in the outbox, too')
        story.check_index('kim')
    finally:
        story.close()


@test
def journal_is_cut_or_noise():
    """What a crash left of the journal, whole or not."""
    for change in ((lambda p: os.truncate(p, os.path.getsize(p) // 2)),
                   (lambda p: os.truncate(p, 100)),
                   (lambda p: os.truncate(p, 0)),
                   (lambda p: spoil(p, 4096, os.urandom(4096))),
                   (lambda p: spoil(p, 0, os.urandom(32)))):
        story = Fetch(4, 'yes')
        try:
            got = story.tell(env={'PABAL_TEST_STEP': 'fetch-quit'})
            sure(got[0] == -signal.SIGKILL, str(got))
            change(story.database() + '-wal')
            well_again(story)
        finally:
            story.close()


@test
def index_of_an_older_version():
    """Each version there ever was."""
    sure(kept_versions()[0] == 1, 'the first version is not kept')
    for version in kept_versions():
        story = Upgrade(version)
        try:
            got = story.pabal('list', '-n', '100')
            check_run(got)
            sure(got[0] == 0 and got[1].count('letter') == 5,
                 f'version {version}: {got}')
            well_again(story)
            sure(story.ask('PRAGMA user_version') ==
                 [(kept_versions()[-1],)],
                 f'make_schema.py was not run: {story.ask("PRAGMA user_version")}')
        finally:
            story.close()


@test
def index_of_a_newer_version():
    story = Fetch(4, 'no')
    try:
        part, story.server.box = story.server.box, []
        sure(story.tell()[0] == 0, 'fetch')
        story.server.box = part
        story.ask('PRAGMA user_version = 99')
        box = sqlite3.connect(story.database())
        box.execute('PRAGMA user_version = 99')
        box.close()
        for words in (('fetch',), ('list',), ('index',)):
            got = story.pabal(*words)
            check_run(got)
            sure(got[0] == 78 and 'newer' in got[1], str(got))
        sure(not story.commands('DELE'), 'deleted')
        sure(story.ask('PRAGMA user_version') == [(99,)], 'was changed')
    finally:
        story.close()


# ---- processes ----

def pausing(verb, seconds):
    """A server that is slow at one command; the event: it came."""
    came = threading.Event()

    def play(session, argument):
        if not came.is_set():
            came.set()
            time.sleep(seconds)
        return DEFAULT
    return {verb: play}, came


QUICK = {'PABAL_TEST_TIMEOUT_MS': '4000'}


def start(story, *words, env=()):
    return subprocess.Popen([PABAL, '--home', story.folder, *words],
                            env=environment(env), stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def finish(child):
    text = child.communicate(timeout=90)[0].decode(errors='replace')
    check_run((child.returncode, text), killed_ok=True)
    return child.returncode, text


@test
def two_at_once():
    part, came = pausing('RETR', 1)
    story = Fetch(5, 'no', part)
    try:
        first = start(story, 'fetch')
        came.wait(60)
        told(story, None)
        got = story.tell()
        check_run(got)
        sure(got[0] == 75 and 'already' in got[1] or
             first.poll() is not None, str(got))
        sure(finish(first)[0] == 0, 'the first one')
        well_again(story)
    finally:
        story.close()


@test
def holder_is_killed():
    part, came = pausing('RETR', 2)
    story = Fetch(5, 'no', part)
    try:
        first = start(story, 'fetch')
        came.wait(60)
        first.kill()
        finish(first)
        well_again(story)
    finally:
        story.close()


def signalled(number, verb):
    """The signal comes when the server has got a command."""
    child = []
    came = threading.Event()

    def play(session, argument):
        # Once: a second one means that the program is to end at once.
        if session.number == 1 and not came.is_set():
            came.set()
            for _ in range(100):
                if child:
                    break
                time.sleep(0.05)
            os.kill(child[0].pid, number)
            time.sleep(0.1)
            if number == signal.SIGTSTP:
                os.kill(child[0].pid, signal.SIGCONT)
        return DEFAULT

    part = {verb: play}
    if verb == 'STAT':  # asked where it costs no round trip
        part['capabilities'] = [*Pop3.capabilities, 'PIPELINING']
    story = Fetch(5, 'no', part)
    try:
        child.append(start(story, 'fetch'))
        got = finish(child[0])
        sure(came.is_set(), f'{verb} was never asked')
        story.check_after_fault(got, True)
        if number in (signal.SIGWINCH, signal.SIGTSTP):
            sure(got[0] == 0, f'{signal.Signals(number).name} at {verb}: {got}')
        well_again(story)
    except Bad as e:
        raise Bad(f'{signal.Signals(number).name} at {verb}: {e}')
    finally:
        story.close()


SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGWINCH,
           signal.SIGTSTP, signal.SIGPIPE)


@test
def signals():
    for number in SIGNALS:
        for verb in ('RETR', 'DELE'):
            signalled(number, verb)


@test
def signals_in_every_phase():
    for number in SIGNALS:
        for verb in ('greeting', 'CAPA', 'USER', 'PASS', 'STAT', 'UIDL',
                     'QUIT'):
            signalled(number, verb)


@test
def asleep_for_a_while():
    """The machine sleeps, the server hangs up meanwhile."""
    for verb in ('PASS', 'UIDL', 'RETR', 'DELE'):
        came = threading.Event()
        child = []

        def play(session, argument):
            if session.number != 1 or came.is_set():
                return DEFAULT
            came.set()
            os.kill(child[0].pid, signal.SIGSTOP)
            time.sleep(1)
            session.reset()
            return None

        story = Fetch(5, 'no', {verb: play})
        try:
            child.append(start(story, 'fetch', env=QUICK))
            came.wait(60)
            time.sleep(6)  # longer than a server may be silent
            os.kill(child[0].pid, signal.SIGCONT)
            got = finish(child[0])
            story.check_after_fault(got, False)
            sure(got[0] in (0, 75), f'{verb}: {got}')
            well_again(story)
        finally:
            story.close()


# ---- clocks ----

@test
def clock_jumps():
    faketime = glob.glob('/usr/lib/*/faketime/libfaketime.so.1') + \
        glob.glob('/usr/lib*/faketime/libfaketime.so.1')
    if not faketime:
        without('faketime')
    story = Fetch(12, 'yes')
    box, story.server.box = story.server.box, []
    try:
        for i, when in enumerate((
                '@2026-03-04 12:00:00', '@2038-01-19 03:14:06', '-3d',
                '@2026-10-25 02:59:59', '@2001-01-01 00:00:00', '+0')):
            story.server.box = box[:2 * i + 2]
            env = {'LD_PRELOAD': faketime[0], 'FAKETIME': when,
                   'TZ': 'Europe/Berlin', 'FAKETIME_DONT_FAKE_MONOTONIC': '1'}
            got = story.tell(env=env)
            check_run(got)
            sure(got[0] == 0, f'{when}: {got}')
            sure(len(story.home.files('kim')) == 2 * i + 2,
                 f'{when}: {len(story.home.files("kim"))} files;'
                 f' said: {got[1]}')
            got = story.pabal('list', '-n', '100', env=env)
            check_run(got)
            sure(got[1].count('letter') == 2 * i + 2, f'{when}: {got}')
        # The clock runs a day a second while it fetches.
        story.check_end()
        fast = Fetch(5, 'no')
        try:
            told(fast, None, env=dict(env, FAKETIME='+0 x86400'))
            well_again(fast)
        finally:
            fast.close()
    finally:
        story.close()


# ---- the network ----

@test
def names_that_do_not_exist():
    """The other accounts go on."""
    story = Fetch(3, 'no')
    try:
        story.home.account('lost', 'pop = nowhere.invalid:110:plain\n'
                           'smtp = none\n')
        got = story.tell()
        check_run(got)
        sure(got[0] != 0 and 'nowhere.invalid' in got[1], str(got))
        sure(len(story.home.files('kim')) == 3, 'the other account')
    finally:
        story.close()


def inside_names(*more):
    if shutil.which('ip') is None:
        without('ip')
    before = spaces('-m', '-n')
    done = subprocess.run(
        [*before, sys.executable, os.path.join(HERE, 'names.py'), *more],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode == 99:
        raise LeaveOut(done.stdout.decode(errors='replace').strip())
    sure(done.returncode == 0, done.stdout.decode(errors='replace')[-2000:])


@test
def names_of_an_own_resolver():
    """Slow, broken, silent, dead addresses first."""
    inside_names()


@test
def names_that_take_thirty_seconds():
    inside_names('thirty_seconds')


def inside_network(verb):
    """In a name space with a network of its own."""
    down = ['ip', 'link', 'set', 'lo', 'down']
    up = ['ip', 'link', 'set', 'lo', 'up']
    subprocess.run(up, check=True)
    part, came = pausing(verb, 3)
    story = Fetch(5, 'no', part)
    try:
        child = start(story, 'fetch', env=QUICK)
        came.wait(60)
        subprocess.run(down, check=True)
        got = finish(child)
        story.check_after_fault(got, False)
        sure(got[0] == 75, f'{verb}: {got}')
        got = story.tell(env=QUICK)
        check_run(got)
        sure(got[0] in (69, 75), f'without a network: {got}')
        subprocess.run(up, check=True)
        well_again(story)
    finally:
        story.close()


@test
def network_goes_away():
    if shutil.which('ip') is None:
        without('ip')
    before = spaces('-n')
    done = subprocess.run(
        [*before, sys.executable, os.path.join(HERE, 'faults.py'),
         '--inside', 'PASS', 'RETR', 'DELE'], stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT)
    sure(done.returncode == 0, done.stdout.decode(errors='replace')[-2000:])


# ---- races with the server, and restored backups ----

@test
def same_account_twice():
    story = Fetch(4, 'yes')
    try:
        story.home.account('lee', f'pop = localhost:{story.server.port}:plain\n'
                           'smtp = none\nkeep = yes\n')
        well_again_of_two(story)
    finally:
        story.close()


def well_again_of_two(story):
    for _ in range(2):
        sure(story.tell()[0] == 0, 'fetch')
    for name in ('kim', 'lee'):
        sure(sorted(story.home.stored(name)) == story.all, name)
    rows = story.ask('SELECT count(*) FROM message WHERE twin = 0')
    sure(rows == [(4,)], f'shown: {rows}')


@test
def server_deletes_by_itself():
    """What the server expires after RETR stays here."""
    def play(session, argument):
        session.marked.update(range(len(session.box())))
        session.drop_marked()
        session.line('+OK bye')
    story = Fetch(4, 'yes', {'QUIT': play})
    try:
        for _ in range(2):
            sure(story.tell()[0] == 0, 'fetch')
            sure(sorted(story.home.stored('kim')) == story.all, 'lost')
    finally:
        story.close()


@test
def same_message_id_other_text():
    story = Fetch(3, 'no')
    try:
        one = letter(1, b'one\r\n')
        two = letter(1, b'two, a longer one\r\n')
        none = b'Subject: no id\r\n\r\nthree\r\n'
        story.mail = [('a', one), ('b', two), ('c', none), ('d', none)]
        story.server.box = list(story.mail)
        story.all = sorted(sha(whole(data)) for _, data in story.mail)
        well_again(story)
        sure(len(story.ask('SELECT id FROM message')) == 4, 'rows')
    finally:
        story.close()


@test
def index_older_than_the_mail():
    """pabal.db comes from a backup that is older than the folders."""
    story = Fetch(6, 'yes')
    try:
        box, story.server.box = story.server.box, story.server.box[:3]
        sure(story.tell()[0] == 0, 'fetch')
        shutil.copy(story.database(), story.folder + '/old.db')
        story.server.box = box
        sure(story.tell()[0] == 0, 'fetch')
        for path in glob.glob(story.database() + '*'):
            os.unlink(path)
        shutil.copy(story.folder + '/old.db', story.database())
        well_again(story)
    finally:
        story.close()


@test
def mail_older_than_the_index():
    """The folders come from a backup that is older than pabal.db."""
    for keep in ('yes', '1'):
        story = Fetch(6, keep)
        try:
            sure(story.tell()[0] == 0, 'fetch')
            for path in story.home.files('kim')[:4]:
                os.unlink(path)
            # Before anything is deleted there it looks by itself.
            sure(keep != 'yes' or story.pabal('list')[0] == 0, 'list')
            later = {'PABAL_TEST_NOW': str(int(time.time()) + 3 * 86400)}
            got = story.tell(env=later)
            check_run(got)
            sure(got[0] == 0 and '--missing' in got[1] and '4 messages' in
                 got[1], str(got))
            sure(len(story.home.files('kim')) == 2, 'fetched by itself')
            sure(len(story.server.box) == (6 if keep == 'yes' else 4),
                 f'deleted there what is missing here: {story.commands("DELE")}')
            got = story.tell(env=later)
            sure(got[0] == 0 and '--missing' not in got[1], 'says it again')
            got = story.pabal('fetch', '--missing')
            check_run(got)
            sure(got[0] == 0 and '4 new' in got[1], str(got))
            sure(sorted(story.home.stored('kim')) == story.all, 'not all here')
            got = story.pabal('fetch', '--missing')
            sure(got[0] == 0 and ' 0 new' in got[1], str(got))
            story.check_index('kim')
        finally:
            story.close()


@test
def lost_index_is_no_lost_mail():
    """Mail without rows is not missing, nor is what was put back."""
    story = Fetch(6, 'yes')
    try:
        sure(story.tell()[0] == 0, 'fetch')
        for path in glob.glob(story.database() + '*'):
            os.unlink(path)
        got = story.tell()
        sure(got[0] == 0 and '--missing' not in got[1], str(got))
        away = story.home.files('kim')[0]
        os.rename(away, story.folder + '/away')
        sure(story.pabal('list')[0] == 0, 'list')
        os.rename(story.folder + '/away', away)
        got = story.tell()
        sure(got[0] == 0 and '--missing' not in got[1], str(got))
        sure(len(story.commands('RETR')) == 6, 'fetched again')
        well_again(story)
    finally:
        story.close()


# ---- other programs on the same Maildir ----

def in_terminal(words, size=(24, 80), keys=(), wall=60, **more):
    """Run it in a terminal: (status, the last of what it wrote).  keys: what
    to press, or a function of the terminal, each when all is quiet."""
    pid, fd = pty.fork()
    if pid == 0:
        os.execvpe(words[0], words, {**environment(), 'TERM': 'xterm', **more})
    resize(fd, size)
    text = b''
    keys = list(keys)
    limit = time.monotonic() + wall
    while time.monotonic() < limit:
        if select.select([fd], [], [], 0.4)[0]:
            try:
                got = os.read(fd, 65536)
            except OSError:
                break
            if not got:
                break
            text = (text + got)[-20000:]
        elif keys and text:
            # The last one again and again: it may have come too early.
            key = keys.pop(0) if len(keys) > 1 else keys[0]
            if callable(key):
                key(fd)
            else:
                os.write(fd, key)
    else:
        os.kill(pid, signal.SIGKILL)
    os.close(fd)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return status, text.decode('utf-8', 'backslashreplace')


def resize(fd, size):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', *size, 0, 0))


@test
def mutt_changes_the_mail():
    """It reads, flags, deletes; pabal sees it."""
    if shutil.which('mutt') is None:
        without('mutt')
    story = Fetch(4, 'yes')
    try:
        sure(story.tell()[0] == 0, 'fetch')
        inbox = story.folder + '/data/mail/kim/Inbox'
        said = in_terminal(
            ['mutt', '-n', '-F', '/dev/null', '-e', 'set folder=~ record= '
             'sort=subject quit=yes delete=yes move=no wait_key=no mark_old=no', '-f', inbox, '-e',
             'push "<first-entry><flag-message><next-entry><delete-message>'
             '<sync-mailbox><quit>"'], HOME=story.folder)
        names = sorted(os.listdir(inbox + '/cur') + os.listdir(inbox + '/new'))
        sure(len(names) == 3, f'mutt did nothing: {names} {said}')
        got = story.pabal('--json', 'list')
        check_run(got)
        sure(got[1].count('"subject":"letter') == 3, got[1])
        flagged = story.ask('SELECT count(*) FROM message WHERE flags & 4')
        sure(flagged == [(1,)], f'flagged: {flagged}')
        story.check_index('kim')
        sure(story.tell()[0] == 0, 'fetch')
        sure(len(story.home.files('kim')) == 3, 'what was deleted came back')
    finally:
        story.close()


DOVECOT = '''base_dir = {own}
state_dir = {own}
log_path = /dev/stderr
ssl = no
mail_location = maildir:{inbox}:CONTROL={own}/control:INDEX={own}/index
mail_uid = {uid}
mail_gid = {gid}
namespace inbox {{
  inbox = yes
}}
'''
NOBODY = 65534


@test
def dovecot_changes_the_mail():
    if shutil.which('doveadm') is None:
        without('dovecot')
    story = Fetch(4, 'yes')
    own = tempfile.mkdtemp(prefix='pabal-dovecot-')
    try:
        sure(story.tell()[0] == 0, 'fetch')
        inbox = story.folder + '/data/mail/kim/Inbox'
        uid, gid = os.getuid(), os.getgid()
        os.makedirs(own + '/control')
        if uid == 0:  # which Dovecot refuses to be
            uid = gid = NOBODY
            for top in (inbox, own):
                subprocess.run(['chown', '-R', f'{uid}:{gid}', top], check=True)
            for path in (story.folder, story.folder + '/data',
                         story.folder + '/data/mail',
                         story.folder + '/data/mail/kim'):
                os.chmod(path, 0o711)
        with open(own + '/conf', 'w') as f:
            f.write(DOVECOT.format(own=own, inbox=inbox, uid=uid, gid=gid))
        for words in (('flags', 'add', '\\Flagged \\Seen', 'mailbox', 'INBOX',
                       'HEADER', 'Subject', 'letter 1'),
                      ('expunge', 'mailbox', 'INBOX', 'HEADER', 'Subject',
                       'letter 2')):
            got = run(['doveadm', '-c', own + '/conf', *words],
                      dict(os.environ, USER='nobody', HOME=own))
            sure(got[0] == 0, f'doveadm: {got}')
        got = story.pabal('--json', 'list')
        check_run(got)
        sure(got[0] == 0 and 'letter 2' not in got[1] and
             got[1].count('"subject":"letter') == 3, str(got))
        flagged = story.ask('SELECT subject FROM message WHERE flags & 5 = 5')
        sure(flagged == [('letter 1',)], f'flagged and read: {flagged}')
        story.check_index('kim')
        sure(story.tell()[0] == 0, 'fetch')
        sure(len(story.home.files('kim')) == 3, 'what was deleted came back')
    finally:
        story.close()
        shutil.rmtree(own, ignore_errors=True)


@test
def conversions_are_missing():
    """A system without the C library's conversions: Korean mail all the same."""
    gconv = glob.glob('/usr/lib/*/gconv') + glob.glob('/usr/lib*/gconv')
    if not gconv:
        raise LeaveOut('the C library keeps no conversions in files')
    before = spaces('-m')
    story = Fetch(1, 'yes')
    try:
        path = story.folder + '/letter'
        with open(path, 'wb') as f:
            f.write(b'Subject: x\r\nContent-Type: text/plain; charset=euc-kr'
                    b'\r\nContent-Transfer-Encoding: 8bit\r\n\r\n' +
                    '가나다 뷁 펲시콜라\r\n'.encode('cp949'))
        got = story.pabal('show', '--file', path, before=[
            *before, 'sh', '-c', f'mount -t tmpfs none {gconv[0]} || exit 99;'
            'exec "$@"', '-'])
        if got[0] == 99:
            raise LeaveOut('nothing can be mounted here')
        check_run(got)
        sure('가나다 뷁 펲시콜라' in got[1], str(got))
    finally:
        story.close()


@test
def changed_while_it_works():
    """Files are renamed, moved, removed while pabal reads and fetches."""
    story = Fetch(30, 'yes')
    over = threading.Event()

    def stir():
        round_ = 0
        while not over.is_set():
            round_ += 1
            for path in glob.glob(story.folder + '/data/mail/kim/Inbox/*/*'):
                folder, name = os.path.split(path)
                if folder.endswith('tmp'):
                    continue
                base = name.split(':')[0]
                there = ('Inbox', 'Archive')[round_ % 2]
                try:
                    os.rename(path, f'{story.folder}/data/mail/kim/{there}/cur/'
                              f'{base}:2,{"FS"[round_ % 2]}')
                except OSError:
                    pass
            time.sleep(0.01)
    thread = threading.Thread(target=stir)
    try:
        sure(story.tell()[0] == 0, 'fetch')
        thread.start()
        for _ in range(8):
            for words in (('list',), ('search', 'letter'), ('index',),
                          ('fetch',)):
                got = story.pabal(*words)
                check_run(got)
                sure(got[0] == 0, f'{words}: {got}')
        over.set()
        thread.join()
        sure(sorted(story.home.stored('kim')) == story.all, 'not all, or twice')
        time.sleep(3)  # mtimes that are too young are not believed
        sure(story.pabal('list')[0] == 0, 'list')
        story.check_index('kim')
    finally:
        over.set()
        story.close()


# ---- served to others ----

def delete_all(box, listed):
    for i in range(1, len(listed) + 1):
        if subject(read(box, i)) in GONE:
            box.dele(i)


FULL_DISK = '''
cp -a $0/data $0/real
mount -t tmpfs -o size=6m none $0/data &&
mount -t tmpfs -o nr_inodes=1 none $0/state || exit 99
cp -a $0/real/. $0/data
cat /dev/zero >$0/data/filler 2>/dev/null
"$@" &
pid=$!
read line
rm $0/data/filler
read line
kill -TERM $pid
wait $pid
status=$?
rm -r $0/real
mkdir $0/kept
cp -a $0/data/. $0/kept
exit $status
'''


@test
def serving_on_a_full_disk():
    """What is here is given; deleting waits for room; no lock can be made."""
    before = spaces('-m')
    story = Serve(5)
    served = Served(story, before=[*before, 'sh', '-c', FULL_DISK,
                                   story.folder])
    try:
        if served.child.poll() == 99:
            raise LeaveOut('nothing can be mounted here')
        sure(served.port, served.said())
        box = enter(served, story.password)
        try:
            enter(served, story.password)
            sure(False, 'two sessions at a time')
        except poplib.error_proto as e:
            sure('[IN-USE]' in str(e), str(e))
        listed = uidls(box)
        delete_all(box, listed)
        try:
            box.quit()
        except poplib.error_proto as e:
            sure('[SYS/TEMP]' in str(e), str(e))
        box = enter(served, story.password)
        for i in range(len(uidls(box))):
            read(box, i + 1)
        box.quit()
        served.child.stdin.write(b'room\n')
        served.child.stdin.flush()
        while os.path.exists(f'/proc/{served.child.pid}/root'
                             f'{story.folder}/data/filler'):
            time.sleep(0.02)
        story.visit(served)
        got = served.end(ask=False)
        check_run(got)
        sure(got[0] == 0, str(got))
        shutil.rmtree(story.folder + '/data')
        os.rename(story.folder + '/kept', story.folder + '/data')
        story.known = dict.fromkeys(listed)
        story.check_end()
    finally:
        served.end()
        story.close()


@test
def index_is_locked_while_serving():
    """Another program writes and writes: reading goes on."""
    story = Serve(5)
    served = Served(story)
    box = None
    try:
        enter(served, story.password).quit()
        held = sqlite3.connect(story.database(), isolation_level=None)
        held.execute('BEGIN EXCLUSIVE')
        box = enter(served, story.password)
        for i in range(len(uidls(box))):
            sure(sha(whole(read(box, i + 1))) in story.all, 'other bytes')
        delete_all(box, story.all)
        held.execute('ROLLBACK')
        held.close()
        box.quit()
        story.visit(served)
        check_run(served.end())
        story.known = dict.fromkeys(range(5))
        story.check_end()
    finally:
        served.end()
        story.close()


@test
def index_is_lost_while_serving():
    """Numbers begin anew: no client must see it."""
    story = Serve(6)
    served = Served(story)
    try:
        # The numbers of the first index are not those of the second.
        sure(story.pabal('import', '-a', 'kim', story.home.files('kim')[0])[0]
             == 0, 'import')
        box = enter(served, story.password)
        known = {u: read(box, i) for i, u in enumerate(uidls(box), 1)}
        for path in glob.glob(story.database() + '*'):
            os.unlink(path)
        sure(story.pabal('index')[0] == 0, 'index')
        for i, uidl in enumerate(uidls(box), 1):
            sure(read(box, i) == known[uidl], 'another message')
        delete_all(box, known)
        box.quit()
        box = enter(served, story.password)
        left = {u: read(box, i) for i, u in enumerate(uidls(box), 1)}
        sure(left == {u: t for u, t in known.items()
                      if subject(t) not in GONE}, 'other UIDLs')
        box.quit()
        got = served.end()
        check_run(got)
        sure(got[0] == 0, str(got))
        sure(sorted(story.home.stored('kim')) == story.all, 'lost')
        story.check_index('kim')
    finally:
        served.end()
        story.close()


@test
def mail_comes_while_it_is_served():
    """And other programs take some away."""
    story = Serve(6)
    served = Served(story)
    try:
        box = enter(served, story.password)
        before = uidls(box)
        more = [(f'more-{i}', letter(i)) for i in range(7, 10)]
        story.server.box = story.server.box + more
        sure(story.pabal('fetch')[0] == 0, 'fetch')
        sure(uidls(box) == before and box.stat()[0] == 6, 'it sees them')
        gone = read(box, 6)
        sure(subject(gone) == 'letter 6', 'not the oldest first')
        for path in story.home.files('kim'):
            with open(path, 'rb') as f:
                if f.read() == gone:
                    os.unlink(path)
        try:
            read(box, 6)
            sure(False, 'it is still there')
        except poplib.error_proto as e:
            sure('[SYS/TEMP]' in str(e), str(e))
        sure(subject(read(box, 5)) != subject(gone), 'another one')
        delete_all(box, before[:5])
        box.dele(6)
        box.quit()
        box = enter(served, story.password, 'pabal+kim')
        after = uidls(box)
        sure(len(after) == 6 and len(set(after) & set(before)) == 3,
             f'{before} {after}')
        box.quit()
        check_run(served.end())
        sure(len(set(story.home.stored('kim'))) == 8, 'lost')
        story.check_index('kim')
    finally:
        served.end()
        story.close()


@test
def server_is_killed_at_each_step():
    story = Serve(5)
    steps = story.folder + '/steps'
    try:
        sure(story.tell(env={'PABAL_TEST_STEP': 'count:' + steps})[0] == 0,
             'without')
        with open(steps) as f:
            names = f.read().split()
        sure('served-moved' in names, names)
    finally:
        story.close()
    for number in range(1, len(names) + 1):
        story = Serve(5)
        try:
            got = story.tell(env={'PABAL_TEST_STEP': str(number)})
            sure(got[0] == -signal.SIGKILL, f'{number}: {got}')
            story.check_after_fault(got, True)
            well_again(story)
        finally:
            story.close()


# ---- terminals ----

def on_screen(story, size=(24, 80), keys=(), status=0, **more):
    """The screen comes up, takes keys, and q leaves it."""
    got = in_terminal([PABAL, '--home', story.folder], size,
                      [*keys, b'q', b'q'], **more)
    sure(not REPORT.search(got[1]), got[1][-2000:])
    sure(got[0] == status, f'{size} {more}: {got}')
    return got[1]


@test
def terminals_of_any_size():
    story = Fetch(5, 'yes')
    try:
        sure(story.tell()[0] == 0, 'fetch')
        for size in ((1, 1), (3, 20), (2, 200), (200, 2), (200, 400), (0, 0),
                     (24, 80)):
            on_screen(story, size, [b'j\r', b' q?'])

        def storm(fd):
            for i in range(200):
                resize(fd, ((i * 7) % 60 + 1, (i * 13) % 200 + 1))
        on_screen(story, (24, 80), [b'j', storm, b'\r', storm])
    finally:
        story.close()


@test
def terminals_of_any_kind():
    story = Fetch(3, 'yes')
    try:
        sure(story.tell()[0] == 0, 'fetch')
        for more in (dict(LC_ALL='C'), dict(LC_ALL='', LANG='')):
            said = on_screen(story, **more)
            sure('letter' in said, f'{more}: {said[-500:]}')
        # UTF-8 could command a terminal of single bytes: say what to do.
        for name in ('ko_KR.eucKR', 'xx_YY.nothing'):
            said = in_terminal([PABAL, '--home', story.folder], keys=[b'q'],
                               LC_ALL=name)
            sure(said[0] == 78 and 'LC_ALL=C.UTF-8' in said[1], str(said))
        for term in ('dumb', '', 'no-such-terminal'):
            said = in_terminal([PABAL, '--home', story.folder], keys=[b'q'],
                               TERM=term)
            sure(said[0] >= 0 and not REPORT.search(said[1]), str(said))
            sure(said[0] == 0 or said[1].strip(), f'{term}: says nothing')
            got = story.pabal('list', env={'TERM': term})
            sure(got[0] == 0 and 'letter' in got[1], str(got))
    finally:
        story.close()


@test
def screen_of_a_store_that_is_read_only():
    story = Fetch(3, 'yes')
    try:
        sure(story.tell()[0] == 0, 'fetch')
        said = on_screen(story, (24, 100), [b'j', b'\r'],
                         **unwritable(story, 'EROFS'))
        sure('letter' in said and 'nothing will be kept' in said, said[-3000:])
        got = story.pabal('--json', 'list')
        sure('"seen":true' not in got[1], got[1])
    finally:
        story.close()


# ---- running them ----

def run_one(name):
    start_time = time.monotonic()
    why = ''
    try:
        TESTS[name]()
        result = 'ok'
    except LeaveOut as e:
        result, why = 'skipped', str(e)
    except Bad as e:
        result, why = 'FAILED', str(e)
    return name, result, why, time.monotonic() - start_time


def run_all(names):
    chosen = [name for name in TESTS
              if any(name.startswith(n) for n in names) or
              names == ['--all'] or not names and name not in LONG]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(
            int(os.environ.get('CRASH_JOBS', '4'))) as pool:
        # The long ones first.
        for name, result, why, took in pool.map(run_one, sorted(
                chosen, key=lambda n: n not in LONG)):
            failed += result == 'FAILED'
            print(f'{result}: {name} {took:.1f} s {why}', flush=True)
    print(f'{len(chosen) - failed} passed, {failed} failed')
    return failed != 0 or not chosen


LONG = ('index_is_locked_while_serving', 'signals_in_every_phase',
        'asleep_for_a_while', 'index_is_locked',
        'names_that_take_thirty_seconds', 'network_goes_away')


def main():
    global LIBRARY
    if sys.argv[1:2] == ['--inside']:
        for verb in sys.argv[2:]:
            inside_network(verb)
        return 0
    with tempfile.TemporaryDirectory(prefix='pabal-faults-') as folder:
        LIBRARY = build_fault(folder)
        return run_all(sys.argv[1:])


if __name__ == '__main__':
    sys.exit(main())
