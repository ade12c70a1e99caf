#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep what an index of today's version looks like: schema/VERSION.sql.

  make_schema.py      before a new version of the schema is begun

The index is one that pabal made: letters fetched, read, moved, one sent, one
waiting.  test_faults.sh takes each of these files as the index of a home and
lets today's pabal go on with it (faults.py, index_of_an_older_version).
"""

import os
import sqlite3
import sys

from crash import HERE, Fetch, check_run, sure
from hostile_server import Server, Smtp, say

NOW = {'PABAL_TEST_NOW': '1795000000', 'PABAL_TEST_SEED': '7'}


def make():
    story = Fetch(5, 'yes')
    smtp = Server(Smtp, {'MAIL': say('451 4.3.0 later')}).start()
    try:
        story.home.account('lee', 'pop = localhost:1:plain\n'
                           f'smtp = localhost:{smtp.port}:plain\n')
        for words, stdin in ((('fetch', '-a', 'kim'), b''),
                             (('send', '-a', 'lee', 'kim@example.kr'),
                              b'Subject: waiting\n\nIt waits.\n')):
            got = story.pabal(*words, env=NOW, stdin=stdin)
            check_run(got)
        box = sqlite3.connect(story.database())
        sure(box.execute('SELECT count(*) FROM message').fetchone() == (5,),
             'five letters')
        sure(box.execute('SELECT count(*) FROM outbox').fetchone() == (1,),
             'one waiting')
        box.execute("INSERT INTO label SELECT 'important', date, id"
                    ' FROM message WHERE id <= 2')
        box.execute('UPDATE message SET verdict = 3, score = 4.5 WHERE id = 3')
        box.execute("DELETE FROM state WHERE key LIKE 'tick%'")
        box.commit()
        return box.execute('PRAGMA user_version').fetchone()[0], [
            line for line in box.iterdump()]
    finally:
        smtp.stop()
        story.close()


def main():
    version, lines = make()
    path = os.path.join(HERE, 'schema', f'{version}.sql')
    if os.path.exists(path):
        print(f'{path} is there; a version that was kept stays as it is')
        return 1
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w') as f:
        f.write('\n'.join([*lines, f'PRAGMA user_version={version};', '']))
    print(path)
    return 0


if __name__ == '__main__':
    sys.exit(main())
