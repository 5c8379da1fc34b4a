"""Small diagrams as text, and a case in memory to walk through them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any

from service.engine.runner import Engine
from service.engine.steps import Bundle, Event, Finding, OpenTask, SourceFile, Step

NOW = datetime(2026, 1, 31, 3, 0, tzinfo=UTC)
HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:mutasi="http://mutasi.id/schema/bpmn/1" targetNamespace="t">'
    '<message id="m" name="surat"/><message id="m2" name="izin"/><signal id="sig" name="lonjakan"/>'
    '<error id="e" name="gagal" errorCode="E1"/><error id="e2" name="lain" errorCode="E2"/>'
    '<escalation id="esc" name="naik" escalationCode="X1"/>'
)
MESSAGE = '<messageEventDefinition messageRef="m"/>'
SIGNAL = '<signalEventDefinition signalRef="sig"/>'
ERROR = '<errorEventDefinition errorRef="e"/>'
ESCALATION = '<escalationEventDefinition escalationRef="esc"/>'


def timer(text: str, kind: str = "timeDuration") -> str:
    return f"<timerEventDefinition><{kind}>{text}</{kind}></timerEventDefinition>"


def flows(*chains: str) -> str:
    """'a -> b -> c' as sequence flows; 'g ->[x > 1] b' carries a condition."""
    made = []
    for chain in chains:
        parts = chain.split(" ->")
        for source, target in pairwise(parts):
            start = source.rsplit("]", 1)[-1].strip()
            condition, target = target[1:].split("]", 1) if target.startswith("[") else ("", target)
            end = target.strip()
            inside = f"<conditionExpression>{escape(condition)}</conditionExpression>" if condition else ""
            made.append(
                f'<sequenceFlow id="{start}__{end}" sourceRef="{start}" targetRef="{end}">{inside}</sequenceFlow>'
            )
    return "".join(made)


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def process(*content: str, id: str = "p") -> str:
    return f'<process id="{id}" isExecutable="true">{"".join(content)}</process>'


def file(*processes: str, name: str = "p.bpmn") -> SourceFile:
    return SourceFile(name, (HEAD + "".join(processes) + "</definitions>").encode())


def users(*ids: str) -> str:
    return "".join(f'<userTask id="{id}" name="{id}"/>' for id in ids)


START, END = '<startEvent id="begin"/>', '<endEvent id="end"/>'


@cache
def engine() -> Engine:
    return Engine({"twice": lambda value: value * 2})


@cache
def whole_engine() -> Engine:
    """An engine that keeps the finished history in the snapshot, to compare with."""
    made = Engine()
    made.keep_history = True
    return made


def findings(*content: str, **options: Any) -> list[Finding]:
    return engine().check([file(process(*content))], **options)


def rules(*content: str, **options: Any) -> set[tuple[str, str | None]]:
    """The (rule, element) of all errors."""
    return {
        (finding.rule, finding.element)
        for finding in findings(*content, **options)
        if finding.severity == "error"
    }


class Walk:
    """A case in memory. Every command goes through the stored snapshot."""

    def __init__(
        self,
        *content: str,
        data: Mapping[str, Any] | None = None,
        element: str | None = None,
        files: tuple[SourceFile, ...] = (),
        key: str = "p",
        using: Engine | None = None,
    ) -> None:
        self.engine = using or engine()
        self.now = NOW
        sources = files or (file(process(*content)),)
        self.definition = self.engine.definition(Bundle(key, sources))
        self.events: list[Event] = []
        self.step: Step
        self._take(self.engine.start(self.definition, data or {}, self.now, element=element))

    def _take(self, step: Step) -> Walk:
        self.step = step
        self.events += step.events
        return self

    def task(self, element: str) -> OpenTask:
        return next(task for task in self.step.open if task.element == element)

    def do(self, *elements: str, **answers: Any) -> Walk:
        for element in elements:
            key = self.task(element).key
            self._take(self.engine.complete(self.definition, self.step.snapshot, key, answers, self.now))
        return self

    def fail(self, element: str, code: str) -> Walk:
        key = self.task(element).key
        return self._take(
            self.engine.fail(self.definition, self.step.snapshot, key, code, "tidak bisa", self.now)
        )

    def advance(self, **span: float) -> Walk:
        self.now += timedelta(**span)
        return self._take(self.engine.wake(self.definition, self.step.snapshot, self.now))

    def message(self, name: str, correlation: str | None = None, **data: Any) -> Walk:
        return self._take(
            self.engine.message(
                self.definition, self.step.snapshot, name, data, self.now, correlation=correlation
            )
        )

    def signal(self, name: str, **data: Any) -> Walk:
        return self._take(self.engine.signal(self.definition, self.step.snapshot, name, data, self.now))

    def cancel(self) -> Walk:
        return self._take(self.engine.cancel(self.definition, self.step.snapshot, self.now))

    @property
    def open(self) -> list[str]:
        return sorted(task.element for task in self.step.open)

    @property
    def status(self) -> str:
        return self.step.status

    @property
    def data(self) -> dict[str, Any]:
        return self.engine.case_data(self.definition, self.step.snapshot)

    @property
    def completed(self) -> list[str]:
        """Ids in the order of completion, without plain starts and ends."""
        return [
            event.element
            for event in self.events
            if event.kind == "element_completed" and event.element and event.element not in {"begin", "end"}
        ]

    def kinds(self, kind: str) -> list[str]:
        return [event.name for event in self.events if event.kind == kind]
