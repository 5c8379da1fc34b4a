"""A case as bytes: its tokens and nothing else. No specification, no history.

Version 2: {"v": 2, "n": last key, "s": status, "x": values, "f": {fork: data}, "c": [scope, ...]} with
scope = [specification, key of the holding token, ended, [token, ...], done], ended = [data, forks],
token = [key, element, state, data, forks, internal], done = what can be undone (compensation.py).
Data maps names to places in `x`, so that branches and subprocesses, which share most of their values, store each
value once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson

from service.domain.errors import Incident
from service.engine import feel
from service.engine.case import Case, Part, Scope, Token

if TYPE_CHECKING:
    from service.engine.definitions import Definition

VERSION = 2
VALUES = frozenset({"items", "out", "past"})  # what loops keep of the data
SCALARS = (str, bool, int, type(None))
WIDEST = 1 << 63  # a whole number beyond is written as FEEL writes it


def dump(case: Case) -> bytes:
    """The snapshot of a case between two steps. Raises Incident when it cannot be stored or is too large."""
    values = _Values(case.stored)
    used = _used_forks(case)
    scopes = [_scope(scope, values) for scope in case.scopes()] if case.status == "running" else []
    document: dict[str, Any] = {
        "v": VERSION,
        "n": case.counter,
        "s": case.status,
        "c": scopes,
        "f": {str(key): values.data(case.forks[key]) for key in sorted(used)},
    }
    if case.status != "running":
        document["d"] = values.data(case.data)
    document["x"] = values.table
    try:
        snapshot = orjson.dumps(document)
    except (TypeError, ValueError) as error:
        raise Incident(None, f"the data cannot be stored: {error}") from error
    limit = case.definition.limits.snapshot_bytes
    if len(snapshot) > limit:
        raise Incident(None, f"the data of the case has {len(snapshot)} bytes; {limit} is the most")
    return snapshot


def load(definition: Definition, snapshot: bytes, now: datetime, *, keep_history: bool = False) -> Case:
    """The case of a snapshot, standing where it stood."""
    document = orjson.loads(snapshot)
    while (version := document["v"]) != VERSION:
        if version not in UPGRADES:
            raise Incident(None, f"the snapshot has version {version}, which this release does not read")
        document = UPGRADES[version](document)
    case = Case(definition, now, keep_history=keep_history)
    case.counter, case.status = document["n"], document["s"]
    values = [_load(stored) for stored in document["x"]]
    case.stored = {id(value): (value, stored) for value, stored in zip(values, document["x"], strict=True)}
    case.forks = {int(key): _read(data, values) for key, data in document["f"].items()}
    case.data = _read(document.get("d", {}), values)
    for name, holder, ended, tokens, done in document["c"]:
        scope: Scope = case
        if holder is not None:
            host = case.token(holder)
            assert host is not None  # a scope is stored after the one that holds it
            scope = Part(definition.specs[name], host, case)
        if ended is not None:
            scope.ended = (_read(ended[0], values), tuple(ended[1]))
        scope.done = done
        for key, element, state, data, forks, internal in tokens:
            for place in VALUES & internal.keys():
                internal[place] = values[internal[place]]
            spec = scope.spec.nodes[element]
            token = Token(scope, spec, key, _read(data, values), tuple(forks), internal, state)
            if spec.joins and hasattr(spec, "may_fire"):
                case.joins[key] = token
            if internal.get("on") == "conditional":
                case.conditions[key] = token
    return case


def _from_1(document: dict[str, Any]) -> dict[str, Any]:
    """Version 1 knew no compensation: nothing was kept to be undone."""
    return {**document, "v": 2, "c": [[*scope, []] for scope in document["c"]]}


UPGRADES = {1: _from_1}
"""From each earlier version to the next."""


class _Values:
    """The table of values: each stored once, known again by identity.

    `stored` are the values as they were read: what a step did not replace is written as it stood.
    """

    def __init__(self, stored: dict[int, tuple[Any, Any]]) -> None:
        self.stored = stored
        self.table: list[Any] = []
        self.places: dict[int, int] = {}
        self.kept: list[Any] = []

    def place(self, value: Any) -> int:
        found = self.places.get(id(value))
        if found is None:
            found = self.places[id(value)] = len(self.table)
            self.kept.append(value)  # keeps the identity taken
            self.table.append(self._stored(value))
        return found

    def _stored(self, value: Any) -> Any:
        if isinstance(value, SCALARS) and (type(value) is not int or -WIDEST <= value < WIDEST):
            return value
        known = self.stored.get(id(value))
        return known[1] if known is not None else [feel.dump_value(value)]

    def data(self, data: Mapping[str, Any]) -> dict[str, int]:
        return {name: self.place(value) for name, value in data.items()}


def _scope(scope: Scope, values: _Values) -> list[Any]:
    ended = None if scope.ended is None else [values.data(scope.ended[0]), scope.ended[1]]
    tokens = scope.tasks.values() if scope.top_workflow.keep_history else scope.tokens()
    rows = [_token(token, values) for token in tokens]
    return [scope.spec.name, scope.parent_task_id, ended, rows, scope.done]


def _token(token: Token, values: _Values) -> list[Any]:
    internal = {
        name: values.place(value) if name in VALUES else value
        for name, value in token.internal_data.items()
        if name != "answers"
    }
    spec = token.task_spec
    return [token.id, spec.node.id, token._state, values.data(token.data), token.forks, internal]


def _used_forks(case: Case) -> set[int]:
    """The forks that two or more live branches share; others can never be the past of a merge again."""
    seen: set[int] = set()
    shared: set[int] = set()
    if case.status != "running":
        return shared
    for scope in case.scopes():
        stacks = [token.forks for token in scope.tokens() if token.moving]
        if scope.ended is not None:
            stacks.append(scope.ended[1])
        seen.clear()
        for stack in stacks:
            shared |= seen.intersection(stack)
            seen.update(stack)
        for token in scope.tokens():
            token.forks = tuple(key for key in token.forks if key in shared)
        if scope.ended is not None:
            scope.ended = (scope.ended[0], tuple(key for key in scope.ended[1] if key in shared))
    return shared


def _load(stored: Any) -> Any:
    return feel.load_value(stored[0]) if isinstance(stored, list) else stored


def _read(data: Mapping[str, int], values: list[Any]) -> dict[str, Any]:
    return {name: values[place] for name, place in data.items()}
