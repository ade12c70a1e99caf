#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A mail server on the loopback that plays a part: a table of faults.

A part is a dictionary: what it answers to a verb of the protocol instead of
what a good server would.  An answer is a function (session, argument); it may
return DEFAULT, and then the good server answers after all.  Everything that
the client said, and everything that the server gave away or dropped, stands in
Server.log.

As a module: Server(part, ...).start().  As a program: one server, its port on
the first line of the output, its log as lines of JSON in --log FILE.
"""

import argparse
import hashlib
import json
import os
import re
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time

DEFAULT = object()
PASSWORD = 'geheim-7f3a'
# What a server that never ends sends before the test gives up on the client.
FLOOD_MAX = 48 << 20


class Hangup(Exception):
    """The part says: close now."""


def sha256(data):
    return hashlib.sha256(data).hexdigest()


# Certificates

CA_CONFIG = '''[ca]
default_ca = own
[own]
database = {folder}/index.txt
new_certs_dir = {folder}
rand_serial = yes
unique_subject = no
default_md = sha256
copy_extensions = copy
policy = any
[any]
commonName = supplied
'''
LOCAL = 'DNS:localhost,IP:127.0.0.1'
EC = ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']
# name: authority, key, common name, alternative names, from, to, digest
CERTIFICATES = {
    'good': ('ca', EC, 'localhost', LOCAL, '24', '49', 'sha256'),
    'expired': ('ca', EC, 'localhost', LOCAL, '10', '11', 'sha256'),
    'early': ('ca', EC, 'localhost', LOCAL, '48', '49', 'sha256'),
    'elsewhere': ('ca', EC, 'mail.example', 'DNS:mail.example', '24', '49',
                  'sha256'),
    'stranger': ('other', EC, 'localhost', LOCAL, '24', '49', 'sha256'),
    'nameless': ('ca', EC, 'localhost', None, '24', '49', 'sha256'),
    'star': ('ca', EC, '*', 'DNS:*,DNS:*.localhost', '24', '49', 'sha256'),
    'prefix': ('ca', EC, 'localhost.evil.example',
               'DNS:localhost.evil.example', '24', '49', 'sha256'),
    'short': ('ca', ['rsa:1024'], 'localhost', LOCAL, '24', '49', 'sha256'),
    'sha1': ('ca', EC, 'localhost', LOCAL, '24', '49', 'sha1'),
}


def openssl(*words):
    done = subprocess.run(['openssl', *words], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    if done.returncode != 0:
        sys.exit('openssl: ' + done.stdout.decode(errors='replace'))


def make_certificates(folder):
    """Authorities ca and other, and the leaves, as FOLDER/NAME.pem, .key."""
    os.makedirs(folder, exist_ok=True)
    if os.path.exists(folder + '/complete'):
        return
    config = folder + '/ca.cnf'
    with open(config, 'w') as f:
        f.write(CA_CONFIG.format(folder=folder))
    open(folder + '/index.txt', 'w').close()
    for name, san in (('ca', None), ('other', None), ('own', LOCAL)):
        openssl('req', '-x509', '-newkey', *EC, '-nodes', '-days', '9000',
                '-subj', '/CN=' + ('localhost' if san else name),
                *(['-addext', 'subjectAltName=' + san] if san else []),
                '-keyout', f'{folder}/{name}.key',
                '-out', f'{folder}/{name}.pem')
    for name, (ca, key, cn, san, since, until, md) in CERTIFICATES.items():
        openssl('req', '-new', '-newkey', *key, '-nodes', '-subj', '/CN=' + cn,
                *(['-addext', 'subjectAltName=' + san] if san else []),
                '-keyout', f'{folder}/{name}.key',
                '-out', f'{folder}/{name}.csr')
        openssl('ca', '-batch', '-notext', '-config', config,
                '-cert', f'{folder}/{ca}.pem', '-keyfile', f'{folder}/{ca}.key',
                '-startdate', f'20{since}0101000000Z',
                '-enddate', f'20{until}0101000000Z', '-md', md,
                '-in', f'{folder}/{name}.csr', '-out', f'{folder}/{name}.pem')
    open(folder + '/complete', 'w').close()


def tls_context(folder, name, old=False):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers('ALL:@SECLEVEL=0')
    context.load_cert_chain(f'{folder}/{name}.pem', f'{folder}/{name}.key')
    if old:
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


# One connection

class Session:
    def __init__(self, server, sock, number):
        self.server = server
        self.part = server.part
        self.sock = sock
        self.number = number
        self.tls = False
        self.buffer = b''

    def log(self, event, **more):
        self.server.note(session=self.number, event=event, tls=self.tls, **more)

    def raw(self, data):
        step = self.part.get('segment', 0)
        if step:
            for i in range(0, len(data), step):
                self.sock.sendall(data[i:i + step])
        else:
            self.sock.sendall(data)

    def line(self, text):
        data = text if isinstance(text, bytes) else text.encode(
            'utf-8', 'surrogateescape')
        self.raw(self.part.get('rewrite', lambda d: d)(data + b'\r\n'))

    def lines(self, first, rest):
        self.raw(self.part.get('rewrite', lambda d: d)(
            '\r\n'.join([first, *rest, '.', '']).encode(
                'utf-8', 'surrogateescape')))

    def read_line(self):
        while b'\n' not in self.buffer:
            got = self.sock.recv(65536)
            if not got:
                raise Hangup
            self.buffer += got
        data, _, self.buffer = self.buffer.partition(b'\n')
        return data.rstrip(b'\r').decode('utf-8', 'surrogateescape')

    def secure(self, cert='good'):
        if self.buffer:
            raise Hangup
        self.sock = tls_context(self.server.certs, cert).wrap_socket(
            self.sock, server_side=True)
        self.tls = True

    def stall(self):
        self.log('stall')
        self.server.over.wait(self.server.patience)
        raise Hangup

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             struct.pack('ii', 1, 0))
        raise Hangup

    def answer(self, verb, argument):
        part = self.part.get(verb)
        if part is not None and part(self, argument) is not DEFAULT:
            return
        good = getattr(self, 'do_' + verb.lower(), None)
        if good is None:
            self.unknown()
        else:
            good(argument)

    def run(self):
        try:
            if self.server.tls == 'implicit':
                self.sock = self.server.context.wrap_socket(self.sock,
                                                            server_side=True)
                self.tls = True
            self.answer('greeting', '')
            while True:
                text = self.read_line()
                self.log('line', text=text)
                verb, _, argument = text.partition(' ')
                self.answer(verb.upper(), argument)
        except (Hangup, OSError, ValueError) as e:
            if not isinstance(e, Hangup):
                self.log('broken', text=str(e))
        finally:
            self.log('end')
            self.sock.close()


class Pop3(Session):
    capabilities = ['USER', 'UIDL', 'TOP', 'RESP-CODES', 'STLS']

    def __init__(self, *args):
        super().__init__(*args)
        self.marked = set()

    def unknown(self):
        self.line('-ERR unknown')

    def box(self):
        return self.server.box

    def uid(self, i):
        return self.part.get('uid', lambda s, i: s.box()[i][0])(self, i)

    def size(self, i):
        return self.part.get('size', lambda s, i: len(s.box()[i][1]))(self, i)

    def index(self, word):
        i = int(word) - 1
        if i in self.marked or not 0 <= i < len(self.box()):
            self.line('-ERR no such message')
            return None
        return i

    def per_message(self, argument, what):
        if argument:
            i = self.index(argument)
            if i is not None:
                self.line(f'+OK {i + 1} {what(i)}')
            return
        self.lines('+OK', [f'{i + 1} {what(i)}' for i in range(len(self.box()))
                           if i not in self.marked])

    def body(self, data):
        if data and not data.endswith(b'\r\n'):
            data += b'\r\n'
        stuff = self.part.get('body', lambda d: re.sub(
            rb'(\A|\r\n)\.', rb'\1..', d))
        return stuff(data) + b'.\r\n'

    def do_greeting(self, _):
        self.line('+OK ready')

    def do_capa(self, _):
        offered = self.part.get('capabilities', self.capabilities)
        self.lines('+OK', [c for c in offered if not (c == 'STLS' and self.tls)])

    def do_stls(self, _):
        self.line('+OK go on')
        self.secure()

    def do_user(self, _):
        self.line('+OK')

    def do_pass(self, word):
        self.line('+OK' if word == PASSWORD else '-ERR [AUTH] no')

    def do_stat(self, _):
        self.line(f'+OK {len(self.box())} {sum(len(m[1]) for m in self.box())}')

    def do_list(self, argument):
        self.per_message(argument, self.size)

    def do_uidl(self, argument):
        self.per_message(argument, self.uid)

    def do_retr(self, argument):
        i = self.index(argument)
        if i is not None:
            self.line('+OK')
            self.raw(self.body(self.box()[i][1]))
            self.log('gave', sha=sha256(self.box()[i][1]))

    def do_top(self, argument):
        i = self.index(argument.split()[0])
        if i is not None:
            head = self.box()[i][1].partition(b'\r\n\r\n')[0]
            self.line('+OK')
            self.raw(self.body(head + b'\r\n\r\n'))

    def do_dele(self, argument):
        i = self.index(argument)
        if i is not None:
            self.marked.add(i)
            self.line('+OK')

    def do_noop(self, _):
        self.line('+OK')

    def drop_marked(self):
        # Another session may have dropped some meanwhile.
        gone = [self.box()[i] for i in sorted(self.marked)
                if i < len(self.box())]
        self.server.box = [m for m in self.server.box
                           if not any(m is other for other in gone)]
        self.marked = set()
        for _, data in gone:
            self.log('dropped', sha=sha256(data))

    def do_quit(self, _):
        self.drop_marked()
        self.line('+OK bye')
        raise Hangup


class Smtp(Session):
    extensions = ['PIPELINING', 'SIZE 10000000', '8BITMIME', 'SMTPUTF8',
                  'AUTH PLAIN LOGIN', 'STARTTLS', 'ENHANCEDSTATUSCODES']

    def __init__(self, *args):
        super().__init__(*args)
        self.sender = None
        self.recipients = []
        self.chunks = b''

    def unknown(self):
        self.line('500 5.5.1 unknown')

    def do_greeting(self, _):
        self.line('220 ready')

    def do_ehlo(self, _):
        offered = self.part.get('extensions', self.extensions)
        if callable(offered):
            offered = offered(self)
        words = ['here', *(e for e in offered
                           if not (e == 'STARTTLS' and self.tls))]
        for word in words[:-1]:
            self.line('250-' + word)
        self.line('250 ' + words[-1])

    def do_helo(self, _):
        self.line('250 here')

    def do_starttls(self, _):
        self.line('220 go on')
        self.secure()

    def do_auth(self, argument):
        words = argument.split(' ')
        if words[0].upper() == 'LOGIN':
            if len(words) < 2:
                self.line('334 VXNlcm5hbWU6')
                self.read_line()
            self.line('334 UGFzc3dvcmQ6')
            self.read_line()
        elif words[0].upper() == 'PLAIN':
            if len(words) < 2:
                self.line('334 ')
                self.read_line()
        else:
            self.line('504 5.5.4 no')
            return
        self.line('235 2.7.0 in')

    def do_mail(self, argument):
        self.sender = argument
        self.recipients = []
        self.line('250 2.1.0 ok')

    def do_rcpt(self, argument):
        self.recipients.append(argument)
        self.line('250 2.1.5 ok')

    def do_rset(self, _):
        self.recipients = []
        self.chunks = b''
        self.line('250 ok')

    def do_noop(self, _):
        self.line('250 ok')

    def read_text(self):
        out = []
        while True:
            while b'\n' not in self.buffer:
                got = self.sock.recv(65536)
                if not got:
                    self.log('text-cut')
                    raise Hangup
                self.buffer += got
            data, _, self.buffer = self.buffer.partition(b'\n')
            if data == b'.\r':
                return b''.join(out)
            out.append(data + b'\n')

    def keep(self, wire, stuffed=True):
        text = re.sub(rb'(?m)^\.', b'', wire) if stuffed else wire
        self.log('kept', sha=sha256(text), recipients=list(self.recipients),
                 mail=self.sender,
                 bare_lf=len(re.findall(rb'(?<!\r)\n', wire)),
                 bare_cr=len(re.findall(rb'\r(?!\n)', wire)),
                 longest=max(map(len, wire.split(b'\r\n'))),
                 eight_bit=any(b > 127 for b in wire),
                 text=text.decode('utf-8', 'surrogateescape'))

    def do_data(self, _):
        self.line('354 go on')
        self.keep(self.read_text())
        self.line('250 2.0.0 taken')

    def read_chunk(self, argument):
        words = argument.split()
        while len(self.buffer) < int(words[0]):
            got = self.sock.recv(65536)
            if not got:
                self.log('text-cut')
                raise Hangup
            self.buffer += got
        chunk = self.buffer[:int(words[0])]
        self.buffer = self.buffer[int(words[0]):]
        return chunk, words[1:] == ['LAST']

    def do_bdat(self, argument):
        chunk, last = self.read_chunk(argument)
        if not self.recipients:
            self.line('554 5.5.1 nobody')
            return
        self.chunks += chunk
        if last:
            self.keep(self.chunks, stuffed=False)
            self.recipients = []
            self.chunks = b''
        self.line('250 2.0.0 taken')

    def do_quit(self, _):
        self.line('221 bye')
        raise Hangup


# The server

class Server:
    def __init__(self, kind, part, certs=None, patience=30):
        self.kind = kind
        self.part = part
        self.certs = certs
        self.patience = patience  # the longest stall
        self.tls = part.get('tls', 'none')
        self.box = [tuple(m) for m in part.get('box', mail(3))]
        self.context = None
        if self.tls == 'implicit':
            self.context = tls_context(certs, part.get('cert', 'good'),
                                       part.get('old', False))
        self.log = []
        self.unwanted = set()  # SHA-256 of what the user deleted for good
        self.over = threading.Event()
        self.lock = threading.Lock()
        self.sessions = 0
        self.threads = []
        self.acceptor = None
        self.file = None
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.port = self.listener.getsockname()[1]

    def note(self, **entry):
        with self.lock:
            self.log.append(entry)
            if self.file:
                self.file.write(json.dumps(entry) + '\n')
                self.file.flush()

    def start(self):
        self.acceptor = threading.Thread(target=self.serve, daemon=True)
        self.acceptor.start()
        return self

    def serve(self):
        while not self.over.is_set():
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.sessions += 1
            session = self.kind(self, sock, self.sessions)
            thread = threading.Thread(target=session.run, daemon=True)
            thread.start()
            self.threads.append(thread)

    def wait_until_quiet(self, seconds=10):
        """A mailbox is of one session at a time: until the last one is over."""
        for thread in list(self.threads):
            thread.join(seconds)

    def stop(self):
        self.over.set()
        # Closed before accept() came back, its number could become that of
        # another server's socket, whose client would then get our mail.
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        if self.acceptor:
            self.acceptor.join()
        self.listener.close()


# Mail

def letter(number, body=None, extra=''):
    head = (f'From: Sender {number} <s{number}@example.kr>\r\n'
            f'To: kim@example.kr\r\nSubject: letter {number}\r\n'
            f'Date: Tue, 04 Mar 2025 09:{number % 60:02}:00 +0900\r\n'
            f'Message-ID: <letter.{number}@example.kr>\r\n{extra}\r\n')
    if body is None:
        body = f'Text of letter {number}.\r\nIts second line.\r\n'.encode()
    return head.encode() + body


def mail(n):
    return [(f'uid-{i}', letter(i)) for i in range(1, n + 1)]


# Pieces that parts are made of

def say(text):
    return lambda s, a: s.line(text)


def send(data):
    return lambda s, a: s.raw(data)


def stall(s, a):
    s.stall()


def hang_up(s, a):
    raise Hangup


def flood(first, chunk):
    def play(s, a):
        s.raw(first)
        for _ in range(0, FLOOD_MAX, len(chunk)):
            s.raw(chunk)
        s.log('flooded')
        raise Hangup
    return play


def in_session(number, play):
    return lambda s, a: play(s, a) if s.number == number else DEFAULT


def for_message(number, play):
    return lambda s, a: (play(s, a) if a.split()[:1] == [str(number)]
                         else DEFAULT)


def when_whole(play):
    """Only for a listing of all messages."""
    return lambda s, a: DEFAULT if a else play(s, a)


def cut_after(n, end=hang_up):
    """n bytes of the message, then end; None: all but the final dot."""
    def play(s, a):
        data = s.box()[int(a) - 1][1]
        s.raw(b'+OK\r\n' + (data[:n] if n is not None else data))
        time.sleep(0.05)
        end(s, a)
    return play


def drip(pause):
    def play(s, a):
        s.raw(b'+OK\r\n')
        for byte in s.body(s.box()[int(a) - 1][1]):
            s.sock.sendall(bytes([byte]))
            if s.over_soon(pause):
                raise Hangup
    return play


def over_soon(self, pause):
    return self.server.over.wait(pause)


Session.over_soon = over_soon


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('part', help='a part of hostile_parts.py')
    parser.add_argument('--certs', help='folder of the certificates')
    parser.add_argument('--log')
    parser.add_argument('--life', type=float, default=120)
    options = parser.parse_args()
    import hostile_parts
    kind, part = hostile_parts.find(options.part)
    if options.certs:
        make_certificates(options.certs)
    server = Server(kind, part, options.certs, options.life)
    if options.log:
        server.file = open(options.log, 'w')
    server.start()
    print(server.port, flush=True)
    time.sleep(options.life)


if __name__ == '__main__':
    # The parts use this module under its own name.
    sys.modules['hostile_server'] = sys.modules['__main__']
    main()
