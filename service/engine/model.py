"""A diagram as it is read: processes, nodes and flows, before anything is known to be right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

EventKind = Literal[
    "timer", "message", "signal", "error", "escalation", "terminate", "conditional", "cancel", "compensate",
    "link", "unknown",
]  # fmt: skip

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
NODES = ACTIVITIES | GATEWAYS | EVENTS


@dataclass(frozen=True)
class Flow:
    """A sequence flow. An id is made up for those that have none (it is optional in BPMN)."""

    id: str
    source: str
    target: str
    name: str = ""
    condition: str | None = None


@dataclass(frozen=True)
class EventDefinition:
    """What an event waits for or throws. `name` is the message, signal, error code or escalation code."""

    kind: EventKind
    name: str | None = None
    timer: Literal["timeDate", "timeDuration", "timeCycle"] | None = None
    text: str = ""
    broken: str = ""  # why it cannot be used, for a finding


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


@dataclass
class Node:
    """A flow node with all that the engine reads of it."""

    id: str
    kind: str
    name: str = ""
    documentation: str = ""
    mutasi: dict[str, str] = field(default_factory=dict)
    lane: str | None = None
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
    refused: list[tuple[str, str]] = field(default_factory=list)  # (rule, message) seen while reading
    event_subprocess: bool = False
    hosted: bool = False  # a boundary event on the border of an activity beside it


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


@dataclass
class Process(Scope):
    """An executable process with its names."""

    name: str = ""
    name_en: str = ""
    documentation: str = ""
    executable: bool = True
    file: str = ""
    lanes: dict[str, str] = field(default_factory=dict)  # lane id -> name
