"""Functions of contexts (DMN 1.5, section 10.3.4.10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.engine.feel.errors import FeelError
from service.engine.feel.registry import builtin
from service.engine.feel.run import Run


@builtin("get value(m: context, key: string)")
def _get_value(context: Mapping[str, Any], key: str) -> Any:
    return context.get(key)


@builtin("get value(context: context, keys: list)")
def _get_deep_value(context: Mapping[str, Any], keys: list[Any]) -> Any:
    value: Any = context
    for key in keys:
        if not isinstance(value, Mapping):
            return None
        value = value.get(_key(key))
    return value


@builtin("get entries(m: context)")
def _get_entries(run: Run, context: Mapping[str, Any]) -> list[dict[str, Any]]:
    run.budget.spend(len(context))
    run.budget.hold(300 * len(context))
    return [{"key": key, "value": value} for key, value in context.items()]


@builtin("context(entries: list)")
def _context(run: Run, entries: list[Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    run.budget.spend(len(entries))
    for entry in entries:
        if not isinstance(entry, Mapping) or "value" not in entry:
            raise FeelError("an entry has no key or no value")
        key = _key(entry.get("key"))
        if key in made:
            raise FeelError(f"the key {key} stands twice")
        made[key] = entry["value"]
    return made


@builtin("context put(context: context, key: string, value: Any)")
def _context_put(run: Run, context: Mapping[str, Any], key: str, value: Any) -> dict[str, Any]:
    run.budget.spend(len(context))
    return {**context, key: value}


@builtin("context put(context: context, keys: list, value: Any)")
def _context_put_deep(run: Run, context: Mapping[str, Any], keys: list[Any], value: Any) -> dict[str, Any]:
    if not keys:
        raise FeelError("there is no key")
    first, rest = _key(keys[0]), keys[1:]
    run.budget.spend(1 + len(context) + len(keys))
    run.budget.hold(160 * len(context))
    if not rest:
        return {**context, first: value}
    inner = context.get(first)
    if not isinstance(inner, Mapping):
        raise FeelError(f"{first} is no context")
    return {**context, first: _context_put_deep(run, inner, rest, value)}


@builtin("context merge(contexts: list)")
def _context_merge(run: Run, contexts: list[Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for context in contexts:
        if not isinstance(context, Mapping):
            raise FeelError("not all items are contexts")
        run.budget.spend(1 + len(context))
        made.update(context)
    return made


def _key(value: Any) -> str:
    if not isinstance(value, str):
        raise FeelError("a key is no text")
    return value
