#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Play parts of hostile_parts.py against pabal and look what it made of them.

  hostile_run.py pop3|smtp [PART...]     $PABAL is the program

What must hold whatever the server does (the numbers are those of the checks):
 1  a message that the server dropped is stored here, byte for byte
 2  nothing is stored twice, after any number of runs
 3  nothing incomplete is visible, and nothing is left in tmp
 4  where the account wants TLS, no login went out without it
 5  time, memory and CPU stay within bounds
 6  the exit status tells what kind of failure it was; the other account of the
    same run gets its mail
 7  no control character of the server reaches the output
 8  no report of a sanitizer, no crash
"""

import concurrent.futures
import glob
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import hostile_parts
from hostile_server import (PASSWORD, Pop3, Server, Smtp, letter,
                            make_certificates, sha256)

TIMEOUT_MS = 3000
# What the client may add to its own limits: starting, syncing, a busy machine.
GRACE = 25
MEMORY_KB = 64 << 10
PABAL = os.path.abspath(os.environ.get('PABAL', './pabal'))
HEADER_ONLY = b'X-Pabal-Header-Only: '
CONTROL = re.compile('[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f'
                     '\u2028-\u202e\u2060\u2066-\u2069\ufeff]')
REPORT = re.compile('AddressSanitizer|runtime error:|LeakSanitizer|Assertion')
LOGIN = re.compile('(?i)^(USER|PASS|APOP|AUTH) ')


class Failed(Exception):
    pass


def check(number, truth, text):
    if not truth:
        raise Failed(f'{number}: {text}')


def is_sanitized():
    with open(PABAL, 'rb') as f:
        return b'__asan_init' in f.read()


def watch_memory(pid, over, peak):
    """The most memory so far, in KB (what wait4 says begins with ours)."""
    while not over.wait(0.02):
        try:
            with open(f'/proc/{pid}/status') as f:
                text = f.read()
        except OSError:
            return
        found = re.search(r'VmHWM:\s+(\d+)', text)
        if found and 'Name:\tpython' not in text:
            peak.append(int(found[1]))


class Home:
    """A home for pabal below folder, with accounts."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder + '/config', mode=0o700)
        self.password = folder + '/password'
        with open(self.password, 'w', opener=lambda p, f: os.open(
                p, f, 0o600)) as f:
            f.write(PASSWORD)
        self.accounts = ''

    def account(self, name, lines):
        self.accounts += (f'[{name}]\naddress = {name}@example.kr\n'
                          f'password_file = {self.password}\n{lines}\n')
        path = self.folder + '/config/accounts'
        with open(path, 'w', opener=lambda p, f: os.open(p, f, 0o600)) as f:
            f.write(self.accounts)

    def change_account(self, old, new):
        check(6, old in self.accounts, 'no ' + old)
        self.accounts = self.accounts.replace(old, new)
        with open(self.folder + '/config/accounts', 'w') as f:
            f.write(self.accounts)

    def run(self, *words, stdin=None, wall=90, step=None,
            timeout_ms=TIMEOUT_MS, more=None):
        """(exit status, output, seconds, CPU seconds, KB)

        more: of the environment."""
        env = dict(os.environ, PABAL_TEST_TIMEOUT_MS=str(timeout_ms),
                   **(more or {}))
        if step:
            env['PABAL_TEST_STEP'] = step
        env.setdefault('LC_ALL', 'C.UTF-8')
        out = tempfile.TemporaryFile()
        start = time.monotonic()
        child = subprocess.Popen(
            [PABAL, '--home', self.folder, *words], env=env, stdout=out,
            stderr=out, stdin=subprocess.PIPE if stdin else subprocess.DEVNULL)
        if stdin:
            child.stdin.write(stdin)
            child.stdin.close()
        timer = threading.Timer(wall, child.kill)
        timer.start()
        over = threading.Event()
        peak = []
        watch = threading.Thread(target=watch_memory,
                                 args=(child.pid, over, peak))
        watch.start()
        # Not reaped while it is watched: the number stays its own.
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        over.set()
        watch.join()
        _, status, usage = os.wait4(child.pid, 0)
        timer.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read().decode('utf-8', 'backslashreplace')
        return (child.returncode, text, time.monotonic() - start,
                usage.ru_utime + usage.ru_stime, max(peak, default=0))

    def files(self, account, sub=('cur', 'new')):
        found = []
        for one in sub:
            found += glob.glob(f'{glob.escape(self.folder)}/data/mail/'
                               f'{account}/*/{one}/*')
        return found

    def throw_away(self, server, needle, empty=True):
        """What another mail program and pabal trash empty do."""
        for path in self.files('bad'):
            with open(path, 'rb') as f:
                data = f.read()
            if needle not in data:
                continue
            os.rename(path, f'{self.folder}/data/mail/bad/Trash/cur/' +
                      os.path.basename(path).partition(':')[0] + ':2,S')
        if empty:
            server.unwanted |= {sha256(d) for _, d in server.box if needle in d}
            status, text, *_ = self.run('trash', 'empty')
            check(6, status == 0, text)

    def stored(self, account, headers=False):
        """SHA-256 of the whole messages, or of what is a header alone."""
        out = []
        for path in self.files(account):
            with open(path, 'rb') as f:
                data = f.read()
            if data.startswith(HEADER_ONLY) == headers:
                out.append(sha256(data))
        return out

    def shows(self, *words):
        status, text, *_ = self.run('account', 'show', 'bad')
        check(6, status == 0 and all(w in text for w in words), text)

    def fill(self, status=0, says='', step=None):
        """Get the whole of each message of which the header is here."""
        for row in self.rows('bad'):
            if row['on_server'] and step:
                got = self.run('fetch', '--message', str(row['id']), step=step)
                check(6, got[0] == -signal.SIGKILL, f'never came to {step}')
            if row['on_server']:
                got = self.run('fetch', '--message', str(row['id']))
                check_output(*got, is_sanitized(), {})
                check(6, got[0] == status and says in got[1],
                      f'fetch --message ends with {got[0]}: {got[1]}')

    def rows(self, account):
        status, text, *_ = self.run('--json', 'list', '-a', account,
                                    '-n', '100000')
        check(6, status == 0, f'list ends with {status}: {text[:300]}')
        return [json.loads(line) for line in text.splitlines() if line]


def whole(data):
    """What RETR gives for it."""
    return data if not data or data.endswith(b'\r\n') else data + b'\r\n'


def check_output(status, text, seconds, cpu, memory, sanitized, part):
    check(8, not REPORT.search(text), text[-3000:])
    check(8, status >= 0, f'killed by signal {-status}')
    check(7, not CONTROL.search(text), repr(text[:500]))
    limit = part.get('seconds', TIMEOUT_MS / 1000) + GRACE
    check(5, seconds < limit, f'{seconds:.1f} s')
    if not sanitized:
        check(5, memory < part.get('memory', MEMORY_KB), f'{memory} KB')
        check(5, cpu < max(5, part.get('seconds', 0)), f'{cpu:.1f} s of CPU')


def check_logins(server, part):
    wants = part.get('client_tls', 'plain') != 'plain'
    for entry in server.log:
        if entry['event'] == 'line':
            check(4, not (wants and not entry['tls'] and
                          LOGIN.match(entry['text'])),
                  'login without TLS: ' + entry['text'])
            never = part.get('never')
            check(4, never is None or
                  not entry['text'].upper().startswith(never),
                  entry['text'])


def check_pop3_store(home, server, ever, n):
    stored = home.stored('bad')
    for entry in server.log:
        if entry['event'] == 'dropped':
            check(1, entry['sha'] in ever, 'the test lost count')
            check(1, ever[entry['sha']] in stored or
                  entry['sha'] in server.unwanted,
                  'dropped by the server and not here')
    check(2, len(set(stored)) == len(stored),
          f'{len(stored)} files, {len(set(stored))} different')
    for sha in stored:
        check(3, sha in ever.values(), 'a file that no message is')
    if n is not None:
        check(2, len(stored) == n, f'{len(stored)} stored, not {n}')


def all_messages(server, part):
    ever = {}
    boxes = [part.get('box') or hostile_parts.mail(3), server.box,
             part.get('more', [])]
    for box in boxes:
        for _, data in box:
            ever[sha256(data)] = sha256(whole(data))
    return ever


def play_pop3(name, part, keep, certs, good, sanitized):
    folder = tempfile.mkdtemp(prefix='pabal-hostile-')
    server = Server(Pop3, part, certs).start()
    try:
        home = Home(folder)
        tls = part.get('client_tls', 'plain')
        home.account('bad', f'pop = localhost:{server.port}:{tls}\n'
                     f'smtp = none\nca_file = {certs}/ca.pem\nkeep = {keep}\n'
                     + part.get('key', ''))
        home.account('good', f'pop = localhost:{good.port}:plain\n'
                     'smtp = none\n')
        ever = all_messages(server, part)
        for number, (status, n) in enumerate(part['runs'], 1):
            part.get('before', {}).get(number, lambda h, s: None)(home, server)
            step = part.get('kill', {}).get(number)
            got = home.run('fetch', *(['-a', 'bad'] if step else []),
                           step=step)
            ever.update(all_messages(server, part))
            try:
                if number == 1 and part.get('says'):
                    check(6, part['says'] in got[1], 'does not say "%s"' %
                          part['says'])
                if step:
                    check(6, got[0] == -signal.SIGKILL,
                          f'never came to {step}: {got[0]}')
                else:
                    check_output(*got, sanitized, part)
                    check(6, status is None or got[0] == status,
                          f'exit status {got[0]}, not {status}')
                check(6, len(home.stored('good')) == (number > 1 or not step),
                      'the other account has not got its mail')
                check_pop3_store(home, server, ever, n)
                check_logins(server, part)
                if 'headers' in part:
                    heads = home.stored('bad', headers=True)
                    check(2, len(heads) == part['headers'][number - 1] ==
                          len(set(heads)), f'{len(heads)} headers')
                if 'left' in part:
                    check(1, len(server.box) == part['left'][number - 1],
                          f'{len(server.box)} left on the server')
                if part.get('again') == 'known' and number > 1:
                    check(2, not any(e['event'] == 'gave' and
                                     e['session'] == number
                                     for e in server.log),
                          'fetched again what is here')
            except Failed as e:
                raise Failed(f'run {number}: {e}\n{got[1][-1500:]}')
        rows = home.rows('bad')
        check(2, len(rows) == part.get(
            'rows', len(home.files('bad'))),
              f'{len(rows)} rows, {len(home.files("bad"))} files')
        check(3, not home.files('bad', ('tmp',)), 'files left in tmp')
        logins = [e for e in server.log if e['event'] == 'line' and
                  e['text'].upper().startswith(('PASS ', 'AUTH '))]
        check(6, len(logins) <= part.get('logins', 99),
              f'{len(logins)} logins')
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


class Twenty:
    """Accounts of which the first answers when all others are done."""

    def __init__(self, n=20, patience=60):
        self.patience = patience
        self.together = threading.Barrier(n)
        self.others_done = threading.Event()
        self.lock = threading.Lock()
        self.order = []
        self.servers = [Server(Pop3, self.part(i, n)).start()
                        for i in range(n)]

    def part(self, i, n):
        def greet(s, _):
            try:
                self.together.wait(self.patience)
            except threading.BrokenBarrierError:
                raise ConnectionError('not all came') from None
            return hostile_parts.DEFAULT

        def hold(s, _):
            if not self.others_done.wait(self.patience):
                raise ConnectionError('the others were not done')
            return hostile_parts.DEFAULT

        def leave(s, _):
            with self.lock:
                self.order.append(i)
                if len(self.order) == n - 1:
                    self.others_done.set()
            return hostile_parts.DEFAULT

        part = {'box': [(f'one-{i}', letter(i))], 'greeting': greet,
                'QUIT': leave}
        return dict(part, RETR=hold) if i == 0 else part


def play_twenty(sanitized):
    """All log in at once, and none waits for the slowest."""
    folder = tempfile.mkdtemp(prefix='pabal-hostile-')
    twenty = Twenty()
    try:
        home = Home(folder)
        for i, server in enumerate(twenty.servers):
            home.account(f'a{i}', f'pop = localhost:{server.port}:plain\n'
                         'smtp = none\n')
        got = home.run('fetch', timeout_ms=60000)
        check_output(*got, sanitized, {'seconds': 60})
        check(6, got[0] == 0, got[1])
        check(6, sorted(twenty.order) == list(range(20)) and
              twenty.order[-1] == 0, f'they ended as {twenty.order}')
        for i in range(20):
            check(1, len(home.stored(f'a{i}')) == 1, f'a{i} has no mail')
    finally:
        for server in twenty.servers:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def jobs_pop3(names, certs, good, sanitized):
    if not names or 'twenty' in names:
        yield 'twenty', lambda: play_twenty(sanitized)
    for name, part in hostile_parts.POP3.items():
        if names and name not in names:
            continue
        for keep in part.get('keep', ('no',)):
            yield (f'{name} (keep = {keep})',
                   lambda n=name, p=part, k=keep: play_pop3(
                       n, p, k, certs, good, sanitized))


LETTER = (
    'From: bad@example.kr\nTo: {to}\nSubject: 가을 소식\n\n'
    '.\n..dot\n가나다라 뷁\nlong {long}\nbare \r cr\r.\rend\n'
    '.\r\nMAIL FROM:<evil@example.kr>\r\nRCPT TO:<evil@example.kr>\r\n'
    'DATA\r\nSubject: smuggled\r\n\r\nx\n.\r\nlast line\n')


def check_sent(server, part, copies):
    kept = [e for e in server.log if e['event'] == 'kept']
    check(1, len(kept) == copies, f'{len(kept)} copies, not {copies}')
    ids = set()
    for entry in kept:
        check(3, entry['bare_cr'] == 0 and entry['bare_lf'] == 0,
              'bare CR or LF')
        check(3, entry['longest'] <= 998, f'line of {entry["longest"]}')
        check(3, not (entry['eight_bit'] and part.get('seven_bit')),
              '8-bit without 8BITMIME')
        check(3, entry['text'].endswith('\r\n'), 'cut')
        check(4, 'evil' not in str(entry['mail']) + str(entry['recipients']),
              'smuggled')
        ids.add(re.search('(?im)^Message-ID: *(\\S+)', entry['text'])[1])
        if 'nobody@example.kr' in part.get('to', ()):
            check(2, 'nobody' not in str(entry['recipients']),
                  'to the refused one')
    check(2, len(ids) <= 1, 'another Message-ID for the same mail')


def play_smtp(name, part, certs, sanitized):
    folder = tempfile.mkdtemp(prefix='pabal-hostile-')
    server = Server(Smtp, part, certs).start()
    try:
        home = Home(folder)
        tls = part.get('client_tls', 'plain')
        home.account('bad', f'pop = none\nsmtp = localhost:{server.port}:{tls}'
                     f'\nca_file = {certs}/ca.pem\n')
        to = part.get('to', ['lee@example.kr'])
        text = LETTER.format(to=', '.join(to), long='x' * 1500)
        text += 'more and more and more and more\n' * (
            150000 if part.get('large') else 1)
        for number, (status, copies) in enumerate(part['runs'], 1):
            if number == 1:
                got = home.run('send', '-a', 'bad', *to, stdin=text.encode())
            else:
                got = home.run('outbox', 'retry', 'all')
            try:
                if number == 1 and part.get('says'):
                    check(6, part['says'] in got[1], 'does not say "%s"' %
                          part['says'])
                check_output(*got, sanitized, part)
                check(6, got[0] == status or (status is None and got[0] != 0),
                      f'exit status {got[0]}, not {status}')
                check_sent(server, part, copies)
                check_logins(server, part)
                check_kept_here(home, got[0], sanitized, part)
            except Failed as e:
                raise Failed(f'run {number}: {e}\n{got[1][-1500:]}')
        logins = [e for e in server.log if e['event'] == 'line' and
                  e['text'].upper().startswith('AUTH ')]
        check(6, len(logins) <= part.get('logins', 99), f'{len(logins)} logins')
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def fill_outbox(home, server, part):
    """Letters that could not be sent yet."""
    server.part = dict(part, greeting=hostile_parts.say('421 4.3.2 later'))
    for i in range(part['many']):
        to = f'lee{i}@example.kr'
        got = home.run('send', '-a', 'bad', to, stdin=LETTER.format(
            to=to, long='x' * 1500).encode())
        check(6, got[0] == hostile_parts.TEMP, f'not kept: {got}')
    server.part = part


def check_many(server, part, copies):
    kept = [e for e in server.log if e['event'] == 'kept']
    check(1, copies is None or len(kept) == copies,
          f'{len(kept)} copies, not {copies}')
    times = {}
    for entry in kept:
        one = re.search('(?im)^Message-ID: *(\\S+)', entry['text'])[1]
        times[one] = times.get(one, 0) + 1
        check(3, entry['text'].endswith('\r\n'), 'cut')
        check(4, 'evil' not in str(entry['mail']) + str(entry['recipients']),
              'smuggled')
    doubled = sum(n - 1 for n in times.values())
    check(2, max(times.values(), default=0) <= 2 and
          doubled <= part.get('twice', 0), f'came twice: {times}')
    return set(times)


def play_many(name, part, certs, sanitized):
    """Several mails over one connection."""
    folder = tempfile.mkdtemp(prefix='pabal-hostile-')
    server = Server(Smtp, part, certs).start()
    try:
        home = Home(folder)
        home.account('bad', 'pop = none\n'
                     f'smtp = localhost:{server.port}:plain\n')
        fill_outbox(home, server, part)
        for number, (status, copies) in enumerate(part['runs'], 1):
            got = home.run('outbox', 'retry', 'all')
            try:
                check_output(*got, sanitized, part)
                check(6, part.get('says', '') in got[1], 'does not say it')
                check(6, status is None or got[0] == status,
                      f'exit status {got[0]}, not {status}')
                ids = check_many(server, part, copies)
            except Failed as e:
                raise Failed(f'run {number}: {e}\n{got[1][-1500:]}')
        left = part.get('left', 0)
        rows = home.run('--json', 'outbox', 'list')[1].splitlines()
        sent = [f for f in home.files('bad') if '/Sent/' in f]
        check(1, len(rows) == left, f'{len(rows)} rows left, not {left}')
        check(1, len(ids) == part['many'] - left, f'{len(ids)} arrived')
        check(1, len(sent) == part['many'] - left, f'{len(sent)} in Sent')
        used = server.sessions - part['many']
        check(6, used <= part.get('sessions', 99), f'{used} connections')
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def check_kept_here(home, status, sanitized, part):
    """What was not sent is in the outbox, what was is in Sent, once."""
    rows = home.run('--json', 'outbox', 'list')
    check_output(*rows, sanitized, part)
    waiting = [json.loads(line) for line in rows[1].splitlines() if line]
    sent = [f for f in home.files('bad') if '/Sent/' in f or '/.Sent/' in f]
    if status == 0:
        check(1, not waiting, f'still in the outbox: {waiting}')
        check(1, len(sent) == 1, f'{len(sent)} copies in Sent')
    elif status not in (64, 65):  # it was not even taken
        check(1, len(waiting) == 1, f'{len(waiting)} rows in the outbox')
        check(1, len(sent) == part.get('sent', 0),
              f'{len(sent)} copies in Sent of what was not sent to all')


def jobs_smtp(names, certs, sanitized):
    for name, part in hostile_parts.SMTP.items():
        if not names or name in names:
            play = play_many if 'many' in part else play_smtp
            yield name, lambda n=name, p=part, play=play: play(
                n, p, certs, sanitized)


def run_one(job):
    name, play = job
    start = time.monotonic()
    try:
        play()
        return name, None, time.monotonic() - start
    except Failed as e:
        return name, str(e), time.monotonic() - start


def main():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    kind, names = sys.argv[1], sys.argv[2:]
    certs = tempfile.mkdtemp(prefix='pabal-hostile-certs-')
    make_certificates(certs)
    good = Server(Pop3, {'box': [('one', letter(99))]}).start()
    if kind == 'smtp':
        jobs = list(jobs_smtp(names, certs, is_sanitized()))
    else:
        jobs = list(jobs_pop3(names, certs, good, is_sanitized()))
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(
            int(os.environ.get('HOSTILE_JOBS', '6'))) as pool:
        for name, why, seconds in pool.map(run_one, jobs):
            if why is None:
                print(f'ok: {name} {seconds:.1f} s', flush=True)
            else:
                failed += 1
                print(f'FAILED: {name} {seconds:.1f} s\n    ' +
                      why.replace('\n', '\n    '), flush=True)
    shutil.rmtree(certs, ignore_errors=True)
    print(f'{len(jobs) - failed} passed, {failed} failed')
    sys.exit(failed != 0 or not jobs)


if __name__ == '__main__':
    main()
