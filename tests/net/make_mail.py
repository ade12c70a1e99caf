#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write COUNT made messages into FOLDER, Korean in the encodings mail has.

usage: make_mail.py FOLDER COUNT

Beside them FOLDER.json says of each Message-ID its subject, text and the
attachment's SHA-256, as they must be shown.
"""
import base64
import hashlib
import json
import os
import quopri
import sys

CHARSETS = ["utf-8", "euc-kr", "cp949", "iso-2022-kr", "ks_c_5601-1987"]
CODECS = {"ks_c_5601-1987": "cp949"}
SENDERS = ["김하늘", "이준호", "박서연", "최민수", "정다은"]
SUBJECTS = ["3분기 보고서 초안", "회의실 예약 부탁드립니다", "전기요금 청구서 안내",
            "주말 등산 모임", "납품 일정 변경의 건", "축하합니다"]
# CP949 only: syllables outside KS X 1001.
RARE = "뷁 햏 똠방각하 펲시콜라"


def encode_word(text, charset):
    codec = CODECS.get(charset, charset)
    data = base64.b64encode(text.encode(codec)).decode()
    return "=?%s?B?%s?=" % (charset, data)


def body_text(i, charset):
    lines = ["안녕하세요, %d번째 편지입니다." % i, "", ".", "..점으로 시작하는 줄",
             ".한 점", "From 으로 시작하는 줄", "가나다라 " * 8]
    if charset in ("utf-8", "cp949", "ks_c_5601-1987"):
        lines.append(RARE)
    return "\n".join(l.rstrip() for l in lines)


def encoded(data, how):
    if how == "base64":
        return base64.encodebytes(data).replace(b"\n", b"\r\n")
    if how == "quoted-printable":
        return quopri.encodestring(data).replace(b"\n", b"\r\n")
    return data.replace(b"\n", b"\r\n")


def message(i):
    charset = CHARSETS[i % len(CHARSETS)]
    how = ["base64", "quoted-printable", "8bit"][i // len(CHARSETS) % 3]
    if charset == "iso-2022-kr":
        how = "7bit"
    subject = "%s %d" % (SUBJECTS[i % len(SUBJECTS)], i)
    text = body_text(i, charset)
    codec = CODECS.get(charset, charset)
    body = encoded((text + "\n").encode(codec), how)
    head = [
        "From: %s <user%d@example.kr>" %
        (encode_word(SENDERS[i % len(SENDERS)], charset), i),
        "To: kim@pabal.test",
        "Subject: " + encode_word(subject, charset),
        "Date: Mon, %02d Nov 2026 10:%02d:00 +0900" % (1 + i % 28, i % 60),
        "Message-ID: <made.%d@example.kr>" % i,
        "MIME-Version: 1.0",
    ]
    part = ["Content-Type: text/plain; charset=%s" % charset,
            "Content-Transfer-Encoding: " + how]
    facts = {"subject": subject, "text": text, "attachment": None}
    if i % 7 == 3:
        blob = bytes((j * 7 + i) % 256 for j in range(5000 + i))
        mark = "part-%d" % i
        head.append('Content-Type: multipart/mixed; boundary="%s"' % mark)
        body = b"".join([
            b"--%s\r\n" % mark.encode(), "\r\n".join(part).encode(),
            b"\r\n\r\n", body, b"\r\n--%s\r\n" % mark.encode(),
            b"Content-Type: application/octet-stream\r\n"
            b"Content-Disposition: attachment; filename=data.bin\r\n"
            b"Content-Transfer-Encoding: base64\r\n\r\n",
            encoded(blob, "base64"), b"--%s--\r\n" % mark.encode()])
        facts["attachment"] = hashlib.sha256(blob).hexdigest()
    else:
        head += part
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body, facts


def main():
    folder, count = sys.argv[1], int(sys.argv[2])
    os.makedirs(folder)
    facts = {}
    for i in range(count):
        data, fact = message(i)
        facts["made.%d@example.kr" % i] = fact
        # Dovecot keeps LF lines in a Maildir and sends CRLF.
        with open("%s/17000000%02d.M%dP1.made" % (folder, i % 100, i),
                  "wb") as f:
            f.write(data.replace(b"\r\n", b"\n"))
    with open(folder + ".json", "w") as f:
        json.dump(facts, f, ensure_ascii=False)


main()
