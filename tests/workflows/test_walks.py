"""Every shipped diagram, walked along every path a person could take; the answers lie beside it."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.workflows.harness import (
    ROOT,
    elements,
    engine,
    flows,
    shipped_files,
    shipped_processes,
    walk,
    walks,
)


def contains(actual: Any, expected: Any) -> bool:
    """`expected` is part of `actual`: maps by key, lists as sets of the same length."""
    if isinstance(expected, Mapping):
        return isinstance(actual, Mapping) and all(
            key in actual and contains(actual[key], value) for key, value in expected.items()
        )
    if isinstance(expected, list):
        return (
            isinstance(actual, list)
            and len(actual) == len(expected)
            and all(any(contains(entry, part) for entry in actual) for part in expected)
        )
    return bool(actual == expected)


def in_order(wanted: Sequence[str], events: Iterator[str | None]) -> list[str]:
    """Those of `wanted` that did not come, in the order given."""
    missing = list(wanted)
    for element in events:
        if missing and element == missing[0]:
            missing.pop(0)
    return missing


@pytest.mark.parametrize("path", walks(), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_path_ends_where_it_should(path: Path) -> None:
    expects = json.loads(path.read_text())["expects"]
    case = walk(path)
    completed = [event for event in case.events if event.kind == "element_completed"]
    assert case.step.status == "completed"
    assert not case.step.open
    assert not case.step.timers
    assert not case.step.waits
    assert expects["ends"] in {event.element for event in completed if event.process == case.process}
    assert in_order(expects.get("passes", []), (event.element for event in completed)) == []
    data = case.data()
    expected = expects.get("data", {})
    assert contains(data, expected), {key: data.get(key) for key in expected}


@pytest.mark.parametrize("process", shipped_processes())
def test_every_element_and_flow_is_walked(process: str) -> None:
    every = [walk(path) for path in walks()]
    passed = {element for case in every for name, element in case.walked() if name == process}
    taken = {flow for case in every for name, flow in case.walked_flows() if name == process}
    assert sorted(elements(process) - passed) == []
    assert sorted({flow.id for flow in flows(process)} - taken) == []


def test_the_check_finds_nothing_in_the_shipped_files() -> None:
    roles = tomllib.loads((ROOT / "config" / "roles.toml").read_text())
    names = [name for role, of in roles.items() for name in (role, *of.get("lanes", ()))]
    assert engine().check(shipped_files(), roles=names) == []
