"""Runs the test cases of the DMN Technology Compatibility Kit against our decisions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree

from service.engine import decisions, feel
from service.engine.feel.operators import equal, is_number
from service.engine.feel.temporal import parse_date, parse_datetime, parse_duration, parse_time

NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
Row = dict[str, Any]


def run(folder: Path) -> list[Row]:
    """One row per expected result below a folder: suite, case, result, status (pass, fail, error), expected, actual."""
    return [row for path in sorted(folder.rglob("*-test-*.xml")) for row in run_file(path)]


def run_file(path: Path) -> Iterator[Row]:
    """The rows of one file of test cases; its models lie beside it."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        root = etree.parse(str(path), parser).getroot()
    except etree.XMLSyntaxError as error:
        where = {"suite": path.parent.name, "case": path.name, "result": None}
        yield where | {"status": "error", "expected": None, "actual": str(error)}
        return
    name = _text(_child(root, "modelName"))
    try:
        model = decisions.load_files(path.parent / name, strict=False)
        problem = ""
    except (decisions.InvalidDecision, feel.FeelError, OSError) as error:
        model, problem = None, str(error)
    for case in _children(root, "testCase"):
        inputs = {node.get("name"): _value(node) for node in _children(case, "inputNode")}
        for node in _children(case, "resultNode"):
            row = {"suite": path.parent.name, "case": case.get("id"), "result": node.get("name")}
            expected = _value(_child(node, "expected"))
            yield row | _outcome(model, problem, node, inputs, expected, case.get("invocableName"))


def _outcome(
    model: decisions.DecisionModel | None,
    problem: str,
    node: Any,
    inputs: dict[str, Any],
    expected: Any,
    service: str | None,
) -> Row:
    row: Row = {"expected": _shown(expected)}
    if model is None:
        return row | {"status": "error", "actual": problem}
    try:
        name = node.get("name")
        actual = model.evaluate(service or name, inputs, now=datetime.now(UTC)).value
        if service and isinstance(actual, dict) and name in actual:
            actual = actual[name]
    except feel.FeelError as error:
        if node.get("errorResult") == "true" or expected is None:
            return row | {"status": "pass", "actual": None}
        return row | {"status": "error", "actual": str(error)}
    return row | {"status": "pass" if _same(expected, actual) else "fail", "actual": _shown(actual)}


def _same(expected: Any, actual: Any) -> bool:
    """Equality as the kit has it: numbers to eight digits after the point."""
    if is_number(expected) and is_number(actual):
        return abs(Decimal(expected) - Decimal(actual)) < Decimal("1e-8")
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(
            _same(a, b) for a, b in zip(expected, actual, strict=True)
        )
    if isinstance(expected, dict) and isinstance(actual, dict):
        return expected.keys() == actual.keys() and all(_same(expected[key], actual[key]) for key in expected)
    return equal(expected, actual, feel.Budget()) is True


def _value(node: Any) -> Any:
    """An input or expected value: a single value, a list, or components."""
    if node is None:
        return None
    values = _child(node, "list")
    if values is not None:
        return [_value(item) for item in _children(values, "item")]
    components = list(_children(node, "component"))
    if components:
        return {component.get("name"): _value(component) for component in components}
    single = _child(node, "value")
    if single is None or single.get(NIL) == "true":
        return None
    return _typed(single.get(TYPE, "xsd:string").partition(":")[2], single.text or "")


def _typed(kind: str, text: str) -> Any:
    readers: dict[str, Any] = {
        "decimal": Decimal,
        "double": Decimal,
        "integer": int,
        "boolean": lambda source: source.strip() == "true",
        "date": parse_date,
        "time": parse_time,
        "dateTime": parse_datetime,
        "duration": parse_duration,
    }
    try:
        return readers.get(kind, str)(text)
    except (feel.FeelError, ArithmeticError, ValueError):
        return text  # nothing of ours is equal to it


def _shown(value: Any) -> Any:
    return feel.text(value) if isinstance(value, feel.Function) else feel.to_json(value)


def _child(node: Any, name: str) -> Any:
    return next(_children(node, name), None)


def _children(node: Any, name: str) -> Iterator[Any]:
    return (child for child in node if isinstance(child.tag, str) and etree.QName(child).localname == name)


def _text(node: Any) -> str:
    return (node.text or "").strip() if node is not None else ""
