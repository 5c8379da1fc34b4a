"""Servers that tests start within their own process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import BaseServer
from typing import TypeVar

Started = TypeVar("Started", bound=BaseServer)


@contextmanager
def serving(server: Started) -> Iterator[Started]:
    """The server, running; it stops with the block."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
