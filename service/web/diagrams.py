"""What the diagram viewer gets: which processes there are, where the case was in each, and where it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for

from service.engine.definitions import Definition
from service.web import context, outlines

STAGE_KINDS = ("callActivity",)


@dataclass(frozen=True, slots=True)
class Milestone:
    """A stage of the outermost process. `state`: done, current or ahead."""

    element: str
    name: str
    state: str


@dataclass(frozen=True, slots=True)
class Diagrams:
    """`content` is for the script, `tabs` are (process, name) for the switch above; `outline` says the same in words."""

    content: Mapping[str, Any]
    tabs: tuple[tuple[str, str], ...]
    outline: tuple[outlines.Group, ...] = ()


def of_version(
    definition: Definition,
    version_id: object,
    findings: Iterable[Mapping[str, Any]] = (),
    waiting: Mapping[str, Mapping[str, int]] | None = None,
) -> Diagrams:
    """The diagrams of a version, with findings on their elements and how many cases wait where."""
    marked: dict[str, list[str]] = {}
    for finding in findings:
        if element := finding.get("element"):
            marked.setdefault(element, []).append(finding.get("severity", "warning"))
    return _diagrams(
        definition,
        version_id,
        {
            process: {"findings": marked, "counts": dict((waiting or {}).get(process, {}))}
            for process in definition.processes
        },
        definition.key,
    )


def of_case(
    definition: Definition,
    version_id: object,
    *,
    walked: Mapping[str, Mapping[str, int]],
    current: Iterable[tuple[str, str]],
    stage_element: str | None,
    took: Mapping[tuple[str, str], str] | None = None,
) -> Diagrams:
    """The diagrams of a case. `walked`: process, element -> times; `current`: (process, element) now; `took`: (process,
    element) -> how long, in words."""
    tokens: dict[str, Counter[str]] = {process: Counter() for process in definition.processes}
    for process, element in current:
        if process in tokens:
            tokens[process][element] += 1
    if stage_element and (definition.key, stage_element) in definition.elements:
        tokens[definition.key].setdefault(stage_element, 1)
    marks = {
        process: {
            "done": list(walked.get(process, {}).items()),
            "current": dict(tokens[process]),
            "took": {element: text for (of, element), text in (took or {}).items() if of == process},
        }
        for process in definition.processes
    }
    told = outlines.Marks(
        {(process, element): n for process, found in walked.items() for element, n in found.items()},
        frozenset((process, element) for process, found in tokens.items() for element in found),
        took or {},
        of_case=True,
    )
    return _diagrams(definition, version_id, marks, definition.key, told)


def with_heat(
    definition: Definition, version_id: object, heats: Mapping[str, Mapping[str, Mapping[str, Any]]]
) -> Diagrams:
    """The diagrams of a version with what waits on each element: process -> element -> level, text, title, url."""
    marks = {process: {"heat": heats.get(process, {})} for process in definition.processes}
    return _diagrams(definition, version_id, marks, definition.key)


def milestones(
    definition: Definition, walked: Collection[str], stage_element: str | None, running: bool
) -> list[Milestone]:
    """The stages in the diagram's order: before the present one, the present one, and what is ahead."""
    found: list[Milestone] = []
    passed = True
    stages = [element for (process, _), element in definition.elements.items() if process == definition.key]
    for element in stages:
        if element.kind not in STAGE_KINDS:
            continue
        here = running and element.id == stage_element
        done = element.id in walked and (passed or not running)
        state = "current" if here else "done" if done else "ahead"
        passed = passed and not here
        found.append(Milestone(element.id, context.in_language(element.name, element.name_en), state))
    return found


def _diagrams(
    definition: Definition,
    version_id: object,
    marks: Mapping[str, Any],
    first: str,
    told: outlines.Marks | None = None,
) -> Diagrams:
    processes = {
        process: {
            "url": url_for("definitions.diagram", version_id=version_id, process=process),
            **marks.get(process, {}),
        }
        for process in definition.processes
    }
    tabs = tuple((process, process_name(definition, process)) for process in definition.processes)
    return Diagrams({"first": first, "processes": processes}, tabs, outlines.lines(definition, told))


def process_name(definition: Definition, process: str) -> str:
    """A process by its name in the reader's language."""
    model = definition.models[process]
    return context.in_language(model.name, model.name_en) or process
