#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read what test_mime_round_trip wrote with Python's email: all comes back.

usage: round_trip.py FOLDER
"""
import email
import email.header
import email.utils
import glob
import json
import re
import sys


def plain(value):
    """An unfolded header value, its encoded words decoded."""
    flat = re.sub(r'\r?\n(?=[ \t])', '', value)
    return str(email.header.make_header(email.header.decode_header(flat)))


def quoted(word):
    """The names of an address list; encoded words are decoded afterwards."""
    flat = re.sub(r'\r?\n(?=[ \t])', '', word)
    return [plain(name) for name, _ in email.utils.getaddresses([flat])]


def unflow(text):
    """RFC 3676, 4.2."""
    out, depth_open, is_open = [], 0, False
    for line in text.split('\n')[:-1]:
        depth = len(line) - len(line.lstrip('>'))
        body = line[depth:]
        body = body[1:] if body.startswith(' ') else body
        soft = body.endswith(' ') and body != '-- '
        mark = '>' * depth + (' ' if depth else '')
        if is_open and depth == depth_open:
            out[-1] += body
        else:
            out.append(mark + body)
        depth_open, is_open = depth, soft
    return ''.join(line + '\n' for line in out)


def file_name(part):
    return email.utils.collapse_rfc2231_value(
        part.get_param('filename', header='content-disposition'))


def check(path):
    with open(path, encoding='utf-8') as f:
        want = json.load(f)
    with open(path[:-4] + 'eml', 'rb') as f:
        m = email.message_from_binary_file(f)
    parts = [p for p in m.walk() if not p.is_multipart()]
    text = parts[0].get_payload(decode=True).decode('utf-8')
    got = {'subject': plain(m['Subject']),
           'names': quoted(m['From']) + quoted(m['To']),
           'text': unflow(text.replace('\r\n', '\n')),
           'files': [file_name(p) for p in parts[1:]]}
    # The other way, for old programs.
    names = [plain(p.get_param('name')) for p in parts[1:]]
    if names != want['files']:
        sys.exit(f'{path}: names:\n{want["files"]!r} came back as\n{names!r}')
    for key, value in want.items():
        if got[key] != value:
            sys.exit(f'{path}: {key}:\n{value!r} came back as\n{got[key]!r}')


def main():
    paths = glob.glob(sys.argv[1] + '/*.json')
    for path in paths:
        check(path)
    sys.exit(not paths)


main()
