"""Undoing what was done (BPMN 2.0.2, 10.7): handlers run one after the other, the last activity first.

A scope keeps what can be undone in `done`, as [node id, what was done inside]. The token that asked for it (its
*driver*) waits and holds what is still to be undone in `internal_data["undo"]`; a handler names its driver as
`undoes`. A subprocess that is done is opened again, its token driving the handlers inside.
"""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.util.task import TaskState

from service.engine.case import Case, Part, Scope, Token

Done = list[Any]  # [node id, [Done, ...]]


def note(token: Token, inside: list[Done]) -> None:
    """An activity is done: remember it when something can undo it."""
    spec = token.task_spec
    if spec.undo is not None or inside:
        token.workflow.done.append([spec.node.id, inside])


def begin(driver: Token, activity: str | None) -> bool:
    """Undo what was done in the driver's scope, or one activity of it. False: there is nothing to undo."""
    scope: Scope = driver.workflow
    chosen = [entry for entry in scope.done if activity in (None, entry[0])]
    if not chosen:
        return False
    scope.done = [entry for entry in scope.done if entry not in chosen]
    driver._set_state(TaskState.WAITING)
    driver.internal_data["undo"] = chosen
    proceed(driver)
    return True


def proceed(driver: Token) -> None:
    """Undo the next; when nothing is left the driver goes on."""
    case: Case = driver.case
    scope: Scope = case.subprocesses.get(driver.id) or driver.workflow
    if not driver.internal_data["undo"]:
        del driver.internal_data["undo"]
        driver.task_spec.undone(driver)
        return
    *rest, (name, inside) = driver.internal_data["undo"]
    driver.internal_data["undo"] = rest
    spec = scope.spec.nodes[name]
    noted: dict[str, Any] = {"undoes": driver.id}
    if spec.undo is not None:
        case.enter(scope, spec.undo, driver.data, driver.forks, noted)
        return
    noted["undo"] = inside
    holder = Token(scope, spec, case.key(), dict(driver.data), driver.forks, noted, TaskState.STARTED)
    Part(case.definition.specs[spec.inside], holder, case)
    proceed(holder)


def handler_done(handler: Token) -> None:
    """A handler has undone its activity: what it changed is the driver's, which goes on with the next."""
    case: Case = handler.case
    driver = case.token(handler.internal_data["undoes"])
    case.drop(handler)
    if driver is not None:
        driver.data = dict(handler.data)
        proceed(driver)
