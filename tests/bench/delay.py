#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A long way: connections to a port that are passed on late, at any rate.

usage: delay.py PORT MILLISECONDS

Says its own port on the first line, then passes on each piece MILLISECONDS after
it came, in both directions, until it is ended.  The rate is not limited: what is
under way is kept here.
"""
import queue
import socket
import sys
import threading
import time


def pass_on(source, target, delay):
    late = queue.Queue()

    def write():
        while True:
            when, piece = late.get()
            time.sleep(max(0, when - time.monotonic()))
            try:
                if piece:
                    target.sendall(piece)
                    continue
                target.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # the other end has gone
            return

    threading.Thread(target=write, daemon=True).start()
    while True:
        try:
            piece = source.recv(262144)
        except OSError:
            piece = b""
        late.put((time.monotonic() + delay, piece))
        if not piece:
            return


def main():
    port, delay = int(sys.argv[1]), float(sys.argv[2]) / 1000
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    print(listener.getsockname()[1], flush=True)
    while True:
        near, _ = listener.accept()
        far = socket.create_connection(("127.0.0.1", port))
        for s in (near, far):
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for ends in ((near, far), (far, near)):
            threading.Thread(target=pass_on, args=(*ends, delay),
                             daemon=True).start()


main()
