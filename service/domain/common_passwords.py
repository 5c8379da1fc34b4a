"""Passwords that everybody tries first, long enough to pass the length rule. One per line beside this module."""

from __future__ import annotations

from importlib.resources import files

COMMON = frozenset(
    files("service.domain").joinpath("common_passwords.txt").read_text(encoding="utf-8").split()
)
