"""A mail server for tests: takes letters on a free port, and refuses as often as it is told to."""

from __future__ import annotations

import email
import email.policy
import socketserver
from contextlib import AbstractContextManager
from email.message import EmailMessage

from tests.serving import serving

AT_ONCE = {"rhythm": "at_once", "offered_rhythm": "at_once", "quiet_from": 0, "quiet_to": 0}
"""Wishes with which every letter leaves at once."""


class Server(socketserver.ThreadingTCPServer):
    """`letters` holds what was taken; the next `refusals` connections are turned away."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.letters: list[EmailMessage] = []
        self.refusals = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"


class _Session(socketserver.StreamRequestHandler):
    server: Server

    def handle(self) -> None:
        if self.server.refusals > 0:
            self.server.refusals -= 1
            self._say("421 busy")
            return
        self._say("220 test")
        greeted = False
        for line in self.rfile:
            word = line.split()[0].upper() if line.split() else b""
            greeted = greeted or word in (b"EHLO", b"HELO")
            if word == b"MAIL" and not greeted:  # as many servers ask (RFC 5321, 4.1.1.1)
                self._say("503 send HELO first")
                continue
            if word == b"DATA":
                self._say("354 go on")
                self._take()
            elif word == b"QUIT":
                self._say("221 bye")
                return
            self._say("250 ok")

    def _take(self) -> None:
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line)
        letter = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
        assert isinstance(letter, EmailMessage)
        self.server.letters.append(letter)

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


def mail_server() -> AbstractContextManager[Server]:
    """A running server; it stops with the block."""
    return serving(Server())


def said(letter: EmailMessage, kind: str = "plain") -> str:
    """The text of a letter, or its HTML."""
    part = letter.get_body((kind,))
    assert part is not None
    return str(part.get_content())
