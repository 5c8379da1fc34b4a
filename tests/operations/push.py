"""A push service for tests: takes messages for browsers that it knows, and checks them as a browser would."""

from __future__ import annotations

import base64
import json
import os
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

from tests.serving import serving


def encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


@dataclass
class Browser:
    """A browser with keys of its own, as it subscribes."""

    endpoint: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    secret: bytes = field(default_factory=lambda: os.urandom(16))

    @property
    def keys(self) -> dict[str, str]:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"p256dh": encoded(point), "auth": encoded(self.secret)}

    def read(self, body: bytes) -> dict[str, Any]:
        """Decrypt what was pushed (RFC 8291)."""
        text = http_ece.decrypt(body, private_key=self.key, auth_secret=self.secret, version="aes128gcm")
        found: dict[str, Any] = json.loads(text)
        return found


class Service(ThreadingHTTPServer):
    """`taken`: (path, headers, body) of every message; `answers`: path -> the status it is answered with, else 201."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.taken: list[tuple[str, dict[str, str], bytes]] = []
        self.answers: dict[str, int] = {}

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    def browser(self, name: str) -> Browser:
        return Browser(f"http://{self.place}/{name}")


class _Request(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = self.server.answers.get(self.path, 201)
        if status == 201:
            scheme, _, rest = self.headers["Authorization"].partition(" ")
            assert scheme == "vapid"
            assert Vapid02.verify(self.headers["Authorization"]), rest
            headers = {name.lower(): value for name, value in self.headers.items()}
            self.server.taken.append((self.path, headers, body))
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


def push_service() -> AbstractContextManager[Service]:
    """A running service; it stops with the block."""
    return serving(Service())
