#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What pabal doctor finds: each test makes something good or bad.

  doctor.py [NAME...]         $PABAL is the program

Whatever is tested, no output may hold the password or who logs in, each line
that is not good says what to do, and the servers are as they were before.
"""

import base64
import email.utils
import json
import os
import re
import select
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..', 'net'))
from hostile_server import (PASSWORD, Pop3, Server, Smtp, letter,
                            make_certificates, say, stall)

PABAL = os.path.abspath(os.environ.get('PABAL', './pabal'))
USER = 'cheolsu.kim'
TESTS = []
PLAIN = base64.b64encode(f'\0{USER}\0{PASSWORD}'.encode()).decode()
WHOLE = base64.b64encode(
    f'\0{USER}@mail.example\0{PASSWORD}'.encode()).decode()
SECRETS = (PASSWORD, USER, PLAIN, WHOLE,
           base64.b64encode(PASSWORD.encode()).decode())
ALL = ['USER', 'UIDL', 'TOP', 'RESP-CODES', 'PIPELINING', 'STLS',
       'SASL PLAIN LOGIN SCRAM-SHA-256']
REPORT = b'Sanitizer'


class Bad(Exception):
    pass


def sure(truth, text):
    if not truth:
        raise Bad(text)


def test(function):
    TESTS.append(function)
    return function


class Home:
    """A home with accounts whose servers play their parts."""

    def __init__(self, certs):
        self.folder = tempfile.mkdtemp(prefix='doctor-', dir=certs)
        self.certs = certs
        self.servers = []
        self.accounts = ''
        self.password = self.write('password', PASSWORD)
        self.command = ''

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with open(path, 'w', opener=lambda p, f: os.open(p, f, 0o600)) as f:
            f.write(text)
        return path

    def serve(self, kind, part):
        self.servers.append(Server(kind, part, self.certs).start())
        return self.servers[-1]

    def account(self, pop=None, smtp=None, name='work', more='', secret=True,
                pop_tls='tls', smtp_tls='starttls'):
        """pop, smtp: a part, or "HOST:PORT"; None: there is none."""
        lines = [f'[{name}]', f'address = {USER}@mail.example', more]
        for key, kind, at, tls in (('pop', Pop3, pop, pop_tls),
                                   ('smtp', Smtp, smtp, smtp_tls)):
            if isinstance(at, dict):
                part = dict(at)
                if tls == 'tls':
                    part.setdefault('tls', 'implicit')
                at = f'localhost:{self.serve(kind, part).port}'
            if at:
                lines.append(f'{key} = {at}:{tls}')
        lines.append(f'ca_file = {self.certs}/ca.pem')
        if secret:
            lines.append(f'password_file = {self.password}')
        self.accounts += '\n'.join(lines) + '\n\n'
        self.write('config/accounts', self.accounts)

    def environment(self, more):
        env = dict(os.environ, LC_ALL='C.UTF-8', LANGUAGE='en', TERM='xterm',
                   HOME=self.folder, PABAL_TEST_TIMEOUT_MS='5000')
        for key, value in more.items():
            env.pop(key, None)
            if value is not None:
                env[key] = value
        return env

    def run(self, *words, status=None, env=()):
        done = subprocess.run(
            [PABAL, '--home', self.folder + '/pabal', *words],
            env=self.environment(dict(env)), capture_output=True, timeout=120)
        text = (done.stdout + done.stderr).decode()
        sure(REPORT not in done.stderr and done.returncode >= 0, text)
        for secret in SECRETS:
            sure(secret not in text, f'{secret} is in: {text}')
        if status is not None:
            sure(done.returncode == status,
                 f'status {done.returncode}, not {status}: {text}')
        return done.stdout.decode(), text

    def doctor(self, status=0, env=(), more=()):
        """The findings; also as text, and with more of it, for the secrets."""
        os.makedirs(self.folder + '/pabal', exist_ok=True)
        if not os.path.exists(self.folder + '/pabal/config'):
            if os.path.exists(self.folder + '/config'):
                os.symlink('../config', self.folder + '/pabal/config')
        for words in ([], ['-v'], ['--lang', 'ko']):
            out, text = self.run(*words, 'doctor', *more, status=status,
                                 env=env)
        out, text = self.run('--json', 'doctor', *more, status=status, env=env)
        found = [json.loads(line) for line in out.splitlines()]
        for one in found:
            sure((one['error'] is None) == (one['state'] == 'ok'), str(one))
            sure(one['error'] is None or one['error']['advice'], str(one))
            sure(one['ok'] == (one['state'] != 'bad'), str(one))
        for server in self.servers:
            for entry in server.log:
                verb = entry.get('text', '').split(' ')[0]
                sure(verb not in ('RETR', 'DELE', 'MAIL', 'RCPT', 'DATA'),
                     f'said {verb}')
        return Findings(found)


class Findings:
    def __init__(self, found):
        self.found = found

    def all(self, server, check, account=None):
        return [f for f in self.found
                if (f['server'], f['check']) == (server, check) and
                account in (None, f['account'])]

    def get(self, server, check, state='ok', account=None):
        """The last one, and it must be so."""
        found = self.all(server, check, account)
        sure(found, f'nothing of {server} {check}: {self.found}')
        sure(found[-1]['state'] == state,
             f'{server} {check} is not {state}: {found[-1]}')
        return found[-1]

    def only(self, *bad):
        """No other is bad or a note."""
        for f in self.found:
            sure(f['state'] == 'ok' or f'{f["server"]} {f["check"]}' in bad,
                 str(f))


def said(server, verb):
    return [e for e in server.log if e.get('text', '').split(' ')[0] == verb]


# ---- all is well ----

@test
def all_is_well(home):
    home.account({'capabilities': ALL}, {})
    found = home.doctor()
    found.only()
    dns = found.get('pop3', 'dns')
    sure('127.0.0.1' in dns['values']['addresses'], str(dns))
    tcp = found.get('pop3', 'tcp')
    sure(any(a['ms'] is not None for a in tcp['values']['addresses']), str(tcp))
    tls = found.get('pop3', 'tls')['values']
    sure(tls['version'] == 'TLSv1.3' and tls['chain_ok'] and tls['name_ok'] and
         tls['date_ok'] and not tls['pinned'] and tls['days_left'] > 1000 and
         tls['issuer'] == 'ca' and 'localhost' in tls['name'], str(tls))
    sure(found.get('pop3', 'capa')['values']['offers'] ==
         [c for c in ALL if c != 'STLS'], 'capa')
    methods = found.get('pop3', 'methods')['values']
    sure(methods['offered'] == ['USER/PASS', 'PLAIN', 'LOGIN', 'SCRAM-SHA-256']
         and methods['used'] == 'USER/PASS' and methods['encrypted'],
         str(methods))
    login = found.get('pop3', 'login')['values']
    sure(login['messages'] == 3 and login['bytes'] > 100, str(login))
    uidl = found.get('pop3', 'uidl')['values']
    sure(uidl == {'messages': 3, 'repeated': 0, 'empty': 0, 'unusable': 0,
                  'known': True}, str(uidl))
    sure(found.get('pop3', 'top')['values'] == {'asked': 3, 'answered': 3},
         'top')
    sure(found.get('pop3', 'pipelining')['values']['offered'], 'pipelining')
    # Before encryption and after it.
    ehlo = found.all('smtp', 'ehlo')
    sure([e['values']['encrypted'] for e in ehlo] == [False, True], str(ehlo))
    sure('STARTTLS' in ehlo[0]['values']['offers'], str(ehlo))
    sure(found.get('smtp', 'methods')['values']['used'] == 'PLAIN', 'methods')
    sure(found.get('smtp', 'login')['values']['size_limit'] == 10000000,
         'login')
    found.get('smtp', 'tls')
    # Four runs, one login each.
    sure(len(said(home.servers[0], 'PASS')) == 4, 'logins')
    sure(len(said(home.servers[1], 'AUTH')) == 4, 'logins')
    sure(all(e['tls'] for s in home.servers for e in said(s, 'PASS') +
             said(s, 'AUTH')), 'in the clear')


@test
def text_for_people(home):
    home.account({'capabilities': ALL}, {})
    home.doctor()
    out, _ = home.run('doctor', status=0)
    for words in ('POP3 encryption: TLSv1.3; certificate for localhost',
                  'chain verified; name matches; dates are good',
                  'used: USER/PASS (the connection is encrypted',
                  '3 messages listed; each has a UIDL of its own',
                  'locale: LC_ALL=C.UTF-8', 'terminal: TERM=xterm',
                  '15 of 15 are read', 'written and synced', 'all is well'):
        sure(words in out, f'no "{words}": {out}')
    sure('\nwork\n' in out and '~/pabal/config' in out, out)
    sure(home.folder not in out, out)
    out, _ = home.run('--lang', 'ko', 'doctor', status=0)
    for words in ('  정상  ', 'POP3 암호화: TLSv1.3', 'TLSv1.3; '):
        sure(words in out, f'no "{words}": {out}')
    out, _ = home.run('-q', 'doctor', status=0)
    sure(out == '', out)


# ---- servers ----

@test
def stls(home):
    home.account({'capabilities': ALL}, pop_tls='stls')
    found = home.doctor()
    capa = found.all('pop3', 'capa')
    sure([c['values']['encrypted'] for c in capa] == [False, True], str(capa))
    sure(['STLS' in c['values']['offers'] for c in capa] == [True, False],
         str(capa))
    found.only()


@test
def not_encrypted(home):
    home.account({'capabilities': [c for c in ALL if c != 'STLS']},
                 {'extensions': ['AUTH PLAIN']}, pop_tls='plain',
                 smtp_tls='plain', more='auth = plain')
    home.servers[0].part['AUTH'] = lambda s, a: (
        s.line('+ '), s.read_line(), s.line('+OK'))
    found = home.doctor()
    for server in ('pop3', 'smtp'):
        methods = found.get(server, 'methods', 'note')
        sure(not methods['values']['encrypted'], str(methods))
        sure(methods['values']['used'] == 'PLAIN', str(methods))
        sure('asks for it' in methods['text'], str(methods))
    found.only('pop3 methods', 'smtp methods')


def refused(home, status, state, words, check='login', **part):
    home.account({'capabilities': ALL, **part}, {})
    found = home.doctor(status)
    one = found.get('pop3', check, state)
    sure(words in one['error']['server'], str(one))
    found.get('pop3', 'methods')
    # The other server is looked at all the same.
    found.get('smtp', 'login')
    found.only('pop3 ' + check)
    return one


@test
def password_is_wrong(home):
    one = refused(home, 77, 'bad', 'nobody knows ***', PASS=say(
        f'-ERR [AUTH] nobody knows {USER} here'))
    sure(one['error']['code'] == 'auth', str(one))
    # No try but one in a run.
    sure(len(said(home.servers[0], 'PASS')) == 4, 'tries')


@test
def server_repeats_what_it_heard(home):
    refused(home, 77, 'bad', 'bad: *** *** *** *** ***', PASS=say(
        '-ERR bad: ' + ' '.join(SECRETS)))


@test
def others_hide_it_as_well(home):
    """The fetch, its log, what is remembered of it, the test of an account."""
    words = (PASSWORD, base64.b64encode(PASSWORD.encode()).decode(), PLAIN,
             WHOLE)
    home.account({'capabilities': ALL,
                  'PASS': say('-ERR bad: ' + ' '.join(words))})
    os.makedirs(home.folder + '/pabal')
    os.symlink('../config', home.folder + '/pabal/config')
    for command in (['-v', 'fetch'], ['fetch', '-a', 'work'],
                    ['--json', 'fetch', '-a', 'work'],
                    ['account', 'show', 'work'],
                    ['--json', 'account', 'show', 'work'],
                    ['account', 'test', 'work']):
        done = subprocess.run(
            [PABAL, '--home', home.folder + '/pabal', *command],
            env=home.environment({}), capture_output=True, timeout=120)
        text = (done.stdout + done.stderr).decode()
        for word in words:
            sure(word not in text, f'{command}: {word} is in {text}')
        sure('show' in command or 'bad: *** *** *** ***' in text,
             f'{command}: {text}')


@test
def smtp_repeats_what_it_heard(home):
    home.account(None, {'AUTH': lambda s, a: s.line('535 5.7.8 ' + a)})
    one = home.doctor(77).get('smtp', 'login', 'bad')
    sure(one['error']['server'].endswith('PLAIN ***'), str(one))


@test
def mailbox_is_busy(home):
    one = refused(home, 75, 'bad', '[IN-USE] busy',
                  PASS=say('-ERR [IN-USE] busy'))
    sure('another program is using' in one['error']['advice'], str(one))


@test
def codes_of_refusals(home):
    """What the code says comes before what its text may mean."""
    codes = {'LOGIN-DELAY': (75, 'more often than the server allows'),
             'SYS/TEMP': (75, 'temporary problem'),
             'SYS/PERM': (69, 'ask the provider'),
             'AUTH': (77, 'Check user name and password')}
    for code in codes:
        home.account({'capabilities': ALL, 'PASS': say(f'-ERR [{code}] so')},
                     name=code.replace('/', '-'))
    for code, (status, advice) in codes.items():
        name = code.replace('/', '-')
        one = home.doctor(status, more=['-a', name]).get(
            'pop3', 'login', 'bad', account=name)
        sure(one['error']['server'] == f'[{code}] so' and
             advice in one['error']['advice'], str(one))
        # The same where mail is fetched.
        _, text = home.run('fetch', '-a', name, status=status)
        sure(f'the server said: [{code}] so' in text and advice in text, text)


@test
def login_taken_and_stat_refused(home):
    refused(home, 75, 'bad', 'not for you', STAT=say('-ERR not for you'))


@test
def certificates(home):
    wrong = {'elsewhere': ('name_ok', 'chain_ok', 'date_ok'),
             'expired': ('date_ok', 'chain_ok', 'name_ok'),
             'early': ('date_ok', 'chain_ok', 'name_ok'),
             'stranger': ('chain_ok', 'name_ok', 'date_ok'),
             'own': ('chain_ok', 'name_ok', 'date_ok')}
    for name in wrong:
        home.account({'cert': name}, name=name)
    found = home.doctor(69)
    for i, (name, (bad, *good)) in enumerate(wrong.items()):
        one = found.get('pop3', 'tls', 'bad', account=name)
        sure(one['values'][bad] is False, str(one))
        sure(all(one['values'][g] for g in good), str(one))
        sure(one['error']['code'] == 'cert', str(one))
        sure(not found.all('pop3', 'login', name), 'went on')
        sure(not said(home.servers[i], 'USER'), 'said who it is')


@test
def certificate_is_pinned(home):
    home.account({'cert': 'own'})
    pin = home.doctor(69).get('pop3', 'tls', 'bad')['values']['fingerprint']
    home.accounts = home.accounts.replace('[work]', f'[work]\npop_pin = {pin}')
    home.write('config/accounts', home.accounts)
    one = home.doctor().get('pop3', 'tls')
    sure(one['values']['pinned'] and not one['values']['chain_ok'], str(one))


@test
def encryption_is_missing(home):
    home.account({'capabilities': ['USER', 'UIDL']}, {'extensions': []},
                 pop_tls='stls')
    found = home.doctor(69)
    for server in ('pop3', 'smtp'):
        found.get(server, 'tls', 'bad')
    for server in home.servers:
        sure(not said(server, 'USER') + said(server, 'AUTH'), 'said who')


@test
def no_tls_at_all(home):
    server = home.serve(Pop3, {})
    home.account(f'localhost:{server.port}')
    one = home.doctor(69).get('pop3', 'tls', 'bad')
    sure('kind of encryption' in one['error']['advice'], str(one))


@test
def another_server_greets(home):
    home.account({'greeting': say('220 smtp.example ESMTP')})
    found = home.doctor(69)
    sure('SMTP server' in found.get('pop3', 'greeting', 'bad')['error']['text'],
         str(found.found))


@test
def no_capa(home):
    home.account({'CAPA': say('-ERR what?')})
    found = home.doctor()
    found.get('pop3', 'capa', 'note')
    sure(found.get('pop3', 'methods')['values']['used'] == 'USER/PASS', '')
    found.get('pop3', 'login')


@test
def no_ehlo(home):
    home.account(None, {'EHLO': say('502 no')}, smtp_tls='tls')
    found = home.doctor(69)
    found.get('smtp', 'ehlo', 'note')
    found.get('smtp', 'methods', 'bad')


@test
def no_way_in_common(home):
    home.account({'capabilities': ALL}, {'extensions': ['AUTH GSSAPI NTLM']},
                 smtp_tls='tls')
    one = home.doctor(69).get('smtp', 'methods', 'bad')
    sure('GSSAPI NTLM' in one['error']['text'], str(one))


@test
def uidls(home):
    def uid(s, i):
        return ['same', 'same', '', 'x' * 2000, 'a\x01b', 'good'][i]
    home.account({'capabilities': ALL, 'uid': uid,
                  'box': [(str(i), letter(i)) for i in range(6)]})
    found = home.doctor()
    values = found.get('pop3', 'uidl', 'note')['values']
    sure(values == {'messages': 6, 'repeated': 1, 'empty': 1, 'unusable': 2,
                    'known': True}, str(values))


@test
def no_uidl_no_top_no_pipelining(home):
    home.account({'capabilities': ['USER'], 'UIDL': say('-ERR what?'),
                  'TOP': say('-ERR what?')})
    found = home.doctor()
    sure(not found.get('pop3', 'uidl', 'note')['values']['known'], 'known')
    sure(found.get('pop3', 'top', 'note')['values']['answered'] == 0, 'top')
    found.get('pop3', 'pipelining', 'note')


@test
def commands_at_once_end_the_connection(home):
    def top(s, a):
        s.sock.close()
    home.account({'capabilities': ALL, 'TOP': top})
    found = home.doctor(75)
    found.get('pop3', 'top', 'bad')
    found.get('pop3', 'pipelining', 'bad')


@test
def empty_mailbox(home):
    home.account({'capabilities': ALL, 'box': []})
    found = home.doctor()
    found.only()
    sure(found.get('pop3', 'login')['values']['messages'] == 0, 'messages')


@test
def clocks_of_servers(home):
    now = time.time()
    for name, off, state in (('right', 0, 'ok'), ('late', 1800, 'note'),
                             ('wrong', 90000, 'bad'), ('old', -90000, 'bad')):
        when = email.utils.formatdate(now + off)
        home.account(None, {'greeting': say(f'220 mx ESMTP Server; {when}')},
                     name=name)
        received = 'Received: from a by b; ' + when + '\r\n'
        home.account({'capabilities': ALL,
                      'box': [('1', received.encode() + letter(1))]},
                     name=name + '2')
    found = home.doctor(78)
    for name, off, state in (('right', 0, 'ok'), ('late', 1800, 'note'),
                             ('wrong', 90000, 'bad'), ('old', -90000, 'bad')):
        one = found.get('smtp', 'clock', state, account=name)
        sure(abs(one['values']['seconds_off'] - off) < 100, str(one))
        # The newest mail may well be old.
        found.get('pop3', 'clock', 'ok' if off < 0 else state,
                  account=name + '2')


@test
def nobody_answers(home):
    server = home.serve(Pop3, {})
    server.stop()
    home.account(f'localhost:{server.port}', {})
    found = home.doctor(75)
    found.get('pop3', 'tcp', 'bad')
    sure(not found.all('pop3', 'tls'), 'went on')
    found.get('smtp', 'login')


@test
def name_is_unknown(home):
    home.account('nobody.invalid:995', {})
    found = home.doctor(None)
    found.get('pop3', 'dns', 'bad')
    sure(not found.all('pop3', 'tcp'), 'went on')
    found.get('smtp', 'login')


# ---- accounts ----

@test
def no_password(home):
    home.account({'capabilities': ALL}, {}, secret=False)
    found = home.doctor(77)
    found.get(None, 'password', 'bad')
    for server in ('pop3', 'smtp'):
        found.get(server, 'tls')
        methods = found.get(server, 'methods')['values']
        sure(methods['used'] in ('USER/PASS', 'PLAIN'), str(methods))
        sure(not found.all(server, 'login'), 'logged in')
    sure(not said(home.servers[0], 'USER'), 'said who it is')
    sure(not said(home.servers[1], 'AUTH'), 'said who it is')


@test
def password_command(home):
    home.account({'capabilities': ALL}, secret=False,
                 more=f'password_command = echo {PASSWORD}')
    home.doctor().get(None, 'password')
    home.accounts = home.accounts.replace('= echo ', '= false ')
    home.write('config/accounts', home.accounts)
    home.doctor(77).get(None, 'password', 'bad')
    home.accounts = home.accounts.replace('= false', "= ./gone-")
    home.write('config/accounts', home.accounts)
    home.doctor(78).get(None, 'password', 'bad')


@test
def worst_of_all(home):
    home.account({'PASS': say('-ERR [IN-USE] busy')}, name='busy')
    home.account({'capabilities': ALL, 'PASS': say('-ERR [AUTH] no')},
                 name='wrong')
    home.account({'capabilities': ALL}, name='good')
    found = home.doctor(77)
    # In the order of the accounts, whoever was first.
    sure([a for i, a in enumerate(
        [f['account'] for f in found.found if f['account']])
          if i == 0 or a != [f['account'] for f in found.found
                             if f['account']][i - 1]] ==
         ['busy', 'wrong', 'good'], 'order')
    home.doctor(0, more=['-a', 'good']).get('pop3', 'login')
    home.doctor(75, more=['-a', 'busy', '-a', 'good'])
    home.run('doctor', '-a', 'nobody', status=66)
    home.run('doctor', 'work', status=64)


@test
def configuration_is_broken(home):
    home.write('config/accounts', '[work]\nwhat is this\n')
    home.write('config/config', '')
    one = home.doctor(78).get(None, 'config', 'bad')
    sure('accounts:2' in one['error']['text'], str(one))


# ---- this machine ----

@test
def store(home):
    home.account({'capabilities': ALL})
    found = home.doctor()
    sure('none yet' in found.get(None, 'store')['text'], 'store')
    for server in home.servers:
        server.log.clear()
    home.run('fetch', status=0)
    for server in home.servers:
        server.log.clear()
    values = home.doctor().get(None, 'store')['values']
    sure(values == {'messages': 3, 'without_file': 0, 'not_indexed': 0},
         str(values))
    data = home.folder + '/pabal/data'
    mail = [os.path.join(f, n) for f, _, names in os.walk(data + '/mail')
            for n in names]
    os.remove(mail[0])
    values = home.doctor().get(None, 'store')['values']
    sure(values == {'messages': 3, 'without_file': 1, 'not_indexed': 0},
         str(values))
    box = sqlite3.connect(data + '/pabal.db')
    box.execute('UPDATE counter SET total = 7 WHERE account = 0')
    box.commit()
    box.close()
    one = home.doctor(74).get(None, 'store', 'bad')
    sure('pabal index' in one['error']['advice'], str(one))
    home.run('index', status=0)
    home.doctor().get(None, 'store')
    with open(data + '/pabal.db', 'r+b') as f:
        f.write(b'noise' * 1000)
    one = home.doctor(74).get(None, 'store', 'bad')
    sure('pabal index' in one['error']['advice'], str(one))


@test
def clock(home):
    home.write('config/config', '')
    for now in ('1000000000', '5000000000'):
        one = home.doctor(78, env={'PABAL_TEST_NOW': now}).get(
            None, 'clock', 'bad')
        sure(one['values']['time'] == int(now), str(one))


@test
def locales(home):
    home.write('config/config', '')
    for env, state, encoding in (
            ({'LC_ALL': 'C.UTF-8'}, 'ok', 'UTF-8'),
            ({'LC_ALL': 'xx_XX.UTF-8'}, 'note', 'UTF-8'),
            ({'LC_ALL': 'ko_KR.eucKR'}, 'note', None),
            ({'LC_ALL': None, 'LANG': 'C'}, 'note', 'ASCII'),
            ({'LC_ALL': None, 'LANG': None}, 'note', 'ASCII')):
        env.setdefault('LANG', None)
        env.setdefault('LC_CTYPE', None)
        one = home.doctor(env=env).get(None, 'locale', state)
        # The user's own, whatever we run in.
        sure(one['values']['LC_ALL'] == env['LC_ALL'] and
             one['values']['LANG'] == env['LANG'], str(one))
        sure(encoding in (None, one['values']['encoding']), str(one))


@test
def terminals(home):
    home.write('config/config', '')
    for kind, state in (('xterm-256color', 'ok'), ('dumb', 'note'),
                        ('no-such-kind', 'note'), (None, 'note')):
        one = home.doctor(env={'TERM': kind}).get(None, 'terminal', state)
        sure(one['values']['type'] == kind, str(one))
        sure(kind != 'xterm-256color' or one['values']['colours'] == 256,
             str(one))
    sure('NO_COLOR' in home.doctor(env={'NO_COLOR': '1'}).get(
        None, 'terminal')['text'], 'NO_COLOR')


@test
def conversions_are_missing(home):
    """Without the C library's modules; Korean needs none of them."""
    home.write('config/config', '')
    found = home.doctor(env={'GCONV_PATH': '/nonexistent'}).found
    one = next(f for f in found if f['check'] == 'charsets')
    if one['state'] == 'ok':
        return # they are part of this C library
    lost = one['values']['unreadable']
    sure(one['state'] == 'note' and 'shift_jis' in lost and
         not any('kr' in x or '949' in x or '5601' in x for x in lost),
         str(one))


# ---- while it works ----

def read_all(fd, wall):
    end = time.monotonic() + wall
    out = b''
    while time.monotonic() < end:
        if not select.select([fd], [], [], 0.2)[0]:
            continue
        try:
            data = os.read(fd, 4096)
        except OSError:
            break
        if not data:
            break
        out += data
    return out


def on_terminal(home, signal_at=None):
    """Standard error is a terminal: what it shows, the status, the output."""
    pid, fd = os.forkpty()
    output = home.folder + '/output'
    if pid == 0:
        out = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(out, 1)
        os.execve(PABAL, [PABAL, '--home', home.folder + '/pabal', 'doctor'],
                  home.environment({}))
    shown = b''
    if signal_at:
        end = time.monotonic() + 60
        while not signal_at(shown) and time.monotonic() < end:
            if select.select([fd], [], [], 0.05)[0]:
                shown += os.read(fd, 4096)
        os.write(fd, b'\x03')
    shown += read_all(fd, 60)
    _, status = os.waitpid(pid, 0)
    os.close(fd)
    with open(output) as f:
        return shown.decode(), os.waitstatus_to_exitcode(status), f.read()


@test
def progress(home):
    home.account({'capabilities': ALL}, {})
    home.doctor()
    shown, status, out = on_terminal(home)
    sure(status == 0, str(status))
    sure(re.search(r'\rwork .*\d+/\d+ +\d+%', shown), repr(shown))
    sure(shown.endswith('\r\x1b[K'), repr(shown))
    sure('work ' not in out and '\r' not in out, out)


@test
def interrupted(home):
    home.account({'greeting': stall}, name='stalls')
    home.account({'capabilities': ALL}, name='good')
    os.makedirs(home.folder + '/pabal')
    os.symlink('../config', home.folder + '/pabal/config')
    start = time.monotonic()
    env = home.environment
    home.environment = lambda more: dict(env(more),
                                         PABAL_TEST_TIMEOUT_MS='55000')
    shown, status, out = on_terminal(
        home, lambda _: any(s.sessions > 1 for s in home.servers[:1]))
    sure(time.monotonic() - start < 40, 'took too long')
    sure(status == 75, f'status {status}: {shown}')
    sure('cancelled' in shown, repr(shown))


@test
def large_store(home):
    """It shows how far it is, and Ctrl-C ends it."""
    home.account({'capabilities': ALL})
    os.makedirs(home.folder + '/pabal')
    os.symlink('../config', home.folder + '/pabal/config')
    home.run('fetch', status=0)
    box = sqlite3.connect(home.folder + '/pabal/data/pabal.db')
    box.execute('PRAGMA journal_mode = OFF')
    box.execute('CREATE TABLE filler (a UNIQUE, b UNIQUE, c)')
    box.execute('WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n'
                ' WHERE x < 200000) INSERT INTO filler SELECT x,'
                " printf('%050d', x), printf('%0150d', x) FROM n")
    box.commit()
    box.close()
    logins = len(said(home.servers[0], 'PASS'))
    shown, status, out = on_terminal(
        home, lambda shown: re.search(rb'\rstore [^\r]*[1-9]\d*%', shown))
    sure(status == 75, f'status {status}: {shown} {out}')
    sure('cancelled' in shown, repr(shown))
    sure('what to do: let it come to its end' in out, out)
    sure(len(said(home.servers[0], 'PASS')) == logins, 'it went on')
    shown, status, out = on_terminal(home)
    bars = [int(n) for n in re.findall(r'\rstore [^\r]* (\d+)%', shown)]
    sure(status == 0 and 'index sound' in out, out)
    bars.pop(0) # of the checks
    sure(len(bars) > 10 and bars == sorted(bars) and bars[-1] > 50, str(bars))


def main():
    failed = 0
    wanted = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix='pabal-doctor-') as certs:
        make_certificates(certs)
        for one in TESTS:
            if wanted and one.__name__ not in wanted:
                continue
            home = Home(certs)
            try:
                one(home)
                print('ok:', one.__name__, flush=True)
            except Bad as error:
                failed += 1
                print('FAILED:', one.__name__, str(error)[:3000], flush=True)
            finally:
                for server in home.servers:
                    server.stop()
    print(f'{len(TESTS)} tests, {failed} failed')
    sys.exit(failed != 0)


if __name__ == '__main__':
    main()
