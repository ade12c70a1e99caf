#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a program and append "NAME wall cpu peak" (seconds, seconds, kilobytes).

usage: measure.py [--screen REGEX] [--times N] FILE NAME COMMAND...

With --screen it runs on a pseudo-terminal of 120 by 40; wall is the time until
REGEX matches, cpu and peak are what it took until then.  The median of N
runs is taken.
"""
import argparse
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time

ESCAPES = re.compile(rb"\x1b(\[[0-9;?<>=!]*[ -/]*[@-~]|[()][A-Z0-9]|\][^\x07]*\x07|[=>78MDEHc])")
PATIENCE = 120


def peak_of(pid):
    with open("/proc/%d/status" % pid, encoding="ascii") as f:
        return int(re.search(r"VmHWM:\s+(\d+)", f.read()).group(1))


def cpu_of(pid):
    total = 0
    for task in os.listdir("/proc/%d/task" % pid):
        try:
            with open("/proc/%d/task/%s/schedstat" % (pid, task),
                      encoding="ascii") as f:
                total += int(f.read().split()[0])
        except FileNotFoundError:
            pass  # a thread that has just ended
    return total / 1e9


def on_screen(command, text):
    start = time.perf_counter()
    pid, fd = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        os.execvp(command[0], command)
    seen = b""
    result = None
    while result is None and time.perf_counter() < start + PATIENCE:
        ready, _, _ = select.select([fd], [], [], 1)
        if not ready:
            continue
        try:
            seen += os.read(fd, 65536)
        except OSError:
            break
        if re.search(text.encode(), ESCAPES.sub(b"", seen), re.S):
            wall = time.perf_counter() - start
            result = (wall, cpu_of(pid), peak_of(pid))
    os.kill(pid, signal.SIGTERM)
    # What it still says must not make it wait.
    try:
        while os.read(fd, 65536):
            pass
    except OSError:
        pass
    os.waitpid(pid, 0)
    os.close(fd)
    if result is None:
        sys.exit("%r did not appear:\n%s" % (text, seen[-2000:]))
    return result


def plain(command):
    run = os.path.join(os.environ["BENCH_BIN"], "bench_run")
    done = subprocess.run([run] + command, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        sys.exit(done.stderr)
    wall, cpu, peak = done.stderr.splitlines()[-1].split()
    return float(wall), float(cpu), int(peak)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--screen")
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("file")
    parser.add_argument("name")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    args = parser.parse_args()
    runs = sorted(on_screen(args.command, args.screen) if args.screen
                  else plain(args.command) for _ in range(args.times))
    wall, cpu, peak = runs[len(runs) // 2]
    with open(args.file, "a", encoding="utf-8") as f:
        f.write("%s %.4f %.4f %d\n" % (args.name, wall, cpu, peak))


main()
