"""Walking through a diagram in memory, by the very engine that cases use: for tests, lessons and `mutasi walk`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

from service.domain.errors import Conflict, Incident, Invalid
from service.domain.wording import Message
from service.engine import feel, timers
from service.engine.bundling import with_needed
from service.engine.definitions import Definition, entries
from service.engine.expressions import Expression, when_known
from service.engine.model import ACTIVITIES
from service.engine.runner import Engine
from service.engine.steps import Bundle, Event, Finding, SourceFile, Step, Trigger

Outcome = Literal["refused", "waiting", "completed", "failed"]
THROWN = {
    "message_thrown": "message",
    "signal_thrown": "signal",
    "escalation_thrown": "escalation",
    "error_thrown": "error",
}
MOST_WAKINGS = 10_000


class CannotDo(Exception):
    """An action that finds nothing it could act on; the text is the reason."""


@dataclass
class Walked:
    """How a walk went.

    `completed`: ids of activities, events that were caught or thrown and end events that throw, in order.
    `open`: what is worked on or waited for, as {"element", "kind"}. `events`: what was thrown, as {"type", "name"}.
    `rejected`: actions that could not be done, as {"action", "reason"}.
    """

    outcome: Outcome
    findings: list[dict[str, Any]]
    completed: list[str] = field(default_factory=list)
    open: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, str]] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)
    rejected: list[dict[str, Any]] = field(default_factory=list)


def walk(
    engine: Engine,
    files: Sequence[SourceFile],
    actions: Iterable[Mapping[str, Any]],
    now: datetime,
    *,
    process: str | None = None,
    library: Mapping[str, SourceFile] | None = None,
) -> Walked:
    """Check the files, begin a case of the process (by default the one no other calls), do the actions in order.

    Actions: {"complete": element, "data": {}}, {"message": name, "data": {}, "correlation": text},
    {"signal": name, "data": {}}, {"advance": ISO 8601 duration}, {"set": {}}.
    """
    findings = engine.check(files, library=library)
    shown = [asdict(finding) for finding in findings]
    if any(finding.severity == "error" for finding in findings):
        return Walked("refused", shown)
    sources = with_needed(files, library or {}, engine.limits.diagram_bytes)
    definition = engine.definition(Bundle(process or _outermost(engine, files), sources))
    walker = _Walker(engine, definition, now)
    todo = list(actions)
    walker.begin(todo)
    for action in todo:
        walker.do(action)
    return walker.walked(shown, findings)


def _outermost(engine: Engine, files: Sequence[SourceFile]) -> str:
    found = engine.processes(files)
    called = {name for _, calls in found for name in calls}
    names = [name for name, _ in found]
    return next((name for name in names if name not in called), names[0])


class _Walker:
    """One case in memory. Every step goes through the stored snapshot."""

    def __init__(self, engine: Engine, definition: Definition, now: datetime) -> None:
        self.engine = engine
        self.definition = definition
        self.now = self.began = now
        self.step: Step | None = None
        self.failure: Incident | None = None
        self.given: dict[str, Any] = {}  # set before the case began
        self.happened: list[Event] = []
        self.rejected: list[dict[str, Any]] = []

    def begin(self, todo: list[Mapping[str, Any]]) -> None:
        """Start at once when nothing has to come first. A start that needs data takes what is set first."""
        model = self.definition.models[self.definition.key]
        starts = [node for node in entries(model) if node.kind != "startEvent" or not node.events]
        if not starts:
            return
        if self._attempt(lambda: self.engine.start(self.definition, {}, self.now)):
            return
        while todo and "set" in todo[0]:
            self.given |= todo.pop(0)["set"]
        if self.given:
            self.happened.clear()
            self._attempt(lambda: self.engine.start(self.definition, self.given, self.now))

    def do(self, action: Mapping[str, Any]) -> None:
        """Do one action; what cannot be done is noted."""
        try:
            self._do(action)
        except (CannotDo, Conflict, Invalid, timers.BadTimer, OverflowError) as error:
            self.rejected.append({"action": dict(action), "reason": str(error)})
        else:
            if self.failure is not None:
                self.rejected.append({"action": dict(action), "reason": str(self.failure)})

    def _do(self, action: Mapping[str, Any]) -> None:
        data = action.get("data") or {}
        if "advance" in action:
            self._advance(self.now + timers.duration(str(action["advance"])))
        elif "set" in action:
            self._set(action["set"])
        elif "complete" in action:
            self._complete(str(action["complete"]), data)
        elif "message" in action:
            self._message(str(action["message"]), data, action.get("correlation"))
        elif "signal" in action:
            self._signal(str(action["signal"]), data)
        else:
            raise CannotDo("an action is complete, message, signal, advance or set")
        self._advance(self.now)

    def _attempt(self, command: Any) -> bool:
        """Do a step; an incident is kept, and the case stays where it was."""
        try:
            self.step = command()
        except Incident as error:
            self.failure = error
            self.happened += error.happened
            return False
        self.failure = None
        self.happened += self.step.events if self.step else ()
        return True

    def _running(self) -> Step:
        if self.step is None:
            raise CannotDo("the case has not begun")
        if self.step.status != "running":
            raise CannotDo(f"the case is {self.step.status}")
        return self.step

    def _complete(self, element: str, data: Mapping[str, Any]) -> None:
        step = self._running()
        found = [task for task in step.open if task.element == element]
        found += [task for task in step.open if task.path and task.path[-1] == element]
        if not found:
            raise CannotDo(f"{element} is not open")
        key = found[0].key
        self._attempt(lambda: self.engine.complete(self.definition, step.snapshot, key, data, self.now))

    def _message(self, name: str, data: Mapping[str, Any], correlation: Any) -> None:
        if self._begins("message", name, data):
            return
        step = self._running()
        with_name = [wait for wait in step.waits if (wait.kind, wait.name) == ("message", name)]
        if not any(wait.correlation in (None, correlation) for wait in with_name):
            raise CannotDo(f"nothing waits for the message {name}")
        self._attempt(
            lambda: self.engine.message(
                self.definition, step.snapshot, name, data, self.now, correlation=correlation
            )
        )

    def _signal(self, name: str, data: Mapping[str, Any]) -> None:
        if self._begins("signal", name, data):
            return
        step = self._running()
        if not any((wait.kind, wait.name) == ("signal", name) for wait in step.waits):
            raise CannotDo(f"nothing waits for the signal {name}")
        self._attempt(lambda: self.engine.signal(self.definition, step.snapshot, name, data, self.now))

    def _begins(self, kind: str, name: str, data: Mapping[str, Any]) -> bool:
        """Whether a case begins with this message or signal."""
        if self.step is not None:
            return False
        trigger = self._trigger(lambda one: one.kind == kind and one.value == name)
        if trigger is not None:
            self._start(trigger, data)
        return trigger is not None

    def _trigger(self, fits: Any) -> Trigger | None:
        return next((one for one in self.definition.triggers if fits(one)), None)

    def _start(self, trigger: Trigger, data: Mapping[str, Any]) -> None:
        given = {**self.given, **data}
        self._attempt(lambda: self.engine.start(self.definition, given, self.now, element=trigger.element))

    def _set(self, values: Mapping[str, Any]) -> None:
        if self.step is None:
            self.given |= values
            trigger = self._trigger(lambda one: one.kind == "conditional" and self._true(one.value or ""))
            if trigger is not None:
                self._start(trigger, {})
            return
        step = self._running()
        self._attempt(lambda: self.engine.assign(self.definition, step.snapshot, values, self.now))

    def _true(self, condition: str) -> bool:
        expression = Expression(condition, self.engine.functions)
        return when_known(expression, feel.from_python(self.given), self.now) is True

    def _advance(self, target: datetime) -> None:
        """Move the clock, and wake the case at each moment it asked for."""
        for _ in range(MOST_WAKINGS):
            if self.failure is not None:
                break
            due = self._next_due()
            if due is None or due > target:
                break
            self.now = max(self.now, due)
            self._wake()
        self.now = max(self.now, target)

    def _next_due(self) -> datetime | None:
        if self.step is None:
            timer = self._trigger(lambda one: one.kind == "timer")
            return (
                timers.due(_form(timer.value), timer.value, self.began).at if timer and timer.value else None
            )
        return min((timer.due for timer in self.step.timers), default=None)

    def _wake(self) -> None:
        step = self.step
        if step is not None:
            self._attempt(lambda: self.engine.wake(self.definition, step.snapshot, self.now))
            return
        timer = self._trigger(lambda one: one.kind == "timer")
        if timer is not None:
            self._start(timer, {})

    def walked(self, shown: list[dict[str, Any]], findings: Sequence[Finding]) -> Walked:
        """What has come of it."""
        outcome: Outcome = "waiting"
        if self.failure is not None or (self.step and self.step.status in {"failed", "cancelled"}):
            outcome = "failed"
        elif self.step and self.step.status == "completed":
            outcome = "completed"
        if self.failure is not None:
            incident = Finding("", self.failure.element, "incident", "error", Message(self.failure.reason))
            shown = [*shown, asdict(incident)]
        return Walked(
            outcome,
            shown,
            [event.element or "" for event in self.happened if self._counts(event)],
            self._open(),
            [
                {"type": THROWN[event.kind], "name": event.name}
                for event in self.happened
                if event.kind in THROWN
            ],
            self.engine.case_data(self.definition, self.step.snapshot) if self.step else dict(self.given),
            self.rejected,
        )

    def _counts(self, event: Event) -> bool:
        if event.kind != "element_completed":
            return False
        process = self.definition.models[event.process or ""]
        node = next(one for one in process.all_nodes() if one.id == event.element)
        if node.kind in ACTIVITIES:
            return not node.event_subprocess
        return (
            node.kind.endswith("Event")
            and node.kind != "startEvent"
            and (node.kind != "endEvent" or bool(node.events))
        )

    def _open(self) -> list[dict[str, Any]]:
        if self.step is None:
            return []
        found = [
            {"element": task.element, "kind": self.definition.elements[task.process, task.element].kind}
            for task in self.step.open
        ]
        kinds = {element.id: element.kind for element in self.definition.elements.values()}
        waited_for = [timer.element for timer in self.step.timers] + [
            wait.element for wait in self.step.waits
        ]
        found += [
            {"element": element, "kind": kinds[element]}
            for element in dict.fromkeys(waited_for)
            if kinds[element] in {"intermediateCatchEvent", "receiveTask"}
        ]
        return found


def _form(text: str | None) -> str:
    """Which kind of timer a start event's text is."""
    text = (text or "").strip()
    if text.startswith("R"):
        return "timeCycle"
    return "timeDuration" if text.startswith("P") else "timeDate"
