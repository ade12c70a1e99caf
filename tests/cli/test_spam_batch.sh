#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# pabal spam batch: who asks one line is answered before the next one, who asks
# many at once gets all answers in order, and the last line may have no end.
command -v python3 >/dev/null 2>&1 || {
	echo "skipped: python3 is not installed"
	[ -n "$PABAL_CI" ] && exit 1
	exit 77
}
case ${PABAL:=./pabal} in
/*) ;;
*) PABAL=$PWD/$PABAL ;;
esac
T=$(mktemp -d "${TMPDIR:-/tmp}/pabal-batch-XXXXXX") || exit 1
trap 'rm -rf "$T"' EXIT
trap 'exit 1' HUP INT TERM
PABAL_DATADIR=$(cd "${srcdir:-.}/data" && pwd)
export PABAL_DATADIR
PABAL=$PABAL T=$T python3 - <<'END'
import os
import signal
import subprocess
import sys

folder = os.environ['T']
command = [os.environ['PABAL'], '--home', os.path.join(folder, 'home'),
           'spam', 'batch']
mail = os.path.join(folder, 'mail')
with open(mail, 'w') as f:
    f.write('From: a@example.com\nSubject: x\n\nsome words\n')
failed = False
signal.alarm(300)


def check(what, good):
    global failed
    print(('ok: ' if good else 'FAILED: ') + what)
    failed = failed or not good


def run(text):
    return subprocess.run(command, input=text.encode(), timeout=120,
                          stdout=subprocess.PIPE).stdout.decode().split('\n')


child = subprocess.Popen(command, stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE)
answers = []
for verb in 'CHSFC':
    line = verb if verb == 'F' else f'{verb} {mail}'
    child.stdin.write(line.encode() + b'\n')
    child.stdin.flush()
    answers.append(child.stdout.readline().decode().split(' ')[0].strip())
child.stdin.write(b'Q\n')
child.stdin.flush()
check('each line is answered at once',
      answers[1:4] == ['ok'] * 3 and
      all(a in ('ham', 'unsure', 'spam') for a in (answers[0], answers[4])))
check('Q ends it', child.wait(60) == 0)
child.stdin.close()
child.stdout.close()

# More than is read, and more answers than are kept, at once.
lines = ['x' * (i % 300) if i % 7 == 0 else f'C {mail}' for i in range(9000)]
out = run('\n'.join(lines) + '\n')
check('many lines, in order',
      len(out) == 9001 and out[-1] == '' and
      all(a.startswith('error') == (i % 7 == 0)
          for i, a in enumerate(out[:-1])))
one = run(f'C {mail}')
check('a last line without end', len(one) == 2 and one[0] != '')
check('nothing is asked', run('') == [''])
check('nothing behind Q', run(f'Q\nC {mail}\n') == [''])
check('a line of no end',
      all(a.startswith('error') or a == '' for a in run('y' * 500000)))
sys.exit(failed)
END
