#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A POP3 server far away that takes next to no time of the processor.

usage: idle_pop3.py MILLISECONDS SLOWEST OTHERS

Says its port on the first line.  Each answer goes out MILLISECONDS after its
command came.  User r20 has SLOWEST small messages, any other user OTHERS; every
password will do.  No TLS: what many accounts at once wait for each other can be
seen only where their servers do not take the processor from them.
"""
import asyncio
import sys

DELAY = float(sys.argv[1]) / 1000
SLOWEST, OTHERS = int(sys.argv[2]), int(sys.argv[3])
CAPA = "+OK\r\nTOP\r\nUIDL\r\nUSER\r\nPIPELINING\r\nRESP-CODES\r\n.\r\n"


def letter(user, i):
    return (f"From: S <s@example.kr>\r\nTo: {user}@pabal.test\r\n"
            f"Subject: letter {i}\r\nMessage-ID: <{i}.{user}@example.kr>\r\n"
            f"\r\nText {i}\r\n")


class Session(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.rest, self.user, self.box = transport, b"", "", []
        transport.write(b"+OK ready\r\n")

    def data_received(self, data):
        *lines, self.rest = (self.rest + data).split(b"\r\n")
        answer = "".join(self.answer(*line.decode().partition(" ")[::2])
                         for line in lines)
        LOOP.call_later(DELAY, self.say, answer.encode(), b"QUIT" in lines)

    def say(self, answer, last):
        if not self.transport.is_closing():
            self.transport.write(answer)
            if last:
                self.transport.close()

    def listed(self, what):
        rows = (f"{i} {what(i)}\r\n" for i in range(1, len(self.box) + 1))
        return f"+OK\r\n{''.join(rows)}.\r\n"

    def answer(self, verb, word):
        verb = verb.upper()
        if verb == "CAPA":
            return CAPA
        if verb == "USER":
            self.user = word
            count = SLOWEST if word == "r20" else OTHERS
            self.box = [letter(word, i) for i in range(1, count + 1)]
        elif verb == "STAT":
            return f"+OK {len(self.box)} {sum(map(len, self.box))}\r\n"
        elif verb == "LIST" and not word:
            return self.listed(lambda i: len(self.box[i - 1]))
        elif verb == "UIDL" and not word:
            return self.listed(lambda i: f"{self.user}-{i}")
        elif verb == "RETR":
            return f"+OK\r\n{self.box[int(word) - 1]}.\r\n"
        elif verb == "UIDL":
            return f"+OK {word} {self.user}-{word}\r\n"
        elif verb in ("LIST", "TOP", "DELE", "AUTH"):
            return "-ERR not here\r\n"
        return "+OK\r\n"


async def main():
    server = await LOOP.create_server(Session, "127.0.0.1", 0, backlog=64)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


LOOP = asyncio.new_event_loop()
LOOP.run_until_complete(main())
