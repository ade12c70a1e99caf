#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients of "pabal serve" by Python's poplib, and looks at what came.

  serve_clients.py all PORT PASSWORD FOLDER [KIND [CA]]
      every message as it stands in the Maildir FOLDER; KIND: plain, stls, tls
  serve_clients.py two PORT PASSWORD
      a second client has to wait
  serve_clients.py pipelined PORT PASSWORD
      all commands at once, and byte by byte
  serve_clients.py dropped PORT PASSWORD PID
      an idle client is let go when the server ends
  serve_clients.py same FOLDER FOLDER
      two Maildirs hold the same messages, byte for byte
  serve_clients.py memory PID KB
      the server never used more
"""

import glob
import hashlib
import os
import poplib
import signal
import socket
import ssl
import sys

USER = 'pabal'
# poplib's own limit is for lines of text; messages have longer ones.
poplib._MAXLINE = 1 << 20


def sure(truth, *why):
    if not truth:
        print(*why)
        sys.exit(1)


def stored(folder):
    texts = []
    for path in glob.glob(folder + '/[cn]*/*'):
        with open(path, 'rb') as f:
            texts.append(f.read().replace(b'\r\n', b'\n').replace(b'\n', b'\r\n'))
    return sorted(texts)


def connect(port, password, kind='plain', ca=None, user=USER):
    context = ssl.create_default_context(cafile=ca) if ca else None
    if kind == 'tls':
        box = poplib.POP3_SSL('localhost', port, timeout=60, context=context)
    else:
        box = poplib.POP3('localhost', port, timeout=60)
    if kind == 'stls':
        sure('STLS' in box.capa(), 'no STLS', box.capa())
        box.stls(context=context)
        sure('STLS' not in box.capa(), 'STLS twice')
    box.user(user)
    box.pass_(password)
    return box


def every(port, password, folder, kind='plain', ca=None):
    want = stored(folder)
    box = connect(int(port), password, kind, ca)
    for word in ('TOP', 'UIDL', 'USER', 'PIPELINING', 'RESP-CODES',
                 'AUTH-RESP-CODE', 'IMPLEMENTATION', 'SASL', 'EXPIRE'):
        sure(word in box.capa(), 'no', word, box.capa())
    n, size = box.stat()
    sure(n == len(want), n, 'messages, not', len(want))
    sizes = [int(line.split()[1]) for line in box.list()[1]]
    uidls = [line.split()[1] for line in box.uidl()[1]]
    sure(sum(sizes) == size and len(sizes) == n, 'STAT and LIST differ')
    sure(len(set(uidls)) == n and max(map(len, uidls)) <= 70, 'UIDLs')
    got = []
    for i in range(n):
        said, lines, _ = box.retr(i + 1)
        got.append(b''.join(line + b'\r\n' for line in lines))
        sure(len(got[-1]) == sizes[i], i + 1, len(got[-1]), 'octets, not',
             sizes[i])
        head = b''.join(line + b'\r\n' for line in box.top(i + 1, 0)[1])
        sure(got[-1].startswith(head) and (
            head.endswith(b'\r\n\r\n') or head == got[-1] or head == b'\r\n'),
             'TOP', i + 1)
    box.quit()
    sure(sorted(got) == want, 'other bytes')
    box = connect(int(port), password, kind, ca)
    sure([line.split()[1] for line in box.uidl()[1]] == uidls, 'other UIDLs')
    box.quit()
    print(n, 'messages,', size, 'octets')


def two(port, password):
    first = connect(int(port), password)
    try:
        connect(int(port), password)
        sure(False, 'two sessions at a time')
    except poplib.error_proto as e:
        sure('[IN-USE]' in str(e), e)
    first.quit()
    second = connect(int(port), password)
    # A program that is killed must not keep the mailbox.
    second.sock.close()
    second.file.close()
    for _ in range(100):
        try:
            connect(int(port), password).quit()
            return
        except poplib.error_proto as e:
            sure('[IN-USE]' in str(e), e)
    sure(False, 'the mailbox stays in use')


def talk(port, pieces):
    with socket.create_connection(('127.0.0.1', int(port)), 60) as s:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces:
            s.sendall(piece)
        got = b''
        while True:
            more = s.recv(65536)
            if not more:
                return got
            got += more


def pipelined(port, password):
    words = (f'CAPA\r\nUSER {USER}\r\nPASS {password}\r\nSTAT\r\nUIDL\r\n'
             'LIST\r\nRETR 1\r\nTOP 1 1\r\nDELE 1\r\nRSET\r\nNOOP\r\n'
             'RETR 0\r\nXYZZY\r\nQUIT\r\n').encode()
    whole = talk(port, [words])
    sure(whole.endswith(b'+OK Bye\r\n') and b'-ERR' in whole, whole[-200:])
    sure(talk(port, [words[i:i + 1] for i in range(len(words))]) == whole,
         'byte by byte it says something else')


def dropped(port, password, pid):
    box = connect(int(port), password)
    box.dele(1)
    os.kill(int(pid), signal.SIGTERM)
    sure(box.file.read() == b'', 'says something')


def digests(folder):
    return sorted(hashlib.sha256(text).hexdigest() for text in stored(folder))


def same(one, other):
    sure(digests(one) == digests(other) and digests(one),
         len(digests(one)), 'and', len(digests(other)), 'messages differ')


def memory(pid, limit):
    with open(f'/proc/{pid}/status') as f:
        peak = [int(line.split()[1]) for line in f if line.startswith('VmHWM')]
    print(peak[0], 'KB')
    sure(peak[0] <= int(limit), 'more than', limit)


if __name__ == '__main__':
    {'all': every, 'two': two, 'pipelined': pipelined, 'dropped': dropped,
     'same': same, 'memory': memory}[sys.argv[1]](*sys.argv[2:])
