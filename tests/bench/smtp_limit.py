#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The least time in which mails can be handed over one connection.

usage: smtp_limit.py PORT CA|- PASSWORD COUNT FILE FROM TO [FOLDER]

Logs in and sends FILE (CRLF lines) COUNT times, with as few round trips as the
extensions allow that the server offers; nothing is stored here.  With CA it
speaks TLS from the first byte.  With FOLDER it keeps what an outbox cannot do
without, with the fewest syncs: before the first byte that they are on their way,
then a copy of each and that they were sent.
"""
import base64
import os
import socket
import ssl
import sys


class Session:
    def __init__(self, port, ca):
        self.sock = socket.create_connection(('localhost', port))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if ca != '-':
            self.sock = ssl.create_default_context(cafile=ca).wrap_socket(
                self.sock, server_hostname='localhost')
        self.lines = self.sock.makefile('rb')

    def expect(self, *codes):
        """Read a reply for each code; the lines of the last one."""
        text = []
        for code in codes:
            text = [self.lines.readline()]
            while text[-1][3:4] == b'-':
                text.append(self.lines.readline())
            if not text[-1].startswith(code):
                sys.exit(f'the server says {text}')
        return text

    def ask(self, command, *codes):
        self.sock.sendall(command)
        return self.expect(*codes)


class Kept:
    def __init__(self, folder, path, count):
        self.folder, self.path, self.count = folder, path, count
        os.mkdir(folder)
        self.states = open(folder + '/states', 'wb', buffering=0)
        self.write(b'%8d sending\n')

    def write(self, line):
        self.states.write(b''.join(line % i for i in range(self.count)))
        os.fsync(self.states.fileno())

    def sent(self):
        """The message is on the disk: its copy is a name."""
        for i in range(self.count):
            os.link(self.path, f'{self.folder}/{i}')
        fd = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        os.fsync(fd)
        os.close(fd)
        self.write(b'%8d sent\n')


def main():
    port, ca, password, count, path, sender, target = sys.argv[1:8]
    with open(path, 'rb') as f:
        text = f.read()
    kept = Kept(sys.argv[8], path, int(count)) if sys.argv[8:] else None
    user = sender.partition('@')[0]
    s = Session(int(port), ca)
    s.expect(b'220')
    offered = b''.join(s.ask(b'EHLO localhost\r\n', b'250')).upper()
    login = base64.b64encode(f'\0{user}\0{password}'.encode())
    s.ask(b'AUTH PLAIN ' + login + b'\r\n', b'235')
    commands = [b'MAIL FROM:<%s>\r\n' % sender.encode(),
                b'RCPT TO:<%s>\r\n' % target.encode()]
    dotted = text.replace(b'\r\n.', b'\r\n..') + b'.\r\n'
    count = int(count)
    if b'PIPELINING' not in offered:
        for _ in range(count):
            for command in commands:
                s.ask(command, b'250')
            s.ask(b'DATA\r\n', b'354')
            s.ask(dotted, b'250')
    elif b'CHUNKING' not in offered:
        envelope = b''.join(commands) + b'DATA\r\n'
        s.ask(envelope, b'250', b'250', b'354')
        for _ in range(count - 1):
            s.ask(dotted + envelope, b'250', b'250', b'250', b'354')
        s.ask(dotted, b'250')
    else:
        one = b''.join(commands) + b'BDAT %d LAST\r\n' % len(text) + text
        s.ask(one * count, *[b'250'] * (3 * count))
    s.ask(b'QUIT\r\n', b'221')
    if kept:
        kept.sent()


main()
