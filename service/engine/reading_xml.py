"""Names and texts of BPMN elements."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from lxml import etree

from service.engine.xml import BPMN, MUTASI

B = f"{{{BPMN}}}"
M = f"{{{MUTASI}}}"


def local(element: etree._Element) -> str:
    """The local name of an element."""
    return str(etree.QName(element).localname)


def text(element: etree._Element | None) -> str:
    """All text inside an element; empty when there is none."""
    return "".join(cast("Iterator[str]", element.itertext())).strip() if element is not None else ""
