#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""SCRAM bound to its TLS connection, against a server that shares no code.

  scram_plus.py              $PABAL is the program
  scram_plus.py --vectors    print the table of tests/unit/test_net_sasl.c

The bindings are made here from what the RFCs say: tls-exporter (RFC 9266) by
HKDF (RFC 5869, RFC 8446 7.5) from the exporter secret that the key log of the
TLS library has, tls-server-end-point (RFC 5929, 4) from the certificate's
bytes, tls-unique from the library's own function.
"""

import base64
import hashlib
import hmac
import os
import ssl
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from hostile_server import (PASSWORD, Pop3, Server, Smtp, make_certificates,
                            openssl)

PABAL = os.path.abspath(os.environ.get('PABAL', './pabal'))
USER = 'kim@example.kr'
NO_EMS = 1  # SSL_OP_NO_EXTENDED_MASTER_SECRET


def encode(data):
    return base64.b64encode(data).decode()


# ---- the bindings ----

def expand_label(secret, label, context, size, name):
    """HKDF-Expand-Label (RFC 8446, 7.1)."""
    label = b'tls13 ' + label
    info = (size.to_bytes(2, 'big') + bytes([len(label)]) + label +
            bytes([len(context)]) + context)
    out, block = b'', b''
    for i in range(1, 256):
        block = hmac.new(secret, block + info + bytes([i]), name).digest()
        out += block
        if len(out) >= size:
            return out[:size]


def exporter(secret):
    """RFC 8446, 7.5, with the label of RFC 9266 and no context."""
    name = {32: 'sha256', 48: 'sha384'}[len(secret)]
    empty = hashlib.new(name).digest()
    derived = expand_label(secret, b'EXPORTER-Channel-Binding', empty,
                           len(secret), name)
    return expand_label(derived, b'exporter', empty, 32, name)


def end_point(pem, name):
    with open(pem) as f:
        return hashlib.new(name, ssl.PEM_cert_to_DER_cert(f.read())).digest()


# ---- SCRAM (RFC 5802), the server's side ----

class Scram:
    def __init__(self, name, password, salt, rounds):
        self.name = name
        self.salt, self.rounds = salt, rounds
        self.salted = hashlib.pbkdf2_hmac(name, password.encode(), salt, rounds)

    def mac(self, key, text):
        return hmac.new(key, text, self.name).digest()

    def proof(self, auth):
        key = self.mac(self.salted, b'Client Key')
        mask = self.mac(hashlib.new(self.name, key).digest(), auth)
        return bytes(a ^ b for a, b in zip(key, mask))

    def signature(self, auth):
        return self.mac(self.mac(self.salted, b'Server Key'), auth)


def vectors():
    """One exchange for each digest and each binding, every byte of it."""
    nonce, more = 'rOprNGfwEbeRWgbNEkqO', '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0'
    salt = bytes(range(1, 17))
    for name, mech in (('sha1', 'SCRAM_SHA_1_PLUS'),
                       ('sha256', 'SCRAM_SHA_256_PLUS')):
        for kind, size in (('tls-exporter', 32), ('tls-server-end-point', 32),
                           ('tls-server-end-point', 48), ('tls-unique', 12)):
            binding = bytes((7 * i + size) % 256 for i in range(size))
            scram = Scram(name, 'pencil', salt, 4096)
            header = f'p={kind},,'
            bare = f'n=user,r={nonce}'
            challenge = f'r={nonce}{more},s={encode(salt)},i=4096'
            final = (f'c={encode(header.encode() + binding)},'
                     f'r={nonce}{more}')
            auth = f'{bare},{challenge},{final}'.encode()
            print(f'\t{{ SASL_{mech}, "{kind}", {size},\n'
                  f'\t  "{header}{bare}",\n\t  "{challenge}",\n'
                  f'\t  "{final},",\n\t  "p={encode(scram.proof(auth))}",\n'
                  f'\t  "v={encode(scram.signature(auth))}" }},')


# ---- servers ----

class Bound:
    """The exchange, for POP3 and SMTP."""

    def scram(self, mech):
        case = self.server.case
        name = 'sha1' if '-SHA-1' in mech else 'sha256'
        scram = Scram(name, PASSWORD, b'salt of this', 4096)
        first = base64.b64decode(self.read_line()).decode()
        header, _, bare = first.partition('n=')
        bare = 'n=' + bare
        case['flag'] = header
        nonce = bare.partition(',r=')[2] + 'server'
        challenge = f'r={nonce},s={encode(scram.salt)},i={scram.rounds}'
        self.go_on(encode(challenge.encode()))
        final = base64.b64decode(self.read_line()).decode()
        without, _, proof = final.rpartition(',p=')
        binding = case['binding'](self)
        if case.get('between'):
            binding = bytes([binding[0] ^ 1]) + binding[1:]
        auth = f'{bare},{challenge},{without}'.encode()
        bound = f'c={encode(header.encode() + binding)},r={nonce}'
        case['same'] = without == bound
        if not case['same']:
            self.go_on(encode(b'e=channel-bindings-dont-match'))
            self.read_line()
            return False
        case['proved'] = base64.b64decode(proof) == scram.proof(auth)
        self.go_on(encode(b'v=' + encode(scram.signature(auth)).encode()))
        self.read_line()
        return case['proved']


class BoundPop3(Bound, Pop3):
    def go_on(self, text):
        self.line('+ ' + text)

    def do_capa(self, _):
        self.lines('+OK', ['UIDL', 'USER', 'SASL PLAIN ' +
                           self.server.case['mech']])

    def do_auth(self, mech):
        self.server.case['used'] = mech
        self.line('+ ')
        self.line('+OK' if self.scram(mech) else '-ERR [AUTH] no')

    def do_user(self, _):
        self.server.case['used'] = 'USER'
        self.line('+OK')


class BoundSmtp(Bound, Smtp):
    def go_on(self, text):
        self.line('334 ' + text)

    def do_ehlo(self, _):
        self.line('250-here')
        self.line('250 AUTH PLAIN ' + self.server.case['mech'])

    def do_auth(self, argument):
        mech, _, first = argument.partition(' ')
        self.server.case['used'] = mech
        if first:
            lines = [first]
            read = self.read_line
            self.read_line = lambda: lines.pop() if lines else read()
        else:
            self.line('334 ')
        self.line('235 2.7.0 in' if self.scram(mech) else '535 5.7.8 no')


def key_log_secret(path):
    with open(path) as f:
        return bytes.fromhex([line.split()[2] for line in f
                              if line.startswith('EXPORTER_SECRET')][-1])


def prepare(server, case, folder):
    context = server.context
    version = case['version']
    context.minimum_version = context.maximum_version = version
    if case['kind'] == 'tls-server-end-point':
        context.options |= NO_EMS
    case['log'] = f'{folder}/keys-{server.port}'
    open(case['log'], 'w').close()
    context.keylog_filename = case['log']
    case['binding'] = {
        'tls-exporter': lambda s: exporter(key_log_secret(case['log'])),
        'tls-unique': lambda s: s.sock.get_channel_binding('tls-unique'),
        'tls-server-end-point': lambda s: end_point(
            f'{folder}/{case["cert"]}.pem', case['digest']),
    }[case['kind']]
    server.case = case


def log_in(folder, kind, case):
    """The status of the program, and what the server saw in case."""
    server = Server(kind, {'tls': 'implicit', 'cert': case['cert']}, folder)
    prepare(server, case, folder)
    server.start()
    home = tempfile.mkdtemp(dir=folder)
    os.mkdir(home + '/config', 0o700)
    at = f'localhost:{server.port}:tls'
    for name, text in (('password', PASSWORD), ('config/accounts', (
            f'[kim]\naddress = {USER}\nca_file = {folder}/ca.pem\n'
            f'password_file = {home}/password\n'
            f'pop = {at if kind is BoundPop3 else "none"}\n'
            f'smtp = {at if kind is BoundSmtp else "none"}\n'))):
        with open(f'{home}/{name}', 'w', opener=lambda p, f: os.open(
                p, f, 0o600)) as f:
            f.write(text)
    done = subprocess.run(
        [PABAL, '--home', home, 'account', 'test', 'kim'],
        env=dict(os.environ, LC_ALL='C.UTF-8', LANGUAGE='en',
                 PABAL_TEST_TIMEOUT_MS='10000'),
        capture_output=True, text=True, timeout=60)
    server.stop()
    return done.returncode, done.stdout + done.stderr


KINDS = (
    ('tls-exporter', ssl.TLSVersion.TLSv1_3, 'good', 'sha256'),
    ('tls-unique', ssl.TLSVersion.TLSv1_2, 'good', 'sha256'),
    ('tls-server-end-point', ssl.TLSVersion.TLSv1_2, 'good', 'sha256'),
    ('tls-server-end-point', ssl.TLSVersion.TLSv1_2, 'sha384', 'sha384'),
    ('tls-server-end-point', ssl.TLSVersion.TLSv1_2, 'sha512', 'sha512'),
)


def main():
    if sys.argv[1:] == ['--vectors']:
        vectors()
        return 0
    failed = count = 0
    with tempfile.TemporaryDirectory(prefix='pabal-scram-') as folder:
        make_certificates(folder)
        for md in ('sha384', 'sha512'):
            openssl('x509', '-req', '-in', folder + '/good.csr', '-CA',
                    folder + '/ca.pem', '-CAkey', folder + '/ca.key',
                    '-copy_extensions', 'copy', '-' + md, '-days', '900',
                    '-CAcreateserial', '-out', f'{folder}/{md}.pem')
            os.link(folder + '/good.key', f'{folder}/{md}.key')
        for kind, version, cert, digest in KINDS:
            for mech in ('SCRAM-SHA-1-PLUS', 'SCRAM-SHA-256-PLUS'):
                for protocol in (BoundPop3, BoundSmtp):
                    for between in (False, True):
                        case = {'kind': kind, 'version': version, 'cert': cert,
                                'digest': digest, 'mech': mech,
                                'between': between}
                        status, said = log_in(folder, protocol, case)
                        good = (case.get('used') == mech and
                                case.get('flag') == f'p={kind},,')
                        if between:
                            good = (good and status != 0 and
                                    not case['same'] and 'in between' in said)
                        else:
                            good = good and status == 0 and case['proved']
                        count += 1
                        if not good:
                            failed += 1
                            print('FAILED:', protocol.__name__, status, case,
                                  said)
    print(f'{count} logins, {failed} failed')
    return failed != 0


if __name__ == '__main__':
    sys.exit(main())
