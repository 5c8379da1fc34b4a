"""What the forms permit: the fields with their choices, and answers drawn from them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from hypothesis import strategies as st

from tests.workflows.harness import ROOT

Field = Mapping[str, Any]


def _fields(components: list[dict[str, Any]]) -> Iterator[Field]:
    for component in components:
        if component["type"] == "dynamiclist":
            yield {**component, "key": component["path"]}
            continue
        if "key" in component:
            yield component
        yield from _fields(component.get("components", []))


@cache
def fields(form: str) -> tuple[Field, ...]:
    schema = json.loads((ROOT / "forms" / f"{form}.json").read_text())
    return tuple(_fields(schema["components"]))


def choices(field: Field, data: Mapping[str, Any]) -> list[Any]:
    """The values a field offers, fixed in the form or computed by an effect; empty for free input."""
    options = field["values"] if "values" in field else data.get(field.get("valuesKey", ""), [])
    return [option["value"] for option in options]


def is_required(field: Field) -> bool:
    return bool(field.get("validate", {}).get("required"))


def _answer(field: Field, data: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    if field["type"] == "dynamiclist":
        row = {inner["key"]: _answer(inner, data) for inner in _fields(field["components"])}
        return st.lists(st.fixed_dictionaries(row), max_size=2)
    if field["type"] == "filepicker":
        return st.just([])
    offered = choices(field, data)
    if field["type"] == "checklist":
        return st.lists(st.sampled_from(offered), unique=True)
    if offered:
        return st.sampled_from(offered)
    if field["type"] == "number":
        return st.integers(0, 100)
    if field["type"] == "checkbox":
        return st.booleans()
    return st.just("2027-03-01") if field["type"] == "datetime" else st.just("teks")


def draw_answers(data: st.DataObject, form: str, task_data: Mapping[str, Any]) -> dict[str, Any]:
    """Answers the form permits: every required field, any of the others."""
    return {
        field["key"]: data.draw(_answer(field, task_data), label=field["key"])
        for field in fields(form)
        if is_required(field) or data.draw(st.booleans(), label=f"{field['key']} answered")
    }
