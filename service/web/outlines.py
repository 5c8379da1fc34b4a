"""A diagram's outline in words of the reader's language, with where a case was and is: for those who cannot see it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask_babel import gettext, ngettext

from service.engine.definitions import Definition
from service.engine.model import GATEWAYS, EventDefinition, Node
from service.engine.outline import Branch, Outline, Step
from service.web import context

_PART = re.compile(r"(\d+)([YMWDHS])")


@dataclass(frozen=True, slots=True)
class Marks:
    """Where a case was (process, element -> times), where it is, and how long steps took (in words)."""

    done: Mapping[tuple[str, str], int] = field(default_factory=dict)
    current: frozenset[tuple[str, str]] = frozenset()
    took: Mapping[tuple[str, str], str] = field(default_factory=dict)
    of_case: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Lines under a line: `title` says when they happen (`If approved`); empty where no word is needed."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One element: its kind, its name, who does it; done, current, ahead or nothing; and what hangs on it."""

    process: str
    element: str
    kind: str
    name: str
    lane: str
    state: str
    state_word: str
    notes: tuple[str, ...]
    groups: tuple[Group, ...]


def lines(definition: Definition, marks: Marks | None = None) -> tuple[Group, ...]:
    """The outermost process as groups of lines: its flow, and what stands besides."""
    return _Words(marks or Marks()).process(definition.outline)


class _Words:
    def __init__(self, marks: Marks) -> None:
        self.marks = marks

    def process(self, found: Outline) -> tuple[Group, ...]:
        groups = [Group("", self._lines(found.steps))]
        if found.besides:
            groups.append(Group(str(gettext("Besides")), self._lines(found.besides)))
        return tuple(groups)

    def _lines(self, steps: Sequence[Step]) -> tuple[Line, ...]:
        return tuple(self._line(step) for step in steps)

    def _line(self, step: Step) -> Line:
        node, place = step.node, (step.process, step.node.id)
        state = self._state(place)
        return Line(
            step.process,
            node.id,
            kind_of(node),
            _name(node),
            context.in_language(node.lane or "", node.lane_en),
            state,
            {"done": gettext("done"), "current": gettext("now"), "ahead": gettext("not yet")}.get(state, ""),
            tuple(self._notes(step, place)),
            tuple(self._groups(step)),
        )

    def _state(self, place: tuple[str, str]) -> str:
        if place in self.marks.current:
            return "current"
        if place in self.marks.done:
            return "done"
        return "ahead" if self.marks.of_case else ""

    def _notes(self, step: Step, place: tuple[str, str]) -> list[str]:
        notes = [said for event in step.node.events if (said := _event(event))]
        if step.node.loop is not None:
            words = {
                "parallel": gettext("for each, all at the same time"),
                "sequential": gettext("for each, one after the other"),
            }
            notes.append(
                str(words.get(step.node.loop.kind, gettext("again and again while its condition holds")))
            )
        times = self.marks.done.get(place, 0)
        if times > 1:
            notes.append(str(gettext("%(count)s times", count=times)))
        if took := self.marks.took.get(place):
            notes.append(str(gettext("took %(span)s", span=took)))
        if step.goes_to is not None:
            notes.append(_goes_to(step.goes_to))
        return notes

    def _groups(self, step: Step) -> list[Group]:
        groups = []
        if step.inside:
            groups.append(Group(str(gettext("Inside")), self._lines(step.inside)))
        if step.called is not None:
            title = gettext("Calls %(process)s", process=_process(step.called))
            first, *others = self.process(step.called)
            groups += [Group(str(title), first.lines), *others]
        for border in step.borders:
            title = (
                gettext("Meanwhile, it may be interrupted")
                if border.node.interrupting
                else gettext("Meanwhile, beside it")
            )
            if border.node.has("compensate"):
                title = gettext("To undo it")
            groups.append(Group(str(title), (self._line(border),)))
        alone = len(step.branches) == 1
        for branch in step.branches:
            lines = self._lines(branch.steps)
            title = "" if alone and branch.why in ("always", "undo") else _when(branch)
            if branch.goes_to is not None:
                onward = _goes_to(branch.goes_to)
                if lines:
                    onward = str(gettext("then %(what)s", what=onward))
                title = ": ".join(part for part in (title, onward) if part)
            elif not lines and title:
                nothing = gettext("nothing more")
                title = f"{title}: {nothing}"
            groups.append(Group(title, lines))
        return groups


def kind_of(node: Node) -> str:
    """What an element is, in a word or two."""
    if node.kind in (
        "startEvent",
        "endEvent",
        "intermediateCatchEvent",
        "intermediateThrowEvent",
        "boundaryEvent",
    ):
        return str(EVENT_KINDS[node.kind]())
    return str(KINDS.get(node.kind, lambda: gettext("Step"))())


KINDS = {
    "userTask": lambda: gettext("Task"),
    "manualTask": lambda: gettext("Task by hand"),
    "serviceTask": lambda: gettext("Done by the system"),
    "scriptTask": lambda: gettext("Done by the system"),
    "sendTask": lambda: gettext("Sends a message"),
    "receiveTask": lambda: gettext("Waits for a message"),
    "businessRuleTask": lambda: gettext("Rules"),
    "task": lambda: gettext("Step"),
    "callActivity": lambda: gettext("Stage"),
    "subProcess": lambda: gettext("Part"),
    "transaction": lambda: gettext("Part"),
    "adHocSubProcess": lambda: gettext("Part in any order"),
    "exclusiveGateway": lambda: gettext("One of these ways"),
    "inclusiveGateway": lambda: gettext("Each way that fits"),
    "parallelGateway": lambda: gettext("All at the same time"),
    "eventBasedGateway": lambda: gettext("Whichever happens first"),
    "complexGateway": lambda: gettext("Ways by a condition"),
}
EVENT_KINDS = {
    "startEvent": lambda: gettext("Begins"),
    "endEvent": lambda: gettext("Ends"),
    "intermediateCatchEvent": lambda: gettext("Waits"),
    "intermediateThrowEvent": lambda: gettext("Tells"),
    "boundaryEvent": lambda: gettext("When"),
}


def _name(node: Node) -> str:
    found = context.in_language(node.name, node.mutasi.get("nameEn", ""))
    if found or node.kind in {"startEvent", "endEvent"}:
        return found  # where it begins or ends needs no name
    if node.kind not in GATEWAYS:
        return node.id
    return str(gettext("the ways meet")) if len(node.outgoing) < 2 else ""


def _process(found: Outline) -> str:
    return context.in_language(found.process.name, found.process.name_en) or found.process.id


def _goes_to(node: Node) -> str:
    return str(gettext("goes on with “%(step)s”", step=_name(node) or node.id))


def _when(branch: Branch) -> str:
    flow = branch.flow
    name = context.in_language(flow.name, flow.name_en) if flow else ""
    if branch.why == "otherwise":
        return str(gettext("Otherwise (%(name)s)", name=name) if name else gettext("Otherwise"))
    if branch.why == "condition":
        return str(gettext("If %(condition)s", condition=name or (flow.condition if flow else "") or ""))
    if branch.why == "undo":
        return str(gettext("To undo it"))
    return name or str(gettext("Then"))


def _event(event: EventDefinition) -> str:
    """What an event waits for or throws, in words."""
    name = event.name or ""
    if event.kind == "timer":
        return _timer(event)
    words = {
        "message": lambda: gettext("the message “%(name)s”", name=name),
        "signal": lambda: gettext("the signal “%(name)s”", name=name),
        "error": lambda: gettext("the error “%(name)s”", name=name),
        "escalation": lambda: gettext("the escalation “%(name)s”", name=name),
        "terminate": lambda: gettext("ends everything that is still open"),
        "conditional": lambda: gettext("when it is true: %(condition)s", condition=event.text),
        "compensate": lambda: gettext("undoes what was done"),
        "link": lambda: gettext("the link “%(name)s”", name=name),
    }
    found = words.get(event.kind)
    return str(found()) if found else ""


def _timer(event: EventDefinition) -> str:
    text = event.text.strip()
    if text.startswith("="):
        return str(gettext("at the time that is worked out: %(expression)s", expression=text[1:].strip()))
    if event.timer == "timeDuration":
        return str(gettext("after %(span)s", span=_span(text)))
    if event.timer == "timeCycle":
        return str(gettext("every %(span)s", span=_span(text.rpartition("/")[2])))
    return str(gettext("at %(moment)s", moment=text))


def _span(text: str) -> str:
    """An ISO 8601 duration in words."""
    date, _, time = text.upper().removeprefix("P").partition("T")
    parts = [(int(count), unit) for count, unit in _PART.findall(date)]
    parts += [(int(count), f"T{unit}") for count, unit in _PART.findall(time)]
    words = {
        "Y": lambda n: ngettext("%(num)d year", "%(num)d years", n),
        "M": lambda n: ngettext("%(num)d month", "%(num)d months", n),
        "W": lambda n: ngettext("%(num)d week", "%(num)d weeks", n),
        "D": lambda n: ngettext("%(num)d day", "%(num)d days", n),
        "TH": lambda n: ngettext("%(num)d hour", "%(num)d hours", n),
        "TM": lambda n: ngettext("%(num)d minute", "%(num)d minutes", n),
        "TS": lambda n: ngettext("%(num)d second", "%(num)d seconds", n),
    }
    return " ".join(str(words[unit](count)) for count, unit in parts if unit in words) or text
