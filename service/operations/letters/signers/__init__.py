"""Ways to sign a PDF: each takes a request and answers with the signed file; none touches the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from service.operations.letters.rendering import Place


class SigningFailed(Exception):
    """It could not be signed; the message is for people. `again`: trying again later may help."""

    def __init__(self, message: str, *, again: bool = True) -> None:
        super().__init__(message)
        self.again = again


@dataclass(frozen=True, slots=True)
class Request:
    """One signature to be put into a PDF. `stamp` is what is seen in the box, as a PDF of its size.

    `secret` and `identity` (the NIK) are what the signer types in: they are kept nowhere and shown in no log.
    """

    pdf: bytes
    place: Place
    stamp: bytes
    title: str
    name: str
    reason: str
    location: str
    at: datetime
    secret: str = field(default="", repr=False)
    identity: str = field(default="", repr=False)


class Signer(Protocol):
    """An adapter to a certificate service."""

    needs_secret: bool

    def sign(self, request: Request) -> bytes:
        """The PDF with the signature. Raises SigningFailed."""
        ...
