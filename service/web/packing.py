"""Pages packed with gzip on their way to browsers that take it: a list of cases is 170 KB plain and 14 KB packed.

A packed page that repeats what was asked for can tell its length to somebody who watches the line (BREACH). Its header
therefore holds a name of random length, as Django's does since 4.2 ("Heal the Breach", Palacios and others, 2022).
"""

from __future__ import annotations

import gzip
import io
import secrets

from flask import Flask, Response, request

LEAST_BYTES = 1024
LEVEL = 5
LONGEST_NAME = 100


def register(app: Flask) -> None:
    """Pack every page of the application that is worth it."""
    app.after_request(pack)


def pack(answer: Response) -> Response:
    """The page packed, where the browser takes it; anything else as it is."""
    if answer.mimetype != "text/html" or answer.is_streamed or answer.direct_passthrough:
        return answer
    answer.vary.add("Accept-Encoding")
    plain = answer.get_data()
    if len(plain) < LEAST_BYTES or not request.accept_encodings["gzip"] or answer.content_encoding:
        return answer
    answer.set_data(_packed(plain))
    answer.content_encoding = "gzip"
    return answer


def _packed(plain: bytes) -> bytes:
    target = io.BytesIO()
    name = "x" * secrets.randbelow(LONGEST_NAME)
    with gzip.GzipFile(name, "wb", LEVEL, target, mtime=0) as packing:
        packing.write(plain)
    return target.getvalue()
