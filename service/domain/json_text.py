"""JSON as RFC 8259 has it: no NaN, no key twice, no endless depth, nothing a database cannot hold."""

from __future__ import annotations

import json
from typing import Any

DEEPEST = 50
LONGEST_NUMBER = 400


def loads(text: str | bytes) -> Any:
    """The value of a JSON text. Raises ValueError, which says what is wrong."""
    try:
        value = json.loads(
            text,
            parse_constant=_refuse_constant,
            object_pairs_hook=_refuse_twice,
            parse_int=_short(int),
            parse_float=_short(float),
        )
    except RecursionError:
        raise ValueError("nested too deeply") from None
    _check(value)
    return value


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _refuse_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a key stands twice")
    return made


def _short(read: Any) -> Any:
    def number(text: str) -> Any:
        if len(text) > LONGEST_NUMBER:
            raise ValueError("a number is too long")
        value = read(text)
        if value in (float("inf"), float("-inf")):
            raise ValueError("a number is too large")
        return value

    return number


def _check(value: Any) -> None:
    """Depth, NUL and lone surrogates, without recursion."""
    todo = [(value, 0)]
    while todo:
        item, depth = todo.pop()
        if depth > DEEPEST:
            raise ValueError("nested too deeply")
        if isinstance(item, str):
            _check_text(item)
        elif isinstance(item, list):
            todo += [(child, depth + 1) for child in item]
        elif isinstance(item, dict):
            for key, child in item.items():
                _check_text(key)
                todo.append((child, depth + 1))


def _check_text(text: str) -> None:
    if "\0" in text:
        raise ValueError("a text holds a NUL character")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError("a text holds half a character") from None
