"""Checks of how nodes are connected: ways in and out, conditions, what can be reached."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from service.engine.check_expressions import Problem, problem_of
from service.engine.definitions import entries
from service.engine.model import Flow, Node, Scope
from service.engine.steps import Severity

Found = tuple[Severity, str | None, str, str, str]  # severity, element, rule, message, mend
CHOOSING = frozenset({"exclusiveGateway", "inclusiveGateway"})


def check_scope(
    scope: Scope, functions: Mapping[str, Callable[..., Any]], inside: bool = False
) -> Iterator[Found]:
    """Everything about the flows of a process, and of the subprocesses in it."""
    for node in scope.nodes.values():
        for rule, message, mend in _ways(node, scope):
            yield "error", node.id, rule, message, mend
        yield from _conditions(node, functions)
        if node.inner is not None:
            yield from check_scope(node.inner, functions, inside=True)
    if scope.nodes:
        yield from _starts(scope, inside)
        yield from _reachable(scope)


def _ways(node: Node, scope: Scope) -> Iterator[Problem]:
    if node.kind in {"startEvent", "boundaryEvent"} and node.incoming:
        yield "flow-illegal", f"No flow may lead into a {node.kind}.", "Remove the flow."
    if node.kind == "endEvent" and node.outgoing:
        yield "flow-illegal", "No flow may lead out of an end event.", "Use an intermediate event."
    if node.event_subprocess and (node.incoming or node.outgoing):
        yield "flow-illegal", "An event subprocess has no flows.", "Remove the flows."
    if node.default and node.default not in {flow.id for flow in node.outgoing}:
        yield (
            "default-missing",
            f"The default flow {node.default!r} does not leave this element.",
            "Choose another.",
        )
    if node.kind == "eventBasedGateway":
        for flow in node.outgoing:
            target = scope.nodes.get(flow.target)
            if target is not None and target.kind not in {"intermediateCatchEvent", "receiveTask"}:
                message = f"An event-based gateway leads to events that are waited for, not to {flow.target}."
                yield "event-gateway", message, "Put a catching event behind it."
            elif target is not None and len(target.incoming) > 1:
                yield "event-gateway", f"{flow.target} has a second way in.", "Give it one way in only."
        if len(node.outgoing) < 2:
            yield (
                "event-gateway",
                "An event-based gateway has two or more ways out.",
                "Draw them or remove it.",
            )


def _conditions(node: Node, functions: Mapping[str, Callable[..., Any]]) -> Iterator[Found]:
    for flow in node.outgoing:
        if flow.condition is not None:
            yield from _condition(node, flow, functions)
        elif node.kind in CHOOSING and len(node.outgoing) > 1 and flow.id != node.default:
            message = f"The flow to {flow.target} has no condition and is not the default."
            yield (
                "error",
                flow.id,
                "condition-missing",
                message,
                "Write a FEEL condition, or make it the default.",
            )
    if node.kind in CHOOSING and len(node.outgoing) > 1 and not node.default:
        message = "There is no default flow; when no condition is true the case stops with an incident."
        yield "warning", node.id, "default-missing", message, "Mark one flow as the default."


def _condition(node: Node, flow: Flow, functions: Mapping[str, Callable[..., Any]]) -> Iterator[Found]:
    if node.kind not in CHOOSING:
        message = f"A condition on a flow out of a {node.kind} is not run."
        yield "error", flow.id, "condition-place", message, "Put an exclusive gateway before it."
        return
    problem = problem_of(flow.condition or "", functions, "The condition")
    if problem is not None and flow.id != node.default:
        yield "error", flow.id, *problem


def _starts(scope: Scope, inside: bool) -> Iterator[Found]:
    starts = scope.starts()
    if inside and len(starts) > 1:
        yield "error", scope.id, "start-several", "A subprocess has one start event.", "Remove the others."
    if inside:
        for node in starts:
            if node.events:
                message = "A subprocess starts when its turn comes, not by an event."
                yield "error", node.id, "start-event", message, "Use a start event without a trigger."
    if not starts and not entries(scope):
        yield "error", scope.id, "start-missing", "There is nowhere to start.", "Draw a start event."
    plain = [node for node in starts if not node.events]
    if len(plain) > 1:
        message = "Several start events without a trigger: only the first is used."
        yield "error", plain[1].id, "start-several", message, "Keep one of them."


def _reachable(scope: Scope) -> Iterator[Found]:
    """Nodes no flow leads to, and nodes from which the process can never end."""
    begin = [node.id for node in scope.starts()] or [node.id for node in entries(scope)]
    reached = _walk(begin, lambda name: _after(scope, name))
    refused = {node.id for node in scope.nodes.values() if node.event_subprocess}
    for node in scope.nodes.values():
        if node.id in reached or node.id in refused:
            continue
        if node.kind == "boundaryEvent" and node.attached_to not in reached:
            continue  # said at its activity, or at the event itself when it is attached to nothing
        yield (
            "error",
            node.id,
            "unreachable",
            "No flow leads here from a start event.",
            "Connect or remove it.",
        )
    ends = [node.id for node in scope.nodes.values() if not node.outgoing and not node.boundaries]
    ends += [node.id for node in scope.nodes.values() if not node.outgoing and node.boundaries]
    leaving = _walk(ends, lambda name: _before(scope, name))
    for name in sorted(reached - leaving):
        yield "error", name, "endless", "From here the process can never end.", "Draw a way out."


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
