"""Identifiers that sort by the time they were made, so that pages can go by key."""

from __future__ import annotations

import secrets
import time
import uuid


def new_id() -> uuid.UUID:
    """A version 7 UUID (RFC 9562 section 5.7): 48 bits of milliseconds, then random bits."""
    value = (time.time_ns() // 1_000_000 & (1 << 48) - 1) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(0x3 << 62) | 2 << 62
    return uuid.UUID(int=value)


def parsed(text: str) -> uuid.UUID | None:
    """The identifier that a text says; None when it is none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
