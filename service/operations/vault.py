"""Secrets at rest: sealed with a key derived from the installation's secret key, which is not in the database."""

from __future__ import annotations

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from service.domain.errors import MutasiError
from service.settings import Settings, secret_key


class Unsealable(MutasiError):
    """A secret was sealed with another key: it has to be given anew."""

    code = "unsealable"


def seal(settings: Settings, text: str) -> str:
    """The text, encrypted and authenticated."""
    return _box(secret_key(settings)).encrypt(text.encode()).decode()


def unseal(settings: Settings, sealed: str) -> str:
    """What was sealed. Raises Unsealable when the secret key has changed since."""
    try:
        return _box(secret_key(settings)).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Unsealable("A stored secret cannot be read: the secret key has changed since.") from None


@lru_cache(maxsize=8)
def _box(key: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"mutasi: secrets at rest").derive(
        key.encode()
    )
    return Fernet(base64.urlsafe_b64encode(derived))
