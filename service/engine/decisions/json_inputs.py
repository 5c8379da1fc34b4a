"""Inputs of a model from JSON, which has no dates: a text becomes one where the model says that it is one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from service.engine.decisions.model import DecisionModel
from service.engine.feel.temporal import parse_date, parse_datetime, parse_duration, parse_time
from service.engine.feel.types import Allowed, ContextOf, ListOf, Simple, Type

_READERS: Mapping[str, Callable[[str], Any]] = {
    "date": parse_date,
    "time": parse_time,
    "date and time": parse_datetime,
    "days and time duration": parse_duration,
    "years and months duration": parse_duration,
}


def inputs_from_json(model: DecisionModel, data: Mapping[str, Any]) -> dict[str, Any]:
    """The data with real dates, times and durations where its inputs are typed so. Raises FeelError at a wrong text."""
    types = {node.name: node.type for node in model.nodes.values() if node.type is not None}
    return {name: _read(value, types.get(name)) for name, value in data.items()}


def _read(value: Any, wanted: Type | None) -> Any:
    kind = wanted.base if isinstance(wanted, Allowed) else wanted
    if isinstance(kind, ListOf) and isinstance(value, list):
        return [_read(item, kind.item) for item in value]
    if isinstance(kind, ContextOf) and isinstance(value, dict):
        return {name: _read(item, kind.entries.get(name)) for name, item in value.items()}
    if isinstance(value, str) and isinstance(kind, Simple) and kind.name in _READERS:
        return _READERS[kind.name](value)
    return value
