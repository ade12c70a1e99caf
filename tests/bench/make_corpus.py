#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write COUNT made messages into FOLDER, the same bytes each time.

usage: make_corpus.py [--small | --html | --html-mail] [--seed N] FOLDER COUNT

55 % are Korean, in the charsets and encodings of real mail.  Sizes are
lognormal (median 5 KB, mean 16 KB, the tail is attachments); --small makes
messages of about 1 KB without attachments, --html bare pages in UTF-8, and
--html-mail the same pages as messages.  File names sort by date and suit a
Maildir's cur/ and new/.
"""
import argparse
import base64
import math
import os
import quopri
import random
import time

START = 1577836800  # 2020-01-01, then a message every half hour
KOREAN = 0.55
MEDIAN, SIGMA = 5000, 1.53
LARGEST = 2 << 20

SYLLABLES = ("이다는의에가을를은하고지사기시도자대리한해인정부일수어나구제서보"
             "전로라상주장안동경원아스여비조공무성회관계신연화방유국선물요민업"
             "내세문생산개교진오실과모양치의견결참석예약청납품")
ENDINGS = ["", "을", "를", "이", "가", "은", "는", "에서", "으로", "에게", "합니다",
           "했습니다", "입니다.", "부탁드립니다.", "하고", "했으며,", "해", "의"]
SURNAMES = "김이박최정강조윤장임한오서신권황안송류홍"
LATIN = ("the of and to in for is on that by this with you it not or be are from "
         "at as your all have new more an was we will home can us about if page "
         "my has search free but our one other do no information time they site "
         "he up may what which their news out use any there see only so his when "
         "contact here business who web also now help get view online first been "
         "would how were services some these click its like service than find "
         "price date back top people had list name just over state year day into "
         "email two health world next used go work last most products music buy "
         "data make them should product system post her city add policy number "
         "meeting schedule report invoice budget delivery project review").split()

CHARSETS = [("utf-8", "utf-8", 62), ("euc-kr", "euc-kr", 16),
            ("ks_c_5601-1987", "cp949", 14), ("cp949", "cp949", 4),
            ("iso-2022-kr", "iso2022_kr", 4)]


def zipf(n):
    """Cumulative weights 1/rank for random.choices."""
    total, out = 0.0, []
    for rank in range(1, n + 1):
        total += 1 / rank
        out.append(total)
    return out


class Words:
    """Two vocabularies with natural frequencies."""

    def __init__(self):
        r = random.Random(1)
        stems = ["".join(r.choices(SYLLABLES, k=r.choice((2, 2, 2, 3, 4))))
                 for _ in range(4000)]
        self.korean = [s + r.choice(ENDINGS) for s in stems for _ in range(2)]
        self.latin = LATIN + ["".join(r.choices("etaoinshrdlucmfw", k=r.randint(3, 10)))
                              for _ in range(3000)]
        self.weights = {id(w): zipf(len(w)) for w in (self.korean, self.latin)}

    def some(self, r, korean, n):
        words = self.korean if korean else self.latin
        return r.choices(words, cum_weights=self.weights[id(words)], k=n)

    def text(self, r, korean, size):
        """Paragraphs of about size bytes of UTF-8."""
        lines, left = [], size
        while left > 0:
            line = " ".join(self.some(r, korean, r.randint(6, 14)))
            lines.append(line)
            left -= len(line.encode())
            if r.random() < 0.2:
                lines.append("")
        return "\r\n".join(lines) + "\r\n"


def encode_word(text, label, codec):
    if label == "iso-2022-kr":
        label = codec = "euc-kr"
    data = text.encode(codec, "replace")
    words = []
    while data:
        cut = len(data[:42].decode(codec, "ignore").encode(codec))
        words.append("=?%s?B?%s?=" % (label, base64.b64encode(data[:cut]).decode()))
        data = data[cut:]
    return "\r\n ".join(words)


def encoded(data, how):
    if how == "base64":
        return base64.encodebytes(data).replace(b"\n", b"\r\n")
    if how == "quoted-printable":
        text = quopri.encodestring(data.replace(b"\r\n", b"\n"))
        return text.replace(b"\n", b"\r\n")
    return data


class Maker:
    def __init__(self, seed, small):
        self.seed = seed
        self.small = small
        self.words = Words()
        self.blob = random.Random(2).randbytes(4 << 20)

    def text_part(self, r, korean, text, html):
        label, codec = "us-ascii", "ascii"
        how = "7bit"
        if korean:
            label, codec, _ = r.choices(CHARSETS, [c[2] for c in CHARSETS])[0]
            how = r.choices(["base64", "8bit", "quoted-printable"], [55, 35, 10])[0]
            if label == "iso-2022-kr":
                how = "7bit"
        elif r.random() < 0.6:
            label = codec = "utf-8"
            how = r.choice(["quoted-printable", "7bit", "base64"])
        head = ('Content-Type: text/%s; charset="%s"\r\n'
                "Content-Transfer-Encoding: %s\r\n\r\n" %
                ("html" if html else "plain", label, how))
        return head.encode() + encoded(text.encode(codec, "replace"), how)

    def html(self, r, text):
        rows = []
        for line in text.split("\r\n"):
            rows.append('<tr><td style="padding:4px 8px;font-family:sans-serif"'
                        ' class="c%d">%s</td></tr>' % (r.randint(1, 9), line))
        return ("<html><head><title>x</title><style>td{color:#333}</style></head>\r\n"
                '<body><table width="600">\r\n' + "\r\n".join(rows) +
                '</table><p><a href="https://www.example.kr/view?id=%d">'
                "more</a></p></body></html>\r\n" % r.randint(1, 1 << 30))

    def multipart(self, r, kind, parts):
        mark = "=_%032x" % r.getrandbits(128)
        out = ['Content-Type: multipart/%s;\r\n boundary="%s"\r\n\r\n' % (kind, mark)]
        out = [out[0].encode()]
        for part in parts:
            out += [b"--", mark.encode(), b"\r\n", part, b"\r\n"]
        out += [b"--", mark.encode(), b"--\r\n"]
        return b"".join(out)

    def attachment(self, r, size, korean):
        at = r.randrange(len(self.blob) - size)
        name = "%s.pdf" % "".join(self.words.some(r, korean, 2))
        return (b"Content-Type: application/pdf\r\n"
                b"Content-Transfer-Encoding: base64\r\n"
                b"Content-Disposition: attachment;\r\n filename=\"" +
                encode_word(name, "utf-8", "utf-8").encode() + b"\"\r\n\r\n" +
                encoded(self.blob[at:at + size], "base64"))

    def body(self, r, korean, size):
        text_size = int(min(size, r.lognormvariate(math.log(1500), 0.9)))
        text = self.words.text(r, korean, text_size)
        shape = 0 if self.small else r.random()
        if shape < 0.35:
            part = self.text_part(r, korean, text, False)
        elif shape < 0.55:
            part = self.text_part(r, korean, self.html(r, text), True)
        else:
            part = self.multipart(r, "alternative",
                                  [self.text_part(r, korean, text, False),
                                   self.text_part(r, korean, self.html(r, text), True)])
        rest = size - len(part)
        if rest > 3000 and not self.small:
            part = self.multipart(r, "mixed",
                                  [part, self.attachment(r, rest * 3 // 4, korean)])
        return part

    def header(self, r, i, korean):
        if korean:
            name = r.choice(SURNAMES) + "".join(r.choices(SYLLABLES, k=2))
            label, codec, _ = r.choices(CHARSETS, [c[2] for c in CHARSETS])[0]
            sender = encode_word(name, label, codec)
            subject = encode_word(" ".join(self.words.some(r, True, r.randint(2, 7))),
                                  label, codec)
        else:
            sender = " ".join(w.title() for w in self.words.some(r, False, 2))
            subject = " ".join(self.words.some(r, False, r.randint(3, 9)))
        date = time.strftime("%a, %d %b %Y %H:%M:%S +0900",
                             time.gmtime(START + i * 1800 + 9 * 3600))
        who = r.randrange(3000)
        out = ["Return-Path: <user%d@example.kr>" % who]
        for hop in range(r.randint(2, 5)):
            out.append("Received: from mx%d.example.kr (mx%d.example.kr [192.0.2.%d])\r\n"
                       "\tby relay%d.example.com (Postfix) with ESMTPS id %032X\r\n"
                       "\tfor <kim@pabal.test>; %s" %
                       (hop, hop, r.randint(1, 254), hop, r.getrandbits(128), date))
        if r.random() < 0.7:
            mark = base64.b64encode(r.randbytes(192)).decode()
            out.append("DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.kr;\r\n"
                       " s=mail; h=from:to:subject:date:message-id;\r\n b=" +
                       "\r\n ".join(mark[k:k + 70] for k in range(0, len(mark), 70)))
        out += ["From: %s <user%d@example.kr>" % (sender, who),
                "To: %s <kim@pabal.test>" % encode_word("김하늘", "utf-8", "utf-8"),
                "Subject: " + subject,
                "Date: " + date,
                "Message-ID: <%d.%d.bench@example.kr>" % (self.seed, i)]
        if i > 10 and r.random() < 0.4:
            out.append("In-Reply-To: <%d.%d.bench@example.kr>" %
                       (self.seed, i - r.randint(1, 10)))
        out += ["X-Mailer: Made %d.%d" % (r.randint(1, 9), r.randint(0, 9)),
                "MIME-Version: 1.0", ""]
        return "\r\n".join(out).encode()

    def message(self, i):
        r = random.Random(self.seed * 1000003 + i)
        korean = r.random() < KOREAN
        size = 900
        if not self.small:
            size = int(min(LARGEST, r.lognormvariate(math.log(MEDIAN), SIGMA)))
        return self.header(r, i, korean) + self.body(r, korean, size)

    def page(self, i):
        r = random.Random(self.seed * 1000003 + i)
        size = int(r.lognormvariate(math.log(MEDIAN), 0.9))
        return self.html(r, self.words.text(r, r.random() < KOREAN, size)).encode()

    def page_mail(self, i):
        return (b"Subject: page %d\r\nMIME-Version: 1.0\r\n"
                b"Content-Type: text/html; charset=utf-8\r\n"
                b"Content-Transfer-Encoding: 8bit\r\n\r\n" % i) + self.page(i)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--html", action="store_true")
    parser.add_argument("--html-mail", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("folder")
    parser.add_argument("count", type=int)
    args = parser.parse_args()
    maker = Maker(args.seed, args.small)
    make = (maker.page if args.html else
            maker.page_mail if args.html_mail else maker.message)
    os.makedirs(args.folder, exist_ok=True)
    for i in range(args.count):
        name = "%d.M%dP%d.bench" % (START + i * 1800, i, args.seed)
        with open(os.path.join(args.folder, name), "wb") as f:
            f.write(make(i))


if __name__ == "__main__":
    main()
