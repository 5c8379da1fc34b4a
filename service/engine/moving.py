"""Moving tokens by hand: back to an earlier step, or on without the work. The trace says what was withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.util.task import TaskState

from service.domain.errors import Invalid
from service.engine.case import Case, Part, Scope, Token
from service.engine.specs import NodeSpec

JOINS = frozenset({"parallelGateway", "inclusiveGateway"})


def targets(case: Case, token: Token) -> list[NodeSpec]:
    """The steps for people that lead to where a token stands, nearest first, in its scope and those around it."""
    found: list[NodeSpec] = []
    at: Token | None = _on_path(case, token)
    while at is not None:
        reached, todo = set(), [at.task_spec]
        while todo:
            spec = todo.pop(0)
            for source in _before(at.workflow, spec):
                if source.node.id not in reached:
                    reached.add(source.node.id)
                    todo.append(source)
                    if source.node.kind in {"userTask", "manualTask"}:
                        found.append(source)
        at = _on_path(case, at.workflow.holder) if isinstance(at.workflow, Part) else None
    return found


def move(case: Case, token: Token, element: str) -> None:
    """Withdraw a token and begin at another element of its scope, or of one around it.

    Branches that began behind the new place are withdrawn with it: they will begin again. What they had found out
    is kept in the data. Raises Invalid when the element is not there or is nothing one can begin at.
    """
    at = _on_path(case, token)
    while element not in at.workflow.spec.nodes:
        if not isinstance(at.workflow, Part):
            raise Invalid(f"There is no {element} around this step.")
        at = _on_path(case, at.workflow.holder)
    scope, spec = at.workflow, at.workflow.spec.nodes[element]
    if (
        spec.node.kind in {"boundaryEvent", "startEvent"}
        or spec.node.event_subprocess
        or spec.node.for_compensation
    ):
        raise Invalid(f"{element} is nothing to begin at.")
    withdrawn = [
        at,
        *(other for other in scope.tokens() if other is not at and _lies_behind(other, spec, at)),
    ]
    data, forks = withdrawn[0].data, withdrawn[0].forks
    for one in withdrawn:
        inner = case.subprocesses.get(one.id)
        known = case.present(inner) if inner is not None and one.task_spec.node.loop is None else one.data
        data, forks = (known, forks) if one is at else case.merged(data, forks, known, one.forks)
    for one in withdrawn:
        if one.live:
            case.cancel_token(one)
    case.enter(scope, spec, data, forks, {"via": spec.node.incoming[0].id} if spec.joins else None)


def skip(case: Case, token: Token, values: Mapping[str, Any]) -> None:
    """Go on behind an open task without its work; the values join the data, as answers would."""
    token.data.update(values)
    if "of" in token.internal_data:
        token.internal_data["answers"] = dict(values)
    case.act(token.task_spec, token.run)


def _on_path(case: Case, token: Token) -> Token:
    """The token of the path that this one hangs on: for an instance or an event beside it, its activity."""
    while not token.moving:
        noted = token.internal_data
        owner = next((noted[name] for name in ("of", "host", "race", "arm", "undoes") if name in noted), None)
        above = None if owner is None else case.token(owner)
        if above is None:
            raise Invalid("An event subprocess that waits cannot be moved.")
        token = above
    return token


def _before(scope: Scope, spec: NodeSpec) -> list[NodeSpec]:
    nodes = scope.spec.nodes
    found = [nodes[flow.source] for flow in spec.node.incoming if flow.source in nodes]
    host = spec.node.attached_to
    return [*found, nodes[host]] if host in nodes else found


def _lies_behind(token: Token, begin: NodeSpec, moved: Token) -> bool:
    """Whether a token came from a branch that begins behind `begin`, beside the one that is moved.

    Looked for along the flows, as far as the moved token and the joins: what waits at a join lies on the flow it came by.
    """
    if not token.moving:
        return False
    waits_at_join = token.task_spec.joins and token._state == TaskState.WAITING
    place = _source(token) if waits_at_join else token.task_spec.node.id
    nodes = token.workflow.spec.nodes
    seen: set[str] = set()
    todo = [begin.node.id]
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        node = nodes[name].node
        if name == moved.task_spec.node.id or (
            node.kind in JOINS and len(node.incoming) > 1 and name != begin.node.id
        ):
            continue
        todo += [flow.target for flow in node.outgoing if flow.target in nodes]
        todo += [boundary.id for boundary in node.boundaries]
    return place in seen


def _source(token: Token) -> str:
    via = token.internal_data["via"]
    return next(flow.source for flow in token.task_spec.node.incoming if flow.id == via)
