#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is all on the disk before the server is told to delete?

  order.py LOG HOME       judge one log of strace (made with STRACE below)
  order.py --run [RUN...] fetch in several ways, send, be fetched from; judge each
  order.py --self         the judge finds what is wrong in logs made wrong

The order for each message: its file is synced, then renamed into its folder,
the folder is synced, the index is written and synced, and only then DELE goes
out, or QUIT.  A batch shares its syncs: syncfs is a sync of every file and
folder.  What a sync covers is what was written before it began; it counts when
it has ended well.  Folders that were made count like files: their parents have
to be synced.

An account is asked for its own messages only: several are fetched at once.  What
a rule sends on is safe as well before its message is deleted.

When it is our server that deletes, the folders are synced before the client is
told that all is done.

When mail goes out its file and its row are on the disk before the first word
about it, and so is that it is being sent; that it is begun was noted in the
journal, which is never synced; its file goes only when the copy in Sent is safe,
with its row.
"""

import os
import re
import signal
import sys
import tempfile

from crash import (Bad, Fetch, Filed, Send, SendMany, SendPiped, need, sure)
from hostile_server import Pop3, Server, letter
from serve import GONE, Serve, Served

STRACE = ['strace', '-f', '-qq', '-y', '-s', '9000', '-e', 'trace=openat,write,'
          'pwrite64,writev,pwritev,fsync,fdatasync,syncfs,rename,renameat,'
          'renameat2,link,linkat,mkdir,mkdirat,ftruncate,sendto,sendmsg,'
          'connect,unlink,unlinkat']
WRITES = ('write', 'pwrite64', 'writev', 'pwritev', 'ftruncate')
CALL = re.compile(r'(?:(\d+) +)?(\w+)\((.*)$')
RESUMED = re.compile(r'(?:(\d+) +)?<\.\.\. (\w+) resumed>(.*)$')
AT = r'(?:AT_FDCWD|\d+)(?:<([^>]*)>)?, "((?:[^"\\]|\\.)*)"'
PATH = r'"((?:[^"\\]|\\.)*)"'
DONE = re.compile(r'\) += (-?\d+)')
PORT = re.compile(r'\d+<(socket:\[\d+\])>, .*sin6?_port=htons\((\d+)\)')
DAY = 86400
NOW = 1795000000


def join(folder, name):
    return os.path.normpath(os.path.join(folder or '/', name))


class Judge:
    """Follows a log and notes each promise that was not kept."""

    def __init__(self, home, ports=None):
        self.home = os.path.realpath(home)
        self.wal = self.home + '/data/pabal.db-wal'
        self.mail = self.home + '/data/mail/'
        self.outbox = self.home + '/data/outbox/'
        self.journal = self.outbox + 'journal'
        self.ports = ports or {}  # of a server: the account
        self.sockets = {}     # the account that talks there
        self.dirty = set()    # files written since they were synced
        self.stale = set()    # new names in folders not synced since then
        self.placed = {}      # message: 'renamed', 'synced', 'written', 'safe'
        self.placer = {}      # message: the thread that put it there
        self.begun = {}       # thread: what its sync covers
        self.half = {}        # thread: the beginning of its call
        self.bad = []
        self.deleted = 0

    # what happens

    def written(self, thread, path):
        if not path.startswith(self.home + '/') or path == self.journal:
            return
        self.dirty.add(path)
        for now, _, _ in self.begun.values():
            now.discard(path)  # written while that sync goes on: not of it
        if path == self.wal:
            for one, state in self.placed.items():
                # Accounts that end together have one that writes for all.
                if state == 'synced' and (self.placer[one] == thread or
                                          len(self.ports) > 1):
                    self.placed[one] = 'written'

    def made(self, path):
        if path.startswith(self.home + '/'):
            self.stale.add(path)

    def renamed(self, thread, old, new):
        folder = os.path.dirname(new)
        mail = new.startswith(self.mail) and os.path.basename(folder) != 'tmp'
        if not mail and not new.startswith(self.outbox):
            return
        if old in self.dirty:
            self.bad.append(f'{new}: renamed before it was synced')
        self.stale.add(new)
        if mail:
            self.placed[new] = 'renamed'
            self.placer[new] = thread

    def covered(self, path, everything):
        now = self.dirty | self.stale
        now = now if everything else {
            one for one in now if one == path and one in self.dirty or
            os.path.dirname(one) == path and one in self.stale}
        ready = {one for one, state in self.placed.items()
                 if state == 'renamed' and one in now}
        logged = {one for one, state in self.placed.items()
                  if state == 'written' and self.wal in now}
        return now, ready, logged

    def synced(self, thread, covered):
        now, ready, logged = covered
        self.dirty -= now
        self.stale -= now
        for one in ready:
            self.placed[one] = 'synced'
        for one in logged:
            self.placed[one] = 'safe'

    def unsafe(self, account=None):
        """What is not safe of an account's, and why."""
        own = f'{self.mail}{account}/' if account else self.mail
        for one, state in self.placed.items():
            if state != 'safe' and one.startswith(own):
                yield one, {'renamed': 'its folder was not synced',
                            'synced': 'the index was not written',
                            'written': 'the index was not synced'}[state]
        for path in self.stale:
            if path.startswith(own) or not path.startswith(self.mail) or \
                    path + '/' == own:
                yield path, 'its folder was not synced'
        for path in self.dirty:
            if path.startswith(self.outbox) and not path.endswith('.tmp'):
                yield path, 'it was not synced'

    def told(self, word, count, account):
        self.bad += [f'{one}: {word} while {why}'
                     for one, why in self.unsafe(account)]
        if word == 'DELE':
            self.deleted += count

    # the log

    def path_of(self, rest):
        found = re.match(r'\d+<([^>]*)>', rest)
        return found[1] if found else ''

    def begin(self, thread, call, rest):
        """What counts from the moment it is asked for."""
        first = rest.split(',')[0]
        if call in ('fsync', 'fdatasync', 'syncfs'):
            self.begun[thread] = self.covered(self.path_of(rest),
                                              call == 'syncfs')
        elif call in WRITES and '<socket:' not in first:
            self.written(thread, self.path_of(rest))
        elif call == 'connect':
            found = PORT.match(rest)
            if found:
                self.sockets[found[1]] = self.ports.get(int(found[2]))
        if call in ('sendto', 'write', 'sendmsg', 'writev') and \
                '<socket:' in first:
            self.sent(thread, self.sockets.get(self.path_of(rest)), rest)

    def sent(self, thread, account, rest):
        for word in ('DELE', 'QUIT'):
            count = len(re.findall(r'(?:"|\\n)' + word, rest))
            if count:
                self.told(word, count, account)

    def end(self, thread, call, rest):
        """What counts only when it has gone well."""
        done = DONE.search(rest)
        if not done or int(done[1]) < 0:
            self.begun.pop(thread, None)
            return
        if call in ('fsync', 'fdatasync', 'syncfs'):
            self.synced(thread, self.begun.pop(thread, (set(), set(), set())))
        elif call in ('mkdir', 'mkdirat'):
            found = re.match(AT if call == 'mkdirat' else PATH, rest)
            self.made(join(*found.groups()) if call == 'mkdirat' else found[1])
        elif call in ('unlink', 'unlinkat'):
            found = re.match(AT if call == 'unlinkat' else PATH, rest)
            self.removed(join(*found.groups()) if call == 'unlinkat' else
                         found[1])
        elif call.startswith(('rename', 'link')):
            if call in ('rename', 'link'):
                found = re.match(PATH + ', ' + PATH, rest)
                self.renamed(thread, found[1], found[2])
            else:
                found = re.match(AT + ', ' + AT, rest)
                self.renamed(thread, join(found[1], found[2]),
                             join(found[3], found[4]))

    def removed(self, path):
        self.dirty.discard(path)
        self.stale.discard(path)
        # The whole of a message took the place of its header, or it was moved.
        self.placed.pop(path, None)

    def line(self, text):
        resumed = RESUMED.match(text)
        if resumed:
            thread, call, rest = resumed.groups()
            self.end(thread, call, self.half.pop(thread, '') + rest)
            return
        found = CALL.match(text)
        if not found:
            return
        thread, call, rest = found.groups()
        self.begin(thread, call, rest)
        if rest.endswith('<unfinished ...>'):
            self.half[thread] = rest[:-len('<unfinished ...>')]
        else:
            self.end(thread, call, rest)


class ServerJudge(Judge):
    """Files only move; what counts is what the client is told."""

    def renamed(self, thread, old, new):
        if new.startswith(self.mail):
            super().renamed(thread, old, new)
            self.stale.add(old)

    def begin(self, thread, call, rest):
        super().begin(thread, call, rest)
        if call == 'sendto' and '+OK Bye' in rest:
            self.deleted += 1
            for path in self.stale:
                self.bad.append(f'{path}: said goodbye before it was synced')


class SenderJudge(Judge):
    """Mail goes out; deleted counts the files that left the outbox."""

    def __init__(self, *args):
        super().__init__(*args)
        self.marks = {}  # thread: 'written', 'safe': that it is sending
        self.queued = set()
        self.notes = 0

    def written(self, thread, path):
        super().written(thread, path)
        self.notes += path == self.journal
        if path == self.wal:
            self.marks[thread] = 'written'

    def synced(self, thread, covered):
        super().synced(thread, covered)
        if self.wal in covered[0]:
            for one, state in self.marks.items():
                if state == 'written':
                    self.marks[one] = 'safe'

    def renamed(self, thread, old, new):
        super().renamed(thread, old, new)
        if new.startswith(self.outbox):
            self.queued.add(new)

    def sent(self, thread, account, rest):
        if not re.search(r'(?:"|\\n)(?:MAIL FROM|DATA|BDAT)', rest):
            return
        mark = self.marks.get(thread)
        if mark != 'safe':
            self.bad.append('it goes out while the index does not know: ' +
                            str(mark))
        # That the journal is begun, and the mail.
        if self.notes < 2:
            self.bad.append('it goes out and nobody noted that it is begun')
        for path in self.dirty | self.stale:
            if path.startswith(self.outbox) and not path.endswith('.tmp') or \
                    path + '/' == self.outbox:
                self.bad.append(f'{path}: goes out before it was synced')

    def removed(self, path):
        if path == self.journal:
            return
        if path.startswith(self.outbox) and not path.endswith('.tmp'):
            self.deleted += 1
            if len(self.placed) < self.deleted:
                self.bad.append(f'{path}: goes while it has no copy')
            self.bad += [f'{one}: its letter goes while {why}'
                         for one, why in self.unsafe()
                         if not one.startswith(self.outbox)]
        super().removed(path)


def judge(log, home, kind=Judge, ports=None):
    verdict = kind(home, ports)
    with open(log, errors='replace') as f:
        for text in f:
            verdict.line(text.rstrip('\n'))
    return verdict


class Watched:
    """A story under the judge: messages stored and deleted, of all its runs."""

    def __init__(self, story, kind=Judge, ports=None):
        self.story, self.kind, self.ports = story, kind, ports
        self.placed = self.deleted = 0
        self.now = NOW

    def run(self, *words):
        log = self.story.folder + '/strace.log'
        got = self.story.pabal(*words, before=[*STRACE, '-o', log],
                               env={'PABAL_TEST_NOW': str(self.now)})
        sure(got[0] == 0, str(got))
        verdict = judge(log, self.story.folder, self.kind, self.ports)
        sure(not verdict.bad, '\n'.join(verdict.bad[:10]))
        self.placed += len(verdict.placed)
        self.deleted += verdict.deleted
        return len(verdict.placed), verdict.deleted

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.story.close()


def fetch(n, keep='no', lines='', earlier=0, part=None):
    """Messages stored and deleted of one fetch."""
    with Watched(Fetch(n, keep, part, lines)) as watched:
        story = watched.story
        if earlier:
            box, story.server.box = story.server.box, story.server.box[:earlier]
            story.pabal('fetch')
            story.server.box = story.server.box + box[earlier:]
        return watched.run('fetch')


def more(story, n):
    story.server.box = story.server.box + [(f'more-{i}', letter(100 + i))
                                           for i in range(n)]


def after_days():
    """Those that are old go while new ones come."""
    with Watched(Fetch(4, '7')) as watched:
        first = watched.run('fetch')
        more(watched.story, 2)
        watched.now += 8 * DAY
        return first, watched.run('fetch')


def as_here():
    """What was deleted here for good goes; new ones come."""
    with Watched(Fetch(4, 'here')) as watched:
        story = watched.story
        first = watched.run('fetch')
        watched.run('fetch')  # the policy holds from the second one on
        for path in sorted(story.home.files('kim'))[:2]:
            base = os.path.basename(path).partition(':')[0]
            os.rename(path, f'{story.folder}/data/mail/kim/Trash/cur/{base}:2,S')
        got = story.pabal('trash', 'empty')
        sure(got[0] == 0, str(got))
        more(story, 3)
        return first, watched.run('fetch')


def quota():
    """The next fetch deletes what it said, while new ones come."""
    with Watched(Fetch(4, 'yes', None, 'quota = 1500\n')) as watched:
        first = watched.run('fetch')
        more(watched.story, 1)
        return first, watched.run('fetch')


def header_first():
    """A header stays on the server; its whole message goes when it is here."""
    with Watched(Fetch(5, 'no', None, 'headers_above = 2K\n')) as watched:
        story = watched.story
        first = watched.run('fetch')
        rows = story.home.rows('kim')
        large = [row['id'] for row in rows if row['on_server']]
        sure(len(large) + first[1] == 5, f'{len(large)} headers, {first}')
        for one in large:
            watched.run('fetch', '--message', str(one))
        watched.run('fetch')
        sure(not story.server.box, f'{len(story.server.box)} left')
        return watched.placed - len(large), watched.deleted


def two_accounts():
    """The same mail at two servers, fetched at once."""
    story = Fetch(20, 'no')
    other = Server(Pop3, {'box': list(story.mail)}).start()
    try:
        story.home.account('lee', f'pop = localhost:{other.port}:plain\n'
                           'smtp = none\nkeep = no\n')
        with Watched(story, ports={story.server.port: 'kim',
                                   other.port: 'lee'}) as watched:
            return watched.run('fetch')
    finally:
        other.stop()


def sent_on():
    """A rule sends one on: its letter is safe before DELE."""
    with Watched(Filed()) as watched:
        return watched.run('fetch')


def send_one():
    with Watched(Send(), SenderJudge) as watched:
        got = watched.story.tell(before=[*STRACE, '-o',
                                         watched.story.folder + '/log'])
        sure(got[0] == 0, str(got))
        verdict = judge(watched.story.folder + '/log', watched.story.folder,
                        SenderJudge)
        sure(not verdict.bad, '\n'.join(verdict.bad[:10]))
        sure(len(verdict.queued) == 1, f'{verdict.queued}')
        return len(verdict.placed), verdict.deleted


def send_many(kind):
    with Watched(kind(), SenderJudge) as watched:
        return watched.run('outbox', 'retry', 'all')


def serve():
    """Messages moved and goodbyes said of a server under the judge."""
    story = Serve(5)
    log = story.folder + '/strace.log'
    served = Served(story, before=[*STRACE, '-o', log])
    try:
        story.visit(served)
        story.visit(served)
        pid = served.child.pid
        with open(f'/proc/{pid}/task/{pid}/children') as f:
            os.kill(int(f.read().split()[0]), signal.SIGTERM)
        got = served.end(ask=False)
        sure(got[0] == 0, str(got))
        verdict = judge(log, story.folder, ServerJudge)
        sure(not verdict.bad, '\n'.join(verdict.bad[:10]))
        return len(verdict.placed), verdict.deleted
    finally:
        served.end()
        story.close()


RUNS = {
    # name: how, then messages placed and DELE sent
    'one message (its own sync)': (dict(n=1), (1, 1)),
    'three messages (their own syncs)': (dict(n=3), (3, 3)),
    'one batch (syncfs)': (dict(n=8), (8, 8)),
    'several batches': (dict(n=60), (60, 60)),
    'pipelined': (dict(n=60, part={'capabilities': [
        'USER', 'UIDL', 'TOP', 'PIPELINING']}), (60, 60)),
    'kept on the server': (dict(n=6, keep='yes'), (6, 0)),
    'the folders are there': (dict(n=9, earlier=3), (6, 6)),
    'straight to the archive': (dict(n=5, lines='skip_inbox = yes\n'), (5, 5)),
    'older than some days': (after_days, ((4, 0), (2, 4))),
    'deleted here': (as_here, ((4, 0), (3, 2))),
    'a full mailbox': (quota, ((4, 0), (1, 2))),
    'headers, then the whole': (header_first, (5, 5)),
    'the same at two servers': (two_accounts, (40, 40)),
    'filed and sent on by rules': (sent_on, (5, 5)),
    # letters copied to Sent and gone from the outbox
    'a letter': (send_one, (1, 1)),
    'letters in chunks': (lambda: send_many(SendMany), (5, 5)),
    'letters in a row': (lambda: send_many(SendPiped), (5, 5)),
    'given out': (serve, (len(GONE), 2)),
}


def run_all(names):
    need('strace')
    failed = 0
    runs = {name: RUNS[name] for name in names or RUNS}
    for name, (how, wanted) in runs.items():
        try:
            got = how() if callable(how) else fetch(**how)
            sure(got == wanted, f'messages, DELE: {got}')
            print('ok: ' + name, flush=True)
        except Bad as e:
            failed += 1
            print(f'FAILED: {name}: {e}', flush=True)
    print(f'{len(runs) - failed} passed, {failed} failed')
    return failed != 0


GOOD = '''1 openat(3<H/data/mail/k/Inbox/tmp>, "a", O_RDWR|O_CREAT) = 9<H/data/mail/k/Inbox/tmp/a>
1 write(9<H/data/mail/k/Inbox/tmp/a>, "x", 1) = 1
2 syncfs(8<H/data/mail/k/Inbox/tmp>) = 0
2 renameat(8<H/data/mail/k/Inbox/tmp>, "a", 7<H/data/mail/k/Inbox/new>, "b") = 0
2 fsync(7<H/data/mail/k/Inbox/new>) = 0
2 pwrite64(5<H/data/pabal.db-wal>, "row", 3, 0) = 3
2 fdatasync(5<H/data/pabal.db-wal>) = 0
2 sendto(4<socket:[7]>, "DELE 1\\r\\nDELE 2\\r\\n", 16, 0, NULL, 0) = 16
2 sendto(4<socket:[7]>, "QUIT\\r\\n", 6, 0, NULL, 0) = 6
'''.replace('\n2 syncfs', '\n1 write(1<pipe:[3]>, "y", 1) = 1\n2 syncfs')


def changed(text, old, new):
    sure(old in text, old)
    return text.replace(old, new)


def moved(text, part, before):
    """The line with part goes before the line with before (None: away)."""
    lines = text.splitlines(True)
    line = next(one for one in lines if part in one)
    lines.remove(line)
    if before:
        at = next(i for i, one in enumerate(lines) if before in one)
        lines.insert(at, line)
    return ''.join(lines)


WRONG = {
    'no sync of the file': moved(GOOD, 'syncfs', None),
    'the sync failed': changed(GOOD, 'tmp>) = 0', 'tmp>) = -1 EIO (I/O)'),
    'written after the sync': moved(GOOD, 'write(9', 'renameat'),
    'written during the sync': changed(moved(GOOD, 'write(9', 'renameat'),
                                       'tmp>) = 0', 'tmp> <unfinished ...>') +
    '2 <... syncfs resumed>) = 0\n',
    'no sync of the folder': moved(GOOD, 'fsync(7', None),
    'the folder before the rename': moved(GOOD, 'fsync(7', 'renameat'),
    'no row': moved(GOOD, 'pwrite64', None),
    'the row before the folder': moved(GOOD, 'pwrite64', 'fsync(7'),
    'no sync of the row': moved(GOOD, 'fdatasync', None),
    'the sync before the row': moved(GOOD, 'fdatasync', 'pwrite64'),
    'DELE before all is safe': moved(GOOD, 'DELE', 'fdatasync'),
    'QUIT before all is safe': moved(GOOD, 'QUIT', 'fdatasync'),
    'the sync of another folder': changed(GOOD, 'fsync(7<H/data/mail/k/Inbox/'
                                          'new>', 'fsync(7<H/data/mail'),
}


# Thread 2 fetches of kim, thread 3 of lee, whose message is not safe yet.
TWO = GOOD.replace('/mail/k/', '/mail/kim/').replace('\n2 sendto', '''
2 connect(4<socket:[7]>, {sa_family=AF_INET, sin_port=htons(110)}, 16) = 0
3 renameat(6<H/data/mail/lee/Inbox/tmp>, "c", 7<H/data/mail/lee/Inbox/new>, "d") = 0
2 sendto''', 1)
WRONG_OF_TWO = {
    'who asks': changed(TWO, 'htons(110)', 'htons(995)'),
    'a folder for both': changed(TWO, '3 renameat', '3 mkdir("H/data/mail/kim",'
                                 ' 0700) = 0\n3 renameat'),
    'what goes on': changed(TWO, '3 renameat', '3 write(8<H/data/outbox/a>, '
                            '"x", 1) = 1\n3 renameat'),
}

SENT = '''1 write(9<H/data/outbox/a.tmp>, "x", 1) = 1
1 fsync(9<H/data/outbox/a.tmp>) = 0
1 rename("H/data/outbox/a.tmp", "H/data/outbox/a") = 0
1 fsync(7<H/data/outbox>) = 0
1 pwrite64(5<H/data/pabal.db-wal>, "row", 3, 0) = 3
1 fdatasync(5<H/data/pabal.db-wal>) = 0
2 pwrite64(6<H/data/pabal.db-wal>, "sending", 7, 3) = 7
2 fdatasync(6<H/data/pabal.db-wal>) = 0
2 write(3<H/data/outbox/journal>, "start", 5) = 5
2 write(3<H/data/outbox/journal>, "begun", 5) = 5
2 sendto(4<socket:[7]>, "MAIL FROM:<a>\\r\\n", 16, 0, NULL, 0) = 16
2 linkat(AT_FDCWD, "H/data/outbox/a", 7<H/data/mail/k/Sent/cur>, "c", 0) = 0
2 fsync(7<H/data/mail/k/Sent/cur>) = 0
2 pwrite64(6<H/data/pabal.db-wal>, "copy", 4, 9) = 4
2 fdatasync(12<H/data/pabal.db-wal>) = 0
2 unlink("H/data/outbox/a") = 0
'''
WRONG_SENT = {
    'a letter without sync': moved(SENT, 'fsync(9', None),
    'its folder without sync': moved(SENT, 'fsync(7<H/data/outbox', None),
    'its folder too early': moved(SENT, 'fsync(7<H/data/outbox', 'rename('),
    'nobody knows that it is sent': moved(SENT, '"sending"', None),
    'that is not synced': moved(SENT, 'fdatasync(6', None),
    'that is synced too late': moved(SENT, 'fdatasync(6', 'linkat'),
    'another said so': changed(SENT, '2 pwrite64(6<H/data/pabal.db-wal>, "sen',
                               '1 pwrite64(6<H/data/pabal.db-wal>, "sen'),
    'nobody noted that it is begun': moved(SENT, '"begun"', None),
    'that is noted too late': moved(SENT, '"begun"', 'linkat'),
    'no copy': moved(SENT, 'linkat', None),
    'the copy\'s folder without sync': moved(SENT, 'fsync(7<H/data/mail', None),
    'no row of the copy': moved(SENT, '"copy"', None),
    'no sync of that': moved(SENT, 'fdatasync(12', None),
    'the letter goes before': moved(SENT, 'unlink', 'fdatasync(12'),
}


def look_at(folder, text, kind=Judge):
    path = folder + '/log'
    with open(path, 'w') as f:
        f.write(text.replace('<H/', f'<{folder}/').replace('"H/',
                                                           f'"{folder}/'))
    return judge(path, folder, kind, {110: 'kim'})


def check_self():
    failed = 0
    with tempfile.TemporaryDirectory(prefix='pabal-order-') as folder:
        folder = os.path.realpath(folder)
        for text, wrong, deleted, kind in (
                (GOOD, WRONG, 2, Judge), (TWO, WRONG_OF_TWO, 2, Judge),
                (SENT, WRONG_SENT, 1, SenderJudge)):
            right = look_at(folder, text, kind)
            if right.bad or right.deleted != deleted:
                failed += 1
                print('FAILED: the right order:', right.bad, right.deleted)
            for name, changed_text in wrong.items():
                if not look_at(folder, changed_text, kind).bad:
                    failed += 1
                    print('FAILED: not found: ' + name)
    total = 3 + len(WRONG) + len(WRONG_OF_TWO) + len(WRONG_SENT)
    print(f'{total - failed} passed, {failed} failed')
    return failed != 0


def main():
    if sys.argv[1:2] == ['--run']:
        return run_all(sys.argv[2:])
    if sys.argv[1:] == ['--self']:
        return check_self()
    verdict = judge(*sys.argv[1:3])
    print('\n'.join(verdict.bad) or f'{len(verdict.placed)} messages, '
          f'{verdict.deleted} DELE, all in order')
    return bool(verdict.bad)


if __name__ == '__main__':
    sys.exit(main())
