#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the demo's sample mail: NN-ACCOUNT.eml, each in another encoding.

@DATE-MINUTES@ in a file stands for the time that many minutes before the demo
is started.  Everybody and everything in this mail is made up.
"""
import base64
import io
import os
import struct
import sys
import zipfile
import zlib

OUT = os.path.dirname(os.path.abspath(__file__))
ME = {'naver': 'pabal.demo@naver.example', 'work': 'demo@hoesa.example',
      'gmail': 'pabal.demo@gmail.example'}
count = 0


def word(text, charset, label=None, kind='B'):
    raw = text.encode(charset)
    if kind == 'Q':
        body = ''.join(chr(b) if b < 128 and chr(b).isalnum() else '_' if b == 32 else '=%02X' % b for b in raw)
    else:
        body = base64.b64encode(raw).decode()
    return ('=?%s?%s?%s?=' % (label or charset, kind, body)).encode()


def b64(raw):
    t = base64.b64encode(raw)
    return b'\n'.join(t[i:i + 76] for i in range(0, len(t), 76)) + b'\n'


def qp(raw):
    out = io.BytesIO()
    for line in raw.split(b'\n'):
        n = 0
        for i, b in enumerate(line):
            piece = bytes([b]) if 33 <= b <= 126 and b != 61 or b in (32, 9) and i < len(line) - 1 else b'=%02X' % b
            if n + len(piece) > 72:
                out.write(b'=\n')
                n = 0
            out.write(piece)
            n += len(piece)
        out.write(b'\n')
    return out.getvalue()


def mail(account, minutes, sender, subject, headers, body, mid=None, to=None):
    """sender and subject are raw header bytes; headers a list of bytes."""
    global count
    count += 1
    mid = mid or 'demo-%02d@pabal.example' % count
    lines = [b'Received: from mail.example (mail.example [192.0.2.7]) by mx.example;\n\t@DATE-%d@' % minutes,
             b'From: ' + sender, b'To: ' + (to or ME[account].encode()), b'Subject: ' + subject,
             b'Date: @DATE-%d@' % minutes, b'Message-ID: <' + mid.encode() + b'>', b'MIME-Version: 1.0'] + headers
    data = b'\n'.join(lines) + b'\n\n' + body
    with open(os.path.join(OUT, '%02d-%s.eml' % (count, account)), 'wb') as f:
        f.write(data)
    return mid


def text(charset, label, cte):
    return [b'Content-Type: text/plain; charset=' + label.encode(), b'Content-Transfer-Encoding: ' + cte.encode()]


def person(name, addr, charset='utf-8', label=None):
    return word(name, charset, label) + b' <' + addr.encode() + b'>'


def png(width, height, rgb):
    rows = b''.join(b'\0' + bytes(rgb) * width for _ in range(height))

    def chunk(tag, data):
        return struct.pack('>I', len(data)) + tag + data + struct.pack('>I', zlib.crc32(tag + data))
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0)) +
            chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))


def multipart(parts, kind='mixed', boundary='=_pabal_demo'):
    out = b''
    for headers, body in parts:
        out += b'--' + boundary.encode() + b'\n' + b'\n'.join(headers) + b'\n\n' + body
        if not out.endswith(b'\n'):
            out += b'\n'
    return ([b'Content-Type: multipart/%s; boundary="%s"' % (kind.encode(), boundary.encode())],
            out + b'--' + boundary.encode() + b'--\n')


def main():
    for old in os.listdir(OUT):
        if old.endswith('.eml'):
            os.remove(os.path.join(OUT, old))

    # A conversation about a report, UTF-8.
    t = '안녕하세요.\n\n3분기 보고서 초안을 첨부합니다. 표 2의 매출 수치만 확인해 주시면\n오늘 중으로 마무리하겠습니다.\n\n김하늘 드림\n'
    h, b = multipart([
        (text('utf-8', 'utf-8', 'base64'), b64(t.encode())),
        ([b'Content-Type: text/csv; charset=utf-8; name="' + word('3분기 매출.csv', 'utf-8') + b'"',
          b"Content-Disposition: attachment; filename*=UTF-8''3%EB%B6%84%EA%B8%B0%20%EB%A7%A4%EC%B6%9C.csv",
          b'Content-Transfer-Encoding: base64'],
         b64('월,매출(백만 원)\n7월,412\n8월,398\n9월,455\n'.encode()))])
    first = mail('work', 2900, person('김하늘', 'haneul@hoesa.example'), word('3분기 보고서 초안', 'utf-8'), h, b)
    mail('work', 1500, person('이준호', 'junho@hoesa.example'), word('Re: 3분기 보고서 초안', 'utf-8'),
         text('utf-8', 'utf-8', '8bit') + [b'In-Reply-To: <' + first.encode() + b'>', b'References: <' + first.encode() + b'>'],
         '표 2는 9월 환불 반영 전 수치네요. 455가 아니라 448입니다.\n\n> 표 2의 매출 수치만 확인해 주시면\n> 오늘 중으로 마무리하겠습니다.\n\n-- \n이준호 / 재무팀\n'.encode(),
         mid='demo-reply-1@pabal.example')
    mail('work', 65, person('김하늘', 'haneul@hoesa.example'), word('Re: 3분기 보고서 초안', 'utf-8'),
         text('utf-8', 'utf-8', 'base64') + [b'In-Reply-To: <demo-reply-1@pabal.example>',
                                             b'References: <' + first.encode() + b'> <demo-reply-1@pabal.example>'],
         b64('고쳤습니다. 회의는 오후 3시에 그대로 할까요? 답장 부탁드립니다.\n\n> 455가 아니라 448입니다.\n\n김하늘\n'.encode()))

    # Every Korean spelling that arrives in practice.
    mail('naver', 4300, '국민도서관'.encode('cp949') + b' <notice@library.example>', '[안내] 대출 기한이 3일 남았습니다'.encode('cp949'),
         text('cp949', 'euc-kr', '8bit'), '빌리신 책의 반납일이 다가옵니다.\n\n - 조선의 역참과 파발\n - 편지의 역사\n\n연장은 누리집에서 할 수 있습니다.\n'.encode('cp949'))
    mail('naver', 4000, person('한국전력', 'bill@power.example', 'cp949', 'ks_c_5601-1987'),
         word('10월 전기요금 청구서', 'cp949', 'ks_c_5601-1987'), text('cp949', '"ks_c_5601-1987"', 'quoted-printable'),
         qp('고객님의 10월 전기요금은 48,210원입니다.\n납기일: 이달 25일\n'.encode('cp949')))
    mail('naver', 3600, person('박샾', 'shop@store.example', 'cp949', 'euc-kr'), word('펲시 한 상자 배송 출발 (똠양꿍 소스 포함)', 'cp949', 'euc-kr'),
         text('cp949', 'euc-kr', 'base64'), b64('주문하신 상품이 출발했습니다. 내일 도착합니다.\n확장 완성형 글자: 똠 펲 햏 뷁\n'.encode('cp949')))
    mail('naver', 3300, person('정우진', 'woojin@old.example', 'iso-2022-kr'), word('동창회 모임 알림', 'iso-2022-kr'),
         text('iso-2022-kr', 'iso-2022-kr', '7bit'), '이번 동창회는 토요일 저녁 여섯 시입니다.\n장소: 종로 3가\n'.encode('iso-2022-kr'))
    mail('naver', 2700, b'"no-reply" <no-reply@sms.example>', '라벨 없는 편지도 읽힙니다'.encode('utf-8'), [],
         '이 편지에는 문자집합 표시가 없습니다.\n그래도 바르게 읽혀야 합니다.\n'.encode('cp949'))
    mail('naver', 2500, person('최은서', 'eunseo@johab.example'), word('조합형으로 쓴 편지', 'utf-8'),
         text('johab', 'johab', 'base64'), b64('아래아한글 시절의 조합형 편지입니다. 똠방각하!\n'.encode('johab')))
    mail('naver', 90, person('엄마', 'mom@family.example'), word('주말에 올 거지?', 'utf-8', kind='Q'),
         text('utf-8', 'utf-8', '8bit'), '김치 담갔다. 토요일에 오면 가져가렴. 🥬\n아빠가 역에 데리러 간단다.\n'.encode())
    mail('naver', 45, person('카드사', 'card@card.example'), word('[승인] 파발카드 12,300원 일시불', 'utf-8'),
         text('utf-8', 'utf-8', 'base64'), b64('파발카드 승인 안내\n금액: 12,300원\n가맹점: 역참커피 광화문점\n'.encode()))

    # HTML, as newsletters send it.
    html = '''<html><head><style>p{color:#333}</style><title>소식</title></head><body>
<h1>역참 소식지 11월호</h1>
<p>안녕하세요, 구독자님. 이번 달에는 <b>겨울 산책길</b> 세 곳을 소개합니다.</p>
<ul><li>북악 하늘길: 4.2&nbsp;km</li><li>남산 둘레길: 7.5&nbsp;km</li><li>청계천: 10.8&nbsp;km</li></ul>
<table border="1"><tr><th>길</th><th>거리</th><th>시간</th></tr><tr><td>북악</td><td>4.2 km</td><td>1시간 30분</td></tr>
<tr><td>남산</td><td>7.5 km</td><td>2시간</td></tr></table>
<p><a href="https://news.example/walks">자세히 보기</a></p>
<img src="https://track.example/o.gif?u=1" width="1" height="1">
<p style="font-size:11px">수신을 원하지 않으면 <a href="https://news.example/unsubscribe">구독을 해지</a>하세요.</p></body></html>'''
    h, b = multipart([(text('utf-8', 'utf-8', 'base64'), b64('역참 소식지 11월호\n\n겨울 산책길 세 곳을 소개합니다.\nhttps://news.example/walks\n'.encode())),
                      ([b'Content-Type: text/html; charset=utf-8', b'Content-Transfer-Encoding: quoted-printable'], qp(html.encode()))], 'alternative')
    mail('gmail', 3100, person('역참 소식지', 'letter@news.example'), word('역참 소식지 11월호: 겨울 산책길', 'utf-8'),
         h + [b'List-Unsubscribe: <https://news.example/unsubscribe>', b'List-Id: <letter.news.example>'], b)
    mail('gmail', 2200, b'Debian Security <security@lists.example>', b'[SECURITY] openssl update', text('ascii', 'us-ascii', '7bit'),
         b'Package: openssl\nVulnerability: several\n\nWe recommend that you upgrade your openssl packages.\n')
    mail('gmail', 1900, b'"Grace H." <grace@navy.example>', b'A bug, in the literal sense', text('utf-8', 'utf-8; format=flowed', '8bit'),
         'We found a moth in relay 70 today. I taped it into the log book, so that nobody \ncan say we do not keep records.\n\nSee you on Monday,\nGrace\n'.encode())
    h, b = multipart([(text('utf-8', 'utf-8', 'base64'), b64('지난 주말 사진이에요. 압축해서 보냅니다.\n'.encode())),
                      ([b'Content-Type: image/png; name="' + '단풍.png'.encode('cp949') + b'"', b'Content-Transfer-Encoding: base64',
                        b'Content-Disposition: attachment; filename="' + '단풍.png'.encode('cp949') + b'"'], b64(png(64, 48, (200, 90, 20)))),
                      ([b'Content-Type: application/x-hwp; name="' + word('여행 계획.hwp', 'cp949', 'euc-kr') + b'"',
                        b'Content-Transfer-Encoding: base64', b'Content-Disposition: attachment'], b64(b'HWP Document File V5.00 (sample)\n'))])
    mail('gmail', 1300, person('서지우', 'jiwoo@photo.example'), word('사진이랑 여행 계획', 'utf-8'), h, b)
    mail('gmail', 30, person('윤도현', 'dohyun@band.example'), word('합주 시간 바꿔도 될까요?', 'utf-8'), text('utf-8', 'utf-8', '8bit'),
         '일요일 4시 대신 6시는 어때요? 연습실은 그대로예요.\n\n윤도현\n'.encode())
    inner = (b'From: ' + person('택배기사', 'parcel@deliver.example') + b'\nTo: ' + ME['gmail'].encode() + b'\nSubject: ' +
             word('배송 완료', 'utf-8') + b'\nDate: @DATE-5000@\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n' +
             '문 앞에 두었습니다.\n'.encode())
    h, b = multipart([(text('utf-8', 'utf-8', '8bit'), '아래 편지를 전달합니다.\n'.encode()), ([b'Content-Type: message/rfc822'], inner)])
    mail('gmail', 1100, person('서지우', 'jiwoo@photo.example'), word('전달: 배송 완료', 'utf-8'), h, b)

    # Advertisements and spam.
    mail('naver', 1000, person('역참마트', 'ad@mart.example'), word('(광고) 이번 주 장보기 할인', 'utf-8'), text('utf-8', 'utf-8', 'base64'),
         b64('사과 한 봉지 5,900원!\n수신거부: 080-000-0000\n'.encode()))
    mail('naver', 800, person('대출상담', 'x83kd@quick.example', 'cp949', 'euc-kr'), word('(광 고) 무.직.자 당일대출 3,000만원 바로 승인', 'cp949', 'euc-kr'),
         text('cp949', 'euc-kr', 'base64'), b64('신용불량자 무직자 당일 대 출 가능! 최저 금리 무담보 즉시 승인\n상담: http://192.0.2.99/loan\n'.encode('cp949')))
    mail('gmail', 700, b'"VIP Casino" <win@lucky.example>', word('★바카라★ 첫충 100% 지급 카지노 꽁머니 3만', 'utf-8'), text('utf-8', 'utf-8', 'base64'),
         b64('온라인 카지노 바카라 토토 먹튀없는 안전놀이터\n가입코드 VIP7 http://casino.example.biz/join\n'.encode()))
    phish = '<html><body><p>고객님의 계정이 정지되었습니다.</p><p><a href="http://203.0.113.5/login">https://www.bank.example/security</a> 에서 24시간 안에 확인하세요.</p></body></html>'
    mail('naver', 500, word('은행 고객센터', 'utf-8') + b' <help@bank-secure.example>', word('[긴급] 계정이 정지되었습니다', 'utf-8'),
         [b'Content-Type: text/html; charset=utf-8', b'Content-Transfer-Encoding: base64'], b64(phish.encode()))
    mail('work', 400, b'"Pharma" <pills@cheap.example>', b'V1AGRA 80% OFF - order now!!!', text('ascii', 'us-ascii', '7bit'),
         b'Cheap pills, no prescription needed. Click http://pills.example/buy now!!!\nUnsubscribe: http://pills.example/u\n')

    # A meeting, and something to work on.
    ics = ('BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:demo-1@hoesa.example\r\nDTSTART;TZID=Asia/Seoul:20261127T150000\r\n'
           'DTEND;TZID=Asia/Seoul:20261127T160000\r\nSUMMARY:3분기 보고 회의\r\nLOCATION:회의실 2\r\nORGANIZER;CN=김하늘:mailto:haneul@hoesa.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n')
    h, b = multipart([(text('utf-8', 'utf-8', '8bit'), '회의에 초대합니다.\n'.encode()),
                      ([b'Content-Type: text/calendar; charset=utf-8; method=REQUEST', b'Content-Transfer-Encoding: base64'], b64(ics.encode()))])
    mail('work', 300, person('김하늘', 'haneul@hoesa.example'), word('초대: 3분기 보고 회의', 'utf-8'), h, b)
    mail('work', 150, person('이준호', 'junho@hoesa.example'), word('회의실 예약 부탁드립니다', 'utf-8'), text('utf-8', 'utf-8', 'base64'),
         b64('금요일 오후 3시, 네 명입니다. 빔 프로젝터가 있는 방이면 좋겠습니다.\n\n이준호\n'.encode()))
    print('%d messages' % count)


if __name__ == '__main__':
    sys.exit(main())
