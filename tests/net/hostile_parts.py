# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts that hostile_server.py plays, and what pabal has to make of them.

Beside its answers a part may have:
  box       (UIDL, bytes) of each message; three letters otherwise
  tls, cert, old    how TLS is spoken; client_tls: what the account wants
  keep      policies to try: 'no' (delete after fetching) and 'yes'
  runs      a tuple for each run: exit status, messages stored after it
  many      letters that wait in the outbox before the first run (sending)
  before    {run: function (home, server) to call before that run}
  kill      {run: step() at which that run is killed}
  left      messages left on the server after each run
  headers   messages of which only the header is here after each run
  rows      listed at the end, when some are in Trash
  says      words that must stand in the output of the first run
  sent      copies in Sent of a message that not everybody took
  key       lines for the account's configuration
  memory    KB that pabal may take
"""

import os
import re
import time

from hostile_server import (DEFAULT, Hangup, Pop3, Smtp, cut_after, drip, flood,
                            for_message, hang_up, in_session, letter, mail,
                            say, send, sha256, stall, when_whole)

OK, USAGE, DATA, NOINPUT = 0, 64, 65, 66
UNAVAILABLE, IO, TEMP, NOPERM = 69, 74, 75, 77
ALL = ((OK, 3), (OK, 3))
NOTHING = ((TEMP, 0), (TEMP, 0))
CONTROLS = b'\x1b]0;mine\x07\x1b[2J\x00\xc2\x9b31m\xe2\x80\xae\xff'


def retr(play):
    return {'RETR': play}


def both(**more):
    return dict(keep=('no', 'yes'), **more)


def list_and_uidl(fn_list, fn_uidl):
    return {'LIST': fn_list, 'UIDL': fn_uidl}


def cut_listing(s, a):
    s.raw(b'+OK\r\n1 uid-1\r\n')
    raise Hangup


def endless_listing(s, a):
    s.raw(b'+OK\r\n')
    for start in range(1, 3000000, 5000):
        s.raw(b''.join(b'%d %d\r\n' % (i, i) for i in range(start, start + 5000)))
    raise Hangup


def twice(word):
    return lambda s, a: (DEFAULT if a else
                         s.lines('+OK', [word % i for i in (1, 1, 2, 3)]))


def only_two(s, a):
    if a:
        return DEFAULT
    return s.lines('+OK', ['1 uid-1', '2 uid-2'])


def backwards(s, a):
    if a:
        return DEFAULT
    return s.lines('+OK', [f'{i + 1} {s.uid(i)}'
                           for i in reversed(range(len(s.box())))])


def shift_numbers(s, a):
    """Another client's deletion takes effect in our session."""
    if a or s.number != 1 or len(s.box()) != 3:
        return DEFAULT
    s.per_message('', s.uid)
    s.server.box = s.box()[1:]
    return None


def swallow(s, a):
    """One answer too few: those after it are taken for the one before."""
    return None if s.number == 1 and a == '2' else DEFAULT


def unasked(answer):
    """An answer too many, in one piece with the one before."""
    def play(s, a):
        s.raw(b'+OK\r\n' + answer)
    return play


def shift_numbers_here(s, a):
    """Another client deletes the first message while we look."""
    if a or len(s.box()) != 3:
        return DEFAULT
    s.per_message('', s.uid)
    s.server.unwanted.add(sha256(s.box()[0][1]))
    s.server.box = s.box()[1:]
    return None


def large():
    return [('uid-1', letter(1)),
            ('uid-2', letter(2, b'Many lines of the second.\r\n' * 9000)),
            ('uid-3', letter(3, b'Many lines of the third.\r\n' * 9000))]


def fill(status=0, says=''):
    return lambda home, server: home.fill(status, says)


def fill_killed(step):
    return lambda home, server: home.fill(step=step)


def remove_large(home, server):
    server.box = []
    home.fill(NOINPUT, 'does not list this message any more')


def shows(first, number):
    """Like Gmail: some of the mail that was not retrieved yet."""
    def play(s, a):
        gave = {e['sha'] for e in s.server.log if e['event'] == 'gave' and
                e['session'] == s.number}
        s.server.popped = getattr(s.server, 'popped', set()) | gave
        s.server.box = [m for m in first
                        if sha256(m[1]) not in s.server.popped][:number]
        s.line('+OK bye')
        raise Hangup
    return play


def told(home, server):
    home.shows('to be deleted on the server', 'letter 2')


# STAT is asked where it costs no round trip.
AHEAD = [*Pop3.capabilities, 'PIPELINING']
SHORT = [(f'u{i}', b'Subject: %d\r\n\r\nx\r\n' % i) for i in range(150)]


def no_top(s, a):
    return say('-ERR unknown')(s, a)


def shift_later(s, a):
    """The same, after all messages were handed out."""
    if s.number != 1 or a != '1' or len(s.box()) != 3:
        return DEFAULT
    s.do_retr(a)
    s.server.box = s.box()[1:]
    return None


def swapped(s, a):
    i = {'2': 2, '3': 1}.get(a, int(a) - 1)
    if i >= len(s.box()):
        return DEFAULT
    s.line('+OK')
    s.raw(s.body(s.box()[i][1]))
    return None


def new_box(box, session=2):
    def play(s, a):
        if s.number == session:
            s.server.box = list(box)
        return DEFAULT
    return play


def drop_then(play):
    def quit_(s, a):
        s.drop_marked()
        play(s, a)
    return quit_


def throw_away(number, empty=True, then=lambda server: None):
    def play(home, server):
        home.throw_away(server, b'Subject: letter %d\r' % number, empty)
        then(server)
    return play


def throw_away_before(number):
    """Deleted while the account kept everything; then it is to be as here."""
    def play(home, server):
        home.throw_away(server, b'Subject: letter %d\r' % number)
        home.change_account('keep = yes', 'keep = here')
    return play


def reuse_second(server):
    server.box[1] = ('uid-2', letter(8, b'Another one, and it is longer.\r\n'))


def put(box):
    def play(home, server):
        server.box = list(box)
    return play


def put_thrown_away(number, box):
    """Deleted here for good; another client did it there, and more came."""
    def play(home, server):
        home.throw_away(server, b'Subject: letter %d\r' % number)
        server.box = list(box)
    return play


def lower_case(data):
    if data.startswith(b'+OK'):
        return b'+ok' + data[3:]
    if data.startswith(b'-ERR'):
        return b'-err' + data[4:]
    return data


STRANGE_UIDS = ['../../../../tmp/evil', "x'); DROP TABLE uidl;--\x1b[2J",
                'a b\tc\x7f\udcff%s%n']
DOTS = b'.\r\n..\r\n...\r\n.begin\r\n..two\r\ntext .\r\n.\ttab\r\nend\r\n.\r\n'

# Others of the size that letters have; then longer ones.
OTHERS = [(f'other-{i}', letter(i)) for i in range(4, 7)] + [
    (f'other-{i}', letter(i, b'A longer one than those before.\r\n' * 9))
    for i in range(7, 9)] + [('other-9', letter(9, b'Short.\r\n'))]
REUSED = [mail(2)[0], ('uid-2', letter(5))]
GROWING = [(f'g{i}', letter(i, b'x\r\n' * i)) for i in range(43)]

# HOSTILE_MANY=50000 takes some minutes.
MANY = int(os.environ.get('HOSTILE_MANY', '2000'))

POP3 = {
    'good': both(runs=ALL),
    'greeting-refused': dict(greeting=say('-ERR [SYS/TEMP] closed today'),
                             runs=NOTHING, says='closed today'),
    'greeting-none': dict(greeting=stall, runs=NOTHING),
    'greeting-hangup': dict(greeting=hang_up, runs=NOTHING),
    'greeting-endless': dict(greeting=flood(b'+OK ', b'A' * 65536),
                             runs=((DATA, 0), (DATA, 0))),
    'greeting-controls': dict(greeting=send(b'-ERR ' + CONTROLS + b'\r\n'),
                              runs=NOTHING),
    'greeting-http': dict(greeting=say('HTTP/1.1 400 Bad Request'),
                          runs=((UNAVAILABLE, 0),) * 2),
    'login-wrong': dict(PASS=say('-ERR [AUTH] wrong password'),
                        AUTH=say('-ERR [AUTH] wrong password'),
                        runs=((NOPERM, 0), (NOPERM, 0)), logins=2,
                        says='wrong password'),
    'login-busy': dict(PASS=say('-ERR [IN-USE] locked'),
                       AUTH=say('-ERR [IN-USE] locked'), runs=NOTHING),
    'login-closed': dict(PASS=say('-ERR [SYS/PERM] account closed'),
                         AUTH=say('-ERR [SYS/PERM] account closed'),
                         runs=((UNAVAILABLE, 0),) * 2),
    'login-hangup': dict(PASS=hang_up, AUTH=hang_up, runs=NOTHING),
    'login-stall': dict(PASS=stall, AUTH=stall, runs=NOTHING),
    'apop-bait': dict(greeting=send(b'+OK <\x80\x01\x02@\xff>\r\n'), runs=ALL,
                      never='APOP'),
    'capa-unknown': both(CAPA=say('-ERR what'), runs=ALL),
    'capa-endless': dict(CAPA=flood(b'+OK\r\n', b'X-CAPABILITY\r\n' * 1000),
                         runs=((DATA, 0), (DATA, 0))),
    'capa-nothing': dict(capabilities=[], runs=ALL),
    'stat-more': dict(capabilities=AHEAD, STAT=say('+OK 5 5000'), runs=ALL),
    'stat-fewer': dict(capabilities=AHEAD, STAT=say('+OK 1 100'), runs=ALL),
    'stat-zero': dict(capabilities=AHEAD, STAT=say('+OK 0 0'), runs=ALL),
    'stat-huge': dict(capabilities=AHEAD, STAT=say('+OK 18446744073709551617 '
                               '99999999999999999999'), runs=ALL),
    'stat-negative': dict(capabilities=AHEAD, STAT=say('+OK -1 -1'),
                          runs=((UNAVAILABLE, 0),) * 2),
    'stat-words': dict(capabilities=AHEAD, STAT=say('+OK there are some'),
                       runs=ALL),
    'list-small': dict(size=lambda s, i: 1, runs=ALL),
    'list-big': dict(size=lambda s, i: 2147483648, runs=ALL),
    'list-twice': both(LIST=twice('%d 100'), UIDL=twice('%d same'),
                       runs=ALL),
    'list-cut': dict(UIDL=in_session(2, cut_listing),
                     LIST=in_session(2, cut_listing), keep=('yes',),
                     runs=((OK, 3), (TEMP, 3), (OK, 3))),
    'list-endless': dict(LIST=endless_listing, UIDL=endless_listing,
                         runs=((DATA, 0), (DATA, 0))),
    'list-words': dict(UIDL=send(b'+OK\r\nabc def\r\n.\r\n'),
                       LIST=send(b'+OK\r\nabc def\r\n.\r\n'),
                       runs=((UNAVAILABLE, 0),) * 2),
    'uidl-shared': both(uid=lambda s, i: 'same' if s.box()[i][0] != 'uid-3'
                        else 'uid-3', runs=ALL),
    'uidl-empty': both(uid=lambda s, i: '', runs=ALL),
    'uidl-long': both(uid=lambda s, i: s.box()[i][0] + 'x' * 2000, runs=ALL),
    'uidl-strange': both(uid=lambda s, i: STRANGE_UIDS[
        int(s.box()[i][0][-1]) - 1], runs=ALL),
    'uidl-none': both(UIDL=say('-ERR unknown'), runs=ALL + ((OK, 3),)),
    'uidl-none-no-top': both(UIDL=say('-ERR unknown'), TOP=say('-ERR unknown'),
                             capabilities=['USER'], runs=ALL + ((OK, 3),)),
    'uidl-reset': both(uid=lambda s, i: f'g{s.number}-{s.box()[i][0]}',
                       runs=ALL + ((OK, 3),), again='known'),
    'uidl-reset-no-top': both(
        uid=lambda s, i: f'g{s.number}-{s.box()[i][0]}',
        TOP=say('-ERR unknown'), capabilities=['USER', 'UIDL'],
        runs=ALL + ((OK, 3),)),
    'uidl-reset-and-new': dict(
        uid=lambda s, i: f'g{s.number}-{s.box()[i][0]}', keep=('yes',),
        capabilities=AHEAD, STAT=new_box(mail(4)),
        runs=((OK, 3), (OK, 4), (OK, 4))),
    'uidl-reused': dict(keep=('yes',), capabilities=AHEAD, STAT=new_box(
        [('uid-1', letter(7, b'Another letter, longer than the first.\r\n'))]
        + mail(3)[1:]), runs=((OK, 3), (OK, 4), (OK, 4))),
    # A number in place of a name: once deleted, it is another message's.
    'uidl-numbers': dict(
        keep=('no',), uid=lambda s, i: str(i + 1), more=OTHERS,
        before={2: put(OTHERS[:3]), 3: put(OTHERS[3:])},
        runs=((OK, 3), (OK, 6), (OK, 9), (OK, 9)), left=(0, 0, 0, 0)),
    'uidl-numbers-no-top': dict(
        keep=('no',), uid=lambda s, i: str(i + 1), more=OTHERS,
        TOP=say('-ERR unknown'), capabilities=['USER', 'UIDL'],
        before={2: put(OTHERS[3:])},
        runs=((OK, 3), (OK, 6), (OK, 6)), left=(0, 0, 0)),
    'uidl-numbers-kept': dict(
        keep=('yes',), uid=lambda s, i: str(i + 1), box=GROWING[:40],
        more=GROWING, before={2: put(GROWING[3:])},
        runs=((OK, 40), (OK, 43), (OK, 43))),
    # Deleted here; its UIDL is another message's of the same size now.
    'uidl-reused-deleted': dict(
        keep=('here',), more=OTHERS, before={2: put_thrown_away(
            2, [mail(3)[0], ('uid-2', OTHERS[0][1]), mail(3)[2]])},
        runs=((OK, 3), (OK, 3), (OK, 3)), left=(3, 3, 3)),
    'uidl-reused-quota': dict(
        keep=('yes',), box=mail(2), more=REUSED, key='quota = 1\n',
        before={2: put(REUSED)},
        runs=((OK, 2), (OK, 2), (OK, 3), (OK, 3)), left=(2, 1, 1, 0)),
    'uidl-fewer': both(UIDL=only_two, runs=ALL),
    'uidl-backwards': both(UIDL=backwards, runs=ALL),
    'uidl-deaf': both(UIDL=lambda s, a: s.per_message('', s.uid), runs=ALL),
    'uidl-deaf-words': dict(
        UIDL=lambda s, a: s.lines(f'+OK {len(s.box())} messages', [
            f'{i + 1} {s.uid(i)}' for i in range(len(s.box()))]),
        keep=('yes',), runs=((UNAVAILABLE, 0), (OK, 3), (OK, 3))),
    'uidl-no-number': both(UIDL=lambda s, a: say('-ERR no argument')(s, a)
                           if a else DEFAULT, runs=ALL),
    # Yes, and nothing else: neither a line of its own nor a listing follows.
    'uidl-number-bare': both(UIDL=lambda s, a: say('+OK')(s, a)
                             if a else DEFAULT, runs=ALL),
    'uidl-number-bare-ahead': both(UIDL=lambda s, a: say('+OK')(s, a)
                                   if a else DEFAULT,
                                   capabilities=AHEAD, runs=ALL),
    'uidl-number-words': both(UIDL=lambda s, a: say('+OK it is there')(s, a)
                              if a else DEFAULT, runs=ALL),
    'uidl-deaf-ahead': both(UIDL=lambda s, a: s.per_message('', s.uid),
                            capabilities=AHEAD, runs=ALL),
    'retr-refused': dict(RETR=for_message(
        2, say('-ERR [SYS/TEMP] cannot read')), keep=('yes',),
        runs=((None, 2), (None, 2))),
    'retr-refused-once': dict(RETR=in_session(1, for_message(
        2, say('-ERR [SYS/TEMP] cannot read'))), runs=((None, 2), (OK, 3))),
    'retr-cut': both(RETR=in_session(1, for_message(2, cut_after(60))),
                     runs=((TEMP, None), (OK, 3), (OK, 3))),
    'retr-cut-dot': both(RETR=in_session(1, for_message(2, cut_after(None))),
                         runs=((TEMP, None), (OK, 3), (OK, 3))),
    'retr-reset': both(RETR=in_session(1, for_message(2, cut_after(
        50, lambda s, a: s.reset()))),
        runs=((TEMP, None), (OK, 3), (OK, 3))),
    'retr-always-cut': dict(RETR=for_message(2, cut_after(60)), keep=('yes',),
                            runs=((TEMP, None), (TEMP, 2), (TEMP, 2))),
    'retr-longer': dict(size=lambda s, i: 10, runs=ALL),
    'retr-shorter': dict(size=lambda s, i: 100000, runs=ALL),
    'retr-endless': dict(RETR=for_message(2, flood(
        b'+OK\r\nSubject: more\r\n\r\n', b'more and more and more\r\n' * 2000)),
        keep=('yes',), key='max_size = 1M\n',
        runs=((DATA, None), (OK, 2), (OK, 2))),
    'retr-endless-line': dict(RETR=for_message(2, flood(
        b'+OK\r\nSubject: more\r\n\r\n', b'A' * 65536)),
        keep=('yes',), key='max_size = 1M\n',
        runs=((DATA, None), (OK, 2), (OK, 2))),
    'retr-drip': dict(RETR=for_message(2, drip(0.2)), keep=('yes',),
                      runs=((TEMP, None), (TEMP, 2))),
    'retr-stall': both(RETR=in_session(1, for_message(2, cut_after(70, stall))),
                       runs=((TEMP, None), (OK, 3))),
    'retr-dots': both(box=[('d1', letter(1, DOTS)),
                           ('d2', b'.Subject: dots\r\n\r\n.\r\n'),
                           ('d3', letter(3, b'.'))], runs=ALL),
    'retr-bare': both(box=[('b1', letter(1, b'a\nb\n.\n+OK no\nc\r\n')),
                           ('b2', letter(2, b'a\r.\rb\n.\r\nc\r\n')),
                           ('b3', letter(3))], runs=ALL),
    'retr-bare-stuffed': both(
        box=[('b1', letter(1, b'a\n.\n..b\n...\r\n')), ('b2', letter(2))],
        body=lambda d: re.sub(rb'(?m)^\.', b'..', d), runs=((OK, 2), (OK, 2))),
    'retr-nul': both(box=[('n1', letter(1, b'a\0b\0\r\n\0.\r\n')),
                          ('n2', b'Sub\0ject: x\0y\r\n\r\n\xff\xfe\r\n'),
                          ('n3', letter(3))], runs=ALL),
    'retr-empty': both(box=[('e1', b''), ('e2', b'Subject: head only'),
                            ('e3', b'\r\n')], runs=ALL),
    'retr-emptied': both(RETR=in_session(1, for_message(2, say('+OK\r\n.'))),
                         runs=((None, 2), (OK, 3))),
    'retr-swapped': dict(RETR=swapped, runs=ALL),
    'retr-swallowed': dict(
        capabilities=AHEAD, RETR=swallow, UIDL=lambda s, a: (
            hang_up(s, a) if a and s.number == 1 else DEFAULT),
        keep=('no', 'yes', '3'), runs=((TEMP, 2), (OK, 3), (OK, 3))),
    'retr-swallowed-no-top': dict(
        capabilities=['USER', 'UIDL', 'PIPELINING'],
        RETR=swallow, UIDL=lambda s, a: (
            hang_up(s, a) if a and s.number == 1 else DEFAULT),
        keep=('no',), runs=((TEMP, 2), (OK, 3), (OK, 3))),
    'unasked-login': dict(
        PASS=in_session(1, unasked(b'-ERR not you\r\n')), keep=('yes',),
        runs=((UNAVAILABLE, 0), (OK, 3), (OK, 3)),
        says='before it was asked'),
    'unasked-check': dict(
        capabilities=AHEAD, key='headers_above = 10K\n', box=large(),
        UIDL=lambda s, a: (s.raw(b'+OK 3 uid-3\r\n' * 2)
                           if a and s.number == 1 else DEFAULT),
        keep=('yes',), runs=((None, 0), (OK, 1), (OK, 1)), headers=(2, 2, 2),
        says='before it was asked'),
    'top-refused': dict(TOP=say('-ERR no'), capabilities=['USER', 'UIDL'],
                        runs=ALL),
    'segments': both(segment=1, runs=ALL),
    'many': dict(box=[(f'u{i}', b'Subject: %d\r\n\r\nx\r\n' % i)
                      for i in range(MANY)], keep=('yes',),
                 runs=((OK, MANY), (OK, MANY)), seconds=3 + MANY / 100,
                 memory=32 << 10),
    'big': dict(box=[('big', letter(1, (b'0123456789' * 7 + b'\r\n') * 550000)),
                     ('small', letter(2))], runs=((OK, 2), (OK, 2)),
                memory=32 << 10),
    'large': dict(box=[('large', letter(1, (b'0123456789' * 7 + b'\r\n')
                                        * 90000)), ('small', letter(2))],
                  runs=((OK, 2), (OK, 2))),
    'lower-case': dict(rewrite=lower_case, runs=ALL),
    'dele-refused': dict(DELE=for_message(2, say('-ERR [SYS/TEMP] no')),
                         runs=ALL),
    'quit-refused': dict(QUIT=in_session(1, drop_then(lambda s, a: (
        s.line('-ERR not all removed'), hang_up(s, a)))), runs=ALL),
    'quit-refused-kept': dict(QUIT=in_session(1, lambda s, a: (
        s.line('-ERR not removed'), hang_up(s, a))), runs=ALL),
    'quit-cut': dict(QUIT=drop_then(hang_up), runs=ALL),
    'quit-stall': both(QUIT=drop_then(stall), runs=ALL),
    'emptied': dict(capabilities=AHEAD, STAT=new_box([]), keep=('yes',),
                    runs=ALL),
    'here-deleted': dict(keep=('here',), before={2: throw_away(2)},
                         runs=((OK, 3), (OK, 2), (OK, 2)), left=(3, 2, 2)),
    'here-in-trash': dict(keep=('here',), before={2: throw_away(2, False)},
                          runs=((OK, 3), (OK, 3)), left=(3, 3), rows=2),
    'here-reused': dict(keep=('here',),
                        before={2: throw_away(2, then=reuse_second)},
                        runs=((OK, 3), (OK, 3), (OK, 3)), left=(3, 3, 3)),
    'here-renumbered': dict(keep=('here',), before={2: throw_away(2)},
                            UIDL=in_session(2, shift_numbers_here),
                            runs=((OK, 3), (TEMP, 2), (OK, 2)),
                            left=(3, 2, 1)),
    'here-later': dict(
        keep=('yes',), before={2: throw_away_before(2), 3: throw_away(3)},
        runs=((OK, 3), (OK, 2), (OK, 1), (OK, 1)), left=(3, 3, 2, 2)),
    'here-later-fetched': dict(
        keep=('yes',), before={2: throw_away(2), 3: throw_away_before(3)},
        runs=((OK, 3), (OK, 2), (OK, 1), (OK, 1)), left=(3, 3, 3, 3)),
    'here-kept': dict(keep=('yes',), before={2: throw_away(2)},
                      runs=((OK, 3), (OK, 2)), left=(3, 3)),
    'here-killed-dele': dict(
        keep=('here',), before={2: throw_away(2)}, kill={2: 'fetch-dele'},
        runs=((OK, 3), (None, 2), (OK, 2), (OK, 2)), left=(3, 3, 2, 2)),
    'here-killed-quit': dict(
        keep=('here',), before={2: throw_away(2)}, kill={2: 'fetch-quit'},
        runs=((OK, 3), (None, 2), (OK, 2), (OK, 2)), left=(3, 3, 2, 2)),
    'quota-killed': dict(
        keep=('yes',), box=large(), key='quota = 300K\n',
        kill={2: 'fetch-dele'}, runs=((OK, 3), (None, 3), (OK, 3), (OK, 3)),
        left=(3, 3, 3, 2)),
    'headers-killed-renamed': dict(
        keep=('no',), box=large(), key='headers_above = 10K\n',
        before={2: fill_killed('fill-renamed')},
        runs=((OK, 1), (OK, 3), (OK, 3)), headers=(2, 0, 0), left=(2, 0, 0)),
    'headers-killed-synced': dict(
        keep=('no',), box=large(), key='headers_above = 10K\n',
        before={2: fill_killed('fill-synced')},
        runs=((OK, 1), (OK, 3), (OK, 3)), headers=(2, 0, 0), left=(2, 0, 0)),
    'headers-killed-committed': dict(
        keep=('no',), box=large(), key='headers_above = 10K\n',
        kill={1: 'committed'}, before={3: fill()},
        runs=((None, 0), (OK, 1), (OK, 3)), headers=(2, 2, 0),
        left=(3, 2, 0)),
    'quota': dict(
        keep=('yes',), box=large(), key='quota = 300K\n', before={2: told},
        runs=((OK, 3), (OK, 3), (OK, 3)), left=(3, 2, 2),
        says='the next fetch deletes 1 message of'),
    'quota-tight': dict(
        keep=('yes',), box=large(), key='quota = 1\n',
        runs=((OK, 3), (OK, 3), (OK, 3)), left=(3, 0, 0)),
    'quota-not-here': dict(
        keep=('yes',), box=large(), key='quota = 1\nmax_size = 10K\n',
        runs=((OK, 1), (OK, 1), (OK, 1)), left=(3, 2, 2)),
    'quota-headers': dict(
        keep=('yes',), box=large(), key='quota = 1\nheaders_above = 10K\n',
        runs=((OK, 1), (OK, 1), (OK, 1)), headers=(2, 2, 2), left=(3, 2, 2)),
    'quota-recent': dict(
        keep=('no',), box=large(), key='quota = 1\nuser = recent:a@b.kr\n',
        runs=((OK, 3), (OK, 3)), left=(3, 3)),
    'window': dict(
        keep=('yes',), box=mail(5)[:2], more=mail(5), QUIT=shows(mail(5), 2),
        key='provider = gmail\n', runs=((OK, 5), (OK, 5))),
    'window-lost-quit': dict(
        keep=('yes',), box=SHORT[:100], more=SHORT, key='provider = gmail\n',
        QUIT=lambda s, a: (hang_up if s.number == 1 else
                           shows(SHORT, 100))(s, a),
        runs=((OK, 150), (OK, 150))),
    'headers': dict(
        keep=('no',), box=large(), key='headers_above = 10K\n',
        before={3: fill()},
        runs=((OK, 1), (OK, 1), (OK, 3), (OK, 3)), headers=(2, 2, 0, 0),
        left=(2, 2, 0, 0)),
    'headers-kept': dict(
        keep=('yes', 'here'), box=large(), key='headers_above = 10K\n',
        before={2: fill()}, runs=((OK, 1), (OK, 3)), headers=(2, 0),
        left=(3, 3)),
    'headers-no-top': dict(
        keep=('no',), box=large(), key='headers_above = 10K\n', TOP=no_top,
        runs=((OK, 3), (OK, 3)), headers=(0, 0), left=(0, 0)),
    'headers-no-uidl': dict(
        keep=('no',), box=large(), key='headers_above = 10K\n',
        UIDL=say('-ERR unknown'), before={2: fill()},
        runs=((OK, 1), (OK, 3)), headers=(2, 0), left=(2, 0)),
    'headers-top-whole': dict(
        keep=('yes',), box=large(), key='headers_above = 10K\n',
        TOP=lambda s, a: s.do_retr(a.split()[0]), before={2: fill()},
        runs=((OK, 1), (OK, 3)), headers=(2, 0)),
    'headers-gone': dict(
        keep=('no',), box=large(), key='headers_above = 10K\n',
        before={2: remove_large}, runs=((OK, 1), (OK, 1)), headers=(2, 2)),
    'headers-cut': dict(
        keep=('no',), box=large(), key='headers_above = 10K\n',
        RETR=lambda s, a: (cut_after(5000)(s, a) if s.number in (2, 3)
                           else DEFAULT),
        before={2: fill(TEMP), 3: fill()},
        runs=((OK, 1), (OK, None), (OK, 3)), headers=(2, 2, 0)),
    'headers-swapped': dict(
        keep=('yes',), box=large(), key='headers_above = 10K\n',
        RETR=swapped, before={2: fill(TEMP, 'another message')},
        runs=((OK, 1), (OK, 1)), headers=(2, 2)),
    'headers-renamed': dict(
        keep=('yes',), box=large(), key='headers_above = 10K\n',
        uid=lambda s, i: f'g{s.number}-{s.box()[i][0]}', before={3: fill()},
        runs=((OK, 1), (OK, 1), (OK, 3)), headers=(2, 2, 0)),
    'headers-deleted': dict(
        keep=('here',), box=large(), key='headers_above = 10K\n',
        before={2: throw_away(2)}, runs=((OK, 1), (OK, 1)), headers=(2, 1),
        left=(3, 2)),
    'numbers-shift': both(UIDL=shift_numbers,
                          runs=((TEMP, 0), (OK, 2), (OK, 2)), lost=1),
    'numbers-shift-later': dict(
        RETR=shift_later, runs=((TEMP, None), (OK, None), (OK, None)), lost=1),
}


# TLS, the same faults for both protocols

def injected(go_ahead, extra):
    def play(s, a):
        s.raw(go_ahead + extra)
        s.secure()
    return play


TLS_WRONG = {
    'expired': 'expired', 'early': 'valid only from', 'elsewhere': '',
    'stranger': '', 'own': '', 'nameless': '', 'star': '', 'prefix': '',
    'short': '', 'sha1': '',
}


def add_tls(table, verb, go_ahead, extra, refused, started, offers, refusal,
            good):
    bad = ((UNAVAILABLE, 0), (UNAVAILABLE, 0))
    late = ((TEMP, 0), (TEMP, 0))
    either = ((None, 0), (None, 0))
    table['tls-injected'] = {verb: injected(go_ahead, extra),
                             'client_tls': started, 'runs': either}
    table['tls-refused'] = {verb: say(refused), 'client_tls': started,
                            'runs': bad}
    table['tls-stripped'] = {offers[0]: offers[1], verb: say(refused),
                             'client_tls': started, 'runs': bad}
    table['tls-plaintext'] = {verb: send(go_ahead), 'client_tls': started,
                              'runs': either}
    table['tls-stall'] = {verb: lambda s, a: (s.raw(go_ahead), s.stall()),
                          'client_tls': started, 'runs': late}
    for cert, words in TLS_WRONG.items():
        table['cert-' + cert] = dict(tls='implicit', cert=cert,
                                     client_tls='tls', runs=bad, says=words)
    table['tls-good'] = dict(tls='implicit', client_tls='tls', runs=good)
    table['tls-started'] = dict(client_tls=started, runs=good)
    table['tls-old'] = dict(tls='implicit', old=True, client_tls='tls',
                            runs=either)
    table['tls-unwanted'] = dict(client_tls='tls', runs=either)


add_tls(POP3, 'STLS', b'+OK go on\r\n', b'+OK one\r\n+OK two\r\n', '-ERR no',
        'stls', ('capabilities', ['USER', 'UIDL', 'TOP']), None, ALL)
POP3['tls-capa-changes'] = dict(
    CAPA=lambda s, a: s.lines('+OK', ['USER', 'UIDL'] if s.tls else
                              ['STLS', 'SASL X-EVIL', 'TOP', 'PIPELINING']),
    client_tls='stls', runs=ALL, never='AUTH X-EVIL')


# Sending.  runs: exit status (None: not 0) and copies that the server has.

SENT = ((OK, 1),)
LATER = ((TEMP, 0), (TEMP, 0))
FAILED = ((UNAVAILABLE, 0), (UNAVAILABLE, 0))
UNSENT = ((None, 0), (None, 0))


def after_text(play, keep=False):
    def data(s, a):
        s.line('354 go on')
        text = s.read_text()
        if keep:
            s.keep(text)
        play(s, a)
    return data


def in_text(end):
    def data(s, a):
        s.line('354 go on')
        s.sock.recv(10)
        end(s, a)
    return data


def slow_yes(s, a):
    time.sleep(5)
    s.line('250 ok')


def refuse_bad(s, a):
    return s.line('550 5.1.1 nobody') if 'nobody' in a else DEFAULT


def slow_line(s, a):
    for byte in b'250 ok slowly\r\n':
        s.sock.sendall(bytes([byte]))
        if s.over_soon(0.4):
            raise Hangup


def bad_challenge(s, a):
    s.line('334 @@@@no base64@@@@' + 'A' * 5000)
    s.read_line()
    s.line(b'334 \xff')
    s.read_line()
    s.line('535 no')


SMTP = {
    'good': dict(runs=SENT),
    'greeting-421': dict(greeting=say('421 4.3.2 later'), runs=LATER),
    'greeting-554': dict(greeting=say('554 5.7.1 blocked'), runs=UNSENT),
    'greeting-none': dict(greeting=stall, runs=LATER),
    'greeting-hangup': dict(greeting=hang_up, runs=LATER),
    'greeting-lines': dict(greeting=send(b'220-one\r\n220-two\r\n220 go\r\n'),
                           runs=SENT),
    'greeting-mixed': dict(greeting=send(b'220-hello\r\n554 no\r\n'),
                           runs=UNSENT),
    'greeting-pop3': dict(greeting=say('+OK ready'), runs=UNSENT),
    'ehlo-unknown': dict(EHLO=say('502 5.5.1 what'), runs=UNSENT),
    'ehlo-421': dict(EHLO=lambda s, a: (s.line('421 4.3.0 busy'),
                                        hang_up(s, a)), runs=LATER),
    'ehlo-endless': dict(EHLO=flood(b'', b'250-X-MORE\r\n' * 1000),
                         runs=UNSENT),
    'reply-endless': dict(MAIL=flood(b'250 ', b'A' * 65536), runs=UNSENT),
    'reply-garbage': dict(MAIL=say('2x0 ok'), runs=UNSENT),
    'reply-mixed': dict(MAIL=send(b'250-ok\r\n550 no\r\n'), runs=UNSENT),
    'reply-lf': dict(rewrite=lambda d: d.replace(b'\r\n', b'\n'), runs=SENT),
    'mail-451': dict(MAIL=say('451 4.3.0 no'), runs=LATER),
    'rcpt-451': dict(RCPT=say('451 4.3.0 no'), runs=LATER),
    'data-451': dict(DATA=say('451 4.3.0 no'), runs=LATER),
    'mail-550': dict(MAIL=say('550 5.1.0 no'), runs=FAILED),
    'rcpt-550': dict(RCPT=say('550 5.1.1 no'), runs=FAILED),
    'data-550': dict(DATA=say('550 5.3.0 no'), runs=FAILED),
    'rcpt-some': dict(RCPT=refuse_bad, to=['nobody@example.kr',
                                           'lee@example.kr'],
                      runs=((UNAVAILABLE, 1), (UNAVAILABLE, 1)), sent=1,
                      says='nobody@example.kr'),
    'greylist': dict(RCPT=in_session(1, say('450 4.7.1 in 300 s')),
                     runs=((TEMP, 0), (OK, 1))),
    'data-250': dict(DATA=say('250 sure'), runs=UNSENT),
    'dot-451': dict(DATA=after_text(say('451 4.3.0 no')), runs=LATER),
    'dot-552': dict(DATA=after_text(say('552 5.3.4 full')), runs=FAILED),
    'dot-mixed': dict(DATA=after_text(send(b'250-ok\r\n550 no\r\n')),
                      runs=UNSENT),
    'dot-lost': dict(DATA=in_session(1, after_text(hang_up, keep=True)),
                     runs=((TEMP, 1), (OK, 2)), says='perhaps it was sent'),
    'dot-lost-always': dict(DATA=after_text(hang_up, keep=True),
                            runs=((TEMP, 1), (None, 2))),
    'dot-slow': dict(DATA=after_text(slow_yes, keep=True), runs=SENT,
                     seconds=8),
    'text-cut': dict(DATA=in_session(1, in_text(hang_up)), large=True,
                     runs=((TEMP, 0), (OK, 1))),
    'text-reset': dict(DATA=in_session(1, in_text(lambda s, a: s.reset())),
                       large=True, runs=((TEMP, 0), (OK, 1))),
    'text-unread': dict(DATA=in_session(1, in_text(stall)), large=True,
                        runs=((TEMP, 0), (OK, 1))),
    'size-small': dict(extensions=['SIZE 100', 'AUTH PLAIN LOGIN'],
                       runs=UNSENT, never='DATA'),
    'size-refused': dict(MAIL=say('552 5.3.4 too big'), runs=FAILED),
    'no-8bitmime': dict(extensions=['AUTH PLAIN'], runs=SENT,
                        seven_bit=True),
    'no-smtputf8': dict(extensions=['8BITMIME', 'AUTH PLAIN'],
                        to=['김@example.kr'], runs=UNSENT),
    'auth-535': dict(AUTH=say('535 5.7.8 wrong'),
                     runs=((NOPERM, 0), (NOPERM, 0)), logins=2),
    'auth-454': dict(AUTH=say('454 4.7.0 not now'), runs=LATER),
    'auth-unknown': dict(extensions=['AUTH X-OTHER'], runs=UNSENT,
                         never='AUTH'),
    'auth-wanted': dict(MAIL=say('530 5.7.0 log in'), runs=UNSENT),
    'auth-nonsense': dict(extensions=['AUTH LOGIN'], AUTH=bad_challenge,
                          runs=UNSENT),
    'controls': dict(RCPT=send(b'550-\x1b]0;mine\x07\x1b[31m no\r\n'
                               b'550 \xc2\x9b2J\xff done\r\n'), runs=FAILED),
    'slow': dict(MAIL=slow_line, runs=LATER),
    'segments': dict(segment=1, runs=SENT),
    'quit-lost': dict(QUIT=hang_up, runs=SENT),
    'quit-stall': dict(QUIT=stall, runs=SENT),
    'early-replies': dict(MAIL=send(b'250 ok\r\n250 ok\r\n354 go\r\n'
                                    b'250 taken\r\n'), runs=UNSENT),
    'early-taken': dict(DATA=send(b'354 go on\r\n250 taken\r\n'),
                        runs=UNSENT),
}
add_tls(SMTP, 'STARTTLS', b'220 go on\r\n',
        b'250-one\r\n250 AUTH PLAIN\r\n235 in\r\n', '454 4.7.0 no',
        'starttls', ('extensions', ['8BITMIME', 'AUTH PLAIN']), None, SENT)
SMTP['tls-refused']['runs'] = UNSENT
SMTP['tls-capa-changes'] = dict(
    extensions=lambda s: ['AUTH PLAIN LOGIN', '8BITMIME'] if s.tls else
    ['STARTTLS', 'AUTH X-EVIL', 'SIZE 1'],
    client_tls='starttls', runs=SENT, never='AUTH X-EVIL')


# Several letters that wait, over one connection.  runs: exit status, copies that
# the server has; twice: how many of them may come twice; left: rows that stay.

CHUNKED = ['PIPELINING', 'SIZE 10000000', '8BITMIME', 'AUTH PLAIN', 'CHUNKING']
PIPED = CHUNKED[:-1]
LETTERS = 6
ALL_SENT = ((OK, LETTERS),)


def taken_by(s):
    return sum(e['event'] == 'kept' and e['session'] == s.number
               for e in s.server.log)


def after(n, end):
    """The session takes n mails, then end is played in place of MAIL."""
    return lambda s, a: end(s, a) if taken_by(s) >= n else DEFAULT


def enough(s, a):
    s.line('421 4.7.0 enough for now')
    raise Hangup


def first_session(play):
    """LETTERS sessions have put the mails into the outbox before."""
    return lambda s, a: (play(s, a) if s.number == LETTERS + 1 else DEFAULT)


def keep_and_hang_up(s, a):
    """The third mail by BDAT is taken, and nothing is said."""
    if taken_by(s) < 2:
        return DEFAULT
    chunk, _ = s.read_chunk(a)
    s.keep(s.chunks + chunk, stuffed=False)
    raise Hangup


def refuse_third(s, a):
    return s.line('550 5.1.1 nobody') if 'lee3' in a else DEFAULT


def many(**part):
    return dict(part, many=LETTERS)


SMTP.update({
    'many-chunked': many(extensions=CHUNKED, runs=ALL_SENT, sessions=1),
    'many-piped': many(extensions=PIPED, runs=ALL_SENT, sessions=1),
    'many-steps': many(extensions=['8BITMIME', 'AUTH PLAIN'], runs=ALL_SENT,
                       sessions=1),
    'many-segments': many(extensions=CHUNKED, runs=ALL_SENT, segment=1),
    'many-no-bdat': many(extensions=CHUNKED, BDAT=say('502 5.5.1 what'),
                         runs=ALL_SENT, sessions=2),
    'many-bdat-503': many(extensions=CHUNKED, BDAT=lambda s, a: (
        s.read_chunk(a), s.line('503 5.5.1 no')), runs=ALL_SENT, sessions=2),
    'many-bdat-552': many(extensions=CHUNKED, BDAT=lambda s, a: (
        s.read_chunk(a), s.line('552 5.3.4 full')),
        runs=((UNAVAILABLE, 0),), left=LETTERS),
    'many-421': many(extensions=CHUNKED, MAIL=after(2, enough), runs=ALL_SENT,
                     sessions=3),
    'many-421-piped': many(extensions=PIPED, MAIL=after(2, enough),
                           runs=ALL_SENT, sessions=3),
    'many-cut': many(extensions=CHUNKED,
                     MAIL=first_session(after(2, hang_up)),
                     runs=((TEMP, 2), (OK, LETTERS))),
    'many-cut-piped': many(extensions=PIPED,
                           MAIL=first_session(after(2, hang_up)),
                           runs=((None, None), (OK, LETTERS)), twice=0),
    'many-lost': many(extensions=CHUNKED, BDAT=first_session(keep_and_hang_up),
                      runs=((TEMP, 3), (OK, LETTERS + 1)), twice=1),
    'many-quit-lost': many(extensions=CHUNKED, QUIT=hang_up, runs=ALL_SENT,
                           sessions=1),
    'many-refused': many(extensions=CHUNKED, RCPT=refuse_third,
                         runs=((UNAVAILABLE, LETTERS - 1),), left=1,
                         says='lee3@example.kr: refused'),
    'many-refused-piped': many(extensions=PIPED, RCPT=refuse_third,
                               runs=((UNAVAILABLE, LETTERS - 1),), left=1),
})


def find(name):
    """KIND/NAME: the session's class and the part."""
    kind, _, part = name.partition('/')
    if kind == 'smtp':
        return Smtp, SMTP[part]
    return Pop3, POP3[part]

