"""Checks of single elements: what they need, and what this engine does not run and therefore refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from service.domain.wording import Message
from service.engine import timers
from service.engine.check_expressions import problem_of
from service.engine.model import ACTIVITIES, EVENT_WORDS, WAITED_FOR, EventDefinition, Node
from service.engine.steps import NO_MEND, Severity

if TYPE_CHECKING:
    from service.engine.checks import Checked

Found = tuple[Severity, str, Message, Message]  # severity, rule, message, mend

ID = re.compile(r"[^\W\d][\w.\-]{0,199}")
EVENTS_OF: dict[str, frozenset[str]] = {
    "startEvent": WAITED_FOR | {"error", "escalation"},
    "endEvent": frozenset({"message", "signal", "error", "escalation", "terminate", "compensate", "cancel"}),
    "intermediateThrowEvent": frozenset({"message", "signal", "escalation", "compensate", "link"}),
    "intermediateCatchEvent": WAITED_FOR | {"link"},
    "boundaryEvent": WAITED_FOR | {"error", "escalation", "compensate", "cancel"},
    "sendTask": frozenset({"message"}),
}
ALONE = frozenset({"error", "terminate", "cancel", "compensate", "link"})
"""What an event does or waits for by itself only."""
NOT_RUN = {
    "complexGateway": (
        "gateway-complex",
        Message("Complex gateways are not run."),
        Message("Use exclusive and parallel gateways."),
    ),
}
EXPRESSIONS = ("unit", "person", "correlation")


def check_node(checked: Checked, node: Node) -> Iterator[Found]:
    """Everything that is wrong with one element, apart from its flows."""
    if not ID.fullmatch(node.id):
        yield (
            "error",
            "id-form",
            Message("'%(id)s' cannot be an id.", id=node.id),
            Message("Use letters, digits and _."),
        )
    for rule, message in node.refused:
        yield "error", rule, message, NO_MEND
    if node.kind in NOT_RUN:
        rule, message, mend = NOT_RUN[node.kind]
        yield "error", rule, message, mend
    yield from _attributes(checked, node)
    if node.kind in ACTIVITIES:
        yield from _activity(checked, node)
        yield from _loop(checked, node)
    yield from _events(checked, node)
    if node.kind in {"userTask", "manualTask"}:
        yield from _person(checked, node)


def _attributes(checked: Checked, node: Node) -> Iterator[Found]:
    for name in EXPRESSIONS:
        if name in node.mutasi:
            problem = problem_of(node.mutasi[name], checked.functions, f"mutasi:{name}")
            if problem is not None:
                yield "error", *problem
    for name in ("due", "remind"):
        value = node.mutasi.get(name)
        if value is not None and not (value.isascii() and value.isdigit() and len(value) < 5):
            message = Message(
                "mutasi:%(name)s must be a whole number of working days, not '%(value)s'.",
                name=name,
                value=value,
            )
            yield "error", "days", message, Message("Write a number such as 5.")


def _person(checked: Checked, node: Node) -> Iterator[Found]:
    if not node.name:
        yield (
            "warning",
            "name-missing",
            Message("The task has no name."),
            Message("Name it by what is to be done."),
        )
    for name in node.mutasi.get("differentFrom", "").split():
        if not checked.names_element(name):
            message = Message(
                "mutasi:differentFrom: nothing has the id '%(name)s': nobody would be kept apart.",
                name=name,
            )
            yield (
                "error",
                "different-from-unknown",
                message,
                Message("Write the ids of tasks, separated by spaces."),
            )
    form = node.mutasi.get("form")
    if form and not checked.has(f"{form}.json"):
        yield (
            "error",
            "form-missing",
            Message("There is no form '%(form)s'.", form=form),
            Message("Add %(form)s.json.", form=form),
        )
    if checked.roles is None:
        return
    role = node.mutasi.get("role") or node.lane
    if not role:
        message = Message("The task is in no lane and has no role: it goes to the one who started the case.")
        yield "warning", "role-missing", message, Message("Put it into a lane.")
    elif role not in checked.roles:
        message = Message("'%(role)s' is neither a role nor a lane that config/roles.toml knows.", role=role)
        yield "error", "role-unknown", message, Message("Name the lane as in config/roles.toml.")
    escalate = node.mutasi.get("escalate")
    if escalate and escalate not in checked.roles:
        yield (
            "error",
            "role-unknown",
            Message("mutasi:escalate: '%(escalate)s' is no role.", escalate=escalate),
            Message("Name a role id."),
        )


def _activity(checked: Checked, node: Node) -> Iterator[Found]:
    kind, mutasi = node.kind, node.mutasi
    works = mutasi.get("effect") or mutasi.get("topic")
    if kind == "serviceTask" and not works:
        message = Message("The service task names neither an effect nor a topic for programs outside.")
        yield "error", "effect-missing", message, Message("Set mutasi:effect or mutasi:topic.")
    if kind == "sendTask" and not (works or node.message or node.events):
        yield (
            "error",
            "message-missing",
            Message("The send task names no message."),
            Message("Set a message or mutasi:effect."),
        )
    if kind == "receiveTask" and not node.message:
        yield (
            "error",
            "message-missing",
            Message("The receive task names no message."),
            Message("Choose a message."),
        )
    if kind == "businessRuleTask":
        yield from _decision(checked, node)
    if kind == "callActivity":
        yield from _call(checked, node)
    if kind == "scriptTask":
        yield from _script(checked, node)
    if node.inner is not None and not node.inner.nodes and not node.event_subprocess:
        yield (
            "error",
            "process-empty",
            Message("Nothing is drawn in the subprocess."),
            Message("Draw its steps."),
        )


def _decision(checked: Checked, node: Node) -> Iterator[Found]:
    name = node.mutasi.get("decision")
    if not name:
        yield (
            "error",
            "decision-missing",
            Message("The task names no decision."),
            Message("Set mutasi:decision."),
        )
    elif not checked.knows_decision(name):
        yield (
            "error",
            "decision-missing",
            Message("There is no decision '%(name)s'.", name=name),
            Message("Add %(name)s.dmn.", name=name),
        )


def _call(checked: Checked, node: Node) -> Iterator[Found]:
    if not node.called:
        yield (
            "error",
            "call-missing",
            Message("The call activity names no process."),
            Message("Choose a process."),
        )
    elif checked.process(node.called) is None:
        yield (
            "error",
            "call-missing",
            Message("There is no process '%(called)s'.", called=node.called),
            Message("Add %(called)s.bpmn.", called=node.called),
        )


def _script(checked: Checked, node: Node) -> Iterator[Found]:
    if node.script_format.lower() not in {"", "feel"}:
        message = Message("Scripts are FEEL, not '%(language)s'.", language=node.script_format)
        yield (
            "error",
            "script-language",
            message,
            Message('Set scriptFormat="feel" and write { variable: value }.'),
        )
        return
    problem = problem_of(node.script or "", checked.functions, Message("The script"))
    if problem is not None:
        yield "error", *problem


def _loop(checked: Checked, node: Node) -> Iterator[Found]:
    loop = node.loop
    if loop is None:
        return
    if loop.kind == "standard":
        if loop.maximum is None and loop.condition is None:
            message = Message("The loop has neither a maximum nor a condition.")
            yield "error", "loop-incomplete", message, Message("Set loopMaximum or a condition.")
    elif (loop.collection is None) == (loop.cardinality is None):
        message = Message("A multi-instance activity needs either a collection or a number.")
        yield "error", "loop-incomplete", message, Message("Set loopDataInputRef or loopCardinality.")
    for text, what in (
        (loop.collection, Message("The collection")),
        (loop.cardinality, Message("The number of instances")),
        (loop.condition, Message("The completion condition")),
    ):
        problem = problem_of(text, checked.functions, what) if text is not None else None
        if problem is not None:
            yield "error", *problem


def _events(checked: Checked, node: Node) -> Iterator[Found]:
    allowed = EVENTS_OF.get(node.kind)
    if allowed is None:
        return
    for event in node.events:
        if event.kind not in allowed:
            message = Message(
                "A %(event)s event is not run at a %(element)s.",
                event=EVENT_WORDS[event.kind],
                element=node.kind,
            )
            yield "error", "event-kind", message, Message("Use a timer, message, signal or gateway.")
        elif event.broken:
            yield "error", "event-reference", event.broken, Message("Choose one in the diagram.")
        elif event.kind == "timer":
            yield from _timer(checked, event)
        elif event.kind == "conditional":
            problem = problem_of(event.text, checked.functions, Message("The condition"))
            if problem is not None:
                yield "error", *problem
    if node.kind in {"intermediateCatchEvent", "boundaryEvent"} and not node.events:
        yield (
            "error",
            "event-missing",
            Message("The event waits for nothing."),
            Message("Choose what it waits for."),
        )
    yield from _several(node)
    if node.kind == "boundaryEvent":
        yield from _boundary(node)


def _several(node: Node) -> Iterator[Found]:
    """What may not stand beside others in one event."""
    if len(node.events) < 2:
        return
    alone = sorted({event.kind for event in node.events} & ALONE)
    if alone and node.kind != "boundaryEvent":
        message = Message("An event with %(kind)s cannot have anything else.", kind=EVENT_WORDS[alone[0]])
        yield "error", "event-multiple", message, Message("Draw one event each.")
    if any(event.timer == "timeCycle" for event in node.events):
        message = Message("A repeating timer cannot be one of several triggers.")
        yield "error", "event-multiple", message, Message("Draw an event of its own for it.")
    if node.all_events and any(event.kind not in WAITED_FOR for event in node.events):
        message = Message("Only times, messages, signals and conditions can be waited for together.")
        yield "error", "event-multiple", message, Message("Draw one event each.")


def _boundary(node: Node) -> Iterator[Found]:
    if not node.hosted:
        message = Message(
            "The event is attached to '%(host)s', which is no activity beside it.", host=node.attached_to
        )
        yield "error", "boundary-host", message, Message("Put it on the border of an activity.")
    for kind in ("error", "cancel"):
        if not node.interrupting and node.has(kind):
            yield (
                "error",
                "boundary-error",
                Message("An event with %(kind)s interrupts.", kind=EVENT_WORDS[kind]),
                Message("Make it interrupting."),
            )
    if node.has("compensate"):
        if node.handler is None:
            message = Message("The compensation event leads to no activity that undoes.")
            yield (
                "error",
                "compensation",
                message,
                Message("Draw an association to a compensation activity."),
            )
        if node.outgoing:
            message = Message("A compensation event has no flows, only an association.")
            yield "error", "compensation", message, Message("Remove the flows.")


def _timer(checked: Checked, event: EventDefinition) -> Iterator[Found]:
    text = event.text.strip()
    if text.startswith("="):
        problem = problem_of(text, checked.functions, Message("The timer"))
        if problem is not None:
            yield "error", *problem
        return
    if "${" in text or "#{" in text:
        yield (
            "error",
            "expression-foreign",
            Message(
                "%(what)s is written for another engine: %(text)s",
                what=Message("The timer"),
                text=text,
            ),
            Message("Write = and FEEL."),
        )
        return
    try:
        timers.check(event.timer or "", text)
    except timers.BadTimer as error:
        yield "error", "timer", error.message, Message("Write ISO 8601, or = and a FEEL expression.")
