"""Bringing the data of parallel branches together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MISSING: Any = object()


def merge(base: Mapping[str, Any], first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """The data after two branches with the common past `base` met.

    A variable that only one branch changed keeps that change. When both appended to a list of the common
    past, both entries stay. When both set different values, the branch that arrived last wins.
    """
    merged = dict(first)
    for name, value in second.items():
        merged[name] = _value(base.get(name, MISSING), first.get(name, MISSING), value)
    return merged


def _value(base: Any, first: Any, second: Any) -> Any:
    if first is MISSING or first is second:
        return second
    if base is not MISSING:
        if _same(second, base):
            return first
        if _same(first, base):
            return second
    past = base if isinstance(base, list) else []
    if base is not MISSING and isinstance(first, list) and isinstance(second, list):
        count = len(past)
        if _same(first[:count], past) and _same(second[:count], past):
            return first + second[count:]
    if isinstance(first, dict) and isinstance(second, dict):
        return merge(base if isinstance(base, dict) else {}, first, second)
    return second


def _same(one: Any, other: Any) -> bool:
    """Equal, with truth kept apart from numbers (True == 1 in Python)."""
    if one is other:
        return True
    if isinstance(one, bool) is not isinstance(other, bool):
        return False
    try:
        return bool(one == other)
    except TypeError:  # a date with and a date without zone cannot be compared
        return False
