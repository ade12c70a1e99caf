#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare what pabal shows with what was made.

usage: compare_mail.py FACTS.json COUNT < JSON lines of pabal show --json

Each of COUNT messages must come once, with its subject, text and attachment.
"""
import json
import sys


def same_text(a, b):
    def lines(text):
        return [l.rstrip() for l in (text or "").rstrip("\n").split("\n")]
    return lines(a) == lines(b)


def check(shown, fact):
    if shown["subject"] != fact["subject"]:
        return "subject %r, not %r" % (shown["subject"], fact["subject"])
    if not same_text(shown["text"], fact["text"]):
        return "text %r, not %r" % (shown["text"], fact["text"])
    sums = [p["sha256"] for p in shown["parts"] if p["filename"]]
    if fact["attachment"] and fact["attachment"] not in sums:
        return "attachment has changed"
    return None


def main():
    facts = json.load(open(sys.argv[1]))
    wrong = 0
    seen = set()
    for line in sys.stdin:
        if not line.strip():
            continue
        shown = json.loads(line)
        if "error" in shown:
            print("not readable:", shown["error"])
            wrong += 1
            continue
        name = shown["message_id"]
        trouble = "twice" if name in seen else None
        seen.add(name)
        if name not in facts:
            trouble = "unknown"
        trouble = trouble or check(shown, facts[name])
        if trouble:
            print(name, trouble)
            wrong += 1
    if len(seen) != int(sys.argv[2]):
        print(len(seen), "messages, not", sys.argv[2])
        wrong += 1
    sys.exit(wrong > 0)


main()
