# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a program in a pseudo-terminal of COLUMNS x ROWS.

  in_terminal.py COLUMNS ROWS WORDS KEYS PROGRAM [ARGUMENT...]

When WORDS have been shown (empty: after a second) KEYS are typed (\\e, \\r and
\\x03 are understood).  What was shown goes to the output.  The status is the
program's, 124 when it had to be killed.
"""

import fcntl
import os
import pty
import re
import select
import struct
import sys
import termios
import time

columns, rows, words, keys, *command = sys.argv[1:]
keys = keys.encode().decode('unicode_escape').encode('latin-1')
sized = os.pipe()
child, terminal = pty.fork()
if child == 0:
    os.close(sized[1])
    os.read(sized[0], 1)  # its end: the size is set
    os.close(sized[0])
    os.execvp(command[0], command)
fcntl.ioctl(terminal, termios.TIOCSWINSZ,
            struct.pack('HHHH', int(rows), int(columns), 0, 0))
os.close(sized[0])
os.close(sized[1])
shown = b''
start = time.monotonic()
typed = False
while time.monotonic() - start < 20:
    ready = select.select([terminal], [], [], 0.1)[0]
    if ready:
        try:
            data = os.read(terminal, 65536)
        except OSError:
            break
        if not data:
            break
        shown += data
    plain = re.sub(rb'\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]', b'', shown)
    there = (words.encode() in plain if words
             else time.monotonic() - start > 1)
    if there and not typed:
        typed = True
        os.write(terminal, keys)
else:
    os.kill(child, 9)
    os.waitpid(child, 0)
    os.write(1, shown)
    sys.exit(124)
status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
os.write(1, shown)
sys.exit(status if status >= 0 else 128 - status)
