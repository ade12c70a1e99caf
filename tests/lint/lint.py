#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of the house that a machine can see.

lint.py TOP [CC]   checks every file of core/ and tui/; each finding is a line
FILE:LINE: what; exit 1 when there is one.
"""
import fnmatch
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

FUNCTION_MAX = 80
FILE_MAX = 1000
LAYER_OF_FOLDER = re.compile(r'^(?:core/)?([a-z]+)/')
findings = []


def find(path, line, what):
    findings.append('%s:%d: %s' % (path, line, what))


def table(name):
    """The lines KEY: VALUE... of a table beside this file."""
    rows = []
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), name)) as f:
        for line in f:
            line = line.strip()
            if line and not line.startswith('#'):
                key, _, value = line.rpartition(':') if name == 'owners' else line.partition(':')
                rows.append((key, value.split()))
    return rows


def is_table(text):
    """A file that is nothing but static tables is exempt from the length."""
    return not re.search(r'^\{$', text, re.M)


def check_includes(path, lines, layers, owners):
    layer = LAYER_OF_FOLDER.match(path).group(1)
    for n, line in enumerate(lines, 1):
        m = re.match(r'#\s*include\s+([<"])([^>"]+)[>"]', line)
        if not m:
            continue
        name = m.group(2)
        if m.group(1) == '"':
            under = name.split('/')[0]
            if under not in layers:
                find(path, n, '"%s" is not included with its folder' % name)
            elif under != layer and under not in layers[layer]:
                find(path, n, 'layer %s may not include %s' % (layer, name))
            continue
        for pattern, files in owners:
            if re.fullmatch(pattern, name):
                if not any(fnmatch.fnmatch(path, f) for f in files):
                    find(path, n, '<%s> belongs to %s' % (name, ' '.join(files)))
                break


def is_flat_switch(body):
    """One switch and nothing else that nests: CONVENTIONS 5.1 lets it be."""
    text = '\n'.join(body)
    return text.count('switch (') == 1 and not re.search(r'^\t\t\t\t', text, re.M)


def check_functions(path, lines):
    start = None
    for n, line in enumerate(lines, 1):
        if line.startswith('{'):
            start = n
        elif line.startswith('}') and start:
            if n - start - 1 > FUNCTION_MAX and line == '}' and not is_flat_switch(lines[start:n - 1]):
                find(path, start, 'function of %d lines' % (n - start - 1))
            start = None


def check_file(path, layers, owners):
    with open(path, encoding='utf-8') as f:
        text = f.read()
    lines = text.split('\n')
    if not lines[0].startswith('/* SPDX-License-Identifier: GPL-3.0-or-later'):
        find(path, 1, 'no SPDX line')
    if len(lines) < 2 or not lines[1].startswith('/*'):
        find(path, 2, 'no sentence of purpose')
    if len(lines) > FILE_MAX and not is_table(text):
        find(path, len(lines), 'longer than %d lines' % FILE_MAX)
    check_includes(path, lines, layers, owners)
    if path.endswith('.c'):
        check_functions(path, lines)
        if not is_table(text) and '#include "util/banned.h"' not in text:
            find(path, 1, 'util/banned.h is not included')
    for n, line in enumerate(lines, 1):
        if line.rstrip() != line:
            find(path, n, 'blanks at the end of the line')


def check_format(files):
    """clang-format 14's opinion, where that version is installed."""
    tool = shutil.which('clang-format-14') or shutil.which('clang-format')
    if not tool:
        return 'clang-format is not installed'
    version = subprocess.run([tool, '--version'], capture_output=True, text=True).stdout
    if ' 14.' not in version:
        return 'clang-format is not version 14'
    run = subprocess.run([tool, '--dry-run', '-Werror'] + files, capture_output=True, text=True)
    for line in run.stderr.split('\n'):
        m = re.match(r'(\S+?):(\d+):\d+: error', line)
        if m:
            find(m.group(1), int(m.group(2)), 'not as clang-format has it')
    return None


def check_headers_alone(headers, cc):
    """Each header compiles by itself."""
    with tempfile.TemporaryDirectory() as folder:
        for header in headers:
            name = header[len('core/'):] if header.startswith('core/') else header
            source = os.path.join(folder, 'alone.c')
            with open(source, 'w') as f:
                f.write('#include "%s"\n' % name)
            run = subprocess.run(cc + ['-std=gnu11', '-D_GNU_SOURCE', '-Icore', '-I.', '-Wall', '-Wextra', '-Werror',
                                       '-fsyntax-only', source], capture_output=True, text=True)
            if run.returncode:
                find(header, 1, 'does not compile alone: ' + run.stderr.strip().split('\n')[0])


def main():
    os.chdir(sys.argv[1] if len(sys.argv) > 1 else '.')
    cc = (sys.argv[2] if len(sys.argv) > 2 else 'cc').split()
    layers = {k: v for k, v in table('layers')}
    owners = table('owners')
    files = sorted(glob.glob('core/*/*.[ch]') + glob.glob('tui/*.[ch]'))
    for path in files:
        check_file(path, layers, owners)
    skipped = check_format(files + sorted(glob.glob('tests/*/*.[ch]')))
    check_headers_alone([f for f in files if f.endswith('.h')], cc)
    for line in findings:
        print(line)
    print('lint: %d files, %d findings%s' % (len(files), len(findings), ' (format not checked: %s)' % skipped if skipped else ''))
    return 1 if findings or (skipped and os.environ.get('PABAL_CI')) else 0


if __name__ == '__main__':
    sys.exit(main())
