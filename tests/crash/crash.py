# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of this folder share: a home, a server, a fault, a check.

A story is something that pabal does: fetching, sending, importing.  It is set
up afresh for each fault, told with the fault (which may kill it), then told
again without, and looked at after both.
"""

import glob
import hashlib
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'net'))

from hostile_run import Home, PABAL, REPORT, whole  # noqa: E402
from hostile_server import Pop3, Server, Smtp, letter  # noqa: E402

WALL = 90
# The calls that change something outside of the program.
WRITING = ('write,pwrite64,rename,link,unlink,fsync,fdatasync,syncfs,create,'
           'send,ftruncate,mkdir')


class Bad(Exception):
    pass


def sure(truth, text):
    if not truth:
        raise Bad(text)


def sha(data):
    return hashlib.sha256(data).hexdigest()


def leave_out(why):
    """What is missing is a failure where nothing may be skipped."""
    print('skipped: ' + why)
    sys.exit(1 if os.environ.get('PABAL_CI') else 77)


def need(*programs):
    for program in programs:
        if shutil.which(program) is None:
            leave_out(program + ' is not installed')


def build_fault(folder):
    """The library that makes faults; its path."""
    path = os.path.join(folder, 'fault.so')
    compiler = (os.environ.get('CC') or 'cc').split()
    if shutil.which(compiler[0]) is None:
        leave_out(compiler[0] + ' is not installed')
    done = subprocess.run(
        [*compiler, '-std=gnu11', '-O1', '-shared', '-fPIC', '-o', path,
         os.path.join(HERE, 'fault.c'), '-ldl'],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        sys.exit(done.stdout.decode(errors='replace'))
    return path


def environment(more=()):
    env = dict(os.environ, **dict(more))
    env.setdefault('LC_ALL', 'C.UTF-8')
    # A busy machine is no fault; tests of silence ask for less.
    env.setdefault('PABAL_TEST_TIMEOUT_MS', '30000')
    options = env.get('ASAN_OPTIONS', '')
    # Leaks cannot be looked for below a tracer, and a run that ends in the
    # middle has some.
    env['ASAN_OPTIONS'] = (options + ':' if options else '') + (
        'verify_asan_link_order=0:detect_leaks=0:allocator_may_return_null=1')
    return env


def run(words, env=None, stdin=b'', wall=WALL, before=()):
    """(status, output): status is negative for a signal, None if it hung."""
    try:
        done = subprocess.run([*before, *words], input=stdin, env=env,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=wall)
    except subprocess.TimeoutExpired as e:
        return None, (e.stdout or b'').decode('utf-8', 'backslashreplace')
    return done.returncode, done.stdout.decode('utf-8', 'backslashreplace')


def check_run(got, killed_ok=False):
    status, text = got
    sure(status is not None, 'hangs: ' + text[-800:])
    sure(not REPORT.search(text), text[-3000:])
    fine = status >= 0 or (killed_ok and
                           -status in (signal.SIGKILL, signal.SIGTERM))
    sure(fine, f'ended by signal {-status}: {text[-800:]}')


class Story:
    """Base: a home below a folder of its own."""

    words = ()
    stdin = b''

    said = ''

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix='pabal-crash-')
        self.server = None
        self.home = Home(self.folder)

    def close(self):
        if self.server:
            self.server.stop()
        subprocess.run(['chmod', '-R', 'u+rwX', self.folder],
                       stderr=subprocess.DEVNULL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def pabal(self, *words, env=(), before=(), stdin=b'', wall=WALL):
        return run([PABAL, '--home', self.folder, *words], environment(env),
                   stdin, wall, before)

    def tell(self, env=(), before=(), wall=WALL):
        return self.pabal(*self.words, env=env, before=before,
                          stdin=self.stdin, wall=wall)

    def again(self):
        """Without fault, until all is as it should be."""
        if self.server:
            self.server.wait_until_quiet()
        got = self.tell()
        check_run(got)
        sure(got[0] == 0, f'the next run ends with {got[0]}: {got[1]}')
        self.said = got[1]

    def database(self):
        return self.folder + '/data/pabal.db'

    def ask(self, sql):
        if not os.path.exists(self.database()):
            return []
        box = sqlite3.connect(self.database(), timeout=10)
        try:
            return box.execute(sql).fetchall()
        finally:
            box.close()

    def check_index(self, account):
        """The index is sound, and its rows are the files."""
        sure(self.ask('PRAGMA integrity_check') == [('ok',)], 'damaged index')
        rows = self.ask('SELECT base FROM message m, account a'
                        f' WHERE a.id = m.account AND a.name = "{account}"')
        files = self.home.files(account)
        bases = sorted(os.path.basename(f).split(':')[0] for f in files)
        sure(sorted(r[0] for r in rows) == bases,
             f'{len(rows)} rows, {len(files)} files')
        wrong = self.ask(
            'SELECT * FROM counter c WHERE account != 0 AND total !='
            ' (SELECT count(*) FROM message m WHERE m.account = c.account'
            ' AND m.folder = c.folder)')
        sure(not wrong, f'counters are wrong: {wrong}')

    def tmp_files(self):
        return glob.glob(self.folder + '/data/mail/*/*/tmp/*')


class Fetch(Story):
    """Mail is fetched from a server of one's own."""

    words = ('fetch',)

    def __init__(self, n=5, keep='no', part=None, lines=''):
        super().__init__()
        self.keep = keep
        # Sizes around a page and a buffer; the last one does not fit memory.
        self.mail = [(f'uid-{i}', letter(i, b'%d\r\n' % i * (i * i * 60)))
                     for i in range(1, n + 1)]
        self.server = Server(Pop3, dict(part or {}, box=self.mail)).start()
        self.home.account('kim', f'pop = localhost:{self.server.port}:plain\n'
                          f'smtp = none\nkeep = {keep}\n{lines}')
        self.all = sorted(sha(whole(data)) for _, data in self.mail)

    def dropped(self):
        return [e['sha'] for e in self.server.log if e['event'] == 'dropped']

    def commands(self, verb):
        return [e['text'] for e in self.server.log
                if e['event'] == 'line' and e['text'].startswith(verb)]

    def check_after_fault(self, got, killed):
        check_run(got, killed_ok=killed)
        stored = self.home.stored('kim')
        for one in stored:
            sure(one in self.all, 'a file that is no whole message')
        here = {sha(data): sha(whole(data)) for _, data in self.mail}
        for one in self.dropped():
            sure(here[one] in stored, 'dropped by the server, not here')
        if got[0] == 0:
            sure(sorted(stored) == self.all, 'says all is well: ' + got[1])

    def check_end(self):
        sure(sorted(self.home.stored('kim')) == self.all,
             f'{len(self.home.stored("kim"))} of {len(self.all)} messages,'
             f' {len(set(self.home.stored("kim")))} different,'
             f' {len(self.server.box)} on the server; said: {self.said}')
        sure(not self.tmp_files(), 'left in tmp')
        self.check_index('kim')
        left = len(self.server.box)
        sure(left == (0 if self.keep == 'no' else len(self.all)),
             f'{left} messages on the server')
        known = self.ask('SELECT count(*) FROM uidl')
        sure(known == [(len(self.all),)], f'{known} UIDLs')


class Send(Story):
    """A letter goes out."""

    words = ('send', '-a', 'kim', 'lee@example.kr')
    stdin = ('From: kim@example.kr\nTo: lee@example.kr\nSubject: 소식\n\n'
             + '안녕하세요.\n' * 300).encode()

    def __init__(self, part=None):
        super().__init__()
        self.server = Server(Smtp, part or {}).start()
        self.home.account('kim', 'pop = none\n'
                          f'smtp = localhost:{self.server.port}:plain\n')

    def kept(self):
        return [e for e in self.server.log if e['event'] == 'kept']

    def waiting(self):
        if not self.ask('SELECT 1 FROM sqlite_master WHERE name = "outbox"'):
            return 0
        return self.ask('SELECT count(*) FROM outbox WHERE state != 4')[0][0]

    def check_after_fault(self, got, killed):
        check_run(got, killed_ok=killed)
        self.server.wait_until_quiet()
        self.first = len(self.kept())
        self.taken = self.waiting() != 0 or self.first != 0
        sure(got[0] != 0 or self.taken, 'says it was sent: ' + got[1])

    def again(self):
        for _ in range(3):
            self.server.wait_until_quiet()
            got = self.pabal('outbox', 'retry', 'all')
            check_run(got)
            if got[0] == 0:
                break
        sure(got[0] == 0, f'retry ends with {got[0]}: {got[1]}')

    def check_end(self):
        kept = self.kept()
        sure(len(kept) >= self.taken, 'lost')
        # Of a mail whose yes was never read nobody can tell.
        sure(len(kept) <= (2 if self.first else 1), f'sent {len(kept)} times')
        ids = {re.search('(?im)^Message-ID: *(\\S+)', e['text'])[1]
               for e in kept}
        sure(len(ids) <= 1, 'another Message-ID for the same mail')
        for entry in kept:
            sure(entry['text'].count('안녕하세요.') == 300 or
                 'base64' in entry['text'], 'cut')
        sent = [f for f in self.home.files('kim') if '/Sent/' in f]
        sure(len(sent) == (1 if self.taken else 0),
             f'{len(sent)} copies in Sent')
        self.check_index('kim')
        sure(not self.tmp_files(), 'left in tmp')


class SendMany(Story):
    """Letters that wait go out over one connection."""

    words = ('outbox', 'retry', 'all')
    extensions = ['PIPELINING', 'SIZE 10000000', '8BITMIME',
                  'AUTH PLAIN LOGIN', 'CHUNKING']
    count = 5

    def __init__(self):
        super().__init__()
        self.open = False
        self.server = Server(Smtp, {
            'extensions': self.extensions,
            'greeting': lambda s, a: s.line('220 ready' if self.open else
                                            '421 4.3.2 later')}).start()
        self.home.account('kim', 'pop = none\n'
                          f'smtp = localhost:{self.server.port}:plain\n')
        for i in range(self.count):
            got = self.pabal('send', '-a', 'kim', f'lee{i}@example.kr', stdin=(
                f'From: kim@example.kr\nTo: lee{i}@example.kr\nMessage-ID: '
                f'<{i}@example.kr>\nSubject: {i}\n\n'
                + '안녕하세요.\n' * 40 * i).encode())
            sure(got[0] == 75, f'the letter is not kept: {got}')
        self.open = True

    def kept(self):
        ids = [re.search('(?im)^Message-ID: *<(\\d+)', e['text'])[1]
               for e in self.server.log if e['event'] == 'kept']
        return {str(i): ids.count(str(i)) for i in range(self.count)}

    def check_after_fault(self, got, killed):
        check_run(got, killed_ok=killed)
        self.server.wait_until_quiet()
        self.first = self.kept()
        sure(max(self.first.values()) < 2, f'doubled at once: {self.first}')
        # What did not even reach the server is not in doubt by its loss.
        sure(got[0] != 0 or min(self.first.values()) == 1,
             'says all are sent: ' + got[1])

    def again(self):
        for _ in range(3):
            self.server.wait_until_quiet()
            got = self.pabal('outbox', 'retry', 'all')
            check_run(got)
            if got[0] == 0:
                break
        sure(got[0] == 0, f'retry ends with {got[0]}: {got[1]}')

    def check_end(self):
        kept = self.kept()
        for one, times in kept.items():
            sure(1 <= times <= 1 + self.first[one],
                 f'{one} came {self.first[one]} times, then {times}')
        sent = [f for f in self.home.files('kim') if '/Sent/' in f]
        sure(len(sent) == self.count, f'{len(sent)} copies in Sent')
        sure(self.ask('SELECT count(*) FROM outbox') == [(0,)],
             'left in the outbox')
        self.check_index('kim')
        sure(not self.tmp_files(), 'left in tmp')


class SendPiped(SendMany):
    """The same without CHUNKING."""

    extensions = SendMany.extensions[:-1]


class Import(Story):
    """An mbox is taken in."""

    def __init__(self, n=8):
        super().__init__()
        self.n = n
        self.home.account('kim', 'pop = localhost:1:plain\nsmtp = none\n')
        path = self.folder + '/box.mbox'
        with open(path, 'wb') as f:
            for i in range(1, n + 1):
                f.write(b'From x@example.kr Tue Mar  4 09:00:00 2025\n' +
                        letter(i).replace(b'\r\n', b'\n') + b'\n')
        self.words = ('import', '-a', 'kim', path)

    def check_after_fault(self, got, killed):
        check_run(got, killed_ok=killed)
        if got[0] == 0:
            sure(len(self.home.files('kim')) == self.n,
                 'says all is well: ' + got[1])

    def check_end(self):
        stored = self.home.stored('kim')
        sure(len(stored) == self.n and len(set(stored)) == self.n,
             f'{len(stored)} messages, {len(set(stored))} different')
        self.check_index('kim')
        sure(not self.tmp_files(), 'left in tmp')


class Index(Fetch):
    """The index is made anew from the files."""

    words = ('index',)

    def __init__(self):
        super().__init__(4, 'yes')
        got = self.pabal('fetch')
        sure(got[0] == 0, got[1])
        for path in glob.glob(self.database() + '*'):
            os.unlink(path)

    def check_after_fault(self, got, killed):
        check_run(got, killed_ok=killed)
        sure(sorted(self.home.stored('kim')) == self.all, 'files are missing')

    def check_end(self):
        got = self.pabal('fetch')
        sure(got[0] == 0, got[1])
        sure(len(self.commands('RETR')) == len(self.all),
             'fetched again what is here')
        super().check_end()


class Filed(Fetch):
    """Mail is filed by rules as it comes; one goes on to somebody else."""

    rules = ('if subject "letter 1" then archive, label one\n'
             'if subject "letter 2" then star, read\n'
             'if subject "letter 3" then delete\n')
    more = 'if subject "letter 4" then redirect lee@example.kr\n'

    def __init__(self):
        super().__init__(5, 'no', lines='')
        # Nobody answers there: what goes on waits in the outbox.
        self.home.change_account('smtp = none', 'smtp = localhost:1:plain')
        self.write_rules(self.rules + self.more)

    def write_rules(self, text):
        with open(self.folder + '/config/rules', 'w') as f:
            f.write(text)

    def check_filed(self, flags):
        for folder, subjects in (('Archive', ['letter 1']),
                                 ('Trash', ['letter 3']),
                                 ('Inbox', ['letter 2', 'letter 4',
                                            'letter 5'])):
            got = self.pabal('--json', 'list', '--folder', folder)
            rows = [json.loads(line) for line in got[1].splitlines()]
            sure(sorted(row['subject'] for row in rows) == subjects,
                 f'{folder}: {got}')
        labels = self.ask('SELECT name FROM label')
        sure(labels == [('one',)], f'labels: {labels}')
        starred = [f for f in self.home.files('kim')
                   if 'F' in f.partition(':2,')[2]]
        sure(len(starred) == flags, f'{len(starred)} with a star')

    def check_end(self):
        super().check_end()
        self.check_filed(1)
        waiting = self.ask('SELECT count(*) FROM outbox')
        sure(waiting == [(1,)], f'{waiting} go on')


class Rules(Filed):
    """Rules are run on mail that is here."""

    words = ('rules', 'run')

    def __init__(self):
        Fetch.__init__(self, 5, 'yes')
        got = self.pabal('fetch')
        sure(got[0] == 0, got[1])
        self.write_rules(self.rules)

    def check_after_fault(self, got, killed):
        check_run(got, killed_ok=killed)
        sure(sorted(self.home.stored('kim')) == self.all, 'files are missing')
        if got[0] == 0:
            self.check_filed(1)

    def check_end(self):
        Fetch.check_end(self)
        self.check_filed(1)
        got = self.pabal('--json', *self.words)
        sure('"changed":0' in got[1], f'once more: {got}')


def kept_versions():
    """Versions of the index of which there is one (make_schema.py)."""
    return sorted(int(os.path.basename(path)[:-4])
                  for path in glob.glob(HERE + '/schema/*.sql'))


class Upgrade(Fetch):
    """An index of an older version is found, beside its mail; more has come."""

    def __init__(self, version=1):
        super().__init__(6, 'yes')
        self.home.account('lee', 'pop = localhost:1:plain\nsmtp = none\n')
        self.words = ('fetch', '-a', 'kim')
        box = sqlite3.connect(self.make_folders())
        with open(f'{HERE}/schema/{version}.sql') as f:
            box.executescript(f.read())
        for base, name in box.execute('SELECT base, message_id FROM message'):
            number = int(name.split('.')[1].split('@')[0])
            path = f'{self.folder}/data/mail/kim/Inbox/new/{base}'
            with open(path, 'wb') as f:
                f.write(self.mail[number - 1][1])
        box.close()

    def make_folders(self):
        for folder in ('Inbox', 'Archive', 'Sent', 'Drafts', 'Spam', 'Trash'):
            for sub in ('cur', 'new', 'tmp'):
                os.makedirs(f'{self.folder}/data/mail/kim/{folder}/{sub}',
                            mode=0o700)
        return self.database()

    def check_end(self):
        super().check_end()
        sure(len(set(self.commands('RETR'))) == 1,
             'fetched again what is here')
        sure(self.ask('PRAGMA user_version')[0][0] >= max(kept_versions()),
             'of the old version yet')
        sure(self.ask('SELECT subject FROM outbox') == [('waiting',)],
             'the outbox is lost')
        labels = self.ask('SELECT count(*) FROM label WHERE name = "important"')
        sure(labels == [(2,)], f'labels: {labels}')


STORIES = {
    'fetch': Fetch,
    'few': lambda: Fetch(2, 'no'),
    'keep': lambda: Fetch(5, 'yes'),
    'send': Send,
    'send-many': SendMany,
    'send-piped': SendPiped,
    'import': Import,
    'index': Index,
    'filed': Filed,
    'rules': Rules,
    'upgrade': Upgrade,
}


def seconds_since(start):
    return time.monotonic() - start
