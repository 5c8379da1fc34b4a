"""Reading the XML of a decision model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

from service.domain.wording import Message

MAX_BYTES = 5 * 1024 * 1024


class InvalidDecision(Exception):
    """A decision model that cannot be read; `element` is the id of what is wrong."""

    def __init__(self, message: Message, element: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.element = element


def parse(content: bytes) -> etree._Element:
    """The root of a model. Raises InvalidDecision."""
    if len(content) > MAX_BYTES:
        raise InvalidDecision(Message("larger than %(most)s bytes", most=MAX_BYTES))
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise InvalidDecision(Message("not well-formed XML: %(problem)s", problem=error)) from error
    document: Any = root.getroottree()
    if document.docinfo.doctype:
        raise InvalidDecision(Message("a document type declaration is not allowed"))
    if tag(root) != "definitions" or "DMN" not in root.tag:
        raise InvalidDecision(Message("not a DMN model"))
    return root


def tag(element: etree._Element) -> str:
    """The name of an element without its namespace; empty for comments."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def children(element: etree._Element, *names: str) -> Iterator[etree._Element]:
    for child in element:
        if tag(child) in names:
            yield child


def child(element: etree._Element | None, *names: str) -> etree._Element | None:
    return None if element is None else next(children(element, *names), None)


def text(element: etree._Element | None) -> str:
    """The text of an expression, within its `text` element or without."""
    if element is None:
        return ""
    inner = child(element, "text")
    holder = element if inner is None else inner
    return "".join([holder.text or "", *(part.tail or "" for part in holder)])


def name_of(element: etree._Element) -> str:
    return " ".join((element.get("name") or "").split())


def typed(element: etree._Element | None) -> str | None:
    """The type an element refers to, in an attribute or an element."""
    if element is None:
        return None
    written = child(element, "typeRef")
    return element.get("typeRef") or (written.text if written is not None else None)
