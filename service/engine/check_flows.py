"""Checks of how nodes are connected: ways in and out, conditions, what can be reached."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from service.domain.wording import Message
from service.engine.check_expressions import Problem, problem_of
from service.engine.definitions import entries
from service.engine.model import EVENT_WORDS, Flow, Node, Scope
from service.engine.steps import Severity

Found = tuple[Severity, str | None, str, Message, Message]  # severity, element, rule, message, mend
CHOOSING = frozenset({"exclusiveGateway", "inclusiveGateway"})


def check_scope(
    scope: Scope, functions: Mapping[str, Callable[..., Any]], holder: Node | None = None
) -> Iterator[Found]:
    """Everything about the flows of a process, and of the subprocesses in it. `holder`: the subprocess it is."""
    for node in scope.nodes.values():
        for rule, message, mend in _ways(node, scope, holder):
            yield "error", node.id, rule, message, mend
        yield from _conditions(node, functions)
        if node.inner is not None:
            yield from check_scope(node.inner, functions, node)
    if scope.nodes:
        yield from _starts(scope, holder)
        yield from _links(scope)
        yield from _compensation(scope, holder)
        yield from _reachable(scope)


def _ways(node: Node, scope: Scope, holder: Node | None) -> Iterator[Problem]:
    if node.kind in {"startEvent", "boundaryEvent"} and node.incoming:
        yield (
            "flow-illegal",
            Message("No flow may lead into a %(kind)s.", kind=node.kind),
            Message("Remove the flow."),
        )
    if node.kind == "endEvent" and node.outgoing:
        yield (
            "flow-illegal",
            Message("No flow may lead out of an end event."),
            Message("Use an intermediate event."),
        )
    if node.event_subprocess and (node.incoming or node.outgoing):
        yield (
            "flow-illegal",
            Message("An event subprocess has no flows."),
            Message("Remove the flows."),
        )
    if node.for_compensation and (node.incoming or node.outgoing):
        yield (
            "flow-illegal",
            Message("An activity that undoes another has no flows."),
            Message("Remove the flows."),
        )
    if node.instantiate and (node.incoming or holder is not None):
        message = Message("What begins a case stands at the beginning of a process.")
        yield (
            "event-instantiate",
            message,
            Message("Remove the flow into it, or use an event that waits."),
        )
    if node.default and node.default not in {flow.id for flow in node.outgoing}:
        yield (
            "default-missing",
            Message("The default flow '%(default)s' does not leave this element.", default=node.default),
            Message("Choose another."),
        )
    if node.kind == "eventBasedGateway":
        yield from _event_gateway(node, scope)


def _event_gateway(node: Node, scope: Scope) -> Iterator[Problem]:
    for flow in node.outgoing:
        target = scope.nodes.get(flow.target)
        if target is not None and target.kind not in {"intermediateCatchEvent", "receiveTask"}:
            message = Message(
                "An event-based gateway leads to events that are waited for, not to %(target)s.",
                target=flow.target,
            )
            yield "event-gateway", message, Message("Put a catching event behind it.")
        elif target is not None and len(target.incoming) > 1:
            yield (
                "event-gateway",
                Message("%(target)s has a second way in.", target=flow.target),
                Message("Give it one way in only."),
            )
    if len(node.outgoing) < 2:
        yield (
            "event-gateway",
            Message("An event-based gateway has two or more ways out."),
            Message("Draw them or remove it."),
        )


def _conditions(node: Node, functions: Mapping[str, Callable[..., Any]]) -> Iterator[Found]:
    for flow in node.outgoing:
        if flow.condition is not None:
            yield from _condition(node, flow, functions)
        elif node.kind in CHOOSING and len(node.outgoing) > 1 and flow.id != node.default:
            message = Message(
                "The flow to %(target)s has no condition and is not the default.", target=flow.target
            )
            yield (
                "error",
                flow.id,
                "condition-missing",
                message,
                Message("Write a FEEL condition, or make it the default."),
            )
    if node.kind in CHOOSING and len(node.outgoing) > 1 and not node.default:
        message = Message(
            "There is no default flow; when no condition is true the case stops with an incident."
        )
        yield "warning", node.id, "default-missing", message, Message("Mark one flow as the default.")


def _condition(node: Node, flow: Flow, functions: Mapping[str, Callable[..., Any]]) -> Iterator[Found]:
    if node.kind in {"parallelGateway", "eventBasedGateway"}:
        message = Message("A flow out of a %(kind)s has no condition.", kind=node.kind)
        yield (
            "error",
            flow.id,
            "condition-place",
            message,
            Message("Use an exclusive or inclusive gateway."),
        )
        return
    problem = problem_of(flow.condition or "", functions, Message("The condition"))
    if problem is not None and flow.id != node.default:
        yield "error", flow.id, *problem


def _starts(scope: Scope, holder: Node | None) -> Iterator[Found]:
    starts = scope.starts()
    if holder is not None and holder.event_subprocess:
        yield from _event_subprocess(scope, holder)
    elif holder is not None:
        yield from _subprocess(scope, starts)
    else:
        yield from _process(starts)
    if not entries(scope) and not scope.begins():
        yield (
            "error",
            scope.id,
            "start-missing",
            Message("There is nowhere to start."),
            Message("Draw a start event."),
        )
    if starts and not (holder is not None and holder.kind == "adHocSubProcess"):
        for node in scope.implicit():
            message = Message("No flow leads here: this begins together with the process.")
            yield "warning", node.id, "start-implicit", message, Message("Connect it, or remove it.")


def _subprocess(scope: Scope, starts: list[Node]) -> Iterator[Found]:
    if len(starts) > 1:
        yield (
            "error",
            scope.id,
            "start-several",
            Message("A subprocess has one start event."),
            Message("Remove the others."),
        )
    for node in starts:
        if node.events:
            message = Message("A subprocess starts when its turn comes, not by an event.")
            yield (
                "error",
                node.id,
                "start-event",
                message,
                Message("Use a start event without a trigger."),
            )


def _process(starts: list[Node]) -> Iterator[Found]:
    for node in starts:
        for kind in ("error", "escalation"):
            if node.has(kind):
                message = Message("A process does not start with an %(kind)s.", kind=EVENT_WORDS[kind])
                yield (
                    "error",
                    node.id,
                    "start-event",
                    message,
                    Message("Put it into an event subprocess."),
                )
        if node.all_events and len(node.events) > 1:
            message = Message("A case begins with one event, not with several together.")
            yield (
                "error",
                node.id,
                "start-event",
                message,
                Message("Wait for the others behind the start."),
            )
    plain = [node for node in starts if not node.events]
    if len(plain) > 1:
        message = Message(
            "Several start events without a trigger: a case begins at the first unless another is named."
        )
        yield "warning", plain[1].id, "start-several", message, Message("Keep one of them.")


def _event_subprocess(scope: Scope, holder: Node) -> Iterator[Found]:
    starts = scope.starts()
    if len(starts) != 1 or not starts[0].events:
        message = Message("An event subprocess has exactly one start event, with a trigger.")
        yield (
            "error",
            holder.id,
            "event-subprocess",
            message,
            Message("Draw a start event with a message, timer, ..."),
        )
    elif starts[0].has("error") and not starts[0].interrupting:
        yield (
            "error",
            starts[0].id,
            "event-subprocess",
            Message("An error always interrupts."),
            Message("Make it interrupting."),
        )


def _links(scope: Scope) -> Iterator[Found]:
    """Every link that is thrown is caught once in its scope, and every one that is caught is thrown."""
    thrown: dict[str | None, str] = {}
    caught: dict[str | None, str] = {}
    for node in scope.nodes.values():
        for event in node.events:
            if event.kind != "link" or event.broken:
                continue
            if node.kind == "intermediateCatchEvent":
                if event.name in caught:
                    message = Message("The link '%(name)s' is caught twice.", name=event.name)
                    yield "error", node.id, "link", message, Message("Keep one event that catches it.")
                caught[event.name] = node.id
            else:
                thrown.setdefault(event.name, node.id)
    for name in thrown.keys() - caught.keys():
        yield (
            "error",
            thrown[name],
            "link",
            Message("The link '%(name)s' leads nowhere.", name=name),
            Message("Draw the event that catches it."),
        )
    for name in caught.keys() - thrown.keys():
        yield (
            "error",
            caught[name],
            "link",
            Message("Nothing leads to the link '%(name)s'.", name=name),
            Message("Draw the event that throws it."),
        )


def _compensation(scope: Scope, holder: Node | None) -> Iterator[Found]:
    handlers = {
        node.handler
        for node in scope.nodes.values()
        if node.kind == "boundaryEvent" and node.has("compensate")
    }
    for node in scope.nodes.values():
        if node.for_compensation and node.id not in handlers:
            message = Message("No compensation event leads to this activity.")
            yield (
                "error",
                node.id,
                "compensation",
                message,
                Message("Draw an association from a compensation event."),
            )
        if node.id in handlers and not node.for_compensation:
            message = Message("An activity that undoes another is marked for compensation.")
            yield "error", node.id, "compensation", message, Message("Set isForCompensation.")
        for event in node.events if node.kind != "boundaryEvent" else ():
            if event.kind == "compensate" and not _undoable(scope, event.name):
                message = Message("There is nothing here that could be undone.")
                yield (
                    "error",
                    node.id,
                    "compensation",
                    message,
                    Message("Draw a compensation event on the activity."),
                )
            if event.kind == "cancel" and not _cancellable(holder):
                message = Message("Only a transaction with a cancel event on its border can be cancelled.")
                yield (
                    "error",
                    node.id,
                    "transaction",
                    message,
                    Message("Draw the cancel event on the transaction."),
                )
    for node in scope.nodes.values():
        if node.kind == "boundaryEvent" and node.has("cancel"):
            host = scope.nodes.get(node.attached_to or "")
            if host is None or host.kind != "transaction":
                message = Message("A cancel event sits on the border of a transaction.")
                yield "error", node.id, "transaction", message, Message("Use an error event.")


def _undoable(scope: Scope, activity: str | None) -> bool:
    found = [node for node in scope.nodes.values() if activity in (None, node.id)]
    return any(
        any(boundary.has("compensate") for boundary in node.boundaries)
        or (node.inner is not None and not node.event_subprocess and _undoable(node.inner, None))
        for node in found
    )


def _cancellable(holder: Node | None) -> bool:
    return (
        holder is not None
        and holder.kind == "transaction"
        and any(boundary.has("cancel") for boundary in holder.boundaries)
    )


def _reachable(scope: Scope) -> Iterator[Found]:
    """Nodes no flow leads to, and nodes from which the process can never end."""
    begin = {node.id for node in (*scope.begins(), *entries(scope), *scope.event_subprocesses())}
    begin |= {node.id for node in scope.nodes.values() if node.for_compensation}
    begin |= {node.id for node in scope.nodes.values() if node.instantiate}
    reached = _walk(sorted(begin), lambda name: _after(scope, name))
    for node in scope.nodes.values():
        if node.id in reached:
            continue
        if node.kind == "boundaryEvent" and node.attached_to not in reached:
            continue  # said at its activity, or at the event itself when it is attached to nothing
        yield (
            "error",
            node.id,
            "unreachable",
            Message("No flow leads here from a start event."),
            Message("Connect or remove it."),
        )
    ends = [node.id for node in scope.nodes.values() if not node.outgoing and not node.boundaries]
    ends += [node.id for node in scope.nodes.values() if not node.outgoing and node.boundaries]
    leaving = _walk(ends, lambda name: _before(scope, name))
    for name in sorted(reached - leaving):
        yield (
            "error",
            name,
            "endless",
            Message("From here the process can never end."),
            Message("Draw a way out."),
        )


def _walk(begin: list[str], neighbours: Callable[[str], list[str]]) -> set[str]:
    found: set[str] = set()
    todo = list(begin)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += neighbours(name)
    return found


def _after(scope: Scope, name: str) -> list[str]:
    node = scope.nodes[name]
    targets = [flow.target for flow in node.outgoing if flow.target in scope.nodes]
    return targets + [boundary.id for boundary in node.boundaries]


def _before(scope: Scope, name: str) -> list[str]:
    node = scope.nodes[name]
    sources = [flow.source for flow in node.incoming if flow.source in scope.nodes]
    host = node.attached_to
    return [*sources, host] if host in scope.nodes and host is not None else sources
