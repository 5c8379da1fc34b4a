"""Walks a shipped diagram in memory: the real engine, fixed effects, a clock that the walk moves."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from service.engine.runner import Engine
from service.engine.steps import Bundle, Event, OpenTask, SourceFile, Step
from service.wiring import engine_with, read_calendar
from tests.workflows.effects import EFFECTS

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
WORKFLOWS = ROOT / "workflows"
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
START = datetime(2027, 1, 4, 1, 0, tzinfo=UTC)

ANSWERS: Mapping[str, Mapping[str, Any]] = json.loads((HERE / "answers.json").read_text())


def shipped_processes() -> list[str]:
    return sorted(path.stem for path in WORKFLOWS.glob("*.bpmn"))


def shipped_files() -> list[SourceFile]:
    paths = [*WORKFLOWS.glob("*.bpmn"), *WORKFLOWS.glob("*.dmn"), *(ROOT / "forms").glob("*.json")]
    return [SourceFile(path.name, path.read_bytes()) for path in sorted(paths)]


@cache
def engine() -> Engine:
    """The engine as the application has it, with the working days of the shipped calendar."""
    return engine_with(read_calendar(ROOT / "config" / "calendar.toml", "Asia/Jakarta"))


@cache
def diagram(process: str) -> ElementTree.Element:
    return ElementTree.parse(WORKFLOWS / f"{process}.bpmn").getroot()


def called_by(process: str) -> set[str]:
    """The process and all that it calls, directly or not."""
    found, todo = set(), {process}
    while todo:
        name = todo.pop()
        found.add(name)
        calls = diagram(name).iter(f"{BPMN}callActivity")
        todo |= {call.attrib["calledElement"] for call in calls} - found
    return found


@cache
def bundle(process: str) -> Bundle:
    """What a case of this process needs: its diagrams and their forms."""
    names = sorted(called_by(process))
    text = "".join((WORKFLOWS / f"{name}.bpmn").read_text() for name in names)
    forms = [
        ROOT / "forms" / f"{form}.json" for form in sorted(set(re.findall(r'mutasi:form="(\w+)"', text)))
    ]
    paths = [WORKFLOWS / f"{name}.bpmn" for name in names] + [path for path in forms if path.exists()]
    return Bundle(process, tuple(SourceFile(path.name, path.read_bytes()) for path in paths))


@dataclass(frozen=True)
class Flow:
    id: str
    source: str
    target: str


@cache
def flows(process: str) -> tuple[Flow, ...]:
    found = diagram(process).iter(f"{BPMN}sequenceFlow")
    return tuple(Flow(f.attrib["id"], f.attrib["sourceRef"], f.attrib["targetRef"]) for f in found)


@cache
def elements(process: str) -> frozenset[str]:
    """The flow nodes of a diagram: all that a token can pass."""
    ends = {end for flow in flows(process) for end in (flow.source, flow.target)}
    boundary = {event.attrib["id"] for event in diagram(process).iter(f"{BPMN}boundaryEvent")}
    return frozenset(ends | boundary)


@dataclass
class Walk:
    """One case in memory: `step` is where it stands, `events` what happened so far, in order."""

    process: str
    overrides: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    now: datetime = START

    def __post_init__(self) -> None:
        self.definition = engine().definition(bundle(self.process))
        self.events: list[Event] = []
        self.calls: dict[str, int] = defaultdict(int)

    def start(self, data: Mapping[str, Any], element: str | None = None) -> None:
        self._take(engine().start(self.definition, data, self.now, element=element))

    def complete(self, task: OpenTask, answers: Mapping[str, Any]) -> None:
        self._take(engine().complete(self.definition, self.step.snapshot, task.key, answers, self.now))

    def advance(self, days: int) -> None:
        """Move the clock, stopping at each timer on the way as the scheduler would."""
        goal = self.now + timedelta(days=days)
        while due := [timer.due for timer in self.step.timers if timer.due <= goal]:
            self.now = max(self.now, min(due))
            self._take(engine().wake(self.definition, self.step.snapshot, self.now))
        self.now = goal

    def message(self, name: str, data: Mapping[str, Any], correlation: str | None) -> None:
        step = engine().message(
            self.definition, self.step.snapshot, name, data, self.now, correlation=correlation
        )
        self._take(step)

    def data(self) -> Mapping[str, Any]:
        return engine().case_data(self.definition, self.step.snapshot)

    def open(self, element: str) -> list[OpenTask]:
        return [task for task in self.step.open if task.element == element]

    def walked(self) -> set[tuple[str, str]]:
        return {
            (event.process, event.element)
            for event in self.events
            if event.kind == "element_completed" and event.process and event.element
        }

    def walked_flows(self) -> set[tuple[str, str]]:
        """Flows taken, as (process, flow id). Of several ways out: the one whose target came next."""
        found = set()
        for index, event in enumerate(self.events):
            if event.kind != "element_completed" or not event.process or not event.element:
                continue
            ways = [flow for flow in flows(event.process) if flow.source == event.element]
            if len(ways) > 1 and not event.element.startswith("bagi_"):
                ways = [flow for flow in ways if flow.target == self._next_of(index, ways)]
            found |= {(event.process, flow.id) for flow in ways}
        return found

    def _next_of(self, index: int, ways: Sequence[Flow]) -> str | None:
        origin, targets = self.events[index], {flow.target for flow in ways}
        for event in self.events[index + 1 :]:
            if event.path == origin.path and event.element in targets:
                return event.element
            if len(event.path) > len(origin.path) and event.path[len(origin.path)] in targets:
                return event.path[len(origin.path)]
        waiting = [task.element for task in self.step.open] + [timer.element for timer in self.step.timers]
        return next((element for element in waiting if element in targets), None)

    def _take(self, step: Step) -> None:
        self.step = step
        self.events += step.events
        while services := [task for task in self.step.open if task.kind == "service"]:
            task = services[0]
            data = engine().task_data(self.definition, self.step.snapshot, task.key)
            result = self._effect(task.effect or "", data)
            self.step = engine().complete(self.definition, self.step.snapshot, task.key, result, self.now)
            self.events += self.step.events

    def _effect(self, name: str, data: Mapping[str, Any]) -> Mapping[str, Any]:
        overrides, call = self.overrides.get(name, ()), self.calls[name]
        self.calls[name] += 1
        return {**EFFECTS[name](data), **(overrides[call] if call < len(overrides) else {})}


def walks() -> list[Path]:
    return sorted(path for path in HERE.glob("*/*.json") if path.parent.name in shipped_processes())


@cache
def walk(path: Path) -> Walk:
    """Walk one file of actions to its end; the file's expectations are checked by test_walks."""
    plan = json.loads(path.read_text())
    case = Walk(path.parent.name, plan.get("effects", {}))
    case.start(plan.get("data", {}), plan.get("start"))
    for number, action in enumerate(plan["actions"], 1):
        try:
            act(case, action)
        except AssertionError as problem:
            raise AssertionError(f"{path.name}, action {number}: {problem}") from problem
    return case


def act(case: Walk, action: str | Mapping[str, Any]) -> None:
    """One action of a walk: the id of a task, to be answered as in answers.json; or one of
    {"complete": id, "answers", "unit", "person"}, {"advance": days},
    {"message": name, "data", "correlation"}.
    """
    if isinstance(action, str):
        action = {"complete": action}
    if "advance" in action:
        case.advance(action["advance"])
    elif "message" in action:
        before = case.step.snapshot
        case.message(action["message"], action.get("data", {}), action.get("correlation"))
        assert case.step.snapshot != before, f"nobody waits for {action['message']}"
    else:
        complete(case, action)


def complete(case: Walk, action: Mapping[str, Any]) -> None:
    element = action["complete"]
    tasks = [
        task
        for task in case.open(element)
        if task.unit == action.get("unit", task.unit) and task.person == action.get("person", task.person)
    ]
    assert tasks, f"{element} is not open; open are {sorted(task.element for task in case.step.open)}"
    task = tasks[0]
    assert task.role, f"{element} is offered to no role"
    case.complete(task, {**ANSWERS.get(element, {}), **action.get("answers", {})})
