#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How well and how fast the spam filter tells spam, beside bogofilter.

    spam_eval.py --pabal PROGRAM [--shuffle N] [--no-peer] [INDEX ...]

An INDEX has a line for each message, in the order in which they came:
"ham TAB path" or "spam TAB path", paths from where the index is.  Without one,
mail is made: the classes share most words, so that there is something to miss.

Each message is judged, then its truth is taught; ways to teach:
    all      every message
    errors   only what was judged wrongly or unsure
    wrong    every message, one label in twenty is wrong
Of each: ham lost and spam missed by the verdict; (1-AUC) %: of all pairs of a
ham and a spam, how many are in the wrong order; spam missed where one ham in a
thousand is lost; ham lost among the first 300 messages.  Then: of the messages
that were given a probability, how many were spam; and messages a CPU second,
learnt and judged in bulk.
"""
import argparse
import bisect
import os
import random
import resource
import shutil
import subprocess
import tempfile

WAYS = ('all', 'errors', 'wrong')
STEPS = (0, .01, .05, .2, .4, .6, .8, .95, .99, 1.001)


class Pabal:
    name = 'pabal'

    def __init__(self, program, folder):
        self.child = subprocess.Popen(
            [program, '--home', folder, 'spam', 'batch'],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            bufsize=1)

    def ask(self, line):
        self.child.stdin.write(line + '\n')
        self.child.stdin.flush()
        return self.child.stdout.readline().split()

    def judge(self, path):
        verdict, score, probability = self.ask('C ' + path)
        return verdict, float(score), float(probability)

    def teach(self, path, is_spam):
        self.ask(('S ' if is_spam else 'H ') + path)

    def close(self):
        self.child.stdin.write('Q\n')
        self.child.stdin.close()
        self.child.wait()


class Bogofilter:
    name = 'bogofilter'

    def __init__(self, program, folder):
        self.base = ['bogofilter', '-d', folder]
        self.knows = False

    def judge(self, path):
        if not self.knows:
            return 'unsure', 0.5, 0.5
        out = subprocess.run(self.base + ['-e', '-TT', '-I', path],
                             stdout=subprocess.PIPE, text=True).stdout
        p = float(out.split()[-1])
        return ('spam' if p >= .99 else 'ham' if p <= .45 else 'unsure'), p, p

    def teach(self, path, is_spam):
        self.knows = True
        subprocess.run(self.base + ['-s' if is_spam else '-n', '-I', path])

    def close(self):
        pass


def run(make, program, mails, way):
    """A row for each message: is it spam, verdict, score, probability."""
    folder = tempfile.mkdtemp(prefix='spam-eval-')
    peer = make(program, folder)
    luck = random.Random(2024)
    rows = []
    for is_spam, path in mails:
        verdict, score, p = peer.judge(path)
        rows.append((is_spam, verdict, score, p))
        right = verdict == ('spam' if is_spam else 'ham')
        flip = way == 'wrong' and luck.random() < .05
        if way != 'errors' or not right:
            peer.teach(path, is_spam != flip)
    peer.close()
    shutil.rmtree(folder)
    return rows


def percent(part, whole):
    return 100 * part / whole if whole else float('nan')


def figures(rows):
    ham = sorted(r[2] for r in rows if not r[0])
    spam = [r[2] for r in rows if r[0]]
    pairs = sum(len(ham) - (bisect.bisect_left(ham, s) +
                            bisect.bisect_right(ham, s)) / 2 for s in spam)
    edge = ham[-1 - len(ham) // 1000]
    first = [r for r in rows[:300] if not r[0]]
    return {
        'ham lost': percent(sum(not r[0] and r[1] == 'spam' for r in rows),
                            len(ham)),
        'missed': percent(sum(r[0] and r[1] != 'spam' for r in rows),
                          len(spam)),
        '1-AUC': percent(pairs, len(ham) * len(spam)),
        'missed@.1': percent(sum(s <= edge for s in spam), len(spam)),
        'first 300': percent(sum(r[1] == 'spam' for r in first), len(first)),
    }


def show(name, way, f, peer):
    cells = ''.join(f'{v:11.3f}' for v in f.values())
    ratio = ''
    if peer and f['1-AUC'] > 0:
        ratio = f'{peer["1-AUC"] / f["1-AUC"]:9.1f}'
    print(f'  {name:12s} {way:8s}{cells}{ratio}', flush=True)


def reliability(rows):
    print('  given %        messages   mean given   were spam %')
    for low, high in zip(STEPS, STEPS[1:]):
        v = [r for r in rows if low <= r[3] < high]
        if v:
            mean = 100 * sum(r[3] for r in v) / len(v)
            print(f'  {100 * low:5.0f} - {min(100, 100 * high):5.0f} '
                  f'{len(v):10d} {mean:12.1f} '
                  f'{percent(sum(r[0] for r in v), len(v)):13.1f}')


def cpu(command, lines):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, input='\n'.join(lines) + '\n', text=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime +
            after.ru_stime - before.ru_stime)


def speed(program, mails, with_peer):
    n = len(mails)
    folder = tempfile.mkdtemp(prefix='spam-eval-')
    batch = [program, '--home', folder, 'spam', 'batch']
    learnt = cpu(batch, [('S ' if s else 'H ') + p for s, p in mails] + ['F'])
    judged = cpu(batch, ['C ' + p for s, p in mails])
    shutil.rmtree(folder)
    print(f'  pabal      {n / learnt:9.0f} learnt {n / judged:9.0f} judged'
          ' a CPU second')
    if not with_peer:
        return
    folder = tempfile.mkdtemp(prefix='spam-eval-')
    base = ['bogofilter', '-d', folder]
    peer_learnt = (cpu(base + ['-sb'], [p for s, p in mails if s]) +
                   cpu(base + ['-nb'], [p for s, p in mails if not s]))
    peer_judged = cpu(base + ['-b', '-v'], [p for s, p in mails])
    shutil.rmtree(folder)
    print(f'  bogofilter {n / peer_learnt:9.0f} learnt '
          f'{n / peer_judged:9.0f} judged; '
          f'{peer_learnt / learnt:.2f} and {peer_judged / judged:.2f} times '
          'our CPU time')


def read_index(path):
    base = os.path.dirname(os.path.abspath(path))
    mails = []
    with open(path, encoding='utf-8') as f:
        for line in f:
            label, name = line.rstrip('\n').split('\t')
            mails.append((label == 'spam', os.path.join(base, name)))
    return mails


def make_mail(folder, n):
    """Words by the law of the harmonic series, some usual in one class."""
    luck = random.Random(7)
    words = [''.join(luck.choice('가나다라마바사아자차카타파하기니디리미비시')
                     for _ in range(luck.randint(2, 4))) for _ in range(4000)]
    weight = [1 / (i + 5) for i in range(len(words))]
    tilt = [luck.choice((.3, 1, 1, 1, 1, 1, 3.3)) for _ in words]
    by = [[w / t for w, t in zip(weight, tilt)],
          [w * t for w, t in zip(weight, tilt)]]
    mails = []
    for i in range(n):
        is_spam = luck.random() < .5
        text = luck.choices(words, by[is_spam], k=luck.randint(8, 60))
        path = os.path.join(folder, f'{i}.eml')
        with open(path, 'w', encoding='utf-8') as f:
            f.write(f'From: {luck.choice("abcdefgh")}@example.com\n'
                    f'To: me@example.kr\nSubject: {" ".join(text[:4])}\n'
                    f'Message-ID: <{i}@example.com>\n'
                    'Date: Mon, 6 Jan 2025 10:00:00 +0900\n'
                    'Content-Type: text/plain; charset=utf-8\n'
                    'Content-Transfer-Encoding: 8bit\n\n'
                    f'{" ".join(text)}\n')
        mails.append((is_spam, path))
    return mails


def evaluate(title, mails, program, with_peer):
    print(f'{title}: {len(mails)} messages, '
          f'{sum(m[0] for m in mails)} of them spam')
    print('                      ' +
          ''.join(f'{k:>11s}' for k in ('ham lost', 'missed', '1-AUC %',
                                        'missed@.1', 'first 300')) +
          '    times')
    kept = []
    for way in WAYS:
        peer = None
        if with_peer:
            peer = figures(run(Bogofilter, program, mails, way))
            show('bogofilter', way, peer, None)
        rows = run(Pabal, program, mails, way)
        kept = kept or rows
        show('pabal', way, figures(rows), peer)
    reliability(kept)
    speed(program, mails, with_peer)


def main():
    ap = argparse.ArgumentParser(usage=__doc__)
    ap.add_argument('--pabal', required=True)
    ap.add_argument('--shuffle', type=int, default=0)
    ap.add_argument('--no-peer', action='store_true')
    ap.add_argument('--made', type=int, default=2000)
    ap.add_argument('index', nargs='*')
    a = ap.parse_args()
    with_peer = not a.no_peer and shutil.which('bogofilter') is not None
    folder = tempfile.mkdtemp(prefix='spam-made-')
    sets = [(os.path.basename(i), read_index(i)) for i in a.index]
    if not sets:
        sets = [('made mail', make_mail(folder, a.made))]
    for title, mails in sets:
        if a.shuffle:
            random.Random(a.shuffle).shuffle(mails)
        evaluate(title, mails, os.path.abspath(a.pabal), with_peer)
    shutil.rmtree(folder)


main()
