"""What differs between two states of a diagram: elements added, removed and changed, with what changed in them.

Timers, conditions, scripts and extensions count; where things are drawn does not, except as one remark.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from lxml import etree

from service.engine.steps import SourceFile

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
MUTASI = "{http://mutasi.id/schema/bpmn/1}"
DRAWING = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DEFAULTS = {
    "cancelActivity": "true",
    "isInterrupting": "true",
    "triggeredByEvent": "false",
    "isSequential": "false",
}
"""What an editor may leave out because BPMN means it anyway."""
LINKS = frozenset({"incoming", "outgoing", "flowNodeRef"})
"""Said again by the flows and the lanes themselves."""
REFERENCES = frozenset({"sourceRef", "targetRef", "default", "attachedToRef"})
"""What says the id of another element: people know it by its name."""


Said = Mapping[str, str]
"""What an element says: attribute or part -> text."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something of an element that is not as it was; None where there was or is nothing."""

    what: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """An element that differs. `kind` is its BPMN name; `layout` changes have no element. A flow without a name is called
    by what it connects."""

    file: str
    how: Literal["added", "removed", "changed", "layout"]
    element: str
    kind: str
    name: str
    differences: tuple[Difference, ...] = ()


def compare(before: Sequence[SourceFile], after: Sequence[SourceFile]) -> list[Change]:
    """The changes from the diagrams `before` to those `after`, file by file. A diagram that cannot be read differs in
    nothing: what is wrong with it is a finding.
    """
    old = {file.name: file for file in before if file.name.endswith(".bpmn")}
    return [change for file in after for change in _of_file(old.get(file.name), file)]


def _of_file(before: SourceFile | None, after: SourceFile) -> Iterator[Change]:
    old, new = _root(before), _root(after)
    if new is None or (before is not None and old is None):
        return
    were, are = _elements(old), _elements(new)
    for element in [*are, *(gone for gone in were if gone not in are)]:
        change = _change(after.name, element, were, are)
        if change is not None:
            yield change
    if old is not None and _drawn(old) != _drawn(new):
        yield Change(after.name, "layout", "", "", "")


def _change(file: str, element: str, were: Mapping[str, Said], are: Mapping[str, Said]) -> Change | None:
    was, now = were.get(element), are.get(element)
    kind, name = (now or was or {}).get("", ""), _called(element, are if now else were)
    if was is None:
        return Change(file, "added", element, kind, name)
    if now is None:
        return Change(file, "removed", element, kind, name)
    differing = [key for key in {**was, **now} if was.get(key) != now.get(key)]
    if not differing:
        return None
    found = tuple(Difference(key or "kind", _told(key, was, were), _told(key, now, are)) for key in differing)
    return Change(file, "changed", element, kind, name, found)


def _told(key: str, said: Said, elements: Mapping[str, Said]) -> str | None:
    value = said.get(key)
    return _called(value, elements) or value if value and key in REFERENCES else value


def _called(element: str, elements: Mapping[str, Said]) -> str:
    """The element's name; a flow's ends; empty for what has neither."""
    said = elements.get(element, {})
    ends = [said[end] for end in ("sourceRef", "targetRef") if end in said]
    return said.get("name", "") or " → ".join(_called(end, elements) or end for end in ends)


def _root(file: SourceFile | None) -> Any:
    if file is None:
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        return etree.fromstring(file.content, parser)
    except etree.XMLSyntaxError:
        return None


def _elements(root: Any) -> dict[str, dict[str, str]]:
    """Element id -> what is said of it. Parts without an id belong to the element around them."""
    found: dict[str, dict[str, str]] = {}
    if root is None:
        return found
    lanes: dict[str, str] = {}
    for lane in root.iter(f"{BPMN}lane"):
        for node in lane.iter(f"{BPMN}flowNodeRef"):
            lanes[(node.text or "").strip()] = lane.get("name") or lane.get("id") or ""
    for element in root.iter(f"{BPMN}*"):
        identifier = element.get("id")
        name = _short(element.tag)
        if identifier is None or name == "definitions" or _is_part(name):
            continue
        said = {"": element.tag.removeprefix(BPMN)} | dict(_said(element, ""))
        if identifier in lanes:
            said["lane"] = lanes[identifier]
        found[identifier] = said
    return found


def _said(element: Any, path: str) -> Iterator[tuple[str, str]]:
    """(what, text) of an element and its parts without an id of their own; event definitions belong to their event."""
    for name, value in element.attrib.items():
        if name != "id" and DEFAULTS.get(_short(name)) != value:
            yield path + _short(name), value
    text = (element.text or "").strip()
    if path and text:
        yield path.rstrip("."), text
    for number, child in enumerate(element):
        if not isinstance(child.tag, str):
            continue
        name = _short(child.tag)
        own = child.get("id") is not None and child.tag.startswith(BPMN) and not _is_part(name)
        if name in LINKS or own:
            continue
        same = sum(1 for other in element[:number] if other.tag == child.tag)
        yield from _said(child, f"{path}{name}{same + 1 if same else ''}.")
        if len(child) == 0 and not child.attrib and not (child.text or "").strip():
            yield f"{path}{name}", ""


def _is_part(name: str) -> bool:
    """What triggers an event, conditions, timers and loops may have an id and are still what their element says."""
    begins = ("condition", "time", "loop", "completionCondition", "multiInstance", "standardLoop")
    return name.endswith("EventDefinition") or name.startswith(begins)


def _short(name: str) -> str:
    if name.startswith(MUTASI):
        return name.removeprefix(MUTASI)
    return name.rpartition("}")[2]


def _drawn(root: Any) -> dict[str, list[tuple[float, ...]]]:
    """Element id -> where its box, its label and its line are drawn, in whole pixels."""
    found: dict[str, list[tuple[float, ...]]] = {}
    for kind in ("BPMNShape", "BPMNEdge"):
        for part in root.iter(f"{DRAWING}{kind}"):
            places = part.iter("{*}Bounds", "{*}waypoint")
            found[part.get("bpmnElement", "")] = [
                tuple(round(float(place.get(name, 0))) for name in ("x", "y", "width", "height"))
                for place in places
            ]
    return found
