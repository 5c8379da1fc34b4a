"""The BPMN 2.0 XSD, as the OMG publishes it. What breaks it often runs all the same: other tools may not read it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import SpiffWorkflow.bpmn.parser
from lxml import etree

MOST = 20
Found = tuple[str | None, str]  # element, message


@cache
def _schema() -> etree.XMLSchema:
    folder = Path(SpiffWorkflow.bpmn.parser.__file__).parent / "schema"
    return etree.XMLSchema(etree.parse(folder / "BPMN20.xsd"))


def problems(root: etree._Element) -> Iterator[Found]:
    """Where a diagram is not as the schema has it, with the id of the nearest element that has one."""
    schema = _schema()
    schema.validate(root)
    named = [(_line(element), str(element.get("id"))) for element in root.iter("{*}*") if element.get("id")]
    errors: Any = schema.error_log  # iterable, though its types do not say so
    for error in islice(errors, MOST):
        nearest = max((place for place in named if place[0] <= error.line), default=None)
        yield nearest[1] if nearest else None, _plain(str(error.message))


def _line(element: etree._Element) -> int:
    line: Any = element.sourceline
    return int(line or 0)


def _plain(message: str) -> str:
    """The message without the namespace that every name in it carries."""
    return message.replace("{http://www.omg.org/spec/BPMN/20100524/MODEL}", "")
