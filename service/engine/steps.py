"""The values that enter and leave the engine. All are frozen; none knows SpiffWorkflow."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

from service.domain.wording import Message

Severity = Literal["error", "warning"]
Status = Literal["running", "completed", "failed", "cancelled"]
TaskKind = Literal["user", "manual", "service", "external"]
WaitKind = Literal["message", "signal"]
TriggerKind = Literal["none", "timer", "message", "signal", "conditional"]
EventKind = Literal[
    "case_started",
    "element_completed",
    "element_cancelled",
    "message_thrown",
    "signal_thrown",
    "escalation_thrown",
    "error_thrown",
    "case_completed",
    "case_failed",
]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of a definition: a diagram, a decision model or a form, as its bytes."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Bundle:
    """Everything a case needs to run: its process, the processes it calls, decisions and forms.

    The digest is the identity of a definition version: the same content is the same version.
    """

    process: str
    files: tuple[SourceFile, ...]

    @cached_property
    def digest(self) -> str:
        names = "\n".join(sorted(f"{file.name} {file.sha256}" for file in self.files))
        return hashlib.sha256(f"{self.process}\n{names}".encode()).hexdigest()


NOTHING = ""
NO_MEND = Message(NOTHING)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with a definition, at an element, and how to mend it."""

    file: str
    element: str | None
    rule: str
    severity: Severity
    message: Message
    mend: Message = NO_MEND


@dataclass(frozen=True, slots=True)
class Element:
    """A node of a diagram as a reader needs it: for pages, check-ups and the timeline."""

    id: str
    process: str
    kind: str  # the BPMN local name: userTask, callActivity, exclusiveGateway, ...
    name: str
    name_en: str
    lane: str | None = None
    lane_en: str = ""
    form: str | None = None
    role: str | None = None
    called: str | None = None
    documentation: str = ""
    documentation_en: str = ""
    different_from: tuple[str, ...] = ()  # tasks whose people must not work on this one, too
    effect: str | None = None


@dataclass(frozen=True, slots=True)
class Trigger:
    """A start event: how a case begins. `value` is the timer text or the message or signal name."""

    element: str
    kind: TriggerKind
    name: str
    value: str | None = None


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A unit of work that waits for somebody (user, manual), for an effect (service) or a program outside (external).

    `key` names it for as long as it is open. `path` are the call activities and subprocesses that hold it,
    outermost first. `role` is a role id or a lane name; `unit` and `person` (a NIP) narrow who is offered it.
    `due_working_days`, `remind_working_days` and `escalate_to` come from the diagram.
    """

    key: str
    element: str
    process: str
    name: str
    kind: TaskKind
    name_en: str = ""
    path: tuple[str, ...] = ()
    role: str | None = None
    unit: str | None = None
    person: str | None = None
    form: str | None = None
    effect: str | None = None
    topic: str | None = None
    due_working_days: int | None = None
    remind_working_days: int | None = None
    escalate_to: str | None = None


@dataclass(frozen=True, slots=True)
class Timer:
    """A point in time (UTC) at which the case wants to be woken."""

    key: str
    element: str
    due: datetime


@dataclass(frozen=True, slots=True)
class Wait:
    """A message or signal the case waits for. `correlation` is None when any correlation fits."""

    key: str
    element: str
    kind: WaitKind
    name: str
    correlation: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a step, in order. `correlation`: which case a thrown message is for."""

    kind: EventKind
    element: str | None = None
    process: str | None = None
    path: tuple[str, ...] = ()
    name: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    correlation: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What a command did: the new snapshot, all that is now open, and what happened on the way.

    `open`, `timers` and `waits` are the complete present sets, not differences. `stage` is the name of the
    outermost activity the case is in; `stage_element` its id.
    """

    snapshot: bytes
    status: Status
    open: tuple[OpenTask, ...] = ()
    timers: tuple[Timer, ...] = ()
    waits: tuple[Wait, ...] = ()
    events: tuple[Event, ...] = ()
    stage: str = ""
    stage_element: str | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What a step, an evaluation, a case and a diagram may cost at the most."""

    actions_per_step: int = 10_000
    evaluation_seconds: float = 0.25
    evaluation_steps: int = 1_000_000
    evaluation_bytes: int = 64 * 1024 * 1024
    snapshot_bytes: int = 8 * 1024 * 1024
    diagram_bytes: int = 5 * 1024 * 1024
