#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""One fault at each system call of pabal, then a run without: nothing may be
lost, doubled, cut or left behind.

  sweep.py --all [FAULT...]           every point of every fault and story
  sweep.py --sample N [FAULT...]      about N points of each, the same each time
  sweep.py --at POINT FAULT STORY     one point, with what pabal said
  sweep.py --list                     the faults and the stories
  sweep.py --story NAME ...           only that one

Points are the calls of all threads together (fault.c), in the order of a run
without fault; of allocations, the ways that lead to one.  The faults
"strace-..." let strace do it, which needs no library in the program but counts
each thread by itself.
"""

import argparse
import concurrent.futures
import os
import re
import shutil
import signal
import sys
import tempfile
import time

from boxes import BOXES
from crash import (STORIES, WRITING, Bad, build_fault, leave_out, sure)
from serve import Serve

STORIES['serve'] = Serve
SYNCS = 'fsync,fdatasync,syncfs'
FULL = 'write,pwrite64,create,mkdir,ftruncate'
FETCHES = ('fetch', 'few', 'keep')
MAIL = ('fetch', 'few', 'send', 'import', 'index', 'filed', 'rules')
FILES = tuple(BOXES)
EXPORTS = ('export-maildir', 'export-mbox')
STRACE_KILL = ('write', 'pwrite64', 'rename', 'renameat', 'unlink', 'unlinkat',
               'fsync', 'fdatasync', 'syncfs', 'openat', 'sendto', 'ftruncate')

# name: what the library does, to which calls, from there on, in which stories
FAULTS = {
    'kill': ('kill', WRITING, False, MAIL + ('send-many', 'send-piped', 'keep',
                                             'upgrade', 'serve') + FILES),
    'torn': ('torn', 'write,pwrite64,send', False, MAIL + ('send-many',) + EXPORTS),
    'term': ('term', WRITING, False, MAIL + ('send-many',) + EXPORTS),
    'full': ('ENOSPC', FULL, True, MAIL + ('upgrade', 'serve') + EXPORTS),
    'full-once': ('ENOSPC', FULL, False, MAIL + ('send-many', 'serve')),
    'quota': ('EDQUOT', FULL, True, ('fetch', 'send', 'rules')),
    'too-big': ('EFBIG', 'write,pwrite64', True, ('fetch', 'send', 'rules')),
    'sync': ('EIO', SYNCS, False, MAIL + ('upgrade', 'serve') + EXPORTS),
    'sync-on': ('EIO', SYNCS, True, MAIL + ('serve',)),
    'write': ('EIO', 'write,pwrite64', False, MAIL + EXPORTS),
    'close': ('EIO', 'close', False, ('fetch', 'send') + EXPORTS),
    'rename': ('EACCES', 'rename,unlink,link', False,
               MAIL + ('serve',) + EXPORTS),
    'files': ('EMFILE', 'open', True, ('fetch', 'send', 'serve')),
    'file': ('EMFILE', 'open', False, ('fetch', 'send', 'serve')),
    'memory': ('memory', '', False, MAIL + ('send-many', 'upgrade') + EXPORTS),
    'memory-on': ('memory', '', True, MAIL + ('send-many', 'upgrade') + EXPORTS),
}
# Not in a sample: when nothing more can be had, libraries that need it for
# themselves (names, OpenSSL's first use) die in ways that hang on the machine.
BY_HAND = ('memory-on',)
# Told once: nothing may come of these at all.
HARMLESS = {
    'short': ('one', 'write,pwrite64,read,pread64,send,recv'),
    'eintr': ('eintr', 'write,pwrite64,read,pread64,send,recv,poll,flock,fsync,'
                       'syncfs,ftruncate'),
}


def read_log(path):
    try:
        with open(path, errors='replace') as f:
            return f.read().splitlines()
    except FileNotFoundError:
        return []


class Sweep:
    def __init__(self, folder):
        self.fault = build_fault(folder)
        self.folder = folder
        self.swept = set()

    def preload(self, log, do='', calls='', number=0, on=False):
        env = {'LD_PRELOAD': self.fault, 'FAULT_LOG': log, 'FAULT_DO': do,
               'FAULT_CALLS': calls, 'FAULT_AT': str(number),
               'FAULT_ON': '1' if on else '0', 'FAULT_FILES': '1'}
        if do == 'memory':
            env.update(FAULT_CALLS='', FAULT_AT='0', FAULT_STACK=str(number))
        return env

    def points(self, fault, story):
        """Those of a run without fault."""
        do, calls, *_ = FAULTS[fault]
        told = STORIES[story]()
        log = told.folder + '/fault.log'
        try:
            got = told.tell(self.preload(log, do, calls,
                                         'all' if do == 'memory' else 0))
            sure(got[0] == 0, f'without fault: {got}')
            lines = read_log(log)
        finally:
            told.close()
        if do == 'memory':
            return [line.split()[1] for line in lines]
        return list(range(1, len(lines) + 1))

    def point(self, fault, story, number):
        """What pabal said, and why that was wrong (None: it was right)."""
        do, calls, on, _ = FAULTS[fault]
        told = STORIES[story]()
        log = told.folder + '/fault.log'
        got = None
        try:
            got = told.tell(self.preload(log, do, calls, number, on))
            if do == 'memory' and of_a_library(log, got):
                got = (-signal.SIGKILL, '')
                do = 'kill'
            self.judge(told, got, do in ('kill', 'torn', 'term'))
            return got, None
        except Bad as e:
            lines = read_log(log)
            hit = [i for i, line in enumerate(lines) if line.startswith('HIT')]
            if hit:
                # An allocation's way has some lines.
                end = len(lines) if do == 'memory' else hit[0] + 1
                hit = lines[hit[0]:end]
            return got, f'{e}\n  ' + '\n  '.join(hit) + f'\n  status {got}'
        finally:
            told.close()

    def judge(self, told, got, killed):
        told.check_after_fault(got, killed)
        told.again()
        told.check_end()

    def harmless(self, name, story):
        do, calls = HARMLESS[name]
        told = STORIES[story]()
        got = None
        try:
            # No log: so many calls would take longer than a lock is waited for.
            env = self.preload('', do, calls, 1, True)
            got = told.tell(dict(env, FAULT_FILES='0'))
            told.check_after_fault(got, False)
            sure(got[0] == 0, 'fails')
            if story != 'send':
                told.again()
            told.check_end()
            return got, None
        except Bad as e:
            return got, f'{e}\n  status {got}'
        finally:
            told.close()

    def strace(self, call, story, number):
        """Like kill, by strace: None when no thread came so far."""
        told = STORIES[story]()
        log = told.folder + '/strace.log'
        before = ['strace', '-f', '-qq', '-o', log, '-e', 'trace=' + call,
                  '-e', f'inject={call}:signal=KILL:when={number}']
        got = None
        try:
            got = told.tell(before=before)
            if not any('SIGKILL' in line for line in read_log(log)):
                return got, 'over'
            # strace dies as its child did.
            self.judge(told, got, True)
            return got, None
        except Bad as e:
            return got, f'{e}\n  status {got}'
        finally:
            told.close()


def of_a_library(log, got):
    """Ended by a library that does not bear to be without memory: OpenSSL 3.0
    in its first use, which is before any server is asked (digest_warm_up), and
    the C library reading nsswitch.conf.  Then all must be as after a kill."""
    status, text = got
    if status == -signal.SIGABRT:
        return re.search(r'nss_database\.c:\d+: nss_database_reload', text)
    way = '\n'.join(read_log(log))
    return (status == -signal.SIGSEGV and 'Sanitizer' not in text and
            re.search(r'libcrypto|\(getaddrinfo\+', way))


def some(points, sample):
    """All, or some of them: never the same distance from a regular event."""
    total = len(points)
    if sample is None or sample >= total:
        return points
    chosen = {(i * total + i * 7 % total) // sample % total
              for i in range(sample)}
    return [points[i] for i in sorted(chosen)]


class Report:
    def __init__(self):
        self.passed = 0
        self.failed = 0

    def add(self, name, why):
        if why is None:
            self.passed += 1
        else:
            self.failed += 1
            print(f'FAILED: {name}: {why}', flush=True)


def sweep_fault(sweep, pool, fault, story, sample, report):
    start = time.monotonic()
    points = sweep.points(fault, story)
    if FAULTS[fault][0] == 'memory':
        # What every command does was swept with the first.
        points = [one for one in points if (fault, one) not in sweep.swept]
        sweep.swept.update((fault, one) for one in points)
    chosen = some(points, sample)
    jobs = [pool.submit(sweep.point, fault, story, one) for one in chosen]
    for one, job in zip(chosen, jobs):
        report.add(f'{fault} {story} {one}', job.result()[1])
    print(f'{fault} {story}: {len(chosen)} of {len(points)} points, '
          f'{time.monotonic() - start:.1f} s', flush=True)


def sweep_harmless(sweep, pool, name, report):
    for story in MAIL + ('serve',):
        report.add(f'{name} {story}',
                   pool.submit(sweep.harmless, name, story).result()[1])


def sweep_strace(sweep, pool, call, sample, report):
    start = time.monotonic()
    number = 0
    step = 1 if sample is None else 7
    while number < 400:
        batch = [number + 1 + i * step for i in range(8 if step == 1 else 2)]
        number = batch[-1]
        jobs = [pool.submit(sweep.strace, call, 'fetch', n) for n in batch]
        whys = [job.result()[1] for job in jobs]
        for n, why in zip(batch, whys):
            if why != 'over':
                report.add(f'strace-{call} {n}', why)
        if 'over' in whys or sample is not None:
            break
    print(f'strace-{call}: up to {number}, {time.monotonic() - start:.1f} s',
          flush=True)


def all_names():
    names = list(FAULTS) + list(HARMLESS)
    if shutil.which('strace') or os.environ.get('PABAL_CI'):
        names += ['strace-' + call for call in STRACE_KILL]
    return names


def sweep_all(sweep, names, sample, story=None):
    report = Report()
    workers = int(os.environ.get('CRASH_JOBS', '3'))
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        for name in names:
            if name in FAULTS:
                for one in FAULTS[name][3]:
                    if story in (None, one):
                        sweep_fault(sweep, pool, name, one, sample, report)
            elif name in HARMLESS:
                sweep_harmless(sweep, pool, name, report)
            else:
                sweep_strace(sweep, pool, name[len('strace-'):], sample,
                             report)
    print(f'{report.passed} passed, {report.failed} failed')
    return 1 if report.failed or not report.passed else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--all', action='store_true')
    parser.add_argument('--sample', type=int)
    parser.add_argument('--at')
    parser.add_argument('--story', choices=STORIES)
    parser.add_argument('--list', action='store_true')
    parser.add_argument('names', nargs='*')
    options = parser.parse_args()
    if options.list:
        print('\n'.join(all_names()), '\n\n', ' '.join(STORIES), sep='')
        return 0
    with tempfile.TemporaryDirectory(prefix='pabal-sweep-') as folder:
        sweep = Sweep(folder)
        if options.at is not None:
            got, why = sweep.point(*options.names, options.at)
            print(got[1], f'status {got[0]}', why or 'right', sep='\n')
            return why is not None
        if not options.all and options.sample is None:
            parser.error('--all or --sample N')
        unknown = set(options.names) - set(all_names())
        if unknown & {'strace-' + call for call in STRACE_KILL}:
            leave_out('strace is not installed')
        if unknown:
            parser.error(f'no such fault: {unknown}')
        names = options.names or [
            n for n in all_names() if options.all or n not in BY_HAND]
        return sweep_all(sweep, names,
                         None if options.all else options.sample,
                         options.story)


if __name__ == '__main__':
    sys.exit(main())
