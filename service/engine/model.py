"""A diagram as it is read: processes, nodes and flows, before anything is known to be right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from service.domain.wording import Message

EventKind = Literal[
    "timer", "message", "signal", "error", "escalation", "terminate", "conditional", "cancel", "compensate",
    "link", "unknown",
]  # fmt: skip
EVENT_WORDS: Mapping[EventKind, Message] = {
    "timer": Message("timer"),
    "message": Message("message"),
    "signal": Message("signal"),
    "error": Message("error"),
    "escalation": Message("escalation"),
    "terminate": Message("terminate"),
    "conditional": Message("conditional"),
    "cancel": Message("cancel"),
    "compensate": Message("compensate"),
    "link": Message("link"),
    "unknown": Message("unknown"),
}
"""What a finding calls an event of this kind: the words of the editor."""

TASKS = frozenset(
    {
        "task",
        "userTask",
        "manualTask",
        "scriptTask",
        "serviceTask",
        "sendTask",
        "receiveTask",
        "businessRuleTask",
    }
)
CONTAINERS = frozenset({"subProcess", "transaction", "adHocSubProcess"})
ACTIVITIES = TASKS | CONTAINERS | {"callActivity"}
GATEWAYS = frozenset(
    {"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway"}
)
EVENTS = frozenset(
    {"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"}
)
WAITED_FOR = frozenset({"timer", "message", "signal", "conditional"})
"""Kinds of events that come to a waiting token; the others are thrown at whoever catches them."""
NODES = ACTIVITIES | GATEWAYS | EVENTS


@dataclass(frozen=True)
class Flow:
    """A sequence flow. An id is made up for those that have none (it is optional in BPMN)."""

    id: str
    source: str
    target: str
    name: str = ""
    condition: str | None = None
    name_en: str = ""


@dataclass(frozen=True)
class EventDefinition:
    """What an event waits for or throws. `name` is the message, signal, error code, escalation code, link or
    the activity to compensate."""

    kind: EventKind
    name: str | None = None
    timer: Literal["timeDate", "timeDuration", "timeCycle"] | None = None
    text: str = ""
    broken: Message | None = None  # why it cannot be used, for a finding


@dataclass(frozen=True)
class Loop:
    """Multi-instance (parallel or sequential) or standard loop marker of an activity."""

    kind: Literal["parallel", "sequential", "standard"]
    cardinality: str | None = None
    collection: str | None = None
    item: str | None = None
    output: str | None = None
    output_item: str | None = None
    condition: str | None = None
    maximum: int | None = None
    test_before: bool = False


@dataclass(frozen=True)
class DataMove:
    """A data association: the value of `source` (FEEL) becomes the variable `target`.

    Writing into a data object reaches all branches of the case at once; reading copies nothing that is not
    seen already, so only associations that rename or compute are kept. `shared`: the target is a data object.
    """

    source: str
    target: str
    shared: bool


@dataclass(frozen=True)
class AdHoc:
    """When an ad hoc subprocess is done, and whether what is still open is withdrawn then."""

    condition: str | None = None
    cancel_remaining: bool = True


@dataclass
class Node:
    """A flow node with all that the engine reads of it."""

    id: str
    kind: str
    name: str = ""
    documentation: str = ""
    mutasi: dict[str, str] = field(default_factory=dict)
    lane: str | None = None
    lane_en: str = ""
    default: str | None = None
    events: tuple[EventDefinition, ...] = ()
    attached_to: str | None = None
    interrupting: bool = True
    called: str | None = None
    script: str | None = None
    script_format: str = ""
    message: str | None = None
    loop: Loop | None = None
    inner: Scope | None = None
    outgoing: list[Flow] = field(default_factory=list)
    incoming: list[Flow] = field(default_factory=list)
    boundaries: list[Node] = field(default_factory=list)
    refused: list[tuple[str, Message]] = field(default_factory=list)  # (rule, message) seen while reading
    event_subprocess: bool = False
    hosted: bool = False  # a boundary event on the border of an activity beside it
    for_compensation: bool = False
    handler: str | None = None  # of a compensation boundary event: the activity that undoes
    instantiate: bool = False
    all_events: bool = False  # parallelMultiple: waits for every trigger, not for any
    tokens_in: int = 1  # startQuantity
    tokens_out: int = 1  # completionQuantity
    ad_hoc: AdHoc | None = None
    reads: list[DataMove] = field(default_factory=list)
    writes: list[DataMove] = field(default_factory=list)

    def has(self, kind: EventKind) -> bool:
        """Whether one of the event's triggers or results is of this kind."""
        return any(event.kind == kind for event in self.events)


@dataclass
class Scope:
    """What a process or an embedded subprocess holds."""

    id: str
    nodes: dict[str, Node] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)

    def all_nodes(self) -> Iterator[Node]:
        """The nodes of this scope and of all below it."""
        for node in self.nodes.values():
            yield node
            if node.inner is not None:
                yield from node.inner.all_nodes()

    def starts(self) -> list[Node]:
        return [node for node in self.nodes.values() if node.kind == "startEvent"]

    def begins(self) -> list[Node]:
        """Where a case may begin: start events, and receive tasks and events that instantiate."""
        found = self.starts()
        for node in self.nodes.values():
            if node.instantiate and node.kind == "receiveTask" and not node.incoming:
                found.append(node)
            elif node.instantiate and node.kind == "eventBasedGateway":
                found += [self.nodes[flow.target] for flow in node.outgoing if flow.target in self.nodes]
        return found

    def implicit(self) -> list[Node]:
        """What begins with its scope because no flow leads to it (BPMN 2.0.2, 13.1)."""
        return [
            node
            for node in self.nodes.values()
            if not node.incoming
            and node.kind not in {"startEvent", "boundaryEvent"}
            and not (node.event_subprocess or node.for_compensation or node.instantiate)
            and not (node.kind == "intermediateCatchEvent" and node.has("link"))
        ]

    def event_subprocesses(self) -> list[Node]:
        return [node for node in self.nodes.values() if node.event_subprocess]


@dataclass
class Process(Scope):
    """An executable process with its names."""

    name: str = ""
    name_en: str = ""
    documentation: str = ""
    documentation_en: str = ""
    executable: bool = True
    file: str = ""
