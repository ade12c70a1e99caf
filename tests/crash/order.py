#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is all on the disk before the server is told to delete?

  order.py LOG HOME       judge one log of strace (made with STRACE below)
  order.py --run          fetch in several ways, be fetched from; judge each
  order.py --self         the judge finds what is wrong in logs made wrong

The order for each message: its file is synced, then renamed into its folder,
the folder is synced, the index is written and synced, and only then DELE goes
out, or QUIT.  A batch shares its syncs: syncfs is a sync of every file and
folder.  What a sync covers is what was written before it began; it counts when
it has ended well.  Folders that were made count like files: their parents have
to be synced.

When it is our server that deletes, the folders are synced before the client is
told that all is done.
"""

import os
import re
import signal
import sys
import tempfile

from crash import Bad, Fetch, need, sure
from serve import GONE, Serve, Served

STRACE = ['strace', '-f', '-qq', '-y', '-s', '9000', '-e', 'trace=openat,write,'
          'pwrite64,writev,pwritev,fsync,fdatasync,syncfs,rename,renameat,'
          'renameat2,link,linkat,mkdir,mkdirat,ftruncate,sendto,sendmsg']
WRITES = ('write', 'pwrite64', 'writev', 'pwritev', 'ftruncate')
CALL = re.compile(r'(?:(\d+) +)?(\w+)\((.*)$')
RESUMED = re.compile(r'(?:(\d+) +)?<\.\.\. (\w+) resumed>(.*)$')
AT = r'(?:AT_FDCWD|\d+)(?:<([^>]*)>)?, "((?:[^"\\]|\\.)*)"'
PATH = r'"((?:[^"\\]|\\.)*)"'
DONE = re.compile(r'\) += (-?\d+)')


def join(folder, name):
    return os.path.normpath(os.path.join(folder or '/', name))


class Judge:
    """Follows a log and notes each promise that was not kept."""

    def __init__(self, home):
        self.home = os.path.realpath(home)
        self.wal = self.home + '/data/pabal.db-wal'
        self.mail = self.home + '/data/mail/'
        self.dirty = set()    # files written since they were synced
        self.stale = set()    # folders with new names since then
        self.placed = {}      # message: 'renamed', 'synced', 'written', 'safe'
        self.begun = {}       # thread: what its sync covers
        self.half = {}        # thread: the beginning of its call
        self.bad = []
        self.deleted = 0

    # what happens

    def written(self, path):
        if not path.startswith(self.home + '/'):
            return
        self.dirty.add(path)
        for now, _, _ in self.begun.values():
            now.discard(path)  # written while that sync goes on: not of it
        if path == self.wal:
            for one, state in self.placed.items():
                if state == 'synced':
                    self.placed[one] = 'written'

    def made(self, path):
        if path.startswith(self.home + '/'):
            self.stale.add(os.path.dirname(path))

    def renamed(self, old, new):
        folder = os.path.dirname(new)
        if not new.startswith(self.mail) or os.path.basename(folder) == 'tmp':
            return
        if old in self.dirty:
            self.bad.append(f'{new}: renamed before it was synced')
        self.stale.add(folder)
        self.placed[new] = 'renamed'

    def covered(self, path, everything):
        now = self.dirty | self.stale
        now = now if everything else now & {path}
        ready = {one for one, state in self.placed.items()
                 if state == 'renamed' and os.path.dirname(one) in now}
        logged = {one for one, state in self.placed.items()
                  if state == 'written' and self.wal in now}
        return now, ready, logged

    def synced(self, covered):
        now, ready, logged = covered
        self.dirty -= now
        self.stale -= now
        for one in ready:
            self.placed[one] = 'synced'
        for one in logged:
            self.placed[one] = 'safe'

    def told(self, word, count):
        for one, state in self.placed.items():
            if state != 'safe':
                why = {'renamed': 'its folder was not synced',
                       'synced': 'the index was not written',
                       'written': 'the index was not synced'}[state]
                self.bad.append(f'{one}: {word} while {why}')
        for path in self.stale:
            self.bad.append(f'{path}: {word} before this folder was synced')
        if word == 'DELE':
            self.deleted += count

    # the log

    def path_of(self, rest):
        found = re.match(r'\d+<([^>]*)>', rest)
        return found[1] if found else ''

    def begin(self, thread, call, rest):
        """What counts from the moment it is asked for."""
        if call in ('fsync', 'fdatasync', 'syncfs'):
            self.begun[thread] = self.covered(self.path_of(rest),
                                              call == 'syncfs')
        elif call in WRITES and '<socket:' not in rest.split(',')[0]:
            self.written(self.path_of(rest))
        if call in ('sendto', 'write', 'sendmsg', 'writev') and \
                '<socket:' in rest.split(',')[0]:
            for word in ('DELE', 'QUIT'):
                count = len(re.findall(r'(?:"|\\n)' + word, rest))
                if count:
                    self.told(word, count)

    def end(self, thread, call, rest):
        """What counts only when it has gone well."""
        done = DONE.search(rest)
        if not done or int(done[1]) < 0:
            self.begun.pop(thread, None)
            return
        if call in ('fsync', 'fdatasync', 'syncfs'):
            self.synced(self.begun.pop(thread, (set(), set(), set())))
        elif call in ('mkdir', 'mkdirat'):
            found = re.match(AT if call == 'mkdirat' else PATH, rest)
            self.made(join(*found.groups()) if call == 'mkdirat' else found[1])
        elif call.startswith(('rename', 'link')):
            if call in ('rename', 'link'):
                found = re.match(PATH + ', ' + PATH, rest)
                self.renamed(found[1], found[2])
            else:
                found = re.match(AT + ', ' + AT, rest)
                self.renamed(join(found[1], found[2]), join(found[3], found[4]))

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

    def renamed(self, old, new):
        if new.startswith(self.mail):
            super().renamed(old, new)
            self.stale.add(os.path.dirname(old))

    def begin(self, thread, call, rest):
        super().begin(thread, call, rest)
        if call == 'sendto' and '+OK Bye' in rest:
            self.deleted += 1
            for path in self.stale:
                self.bad.append(f'{path}: said goodbye before it was synced')


def judge(log, home, kind=Judge):
    verdict = kind(home)
    with open(log, errors='replace') as f:
        for text in f:
            verdict.line(text.rstrip('\n'))
    return verdict


def fetch(n, keep='no', lines='', earlier=0, part=None):
    """Messages stored and deleted of one fetch under the judge."""
    story = Fetch(n, keep, part, lines)
    log = story.folder + '/strace.log'
    try:
        if earlier:
            box, story.server.box = story.server.box, story.server.box[:earlier]
            story.pabal('fetch')
            story.server.box = story.server.box + box[earlier:]
        got = story.tell(before=[*STRACE, '-o', log])
        sure(got[0] == 0, str(got))
        verdict = judge(log, story.folder)
        sure(not verdict.bad, '\n'.join(verdict.bad[:10]))
        return len(verdict.placed), verdict.deleted
    finally:
        story.close()


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
}


def run_all():
    need('strace')
    failed = 0
    runs = {**RUNS, 'given out': (None, (len(GONE), 2))}
    for name, (how, wanted) in runs.items():
        try:
            got = fetch(**how) if how else serve()
            sure(got == wanted, f'{got[0]} messages, {got[1]} DELE')
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


def look_at(folder, text):
    path = folder + '/log'
    with open(path, 'w') as f:
        f.write(text.replace('<H/', f'<{folder}/'))
    return judge(path, folder)


def check_self():
    failed = 0
    with tempfile.TemporaryDirectory(prefix='pabal-order-') as folder:
        folder = os.path.realpath(folder)
        right = look_at(folder, GOOD)
        if right.bad or right.deleted != 2 or len(right.placed) != 1:
            failed += 1
            print('FAILED: the right order:', right.bad, right.deleted)
        for name, text in WRONG.items():
            if not look_at(folder, text).bad:
                failed += 1
                print('FAILED: not found: ' + name)
    print(f'{1 + len(WRONG) - failed} passed, {failed} failed')
    return failed != 0


def main():
    if sys.argv[1:] == ['--run']:
        return run_all()
    if sys.argv[1:] == ['--self']:
        return check_self()
    verdict = judge(*sys.argv[1:3])
    print('\n'.join(verdict.bad) or f'{len(verdict.placed)} messages, '
          f'{verdict.deleted} DELE, all in order')
    return bool(verdict.bad)


if __name__ == '__main__':
    sys.exit(main())
